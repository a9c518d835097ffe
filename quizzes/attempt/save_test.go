package attempt

import (
	"context"
	"slices"
	"testing"
	"time"

	"tongguan/server/base/fault"
)

// group makes saves of one attempt that wait together.
func (h *house) group(login, id string, questions ...string) (out []*save) {
	for _, q := range questions {
		out = append(out, &save{actor: h.who[login], attempt: id, question: q, chosen: []string{"a"}, at: h.clock.Now(), done: make(chan struct{})})
	}
	return out
}

func TestARefusedAnswerSpoilsNoOther(t *testing.T) {
	each(t, func(h *house) {
		id, other := h.start("learner"), h.start("stranger")
		s, err := h.Sit(ctx, h.who["learner"], id)
		if err != nil {
			h.Fatal(err)
		}
		first, second := s.Questions[0].ID, s.Questions[1].ID
		group := append(h.group("learner", id, first, "no such question", second), h.group("learner", other, first)...)
		h.writeGroup(ctx, slices.Clone(group))
		for i, want := range map[int]fault.Kind{1: fault.Invalid, 3: fault.Missing} {
			h.refused(group[i].err, want)
		}
		for _, g := range group {
			<-g.done
		}
		if s, err = h.Sit(ctx, h.who["learner"], id); err != nil || s.Answered != 2 || group[0].err != nil || group[2].err != nil {
			h.Errorf("%d answered, %v, %v, %v", s.Answered, group[0].err, group[2].err, err)
		}
	})
}

// TestAFailingGroupIsToldSo gives a group to a database that does not take it: nobody hears that it was kept.
func TestAFailingGroupIsToldSo(t *testing.T) {
	each(t, func(h *house) {
		id := h.start("learner")
		s, err := h.Sit(ctx, h.who["learner"], id)
		if err != nil {
			h.Fatal(err)
		}
		cancelled, cancel := context.WithCancel(ctx)
		cancel()
		group := h.group("learner", id, s.Questions[0].ID, s.Questions[1].ID)
		h.writeGroup(cancelled, group)
		for _, g := range group {
			<-g.done
			if g.err == nil {
				h.Errorf("the answer to %s is said to be kept", g.question)
			}
		}
		if s, err = h.Sit(ctx, h.who["learner"], id); err != nil || s.Answered != 0 {
			h.Errorf("%d answered, %v", s.Answered, err)
		}
	})
}

// TestAnswersOfOneAttemptKeepTheirOrder sends a hundred answers to one question, the next before the last is
// acknowledged, beside many others: the last to be sent stands.
func TestAnswersOfOneAttemptKeepTheirOrder(t *testing.T) {
	each(t, func(h *house) {
		ids := map[string]string{"learner": h.start("learner"), "stranger": h.start("stranger"), "hr": h.start("hr")}
		question := map[string]string{}
		for login, id := range ids {
			s, err := h.Sit(ctx, h.who[login], id)
			if err != nil {
				h.Fatal(err)
			}
			question[login] = s.Questions[0].ID
		}
		var sent []*save
		for n := range 100 {
			for login, id := range ids {
				s := h.group(login, id, question[login])[0]
				s.chosen = []string{[]string{"a", "b", "c", "d"}[n%4]}
				sent = append(sent, s)
				h.send(ctx, s)
			}
		}
		for _, s := range sent {
			if <-s.done; s.err != nil {
				h.Error(s.err)
			}
		}
		for login, id := range ids {
			s, err := h.Sit(ctx, h.who[login], id)
			if err != nil || !slices.Equal(s.Answers[question[login]].Chosen, []string{"d"}) {
				h.Errorf("%s: %v, %v", login, s.Answers, err)
			}
		}
		for h.saves.writers() > 0 { // they go home after the last acknowledgement
			time.Sleep(time.Millisecond)
		}
		if len(h.saves.waiting) != 0 || len(h.saves.writing) != 0 {
			h.Errorf("left behind: %d waiting, %d attempts", len(h.saves.waiting), len(h.saves.writing))
		}
	})
}

// writers is how many are at work.
func (s *saver) writers() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.busy
}
