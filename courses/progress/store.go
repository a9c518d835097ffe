package progress

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"tongguan/quizzes/evidence"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// line is one fact about a person: a finished lesson, a passed module, a visit.
type line struct {
	Kind    string `db:"kind"`
	Person  string `db:"person_id"`
	Subject string `db:"subject"`
	Detail  string `db:"detail"`
	Score   int    `db:"score"`
	At      int64  `db:"at"`
}

// readLines reads everything about these people in one statement (for each five hundred of them).
func readLines(ctx context.Context, q db.Q, persons []string) ([]line, error) {
	var out []line
	for part := range slices.Chunk(persons, 500) {
		query, args, err := db.In(`SELECT 'finished' AS kind, person_id, lesson AS subject, hash AS detail, 0 AS score, finished_at AS at
				FROM lesson_finished WHERE person_id IN (?)
			UNION ALL SELECT 'passed', person_id, module, '', MAX(score), MIN(passed_at) FROM module_passed
				WHERE undone IS NULL AND person_id IN (?) GROUP BY person_id, module
			UNION ALL SELECT 'visit', person_id, course, lesson, 0, at FROM last_lesson WHERE person_id IN (?)`, part, part, part)
		if err != nil {
			return nil, err
		}
		var lines []line
		if err := q.Select(ctx, &lines, query, args...); err != nil {
			return nil, err
		}
		out = append(out, lines...)
	}
	return out, nil
}

func keepVersion(ctx context.Context, q db.Q, hash, lesson, lang, source string, now int64) error {
	_, err := q.Exec(ctx, `INSERT INTO lesson_version (hash, lesson, lang, source, first_seen) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (hash) DO NOTHING`, hash, lesson, lang, source, now)
	return err
}

// finish keeps the first time that a version was finished, and says whether this was it.
func finish(ctx context.Context, q db.Q, person, lesson, hash string, now int64) (first bool, err error) {
	n, err := q.Exec(ctx, `INSERT INTO lesson_finished (person_id, lesson, hash, finished_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (person_id, lesson, hash) DO NOTHING`, person, lesson, hash, now)
	return n == 1, err
}

func finishedAt(ctx context.Context, q db.Q, person, lesson, hash string) (at int64, err error) {
	err = q.Get(ctx, &at, "SELECT finished_at FROM lesson_finished WHERE person_id = $1 AND lesson = $2 AND hash = $3", person, lesson, hash)
	return at, err
}

// finishedLines gives every finished version of every lesson as a line without a number.
func finishedLines(ctx context.Context, q db.Q, persons []string) (out []evidence.Line, err error) {
	for part := range slices.Chunk(persons, 500) {
		query, args, err := db.In(`SELECT person_id, lesson AS subject, hash AS version, finished_at AS at
			FROM lesson_finished WHERE person_id IN (?)`, part)
		if err != nil {
			return nil, err
		}
		var some []evidence.Line
		if err := q.Select(ctx, &some, query, args...); err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	for i := range out {
		out[i].Kind, out[i].Score, out[i].Passed = evidence.Lesson, 10_000, true
	}
	return out, nil
}

func pass(ctx context.Context, q db.Q, l evidence.Line) error {
	_, err := q.Exec(ctx, "INSERT INTO module_passed (person_id, module, line, score, passed_at) VALUES ($1, $2, $3, $4, $5)",
		l.Person, l.Subject, l.Number, l.Score, l.At)
	return err
}

// undo marks the passes of a module that count no more; their lines stay.
func undo(ctx context.Context, q db.Q, l evidence.Line) error {
	_, err := q.Exec(ctx, "UPDATE module_passed SET undone = $3 WHERE person_id = $1 AND module = $2 AND undone IS NULL", l.Person, l.Subject, l.Number)
	return err
}

// writeVisits writes in one order of keys, so that two nodes never wait for each other in a circle.
func writeVisits(ctx context.Context, q db.Q, visits map[visitKey]visit) error {
	keys := make([]visitKey, 0, len(visits))
	for k := range visits {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b visitKey) int {
		return cmp.Or(strings.Compare(a.person, b.person), strings.Compare(a.course, b.course))
	})
	for _, k := range keys {
		if _, err := q.Exec(ctx, `INSERT INTO last_lesson (person_id, course, lesson, at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (person_id, course) DO UPDATE SET lesson = excluded.lesson, at = excluded.at
			WHERE last_lesson.at < excluded.at`, k.person, k.course, visits[k].lesson, visits[k].at); err != nil {
			return err
		}
	}
	return nil
}

func version(ctx context.Context, q db.Q, person, hash string) (v Version, err error) {
	err = q.Get(ctx, &v, `SELECT v.hash, v.lesson, v.lang, v.source, v.first_seen FROM lesson_version v
		JOIN lesson_finished f ON f.hash = v.hash WHERE f.person_id = $1 AND v.hash = $2`, person, hash)
	if db.None(err) {
		err = fault.New(fault.Missing, "error.missing")
	}
	return v, err
}

func firstSeen(ctx context.Context, q db.Q, hashes []string) (map[string]int64, error) {
	query, args, err := db.In("SELECT hash, first_seen FROM lesson_version WHERE hash IN (?)", hashes)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		Hash string `db:"hash"`
		At   int64  `db:"first_seen"`
	}
	err = q.Select(ctx, &rows, query, args...)
	out := make(map[string]int64, len(rows))
	for _, r := range rows {
		out[r.Hash] = r.At
	}
	return out, err
}
