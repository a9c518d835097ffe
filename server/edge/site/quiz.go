package site

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/catalog"
	"tongguan/quizzes/attempt"
	"tongguan/quizzes/bank"
	"tongguan/server/base/fault"
	"tongguan/web/pages/quiz"
	"tongguan/web/parts"
)

// module finds the module and the course that the address names.
func (s *Site) module(c *fiber.Ctx) (*catalog.Course, *catalog.Module, error) {
	cat := s.Catalog.Current()
	course, m := cat.Course(c.Params("course")), cat.Module(c.Params("course")+"/"+c.Params("module"))
	if course == nil || m == nil {
		return nil, nil, fault.New(fault.Missing, "error.missing")
	}
	return course, m, nil
}

func lessonURL(l *catalog.Lesson) string { return "/courses/" + l.Key() }
func quizURL(m *catalog.Module) string   { return "/courses/" + m.Key() + "/quiz" }

// quizIntro shows the rules of a quiz and the attempts made so far.
func (s *Site) quizIntro(c *fiber.Ctx, v visit) error {
	course, m, err := s.module(c)
	if err != nil {
		return err
	}
	set := s.Bank.Current().Set(m.Key())
	if set == nil {
		return fault.New(fault.Missing, "error.missing")
	}
	past, err := s.Attempts.Of(c.UserContext(), v.actor, v.actor.ID, m.Key())
	if err != nil {
		return err
	}
	state, err := s.Progress.Of(c.UserContext(), v.actor, v.actor.ID)
	if err != nil {
		return err
	}
	p := quiz.Intro{Frame: s.frame(c, v, m.Title.In(v.lang)), Questions: set.Draw, Minutes: set.Minutes, Pass: v.voice.Percent(set.Pass),
		Course: parts.Link{Text: course.Title.In(v.lang), URL: "/courses/" + course.ID},
		Module: parts.Link{Text: m.Title.In(v.lang), URL: "/courses/" + course.ID + "#" + m.ID}, Go: quizURL(m)}
	for _, l := range m.Lessons {
		if _, done := state.Finished[l.Key()]; !done {
			p.Unread = append(p.Unread, parts.Link{Text: l.Title.In(v.lang), URL: lessonURL(l)})
		}
	}
	for _, a := range past {
		p.Open = p.Open || a.State == attempt.Open && a.Due > s.Clock.Now()
		p.Past = append(p.Past, s.pastAttempt(v, a))
	}
	return s.draw(c, quiz.IntroPage(p))
}

func (s *Site) pastAttempt(v visit, a attempt.Attempt) quiz.Past {
	out := quiz.Past{URL: "/attempts/" + a.ID, When: v.voice.DateTime(a.Started, s.Zone), Closed: a.State == attempt.Closed, Passed: a.Passed}
	if out.Closed {
		out.URL, out.Score = out.URL+"/review", v.voice.Percent(a.Score)
	}
	return out
}

// quizStart begins an attempt, or goes on with the one that is open.
func (s *Site) quizStart(c *fiber.Ctx, v visit) error {
	_, m, err := s.module(c)
	if err != nil {
		return err
	}
	id, err := s.Attempts.Start(c.UserContext(), v.actor, m.Key(), c.FormValue("accepted") == "1")
	if err != nil {
		return err
	}
	return redirect(c, "/attempts/"+id)
}

// question shows one question of an open attempt.
func (s *Site) question(c *fiber.Ctx, v visit) error {
	sitting, err := s.Attempts.Sit(c.UserContext(), v.actor, c.Params("id"))
	if err != nil {
		return err
	}
	if sitting.State == attempt.Closed {
		return redirect(c, "/attempts/"+sitting.ID+"/review")
	}
	n, err := strconv.Atoi(c.Query("q"))
	if err != nil || n < 1 || n > len(sitting.Questions) {
		n = firstUnanswered(sitting)
	}
	return s.draw(c, quiz.QuestionPage(s.questionPage(c, v, sitting, n)))
}

// firstUnanswered is the number of the question to go on with.
func firstUnanswered(sitting attempt.Sitting) int {
	for i, item := range sitting.Paper {
		if _, done := sitting.Answers[item.Question]; !done {
			return i + 1
		}
	}
	return len(sitting.Paper)
}

