package site

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"tongguan/quizzes/attempt"
	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
	"tongguan/server/base/fault"
	"tongguan/web/pages/quiz"
)

// sitting is an attempt while it is answered.
type sitting struct{ attempt.Sitting }

func (s *Site) sit(c *fiber.Ctx, v visit) (sitting, error) {
	x, err := s.Attempts.Sit(c.UserContext(), v.actor, c.Params("id"))
	return sitting{x}, err
}

// question shows an open attempt: one question of it, or all.
func (s *Site) question(c *fiber.Ctx, v visit) error {
	x, err := s.sit(c, v)
	if err != nil {
		return err
	}
	if x.State == attempt.Closed {
		return redirect(c, "/attempts/"+x.ID+"/review")
	}
	if x.through() {
		return redirect(c, "/attempts/"+x.ID+"/submit")
	}
	n, err := strconv.Atoi(c.Query("q"))
	if err != nil || n < 1 || n > len(x.Questions) || !x.way(n) {
		n = x.next()
	}
	return s.drawSheet(c, v, x, sheetOf{here: n})
}

// sheetOf is which part of a paper is drawn, and what was typed that could not be kept.
type sheetOf struct {
	here    int // the number of the question that is shown
	entered map[string]fields
	causes  map[string]error // by question; "" for what belongs to none
}

func (s *Site) drawSheet(c *fiber.Ctx, v visit, x sitting, of sheetOf) error {
	whole := !x.Rules.AllOnOne && !x.Rules.Forward && x.Rules.Answers != bank.AtOnce
	p := quiz.Sheet{Frame: s.withQuiz(s.frame(c, v, s.moduleTitle(v, x.Module))), Running: s.running(v, x), Title: s.moduleTitle(v, x.Module),
		Count: len(x.Questions), Answered: x.Answered, AllOnOne: x.Rules.AllOnOne, Forward: x.Rules.Forward, AtOnce: x.Rules.Answers == bank.AtOnce, Whole: whole}
	p.Map, p.Wide = x.dots(of.here), slices.ContainsFunc(x.Questions, func(q *bank.Question) bool { return q.Case != nil })
	if x.Rules.AllOnOne {
		p.Map = x.anchors()
	}
	if cause := of.causes[""]; cause != nil {
		p.Problem = s.sentence(v, cause)
	}
	every := x.Rules.AllOnOne || whole && c.Query("sheet") == "all"
	for i, q := range x.Questions {
		if !every && i+1 != of.here {
			continue
		}
		a, err := s.askOf(c, v, x, i, of)
		if err != nil {
			return err
		}
		if n := len(p.Groups); x.Rules.AllOnOne && n > 0 && q.Case != nil && i > 0 && x.Questions[i-1].Case == q.Case {
			p.Groups[n-1].Asks = append(p.Groups[n-1].Asks, a)
		} else {
			p.Groups = append(p.Groups, quiz.Group{Case: caseOf(v, q), Asks: []quiz.Ask{a}})
		}
	}
	for _, cause := range of.causes {
		setStatus(c, cause)
	}
	return s.draw(c, quiz.SheetPage(p))
}

// askOf is one question of the paper, with what was answered or typed.
func (s *Site) askOf(c *fiber.Ctx, v visit, x sitting, i int, of sheetOf) (quiz.Ask, error) {
	q, item, g := x.Questions[i], x.Paper[i], x.Answers[x.Questions[i].ID]
	f, typed := of.entered[q.ID]
	if !typed {
		f = fieldsOf(q, g.Chosen)
	}
	a := quiz.Ask{Body: s.asked(v, q, item, f), Number: i + 1, Here: i+1 == of.here, Seq: g.Seq, Last: i+1 == len(x.Questions), HasPrev: i > 0 && !x.Rules.Forward}
	a.Count = v.voice.T("quiz.number", "n", i+1, "count", len(x.Questions))
	if x.Rules.AllOnOne {
		a.Prefix, a.Mark = strconv.Itoa(i+1)+".", fmt.Sprintf("q%d", i+1)
	}
	if x.Rules.Certainty && q.Type != grading.Open {
		sure, err := strconv.Atoi(f.one("certainty"))
		if err != nil {
			sure = g.Certainty
		}
		a.Certainty = certainty(v, sure)
	}
	if cause := of.causes[q.ID]; cause != nil {
		a.Problem = s.sentence(v, cause)
	} else if g.Saved > 0 && !typed {
		a.Saved = time.UnixMilli(g.Saved).In(s.Zone).Format(time.TimeOnly)
	}
	if a.Problem == "" && typedNumber(q) && !attempt.Legible(q, item.Params, g.Chosen) {
		a.Problem = v.voice.T("quiz.no_number")
	}
	if g.Final && x.Rules.Answers == bank.AtOnce {
		m, err := s.Attempts.Final(c.UserContext(), v.actor, x.ID, q.ID)
		if err != nil {
			return a, err
		}
		result := s.marked(v, m, shown{answers: true, explanations: x.Rules.Shown(x.Rules.Explain, s.now())})
		a.Final = &result
	}
	return a, nil
}

