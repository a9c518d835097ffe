package demo

import (
	"context"
	"time"

	"tongguan/courses/appraisal"
	"tongguan/quizzes/pipeline"
	"tongguan/server/base/access"
)

// monthLast is the last month. It is as far as the calendar lets it be: where its figures are in, people have judged, and HR
// has begun to show results; one of them is disputed. The learner's rests on a rehearsal.
func (a *appraising) monthLast() {
	figures := max(-9, a.reported(1))
	reviews := max(figures+5, -3)
	on := appraisal.Deadlines{Targets: a.day(figures - 1), Figures: a.day(figures), Reviews: a.day(reviews), Calibration: a.day(reviews + 8), Response: a.day(reviews + 15)}
	period := a.monthAgo(1).Format("2006-01")
	var records map[string]string
	learner := a.people[a.company.Accounts[0].Login].Actor()
	// days before the month ends: what is due on a free day is done on the next working day
	a.later(a.monthAgo(0).AddDate(0, 0, -6), func(ctx context.Context) error { return a.sell(ctx, learner) })
	a.later(a.hour(figures-3, 9), func(ctx context.Context) (err error) {
		records, err = a.begin(ctx, period, on, a.members)
		return err
	})
	a.later(a.hour(figures-1, 11), func(ctx context.Context) error {
		_, err := a.Indicators.Simulate(ctx, a.boss, learner.ID, period)
		return err
	})
	if figures >= -5 {
		return // its figures are not in, or people judge until after today
	}
	a.later(a.hour(figures+1, 1), a.Appraisals.Tick)
	for days := 1; days <= 4; days++ {
		a.later(a.hour(figures+days, 14), func(ctx context.Context) error { return a.giveSome(ctx, a.members, records) })
	}
	if reviews > -3 {
		return
	}
	a.later(a.hour(reviews+1, 1), a.Appraisals.Tick)
	a.later(a.hour(reviews+1, 10), func(ctx context.Context) error { return a.showFirst(ctx, records) })
	a.later(a.hour(reviews+2, 9), func(ctx context.Context) error {
		m := a.members[0]
		return a.Appraisals.Respond(ctx, m.Actor, records[m.login], appraisal.Answer{Do: appraisal.Dispute, Text: a.Waiting}, "demo-waiting")
	})
}

// showFirst shows the results of the first of the team and of the learner. One without a result is calibrated before.
func (a *appraising) showFirst(ctx context.Context, records map[string]string) error {
	for _, m := range []member{a.members[0], a.members[len(a.members)-1]} {
		w, err := a.Appraisals.Record(ctx, a.hr, records[m.login])
		if err != nil {
			return err
		}
		if !w.Has {
			if err := a.rule(ctx, w.ID, 7000, a.Calibrated.Reason, a.Appraisals.Calibrate); err != nil {
				return err
			}
		}
		if err := a.Appraisals.Show(ctx, a.hr, w.ID, "demo-show-"+w.ID); err != nil {
			return err
		}
	}
	return nil
}

// sell has somebody who has sold nothing yet work a simulated territory, by the script.
func (a *appraising) sell(ctx context.Context, who access.Actor) error {
	world, ok := a.Rehearsals.World("month")
	if !ok {
		return nil
	}
	id, err := a.Rehearsals.Start(ctx, who, world.World.Name)
	if err != nil {
		return err
	}
	for turn := 0; ; turn++ {
		s, err := a.Rehearsals.Scene(ctx, who, id)
		if err != nil {
			return err
		}
		if turn == 90 || s.Run.State.Now >= s.Run.Territory.End() {
			return a.Rehearsals.Close(ctx, who, id)
		}
		if err := a.Rehearsals.Turn(ctx, who, id, turn, pipeline.ScriptFollower.Next(s.Run.Sight())); err != nil {
			return err
		}
	}
}

// openYear opens the year: some targets are agreed to, some objected to, some wait for the person, and some for the boss.
func (a *appraising) openYear(ctx context.Context) error {
	today := time.UnixMilli(a.now).In(a.Zone)
	year := today.Format("2006")
	end := time.Date(today.Year(), 12, 31, 0, 0, 0, 0, a.Zone)
	after := func(days int) string {
		return max(end.AddDate(0, 0, days).Format(time.DateOnly), a.day(10+days))
	}
	on := appraisal.Deadlines{Targets: a.day(8), Figures: after(10), Reviews: after(20), Calibration: after(30), Response: after(40)}
	records, err := a.open(ctx, "sales-annual", year, on, a.members)
	if err != nil {
		return err
	}
	for n, m := range a.members {
		if n >= 4 && !m.fresh {
			continue
		}
		if err := a.aim(ctx, records[m.login], n); err != nil {
			return err
		}
		switch n {
		case 0, 1:
			err = a.agree(ctx, m, records[m.login])
		case 2:
			err = a.Appraisals.ObjectTargets(ctx, m.Actor, records[m.login], a.Objection, "demo-object")
		}
		if err != nil {
			return err
		}
	}
	return nil
}
