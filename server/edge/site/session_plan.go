package site

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	room "tongguan/courses/session"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
	"tongguan/web/pages/session"
	"tongguan/web/parts"
)

// sessionDraft is what a form of sessions holds.
type sessionDraft struct {
	room.Series
	guests, count, days string // as they were typed
	request             string
	id                  string // of the session that is changed, or ""
	sequence            int
	later, following    bool
	reason              string // to cancel
	cause               error
}

// sessionNew shows the form that plans sessions.
func (s *Site) sessionNew(c *fiber.Ctx, v visit) error {
	d := sessionDraft{count: "4", days: "7", request: s.Clock.ID()}
	d.Host, d.Rule, d.CatchUp = v.actor.ID, room.Once, true
	return s.drawSessionForm(c, v, d)
}

// sessionPlan plans what the form says; what cannot be is shown on it with everything kept.
func (s *Site) sessionPlan(c *fiber.Ctx, v visit) error {
	d, err := s.sessionRead(c, v)
	if err == nil {
		d.id, err = s.Sessions.Plan(c.UserContext(), v.actor, d.Series, d.request)
	}
	if again(err) {
		d.id, d.cause = "", err
		return s.drawSessionForm(c, v, d)
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "session.planned")
	return redirect(c, "/training/sessions/"+d.id)
}

// sessionRead reads a form. Whom it names by login is looked up among those whom the actor sees.
func (s *Site) sessionRead(c *fiber.Ctx, v visit) (sessionDraft, error) {
	d := sessionDraft{guests: c.FormValue("guests"), count: c.FormValue("count"), days: c.FormValue("days"), request: c.FormValue("request"),
		following: c.FormValue("scope") == "following"}
	d.Details = room.Details{Topic: c.FormValue("topic"), Title: c.FormValue("title"), Description: c.FormValue("description"), Place: c.FormValue("place"),
		Link: c.FormValue("link"), Material: c.FormValue("material"), Host: c.FormValue("host"), Team: c.FormValue("team"), CatchUp: c.FormValue("catch_up") != ""}
	d.Slot = room.Slot{Date: c.FormValue("date"), Start: c.FormValue("start"), End: c.FormValue("end")}
	d.Rule, d.Count, d.CatchUpDays = room.Rule(c.FormValue("rule")), whole(d.count), 0
	if strings.TrimSpace(d.days) != "" {
		d.CatchUpDays = whole(d.days)
	}
	var err error
	d.sequence = whole(c.FormValue("sequence"))
	d.Guests, err = s.guestsNamed(c, v, d.guests)
	return d, err
}

// whole reads a whole number; what is none is out of every range.
func whole(text string) int {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil {
		return -1
	}
	return n
}

// mostNamed is how many people a form may name by hand; the room has the same limit.
const mostNamed = 200

// guestsNamed gives the ids of people named by their logins.
func (s *Site) guestsNamed(c *fiber.Ctx, v visit, text string) (ids []string, err error) {
	logins := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\r\n,;，；、", r) })
	if len(logins) > mostNamed {
		return nil, fault.New(fault.Invalid, "session.guests_many", "max", mostNamed).At("guests")
	}
	for _, login := range logins {
		login = people.FoldLogin(login)
		found, _, err := s.People.List(c.UserContext(), v.actor, people.Filter{Text: login})
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(found, func(p people.Person) bool { return p.Login == login })
		if at < 0 {
			return nil, fault.New(fault.Invalid, "session.guest_login", "login", login).At("guests")
		}
		ids = append(ids, found[at].ID)
	}
	return ids, nil
}

func (s *Site) drawSessionForm(c *fiber.Ctx, v visit, d sessionDraft) error {
	if !v.actor.May(access.HoldSession, access.Below) {
		return fault.New(fault.Missing, "error.missing")
	}
	p := session.Form{Frame: s.frame(c, v, v.voice.T("session.plan")), Action: "/training/sessions", Back: "/training/sessions", Request: d.request,
		Sequence: d.sequence, Later: d.later, Following: d.following, Topic: d.Topic, Title: d.Title, Description: d.Description, Place: d.Place, Link: d.Link,
		Material: d.Material, Date: d.Slot.Date, Start: d.Slot.Start, End: d.Slot.End, Count: d.count, Days: d.days, Guests: d.guests, CatchUp: d.CatchUp,
		Zone: s.Zone.String(), Reason: d.reason, Errors: s.errors(v, d.cause)}
	if d.id != "" {
		p.Frame.Title, p.Changing = v.voice.T("session.edit"), true
		p.Action, p.Cancel = "/training/sessions/"+d.id+"/change", "/training/sessions/"+d.id+"/cancel"
	}
	if err := s.sessionChoices(c, v, d, &p); err != nil {
		return err
	}
	if d.cause != nil {
		setStatus(c, d.cause)
	}
	return s.draw(c, session.FormPage(p))
}

