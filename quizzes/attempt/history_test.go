package attempt

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

// What is done to one question of an attempt: it is a register that only later packets write, until it is shut.
type (
	did struct {
		what     string // "save", "read" or "close"
		question string
		seq      int64
		value    string
	}
	reply struct {
		status Status
		seq    int64
		value  string
	}
	register struct {
		seq   int64
		value string
		shut  bool
	}
)

var registers = porcupine.Model{
	Partition: func(history []porcupine.Operation) (out [][]porcupine.Operation) {
		by := map[string][]porcupine.Operation{}
		for _, op := range history {
			q := op.Input.(did).question
			by[q] = append(by[q], op)
		}
		for _, part := range by {
			out = append(out, part)
		}
		return out
	},
	Init: func() any { return register{} },
	Step: func(state, input, output any) (bool, any) {
		return state.(register).step(input.(did), output.(reply))
	},
	DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v -> %+v", input, output) },
}

// step says whether the reply is right in this state, and which state follows.
func (r register) step(d did, got reply) (bool, register) {
	same := d.seq > 0 && d.seq == r.seq && d.value == r.value
	switch {
	case d.what == "close":
		return true, register{r.seq, r.value, true}
	case d.what == "read":
		return got.seq == r.seq && got.value == r.value, r
	case same:
		return got.status == Saved && got.seq == r.seq, r
	case r.shut:
		return got.status == Late && got.seq == r.seq && got.value == r.value, r
	case d.seq == 0:
		return got.status == Saved && got.seq == r.seq+1, register{r.seq + 1, d.value, false}
	case d.seq > r.seq:
		return got.status == Saved && got.seq == d.seq, register{d.seq, d.value, false}
	default:
		return got.status == Stale && got.seq == r.seq && got.value == r.value, r
	}
}

// recorder writes down what was done and when.
type recorder struct {
	mu    sync.Mutex
	began time.Time
	ops   []porcupine.Operation
}

func (r *recorder) note(client int, d did, do func() reply) {
	call := time.Since(r.began).Nanoseconds()
	got := do()
	op := porcupine.Operation{ClientId: client, Input: d, Call: call, Output: got, Return: time.Since(r.began).Nanoseconds()}
	r.mu.Lock()
	r.ops = append(r.ops, op)
	r.mu.Unlock()
}

// TestHistoriesAreThoseOfARegister lets many save, send again, save by form, read and at last close, through two
// nodes, and asks whether what they heard could have happened one after the other.
func TestHistoriesAreThoseOfARegister(t *testing.T) {
	each(t, func(h *house) {
		other := &house{T: h.T, who: h.who, Attempts: New(Parts{DB: h.d, Clock: h.clock, Trail: h.trail, People: h.people, Bank: h.bank, Ledger: h.ledger})}
		for range 6 {
			id := h.start("learner")
			questions, rec := h.questions("learner", id)[:2], &recorder{began: time.Now()}
			var top atomic.Int64
			var wg sync.WaitGroup
			for client := range 6 {
				node := []*house{h, other}[client%2]
				wg.Go(func() {
					for range 25 {
						node.act(rec, client, id, questions[rand.IntN(2)], &top)
					}
				})
			}
			time.Sleep(time.Duration(rand.IntN(60)) * time.Millisecond)
			closing := time.Since(rec.began).Nanoseconds()
			h.submit("learner", id)
			closed := time.Since(rec.began).Nanoseconds()
			wg.Wait()
			for _, q := range questions {
				rec.ops = append(rec.ops, porcupine.Operation{ClientId: 6, Input: did{what: "close", question: q}, Call: closing, Output: reply{}, Return: closed})
			}
			if !porcupine.CheckOperations(registers, rec.ops) {
				slices.SortFunc(rec.ops, func(a, b porcupine.Operation) int { return int(a.Call - b.Call) })
				var text strings.Builder
				for _, op := range rec.ops {
					fmt.Fprintf(&text, "%d–%d by %d: %s\n", op.Call/1000, op.Return/1000, op.ClientId, registers.DescribeOperation(op.Input, op.Output))
				}
				h.Fatalf("no order of these explains what was heard:\n%s", text.String())
			}
		}
	})
}

