package appraisal

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"tongguan/courses/composite"
	"tongguan/server/base/access"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

// Fifty people at once, on two nodes: of each kind of act one is done.
func TestAtOnce(t *testing.T) {
	each(t, func(h *house) {
		cycle := h.calibrating()
		r := h.of(h.ann)
		nodes := []*Appraisals{h.Appraisals, h.second()}
		rush := func(what string, want int64, do func(a *Appraisals, i int, form string) error) {
			h.Helper()
			var done atomic.Int64
			var wg sync.WaitGroup
			for i := range 50 {
				form := h.form()
				wg.Go(func() {
					switch err := do(nodes[i%2], i, form); {
					case err == nil:
						done.Add(1)
					case fault.KindOf(err) != fault.Conflict:
						h.Error(what, err)
					}
				})
			}
			wg.Wait()
			if done.Load() != want {
				h.Errorf("%s: done %d times, want %d", what, done.Load(), want)
			}
			h.whole(h.of(h.ann))
		}
		who, calibrator := []people.Person{h.hr, h.hr2}, h.person("hr3", "", access.HR)
		rush("calibrate", 1, func(a *Appraisals, i int, form string) error {
			return a.Calibrate(ctx, calibrator.Actor(), r.ID, Ruling{Score: int64(i), Reason: "x", Seen: 1}, form)
		})
		rush("show", 1, func(a *Appraisals, i int, form string) error { return a.Show(ctx, who[i%2].Actor(), r.ID, form) })
		rush("respond", 1, func(a *Appraisals, i int, form string) error {
			return a.Respond(ctx, h.ann.Actor(), r.ID, Answer{Do: []Act{Acknowledge, Dispute}[i/2%2], Text: "x"}, form)
		})
		if h.of(h.ann).State == Disputed {
			rush("decide", 1, func(a *Appraisals, i int, form string) error {
				return a.Decide(ctx, h.hr2.Actor(), r.ID, Appeal{Uphold: i%3 == 0, Ruling: Ruling{Score: 100, Reason: "x"}}, form)
			})
		}
		var all atomic.Int64
		rush("close", 1, func(a *Appraisals, i int, form string) error {
			if i%5 > 0 {
				return a.Close(ctx, h.hr.Actor(), r.ID, form)
			}
			n, err := a.CloseAll(ctx, h.hr.Actor(), cycle, form)
			if all.Add(int64(n)); err == nil && n == 0 {
				err = fault.New(fault.Conflict, "nothing was left")
			}
			return err
		})
		seen := h.wants(h.ann, Closed).Entries
		rush("correct", 1, func(a *Appraisals, i int, form string) error {
			return a.Correct(ctx, who[i%2].Actor(), r.ID, Ruling{Score: int64(i), Reason: "x", Seen: seen}, form)
		})
		form := h.form()
		rush("the same form", 50, func(a *Appraisals, _ int, _ string) error {
			return a.Correct(ctx, h.hr.Actor(), r.ID, Ruling{Score: 5, Reason: "x", Seen: seen + 1}, form)
		})
		if got := h.of(h.ann).Entries; got != seen+2 {
			h.Errorf("%d entries, want %d", got, seen+2)
		}
		if rep, err := h.Verify(ctx, h.hr.Actor(), r.ID); err != nil || !rep.Whole() {
			h.Errorf("%+v %v", rep, err)
		}
	})
}

