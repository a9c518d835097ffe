package appraisal

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tongguan/courses/composite"
	"tongguan/server/base/access"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/fault"
)

func TestAMonthFromEndToEnd(t *testing.T) {
	each(t, func(h *house) {
		cycle := h.calibrating()
		r := h.of(h.ann)
		// sales 120 % is 120 points, half the weight; complaints 2 of 4 is 150 %, capped at 120, a fifth; 75 of a fifth and 50 of a tenth.
		// (5000×12000 + 2000×12000 + 2000×7500 + 1000×5000) / 10000 = 10400; without the gate the cap is 80 points
		if !r.Has || r.Score != 8000 || r.Band != "B" || r.Simulated {
			h.Errorf("%+v", r)
		}
		if b := h.of(h.bob); b.Has || b.State != Calibration {
			h.Errorf("nothing is known of bob, and he has a result: %+v", b)
		}
		w, err := h.Record(ctx, h.hr.Actor(), r.ID)
		h.must(err)
		if w.Result.All.Score != 10_400 || w.Result.Quantitative.Score != 12_000 || w.Result.Qualitative.Score != 6_667 || len(w.Result.Adjustments) != 2 {
			h.Errorf("%+v", w.Result)
		}
		if w.Measured["sales"].Value != 120_000 || len(w.Opinions) != 2 || w.Opinions[1].Comments[0] != "quick" {
			h.Errorf("%+v %+v", w.Measured, w.Opinions)
		}
		if h.measures.frozen[h.ann.ID+"2026-11"] != 1 || !h.judges.asked[r.ID] || !h.judges.closed[r.ID] || h.judges.opened[r.ID].Due != november.Reviews {
			h.Error("the figures were not frozen once, or the panel not opened and closed")
		}
		if len(h.judges.shown) != 0 {
			h.Error("reviews are shown before the results")
		}
		h.must(h.Show(ctx, h.hr.Actor(), r.ID, h.form()))
		if !h.judges.shown[r.ID] || len(h.judges.shown) != 1 {
			h.Errorf("the reviews are not shown with the result: %v", h.judges.shown)
		}
		h.must(h.Respond(ctx, h.ann.Actor(), r.ID, Answer{Do: Acknowledge}, h.form()))
		h.must(h.Calibrate(ctx, h.hr.Actor(), h.of(h.bob).ID, Ruling{Score: 7000, Reason: "on leave", Seen: 1}, h.form()))
		h.until(november.Calibration)
		h.wants(h.bob, Shown)
		if !h.judges.shown[h.of(h.bob).ID] {
			h.Error("time has shown the result without the reviews")
		}
		h.until(november.Response)
		h.wants(h.bob, NoResponse)
		n, err := h.CloseAll(ctx, h.hr.Actor(), cycle, h.form())
		if h.must(err); n != 2 {
			h.Errorf("%d closed", n)
		}
		h.wants(h.ann, Closed)
		if c, err := h.Cycle(ctx, h.hr.Actor(), cycle); err != nil || c.ClosedAt == 0 || c.States[Closed] != 2 || c.People != 2 {
			h.Errorf("%+v %v", c, err)
		}
		for _, p := range []string{h.of(h.ann).ID, h.of(h.bob).ID} {
			if rep, err := h.Verify(ctx, h.inspector.Actor(), p); err != nil || !rep.Whole() || rep.Trail < 0 {
				h.Errorf("%+v %v", rep, err)
			}
		}
	})
}

// Two phases may end on the same day: still all of a cycle are in reviews before those of anybody end.
func TestAllReviewsEndTogether(t *testing.T) {
	each(t, func(h *house) {
		for i := range batch + 1 {
			h.person(fmt.Sprint("more", i), h.north)
		}
		p := h.plan()
		p.Deadlines.Reviews = p.Deadlines.Figures
		h.open(p)
		h.advance(32 * day)
		done := make(chan error, 2)
		for _, node := range []*Appraisals{h.Appraisals, h.second()} {
			go func() { done <- node.Tick(ctx) }()
		}
		for range 2 {
			h.must(<-done)
		}
		if h.wants(h.ann, Calibration); h.judges.early > 0 || len(h.judges.closed) != batch+3 {
			h.Errorf("%d asked early, %d closed", h.judges.early, len(h.judges.closed))
		}
	})
}

