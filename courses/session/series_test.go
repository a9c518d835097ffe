package session

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tongguan/server/base/fault"
)

func zone(t interface{ Fatal(...any) }, name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// TestSeries lists series by hand: the moments as the clock on the wall shows them, with what it is ahead of UTC.
func TestSeries(t *testing.T) {
	const form = "2006-01-02 15:04 -07"
	for _, c := range []struct {
		name, zone string
		slot       Slot
		rule       Rule
		n          int
		want       []string
	}{
		{"weekly over the end of summer time", "Europe/Berlin", Slot{"2026-10-21", "09:30", "11:00"}, Weekly, 3,
			[]string{"2026-10-21 09:30 +02", "2026-10-28 09:30 +01", "2026-11-04 09:30 +01"}},
		{"weekly over its beginning", "America/New_York", Slot{"2026-03-05", "09:30", "10:30"}, Weekly, 2,
			[]string{"2026-03-05 09:30 -05", "2026-03-12 09:30 -04"}},
		{"every two weeks where clocks are left alone", "Asia/Shanghai", Slot{"2026-10-21", "14:00", "15:30"}, Fortnightly, 3,
			[]string{"2026-10-21 14:00 +08", "2026-11-04 14:00 +08", "2026-11-18 14:00 +08"}},
		{"the 31st", "Asia/Shanghai", Slot{"2027-12-31", "16:00", "17:00"}, MonthlyDay, 5,
			[]string{"2027-12-31 16:00 +08", "2028-01-31 16:00 +08", "2028-02-29 16:00 +08", "2028-03-31 16:00 +08", "2028-04-30 16:00 +08"}},
		{"the third Tuesday", "Europe/Berlin", Slot{"2026-09-15", "10:00", "11:00"}, MonthlyWeekday, 4,
			[]string{"2026-09-15 10:00 +02", "2026-10-20 10:00 +02", "2026-11-17 10:00 +01", "2026-12-15 10:00 +01"}},
		{"the fifth Friday, or the last", "America/New_York", Slot{"2026-10-30", "10:00", "11:00"}, MonthlyWeekday, 4,
			[]string{"2026-10-30 10:00 -04", "2026-11-27 10:00 -05", "2026-12-25 10:00 -05", "2027-01-29 10:00 -05"}},
		{"a time that comes twice is the first", "Europe/Berlin", Slot{"2026-10-18", "02:30", "04:00"}, Weekly, 2,
			[]string{"2026-10-18 02:30 +02", "2026-10-25 02:30 +02"}},
		{"a time that is left out is later", "Europe/Berlin", Slot{"2026-03-22", "02:30", "04:00"}, Weekly, 2,
			[]string{"2026-03-22 02:30 +01", "2026-03-29 03:30 +02"}},
		{"once, whatever number", "Asia/Shanghai", Slot{"2026-01-05", "09:00", "10:00"}, Once, 7, []string{"2026-01-05 09:00 +08"}},
	} {
		z := zone(t, c.zone)
		all, err := times(c.slot, c.rule, c.n, z)
		var got []string
		for _, s := range all {
			got = append(got, time.UnixMilli(s.from).In(z).Format(form))
		}
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", c.name, err, diff)
		}
	}
}

// TestAJumpOverTheBeginningKeepsTheLength plans what begins within an hour that is left out and ends just after it.
func TestAJumpOverTheBeginningKeepsTheLength(t *testing.T) {
	all, err := times(Slot{"2026-03-29", "02:45", "03:10"}, Once, 1, zone(t, "Europe/Berlin"))
	if err != nil || all[0].to-all[0].from != 25*60_000 {
		t.Errorf("%v, %v", all, err)
	}
}

