package attempt

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/evidence"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
)

// What may not be shown yet is not in what the room gives: no score, no marks, no explanation, in no list.
func TestWhatIsShownWhen(t *testing.T) {
	moments := []bank.When{bank.AtOnce, bank.Submission, bank.AfterAll, bank.Never}
	each(t, func(h *house) {
		h.until("2026-03-01 09:00:00")
		type sat struct {
			id                      string
			score, answers, explain bank.When
		}
		var all3 []sat
		for i, score := range moments {
			for j := range moments {
				answers, explain := moments[j], moments[(i+2*j)%4]
				h.quiz(fmt.Sprintf(`, window: {until: "2026-03-02 18:00"}, show: {score: %s, answers: %s, explanations: %s}`, score, answers, explain), five()...)
				all3 = append(all3, sat{h.sits("learner", all("aaaa-")), score, answers, explain})
			}
		}
		for _, over := range []bool{false, true} {
			if over {
				h.until("2026-03-02 18:00:06")
			}
			for _, s := range all3 {
				shown := func(w bank.When) bool { return w == bank.AtOnce || w == bank.Submission || w == bank.AfterAll && over }
				h.shows(s.id, shown(s.score), shown(s.answers), shown(s.explain), !over && slices.Contains([]bank.When{s.score, s.answers, s.explain}, bank.AfterAll))
			}
		}
	})
}

// shows holds everything that the room gives of an attempt against what may be shown.
func (h *house) shows(id string, score, answers, explain, later bool) {
	h.Helper()
	learner := h.who["learner"]
	look, err := h.Review(ctx, learner, id)
	h.do(err)
	one, err := h.Result(ctx, learner, id)
	h.do(err)
	list, err := h.Of(ctx, learner, learner.ID, module)
	h.do(err)
	list = append(list, look.Attempt, one)
	list = append(list, h.prospect("learner").Past...)
	for _, a := range list {
		if a.ID == id && (a.Hidden == score || (a.Score == 8000) != score || a.Passed != score) {
			h.Errorf("score %v: %+v", score, a)
		}
	}
	if (len(look.Marked) == 5) != answers || !answers && look.Marked != nil || (look.Shows.Later > 0) != later {
		h.Errorf("answers %v: %d, later %d", answers, len(look.Marked), look.Shows.Later)
	}
	for _, m := range look.Marked {
		if (m.Question.Explanation.ZH != "") != explain || (m.Question.Options[0].Why.ZH != "") != explain {
			h.Errorf("explanations %v: %+v", explain, m.Question)
		}
	}
	if look, err = h.Review(ctx, h.who["inspector"], id); err != nil || look.Score != 8000 || len(look.Marked) != 5 || look.Marked[0].Question.Explanation.ZH == "" ||
		look.Signs == nil || look.Hidden {
		h.Errorf("an examiner sees %+v, %v", look, err)
	}
}

// Which of several attempts counts, and what evidence each gives.
func TestWhichAttemptCounts(t *testing.T) {
	passed, failed := "aaaaa", "abbbb"
	each(t, func(h *house) {
		for i, c := range []struct {
			rule    string
			sits    []string
			counts  int // index
			effects []evidence.Effect
		}{
			{"best", []string{failed, passed, failed}, 1, []evidence.Effect{evidence.AsSaid, evidence.AsSaid, evidence.AsSaid}},
			{"best", []string{passed, passed}, 1, []evidence.Effect{evidence.AsSaid, evidence.AsSaid}},
			{"latest", []string{failed, passed, failed}, 2, []evidence.Effect{evidence.Undoes, evidence.AsSaid, evidence.Undoes}},
			{"latest", []string{passed, failed, passed}, 2, []evidence.Effect{evidence.AsSaid, evidence.Undoes, evidence.AsSaid}},
			{"first", []string{failed, passed}, 0, []evidence.Effect{evidence.AsSaid, evidence.Idle}},
			{"first", []string{passed, failed}, 0, []evidence.Effect{evidence.AsSaid, evidence.Idle}},
		} {
			login := fmt.Sprint("taker", i)
			h.add(login)
			h.quiz(", counts: "+c.rule, five()...)
			var ids []string
			for _, options := range c.sits {
				ids = append(ids, h.sits(login, all(options)))
				h.advance(time.Minute)
			}
			if p := h.prospect(login); p.Counting == nil || p.Counting.ID != ids[c.counts] {
				h.Errorf("%s of %v: %+v counts", c.rule, c.sits, p.Counting)
			}
			var got []evidence.Effect
			for _, l := range h.evidence(login) {
				got = append(got, l.Effect)
			}
			if !slices.Equal(got, c.effects) {
				h.Errorf("%s of %v: effects %q, want %q", c.rule, c.sits, got, c.effects)
			}
		}
	})
}

// An earlier attempt that is settled late, by marks or by a correction, takes nothing from the one that counts.
func TestAnEarlierAttemptIsSettledLate(t *testing.T) {
	each(t, func(h *house) {
		h.quiz(", counts: latest", open("o"), single("q1"))
		h.authors()
		early := h.sits("learner", map[string]string{"o": "一", "q1": "a"})
		h.advance(time.Minute)
		late := h.sits("learner", map[string]string{"q1": "a"}) // 50: not passed
		h.do(h.marks("first", early, "o", 50, 50))
		h.do(h.marks("second", early, "o", 50, 50))
		lines := h.evidence("learner")
		if len(lines) != 2 || lines[1].Source != early || lines[1].Effect != evidence.Idle || !lines[1].Passed {
			h.Errorf("%+v", lines)
		}
		if p := h.prospect("learner"); p.Counting.ID != late {
			h.Errorf("%+v counts", p.Counting)
		}
		_, _, err := h.Correct(ctx, h.who["first"], h.correction("o", Void), "r")
		h.do(err)
		if lines = h.evidence("learner"); len(lines) != 3 || !strings.HasPrefix(lines[2].Source, late+":") || lines[2].Effect != evidence.AsSaid || !lines[2].Passed {
			h.Errorf("%+v", lines)
		}
	})
}

