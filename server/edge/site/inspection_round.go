package site

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	room "tongguan/courses/inspection"
	"tongguan/server/base/access"
	"tongguan/web/pages/inspection"
)

// round shows a round with its checklists.
func (s *Site) round(c *fiber.Ctx, v visit) error {
	p, err := s.roundPage(c, v)
	if err != nil {
		return err
	}
	return s.draw(c, inspection.RoundPage(p))
}

// roundReport shows a round as it is printed.
func (s *Site) roundReport(c *fiber.Ctx, v visit) error {
	p, err := s.roundPage(c, v)
	if err != nil {
		return err
	}
	return s.draw(c, inspection.ReportPage(p))
}

func (s *Site) roundPage(c *fiber.Ctx, v visit) (inspection.Round, error) {
	ctx, id := c.UserContext(), c.Params("id")
	r, all, err := s.Inspections.Round(ctx, v.actor, id)
	if err != nil {
		return inspection.Round{}, err
	}
	plan, err := r.As()
	if err != nil {
		return inspection.Round{}, err
	}
	t, err := s.Inspections.Count(ctx, r)
	if err != nil {
		return inspection.Round{}, err
	}
	p := inspection.Round{ID: id, Title: plan.Title.In(v.lang), PlanURL: "/inspections/plans/" + r.Plan, Period: r.Period, Running: r.State == room.Running,
		Inspects: v.actor.May(access.Inspect, access.Other), Records: r.Figures != "", Conclusion: paragraphs(r.Conclusion), Yes: t.Yes, No: t.No, None: t.None, Left: t.Left, Bare: t.Bare,
		Share: "–", Population: r.PopulationSize, Size: r.Size, Hash: r.PopulationHash, Seed: r.Seed, Report: "/inspections/rounds/" + id + "/report",
		When: v.voice.Date(r.BegunAt, s.Zone)}
	p.Frame = s.frame(c, v, p.Title+" "+r.Period)
	if share := t.Share(); share >= 0 {
		p.Share = v.voice.Percent(share)
	}
	if err := s.roundFound(c, v, r, plan, all, &p); err != nil {
		return p, err
	}
	if p.Records {
		var figures room.Compliance
		if err := json.Unmarshal([]byte(r.Figures), &figures); err != nil {
			return p, fmt.Errorf("site: %w", err)
		}
		p.Figures, p.People = s.figures(v, figures), figures.People
		return p, nil
	}
	drawn, err := s.Inspections.Redraw(ctx, v.actor, id)
	p.Again, p.HashAgain = drawn.Same, drawn.Hash
	return p, err
}

// roundFound fills in the sample and the findings.
func (s *Site) roundFound(c *fiber.Ctx, v visit, r room.Round, plan *room.Plan, all []room.Sampled, p *inspection.Round) error {
	found, _, err := s.Inspections.Findings(c.UserContext(), v.actor, room.Filter{Round: r.ID})
	if err != nil {
		return err
	}
	ids := []string{r.BegunBy, r.ClosedBy}
	for _, f := range found {
		ids = append(ids, f.Owner)
	}
	for _, one := range all {
		ids = append(ids, one.Person, one.SavedBy)
	}
	names, err := s.People.Names(c.UserContext(), ids)
	p.By = names[r.BegunBy]
	if r.ClosedBy != "" {
		p.ClosedBy = v.voice.T("inspection.closed_by", "who", names[r.ClosedBy], "when", v.voice.Date(r.ClosedAt, s.Zone))
	}
	links := map[string]string{}
	for _, f := range found {
		p.Findings = append(p.Findings, s.findingLine(v, f, names))
		links[fmt.Sprint(f.Number, " ", f.Item)] = "/inspections/findings/" + f.ID
	}
	opened := false
	for _, one := range all {
		sub := s.subject(v, r, plan, one, links, names)
		if !opened && sub.Done < sub.All {
			sub.Open, opened = true, true
		}
		p.Subjects = append(p.Subjects, sub)
	}
	return err
}