// What reviewers have said stands on the record as it was computed from, whatever the reviews say later.
func TestOpinionsStandAsTheyWere(t *testing.T) {
	h := build(t, dbtest.SQLite(t), start, shanghai)
	h.calibrating()
	h.judges.opinions[h.ann.ID] = []Opinion{{Group: "superior", Asked: 1, Given: 1, Raw: 1000, Comments: []string{"slow"}}, {Group: "customer", Given: 1, Raw: 200}}
	w, err := h.Record(ctx, h.hr.Actor(), h.of(h.ann).ID)
	h.must(err)
	var got []string
	for _, o := range w.Opinions {
		got = append(got, fmt.Sprint(o.Group, o.Raw, o.Adjusted, o.Comments))
	}
	if d := cmp.Diff([]string{"superior7500 0 [slow]", "customer200 0 []", "colleague5000 6000 []"}, got); d != "" {
		h.Error(d)
	}
}

func TestLeniencyIsTheCyclesChoice(t *testing.T) {
	h := build(t, dbtest.SQLite(t), start, shanghai)
	p := h.plan()
	p.Leniency = true
	h.open(p)
	h.judges.opinions[h.ann.ID] = []Opinion{{Group: "superior", Given: 2, Withheld: true, Raw: 9999}, {Group: "colleague", Given: 3, Raw: 5000, Adjusted: 6000, HasAdjusted: true}}
	h.until(november.Reviews)
	w, err := h.Record(ctx, h.hr.Actor(), h.of(h.ann).ID)
	h.must(err)
	if l := w.Result.Lines; l[2].Fate != composite.Dropped || l[3].Score != 6000 {
		h.Errorf("%+v", l)
	}
}

// What may be known of a record at which state, by whom. Times are those of the phases.
func TestWhoSeesWhat(t *testing.T) {
	each(t, func(h *house) {
		h.calibrating()
		r := h.of(h.ann)
		looks := func(p access.Actor) string {
			w, err := h.Record(ctx, p, r.ID)
			switch {
			case fault.KindOf(err) == fault.Missing:
				return "missing"
			case err != nil:
				return err.Error()
			case w.Result == nil:
				return "no result"
			case len(w.Opinions) == 0:
				if w.Result.Lines[2].Score != 0 || w.Inputs.Items[2].Opinion != nil || w.Result.Qualitative.Score != 0 {
					return "reviews leak"
				}
				return "no reviews"
			}
			return "all"
		}
		table := func(when string, want map[string]string) {
			h.Helper()
			got := map[string]string{"ann": looks(h.ann.Actor()), "bob": looks(h.bob.Actor()), "manager": looks(h.manager.Actor()), "hr": looks(h.hr.Actor()),
				"inspector": looks(h.inspector.Actor()), "nobody": looks(access.Actor{})}
			if d := cmp.Diff(want, got); d != "" {
				h.Errorf("%s: %s", when, d)
			}
		}
		table("in calibration", map[string]string{"ann": "no result", "bob": "missing", "manager": "no result", "hr": "all", "inspector": "no reviews", "nobody": "missing"})
		if m, err := h.Mine(ctx, h.ann.Actor()); err != nil || len(m) != 1 || m[0].Has || m[0].Hash != "" {
			h.Errorf("%+v %v", m, err)
		}
		if p, err := h.Records(ctx, h.manager.Actor(), Filter{Band: "B"}); err != nil || len(p.Records) != 0 {
			h.Errorf("a filter tells the band: %+v %v", p, err)
		}
		h.must(h.Show(ctx, h.hr.Actor(), r.ID, h.form()))
		table("shown", map[string]string{"ann": "all", "bob": "missing", "manager": "all", "hr": "all", "inspector": "no reviews", "nobody": "missing"})
		if p, err := h.Records(ctx, h.manager.Actor(), Filter{Band: "B"}); err != nil || len(p.Records) != 1 || p.Records[0].Score != 8000 {
			h.Errorf("%+v %v", p, err)
		}
		_, err := h.Records(ctx, h.bob.Actor(), Filter{})
		h.refuses(err, fault.Missing, "")
		_, err = h.Cycles(ctx, h.manager.Actor())
		h.refuses(err, fault.Missing, "")
	})
}

