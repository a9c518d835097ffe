package site

import (
	"github.com/gofiber/fiber/v2"

	"tongguan/courses/catalog"
	"tongguan/courses/progress"
	"tongguan/courses/training"
	"tongguan/quizzes/attempt"
	"tongguan/quizzes/roleplay"
	"tongguan/server/base/access"
	"tongguan/web/pages/team"
)

// member shows one member: courses, lessons, attempts.
func (s *Site) member(c *fiber.Ctx, v visit) error {
	p, err := s.memberPage(c, v, c.Params("person"))
	if err != nil {
		return err
	}
	return s.draw(c, team.MemberPageOf(p))
}

func (s *Site) memberPage(c *fiber.Ctx, v visit, id string) (p team.MemberPage, err error) {
	ctx := c.UserContext()
	who, err := s.People.Get(ctx, v.actor, id)
	if err != nil {
		return p, err
	}
	state, err := s.Progress.Of(ctx, v.actor, id)
	if err != nil {
		return p, err
	}
	assigned, err := s.Training.For(ctx, id, who.Team)
	if err != nil {
		return p, err
	}
	attempts, err := s.Attempts.Of(ctx, v.actor, id, "")
	if err != nil {
		return p, err
	}
	teams, err := s.Teams.Names(ctx)
	if err != nil {
		return p, err
	}
	to, err := s.People.Relation(ctx, v.actor, id)
	if err != nil {
		return p, err
	}
	p = team.MemberPage{Frame: s.frame(c, v, who.Name), Name: who.Name, Team: teams[who.Team], HiredOn: s.dueText(v, who.HiredOn),
		Login: who.Login, Back: "/team", Evidence: "/team/" + id + "/evidence", Figures: "/figures/" + id}
	if v.actor.May(access.AssignCourse, to) {
		p.Assign = "/assignments/new?person=" + id
	}
	if p.Programmes, err = s.programmesOf(c, v, id); err != nil {
		return p, err
	}
	if p.Courses, err = s.memberCourses(c, v, id, state, assigned, p.Assign != ""); err != nil {
		return p, err
	}
	for _, a := range attempts {
		p.Attempts = append(p.Attempts, s.memberAttempt(v, a, v.actor.May(access.ReviewAttempt, to)))
	}
	if p.Extra, err = s.extraTime(c, v, id, to); err != nil {
		return p, err
	}
	p.Rehearsals, err = s.memberRehearsals(c, v, id)
	return p, err
}

// memberRehearsals lists what a member has rehearsed; those that have ended can be looked back on.
func (s *Site) memberRehearsals(c *fiber.Ctx, v visit, id string) (out []team.Rehearsal, err error) {
	all, err := s.Rehearsals.Of(c.UserContext(), v.actor, id)
	for _, r := range all {
		line := team.Rehearsal{World: s.worldTitle(v, r.World), When: v.voice.DateTime(r.Started, s.Zone), Value: yuan(v, r.Value)}
		if r.State == roleplay.Closed {
			line.URL = "/rehearsals/" + r.ID + "/debrief"
		}
		out = append(out, line)
	}
	if err != nil {
		return nil, err
	}
	plays, err := s.Plays.Of(c.UserContext(), v.actor, id)
	for _, r := range plays {
		past := s.pastPlay(v, r)
		line := team.Rehearsal{World: past.World + " · " + past.Mode, When: past.When, Value: past.Value}
		if r.State == roleplay.Closed {
			line.URL = past.URL
		}
		out = append(out, line)
	}
	return out, err
}

func (s *Site) memberCourses(c *fiber.Ctx, v visit, id string, state progress.State, assigned []training.Assignment, may bool) ([]team.Course, error) {
	var by []string
	for _, a := range assigned {
		by = append(by, a.By)
	}
	names, err := s.People.Names(c.UserContext(), by)
	if err != nil {
		return nil, err
	}
	var out []team.Course
	for _, k := range s.Catalog.Current().Courses {
		cell := s.cell(v, standing{state: state, assigned: assigned}, k)
		course := team.Course{Title: k.Title.In(v.lang), Percent: cell.Percent, Assigned: cell.Assigned, Due: cell.Due,
			Overdue: cell.Overdue, Complete: cell.Complete}
		for _, a := range assigned {
			if a.Course == k.ID {
				course.AssignedBy = names[a.By]
				if may && a.Person != "" {
					course.Withdraw = "/assignments/" + a.ID + "/withdraw"
				}
			}
		}
		for _, m := range k.Modules {
			module, err := s.memberModule(c, v, id, state, m)
			if err != nil {
				return nil, err
			}
			course.Modules = append(course.Modules, module)
		}
		out = append(out, course)
	}
	return out, nil
}

func (s *Site) memberModule(c *fiber.Ctx, v visit, id string, state progress.State, m *catalog.Module) (out team.Module, err error) {
	out = team.Module{Title: m.Title.In(v.lang), Stage: m.Stage, Percent: state.Module(m).Percent()}
	if p, ok := state.Passed[m.Key()]; ok {
		out.Passed = v.voice.Date(p.At, s.Zone)
		if out.Score, err = s.passedScore(c, v, id, m.Key(), p); err != nil {
			return out, err
		}
	}
	for _, l := range m.Lessons {
		line := team.Lesson{Title: l.Title.In(v.lang)}
		if f, ok := state.Finished[l.Key()]; ok {
			line.Done, line.Version = v.voice.Date(f.At, s.Zone), f.Hash[:8]
		}
		out.Lessons = append(out.Lessons, line)
	}
	return out, nil
}

func (s *Site) memberAttempt(v visit, a attempt.Attempt, may bool) team.Attempt {
	out := team.Attempt{Module: s.moduleTitle(v, a.Module), When: v.voice.DateTime(a.Started, s.Zone), State: a.State, Passed: a.Passed}
	if a.State == attempt.Closed {
		if out.Score = v.voice.Percent(a.Score); a.Pending > 0 {
			out.State = "pending"
		} else if a.Hidden {
			out.State = "hidden"
		}
		if may {
			out.URL = "/attempts/" + a.ID + "/review"
		}
	}
	return out
}
