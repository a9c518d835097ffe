package reward

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tongguan/courses/composite"
)

func TestBefore(t *testing.T) {
	for period, want := range map[string]string{"2026-11": "2026-10", "2026-01": "2025-12", "2026-10": "2026-09", "2026": "2025", "": "", "abcd": "", "2026-13": "",
		"2026-00": "", "2026-1": "", "2026/01": "", "2026-xx": "", "0000": ""} {
		if got := before(period); got != want {
			t.Errorf("before %q: %q, want %q", period, got, want)
		}
	}
}

// closed makes closed records of one person, of months that are named with their band: 2026-03 D.
func closed(all ...string) (out []Record) {
	for _, s := range all {
		out = append(out, Record{ID: "r" + s[:7], Person: "p", Period: s[:7], Band: s[8:9], Closed: true, Simulated: len(s) > 9})
	}
	return out
}

func TestRulesInARow(t *testing.T) {
	rules := []composite.Proposal{{Kind: "bonus", Band: "A", Times: 1}, {Kind: "promotion", Band: "A", Times: 3}, {Kind: "warning", Band: "D", Times: 1},
		{Kind: "warning", Band: "D", Times: 2}, {Kind: "demotion", Band: "D", Times: 3}, {Kind: "fine", Band: "D", Times: 0}}
	for name, c := range map[string]struct {
		records []string // the newest first
		want    map[Kind]int
	}{
		"one good month":                         {[]string{"2026-03 A"}, map[Kind]int{Bonus: 1}},
		"three good months":                      {[]string{"2026-03 A", "2026-02 A", "2026-01 A"}, map[Kind]int{Bonus: 1, Promotion: 3}},
		"over the turn of the year":              {[]string{"2026-01 A", "2025-12 A", "2025-11 A"}, map[Kind]int{Bonus: 1, Promotion: 3}},
		"another band between":                   {[]string{"2026-03 A", "2026-02 B", "2026-01 A"}, map[Kind]int{Bonus: 1}},
		"a month is missing":                     {[]string{"2026-04 A", "2026-02 A", "2026-01 A"}, map[Kind]int{Bonus: 1}},
		"the longest rule of a kind":             {[]string{"2026-03 D", "2026-02 D"}, map[Kind]int{Warning: 2}},
		"more in a row than the rules ask for":   {[]string{"2026-05 D", "2026-04 D", "2026-03 D", "2026-02 D"}, map[Kind]int{Warning: 2, Demotion: 3}},
		"a band of which no rule speaks":         {[]string{"2026-03 B"}, map[Kind]int{}},
		"invented figures give nothing":          {[]string{"2026-03 A!"}, map[Kind]int{}},
		"invented figures before break the row":  {[]string{"2026-03 D", "2026-02 D!", "2026-01 D"}, map[Kind]int{Warning: 1}},
		"the bad months lie before the good one": {[]string{"2026-03 B", "2026-02 D", "2026-01 D"}, map[Kind]int{}},
	} {
		all := closed(c.records...)
		got := map[Kind]int{}
		for _, d := range derive(all[0], all[1:], rules) {
			got[d.Kind] = len(d.Months)
			for i, m := range d.Months {
				if m.Record != all[i].ID || m.Period != all[i].Period || m.Band != all[0].Band {
					t.Errorf("%s: %s rests on %+v", name, d.Kind, m)
				}
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
	open := closed("2026-03 A")[0]
	open.Closed = false
	if derive(open, nil, rules) != nil {
		t.Error("a record that is not closed gives nothing")
	}
}

// Whatever the months were, what a rule is derived from are that many months, all of its band, without a gap.
func TestRowsHaveNoGap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []Record
		for i := range rapid.IntRange(1, 14).Draw(t, "months") {
			if i > 0 && rapid.IntRange(0, 5).Draw(t, "gap") == 0 {
				continue
			}
			n := 2026*12 + 5 - i
			all = append(all, Record{ID: fmt.Sprint(n), Person: "p", Period: fmt.Sprintf("%04d-%02d", n/12, n%12+1), Band: rapid.SampledFrom([]string{"A", "D"}).Draw(t, "band"),
				Closed: true, Simulated: rapid.IntRange(0, 7).Draw(t, "simulated") == 0})
		}
		times := rapid.Int64Range(1, 5).Draw(t, "times")
		got := derive(all[0], all[1:], []composite.Proposal{{Kind: "honour", Band: "A", Times: times}})
		holds := len(all) >= int(times) // by another way: the records at these places are those of these months
		for i := range all[:min(len(all), int(times))] {
			n := 2026*12 + 5 - i
			holds = holds && all[i].ID == fmt.Sprint(n) && all[i].Band == "A" && !all[i].Simulated
		}
		if holds != (len(got) == 1) || holds && int64(len(got[0].Months)) != times {
			t.Fatalf("%v: %+v from %+v", holds, got, all)
		}
	})
}