// sessionChoices offers whom a form can name.
func (s *Site) sessionChoices(c *fiber.Ctx, v visit, d sessionDraft, p *session.Form) error {
	members, _, err := s.People.List(c.UserContext(), v.actor, people.Filter{State: people.Active})
	if err != nil {
		return err
	}
	p.Hosts = []parts.Choice{{Value: v.actor.ID, Text: v.actor.Name, Chosen: d.Host == v.actor.ID}}
	for _, m := range members {
		if m.ID != v.actor.ID {
			p.Hosts = append(p.Hosts, parts.Choice{Value: m.ID, Text: m.Name, Chosen: m.ID == d.Host})
		}
	}
	tree, err := s.Teams.Tree(c.UserContext(), v.actor)
	if err != nil {
		return err
	}
	for _, t := range tree {
		p.Teams = append(p.Teams, parts.Choice{Value: t.ID, Text: strings.Repeat("　", t.Depth-tree[0].Depth) + t.Name, Chosen: t.ID == d.Team})
	}
	if v.actor.May(access.HoldSession, access.Other) {
		p.Everybody = v.voice.T("session.everybody")
	}
	for _, r := range room.Rules() {
		p.Rules = append(p.Rules, parts.Choice{Value: string(r), Text: v.voice.T("session.rule." + string(r)), Chosen: r == d.Rule})
	}
	return nil
}

// sessionEdit shows the form that changes and cancels a session.
func (s *Site) sessionEdit(c *fiber.Ctx, v visit) error {
	one, slot, guests, err := s.Sessions.Edit(c.UserContext(), v.actor, c.Params("id"))
	if err != nil {
		return err
	}
	d := sessionDraft{id: one.ID, sequence: one.Sequence, later: one.Series != "", days: strconv.Itoa(one.CatchUpDays)}
	d.Details = room.Details{Topic: one.Topic, Title: one.Title, Description: one.Description, Place: one.Place, Link: one.Link, Material: one.Material,
		Host: one.Host, Team: one.Team, CatchUp: one.CatchUp}
	d.Slot = slot
	if d.guests, err = s.loginsOf(c, guests); err != nil {
		return err
	}
	return s.drawSessionForm(c, v, d)
}

// loginsOf gives the logins of people, one a line.
func (s *Site) loginsOf(c *fiber.Ctx, ids []string) (string, error) {
	var out []string
	for _, id := range ids {
		p, err := s.People.Get(c.UserContext(), access.Operator(), id)
		if err != nil {
			return "", err
		}
		out = append(out, p.Login)
	}
	return strings.Join(out, "\n"), nil
}

// sessionChange changes a session, or it and the later ones of its series.
func (s *Site) sessionChange(c *fiber.Ctx, v visit) error {
	one, _, _, err := s.Sessions.Edit(c.UserContext(), v.actor, c.Params("id"))
	if err != nil {
		return err
	}
	d, err := s.sessionRead(c, v)
	if err == nil {
		err = s.Sessions.Change(c.UserContext(), v.actor, one.ID, d.sequence, d.Details, d.Slot, d.following)
	}
	if again(err) {
		d.id, d.later, d.cause = one.ID, one.Series != "", err
		return s.drawSessionForm(c, v, d)
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "session.changed")
	return redirect(c, "/training/sessions/"+one.ID)
}

// sessionCancel calls a session off, or it and the later ones of its series.
func (s *Site) sessionCancel(c *fiber.Ctx, v visit) error {
	one, slot, guests, err := s.Sessions.Edit(c.UserContext(), v.actor, c.Params("id"))
	if err != nil {
		return err
	}
	d := sessionDraft{id: one.ID, sequence: whole(c.FormValue("sequence")), later: one.Series != "", days: strconv.Itoa(one.CatchUpDays),
		following: c.FormValue("scope") == "following", reason: c.FormValue("reason")}
	err = s.Sessions.Cancel(c.UserContext(), v.actor, one.ID, d.sequence, d.reason, d.following)
	if again(err) {
		d.Details = room.Details{Topic: one.Topic, Title: one.Title, Description: one.Description, Place: one.Place, Link: one.Link, Material: one.Material,
			Host: one.Host, Team: one.Team, CatchUp: one.CatchUp}
		d.Slot, d.cause = slot, err
		if d.guests, err = s.loginsOf(c, guests); err != nil {
			return err
		}
		return s.drawSessionForm(c, v, d)
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "session.cancelled")
	return redirect(c, "/training/sessions/"+one.ID)
}