func TestSlotsThatAreNone(t *testing.T) {
	good := Slot{"2026-01-05", "09:00", "10:00"}
	for name, c := range map[string]struct {
		slot  Slot
		rule  Rule
		n     int
		field string
	}{
		"no such day":       {Slot{"2026-02-30", "09:00", "10:00"}, Once, 1, "date"},
		"year":              {Slot{"9999-01-01", "09:00", "10:00"}, Once, 1, "date"},
		"no time":           {Slot{"2026-01-05", "25:00", "10:00"}, Once, 1, "start"},
		"no end":            {Slot{"2026-01-05", "09:00", ""}, Once, 1, "end"},
		"ends before":       {Slot{"2026-01-05", "09:00", "09:00"}, Once, 1, "end"},
		"unknown rule":      {good, "daily", 1, "rule"},
		"none":              {good, Weekly, 0, "count"},
		"sixty-one":         {good, Weekly, 61, "count"},
		"less than nothing": {good, MonthlyDay, -1, "count"},
	} {
		_, err := times(c.slot, c.rule, c.n, time.UTC)
		if e := fault.Of(err); e == nil || e.Kind != fault.Invalid || e.Field != c.field {
			t.Errorf("%s: %v, want it at %s", name, err, c.field)
		}
	}
}

// TestSeriesLaws holds for every series: as many as were asked for, each later than the one before, each at its time by
// the clock unless that is left out that day, on its weekday or day of the month, months one after the other.
func TestSeriesLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z := zone(t, rapid.SampledFrom([]string{"Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe"}).Draw(t, "zone"))
		first := time.Date(rapid.IntRange(2001, 2099).Draw(t, "year"), time.January, rapid.IntRange(1, 366).Draw(t, "day"), 0, 0, 0, 0, time.UTC)
		from := rapid.IntRange(0, 24*60-2).Draw(t, "from")
		to := rapid.IntRange(from+1, 24*60-1).Draw(t, "to")
		rule := rapid.SampledFrom(Rules()).Draw(t, "rule")
		n := rapid.IntRange(1, longestSeries).Draw(t, "n")
		wall := func(m int) string { return first.Add(time.Duration(m) * time.Minute).Format("15:04") }
		all, err := times(Slot{first.Format(time.DateOnly), wall(from), wall(to)}, rule, n, z)
		if err != nil {
			t.Fatal(err)
		}
		if want := map[bool]int{true: 1, false: n}[rule == Once]; len(all) != want {
			t.Fatalf("%d sessions, want %d", len(all), want)
		}
		for i, s := range all {
			day := time.UnixMilli(s.from).In(z)
			if s.to <= s.from || i > 0 && s.from <= all[i-1].from {
				t.Fatalf("session %d is from %d to %d", i, s.from, s.to)
			}
			if got := day.Format("15:04"); got != wall(from) && !leftOut(day, from, z) {
				t.Fatalf("session %d begins at %s on %s, want %s", i, got, day.Format(time.DateOnly), wall(from))
			}
			lawOfDay(t, rule, first, day, i)
		}
	})
}

// leftOut says whether a day's clock never shows so many minutes, by looking at each of its minutes.
func leftOut(day time.Time, minutes int, z *time.Location) bool {
	for t := day.Add(-26 * time.Hour); t.Before(day.Add(26 * time.Hour)); t = t.Add(time.Minute) {
		if l := t.In(z); l.YearDay() == day.YearDay() && l.Hour()*60+l.Minute() == minutes {
			return false
		}
	}
	return true
}

func lawOfDay(t *rapid.T, rule Rule, first, day time.Time, i int) {
	last := time.Date(day.Year(), day.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	months := (day.Year()-first.Year())*12 + int(day.Month()) - int(first.Month())
	switch rule {
	case Weekly, Fortnightly:
		if day.Weekday() != first.Weekday() {
			t.Fatalf("session %d is on a %s", i, day.Weekday())
		}
	case MonthlyDay:
		if months != i || day.Day() != min(first.Day(), last) {
			t.Fatalf("session %d is on %s", i, day.Format(time.DateOnly))
		}
	case MonthlyWeekday:
		ordinal, wanted := (day.Day()-1)/7, (first.Day()-1)/7
		if months != i || day.Weekday() != first.Weekday() || ordinal != wanted && (wanted != 4 || day.Day()+7 <= last) {
			t.Fatalf("session %d is on %s, a %s", i, day.Format(time.DateOnly), day.Weekday())
		}
	}
}
