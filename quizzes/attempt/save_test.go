package attempt

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tongguan/server/base/fault"
)

// questions gives the ids of the paper's questions, one with a single answer first.
func (h *house) questions(login, id string) (out []string) {
	h.Helper()
	s, err := h.Sit(ctx, h.who[login], id)
	if err != nil {
		h.Fatal(err)
	}
	for _, q := range s.Questions {
		if q.Type == "single" {
			out = append([]string{q.ID}, out...)
		} else {
			out = append(out, q.ID)
		}
	}
	return out
}

func (h *house) save(login, id string, packets ...Packet) []Outcome {
	h.Helper()
	out, err := h.Save(ctx, h.who[login], id, packets)
	if err != nil {
		h.Fatal(err)
	}
	return out
}

// replied compares outcomes, but for their reasons.
func (h *house) replied(got []Outcome, want ...Outcome) {
	h.Helper()
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Outcome{}, "Reason"), cmpopts.EquateEmpty()); diff != "" {
		h.Error(diff)
	}
}

// kept fails unless this is on disk.
func (h *house) kept(login, id, question string, seq int64, chosen ...string) {
	h.Helper()
	s, err := h.Sit(ctx, h.who[login], id)
	if err != nil {
		h.Fatal(err)
	}
	if got := s.Answers[question]; got.Seq != seq || !slices.Equal(got.Chosen, chosen) {
		h.Errorf("%s is %+v, not %v of packet %d", question, got, chosen, seq)
	}
}

func choose(seq int64, question string, chosen ...string) Packet {
	return Packet{Seq: seq, Question: question, Chosen: chosen}
}

func TestALatePacketReplacesNothing(t *testing.T) {
	each(t, func(h *house) {
		id := h.start("learner")
		q := h.questions("learner", id)[0]
		first := h.clock.Now()
		h.replied(h.save("learner", id, choose(7, q, "b")), Outcome{Status: Saved, At: first, Seq: 7})
		h.advance(time.Second)
		h.replied(h.save("learner", id, choose(6, q, "a")), Outcome{Status: Stale, At: first, Seq: 7, Chosen: []string{"b"}})
		h.replied(h.save("learner", id, choose(7, q, "a")), Outcome{Status: Stale, At: first, Seq: 7, Chosen: []string{"b"}})
		h.kept("learner", id, q, 7, "b")
		h.replied(h.save("learner", id, choose(8, q)), Outcome{Status: Saved, At: first + 1000, Seq: 8}) // taken back
		s, err := h.Sit(ctx, h.who["learner"], id)
		if err != nil || s.Answered != 0 || s.Seq != 8 {
			h.Errorf("%d answered, packet %d, %v", s.Answered, s.Seq, err)
		}
	})
}

func TestTheSamePacketAgainIsAcknowledgedAgain(t *testing.T) {
	each(t, func(h *house) {
		id := h.start("learner")
		q, first := h.questions("learner", id)[0], h.clock.Now()
		p := Packet{Seq: 3, Question: q, Chosen: []string{"b"}, Certainty: 2}
		again := Outcome{Status: Saved, At: first, Seq: 3}
		h.replied(h.save("learner", id, p), again)
		h.advance(time.Second)
		h.replied(h.save("learner", id, p), again)
		surer := p
		surer.Certainty = 3
		h.replied(h.save("learner", id, surer), Outcome{Status: Stale, At: first, Seq: 3, Chosen: []string{"b"}})
		s, err := h.Sit(ctx, h.who["learner"], id)
		if err != nil || s.Answers[q].Certainty != 2 {
			h.Errorf("%+v, %v", s.Answers[q], err)
		}
		h.submit("learner", id)
		h.replied(h.save("learner", id, p), again) // it counts, and says so
		h.replied(h.save("learner", id, surer), Outcome{Status: Late, At: first, Seq: 3, Chosen: []string{"b"}})
	})
}

