package session

import (
	"math"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tongguan/server/base/fault"
)

// TestAManagerMarksOnlyTheirOwn has a session for everybody, hosted by a stranger.
func TestAManagerMarksOnlyTheirOwn(t *testing.T) {
	each(t, func(h *house) {
		s := h.series()
		s.Team, s.Host = "", h.who["stranger"].ID
		id := h.plan(s)
		h.bad(h.mark("lead", id, 0, Present, "rep"), fault.Conflict) // it has not begun
		h.advance(time.Hour)
		for login, want := range map[string][]string{"lead": {"fellow", "rep"}, "hr": {"boss", "fellow", "inspector", "lead", "rep"},
			"stranger": {"boss", "fellow", "hr", "inspector", "lead", "rep"}} {
			_, rows, err := h.Sheet(ctx, h.actor(login), id)
			var got []string
			for _, r := range rows {
				got = append(got, r.Name)
			}
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				h.Errorf("%s: %v\n%s", login, err, diff)
			}
		}
		h.bad(h.mark("lead", id, 0, Present, "rep", "boss"), fault.Missing)
		h.bad(h.mark("lead", id, 0, Present, "lead"), fault.Missing)
		h.bad(h.mark("stranger", id, 0, Present, "stranger"), fault.Missing)
		h.bad(h.mark("rep", id, 0, Present, "fellow"), fault.Missing)
		h.bad(h.mark("hr", id, 0, "perhaps", "rep"), fault.Invalid)
		h.wantLines("rep", "market-q1")
		h.good(h.mark("lead", id, 0, Present, "rep", "fellow"))
		h.good(h.mark("stranger", id, 0, Late, "lead"))
		h.wantLines("rep", "market-q1", "true")
		h.wantLines("lead", "market-q1", "true")
		report, err := h.Report(ctx, h.actor("lead"), 0, math.MaxInt64)
		if err != nil || len(report.Sessions) != 1 || report.Sessions[0].Expected != 3 || report.Sessions[0].Rate() != 10_000 || len(report.People) != 3 {
			h.Errorf("lead's report: %+v, %v", report, err)
		}
		report, err = h.Report(ctx, h.actor("inspector"), 0, math.MaxInt64)
		if err != nil || report.Sessions[0].Expected != 6 || report.Sessions[0].Attended() != 3 || report.Sessions[0].Unmarked() != 3 || report.Sessions[0].Rate() != 5000 {
			h.Errorf("the whole report: %+v, %v", report, err)
		}
	})
}

// TestCorrections follows the evidence through marks that are corrected.
func TestCorrections(t *testing.T) {
	each(t, func(h *house) {
		id := h.plan(h.series())
		h.advance(2 * time.Hour)
		for i, step := range []struct {
			mark string
			want []string
		}{
			{Absent, nil},
			{Late, []string{"true"}},
			{Present, []string{"true"}},
			{Present, []string{"true"}}, // the same again
			{Excused, []string{"true", "falseundoes"}},
			{Present, []string{"true", "falseundoes", "true"}},
		} {
			seen := int64(i)
			if i > 3 {
				seen--
			}
			h.good(h.mark("hr", id, seen, step.mark, "rep"))
			h.wantLines("rep", "market-q1", step.want...)
		}
		var marks []string
		h.good(h.d.Read().Select(ctx, &marks, "SELECT mark FROM attendance_mark ORDER BY number"))
		if diff := cmp.Diff([]string{Absent, Late, Present, Excused, Present}, marks); diff != "" {
			h.Errorf("what was marked is gone:\n%s", diff)
		}
		h.bad(h.mark("hr", id, 2, Absent, "rep"), fault.Conflict) // entered on an old sheet
		if got := h.acts()["marked"]; got != 5 {
			h.Errorf("%d entries of marks, want 5", got)
		}
	})
}

// TestUndoingLeavesTheOtherSessionOnTheTopic takes one of two attendances back.
func TestUndoingLeavesTheOtherSessionOnTheTopic(t *testing.T) {
	each(t, func(h *house) {
		first, second := h.plan(h.series()), h.plan(h.series())
		h.advance(2 * time.Hour)
		h.good(h.mark("hr", first, 0, Present, "rep"))
		h.good(h.mark("hr", second, 0, Present, "rep"))
		h.good(h.mark("hr", first, 1, Absent, "rep"))
		h.wantLines("rep", "market-q1", "true", "true", "falseundoes", "true")
		h.good(h.mark("hr", second, 1, Absent, "rep"))
		h.wantLines("rep", "market-q1", "true", "true", "falseundoes", "true", "falseundoes")
	})
}

