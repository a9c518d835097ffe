package site

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/certification"
	"tongguan/courses/programme"
	"tongguan/quizzes/evidence"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/server/edge/badges"
	"tongguan/web/pages/certificate"
	"tongguan/web/parts"
)

// certificates shows the reader's own: those that are present, those on the way, those that a later one replaced.
func (s *Site) certificates(c *fiber.Ctx, v visit) error {
	ctx := c.UserContext()
	all, err := s.Certificates.Mine(ctx, v.actor, v.actor.ID)
	if err != nil {
		return err
	}
	standings, err := s.Certificates.Standings(ctx, v.actor, v.actor.ID)
	if err != nil {
		return err
	}
	p := certificate.List{Frame: s.frame(c, v, v.voice.T("certificate.mine"))}
	for _, look := range all {
		line := certificate.Line{Title: look.Programme.Certificate.Title.In(v.lang), URL: "/certificates/" + look.Number, Number: look.Number,
			Issued: v.voice.T("certificate.issued_at", "date", v.voice.Date(look.IssuedAt, s.Zone)), Until: s.until(v, look.Term), State: s.badge(v, look.State, look.Term)}
		if look.Ended == "" {
			p.Present = append(p.Present, line)
		} else {
			p.Past = append(p.Past, line)
		}
	}
	for _, st := range standings {
		if one := s.Programmes.Current().Get(st.Programme); one != nil && one.Certificate != nil && !st.State.Has() && st.Enrolled {
			p.Ahead = append(p.Ahead, certificate.Ahead{Title: one.Certificate.Title.In(v.lang), URL: "/programmes/" + one.ID, State: s.badge(v, st.State, st.Term),
				Done: st.Done, Steps: st.Steps, Percent: st.Done * 100 / max(1, st.Steps)})
		}
	}
	return s.draw(c, certificate.ListPage(p))
}

// until says how long a certificate lasts.
func (s *Site) until(v visit, t certification.Term) string {
	if t.Expires == 0 {
		return v.voice.T("certificate.no_end")
	}
	return v.voice.T("certificate.through", "date", v.voice.Date(t.Expires-1, s.Zone))
}

// badge shows a state, with the days that are left of it.
func (s *Site) badge(v visit, state certification.State, t certification.Term) certificate.Badge {
	b := certificate.Badge{State: string(state), Text: v.voice.T("standing." + string(state))}
	switch state {
	case certification.Certified, certification.Expiring:
		if days, ok := s.daysUntil(t.LastDay(s.Zone)); ok {
			b.Until = v.voice.T("certificate.days_left", "n", days)
		}
	case certification.Grace:
		if days, ok := s.daysUntil(certification.Term{Expires: t.Grace}.LastDay(s.Zone)); ok {
			b.Until = v.voice.T("certificate.grace_left", "n", days)
		}
	}
	return b
}

// certificate shows a certificate to its holder and to who may see it, and to everybody else what verification says:
// one address for both, the one in the QR code.
func (s *Site) certificate(c *fiber.Ctx, v visit) error {
	if v.actor.ID == "" {
		return s.verified(c, v, c.Params("number"))
	}
	look, err := s.Certificates.Certificate(c.UserContext(), v.actor, c.Params("number"))
	if fault.KindOf(err) == fault.Missing {
		return s.verified(c, v, c.Params("number"))
	}
	if err != nil {
		return err
	}
	return s.drawCertificate(c, v, look, nil)
}