func (s *Site) questionPage(c *fiber.Ctx, v visit, sitting attempt.Sitting, n int) quiz.Question {
	q, item, base := sitting.Questions[n-1], sitting.Paper[n-1], "/attempts/"+sitting.ID
	p := quiz.Question{Frame: s.withHTMX(s.frame(c, v, s.moduleTitle(v, sitting.Module))), Title: s.moduleTitle(v, sitting.Module),
		Number: n, Count: len(sitting.Questions), Answered: sitting.Answered, Form: base + "/answers", ID: q.ID, Type: string(q.Type),
		Stem: q.Stem.In(v.lang), Due: sitting.Due, DueText: time.UnixMilli(sitting.Due).In(s.Zone).Format("15:04"),
		Map: dots(sitting, n), Overview: base + "/submit"}
	given := sitting.Answers[q.ID]
	if given.Saved > 0 {
		p.Saved = time.UnixMilli(given.Saved).In(s.Zone).Format(time.TimeOnly)
	}
	for i, o := range inOrder(q, item.Order) {
		p.Options = append(p.Options, quiz.Option{ID: o.ID, Letter: letter(i), Text: s.optionText(v, q, o),
			Chosen: slices.Contains(given.Chosen, o.ID)})
	}
	return p
}

// optionText is what an option says; true and false are words of the interface.
func (s *Site) optionText(v visit, q *bank.Question, o bank.Option) string {
	if text := o.Text.In(v.lang); text != "" {
		return text
	}
	return v.voice.T("quiz.option." + o.ID)
}

func letter(i int) string { return string(rune('A' + i)) }

// inOrder gives the options in the order of the paper.
func inOrder(q *bank.Question, order []string) []bank.Option {
	var out []bank.Option
	for _, id := range order {
		for _, o := range q.Options {
			if o.ID == id {
				out = append(out, o)
			}
		}
	}
	return out
}

func dots(sitting attempt.Sitting, current int) []quiz.Dot {
	out := make([]quiz.Dot, len(sitting.Paper))
	for i, item := range sitting.Paper {
		_, done := sitting.Answers[item.Question]
		out[i] = quiz.Dot{Number: i + 1, URL: fmt.Sprintf("/attempts/%s?q=%d", sitting.ID, i+1), Answered: done, Current: i+1 == current}
	}
	return out
}

func (s *Site) moduleTitle(v visit, key string) string {
	if m := s.Catalog.Current().Module(key); m != nil {
		return m.Title.In(v.lang)
	}
	return key // a module that is taught no more
}

// answer keeps an answer and goes on. An attempt that closed meanwhile leads to its review.
func (s *Site) answer(c *fiber.Ctx, v visit) error {
	id, n := c.Params("id"), c.FormValue("q")
	number, err := strconv.Atoi(n)
	if err != nil {
		return fault.New(fault.Invalid, "error.form_stale")
	}
	chosen := formValues(c, "choice")
	if len(chosen) > 0 {
		_, err = s.Attempts.Answer(c.UserContext(), v.actor, id, c.FormValue("question"), chosen)
	}
	switch {
	case err == nil:
		return redirect(c, afterAnswer(id, number, c.FormValue("go"), c.FormValue("count")))
	case fault.KindOf(err) == fault.Conflict:
		s.flash(c, "bad", "quiz.closed")
		return redirect(c, "/attempts/"+id+"/review")
	case fault.KindOf(err) == fault.Invalid, fault.KindOf(err) == fault.Busy:
		return s.questionAgain(c, v, id, number, chosen, err)
	default:
		return err
	}
}

// afterAnswer is where an answer leads: to the next question, the one before, one by its number, or, after
// the last, to the overview.
func afterAnswer(id string, number int, where, count string) string {
	switch last, _ := strconv.Atoi(count); {
	case where == "prev":
		number--
	case where == "overview", where != "stay" && number == last:
		return "/attempts/" + id + "/submit"
	case where != "stay":
		number++
	}
	return fmt.Sprintf("/attempts/%s?q=%d", id, max(1, number))
}

// questionAgain shows the question with what was chosen and why it could not be saved.
func (s *Site) questionAgain(c *fiber.Ctx, v visit, id string, number int, chosen []string, cause error) error {
	sitting, err := s.Attempts.Sit(c.UserContext(), v.actor, id)
	if err != nil || number < 1 || number > len(sitting.Questions) || sitting.State == attempt.Closed {
		return cause
	}
	p := s.questionPage(c, v, sitting, number)
	for i := range p.Options {
		p.Options[i].Chosen = slices.Contains(chosen, p.Options[i].ID)
	}
	p.Saved, p.Problem = "", s.sentence(v, cause)
	setStatus(c, cause)
	return s.draw(c, quiz.QuestionPage(p))
}