// Whatever people and time do in whatever order, a record goes only where its machine leads.
func TestNoIllegalStateIsReached(t *testing.T) {
	d := dbtest.SQLite(t)
	h := build(t, d, start, shanghai)
	n, reached := 0, map[State]bool{}
	rapid.Check(t, func(rt *rapid.T) {
		n++
		p := h.person(fmt.Sprint("p", n), h.north)
		at := h.clock.Date(h.zone)
		plus := func(days int) string { return dateAfter(at, days) }
		plan := Plan{Scheme: "month", Period: at[:7], Persons: []string{p.ID}, Least: -1, Missing: composite.Zero,
			Deadlines: Deadlines{plus(1), plus(40), plus(42), plus(44), plus(47)}}
		cycle := h.open(plan)
		r := h.of(p)
		forms := []string{h.form(), h.form()} // some are sent again
		steps := map[string]func(form string) error{
			"target": func(f string) error {
				return h.SetTargets(ctx, h.manager.Actor(), r.ID, map[string]int64{"sales": 5}, f)
			},
			"agree": func(f string) error { return h.AgreeTargets(ctx, p.Actor(), r.ID, 1, f) },
			"rule": func(f string) error {
				return h.Calibrate(ctx, h.hr.Actor(), r.ID, Ruling{Score: 9, Reason: "x", Seen: h.of(p).Entries}, f)
			},
			"show": func(f string) error { return h.Show(ctx, h.hr.Actor(), r.ID, f) },
			"yes":  func(f string) error { return h.Respond(ctx, p.Actor(), r.ID, Answer{Do: Acknowledge}, f) },
			"no":   func(f string) error { return h.Respond(ctx, p.Actor(), r.ID, Answer{Do: Dispute, Text: "x"}, f) },
			"uphold": func(f string) error {
				return h.Decide(ctx, h.hr2.Actor(), r.ID, Appeal{Uphold: true, Ruling: Ruling{Reason: "x"}}, f)
			},
			"amend": func(f string) error {
				return h.Decide(ctx, h.hr2.Actor(), r.ID, Appeal{Ruling: Ruling{Score: 8, Reason: "x"}}, f)
			},
			"close": func(f string) error { return h.Close(ctx, h.hr.Actor(), r.ID, f) },
			"all":   func(f string) error { _, err := h.CloseAll(ctx, h.hr.Actor(), cycle, f); return err },
			"correct": func(f string) error {
				return h.Correct(ctx, h.hr2.Actor(), r.ID, Ruling{Score: 7, Reason: "x", Seen: h.of(p).Entries}, f)
			},
			"day":   func(string) error { h.advance(20 * day); return h.Tick(ctx) },
			"hours": func(string) error { h.advance(day / 2); return h.Tick(ctx) },
		}
		next := map[State][]string{Targets: {"day"}, Measuring: {"day"}, Reviewing: {"day"}, Calibration: {"rule", "show", "show"}, Shown: {"yes", "no", "no", "day"}, Disputed: {"uphold", "amend"}}
		do := rapid.SliceOfN(rapid.SampledFrom([]string{"next", "next", "next", "next", "target", "agree", "rule", "show", "yes", "no", "uphold", "amend", "close", "all", "correct", "day",
			"hours"}), 15, 40).Draw(rt, "acts")
		for _, act := range do {
			before := h.of(p)
			if act == "next" { // what brings it on, so that it comes to the end now and then
				act = rapid.SampledFrom(append(slices.Clone(next[before.State]), "close")).Draw(rt, "next")
			}
			form := h.form()
			if rapid.IntRange(0, 9).Draw(rt, "again") == 0 {
				form = forms[rapid.IntRange(0, 1).Draw(rt, "which")]
			}
			err := steps[act](form)
			if k := fault.KindOf(err); err != nil && k != fault.Conflict && k != fault.Invalid {
				rt.Fatalf("%s: %v", act, err)
			}
			after := h.of(p)
			reached[after.State] = true
			if before.State == Closed && after.State != Closed || after.Seq < before.Seq || after.Entries < before.Entries {
				rt.Fatalf("%s took it from %+v to %+v", act, before, after)
			}
			h.whole(after)
		}
		if h.Failed() {
			rt.Fatalf("after %q", do)
		}
	})
	for _, s := range States() {
		if !reached[s] {
			t.Errorf("%s was never reached, so nothing is known of it", s)
		}
	}
}

