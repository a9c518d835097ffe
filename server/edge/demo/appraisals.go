package demo

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"tongguan/courses/appraisal"
	"tongguan/courses/composite"
	"tongguan/courses/review"
	"tongguan/server/base/access"
	"tongguan/server/edge/app"
)

// judged is content/demo/appraisals.yaml.
type judged struct {
	Team, By, Boss string
	Targets        map[string]int64 // by indicator
	Objection      string
	Disputes       []struct {
		Text, Reason string
		Uphold       bool
		Score        int64 // more or less than was computed, hundredths of a point
	}
	Calibrated, Corrected struct {
		Score  int64 // likewise
		Reason string
	}
	Waiting, Thanks string
	Comments        []string
}

// appraising puts four appraisals into the history: two months that are closed, of which the second was disputed; the last month,
// which is being calibrated; and the year, for which targets are being set. It draws from chance of its own.
type appraising struct {
	*filler
	judged
	chance   *rand.Rand
	hr, boss access.Actor
	members  []member // of the team; those with figures of the month before last first
	now      int64
}

// member is one of the team.
type member struct {
	login string
	access.Actor
	fresh bool // came too late for the month before last
}

// appraise is the demo's step.
func (f *filler) appraise(context.Context) error {
	text, err := fs.ReadFile(app.Content(""), "demo/appraisals.yaml")
	if err != nil {
		return err
	}
	a := &appraising{filler: f, chance: rand.New(rand.NewPCG(seed, 24)), now: f.now}
	if err := yaml.Unmarshal(text, &a.judged); err != nil {
		return fmt.Errorf("appraisals.yaml: %w", err)
	}
	a.hr, a.boss = f.people[a.By].Actor(), f.people[a.Boss].Actor()
	for _, one := range f.company.Everybody() {
		if one.Team == a.Team {
			a.members = append(a.members, member{one.Login, f.people[one.Login].Actor(), one.Joined > 0 && one.Joined < 60})
		}
	}
	if a.hr.ID == "" || len(a.members) < 6 {
		return nil
	}
	slices.SortStableFunc(a.members, func(x, y member) int { return order(x.fresh) - order(y.fresh) })
	a.monthBefore()
	a.monthPast()
	a.monthLast()
	f.later(f.hour(-6, 9), a.openYear)
	return nil
}

func order(b bool) int {
	if b {
		return 1
	}
	return 0
}

// day is a date counted from the demo's.
func (a *appraising) day(days int) string {
	return time.UnixMilli(a.now).In(a.Zone).AddDate(0, 0, days).Format(time.DateOnly)
}

// reported is the day, counted from the demo's, after that on which the figures of a month are in.
func (a *appraising) reported(back int) int {
	known := workingDay(a.monthAgo(back).AddDate(0, 1, 4)).AddDate(0, 0, 1)
	today := time.UnixMilli(a.now).In(a.Zone)
	return int(known.Sub(time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, a.Zone)).Hours() / 24)
}

// open opens a cycle for some of the team, has targets set and agreed to, and gives the records by login.
func (a *appraising) open(ctx context.Context, scheme, period string, on appraisal.Deadlines, who []member) (map[string]string, error) {
	p := appraisal.Plan{Scheme: scheme, Period: period, Deadlines: on, Least: -1, Leniency: true}
	for _, m := range who {
		p.Persons = append(p.Persons, m.ID)
	}
	cycle, err := a.Appraisals.Open(ctx, a.hr, p, "demo-"+scheme+period)
	if err != nil {
		return nil, err
	}
	page, err := a.Appraisals.Records(ctx, a.hr, appraisal.Filter{Cycle: cycle})
	out := map[string]string{}
	for _, r := range page.Records {
		for _, m := range who {
			if m.ID == r.Person {
				out[m.login] = r.ID
			}
		}
	}
	return out, err
}

// aim has the boss set somebody's targets, a little harder for each than for the one before.
func (a *appraising) aim(ctx context.Context, record string, n int) error {
	w, err := a.Appraisals.Record(ctx, a.boss, record)
	if err != nil {
		return err
	}
	values := map[string]int64{}
	for _, g := range w.Goals {
		i, _ := w.In.Scheme.Item(g.Item)
		values[g.Item] = a.Targets[i.Of]
		if i.Of == "sales-amount" || i.Of == "sales-profit" {
			values[g.Item] += a.Targets[i.Of] / 20 * int64(n%4)
			if w.In.Kind == "year" {
				values[g.Item] *= 12
			}
		}
	}
	return a.Appraisals.SetTargets(ctx, a.boss, record, values, "demo-aim-"+record)
}

