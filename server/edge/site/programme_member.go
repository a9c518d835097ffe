package site

import (
	"context"
	"slices"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/training"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
	view "tongguan/web/pages/programme"
	"tongguan/web/parts"
)

// memberDraft is what a form about somebody's place said, and what came of it.
type memberDraft struct {
	step, reason, request string
	ending                bool // it was the form that takes somebody out
	cause                 error
}

// programmeMember shows how far somebody is in a programme, with what the reader may change about it.
func (s *Site) programmeMember(c *fiber.Ctx, v visit) error {
	return s.drawProgrammeMember(c, v, memberDraft{})
}

func (s *Site) drawProgrammeMember(c *fiber.Ctx, v visit, d memberDraft) error {
	ctx, id, person := c.UserContext(), c.Params("programme"), c.Params("person")
	plan, err := s.Training.Plan(ctx, v.actor, person, id)
	if err != nil {
		return err
	}
	p, err := s.planPage(c, v, plan, person)
	if err != nil {
		return err
	}
	to, err := s.People.Relation(ctx, v.actor, person)
	if err != nil {
		return err
	}
	if to != access.Self {
		names, err := s.People.Names(ctx, []string{person})
		if err != nil {
			return err
		}
		p.Person = names[person]
		p.Back = parts.Link{Text: v.voice.T("programmes.people"), URL: "/programmes/" + id + "/people"}
		if v.actor.May(access.Enrol, to) {
			if p.Manage, err = s.manage(c, v, plan, d); err != nil {
				return err
			}
		}
	}
	if d.cause != nil {
		setStatus(c, d.cause)
	}
	return s.draw(c, view.PlanPage(p))
}

// manage fills the forms of who looks after somebody.
func (s *Site) manage(c *fiber.Ctx, v visit, plan training.Plan, d memberDraft) (*view.Manage, error) {
	ctx, person, id := c.UserContext(), plan.Enrolment.Person, plan.Programme.ID
	m := &view.Manage{Base: "/programmes/" + id + "/people/" + person, Reason: d.reason, Request: s.Clock.ID(), Waiving: d.step, Errors: s.errors(v, d.cause),
		HR: v.actor.May(access.WaiveStep, access.Other), Sent: d.request}
	if d.ending && d.cause != nil {
		m.Errors = map[string]string{"end": s.sentence(v, d.cause)}
	}
	folk, _, err := s.People.List(ctx, v.actor, people.Filter{State: people.Active})
	if err != nil {
		return nil, err
	}
	for _, p := range folk {
		if p.ID != person {
			m.Buddies = append(m.Buddies, parts.Choice{Value: p.ID, Text: p.Name, Chosen: p.ID == plan.Enrolment.Buddy})
		}
	}
	if b := plan.Enrolment.Buddy; b != "" && !slices.ContainsFunc(m.Buddies, func(k parts.Choice) bool { return k.Chosen }) {
		names, err := s.People.Names(ctx, []string{b}) // somebody whom the reader does not see
		if err != nil {
			return nil, err
		}
		m.Buddies = append(m.Buddies, parts.Choice{Value: b, Text: names[b], Chosen: true})
	}
	if m.HR {
		m.Ahead, err = s.ahead(ctx, v, person, id)
	}
	return m, err
}

// ahead says what the present version would change for somebody who has an earlier one.
func (s *Site) ahead(ctx context.Context, v visit, person, id string) (*view.Ahead, error) {
	change, err := s.Training.Ahead(ctx, v.actor, person, id)
	if err != nil || change.From.Hash() == change.To.Hash() {
		return nil, err
	}
	out := &view.Ahead{To: change.To.Hash()}
	for _, step := range change.Added {
		out.Added = append(out.Added, step.Title.In(v.lang))
	}
	for _, step := range change.Removed {
		out.Removed = append(out.Removed, step.Title.In(v.lang))
	}
	for _, step := range change.Changed {
		out.Changed = append(out.Changed, step.Title.In(v.lang))
	}
	return out, nil
}

// memberDone leads back to somebody's plan when a form about it was right, and shows it again where it was wrong.
func (s *Site) memberDone(c *fiber.Ctx, v visit, d memberDraft, key string) error {
	if again(d.cause) && d.cause != nil {
		return s.drawProgrammeMember(c, v, d)
	}
	if d.cause != nil {
		return d.cause
	}
	s.flash(c, "good", key)
	to := "/programmes/" + c.Params("programme") + "/people"
	if !d.ending {
		to += "/" + c.Params("person")
	}
	if d.step != "" {
		to += "#" + d.step
	}
	return redirect(c, to)
}

func (s *Site) buddySet(c *fiber.Ctx, v visit) error {
	err := s.Training.SetBuddy(c.UserContext(), v.actor, c.Params("person"), c.Params("programme"), c.FormValue("buddy"))
	return s.memberDone(c, v, memberDraft{cause: err}, "programmes.buddy_done")
}

func (s *Site) unenrol(c *fiber.Ctx, v visit) error {
	reason := c.FormValue("reason")
	err := s.Training.Unenrol(c.UserContext(), v.actor, c.Params("person"), c.Params("programme"), reason)
	return s.memberDone(c, v, memberDraft{reason: reason, ending: true, cause: err}, "programmes.unenrolled")
}

func (s *Site) waiver(c *fiber.Ctx) training.Waiver {
	return training.Waiver{Person: c.Params("person"), Programme: c.Params("programme"), Step: c.FormValue("step"), Reason: c.FormValue("reason")}
}

func (s *Site) stepWaive(c *fiber.Ctx, v visit) error {
	w := s.waiver(c)
	err := s.Training.Waive(c.UserContext(), v.actor, w, c.FormValue("request"))
	return s.memberDone(c, v, memberDraft{step: w.Step, reason: w.Reason, request: c.FormValue("request"), cause: err}, "programmes.waived")
}

func (s *Site) stepUnwaive(c *fiber.Ctx, v visit) error {
	w := s.waiver(c)
	err := s.Training.Unwaive(c.UserContext(), v.actor, w, c.FormValue("request"))
	return s.memberDone(c, v, memberDraft{step: w.Step, reason: w.Reason, request: c.FormValue("request"), cause: err}, "programmes.unwaived")
}

func (s *Site) moveOn(c *fiber.Ctx, v visit) error {
	err := s.Training.MoveOn(c.UserContext(), v.actor, c.Params("person"), c.Params("programme"), c.FormValue("to"))
	return s.memberDone(c, v, memberDraft{cause: err}, "programmes.moved")
}

// programmesOf lists the programmes that a member is in, for the page about them.
func (s *Site) programmesOf(c *fiber.Ctx, v visit, person string) (out []view.Mine, err error) {
	plans, err := s.Training.Plans(c.UserContext(), v.actor, person)
	for _, p := range plans {
		one := s.mine(v, p)
		one.URL += "/people/" + person
		out = append(out, one)
	}
	return out, err
}

// missing is what does not exist, or may not be seen.
func missing() error { return fault.New(fault.Missing, "error.missing") }