// Every verb on somebody's record, by everybody who could try: what is refused is refused to all who may not, in every state.
func TestWhoMayDoWhat(t *testing.T) {
	h := build(t, dbtest.SQLite(t), start, shanghai)
	cycle := h.calibrating()
	r := h.of(h.ann)
	author, admin := h.person("author", "", access.Author), h.person("admin", "", access.Admin)
	other := h.person("other", "", access.Manager)
	who := map[string]access.Actor{"self": h.ann.Actor(), "colleague": h.bob.Actor(), "manager": h.manager.Actor(), "other manager": other.Actor(), "hr": h.hr.Actor(),
		"inspector": h.inspector.Actor(), "author": author.Actor(), "admin": admin.Actor(), "nobody": {}}
	for verb, x := range map[string]struct {
		may string
		do  func(a access.Actor) error
	}{
		"targets":   {"manager hr", func(a access.Actor) error { return h.SetTargets(ctx, a, r.ID, map[string]int64{"sales": 1}, h.form()) }},
		"agree":     {"self", func(a access.Actor) error { return h.AgreeTargets(ctx, a, r.ID, 1, h.form()) }},
		"object":    {"self", func(a access.Actor) error { return h.ObjectTargets(ctx, a, r.ID, "x", h.form()) }},
		"calibrate": {"hr", func(a access.Actor) error { return h.Calibrate(ctx, a, r.ID, Ruling{Reason: "x", Seen: 99}, h.form()) }},
		"show":      {"hr", func(a access.Actor) error { return h.Show(ctx, a, h.of(h.bob).ID, h.form()) }},
		"respond":   {"self", func(a access.Actor) error { return h.Respond(ctx, a, r.ID, Answer{Do: Acknowledge}, h.form()) }},
		"decide": {"hr", func(a access.Actor) error {
			return h.Decide(ctx, a, r.ID, Appeal{Ruling: Ruling{Reason: "x"}}, h.form())
		}},
		"close":    {"hr", func(a access.Actor) error { return h.Close(ctx, a, r.ID, h.form()) }},
		"correct":  {"hr", func(a access.Actor) error { return h.Correct(ctx, a, r.ID, Ruling{Reason: "x", Seen: 99}, h.form()) }},
		"read":     {"self manager hr inspector", func(a access.Actor) error { _, err := h.Record(ctx, a, r.ID); return err }},
		"notes":    {"self manager hr inspector", func(a access.Actor) error { _, err := h.Notes(ctx, a, r.ID); return err }},
		"verify":   {"self manager hr inspector", func(a access.Actor) error { _, err := h.Verify(ctx, a, r.ID); return err }},
		"cycle":    {"hr inspector", func(a access.Actor) error { _, err := h.Cycle(ctx, a, cycle); return err }},
		"schemes":  {"hr", func(a access.Actor) error { _, err := h.Schemes(a); return err }},
		"add":      {"hr", func(a access.Actor) error { _, err := h.Add(ctx, a, cycle, []string{h.ann.ID}, h.form()); return err }},
		"move":     {"hr", func(a access.Actor) error { return h.Reschedule(ctx, a, cycle, november, h.form()) }},
		"show all": {"hr", func(a access.Actor) error { _, err := h.ShowAll(ctx, a, "none", h.form()); return err }},
	} {
		for name, a := range who {
			err := x.do(a)
			k := fault.KindOf(err)
			refused := err != nil && (k == fault.Missing || k == fault.Denied)
			if verb == "show all" { // of a cycle that there is not
				refused = k == fault.Missing && name != "hr"
			}
			if may := slices.Contains(strings.Fields(x.may), name); may == refused {
				t.Errorf("%s by %s: %v", verb, name, err)
			}
			if err != nil && k == fault.Internal {
				t.Errorf("%s by %s: %v", verb, name, err)
			}
		}
	}
}

// With its last record a cycle is over, whichever two are closed at once.
func TestTheLastRecordClosesTheCycle(t *testing.T) {
	each(t, func(h *house) {
		cycle := h.calibrating()
		records := []Record{h.of(h.ann), h.of(h.bob)}
		h.must(h.Calibrate(ctx, h.hr.Actor(), records[1].ID, Ruling{Score: 1, Reason: "x", Seen: 1}, h.form()))
		h.until(november.Calibration)
		h.until(november.Response)
		var wg sync.WaitGroup
		for i, node := range []*Appraisals{h.Appraisals, h.second()} {
			form := h.form()
			wg.Go(func() {
				if err := node.Close(ctx, h.hr.Actor(), records[i].ID, form); err != nil {
					h.Error(err)
				}
			})
		}
		wg.Wait()
		if c, err := h.Cycle(ctx, h.hr.Actor(), cycle); err != nil || c.ClosedAt == 0 {
			h.Errorf("%+v %v", c, err)
		}
		h.refuses(h.Reschedule(ctx, h.hr.Actor(), cycle, november, h.form()), fault.Conflict, "appraisal.cycle_closed")
	})
}

// Who verifies while others decide is told of no difference that is none.
func TestVerifyMeanwhile(t *testing.T) {
	each(t, func(h *house) {
		h.calibrating()
		r := h.of(h.ann)
		var wg sync.WaitGroup
		var over atomic.Bool
		wg.Go(func() {
			defer over.Store(true)
			for i := range 40 {
				if err := h.Calibrate(ctx, h.hr.Actor(), r.ID, Ruling{Score: int64(i), Reason: "x", Seen: int64(i + 1)}, fmt.Sprint("meanwhile", i)); err != nil {
					h.Error(err)
				}
			}
		})
		for n := 0; !over.Load() || n == 0; n++ {
			if rep, err := h.second().Verify(ctx, h.inspector.Actor(), r.ID); err != nil || !rep.Whole() {
				h.Errorf("%+v %v", rep, err)
			}
		}
		wg.Wait()
	})
}
