package site

import (
	"encoding/json"

	"github.com/gofiber/fiber/v2"

	"tongguan/quizzes/attempt"
	"tongguan/quizzes/grading"
	"tongguan/server/base/fault"
	"tongguan/web/pages/appeal"
	"tongguan/web/pages/desk"
	"tongguan/web/parts"
)

// appealForm shows the form of an objection by itself.
func (s *Site) appealForm(c *fiber.Ctx, v visit) error {
	return s.drawAppeal(c, v, c.Params("question"), "", nil)
}

// appealFile keeps an objection; what is wrong with it is said beside what was typed.
func (s *Site) appealFile(c *fiber.Ctx, v visit) error {
	question, text := c.FormValue("question"), c.FormValue("text")
	err := s.Attempts.Appeal(c.UserContext(), v.actor, c.Params("id"), question, text)
	if err == nil {
		s.flash(c, "good", "appeals.filed")
		return redirect(c, "/attempts/"+c.Params("id")+"/review")
	}
	if fault.KindOf(err) == fault.Invalid || fault.KindOf(err) == fault.Busy {
		return s.drawAppeal(c, v, question, text, err)
	}
	return s.appealRefused(c, err)
}

// appealRefused leads back to the review what was objected to already, and to the attempt what is still open.
func (s *Site) appealRefused(c *fiber.Ctx, err error) error {
	if fault.KindOf(err) != fault.Conflict {
		return err
	}
	if e := fault.Of(err); e != nil && e.Key == "appeals.once" {
		s.flash(c, "bad", "appeals.once")
	}
	return redirect(c, "/attempts/"+c.Params("id")+"/review")
}

func (s *Site) drawAppeal(c *fiber.Ctx, v visit, question, text string, cause error) error {
	id := c.Params("id")
	m, err := s.Attempts.Appealable(c.UserContext(), v.actor, id, question)
	if err != nil {
		return s.appealRefused(c, err)
	}
	look, err := s.Attempts.Review(c.UserContext(), v.actor, id)
	if err != nil {
		return err
	}
	p := appeal.Form{Frame: s.frame(c, v, v.voice.T("appeals.form")), Module: s.moduleTitle(v, look.Module), Question: question, Text: text,
		Stem: m.Question.Fill(m.Question.Stem.In(v.lang), m.Item.Params), Action: "/attempts/" + id + "/appeals", Back: "/attempts/" + id + "/review"}
	for i, one := range look.Marked {
		if one.Question.ID == question {
			p.Number = i + 1
		}
	}
	if cause != nil {
		p.Problem = s.sentence(v, cause)
		setStatus(c, cause)
	}
	return s.draw(c, appeal.FormPage(p))
}

// appealAside puts the answer to an objection aside.
func (s *Site) appealAside(c *fiber.Ctx, v visit) error {
	if err := s.Attempts.PutAppealAside(c.UserContext(), v.actor, c.Params("id"), c.Params("question")); err != nil {
		return err
	}
	return redirect(c, "/learn")
}

// noteAside puts word of a changed result aside.
func (s *Site) noteAside(c *fiber.Ctx, v visit) error {
	if err := s.Attempts.PutAside(c.UserContext(), v.actor, c.Params("id"), c.Params("correction")); err != nil {
		return err
	}
	return redirect(c, "/learn")
}

// appealList shows authors the questions that somebody objects to.
func (s *Site) appealList(c *fiber.Ctx, v visit) error {
	all, err := s.Attempts.Appeals(c.UserContext(), v.actor)
	if err != nil {
		return err
	}
	p := desk.Appeals{Frame: s.frame(c, v, v.voice.T("appeals.title"))}
	for _, d := range all {
		one := desk.AppealedQuestion{Stem: d.Question.Stem.In(v.lang), Module: s.moduleTitle(v, d.Module), Version: d.Version[:8]}
		for _, a := range d.Appeals {
			one.Appeals = append(one.Appeals, desk.AppealLine{URL: "/desk/appeals/" + a.ID, Text: excerpt(a.Text), When: v.voice.DateTime(a.Filed, s.Zone)})
		}
		p.Questions = append(p.Questions, one)
	}
	return s.draw(c, desk.AppealsPage(p))
}

