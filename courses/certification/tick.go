package certification

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"tongguan/server/base/audit"
	"tongguan/server/base/db"
)

// batch is how many standings time changes in one transaction: enough to be quick, few enough that nobody who waits for
// one of them notices.
const batch = 2000

// Tick makes the changes that time has brought and nobody has recorded yet, the earliest first. It may run on several
// nodes at once and as often as one likes. Each change takes effect at its own moment, whenever it is recorded.
func (c *Certification) Tick(ctx context.Context) error {
	for {
		n, err := c.tick(ctx, c.clock.Now())
		if errors.Is(err, errMoved) {
			continue // somebody has changed one of them meanwhile; what is left is read again
		}
		if err != nil || n == 0 {
			return err
		}
	}
}

// errMoved means that a standing was changed between being read and being written.
var errMoved = errors.New("certification: a standing has moved")

// tick makes everything that time has brought to one batch of standings, and says how many they are.
func (c *Certification) tick(ctx context.Context, now int64) (n int, err error) {
	err = c.db.Write(ctx, func(q db.Q) error {
		passed, err := c.passing(ctx, q, now)
		if n = len(passed); err != nil || n == 0 {
			return err
		}
		if written, err := pass(ctx, q, passed); err != nil {
			return err
		} else if written != int64(n) {
			return errMoved
		}
		if err := insertPassed(ctx, q, passed, c.clock.Now()); err != nil {
			return err
		}
		changes, sum := sumOf(passed)
		return c.trail.Append(ctx, q, audit.Event{Act: "certificates.passed", Facts: map[string]any{"changes": changes, "until": now, "sum": sum}})
	})
	return n, err
}

// passing is a standing that time has changed, with the changes; the last of them has the standing's Seq.
type passing struct {
	Standing
	changes []change
}

// each calls do for every change with its number in the history of the standing.
func (p passing) each(do func(seq int64, ch change)) {
	for i, ch := range p.changes {
		do(p.Seq-int64(len(p.changes)-1-i), ch)
	}
}

// passing claims the job, so that two nodes do not change the same standings in two orders, and gives what is due.
func (c *Certification) passing(ctx context.Context, q db.Q, now int64) ([]passing, error) {
	if err := claimTick(ctx, q, now); err != nil {
		return nil, err
	}
	due, err := dueStandings(ctx, q, now, batch)
	if err != nil {
		return nil, err
	}
	var out []passing
	for _, s := range due {
		if changes := s.passTime(now); len(changes) > 0 {
			s.Seq += int64(len(changes))
			out = append(out, passing{s, changes})
		}
	}
	return out, nil
}

// sumOf counts the changes and gives SHA-256 over them, one line each, so that the trail covers every single one.
func sumOf(all []passing) (n int, sum string) {
	h := sha256.New()
	for _, p := range all {
		p.each(func(seq int64, ch change) {
			n++
			fmt.Fprintf(h, "%s %s %d %s %s %d\n", p.Person, p.Programme, seq, ch.before, ch.after, ch.at)
		})
	}
	return n, hex.EncodeToString(h.Sum(nil))
}
