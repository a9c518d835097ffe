package attempt

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/evidence"
	"tongguan/server/base/fault"
)

func TestASittingFromStartToReview(t *testing.T) {
	each(t, func(h *house) {
		id := h.start("learner")
		if again := h.start("learner"); again != id {
			h.Errorf("a second start gave %s beside %s", again, id)
		}
		s, err := h.Sit(ctx, h.who["learner"], id)
		if err != nil || len(s.Questions) != drawn || s.Answered != 0 || s.State != Open {
			h.Fatalf("%+v, %v", s.Attempt, err)
		}
		h.answerAll("learner", id, 8)
		if s, err = h.Sit(ctx, h.who["learner"], id); err != nil || s.Answered != drawn {
			h.Fatalf("%d answered, %v", s.Answered, err)
		}
		h.submit("learner", id)
		a, err := h.Review(ctx, h.who["learner"], id)
		marked := a.Marked
		if err != nil || a.Score != 8000 || !a.Passed || a.State != Closed {
			h.Fatalf("%+v, %v", a, err)
		}
		for i, m := range marked {
			if (m.Points == 100) != (i < 8) || len(m.Item.Order) != 4 || len(m.Chosen) == 0 {
				h.Errorf("question %d: %+v", i, m)
			}
		}
		if len(h.lines) != 1 || h.lines[0].Score != 8000 || !h.lines[0].Passed || h.lines[0].Source != id || h.lines[0].Version != a.SetHash {
			h.Errorf("evidence %+v", h.lines)
		}
		if next := h.start("learner"); next == id {
			h.Error("a closed attempt was opened again")
		}
	})
}

func TestTheLastAnswerCounts(t *testing.T) {
	each(t, func(h *house) {
		id := h.start("learner")
		h.answerAll("learner", id, 0)
		h.answerAll("learner", id, drawn)
		h.submit("learner", id)
		if a, err := h.Review(ctx, h.who["learner"], id); err != nil || a.Score != 10_000 {
			h.Errorf("%+v, %v", a, err)
		}
	})
}

func TestAnswersThatAreRefused(t *testing.T) {
	each(t, func(h *house) {
		id, who := h.start("learner"), h.who["learner"]
		s, err := h.Sit(ctx, who, id)
		if err != nil {
			h.Fatal(err)
		}
		single := s.Questions[slices.IndexFunc(s.Questions, func(q *bank.Question) bool { return q.Type == "single" })]
		onPaper := func(q string) bool {
			return slices.ContainsFunc(s.Paper, func(i bank.Item) bool { return i.Question == q })
		}
		for i := range 14 {
			if q := h.bank.Current().Set(module).Questions[i]; !onPaper(q.ID) {
				_, err := h.Answer(ctx, who, id, q.ID, []string{"a"})
				h.refused(err, fault.Invalid)
			}
		}
		for _, c := range []struct {
			question string
			chosen   []string
		}{{"nothing", []string{"a"}}, {single.ID, []string{"z"}}, {single.ID, []string{"a", "b"}}, {single.ID, []string{"a", "a"}}} {
			_, err := h.Answer(ctx, who, id, c.question, c.chosen)
			h.refused(err, fault.Invalid)
		}
		_, err = h.Answer(ctx, h.who["stranger"], id, single.ID, []string{"a"})
		h.refused(err, fault.Missing)
		_, err = h.Answer(ctx, who, "no such attempt", single.ID, []string{"a"})
		h.refused(err, fault.Missing)
		if s, err = h.Sit(ctx, who, id); err != nil || s.Answered != 0 {
			h.Errorf("a refused answer was kept: %v, %v", s.Answers, err)
		}
		h.submit("learner", id)
		_, err = h.Answer(ctx, who, id, single.ID, []string{"a"})
		h.refused(err, fault.Conflict)
	})
}

func TestTimeEndsASitting(t *testing.T) {
	each(t, func(h *house) {
		id := h.start("learner")
		s, _ := h.Sit(ctx, h.who["learner"], id)
		q := s.Questions[0]
		h.answer("learner", id, q.ID, q.Key(nil).Right...)
		h.advance(20*time.Minute + 4*time.Second) // within the grace for what travelled
		q = s.Questions[1]
		h.answer("learner", id, q.ID, q.Key(nil).Right...)
		h.advance(2 * time.Second)
		_, err := h.Answer(ctx, h.who["learner"], id, s.Questions[2].ID, []string{"a"})
		h.refused(err, fault.Conflict)
		if s, err = h.Sit(ctx, h.who["learner"], id); err != nil || s.State != Closed || s.Score != 2000 || s.Attempt.Closed != s.Due {
			h.Errorf("%+v, %v", s.Attempt, err)
		}
		if n := h.closings(); n != 1 {
			h.Errorf("closed %d times", n)
		}
		late := h.start("learner")
		h.advance(time.Hour)
		if next := h.start("learner"); next == late {
			h.Error("an overdue attempt was gone on with")
		}
		if n := h.closings(); n != 2 {
			h.Errorf("closed %d times", n)
		}
	})
}

