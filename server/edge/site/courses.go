package site

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/catalog"
	"tongguan/courses/progress"
	"tongguan/quizzes/attempt"
	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
	"tongguan/server/base/fault"
	"tongguan/web/pages/courses"
	"tongguan/web/parts"
)

// courses shows the catalogue.
func (s *Site) courses(c *fiber.Ctx, v visit) error {
	state, err := s.Progress.Of(c.UserContext(), v.actor, v.actor.ID)
	if err != nil {
		return err
	}
	p := courses.List{Frame: s.frame(c, v, v.voice.T("courses.title"))}
	for _, k := range s.Catalog.Current().Courses {
		m := state.Course(k)
		card := courses.Card{Chapter: k.Chapter, Title: k.Title.In(v.lang), Summary: k.Summary.In(v.lang), URL: "/courses/" + k.ID,
			Modules: len(k.Modules), Percent: m.Percent(), Begun: m.Done > 0}
		for _, one := range k.Modules {
			card.Lessons, card.Minutes = card.Lessons+len(one.Lessons), card.Minutes+one.Minutes
		}
		p.Cards = append(p.Cards, card)
	}
	return s.draw(c, courses.ListPage(p))
}

// course shows one course with its modules.
func (s *Site) course(c *fiber.Ctx, v visit) error {
	k := s.Catalog.Current().Course(c.Params("course"))
	if k == nil {
		return fault.New(fault.Missing, "error.missing")
	}
	state, err := s.Progress.Of(c.UserContext(), v.actor, v.actor.ID)
	if err != nil {
		return err
	}
	assigned, err := s.Training.For(c.UserContext(), v.actor.ID, v.actor.Team)
	if err != nil {
		return err
	}
	m := state.Course(k)
	p := courses.One{Frame: s.withOffline(s.frame(c, v, k.Title.In(v.lang)), v), Chapter: k.Chapter, Heading: k.Title.In(v.lang), Summary: k.Summary.In(v.lang),
		Percent: m.Percent(), Done: m.Done, Steps: m.Steps}
	for _, a := range assigned {
		if a.Course == k.ID && a.Due != "" && !m.Complete() {
			days, _ := s.daysUntil(a.Due)
			p.Due, p.Overdue = s.dueText(v, a.Due), days < 0
		}
	}
	p.Continue, p.ContinueIsQuiz = continuation(v, state, k)
	for _, one := range k.Modules {
		p.Minutes += one.Minutes
		if one.Stage != "" && p.Rail == nil {
			rail := s.rail(v, state)
			p.Rail = &rail
		}
		shown, err := s.courseModule(c, v, state, one, p.Continue.URL)
		if err != nil {
			return err
		}
		p.Modules = append(p.Modules, shown)
	}
	return s.draw(c, courses.OnePage(p))
}

func (s *Site) courseModule(c *fiber.Ctx, v visit, state progress.State, m *catalog.Module, next string) (out courses.Module, err error) {
	out = courses.Module{ID: m.ID, Print: "/courses/" + m.Key() + "/print", Title: m.Title.In(v.lang), Summary: m.Summary.In(v.lang), Stage: m.Stage, Minutes: m.Minutes,
		Percent: state.Module(m).Percent()}
	for _, id := range m.Clauses {
		out.Clauses = append(out.Clauses, s.chip(v, id))
	}
	for _, l := range m.Lessons {
		f, done := state.Finished[l.Key()]
		out.Lessons = append(out.Lessons, courses.Lesson{Title: l.Title.In(v.lang), URL: lessonURL(l), Minutes: l.Minutes,
			Done: done, Stale: done && stale(l, f.Hash), Current: lessonURL(l) == strings.Split(next, "#")[0]})
	}
	if set := s.Bank.Current().Set(m.Key()); set != nil {
		out.QuizURL, out.Questions, out.Ready = quizURL(m), set.Draw, quizURL(m) == next
	}
	if passed, ok := state.Passed[m.Key()]; ok {
		out.Score, err = s.passedScore(c, v, v.actor.ID, m.Key(), passed)
	}
	return out, err
}

// stale says whether what was finished is no present version of the lesson, in either language.
func stale(l *catalog.Lesson, hash string) bool {
	return hash != l.Page("zh").Hash && hash != l.Page("en").Hash
}

