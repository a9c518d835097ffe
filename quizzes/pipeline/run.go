package pipeline

import (
	"math/bits"

	"tongguan/quizzes/negotiation"
)

// Run is one rep at work in a territory: a person, or a policy. Everything that happens is an event, and State is
// nothing but the events reduced.
type Run struct {
	Territory *Territory
	State     State
	Log       *Log // nil in what is only tried out

	root Root
	luck *luck
	next []Minute            // when something is due for each account
	talk negotiation.Session // memory for session
}

// never is later than any world's end.
const never = Minute(1<<32 - 1)

// NewRun begins a run.
func (t *Territory) NewRun(seed uint64) *Run {
	root := Root{seed, t.World.Name}
	r := &Run{Territory: t, Log: NewLog(root, t.text), root: root, luck: t.newLuck(root)}
	r.next = make([]Minute, len(t.home))
	r.emit(Began, 0, uint16(len(t.World.Segments)), int64(len(t.home)))
	for i := range t.World.Segments {
		r.emit(SetMarket, uint32(i), 0, t.season(i, 0))
	}
	for i := range t.home {
		r.found(i)
		r.open(i, 0)
		r.settle(i)
	}
	r.emit(SetClock, 0, 0, workingWeek)
	return r
}

// emit makes an event true and keeps it.
func (r *Run) emit(k Kind, entity uint32, slot uint16, value int64) {
	e := Event{At: r.State.Now, Entity: entity, Kind: k, Slot: slot, Value: value}
	if int(entity) < len(r.State.Accounts) {
		e.Stage = uint8(r.State.Accounts[entity].V[Stage])
	}
	if r.Log != nil {
		r.Log.Append(e)
	}
	if err := r.State.Apply(e); err != nil {
		panic(err) // the engine itself made it
	}
}

// set gives a field of an account a value, if it has another.
func (r *Run) set(a int, f Field, value int64) {
	if r.State.Accounts[a].V[f] != value {
		r.emit(Set, uint32(a), uint16(f), value)
	}
}

// add changes a field within 0 and 1000.
func (r *Run) add(a int, f Field, by int64) {
	r.set(a, f, min(1000, max(0, r.State.Accounts[a].V[f]+by)))
}

func (r *Run) plus(a int, f Field, by int64) { r.set(a, f, r.State.Accounts[a].V[f]+by) }

func (r *Run) tell(k Kind, a int, slot int, value int64) { r.emit(k, uint32(a), uint16(slot), value) }

func (r *Run) of(a int) *[fields]int64 { return &r.State.Accounts[a].V }

func (r *Run) segment(a int) *Segment { return &r.Territory.World.Segments[r.of(a)[Part]] }

// place is the position of a draw: the n-th of an opportunity.
func (r *Run) place(a int, n int64) int64 { return r.of(a)[Opportunity]<<32 | n }

// found gives an account what it keeps for good.
func (r *Run) found(a int) {
	home := int(r.Territory.home[a])
	s := &r.Territory.World.Segments[home]
	draw := func(n, k int64) int64 { return r.luck.below(a, forSetup, 1<<20+n, k) }
	r.set(a, Part, int64(home))
	r.set(a, Size, quantile(s.Size, r.luck.draw(a, forSetup, 1<<20)))
	r.set(a, Channels, draw(1, 81))
	r.set(a, Rival, s.Rival[0]+draw(2, s.Rival[1]-s.Rival[0]+1))
	r.set(a, CreditScore, s.Credit[0]+draw(3, s.Credit[1]-s.Credit[0]+1))
	if draw(4, 1000) < s.Unfit {
		r.set(a, Unfit, 1)
	}
	for p := range people {
		r.set(a, Attitude0+Field(p), 400+draw(5+int64(p), 201))
	}
	r.set(a, Trust, 100+draw(9, 101))
	r.set(a, WeekDue, int64(a%5+1)*workingDay)
}

// quantile reads a distribution given by its quantiles at an even distance, the line between two.
func quantile(q []int64, u uint64) int64 {
	hi, lo := bits.Mul64(u, uint64(len(q)-1))
	return q[hi] + mulShift(q[hi+1]-q[hi], int64(lo>>32))
}

// open begins an opportunity: needs, budget, urgency.
func (r *Run) open(a int, opportunity int64) {
	s := r.segment(a)
	r.set(a, Opportunity, opportunity)
	draw := func(n, k int64) int64 { return r.luck.below(a, forSetup, r.place(a, n), k) }
	var weights, explicit, latent int64
	for i := range r.Territory.World.Capabilities {
		weights |= (1 + draw(int64(3*i), 5)) << (4 * i)
		switch u := draw(int64(3*i+1), 1000); {
		case u < s.Explicit:
			explicit |= 1 << i
		case u < s.Explicit+s.Latent:
			latent |= 1 << i
		}
	}
	if explicit == 0 {
		explicit = 1 << draw(90, int64(len(r.Territory.World.Capabilities)))
		latent &^= explicit
	}
	r.set(a, NeedWeights, weights)
	r.set(a, Explicit, explicit)
	r.set(a, Latent, latent)
	r.set(a, Budget, r.of(a)[Size]*(850+draw(91, 400))/1000)
	r.set(a, Urgency, s.Urgency[0]+draw(92, s.Urgency[1]-s.Urgency[0]+1))
	r.set(a, Patience, 1000)
	r.set(a, Status, Open)
	r.set(a, Touched, int64(r.State.Now))
	r.move(a, 1)
}

