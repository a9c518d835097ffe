package app

import (
	"cmp"
	"context"
	"slices"

	"tongguan/courses/appraisal"
	"tongguan/courses/catalog"
	"tongguan/courses/composite"
	"tongguan/courses/reward"
	"tongguan/server/base/access"
)

// reward makes the room of rewards and penalties, resting on appraisals.
func (a *App) reward() {
	a.Rewards = reward.New(reward.Parts{DB: a.DB, Clock: a.Clock, Zone: a.Zone, Trail: a.Trail, People: a.People, Policy: a.Catalog, Records: Appraised{a.Appraisals}, Finding: a.owner})
}

// owner gives whose finding it is.
func (a *App) owner(ctx context.Context, finding string) (string, error) {
	v, err := a.Inspections.Finding(ctx, access.Operator(), finding)
	return v.Owner, err
}

// Appraised gives the room of rewards the appraisals that rewards rest on.
type Appraised struct{ *appraisal.Appraisals }

const (
	appraisedBatch = 200 // records of a cycle that are read at once
	appraisedShown = 12  // of a person, to choose among
)

// Closed gives some of the closed records of a cycle; those before it only of people of whom a rule looks back.
func (x Appraised) Closed(ctx context.Context, actor access.Actor, cycle, after string) (b reward.Batch, err error) {
	c, err := x.Cycle(ctx, actor, cycle)
	if err != nil {
		return b, err
	}
	page, err := x.Records(ctx, actor, appraisal.Filter{Cycle: cycle, State: appraisal.Closed, After: after, Size: appraisedBatch})
	if err != nil {
		return b, err
	}
	b = reward.Batch{Earlier: map[string][]reward.Record{}, Rules: c.Scheme.Proposals, Next: page.Next}
	for _, r := range page.Records {
		b.Records = append(b.Records, recordOf(r, c.Scheme))
		if !slices.ContainsFunc(c.Scheme.Proposals, func(p composite.Proposal) bool { return p.Band == r.Band && p.Times > 1 }) {
			continue
		}
		all, err := x.closed(ctx, actor, r.Person)
		if err != nil {
			return b, err
		}
		for _, e := range all { // a month follows months, a year years
			if len(e.Period) == len(r.Period) && e.Period < r.Period {
				b.Earlier[r.Person] = append(b.Earlier[r.Person], recordOf(e, c.Scheme))
			}
		}
	}
	return b, nil
}

// closed gives every closed record of a person that the actor may see, the latest period first.
func (x Appraised) closed(ctx context.Context, actor access.Actor, person string) (all []appraisal.Record, err error) {
	for f := (appraisal.Filter{Person: person, State: appraisal.Closed, Size: 500}); ; {
		page, err := x.Records(ctx, actor, f)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Records...)
		if f.After = page.Next; f.After == "" {
			break
		}
	}
	slices.SortStableFunc(all, func(r, e appraisal.Record) int { return cmp.Compare(e.Period, r.Period) })
	return all, nil
}

// Cycles gives the cycles, the latest first.
func (x Appraised) Cycles(ctx context.Context, actor access.Actor) (out []reward.Cycle, err error) {
	all, err := x.Appraisals.Cycles(ctx, actor)
	for _, c := range all {
		out = append(out, reward.Cycle{ID: c.ID, Period: c.Period, Title: c.Title})
	}
	return out, err
}

// Of gives the latest closed records of a person.
func (x Appraised) Of(ctx context.Context, actor access.Actor, person string) (out []reward.Record, err error) {
	all, err := x.closed(ctx, actor, person)
	for _, r := range all[:min(len(all), appraisedShown)] {
		one, err := x.Get(ctx, actor, r.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, err
}

// Get gives one record as it stands.
func (x Appraised) Get(ctx context.Context, actor access.Actor, id string) (reward.Record, error) {
	w, err := x.Record(ctx, actor, id)
	if err != nil {
		return reward.Record{}, err
	}
	return recordOf(w.Record, w.In.Scheme), nil
}

// recordOf is a record with the name of its band in a scheme. A result that could not be computed is in no band.
func recordOf(r appraisal.Record, scheme *composite.Scheme) reward.Record {
	out := reward.Record{ID: r.ID, Person: r.Person, Period: r.Period, Band: r.Band, BandName: catalog.Text{ZH: r.Band, EN: r.Band},
		Closed: r.State == appraisal.Closed, Simulated: r.Simulated}
	for _, b := range scheme.Bands {
		if b.ID == r.Band {
			out.BandName = b.Name
		}
	}
	return out
}
