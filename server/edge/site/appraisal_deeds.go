package site

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/appraisal"
	"tongguan/courses/composite"
	"tongguan/courses/indicator"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	pages "tongguan/web/pages/appraisal"
	"tongguan/web/parts"
)

// overseer says whether somebody sees cycles.
func overseer(a access.Actor) bool {
	return a.May(access.RunAppraisal, access.Other) || a.May(access.InspectAppraisal, access.Other)
}

// appraisalDeeds are the forms that the record has for the reader as it stands; what was typed comes back on the one it
// was typed into.
func (s *Site) appraisalDeeds(v visit, w appraisal.Whole, d appraisalDraft) map[string]*pages.Deed {
	out := map[string]*pages.Deed{}
	for _, x := range []struct {
		key  string
		may  bool
		seen int64
	}{{"targets", w.May.SetTargets, -1}, {"agree", w.May.AnswerTargets, int64(len(w.Steps))}, {"calibrate", w.May.Calibrate, w.Entries}, {"show", w.May.Show, -1},
		{"respond", w.May.Respond, -1}, {"decide", w.May.Decide, w.Entries}, {"close", w.May.Close, -1}, {"correct", w.May.Correct, w.Entries}} {
		if !x.may {
			continue
		}
		one := &pages.Deed{Key: x.key, Action: "/appraisals/" + w.ID + "/" + x.key, Request: s.Clock.ID()}
		if x.seen >= 0 {
			one.Seen = strconv.FormatInt(x.seen, 10)
		}
		if d.deed == x.key {
			one.Errors, one.Choice, one.Text, one.Score, one.Request = s.errors(v, d.cause), d.choice, d.text, d.score, d.request
		}
		out[x.key] = one
	}
	if one := out["decide"]; one != nil {
		one.Quote = w.Transitions[len(w.Transitions)-1].Note
	}
	if t := out["targets"]; t != nil {
		t.Fields = s.targetFields(sums{s, v, w}, t.Errors, d)
	}
	return out
}

// targetFields is a field for each item that is measured.
func (s *Site) targetFields(x sums, errors map[string]string, d appraisalDraft) (out []parts.Field) {
	for _, g := range x.w.Goals {
		i, _ := x.w.In.Scheme.Item(g.Item)
		one, _ := s.Indicators.Get(i.Of)
		f := parts.Field{ID: "target-" + g.Item, Name: "target-" + g.Item, Label: x.itemName(i), Hint: x.voice.T("appraisal_page.unit." + string(one.Unit)),
			Error: errors[g.Item]}
		if g.Value > 0 {
			f.Value = indicator.Plain(one.Unit, g.Value)
		}
		if typed, ok := d.values[g.Item]; ok {
			f.Value = typed
		}
		out = append(out, f)
	}
	return out
}

// appraisalDone leads back to the record after a deed; what somebody else did meanwhile is said there.
func (s *Site) appraisalDone(c *fiber.Ctx, err error, done string) error {
	switch {
	case err == nil:
		s.flash(c, "good", done)
	case fault.KindOf(err) == fault.Conflict || fault.KindOf(err) == fault.Invalid || fault.KindOf(err) == fault.Busy:
		s.flash(c, "bad", fault.Of(err).Key)
	default:
		return err
	}
	return redirect(c, "/appraisals/"+c.Params("id"))
}

// deedDone leads on after a deed, or shows its form again.
func (s *Site) deedDone(c *fiber.Ctx, v visit, d appraisalDraft, done string) error {
	if again(d.cause) {
		return s.drawAppraisal(c, v, d)
	}
	return s.appraisalDone(c, d.cause, done)
}

// appraisalTargets sets targets.
func (s *Site) appraisalTargets(c *fiber.Ctx, v visit) error {
	w, err := s.Appraisals.Record(c.UserContext(), v.actor, c.Params("id"))
	if err != nil {
		return err
	}
	d := appraisalDraft{deed: "targets", values: map[string]string{}}
	values := map[string]int64{}
	for _, g := range w.Goals {
		typed := strings.TrimSpace(c.FormValue("target-" + g.Item))
		if d.values[g.Item] = typed; typed == "" {
			continue
		}
		i, _ := w.In.Scheme.Item(g.Item)
		one, _ := s.Indicators.Get(i.Of)
		n, err := indicator.Parse(one.Unit, typed)
		if err != nil && d.cause == nil {
			d.cause = at(err, g.Item)
		}
		values[g.Item] = n
	}
	if d.cause == nil {
		d.cause = s.Appraisals.SetTargets(c.UserContext(), v.actor, w.ID, values, c.FormValue("request"))
	}
	return s.deedDone(c, v, d, "appraisal_page.done.targets")
}