func TestTargets(t *testing.T) {
	each(t, func(h *house) {
		h.open(h.plan())
		r := h.of(h.ann)
		set := func(who access.Actor, values map[string]int64) error {
			return h.SetTargets(ctx, who, r.ID, values, h.form())
		}
		h.refuses(set(h.bob.Actor(), map[string]int64{"sales": 1}), fault.Missing, "")
		h.refuses(set(h.ann.Actor(), map[string]int64{"sales": 1}), fault.Denied, "")
		h.refuses(set(h.manager.Actor(), map[string]int64{"sales": 0}), fault.Invalid, "appraisal.target_range")
		h.refuses(set(h.manager.Actor(), map[string]int64{"superior": 5}), fault.Invalid, "appraisal.item_unknown")
		h.must(set(h.manager.Actor(), map[string]int64{"sales": 100}))
		h.refuses(h.AgreeTargets(ctx, h.ann.Actor(), r.ID, 1, h.form()), fault.Invalid, "appraisal.targets_lacking")
		h.must(set(h.manager.Actor(), map[string]int64{"sales": 100, "complaints": 4}))
		h.refuses(h.AgreeTargets(ctx, h.ann.Actor(), r.ID, 1, h.form()), fault.Conflict, "")
		h.refuses(h.AgreeTargets(ctx, h.ann.Actor(), r.ID, -1, h.form()), fault.Invalid, "error.form_stale")
		h.must(h.ObjectTargets(ctx, h.ann.Actor(), r.ID, "too much", h.form()))
		h.must(set(h.hr.Actor(), map[string]int64{"sales": 90}))
		if now := h.of(h.ann); now.Agreement != Unanswered || now.Targets != 2 {
			h.Errorf("%+v", now)
		}
		h.must(h.AgreeTargets(ctx, h.ann.Actor(), r.ID, 4, h.form()))
		h.refuses(h.AgreeTargets(ctx, h.ann.Actor(), r.ID, 5, h.form()), fault.Conflict, "")
		h.refuses(h.AgreeTargets(ctx, h.manager.Actor(), r.ID, 5, h.form()), fault.Missing, "")
		w, err := h.Record(ctx, h.ann.Actor(), r.ID)
		h.must(err)
		var kinds []string
		for i, s := range w.Steps {
			if kinds = append(kinds, s.Kind); s.Seq != int64(i+1) {
				h.Errorf("step %d: %+v", i, s)
			}
		}
		if d := cmp.Diff([]string{"set", "set", "objected", "set", "agreed"}, kinds); d != "" || w.Goals[0].Value != 90 || w.Goals[1].Value != 4 {
			h.Error(d, w.Goals)
		}
		h.until(november.Targets)
		h.wants(h.ann, Measuring)
		h.refuses(set(h.manager.Actor(), map[string]int64{"sales": 80}), fault.Conflict, "")
		h.must(set(h.hr.Actor(), map[string]int64{"sales": 80}))
		h.until(november.Figures)
		h.refuses(set(h.hr.Actor(), map[string]int64{"sales": 70}), fault.Conflict, "")
	})
}