func TestCatchingUp(t *testing.T) {
	each(t, func(h *house) {
		id := h.plan(h.series())
		rep := h.actor("rep")
		h.bad(h.CatchUp(ctx, rep, id), fault.Conflict) // it is still to come
		h.advance(2 * time.Hour)
		h.bad(h.CatchUp(ctx, rep, id), fault.Conflict) // nobody knows who was there
		h.good(h.mark("lead", id, 0, Absent, "rep"))
		h.good(h.mark("lead", id, 0, Present, "fellow"))
		mine, err := h.Mine(ctx, rep)
		if err != nil || len(mine.CatchUps) != 1 || mine.CatchUps[0].Due != "2026-03-09" {
			h.Errorf("%+v, %v", mine, err)
		}
		h.bad(h.CatchUp(ctx, h.actor("fellow"), id), fault.Conflict)
		h.bad(h.CatchUp(ctx, h.actor("stranger"), id), fault.Missing)
		h.bad(h.CatchUp(ctx, h.actor("hr"), id), fault.Missing) // sees it, and it is not for them
		for range 2 {
			h.good(h.CatchUp(ctx, rep, id))
		}
		h.wantLines("rep", "market-q1", "true")
		h.good(h.mark("lead", id, 1, Present, "rep"))
		h.good(h.mark("lead", id, 2, Absent, "rep"))
		h.wantLines("rep", "market-q1", "true") // caught up is caught up
		if mine, err = h.Mine(ctx, rep); err != nil || len(mine.CatchUps) > 0 {
			h.Errorf("still to catch up: %+v, %v", mine, err)
		}
		h.person("late", h.suzhou) // joined afterwards: may, and is not asked to
		h.good(h.CatchUp(ctx, h.actor("late"), id))
		h.wantLines("late", "market-q1", "true")
	})
}

// TestTwoMarkersAtOnce has many mark the same people alike, and two unlike.
func TestTwoMarkersAtOnce(t *testing.T) {
	each(t, func(h *house) {
		id := h.plan(h.series())
		h.advance(2 * time.Hour)
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				if err := h.mark([]string{"hr", "lead"}[i%2], id, 0, Present, "rep", "fellow"); err != nil {
					h.Error(err)
				}
			})
		}
		wg.Wait()
		h.wantLines("rep", "market-q1", "true")
		h.wantLines("fellow", "market-q1", "true")
		errs := make([]error, 2)
		for i, value := range []string{Absent, Excused} {
			wg.Go(func() { errs[i] = h.mark("hr", id, 1, value, "rep") })
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			h.Errorf("both or neither marked: %v", errs)
		}
		h.wantLines("rep", "market-q1", "true", "falseundoes")
	})
}

// TestCatchingUpManyTimesAtOnce gives one line.
func TestCatchingUpManyTimesAtOnce(t *testing.T) {
	each(t, func(h *house) {
		first, second := h.plan(h.series()), h.plan(h.series())
		h.advance(2 * time.Hour)
		h.good(h.mark("hr", first, 0, Absent, "rep"))
		h.good(h.mark("hr", second, 0, Present, "rep"))
		var wg sync.WaitGroup
		for i := range 12 {
			wg.Go(func() {
				var err error
				if i%3 == 0 { // meanwhile the other session is corrected, back and forth
					err = h.mark("hr", second, 1, Absent, "rep")
				} else {
					err = h.CatchUp(ctx, h.actor("rep"), first)
				}
				if err != nil {
					h.Error(err)
				}
			})
		}
		wg.Wait()
		lines := h.lines("rep", "market-q1")
		if last := lines[len(lines)-1]; len(lines) < 3 || last != "true" {
			h.Errorf("%v", lines)
		}
		var n int
		h.good(h.d.Read().Get(ctx, &n, "SELECT lines FROM attendance WHERE session_id = $1", first))
		if caught := h.acts()["caught_up"]; caught != 1 || n > 2 {
			h.Errorf("caught up %d times, %d lines", caught, n)
		}
	})
}
