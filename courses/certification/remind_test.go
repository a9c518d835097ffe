package certification

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The holder is told a month, a week and a day before their certificate ends and on its last day, then of the days of
// grace; nobody is told of one that is suspended, or that was renewed.
func TestWhoIsToldOfTheirEnd(t *testing.T) {
	each(t, func(h *house) {
		p := h.person("rep", "")
		h.enrol(p, "basic")
		h.earns(p) // on 31 January 2026: valid through 31 January 2027, grace to 14 February
		told := map[string]string{}
		for day := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2028; day = day.AddDate(0, 0, 1) {
			all, err := h.Remind(ctx, nil, day.Format(time.DateOnly))
			h.must(err)
			for _, i := range all[p.ID] {
				told[day.Format("01-02")] += i.Key + " " + i.Due
			}
		}
		want := map[string]string{"01-01": "expiring 2027-01-31", "01-24": "expiring 2027-01-31", "01-30": "expiring 2027-01-31", "01-31": "expiring 2027-01-31",
			"02-07": "grace 2027-02-14", "02-13": "grace 2027-02-14", "02-14": "grace 2027-02-14"}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Error(diff)
		}
		hr := h.person("hr", "", "hr")
		h.must(h.Decide(ctx, hr.Actor(), h.standing(p, "basic").Certificate, Suspend, "reason"))
		if all, err := h.Remind(ctx, nil, "2027-01-31"); err != nil || len(all) != 0 {
			t.Errorf("suspended: %v %v", all, err)
		}
	})
}
