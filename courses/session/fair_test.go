package session

import (
	"testing"
	"time"

	"tongguan/courses/programme"
	"tongguan/server/base/fault"
)

// TestNobodyMakesUpASessionToHaveMissedIt lets a manager plan one that is over for their own people, mark one of them, and
// say that they themselves have caught up.
func TestNobodyMakesUpASessionToHaveMissedIt(t *testing.T) {
	each(t, func(h *house) {
		s := h.series()
		s.Host, s.Slot.Date = h.who["rep"].ID, "2026-02-27"
		id, err := h.Plan(ctx, h.actor("lead"), s, "made up")
		h.good(err)
		h.good(h.mark("lead", id, 0, Present, "fellow"))
		h.bad(h.CatchUp(ctx, h.actor("lead"), id), fault.Conflict)
		if seat, err := h.See(ctx, h.actor("lead"), id); err != nil || seat.MayCatch {
			h.Errorf("is offered to catch up: %+v, %v", seat, err)
		}
		h.wantLines("lead", "market-q1")
		h.good(h.mark("hr", id, 0, Absent, "lead")) // somebody else says that they were expected and away
		h.good(h.CatchUp(ctx, h.actor("lead"), id))
		h.wantLines("lead", "market-q1", "true")
	})
}

// TestACorrectionMakesNoOldAttendanceNew asks for what was attended since a day after the session was.
func TestACorrectionMakesNoOldAttendanceNew(t *testing.T) {
	each(t, func(h *house) {
		p := &programme.Programme{ID: "p", Steps: []programme.Step{{ID: "s", Tasks: []programme.Task{{Session: "market-q1"}}}}}
		met := func(since int64) bool {
			h.Helper()
			lines, err := h.ledger.Of(ctx, h.d.Read(), h.who["rep"].ID)
			h.good(err)
			return p.Judge(programme.Case{Lines: lines, Since: since}).Met
		}
		old := h.plan(h.series())
		h.advance(2 * time.Hour)
		h.good(h.mark("hr", old, 0, Present, "rep"))
		h.advance(300 * 24 * time.Hour)
		since := h.clock.Now()
		h.good(h.mark("hr", old, 1, Absent, "rep"))
		h.good(h.mark("hr", old, 2, Present, "rep"))
		if !met(0) || met(since) {
			h.Errorf("marked away and back: %v at all, %v since", met(0), met(since))
		}
		s := h.series()
		s.Slot.Date = "2026-12-20"
		second := h.plan(s)
		h.advance(24 * time.Hour)
		h.good(h.mark("hr", second, 0, Present, "rep"))
		if !met(since) {
			h.Error("a new attendance does not count")
		}
		h.good(h.mark("hr", second, 1, Absent, "rep"))
		if !met(0) || met(since) {
			h.Errorf("the new one is taken back, and the old one stands: %v at all, %v since", met(0), met(since))
		}
	})
}

// TestWhatIsGivenToOthersIsNotChangedAlong gives one session of a series to everybody: the manager of the rest leaves it alone.
func TestWhatIsGivenToOthersIsNotChangedAlong(t *testing.T) {
	each(t, func(h *house) {
		s := h.series()
		s.Slot.Date, s.Rule, s.Count = "2026-03-03", Weekly, 3
		h.plan(s)
		all, d := h.all(), s.Details
		d.Team = ""
		h.good(h.Change(ctx, h.actor("hr"), all[2].ID, 0, d, Slot{"2026-03-17", "10:00", "11:00"}, false))
		d = s.Details
		d.Title = "改"
		h.good(h.Change(ctx, h.actor("lead"), all[0].ID, 0, d, s.Slot, true))
		if now := h.all(); now[1].Title != "改" || now[2].Title == "改" || now[2].Team != "" {
			h.Errorf("%+v", now)
		}
		h.good(h.Cancel(ctx, h.actor("lead"), all[0].ID, 1, "展会", true))
		if now := h.all(); now[1].State != Cancelled || now[2].State != Planned {
			h.Errorf("%+v", now)
		}
	})
}
