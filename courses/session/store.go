package session

import (
	"context"

	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

const columns = `s.id, s.series_id, s.topic, s.title, s.description, s.place, s.link, s.material, s.host_id,
	COALESCE(s.team_id, '') AS team_id, s.starts_at, s.ends_at, s.state, s.reason, s.catch_up, s.catch_up_days, s.sequence, s.changed_at`

// insert adds a session; false says that its form was sent before.
func insert(ctx context.Context, q db.Q, s Session, by, request string, number int) (bool, error) {
	n, err := q.Exec(ctx, `INSERT INTO training_session (id, series_id, topic, title, description, place, link, material, host_id, team_id,
			starts_at, ends_at, state, catch_up, catch_up_days, planned_by, planned_at, changed_at, request_id, number)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULLIF($10, ''), $11, $12, 'planned', $13, $14, $15, $16, $16, $17, $18)
		ON CONFLICT (request_id, number) DO NOTHING`,
		s.ID, s.Series, s.Topic, s.Title, s.Description, s.Place, s.Link, s.Material, s.Host, s.Team,
		s.StartsAt, s.EndsAt, s.CatchUp, s.CatchUpDays, by, s.ChangedAt, request, number)
	return n == 1, err
}

// byRequest gives the first session that a form of this person has planned.
func byRequest(ctx context.Context, q db.Q, request, by string) (id string, err error) {
	err = q.Get(ctx, &id, "SELECT id FROM training_session WHERE request_id = $1 AND number = 1 AND planned_by = $2", request, by)
	if db.None(err) {
		err = fault.New(fault.Invalid, "error.form_stale")
	}
	return id, err
}

func byID(ctx context.Context, q db.Q, id string) (s Session, err error) {
	err = q.Get(ctx, &s, "SELECT "+columns+" FROM training_session s WHERE s.id = $1", id)
	if db.None(err) {
		err = fault.New(fault.Missing, "error.missing")
	}
	return s, err
}

// claimChange takes a session that is planned and as the form knew it, and puts it into its next state.
func claimChange(ctx context.Context, q db.Q, id string, sequence int, state, reason string, now int64) error {
	n, err := q.Exec(ctx, `UPDATE training_session SET state = $3, reason = $4, sequence = sequence + 1, changed_at = $5
		WHERE id = $1 AND sequence = $2 AND state = 'planned'`, id, sequence, state, reason, now)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "error.changed_meanwhile")
	}
	return err
}

// claimLater takes every planned session of the series after this one that is for the same team: one that was given to
// others is theirs to change.
func claimLater(ctx context.Context, q db.Q, s Session, now int64) (later []Session, err error) {
	if _, err := q.Exec(ctx, `UPDATE training_session SET sequence = sequence + 1, changed_at = $3
		WHERE series_id = $1 AND starts_at > $2 AND state = 'planned' AND id <> $4 AND COALESCE(team_id, '') = $5`, s.Series, s.StartsAt, now, s.ID, s.Team); err != nil {
		return nil, err
	}
	err = q.Select(ctx, &later, "SELECT "+columns+` FROM training_session s
		WHERE s.series_id = $1 AND s.starts_at > $2 AND s.state = 'planned' AND s.id <> $3 AND COALESCE(s.team_id, '') = $4 ORDER BY s.starts_at`,
		s.Series, s.StartsAt, s.ID, s.Team)
	return later, err
}

// replace writes what a form said over a session that is claimed.
func replace(ctx context.Context, q db.Q, s Session) error {
	_, err := q.Exec(ctx, `UPDATE training_session SET topic = $2, title = $3, description = $4, place = $5, link = $6, material = $7,
		host_id = $8, team_id = NULLIF($9, ''), starts_at = $10, ends_at = $11, catch_up = $12, catch_up_days = $13 WHERE id = $1`,
		s.ID, s.Topic, s.Title, s.Description, s.Place, s.Link, s.Material, s.Host, s.Team, s.StartsAt, s.EndsAt, s.CatchUp, s.CatchUpDays)
	return err
}

func setCancelled(ctx context.Context, q db.Q, id, reason string) error {
	_, err := q.Exec(ctx, "UPDATE training_session SET state = 'cancelled', reason = $2 WHERE id = $1", id, reason)
	return err
}

func guests(ctx context.Context, q db.Q, id string) (ids []string, err error) {
	err = q.Select(ctx, &ids, "SELECT person_id FROM training_guest WHERE session_id = $1 ORDER BY person_id", id)
	return ids, err
}

func setGuests(ctx context.Context, q db.Q, id string, ids []string) error {
	if _, err := q.Exec(ctx, "DELETE FROM training_guest WHERE session_id = $1", id); err != nil {
		return err
	}
	for _, p := range ids {
		if _, err := q.Exec(ctx, "INSERT INTO training_guest (session_id, person_id) VALUES ($1, $2)", id, p); err != nil {
			return err
		}
	}
	return nil
}

