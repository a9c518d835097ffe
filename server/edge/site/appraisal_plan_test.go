package site

import (
	"testing"
	"time"

	"tongguan/courses/appraisal"
	"tongguan/server/base/clock"
)

// On whatever day a cycle is opened, the form proposes days that follow each other and leave time to respond.
func TestUsualDaysLeaveTime(t *testing.T) {
	first := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for day := range 120 {
		c, _ := clock.Fake(first.AddDate(0, 0, day-30), 1)
		s := &Site{Clock: c, Zone: time.UTC}
		days := s.usualDays(first, first.AddDate(0, 1, -1))
		for i, name := range phases[1:] {
			from, err1 := time.Parse(time.DateOnly, days[phases[i]])
			to, err2 := time.Parse(time.DateOnly, days[name])
			if err1 != nil || err2 != nil || to.Before(from.AddDate(0, 0, appraisal.LeastResponse)) {
				t.Errorf("opened on %s: %v", c.Date(time.UTC), days)
			}
		}
	}
}
