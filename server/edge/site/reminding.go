package site

import (
	"github.com/gofiber/fiber/v2"

	"tongguan/server/edge/digest"
	"tongguan/web/pages/account"
	"tongguan/web/pages/learn"
)

// notice is what the person is reminded of today, until they put it aside; nil for nothing.
func (s *Site) notice(c *fiber.Ctx, v visit) (*learn.Notice, error) {
	day, items, err := s.Reminders.Today(c.UserContext(), v.actor)
	if err != nil || len(items) == 0 {
		return nil, err
	}
	out := &learn.Notice{Aside: "/notices/" + day + "/aside"}
	for _, i := range items {
		out.Lines = append(out.Lines, learn.Reminder{Text: digest.Sentence(v.voice, i), When: digest.When(v.voice, day, i.Due), URL: i.Path, Late: i.Due != "" && i.Due < day})
	}
	return out, nil
}

func (s *Site) noticeDone(c *fiber.Ctx, v visit) error {
	if err := s.Reminders.Aside(c.UserContext(), v.actor, c.Params("day")); err != nil {
		return err
	}
	return redirect(c, "/learn")
}

// inProgrammes says on /learn what is next in each programme.
func (s *Site) inProgrammes(c *fiber.Ctx, v visit) (out []learn.Programme, err error) {
	plans, err := s.Training.Plans(c.UserContext(), v.actor, v.actor.ID)
	for _, p := range plans {
		n := p.First()
		if n < 0 {
			continue
		}
		b := s.nextUp(v, p, n)
		out = append(out, learn.Programme{Title: p.Programme.Title.In(v.lang), URL: "/programmes/" + p.Programme.ID, Step: b.Step, StepURL: b.URL, When: b.When,
			Late: p.Verdict.Items[n].Late, Today: p.Verdict.Items[n].Due == p.Today})
	}
	return out, err
}

// digestMail is whether the person gets the daily mail, for the account page.
func (s *Site) digestMail(c *fiber.Ctx, v visit) (account.Digest, error) {
	wants, err := s.Reminders.Mails(c.UserContext(), v.actor)
	return account.Digest{Wanted: wants}, err
}

func (s *Site) mailChoice(c *fiber.Ctx, v visit) error {
	want, key := c.FormValue("want") == "on", "reminder.stopped"
	if want {
		key = "reminder.started"
	}
	if err := s.Reminders.SetMails(c.UserContext(), v.actor, want); err != nil {
		return err
	}
	s.flash(c, "good", key)
	return redirect(c, "/account#mail")
}
