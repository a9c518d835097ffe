package appraisal

import (
	"context"
	"errors"
	"strconv"

	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
)

// ShowAll shows every result of a cycle that waits in calibration and has one, and says how many.
func (a *Appraisals) ShowAll(ctx context.Context, actor access.Actor, cycle, request string) (int, error) {
	return a.together(ctx, actor, cycle, Show, []State{Calibration}, request)
}

// CloseAll closes every record of a cycle that can be, and says how many.
func (a *Appraisals) CloseAll(ctx context.Context, actor access.Actor, cycle, request string) (int, error) {
	return a.together(ctx, actor, cycle, Close, []State{Acknowledged, NoResponse, Upheld, Amended}, request)
}

// together takes all records of a cycle that have a result through one act, the actor's own too: it is the same for all. It is
// one transaction, so that the form is done whole or not at all, and begins anew where somebody was faster with a record.
func (a *Appraisals) together(ctx context.Context, actor access.Actor, cycle string, do Act, from []State, request string) (n int, err error) {
	if err := actor.Check(access.RunAppraisal, access.Other); err != nil {
		return 0, err
	}
	c, err := cycleByID(ctx, a.db.Read(), cycle)
	if err != nil {
		return 0, err
	}
	for range 20 {
		err = a.db.Write(ctx, func(q db.Q) error {
			again, answer, err := once(ctx, q, request, actor.ID, string(do)+"_all", cycle, "0")
			if n, _ = strconv.Atoi(answer); err != nil || again {
				return err
			}
			if err := claimTick(ctx, q, a.clock.Now()); err != nil { // the job of time takes on many at once, too
				return err
			}
			if err := claimCycle(ctx, q, cycle); err != nil {
				return err
			}
			n, err = a.moveAll(ctx, q, actor, c, do, from)
			if err != nil {
				return err
			}
			return setAnswer(ctx, q, request, strconv.Itoa(n))
		})
		if !errors.Is(err, errMoved) {
			break
		}
	}
	return n, changed(err)
}

// moveAll does it batch by batch and writes it into the trail.
func (a *Appraisals) moveAll(ctx context.Context, q db.Q, actor access.Actor, c Cycle, do Act, from []State) (n int, err error) {
	now, after := a.clock.Now(), ""
	var events []audit.Event
	for {
		some, err := inStates(ctx, q, c.ID, from, after, batch)
		if err != nil {
			return 0, err
		}
		if len(some) == 0 {
			break
		}
		steps := make([]step, len(some))
		for i, r := range some {
			if steps[i], err = a.step(c, r, do, now); err != nil {
				return 0, err
			}
		}
		if err := a.take(ctx, q, steps, actor.ID, ""); err != nil {
			return 0, err
		}
		e := passed(c, steps, now)
		e.Actor = actor.ID
		events, n, after = append(events, e), n+len(some), some[len(some)-1].ID
	}
	if do == Close {
		if err := closeCycle(ctx, q, c.ID, now); err != nil {
			return 0, err
		}
	}
	return n, a.told(ctx, q, events)
}
