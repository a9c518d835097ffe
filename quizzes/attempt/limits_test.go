package attempt

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"tongguan/quizzes/evidence"
	"tongguan/server/base/db"
)

// A number that no page counts to is refused, so that the next form can still be counted.
func TestNumbersOfPacketsHaveABound(t *testing.T) {
	each(t, func(h *house) {
		id := h.start("learner")
		q := h.questions("learner", id)[0]
		out := h.save("learner", id, choose(math.MaxInt64, q, "a"), choose(mostSeq+1, q, "a"), choose(mostSeq, q, "b"))
		for i, want := range []Status{Invalid, Invalid, Saved} {
			if out[i].Status != want {
				h.Errorf("packet %d: %+v, want %s", i, out[i], want)
			}
		}
		h.answer("learner", id, q, "c") // a form has no number: it is the latest
		h.kept("learner", id, q, mostSeq+1, "c")
		h.submit("learner", id)
	})
}

// An open answer is kept up to its question's length in characters, of whatever language, and no longer.
func TestOpenAnswersAreAsLongAsAllowed(t *testing.T) {
	each(t, func(h *house) {
		h.quiz("", strings.Replace(open("o"), "longest: 500", "longest: 20000", 1), open("p"))
		id := h.start("learner")
		for _, c := range []struct {
			question string
			length   int
			want     Status
		}{{"o", 20_000, Saved}, {"o", 20_001, Invalid}, {"p", 500, Saved}, {"p", 501, Invalid}} {
			text := strings.Repeat("长", c.length)
			if out := h.save("learner", id, Packet{Question: c.question, Chosen: []string{text}}); out[0].Status != c.want {
				h.Errorf("%d characters to %s: %s, want %s", c.length, c.question, out[0].Status, c.want)
			}
		}
	})
}

// One attempt that cannot be closed keeps no other open.
func TestAnAttemptThatCannotBeClosedHoldsUpNobody(t *testing.T) {
	each(t, func(h *house) {
		stuck := h.start("learner")
		h.advance(time.Second)
		other := h.start("stranger")
		h.follow = func(l evidence.Line) error {
			if l.Person == h.who["learner"].ID {
				return errors.New("no room in the ledger")
			}
			return nil
		}
		h.advance(time.Hour)
		if err := h.CloseOverdue(ctx); err == nil || !strings.Contains(err.Error(), "no room") {
			h.Errorf("the reason is not told: %v", err)
		}
		if a, b := h.stored(stuck).State, h.stored(other).State; a != Open || b != Closed {
			h.Errorf("the stuck one is %s, the other %s", a, b)
		}
	})
}

// While somebody's answers may still travel nobody is shown what is right, nor while the window of a newer version goes on.
func TestNothingIsShownWhileAnybodyMayAnswer(t *testing.T) {
	each(t, func(h *house) {
		h.until("2026-03-02 17:00:00")
		h.quiz(`, window: {until: "2026-03-02 18:00"}, show: {score: window, answers: window, explanations: window}`, five()...)
		id := h.sits("learner", all("aaaa-"))
		h.until("2026-03-02 17:50:00")
		last := h.start("stranger")
		h.until("2026-03-02 18:00:04")
		if out := h.save("stranger", last, Packet{Seq: 1, Question: "q1", Chosen: []string{"a"}}); out[0].Status != Saved {
			h.Fatalf("%+v", out)
		}
		h.shows(id, false, false, false, true)
		h.until("2026-03-02 18:00:06")
		h.shows(id, true, true, true, false)
		h.quiz(`, window: {until: "2026-03-02 20:00"}, show: {score: window, answers: window, explanations: window}`, five()...)
		h.shows(id, false, false, false, true)
		h.until("2026-03-02 20:00:06")
		h.shows(id, true, true, true, false)
	})
}

// Extra time that is taken back ends no attempt that has begun with it, and nothing is shown before that one's end.
func TestExtraTimeTakenBackIsStillWaitedFor(t *testing.T) {
	each(t, func(h *house) {
		h.until("2026-03-02 17:00:00")
		h.quiz(`, window: {until: "2026-03-02 18:00"}, show: {score: window, answers: window, explanations: window}`, five()...)
		id := h.sits("learner", all("aaaa-"))
		h.do(h.GrantTime(ctx, h.who["hr"], h.who["stranger"].ID, 100, "阅读困难"))
		h.until("2026-03-02 17:55:00")
		last := h.start("stranger")
		h.do(h.GrantTime(ctx, h.who["hr"], h.who["stranger"].ID, 0, "收回"))
		h.until("2026-03-02 18:19:00")
		if out := h.save("stranger", last, Packet{Seq: 1, Question: "q1", Chosen: []string{"a"}}); out[0].Status != Saved {
			h.Fatalf("%+v", out)
		}
		h.shows(id, false, false, false, true)
		h.submit("stranger", last)
		h.shows(id, true, true, true, false)
	})
}

// However much lies before it that is not to be marked, an answer that waits is in the list.
func TestWhatWaitsIsFoundBehindAnything(t *testing.T) {
	each(t, func(h *house) {
		h.quiz("", open("o"))
		h.authors()
		first := h.sits("learner", map[string]string{"o": "我写的信"})
		h.do(h.marks("first", first, "o", 50, 50))
		ids := make([]string, waitingPage+1)
		for i := range ids {
			ids[i] = fmt.Sprintf("other-%05d", i)
		}
		_, err := h.d.Read().Exec(ctx, "INSERT INTO answer (attempt_id, question, chosen, points, saved_at) SELECT $1, r.question, '[\"a\"]', 0, 1 FROM {rows}",
			first, new(db.Rows).Text("question", ids))
		h.do(err)
		h.advance(time.Minute)
		second := h.sits("stranger", map[string]string{"o": "我也写了"})
		waiting, err := h.Waiting(ctx, h.who["first"])
		if h.do(err); len(waiting) != 1 || waiting[0].Attempt != second || waiting[0].Turn != 1 {
			h.Errorf("%+v", waiting)
		}
		if waiting, err = h.Waiting(ctx, h.who["second"]); err != nil || len(waiting) != 2 || waiting[0].Attempt != first || waiting[0].Turn != 2 {
			h.Errorf("%+v, %v", waiting, err)
		}
	})
}