func TestOpenRefuses(t *testing.T) {
	h := build(t, dbtest.SQLite(t), start, shanghai)
	for key, change := range map[string]func(p *Plan){
		"appraisal.scheme_unknown":    func(p *Plan) { p.Scheme = "none" },
		"appraisal.period_form_month": func(p *Plan) { p.Period = "2026-13" },
		"appraisal.nobody":            func(p *Plan) { p.Teams = nil },
		"appraisal.team_unknown":      func(p *Plan) { p.Teams = []string{"none"} },
		"appraisal.role_unknown":      func(p *Plan) { p.Roles = []string{"king"} },
		"appraisal.date_form":         func(p *Plan) { p.Deadlines.Reviews = "2026-02-30" },
		"appraisal.dates_order":       func(p *Plan) { p.Deadlines.Reviews = "2026-11-30" },
		"appraisal.response_short":    func(p *Plan) { p.Deadlines.Response = "2026-12-10" },
		"appraisal.figures_early":     func(p *Plan) { p.Deadlines.Figures = "2026-11-29" },
		"composite.weights": func(p *Plan) {
			p.Weights = map[string]int64{"sales": 5000, "complaints": 2000, "superior": 2000, "colleague": 999}
		},
		"composite.number_range":      func(p *Plan) { p.Weights = map[string]int64{"sales": 10_000} },
		"composite.bands_zero":        func(p *Plan) { p.Bands = []composite.Band{{ID: "A", From: 1, Name: text}} },
		"composite.programme_unknown": func(p *Plan) { p.HasRules, p.Rules = true, []composite.Rule{{Programme: "x", Flag: true}} },
		"composite.missing_unknown":   func(p *Plan) { p.Missing = "guess" },
		"error.form_stale":            nil,
	} {
		p, request := h.plan(), h.form()
		if change == nil {
			request = ""
		} else {
			change(&p)
		}
		_, err := h.Open(ctx, h.hr.Actor(), p, request)
		h.refuses(err, fault.Invalid, key)
	}
	for _, p := range []access.Actor{h.ann.Actor(), h.manager.Actor(), h.inspector.Actor(), {}} {
		_, err := h.Open(ctx, p, h.plan(), h.form())
		h.refuses(err, fault.Missing, "")
	}
}

func TestOnePersonOneRecordOfAPeriod(t *testing.T) {
	each(t, func(h *house) {
		form := h.form()
		first, err := h.Open(ctx, h.hr.Actor(), h.plan(), form)
		h.must(err)
		if again, err := h.Open(ctx, h.hr.Actor(), h.plan(), form); err != nil || again != first {
			h.Errorf("the same form opened %s, then %s, %v", first, again, err)
		}
		_, err = h.Open(ctx, h.hr.Actor(), h.plan(), h.form())
		h.refuses(err, fault.Conflict, "appraisal.all_taken")
		carl := h.person("carl", h.north)
		who, err := h.Affects(ctx, h.hr.Actor(), h.plan())
		if h.must(err); len(who.People) != 1 || who.People[0].ID != carl.ID || len(who.Taken) != 2 {
			h.Errorf("%+v", who)
		}
		p := h.plan()
		p.Weights = map[string]int64{"sales": 4000, "complaints": 3000, "superior": 2000, "colleague": 1000}
		second := h.open(p)
		if c, err := h.Cycle(ctx, h.hr.Actor(), second); err != nil || !c.Adapted || c.Scheme.Items[0].Weight != 4000 || c.People != 1 || c.Hash != c.Scheme.Sum() {
			h.Errorf("%+v %v", c, err)
		}
		if c, err := h.Cycle(ctx, h.hr.Actor(), first); err != nil || c.Adapted || c.People != 2 || c.Untargeted != 2 {
			h.Errorf("%+v %v", c, err)
		}
		dan := h.person("dan", "")
		form = h.form()
		for range 2 {
			if n, err := h.Add(ctx, h.hr.Actor(), first, []string{dan.ID, h.ann.ID}, form); err != nil || n != 1 {
				h.Errorf("%d added, %v", n, err)
			}
		}
		h.until(november.Figures)
		_, err = h.Add(ctx, h.hr.Actor(), first, []string{h.person("eve", "").ID}, h.form())
		h.refuses(err, fault.Conflict, "appraisal.figures_frozen")
	})
}

