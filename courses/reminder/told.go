package reminder

import "time"

// Told says whether somebody is told on this day of something that is due: a week, a day before and on the day, then
// after a day and every week.
func Told(due, day string) bool {
	a, err1 := time.Parse(time.DateOnly, due)
	b, err2 := time.Parse(time.DateOnly, day)
	if err1 != nil || err2 != nil {
		return false
	}
	switch left := int(a.Sub(b).Hours() / 24); left { // dates have no hours that a clock could lose
	case 7, 1, 0, -1:
		return true
	default:
		return left < 0 && left%7 == 0
	}
}
