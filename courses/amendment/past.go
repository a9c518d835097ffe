package amendment

import (
	"context"

	"tongguan/server/base/access"
	"tongguan/server/base/fault"
)

// Past is one change of a clause's wording with both wordings.
type Past struct {
	Progress
	Before, Now Wording
	Seen        bool // the reader may see whom it reached: People and the duties count those within reach
}

// Past gives every change of a clause, the latest first. How it was worded is for everybody who reads the policy; whom a change
// reached, for those who may see certificates of others.
func (a *Amendments) Past(ctx context.Context, actor access.Actor, clause string) ([]Past, error) {
	if err := actor.Check(access.ReadLesson, access.Self); err != nil {
		return nil, err
	}
	teams, err := a.sees(ctx, actor)
	seen := err == nil
	if err != nil && fault.KindOf(err) != fault.Missing {
		return nil, err
	}
	q := a.DB.Read()
	all, err := changesOf(ctx, q, clause)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	out := make([]Past, len(all))
	for i, c := range all {
		out[i] = Past{Progress: Progress{Change: c}, Seen: seen}
		if out[i].Before, out[i].Now, err = a.both(ctx, q, c); err != nil {
			return nil, err
		}
		if seen {
			counts, err := count(ctx, q, c.ID, teams)
			if err != nil {
				return nil, err
			}
			out[i].Progress = progressOf(c, counts)
		}
	}
	return out, nil
}
