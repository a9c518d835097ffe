package progress

import (
	"context"

	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

func editions(ctx context.Context, q db.Q, lesson string) (all []Edition, err error) {
	err = q.Select(ctx, &all, `SELECT v.hash, v.lesson, v.lang, v.first_seen, COALESCE(f.readers, 0) AS readers FROM lesson_version v
		LEFT JOIN (SELECT f.hash, count(*) AS readers FROM lesson_finished f JOIN person p ON p.id = f.person_id
			WHERE f.lesson = $1 AND p.state <> 'suspended' GROUP BY f.hash) f ON f.hash = v.hash
		WHERE v.lesson = $1 ORDER BY v.first_seen DESC, v.lang DESC, v.hash`, lesson)
	return all, err
}

func edition(ctx context.Context, q db.Q, lesson, hash string) (v Version, err error) {
	err = q.Get(ctx, &v, "SELECT hash, lesson, lang, source, first_seen FROM lesson_version WHERE lesson = $1 AND hash = $2", lesson, hash)
	if db.None(err) {
		err = fault.New(fault.Missing, "error.missing")
	}
	return v, err
}

// since is what somebody has finished and what not: older, and nothing first seen at or after a moment, nor one of some hashes.
type since struct {
	lesson, older string
	firstSeen     int64
	asNew         []string
	teams         []string // only the people in these; nil for everybody
}

// behind counts those who are, and names the first of them. It reads the table of people along the way.
func behind(ctx context.Context, q db.Q, s since) (n int, persons []string, err error) {
	text := `FROM lesson_finished f JOIN person p ON p.id = f.person_id
		WHERE f.lesson = ? AND f.hash = ? AND p.state <> 'suspended' AND NOT EXISTS (
			SELECT 1 FROM lesson_finished g JOIN lesson_version v ON v.hash = g.hash
			WHERE g.person_id = f.person_id AND g.lesson = f.lesson AND g.hash <> f.hash AND (v.first_seen >= ? OR v.hash IN (?)))`
	args := []any{s.lesson, s.older, s.firstSeen, s.asNew}
	if s.teams != nil {
		text, args = text+" AND p.team_id IN (?)", append(args, s.teams)
	}
	query, in, err := db.In("SELECT count(*) "+text, args...)
	if err == nil {
		err = q.Get(ctx, &n, query, in...)
	}
	if err != nil {
		return 0, nil, err
	}
	query, in, err = db.In("SELECT f.person_id "+text+" ORDER BY f.finished_at, f.person_id LIMIT ?", append(args, MostBehind)...)
	if err == nil {
		err = q.Select(ctx, &persons, query, in...)
	}
	return n, persons, err
}