func (a *appraising) agree(ctx context.Context, who member, record string) error {
	w, err := a.Appraisals.Record(ctx, who.Actor, record)
	if err != nil {
		return err
	}
	return a.Appraisals.AgreeTargets(ctx, who.Actor, record, len(w.Steps), "demo-agree-"+record)
}

// begin opens a month and gets it as far as agreed targets.
func (a *appraising) begin(ctx context.Context, period string, on appraisal.Deadlines, who []member) (map[string]string, error) {
	records, err := a.open(ctx, "sales-monthly", period, on, who)
	if err != nil {
		return nil, err
	}
	for n, m := range who {
		if err := a.aim(ctx, records[m.login], n); err != nil {
			return nil, err
		}
		if err := a.agree(ctx, m, records[m.login]); err != nil {
			return nil, err
		}
	}
	return records, nil
}

// monthBefore is a month of which everybody took note: it ran late, and was closed.
func (a *appraising) monthBefore() {
	const figures = -37
	on := appraisal.Deadlines{Targets: a.day(figures - 2), Figures: a.day(figures), Reviews: a.day(figures + 4), Calibration: a.day(figures + 7), Response: a.day(figures + 11)}
	who := slices.DeleteFunc(slices.Clone(a.members), func(m member) bool { return m.fresh })
	var records map[string]string
	at := func(days, hour int, do func(ctx context.Context) error) { a.later(a.hour(figures+days, hour), do) }
	at(-3, 8, func(ctx context.Context) (err error) {
		records, err = a.begin(ctx, a.monthAgo(3).Format("2006-01"), on, who)
		return err
	})
	at(1, 2, a.Appraisals.Tick)
	at(2, 11, func(ctx context.Context) error { return a.giveSome(ctx, who, records) })
	at(3, 11, func(ctx context.Context) error { return a.giveSome(ctx, who, records) })
	at(5, 2, a.Appraisals.Tick)
	at(8, 2, a.Appraisals.Tick)
	at(9, 11, func(ctx context.Context) error {
		for _, m := range who {
			if err := a.Appraisals.Respond(ctx, m.Actor, records[m.login], appraisal.Answer{Do: appraisal.Acknowledge}, "demo-answer-"+records[m.login]); err != nil {
				return err
			}
		}
		return nil
	})
	at(12, 8, func(ctx context.Context) error { return a.close(ctx, records) })
}

// monthPast is the month before last, from its targets to the correction of what was closed.
func (a *appraising) monthPast() {
	figures := max(-37, a.reported(2))
	on := appraisal.Deadlines{Targets: a.day(figures - 2), Figures: a.day(figures), Reviews: a.day(figures + 5), Calibration: a.day(figures + 8), Response: a.day(figures + 13)}
	who := slices.DeleteFunc(slices.Clone(a.members), func(m member) bool { return m.fresh })
	var records map[string]string
	at := func(days, hour int, do func(ctx context.Context) error) { a.later(a.hour(figures+days, hour), do) }
	at(-3, 9, func(ctx context.Context) (err error) {
		records, err = a.begin(ctx, a.monthAgo(2).Format("2006-01"), on, who)
		return err
	})
	at(1, 1, a.Appraisals.Tick)
	for days := 1; days <= 4; days++ {
		at(days, 10, func(ctx context.Context) error { return a.giveSome(ctx, who, records) })
	}
	at(6, 1, a.Appraisals.Tick)
	at(7, 10, func(ctx context.Context) error {
		return a.rule(ctx, records[who[4].login], a.Calibrated.Score, a.Calibrated.Reason, a.Appraisals.Calibrate)
	})
	at(9, 1, a.Appraisals.Tick)
	at(10, 10, func(ctx context.Context) error { return a.answers(ctx, who, records) })
	at(12, 16, func(ctx context.Context) error { return a.decide(ctx, who, records) })
	// The clock of the history skips days on which nothing happens: a result may have been shown days after its day, and the days
	// to respond count from then.
	at(19, 1, a.Appraisals.Tick)
	at(19, 9, func(ctx context.Context) error { return a.close(ctx, records) })
	at(20, 9, func(ctx context.Context) error {
		return a.rule(ctx, records[who[5].login], a.Corrected.Score, a.Corrected.Reason, a.Appraisals.Correct)
	})
}

