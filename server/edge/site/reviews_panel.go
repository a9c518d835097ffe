package site

import (
	"cmp"
	"slices"

	"github.com/gofiber/fiber/v2"

	room "tongguan/courses/review"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
	view "tongguan/web/pages/review"
	"tongguan/web/parts"
)

// reviewPanel shows who is asked about somebody, and the results once there are some.
func (s *Site) reviewPanel(c *fiber.Ctx, v visit) error {
	return s.drawPanel(c, v, view.Panel{}, toAsk{})
}

// toAsk is whom somebody chose to ask.
type toAsk struct{ person, group string }

// drawPanel draws a panel with what was entered.
func (s *Site) drawPanel(c *fiber.Ctx, v visit, p view.Panel, chosen toAsk) error {
	one, err := s.Reviews.See(c.UserContext(), v.actor, c.Params("panel"))
	if err != nil {
		return err
	}
	names, err := s.People.Names(c.UserContext(), append(askedIDs(one), one.Person))
	if err != nil {
		return err
	}
	p.ID, p.Who, p.Due, p.Closed, p.Own = one.ID, names[one.Person], s.dueText(v, one.Due), one.Closed, one.Own
	p.Frame = s.frame(c, v, v.voice.T("reviews.of", "name", p.Who))
	p.Clause = s.reviewClause(v)
	p.Plan, p.Invite, p.Request, p.Mails = one.MayPlan, one.MayInvite, cmp.Or(p.Request, s.Clock.ID()), s.Reviews.Outbox != nil
	p.Results = s.reviewResults(v, one.Panel, one.Results)
	p.Counts = reviewCounts(one)
	for _, k := range one.Customers {
		p.Customers = append(p.Customers, view.Customer{ID: k.ID, Name: k.Name, Withdrawn: k.Withdrawn, Mailed: k.Mailed})
	}
	if s.panelPeople(&p, one, names); one.MayPlan && !one.Closed {
		if err := s.panelChoices(c, v, one, &p, chosen); err != nil {
			return err
		}
	}
	return s.draw(c, view.PanelPage(p))
}

// reviewCounts says how many have given: while it runs, of all groups together.
func reviewCounts(one room.View) (out []view.Count) {
	for _, g := range room.Groups() {
		if n, ok := one.Counts[g]; ok {
			out = append(out, view.Count{Group: string(g), Asked: n.Asked, Given: n.Given})
		}
	}
	if !one.Closed && one.Total.Asked > 0 {
		out = append(out, view.Count{Group: "all", Asked: one.Total.Asked, Given: one.Total.Given})
	}
	return out
}

func askedIDs(one room.View) (ids []string) {
	for _, a := range one.Asked {
		ids = append(ids, a.Person)
	}
	return ids
}

// panelPeople fills in who is asked.
func (s *Site) panelPeople(p *view.Panel, one room.View, names map[string]string) {
	for _, g := range []room.Group{room.Superior, room.Colleague} {
		side := view.Side{Group: string(g), Fixed: one.Begun[g]}
		for _, a := range one.Asked {
			if a.Group == g {
				side.People = append(side.People, view.Person{ID: a.ID, Name: names[a.Person]})
			}
		}
		if len(side.People) > 0 {
			p.Asked = append(p.Asked, side)
		}
	}
}

// panelChoices fills in who could be asked, and as what.
func (s *Site) panelChoices(c *fiber.Ctx, v visit, one room.View, p *view.Panel, chosen toAsk) error {
	for _, g := range []room.Group{room.Colleague, room.Superior} {
		p.Groups = append(p.Groups, parts.Choice{Value: string(g), Text: v.voice.T("reviews.group." + string(g)), Chosen: chosen.group == string(g)})
	}
	there := append(askedIDs(one), one.Person)
	folk, _, err := s.People.List(c.UserContext(), v.actor, people.Filter{})
	for _, k := range folk {
		if k.State != people.Suspended && !slices.Contains(there, k.ID) {
			p.People = append(p.People, parts.Choice{Value: k.ID, Text: k.Name + " · " + k.Login, Chosen: k.ID == chosen.person})
		}
	}
	return err
}

// reviewResults prepares what groups found to be drawn, on this page and wherever an appraisal shows it.
func (s *Site) reviewResults(v visit, p room.Panel, all []room.Result) (out []view.Result) {
	for _, r := range all {
		one := view.Result{Group: string(r.Group), Asked: r.Asked, Given: r.Given, Withheld: r.Withheld, Minimum: p.MinShown, Raw: view.Points(r.Raw), Comments: r.Comments, ByHand: r.ByHand}
		if r.HasAdjusted {
			adjusted := view.Points(r.Adjusted)
			one.Adjusted = &adjusted
		} else if r.Why != "" {
			one.Why = v.voice.T(r.Why)
		}
		for _, i := range p.Items {
			if mean, shown := r.Items[i.ID]; shown {
				one.Items = append(one.Items, view.Mean{Name: i.Name.In(v.lang), Value: view.Points(mean), Remarks: r.Remarks[i.ID]})
			}
		}
		out = append(out, one)
	}
	return out
}

// panelDone leads back to the panel after an act; what somebody else did meanwhile is said there.
func (s *Site) panelDone(c *fiber.Ctx, err error, done string) error {
	switch {
	case err == nil:
		s.flash(c, "good", done)
	case fault.KindOf(err) == fault.Conflict || fault.KindOf(err) == fault.Invalid:
		s.flash(c, "bad", fault.Of(err).Key)
	default:
		return err
	}
	return redirect(c, "/reviews/panels/"+c.Params("panel"))
}

// reviewAsk asks one more person to review.
func (s *Site) reviewAsk(c *fiber.Ctx, v visit) error {
	person, group := c.FormValue("person"), c.FormValue("group")
	err := s.Reviews.Ask(c.UserContext(), v.actor, c.Params("panel"), room.Group(group), person)
	if fault.KindOf(err) == fault.Invalid && err != nil {
		setStatus(c, err)
		return s.drawPanel(c, v, view.Panel{Errors: s.errors(v, err)}, toAsk{person, group})
	}
	return s.panelDone(c, err, "reviews.asked_done")
}

// reviewUnask takes somebody out again.
func (s *Site) reviewUnask(c *fiber.Ctx, v visit) error {
	return s.panelDone(c, s.Reviews.Unask(c.UserContext(), v.actor, c.Params("panel"), c.FormValue("reviewer")), "reviews.unasked_done")
}

// reviewInvite makes a customer's link and shows it, this once.
func (s *Site) reviewInvite(c *fiber.Ctx, v visit) error {
	p := view.Panel{Request: c.FormValue("request"), Name: c.FormValue("name"), Email: c.FormValue("email")}
	i, err := s.Reviews.Invite(c.UserContext(), v.actor, c.Params("panel"), room.Guest{Name: p.Name, Email: p.Email, Form: p.Request})
	switch {
	case again(err):
		p.Errors = s.errors(v, err)
		setStatus(c, err)
		return s.drawPanel(c, v, p, toAsk{})
	case err != nil:
		return err
	case i.Token == "":
		return s.panelDone(c, nil, "reviews.mail_gone")
	}
	return s.drawPanel(c, v, view.Panel{Link: s.URL + "/reviews/customer/" + i.Token, LinkFor: i.Contact}, toAsk{})
}

// reviewWithdraw ends a customer's link.
func (s *Site) reviewWithdraw(c *fiber.Ctx, v visit) error {
	return s.panelDone(c, s.Reviews.Withdraw(c.UserContext(), v.actor, c.Params("panel"), c.FormValue("customer")), "reviews.withdrawn_done")
}
