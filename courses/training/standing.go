package training

import (
	"cmp"
	"context"
	"slices"

	"tongguan/courses/programme"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

// Standing is one person of a programme and how far they are.
type Standing struct {
	people.Person
	Plan
}

// Enrolled gives the people in a programme whom the actor may see and the filter lets through: those with most that is
// late first, then whose next step is due first. f.Limit and f.From are not used.
func (t *Training) Enrolled(ctx context.Context, actor access.Actor, id string, f people.Filter) ([]Standing, error) {
	reach, err := t.people.Reach(ctx, actor, access.SeeProgress, "")
	if err != nil {
		return nil, err
	}
	if !reach.All { // whose account somebody may see is not whose progress: a manager may keep the accounts too
		f.Teams = map[string]bool{}
		for _, team := range reach.Teams {
			f.Teams[team] = true
		}
	}
	folk, err := t.everybody(ctx, actor, f)
	if err != nil {
		return nil, err
	}
	all, err := enrolmentsIn(ctx, t.db.Read(), id)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(e Enrolment) bool { _, seen := folk[e.Person]; return !seen })
	plans, err := t.judge(ctx, all, t.clock.Date(t.zone))
	out := make([]Standing, 0, len(plans))
	for _, p := range plans {
		out = append(out, Standing{folk[p.Enrolment.Person], p})
	}
	slices.SortStableFunc(out, func(a, b Standing) int {
		return cmp.Or(cmp.Compare(b.Late(), a.Late()), cmp.Compare(dueOrder(a.Due()), dueOrder(b.Due())), cmp.Compare(a.Person.Name, b.Person.Name))
	})
	return out, err
}

// everybody gives the people that the actor may see and who have not left, by id.
func (t *Training) everybody(ctx context.Context, actor access.Actor, f people.Filter) (map[string]people.Person, error) {
	out := map[string]people.Person{}
	for f.From, f.Limit = 0, 0; ; f.From += 1000 {
		some, total, err := t.people.List(ctx, actor, f)
		if err != nil {
			return nil, err
		}
		for _, p := range some {
			if p.State != people.Suspended {
				out[p.ID] = p
			}
		}
		if f.From+len(some) >= total || len(some) == 0 {
			return out, nil
		}
	}
}

// Waiting is a step that waits for somebody's signature.
type Waiting struct {
	Plan
	Name string // of the person who has to show it
	Item int    // of the plan's verdict
	Task int    // of the step
	As   programme.Signer
}

// Step is the step that waits.
func (w Waiting) Step() *programme.Step { return w.Verdict.Items[w.Item].Step }

// ToSign gives what waits for the actor's signature, what is due first before the rest: steps that can be done now of
// people whose buddy they are, of people in the teams that they manage, and for HR of everybody else.
func (t *Training) ToSign(ctx context.Context, actor access.Actor) ([]Waiting, error) {
	managed := map[string]bool{}
	if actor.Is(access.Manager) {
		var err error
		if managed, err = t.teams.ManagedBy(ctx, actor.ID); err != nil {
			return nil, err
		}
	}
	all, err := placesOf(ctx, t.db.Read(), actor.ID, managed, actor.Is(access.HR))
	if err != nil {
		return nil, err
	}
	as := func(p place) (out []programme.Signer) {
		if p.Person == actor.ID {
			return nil
		}
		if p.Buddy == actor.ID {
			out = append(out, programme.Buddy)
		}
		if managed[p.Team] {
			out = append(out, programme.Manager)
		}
		if actor.Is(access.HR) {
			out = append(out, programme.HR)
		}
		return out
	}
	return t.waiting(ctx, all, as, t.clock.Date(t.zone))
}

// waiting gives the steps of these places that can be done now and wait for one of the signers that as names.
func (t *Training) waiting(ctx context.Context, all []place, as func(place) []programme.Signer, today string) ([]Waiting, error) {
	var es []Enrolment
	names, signers := map[string]string{}, map[[2]string][]programme.Signer{}
	for _, p := range all {
		v, err := t.Version(ctx, t.db.Read(), p.Version)
		if err != nil {
			return nil, err
		}
		if may := as(p); asks(v, may) {
			es = append(es, p.Enrolment)
			names[p.Person], signers[[2]string{p.Person, p.Programme}] = p.Name, may
		}
	}
	plans, err := t.judge(ctx, es, today)
	var out []Waiting
	for _, p := range plans {
		for i, item := range p.Verdict.Items {
			if item.State != programme.Ready {
				continue
			}
			for n, f := range item.Tasks {
				if !f.Met && slices.Contains(signers[[2]string{p.Enrolment.Person, p.Enrolment.Programme}], f.Task.Signoff) {
					out = append(out, Waiting{p, names[p.Enrolment.Person], i, n, f.Task.Signoff})
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Waiting) int {
		return cmp.Compare(dueOrder(a.Verdict.Items[a.Item].Due), dueOrder(b.Verdict.Items[b.Item].Due))
	})
	return out, err
}

// asks says whether a programme has a step that one of these signs.
func asks(p *programme.Programme, as []programme.Signer) bool {
	for i := range p.Steps {
		for _, t := range p.Steps[i].Tasks {
			if t.Signoff != "" && slices.Contains(as, t.Signoff) {
				return true
			}
		}
	}
	return false
}

// Signable gives one step of somebody's programme to whom it names to sign it, done or not.
func (t *Training) Signable(ctx context.Context, actor access.Actor, s Signing) (Waiting, error) {
	to, err := t.people.Relation(ctx, actor, s.Person)
	if err != nil {
		return Waiting{}, err
	}
	if !actor.May(access.SignStep, to) { // nobody signs their own: there is no such form
		return Waiting{}, fault.New(fault.Missing, "error.missing")
	}
	e, err := enrolmentIn(ctx, t.db.Read(), s.Person, s.Programme)
	if err != nil {
		return Waiting{}, err
	}
	task, err := t.signable(ctx, t.db.Read(), actor, to, e, s)
	if err != nil {
		return Waiting{}, err
	}
	plans, err := t.judge(ctx, []Enrolment{e}, t.clock.Date(t.zone))
	if err != nil {
		return Waiting{}, err
	}
	names, err := t.people.Names(ctx, []string{s.Person})
	w := Waiting{Plan: plans[0], Name: names[s.Person], Task: s.Task, As: task.Signoff}
	for i, item := range w.Verdict.Items {
		if item.Step.ID == s.Step {
			w.Item = i
		}
	}
	return w, err
}