// claimHeld says of a session that has begun and was not cancelled that it was held, and makes who marks it wait.
func claimHeld(ctx context.Context, q db.Q, id string, now int64) error {
	n, err := q.Exec(ctx, "UPDATE training_session SET state = 'held' WHERE id = $1 AND state <> 'cancelled' AND starts_at <= $2", id, now)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "session.not_yet")
	}
	return err
}

// claimCatchUp makes who catches up on a session wait for who marks it.
func claimCatchUp(ctx context.Context, q db.Q, id string, now int64) error {
	n, err := q.Exec(ctx, `UPDATE training_session SET state = state
		WHERE id = $1 AND state = 'held' AND catch_up AND ends_at <= $2`, id, now)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "session.no_catch_up")
	}
	return err
}

// standing is where somebody stands with a session.
type standing struct {
	Marks    int64  `db:"marks"`
	Mark     string `db:"mark"`
	MarkedAt int64  `db:"marked_at"`
	CaughtUp int64  `db:"caught_up_at"` // 0 for not
	Counts   bool   `db:"counts"`
	Lines    int64  `db:"lines"`
}

func standingOf(ctx context.Context, q db.Q, session, person string) (s standing, err error) {
	err = q.Get(ctx, &s, `SELECT marks, mark, marked_at, caught_up_at, counts, lines FROM attendance
		WHERE session_id = $1 AND person_id = $2`, session, person)
	if db.None(err) {
		return standing{}, nil
	}
	return s, err
}

// setMark gives a mark to somebody who has as many as were seen and another one last; false says that it did not.
func setMark(ctx context.Context, q db.Q, session string, m Mark, by string, now int64) (bool, error) {
	n, err := q.Exec(ctx, `INSERT INTO attendance (session_id, person_id, marks, mark, marked_at) VALUES ($1, $2, 1, $3, $4)
		ON CONFLICT (session_id, person_id) DO UPDATE SET marks = attendance.marks + 1, mark = excluded.mark, marked_at = excluded.marked_at
		WHERE attendance.marks = $5 AND attendance.mark <> excluded.mark`, session, m.Person, m.Value, now, m.Seen)
	if err != nil || n == 0 {
		return false, err
	}
	_, err = q.Exec(ctx, `INSERT INTO attendance_mark (session_id, person_id, number, mark, marked_by, marked_at)
		SELECT session_id, person_id, marks, mark, $3, marked_at FROM attendance WHERE session_id = $1 AND person_id = $2`, session, m.Person, by)
	return true, err
}

// setCaughtUp notes that somebody who was away has caught up; false says that they were there, or had done so.
func setCaughtUp(ctx context.Context, q db.Q, session, person string, now int64) (bool, error) {
	n, err := q.Exec(ctx, `INSERT INTO attendance (session_id, person_id, caught_up_at) VALUES ($1, $2, $3)
		ON CONFLICT (session_id, person_id) DO UPDATE SET caught_up_at = excluded.caught_up_at
		WHERE attendance.caught_up_at = 0 AND attendance.mark NOT IN ('present', 'late')`, session, person, now)
	return n == 1, err
}

func setCounts(ctx context.Context, q db.Q, session, person string, counts bool) error {
	_, err := q.Exec(ctx, "UPDATE attendance SET counts = $3, lines = lines + 1 WHERE session_id = $1 AND person_id = $2", session, person, counts)
	return err
}

// another gives another session on the topic that counts for somebody, the last one, or "".
func another(ctx context.Context, q db.Q, than Session, person string) (id string, err error) {
	err = q.Get(ctx, &id, `SELECT s.id FROM training_session s JOIN attendance a ON a.session_id = s.id
		WHERE a.person_id = $1 AND a.counts AND s.topic = $2 AND s.id <> $3 ORDER BY s.starts_at DESC, s.id LIMIT 1`, person, than.Topic, than.ID)
	if db.None(err) {
		return "", nil
	}
	return id, err
}

func setAddress(ctx context.Context, q db.Q, person, hash string, now int64) error {
	_, err := q.Exec(ctx, `INSERT INTO calendar_address (person_id, token_hash, made_at) VALUES ($1, $2, $3)
		ON CONFLICT (person_id) DO UPDATE SET token_hash = excluded.token_hash, made_at = excluded.made_at`, person, hash, now)
	return err
}

func addressMade(ctx context.Context, q db.Q, person string) (at int64, err error) {
	err = q.Get(ctx, &at, "SELECT made_at FROM calendar_address WHERE person_id = $1", person)
	if db.None(err) {
		return 0, nil
	}
	return at, err
}
