package site

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/external"
	room "tongguan/courses/violation"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/web/pages/violation"
)

// violations lists the reports that the reader may examine.
func (s *Site) violations(c *fiber.Ctx, v visit) error {
	all, err := s.Violations.Reports(c.UserContext(), v.actor)
	if err != nil {
		return err
	}
	if len(all) == 0 && !v.actor.May(access.ExamineReports, access.Other) {
		return fault.New(fault.Missing, "error.missing") // HR who stands in for nobody
	}
	p := violation.List{Frame: s.frame(c, v, v.voice.T("violation.title")), StandIn: !v.actor.May(access.ExamineReports, access.Other)}
	for _, r := range all {
		line := violation.Line{URL: "/violations/" + r.ID, Text: cutTo(strings.ReplaceAll(r.Happened, "\n", " "), 60), State: string(r.State), Received: s.dueText(v, r.ReceivedOn),
			Clause: r.Clause, Anonymous: r.Anonymous(), Messages: r.Messages}
		if r.State == room.Received || r.State == room.Examining {
			p.Waiting = append(p.Waiting, line)
		} else {
			p.Past = append(p.Past, line)
		}
	}
	return s.draw(c, violation.ListPage(p))
}

// violation shows one report.
func (s *Site) violation(c *fiber.Ctx, v visit) error {
	p, err := s.violationPage(c, v)
	if err != nil {
		return err
	}
	return s.draw(c, violation.OnePage(p))
}

func (s *Site) violationPage(c *fiber.Ctx, v visit) (violation.One, error) {
	r, err := s.Violations.Report(c.UserContext(), v.actor, c.Params("id"))
	if err != nil {
		return violation.One{}, err
	}
	ids := append([]string{r.Reporter}, r.Named...)
	for _, step := range r.History {
		ids = append(ids, step.By)
	}
	for _, m := range r.Talk {
		ids = append(ids, m.Author)
	}
	names, err := s.People.Names(c.UserContext(), ids)
	if err != nil {
		return violation.One{}, err
	}
	p := violation.One{ID: r.ID, State: string(r.State), Received: s.dueText(v, r.ReceivedOn), Reporter: names[r.Reporter], Happened: paragraphs(r.Happened),
		Evidence: paragraphs(r.Evidence), Place: r.Place, Accused: r.Accused, Note: r.Note, Version: r.Version, Form: s.Clock.ID()}
	p.Frame = s.frame(c, v, v.voice.T("violation.one", "date", p.Received))
	if r.Clause != "" {
		p.Clause = append(p.Clause, s.chip(v, r.Clause))
	}
	var known []string
	for _, id := range r.Named {
		known = append(known, names[id])
	}
	p.Named = strings.Join(known, "、")
	for _, to := range r.State.Follows() {
		p.To = append(p.To, string(to))
	}
	s.violationTalk(v, r, names, &p)
	return p, nil
}

func (s *Site) violationTalk(v visit, r room.View, names map[string]string, p *violation.One) {
	for _, m := range r.Talk {
		one := violation.Message{Mine: m.Author != "", Who: names[m.Author], When: s.dueText(v, m.SentOn), Text: paragraphs(m.Text)}
		if !one.Mine {
			one.Who = v.voice.T("violation.reporter")
		}
		p.Talk = append(p.Talk, one)
	}
	for _, step := range r.History {
		p.History = append(p.History, violation.Step{Act: step.Act, By: names[step.By], When: v.voice.DateTime(step.At, s.Zone), Note: step.Note})
	}
	p.MayPropose = r.State == room.Substantiated && (r.Reward.State == "" || r.Reward.State == room.Declined)
	if r.Reward.State != "" {
		p.Reward = &violation.Reward{What: rewardText(v.voice, r.Reward), State: r.Reward.State, Decision: r.Reward.Decision}
	}
}

func (s *Site) violationAgain(c *fiber.Ctx, v visit, cause error, fill func(*violation.One)) error {
	p, err := s.violationPage(c, v)
	if err != nil {
		return err
	}
	fill(&p)
	p.Errors = s.errors(v, cause)
	setStatus(c, cause)
	if len(p.To) == 0 && p.Errors[""] != "" {
		p.Flash.Kind, p.Flash.Text = "bad", p.Errors[""]
	}
	return s.draw(c, violation.OnePage(p))
}

