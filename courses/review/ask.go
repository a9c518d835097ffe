package review

import (
	"context"
	"slices"

	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

// Propose asks the reviewers whom the rule names (propose.go): superiors and colleagues of each panel's person. In the caller's
// transaction; the panels are open. A panel in which somebody is asked already stays as it is. The same company, panels and
// loads give the same reviewers.
func (r *Reviews) Propose(ctx context.Context, q db.Q, panels ...string) error {
	c, err := r.company(ctx)
	if err != nil {
		return err
	}
	for _, id := range slices.Compact(slices.Sorted(slices.Values(panels))) {
		if err := claimPanel(ctx, q, id); err != nil {
			return err
		}
	}
	for _, id := range order(panels) {
		p, err := panelByID(ctx, q, id)
		if err != nil {
			return err
		}
		if err := r.proposeOne(ctx, q, c, p); err != nil {
			return err
		}
	}
	return nil
}

func (r *Reviews) proposeOne(ctx context.Context, q db.Q, c company, p panel) error {
	defer r.forget()
	counts, err := counted(ctx, q, []string{p.ID})
	if err != nil || counts[p.ID][Superior].Asked+counts[p.ID][Colleague].Asked > 0 {
		return err
	}
	loads, err := loadsOf(ctx, q, p.Cycle)
	if err != nil {
		return err
	}
	facts, proposed := map[string]any{"panel": p.ID}, c.propose(p.ID, p.Person, loads)
	for _, side := range Groups() {
		facts[string(side)] = len(proposed[side])
		for _, id := range proposed[side] {
			if _, err := insertRequest(ctx, q, request{ID: r.Clock.ID(), Panel: p.ID, Side: side, Person: id}); err != nil {
				return err
			}
		}
	}
	return r.Trail.Append(ctx, q, audit.Event{Act: "review.proposed", Subject: p.Person, Facts: facts})
}

// company reads who works where and who manages whom.
func (r *Reviews) company(ctx context.Context) (company, error) {
	c := company{parent: map[string]string{}, managers: map[string][]string{}, team: map[string]string{}}
	tree, err := r.Teams.Tree(ctx, access.Operator())
	if err != nil {
		return c, err
	}
	for _, t := range tree {
		c.parent[t.ID], c.managers[t.ID] = t.Parent, t.Managers
	}
	for f := (people.Filter{}); ; f.From += 1000 {
		some, total, err := r.People.List(ctx, access.Operator(), f)
		if err != nil {
			return c, err
		}
		for _, p := range some {
			c.team[p.ID] = p.Team
			if p.State != people.Suspended {
				c.here = append(c.here, p.ID)
			}
			if slices.Contains(p.Roles, access.Inspector) || slices.Contains(p.Roles, access.HR) {
				c.apart = append(c.apart, p.ID)
			}
		}
		if len(some) == 0 || f.From+len(some) >= total {
			return c, nil
		}
	}
}

// Ask asks one more person to review, as superior or colleague. A superior must be one, since a single superior's marks are
// shown: whoever asks a colleague as a superior would learn what that colleague gave. A colleague must be nobody who reads what
// colleagues found: who takes out their own marks would learn the others'.
func (r *Reviews) Ask(ctx context.Context, actor access.Actor, panel string, side Group, person string) error {
	p, to, err := r.panelFor(ctx, actor, panel)
	if err == nil {
		err = actor.Check(access.PlanReviews, to)
	}
	if err != nil {
		return err
	}
	who, err := r.People.Get(ctx, access.Operator(), person)
	switch {
	case side != Superior && side != Colleague:
		return fault.New(fault.Invalid, "reviews.group_unknown").At("group")
	case err != nil && fault.KindOf(err) != fault.Missing:
		return err
	case err != nil || who.State == people.Suspended:
		return fault.New(fault.Invalid, "reviews.person_unknown").At("person")
	case person == p.Person:
		return fault.New(fault.Invalid, "reviews.not_oneself").At("person")
	}
	if err := r.fits(ctx, p, side, who); err != nil {
		return err
	}
	return r.add(ctx, actor, panel, side, person)
}

// fits refuses a superior who is none, and a colleague who reads the results: HR, and whoever manages the person.
func (r *Reviews) fits(ctx context.Context, p panel, side Group, who people.Person) error {
	to, err := r.People.Relation(ctx, who.Actor(), p.Person)
	switch {
	case err != nil:
		return err
	case side == Superior && to != access.Below:
		return fault.New(fault.Invalid, "reviews.not_superior").At("group")
	case side == Colleague && (to == access.Below || who.Actor().Is(access.HR)):
		return fault.New(fault.Invalid, "reviews.reads_results").At("person")
	}
	return nil
}

func (r *Reviews) add(ctx context.Context, actor access.Actor, panel string, side Group, person string) error {
	defer r.forget()
	return r.DB.Write(ctx, func(q db.Q) error {
		if err := claimPanel(ctx, q, panel); err != nil {
			return err
		}
		if err := r.room(ctx, q, panel); err != nil {
			return err
		}
		one := request{ID: r.Clock.ID(), Panel: panel, Side: side, Person: person}
		added, err := insertRequest(ctx, q, one)
		if err != nil || !added { // they are asked already
			return err
		}
		return r.Trail.Append(ctx, q, changed("review.asked", actor, one.ID))
	})
}

// room refuses one more reviewer in a panel that is full. The panel is claimed.
func (r *Reviews) room(ctx context.Context, q db.Q, panel string) error {
	counts, err := counted(ctx, q, []string{panel})
	if err != nil {
		return err
	}
	n := 0
	for _, c := range counts[panel] {
		n += c.Asked
	}
	if n >= mostAsked {
		return fault.New(fault.Conflict, "reviews.full", "max", mostAsked)
	}
	return nil
}

// Unask takes somebody out who was asked, as long as nobody of their group has given: later, being refused it of one and not of
// another would tell who has.
func (r *Reviews) Unask(ctx context.Context, actor access.Actor, panel, id string) error {
	_, to, err := r.panelFor(ctx, actor, panel)
	if err == nil {
		err = actor.Check(access.PlanReviews, to)
	}
	if err != nil {
		return err
	}
	defer r.forget()
	return r.DB.Write(ctx, func(q db.Q) error {
		if err := claimPanel(ctx, q, panel); err != nil {
			return err
		}
		one, err := requestByID(ctx, q, id)
		if fault.KindOf(err) == fault.Missing && err != nil || err == nil && (one.Panel != panel || one.Side == Customer) {
			return fault.New(fault.Conflict, "error.changed_meanwhile")
		}
		if err != nil {
			return err
		}
		counts, err := counted(ctx, q, []string{panel})
		if err != nil {
			return err
		}
		if counts[panel][one.Side].Given > 0 {
			return fault.New(fault.Conflict, "reviews.has_begun")
		}
		if err := deleteRequest(ctx, q, id); err != nil {
			return err
		}
		return r.Trail.Append(ctx, q, changed("review.unasked", actor, one.ID))
	})
}

// changed says that who is asked was changed, and by whom. The number of the request proves which change it was to whoever has
// the request; neither who is to review nor whom is in it.
func changed(act string, actor access.Actor, id string) audit.Event {
	return audit.Event{Act: act, Actor: actor.ID, Facts: map[string]any{"request": id}}
}
