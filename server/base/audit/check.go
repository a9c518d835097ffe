package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"tongguan/server/base/access"
	"tongguan/server/base/db"
)

// checkEvery is how often the whole trail is checked without being asked.
const checkEvery = 24 * time.Hour

// smallTrail is how many entries are checked while whoever asked waits for it: it takes less than a second.
const smallTrail = 20_000

// Check is what the last check of the whole trail found. It is news for a page and no proof: whoever can write the
// database can write it too. Proof is what Verify computes.
type Check struct {
	Begun  int64 // milliseconds since 1970 UTC; 0 where none was made yet
	Done   int64 // before Begun while it runs
	Asked  bool  // another one will begin at once
	Report Report
}

// Running says whether a check is under way.
func (c Check) Running() bool { return c.Begun > c.Done }

// LastCheck gives the last check.
func (t *Trail) LastCheck(ctx context.Context, q db.Q, actor access.Actor) (c Check, err error) {
	if err := actor.Check(access.ReadTrail, access.Other); err != nil {
		return c, err
	}
	row, err := lastCheck(ctx, q)
	if err != nil {
		return c, err
	}
	c = Check{Begun: row.Begun, Done: row.Done, Asked: row.Next == 0}
	if row.Report != "" {
		if err := json.Unmarshal([]byte(row.Report), &c.Report); err != nil {
			return c, fmt.Errorf("audit: the last check: %w", err)
		}
	}
	return c, nil
}

// AskCheck has the whole trail checked: a short one before it returns, a long one soon, by a node that has the time.
func (t *Trail) AskCheck(ctx context.Context, q db.Q, actor access.Actor, n *Notary) error {
	size, err := t.Size(ctx, q, actor)
	if err != nil {
		return err
	}
	if err := askCheck(ctx, q); err != nil || size > smallTrail {
		return err
	}
	return t.CheckWhenDue(ctx, q, n)
}

// CheckWhenDue checks the whole trail if it is time for it, and says what it found on LastCheck.
func (t *Trail) CheckWhenDue(ctx context.Context, q db.Q, n *Notary) error {
	begun := t.clock.Now()
	row, err := lastCheck(ctx, q)
	if err != nil || row.Next > begun { // most of the time nothing is written
		return err
	}
	mine, err := claimCheck(ctx, q, begun, begun+checkEvery.Milliseconds())
	if err != nil || !mine {
		return err
	}
	e, err := n.Evidence()
	if err != nil {
		return err
	}
	r, err := t.Verify(ctx, q, access.Operator(), &e)
	if err != nil {
		return err
	}
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return noteCheck(ctx, q, begun, t.clock.Now(), string(text))
}
