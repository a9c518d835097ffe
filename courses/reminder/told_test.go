package reminder

import (
	"testing"
	"time"
)

func TestOnWhichDaysSomebodyIsReminded(t *testing.T) {
	due := "2028-03-01" // the day after a leap day
	want := map[int]bool{7: true, 1: true, 0: true, -1: true, -7: true, -14: true, -21: true, -28: true, -371: true}
	for left := -400; left <= 40; left++ {
		day := time.Date(2028, 3, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, -left).Format(time.DateOnly)
		if got := Told(due, day); got != (want[left] || left < 0 && left%7 == 0) {
			t.Errorf("%d days before: %v", left, got)
		}
	}
	if Told("", due) || Told(due, "") {
		t.Error("reminded of no date")
	}
}