func (s *Site) subject(v visit, r room.Round, plan *room.Plan, one room.Sampled, links, names map[string]string) inspection.Subject {
	out := inspection.Subject{Number: one.Number, Title: one.Subject, URL: one.Address, Who: names[one.Person], Version: one.Version, All: len(plan.Items),
		Action: fmt.Sprintf("/inspections/rounds/%s/items/%d", r.ID, one.Number)}
	switch {
	case one.Person != "" && one.Title == "":
		out.Title = names[one.Person]
	case plan.Population.Kind == room.Listed && one.Title != "":
		out.Title = one.Subject + " " + one.Title
	case one.Title != "":
		out.Title = s.evidenceTitle(v, one.Title)
	}
	if one.SavedAt > 0 {
		out.Saved = v.voice.T("inspection.saved_by", "who", names[one.SavedBy], "when", v.voice.DateTime(one.SavedAt, s.Zone))
	}
	for _, i := range plan.Items {
		a := one.Answers[i.ID]
		row := inspection.Checked{ID: i.ID, Ask: i.Ask.In(v.lang), Clause: s.chip(v, i.Clause), Value: a.Value, Note: a.Note, Finding: links[fmt.Sprint(one.Number, " ", i.ID)]}
		if a.Value != "" {
			out.Done++
		}
		if a.Value == room.No && row.Finding == "" && r.State == room.Running && v.actor.May(access.Inspect, access.Other) {
			row.Raise = fmt.Sprintf("/inspections/findings/new?round=%s&number=%d&item=%s", r.ID, one.Number, i.ID)
		}
		out.Items = append(out.Items, row)
	}
	return out
}

// evidenceTitle is what a quiz or a scene is called today; else what was written down.
func (s *Site) evidenceTitle(v visit, subject string) string {
	if s.Catalog.Current().Module(subject) != nil {
		return s.moduleTitle(v, subject)
	}
	return s.scriptTitle(v, subject)
}

// roundSave keeps one checklist.
func (s *Site) roundSave(c *fiber.Ctx, v visit) error {
	id, number := c.Params("id"), whole(c.Params("number"))
	one := room.Sampled{Number: number, Version: int64(whole(c.FormValue("version"))), Answers: map[string]room.Answer{}}
	c.Request().PostArgs().VisitAll(func(name, value []byte) {
		if item, ok := strings.CutPrefix(string(name), "a."); ok {
			one.Answers[item] = room.Answer{Value: string(value), Note: one.Answers[item].Note}
		} else if item, ok := strings.CutPrefix(string(name), "n."); ok && (string(value) != "" || one.Answers[item].Value != "") {
			one.Answers[item] = room.Answer{Value: one.Answers[item].Value, Note: string(value)}
		}
	})
	err := s.Inspections.Save(c.UserContext(), v.actor, id, one)
	if again(err) {
		return s.roundAgain(c, v, err, func(p *inspection.Round) { keepChecklist(p, one, s.errors(v, err)) })
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "inspection.saved")
	return redirect(c, "/inspections/rounds/"+id+"#s"+strconv.Itoa(number))
}

// keepChecklist puts what was entered back into the form that it came from.
func keepChecklist(p *inspection.Round, one room.Sampled, wrong map[string]string) {
	for i := range p.Subjects {
		if p.Subjects[i].Open = p.Subjects[i].Number == one.Number; !p.Subjects[i].Open {
			continue
		}
		p.Subjects[i].Errors, p.Subjects[i].Version = wrong, one.Version
		for n := range p.Subjects[i].Items {
			item := &p.Subjects[i].Items[n]
			item.Value, item.Note = one.Answers[item.ID].Value, one.Answers[item.ID].Note
		}
	}
	p.Errors = nil
}

func (s *Site) roundAgain(c *fiber.Ctx, v visit, cause error, fill func(*inspection.Round)) error {
	p, err := s.roundPage(c, v)
	if err != nil {
		return err
	}
	p.Errors = s.errors(v, cause)
	fill(&p)
	setStatus(c, cause)
	return s.draw(c, inspection.RoundPage(p))
}

// roundClose ends a round.
func (s *Site) roundClose(c *fiber.Ctx, v visit) error {
	id, conclusion := c.Params("id"), c.FormValue("conclusion")
	err := s.Inspections.Close(c.UserContext(), v.actor, id, conclusion)
	if again(err) {
		return s.roundAgain(c, v, err, func(p *inspection.Round) { p.Typed = conclusion })
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "inspection.closed")
	return redirect(c, "/inspections/rounds/"+id)
}