func TestSimulatedFiguresMarkForEver(t *testing.T) {
	h := build(t, dbtest.SQLite(t), start, shanghai)
	h.open(h.plan())
	h.aims()
	h.measures.put(h.ann, "2026-11", "sales-amount", 50_000, Simulated)
	h.measures.put(h.ann, "2026-11", "visits", 1, Simulated) // no item of the scheme
	h.measures.put(h.bob, "2026-11", "visits", 1, Simulated)
	h.until(november.Reviews)
	h.measures.put(h.ann, "2026-11", "sales-amount", 60_000, "typed")
	if !h.of(h.ann).Simulated || h.of(h.bob).Simulated {
		h.Error("a record does not say what it rests on")
	}
	rep, err := h.Verify(ctx, h.hr.Actor(), h.of(h.ann).ID)
	if h.must(err); !slices.Contains(rep.Differences, "appraisal.verify_figures") {
		h.Errorf("a figure that changed after it was frozen is not seen: %+v", rep)
	}
}

func TestAYearRestsOnItsClosedMonths(t *testing.T) {
	each(t, func(h *house) {
		cycle := h.calibrating()
		h.until(november.Calibration)
		h.until(november.Response)
		_, err := h.CloseAll(ctx, h.hr.Actor(), cycle, h.form())
		h.must(err)
		h.must(h.Correct(ctx, h.hr.Actor(), h.of(h.ann).ID, Ruling{Score: 9000, Reason: "an order was booked late", Seen: 1}, h.form()))
		h.open(Plan{Scheme: "year", Period: "2026", Persons: []string{h.ann.ID}, Least: -1,
			Deadlines: Deadlines{"2026-12-31", "2027-01-05", "2027-01-06", "2027-01-07", "2027-01-10"}})
		h.until("2027-01-06")
		var id string
		h.must(h.d.Read().Get(ctx, &id, "SELECT id FROM appraisal_record WHERE period = '2026'"))
		w, err := h.Record(ctx, h.hr.Actor(), id)
		h.must(err)
		if l := w.Result.Lines; l[0].Score != 9000 || l[1].Fate != composite.Dropped || len(w.Inputs.Items[0].Months) != 1 || w.Score != 9000 {
			h.Errorf("%+v %+v", w.Result, w.Inputs)
		}
	})
}

// A year that rests on a month that rests on simulated figures says so, and so does the month after it that carries a score.
func TestSimulatedFiguresMarkWhatRestsOnThem(t *testing.T) {
	each(t, func(h *house) {
		cycle := h.open(h.plan())
		h.aims()
		h.measures.put(h.ann, "2026-11", "sales-amount", 120_000, Simulated)
		h.measures.put(h.bob, "2026-11", "sales-amount", 120_000, "typed")
		h.until(november.Calibration)
		h.until(november.Response)
		_, err := h.CloseAll(ctx, h.hr.Actor(), cycle, h.form())
		h.must(err)
		h.open(Plan{Scheme: "year", Period: "2026", Teams: []string{h.north}, Least: -1, Deadlines: Deadlines{"2026-12-31", "2027-01-05", "2027-01-06", "2027-01-07", "2027-01-10"}})
		p := h.plan()
		p.Period, p.Missing, p.Deadlines = "2026-12", composite.Carry, Deadlines{"2026-12-31", "2027-01-05", "2027-01-06", "2027-01-07", "2027-01-10"}
		h.open(p)
		h.until("2027-01-06")
		page, err := h.Records(ctx, h.hr.Actor(), Filter{})
		h.must(err)
		for _, r := range page.Records {
			if r.Simulated != (r.Person == h.ann.ID) || !r.Has {
				h.Errorf("%+v", r)
			}
		}
		if len(page.Records) != 6 {
			h.Errorf("%d records", len(page.Records))
		}
	})
}

func TestCarriedScores(t *testing.T) {
	h := build(t, dbtest.SQLite(t), start, shanghai)
	cycle := h.calibrating()
	h.until(november.Calibration)
	h.until(november.Response)
	h.until("2026-12-22")
	_, err := h.CloseAll(ctx, h.hr.Actor(), cycle, h.form())
	h.must(err)
	p := h.plan()
	p.Period, p.Missing, p.Persons, p.Teams = "2026-12", composite.Carry, []string{h.ann.ID}, nil
	p.Deadlines = Deadlines{"2026-12-23", "2027-01-02", "2027-01-03", "2027-01-04", "2027-01-07"}
	h.open(p)
	before := h.judges.opinions[h.ann.ID]
	h.judges.opinions[h.ann.ID] = nil
	h.until("2027-01-03")
	h.judges.opinions[h.ann.ID] = before
	w, err := h.Record(ctx, h.hr.Actor(), h.of(h.ann).ID)
	h.must(err)
	for i, want := range []int64{12_000, 12_000, 7500, 5000} {
		if l := w.Result.Lines[i]; l.Fate != composite.Carried || l.Score != want || w.Inputs.Items[i].Carried == "" {
			h.Errorf("%+v", l)
		}
	}
}

