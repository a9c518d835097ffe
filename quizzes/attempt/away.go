package attempt

import (
	"context"
	"slices"

	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// mostAway is how many absences of one attempt are kept.
const mostAway = 500

// Span is a stretch of time in which the page of an attempt was not in focus, from and to milliseconds.
type Span struct {
	From int64 `db:"from_at" json:"from"`
	To   int64 `db:"to_at" json:"to"`
}

// NoteAway keeps when the page of the actor's open attempt was not in focus. The same span again is kept once.
// What lies outside the attempt, or past the five hundredth, is left out: it is the browser's word, no proof.
func (a *Attempts) NoteAway(ctx context.Context, actor access.Actor, id string, spans []Span) error {
	if err := actor.Check(access.TakeQuiz, access.Self); err != nil {
		return err
	}
	p, err := a.paper(ctx, id)
	if err == nil && p.person != actor.ID {
		err = fault.New(fault.Missing, "error.missing")
	}
	if err != nil || len(spans) == 0 {
		return err
	}
	now := a.clock.Now()
	return a.db.Write(ctx, func(q db.Q) error {
		started, err := claimForAway(ctx, q, id)
		if err != nil {
			return err
		}
		return insertAway(ctx, q, id, slices.DeleteFunc(slices.Clone(spans), func(s Span) bool {
			return s.From < started || s.To < s.From || s.To > now
		}))
	})
}

// claimForAway claims an open attempt.
func claimForAway(ctx context.Context, q db.Q, id string) (started int64, err error) {
	err = q.Get(ctx, &started, "UPDATE attempt SET saves = saves + 1 WHERE id = $1 AND state = 'open' RETURNING started_at", id)
	if db.None(err) {
		return 0, fault.New(fault.Conflict, "quiz.closed")
	}
	return started, err
}

// insertAway adds spans to an attempt that is claimed, as long as there is room.
func insertAway(ctx context.Context, q db.Q, id string, spans []Span) error {
	var kept int
	if err := q.Get(ctx, &kept, "SELECT count(*) FROM attempt_away WHERE attempt_id = $1", id); err != nil {
		return err
	}
	spans = spans[:min(len(spans), max(0, mostAway-kept))]
	if len(spans) == 0 {
		return nil
	}
	from, to := make([]int64, len(spans)), make([]int64, len(spans))
	for i, s := range spans {
		from[i], to[i] = s.From, s.To
	}
	_, err := q.Exec(ctx, `INSERT INTO attempt_away (attempt_id, from_at, to_at) SELECT $1, r.from_at, r.to_at FROM {rows} WHERE true
		ON CONFLICT DO NOTHING`, id, new(db.Rows).Number("from_at", from).Number("to_at", to))
	return err
}