// submitOverview shows what is answered and what is not, before it cannot be changed any more.
func (s *Site) submitOverview(c *fiber.Ctx, v visit) error {
	sitting, err := s.Attempts.Sit(c.UserContext(), v.actor, c.Params("id"))
	if err != nil {
		return err
	}
	base := "/attempts/" + sitting.ID
	if sitting.State == attempt.Closed {
		return redirect(c, base+"/review")
	}
	title := s.moduleTitle(v, sitting.Module)
	return s.draw(c, quiz.OverviewPage(quiz.Overview{Frame: s.frame(c, v, title), Title: title, Map: dots(sitting, 0),
		Answered: sitting.Answered, Count: len(sitting.Paper), Submit: base + "/submit",
		Back:    fmt.Sprintf("%s?q=%d", base, firstUnanswered(sitting)),
		DueText: time.UnixMilli(sitting.Due).In(s.Zone).Format("15:04")}))
}

func (s *Site) submit(c *fiber.Ctx, v visit) error {
	if err := s.Attempts.Submit(c.UserContext(), v.actor, c.Params("id")); err != nil {
		return err
	}
	return redirect(c, "/attempts/"+c.Params("id")+"/review")
}

// review shows a closed attempt with what was right, and why.
func (s *Site) review(c *fiber.Ctx, v visit) error {
	look, err := s.Attempts.Review(c.UserContext(), v.actor, c.Params("id"))
	if fault.KindOf(err) == fault.Conflict {
		return redirect(c, "/attempts/"+c.Params("id"))
	}
	if err != nil {
		return err
	}
	a, marked := look.Attempt, look.Marked
	p := quiz.Review{Frame: s.frame(c, v, s.moduleTitle(v, a.Module)), Score: v.voice.Percent(a.Score), Pass: v.voice.Percent(a.Pass),
		Percent: a.Score / 100, Passed: a.Passed, When: v.voice.DateTime(a.Closed, s.Zone), Count: len(marked),
		Again: "/courses/" + a.Module + "/quiz", Version: a.SetHash[:8]}
	if m := s.Catalog.Current().Module(a.Module); m != nil {
		course := s.Catalog.Current().Course(m.Course)
		p.Course = parts.Link{Text: course.Title.In(v.lang), URL: "/courses/" + course.ID}
		p.Module = parts.Link{Text: m.Title.In(v.lang), URL: "/courses/" + course.ID + "#" + m.ID}
		p.Next = s.afterQuiz(c, v, course)
	}
	if a.Person != v.actor.ID {
		names, err := s.People.Names(c.UserContext(), []string{a.Person})
		if err != nil {
			return err
		}
		p.Person, p.Next = names[a.Person], parts.Link{}
	}
	s.fillReview(v, &p, marked)
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

func (s *Site) fillReview(v visit, p *quiz.Review, marked []attempt.Marked) {
	weak := map[string]bool{}
	for i, m := range marked {
		item := quiz.Item{Number: i + 1, Stem: m.Question.Stem.In(v.lang), Explanation: m.Question.Explanation.In(v.lang),
			Points: m.Points, Answered: len(m.Chosen) > 0}
		for n, o := range inOrder(m.Question, m.Item.Order) {
			item.Options = append(item.Options, quiz.ReviewOption{Letter: letter(n), Text: s.optionText(v, m.Question, o),
				Why: o.Why.In(v.lang), Chosen: slices.Contains(m.Chosen, o.ID), Right: o.Right})
		}
		for _, id := range m.Question.Clauses {
			chip := s.chip(v, id)
			item.Clauses = append(item.Clauses, chip)
			if m.Points < 100 && !weak[id] {
				weak[id] = true
				p.Weak = append(p.Weak, chip)
			}
		}
		if m.Points == 100 {
			p.Right++
		}
		p.Items = append(p.Items, item)
	}
}

func (s *Site) chip(v visit, id string) parts.Chip {
	out := parts.Chip{ID: id, URL: "/policy/" + id}
	if cl := s.Catalog.Current().Clause(id); cl != nil {
		out.Title = cl.Title.In(v.lang)
	}
	return out
}
