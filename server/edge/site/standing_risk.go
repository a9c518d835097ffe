package site

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/certification"
	board "tongguan/web/pages/standing"
)

// atRisk shows who is at risk, why, and what to do.
func (s *Site) atRisk(c *fiber.Ctx, v visit) error {
	ask := question(c)
	all, found, err := s.Reports.AtRisk(c.UserContext(), v.actor, ask)
	if err != nil {
		return err
	}
	totals, err := s.Reports.Totals(c.UserContext(), v.actor, ask.Team) // for how many are not counted yet
	if err != nil {
		return err
	}
	r, err := s.report(c, v, "risk", s.Clock.Now(), totals.Stale)
	if err != nil {
		return err
	}
	r.Search, r.Exports = true, exports(c, v, "risk")
	r.Lead = v.voice.T("cert_team.risk.found", "n", found)
	r.Filters = append(r.Filters, s.programmeFilter(c, v))
	p := board.Risks{Report: r, Found: found, Pager: s.sizes(c, v, len(all), found), Assign: s.assignBar(c, v, found)}
	names, err := s.Teams.Names(c.UserContext())
	if err != nil {
		return err
	}
	for _, x := range all {
		line := board.AtRisk{ID: x.Person, Name: x.Name, Team: names[x.Team], URL: "/team/" + x.Person + "/evidence"}
		for i, risk := range x.Risks {
			reason := s.reason(v, risk)
			if i > 0 && s.reason(v, x.Risks[i-1]).Do == reason.Do {
				line.Reasons[i-1].Do = "" // said once, after the last of them
			}
			line.Reasons = append(line.Reasons, reason)
		}
		p.People = append(p.People, line)
	}
	return s.draw(c, board.RiskPage(p))
}

// reason says one risk in a sentence, and what to do about it.
func (s *Site) reason(v visit, r certification.Risk) board.Reason {
	out := board.Reason{State: string(r.Why), Programme: s.programmeTitle(v, r.Programme), URL: "/team/" + r.Person + "/certificates/" + r.Programme}
	args := []any{"n", max(0, r.Left), "done", r.Done, "steps", r.Steps}
	switch r.Why {
	case certification.HasExpired:
		args = append(args, "date", v.voice.Date(r.Expires-1, s.Zone))
	case certification.InGrace:
		args = append(args, "date", v.voice.Date(r.Term.Grace-1, s.Zone))
	case certification.EndsSoon:
		args = append(args, "date", v.voice.Date(r.Expires-1, s.Zone))
	case certification.StepLate:
		args = append(args, "date", s.dueText(v, r.NextDue))
	case certification.IsShaken:
		args = append(args, "date", v.voice.Date(r.Shaken, s.Zone))
	default:
		args = append(args, "date", v.voice.Date(r.Since, s.Zone))
	}
	do := string(r.Why)
	if !r.Enrolled && !slices.Contains([]certification.Why{certification.IsShaken, certification.IsSuspended, certification.Waits}, r.Why) {
		do = "enrol" // who is in the programme no more cannot renew
	}
	out.Text, out.Do = v.voice.T("cert_team.why_"+string(r.Why), args...), v.voice.T("cert_team.do_"+do, args...)
	return out
}
