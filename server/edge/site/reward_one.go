package site

import (
	"fmt"
	"strconv"

	"github.com/gofiber/fiber/v2"

	room "tongguan/courses/reward"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
	view "tongguan/web/pages/reward"
	"tongguan/web/parts"
)

// yuanOf writes an amount in fen with both decimals.
func yuanOf(fen int64) string { return fmt.Sprintf("%d.%02d", fen/100, fen%100) }

// rewardShow shows one with what comes next.
func (s *Site) rewardShow(c *fiber.Ctx, v visit) error {
	p, err := s.rewardPage(c, v)
	if err != nil {
		return err
	}
	return s.draw(c, view.OnePage(p))
}

func (s *Site) rewardPage(c *fiber.Ctx, v visit) (view.One, error) {
	w, err := s.Rewards.See(c.UserContext(), v.actor, c.Params("id"))
	if err != nil {
		return view.One{}, err
	}
	f, err := s.rewardFolk(c.UserContext(), []room.Reward{w.Reward})
	if err != nil {
		return view.One{}, err
	}
	person, err := s.People.Get(c.UserContext(), v.actor, w.Person)
	if err != nil {
		return view.One{}, err
	}
	kind := v.voice.T("reward.kind." + string(w.Kind))
	p := view.One{Frame: s.frame(c, v, kind), ID: w.ID, Who: f.names[w.Person], Team: f.teams[person.Team], Kind: string(w.Kind), KindText: kind, State: string(w.State),
		StateText: v.voice.T("reward.state." + string(w.State)), Own: w.Own, Penalty: w.Kind.Penalty(), Chip: s.chip(v, w.Kind.Clause()), Finding: w.Finding, Words: paragraphs(w.Words),
		Proposal: paragraphs(w.Proposal), Decision: paragraphs(w.Decision), Changed: len(w.Changed) > 0, MayWithdraw: w.May.Withdraw, MayDecide: w.May.Decide,
		MayObject: w.May.Object, MaySettle: w.May.Settle, Request: s.Clock.ID(), Money: w.Kind.Most() > 0, Most: v.voice.Number(w.Kind.Most() / 100)}
	if w.Derived {
		p.Row = rewardRow(v, w.Reward)
	}
	if w.Clause != "" {
		p.Clause = []parts.Chip{s.chip(v, w.Clause)}
	}
	if w.Amount > 0 {
		p.Amount = moneyOf(v, w.Amount)
	}
	if w.Finding != "" {
		if _, err := s.Inspections.Finding(c.UserContext(), v.actor, w.Finding); err == nil {
			p.FindingURL = "/inspections/findings/" + w.Finding
		}
	}
	s.rewardSays(v, w, f, &p)
	p.Months = rewardMonths(v, w)
	p.History, err = s.rewardHistory(c, v, w)
	return p, err
}

// rewardSays puts into words where one comes from, what comes next and what each decision would mean.
func (s *Site) rewardSays(v visit, w room.Whole, f rewardFolk, p *view.One) {
	until, who, kind := s.dueText(v, w.Until), p.Who, p.KindText
	switch {
	case w.Derived:
		p.Origin = v.voice.T("reward.by_rule", "date", v.voice.Date(w.ProposedAt, s.Zone))
	case w.ProposedBy != "":
		p.Origin = v.voice.T("reward.by_hand", "who", f.names[w.ProposedBy], "date", v.voice.Date(w.ProposedAt, s.Zone))
	}
	if w.Own {
		p.Origin = ""
	}
	if w.DecidedAt > 0 {
		p.Decided = v.voice.T("reward.by_hand", "who", f.names[w.DecidedBy], "date", v.voice.Date(w.DecidedAt, s.Zone))
	}
	switch {
	case w.May.Object: // the form says so
	case w.State == room.Granted && w.Until != "" && w.Until >= s.Clock.Date(s.Zone):
		p.Next = v.voice.T("reward.next.until", "date", until)
	case w.State == room.Granted && w.Until != "":
		p.Next = v.voice.T("reward.next.over", "date", until)
	case w.State == room.Proposed && w.ProposedBy == v.actor.ID && v.actor.May(access.DecideReward, access.Other):
		p.Next = v.voice.T("reward.own_proposal")
	case w.State.Waits():
		p.Next = v.voice.T("reward.next." + string(w.State))
	}
	p.IfGranted, p.IfDeclined = v.voice.T("reward.means."+string(w.Kind), "who", who, "days", room.ObjectDays), v.voice.T("reward.means.decline", "who", who)
	p.IfObjected = v.voice.T("reward.means.object", "date", until)
	p.IfUpheld, p.IfLifted = v.voice.T("reward.means.uphold", "who", who), v.voice.T("reward.means.lift", "who", who, "kind", kind)
}

