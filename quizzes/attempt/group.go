package attempt

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// largestGroup is how many answers are written by one statement at most.
const largestGroup = 256

// writers is how many groups are written at the same time. Of 1, 2 and 4 one lets most answers through on both
// databases (measured with 128 learners on two cores): fewer groups are larger ones, and what a group costs beside
// its rows, a statement and a flush to the disk, is the most of it.
const writers = 1

// request is the packets of one call, which waits for all of them.
type request struct {
	proof  string // what the database must find standing, see door.Pass; "" where that was asked for before
	person string
	saves  []save
	left   int32 // not yet written
	done   chan struct{}
}

// save is one answer on its way.
type save struct {
	Packet
	out     Outcome
	attempt string
	text    string // what was chosen, as it is stored
	points  int
	at      int64 // when it came
	err     error // nobody knows whether it is on disk
	request *request
}

// place is the row that a save writes.
type place struct{ attempt, question string }

func (s *save) place() place { return place{s.attempt, s.Question} }

// finish tells the waiter when this was the last of its saves.
func (s *save) finish() {
	if atomic.AddInt32(&s.request.left, -1) == 0 {
		close(s.request.done)
	}
}

// saver writes answers in groups: those that come while groups are being written wait and go together with the
// next. A group holds one save of a row at most, and those of one row are written in the order in which they came.
type saver struct {
	mu      sync.Mutex
	waiting []*save
	busy    int                // groups being written
	writing map[place]struct{} // rows in them
}

// add queues the saves of a request and says whether another writer is wanted.
func (s *saver) add(r *request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range r.saves {
		if r.saves[i].out.Status == "" {
			s.waiting = append(s.waiting, &r.saves[i])
		}
	}
	if s.busy == writers {
		return false
	}
	s.busy++
	return true
}

// take gives the next group, after the one that was written: what waits for no row that is being written. nil
// sends the writer home: whoever writes the rows that others wait for takes those next.
func (s *saver) take(written []*save) []*save {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range written {
		delete(s.writing, one.place())
	}
	if s.writing == nil {
		s.writing = map[place]struct{}{}
	}
	group, rest := written[:0], s.waiting[:0]
	for _, one := range s.waiting {
		if _, taken := s.writing[one.place()]; taken || len(group) == largestGroup {
			rest = append(rest, one)
			continue
		}
		s.writing[one.place()] = struct{}{}
		group = append(group, one)
	}
	clear(s.waiting[len(rest):])
	s.waiting = rest
	if len(group) == 0 {
		s.busy--
		return nil
	}
	return group
}

// send queues a request and sees to it that somebody writes it.
func (a *Attempts) send(ctx context.Context, r *request) {
	if a.saves.add(r) {
		go a.writeWaiting(context.WithoutCancel(ctx))
	}
}

// writeWaiting writes groups until nothing waits for it.
func (a *Attempts) writeWaiting(ctx context.Context) {
	for group := a.saves.take(nil); group != nil; group = a.saves.take(group) {
		a.writeGroup(ctx, group)
		for _, s := range group {
			s.finish()
		}
	}
}

// writeGroup writes a group by one statement, in one order of rows, so that two nodes never wait for each other
// in a circle. What the statement leaves out is looked at one by one: it spoils no other.
func (a *Attempts) writeGroup(ctx context.Context, group []*save) {
	slices.SortFunc(group, func(x, y *save) int {
		return cmp.Or(cmp.Compare(x.attempt, y.attempt), cmp.Compare(x.Question, y.Question))
	})
	landed, err := storeGroup(ctx, a.db, group)
	switch {
	case fault.KindOf(err) == fault.Busy:
		for _, s := range group {
			s.err = err
		}
		return
	case err != nil && len(group) > 1: // the database refuses one of them: who is it?
		for _, s := range group {
			a.writeGroup(ctx, []*save{s})
		}
		return
	case err != nil:
		group[0].err = err
		return
	}
	for _, s := range group {
		seq, ok := landed[s.place()]
		switch {
		case ok:
			s.out = Outcome{Status: Saved, At: s.at, Seq: seq}
		case s.request.proof != "":
			s.err = errUnproven
		default:
			a.settle(ctx, s)
		}
	}
}

// settle decides about a save that found no open row with a lower number. It claims the attempt: whatever it
// says rests on a write of its own, and what an earlier packet wrote is on disk before this one is acknowledged.
// Attempts that an older program opened have no open rows; theirs are made here.
func (a *Attempts) settle(ctx context.Context, s *save) {
	s.err = a.db.Write(ctx, func(q db.Q) error {
		state, due, err := claimForSave(ctx, q, s.attempt)
		if err != nil {
			return err
		}
		until := due + grace.Milliseconds()
		open := state == Open && s.at <= until
		if open {
			seq, done, err := storeOne(ctx, q, s, until)
			if done || err != nil {
				s.out = Outcome{Status: Saved, At: s.at, Seq: seq}
				return err
			}
		}
		kept, err := answerOf(ctx, q, s.attempt, s.Question)
		if err == nil {
			s.out, err = s.judge(kept, open)
		}
		return err
	})
}

// judge compares a save that is not to be written with what is on disk.
func (s *save) judge(kept answerRow, open bool) (Outcome, error) {
	out := Outcome{At: kept.Saved, Seq: kept.Seq}
	if s.Seq > 0 && s.Seq == kept.Seq && s.text == kept.Chosen && s.Certainty == kept.certainty() {
		out.Status = Saved
		return out, nil
	}
	chosen, err := chosenOf(kept.Chosen)
	out.Chosen = chosen
	switch {
	case !open:
		out.Status, out.Reason = Late, fault.New(fault.Conflict, "quiz.closed")
	case kept.Until < 0:
		out.Status, out.Reason = Stale, fault.New(fault.Conflict, "quiz.final")
	default:
		out.Status, out.Reason = Stale, fault.New(fault.Conflict, "save.stale")
	}
	return out, err
}