// act does one thing and notes it.
func (h *house) act(rec *recorder, client int, id, question string, top *atomic.Int64) {
	value := []string{"a", "b", "c", "d"}[rand.IntN(4)]
	if rand.IntN(4) == 0 {
		rec.note(client, did{what: "read", question: question}, func() reply {
			s, err := h.Sit(ctx, h.who["learner"], id)
			if err != nil {
				h.Error(err)
			}
			return reply{seq: s.Answers[question].Seq, value: strings.Join(s.Answers[question].Chosen, "")}
		})
		return
	}
	d := did{"save", question, 0, value}
	switch rand.IntN(4) {
	case 0: // a form
	case 1: // one that was sent already, or is late
		d.seq = max(1, top.Load()-rand.Int64N(4))
	default:
		d.seq = top.Add(1)
	}
	for range 1 + rand.IntN(4)/3 { // now and then again
		rec.note(client, d, func() reply {
			out, err := h.Save(ctx, h.who["learner"], id, []Packet{choose(d.seq, question, value)})
			if err != nil {
				h.Error(err)
				return reply{}
			}
			return reply{out[0].Status, out[0].Seq, strings.Join(out[0].Chosen, "")}
		})
	}
}

// TestTheModelCanSayNo shows it histories that must not be.
func TestTheModelCanSayNo(t *testing.T) {
	save := did{"save", "q", 1, "a"}
	for name, ops := range map[string][]porcupine.Operation{
		"an acknowledged save is gone": {
			{Input: save, Output: reply{Saved, 1, ""}, Call: 0, Return: 1},
			{Input: did{what: "read", question: "q"}, Output: reply{}, Call: 2, Return: 3}},
		"a late packet replaced a later one": {
			{Input: did{"save", "q", 2, "b"}, Output: reply{Saved, 2, ""}, Call: 0, Return: 1},
			{Input: save, Output: reply{Saved, 1, ""}, Call: 2, Return: 3}},
		"saved after closing": {
			{Input: did{what: "close", question: "q"}, Output: reply{}, Call: 0, Return: 1},
			{Input: save, Output: reply{Saved, 1, ""}, Call: 2, Return: 3}},
	} {
		if porcupine.CheckOperations(registers, ops) {
			t.Errorf("%s, and the model finds nothing wrong", name)
		}
	}
}

// TestSavesThatRaceClosing saves every question over and over until it is refused, while fifty submit: the last
// acknowledged answer to each is what was marked, and there is one line of evidence.
func TestSavesThatRaceClosing(t *testing.T) {
	each(t, func(h *house) {
		for range 5 {
			h.lines = nil
			id := h.start("learner")
			s, err := h.Sit(ctx, h.who["learner"], id)
			if err != nil {
				h.Fatal(err)
			}
			var mu sync.Mutex
			var wg sync.WaitGroup
			last := map[string]string{}
			for _, q := range s.Questions {
				wg.Go(func() {
					for seq := int64(1); seq < 20_000; seq++ {
						option := q.Options[seq%4].ID
						out, err := h.Save(ctx, h.who["learner"], id, []Packet{choose(seq, q.ID, option)})
						if err != nil || out[0].Status != Saved {
							if err != nil || out[0].Status != Late {
								h.Errorf("%+v, %v", out, err)
							}
							return
						}
						mu.Lock()
						last[q.ID] = option
						mu.Unlock()
					}
					h.Errorf("%s was never refused", q.ID)
				})
			}
			time.Sleep(time.Duration(10+rand.IntN(30)) * time.Millisecond)
			for range 50 {
				wg.Go(func() {
					if err := h.Submit(ctx, h.who["learner"], id); err != nil {
						h.Error(err)
					}
				})
			}
			wg.Wait()
			h.markedIs(id, last)
			if len(h.lines) != 1 {
				h.Errorf("%d lines of evidence", len(h.lines))
			}
		}
	})
}

// markedIs holds a closed attempt's score against the answers that were acknowledged, by a rule of its own.
func (h *house) markedIs(id string, last map[string]string) {
	h.Helper()
	a, err := h.Review(ctx, h.who["learner"], id)
	if err != nil {
		h.Fatal(err)
	}
	sum := 0
	for _, m := range a.Marked {
		if got := strings.Join(m.Chosen, ","); got != last[m.Question.ID] {
			h.Errorf("%s: %q was acknowledged last, %q was marked", m.Question.ID, last[m.Question.ID], got)
		}
		for _, o := range m.Question.Options { // one option chosen: its share of the right ones
			if o.Right && o.ID == last[m.Question.ID] {
				sum += map[bool]int{true: 50, false: 100}[m.Question.Type == "multiple"]
			}
		}
	}
	if a.Score != sum*100/len(a.Marked) {
		h.Errorf("the score is %d, the acknowledged answers give %d", a.Score, sum*100/len(a.Marked))
	}
}
