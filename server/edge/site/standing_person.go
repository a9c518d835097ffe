package site

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/certification"
	"tongguan/courses/programme"
	"tongguan/quizzes/evidence"
	"tongguan/server/base/access"
	"tongguan/server/base/people"
	board "tongguan/web/pages/standing"
	"tongguan/web/parts"
)

// accountOf is what an explanation of one person's standings needs: who it is, what is on record, and what the reader may see.
type accountOf struct {
	*Site
	v       visit
	who     people.Person
	lines   map[int64]evidence.Line
	names   map[string]string // of those who decided something
	reviews bool              // attempts may be looked at
	plays   bool              // so may debriefs
}

func (s *Site) accountOf(c *fiber.Ctx, v visit) (a accountOf, err error) {
	id, ctx := c.Params("person"), c.UserContext()
	a = accountOf{Site: s, v: v}
	if a.lines, err = s.Certificates.Proofs(ctx, v.actor, id); err != nil {
		return a, err
	}
	if a.who, err = s.People.Get(ctx, v.actor, id); err != nil {
		return a, err
	}
	to, err := s.People.Relation(ctx, v.actor, id)
	a.reviews, a.plays = v.actor.May(access.ReviewAttempt, to), v.actor.May(access.ReviewRehearsal, to)
	return a, err
}

// name finds the names of who decided something in these histories.
func (a *accountOf) name(c *fiber.Ctx, all ...certification.Explanation) (err error) {
	var ids []string
	for _, e := range all {
		for _, t := range e.History {
			ids = append(ids, t.Actor)
		}
	}
	a.names, err = a.People.Names(c.UserContext(), ids)
	return err
}

// crumbs lead back to where the reader came from: who looks at themselves has no team page.
func (a accountOf) crumbs() []parts.Link {
	if a.v.actor.ID == a.who.ID {
		return []parts.Link{{Text: a.v.voice.T("cert_team.evidence_of"), URL: "/team/" + a.who.ID + "/evidence"}}
	}
	return []parts.Link{{Text: a.v.voice.T("cert_team.matrix.title"), URL: "/team/certificates"}, {Text: a.who.Name, URL: "/team/" + a.who.ID + "/evidence"}}
}

// standingOne shows one person in one programme: what was asked and what was found, item by item.
func (s *Site) standingOne(c *fiber.Ctx, v visit) error {
	a, err := s.accountOf(c, v)
	if err != nil {
		return err
	}
	e, err := s.Certificates.Explain(c.UserContext(), v.actor, a.who.ID, c.Params("programme"))
	if err != nil {
		return err
	}
	if err := a.name(c, e); err != nil {
		return err
	}
	p := board.One{Frame: s.frame(c, v, a.who.Name+" · "+e.Programme.Title.In(v.lang)), Crumbs: a.crumbs(), Name: a.who.Name, Place: a.place(e)}
	if to, err := s.People.Relation(c.UserContext(), v.actor, a.who.ID); err != nil {
		return err
	} else if e.Waiting && v.actor.May(access.GrantCertificate, to) {
		p.Approve = "/team/" + a.who.ID + "/certificates/" + e.Programme.ID + "/approve"
	}
	return s.draw(c, board.OnePage(p))
}

// standingApprove issues a certificate that waits for somebody's approval.
func (s *Site) standingApprove(c *fiber.Ctx, v visit) error {
	person, id := c.Params("person"), c.Params("programme")
	if err := s.Certificates.Approve(c.UserContext(), v.actor, person, id); err != nil {
		return err
	}
	s.flash(c, "good", "cert_team.approved")
	return redirect(c, "/team/"+person+"/certificates/"+id)
}

// evidencePage shows everything of one person on one page, to be printed.
func (s *Site) evidencePage(c *fiber.Ctx, v visit) error {
	a, err := s.accountOf(c, v)
	if err != nil {
		return err
	}
	all, err := s.Certificates.Places(c.UserContext(), v.actor, a.who.ID)
	if err != nil {
		return err
	}
	papers, err := s.Certificates.Mine(c.UserContext(), v.actor, a.who.ID)
	if err != nil {
		return err
	}
	teams, err := s.Teams.Names(c.UserContext())
	if err != nil {
		return err
	}
	p := board.Evidence{Frame: s.frame(c, v, v.voice.T("cert_team.evidence_of")+" · "+a.who.Name), Crumbs: a.crumbs()[:1], Name: a.who.Name, Team: teams[a.who.Team],
		When: v.voice.T("cert_team.as_of", "time", v.voice.DateTime(s.Clock.Now(), s.Zone))}
	for _, e := range all {
		place := a.place(e)
		for _, l := range papers {
			if l.Programme.ID == e.Programme.ID {
				place.Certificates = append(place.Certificates, a.paper(l))
			}
		}
		p.Places = append(p.Places, place)
	}
	return s.draw(c, board.EvidencePage(p))
}