// rewardMonths gives the appraisals that one rests on, each with its band of then and of now.
func rewardMonths(v visit, w room.Whole) (out []view.Month) {
	for _, m := range w.Months {
		line := view.Month{URL: "/appraisals/" + m.Record, Period: rewardPeriod(v, m.Period), Band: m.Name.In(v.lang)}
		for _, now := range w.Changed {
			if now.ID == m.Record {
				line.Now = now.BandName.In(v.lang)
			}
		}
		out = append(out, line)
	}
	return out
}

func (s *Site) rewardHistory(c *fiber.Ctx, v visit, w room.Whole) (out []view.Step, err error) {
	var ids []string
	for _, e := range w.History {
		ids = append(ids, e.By)
	}
	names, err := s.People.Names(c.UserContext(), ids)
	for _, e := range w.History {
		step := view.Step{When: v.voice.DateTime(e.At, s.Zone), Who: names[e.By], What: v.voice.T("reward.act." + string(e.Act)), Reason: paragraphs(e.Reason)}
		if e.Amount > 0 {
			step.Amount = moneyOf(v, e.Amount)
		}
		out = append(out, step)
	}
	return out, err
}

// rewardDone leads back to the reward after an act, or shows it again with what was typed and what is wrong with it.
func (s *Site) rewardDone(c *fiber.Ctx, v visit, err error, done string) error {
	if err == nil {
		s.flash(c, "good", done)
		return redirect(c, "/rewards/"+c.Params("id"))
	}
	if !again(err) {
		return err
	}
	p, cause := s.rewardPage(c, v)
	if cause != nil {
		return cause
	}
	p.Reason, p.Yuan, p.Errors = c.FormValue("reason"), c.FormValue("amount"), s.errors(v, err)
	if !p.MayDecide && !p.MayObject && !p.MaySettle { // the form is gone
		s.flash(c, "bad", fault.Of(err).Key)
		return redirect(c, "/rewards/"+c.Params("id"))
	}
	if request := c.FormValue("request"); request != "" && fault.KindOf(err) != fault.Conflict {
		p.Request = request
	}
	setStatus(c, err)
	return s.draw(c, view.OnePage(p))
}

// rewardDecide grants or declines.
func (s *Site) rewardDecide(c *fiber.Ctx, v visit) error {
	d := room.Decision{Grant: c.FormValue("decision") == "grant", Reason: c.FormValue("reason")}
	var err error
	if d.Grant {
		d.Amount, err = fenOf(c.FormValue("amount"))
	}
	if err == nil {
		err = s.Rewards.Decide(c.UserContext(), v.actor, c.Params("id"), d, c.FormValue("request"))
	}
	done := "reward.done_declined"
	if d.Grant {
		done = "reward.done_granted"
	}
	return s.rewardDone(c, v, err, done)
}

// rewardWithdraw takes a proposal back.
func (s *Site) rewardWithdraw(c *fiber.Ctx, v visit) error {
	return s.rewardDone(c, v, s.Rewards.Withdraw(c.UserContext(), v.actor, c.Params("id"), c.FormValue("request")), "reward.done_withdrawn")
}

// rewardObject says why a penalty is not right.
func (s *Site) rewardObject(c *fiber.Ctx, v visit) error {
	return s.rewardDone(c, v, s.Rewards.Object(c.UserContext(), v.actor, c.Params("id"), c.FormValue("reason"), c.FormValue("request")), "reward.done_objected")
}

// rewardSettle upholds or lifts a penalty.
func (s *Site) rewardSettle(c *fiber.Ctx, v visit) error {
	g, done := room.Ruling{Lift: c.FormValue("decision") == "lift", Reason: c.FormValue("reason")}, "reward.done_upheld"
	if g.Lift {
		done = "reward.done_lifted"
	}
	return s.rewardDone(c, v, s.Rewards.Settle(c.UserContext(), v.actor, c.Params("id"), g, c.FormValue("request")), done)
}

// rewardDerive proposes what the rules say of a cycle's results.
func (s *Site) rewardDerive(c *fiber.Ctx, v visit) error {
	out, err := s.Rewards.Derive(c.UserContext(), v.actor, c.FormValue("cycle"), c.FormValue("request"))
	if again(err) {
		return s.drawRewards(c, v, c.FormValue("request"), err)
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "reward.derived", "records", strconv.Itoa(out.Records), "proposed", strconv.Itoa(out.Proposed), "already", strconv.Itoa(out.Already),
		"simulated", strconv.Itoa(out.Simulated))
	return redirect(c, "/rewards")
}

