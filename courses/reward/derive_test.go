package reward

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tongguan/courses/composite"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
)

// months fills the shelf: the rep was bad twice in a row, the fellow good, the stranger's figures are invented.
func (h *house) months() {
	h.shelf.rules = []composite.Proposal{{Kind: "bonus", Band: "A", Times: 1}, {Kind: "honour", Band: "A", Times: 2}, {Kind: "warning", Band: "D", Times: 2}}
	h.shelf.put(h.who["rep"].ID, "2026-02 D", "2026-01 D", "2025-12 A")
	h.shelf.put(h.who["fellow"].ID, "2026-02 A", "2025-12 A")
	h.shelf.put(h.who["stranger"].ID, "2026-02 A!")
	h.shelf.put(h.who["hr"].ID, "2026-02 A")
}

// waiting gives what waits, as HR sees it: who, what, and the periods that it rests on.
func (h *house) waiting(login string) (out []string) {
	h.Helper()
	p, err := h.List(ctx, h.who[login], Filter{})
	h.good(err)
	for _, r := range p.Rewards {
		var periods []string
		for _, m := range r.Months {
			periods = append(periods, m.Period)
		}
		for name, a := range h.who {
			if a.ID == r.Person {
				out = append(out, name+" "+string(r.Kind)+" "+strings.Join(periods, " "))
			}
		}
	}
	slices.Sort(out)
	return out
}

func TestDerive(t *testing.T) {
	each(t, func(h *house) {
		h.months()
		for _, login := range []string{"lead", "rep", "inspector", "admin", "author"} {
			_, err := h.Derive(ctx, h.who[login], "2026-02", h.clock.ID())
			h.bad(err, fault.Missing, "")
		}
		_, err := h.Derive(ctx, h.who["hr"], "nothing", h.clock.ID())
		h.bad(err, fault.Missing, "")
		first, err := h.Derive(ctx, h.who["hr"], "2026-02", "d1")
		h.good(err)
		if diff := cmp.Diff(Outcome{Records: 4, Proposed: 3, Simulated: 1}, first); diff != "" {
			h.Error(diff)
		}
		if diff := cmp.Diff([]string{"fellow bonus 2026-02", "hr bonus 2026-02", "rep warning 2026-02 2026-01"}, h.waiting("second")); diff != "" {
			h.Error(diff)
		}
		if diff := cmp.Diff([]string{"fellow bonus 2026-02", "rep warning 2026-02 2026-01"}, h.waiting("hr")); diff != "" {
			h.Error("one's own proposals are hidden:", diff)
		}
		again, err := h.Derive(ctx, h.who["hr"], "2026-02", "d1")
		h.good(err)
		if again != first {
			h.Errorf("the same form answers %+v, then %+v", first, again)
		}
		_, err = h.Derive(ctx, h.who["second"], "2026-02", "d1")
		h.bad(err, fault.Invalid, "error.form_stale")
		other, err := h.Derive(ctx, h.who["second"], "2026-02", "d2")
		h.good(err)
		if diff := cmp.Diff(Outcome{Records: 4, Already: 3, Simulated: 1}, other); diff != "" {
			h.Error(diff)
		}
		p, err := h.List(ctx, h.who["second"], Filter{Kind: Warning})
		h.good(err)
		h.good(h.Decide(ctx, h.who["second"], p.Rewards[0].ID, Decision{Reason: "一月请了病假"}, h.clock.ID()))
		if _, err = h.Derive(ctx, h.who["second"], "2026-02", "d3"); err != nil || len(h.waiting("second")) != 2 {
			h.Errorf("what was declined is proposed again: %v, %v", h.waiting("second"), err)
		}
	})
}