// A phase ends at the midnight after its last day, whatever the clocks do in that night.
func TestPhasesEndAtMidnight(t *testing.T) {
	for _, x := range []struct{ zone, day, over string }{
		{"Asia/Shanghai", "2026-11-10", "2026-11-10T16:00:00Z"},
		{"America/New_York", "2026-10-31", "2026-11-01T04:00:00Z"}, // the night before the clocks go back
		{"America/New_York", "2026-11-01", "2026-11-02T05:00:00Z"}, // a day of 25 hours
		{"Europe/Berlin", "2027-03-28", "2027-03-28T22:00:00Z"},    // a day of 23 hours
		{"America/Santiago", "2027-09-04", "2027-09-05T04:00:00Z"}, // midnight is skipped
	} {
		zone, err := time.LoadLocation(x.zone)
		if err != nil {
			t.Fatal(err)
		}
		over, err := time.Parse(time.RFC3339, x.over)
		if err != nil {
			t.Fatal(err)
		}
		h := build(t, dbtest.SQLite(t), over.Add(-48*time.Hour), zone)
		p := h.plan()
		p.Period = x.day[:7]
		p.Deadlines = Deadlines{x.day, "2028-01-02", "2028-01-03", "2028-01-04", "2028-01-07"}
		h.open(p)
		h.advance(48*time.Hour - time.Millisecond)
		h.must(h.Tick(ctx))
		h.wants(h.ann, Targets)
		h.advance(time.Millisecond)
		h.must(h.Tick(ctx))
		if r := h.wants(h.ann, Measuring); r.Since != over.UnixMilli() {
			h.Errorf("%s %s: %s", x.zone, x.day, time.UnixMilli(r.Since).UTC())
		}
	}
}

// When the job has not run for months every step takes effect at its own moment, and once however many nodes run it. But nobody
// has let days go by in which there was nothing to see.
func TestTickCatchesUp(t *testing.T) {
	each(t, func(h *house) {
		h.open(h.plan())
		h.aims()
		h.measures.put(h.ann, "2026-11", "sales-amount", 100_000, "typed")
		h.advance(100 * day)
		other := h.second()
		done := make(chan error, 4)
		for i := range 4 {
			go func() { done <- []*Appraisals{h.Appraisals, other}[i%2].Tick(ctx) }()
		}
		for range 4 {
			h.must(<-done)
		}
		r := h.wants(h.ann, Shown)
		all, err := transitionsOf(ctx, h.d.Read(), r.ID)
		h.must(err)
		for i, date := range []string{november.Targets, november.Figures, november.Reviews} {
			if end, _ := h.end(date); all[i+1].At != end {
				h.Errorf("%s took effect at %s", all[i+1].Act, time.UnixMilli(all[i+1].At).UTC())
			}
		}
		last := dateAfter(h.clock.Date(h.zone), 7)
		if all[4].At != h.clock.Now() || r.RespondBy != last {
			h.Errorf("shown at %s, to respond by %s", time.UnixMilli(all[4].At).UTC(), r.RespondBy)
		}
		h.until(dateAfter(last, -1))
		h.wants(h.ann, Shown)
		h.must(h.Respond(ctx, h.ann.Actor(), r.ID, Answer{Do: Dispute, Text: "an order is missing"}, h.form()))
		if r := h.wants(h.bob, Calibration); !r.Late {
			h.Error("bob waits for a result and is not late")
		}
		if p, err := h.Records(ctx, h.hr.Actor(), Filter{Late: true}); err != nil || len(p.Records) != 1 || p.Records[0].Person != h.bob.ID {
			h.Errorf("%+v %v", p, err)
		}
	})
}

