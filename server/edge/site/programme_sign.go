package site

import (
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/programme"
	"tongguan/courses/training"
	"tongguan/server/base/fault"
	"tongguan/server/edge/digest"
	view "tongguan/web/pages/programme"
)

// signoffs lists what waits for the person's signature.
func (s *Site) signoffs(c *fiber.Ctx, v visit) error {
	all, err := s.Training.ToSign(c.UserContext(), v.actor)
	if err != nil {
		return err
	}
	p := view.Signoffs{Frame: s.frame(c, v, v.voice.T("programmes.to_sign"))}
	for _, w := range all {
		item := &w.Verdict.Items[w.Item]
		p.Waits = append(p.Waits, view.Waits{Person: w.Name, Step: item.Step.Title.In(v.lang), Programme: w.Programme.Title.In(v.lang),
			As: v.voice.T("programmes.signer." + string(w.As)), Due: digest.When(v.voice, w.Today, item.Due), Late: item.Late,
			Now: !item.Late && item.Due == w.Today, URL: signURL(w.Programme.ID, item.Step.ID, w.Enrolment.Person, w.Task)})
	}
	return s.draw(c, view.SignoffsPage(p))
}

// signURL is where a task of a step is signed; a step has one such task nearly always.
func signURL(id, step, person string, task int) string {
	url := "/signoffs/" + id + "/" + step + "/" + person
	if task > 0 {
		url += "?task=" + strconv.Itoa(task)
	}
	return url
}

// signing is what the address and the form say.
func (s *Site) signing(c *fiber.Ctx) training.Signing {
	out := training.Signing{Person: c.Params("person"), Programme: c.Params("programme"), Step: c.Params("step"), Task: c.QueryInt("task"), Note: c.FormValue("note")}
	for _, raw := range formValues(c, "points") {
		n, err := strconv.Atoi(raw)
		if err != nil {
			n = -1 // no point: not all are ticked
		}
		out.Points = append(out.Points, n)
	}
	return out
}

func (s *Site) signForm(c *fiber.Ctx, v visit) error {
	return s.drawSign(c, v, s.signing(c), "", s.Clock.ID(), nil)
}

func (s *Site) drawSign(c *fiber.Ctx, v visit, one training.Signing, reason, request string, cause error) error {
	w, err := s.Training.Signable(c.UserContext(), v.actor, one)
	if err != nil {
		return err
	}
	item := &w.Verdict.Items[w.Item]
	finding := item.Tasks[w.Task]
	p := view.Sign{Frame: s.frame(c, v, v.voice.T("programmes.sign")), Person: w.Name, Step: item.Step.Title.In(v.lang), Programme: w.Programme.Title.In(v.lang),
		As: v.voice.T("programmes.signer." + string(w.As)), Due: digest.When(v.voice, w.Today, item.Due), Note: one.Note, Reason: reason, Request: request,
		Action: "/signoffs/" + one.Programme + "/" + one.Step + "/" + one.Person, Done: finding.Met, Locked: item.State == programme.Locked, Errors: s.errors(v, cause)}
	if finding.Met {
		p.Due, p.Word = "", v.voice.T("programmes.signed_on", "date", v.voice.Date(finding.At, s.Zone))
	} else if finding.Why == programme.Withdrawn {
		p.Word = v.voice.T("programmes.why.withdrawn")
	}
	for i, point := range finding.Task.Points {
		p.Points = append(p.Points, view.Point{Text: point.In(v.lang), Seen: slices.Contains(one.Points, i)})
	}
	if cause != nil {
		setStatus(c, cause)
	}
	return s.draw(c, view.SignPage(p))
}

// sign keeps a signature; what is missing is said beside what was ticked.
func (s *Site) sign(c *fiber.Ctx, v visit) error {
	one := s.signing(c)
	err := s.Training.Sign(c.UserContext(), v.actor, one, c.FormValue("request"))
	if err == nil {
		s.flash(c, "good", "programmes.signed")
		return redirect(c, "/signoffs")
	}
	if !again(err) {
		return err
	}
	return s.drawSign(c, v, one, "", c.FormValue("request"), err)
}

func (s *Site) signBack(c *fiber.Ctx, v visit) error {
	one, reason := s.signing(c), c.FormValue("reason")
	one.Note = reason
	err := s.Training.TakeBack(c.UserContext(), v.actor, one, c.FormValue("request"))
	if err == nil {
		s.flash(c, "good", "programmes.taken_back")
		return redirect(c, "/signoffs")
	}
	if fault.KindOf(err) != fault.Invalid && fault.KindOf(err) != fault.Busy && fault.KindOf(err) != fault.Conflict {
		return err
	}
	one.Note = ""
	return s.drawSign(c, v, one, reason, c.FormValue("request"), err)
}
