package demo

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"tongguan/courses/inspection"
	"tongguan/courses/violation"
	"tongguan/server/base/access"
	"tongguan/server/edge/app"
)

// supervised is content/demo/supervision.yaml.
type supervised struct {
	Rounds []inspected
	Set    struct {
		Day, Size    int
		Plan, Reason string
	}
	Alone   faulty
	Reports []reported
}

// inspected is one round of a plan; without a conclusion it still runs.
type inspected struct {
	Plan, Conclusion string
	Day, Answered    int
	List             struct {
		Prefix string
		Count  int
		Names  []string
	}
	Noes []faulty
}

// faulty is a no, or something found beside the rounds, and what becomes of the finding.
type faulty struct {
	Number, Day, Due, Days                                        int // Days: to put it right, where not the plan's
	Item, Note, Owner, Title, Demand, How, Back, Clause, Severity string
	Path                                                          []inspection.Act
}

// reported is one report of a violation and what became of it.
type reported struct {
	Day                                                  int
	Code, By, Happened, Place, Accused, Clause, Evidence string
	Talk                                                 []struct {
		Day      int
		By, Text string
	}
	States []struct {
		Day  int
		To   violation.State
		Note string
	}
	Reward struct {
		Day, Decided, Collected int
		Yuan                    int64
		Honour, Reason          string
	}
}

// supervise puts inspections and reports of violations into the history.
func (f *filler) supervise(context.Context) error {
	text, err := fs.ReadFile(app.Content(""), "demo/supervision.yaml")
	if err != nil {
		return err
	}
	var all supervised
	if err := yaml.Unmarshal(text, &all); err != nil {
		return fmt.Errorf("supervision.yaml: %w", err)
	}
	for _, r := range all.Rounds {
		f.later(f.hour(r.Day, 9), func(ctx context.Context) error { return f.inspect(ctx, r) })
	}
	f.later(f.hour(all.Set.Day, 11), func(ctx context.Context) error {
		return f.Inspections.Set(ctx, f.people["hr"].Actor(), inspection.Setting{Plan: all.Set.Plan, Every: inspection.Monthly, Size: all.Set.Size,
			Responsible: f.people["inspector"].ID, Reason: all.Set.Reason})
	})
	f.later(f.hour(all.Alone.Day, 15), func(ctx context.Context) error {
		_, err := f.found(ctx, inspection.Finding{Clause: all.Alone.Clause, Severity: inspection.Severity(all.Alone.Severity)}, all.Alone, all.Alone.Due)
		return err
	})
	for _, r := range all.Reports {
		f.later(f.hour(r.Day, 20), func(ctx context.Context) error { return f.denounce(ctx, r) })
	}
	f.later(f.hour(-1, 7), func(ctx context.Context) error { return f.Inspections.Tick(ctx) })
	return nil
}

// inspect begins a round, fills in its checklists, and closes it two days later where it has a conclusion.
func (f *filler) inspect(ctx context.Context, r inspected) error {
	who := f.people["inspector"].Actor()
	if err := f.Inspections.Tick(ctx); err != nil {
		return err
	}
	list := ""
	for i := range r.List.Count {
		list += fmt.Sprintf("%s%03d %s\n", r.List.Prefix, i*3+7, r.List.Names[i%len(r.List.Names)])
	}
	h, _, err := f.Inspections.Plan(ctx, who, r.Plan)
	if err != nil {
		return err
	}
	period := h.Setting.Every.On(time.UnixMilli(f.Clock.Now()).In(f.Zone)).Key
	id, err := f.Inspections.Begin(ctx, who, inspection.Start{Plan: r.Plan, Period: period, Listed: list}, "demo-round-"+r.Plan)
	if err != nil {
		return fmt.Errorf("%s: %w", r.Plan, err)
	}
	if err := f.check(ctx, id, h.Plan, r); err != nil || r.Conclusion == "" {
		return err
	}
	f.later(f.hour(r.Day+2, 16), func(ctx context.Context) error { return f.Inspections.Close(ctx, who, id, r.Conclusion) })
	return nil
}

// check fills in the checklists of a round and raises its findings.
func (f *filler) check(ctx context.Context, id string, plan *inspection.Plan, r inspected) error {
	who := f.people["inspector"].Actor()
	_, all, err := f.Inspections.Round(ctx, who, id)
	if err != nil {
		return err
	}
	if r.Conclusion == "" {
		all = all[:min(len(all), r.Answered)]
	}
	for _, s := range all {
		answers := map[string]inspection.Answer{}
		for i, item := range plan.Items {
			answers[item.ID] = inspection.Answer{Value: inspection.Yes}
			if (s.Number+i)%7 == 0 {
				answers[item.ID] = inspection.Answer{Value: inspection.None}
			}
			if at := slices.IndexFunc(r.Noes, func(n faulty) bool { return n.Number == s.Number && n.Item == item.ID }); at >= 0 {
				answers[item.ID] = inspection.Answer{Value: inspection.No, Note: r.Noes[at].Note}
			}
		}
		f.advance(4 * time.Minute)
		s.Answers = answers
		if err := f.Inspections.Save(ctx, who, id, s); err != nil {
			return err
		}
	}
	for _, n := range r.Noes {
		item := plan.Item(n.Item)
		days := item.Days
		if n.Days > 0 {
			days = n.Days
		}
		if _, err := f.found(ctx, inspection.Finding{Round: id, Number: n.Number, Item: n.Item, Clause: item.Clause, Severity: item.Severity}, n, days); err != nil {
			return fmt.Errorf("%s: %w", n.Title, err)
		}
	}
	return nil
}