// violationDone leads back to the report, or shows it with what is wrong.
func (s *Site) violationDone(c *fiber.Ctx, v visit, err error, done string, fill func(*violation.One)) error {
	if again(err) {
		return s.violationAgain(c, v, err, fill)
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", done)
	return redirect(c, "/violations/"+c.Params("id"))
}

// violationState takes a report to another state.
func (s *Site) violationState(c *fiber.Ctx, v visit) error {
	version, note := int64(whole(c.FormValue("version"))), c.FormValue("note")
	err := s.Violations.Decide(c.UserContext(), v.actor, c.Params("id"), version, room.State(c.FormValue("to")), note)
	return s.violationDone(c, v, err, "violation.state_done", func(p *violation.One) { p.Why, p.Version = note, version })
}

// violationAsk writes to whoever reported.
func (s *Site) violationAsk(c *fiber.Ctx, v visit) error {
	text, form := c.FormValue("text"), c.FormValue("form")
	err := s.Violations.Ask(c.UserContext(), v.actor, c.Params("id"), text, form)
	return s.violationDone(c, v, err, "violation.asked", func(p *violation.One) { p.Text, p.Form = text, form })
}

// violationReward proposes a reward.
func (s *Site) violationReward(c *fiber.Ctx, v visit) error {
	w := room.Reward{Honour: c.FormValue("honour"), Reason: c.FormValue("reason")}
	var err error
	if w.Amount, err = external.Fen(c.FormValue("amount")); err != nil {
		err = fault.New(fault.Invalid, "violation.amount_wrong").At("amount")
	}
	if _, seen := s.Violations.Report(c.UserContext(), v.actor, c.Params("id")); seen != nil {
		return seen
	}
	if err == nil {
		err = s.Violations.Propose(c.UserContext(), v.actor, c.Params("id"), w)
	}
	return s.violationDone(c, v, err, "violation.proposed", func(p *violation.One) {
		p.Amount, p.Honour, p.Reason = c.FormValue("amount"), w.Honour, w.Reason
	})
}

// bounties is where HR decides and hands over.
func (s *Site) bounties(c *fiber.Ctx, v visit) error {
	p, err := s.bountiesPage(c, v)
	if err != nil {
		return err
	}
	return s.draw(c, violation.RewardsPage(p))
}

func (s *Site) bountiesPage(c *fiber.Ctx, v visit) (violation.Rewards, error) {
	all, err := s.Violations.Rewards(c.UserContext(), v.actor)
	if err != nil {
		return violation.Rewards{}, err
	}
	var ids []string
	for _, w := range all {
		ids = append(ids, w.ProposedBy)
	}
	names, err := s.People.Names(c.UserContext(), ids)
	if err != nil {
		return violation.Rewards{}, err
	}
	mine, err := s.Violations.Reports(c.UserContext(), v.actor)
	p := violation.Rewards{StandIn: len(mine) > 0 && !v.actor.May(access.ExamineReports, access.Other), Frame: s.frame(c, v, v.voice.T("violation.rewards"))}
	for _, w := range all {
		one := violation.Reward{ID: w.Report, What: rewardText(v.voice, w), Reason: w.Reason, State: w.State, By: names[w.ProposedBy], Mine: w.ProposedBy == v.actor.ID}
		if w.Clause != "" {
			one.Clause = s.chip(v, w.Clause)
		}
		if w.State == room.Proposed {
			p.Waiting = append(p.Waiting, one)
		} else {
			p.Other = append(p.Other, one)
		}
	}
	return p, err
}

func (s *Site) bountiesAgain(c *fiber.Ctx, v visit, cause error, fill func(*violation.Rewards)) error {
	p, err := s.bountiesPage(c, v)
	if err != nil {
		return err
	}
	p.Errors = s.errors(v, cause)
	fill(&p)
	setStatus(c, cause)
	if p.Errors[""] != "" {
		p.Flash.Kind, p.Flash.Text = "bad", p.Errors[""]
	}
	return s.draw(c, violation.RewardsPage(p))
}

// bountyDecide approves or declines a reward.
func (s *Site) bountyDecide(c *fiber.Ctx, v visit) error {
	id, why := c.Params("id"), c.FormValue("why")
	err := s.Violations.DecideReward(c.UserContext(), v.actor, id, c.FormValue("decision") == "approve", why)
	if again(err) {
		return s.bountiesAgain(c, v, err, func(p *violation.Rewards) {
			for i := range p.Waiting {
				if p.Waiting[i].ID == id {
					p.Waiting[i].Wrong, p.Waiting[i].Decision = p.Errors["decision"], why
				}
			}
		})
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "violation.reward_decided")
	return redirect(c, "/violations/rewards")
}

// bountyPay notes that a reward was handed over to whoever holds its code.
func (s *Site) bountyPay(c *fiber.Ctx, v visit) error {
	code := c.FormValue("code")
	if err := v.actor.Check(access.RewardReport, access.Other); err != nil {
		return err
	}
	err := s.knock(c)
	var w room.Reward
	if err == nil {
		w, err = s.Violations.Pay(c.UserContext(), v.actor, code)
	}
	if again(err) || err != nil && (fault.KindOf(err) == fault.Missing || fault.KindOf(err) == fault.Denied) {
		return s.bountiesAgain(c, v, err, func(p *violation.Rewards) {
			p.Typed, p.Errors = cutTo(code, 60), map[string]string{"code": s.sentence(v, err)}
		})
	}
	if err != nil {
		return err
	}
	p, err := s.bountiesPage(c, v)
	if err != nil {
		return err
	}
	p.Paid = v.voice.T("violation.paid", "what", rewardText(v.voice, w))
	return s.draw(c, violation.RewardsPage(p))
}