func (s *Site) drawCertificate(c *fiber.Ctx, v visit, look certification.Look, cause error) error {
	ctx := c.UserContext()
	names, err := s.People.Names(ctx, []string{look.Person})
	if err != nil {
		return err
	}
	title := look.Programme.Certificate.Title
	p := certificate.One{Frame: s.frame(c, v, title.In(v.lang)), Title: title.In(v.lang), Other: title.In(otherLang(v.lang)), Holder: names[look.Person],
		Heading: v.voice.T("certificate.heading"), Confers: v.voice.T("certificate.confers"), Earned: v.voice.T("certificate.earned"), Number: look.Number,
		Issuer: s.Seal.Site.Name, State: s.badge(v, look.State, look.Term), Why: s.noted(v, look.Note), Facts: s.certificateFacts(v, look), Own: look.Person == v.actor.ID,
		Link: s.Seal.Site.Certificate(look.Number), Basis: look.BasisHash, Version: look.Version, Rail: railOf(look.Programme),
		PDF: "/certificates/" + look.Number + "/pdf?lang=" + v.lang, PDFOther: "/certificates/" + look.Number + "/pdf?lang=" + otherLang(v.lang),
		Token: "/certificates/" + look.Number + "/badge?lang=" + v.lang, Back: parts.Link{Text: v.voice.T("certificate.mine"), URL: "/certificates"}}
	if !p.Own {
		p.Back = parts.Link{Text: p.Holder, URL: "/team/" + look.Person}
	} else if look.Ended == "" && (look.State == certification.Expiring || look.State == certification.Grace || look.State == certification.Expired) {
		p.Renew = "/programmes/" + look.Programme.ID
	}
	if p.Changed, err = s.saidOn(c, v, look); err != nil {
		return err
	}
	if p.QR, err = badges.QR(p.Link); err != nil {
		return err
	}
	for _, word := range []string{certification.ShowName, certification.ShowProgramme, certification.ShowDates, certification.ShowScore} {
		p.Shares = append(p.Shares, certificate.Share{Word: word, Text: v.voice.T("certificate.show." + word), Chosen: look.ShowsWord(word)})
	}
	for _, id := range look.Programme.Clauses {
		if cl := s.Catalog.Current().Clause(id); cl != nil {
			p.Chips = append(p.Chips, parts.Chip{ID: cl.ID, Title: cl.Title.In(v.lang), URL: "/policy/" + cl.ID})
		}
	}
	if p.Pieces, p.Whole, err = s.basis(v, look); err != nil {
		return err
	}
	if p.History, err = s.history(c, v, look); err != nil {
		return err
	}
	if p.Counted, err = s.countedIn(c, v, look.Number); err != nil {
		return err
	}
	p.Decide = s.decision(c, v, look, cause)
	if cause != nil {
		setStatus(c, cause)
	}
	return s.draw(c, certificate.OnePage(p))
}

func otherLang(lang string) string {
	if lang == "en" {
		return "zh"
	}
	return "en"
}

// railOf shows the stages that a programme rests on as gates that were passed.
func railOf(p *programme.Programme) (r parts.Rail) {
	for i, stage := range parts.Stages {
		g := parts.Gate{Stage: stage, State: parts.Later, AtWork: true}
		if p.Rests("2." + strconv.Itoa(i+1)) {
			g.State = parts.Passed
		}
		r.Gates = append(r.Gates, g)
	}
	return r
}

func (s *Site) certificateFacts(v visit, look certification.Look) []certificate.Fact {
	out := []certificate.Fact{{Label: v.voice.T("certificate.number"), Value: look.Number}, {Label: v.voice.T("certificate.issued_on"), Value: v.voice.Date(look.IssuedAt, s.Zone)},
		{Label: v.voice.T("certificate.valid_until"), Value: v.voice.T("certificate.no_end")}}
	if look.Expires > 0 {
		out[2].Value = v.voice.Date(look.Expires-1, s.Zone)
	}
	if look.Score >= 0 {
		out = append(out, certificate.Fact{Label: v.voice.T("certificate.score"), Value: v.voice.Percent(look.Score)})
	}
	return out
}

// basis lays out what a certificate rests on, step by step.
func (s *Site) basis(v visit, look certification.Look) (out []certificate.Piece, whole bool, err error) {
	b, whole, err := look.Evidence()
	if err != nil {
		return nil, false, nil //nolint:nilerr // what cannot be read is altered, and said so
	}
	for _, i := range b.Items {
		piece := certificate.Piece{Title: i.Step, Waived: i.State == programme.Waived, When: v.voice.Date(i.At, s.Zone)}
		if step := look.Programme.Step(i.Step); step != nil {
			piece.Title = step.Title.In(v.lang)
		}
		for _, l := range i.Lines {
			piece.Lines = append(piece.Lines, s.proof(v, look.Person, l))
		}
		out = append(out, piece)
	}
	return out, whole, nil
}

