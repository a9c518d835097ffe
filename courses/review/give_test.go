package review

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tongguan/courses/reminder"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

func TestGive(t *testing.T) {
	each(t, func(h *house) {
		h.open("a1", "ma", "a2")
		id, a2 := h.request("a1", "a2"), h.who["a2"]
		long := marks(3, 3, 3)
		long.Comments["attitude"] = strings.Repeat("长", LongestRemark+1)
		longer := marks(3, 3, 3)
		longer.Comments[Whole] = strings.Repeat("长", LongestComment+1)
		for name, s := range map[string]Sheet{"nothing": {}, "all unsaid": marks(0, 0, 0), "six": marks(6, 1, 1), "none": {Marks: map[string]int{"attitude": 0, "teamwork": 3}},
			"unknown": {Marks: map[string]int{"attitude": 3, "looks": 3}}, "long": long, "longer": longer} {
			if err := h.Give(ctx, a2, id, s, h.form()); fault.KindOf(err) != fault.Invalid {
				h.Errorf("%s: %v", name, err)
			}
		}
		h.bad(h.Give(ctx, a2, id, marks(3, 3, 3), ""), fault.Invalid)
		first := marks(3, 0, 5)
		first.Comments = map[string]string{"teamwork": "  一起做过方案\r\n很可靠 ", Whole: "", "unknown": "x"}
		h.good(h.Give(ctx, a2, id, first, "f1"))
		h.good(h.Give(ctx, a2, id, marks(1, 1, 1), "f1")) // the same form again
		f, err := h.Form(ctx, a2, id)
		want := marks(3, 0, 5)
		want.Comments = map[string]string{"teamwork": "一起做过方案\n很可靠"}
		if diff := cmp.Diff(want, f.Sheet); err != nil || diff != "" || !f.Given {
			h.Errorf("%v\n%s", err, diff)
		}
		h.good(h.Give(ctx, a2, id, marks(4, 4, 4), "f2"))
		h.close("a1")
		h.bad(h.Give(ctx, a2, id, marks(5, 5, 5), "f3"), fault.Conflict)
		h.good(h.Give(ctx, a2, id, marks(4, 4, 4), "f2")) // was given in time: answers as it did
		if f, err = h.Form(ctx, a2, id); err != nil || !f.Closed || len(f.Sheet.Marks)+len(f.Sheet.Comments) > 0 {
			h.Errorf("after the end: %+v, %v", f, err)
		}
		if n := h.versions(id); n != 2 {
			h.Errorf("%d versions", n)
		}
	})
}

// versions counts the versions of a sheet, and holds them against what the request says.
func (h *house) versions(id string) int {
	h.Helper()
	var all []int64
	h.good(h.d.Read().Select(ctx, &all, "SELECT version FROM review_sheet WHERE request_id = $1 ORDER BY version", id))
	one, err := requestByID(ctx, h.d.Read(), id)
	h.good(err)
	for i, v := range all {
		if v != int64(i+1) {
			h.Errorf("versions %v", all)
		}
	}
	if one.Version != int64(len(all)) {
		h.Errorf("version %d counts, of %v", one.Version, all)
	}
	return len(all)
}

func TestMine(t *testing.T) {
	each(t, func(h *house) {
		for _, login := range []string{"a1", "a2", "a3"} {
			h.open(login, "ma", "b1")
		}
		h.give("a2", "b1", marks(3, 3, 3))
		open, given, err := h.Mine(ctx, h.who["b1"])
		if err != nil || len(open) != 2 || len(given) != 1 || given[0].Person != h.id("a2") || open[0].Items != 3 || open[0].Side != Colleague {
			h.Errorf("%+v, %+v, %v", open, given, err)
		}
		h.close("a1")
		h.close("a2")
		open, given, err = h.Mine(ctx, h.who["b1"])
		if err != nil || len(open) != 1 || open[0].Person != h.id("a3") || len(given) != 1 || !given[0].Closed {
			h.Errorf("%+v, %+v, %v", open, given, err)
		}
	})
}