// lesson shows one lesson.
func (s *Site) lesson(c *fiber.Ctx, v visit) error {
	course, m, l, err := s.theLesson(c)
	if err != nil {
		return err
	}
	state, err := s.Progress.Of(c.UserContext(), v.actor, v.actor.ID)
	if err != nil {
		return err
	}
	if state.Last[l.Course] != l.Key() {
		s.Progress.Visit(v.actor, l)
	}
	page := l.Page(v.lang)
	p := courses.Reading{Frame: s.withReading(s.frame(c, v, l.Title.In(v.lang)), v), Heading: l.Title.In(v.lang), Minutes: l.Minutes,
		Course: parts.Link{Text: course.Title.In(v.lang), URL: "/courses/" + course.ID},
		Module: parts.Link{Text: m.Title.In(v.lang), URL: "/courses/" + course.ID + "#" + m.ID},
		Number: slices.Index(m.Lessons, l) + 1, Count: len(m.Lessons), Finish: lessonURL(l) + "/finish", Version: page.Hash[:min(8, len(page.Hash))]}
	if f, ok := state.Finished[l.Key()]; ok {
		p.Finished, p.Stale = v.voice.Date(f.At, s.Zone), stale(l, f.Hash)
	}
	for _, id := range l.Clauses {
		p.Clauses = append(p.Clauses, s.chip(v, id))
	}
	for _, h := range page.TOC {
		p.Contents = append(p.Contents, courses.Heading{ID: h.ID, Text: h.Text, Level: h.Level})
	}
	for _, mark := range page.Terms {
		if t := s.book().Term(mark.Text); t != nil {
			p.Terms = append(p.Terms, courses.Term{Name: t.Term.In(v.lang), Means: t.Means.In(v.lang), URL: "/library/glossary#" + t.ID})
		}
	}
	p.Prev, p.Next, p.NextIsQuiz = s.beside(v, m, l)
	p.Blocks, p.Keeping, p.Resume, p.Print = s.noteLinks(v, l, page, s.blocks(v, l, page)), s.keeping(c, v, m), resume(page, state.Places[l.Key()]), "/courses/"+m.Key()+"/print"
	p.Place, p.Date = lessonURL(l)+"/place", s.Clock.Date(s.Zone)
	if p.Query = queried(c); p.Query != "" {
		p.Hits = marked(p.Blocks, p.Query)
	}
	p.Note = lessonURL(l) + "/note"
	if p.Stale {
		p.Since = lessonURL(l) + "/changes"
	}
	if v.compares() {
		p.Versions = versionsURL(l.Key())
	}
	if v.writes() {
		p.Write = "/desk/write/" + m.Key() + "/" + v.lang
	}
	if slices.ContainsFunc(p.Blocks, func(b courses.Block) bool { return b.Check != nil && len(b.Check.Steps) > 0 }) {
		p.Frame = s.withQuiz(p.Frame) // steps are moved by script
	}
	return s.draw(c, courses.ReadingPage(p))
}

// beside gives what stands before and after a lesson; after the last one of a module comes its quiz.
func (s *Site) beside(v visit, m *catalog.Module, l *catalog.Lesson) (prev, next parts.Link, quiz bool) {
	before, after := s.Catalog.Current().Neighbours(l)
	if before != nil {
		prev = parts.Link{Text: before.Title.In(v.lang), URL: lessonURL(before)}
	}
	if m.Lessons[len(m.Lessons)-1] == l && s.Bank.Current().Set(m.Key()) != nil {
		return prev, parts.Link{Text: v.voice.T("quiz.title", "module", m.Title.In(v.lang)), URL: quizURL(m)}, true
	}
	if after != nil {
		next = parts.Link{Text: after.Title.In(v.lang), URL: lessonURL(after)}
	}
	return prev, next, false
}

// blocks gives the lesson's pieces: HTML and checks.
func (s *Site) blocks(v visit, l *catalog.Lesson, page *catalog.Page) []courses.Block {
	var out []courses.Block
	for _, b := range page.Blocks {
		if b.Check == "" {
			out = append(out, courses.Block{HTML: b.HTML})
			continue
		}
		if check, ok := s.check(v, l, b.Check, fields{}, attempt.Marked{}, nil); ok {
			out = append(out, courses.Block{Check: &check})
		}
	}
	return out
}

