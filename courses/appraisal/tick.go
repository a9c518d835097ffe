package appraisal

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tongguan/courses/composite"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// batch is how many records are taken on in one transaction.
const batch = 200

// errMoved means that a record was changed between being read and being written.
var errMoved = errors.New("appraisal: a record has moved")

// Tick makes the transitions that time has brought, the earliest first. It may run on several nodes at once and as often as
// one likes. Each takes effect at the end of its day, whenever it is recorded; but for a result, which is shown only once it can
// be seen: the days to respond count from then.
func (a *Appraisals) Tick(ctx context.Context) error {
	for {
		n, err := a.tick(ctx, a.clock.Now())
		if errors.Is(err, errMoved) {
			continue // somebody has changed one of them meanwhile; what is left is read again
		}
		if err != nil || n == 0 {
			return err
		}
	}
}

// tick takes on one batch of records and says how many they are.
func (a *Appraisals) tick(ctx context.Context, now int64) (n int, err error) {
	err = a.db.Write(ctx, func(q db.Q) error {
		if err := claimTick(ctx, q, now); err != nil {
			return err
		}
		due, err := dueRecords(ctx, q, now, batch)
		if n = len(due); err != nil || n == 0 {
			return err
		}
		c, err := cycleByID(ctx, q, due[0].Cycle)
		if err != nil {
			return err
		}
		if due[0].State == Reviewing && reviewed(c.Scheme) {
			if closed, err := a.closePanels(ctx, q, c.ID, now); err != nil || closed > 0 {
				return err
			}
		}
		steps := make([]step, n)
		for i, r := range due {
			at := max(r.Next, r.Since)
			if byTime(r.State) == Show && now-at > grace.Milliseconds() {
				at = now
			}
			if steps[i], err = a.step(c, r, byTime(r.State), at); err != nil {
				return err
			}
		}
		if err := a.take(ctx, q, steps, "", ""); err != nil {
			return err
		}
		events, err := a.follow(ctx, q, c, steps)
		if err != nil {
			return err
		}
		return a.told(ctx, q, append(events, passed(c, steps, now)))
	})
	return n, err
}

// closePanels closes a batch of panels of a cycle and says how many. As long as there are any, no result of the cycle is
// computed: how lenient a reviewer is shows in all that they gave, so that nobody's result hangs on whose batch came first.
func (a *Appraisals) closePanels(ctx context.Context, q db.Q, cycle string, now int64) (int, error) {
	open, err := openPanels(ctx, q, cycle, now, batch)
	if err != nil || len(open) == 0 {
		return 0, err
	}
	if n, err := setPaneled(ctx, q, open); err != nil || n != int64(len(open)) {
		return 0, cmp.Or(err, errMoved)
	}
	for _, id := range open {
		if err := a.panels.Close(ctx, q, id); err != nil {
			return 0, err
		}
	}
	return len(open), nil
}

// step plans a transition of a record.
func (a *Appraisals) step(c Cycle, r living, do Act, at int64) (step, error) {
	to, ok := Next(r.State, do)
	if !ok {
		return step{}, fault.New(fault.Conflict, "error.changed_meanwhile")
	}
	s := step{living: r, to: to, act: do, at: at}
	day := c.Deadlines.of(to)
	if to == Calibration {
		return s, nil // time shows what has a result; whether there is one is computed yet
	}
	var err error
	if to == Shown {
		if day, err = a.respondBy(c, at); err != nil {
			return s, err
		}
		s.respondBy = day
	}
	s.next, err = a.end(day)
	return s, err
}

// grace is how late a result may be recorded as shown and count as shown at the end of the phase: the job of time runs every
// minute.
const grace = time.Hour

// respondBy is the last day to respond to a result that is shown at a moment, recorded now: the cycle's, or as many days after
// today as lie between the last two deadlines, so that nobody has less time because HR took more or the server stood still.
func (a *Appraisals) respondBy(c Cycle, at int64) (string, error) {
	days, err1 := c.toRespond()
	over, err2 := a.end(c.Calibration)
	now := max(at, a.clock.Now())
	on, err3 := time.Parse(time.DateOnly, time.UnixMilli(now).In(a.zone).Format(time.DateOnly))
	if err := errors.Join(err1, err2, err3); err != nil {
		return "", err
	}
	if now <= over+grace.Milliseconds() && days >= LeastResponse {
		return c.Response, nil
	}
	return max(c.Response, on.AddDate(0, 0, max(days, LeastResponse)).Format(time.DateOnly)), nil
}