// paper is a certificate as the evidence page lists it.
func (a accountOf) paper(l certification.Look) board.Paper {
	voice := a.v.voice
	out := board.Paper{Number: l.Number, URL: "/certificates/" + l.Number, Word: voice.T("cert_team.report_state." + string(l.State)), Hash: l.BasisHash, Version: l.Version[:8],
		Issued: voice.T("cert_team.issued", "date", voice.Date(l.IssuedAt, a.Zone)), Until: voice.T("cert_team.for_ever")}
	if l.Expires > 0 {
		out.Until = voice.T("cert_team.until", "date", voice.Date(l.Expires-1, a.Zone))
	}
	if l.Score >= 0 {
		out.Score = voice.T("cert_team.score", "score", voice.Percent(l.Score))
	}
	_, whole, err := l.Certificate.Evidence()
	out.Whole = whole && err == nil
	return out
}

func (a accountOf) place(e certification.Explanation) board.Place {
	voice, state := a.v.voice, e.State
	if state == certification.Eligible && e.Programme.Certificate == nil {
		state = certification.Complete
	}
	out := board.Place{Programme: e.Programme.Title.In(a.v.lang), Summary: e.Programme.Summary.In(a.v.lang), State: string(state),
		URL: "/team/" + a.who.ID + "/certificates/" + e.Programme.ID, Word: voice.T("cert_team.report_state." + string(state)), Sentence: a.sentenceOf(e, state)}
	if len(e.Verdict.Missing) > 0 && !e.Settled {
		var need []string
		for _, id := range e.Verdict.Missing {
			need = append(need, a.programmeTitle(a.v, id))
		}
		out.Missing = voice.T("cert_team.must_hold", "programmes", strings.Join(need, voice.T("cert_team.comma")))
	}
	if number := e.Standing.Certificate; number != "" {
		out.Certificate = parts.Link{Text: number, URL: "/certificates/" + number}
	}
	for _, i := range e.Verdict.Items {
		out.Items = append(out.Items, a.item(i))
	}
	for i := len(e.History) - 1; i >= 0; i-- {
		out.History = append(out.History, a.change(e.History[i]))
	}
	return out
}

// sentenceOf says where somebody stands, and what that means.
func (a accountOf) sentenceOf(e certification.Explanation, state certification.State) string {
	s, key := e.Standing, "cert_team.means_"+string(state)
	args := []any{"done", e.Verdict.Done, "steps", len(e.Verdict.Items), "since", a.v.voice.Date(s.Since, a.Zone), "end", "", "grace", ""}
	if s.Expires > 0 {
		args = append(args[:6], "end", a.v.voice.Date(s.Expires-1, a.Zone), "grace", a.v.voice.Date(s.Term.Grace-1, a.Zone))
	} else if state == certification.Certified {
		key += "_ever"
	}
	if e.Waiting {
		key = "cert_team.means_waiting"
	}
	if s.Shaken > 0 {
		return a.v.voice.T(key, args...) + " " + a.v.voice.T("cert_team.why_shaken", "date", a.v.voice.Date(s.Shaken, a.Zone))
	}
	return a.v.voice.T(key, args...)
}

func (a accountOf) item(i programme.Item) board.Item {
	voice := a.v.voice
	out := board.Item{Title: i.Step.Title.In(a.v.lang), State: string(i.State), Word: voice.T("cert_team.item_" + string(i.State)), Late: i.Late}
	switch {
	case i.At > 0:
		out.Note = voice.Date(i.At, a.Zone)
	case i.Late:
		out.Note = voice.T("cert_team.late_since", "date", a.dueText(a.v, i.Due))
	case i.Due != "":
		out.Note = voice.T("cert_team.due", "date", a.dueText(a.v, i.Due))
	}
	if n := len(i.Tasks); n > 1 && i.Step.Need < n {
		out.Choose = voice.T("cert_team.choose_of", "n", max(1, i.Step.Need), "of", n)
	}
	for _, f := range i.Tasks {
		out.Found = append(out.Found, board.Found{Asked: a.asked(f.Task), Found: a.found(f), Met: f.Met, Proofs: a.proofs(f.Lines)})
	}
	if i.State == programme.Waived {
		out.Found = append(out.Found, board.Found{Asked: voice.T("cert_team.item_waived"), Found: voice.T("cert_team.found_waived"), Met: true, Proofs: a.proofs(i.Lines)})
	}
	return out
}

