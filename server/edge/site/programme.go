package site

import (
	"github.com/gofiber/fiber/v2"

	"tongguan/courses/programme"
	"tongguan/courses/training"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/server/edge/digest"
	view "tongguan/web/pages/programme"
	"tongguan/web/parts"
)

// programmes shows the programmes that the person is in, and those that they may come to.
func (s *Site) programmes(c *fiber.Ctx, v visit) error {
	plans, err := s.Training.Plans(c.UserContext(), v.actor, v.actor.ID)
	if err != nil {
		return err
	}
	waiting, err := s.Training.ToSign(c.UserContext(), v.actor)
	if err != nil {
		return err
	}
	p := view.List{Frame: s.frame(c, v, v.voice.T("programmes.title")), ToSign: len(waiting),
		Signs: len(waiting) > 0 || v.actor.Is(access.Manager) || v.actor.Is(access.HR)}
	if v.actor.May(access.MakeRules, access.Other) {
		p.Rules = "/programmes/rules"
	}
	in := map[string]bool{}
	for _, one := range plans {
		in[one.Programme.ID] = true
		p.Mine = append(p.Mine, s.mine(v, one))
	}
	reports, err := s.mayReport(c, v)
	if err != nil {
		return err
	}
	for _, one := range s.Programmes.Current().All() {
		if !in[one.ID] {
			p.Open = append(p.Open, s.outlineLine(v, one))
		}
		if reports {
			p.Reports = append(p.Reports, parts.Link{Text: one.Title.In(v.lang), URL: "/programmes/" + one.ID + "/people"})
		}
	}
	return s.draw(c, view.ListPage(p))
}

// mayReport says whether there is anybody whose place in a programme the reader may see.
func (s *Site) mayReport(c *fiber.Ctx, v visit) (bool, error) {
	if v.actor.May(access.SeeProgress, access.Other) {
		return true, nil
	}
	if !v.actor.May(access.SeeProgress, access.Below) {
		return false, nil
	}
	managed, err := s.Teams.ManagedBy(c.UserContext(), v.actor.ID)
	return len(managed) > 0, err
}

// mine is a programme that somebody is in, as one line.
func (s *Site) mine(v visit, p training.Plan) view.Mine {
	out := view.Mine{Title: p.Programme.Title.In(v.lang), URL: "/programmes/" + p.Programme.ID, Kind: v.voice.T("programmes.kind." + string(p.Programme.Kind)),
		Done: p.Verdict.Done, Steps: len(p.Verdict.Items), Percent: progressOf(p.Verdict.Done, len(p.Verdict.Items)), Late: p.Late(), Met: p.Verdict.Met,
		Due: digest.When(v.voice, p.Today, p.Due()), DueNow: p.Due() != "" && p.Due() <= p.Today}
	if out.Requires = s.certificateTitles(v, p.Verdict.Missing); len(out.Requires) > 0 {
		out.Due, out.DueNow = v.voice.T("programmes.state.locked"), false // the days pass, and nobody is late with what is not open
	}
	if n := p.First(); n >= 0 {
		out.Next = p.Verdict.Items[n].Step.Title.In(v.lang)
	}
	if k := p.Programme.Certificate; k != nil {
		out.Certificate = k.Title.In(v.lang)
	}
	return out
}

func progressOf(done, all int) int {
	if all == 0 {
		return 0
	}
	return done * 100 / all
}

func (s *Site) outlineLine(v visit, p *programme.Programme) view.Open {
	out := view.Open{Title: p.Title.In(v.lang), URL: "/programmes/" + p.ID, Kind: v.voice.T("programmes.kind." + string(p.Kind)), Summary: p.Summary.In(v.lang),
		Requires: s.certificateTitles(v, p.Requires), Steps: len(p.Steps)}
	if p.Certificate != nil {
		out.Certificate = p.Certificate.Title.In(v.lang)
	}
	return out
}

// certificateTitles names the certificates of these programmes.
func (s *Site) certificateTitles(v visit, ids []string) (out []string) {
	for _, id := range ids {
		if p := s.Programmes.Current().Get(id); p != nil && p.Certificate != nil {
			out = append(out, p.Certificate.Title.In(v.lang))
		} else {
			out = append(out, id) // one that is not written any more
		}
	}
	return out
}

// programme shows the person's own way through a programme, or to somebody who is not in it what it asks for.
func (s *Site) programme(c *fiber.Ctx, v visit) error {
	id := c.Params("programme")
	plan, err := s.Training.Plan(c.UserContext(), v.actor, v.actor.ID, id)
	if fault.KindOf(err) == fault.Missing && err != nil {
		return s.outline(c, v, id)
	}
	if err != nil {
		return err
	}
	p, err := s.planPage(c, v, plan, v.actor.ID)
	if err != nil {
		return err
	}
	return s.draw(c, view.PlanPage(p))
}

func (s *Site) outline(c *fiber.Ctx, v visit, id string) error {
	g := s.Programmes.Current().Get(id)
	if g == nil {
		return fault.New(fault.Missing, "error.missing")
	}
	p := s.planHead(c, v, g)
	p.Requires = s.certificateTitles(v, g.Requires)
	for i := range g.Steps {
		step := &g.Steps[i]
		out := view.Step{ID: step.ID, Title: step.Title.In(v.lang), State: "ready", Either: either(v, step), Waits: s.waits(v, g, step, nil)}
		if step.Day > 0 {
			out.When = v.voice.T("programmes.day", "n", step.Day)
		}
		for n := range step.Tasks {
			t := s.task(v, &step.Tasks[n], "")
			if want := step.Tasks[n].Score; want > 0 {
				t.Detail = v.voice.T("programmes.score_needed", "want", v.voice.Percent(want))
			}
			out.Tasks = append(out.Tasks, t)
		}
		p.Steps = append(p.Steps, out)
	}
	if reports, err := s.mayReport(c, v); err != nil {
		return err
	} else if reports {
		p.People = "/programmes/" + id + "/people"
	}
	return s.draw(c, view.PlanPage(p))
}

// planHead is what a page says of a programme, whoever is in it.
func (s *Site) planHead(c *fiber.Ctx, v visit, g *programme.Programme) view.Plan {
	p := view.Plan{Frame: s.frame(c, v, g.Title.In(v.lang)), Title: g.Title.In(v.lang), Summary: g.Summary.In(v.lang), Kind: v.voice.T("programmes.kind." + string(g.Kind)),
		Back: parts.Link{Text: v.voice.T("programmes.title"), URL: "/programmes"}}
	for _, id := range g.Clauses {
		p.Chips = append(p.Chips, s.chip(v, id))
	}
	if k := g.Certificate; k != nil {
		p.Certificate = k.Title.In(v.lang)
		if p.Lasts = v.voice.T("programmes.lasts_ever"); k.Months > 0 {
			p.Lasts = v.voice.T("programmes.lasts", "n", k.Months)
		}
	}
	return p
}