func TestAFormIsAlwaysTheLatest(t *testing.T) {
	each(t, func(h *house) {
		id := h.start("learner")
		q := h.questions("learner", id)[0]
		h.answer("learner", id, q, "a")
		h.kept("learner", id, q, 1, "a")
		h.save("learner", id, choose(9, q, "b"))
		h.answer("learner", id, q, "c")
		h.kept("learner", id, q, 10, "c")
	})
}

// TestSavesOfOneGroup lets many wait while nobody writes, and then writes them together.
func TestSavesOfOneGroup(t *testing.T) {
	each(t, func(h *house) {
		mine, other := h.start("learner"), h.start("stranger")
		q, qs := h.questions("learner", mine), h.questions("stranger", other)
		h.saves.busy = writers // nobody comes
		calls := []struct {
			login, id string
			packets   []Packet
			want      []Status
		}{
			{"learner", mine, []Packet{choose(1, q[0], "a"), choose(2, q[0], "b"), choose(3, q[1], "a"), choose(4, "no such question", "a")},
				[]Status{Saved, Saved, Saved, Invalid}},
			{"learner", mine, []Packet{choose(6, q[2], "c"), choose(5, q[2], "a")}, []Status{Saved, Stale}},
			{"stranger", other, []Packet{choose(1, qs[0], "d"), choose(2, qs[1], "\xff"), choose(3, qs[2], strings.Repeat("a", maxAnswer+1))},
				[]Status{Saved, Invalid, Invalid}},
		}
		var wg sync.WaitGroup
		for _, c := range calls {
			h.save(c.login, c.id) // the paper is read
			wg.Go(func() {
				out, err := h.Save(ctx, h.who[c.login], c.id, c.packets)
				if err != nil || len(out) != len(c.want) {
					h.Errorf("%+v, %v", out, err)
					return
				}
				for i, o := range out {
					if o.Status != c.want[i] || (o.Status == Saved) != (o.Reason == nil) {
						h.Errorf("%+v: %+v, want %s", c.packets[i], o, c.want[i])
					}
				}
			})
		}
		for h.saves.waits() < 6 {
			time.Sleep(time.Millisecond)
		}
		h.saves.mu.Lock()
		h.saves.busy--
		h.saves.mu.Unlock()
		before := h.d.Statements()
		if h.saves.add(&request{}) {
			h.writeWaiting(ctx)
		}
		wg.Wait()
		if n := h.d.Statements() - before; n > 6 { // two groups, and three about the one that is stale
			h.Errorf("%d statements for six saves", n)
		}
		h.kept("learner", mine, q[0], 2, "b")
		h.kept("learner", mine, q[2], 6, "c")
		h.kept("stranger", other, qs[0], 1, "d")
	})
}

func (s *saver) waits() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.waiting)
}

func TestSavesThatComeTooLate(t *testing.T) {
	each(t, func(h *house) {
		id := h.start("learner")
		q := h.questions("learner", id)
		h.save("learner", id, choose(1, q[0], "a"))
		h.advance(20*time.Minute + 5*time.Second) // the last moment
		h.replied(h.save("learner", id, choose(2, q[0], "b")), Outcome{Status: Saved, At: h.clock.Now(), Seq: 2})
		at := h.clock.Now()
		h.advance(time.Millisecond)
		h.replied(h.save("learner", id, choose(3, q[0], "c"), choose(4, q[1], "a")),
			Outcome{Status: Late, At: at, Seq: 2, Chosen: []string{"b"}}, Outcome{Status: Late})
		if _, err := h.Save(ctx, h.who["stranger"], id, []Packet{choose(9, q[0], "a")}); fault.KindOf(err) != fault.Missing {
			h.Errorf("somebody else's: %v", err)
		}
	})
}

