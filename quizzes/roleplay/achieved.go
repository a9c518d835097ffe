package roleplay

import (
	"context"

	"tongguan/quizzes/pipeline"
)

// Achieved gives the indicators of clause 3.2.1 of the rehearsal that a person closed last within a span (milliseconds since 1970 UTC,
// until excluded), as it ended; ok is false where there is none. One that was branched off is left out: its luck was known. Whoever
// asks decides who may.
func (r *Rehearsals) Achieved(ctx context.Context, person string, from, until int64) (got pipeline.Indicators, ok bool, err error) {
	q := r.db.Read()
	rows, err := closedWithin(ctx, q, person, from, until)
	if err != nil || len(rows) == 0 {
		return got, false, err
	}
	s, err := r.scene(ctx, q, rows[0], rows[0].Turns)
	if err != nil {
		return got, false, err
	}
	return s.Run.Territory.Indicators(&s.Run.State, s.Run.Log), true, nil
}
