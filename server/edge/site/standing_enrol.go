package site

import (
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/certification"
	"tongguan/courses/training"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	board "tongguan/web/pages/standing"
	"tongguan/web/parts"
)

// intake is whom somebody is about to put into a programme.
type intake struct {
	persons              []string
	into, start, request string
	back                 string
	all                  int // how many the filter shows; 0 where they were ticked
}

// enrolPreview shows whom an assignment concerns before it is made.
func (s *Site) enrolPreview(c *fiber.Ctx, v visit) error {
	if !v.actor.May(access.Enrol, access.Below) {
		return fault.New(fault.Missing, "error.missing")
	}
	in := intake{into: c.Query("into"), start: s.Clock.Date(s.Zone), request: s.Clock.ID(), persons: values(c.Request().URI().QueryArgs().PeekMulti("person"))}
	back := url.Values{}
	for _, name := range []string{"team", "programme", "state", "q", "sort"} {
		if value := c.Query(name); value != "" {
			back.Set(name, value)
		}
	}
	in.back = "/team/certificates?" + back.Encode()
	if c.Query("from") == "/team/risk" {
		in.back = "/team/risk?" + back.Encode()
	}
	if c.Query("whom") == "all" {
		if err := s.everyone(c, v, &in); err != nil {
			return err
		}
	}
	return s.drawPreview(c, v, in, nil)
}

// values are texts out of a request that outlive it.
func values(raw [][]byte) (out []string) {
	for _, r := range raw {
		out = append(out, string(r))
	}
	return out
}

// everyone takes whom the filter shows, as many as go at once.
func (s *Site) everyone(c *fiber.Ctx, v visit, in *intake) (err error) {
	ask := question(c)
	ask.From, ask.Limit = 0, training.MostTogether
	var lines []certification.Line
	if c.Query("from") == "/team/risk" {
		var all []certification.AtRisk
		all, in.all, err = s.Reports.AtRisk(c.UserContext(), v.actor, ask)
		for _, x := range all {
			lines = append(lines, x.Line)
		}
	} else {
		lines, in.all, err = s.Reports.People(c.UserContext(), v.actor, ask)
	}
	in.persons = nil
	for _, l := range lines {
		in.persons = append(in.persons, l.Person)
	}
	return err
}

func (s *Site) drawPreview(c *fiber.Ctx, v visit, in intake, cause error) error {
	p := board.Preview{Frame: s.frame(c, v, v.voice.T("cert_team.assign_title")), Request: in.request, Programme: in.into, Start: in.start, Back: in.back, Errors: s.errors(v, cause),
		Crumbs: []parts.Link{{Text: v.voice.T("cert_team.matrix.title"), URL: in.back}}}
	into := s.Programmes.Current().Get(in.into)
	if into != nil {
		p.Title = into.Title.In(v.lang)
	} else if p.Errors == nil {
		p.Title, p.Errors = v.voice.T("cert_team.assign_title"), map[string]string{"programme": v.voice.T("programmes.unknown")}
	}
	if cause != nil {
		setStatus(c, cause)
	}
	if in.all > len(in.persons) {
		p.Over = v.voice.T("cert_team.over", "max", training.MostTogether, "n", in.all-len(in.persons))
	}
	if err := s.previewPeople(c, v, in, &p); err != nil {
		return err
	}
	return s.draw(c, board.PreviewPage(p))
}

// previewPeople tells who will be put in from who is in already; who may not be seen is left out.
func (s *Site) previewPeople(c *fiber.Ctx, v visit, in intake, p *board.Preview) error {
	lines, err := s.Reports.Some(c.UserContext(), v.actor, in.persons)
	if err != nil {
		return err
	}
	teams, err := s.Teams.Names(c.UserContext())
	for _, l := range lines {
		x := board.Person{ID: l.Person, Name: l.Name, Team: teams[l.Team]}
		if st, ok := l.Standings[in.into]; ok && st.Enrolled {
			p.In = append(p.In, x)
		} else {
			p.Chosen = append(p.Chosen, x)
		}
	}
	return err
}

// enrolTogether puts the chosen people into a programme.
func (s *Site) enrolTogether(c *fiber.Ctx, v visit) error {
	if !v.actor.May(access.Enrol, access.Below) {
		return fault.New(fault.Missing, "error.missing")
	}
	in := intake{persons: values(c.Request().PostArgs().PeekMulti("person")), into: c.FormValue("programme"), start: c.FormValue("start"), request: c.FormValue("request"),
		back: local(c.FormValue("back"), "/team/certificates")}
	n, err := s.Training.EnrolTogether(c.UserContext(), v.actor, in.persons, in.into, in.start, in.request)
	if again(err) {
		return s.drawPreview(c, v, in, err)
	}
	if err != nil {
		return err
	}
	if _, err := s.Reports.Fold(c.UserContext()); err != nil {
		return err
	}
	s.Reports.Forget()
	s.flash(c, "good", "cert_team.assigned", "n", strconv.Itoa(n))
	return redirect(c, in.back)
}
