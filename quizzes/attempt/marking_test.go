package attempt

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"tongguan/server/base/access"
	"tongguan/server/base/fault"
)

// The levels of open() by their points.
var levelOf = map[int]int{0: 0, 10: 1, 21: 2, 45: 3, 50: 4}

// marks gives a mark of x + y hundredths.
func (h *house) marks(login, id, question string, x, y int) error {
	return h.GiveMark(ctx, h.who[login], id, question, map[string]int{"x": levelOf[x], "y": levelOf[y]}, "note of "+login)
}

// authors makes four people who may mark.
func (h *house) authors() {
	h.Helper()
	for _, login := range []string{"first", "second", "third", "fourth"} {
		h.add(login, access.Author)
	}
}

// Two marks settle an answer where they are at most ten hundredths apart; the mean is rounded half up.
func TestTwoMarksThatAgree(t *testing.T) {
	each(t, func(h *house) {
		h.quiz("", open("o"))
		h.authors()
		for _, c := range []struct {
			first, second [2]int
			settles       bool
			points        int
		}{
			{[2]int{45, 45}, [2]int{50, 50}, true, 95}, // apart by 10
			{[2]int{50, 50}, [2]int{45, 45}, true, 95},
			{[2]int{0, 10}, [2]int{0, 21}, false, 0}, // by 11
			{[2]int{0, 21}, [2]int{10, 0}, false, 0},
			{[2]int{45, 50}, [2]int{50, 50}, true, 98}, // 97.5
			{[2]int{0, 0}, [2]int{0, 0}, true, 0},
			{[2]int{50, 50}, [2]int{50, 50}, true, 100},
			{[2]int{0, 0}, [2]int{0, 10}, true, 5},
		} {
			id := h.sits("learner", map[string]string{"o": "我写的信"})
			h.do(h.marks("first", id, "o", c.first[0], c.first[1]))
			h.do(h.marks("second", id, "o", c.second[0], c.second[1]))
			r := h.stored(id)
			if (r.Pending == 0) != c.settles || c.settles && *r.Score != c.points*100 {
				h.Errorf("pending %d, score %d, want %+v", r.Pending, r.outline().Score, c)
			}
			if err := h.marks("third", id, "o", 50, 21); (err == nil) == c.settles {
				h.Errorf("a third mark: %v", err)
			}
			if r = h.stored(id); !c.settles && (r.Pending != 0 || *r.Score != 7100) {
				h.Errorf("the third decides: %d pending, %d", r.Pending, r.outline().Score)
			}
		}
	})
}

func TestWhoMayMarkWhat(t *testing.T) {
	each(t, func(h *house) {
		h.quiz("", open("o"), single("q1"), single("q2"))
		h.authors()
		id := h.sits("learner", map[string]string{"o": "我写的信", "q1": "a"})
		own := h.sits("first", map[string]string{"o": "作者自己写的"})
		waits := func(login string, want ...string) {
			h.Helper()
			list, err := h.Waiting(ctx, h.who[login])
			h.do(err)
			got := ""
			for _, w := range list {
				got += fmt.Sprint(w.Attempt, w.Question.ID, w.Turn, " ")
			}
			if got != strings.Join(want, "") {
				h.Errorf("%s may mark %q, want %q", login, got, want)
			}
		}
		waits("first", id+"o1 ")
		waits("second", id+"o1 ", own+"o1 ")
		h.refused(h.marks("first", own, "o", 50, 50), fault.Missing)
		for _, login := range []string{"learner", "manager", "hr", "inspector", "stranger"} {
			h.refused(h.marks(login, id, "o", 50, 50), fault.Missing)
			_, err := h.Marking(ctx, h.who[login], id, "o")
			h.refused(err, fault.Missing)
			_, err = h.Waiting(ctx, h.who[login])
			h.refused(err, fault.Missing)
		}
		for _, question := range []string{"q1", "q2", "nothing"} {
			h.refused(h.marks("first", id, question, 50, 50), fault.Missing)
		}
		h.do(h.marks("first", id, "o", 50, 50))
		h.refused(h.marks("first", id, "o", 50, 50), fault.Conflict)
		waits("first")
		waits("third", id+"o2 ", own+"o1 ")
		sheet, err := h.Marking(ctx, h.who["second"], id, "o")
		h.do(err)
		if sheet.Text != "我写的信" || sheet.Turn != 2 || len(sheet.Others) != 0 {
			h.Errorf("the second sees %+v", sheet)
		}
		h.do(h.marks("second", id, "o", 0, 0))
		sheet, err = h.Marking(ctx, h.who["third"], id, "o")
		h.do(err)
		if len(sheet.Others) != 2 || sheet.Others[0].Points != 100 || sheet.Others[1].Points != 0 || sheet.Turn != 3 {
			h.Errorf("the third sees %+v", sheet)
		}
		if said := fmt.Sprintf("%+v", sheet); strings.Contains(said, h.who["learner"].ID) || strings.Contains(said, h.who["first"].ID) {
			h.Error("the third sees whose it is")
		}
		waits("second", own+"o1 ")
		waits("third", id+"o3 ", own+"o1 ")
		h.do(h.marks("third", id, "o", 45, 45))
		waits("fourth", own+"o1 ")
		h.refused(h.marks("fourth", id, "o", 45, 45), fault.Missing) // it is settled, and waits no more
	})
}