// proof names one line of evidence, with a link where the reader may look at what it came from.
func (s *Site) proof(v visit, person string, l certification.Proof) certificate.Proof {
	word := "evidence." + l.Kind
	out := certificate.Proof{Text: v.voice.T(word, "subject", l.Subject), When: v.voice.DateTime(l.At, s.Zone)}
	if l.Number > 0 {
		out.Number = strconv.FormatInt(l.Number, 10)
	}
	source, _, _ := strings.Cut(l.Source, ":")
	own := person == v.actor.ID
	switch l.Kind {
	case evidence.Lesson:
		if lesson := s.Catalog.Current().Lesson(l.Subject); lesson != nil {
			out.Text = v.voice.T("evidence.lesson", "subject", lesson.Title.In(v.lang))
			out.URL = lessonURL(lesson)
		}
	case evidence.Quiz:
		out.Text, out.Score = v.voice.T("evidence.quiz", "subject", s.moduleTitle(v, l.Subject)), v.voice.Percent(l.Score)
		if own || v.actor.May(access.ReviewAttempt, access.Other) {
			out.URL = "/attempts/" + source + "/review"
		}
	case evidence.Roleplay:
		out.Text = v.voice.T("evidence.roleplay", "subject", s.scriptTitle(v, l.Subject))
		out.Score, out.URL = v.voice.Percent(l.Score), "/plays/"+source+"/debrief"
	}
	return out
}

// history tells how the standing came about that a certificate belongs to.
func (s *Site) history(c *fiber.Ctx, v visit, look certification.Look) ([]certificate.Event, error) {
	all, err := s.Certificates.History(c.UserContext(), v.actor, look.Person, look.Certificate.Programme)
	if err != nil {
		return nil, err
	}
	var actors []string
	for _, tr := range all {
		actors = append(actors, tr.Actor)
	}
	names, err := s.People.Names(c.UserContext(), actors)
	if err != nil {
		return nil, err
	}
	var out []certificate.Event
	for i := len(all) - 1; i >= 0; i-- {
		tr := all[i]
		note := s.noted(v, tr.Note)
		if tr.Cause != certification.ByDecision && tr.Cause != certification.ByPolicy {
			note = ""
		}
		out = append(out, certificate.Event{After: v.voice.T("standing." + string(tr.After)), Cause: v.voice.T("certificate.cause." + string(tr.Cause)),
			Who: names[tr.Actor], Note: note, When: v.voice.DateTime(tr.At, s.Zone)})
	}
	return out, nil
}

// decision is the form for who may suspend, reinstate or revoke, nil for others.
func (s *Site) decision(c *fiber.Ctx, v visit, look certification.Look, cause error) *certificate.Decision {
	if look.Ended != "" || !s.Certificates.MayDecide(c.UserContext(), v.actor, look.Certificate) {
		return nil
	}
	d := &certificate.Decision{Action: "/certificates/" + look.Number + "/decide", Note: c.FormValue("note"), Errors: s.errors(v, cause)}
	for _, act := range certification.ActsFrom(look.State) {
		d.Acts = append(d.Acts, parts.Choice{Value: string(act), Text: v.voice.T("certificate.act_means." + string(act)), Chosen: c.FormValue("act") == string(act)})
	}
	if len(d.Acts) == 0 {
		return nil
	}
	return d
}

// certificateDecide suspends, reinstates or revokes.
func (s *Site) certificateDecide(c *fiber.Ctx, v visit) error {
	number := c.Params("number")
	err := s.Certificates.Decide(c.UserContext(), v.actor, number, certification.Act(c.FormValue("act")), c.FormValue("note"))
	if again(err) {
		look, missing := s.Certificates.Certificate(c.UserContext(), v.actor, number)
		if missing != nil {
			return missing
		}
		return s.drawCertificate(c, v, look, err)
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "certificate.decided")
	return redirect(c, "/certificates/"+certification.CleanNumber(number))
}

// certificateShare sets what verification shows.
func (s *Site) certificateShare(c *fiber.Ctx, v visit) error {
	var words []string
	for _, w := range c.Request().PostArgs().PeekMulti("shows") {
		words = append(words, string(w))
	}
	if err := s.Certificates.Share(c.UserContext(), v.actor, c.Params("number"), words); err != nil {
		return err
	}
	s.flash(c, "good", "certificate.shared")
	return redirect(c, "/certificates/"+certification.CleanNumber(c.Params("number")))
}
