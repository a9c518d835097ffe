package attempt

import (
	"context"
	"encoding/json"
	"fmt"

	"tongguan/quizzes/bank"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

type row struct {
	ID      string `db:"id"`
	Person  string `db:"person_id"`
	Module  string `db:"module"`
	SetHash string `db:"set_hash"`
	Seed    string `db:"seed"`
	Paper   string `db:"paper"`
	State   string `db:"state"`
	Started int64  `db:"started_at"`
	Due     int64  `db:"due_at"`
	Closed  *int64 `db:"closed_at"`
	Score   *int   `db:"score"`
	Pass    int    `db:"pass"`
	Passed  *bool  `db:"passed"`
	Pending int    `db:"pending"`
	Given   string `db:"given"` // every answer as question|points|saved|seq|certainty|final|chosen, a line each; only where it was asked for
}

const columns = "id, person_id, module, set_hash, seed, paper, state, started_at, due_at, closed_at, score, pass, passed, pending"

// outline is the attempt without its paper.
func (r row) outline() Attempt {
	a := Attempt{ID: r.ID, Person: r.Person, Module: r.Module, SetHash: r.SetHash, State: r.State,
		Started: r.Started, Due: r.Due, Pass: r.Pass, Pending: r.Pending}
	if r.Closed != nil {
		a.Closed = *r.Closed
	}
	if r.Score != nil && r.Passed != nil {
		a.Score, a.Passed = *r.Score, *r.Passed
	}
	return a
}

func (r row) attempt() (Attempt, error) {
	a := r.outline()
	if err := json.Unmarshal([]byte(r.Paper), &a.Paper); err != nil {
		return a, fmt.Errorf("attempt %s: paper: %w", r.ID, err)
	}
	return a, nil
}

// keepSet keeps the source of a question set under its hash, once.
func keepSet(ctx context.Context, q db.Q, s *bank.Set, now int64) error {
	_, err := q.Exec(ctx, `INSERT INTO question_set (hash, module, file, source, first_seen) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (hash) DO NOTHING`, s.Hash, s.Key(), s.File, string(s.Source), now)
	return err
}

func setSource(ctx context.Context, q db.Q, hash string) (file string, source []byte, err error) {
	var r struct{ File, Source string }
	err = q.Get(ctx, &r, "SELECT file, source FROM question_set WHERE hash = $1", hash)
	return r.File, []byte(r.Source), err
}

func openOf(ctx context.Context, q db.Q, person, module string, now int64) (id string, err error) {
	err = q.Get(ctx, &id, "SELECT id FROM attempt WHERE person_id = $1 AND module = $2 AND state = 'open' AND due_at > $3", person, module, now)
	if db.None(err) {
		return "", nil
	}
	return id, err
}

// attemptByID reads the attempt with its answers in one statement: every page of a sitting asks for both.
func attemptByID(ctx context.Context, q db.Q, id string) (r row, err error) {
	err = q.Get(ctx, &r, "SELECT "+columns+`, COALESCE((SELECT string_agg(question || '|' || points || '|' || saved_at || '|' || seq || '|' ||
			COALESCE(certainty, 0) || '|' || CASE WHEN open_until < 0 THEN '1' ELSE '0' END || '|' || chosen, '
')
		FROM answer WHERE attempt_id = attempt.id AND (saved_at > 0 OR open_until < 0)), '') AS given FROM attempt WHERE id = $1`, id)
	if db.None(err) {
		return r, fault.New(fault.Missing, "error.missing")
	}
	return r, err
}

func startedAt(ctx context.Context, q db.Q, id string) (at int64, err error) {
	err = q.Get(ctx, &at, "SELECT started_at FROM attempt WHERE id = $1", id)
	if db.None(err) {
		err = fault.New(fault.Missing, "error.missing")
	}
	return at, err
}

// paperByID reads what never changes.
func paperByID(ctx context.Context, q db.Q, id string) (r row, err error) {
	err = q.Get(ctx, &r, "SELECT id, person_id, set_hash, paper FROM attempt WHERE id = $1", id)
	if db.None(err) {
		return r, fault.New(fault.Missing, "error.missing")
	}
	return r, err
}

// claimClose closes an open attempt; one whose time was up closed when it was due.
func claimClose(ctx context.Context, q db.Q, id string, now int64) (r row, err error) {
	err = q.Get(ctx, &r, `UPDATE attempt SET state = 'closed', closed_at = CASE WHEN due_at < $2 THEN due_at ELSE $2 END
		WHERE id = $1 AND state = 'open' RETURNING `+columns, id, now)
	if db.None(err) {
		return r, fault.New(fault.Conflict, "quiz.closed")
	}
	return r, err
}

// claimOpen claims an open attempt of a person's that is in time.
func claimOpen(ctx context.Context, q db.Q, id, person string, now int64) (r row, err error) {
	err = q.Get(ctx, &r, `UPDATE attempt SET saves = saves + 1 WHERE id = $1 AND person_id = $2 AND state = 'open' AND due_at >= $3
		RETURNING `+columns, id, person, now)
	if db.None(err) {
		return r, fault.New(fault.Conflict, "quiz.closed")
	}
	return r, err
}

// claimClosed claims an attempt that is closed.
func claimClosed(ctx context.Context, q db.Q, id string) (r row, err error) {
	err = q.Get(ctx, &r, "UPDATE attempt SET saves = saves + 1 WHERE id = $1 AND state = 'closed' RETURNING "+columns, id)
	if db.None(err) {
		return r, fault.New(fault.Missing, "error.missing")
	}
	return r, err
}

// overdue gives open attempts whose time is out, those due first.
func overdue(ctx context.Context, q db.Q, before int64) (ids []string, err error) {
	err = q.Select(ctx, &ids, "SELECT id FROM attempt WHERE state = 'open' AND due_at < $1 ORDER BY due_at LIMIT 500", before)
	return ids, err
}

// lastDue gives when the last open attempt at a quiz is due; 0 where none is open.
func lastDue(ctx context.Context, q db.Q, module string) (due int64, err error) {
	err = q.Get(ctx, &due, "SELECT COALESCE(MAX(due_at), 0) FROM attempt WHERE module = $1 AND state = 'open'", module)
	return due, err
}

func setPending(ctx context.Context, q db.Q, id string, pending int) error {
	_, err := q.Exec(ctx, "UPDATE attempt SET pending = $2 WHERE id = $1", id, pending)
	return err
}

func setResult(ctx context.Context, q db.Q, id string, score int, passed bool) error {
	_, err := q.Exec(ctx, "UPDATE attempt SET score = $2, passed = $3, pending = 0 WHERE id = $1", id, score, passed)
	return err
}

// attemptsOf gives so many of the latest attempts without their papers, which are the most of a row.
func attemptsOf(ctx context.Context, q db.Q, person, module string, most int) ([]Attempt, error) {
	var rows []row
	if err := q.Select(ctx, &rows, `SELECT id, person_id, module, set_hash, state, started_at, due_at, closed_at, score, pass, passed, pending
		FROM attempt WHERE person_id = $1 AND ($2 = '' OR module = $2) ORDER BY started_at DESC, id DESC LIMIT $3`,
		person, module, most); err != nil {
		return nil, err
	}
	out := make([]Attempt, len(rows))
	for i, r := range rows {
		out[i] = r.outline()
	}
	return out, nil
}

// claimSeat claims a person's seat at a quiz: who begins an attempt, in which tab and on which node ever, does so alone.
func claimSeat(ctx context.Context, q db.Q, person, module string) error {
	_, err := q.Exec(ctx, `INSERT INTO seat (person_id, module, starts) VALUES ($1, $2, 1)
		ON CONFLICT (person_id, module) DO UPDATE SET starts = seat.starts + 1`, person, module)
	return err
}

// holdSeat claims a person's seat without beginning anything.
func holdSeat(ctx context.Context, q db.Q, person, module string) error {
	_, err := q.Exec(ctx, `INSERT INTO seat (person_id, module, starts) VALUES ($1, $2, 0)
		ON CONFLICT (person_id, module) DO UPDATE SET starts = seat.starts`, person, module)
	return err
}

// openIn gives the attempt that is open, "" where none is; overdue says that its time is up.
func openIn(ctx context.Context, q db.Q, person, module string, now int64) (id string, overdue bool, err error) {
	var found struct {
		ID  string `db:"id"`
		Due int64  `db:"due_at"`
	}
	err = q.Get(ctx, &found, "SELECT id, due_at FROM attempt WHERE person_id = $1 AND module = $2 AND state = 'open'", person, module)
	if db.None(err) {
		return "", false, nil
	}
	return found.ID, found.Due < now, err
}

func insertAttempt(ctx context.Context, q db.Q, r row, accepted bool) error {
	var at *int64
	if accepted {
		at = &r.Started
	}
	n, err := q.Exec(ctx, `INSERT INTO attempt (id, person_id, module, set_hash, seed, paper, state, started_at, due_at, pass, accepted_at)
		VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9, $10) ON CONFLICT (person_id, module) WHERE state = 'open' DO NOTHING`,
		r.ID, r.Person, r.Module, r.SetHash, r.Seed, r.Paper, r.Started, r.Due, r.Pass, at)
	if err == nil && n == 0 { // a program that knows no seats has opened one at this very moment
		err = fault.New(fault.Conflict, "error.changed_meanwhile")
	}
	return err
}