// found raises a finding and lets it go its way, a step every three days.
func (f *filler) found(ctx context.Context, base inspection.Finding, n faulty, days int) (string, error) {
	owner, err := f.whoIs(n.Owner)
	if err != nil {
		return "", err
	}
	base.Owner, base.Title, base.Demand = owner.ID, n.Title, n.Demand
	now := time.UnixMilli(f.Clock.Now()).In(f.Zone)
	base.DueOn = now.AddDate(0, 0, days).Format(time.DateOnly)
	id, err := f.Inspections.RaiseFinding(ctx, f.people["inspector"].Actor(), base, fmt.Sprintf("demo-%s-%d-%s", base.Round, n.Number, n.Item))
	if err != nil {
		return "", err
	}
	for i, do := range n.Path {
		f.later(now.Add(time.Duration(i+1)*3*24*time.Hour), func(ctx context.Context) error { return f.follow(ctx, owner, id, do, n) })
	}
	return id, nil
}

// follow does one thing to a finding.
func (f *filler) follow(ctx context.Context, owner access.Actor, id string, do inspection.Act, n faulty) error {
	actor, text := f.people["inspector"].Actor(), n.Back
	switch do {
	case inspection.Rectify:
		actor, text = owner, n.How
	case inspection.Verify:
		text = "看过材料，已改好。"
	}
	v, err := f.Inspections.Finding(ctx, actor, id)
	if err != nil {
		return err
	}
	return f.Inspections.Do(ctx, actor, id, inspection.Deed{Do: do, Version: v.Version, Text: text})
}

// denounce reports a violation and puts what becomes of it into the history.
func (f *filler) denounce(ctx context.Context, r reported) error {
	code := violation.CleanCode(r.Code)
	if code == "" {
		code = f.Violations.NewCode()
	}
	var by access.Actor
	if r.By != "" {
		var err error
		if by, err = f.whoIs(r.By); err != nil {
			return err
		}
	}
	t := violation.Text{Happened: r.Happened, Place: r.Place, Accused: r.Accused, Clause: r.Clause, Evidence: r.Evidence}
	if err := f.Violations.Submit(ctx, by, t, code); err != nil {
		return err
	}
	got, err := f.Violations.Open(ctx, code)
	if err != nil {
		return err
	}
	f.later(f.hour(r.Day+1, 1), f.Violations.Tick)
	f.examine(r, got.ID, code)
	f.bounty(r, got.ID, code)
	return nil
}

// examine puts what the inspector does with a report into the history.
func (f *filler) examine(r reported, id, code string) {
	inspector := f.people["inspector"].Actor()
	for _, s := range r.States {
		f.later(f.hour(s.Day, 9), func(ctx context.Context) error {
			one, err := f.Violations.Report(ctx, inspector, id)
			if err != nil {
				return err
			}
			return f.Violations.Decide(ctx, inspector, id, one.Version, s.To, s.Note)
		})
	}
	for i, m := range r.Talk {
		f.later(f.hour(m.Day, 10+i), func(ctx context.Context) error {
			if m.By == "" {
				return f.Violations.Reply(ctx, code, m.Text, fmt.Sprint("demo-", i))
			}
			return f.Violations.Ask(ctx, inspector, id, m.Text, fmt.Sprint("demo-", i))
		})
	}
}

// bounty puts the reward of a report into the history.
func (f *filler) bounty(r reported, id, code string) {
	w, hr := r.Reward, f.people["hr"].Actor()
	if w.Reason == "" {
		return
	}
	f.later(f.hour(w.Day, 17), func(ctx context.Context) error {
		return f.Violations.Propose(ctx, f.people["inspector"].Actor(), id, violation.Reward{Amount: w.Yuan * 100, Honour: w.Honour, Reason: w.Reason})
	})
	f.later(f.hour(w.Decided, 11), func(ctx context.Context) error { return f.Violations.DecideReward(ctx, hr, id, true, "同意。") })
	f.later(f.hour(w.Collected, 12), func(ctx context.Context) error {
		colleague, err := f.whoIs("people.1") // of HR too: whoever decides does not pay
		if err == nil {
			_, err = f.Violations.Pay(ctx, colleague, code)
		}
		return err
	})
}