// TestAttemptsOfAnOlderProgram takes the rows away, or shuts them, as the program before left them.
func TestAttemptsOfAnOlderProgram(t *testing.T) {
	for name, older := range map[string]string{
		"no rows":    "DELETE FROM answer WHERE attempt_id = $1",
		"shut rows":  "UPDATE answer SET open_until = 0 WHERE attempt_id = $1",
		"an old row": "UPDATE answer SET open_until = 0, seq = 0, chosen = '[\"d\"]', saved_at = 5 WHERE attempt_id = $1",
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(h *house) {
				id := h.start("learner")
				q := h.questions("learner", id)
				if _, err := h.d.Read().Exec(ctx, older, id); err != nil {
					h.Fatal(err)
				}
				h.replied(h.save("learner", id, choose(4, q[0], "a")), Outcome{Status: Saved, At: h.clock.Now(), Seq: 4})
				h.replied(h.save("learner", id, choose(5, q[0], "b"), choose(3, q[0], "c")),
					Outcome{Status: Saved, At: h.clock.Now(), Seq: 5}, Outcome{Status: Stale, At: h.clock.Now(), Seq: 5, Chosen: []string{"b"}})
				h.answerAll("learner", id, drawn)
				h.submit("learner", id)
				h.replied(h.save("learner", id, choose(99, q[0], "c"))[:0])
				if a, err := h.Review(ctx, h.who["learner"], id); err != nil || a.Score != 10_000 {
					h.Errorf("%+v, %v", a, err)
				}
				if out := h.save("learner", id, choose(99, q[0], "c")); out[0].Status != Late {
					h.Errorf("after closing: %+v", out)
				}
			})
		})
	}
}

// TestAFailingDatabaseAcknowledgesNothing closes the database under the saves.
func TestAFailingDatabaseAcknowledgesNothing(t *testing.T) {
	each(t, func(h *house) {
		id := h.start("learner")
		q := h.questions("learner", id)
		h.save("learner", id, choose(1, q[0], "a"))
		if err := h.d.Close(); err != nil {
			h.Fatal(err)
		}
		if out, err := h.Save(ctx, h.who["learner"], id, []Packet{choose(2, q[0], "b"), choose(3, q[1], "b")}); err == nil {
			h.Errorf("acknowledged: %+v", out)
		}
	})
}

// TestFormsOfOneRowKeepTheirOrder sends a hundred answers to one question, the next before the last is
// acknowledged, beside many others: the last to be sent stands.
func TestFormsOfOneRowKeepTheirOrder(t *testing.T) {
	each(t, func(h *house) {
		question, ids := map[string]string{}, map[string]string{}
		for _, login := range []string{"learner", "stranger", "hr"} {
			ids[login] = h.start(login)
			question[login] = h.questions(login, ids[login])[0]
		}
		var sent []*request
		for n := range 100 {
			for login, id := range ids {
				p, err := h.paper(ctx, id)
				if err != nil {
					h.Fatal(err)
				}
				r := &request{left: 1, done: make(chan struct{})}
				r.saves = []save{{Packet: choose(0, question[login], []string{"a", "b", "c", "d"}[n%4]), attempt: id, at: h.clock.Now(), request: r}}
				if err := h.prepare(p, &r.saves[0]); err != nil {
					h.Fatal(err)
				}
				sent = append(sent, r)
				h.send(context.Background(), r)
			}
		}
		for _, r := range sent {
			if <-r.done; r.saves[0].err != nil || r.saves[0].out.Status != Saved {
				h.Error(r.saves[0].err, r.saves[0].out)
			}
		}
		for login, id := range ids {
			h.kept(login, id, question[login], 100, "d")
		}
		for h.saves.writers() > 0 { // they go home after the last acknowledgement
			time.Sleep(time.Millisecond)
		}
		if len(h.saves.waiting) != 0 || len(h.saves.writing) != 0 {
			h.Errorf("left behind: %d waiting, %d rows", len(h.saves.waiting), len(h.saves.writing))
		}
	})
}

// writers is how many are at work.
func (s *saver) writers() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.busy
}