func (s *Site) running(v visit, x sitting) quiz.Running {
	return quiz.Running{Attempt: x.ID, Person: v.actor.ID, Base: "/attempts/" + x.ID, Due: x.Due, Now: s.Clock.Now(), DueText: s.hour(x.Due), Seq: x.Seq}
}

// way says whether there is a way to a question: without a way back only to the first that was not left.
func (x sitting) way(n int) bool { return !x.Rules.Forward || n == x.next() && !x.through() }

// next is the number of the question to go on with: the first without an answer, or that was not left.
func (x sitting) next() int {
	for i, item := range x.Paper {
		if g := x.Answers[item.Question]; !g.Final && (x.Rules.Forward || len(g.Chosen) == 0) {
			return i + 1
		}
	}
	return len(x.Paper)
}

// through says whether every question was left, where there is no way back.
func (x sitting) through() bool {
	return x.Rules.Forward && !slices.ContainsFunc(x.Paper, func(i bank.Item) bool { return !x.Answers[i.Question].Final })
}

func (x sitting) dots(current int) []quiz.Dot {
	out := make([]quiz.Dot, len(x.Paper))
	for i, item := range x.Paper {
		out[i] = quiz.Dot{Number: i + 1, Question: item.Question, Answered: len(x.Answers[item.Question].Chosen) > 0, Current: i+1 == current}
		if !x.Rules.Forward {
			out[i].URL = fmt.Sprintf("/attempts/%s?q=%d", x.ID, i+1)
		}
	}
	return out
}

// anchors lead to the questions of one page.
func (x sitting) anchors() []quiz.Dot {
	out := x.dots(0)
	for i := range out {
		out[i].URL = fmt.Sprintf("#q%d", i+1)
	}
	return out
}

// answer keeps what a form answers, and goes on. An attempt that closed meanwhile leads to its review.
func (s *Site) answer(c *fiber.Ctx, v visit) error {
	x, err := s.sit(c, v)
	if err != nil {
		return err
	}
	if x.State == attempt.Closed {
		return s.tooLate(c, fault.New(fault.Conflict, "quiz.closed"))
	}
	of := sheetOf{here: 1, entered: map[string]fields{}, causes: map[string]error{}}
	if c.FormValue("all") == "" {
		if of.here, err = strconv.Atoi(c.FormValue("q")); err != nil || of.here < 1 || of.here > len(x.Paper) {
			return fault.New(fault.Invalid, "error.form_stale")
		}
		s.take(c, v, x, c.FormValue("question"), "", &of)
	} else {
		for i, item := range x.Paper {
			s.take(c, v, x, item.Question, strconv.Itoa(i+1)+".", &of)
		}
	}
	for _, q := range slices.Sorted(maps.Keys(of.causes)) {
		switch cause := of.causes[q]; fault.KindOf(cause) {
		case fault.Conflict:
			return s.tooLate(c, cause)
		case fault.Invalid, fault.Busy:
		default:
			return cause
		}
	}
	if len(of.causes) > 0 {
		return s.answeredNot(c, v, x, of)
	}
	return s.answered(c, v, x, of.here)
}

// answeredNot says why an answer was not kept, beside the question. Where there is no way back it is the one that is on, whatever
// the form says: a slip must show none that was left and none to come.
func (s *Site) answeredNot(c *fiber.Ctx, v visit, x sitting, of sheetOf) error {
	if x.through() {
		return redirect(c, "/attempts/"+x.ID+"/submit")
	}
	if !x.way(of.here) {
		of.here = x.next()
	}
	return s.drawSheet(c, v, x, of)
}