func TestMarksThatAreRefused(t *testing.T) {
	each(t, func(h *house) {
		h.quiz("", open("o"))
		h.authors()
		id := h.start("learner")
		h.answer("learner", id, "o", "我写的信")
		h.refused(h.marks("first", id, "o", 50, 50), fault.Missing) // it is open
		h.submit("learner", id)
		for name, levels := range map[string]map[string]int{"none": {}, "one": {"x": 1}, "too high": {"x": 1, "y": 5}, "negative": {"x": -1, "y": 1},
			"one more": {"x": 1, "y": 1, "z": 1}, "another": {"x": 1, "z": 1}} {
			if err := h.GiveMark(ctx, h.who["first"], id, "o", levels, ""); fault.KindOf(err) != fault.Invalid || err == nil {
				h.Errorf("%s: %v", name, err)
			}
		}
		h.refused(h.GiveMark(ctx, h.who["first"], id, "o", map[string]int{"x": 1, "y": 1}, strings.Repeat("长", 1001)), fault.Invalid)
		if h.count("open_mark") != 0 || h.acts()["answer.marked"] != 0 {
			h.Error("a mark that was refused is kept")
		}
	})
}

// Four people mark at once: every turn is taken once, whoever comes too late is told so, and the result is written once.
func TestManyMarkAtOnce(t *testing.T) {
	each(t, func(h *house) {
		h.quiz("", open("o"), open("p"))
		h.authors()
		id := h.sits("learner", map[string]string{"o": "一", "p": "二"})
		var wg sync.WaitGroup
		for _, login := range []string{"first", "second", "third", "fourth"} {
			for _, question := range []string{"o", "p"} {
				wg.Go(func() {
					err := h.marks(login, id, question, 45, 50)
					if err != nil && fault.KindOf(err) != fault.Conflict && fault.KindOf(err) != fault.Missing { // settled, the attempt too
						h.Error(err)
					}
				})
			}
		}
		wg.Wait()
		r := h.stored(id)
		if r.Pending != 0 || *r.Score != 9500 || h.count("open_mark") != 4 {
			h.Errorf("pending %d, score %v, %d marks", r.Pending, r.Score, h.count("open_mark"))
		}
		if acts := h.acts(); acts["attempt.closed"] != 1 || acts["answer.marked"] != 4 || len(h.evidence("learner")) != 1 {
			h.Errorf("%v, %d lines", acts, len(h.evidence("learner")))
		}
	})
}