// take makes planned transitions; errMoved where one of the records is not as it was read.
func (a *Appraisals) take(ctx context.Context, q db.Q, steps []step, actor, note string) error {
	n, err := advance(ctx, q, steps)
	if err == nil && n != int64(len(steps)) {
		err = errMoved
	}
	if err != nil {
		return err
	}
	if err := insertTransitions(ctx, q, steps, actor, note, a.clock.Now()); err != nil || steps[0].to != Shown {
		return err
	}
	return a.showPanels(ctx, q, steps)
}

// showPanels shows the reviews together with the results that rest on them, never before. All steps are of one cycle.
func (a *Appraisals) showPanels(ctx context.Context, q db.Q, steps []step) error {
	c, err := cycleByID(ctx, q, steps[0].Cycle)
	if err != nil || !reviewed(c.Scheme) {
		return err
	}
	for _, s := range steps {
		if err := a.panels.Show(ctx, q, s.ID); err != nil {
			return err
		}
	}
	return nil
}

// follow does what the end of a phase brings, and gives what goes into the trail of it. All steps are of the same act.
func (a *Appraisals) follow(ctx context.Context, q db.Q, c Cycle, steps []step) ([]audit.Event, error) {
	switch steps[0].act {
	case EndFigures:
		return nil, a.freeze(ctx, q, c, steps)
	case EndReviews:
		return a.computeAll(ctx, q, c, steps)
	}
	return nil, nil
}

func (a *Appraisals) told(ctx context.Context, q db.Q, events []audit.Event) error {
	for _, e := range events {
		if err := a.trail.Append(ctx, q, e); err != nil {
			return err
		}
	}
	return nil
}

// passed says what time has brought, with SHA-256 over every single transition.
func passed(c Cycle, steps []step, now int64) audit.Event {
	h := sha256.New()
	for _, s := range steps {
		fmt.Fprintf(h, "%s %d %s %s %d\n", s.ID, s.Seq+1, s.State, s.to, s.at)
	}
	return audit.Event{Act: "appraisal.passed", Facts: map[string]any{"cycle": c.ID, "act": steps[0].act, "records": len(steps), "until": now,
		"sum": hex.EncodeToString(h.Sum(nil))}}
}

// freeze keeps the figures of a period as they are and opens the reviews.
func (a *Appraisals) freeze(ctx context.Context, q db.Q, c Cycle, steps []step) error {
	persons, numbers := make([]string, len(steps)), make([]string, len(steps))
	for i, s := range steps {
		persons[i], numbers[i] = s.Person, s.ID
	}
	for _, p := range persons { // first: what is written at this very moment is in, or is refused
		if err := a.figures.Freeze(ctx, q, p, c.Period, c.called()); err != nil {
			return err
		}
	}
	all, err := a.figures.Of(ctx, q, persons, c.Period)
	if err != nil {
		return err
	}
	figures, simulated := make([]string, len(steps)), make([]int64, len(steps))
	for i, s := range steps {
		mine := map[string]Figure{}
		for _, item := range c.Scheme.Items {
			if f, ok := all[s.Person][item.Of]; ok && item.Kind == composite.OfIndicator {
				mine[item.Of] = f
				if f.Source == Simulated {
					simulated[i] = 1
				}
			}
		}
		text, err := json.Marshal(mine)
		if err != nil {
			return err
		}
		figures[i] = string(text)
	}
	if err := setFigures(ctx, q, numbers, figures, simulated); err != nil || !reviewed(c.Scheme) {
		return err
	}
	for _, s := range steps {
		if err := a.panels.Open(ctx, q, Panel{ID: s.ID, Cycle: c.ID, Person: s.Person, Traits: c.Scheme.Traits, Shown: c.Scheme.Shown, Due: c.Reviews}); err != nil {
			return err
		}
	}
	return a.panels.Propose(ctx, q, numbers...)
}

// called is a cycle as a sentence names it.
func (c Cycle) called() string { return c.Title.ZH + " " + c.Period + " (" + c.Title.EN + ")" }

// reviewed says whether a scheme has reviews.
func reviewed(s *composite.Scheme) bool {
	for _, i := range s.Items {
		if i.Kind == composite.OfReviews {
			return true
		}
	}
	return false
}
