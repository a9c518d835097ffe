package inspection

import (
	"context"

	"tongguan/courses/catalog"
	"tongguan/courses/reminder"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

// one gives a finding to whoever may see it: its owner, those above, inspectors, and HR where it is about training.
func (x *Inspections) one(ctx context.Context, actor access.Actor, id string) (Finding, error) {
	f, err := findingByID(ctx, x.DB.Read(), id)
	if err != nil || f.Training && actor.May(access.KeepPlans, access.Other) {
		return f, err
	}
	err = x.People.Check(ctx, actor, access.SeeFindings, f.Owner)
	if fault.KindOf(err) == fault.Denied {
		err = fault.New(fault.Missing, "error.missing")
	}
	return f, err
}

// View is a finding with everything about it.
type View struct {
	Finding
	History []Step // in order
	Proofs  []File // without their content
	May     []Act  // what the actor can do now
}

// Finding gives one finding.
func (x *Inspections) Finding(ctx context.Context, actor access.Actor, id string) (v View, err error) {
	if v.Finding, err = x.one(ctx, actor, id); err != nil {
		return View{}, err
	}
	if v.History, err = steps(ctx, x.DB.Read(), id); err != nil {
		return v, err
	}
	v.Proofs, err = files(ctx, x.DB.Read(), id)
	for _, do := range Acts() {
		if _, ok := Next(v.State, do); ok && mayDo(actor, v.Finding, do) == nil {
			v.May = append(v.May, do)
		}
	}
	return v, err
}

// Filter narrows a list of findings.
type Filter struct {
	Pending bool   // with something for the owner or an inspector to do
	Late    bool   // overdue
	Plan    string // of one plan
	Round   string // of one round
	Own     bool   // the actor's own only
	From    int
	Limit   int // 0: at most 1,000
}

// most is the longest list.
const most = 1000

// scope is whose findings a list shows.
type scope struct {
	reach people.Reach
	owner string // beside the reach
	hr    bool   // beside the reach, those about training
}

// Findings gives the findings that the actor sees, what is urgent first, and how many there are in all.
func (x *Inspections) Findings(ctx context.Context, actor access.Actor, f Filter) ([]Finding, int, error) {
	s := scope{owner: actor.ID}
	if !f.Own {
		reach, err := x.People.Reach(ctx, actor, access.SeeFindings, "")
		if err != nil && fault.KindOf(err) != fault.Missing {
			return nil, 0, err
		}
		s.reach, s.hr = reach, actor.May(access.KeepPlans, access.Other)
	} else if err := actor.Check(access.SeeFindings, access.Self); err != nil {
		return nil, 0, err
	}
	if f.Limit <= 0 || f.Limit > most {
		f.Limit = most
	}
	return findings(ctx, x.DB.Read(), s, f, x.Clock.Date(x.Zone))
}

// Counts are the findings of the whole company that are not done with.
type Counts struct {
	Pending int `db:"pending"` // the owner has something to do
	Late    int `db:"late"`    // of those, past their day
	Waiting int `db:"waiting"` // for an inspector to look at
	Done    int `db:"done"`
}

// Counts counts the findings, for those who keep plans: for HR those about training.
func (x *Inspections) Counts(ctx context.Context, actor access.Actor) (Counts, error) {
	if err := actor.Check(access.KeepPlans, access.Other); err != nil {
		return Counts{}, err
	}
	return counts(ctx, x.DB.Read(), x.Clock.Date(x.Zone), !actor.May(access.Inspect, access.Other))
}

// Remind is the source of findings that are due.
func (x *Inspections) Remind(ctx context.Context, _ []reminder.Person, day string) (map[string][]reminder.Item, error) {
	all, err := pendingFindings(ctx, x.DB.Read())
	out := map[string][]reminder.Item{}
	for _, f := range all {
		if reminder.Told(f.DueOn, day) {
			out[f.Owner] = append(out[f.Owner], reminder.Item{Key: "finding", What: catalog.Text{ZH: f.Title, EN: f.Title}, Due: f.DueOn, Path: "/inspections/findings/" + f.ID})
		}
	}
	return out, err
}
