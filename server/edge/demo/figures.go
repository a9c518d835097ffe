package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"tongguan/courses/indicator"
)

// sellers are the teams whose work is measured, and monthsMeasured since when.
var sellers = []string{"east", "suzhou", "shanghai", "south", "north", "overseas"}

const monthsMeasured = 10

// What HR and managers write of figures.
const (
	returned  = "客户退了两台，合同金额按补充协议改。"
	misfiled  = "这件投诉是物流公司的，不算在他名下。"
	firstFile = "2026年以来的销售报表.csv"
)

// measure has HR import the sales reports of the last months, the older ones at once and each later one at the beginning of the next
// month; a manager correct a figure; and HR withdraw one.
func (f *filler) measure(ctx context.Context) error {
	if f.people["hr"].ID == "" || len(f.Indicators.All()) == 0 {
		return nil
	}
	chance := rand.New(rand.NewPCG(seed, 19))
	first := f.monthAgo(0)
	var old strings.Builder
	old.WriteString(reportHead)
	for back := monthsMeasured; back > 0; back-- {
		month := f.monthAgo(back)
		report := f.report(chance, month.Format("2006-01"))
		known := workingDay(month.AddDate(0, 1, 2)).Add(10 * time.Hour)
		if known.UnixMilli() <= f.Clock.Now() {
			old.WriteString(report)
			continue
		}
		f.later(known, func(ctx context.Context) error {
			return f.importReport(ctx, "销售报表"+month.Format("2006-01")+".csv", reportHead+report)
		})
	}
	if before := workingDay(first.AddDate(0, 0, 4)).Add(15 * time.Hour); before.UnixMilli() < f.now {
		f.later(before, f.correct)
	}
	return f.importReport(ctx, firstFile, old.String())
}

// monthAgo is the first day of a month, counted back from the demo's.
func (f *filler) monthAgo(back int) time.Time {
	now := time.UnixMilli(f.now).In(f.Zone)
	return time.Date(now.Year(), now.Month()-time.Month(back), 1, 0, 0, 0, 0, f.Zone)
}

// workingDay is the day or, on a weekend, the Monday after.
func workingDay(day time.Time) time.Time {
	for day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
		day = day.AddDate(0, 0, 1)
	}
	return day
}

const reportHead = "登录名,期间,销售额（元）,销售利润（元）,增长率（%）,新增客户数,潜在客户转化率（%）,客户反馈（分）,投诉处理（件）,拜访次数,项目跟进进度（%）\n"

// report writes what the people in sales achieved in a month: whoever sells well one month does so the next, more or less.
func (f *filler) report(chance *rand.Rand, month string) string {
	var b strings.Builder
	for n, a := range f.company.Everybody() {
		if !slices.Contains(sellers, a.Team) || a.Joined > 0 && a.Joined < 60 || slices.Contains(a.Manages, "east") {
			continue
		}
		skill := 60 + (n*37)%60
		amount := skill*(4000+chance.IntN(5000)) + chance.IntN(10000)
		prospects, won := 8+chance.IntN(12), chance.IntN(2+skill/30)
		fmt.Fprintf(&b, "%s,%s,%d.%02d,%d,%d.%d,%d,%.2f,%d.%d,%d,%d,%d\n", a.Login, month, amount, chance.IntN(100), amount*(12+chance.IntN(16))/100,
			chance.IntN(50)-15, chance.IntN(10), won, 100*float64(won)/float64(prospects), 76+chance.IntN(12)+skill/12, chance.IntN(10),
			max(0, chance.IntN(4)-2), 8+chance.IntN(10)+skill/8, min(100, 62+chance.IntN(20)+skill/5))
	}
	return b.String()
}

func (f *filler) importReport(ctx context.Context, name, text string) error {
	plan, done, err := f.Indicators.Import(ctx, f.people["hr"].Actor(), indicator.Upload{Name: name, Data: []byte(text)})
	if err == nil && !done {
		err = fmt.Errorf("%s: %v rows", name, plan.Counts)
	}
	return err
}

// correct has the manager of a region put one amount right, and HR withdraw a complaint that was somebody else's.
func (f *filler) correct(ctx context.Context) error {
	month := f.monthAgo(1).Format("2006-01")
	who, err := f.whoIs("suzhou.3")
	if err != nil {
		return err
	}
	card, err := f.Indicators.See(ctx, f.people["hr"].Actor(), who.ID, month)
	if err != nil {
		return err
	}
	if amount, ok := card.Latest("sales-amount"); ok {
		if _, err := f.Indicators.Put(ctx, f.people["manager"].Actor(), indicator.Entry{Person: who.ID, Period: month, Request: "demo-figure",
			Note: returned, Values: map[string]int64{"sales-amount": amount.Value - 38_600_00}}); err != nil {
			return err
		}
	}
	complaint, ok := card.Latest("complaints")
	if !ok {
		return nil
	}
	return f.Indicators.Withdraw(ctx, f.people["hr"].Actor(), complaint.Place, complaint.Seq, misfiled)
}

// simulate has the manager take over what the learner, who has sold nothing yet, achieved in the simulated territory.
func (f *filler) simulate(ctx context.Context) error {
	learner := f.people["learner"]
	all, err := f.Rehearsals.Of(ctx, f.people["hr"].Actor(), learner.ID)
	if err != nil || len(all) == 0 || all[0].Closed == 0 {
		return err
	}
	month := time.UnixMilli(all[0].Closed).In(f.Zone).Format("2006-01")
	_, err = f.Indicators.Simulate(ctx, f.people["manager"].Actor(), learner.ID, month)
	return err
}