func TestReschedule(t *testing.T) {
	each(t, func(h *house) {
		cycle := h.open(h.plan())
		d := november
		d.Targets = "2026-11-01"
		h.refuses(h.Reschedule(ctx, h.hr.Actor(), cycle, d, h.form()), fault.Invalid, "appraisal.day_past")
		d.Targets = "2026-11-02" // today
		h.must(h.Reschedule(ctx, h.hr.Actor(), cycle, d, h.form()))
		h.must(h.Tick(ctx))
		h.wants(h.ann, Targets)
		h.until(d.Targets)
		h.wants(h.ann, Measuring)
		h.until(november.Figures)
		h.wants(h.ann, Reviewing)
		later := d
		later.Reviews = "2026-12-06"
		h.refuses(h.Reschedule(ctx, h.hr.Actor(), cycle, later, h.form()), fault.Conflict, "appraisal.reviews_begun")
		later = d
		later.Calibration = "2026-12-10"
		h.must(h.Reschedule(ctx, h.hr.Actor(), cycle, later, h.form()))
		h.refuses(h.Reschedule(ctx, h.manager.Actor(), cycle, d, h.form()), fault.Missing, "")
		h.until(november.Reviews)
		h.until("2026-12-07")
		later.Calibration, later.Response = "2026-12-06", "2026-12-07" // both are past: nobody would ever see their result in time
		h.refuses(h.Reschedule(ctx, h.hr.Actor(), cycle, later, h.form()), fault.Invalid, "appraisal.response_short")
		later.Response = "2026-12-09"
		h.refuses(h.Reschedule(ctx, h.hr.Actor(), cycle, later, h.form()), fault.Invalid, "appraisal.day_past")
	})
}

// The job of time is a minute late every day, and that moves no day; some hours late, it does.
func TestTheDaysToRespondCountFromWhatIsSeen(t *testing.T) {
	for late, want := range map[time.Duration]string{time.Minute: november.Response, 59 * time.Minute: november.Response, 2 * time.Hour: "2026-12-16", 10 * day: "2026-12-26"} {
		h := build(t, dbtest.SQLite(t), start, shanghai)
		h.calibrating()
		over, err := h.end(november.Calibration)
		h.must(err)
		h.advance(time.Duration(over-h.clock.Now())*time.Millisecond + late)
		h.must(h.Tick(ctx))
		if r := h.wants(h.ann, Shown); r.RespondBy != want {
			t.Errorf("%s late, to respond by %s, want %s", late, r.RespondBy, want)
		}
	}
}

// Whoever is shown a result late has as long to respond as everybody else.
func TestWhoIsShownLateHasTime(t *testing.T) {
	h := build(t, dbtest.SQLite(t), start, shanghai)
	h.calibrating()
	h.until("2026-12-20")
	bob := h.of(h.bob)
	h.refuses(h.Show(ctx, h.hr.Actor(), bob.ID, h.form()), fault.Invalid, "appraisal.score_needed")
	h.must(h.Calibrate(ctx, h.hr.Actor(), bob.ID, Ruling{Score: 5000, Reason: "by what I saw", Seen: 1}, h.form()))
	h.must(h.Tick(ctx))
	h.wants(h.bob, Calibration)
	h.must(h.Show(ctx, h.hr.Actor(), bob.ID, h.form()))
	if r := h.wants(h.bob, Shown); r.RespondBy != "2026-12-28" {
		h.Errorf("shown on the 21st, to respond by %s", r.RespondBy)
	}
}

func TestPages(t *testing.T) {
	h := build(t, dbtest.SQLite(t), start, shanghai)
	cycle := h.open(h.plan())
	var seen []string
	for f := (Filter{Cycle: cycle, Size: 1}); ; {
		p, err := h.Records(ctx, h.hr.Actor(), f)
		h.must(err)
		for _, r := range p.Records {
			seen = append(seen, r.Person)
		}
		if f.After = p.Next; f.After == "" {
			break
		}
	}
	if d := cmp.Diff([]string{h.ann.ID, h.bob.ID}, seen); d != "" {
		h.Error(d)
	}
}