// Marking by certainty: 100·k for what is right, 0, −200, −600 for what is wrong, of 300 for each; not below 0.
func TestScoresByCertainty(t *testing.T) {
	each(t, func(h *house) {
		h.quiz(", certainty: true", five()...)
		for _, c := range []struct {
			chosen    string
			certainty []int
			score     int
		}{
			{"aaaaa", []int{3, 3, 3, 3, 3}, 10_000},
			{"aaaaa", []int{1, 2, 3, 1, 2}, 6000}, // 900 of 1500
			{"baaaa", []int{3, 3, 3, 3, 3}, 4000}, // −600 + 1200 of 1500
			{"baaaa", []int{1, 3, 3, 3, 3}, 8000},
			{"bbbbb", []int{3, 3, 3, 3, 3}, 0},
			{"-aaaa", []int{0, 3, 3, 3, 3}, 8000},
			{"aaaaa", []int{0, 0, 0, 0, 0}, 3333}, // not asked for: as a guess
		} {
			id := h.start("learner")
			for i, o := range c.chosen {
				if o != '-' {
					h.save("learner", id, Packet{Seq: int64(i + 1), Question: fmt.Sprintf("q%d", i+1), Chosen: []string{string(o)}, Certainty: c.certainty[i]})
				}
			}
			h.submit("learner", id)
			if r := h.stored(id); *r.Score != c.score {
				h.Errorf("%s %v: %d, want %d", c.chosen, c.certainty, *r.Score, c.score)
			}
		}
	})
}

// An answer that is final stays what it is, answered or not; it tells what is right only where the quiz says so at once.
func TestFinalAnswers(t *testing.T) {
	each(t, func(h *house) {
		learner := h.who["learner"]
		for _, c := range []struct {
			rules string
			tells bool
		}{{", show: {answers: at_once, explanations: window}, window: {until: \"2030-01-01 00:00\"}", true}, {", back: false", false}} {
			h.quiz(c.rules, five()...)
			id := h.start("learner")
			h.answer("learner", id, "q1", "b")
			m, err := h.Final(ctx, learner, id, "q1")
			h.do(err)
			if (m.Question != nil) != c.tells || c.tells && (m.Points != 0 || m.Chosen[0] != "b" || m.Question.Explanation.ZH != "") {
				h.Errorf("%s: %+v", c.rules, m)
			}
			_, err = h.Final(ctx, learner, id, "q2")
			h.do(err)
			for _, question := range []string{"q1", "q2"} {
				_, err := h.Answer(ctx, learner, id, question, []string{"a"})
				h.key(err, "quiz.final")
			}
			s, err := h.Sit(ctx, learner, id)
			if h.do(err); !s.Answers["q1"].Final || !s.Answers["q2"].Final || s.Answers["q3"].Final || s.Answered != 1 {
				h.Errorf("%+v", s.Answers)
			}
			h.answer("learner", id, "q3", "a")
			_, err = h.Final(ctx, learner, id, "q9")
			h.refused(err, fault.Invalid)
			_, err = h.Final(ctx, h.who["stranger"], id, "q3")
			h.refused(err, fault.Missing)
			h.submit("learner", id)
			_, err = h.Final(ctx, learner, id, "q3")
			h.refused(err, fault.Conflict)
			if *h.stored(id).Score != 2000 {
				h.Errorf("score %d", *h.stored(id).Score)
			}
		}
		h.quiz("", five()...)
		id := h.start("learner")
		_, err := h.Final(ctx, learner, id, "q1")
		h.refused(err, fault.Denied)
	})
}

// The signs: what was answered faster than reading, when the page was away, how odd the pattern is. Only for examiners.
func TestSigns(t *testing.T) {
	each(t, func(h *house) {
		long := strings.Replace(single("q1"), "题q1", strings.Repeat("长", 240), 1) // 20 seconds in Chinese
		long = strings.Replace(long, "q q1", strings.Repeat("x", 900), 1)         // 30 in English: the faster counts
		h.quiz("", append([]string{long}, five()[1:]...)...)
		id := h.start("learner")
		began := h.clock.Now()
		h.advance(19 * time.Second)
		h.answer("learner", id, "q1", "a")
		h.advance(30 * time.Second)
		h.answer("learner", id, "q2", "a")
		h.do(h.NoteAway(ctx, h.who["learner"], id, []Span{{began + 20_000, began + 25_000}, {began + 30_000, began + 33_500}}))
		h.submit("learner", id)
		if look, err := h.Review(ctx, h.who["learner"], id); err != nil || look.Signs != nil {
			h.Errorf("a learner sees %+v, %v", look.Signs, err)
		}
		look, err := h.Review(ctx, h.who["inspector"], id)
		h.do(err)
		s := look.Signs
		number := look.Attempt.Paper
		at := slices.IndexFunc(number, func(i bank.Item) bool { return i.Question == "q1" }) + 1
		if s == nil || len(s.Hasty) != 1 || s.Hasty[0] != (Hasty{at, 19, 20}) || len(s.Away) != 2 || s.AwayFor != 8500 || s.Guttman != -1 {
			h.Errorf("%+v", s)
		}
		if look.Score != 4000 {
			h.Errorf("signs are no penalty: %d", look.Score)
		}
		_, err = h.Review(ctx, h.who["manager"], id)
		h.refused(err, fault.Missing)
		if h.who["hr"].May(access.ReviewAttempt, access.Other) {
			h.Error("HR examines")
		}
	})
}