// dues are the fields that say when something happens to an account, in the order in which they come in one minute.
var dues = [...]Field{ReviewDue, LegalDue, ReadyDue, FixDue, PayDue, WeekDue}

// settle notes when something is due for an account next.
func (r *Run) settle(a int) {
	v, next := r.of(a), never
	for _, f := range dues {
		if v[f] != 0 {
			next = min(next, Minute(v[f]))
		}
	}
	r.next[a] = next
}

// pass lets time go by until a moment. What happens comes in the order of minute, account and kind.
func (r *Run) pass(until Minute) {
	until = min(until, r.Territory.end)
	for {
		at, who := r.State.Clock, -1
		for a, n := range r.next {
			if n < at {
				at, who = n, a
			}
		}
		if at > until {
			break
		}
		r.State.Now = max(r.State.Now, at)
		if who < 0 {
			r.week()
			continue
		}
		r.happen(who)
		r.settle(who)
	}
	r.State.Now = max(r.State.Now, until)
}

// happen does what is due for an account first.
func (r *Run) happen(a int) {
	v, first := r.of(a), WeekDue
	for _, f := range dues {
		if v[f] != 0 && v[f] <= int64(r.State.Now) {
			first = f
			break
		}
	}
	if first == WeekDue {
		r.set(a, WeekDue, v[WeekDue]+workingWeek)
		r.weekOf(a)
		return
	}
	r.set(a, first, 0)
	switch first {
	case ReviewDue:
		r.reviewed(a)
	case LegalDue:
		r.legalReturned(a)
	case ReadyDue:
		r.delivered(a)
	case FixDue:
		r.fixed(a)
	case PayDue:
		r.paid(a)
	}
}

// hand gives a department a job of the rep's and says when it will be done: first come, first served by whichever
// hand is free first, after all that others gave it before (the recursion of Kiefer and Wolfowitz 1955).
func (r *Run) hand(d int, share Permille) Minute {
	q, dep, others := r.State.Queues[d], r.Territory.queues[d], r.luck.jobs[d]
	for ; q.Seen < int64(len(others)) && others[q.Seen].at <= r.State.Now; q.Seen++ {
		q.serve(dep.Hands, others[q.Seen].at, others[q.Seen].takes)
	}
	takes := max(dep.Service/4, r.luck.exponential(r.luck.department(d), forJob, q.Jobs, dep.Service)) * share / 1000
	done := q.serve(dep.Hands, r.State.Now, Minute(takes))
	q.Jobs++
	before := r.State.Queues[d]
	for i := range dep.Hands {
		if q.Free[i] != before.Free[i] {
			r.emit(SetQueue, uint32(d), uint16(i), int64(q.Free[i]))
		}
	}
	r.emit(SetQueue, uint32(d), queueSeen, q.Seen)
	r.emit(SetQueue, uint32(d), queueJobs, q.Jobs)
	return done
}

func (q *Queue) serve(hands int, at, takes Minute) Minute {
	first := 0
	for i := range hands {
		if q.Free[i] < q.Free[first] {
			first = i
		}
	}
	q.Free[first] = max(q.Free[first], at) + max(1, takes)
	return q.Free[first]
}

// move brings an opportunity to a stage.
func (r *Run) move(a int, stage int64) {
	if r.of(a)[Stage] != stage {
		r.set(a, Stage, stage)
		r.tell(Moved, a, int(stage), 0)
	}
}

// reach brings an opportunity to a stage unless it is there or beyond.
func (r *Run) reach(a int, stage int64) {
	if r.of(a)[Stage] < stage {
		r.move(a, stage)
	}
}

// done notes a sub-step, by its place in Steps.
func (r *Run) done(a, step int) { r.set(a, Done, r.of(a)[Done]|1<<step) }

// breach counts a violation against the rep.
func (r *Run) breach(a int, v Violation) {
	fine := r.Territory.fines[v]
	r.tell(Breach, a, int(v), fine)
	r.plus(a, Fines, fine)
	r.set(a, Breaches, r.of(a)[Breaches]|1<<v)
}

func (r *Run) lose(a, reason int) {
	r.set(a, Status, Gone)
	r.tell(LostFor, a, reason, 0)
	for _, f := range dues {
		r.set(a, f, 0)
	}
}