// Two instances derive the same cycle ten times at once.
func TestDeriveAtOnce(t *testing.T) {
	each(t, func(h *house) {
		h.months()
		other := h.instance()
		var wg sync.WaitGroup
		var mu sync.Mutex
		proposed := 0
		for i := range 10 {
			at := []*Rewards{h.Rewards, other}[i%2]
			wg.Go(func() {
				out, err := at.Derive(ctx, h.who["hr"], "2026-02", h.clock.ID())
				mu.Lock()
				defer mu.Unlock()
				if proposed += out.Proposed; err != nil || out.Proposed+out.Already != 3 {
					h.Errorf("%+v, %v", out, err)
				}
			})
		}
		wg.Wait()
		if got := h.waiting("second"); proposed != 3 || len(got) != 3 {
			h.Errorf("%d proposed: %v", proposed, got)
		}
	})
}

// instance is the room once more, as another node has it.
func (h *house) instance() *Rewards {
	return New(Parts{DB: h.d, Clock: h.clock, Zone: h.zone, Trail: h.trail, People: h.people, Policy: h.policy, Records: h.shelf, Finding: h.owner})
}

// Fifty decisions at once, half to grant and half to decline, by two people on two instances: one counts, and the history says which.
func TestDecideAtOnce(t *testing.T) {
	each(t, func(h *house) {
		id, other := h.propose("lead", h.draft(Bonus)), h.instance()
		var wg sync.WaitGroup
		var mu sync.Mutex
		won := []Decision{}
		for i := range 50 {
			at, who := []*Rewards{h.Rewards, other}[i%2], h.who[[]string{"hr", "second"}[i%2]]
			d := Decision{Reason: strings.Repeat("好", i+1)}
			if i%4 < 2 {
				d.Grant, d.Amount = true, int64(i+1)
			}
			wg.Go(func() {
				err := at.Decide(ctx, who, id, d, h.clock.ID())
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won = append(won, d)
				} else if fault.KindOf(err) != fault.Conflict {
					h.Errorf("%+v: %v", d, err)
				}
			})
		}
		wg.Wait()
		w := h.see("second", id)
		if len(won) != 1 || w.Decision != won[0].Reason || w.Amount != won[0].Amount || (w.State == Granted) != won[0].Grant || len(w.History) != 2 {
			h.Errorf("%d of them count: %+v; %+v", len(won), won, w)
		}
		for i, e := range w.History {
			if e.Seq != int64(i)+1 {
				h.Errorf("a gap: %+v", w.History)
			}
		}
	})
}

func TestCorrectedAppraisalIsNotGranted(t *testing.T) {
	each(t, func(h *house) {
		h.months()
		_, err := h.Derive(ctx, h.who["hr"], "2026-02", "d1")
		h.good(err)
		p, err := h.List(ctx, h.who["hr"], Filter{Kind: Warning})
		h.good(err)
		id := p.Rewards[0].ID
		if w := h.see("hr", id); len(w.Changed) != 0 || !w.May.Decide {
			h.Errorf("%+v", w)
		}
		for i := range h.shelf.all { // the earlier of the two months
			if r := &h.shelf.all[i]; r.Person == h.who["rep"].ID && r.Period == "2026-01" {
				r.Band = "B"
			}
		}
		if w := h.see("hr", id); len(w.Changed) != 1 || w.Changed[0].Band != "B" {
			h.Errorf("%+v", w.Changed)
		}
		h.bad(h.Decide(ctx, h.who["hr"], id, Decision{Grant: true, Reason: "是"}, h.clock.ID()), fault.Conflict, "reward.record_changed")
		h.good(h.Decide(ctx, h.who["hr"], id, Decision{Reason: "一月更正了"}, h.clock.ID()))
	})
}

// The operator has no id: what they derive was done by nobody, and nobody is kept from deciding by it.
func TestOperatorDerives(t *testing.T) {
	each(t, func(h *house) {
		h.months()
		_, err := h.Derive(ctx, access.Operator(), "2026-02", "d1")
		h.good(err)
		p, err := h.List(ctx, access.Operator(), Filter{Kind: Bonus})
		h.good(err)
		w, err := h.See(ctx, access.Operator(), p.Rewards[0].ID)
		h.good(err)
		if len(w.History) != 1 || w.History[0].By != "" || w.History[0].Act != Derive || !w.May.Decide || w.May.Withdraw {
			h.Errorf("%+v", w)
		}
	})
}
