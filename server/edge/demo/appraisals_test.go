package demo

import (
	"context"
	"testing"

	"tongguan/courses/appraisal"
	"tongguan/server/base/access"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/people"
)

// TestAppraisalsAreAlive wants every state that somebody has to do something in, and a history worth reading.
func TestAppraisalsAreAlive(t *testing.T) {
	a, _, _ := fill(t, dbtest.SQLiteFile(t))
	ctx := context.Background()
	who := func(login string) access.Actor {
		all, _, err := a.People.List(ctx, access.Operator(), people.Filter{Text: login})
		for _, p := range all {
			if p.Login == login {
				return p.Actor()
			}
		}
		t.Fatal(login, err)
		return access.Actor{}
	}
	hr := who("hr")
	page, err := a.Appraisals.Records(ctx, hr, appraisal.Filter{Size: 500})
	if err != nil {
		t.Fatal(err)
	}
	states, kinds, acts := map[appraisal.State]int{}, map[appraisal.EntryKind]int{}, map[appraisal.Act]int{}
	for _, r := range page.Records {
		states[r.State]++
		w, err := a.Appraisals.Record(ctx, hr, r.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range w.History {
			kinds[e.Kind]++
		}
		for _, tr := range w.Transitions {
			acts[tr.Act]++
		}
		if v, err := a.Appraisals.Verify(ctx, hr, r.ID); r.Hash != "" && (err != nil || !v.Whole()) {
			t.Errorf("%s of %s does not verify: %v, %v", r.ID, r.Period, v.Differences, err)
		}
	}
	for _, s := range []appraisal.State{appraisal.Targets, appraisal.Calibration, appraisal.Shown, appraisal.Disputed, appraisal.Closed} {
		if states[s] == 0 {
			t.Errorf("no record is in %s: %v", s, states)
		}
	}
	for _, k := range []appraisal.EntryKind{appraisal.Calibrated, appraisal.Amendment, appraisal.Correction} {
		if kinds[k] == 0 {
			t.Errorf("no result was %s: %v", k, kinds)
		}
	}
	for _, do := range []appraisal.Act{appraisal.Lapse, appraisal.Uphold, appraisal.Amend, appraisal.Acknowledge} {
		if acts[do] == 0 {
			t.Errorf("nobody's record went through %s: %v", do, acts)
		}
	}
	cycles, err := a.Appraisals.Cycles(ctx, hr)
	if err != nil {
		t.Fatal(err)
	}
	closed := 0
	for _, c := range cycles {
		if c.Kind == "month" && c.ClosedAt > 0 {
			closed++
		}
	}
	if closed != 2 || len(cycles) != 4 {
		t.Errorf("%d months of %d cycles are closed", closed, len(cycles))
	}
	mine, err := a.Appraisals.Mine(ctx, who("learner"))
	if err != nil || len(mine) != 2 || !mine[0].Simulated && !mine[1].Simulated {
		t.Errorf("the learner's: %v, %v", mine, err)
	}
}