// longestExcerpt is how many characters of an objection a list shows.
const longestExcerpt = 60

func excerpt(text string) string {
	if r := []rune(text); len(r) > longestExcerpt {
		return string(r[:longestExcerpt]) + "…"
	}
	return text
}

// dispute shows one objection with the forms that decide it.
func (s *Site) dispute(c *fiber.Ctx, v visit) error {
	d, err := s.Attempts.Dispute(c.UserContext(), v.actor, c.Params("id"))
	if err != nil {
		return err
	}
	return s.draw(c, desk.DisputePage(s.disputePage(c, v, d)))
}

func (s *Site) disputePage(c *fiber.Ctx, v visit, d attempt.Disputed) desk.Dispute {
	p := desk.Dispute{Frame: s.frame(c, v, v.voice.T("appeals.title")), Asked: s.askedOf(v, d.Question, d.Item, d.Response), ID: d.ID,
		Text: paragraphs(d.Text), When: v.voice.DateTime(d.Filed, s.Zone), Given: s.response(v, d.Question, d.Item, d.Response),
		Earned: v.voice.Percent(d.Points * 100), Void: d.Void, State: d.State, Answer: d.Answer, Errors: map[string]string{},
		OnlyVoid: d.Question.Type == grading.Open || d.Question.Type == grading.Calculated,
		Typed:    d.Question.Type == grading.ShortText || d.Question.Type == grading.Numeric}
	p.Module, p.Version = s.moduleTitle(v, d.Module), d.Version[:8]
	all := 0
	for _, g := range d.Given {
		all += g.People
	}
	key := d.Question.Key(d.Item.Params)
	for _, g := range d.Given {
		r := desk.Response{Value: responseValue(g.Response), Lines: s.response(v, d.Question, d.Item, g.Response), People: g.People,
			Share: g.People * 100 / max(1, all), Earned: v.voice.Percent(g.Points * 100), Full: g.Points >= grading.Full,
			This: len(g.Response) > 0 && len(d.Response) > 0 && grading.Same(key, g.Response, d.Response)}
		if r.This && !r.Full && !p.OnlyVoid {
			p.Kind, p.Chosen = "accept", r.Value
		}
		p.Responses = append(p.Responses, r)
	}
	if p.Kind == "" {
		p.Kind = "void"
	}
	return p
}

// responseValue is a response as a form carries it.
func responseValue(response []string) string {
	text, err := json.Marshal(response)
	if err != nil {
		return ""
	}
	return string(text)
}

// correction reads what the form of a correction says.
func correction(c *fiber.Ctx, d attempt.Disputed) (attempt.Correction, error) {
	out := attempt.Correction{Module: d.Module, Question: d.Question.ID, Print: d.Question.Print, Kind: attempt.Kind(c.FormValue("kind")),
		Reason: c.FormValue("reason")}
	if out.Kind != attempt.Accept {
		return out, nil
	}
	if typed := c.FormValue("typed"); typed != "" {
		out.Response = []string{typed}
		return out, nil
	}
	if raw := c.FormValue("response"); raw != "" && json.Unmarshal([]byte(raw), &out.Response) != nil {
		return out, fault.New(fault.Invalid, "error.form_stale").At("response")
	}
	return out, nil
}

// correctPreview shows what a correction would do; nothing is written.
func (s *Site) correctPreview(c *fiber.Ctx, v visit) error {
	d, err := s.Attempts.Dispute(c.UserContext(), v.actor, c.Params("id"))
	if err != nil {
		return err
	}
	wanted, err := correction(c, d)
	if err != nil {
		return s.disputeAgain(c, v, d, err)
	}
	effect, err := s.Attempts.Concerned(c.UserContext(), v.actor, wanted)
	if again(err) {
		return s.disputeAgain(c, v, d, err)
	}
	if err != nil {
		return err
	}
	p, err := s.effectPage(c, v, d, wanted, effect)
	if err != nil {
		return err
	}
	return s.draw(c, desk.EffectPage(p))
}