// tooLate leads to where the attempt stands now, and says why an answer was not kept.
func (s *Site) tooLate(c *fiber.Ctx, cause error) error {
	s.flash(c, "bad", fault.Of(cause).Key)
	return redirect(c, "/attempts/"+c.Params("id"))
}

// take keeps the answer to one question. What is as it was is not written again; nothing is written of a
// question that was never answered. What cannot be kept is remembered with the reason.
func (s *Site) take(c *fiber.Ctx, v visit, x sitting, id, prefix string, of *sheetOf) {
	f := formFields(c, prefix)
	refuse := func(err error) { of.entered[id], of.causes[id] = f, err }
	i := slices.IndexFunc(x.Questions, func(q *bank.Question) bool { return q.ID == id })
	if i < 0 {
		of.causes[""] = fault.New(fault.Invalid, "quiz.not_on_paper")
		return
	}
	q, before := x.Questions[i], x.Answers[id]
	chosen, err := response(q, f)
	if err != nil {
		refuse(err)
		return
	}
	if len(chosen) == 0 && c.FormValue("go") == "final" {
		refuse(fault.New(fault.Invalid, "quiz.final_needs"))
		return
	}
	sure, _ := strconv.Atoi(f.one("certainty")) // none is 0
	if before.Final || len(chosen) == 0 && before.Saved == 0 {
		return
	}
	if prefix != "" && slices.Equal(chosen, before.Chosen) && sure == before.Certainty {
		return
	}
	out, err := s.Attempts.Save(c.UserContext(), v.actor, x.ID, []attempt.Packet{{Question: id, Chosen: chosen, Certainty: sure}})
	if err == nil {
		err = out[0].Reason
	}
	if err == nil && typedNumber(q) && !attempt.Legible(q, x.Paper[i].Params, chosen) {
		err = fault.New(fault.Invalid, "quiz.no_number") // it is kept, but earns nothing as it is
	}
	if err != nil {
		refuse(err)
	}
}

// answered goes on after an answer was kept.
func (s *Site) answered(c *fiber.Ctx, v visit, x sitting, number int) error {
	where := c.FormValue("go")
	if where == "final" || x.Rules.Forward && where == "next" {
		if _, err := s.Attempts.Final(c.UserContext(), v.actor, x.ID, c.FormValue("question")); fault.KindOf(err) == fault.Conflict && err != nil {
			return s.tooLate(c, err)
		} else if err != nil {
			return err
		}
	}
	if where == "final" {
		where = "stay"
	}
	if c.FormValue("all") != "" && where != "overview" {
		s.flash(c, "good", "quiz.saved_all")
	}
	return redirect(c, afterAnswer(x.ID, number, where, len(x.Paper)))
}

// afterAnswer is where an answer leads: to the next question, the one before, one by its number, or, after
// the last, to the overview.
func afterAnswer(id string, number int, where string, count int) string {
	switch {
	case where == "prev":
		number--
	case where == "overview", where != "stay" && number >= count:
		return "/attempts/" + id + "/submit"
	case where != "stay":
		number++
	}
	return fmt.Sprintf("/attempts/%s?q=%d", id, max(1, number))
}

// submitOverview shows what is answered and what is not, before it cannot be changed any more.
func (s *Site) submitOverview(c *fiber.Ctx, v visit) error {
	x, err := s.sit(c, v)
	if err != nil {
		return err
	}
	base := "/attempts/" + x.ID
	if x.State == attempt.Closed {
		return redirect(c, base+"/review")
	}
	title := s.moduleTitle(v, x.Module)
	_, until := x.Rules.Window(s.Zone)
	p := quiz.Overview{Frame: s.withQuiz(s.frame(c, v, title)), Running: s.running(v, x), Title: title, Map: x.dots(0), Answered: x.Answered, Count: len(x.Paper),
		Shows: rulebook{s, v, x.Rules}.shows(until.UnixMilli())}
	if !x.through() {
		p.Back = fmt.Sprintf("%s?q=%d", base, x.next())
	}
	for _, q := range x.Questions {
		if q.Type == grading.Open {
			p.Open++
		}
	}
	return s.draw(c, quiz.OverviewPage(p))
}

func (s *Site) submit(c *fiber.Ctx, v visit) error {
	if err := s.Attempts.Submit(c.UserContext(), v.actor, c.Params("id")); err != nil {
		return err
	}
	return redirect(c, "/attempts/"+c.Params("id")+"/review")
}
