package progress

import (
	"context"
	"maps"
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

const factsOfMany = `SELECT 'finished' AS kind, person_id, lesson AS subject, hash AS detail, 0 AS score, finished_at AS at
		FROM lesson_finished WHERE person_id IN (?)
	UNION ALL SELECT 'passed', person_id, module, '', MAX(score), MIN(passed_at) FROM module_passed
		WHERE undone IS NULL AND person_id IN (?) GROUP BY person_id, module
	UNION ALL SELECT 'visit', person_id, course, lesson, 0, at FROM last_lesson WHERE person_id IN (?)`

// placeScale puts the number of a heading and the thousandths after it into one number.
const placeScale = 1001

// readOwn reads everything about one person, and where they are in their lessons, in one statement. A place that was written
// while the lesson was being finished is none.
func readOwn(ctx context.Context, q db.Q, person string) (out []line, err error) {
	query, args, err := db.In(factsOfMany+` UNION ALL SELECT 'place', person_id, lesson, anchor, heading * 1001 + part, at FROM reading_position r WHERE person_id IN (?)
		AND NOT EXISTS (SELECT 1 FROM lesson_finished f WHERE f.person_id = r.person_id AND f.lesson = r.lesson AND f.finished_at >= r.at)`, []string{person}, []string{person}, []string{person}, []string{person})
	if err != nil {
		return nil, err
	}
	err = q.Select(ctx, &out, query, args...)
	return out, err
}

// readLines reads everything about these people in one statement (for each five hundred of them).
func readLines(ctx context.Context, q db.Q, persons []string) ([]line, error) {
	var out []line
	for part := range slices.Chunk(persons, 500) {
		query, args, err := db.In(factsOfMany, part, part, part)
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
	for _, k := range sortedBy(visits, func(k visitKey) string { return k.person + " " + k.course }) {
		if _, err := q.Exec(ctx, `INSERT INTO last_lesson (person_id, course, lesson, at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (person_id, course) DO UPDATE SET lesson = excluded.lesson, at = excluded.at
			WHERE last_lesson.at < excluded.at`, k.person, k.course, visits[k].lesson, visits[k].at); err != nil {
			return err
		}
	}
	return nil
}

// sortedBy gives the keys of a map in one order for all nodes.
func sortedBy[K comparable, V any](m map[K]V, by func(K) string) []K {
	return slices.SortedFunc(maps.Keys(m), func(a, b K) int { return strings.Compare(by(a), by(b)) })
}

// writePlaces writes where people are, the newest by the server's clock, unless the lesson was finished since.
func writePlaces(ctx context.Context, q db.Q, places map[placeKey]Place) error {
	for _, k := range sortedBy(places, func(k placeKey) string { return k.person + " " + k.lesson }) {
		x := places[k]
		if _, err := q.Exec(ctx, `INSERT INTO reading_position (person_id, lesson, anchor, heading, part, at)
			SELECT p.id, $2, $3, CAST($4 AS INTEGER), CAST($5 AS INTEGER), CAST($6 AS BIGINT) FROM person p
			WHERE p.id = $1 AND NOT EXISTS (SELECT 1 FROM lesson_finished f WHERE f.person_id = p.id AND f.lesson = $2 AND f.finished_at >= CAST($6 AS BIGINT))
			ON CONFLICT (person_id, lesson) DO UPDATE SET anchor = excluded.anchor, heading = excluded.heading, part = excluded.part, at = excluded.at
			WHERE reading_position.at < excluded.at`, k.person, k.lesson, x.Anchor, x.Heading, x.Part, x.At); err != nil {
			return err
		}
	}
	return nil
}

func dropPlace(ctx context.Context, q db.Q, person, lesson string) error {
	_, err := q.Exec(ctx, "DELETE FROM reading_position WHERE person_id = $1 AND lesson = $2", person, lesson)
	return err
}

// takeRequest keeps that a request has come, and says whether it is the first time.
func takeRequest(ctx context.Context, q db.Q, person string, r reading, now int64) (first bool, err error) {
	n, err := q.Exec(ctx, `INSERT INTO finish_request (person_id, request_id, lesson, hash, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (person_id, request_id) DO NOTHING`, person, r.request, r.lesson, r.hash, now)
	return n == 1, err
}

// dropRequests forgets requests that came before a moment.
func dropRequests(ctx context.Context, q db.Q, before int64) error {
	_, err := q.Exec(ctx, "DELETE FROM finish_request WHERE at < $1", before)
	return err
}

// finishedNewer says whether somebody has finished a text of a lesson that was given out after another.
func finishedNewer(ctx context.Context, q db.Q, person, lesson, hash string) (bool, error) {
	var n int
	err := q.Get(ctx, &n, `SELECT COUNT(*) FROM lesson_finished f JOIN lesson_version v ON v.hash = f.hash
		WHERE f.person_id = $1 AND f.lesson = $2 AND f.hash <> $3 AND v.first_seen > (SELECT o.first_seen FROM lesson_version o WHERE o.hash = $3)`, person, lesson, hash)
	return n > 0, err
}

// givenOut gives a text of a lesson that was in force once, without its words.
func givenOut(ctx context.Context, q db.Q, lesson, hash string) (v Version, err error) {
	err = q.Get(ctx, &v, "SELECT hash, lesson, lang, '' AS source, first_seen FROM lesson_version WHERE lesson = $1 AND hash = $2", lesson, hash)
	if db.None(err) {
		err = fault.New(fault.Conflict, "reading.copy_unknown")
	}
	return v, err
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