func TestManySubmitAtOnce(t *testing.T) {
	each(t, func(h *house) {
		id := h.start("learner")
		h.answerAll("learner", id, 9)
		var wg sync.WaitGroup
		failed := make(chan error, 8)
		for range 8 {
			wg.Go(func() { failed <- h.Submit(ctx, h.who["learner"], id) })
		}
		wg.Wait()
		close(failed)
		for err := range failed {
			if err != nil {
				h.Error(err)
			}
		}
		if n := h.closings(); n != 1 || len(h.lines) != 1 {
			h.Errorf("closed %d times, %d lines of evidence", n, len(h.lines))
		}
	})
}

// TestSavesAtOnceLoseNothing saves every question from its own tab, and starts from many.
func TestSavesAtOnceLoseNothing(t *testing.T) {
	each(t, func(h *house) {
		ids := make([]string, 8)
		var wg sync.WaitGroup
		for i := range ids {
			wg.Go(func() { ids[i], _ = h.Start(ctx, h.who["learner"], module, false) })
		}
		wg.Wait()
		if slices.ContainsFunc(ids, func(id string) bool { return id != ids[0] || id == "" }) {
			h.Fatalf("many starts gave %v", ids)
		}
		s, err := h.Sit(ctx, h.who["learner"], ids[0])
		if err != nil {
			h.Fatal(err)
		}
		for _, q := range s.Questions {
			wg.Go(func() {
				if _, err := h.Answer(ctx, h.who["learner"], ids[0], q.ID, q.Key(nil).Right); err != nil {
					h.Error(err)
				}
			})
		}
		wg.Wait()
		h.submit("learner", ids[0])
		if a, err := h.Review(ctx, h.who["learner"], ids[0]); err != nil || a.Score != 10_000 {
			h.Errorf("%+v, %v", a, err)
		}
	})
}

func TestAnAttemptKeepsItsQuestions(t *testing.T) {
	each(t, func(h *house) {
		id := h.start("learner")
		before, err := h.Sit(ctx, h.who["learner"], id)
		if err != nil {
			h.Fatal(err)
		}
		h.write("，改过")
		if changed, problems, err := h.bank.Refresh(); !changed || len(problems) > 0 || err != nil {
			h.Fatal(changed, problems, err)
		}
		h.old.Clear() // as another node would find it, or this one years later
		after, err := h.Sit(ctx, h.who["learner"], id)
		if err != nil || after.SetHash != before.SetHash {
			h.Fatalf("%v, %v", after.SetHash, err)
		}
		for i := range before.Questions {
			if after.Questions[i].Stem != before.Questions[i].Stem {
				h.Errorf("%q became %q", before.Questions[i].Stem.ZH, after.Questions[i].Stem.ZH)
			}
		}
		h.answerAll("learner", id, drawn)
		h.submit("learner", id)
		next, err := h.Sit(ctx, h.who["learner"], h.start("learner"))
		if err != nil || next.SetHash == before.SetHash {
			h.Errorf("the next attempt is at the old questions: %v", err)
		}
	})
}

func TestWhoMayReview(t *testing.T) {
	each(t, func(h *house) {
		id := h.start("learner")
		for login, who := range h.who {
			if _, err := h.Review(ctx, who, id); err == nil {
				h.Errorf("%s reviewed an attempt that is open", login)
			}
			if login != "learner" {
				_, err := h.Sit(ctx, who, id)
				h.refused(err, fault.Missing)
				h.refused(h.Submit(ctx, who, id), fault.Missing)
			}
		}
		h.submit("learner", id)
		_, none := h.Review(ctx, h.who["stranger"], "no such attempt")
		for login, may := range map[string]bool{"learner": true, "inspector": true, "manager": false, "hr": false, "stranger": false} {
			_, err := h.Review(ctx, h.who[login], id)
			if may && err != nil || !may && (err == nil || err.Error() != none.Error()) {
				h.Errorf("%s: %v, where nothing is: %v", login, err, none)
			}
		}
		for login, may := range map[string]bool{"learner": true, "inspector": true, "manager": true, "hr": true, "stranger": false} {
			of, err := h.Of(ctx, h.who[login], h.who["learner"].ID, "")
			if may != (err == nil) || may && (len(of) != 1 || of[0].Paper != nil) {
				h.Errorf("%s lists %v, %v", login, of, err)
			}
		}
	})
}

// TestAResultIsWholeOrNothing lets the last of a closing's writers fail.
func TestAResultIsWholeOrNothing(t *testing.T) {
	each(t, func(h *house) {
		id := h.start("learner")
		h.answerAll("learner", id, drawn)
		h.follow = func(evidence.Line) error { return errors.New("the follower fails") }
		if err := h.Submit(ctx, h.who["learner"], id); err == nil {
			h.Fatal("submitted")
		}
		s, err := h.Sit(ctx, h.who["learner"], id)
		if err != nil || s.State != Open || s.Score != 0 || h.closings() != 0 {
			h.Errorf("%+v, %d closings, %v", s.Attempt, h.closings(), err)
		}
		h.follow = nil
		h.submit("learner", id)
		if h.closings() != 1 {
			h.Errorf("%d closings", h.closings())
		}
	})
}
