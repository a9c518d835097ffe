package site

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/amendment"
	"tongguan/courses/certification"
	"tongguan/quizzes/attempt"
	"tongguan/quizzes/bank"
	"tongguan/server/base/fault"
	pages "tongguan/web/pages/amendment"
	"tongguan/web/parts"
)

// duty shows what a change asks of whoever looks.
func (s *Site) duty(c *fiber.Ctx, v visit) error { return s.drawDuty(c, v, nil) }

func (s *Site) drawDuty(c *fiber.Ctx, v visit, cause error) error {
	t, err := s.Amendments.Task(c.UserContext(), v.actor, c.Params("change"))
	if err != nil {
		return err
	}
	due := v.voice.Date(t.Due()-1, s.Zone)
	p := pages.Duty{Clause: s.clauseOf(v, t.Clause, "/policy/"+t.Clause), Todo: string(t.Duties[0].Todo), State: string(t.State()), When: v.voice.Date(t.Published, s.Zone),
		Due: due, Days: s.daysTo(t.Due()), Reason: t.Reason, Compared: s.reworded(v, t.Before, t.Now), Action: "/duties/" + t.ID}
	p.Frame = s.frame(c, v, v.voice.T("amendment.duty_title", "clause", p.Clause.ID+" "+p.Clause.Title))
	for _, d := range t.Duties {
		p.Certificates = append(p.Certificates, pages.Held{Programme: s.programmeTitle(v, d.Programme), URL: "/certificates/" + d.Certificate})
		if d.State == amendment.Done {
			p.DoneOn = v.voice.Date(d.Done, s.Zone)
		}
	}
	for _, l := range s.Catalog.Current().Teaching(t.Clause) {
		p.Lessons = append(p.Lessons, parts.Link{Text: l.Title.In(v.lang), URL: lessonURL(l)})
	}
	if t.Duties[0].Todo == amendment.Delta {
		if p.Quiz, err = s.deltaQuiz(c.UserContext(), v, t); err != nil {
			return err
		}
	}
	if cause != nil {
		p.Problem = s.sentence(v, cause)
		setStatus(c, cause)
	}
	return s.draw(c, pages.DutyPage(p))
}

// daysTo counts the days from today to the one that ends at a moment.
func (s *Site) daysTo(end int64) int {
	days, _ := s.daysUntil(time.UnixMilli(end - 1).In(s.Zone).Format(time.DateOnly))
	return days
}

// deltaQuiz says what the quiz on a clause is like, and what was tried.
func (s *Site) deltaQuiz(ctx context.Context, v visit, t amendment.Task) (q pages.Quiz, err error) {
	x, err := s.Attempts.Prepare(ctx, v.actor, bank.DeltaKey(t.Clause))
	if fault.KindOf(err) == fault.Missing { // the questions are gone
		return q, nil
	}
	if err != nil {
		return q, err
	}
	for _, f := range (rulebook{s, v, x.Rules}).facts(x) {
		q.Facts = append(q.Facts, pages.Fact{Label: f.Label, Value: f.Value})
	}
	q.Open = x.Open != ""
	for _, a := range x.Past {
		past := s.pastAttempt(v, x, a)
		if a.State == attempt.Closed {
			q.Past = append(q.Past, pages.Past{URL: past.URL, When: past.When, Score: past.Score, Passed: past.Passed, Counts: a.Started >= t.Published})
		}
	}
	return q, nil
}

// dutyConfirm says that the reader has read what changed.
func (s *Site) dutyConfirm(c *fiber.Ctx, v visit) error {
	if err := s.Amendments.Confirm(c.UserContext(), v.actor, c.Params("change")); err != nil {
		return err
	}
	s.flash(c, "good", "amendment.confirmed")
	return redirect(c, "/duties/"+c.Params("change"))
}

// dutyQuiz begins the quiz on a changed clause, or goes on with the attempt that is open.
func (s *Site) dutyQuiz(c *fiber.Ctx, v visit) error {
	t, err := s.Amendments.Task(c.UserContext(), v.actor, c.Params("change"))
	if err != nil {
		return err
	}
	if t.Duties[0].Todo != amendment.Delta || t.State() != amendment.Open && t.State() != amendment.Late {
		return fault.New(fault.Missing, "error.missing") // nobody practises on it who has nothing to do
	}
	id, err := s.Attempts.Start(c.UserContext(), v.actor, bank.DeltaKey(t.Clause), false)
	if again(err) {
		return s.drawDuty(c, v, err)
	}
	if err != nil {
		return err
	}
	return redirect(c, "/attempts/"+id)
}

// toDuty leads from the quiz of a clause to what asked for it, or to the clause.
func (s *Site) toDuty(c *fiber.Ctx, v visit, clause string) error {
	if s.Catalog.Current().Clause(clause) == nil {
		return fault.New(fault.Missing, "error.missing")
	}
	change, err := s.Amendments.Latest(c.UserContext(), v.actor, clause)
	if err != nil {
		return err
	}
	if change == "" {
		return redirect(c, "/policy/"+clause)
	}
	return redirect(c, "/duties/"+change)
}

// notices are what the reader has to do because the policy changed, one for each change.
func (s *Site) notices(c *fiber.Ctx, v visit, f pages.Notices) (pages.Notices, error) {
	all, err := s.Amendments.Mine(c.UserContext(), v.actor)
	if err != nil {
		return f, err
	}
	seen := map[string]bool{}
	for _, d := range all {
		if seen[d.Change] {
			continue
		}
		seen[d.Change] = true
		f.All = append(f.All, pages.Notice{Clause: s.clauseOf(v, d.Of.Clause, "/duties/"+d.Change), Todo: string(d.Todo), Due: v.voice.Date(d.Due-1, s.Zone),
			Days: s.daysTo(d.Due), Late: d.State == amendment.Late})
	}
	return f, nil
}

// noted is the note of a transition: somebody's own words, or the change of the policy that is the cause.
func (s *Site) noted(v visit, note string) string {
	if clause, _, ok := amendment.ParseNote(note); ok {
		return v.voice.T("amendment.note", "clause", clause+" "+s.chip(v, clause).Title)
	}
	return note
}

// saidOn is what a certificate says about the clauses that it rests on and that have changed.
func (s *Site) saidOn(c *fiber.Ctx, v visit, look certification.Look) (pages.Said, error) {
	all, err := s.Amendments.On(c.UserContext(), look)
	if err != nil {
		return pages.Said{}, err
	}
	p := pages.Said{Frame: s.frame(c, v, "")}
	for _, n := range all {
		one := pages.Statement{Clause: s.clauseOf(v, n.Clause, "/policy/"+n.Clause), When: v.voice.Date(n.Published, s.Zone), State: string(n.Duty.State)}
		if n.Duty.Due > 0 {
			one.Due = v.voice.Date(n.Duty.Due-1, s.Zone)
		}
		if look.Person == v.actor.ID && n.Duty.Change != "" {
			one.URL = "/duties/" + n.ID
		}
		p.All = append(p.All, one)
	}
	return p, nil
}