// asked says what a task asks for.
func (a accountOf) asked(t *programme.Task) string {
	voice, score := a.v.voice, a.v.voice.Percent(t.Score)
	switch {
	case len(t.Lessons) > 0:
		return voice.T("cert_team.ask_lessons", "n", len(t.Lessons), "title", a.taught(t.Of))
	case t.Quiz != "" && t.Score > 0:
		return voice.T("cert_team.ask_quiz_score", "title", a.moduleTitle(a.v, t.Quiz), "score", score)
	case t.Quiz != "":
		return voice.T("cert_team.ask_quiz", "title", a.moduleTitle(a.v, t.Quiz))
	case t.Roleplay != "" && t.Score > 0:
		return voice.T("cert_team.ask_scene_score", "title", a.scriptTitle(a.v, t.Roleplay), "score", score)
	case t.Roleplay != "":
		return voice.T("cert_team.ask_scene", "title", a.scriptTitle(a.v, t.Roleplay))
	case t.Session != "":
		return voice.T("cert_team.ask_session")
	case t.Signoff != "":
		return voice.T("cert_team.ask_signoff_" + string(t.Signoff))
	default:
		return voice.T("cert_team.ask_external")
	}
}

// taught names a course, module or lesson.
func (a accountOf) taught(of string) string {
	words := strings.Split(of, "/")
	k := a.Catalog.Current().Course(words[0])
	if k == nil {
		return of
	}
	if len(words) > 1 {
		return a.moduleTitle(a.v, words[0]+"/"+words[1])
	}
	return k.Title.In(a.v.lang)
}

// found says what is on record of a task: what was had, and what was needed.
func (a accountOf) found(f programme.Finding) string {
	voice, t := a.v.voice, f.Task
	have, want := voice.Percent(f.Have), voice.Percent(f.Want)
	key := "cert_team.found_" + string(f.Why)
	switch scored := t.Quiz != "" || t.Roleplay != ""; {
	case len(t.Lessons) > 0:
		have, want = voice.Number(int64(f.Have)), voice.Number(int64(f.Want))
		if f.Met {
			key += "_lessons"
		}
	case scored && f.Want > 0 && f.Met:
		key += "_score"
	case scored && f.Met:
		key += "_mark"
	}
	return voice.T(key, "have", have, "want", want, "n", f.Tries, "date", voice.Date(f.At, a.Zone))
}

// proofs lists lines of evidence, with links to what the reader may look at.
func (a accountOf) proofs(numbers []int64) (out []board.Proof) {
	for _, n := range numbers {
		l, ok := a.lines[n]
		if !ok {
			continue
		}
		voice := a.v.voice
		act, _, _ := strings.Cut(l.Source, ":") // what corrects it stands behind
		p := board.Proof{Number: voice.T("cert_team.proof_line", "number", l.Number), Text: voice.T("cert_team.kind_" + l.Kind), When: voice.DateTime(l.At, a.Zone)}
		switch {
		case l.Kind == evidence.Quiz:
			p.Text += " " + voice.Percent(l.Score)
			if a.reviews {
				p.URL = "/attempts/" + act + "/review"
			}
		case l.Kind == evidence.Roleplay:
			p.Text += " " + voice.Percent(l.Score)
			if a.plays {
				p.URL = "/plays/" + act + "/debrief"
			}
		}
		out = append(out, p)
	}
	return out
}

// change is one transition with its cause.
func (a accountOf) change(t certification.Transition) board.Change {
	voice := a.v.voice
	out := board.Change{When: voice.DateTime(t.At, a.Zone), State: string(t.After), To: voice.T("cert_team.report_state." + string(t.After)), Note: t.Note}
	out.Cause = voice.T("cert_team.cause_" + string(t.Cause))
	if by := a.names[t.Actor]; by != "" {
		out.Cause = voice.T("cert_team.cause_by", "cause", out.Cause, "name", by)
	}
	if t.Line > 0 {
		out.Cause = voice.T("cert_team.cause_line", "cause", out.Cause, "number", t.Line)
	}
	if t.Cause == certification.ByRules || t.Cause == certification.ByApproval {
		out.Note = ""
		if t.Note != "" {
			out.Note = voice.T("cert_team.replaces", "number", t.Note)
		}
	}
	return out
}