// TestTheLastDay: what is not given by the end of the last day is not taken, though the panel is still open.
func TestTheLastDay(t *testing.T) {
	each(t, func(h *house) {
		h.open("a1", "ma", "a2", "a3")
		h.advance(29 * 24 * time.Hour)
		h.good(h.Give(ctx, h.who["a2"], h.request("a1", "a2"), marks(3, 3, 3), "in time"))
		h.advance(24 * time.Hour)
		h.good(h.Give(ctx, h.who["a2"], h.request("a1", "a2"), marks(3, 3, 3), "in time")) // answers as it did
		for _, login := range []string{"a2", "a3"} {
			h.bad(h.Give(ctx, h.who[login], h.request("a1", login), marks(5, 5, 5), "late"), fault.Conflict)
			f, err := h.Form(ctx, h.who[login], h.request("a1", login))
			if err != nil || !f.Closed || len(f.Sheet.Marks) > 0 {
				h.Errorf("%s: %+v, %v", login, f, err)
			}
			open, given, err := h.Mine(ctx, h.who[login])
			if err != nil || len(open) != 0 || (len(given) == 1) != (login == "a2") || len(given) == 1 && !given[0].Closed {
				h.Errorf("%s: %+v, %+v, %v", login, open, given, err)
			}
		}
		if n := h.versions(h.request("a1", "a2")); n != 1 {
			h.Errorf("%d versions", n)
		}
	})
}

// TestFiftyAtOnce gives one sheet fifty times at once and closes the panel meanwhile: each is counted or refused, and the
// history is whole.
func TestFiftyAtOnce(t *testing.T) {
	each(t, func(h *house) {
		h.open("a1", "ma", "a2")
		id := h.request("a1", "a2")
		errs := make([]error, 50)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() { errs[i] = h.Give(ctx, h.who["a2"], id, marks(i%5+1, 3, 3), fmt.Sprintf("at-once-%d", i)) })
		}
		wg.Go(func() {
			time.Sleep(20 * time.Millisecond)
			h.good(h.d.Write(ctx, func(q db.Q) error { return h.Close(ctx, q, "of-a1") }))
		})
		wg.Wait()
		taken := 0
		for _, err := range errs {
			if err == nil {
				taken++
			} else if fault.KindOf(err) != fault.Conflict {
				h.Error(err)
			}
		}
		if n := h.versions(id); n != taken {
			h.Errorf("%d taken, %d kept", taken, n)
		}
		if n := h.proven("a1"); n != taken {
			h.Errorf("%d taken, %d in the trail", taken, n)
		}
		if got := h.results("a1")[Colleague].Given; got != min(taken, 1) {
			h.Errorf("%d given", got)
		}
	})
}

// TestOneFormTenTimes sends one form ten times at once.
func TestOneFormTenTimes(t *testing.T) {
	each(t, func(h *house) {
		h.open("a1", "ma")
		id := h.request("a1", "ma")
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				if err := h.Give(ctx, h.who["ma"], id, marks(3, 3, 3), "one"); err != nil {
					h.Error(err)
				}
			})
		}
		wg.Wait()
		if n := h.versions(id); n != 1 {
			h.Errorf("%d versions", n)
		}
	})
}

func TestRemind(t *testing.T) {
	each(t, func(h *house) {
		h.open("a1", "ma", "a2", "b1")
		h.give("a1", "a2", marks(3, 3, 3))
		var folk []reminder.Person
		for _, a := range h.who {
			folk = append(folk, reminder.Person{ID: a.ID, Name: a.Name})
		}
		for day, told := range map[string]bool{"2026-03-24": true, "2026-03-31": true, "2026-03-20": false, "2026-04-01": false, "2026-04-07": false} {
			all, err := h.Remind(ctx, folk, day)
			h.good(err)
			var got []string
			for id, items := range all {
				got = append(got, h.login(id)+" "+items[0].What.ZH+" "+items[0].Due)
			}
			slices.Sort(got)
			want := []string{"b1 a1 2026-03-31", "ma a1 2026-03-31"}
			if !told {
				want = nil
			}
			if diff := cmp.Diff(want, got); diff != "" {
				h.Errorf("%s:\n%s", day, diff)
			}
		}
		h.close("a1")
		if all, err := h.Remind(ctx, folk, "2026-03-31"); err != nil || len(all) != 0 {
			h.Errorf("%v, %v", all, err)
		}
	})
}
