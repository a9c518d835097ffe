package site

import (
	"cmp"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/catalog"
	"tongguan/courses/progress"
	"tongguan/courses/training"
	"tongguan/web/pages/amendment"
	"tongguan/web/pages/learn"
	"tongguan/web/parts"
)

// learn shows what the person has to learn, how far they are and what is next.
func (s *Site) learn(c *fiber.Ctx, v visit) error {
	state, err := s.Progress.Of(c.UserContext(), v.actor, v.actor.ID)
	if err != nil {
		return err
	}
	assigned, err := s.Training.For(c.UserContext(), v.actor.ID, v.actor.Team)
	if err != nil {
		return err
	}
	p := learn.Page{Frame: s.withOffline(s.frame(c, v, v.voice.T("nav.learn")), v), Rail: s.rail(v, state), Next: s.next(v, state, assigned)}
	p.Greeting = v.voice.T("learn.greeting."+dayTime(s.Clock.Now(), s.Zone), "name", v.actor.Name)
	given := map[string]bool{}
	for _, a := range assigned {
		if k := s.Catalog.Current().Course(a.Course); k != nil {
			given[k.ID] = true
			p.Assigned = append(p.Assigned, s.courseLine(v, state, k, a.Due))
		}
	}
	for _, k := range s.Catalog.Current().Courses {
		if m := state.Course(k); !given[k.ID] && m.Done > 0 {
			p.Begun = append(p.Begun, s.courseLine(v, state, k, ""))
		}
	}
	if p.Results, err = s.results(c, v, state); err != nil {
		return err
	}
	news, err := s.Attempts.News(c.UserContext(), v.actor)
	if err != nil {
		return err
	}
	p.News = s.news(v, news)
	if p.Answered, err = s.answeredNotes(c, v); err != nil {
		return err
	}
	if p.Duties, err = s.notices(c, v, amendment.Notices{Frame: p.Frame}); err != nil {
		return err
	}
	if p.Notice, err = s.notice(c, v); err != nil {
		return err
	}
	if p.Programmes, err = s.inProgrammes(c, v); err != nil {
		return err
	}
	return s.draw(c, learn.PageOf(p))
}

func dayTime(ms int64, zone *time.Location) string {
	switch h := time.UnixMilli(ms).In(zone).Hour(); {
	case h < 5, h >= 18:
		return "evening"
	case h < 12:
		return "morning"
	default:
		return "afternoon"
	}
}

// next is the one thing to do: go on in the assigned course that is due first, else where one was, else begin.
func (s *Site) next(v visit, state progress.State, assigned []training.Assignment) learn.Next {
	cat := s.Catalog.Current()
	var order []*catalog.Course
	for _, a := range assigned {
		if k := cat.Course(a.Course); k != nil {
			order = append(order, k)
		}
	}
	if l := cat.Lesson(state.Latest); l != nil {
		order = append(order, cat.Course(l.Course))
	}
	for _, k := range append(order, cat.Courses...) {
		lesson, quiz := state.Next(k)
		switch {
		case lesson != nil:
			kind := "start"
			if state.Course(k).Done > 0 || state.Last[k.ID] != "" {
				kind = "resume"
			}
			return learn.Next{Kind: kind, Text: lesson.Title.In(v.lang), URL: placeURL(lesson, v.lang, state.Places), Minutes: lesson.Minutes,
				Place: k.Title.In(v.lang) + " / " + s.moduleTitle(v, lesson.Course+"/"+lesson.Module), At: resume(lesson.Page(v.lang), state.Places[lesson.Key()]).Text}
		case quiz != nil:
			out := learn.Next{Kind: "quiz", Text: quiz.Title.In(v.lang), URL: quizURL(quiz), Place: k.Title.In(v.lang)}
			if set := s.Bank.Current().Set(quiz.Key()); set != nil {
				out.Minutes = set.Minutes
			}
			return out
		}
	}
	return learn.Next{Kind: "done"}
}

// continuation is where to go on in a course.
func continuation(v visit, state progress.State, k *catalog.Course) (to parts.Link, quiz bool) {
	lesson, module := state.Next(k)
	switch {
	case lesson != nil:
		return parts.Link{Text: lesson.Title.In(v.lang), URL: placeURL(lesson, v.lang, state.Places)}, false
	case module != nil:
		return parts.Link{Text: module.Title.In(v.lang), URL: quizURL(module)}, true
	default:
		return parts.Link{}, false
	}
}

func (s *Site) courseLine(v visit, state progress.State, k *catalog.Course, due string) learn.Course {
	m := state.Course(k)
	out := learn.Course{Title: k.Title.In(v.lang), URL: "/courses/" + k.ID, Percent: m.Percent(), Done: m.Done, Steps: m.Steps,
		Due: s.dueText(v, due), Complete: m.Complete()}
	out.DaysLeft, out.HasDue = s.daysUntil(due)
	out.Continue, out.ContinueIsQuiz = continuation(v, state, k)
	return out
}

// rail shows the six stages of the process as gates.
func (s *Site) rail(v visit, state progress.State) parts.Rail {
	byStage := map[string]*catalog.Module{}
	for _, k := range s.Catalog.Current().Courses {
		for _, m := range k.Modules {
			if m.Stage != "" {
				byStage[m.Stage] = m
			}
		}
	}
	var r parts.Rail
	for _, stage := range parts.Stages {
		g := parts.Gate{Stage: stage, State: parts.Later}
		if m := byStage[stage]; m != nil {
			g.State, g.URL = parts.Waiting, "/courses/"+m.Course+"#"+m.ID
			if measure := state.Module(m); measure.Complete() {
				g.State = parts.Passed
			} else if measure.Done > 0 {
				g.State = parts.Current
			}
		}
		r.Gates = append(r.Gates, g)
	}
	return r
}

// results lists the modules passed, the latest first, at most five.
func (s *Site) results(c *fiber.Ctx, v visit, state progress.State) ([]learn.Result, error) {
	var out []learn.Result
	keys := sortedKeys(state.Passed)
	slices.SortStableFunc(keys, func(a, b string) int { return cmp.Compare(state.Passed[b].At, state.Passed[a].At) })
	for _, key := range keys[:min(5, len(keys))] {
		passed := state.Passed[key]
		score, err := s.passedScore(c, v, v.actor.ID, key, passed)
		if err != nil {
			return nil, err
		}
		out = append(out, learn.Result{Module: s.moduleTitle(v, key), URL: "/courses/" + key + "/quiz",
			Score: score, When: v.voice.Date(passed.At, s.Zone)})
	}
	return out, nil
}

// passedScore writes the score of a module that somebody has passed; to themselves only where their quiz shows it.
func (s *Site) passedScore(c *fiber.Ctx, v visit, person, module string, passed progress.Passed) (string, error) {
	if person == v.actor.ID {
		shown, err := s.Attempts.ScoreShown(c.UserContext(), module)
		if err != nil || !shown {
			return v.voice.T("passed_score.hidden"), err
		}
	}
	return v.voice.Percent(passed.Score), nil
}
