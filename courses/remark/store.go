package remark

import (
	"context"

	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

const columns = `id, lesson, module, lang, version, heading, place, kind, quote, reason, text, state, answer, answered_at, closed_at, seen_at, sent_at`

// claimDay counts one more note of a person's day; false says that the day is full.
func claimDay(ctx context.Context, q db.Q, person, day string) (bool, error) {
	n, err := q.Exec(ctx, `INSERT INTO remark_day (person_id, day, sent) VALUES ($1, $2, 1)
		ON CONFLICT (person_id, day) DO UPDATE SET sent = remark_day.sent + 1 WHERE remark_day.sent < $3`, person, day, MostPerDay)
	return n == 1, err
}

func releaseDay(ctx context.Context, q db.Q, person, day string) error {
	_, err := q.Exec(ctx, "UPDATE remark_day SET sent = sent - 1 WHERE person_id = $1 AND day = $2", person, day)
	return err
}

// byRequest gives the note that a form has sent before, or nothing.
func byRequest(ctx context.Context, q db.Q, person, request string) (n Remark, err error) {
	err = q.Get(ctx, &n, "SELECT "+columns+" FROM remark WHERE person_id = $1 AND request_id = $2", person, request)
	if db.None(err) {
		err = nil
	}
	return n, err
}

func insert(ctx context.Context, q db.Q, person string, n Remark, request string) error {
	_, err := q.Exec(ctx, `INSERT INTO remark (id, person_id, lesson, module, lang, version, heading, place, kind, quote, reason, text, state, sent_at, request_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		n.ID, person, n.Lesson, n.Module, n.Lang, n.Version, n.Heading, n.Place, n.Kind, n.Quote, n.Reason, n.Text, n.State, n.SentAt, request)
	return err
}

func byID(ctx context.Context, q db.Q, id string) (Remark, string, error) {
	var row struct {
		Remark
		Person string `db:"person_id"`
	}
	err := q.Get(ctx, &row, "SELECT person_id, "+columns+" FROM remark WHERE id = $1", id)
	if db.None(err) {
		err = fault.New(fault.Missing, "error.missing")
	}
	return row.Remark, row.Person, err
}

// claim takes a note from one of these states to another.
func claim(ctx context.Context, q db.Q, id string, to State, from ...State) error {
	last := from[len(from)-1]
	n, err := q.Exec(ctx, "UPDATE remark SET state = $2 WHERE id = $1 AND state IN ($3, $4)", id, to, from[0], last)
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "writing.note_moved")
	}
	return err
}

func strike(ctx context.Context, q db.Q, id string, now int64) error {
	_, err := q.Exec(ctx, "UPDATE remark SET text = '', closed_at = $2 WHERE id = $1", id, now)
	return err
}

func setSeen(ctx context.Context, q db.Q, id string, now int64) error {
	_, err := q.Exec(ctx, "UPDATE remark SET seen_at = $2 WHERE id = $1 AND seen_at = 0 AND answered_at > 0", id, now)
	return err
}

func setAnswer(ctx context.Context, q db.Q, id, by, text string, now int64) error {
	_, err := q.Exec(ctx, "UPDATE remark SET answer = $2, answered_by = $3, answered_at = $4 WHERE id = $1", id, text, by, now)
	return err
}

func setClosed(ctx context.Context, q db.Q, id, by string, now int64) error {
	_, err := q.Exec(ctx, "UPDATE remark SET closed_by = $2, closed_at = $3 WHERE id = $1", id, by, now)
	return err
}

func of(ctx context.Context, q db.Q, person string) (all []Remark, err error) {
	err = q.Select(ctx, &all, "SELECT "+columns+" FROM remark WHERE person_id = $1 AND state <> 'withdrawn' ORDER BY sent_at DESC, id DESC LIMIT $2", person, mostListed)
	return all, err
}

func list(ctx context.Context, q db.Q, state State, module string) (all []Remark, err error) {
	order := "sent_at, id"
	if state == Done {
		order = "closed_at DESC, id"
	}
	err = q.Select(ctx, &all, "SELECT "+columns+" FROM remark WHERE state = $1 AND ($2 = '' OR module = $2) ORDER BY "+order+" LIMIT $3", state, module, mostListed)
	return all, err
}

func counts(ctx context.Context, q db.Q) (map[string]map[State]int, error) {
	var rows []struct {
		Module string `db:"module"`
		State  State  `db:"state"`
		Count  int    `db:"n"`
	}
	if err := q.Select(ctx, &rows, "SELECT module, state, count(*) AS n FROM remark WHERE state <> 'withdrawn' GROUP BY module, state"); err != nil {
		return nil, err
	}
	out := map[string]map[State]int{}
	for _, r := range rows {
		if out[r.Module] == nil {
			out[r.Module] = map[State]int{}
		}
		out[r.Module][r.State] = r.Count
	}
	return out, nil
}

// told is an answer that its reader has not put aside.
type told struct {
	ID         string `db:"id"`
	Person     string `db:"person_id"`
	Lesson     string `db:"lesson"`
	AnsweredAt int64  `db:"answered_at"`
}

func unseen(ctx context.Context, q db.Q) (all []told, err error) {
	err = q.Select(ctx, &all, `SELECT id, person_id, lesson, answered_at FROM remark
		WHERE answered_at > 0 AND seen_at = 0 AND state <> 'withdrawn' ORDER BY answered_at, id`)
	return all, err
}
