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

// writers is how many groups are written at the same time. Of 1, 2, 3, 4 and 8, four let most answers through on
// PostgreSQL (measured with eight learners on two cores); SQLite writes one at a time whatever this says.
const writers = 4

// saver writes answers in groups: those that come while groups are being written wait and go together with the
// next. Each waiter hears of its own answer only after the commit that holds it. Answers of one attempt are
// written in the order in which they came.
type saver struct {
	mu      sync.Mutex
	waiting []*save
	busy    int             // groups being written
	writing map[string]bool // attempts in them
}

// take gives the next group: what waits and is of no attempt that is being written. nil sends the writer home:
// whoever writes the attempts that others wait for takes those next.
func (s *saver) take() []*save {
	s.mu.Lock()
	defer s.mu.Unlock()
	var group, rest []*save
	for _, one := range s.waiting {
		if len(group) < largestGroup && !s.writing[one.attempt] {
			group = append(group, one)
		} else {
			rest = append(rest, one)
		}
	}
	s.waiting = rest
	if len(group) == 0 {
		s.busy--
		return nil
	}
	if s.writing == nil {
		s.writing = map[string]bool{}
	}
	for _, one := range group {
		s.writing[one.attempt] = true
	}
	return group
}

// written lets others write to the group's attempts again.
func (s *saver) written(group []*save) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range group {
		delete(s.writing, one.attempt)
	}
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
	a.send(ctx, s)
	select {
	case <-s.done:
		return s.at, s.err
	case <-ctx.Done(): // it may be written or not: whoever asked must ask again
		return 0, fault.Wrap(fault.Busy, ctx.Err(), "error.unacknowledged")
	}
}

// send queues an answer and sees to it that somebody writes it.
func (a *Attempts) send(ctx context.Context, s *save) {
	a.saves.mu.Lock()
	a.saves.waiting = append(a.saves.waiting, s)
	more := a.saves.busy < writers
	if more {
		a.saves.busy++
	}
	a.saves.mu.Unlock()
	if more {
		go a.writeWaiting(context.WithoutCancel(ctx))
	}
}

// writeWaiting writes groups until nothing waits for it.
func (a *Attempts) writeWaiting(ctx context.Context) {
	for group := a.saves.take(); group != nil; group = a.saves.take() {
		a.writeGroup(ctx, group)
		a.saves.written(group)
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
