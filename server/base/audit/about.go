package audit

import (
	"context"
	"encoding/json"
	"fmt"

	"tongguan/server/base/db"
)

// About gives the entries of some act that concern a person, the earliest first, for a room that compares what it keeps with
// what the trail says; of nobody ("") they are also those of people who were erased. Who may see it is for that room to know.
func (t *Trail) About(ctx context.Context, q db.Q, subject, act string) ([]Entry, error) {
	var rows []entry
	if err := q.Select(ctx, &rows, `SELECT seq, at, act, actor_id, subject_id, private, leaf FROM audit_entry
		WHERE subject_id = $1 AND act = $2 ORDER BY seq`, subject, act); err != nil {
		return nil, err
	}
	out := make([]Entry, len(rows))
	for i, e := range rows {
		var l struct {
			Facts json.RawMessage `json:"facts"`
		}
		if err := json.Unmarshal([]byte(e.Leaf), &l); err != nil {
			return nil, fmt.Errorf("audit: entry %d: %w", e.Seq, err)
		}
		out[i] = Entry{Seq: e.Seq, At: e.At, Act: e.Act, Actor: e.ActorID, Subject: e.SubjectID, Facts: l.Facts}
	}
	return out, nil
}
