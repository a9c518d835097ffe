package reminder

import (
	"fmt"
	"time"
)

// Hour is the time of day at which people are told; the zero Hour tells nobody.
type Hour struct {
	set          bool
	hour, minute int
}

// ParseHour reads "08:00"; "off" and "" are the zero Hour.
func ParseHour(s string) (Hour, error) {
	if s == "off" || s == "" {
		return Hour{}, nil
	}
	t, err := time.Parse("15:04", s)
	if err != nil {
		return Hour{}, fmt.Errorf("%q is neither a time such as 08:00 nor off", s)
	}
	return Hour{true, t.Hour(), t.Minute()}, nil
}

// On gives the moment of that day in the zone at which the hour has come. Where clocks are put forward over it, it is as
// much later; where they are put back over it, it is the first of the two.
func (h Hour) On(day time.Time, zone *time.Location) (at time.Time, on bool) {
	y, m, d := day.In(zone).Date()
	at = time.Date(y, m, d, h.hour, h.minute, 0, 0, zone)
	if at.Hour()*60+at.Minute() < h.hour*60+h.minute && at.Day() == d {
		at = at.Add(time.Hour) // the clocks of a zone say on which side of the gap it falls
	}
	if earlier := at.Add(-time.Hour); earlier.Hour() == at.Hour() && earlier.Minute() == at.Minute() {
		at = earlier
	}
	return at, h.set
}
