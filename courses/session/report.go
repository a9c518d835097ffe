package session

import (
	"context"

	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// What is asked here reads the tables of people and teams along the way: whom a session is for is looked up, never copied.

// above is the team of a person with all above it.
const above = `WITH RECURSIVE above (id, parent_id) AS (
		SELECT t.id, t.parent_id FROM team t JOIN person p ON p.team_id = t.id WHERE p.id = $1
		UNION SELECT t.id, t.parent_id FROM team t JOIN above a ON t.id = a.parent_id) `

// invited says of a session whether it is for that person: by their team, by hand, or since they have a record there.
const invited = `(s.team_id IS NULL OR s.team_id IN (SELECT id FROM above) OR a.person_id IS NOT NULL
	OR EXISTS (SELECT 1 FROM training_guest g WHERE g.session_id = s.id AND g.person_id = $1))`

const seat = "SELECT " + columns + ", " + invited + ` AS invited, COALESCE(a.marks, 0) AS marks, COALESCE(a.mark, '') AS mark,
	COALESCE(a.marked_at, 0) AS marked_at, COALESCE(a.caught_up_at, 0) AS caught_up_at
	FROM training_session s LEFT JOIN attendance a ON a.session_id = s.id AND a.person_id = $1 `

func seatOf(ctx context.Context, q db.Q, person, id string) (s Seat, err error) {
	err = q.Get(ctx, &s, above+seat+"WHERE s.id = $2", person, id)
	if db.None(err) {
		err = fault.New(fault.Missing, "error.missing")
	}
	return s, err
}

// mostSeats bounds a list of sessions.
const mostSeats = 400

// seatsFrom gives the sessions that are a person's and end at a moment or after it.
func seatsFrom(ctx context.Context, q db.Q, person string, from int64) (all []Seat, err error) {
	err = q.Select(ctx, &all, above+seat+"WHERE (s.host_id = $1 OR "+invited+`) AND s.ends_at >= $2
		ORDER BY s.starts_at, s.id LIMIT $3`, person, from, mostSeats)
	return all, err
}

func seatsOn(ctx context.Context, q db.Q, person, topic string) (all []Seat, err error) {
	err = q.Select(ctx, &all, above+seat+"WHERE (s.host_id = $1 OR "+invited+`) AND s.topic = $2 AND s.state <> 'cancelled'
		ORDER BY s.starts_at, s.id LIMIT $3`, person, topic, mostSeats)
	return all, err
}

// missed gives the sessions that a person was marked away from and has not caught up on.
func missed(ctx context.Context, q db.Q, person string) (all []Seat, err error) {
	err = q.Select(ctx, &all, above+seat+`WHERE a.mark IN ('absent', 'excused') AND a.caught_up_at = 0 AND s.catch_up
		AND s.state = 'held' ORDER BY s.starts_at, s.id`, person)
	return all, err
}

// unmarked gives the sessions of a host that have begun and that nobody has marked.
func unmarked(ctx context.Context, q db.Q, host string, now int64) (all []Seat, err error) {
	err = q.Select(ctx, &all, above+seat+`WHERE s.host_id = $1 AND s.state = 'planned' AND s.starts_at <= $2
		ORDER BY s.starts_at, s.id LIMIT $3`, host, now, mostSeats)
	return all, err
}

// between gives the sessions that begin in a span of time.
func between(ctx context.Context, q db.Q, from, to int64) (all []Session, err error) {
	err = q.Select(ctx, &all, "SELECT "+columns+` FROM training_session s WHERE s.starts_at >= $1 AND s.starts_at < $2
		ORDER BY s.starts_at, s.id`, from, to)
	return all, err
}

// sheet gives everybody whom a session is for, and who has a record there, by name.
func sheet(ctx context.Context, q db.Q, s Session) (all []Row, err error) {
	err = q.Select(ctx, &all, `WITH RECURSIVE under (id) AS (
			SELECT id FROM team WHERE id = $2
			UNION SELECT t.id FROM team t JOIN under u ON t.parent_id = u.id)
		SELECT p.id, p.name, COALESCE(p.team_id, '') AS team_id, COALESCE(a.marks, 0) AS marks, COALESCE(a.mark, '') AS mark,
			COALESCE(a.caught_up_at, 0) AS caught_up_at
		FROM person p LEFT JOIN attendance a ON a.session_id = $1 AND a.person_id = p.id
		WHERE p.id <> $3 AND (a.person_id IS NOT NULL OR p.state <> 'suspended' AND ($2 = '' OR p.team_id IN (SELECT id FROM under)
			OR EXISTS (SELECT 1 FROM training_guest g WHERE g.session_id = $1 AND g.person_id = p.id)))
		ORDER BY p.sort_key, p.id`, s.ID, s.Team, s.Host)
	return all, err
}

// guestsBetween gives the people added by hand, by session, of sessions that begin in a span of time.
func guestsBetween(ctx context.Context, q db.Q, from, to int64) (map[string][]string, error) {
	var rows []struct {
		Session string `db:"session_id"`
		Person  string `db:"person_id"`
	}
	if err := q.Select(ctx, &rows, `SELECT g.session_id, g.person_id FROM training_guest g JOIN training_session s ON s.id = g.session_id
		WHERE s.starts_at >= $1 AND s.starts_at < $2`, from, to); err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for _, r := range rows {
		out[r.Session] = append(out[r.Session], r.Person)
	}
	return out, nil
}

// record is one person's standing with one session.
type record struct {
	Session  string `db:"session_id"`
	Person   string `db:"person_id"`
	Mark     string `db:"mark"`
	CaughtUp int64  `db:"caught_up_at"`
}

func recordsBetween(ctx context.Context, q db.Q, from, to int64) (all []record, err error) {
	err = q.Select(ctx, &all, `SELECT a.session_id, a.person_id, a.mark, a.caught_up_at FROM attendance a
		JOIN training_session s ON s.id = a.session_id WHERE s.starts_at >= $1 AND s.starts_at < $2`, from, to)
	return all, err
}

// member is a person as a report counts them.
type member struct {
	ID        string `db:"id"`
	Name      string `db:"name"`
	Team      string `db:"team_id"`
	Suspended bool   `db:"suspended"`
}

func members(ctx context.Context, q db.Q) (all []member, err error) {
	err = q.Select(ctx, &all, `SELECT id, name, COALESCE(team_id, '') AS team_id, state = 'suspended' AS suspended
		FROM person ORDER BY sort_key, id`)
	return all, err
}

// addressee gives whose calendar stands at an address, and in which language they read.
func addressee(ctx context.Context, q db.Q, hash string) (person, lang string, err error) {
	var row struct{ ID, Lang string }
	err = q.Get(ctx, &row, `SELECT p.id, p.lang FROM calendar_address c JOIN person p ON p.id = c.person_id
		WHERE c.token_hash = $1 AND p.state <> 'suspended'`, hash)
	if db.None(err) {
		err = fault.New(fault.Missing, "error.missing")
	}
	return row.ID, row.Lang, err
}
