package session

import (
	"time"

	"tongguan/server/base/fault"
)

// Rule says how a series repeats.
type Rule string

// The rules.
const (
	Once           Rule = "once"
	Weekly         Rule = "weekly"
	Fortnightly    Rule = "fortnightly"     // every two weeks
	MonthlyDay     Rule = "monthly_day"     // the same day of the month; its last day where a month has none
	MonthlyWeekday Rule = "monthly_weekday" // the same weekday by its number in the month; the last one in place of a fifth that is missing
)

// Rules lists the rules in the order in which a form offers them.
func Rules() []Rule { return []Rule{Once, Weekly, Fortnightly, MonthlyDay, MonthlyWeekday} }

// longestSeries is how many sessions one form plans: more than a year of weekly ones.
const longestSeries = 60

// Slot is when a session is, by the clock on the wall: it begins and ends on one day.
type Slot struct {
	Date  string // YYYY-MM-DD
	Start string // HH:MM
	End   string
}

// span is from when to when, in milliseconds since 1970 UTC.
type span struct{ from, to int64 }

// times gives the moments of a series: n slots from this one on, each at the same time by the clock on the wall of
// the zone, whatever daylight saving does meanwhile.
func times(s Slot, rule Rule, n int, zone *time.Location) ([]span, error) {
	day, from, to, err := s.read()
	switch {
	case err != nil:
		return nil, err
	case !known(rule):
		return nil, fault.New(fault.Invalid, "session.rule_unknown").At("rule")
	case rule == Once:
		n = 1
	case n < 1 || n > longestSeries:
		return nil, fault.New(fault.Invalid, "session.count_range", "max", longestSeries).At("count")
	}
	out := make([]span, n)
	for i := range out {
		out[i] = onDay(nth(day, rule, i), from, to, zone)
	}
	return out, nil
}

func known(rule Rule) bool {
	for _, r := range Rules() {
		if r == rule {
			return true
		}
	}
	return false
}

// read gives the day at midnight UTC and the minutes of that day at which the slot begins and ends.
func (s Slot) read() (day time.Time, from, to int, err error) {
	day, err = time.Parse(time.DateOnly, s.Date)
	if err != nil || day.Year() < 2000 || day.Year() > 2200 {
		return day, 0, 0, fault.New(fault.Invalid, "session.date_form").At("date")
	}
	if from, err = minutes(s.Start); err != nil {
		return day, 0, 0, fault.New(fault.Invalid, "session.time_form").At("start")
	}
	if to, err = minutes(s.End); err != nil {
		return day, 0, 0, fault.New(fault.Invalid, "session.time_form").At("end")
	}
	if to <= from {
		return day, 0, 0, fault.New(fault.Invalid, "session.ends_before").At("end")
	}
	return day, from, to, nil
}

func minutes(clock string) (int, error) {
	t, err := time.Parse("15:04", clock)
	return t.Hour()*60 + t.Minute(), err
}

// nth gives the day of the session that comes i after the first.
func nth(first time.Time, rule Rule, i int) time.Time {
	month := time.Date(first.Year(), first.Month()+time.Month(i), 1, 0, 0, 0, 0, time.UTC)
	switch rule {
	case Weekly:
		return first.AddDate(0, 0, 7*i)
	case Fortnightly:
		return first.AddDate(0, 0, 14*i)
	case MonthlyDay:
		return month.AddDate(0, 0, min(first.Day(), length(month))-1)
	case MonthlyWeekday:
		ahead := (int(first.Weekday()) - int(month.Weekday()) + 7) % 7
		day := 1 + ahead + (first.Day()-1)/7*7
		if day > length(month) {
			day -= 7
		}
		return month.AddDate(0, 0, day-1)
	default:
		return first
	}
}

// length is how many days the month has that begins at this moment.
func length(month time.Time) int { return month.AddDate(0, 1, -1).Day() }

// onDay gives the moments of a slot on a day. Where the clock jumps over the beginning and not over the end, it lasts
// as long as it should.
func onDay(day time.Time, from, to int, zone *time.Location) span {
	out := span{moment(day, from, zone), moment(day, to, zone)}
	if out.to <= out.from {
		out.to = out.from + int64(to-from)*60_000
	}
	return out
}

// moment is when the clock on the wall shows so many minutes of the day. A time that comes twice when clocks are put
// back is the first of both; one that is left out when they are put forward is as much later as was left out.
func moment(day time.Time, minutes int, zone *time.Location) int64 {
	wall := day.Add(time.Duration(minutes) * time.Minute)
	_, before := wall.Add(-24 * time.Hour).In(zone).Zone()
	_, after := wall.Add(24 * time.Hour).In(zone).Zone()
	for _, offset := range []int{before, after} {
		t := wall.Add(-time.Duration(offset) * time.Second)
		if l := t.In(zone); l.Day() == wall.Day() && l.Hour() == wall.Hour() && l.Minute() == wall.Minute() {
			return t.UnixMilli()
		}
	}
	return wall.Add(-time.Duration(before) * time.Second).UnixMilli()
}

// slot writes a span as the clock on the wall shows it.
func (s span) slot(zone *time.Location) Slot {
	from, to := time.UnixMilli(s.from).In(zone), time.UnixMilli(s.to).In(zone)
	return Slot{Date: from.Format(time.DateOnly), Start: from.Format("15:04"), End: to.Format("15:04")}
}
