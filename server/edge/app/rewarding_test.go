package app_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tongguan/courses/appraisal"
	"tongguan/courses/catalog"
	"tongguan/courses/composite"
	"tongguan/courses/reward"
	"tongguan/quizzes/evidence"
	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/edge/app"
)

// sold is what was sold, by person and period; a figure below 0 is invented.
type sold map[string]int64

func (s sold) Of(_ context.Context, _ db.Q, persons []string, period string) (map[string]map[string]appraisal.Figure, error) {
	out := map[string]map[string]appraisal.Figure{}
	for _, p := range persons {
		if v, ok := s[p+period]; ok {
			f := appraisal.Figure{Value: v, Source: "typed", Seq: 1, At: 1}
			if v < 0 {
				f.Value, f.Source = -v, appraisal.Simulated
			}
			out[p] = map[string]appraisal.Figure{"sales-amount": f}
		}
	}
	return out, nil
}

func (sold) Freeze(context.Context, db.Q, string, string, string) error { return nil }

// nobody reviews.
type nobody struct{}

func (nobody) Open(context.Context, db.Q, appraisal.Panel) error { return nil }
func (nobody) Propose(context.Context, db.Q, ...string) error    { return nil }
func (nobody) Close(context.Context, db.Q, string) error         { return nil }
func (nobody) Show(context.Context, db.Q, string) error          { return nil }
func (nobody) Of(context.Context, db.Q, []string) (map[string][]appraisal.Opinion, error) {
	return nil, nil
}

// appraised makes a room of appraisals in which sales alone count and two bad months in a row propose a warning, and
// one of rewards that rests on it.
func (h *house) appraised(figures sold) (*appraisal.Appraisals, *reward.Rewards) {
	text := func(s string) catalog.Text { return catalog.Text{ZH: s, EN: s} }
	scheme := &composite.Scheme{ID: "month", Title: text("月度"), Cycle: "month", Missing: composite.Renormalise, Least: 5000, Shown: 3,
		Items: []composite.Item{{ID: "sales", Kind: composite.OfIndicator, Of: "sales-amount", Weight: composite.Whole,
			Curve: composite.Curve{Slope: composite.Whole, Cap: composite.MaxScore}}},
		Bands:     []composite.Band{{ID: "A", From: 9000, Name: text("优秀")}, {ID: "D", From: 0, Name: text("待改进")}},
		Proposals: []composite.Proposal{{Kind: "bonus", Band: "A", Times: 1}, {Kind: "warning", Band: "D", Times: 2}}}
	scheme.Hash = scheme.Sum()
	on := appraisal.New(appraisal.Parts{DB: h.DB, Clock: h.Clock, Zone: h.Zone, Trail: h.Trail, People: h.People, Teams: h.Teams, Certificates: h.Certificates,
		Progress: h.Progress, Ledger: evidence.New(), Figures: figures, Panels: nobody{}, Schemes: func() []*composite.Scheme { return []*composite.Scheme{scheme} },
		Names: func() composite.Names {
			yes := func(string) bool { return true }
			return composite.Names{Indicator: func(string) (bool, bool) { return false, true }, Programme: yes, Role: yes}
		}})
	return on, reward.New(reward.Parts{DB: h.DB, Clock: h.Clock, Zone: h.Zone, Trail: h.Trail, People: h.People, Policy: h.Catalog, Records: app.Appraised{Appraisals: on},
		Finding: func(ctx context.Context, id string) (string, error) {
			v, err := h.Inspections.Finding(ctx, access.Operator(), id)
			return v.Owner, err
		}})
}

// month appraises everybody in a month from its opening to its end, in five days from today, and gives the cycle.
func (h *house) month(on *appraisal.Appraisals, period string, persons ...string) string {
	h.Helper()
	ctx, hr := context.Background(), access.Operator()
	day := func(n int) string {
		return time.UnixMilli(h.Clock.Now()).In(h.Zone).AddDate(0, 0, n).Format(time.DateOnly)
	}
	must := func(err error) {
		h.Helper()
		if err != nil {
			h.Fatal(period, err)
		}
	}
	cycle, err := on.Open(ctx, hr, appraisal.Plan{Scheme: "month", Period: period, Persons: persons, Least: -1,
		Deadlines: appraisal.Deadlines{Targets: day(1), Figures: day(2), Reviews: day(3), Calibration: day(4), Response: day(7)}}, period)
	must(err)
	page, err := on.Records(ctx, hr, appraisal.Filter{Cycle: cycle})
	must(err)
	for _, r := range page.Records {
		must(on.SetTargets(ctx, hr, r.ID, map[string]int64{"sales": 1000}, period+r.ID))
	}
	for range 10 {
		h.advance(24 * time.Hour)
		must(on.Tick(ctx))
	}
	n, err := on.CloseAll(ctx, hr, cycle, period+"close")
	if err != nil || n != len(persons) {
		h.Fatalf("%d of %d are closed, %v", n, len(persons), err)
	}
	return cycle
}

// TestRewardsRestOnAppraisals derives from months that were really appraised.
func TestRewardsRestOnAppraisals(t *testing.T) {
	each(t, func(h *house) {
		ctx, hr, learner, outsider, author := context.Background(), h.actor("hr"), h.names["learner"], h.names["outsider"], h.names["author"]
		on, rewards := h.appraised(sold{learner + "2026-01": 100, learner + "2026-02": 200, outsider + "2026-01": 100, outsider + "2026-02": 1100, author + "2026-02": -1100})
		h.month(on, "2026-01", learner, outsider)
		february := h.month(on, "2026-02", learner, outsider, author)
		out, err := rewards.Derive(ctx, hr, february, "derive")
		if diff := cmp.Diff(reward.Outcome{Records: 3, Proposed: 2, Simulated: 1}, out); diff != "" || err != nil {
			h.Fatal(err, diff)
		}
		page, err := rewards.List(ctx, hr, reward.Filter{Kind: reward.Warning})
		if err != nil || len(page.Rewards) != 1 {
			h.Fatal(page, err)
		}
		one := page.Rewards[0]
		var got []string
		for _, m := range one.Months {
			got = append(got, m.Period+" "+m.Name.ZH)
		}
		if diff := cmp.Diff([]string{"2026-02 待改进", "2026-01 待改进"}, got); diff != "" || one.Person != learner {
			h.Errorf("%s: %s", one.Person, diff)
		}
		if all, err := rewards.RecordsOf(ctx, h.actor("manager"), learner); err != nil || len(all) != 2 || all[0].Period != "2026-02" || all[0].BandName.ZH != "待改进" {
			h.Error(all, err)
		}
		if cycles, err := rewards.Cycles(ctx, hr); err != nil || len(cycles) != 2 {
			h.Error(cycles, err)
		}
		// January is corrected: the row is none any more.
		if err := on.Correct(ctx, hr, one.Months[1].Record, appraisal.Ruling{Score: 9500, Reason: "漏记了一单", Seen: 1}, "correct"); err != nil {
			h.Fatal(err)
		}
		if w, err := rewards.See(ctx, hr, one.ID); err != nil || len(w.Changed) != 1 || w.Changed[0].BandName.ZH != "优秀" {
			h.Error(w.Changed, err)
		}
		err = rewards.Decide(ctx, hr, one.ID, reward.Decision{Grant: true, Reason: "连续两月"}, "decide")
		if fault.KindOf(err) != fault.Conflict {
			h.Errorf("granted although January was corrected: %v", err)
		}
	})
}
