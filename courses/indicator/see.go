package indicator

import (
	"context"
	"slices"

	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/people"
)

// History gives every version of a figure, the latest first.
func (x *Indicators) History(ctx context.Context, actor access.Actor, at Place) ([]Figure, error) {
	if err := x.people.Check(ctx, actor, access.SeeFigures, at.Person); err != nil {
		return nil, err
	}
	all, err := versionsOf(ctx, x.db.Read(), at.Person, at.Period)
	return slices.DeleteFunc(all, func(f Figure) bool { return f.Indicator != at.Indicator }), err
}

// Card is everything about one person and period.
type Card struct {
	Person   people.Person
	Period   string
	Frozen   string              // by which appraisal, or ""
	Versions map[string][]Figure // by indicator, the latest first
	Periods  []string            // for which there are figures, the latest first
	MayEnter bool
}

// Latest gives the figure of an indicator that counts.
func (c Card) Latest(indicator string) (Figure, bool) {
	if all := c.Versions[indicator]; len(all) > 0 && all[0].Counts() {
		return all[0], true
	}
	return Figure{}, false
}

// See gives the figures of a person for a period.
func (x *Indicators) See(ctx context.Context, actor access.Actor, person, period string) (Card, error) {
	out := Card{Period: period, Versions: map[string][]Figure{}}
	to, err := x.people.Relation(ctx, actor, person)
	if err == nil {
		err = actor.Check(access.SeeFigures, to)
	}
	if err != nil {
		return out, err
	}
	out.MayEnter = actor.May(access.EnterFigures, to)
	if out.Person, err = x.people.Get(ctx, actor, person); err != nil {
		return out, err
	}
	q := x.db.Read()
	all, err := versionsOf(ctx, q, person, period)
	if err != nil {
		return out, err
	}
	for _, f := range all {
		out.Versions[f.Indicator] = append(out.Versions[f.Indicator], f)
	}
	if out.Periods, err = periodsOf(ctx, q, person); err != nil {
		return out, err
	}
	closed, err := frozenBy(ctx, q, []Place{{Person: person, Period: period}})
	out.Frozen = closed[Place{Person: person, Period: period}]
	return out, err
}

// Question is which people a table shows.
type Question struct {
	Period      string
	Team, Text  string
	From, Limit int
}

// Line is one person of a table with the figures that count, by indicator.
type Line struct {
	people.Person
	Figures map[string]Figure
}

// Table gives the people that the actor sees figures of, in order of their names, and how many there are in all. Who sees nobody's
// but their own gets Missing.
func (x *Indicators) Table(ctx context.Context, actor access.Actor, ask Question) ([]Line, int, error) {
	reach, err := x.people.Reach(ctx, actor, access.SeeFigures, ask.Team)
	if err != nil {
		return nil, 0, err
	}
	f := people.Filter{Text: ask.Text, Limit: ask.Limit, From: ask.From}
	if !reach.All {
		f.Teams = map[string]bool{}
		for _, t := range reach.Teams {
			f.Teams[t] = true
		}
	}
	found, total, err := x.people.List(ctx, actor, f)
	if err != nil {
		return nil, 0, err
	}
	ids := make([]string, len(found))
	for i, p := range found {
		ids[i] = p.ID
	}
	figures, err := x.Of(ctx, x.db.Read(), ids, ask.Period)
	out := make([]Line, len(found))
	for i, p := range found {
		out[i] = Line{p, figures[p.ID]}
	}
	return out, total, err
}

// frozen says which appraisal a period rests with.
func frozen(ctx context.Context, q db.Q, at Place) error {
	at.Indicator = ""
	closed, err := frozenBy(ctx, q, []Place{at})
	if err == nil {
		err = frozenFault(at.Period, closed[at])
	}
	return err
}