// at puts an error beside a field.
func at(err error, field string) error {
	if e := fault.Of(err); e != nil {
		return e.At(field)
	}
	return err
}

// appraisalAgree is the person's consent to their targets.
func (s *Site) appraisalAgree(c *fiber.Ctx, v visit) error {
	err := s.Appraisals.AgreeTargets(c.UserContext(), v.actor, c.Params("id"), whole(c.FormValue("seen")), c.FormValue("request"))
	return s.deedDone(c, v, appraisalDraft{deed: "agree", cause: err}, "appraisal_page.done.agree")
}

// appraisalObject says why the person does not agree.
func (s *Site) appraisalObject(c *fiber.Ctx, v visit) error {
	text := c.FormValue("text")
	err := s.Appraisals.ObjectTargets(c.UserContext(), v.actor, c.Params("id"), text, c.FormValue("request"))
	return s.deedDone(c, v, appraisalDraft{deed: "agree", text: text, cause: err}, "appraisal_page.done.object")
}

// appraisalRespond is the person's answer to their result.
func (s *Site) appraisalRespond(c *fiber.Ctx, v visit) error {
	d := appraisalDraft{deed: "respond", choice: c.FormValue("answer"), text: c.FormValue("text")}
	d.cause = s.Appraisals.Respond(c.UserContext(), v.actor, c.Params("id"), appraisal.Answer{Do: appraisal.Act(d.choice), Text: d.text}, c.FormValue("request"))
	return s.deedDone(c, v, d, "appraisal_page.done.respond")
}

// ruled reads a result that somebody sets.
func ruled(c *fiber.Ctx, d *appraisalDraft) (r appraisal.Ruling) {
	d.score, d.text = c.FormValue("score"), c.FormValue("reason")
	score, err := indicator.Parse(indicator.Points, d.score)
	if err == nil && (score < 0 || score > composite.MaxScore) {
		err = fault.New(fault.Invalid, "appraisal.score_range", "max", composite.MaxScore/100)
	}
	if err != nil {
		d.cause = at(err, "score")
	}
	return appraisal.Ruling{Score: score, Reason: d.text, Seen: int64(whole(c.FormValue("seen")))}
}

// appraisalCalibrate sets a result before anybody sees it.
func (s *Site) appraisalCalibrate(c *fiber.Ctx, v visit) error {
	d := appraisalDraft{deed: "calibrate"}
	if r := ruled(c, &d); d.cause == nil {
		d.cause = s.Appraisals.Calibrate(c.UserContext(), v.actor, c.Params("id"), r, c.FormValue("request"))
	}
	return s.deedDone(c, v, d, "appraisal_page.done.calibrate")
}

// appraisalCorrect adds a result to a closed record.
func (s *Site) appraisalCorrect(c *fiber.Ctx, v visit) error {
	d := appraisalDraft{deed: "correct"}
	if r := ruled(c, &d); d.cause == nil {
		d.cause = s.Appraisals.Correct(c.UserContext(), v.actor, c.Params("id"), r, c.FormValue("request"))
	}
	return s.deedDone(c, v, d, "appraisal_page.done.correct")
}

// appraisalDecide decides a dispute.
func (s *Site) appraisalDecide(c *fiber.Ctx, v visit) error {
	d := appraisalDraft{deed: "decide", choice: c.FormValue("ruling")}
	r := ruled(c, &d)
	switch d.choice {
	case "uphold":
		d.cause, r.Score = nil, 0
	case "amend":
	default:
		d.cause = fault.New(fault.Invalid, "appraisal_page.ruling_needed").At("")
	}
	if d.cause == nil {
		d.cause = s.Appraisals.Decide(c.UserContext(), v.actor, c.Params("id"), appraisal.Appeal{Uphold: d.choice == "uphold", Ruling: r}, c.FormValue("request"))
	}
	return s.deedDone(c, v, d, "appraisal_page.done.decide")
}

// appraisalShow opens a result to the person.
func (s *Site) appraisalShow(c *fiber.Ctx, v visit) error {
	err := s.Appraisals.Show(c.UserContext(), v.actor, c.Params("id"), c.FormValue("request"))
	return s.deedDone(c, v, appraisalDraft{deed: "show", cause: err}, "appraisal_page.done.show")
}

// appraisalClose closes a record.
func (s *Site) appraisalClose(c *fiber.Ctx, v visit) error {
	err := s.Appraisals.Close(c.UserContext(), v.actor, c.Params("id"), c.FormValue("request"))
	return s.deedDone(c, v, appraisalDraft{deed: "close", cause: err}, "appraisal_page.done.close")
}
