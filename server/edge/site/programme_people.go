package site

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/training"
	"tongguan/server/base/access"
	"tongguan/server/base/people"
	"tongguan/server/edge/digest"
	view "tongguan/web/pages/programme"
	"tongguan/web/parts"
)

// enrolDraft is what the form that puts somebody into a programme said, and what came of it.
type enrolDraft struct {
	person, start string
	cause         error
}

// programmePeople lists the people in a programme, those first with whom something is late.
func (s *Site) programmePeople(c *fiber.Ctx, v visit) error {
	return s.drawProgrammePeople(c, v, enrolDraft{start: s.Clock.Date(s.Zone)})
}

func (s *Site) drawProgrammePeople(c *fiber.Ctx, v visit, d enrolDraft) error {
	ctx, id := c.UserContext(), c.Params("programme")
	if reports, err := s.mayReport(c, v); err != nil || !reports {
		return orMissing(err)
	}
	g := s.Programmes.Current().Get(id)
	if g == nil {
		return missing()
	}
	all, err := s.Training.Enrolled(ctx, v.actor, id, people.Filter{Text: c.Query("q"), Team: c.Query("team")})
	if err != nil {
		return err
	}
	p := view.People{Frame: s.frame(c, v, v.voice.T("programmes.people")+" · "+g.Title.In(v.lang)), Title: g.Title.In(v.lang), Action: "/programmes/" + id + "/people", Query: c.Query("q"),
		Back: parts.Link{Text: g.Title.In(v.lang), URL: "/programmes/" + id}, Total: len(all), Start: d.start, Errors: s.errors(v, d.cause),
		NobodyInside: len(all) == 0 && c.Query("q") == "" && c.Query("team") == ""}
	for _, one := range all {
		p.Late += min(1, one.Late())
		if one.Verdict.Met {
			p.Met++
		}
	}
	for _, k := range []string{"late", "open", "done"} {
		p.Only = append(p.Only, parts.Choice{Value: k, Text: v.voice.T("programmes.those." + k), Chosen: k == c.Query("only")})
	}
	if err := s.programmeRows(c, v, &p, all); err != nil {
		return err
	}
	if p.Enrol = v.actor.May(access.Enrol, access.Below); p.Enrol {
		if p.Candidates, err = s.candidates(c, v, all, d.person); err != nil {
			return err
		}
	}
	if d.cause != nil {
		setStatus(c, d.cause)
	}
	return s.draw(c, view.PeoplePage(p))
}

func orMissing(err error) error {
	if err == nil {
		err = missing()
	}
	return err
}

// programmeRows fills the table of the people whom the filter lets through.
func (s *Site) programmeRows(c *fiber.Ctx, v visit, p *view.People, all []training.Standing) error {
	tree, err := s.Teams.Tree(c.UserContext(), v.actor)
	if err != nil {
		return err
	}
	teams := map[string]string{}
	for _, t := range tree {
		teams[t.ID] = t.Name
		p.Teams = append(p.Teams, parts.Choice{Value: t.ID, Text: strings.Repeat("　", t.Depth-tree[0].Depth) + t.Name, Chosen: t.ID == c.Query("team")})
	}
	only := slices.DeleteFunc(slices.Clone(all), func(one training.Standing) bool {
		switch c.Query("only") {
		case "late":
			return one.Late() == 0
		case "open":
			return one.Verdict.Met
		case "done":
			return !one.Verdict.Met
		}
		return false
	})
	var shown []training.Standing
	var buddies []string
	shown, p.Page, p.Pages = page(c, only)
	for _, one := range shown {
		buddies = append(buddies, one.Enrolment.Buddy)
	}
	names, err := s.People.Names(c.UserContext(), buddies)
	for _, one := range shown {
		p.Rows = append(p.Rows, view.Row{Name: one.Person.Name, URL: p.Action + "/" + one.Person.ID, Team: teams[one.Person.Team], Done: one.Verdict.Done,
			Steps: len(one.Verdict.Items), Percent: progressOf(one.Verdict.Done, len(one.Verdict.Items)), Late: one.Late(), Met: one.Verdict.Met,
			Due: digest.When(v.voice, one.Today, one.Due()), Start: s.dueText(v, one.Enrolment.Start), Buddy: names[one.Enrolment.Buddy]})
	}
	return err
}

// candidates are the people who can be put into a programme.
func (s *Site) candidates(c *fiber.Ctx, v visit, inside []training.Standing, chosen string) (out []parts.Choice, err error) {
	folk, _, err := s.People.List(c.UserContext(), v.actor, people.Filter{})
	in := map[string]bool{}
	for _, one := range inside {
		in[one.Person.ID] = true
	}
	for _, p := range folk {
		if !in[p.ID] && p.State != people.Suspended {
			out = append(out, parts.Choice{Value: p.ID, Text: p.Name, Chosen: p.ID == chosen})
		}
	}
	return out, err
}

// enrol puts somebody into a programme by hand.
func (s *Site) enrol(c *fiber.Ctx, v visit) error {
	id, d := c.Params("programme"), enrolDraft{person: c.FormValue("person"), start: c.FormValue("start")}
	d.cause = s.Training.Enrol(c.UserContext(), v.actor, d.person, id, d.start)
	if again(d.cause) && d.cause != nil {
		return s.drawProgrammePeople(c, v, d)
	}
	if d.cause != nil {
		return d.cause
	}
	s.flash(c, "good", "programmes.enrolled")
	return redirect(c, "/programmes/"+id+"/people/"+d.person)
}
