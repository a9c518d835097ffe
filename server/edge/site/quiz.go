package site

import (
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/catalog"
	"tongguan/courses/progress"
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
	if clause, ok := bank.DeltaClause(c.Params("course") + "/" + c.Params("module")); ok {
		return s.toDuty(c, v, clause)
	}
	return s.intro(c, v, nil)
}

// intro shows them, with the reason why the quiz was not begun, if there is one.
func (s *Site) intro(c *fiber.Ctx, v visit, cause error) error {
	course, m, err := s.module(c)
	if err != nil {
		return err
	}
	x, err := s.Attempts.Prepare(c.UserContext(), v.actor, m.Key())
	if err != nil {
		return err
	}
	state, err := s.Progress.Of(c.UserContext(), v.actor, v.actor.ID)
	if err != nil {
		return err
	}
	t := rulebook{s, v, x.Rules}
	p := quiz.Intro{Frame: s.frame(c, v, m.Title.In(v.lang)), Go: quizURL(m), Facts: t.facts(x), Rules: t.rules(x), Declaration: x.Rules.Declaration.In(v.lang),
		Open: x.Open != "", Counts: t.counts(),
		Course: parts.Link{Text: course.Title.In(v.lang), URL: "/courses/" + course.ID},
		Module: parts.Link{Text: m.Title.In(v.lang), URL: "/courses/" + course.ID + "#" + m.ID}}
	if x.Rules.Certainty {
		p.Certainty = t.certainties()
	}
	if x.Why != nil {
		p.Why = t.why(x)
	}
	if cause != nil {
		p.Problem = s.sentence(v, cause)
		setStatus(c, cause)
	}
	p.Unread = unread(v, m, state)
	for _, a := range x.Past {
		if a.ID == x.Open {
			p.OpenUntil = s.hour(a.Due)
		}
		p.Past = append(p.Past, s.pastAttempt(v, x, a))
	}
	return s.draw(c, quiz.IntroPage(p))
}

// unread are the lessons of a module that are not finished.
func unread(v visit, m *catalog.Module, state progress.State) (out []parts.Link) {
	for _, l := range m.Lessons {
		if _, done := state.Finished[l.Key()]; !done {
			out = append(out, parts.Link{Text: l.Title.In(v.lang), URL: lessonURL(l)})
		}
	}
	return out
}

