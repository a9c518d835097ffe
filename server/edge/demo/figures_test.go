package demo

import (
	"context"
	"testing"

	"tongguan/courses/indicator"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/door"
)

// TestFigures looks at what HR sees: last month's figures of everybody in sales, and the learner's simulated ones.
func TestFigures(t *testing.T) {
	a, c, now := fill(t, dbtest.SQLiteFile(t))
	_, s, err := a.Door.SignIn(context.Background(), "hr", c.Password, door.Visitor{Address: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	real, simulated := 0, 0
	for _, period := range []string{now.AddDate(0, -1, 0).Format("2006-01"), now.Format("2006-01")} {
		lines, _, err := a.Indicators.Table(context.Background(), s.Actor, indicator.Question{Period: period})
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range lines {
			if len(l.Figures) >= 8 && l.Figures["sales-amount"].Source != indicator.Simulated {
				real++
			}
			if l.Figures["sales-amount"].Source == indicator.Simulated {
				simulated++
				if l.Login != "learner" || len(l.Figures) < 7 {
					t.Errorf("simulated are %+v of %s", l.Figures, l.Login)
				}
			}
		}
	}
	if real < 30 || simulated != 2 { // of the last month, for its appraisal, and of this one
		t.Errorf("%d people in sales have figures, %d simulated ones", real, simulated)
	}
}
