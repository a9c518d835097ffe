package site

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	room "tongguan/courses/violation"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/web/pages/violation"
	"tongguan/web/words"
)

// hushed draws a page on which nobody is known: the session is not even looked up, which would note when it was last used.
// The guard still refuses forms of other sites.
func (s *Site) hushed(do handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderCacheControl, "no-store")
		v := s.arrive(c)
		v.token = ""
		return do(c, v)
	}
}

// knock counts a form of somebody unknown without keeping who sends it.
func (s *Site) knock(c *fiber.Ctx) error { return s.Hush.Knock(c.IP()) }

// reportedClauses are those that are broken most often by people and not by negligence; any other is left to the text.
var reportedClauses = []string{"1.3.1", "2.4.2", "2.5.1", "2.5.2", "2.5.3", "4.2", "4.3", "4.4"}

// reportForm shows the form.
func (s *Site) reportForm(c *fiber.Ctx, v visit) error {
	return s.drawReport(c, v, violation.Form{Code: s.Violations.NewCode(), Clause: c.Query("clause")})
}

func (s *Site) drawReport(c *fiber.Ctx, v visit, p violation.Form) error {
	p.Frame = s.frame(c, v, v.voice.T("violation.report"))
	for _, id := range reportedClauses {
		if s.Catalog.Current().Clause(id) != nil {
			p.Clauses = append(p.Clauses, s.chip(v, id))
		}
	}
	return s.draw(c, violation.FormPage(p))
}

// reportSend takes a report. Only one under a name looks who is signed in.
func (s *Site) reportSend(c *fiber.Ctx, v visit) error {
	p := violation.Form{Code: c.FormValue("code"), Happened: c.FormValue("happened"), Place: c.FormValue("place"), Accused: c.FormValue("accused"),
		Clause: c.FormValue("clause"), Evidence: c.FormValue("evidence"), Named: c.FormValue("name") == "yes"}
	err := s.knock(c)
	var actor access.Actor
	if err == nil && p.Named {
		actor, err = s.named(c)
	}
	if err == nil {
		t := room.Text{Happened: p.Happened, Place: p.Place, Accused: p.Accused, Clause: p.Clause, Evidence: p.Evidence}
		err = s.Violations.Submit(c.UserContext(), actor, t, p.Code)
	}
	if again(err) {
		p.Errors = s.errors(v, err)
		setStatus(c, err)
		return s.drawReport(c, v, p)
	}
	if err != nil {
		return err
	}
	return s.draw(c, violation.DonePage(violation.Done{Frame: s.frame(c, v, v.voice.T("violation.done")), Code: room.Grouped(room.CleanCode(p.Code)), Named: p.Named}))
}

// named gives who is signed in, for a report under their name.
func (s *Site) named(c *fiber.Ctx) (access.Actor, error) {
	v, err := s.recognise(c)
	if fault.KindOf(err) == fault.Missing {
		return access.Actor{}, fault.New(fault.Invalid, "violation.sign_in_first").At("name")
	}
	return v.actor, err
}

// receiptForm asks for the code.
func (s *Site) receiptForm(c *fiber.Ctx, v visit) error {
	return s.draw(c, violation.ReceiptPage(violation.Receipt{Frame: s.frame(c, v, v.voice.T("violation.receipt"))}))
}

// receiptOpen shows what became of a report. The code comes in a form and never in an address, which would be kept.
func (s *Site) receiptOpen(c *fiber.Ctx, v visit) error {
	return s.drawReceipt(c, v, violation.Receipt{Typed: cutTo(c.FormValue("code"), 60)}, s.knock(c))
}

// receiptReply adds a message of whoever reported, and shows the talk with it.
func (s *Site) receiptReply(c *fiber.Ctx, v visit) error {
	p := violation.Receipt{Typed: cutTo(c.FormValue("code"), 60), Text: c.FormValue("text"), Form: c.FormValue("form")}
	err := s.knock(c)
	if err == nil {
		if err = s.Violations.Reply(c.UserContext(), p.Typed, p.Text, p.Form); err == nil {
			p.Text, p.Form = "", ""
		}
	}
	return s.drawReceipt(c, v, p, err)
}

// drawReceipt shows the report of the code that was entered, or asks for one again.
func (s *Site) drawReceipt(c *fiber.Ctx, v visit, p violation.Receipt, cause error) error {
	p.Frame = s.frame(c, v, v.voice.T("violation.receipt"))
	var r room.Receipt
	err := cause
	if err == nil || fault.KindOf(err) == fault.Invalid {
		r, err = s.Violations.Open(c.UserContext(), p.Typed)
	}
	switch {
	case fault.KindOf(err) == fault.Missing || again(err):
		p.Errors = map[string]string{"code": s.sentence(v, err)}
		setStatus(c, err)
		return s.draw(c, violation.ReceiptPage(p))
	case err != nil:
		return err
	}
	if cause != nil {
		p.Errors = s.errors(v, cause)
		setStatus(c, cause)
	}
	s.fillReceipt(v, r, &p)
	return s.draw(c, violation.ReceiptPage(p))
}

func (s *Site) fillReceipt(v visit, r room.Receipt, p *violation.Receipt) {
	p.Code, p.State, p.Received = room.Grouped(room.CleanCode(p.Typed)), string(r.State), s.dueText(v, r.ReceivedOn)
	p.Happened, p.Place, p.Evidence = paragraphs(r.Happened), r.Place, r.Evidence
	for _, m := range r.Talk {
		one := violation.Message{Mine: m.Author == "", Who: v.voice.T("violation.examiner"), When: s.dueText(v, m.SentOn), Text: paragraphs(m.Text)}
		if one.Mine {
			one.Who = v.voice.T("violation.you")
		}
		p.Talk = append(p.Talk, one)
	}
	if r.Reward.State != "" {
		p.Reward, p.Collected = rewardText(v.voice, r.Reward), s.dueText(v, r.Reward.CollectedOn)
	}
	if p.Form == "" {
		p.Form = s.Violations.NewCode() // chance: of the form, not of the report
	}
}

// rewardText says what a reward is.
func rewardText(v words.Voice, w room.Reward) string {
	var out []string
	if w.Amount > 0 {
		out = append(out, moneyOf(visit{voice: v}, w.Amount))
	}
	if w.Honour != "" {
		out = append(out, w.Honour)
	}
	return strings.Join(out, " + ")
}