// rewardNew asks for whom, then shows the form.
func (s *Site) rewardNew(c *fiber.Ctx, v visit) error {
	if !v.actor.May(access.ProposeReward, access.Below) {
		return fault.New(fault.Missing, "error.missing")
	}
	p := view.Form{Person: c.Query("person"), Request: s.Clock.ID(), Login: c.Query("who")}
	if p.Person == "" && p.Login != "" {
		one, err := s.rewardPerson(c.UserContext(), v, p.Login)
		if err != nil && !again(err) {
			return err
		}
		p.Person, p.Errors = one.ID, s.errors(v, err)
	}
	return s.drawRewardForm(c, v, p, room.Draft{Record: c.Query("record"), Clause: c.Query("clause"), Finding: c.Query("finding"), Kind: room.Kind(c.Query("kind"))})
}

// rewardPropose proposes; what cannot be is shown on the form with everything kept.
func (s *Site) rewardPropose(c *fiber.Ctx, v visit) error {
	d := room.Draft{Person: c.FormValue("person"), Kind: room.Kind(c.FormValue("kind")), Reason: c.FormValue("reason"), Record: c.FormValue("record"), Finding: c.FormValue("finding"),
		Words: c.FormValue("words"), Clause: c.FormValue("clause")}
	id, err := s.Rewards.Propose(c.UserContext(), v.actor, d, c.FormValue("request"))
	if again(err) {
		setStatus(c, err)
		return s.drawRewardForm(c, v, view.Form{Person: d.Person, Request: c.FormValue("request"), Errors: s.errors(v, err)}, d)
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "reward.done_proposed")
	return redirect(c, "/rewards/"+id)
}

func (s *Site) drawRewardForm(c *fiber.Ctx, v visit, p view.Form, d room.Draft) error {
	p.Frame, p.Finding, p.Words, p.Reason = s.frame(c, v, v.voice.T("reward.new")), d.Finding, d.Words, d.Reason
	if p.Person == "" {
		all, _, err := s.People.List(c.UserContext(), v.actor, people.Filter{})
		for _, one := range all {
			if one.ID != v.actor.ID {
				p.People = append(p.People, parts.Choice{Value: one.Login, Text: one.Name})
			}
		}
		if err != nil {
			return err
		}
		return s.draw(c, view.FormPage(p))
	}
	if err := s.rewardAbout(c, v, &p, d); err != nil {
		return err
	}
	for _, penalty := range []bool{false, true} {
		p.Kinds = append(p.Kinds, s.rewardKinds(v, penalty, d.Kind))
	}
	for _, cl := range leaves(s.Catalog.Current().Clauses) {
		p.Clauses = append(p.Clauses, parts.Choice{Value: cl.ID, Text: cl.ID + " " + s.wording(cl).Title.In(v.lang), Chosen: cl.ID == d.Clause})
	}
	return s.draw(c, view.FormPage(p))
}

// rewardAbout fills in who the form is about and the appraisals to choose among.
func (s *Site) rewardAbout(c *fiber.Ctx, v visit, p *view.Form, d room.Draft) error {
	records, err := s.Rewards.RecordsOf(c.UserContext(), v.actor, p.Person)
	if err != nil {
		return err
	}
	one, err := s.People.Get(c.UserContext(), v.actor, p.Person)
	if err != nil {
		return err
	}
	teams, err := s.Teams.Names(c.UserContext())
	p.Who, p.Team = one.Name, teams[one.Team]
	for _, r := range records {
		if !r.Simulated {
			p.Records = append(p.Records, parts.Choice{Value: r.ID, Text: rewardPeriod(v, r.Period) + " · " + r.BandName.In(v.lang), Chosen: r.ID == d.Record})
		}
	}
	return err
}

func (s *Site) rewardKinds(v visit, penalty bool, chosen room.Kind) view.KindGroup {
	g := view.KindGroup{Legend: v.voice.T("reward.side.reward")}
	if penalty {
		g.Legend = v.voice.T("reward.side.penalty")
	}
	for _, k := range room.Kinds() {
		if k.Penalty() == penalty {
			g.Chip = s.chip(v, k.Clause())
			g.Kinds = append(g.Kinds, parts.Choice{Value: string(k), Text: v.voice.T("reward.kind." + string(k)), Chosen: k == chosen})
		}
	}
	return g
}
