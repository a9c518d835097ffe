package inspection

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"tongguan/server/base/fault"
)

// TestMachine holds for every sequence of acts: only what was rectified is verified, and what is verified stays so.
func TestMachine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now, last := Open, Act("")
		for _, do := range rapid.SliceOf(rapid.SampledFrom(append(Acts(), "praise", Raise))).Draw(t, "acts") {
			next, ok := Next(now, do)
			switch {
			case !ok && next != now, !slices.Contains(States(), next), ok && now == Verified:
				t.Fatalf("%s leads from %s to %s", do, now, next)
			case ok && next == Verified && (do != Verify || last != Rectify):
				t.Fatalf("verified by %s after %s", do, last)
			}
			if now = next; ok {
				last = do
			}
		}
	})
}

// TestEveryActInEveryState goes through the verbs: what the machine does not know is refused and changes nothing.
func TestEveryActInEveryState(t *testing.T) {
	by := map[Act]string{Rectify: "rep", Verify: "inspector", SendBack: "second", Move: "inspector"}
	way := map[State][]Act{Open: {}, Rectified: {Rectify}, Returned: {Rectify, SendBack}, Verified: {Rectify, Verify}}
	each(t, func(h *house) {
		for _, s := range States() {
			for _, do := range Acts() {
				id := h.raise(Finding{})
				for _, step := range way[s] {
					h.good(h.do(by[step], id, step))
				}
				want, ok := Next(s, do)
				if err := h.do(by[do], id, do); ok && err != nil || !ok && fault.KindOf(err) != fault.Conflict {
					h.Errorf("%s while %s: %v", do, s, err)
				}
				v, err := h.Finding(ctx, h.who["second"], id)
				if err != nil || v.State != want || int64(len(v.History)) != v.Version {
					h.Errorf("%s while %s leads to %s with %d lines: %v", do, s, v.State, len(v.History), err)
				}
			}
		}
	})
}

// TestFiftyAtOnce has everybody do everything at the same moment: the history has no gap and leads where the finding is.
func TestFiftyAtOnce(t *testing.T) {
	each(t, func(h *house) {
		id := h.raise(Finding{})
		var wg sync.WaitGroup
		for i := range 50 {
			wg.Go(func() {
				do := Acts()[i%4]
				login := map[Act]string{Rectify: "rep", Verify: "inspector", SendBack: "second", Move: "inspector"}[do]
				f, err := findingByID(ctx, h.d.Read(), id)
				if err == nil {
					err = h.Do(ctx, h.who[login], id, Deed{Do: do, Version: f.Version, Text: "x", Owner: h.who["rep"].ID, DueOn: "2026-12-05"})
				}
				if err != nil && fault.KindOf(err) != fault.Conflict {
					h.Error(err)
				}
			})
		}
		wg.Wait()
		v, err := h.Finding(ctx, h.who["inspector"], id)
		h.good(err)
		now := Open
		for i, s := range v.History {
			if s.Seq != int64(i+1) {
				h.Fatalf("line %d is numbered %d", i+1, s.Seq)
			}
			if i > 0 {
				next, ok := Next(now, s.Act)
				if !ok {
					h.Fatalf("%s in state %s", s.Act, now)
				}
				now = next
			}
		}
		acts, _ := h.trailed()
		if n := strings.Count(strings.Join(acts, " "), "finding."); now != v.State || int(v.Version) != len(v.History) || n != len(v.History) {
			h.Errorf("%s at the end of %d lines, it is %s; %d in the trail", now, len(v.History), v.State, n)
		}
	})
}

// TestNobodyVerifiesTheirOwn: an inspector who owns a finding rectifies it and leaves the judging to another.
func TestNobodyVerifiesTheirOwn(t *testing.T) {
	each(t, func(h *house) {
		id := h.raise(Finding{Owner: h.who["inspector"].ID})
		h.good(h.do("inspector", id, Rectify))
		h.bad(h.do("inspector", id, Verify), fault.Denied)
		h.bad(h.do("inspector", id, SendBack), fault.Denied)
		h.bad(h.do("second", id, Rectify), fault.Denied)
		h.good(h.do("second", id, Verify))
	})
}
