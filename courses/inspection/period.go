package inspection

import (
	"fmt"
	"time"
)

// Every is how often a plan falls due.
type Every string

// The frequencies.
const (
	Weekly    Every = "weekly"
	Monthly   Every = "monthly"
	Quarterly Every = "quarterly"
	Yearly    Every = "yearly"
)

// Frequencies lists them, the most frequent first.
func Frequencies() []Every { return []Every{Weekly, Monthly, Quarterly, Yearly} }

// Period is one stretch of the calendar in which a plan is due once.
type Period struct {
	Key      string `db:"period"`    // 2026-W48 (of ISO 8601, Monday to Sunday), 2026-11, 2026-Q4 or 2026
	StartsOn string `db:"starts_on"` // YYYY-MM-DD
	EndsOn   string `db:"ends_on"`   // the last day
}

// On gives the period of a frequency that a day lies in; the zero Period for what is no frequency.
func (e Every) On(day time.Time) Period {
	year, month, date := day.Date()
	first := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
	span := func(key string, from, after time.Time) Period {
		return Period{key, from.Format(time.DateOnly), after.AddDate(0, 0, -1).Format(time.DateOnly)}
	}
	switch e {
	case Weekly:
		y, week := day.ISOWeek()
		monday := first(year, month, date-(int(day.Weekday())+6)%7)
		return span(fmt.Sprintf("%d-W%02d", y, week), monday, monday.AddDate(0, 0, 7))
	case Monthly:
		return span(fmt.Sprintf("%d-%02d", year, month), first(year, month, 1), first(year, month+1, 1))
	case Quarterly:
		q := (month - 1) / 3
		return span(fmt.Sprintf("%d-Q%d", year, q+1), first(year, q*3+1, 1), first(year, q*3+4, 1))
	case Yearly:
		return span(fmt.Sprint(year), first(year, 1, 1), first(year+1, 1, 1))
	}
	return Period{}
}