func (s *Site) pastAttempt(v visit, x attempt.Prospect, a attempt.Attempt) quiz.Past {
	out := quiz.Past{URL: "/attempts/" + a.ID, When: v.voice.DateTime(a.Started, s.Zone), Closed: a.State == attempt.Closed, Passed: a.Passed, Pending: a.Pending > 0}
	if out.Closed {
		out.URL += "/review"
		best := a.Hidden && x.Rules.Counts == bank.Best // to say which one is best would tell of their scores
		out.Counts = x.Counting != nil && x.Counting.ID == a.ID && len(x.Past) > 1 && !best
		if a.Settled() && !a.Hidden {
			out.Score = v.voice.Percent(a.Score)
		}
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
	if err != nil && again(err) {
		return s.intro(c, v, err)
	}
	if err != nil {
		return err
	}
	return redirect(c, "/attempts/"+id)
}

// hour writes a moment of today, "15:04".
func (s *Site) hour(ms int64) string { return time.UnixMilli(ms).In(s.Zone).Format("15:04") }

// now is the moment in local time of the company, in which windows are written.
func (s *Site) now() time.Time { return time.UnixMilli(s.Clock.Now()).In(s.Zone) }

func (s *Site) moduleTitle(v visit, key string) string {
	if m := s.Catalog.Current().Module(key); m != nil {
		return m.Title.In(v.lang)
	}
	if clause, ok := bank.DeltaClause(key); ok {
		return v.voice.T("amendment.quiz", "clause", clause+" "+s.chip(v, clause).Title)
	}
	return key // a module that is taught no more
}

func (s *Site) chip(v visit, id string) parts.Chip {
	out := parts.Chip{ID: id, URL: "/policy/" + id}
	if cl := s.Catalog.Current().Clause(id); cl != nil {
		out.Title = s.wording(cl).Title.In(v.lang)
	}
	return out
}

// rulebook says the rules of a quiz in plain words.
type rulebook struct {
	*Site
	visit
	of bank.Rules
}

func (t rulebook) facts(x attempt.Prospect) []quiz.Fact {
	say := t.voice.T
	minutes := quiz.Fact{Label: say("quiz.fact_minutes"), Value: say("quiz.minutes", "n", x.Minutes)}
	if x.Extra > 0 {
		minutes.Note = say("quiz.fact_extra", "percent", t.voice.Percent(x.Extra*100))
	}
	out := []quiz.Fact{
		{Label: say("quiz.fact_questions"), Value: say("quiz.questions", "n", t.of.Draw)},
		minutes,
		{Label: say("quiz.fact_pass"), Value: t.voice.Percent(t.of.Pass)},
	}
	if x.Left >= 0 {
		out = append(out, quiz.Fact{Label: say("quiz.fact_left"), Value: say("quiz.times", "n", x.Left), Note: say("quiz.fact_of", "n", t.of.Attempts)})
	}
	return out
}

// rules tells all of them, by subject.
func (t rulebook) rules(x attempt.Prospect) []quiz.Rules {
	say := t.voice.T
	how := []string{say("quiz.rule_drawn")}
	switch {
	case t.of.Answers == bank.AtOnce:
		how = append(how, say("quiz.rule_at_once"))
	case t.of.AllOnOne:
		how = append(how, say("quiz.rule_all"))
	case !t.of.Forward:
		how = append(how, say("quiz.rule_one"))
	}
	if t.of.Forward {
		how = append(how, say("quiz.rule_forward"))
	}
	how = append(how, say("quiz.rule_saved"), say("quiz.rule_time"))
	counts := []string{t.counts()}
	if t.of.Wait > 0 && (x.Left != 0 || t.of.Attempts == 0) {
		counts = append(counts, say("quiz.rule_wait", "time", t.span(t.of.Wait)))
	}
	if w := t.window(x); w != "" {
		counts = append(counts, w)
	}
	if !t.of.Certainty {
		counts = append(counts, say("quiz.rule_multiple"))
	}
	return []quiz.Rules{
		{Title: say("quiz.rules_how"), Lines: how},
		{Title: say("quiz.rules_counts"), Lines: counts},
		{Title: say("quiz.rules_after"), Lines: t.shows(x.Until)},
		{Title: say("quiz.rules_seen"), Lines: []string{say("quiz.rule_seen"), say("quiz.rule_watch")}},
	}
}

// counts says which of several attempts counts.
func (t rulebook) counts() string {
	switch {
	case t.of.Attempts == 1:
		return t.voice.T("quiz.counts_only")
	case t.of.Counts == bank.Latest:
		return t.voice.T("quiz.counts_latest")
	case t.of.Counts == bank.First:
		return t.voice.T("quiz.counts_first")
	}
	return t.voice.T("quiz.counts_best")
}

// span writes a stretch of time in days, hours or minutes.
func (t rulebook) span(d time.Duration) string {
	switch {
	case d >= 48*time.Hour && d%(24*time.Hour) == 0:
		return t.voice.T("quiz.days", "n", int(d/(24*time.Hour)))
	case d >= time.Hour && d%time.Hour == 0:
		return t.voice.T("quiz.hours", "n", int(d/time.Hour))
	}
	return t.voice.T("quiz.minutes", "n", int(d/time.Minute))
}

func (t rulebook) window(x attempt.Prospect) string {
	from, until := t.voice.DateTime(x.From, t.Zone), t.voice.DateTime(x.Until, t.Zone)
	switch {
	case x.From > 0 && x.Until > 0:
		return t.voice.T("quiz.rule_window", "from", from, "until", until)
	case x.Until > 0:
		return t.voice.T("quiz.rule_until", "until", until)
	case x.From > 0:
		return t.voice.T("quiz.rule_from", "from", from)
	}
	return ""
}

// shows says what is shown when; what is shown at the same moment is said in one breath.
func (t rulebook) shows(until int64) []string {
	var out []string
	moments := []bank.When{bank.AtOnce, bank.Submission, bank.AfterAll, bank.Never}
	for _, moment := range moments {
		var what []string
		for _, w := range []struct {
			of   bank.When
			name string
		}{{t.of.Score, "quiz.show_score"}, {t.of.Answers, "quiz.show_answers"}, {t.of.Explain, "quiz.show_explanations"}} {
			if w.of == moment {
				what = append(what, t.voice.T(w.name))
			}
		}
		if len(what) > 0 {
			out = append(out, t.voice.T("quiz.show_"+string(moment), "what", t.list(what), "until", t.voice.DateTime(until, t.Zone)))
		}
	}
	return out
}

// later says what of a closed attempt is not shown yet, or never.
func (t rulebook) later(now attempt.Shows) []string {
	hidden := t
	for _, w := range []struct {
		shown bool
		of    *bank.When
	}{{now.Score, &hidden.of.Score}, {now.Answers, &hidden.of.Answers}, {now.Explanations, &hidden.of.Explain}} {
		if w.shown {
			*w.of = "" // no more to be said
		}
	}
	return hidden.shows(now.Later)
}

// list joins things as a sentence does: a, b and c.
func (t rulebook) list(what []string) string {
	out := what[0]
	for i, w := range what[1:] {
		join := "quiz.and"
		if i+2 < len(what) {
			join = "roleplay.comma"
		}
		out += t.voice.T(join) + w
	}
	return out
}

// why says why the quiz cannot be begun now, and from when it can.
func (t rulebook) why(x attempt.Prospect) string {
	text := t.sentence(t.visit, x.Why)
	if x.NextAt > t.Clock.Now() {
		text += t.voice.T("quiz.next_at", "when", t.voice.DateTime(x.NextAt, t.Zone))
	}
	return text
}

func (t rulebook) certainties() []quiz.Sure {
	out := make([]quiz.Sure, 3)
	for i := range out {
		n := i + 1
		out[i] = quiz.Sure{Name: t.voice.T(fmt.Sprintf("quiz.sure_%d", n)), Right: fmt.Sprintf("+%d", n), Wrong: t.voice.Number(int64([]int{0, -2, -6}[i]))}
	}
	return out
}