// check gives an inline check with what was entered. What is right goes out only with an answer to it.
func (s *Site) check(v visit, l *catalog.Lesson, id string, entered fields, answered attempt.Marked, cause error) (courses.Check, bool) {
	q := s.Bank.Current().Check(id)
	if q == nil {
		return courses.Check{}, false
	}
	out := courses.Check{URL: lessonURL(l) + "/checks/" + id, CSRF: s.csrf(v.token), Body: s.asked(v, q, plainItem(q), entered)}
	out.Mark = "check-" + id + "-ask"
	if answered.Question == q {
		m := s.marked(v, answered, shown{answers: true, explanations: true})
		m.Clauses, m.Lessons = nil, nil // the lesson itself says them
		out.Answered = &m
	}
	if cause != nil {
		out.Problem = s.sentence(v, cause)
	}
	return out, true
}

// plainItem is a question outside of a paper: options in the order of the file, but steps and partners by their
// ids, which say nothing of where they belong.
func plainItem(q *bank.Question) bank.Item {
	item := bank.Item{Question: q.ID, Order: idsOf(q.Options), Gaps: map[string][]string{}}
	if q.Type == grading.Ordering || q.Type == grading.Matching {
		slices.Sort(item.Order)
	}
	if q.Type == grading.Ordering && slices.Equal(item.Order, idsOf(q.Options)) {
		slices.Reverse(item.Order)
	}
	for _, g := range q.Gaps {
		item.Gaps[g.ID] = idsOf(g.Asks.Options)
	}
	return item
}

func idsOf(options []bank.Option) []string {
	out := make([]string, len(options))
	for i, o := range options {
		out[i] = o.ID
	}
	return out
}

// inlineCheck marks an inline check. With htmx only the check is sent back, otherwise the whole lesson.
func (s *Site) inlineCheck(c *fiber.Ctx, v visit) error {
	_, m, err := s.module(c)
	if err != nil {
		return err
	}
	l := s.Catalog.Current().Lesson(m.Key() + "/" + c.Params("lesson"))
	if l == nil {
		return fault.New(fault.Missing, "error.missing")
	}
	q := s.Bank.Current().Check(c.Params("check"))
	if q == nil {
		return fault.New(fault.Missing, "error.missing")
	}
	entered, marked, cause := s.tried(c, v, q)
	if cause != nil && !again(cause) {
		return cause
	}
	check, ok := s.check(v, l, c.Params("check"), entered, marked, cause)
	if !ok {
		return fault.New(fault.Missing, "error.missing")
	}
	f := s.withHTMX(s.frame(c, v, l.Title.In(v.lang)))
	if c.Get("HX-Request") == "true" {
		return s.draw(c, courses.CheckForm(f, check))
	}
	return s.draw(c, courses.CheckPage(courses.Checked{Frame: f, Check: check, Back: parts.Link{Text: l.Title.In(v.lang), URL: lessonURL(l) + "#check-" + check.ID}}))
}

// tried marks what a form answers to an inline check; a form that asks to answer again answers nothing.
func (s *Site) tried(c *fiber.Ctx, v visit, q *bank.Question) (entered fields, m attempt.Marked, cause error) {
	if c.FormValue("again") != "" {
		return fields{}, m, nil
	}
	entered = formFields(c, "")
	chosen, err := response(q, entered)
	switch {
	case err != nil:
		return entered, m, err
	case len(chosen) == 0:
		return entered, m, fault.New(fault.Invalid, "check.choose")
	case typedNumber(q) && !attempt.Legible(q, nil, chosen):
		return entered, m, fault.New(fault.Invalid, "quiz.no_number")
	}
	m, err = s.Attempts.Try(v.actor, q.ID, chosen)
	return entered, m, err
}

// finish records a lesson as finished and goes on to what is next. What was finished without a network comes with a
// request of its own, from a script that wants no page.
func (s *Site) finish(c *fiber.Ctx, v visit) error {
	_, m, err := s.module(c)
	if err != nil {
		return err
	}
	key := m.Key() + "/" + c.Params("lesson")
	if request := c.FormValue("request"); request != "" {
		if err := s.Progress.FinishOffline(c.UserContext(), v.actor, progress.Offline{Lesson: key, Hash: c.FormValue("hash"), Request: request}); err != nil {
			return err
		}
		return c.SendStatus(fiber.StatusNoContent)
	}
	if err := s.Progress.Finish(c.UserContext(), v.actor, key, v.lang); err != nil {
		return err
	}
	l := s.Catalog.Current().Lesson(key)
	s.flash(c, "good", "lesson.done", "title", l.Title.In(v.lang))
	if _, next, _ := s.beside(v, m, l); next.URL != "" {
		return redirect(c, next.URL)
	}
	return redirect(c, "/courses/"+l.Course)
}
