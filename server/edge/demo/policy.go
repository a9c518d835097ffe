package demo

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"tongguan/courses/amendment"
	"tongguan/courses/catalog"
	"tongguan/quizzes/bank"
	"tongguan/server/base/access"
	"tongguan/server/base/people"
	"tongguan/server/edge/app"
)

// amended is content/demo/policy.yaml.
type amended struct {
	Before  map[string]catalog.Text
	Changes []decided
}

// decided is one change that was published.
type decided struct {
	Clause, By, Offer, Reason string
	Day, Deadline             int // from the demo's day
	Leave                     int // how many do not do what is asked
}

// deed is something that happens at a moment of the history.
type deed struct {
	at time.Time
	do func(ctx context.Context) error
}

// later puts a deed into the history.
func (f *filler) later(at time.Time, do func(ctx context.Context) error) {
	f.deeds = append(f.deeds, deed{at, do})
	slices.SortStableFunc(f.deeds, func(a, b deed) int { return a.at.Compare(b.at) })
}

// happen does what has come due by the fake clock; it may itself put more into the history.
func (f *filler) happen(ctx context.Context) error {
	for len(f.deeds) > 0 && f.deeds[0].at.UnixMilli() <= f.Clock.Now() {
		do := f.deeds[0].do
		f.deeds = f.deeds[1:]
		if err := do(ctx); err != nil {
			return err
		}
	}
	return nil
}

// hour is a moment of a day counted from the demo's.
func (f *filler) hour(day, hour int) time.Time {
	d := time.UnixMilli(f.now).In(f.Zone).AddDate(0, 0, day)
	return time.Date(d.Year(), d.Month(), d.Day(), hour, 0, 0, 0, f.Zone)
}

// amend puts the policy into force as it was before, and its changes into the history.
func (f *filler) amend(ctx context.Context) error {
	text, err := fs.ReadFile(app.Content(""), "demo/policy.yaml")
	if err != nil {
		return err
	}
	var all amended
	if err := yaml.Unmarshal(text, &all); err != nil {
		return fmt.Errorf("policy.yaml: %w", err)
	}
	before := map[string]amendment.Wording{}
	for id, summary := range all.Before {
		if cl := f.Catalog.Current().Clause(id); cl != nil {
			before[id] = amendment.Wording{Title: cl.Title, Summary: summary}
		}
	}
	if err := f.Amendments.Begin(ctx, access.Operator(), before); err != nil {
		return err
	}
	for _, c := range all.Changes {
		f.later(f.hour(c.Day, 10), func(ctx context.Context) error { return f.publish(ctx, c, before[c.Clause]) })
	}
	return f.Amendments.Settle(ctx)
}

// publish publishes a change. Those who are asked do it on the days after, but for some; who has not when the last day is over is late.
func (f *filler) publish(ctx context.Context, c decided, before amendment.Wording) error {
	cl := f.Catalog.Current().Clause(c.Clause)
	id, err := f.Amendments.Publish(ctx, f.people[c.By].Actor(), amendment.Publication{Clause: c.Clause, From: before.Hash(), To: amendment.WordingOf(cl).Hash(),
		Offer: amendment.Offer(c.Offer), Deadline: f.hour(c.Deadline, 0).Format(time.DateOnly), Reason: c.Reason}, "demo-policy-"+c.Clause)
	if err != nil {
		return err
	}
	if err := f.Amendments.Spread(ctx); err != nil {
		return err
	}
	d, err := f.Amendments.Detail(ctx, access.Operator(), id, amendment.Open, 0, 1000)
	if err != nil {
		return err
	}
	who := f.asked(d.Rows)
	doing := max(0, len(who)-c.Leave)
	for i, p := range who[:doing] {
		wait := time.Duration(i*5+1) * 24 * time.Hour / time.Duration(max(1, doing)) // over the next days, one after another
		f.later(f.hour(c.Day, 14).Add(wait), func(ctx context.Context) error { return f.comply(ctx, id, c, p) })
	}
	if c.Deadline < 0 {
		f.later(f.hour(c.Deadline+1, 0).Add(time.Minute), f.Amendments.Close)
	}
	return nil
}

// asked gives the people of whom something is asked, each once; the demo's learner comes last, so that something is left for them.
func (f *filler) asked(rows []amendment.Row) (out []people.Person) {
	var last []people.Person
	for _, a := range f.company.Everybody() {
		p := f.people[a.Login]
		if !slices.ContainsFunc(rows, func(r amendment.Row) bool { return r.Person == p.ID }) {
			continue
		}
		if a.Login == "learner" {
			last = append(last, p)
		} else {
			out = append(out, p)
		}
	}
	return append(out, last...)
}

// comply does what a change asks.
func (f *filler) comply(ctx context.Context, change string, c decided, p people.Person) error {
	if amendment.Offer(c.Offer) == amendment.Delta {
		return f.sit(ctx, p.Actor(), bank.DeltaKey(c.Clause), pupil{0.93, p.Lang})
	}
	return f.Amendments.Confirm(ctx, p.Actor(), change)
}

// catchUp does what is left of the history, and asks what was earned late.
func (f *filler) catchUp(ctx context.Context) error {
	if err := f.happen(ctx); err != nil {
		return err
	}
	if err := f.Amendments.Spread(ctx); err != nil {
		return err
	}
	return f.Amendments.Close(ctx)
}
