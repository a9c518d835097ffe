package attempt

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// largestGroup is how many answers are written in one transaction at most.
const largestGroup = 64

// saver writes answers in groups: those that come while a group is being written wait for it and go together
// with the next. Each waiter hears of its own answer only after the commit that holds it.
type saver struct {
	mu      sync.Mutex
	waiting []*save
	busy    bool
}

// save is one answer on its way.
type save struct {
	actor    access.Actor
	attempt  string
	question string
	chosen   []string
	at       int64
	err      error
	done     chan struct{}
}

// Answer keeps an answer to one question; when it returns nil the answer is on disk. The same answer sent
// again is kept again and counts once; a later one replaces an earlier one.
func (a *Attempts) Answer(ctx context.Context, actor access.Actor, id, question string, chosen []string) (saved int64, err error) {
	if err := actor.Check(access.TakeQuiz, access.Self); err != nil {
		return 0, err
	}
	s := &save{actor: actor, attempt: id, question: question, chosen: chosen, at: a.clock.Now(), done: make(chan struct{})}
	a.saves.mu.Lock()
	a.saves.waiting = append(a.saves.waiting, s)
	first := !a.saves.busy
	a.saves.busy = true
	a.saves.mu.Unlock()
	if first {
		go a.writeWaiting(context.WithoutCancel(ctx))
	}
	select {
	case <-s.done:
		return s.at, s.err
	case <-ctx.Done(): // it may be written or not: whoever asked must ask again
		return 0, fault.Wrap(fault.Busy, ctx.Err(), "error.unacknowledged")
	}
}

// writeWaiting writes groups until nothing waits.
func (a *Attempts) writeWaiting(ctx context.Context) {
	for {
		a.saves.mu.Lock()
		group := a.saves.waiting[:min(len(a.saves.waiting), largestGroup)]
		a.saves.waiting = a.saves.waiting[len(group):]
		if len(group) == 0 {
			a.saves.busy = false
			a.saves.mu.Unlock()
			return
		}
		a.saves.mu.Unlock()
		a.writeGroup(ctx, slices.Clone(group))
	}
}

// writeGroup writes a group in one transaction, in one order of attempts, so that two nodes never wait for each
// other in a circle. An answer that is refused spoils no other; when the database fails, each is tried alone.
func (a *Attempts) writeGroup(ctx context.Context, group []*save) {
	slices.SortStableFunc(group, func(x, y *save) int { return cmp.Compare(x.attempt, y.attempt) })
	err := a.db.Write(ctx, func(q db.Q) error {
		for _, s := range group {
			if s.err = a.keep(ctx, q, s); s.err != nil && !refusal(s.err) {
				return s.err
			}
		}
		return nil
	})
	if err != nil && len(group) > 1 && fault.KindOf(err) != fault.Busy {
		for _, s := range group {
			a.writeGroup(ctx, []*save{s})
		}
		return
	}
	for _, s := range group {
		if err != nil {
			s.err = err
		}
		close(s.done)
	}
}

// refusal says whether an answer was refused for what it is, with the transaction unharmed.
func refusal(err error) bool {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Missing, fault.Conflict:
		return true
	default:
		return false
	}
}

// keep claims the attempt, marks the answer and stores it.
func (a *Attempts) keep(ctx context.Context, q db.Q, s *save) error {
	r, err := claimOpen(ctx, q, s.attempt, s.actor.ID, s.at-grace.Milliseconds())
	if err != nil {
		return err
	}
	points, err := a.mark(ctx, q, r, s.question, s.chosen)
	if err != nil {
		return err
	}
	return saveAnswer(ctx, q, s.attempt, s.question, s.chosen, points, s.at)
}
