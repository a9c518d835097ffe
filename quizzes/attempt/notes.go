package attempt

import (
	"context"

	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Note is word to a person that a correction has changed a result of theirs.
type Note struct {
	Attempt     string `db:"attempt_id"`
	Correction  string `db:"correction_id"`
	Module      string `db:"module"`
	SetHash     string `db:"set_hash"`
	Before      int    `db:"score_before"` // basis points
	After       int    `db:"score_after"`
	Passed      bool   `db:"passed_before"`
	PassedAfter bool   `db:"passed_after"`
	Reason      string `db:"reason"`
	At          int64  `db:"created_at"`
}

// News is what the actor has not yet put aside: results that have changed, and answers to objections.
type News struct {
	Notes   []Note
	Appeals []Appeal
}

// News gives what is new to the actor. A result that may not be shown yet is told when it may.
func (a *Attempts) News(ctx context.Context, actor access.Actor) (News, error) {
	if err := actor.Check(access.TakeQuiz, access.Self); err != nil {
		return News{}, err
	}
	q := a.db.Read()
	notes, err := notesWhere(ctx, q, "n.person_id = $1 AND n.seen_at IS NULL", actor.ID)
	if err != nil {
		return News{}, err
	}
	var out News
	for _, n := range notes {
		set, err := a.set(ctx, q, n.SetHash)
		if err != nil {
			return News{}, err
		}
		if a.shows(set.Rules, true).Score {
			out.Notes = append(out.Notes, n)
		}
	}
	out.Appeals, err = appealsWhere(ctx, q, "a.person_id = $1 AND a.state <> 'open' AND a.seen_at IS NULL", actor.ID)
	return out, err
}

// PutAside notes that the actor has seen that a result of theirs has changed.
func (a *Attempts) PutAside(ctx context.Context, actor access.Actor, id, correction string) error {
	return a.aside(ctx, actor, "UPDATE attempt_note SET seen_at = COALESCE(seen_at, $4) WHERE attempt_id = $1 AND correction_id = $2 AND person_id = $3", id, correction)
}

// PutAppealAside notes that the actor has seen the answer to their objection.
func (a *Attempts) PutAppealAside(ctx context.Context, actor access.Actor, id, question string) error {
	return a.aside(ctx, actor, "UPDATE appeal SET seen_at = COALESCE(seen_at, $4) WHERE attempt_id = $1 AND question = $2 AND person_id = $3 AND state <> 'open'", id, question)
}

func (a *Attempts) aside(ctx context.Context, actor access.Actor, update, id, what string) error {
	if err := actor.Check(access.TakeQuiz, access.Self); err != nil {
		return err
	}
	return a.db.Write(ctx, func(q db.Q) error {
		n, err := q.Exec(ctx, update, id, what, actor.ID, a.clock.Now())
		if err == nil && n == 0 {
			err = fault.New(fault.Missing, "error.missing")
		}
		return err
	})
}

// notesWhere gives notes, the oldest first; where is one of this package's conditions on n, with one parameter.
func notesWhere(ctx context.Context, q db.Q, where, arg string) (out []Note, err error) {
	err = q.Select(ctx, &out, `SELECT n.attempt_id, n.correction_id, a.module, a.set_hash, n.score_before, n.score_after, n.passed_before,
			n.passed_after, c.reason, n.created_at
		FROM attempt_note n JOIN attempt a ON a.id = n.attempt_id JOIN correction c ON c.id = n.correction_id
		WHERE `+where+" ORDER BY n.created_at, n.correction_id", arg)
	return out, err
}

func insertNote(ctx context.Context, q db.Q, n Note, person string) error {
	_, err := q.Exec(ctx, `INSERT INTO attempt_note (attempt_id, correction_id, person_id, score_before, score_after, passed_before, passed_after, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, n.Attempt, n.Correction, person, n.Before, n.After, n.Passed, n.PassedAfter, n.At)
	return err
}
