package site

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/web/pages/team"
)

// extraTime is a member's time beyond a quiz's limit, nil where the reader may not grant it.
func (s *Site) extraTime(c *fiber.Ctx, v visit, id string, to access.Relation) (*team.ExtraTime, error) {
	if !v.actor.May(access.GrantTime, to) {
		return nil, nil
	}
	now, err := s.Attempts.ExtraTime(c.UserContext(), v.actor, id)
	if err != nil {
		return nil, err
	}
	out := &team.ExtraTime{Action: "/team/" + id + "/time"}
	if now.Percent > 0 {
		out.Now, out.Since, out.Reason = v.voice.Percent(now.Percent*100), v.voice.Date(now.At, s.Zone), now.Reason
		out.Percent, out.Because = strconv.Itoa(now.Percent), now.Reason
	}
	return out, nil
}

// timeGrant gives a member extra time, or takes it back with 0.
func (s *Site) timeGrant(c *fiber.Ctx, v visit) error {
	id := c.Params("person")
	percent, err := strconv.Atoi(strings.TrimSpace(c.FormValue("percent")))
	if err != nil {
		percent = -1 // no number: out of range
	}
	err = s.Attempts.GrantTime(c.UserContext(), v.actor, id, percent, c.FormValue("reason"))
	if !again(err) && err != nil {
		return err
	}
	if err == nil {
		s.flash(c, "good", "extra_form.done")
		return redirect(c, "/team/"+id+"#time")
	}
	p, missing := s.memberPage(c, v, id)
	if missing != nil {
		return missing
	}
	if p.Extra == nil {
		return fault.New(fault.Missing, "error.missing")
	}
	p.Extra.Percent, p.Extra.Because, p.Extra.Errors = c.FormValue("percent"), c.FormValue("reason"), s.errors(v, err)
	setStatus(c, err)
	return s.draw(c, team.MemberPageOf(p))
}
