package site

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/catalog"
	"tongguan/quizzes/attempt"
	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
	"tongguan/server/base/fault"
	"tongguan/web/pages/quiz"
	"tongguan/web/parts"
)

// review shows a closed attempt with what of it may be shown.
func (s *Site) review(c *fiber.Ctx, v visit) error {
	x, err := s.Attempts.Review(c.UserContext(), v.actor, c.Params("id"))
	if fault.KindOf(err) == fault.Conflict {
		return redirect(c, "/attempts/"+c.Params("id"))
	}
	if err != nil {
		return err
	}
	own, settled := x.Person == v.actor.ID, x.Shows.Score && x.Pending == 0
	p := quiz.Review{Frame: s.withQuiz(s.frame(c, v, s.moduleTitle(v, x.Module))), Pass: v.voice.Percent(x.Pass), Score: v.voice.Percent(x.Score),
		Running: quiz.Running{Attempt: x.ID, Person: x.Person, Base: "/attempts/" + x.ID}, ShowsScore: settled, ShowsRight: x.Shows.Answers,
		Percent: x.Score / 100, Passed: x.Passed, Pending: x.Pending, When: v.voice.DateTime(x.Closed, s.Zone), Count: len(x.Paper),
		Again: "/courses/" + x.Module + "/quiz", Version: x.SetHash[:8]}
	p.Late, _ = strconv.Atoi(c.Query("late")) // what is no number is none
	p.Module = parts.Link{Text: s.moduleTitle(v, x.Module)}
	if _, ok := bank.DeltaClause(x.Module); ok {
		p.Next = parts.Link{Text: v.voice.T("amendment.to_duty"), URL: p.Again} // which leads to what asked for it
	}
	if m := s.Catalog.Current().Module(x.Module); m != nil {
		course := s.Catalog.Current().Course(m.Course)
		p.Course = parts.Link{Text: course.Title.In(v.lang), URL: "/courses/" + course.ID}
		p.Module.URL = "/courses/" + course.ID + "#" + m.ID
		p.Next = s.afterQuiz(c, v, course)
	}
	if !own {
		names, err := s.People.Names(c.UserContext(), []string{x.Person})
		if err != nil {
			return err
		}
		p.Person, p.Next = names[x.Person], parts.Link{}
	}
	s.fillReview(v, &p, x, own)
	p.Signs, p.Regraded = s.signs(v, x), s.regraded(v, x)
	return s.draw(c, quiz.ReviewPage(p))
}

// afterQuiz is what the learner does next in the course.
func (s *Site) afterQuiz(c *fiber.Ctx, v visit, course *catalog.Course) parts.Link {
	state, err := s.Progress.Of(c.UserContext(), v.actor, v.actor.ID)
	if err != nil {
		return parts.Link{}
	}
	lesson, module := state.Next(course)
	switch {
	case lesson != nil:
		return parts.Link{Text: lesson.Title.In(v.lang), URL: lessonURL(lesson)}
	case module != nil:
		return parts.Link{Text: module.Title.In(v.lang), URL: quizURL(module)}
	default:
		return parts.Link{Text: v.voice.T("nav.learn"), URL: "/learn"}
	}
}

// fillReview fills in the questions, and the clauses on which points were lost. Who took the quiz may doubt a question.
func (s *Site) fillReview(v visit, p *quiz.Review, x attempt.Look, own bool) {
	show := shown{answers: x.Shows.Answers, explanations: x.Shows.Explanations}
	if !x.Shows.Score || !x.Shows.Answers || !x.Shows.Explanations {
		p.Later = rulebook{s, v, x.Rules}.later(x.Shows)
	}
	weak := map[string]bool{}
	for i, m := range x.Marked {
		item := quiz.Item{Number: i + 1, Marked: s.marked(v, m, show), Made: s.appealState(v, m)}
		if own && show.answers && m.Appeal == nil {
			item.Appeal = &quiz.Appeal{URL: "/attempts/" + x.ID + "/appeals", Question: m.Question.ID}
		}
		if x.Rules.Certainty && show.answers && m.Certainty > 0 && !m.Pending {
			item.Certainty = s.certain(v, m)
		}
		for _, chip := range item.Clauses {
			if m.Points < grading.Full && !m.Pending && !m.Void && !weak[chip.ID] {
				weak[chip.ID] = true
				p.Weak = append(p.Weak, chip)
			}
		}
		if m.Points >= grading.Full && !m.Pending {
			p.Right++
		}
		if n := len(p.Sections); n > 0 && m.Question.Case != nil && i > 0 && x.Marked[i-1].Question.Case == m.Question.Case {
			p.Sections[n-1].Items = append(p.Sections[n-1].Items, item)
		} else {
			p.Sections = append(p.Sections, quiz.Section{Case: caseOf(v, m.Question), Items: []quiz.Item{item}})
		}
	}
}

// certain says what the certainty of an answer brought.
func (s *Site) certain(v visit, m attempt.Marked) string {
	name := v.voice.T("quiz.sure_" + strconv.Itoa(m.Certainty))
	points, err := grading.ByCertainty(m.Points, grading.Certainty(m.Certainty))
	if err != nil {
		return name
	}
	return v.voice.T("review.certainty", "name", name, "points", hundredths(points))
}

// hundredths writes points with their sign: +2, −6, +1.5.
func hundredths(n int) string {
	sign := "+"
	switch {
	case n < 0:
		sign, n = "−", -n
	case n == 0:
		sign = ""
	}
	out := strconv.Itoa(n / grading.Full)
	if rest := n % grading.Full; rest > 0 {
		out += "." + strconv.Itoa(rest)
		if rest < 10 {
			out = strconv.Itoa(n/grading.Full) + ".0" + strconv.Itoa(rest)
		}
	}
	return sign + out
}
