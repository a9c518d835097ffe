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
	rows, err := newsOf(ctx, a.db.Read(), actor.ID)
	var out News
	for _, r := range rows {
		if r.State != "" {
			out.Appeals = append(out.Appeals, Appeal{Attempt: r.Attempt, Question: r.What, Module: r.Module, SetHash: r.SetHash, State: r.State,
				Answer: r.Reason, Decided: r.At})
			continue
		}
		set, err := a.set(ctx, a.db.Read(), r.SetHash)
		if err != nil {
			return News{}, err
		}
		shows, err := a.shows(ctx, set, true)
		if err != nil {
			return News{}, err
		}
		if shows.Score {
			r.Note.Correction = r.What
			out.Notes = append(out.Notes, r.Note)
		}
	}
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

// newsRow is a note, or the answer to an objection where it has a state.
type newsRow struct {
	Note
	What  string `db:"what"` // the correction, or the question
	State string `db:"state"`
}

// newsOf gives what a person has not put aside, the oldest first, in one statement: a page that everybody opens asks.
func newsOf(ctx context.Context, q db.Q, person string) (rows []newsRow, err error) {
	err = q.Select(ctx, &rows, `SELECT n.attempt_id, n.correction_id AS what, a.module, a.set_hash, n.score_before, n.score_after,
			n.passed_before, n.passed_after, c.reason, n.created_at, '' AS state
		FROM attempt_note n JOIN attempt a ON a.id = n.attempt_id JOIN correction c ON c.id = n.correction_id
		WHERE n.person_id = $1 AND n.seen_at IS NULL
		UNION ALL SELECT o.attempt_id, o.question, a.module, a.set_hash, 0, 0, FALSE, FALSE, o.answer_text, o.decided_at, o.state
		FROM appeal o JOIN attempt a ON a.id = o.attempt_id WHERE o.person_id = $1 AND o.state <> 'open' AND o.seen_at IS NULL
		ORDER BY created_at, what`, person)
	return rows, err
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
