package pipeline

import (
	"slices"
	"time"
)

// Shift is a part of a working day, in minutes after midnight.
type Shift struct{ From, To int }

// Calendar says when people work. A world's clock counts working minutes alone; the calendar turns them into
// dates and back. It knows no time zone: a date is a date.
type Calendar struct {
	Begin    time.Time // the date of minute 0
	Weekdays []time.Weekday
	Shifts   []Shift         // of every working day, in order
	Holidays map[string]bool // YYYY-MM-DD
	Extra    map[string]bool // weekend days that are worked, YYYY-MM-DD
}

// Usual is Monday to Friday, nine to twelve and half past one to six: 7½ hours.
func Usual(begin time.Time) Calendar {
	return Calendar{Begin: begin, Weekdays: []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday},
		Shifts: []Shift{{9 * 60, 12 * 60}, {13*60 + 30, 18 * 60}}}
}

// CalendarError is what is wrong with a calendar.
type CalendarError struct{ Key string }

func (e *CalendarError) Error() string { return "pipeline: " + e.Key }

// Check says what is wrong: no working day in a week, shifts that are empty, overlap or leave the day.
func (c Calendar) Check() error {
	if len(c.Weekdays) == 0 {
		return &CalendarError{"calendar.weekdays"}
	}
	before := 0
	for _, s := range c.Shifts {
		if s.From < before || s.To <= s.From || s.To > 24*60 {
			return &CalendarError{"calendar.shifts"}
		}
		before = s.To
	}
	if len(c.Shifts) == 0 {
		return &CalendarError{"calendar.shifts"}
	}
	return nil
}

// Day is how many minutes a working day has.
func (c Calendar) Day() Minute {
	n := 0
	for _, s := range c.Shifts {
		n += s.To - s.From
	}
	return Minute(n)
}

// Works says whether a date is worked.
func (c Calendar) Works(date time.Time) bool {
	day := date.Format(time.DateOnly)
	return c.Extra[day] || slices.Contains(c.Weekdays, date.Weekday()) && !c.Holidays[day]
}

// When gives the moment of a minute. The last minute of a day ends where the day does, so the first minute of the
// next working day is shown as its beginning.
func (c Calendar) When(m Minute) time.Time {
	day := c.Day()
	date := midnight(c.Begin)
	for left := m / day; ; date = date.AddDate(0, 0, 1) {
		if !c.Works(date) {
			continue
		}
		if left == 0 {
			break
		}
		left--
	}
	into := int(m % day)
	for _, s := range c.Shifts {
		if n := s.To - s.From; into < n {
			return date.Add(time.Duration(s.From+into) * time.Minute)
		} else {
			into -= n
		}
	}
	return date // not reached: into is below the day's length
}

// At gives the working minute of a moment: of one outside working hours the next that is worked. Before the
// beginning it is 0.
func (c Calendar) At(moment time.Time) Minute {
	date, total := midnight(c.Begin), Minute(0)
	last := midnight(moment)
	for ; date.Before(last); date = date.AddDate(0, 0, 1) {
		if c.Works(date) {
			total += c.Day()
		}
	}
	if !date.Equal(last) || !c.Works(date) {
		return total
	}
	clock := moment.Hour()*60 + moment.Minute()
	for _, s := range c.Shifts {
		total += Minute(min(max(clock-s.From, 0), s.To-s.From))
	}
	return total
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}
