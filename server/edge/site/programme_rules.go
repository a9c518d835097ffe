package site

import (
	"context"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/training"
	"tongguan/server/base/access"
	view "tongguan/web/pages/programme"
	"tongguan/web/parts"
)

// applying is how long a form waits while a new rule takes people in; whoever is left comes within a minute.
const applying = 2 * time.Second

// ruleFields are the fields of a rule's form.
var ruleFields = []string{"programme", "role", "team", "hired_from", "hired_until", "starts", "start_on", "request"}

func ruleOf(value func(string, ...string) string) training.Rule {
	return training.Rule{Programme: value("programme"), Role: access.Role(value("role")), Team: value("team"), HiredFrom: value("hired_from"),
		HiredUntil: value("hired_until"), Starts: training.Starts(value("starts")), StartOn: value("start_on")}
}

// programmeRules lists the rules in force, and shows what the one in the address would do.
func (s *Site) programmeRules(c *fiber.Ctx, v visit) error {
	r, request := ruleOf(c.Query), c.Query("request")
	if request == "" {
		request = s.Clock.ID()
	}
	if c.Query("preview") == "" {
		if r.Starts == "" {
			r.Starts = training.OnHired
		}
		return s.drawRules(c, v, r, request, nil, nil)
	}
	e, err := s.Training.Preview(c.UserContext(), v.actor, r)
	if again(err) && err != nil {
		return s.drawRules(c, v, r, request, nil, err)
	}
	if err != nil {
		return err
	}
	return s.drawRules(c, v, r, request, &e, nil)
}

func (s *Site) drawRules(c *fiber.Ctx, v visit, r training.Rule, request string, e *training.Effect, cause error) error {
	ctx := c.UserContext()
	rules, err := s.Training.Rules(ctx, v.actor)
	if err != nil {
		return err
	}
	p := view.Rules{Frame: s.frame(c, v, v.voice.T("programmes.rules")), HiredFrom: r.HiredFrom, HiredUntil: r.HiredUntil, StartOn: r.StartOn,
		Request: request, Errors: s.errors(v, cause)}
	tree, err := s.Teams.Tree(ctx, v.actor)
	if err != nil {
		return err
	}
	teams := map[string]string{}
	for _, t := range tree {
		teams[t.ID] = t.Name
		p.Teams = append(p.Teams, parts.Choice{Value: t.ID, Text: strings.Repeat("　", t.Depth-tree[0].Depth) + t.Name, Chosen: t.ID == r.Team})
	}
	for _, one := range rules {
		p.Rules = append(p.Rules, s.ruleLine(v, one, teams))
	}
	s.ruleChoices(v, &p, r)
	if e != nil {
		p.Effect = &view.Effect{Count: e.Count, Inside: e.Inside, Out: e.Out, Undated: e.Undated, Names: e.Names, More: e.Count - len(e.Names)}
		for _, name := range ruleFields {
			value := c.Query(name)
			if name == "request" {
				value = request
			}
			p.Hidden = append(p.Hidden, [2]string{name, value})
		}
	}
	if cause != nil {
		setStatus(c, cause)
	}
	return s.draw(c, view.RulesPage(p))
}

func (s *Site) ruleChoices(v visit, p *view.Rules, r training.Rule) {
	for _, g := range s.Programmes.Current().All() {
		p.Programmes = append(p.Programmes, parts.Choice{Value: g.ID, Text: g.Title.In(v.lang), Chosen: g.ID == r.Programme})
	}
	for _, role := range access.Roles() {
		p.Roles = append(p.Roles, parts.Choice{Value: string(role), Text: v.voice.T("role." + string(role)), Chosen: role == r.Role})
	}
	for _, day := range []training.Starts{training.OnHired, training.OnJoined, training.OnDate} {
		p.Starts = append(p.Starts, parts.Choice{Value: string(day), Text: v.voice.T("programmes.starts." + string(day)), Chosen: day == r.Starts})
	}
}

// ruleLine says in words whom a rule takes in, and from when.
func (s *Site) ruleLine(v visit, r training.Rule, teams map[string]string) view.Rule {
	out := view.Rule{Programme: r.Programme, Taken: r.Taken, End: "/programmes/rules/" + r.ID + "/end", Made: v.voice.T("programmes.rule_made", "date", v.voice.Date(r.At, s.Zone))}
	if g := s.Programmes.Current().Get(r.Programme); g != nil {
		out.Programme = g.Title.In(v.lang)
	}
	who, where := v.voice.T("programmes.role_all"), v.voice.T("programmes.team_all")
	if r.Role != "" {
		who = v.voice.T("role." + string(r.Role))
	}
	if r.Team != "" {
		where = v.voice.T("programmes.team_below", "team", teams[r.Team])
	}
	whom := []string{where, who}
	if r.HiredFrom != "" {
		whom = append(whom, v.voice.T("programmes.hired_since", "date", s.dueText(v, r.HiredFrom)))
	}
	if r.HiredUntil != "" {
		whom = append(whom, v.voice.T("programmes.hired_till", "date", s.dueText(v, r.HiredUntil)))
	}
	out.Whom, out.Starts = strings.Join(whom, " · "), v.voice.T("programmes.starts."+string(r.Starts))
	if r.Starts == training.OnDate {
		out.Starts = v.voice.T("programmes.starts_on", "date", s.dueText(v, r.StartOn))
	}
	return out
}

// ruleMake puts a rule in force and takes in whom it fits, as many as there is time for.
func (s *Site) ruleMake(c *fiber.Ctx, v visit) error {
	r, request := ruleOf(c.FormValue), c.FormValue("request")
	err := s.Training.MakeRule(c.UserContext(), v.actor, r, request)
	if again(err) && err != nil {
		return s.drawRules(c, v, r, request, nil, err)
	}
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(c.UserContext(), applying)
	defer cancel()
	if err := s.Training.Apply(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	s.flash(c, "good", "programmes.rule_done")
	return redirect(c, "/programmes/rules")
}

func (s *Site) ruleEnd(c *fiber.Ctx, v visit) error {
	if err := s.Training.EndRule(c.UserContext(), v.actor, c.Params("rule")); err != nil {
		return err
	}
	s.flash(c, "good", "programmes.rule_ended")
	return redirect(c, "/programmes/rules")
}