// disputeAgain shows the objection with what was entered and what is wrong with it.
func (s *Site) disputeAgain(c *fiber.Ctx, v visit, d attempt.Disputed, cause error) error {
	p := s.disputePage(c, v, d)
	p.Kind, p.Chosen, p.Other = c.FormValue("kind"), c.FormValue("response"), c.FormValue("typed")
	p.Reason, p.Rejection, p.Errors = c.FormValue("reason"), c.FormValue("answer"), s.errors(v, cause)
	setStatus(c, cause)
	return s.draw(c, desk.DisputePage(p))
}

// mostRows is how many changes the dry run lists.
const mostRows = 100

func (s *Site) effectPage(c *fiber.Ctx, v visit, d attempt.Disputed, wanted attempt.Correction, e attempt.Effect) (desk.Effect, error) {
	p := desk.Effect{Frame: s.frame(c, v, v.voice.T("appeals.effect")), Module: s.moduleTitle(v, d.Module), Version: d.Version[:8],
		Stem: d.Question.Fill(d.Question.Stem.In(v.lang), d.Item.Params), Kind: string(wanted.Kind),
		Response: s.response(v, d.Question, d.Item, wanted.Response), Reason: wanted.Reason, Settled: e.Settled, Rise: e.Rise, Pass: e.Pass,
		Open: e.Open, Pending: e.Pending, More: max(0, len(e.Changes)-mostRows), Action: "/desk/appeals/" + d.ID + "/correct", Back: "/desk/appeals/" + d.ID}
	for _, f := range [][2]string{{"request", s.Clock.ID()}, {"kind", string(wanted.Kind)}, {"response", responseValue(wanted.Response)}, {"reason", wanted.Reason}} {
		p.Fields = append(p.Fields, parts.Choice{Value: f[0], Text: f[1]})
	}
	shown := e.Changes[:min(len(e.Changes), mostRows)]
	var ids []string
	for _, change := range shown {
		ids = append(ids, change.Person)
	}
	names, err := s.People.Names(c.UserContext(), ids)
	for i, change := range shown {
		row := desk.EffectRow{Who: names[change.Person], Named: change.Person != "", When: v.voice.Date(change.Closed, s.Zone),
			Before: v.voice.Percent(change.Before), After: v.voice.Percent(change.After), Passes: change.PassedAfter && !change.Passed, Passed: change.Passed}
		if !row.Named {
			row.Who = v.voice.T("appeals.somebody", "n", i+1)
		}
		p.Rows = append(p.Rows, row)
	}
	return p, err
}

// correctDo corrects a question and scores again whom it concerns.
func (s *Site) correctDo(c *fiber.Ctx, v visit) error {
	d, err := s.Attempts.Dispute(c.UserContext(), v.actor, c.Params("id"))
	if err != nil {
		return err
	}
	wanted, err := correction(c, d)
	if err != nil {
		return s.disputeAgain(c, v, d, err)
	}
	_, done, err := s.Attempts.Correct(c.UserContext(), v.actor, wanted, c.FormValue("request"))
	if again(err) {
		return s.disputeAgain(c, v, d, err)
	}
	if err != nil {
		return err
	}
	if done {
		s.flash(c, "good", "appeals.corrected")
	} else {
		s.flash(c, "good", "appeals.correcting")
	}
	return redirect(c, "/desk/appeals")
}

// appealReject turns an objection down.
func (s *Site) appealReject(c *fiber.Ctx, v visit) error {
	d, err := s.Attempts.Dispute(c.UserContext(), v.actor, c.Params("id"))
	if err != nil {
		return err
	}
	err = s.Attempts.RejectAppeal(c.UserContext(), v.actor, d.ID, c.FormValue("answer"))
	if again(err) {
		return s.disputeAgain(c, v, d, err)
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "appeals.rejected_done")
	return redirect(c, "/desk/appeals")
}
