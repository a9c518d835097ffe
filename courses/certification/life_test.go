package certification

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"tongguan/courses/programme"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// Month ends, leap days and daylight saving: the last valid day, and the moments in UTC.
func TestTermFrom(t *testing.T) {
	for _, c := range []struct {
		zone, day             string
		months, window, grace int
		last, windowAt, ends  string
		graceEnds             string
	}{
		{"Asia/Shanghai", "2026-11-27", 12, 60, 14, "2027-11-27", "2027-09-27T16:00:00Z", "2027-11-27T16:00:00Z", "2027-12-11T16:00:00Z"},
		{"Asia/Shanghai", "2026-01-31", 1, 0, 0, "2026-02-28", "2026-02-27T16:00:00Z", "2026-02-28T16:00:00Z", "2026-02-28T16:00:00Z"},
		{"Asia/Shanghai", "2028-02-29", 12, 30, 0, "2029-02-28", "2029-01-28T16:00:00Z", "2029-02-28T16:00:00Z", "2029-02-28T16:00:00Z"},
		{"Asia/Shanghai", "2027-02-28", 12, 0, 1, "2028-02-28", "2028-02-27T16:00:00Z", "2028-02-28T16:00:00Z", "2028-02-29T16:00:00Z"},
		{"Asia/Shanghai", "2027-08-31", 6, 0, 0, "2028-02-29", "2028-02-28T16:00:00Z", "2028-02-29T16:00:00Z", "2028-02-29T16:00:00Z"},
		{"Europe/Berlin", "2026-03-28", 12, 0, 1, "2027-03-28", "2027-03-27T23:00:00Z", "2027-03-28T22:00:00Z", "2027-03-29T22:00:00Z"}, // the clocks go forward that day
		{"Europe/Berlin", "2025-10-31", 12, 6, 0, "2026-10-31", "2026-10-24T22:00:00Z", "2026-10-31T23:00:00Z", "2026-10-31T23:00:00Z"}, // and back on the 25th
		{"America/Sao_Paulo", "2017-10-14", 12, 0, 21, "2018-10-14", "2018-10-14T03:00:00Z", "2018-10-15T03:00:00Z", "2018-11-05T02:00:00Z"},
		{"America/Sao_Paulo", "2017-11-03", 12, 0, 0, "2018-11-03", "2018-11-03T03:00:00Z", "2018-11-04T03:00:00Z", "2018-11-04T03:00:00Z"}, // midnight is skipped on the 4th
	} {
		got, err := TermFrom(&programme.Certificate{Months: c.months, Window: c.window, Grace: c.grace}, c.day, zone(t, c.zone))
		say := func(ms int64) string { return time.UnixMilli(ms).UTC().Format(time.RFC3339) }
		if err != nil || say(got.Window) != c.windowAt || say(got.Expires) != c.ends || say(got.Grace) != c.graceEnds || got.LastDay(zone(t, c.zone)) != c.last {
			t.Errorf("%s %s: window %s, ends %s, grace %s, last day %s, %v", c.zone, c.day, say(got.Window), say(got.Expires), say(got.Grace), got.LastDay(zone(t, c.zone)), err)
		}
	}
	if forever, err := TermFrom(&programme.Certificate{}, "2026-11-27", time.UTC); err != nil || forever != (Term{}) || forever.LastDay(time.UTC) != "" {
		t.Errorf("without an end: %v %v", forever, err)
	}
	if _, err := TermFrom(&programme.Certificate{Months: 1}, "27.11.2026", time.UTC); err == nil {
		t.Error("a day that is none was taken")
	}
}

func terms(t *rapid.T) Term {
	w := rapid.Int64Range(1, 1000).Draw(t, "window")
	e := w + rapid.Int64Range(0, 500).Draw(t, "valid in the window")
	return Term{Window: w, Expires: e, Grace: e + rapid.Int64Range(0, 500).Draw(t, "grace")}
}

// Whatever moment the job runs at, and however often, a certificate ends in the state that time alone gives it, by legal
// steps at the same moments.
func TestTimePassesAlike(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		term := terms(t)
		walk := func(stops []int64) (s Standing, steps []change) {
			s = Standing{State: Certified, Term: term}
			for _, now := range stops {
				steps = append(steps, s.passTime(now)...) // panics where a step is not legal
				if want := term.At(now); s.State != want && !(s.State == Certified && want == Expiring) {
					t.Fatalf("at %d of %v: %s, want %s", now, term, s.State, want)
				}
				if s.Now(now) != s.State {
					t.Fatalf("a state that has been brought up to date changes: %s, %s", s.State, s.Now(now))
				}
			}
			return s, steps
		}
		end := rapid.Int64Range(0, 2500).Draw(t, "end")
		var stops []int64
		for now := int64(0); now < end; now += rapid.Int64Range(1, 400).Draw(t, "pause") {
			stops = append(stops, now)
		}
		often, steps := walk(append(stops, end))
		once, same := walk([]int64{end})
		if often != once || len(steps) != len(same) {
			t.Fatalf("often %v %v, once %v %v", often, steps, once, same)
		}
		for i := range steps {
			if steps[i] != same[i] {
				t.Fatalf("step %d: %v and %v", i, steps[i], same[i])
			}
		}
	})
}

// Only what the drawing of the life allows is reachable; every state is, and every life can end in Expired or Revoked.
func TestTheDrawingIsWhole(t *testing.T) {
	reached := map[State]bool{"": true}
	for range follows {
		for from, tos := range follows {
			for _, to := range tos {
				if reached[from] {
					reached[to] = true
				}
				if to == from {
					t.Errorf("%q follows itself", from)
				}
				if from.Has() && !to.Has() {
					t.Errorf("%q gives a certificate back by becoming %q", from, to)
				}
			}
		}
	}
	for _, s := range States() {
		if !reached[s] {
			t.Errorf("%s cannot be reached", s)
		}
		if s.Valid() && !s.Holds() || s.Holds() && !s.Has() {
			t.Errorf("%s is valid %v, holds %v, has %v", s, s.Valid(), s.Holds(), s.Has())
		}
		if s.Has() && s != Revoked && !Legal(s, Revoked) {
			t.Errorf("%s cannot be revoked", s)
		}
	}
	if Legal(Revoked, Suspended) || Legal(Expired, Expiring) || Legal(Certified, Eligible) || Legal(NotStarted, Suspended) {
		t.Error("the drawing allows what makes no sense")
	}
}

func TestCleanNumber(t *testing.T) {
	const number = "TG-0123-ABCD-EFGH-JKMN"
	for _, s := range []string{number, "tg-0123-abcd-efgh-jkmn", " TG 0123 ABCD EFGH JKMN ", "0123ABCDEFGHJKMN", "tg-oi23-abcd-efgh-jkmn"} {
		if got := CleanNumber(s); got != number {
			t.Errorf("%q is read as %q", s, got)
		}
	}
	for _, s := range []string{"", "TG", "TG-0123-ABCD-EFGH-JKM", "TG-0123-ABCD-EFGH-JKMNN", "TG-0123-ABCD-EFGH-JKMU", "TG-0123-ABCD-EFGH-JKM四", string(make([]byte, 100))} {
		if got := CleanNumber(s); got != "" {
			t.Errorf("%q is read as %q", s, got)
		}
	}
}