// The last mark gives score, evidence and audit line; until then there is none, nothing counts, and the learner sees that
// it waits; then levels and notes, without names.
func TestTheLastMarkSettlesTheAttempt(t *testing.T) {
	each(t, func(h *house) {
		h.quiz("", open("o"), open("p"), single("q1"), open("r"))
		h.authors()
		learner := h.who["learner"]
		id := h.sits("learner", map[string]string{"o": "一", "p": "二", "q1": "a"}) // r is left out: nobody marks it
		if acts := h.acts(); acts["attempt.handed_in"] != 1 || acts["attempt.closed"] != 0 || len(h.evidence("learner")) != 0 {
			h.Errorf("after handing in: %v", acts)
		}
		pending := func(want int) {
			h.Helper()
			p, err := h.Prepare(ctx, learner, module)
			h.do(err)
			look, err := h.Review(ctx, learner, id)
			h.do(err)
			if look.Pending != want || (p.Counting == nil) != (want > 0) || p.Past[0].Settled() != (want == 0) {
				h.Errorf("pending %d, counting %+v", look.Pending, p.Counting)
			}
			n := 0
			for _, m := range look.Marked {
				if m.Pending {
					if n++; len(m.Marks) > 0 {
						h.Errorf("marks are shown before they are settled: %+v", m.Marks)
					}
				}
				if said := fmt.Sprintf("%+v", m.Marks); strings.Contains(said, h.who["first"].ID) {
					h.Error("the learner sees who marked")
				}
				if m.Question.ID == "o" && !m.Pending && (len(m.Marks) != 2 || m.Marks[0].Note != "note of first" || m.Marks[0].Levels["x"] != 4) {
					h.Errorf("marks: %+v", m.Marks)
				}
			}
			if n != want {
				h.Errorf("%d wait, want %d", n, want)
			}
		}
		pending(2)
		h.do(h.marks("first", id, "o", 50, 50))
		pending(2)
		h.do(h.marks("second", id, "o", 50, 50))
		pending(1)
		h.do(h.marks("first", id, "p", 0, 0))
		h.do(h.marks("second", id, "p", 50, 50))
		pending(1)
		h.do(h.marks("third", id, "p", 50, 50))
		pending(0)
		if r := h.stored(id); *r.Score != 7500 || *r.Passed {
			h.Errorf("score %d", *r.Score)
		}
		lines := h.evidence("learner")
		if len(lines) != 1 || lines[0].Score != 7500 || lines[0].Source != id || h.acts()["attempt.closed"] != 1 || h.acts()["answer.marked"] != 5 {
			h.Errorf("%+v, %v", lines, h.acts())
		}
	})
}

// Taking an open question out settles the attempts that waited for it alone, and asks nobody for a mark any more.
func TestTakingAnOpenQuestionOut(t *testing.T) {
	each(t, func(h *house) {
		h.quiz("", open("o"), open("p"), single("q1"))
		h.authors()
		alone := h.sits("learner", map[string]string{"o": "一", "q1": "a"})
		both := h.sits("stranger", map[string]string{"o": "一", "p": "二", "q1": "b"})
		half := h.sits("hr", map[string]string{"o": "一", "p": "二", "q1": "b"})
		h.do(h.marks("first", half, "o", 50, 50))
		e, err := h.Concerned(ctx, h.who["first"], h.correction("o", Void))
		h.do(err)
		if e.Pending != 3 || e.Settled != 0 || e.Rise != 0 {
			h.Errorf("%+v", e)
		}
		_, _, err = h.Correct(ctx, h.who["first"], h.correction("o", Void), "r")
		h.do(err)
		h.do(h.Regrade(ctx))
		if r := h.stored(alone); r.Pending != 0 || *r.Score != 5000 || len(h.evidence("learner")) != 1 || h.evidence("learner")[0].Source != alone {
			h.Errorf("%+v", r)
		}
		for _, id := range []string{both, half} {
			h.refused(h.marks("second", id, "o", 50, 50), fault.Conflict)
			if r := h.stored(id); r.Pending != 1 {
				h.Errorf("%d wait", r.Pending)
			}
		}
		list, err := h.Waiting(ctx, h.who["second"])
		h.do(err)
		for _, w := range list {
			if w.Question.ID != "p" {
				h.Errorf("%s waits for a mark", w.Question.ID)
			}
		}
		h.do(h.marks("first", half, "p", 50, 50))
		h.do(h.marks("second", half, "p", 50, 50))
		if r := h.stored(half); r.Pending != 0 || *r.Score != 5000 || h.acts()["attempt.closed"] != 2 || h.count("attempt_note") != 0 {
			h.Errorf("%+v", r)
		}
	})
}