// giveSome has most of those who are asked judge, over some days.
func (a *appraising) giveSome(ctx context.Context, who []member, records map[string]string) error {
	for n, m := range who {
		v, err := a.Reviews.See(ctx, a.hr, records[m.login])
		if err != nil {
			return err
		}
		for _, asked := range v.Asked {
			if a.chance.IntN(2) == 0 {
				continue
			}
			if err := a.give(ctx, asked.Person, records[m.login], n); err != nil {
				return err
			}
		}
	}
	return nil
}

// give gives one sheet: what the person is like, and some chance.
func (a *appraising) give(ctx context.Context, by, panel string, worth int) error {
	for login, p := range a.people {
		if p.ID != by || login == a.company.Accounts[0].Login {
			continue // the demo's learner has this to do
		}
		open, _, err := a.Reviews.Mine(ctx, p.Actor())
		if err != nil {
			return err
		}
		at := slices.IndexFunc(open, func(t review.Task) bool { return t.Panel == panel })
		if at < 0 {
			return nil
		}
		sheet := review.Sheet{Marks: map[string]int{}, Comments: map[string]string{}}
		for _, trait := range []string{"attitude", "teamwork", "communication"} {
			sheet.Marks[trait] = min(5, max(1, 3+worth%2+a.chance.IntN(3)-a.chance.IntN(2)))
		}
		if a.chance.IntN(3) == 0 {
			sheet.Comments[review.Whole] = a.Comments[a.chance.IntN(len(a.Comments))]
		}
		return a.Reviews.Give(ctx, p.Actor(), open[at].ID, sheet, "demo-give-"+open[at].ID)
	}
	return nil
}

// rule has HR set a result so much more or less than it is.
func (a *appraising) rule(ctx context.Context, record string, more int64, reason string,
	do func(context.Context, access.Actor, string, appraisal.Ruling, string) error) error {
	w, err := a.Appraisals.Record(ctx, a.hr, record)
	if err != nil {
		return err
	}
	score := min(max(w.Score+more, 0), composite.MaxScore)
	return do(ctx, a.hr, record, appraisal.Ruling{Score: score, Reason: reason, Seen: w.Entries}, "demo-rule-"+record+fmt.Sprint(w.Entries))
}

// answers has the first two dispute, the fourth say nothing, and the others take note.
func (a *appraising) answers(ctx context.Context, who []member, records map[string]string) error {
	for n, m := range who {
		answer := appraisal.Answer{Do: appraisal.Acknowledge, Text: map[bool]string{true: a.Thanks}[n == 2]}
		if n < len(a.Disputes) {
			answer = appraisal.Answer{Do: appraisal.Dispute, Text: a.Disputes[n].Text}
		}
		if n == 3 {
			continue
		}
		if err := a.Appraisals.Respond(ctx, m.Actor, records[m.login], answer, "demo-answer-"+records[m.login]); err != nil {
			return err
		}
	}
	return nil
}

func (a *appraising) decide(ctx context.Context, who []member, records map[string]string) error {
	for n, d := range a.Disputes {
		record := records[who[n].login]
		decide := func(ctx context.Context, actor access.Actor, id string, r appraisal.Ruling, request string) error {
			return a.Appraisals.Decide(ctx, actor, id, appraisal.Appeal{Uphold: d.Uphold, Ruling: r}, request)
		}
		if err := a.rule(ctx, record, d.Score, d.Reason, decide); err != nil {
			return err
		}
	}
	return nil
}

func (a *appraising) close(ctx context.Context, records map[string]string) error {
	for _, login := range slices.Sorted(maps.Keys(records)) {
		if err := a.Appraisals.Close(ctx, a.hr, records[login], "demo-close-"+records[login]); err != nil {
			return err
		}
	}
	return nil
}
