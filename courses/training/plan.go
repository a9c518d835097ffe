package training

import (
	"cmp"
	"context"
	"slices"

	"tongguan/courses/programme"
	"tongguan/quizzes/evidence"
	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Held gives the programmes whose certificate a person holds.
type Held func(ctx context.Context, q db.Q, person string) ([]string, error)

// Holds sets who knows the certificates; until then nobody holds any.
func (t *Training) Holds(h Held) { t.held = h }

// Plan is a person's way through a programme as it stands.
type Plan struct {
	Enrolment Enrolment
	Programme *programme.Programme // in the version under which they began
	Verdict   programme.Verdict
	Today     string // YYYY-MM-DD, in the company's zone
	Next      []Do   // what is to be done for each of the verdict's items; the zero Do where nothing is
}

// Do is what somebody has to do for a step.
type Do struct {
	Kind    string // one of those below, or "" for nothing
	Task    int    // of the step, from 0
	Subject string // a lesson's key, a module's key, a scene, a topic, or who signs
}

// The kinds of things to do.
const (
	ToRead    = "lesson"
	ToAnswer  = "quiz"
	ToPlay    = "scene"
	ToAttend  = "session"
	ToTake    = "external"
	ToBeShown = "signoff" // somebody else signs what they saw
)

// Plan gives the plan of a person in a programme, to whoever may see their progress.
func (t *Training) Plan(ctx context.Context, actor access.Actor, person, id string) (Plan, error) {
	all, err := t.Plans(ctx, actor, person)
	if err != nil {
		return Plan{}, err
	}
	for _, p := range all {
		if p.Programme.ID == id {
			return p, nil
		}
	}
	return Plan{}, fault.New(fault.Missing, "error.missing")
}

// Plans gives the plans of all programmes that a person is in, by the order of the programmes.
func (t *Training) Plans(ctx context.Context, actor access.Actor, person string) ([]Plan, error) {
	es, err := t.Enrolments(ctx, actor, person)
	if err != nil || len(es) == 0 {
		return nil, err
	}
	out, err := t.judge(ctx, es, t.clock.Date(t.zone))
	slices.SortStableFunc(out, func(a, b Plan) int {
		return cmp.Or(cmp.Compare(a.Programme.Order, b.Programme.Order), cmp.Compare(a.Programme.ID, b.Programme.ID))
	})
	return out, err
}

// judge makes plans of places in programmes, as they stand today. Two statements for each five hundred people.
func (t *Training) judge(ctx context.Context, es []Enrolment, today string) ([]Plan, error) {
	var persons []string
	for _, e := range es {
		persons = append(persons, e.Person)
	}
	slices.Sort(persons)
	persons = slices.Compact(persons)
	lines, err := t.ledger.OfMany(ctx, t.db.Read(), persons)
	if err != nil {
		return nil, err
	}
	read, err := t.progress.LessonsOf(ctx, persons)
	if err != nil {
		return nil, err
	}
	for _, l := range read {
		lines[l.Person] = append(lines[l.Person], l)
	}
	out := make([]Plan, 0, len(es))
	for _, e := range es {
		p, err := t.plan(ctx, e, lines[e.Person], today)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

func (t *Training) plan(ctx context.Context, e Enrolment, lines []evidence.Line, today string) (Plan, error) {
	p, err := t.Version(ctx, t.db.Read(), e.Version)
	if err != nil {
		return Plan{}, err
	}
	c := programme.Case{Lines: lines, Start: e.Start, Today: today}
	if len(p.Requires) > 0 && t.held != nil {
		if c.Held, err = t.held(ctx, t.db.Read(), e.Person); err != nil {
			return Plan{}, err
		}
	}
	out := Plan{Enrolment: e, Programme: p, Verdict: p.Judge(c), Today: today}
	for i := range out.Verdict.Items {
		item := &out.Verdict.Items[i]
		item.Late = item.Late && len(out.Verdict.Missing) == 0 // nobody is late with what they may not begin
	}
	finished := map[string]bool{}
	for _, l := range lines {
		finished[l.Subject] = finished[l.Subject] || l.Kind == evidence.Lesson
	}
	for i := range out.Verdict.Items {
		out.Next = append(out.Next, next(&out.Verdict.Items[i], finished))
	}
	return out, nil
}

// Asking gives the plan with what a verdict asks instead: that of a renewal, for which only some steps are done anew.
func (p Plan) Asking(v programme.Verdict) Plan {
	p.Verdict, p.Next = v, nil
	for i := range p.Verdict.Items {
		p.Next = append(p.Next, next(&p.Verdict.Items[i], nil))
	}
	return p
}

// next is what is to be done for a step: the alternative that was begun, else the first that can still be met, what
// somebody can do by themselves before what another must do.
func next(i *programme.Item, finished map[string]bool) Do {
	if i.State != programme.Ready && i.State != programme.Locked {
		return Do{}
	}
	best, rank := -1, 0
	for n, f := range i.Tasks {
		if f.Met {
			continue
		}
		mine := 1
		switch {
		case f.Why == programme.UsedUp:
			mine = 4
		case f.Task.Signoff != "" || f.Task.Session != "" || f.Task.External != "":
			mine = 3
		case f.Have > 0 || f.Tries > 0:
			mine = 0
		}
		if best < 0 || mine < rank {
			best, rank = n, mine
		}
	}
	if best < 0 {
		return Do{}
	}
	return do(best, i.Tasks[best].Task, finished)
}

func do(n int, t *programme.Task, finished map[string]bool) Do {
	switch {
	case t.Quiz != "":
		return Do{ToAnswer, n, t.Quiz}
	case t.Roleplay != "":
		return Do{ToPlay, n, t.Roleplay}
	case t.Session != "":
		return Do{ToAttend, n, t.Session}
	case t.External != "":
		return Do{ToTake, n, t.External}
	case t.Signoff != "":
		return Do{ToBeShown, n, string(t.Signoff)}
	}
	for _, key := range t.Lessons {
		if !finished[key] {
			return Do{ToRead, n, key}
		}
	}
	return Do{}
}

// First gives the number of the item to go on with: of those that can be done now the one that is due first, what
// somebody can do by themselves before what waits for another; -1 where there is none.
func (p Plan) First() int {
	best := -1
	for i := range p.Verdict.Items {
		if p.Verdict.Items[i].State != programme.Ready || p.Next[i].Kind == "" {
			continue
		}
		if best < 0 || p.before(i, best) {
			best = i
		}
	}
	return best
}

func (p Plan) before(a, b int) bool {
	x, y := p.waits(a), p.waits(b)
	return x < y || x == y && dueOrder(p.Verdict.Items[a].Due) < dueOrder(p.Verdict.Items[b].Due)
}

// waits is 1 where a step is done when somebody else says so.
func (p Plan) waits(i int) int {
	if p.Next[i].Kind == ToBeShown || p.Next[i].Kind == ToAttend {
		return 1
	}
	return 0
}

// Late counts the steps that were due before today.
func (p Plan) Late() (n int) {
	for i := range p.Verdict.Items {
		if p.Verdict.Items[i].Late {
			n++
		}
	}
	return n
}

// Due gives the day on which the next step is due, or was; "" where none is.
func (p Plan) Due() (due string) {
	for i := range p.Verdict.Items {
		item := &p.Verdict.Items[i]
		open := item.State == programme.Ready || item.State == programme.Locked
		if open && item.Due != "" && (due == "" || item.Due < due) {
			due = item.Due
		}
	}
	return due
}
