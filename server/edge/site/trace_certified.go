package site

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/certification"
	"tongguan/courses/programme"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/web/pages/policy"
	"tongguan/web/parts"
)

// traced are the states of a certificate that the page of a clause counts, the good ones first.
var traced = []certification.State{certification.Certified, certification.Expiring, certification.Grace, certification.Expired}

// covering gives the programmes with a certificate that rest on a clause.
func (s *Site) covering(clause string) (out []*programme.Programme) {
	for _, p := range s.Programmes.Current().All() {
		if p.Certificate != nil && p.Rests(clause) {
			out = append(out, p)
		}
	}
	return out
}

// traceCertified says who is certified on a clause: of the people whom the reader sees how many, of nobody else but the reader.
func (s *Site) traceCertified(c *fiber.Ctx, v visit, clause string) (out policy.Certified, err error) {
	all := s.covering(clause)
	if v.actor.May(access.SeeCertificate, access.Below) || v.actor.May(access.SeeCertificate, access.Other) {
		switch err := s.traceMany(c, v, clause, all, &out); {
		case fault.KindOf(err) == fault.Missing: // a manager of no team
		case err != nil:
			return out, err
		}
	}
	out.Own, err = s.traceOwn(c, v, all)
	return out, err
}

func (s *Site) traceMany(c *fiber.Ctx, v visit, clause string, all []*programme.Programme, out *policy.Certified) error {
	held, err := s.Reports.Coverage(c.UserContext(), v.actor, "", clauseIDs(s.Catalog.Current().Clauses)) // of all clauses: counted once for all their pages
	if err != nil {
		return err
	}
	totals, err := s.Reports.Totals(c.UserContext(), v.actor, "")
	if err != nil {
		return err
	}
	out.Many = true
	out.Lead = v.voice.T("trace.page.held", "n", v.voice.Number(int64(held.Held[clause])), "all", v.voice.Number(int64(held.People)))
	for _, st := range traced {
		out.States = append(out.States, v.voice.T("cert_team.report_state."+string(st)))
	}
	for _, p := range all {
		one := policy.Programme{Title: p.Title.In(v.lang), URL: "/team/certificates?programme=" + p.ID}
		for _, st := range traced {
			n := parts.Link{Text: "0"}
			if x := totals.In[p.ID][st]; x > 0 {
				n = parts.Link{Text: v.voice.Number(int64(x)), URL: one.URL + "&state=" + string(st)}
			}
			one.Counts = append(one.Counts, n)
		}
		out.Programmes = append(out.Programmes, one)
	}
	return nil
}

// traceOwn is how the reader stands in each of the programmes. To those who see others it is shown only where they are in one.
func (s *Site) traceOwn(c *fiber.Ctx, v visit, all []*programme.Programme) (out []policy.Own, err error) {
	standings, err := s.Certificates.Standings(c.UserContext(), v.actor, v.actor.ID)
	if err != nil {
		return nil, err
	}
	sees := v.actor.May(access.SeeCertificate, access.Below) || v.actor.May(access.SeeCertificate, access.Other)
	for _, p := range all {
		i := slices.IndexFunc(standings, func(x certification.Standing) bool { return x.Programme == p.ID && (x.Enrolled || x.Certificate != "") })
		switch {
		case i >= 0:
			out = append(out, s.ownStanding(v, p, standings[i], sees))
		case !sees:
			out = append(out, policy.Own{Title: p.Title.In(v.lang), URL: "/programmes/" + p.ID, Word: v.voice.T("cert_team.report_state.none")})
		}
	}
	return out, nil
}

func (s *Site) ownStanding(v visit, p *programme.Programme, x certification.Standing, sees bool) policy.Own {
	state := x.Now(s.Clock.Now())
	out := policy.Own{Title: p.Title.In(v.lang), URL: "/team/" + v.actor.ID + "/certificates/" + p.ID, Word: v.voice.T("cert_team.report_state." + string(state))}
	if sees {
		out.Title = v.voice.T("trace.page.yourself", "programme", out.Title)
	}
	switch {
	case state.Valid():
		out.State = "tag-pass"
	case state == certification.Expired || state == certification.Revoked || state == certification.Suspended:
		out.State = "tag-red"
	case state == certification.Grace:
		out.State = "tag-now"
	}
	if state.Valid() && x.Expires > 0 {
		out.Note = v.voice.T("trace.page.valid_to", "date", v.voice.Date(x.Expires-1, s.Zone))
	}
	return out
}
