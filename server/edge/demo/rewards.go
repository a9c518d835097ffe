package demo

import (
	"context"
	"fmt"
	"io/fs"

	"go.yaml.in/yaml/v3"

	"tongguan/courses/reward"
	"tongguan/server/edge/app"
)

// rewarded is content/demo/rewards.yaml.
type rewarded struct{ Rewards []rewardPlan }

// rewardPlan is one reward or penalty, as far as it has come. Days are counted from the demo's, amounts are in fen.
type rewardPlan struct {
	Who, By, Clause, Words, Reason string
	Kind                           reward.Kind
	Day                            int
	Decide                         *struct {
		By, Reason string
		Day        int
		Grant      bool
		Amount     int64
	}
	Object *struct {
		Reason string
		Day    int
	}
	Settle *struct {
		By, Reason string
		Day        int
		Lift       bool
	}
}

// reward puts rewards and penalties into the history.
func (f *filler) reward(context.Context) error {
	text, err := fs.ReadFile(app.Content(""), "demo/rewards.yaml")
	if err != nil {
		return err
	}
	var all rewarded
	if err := yaml.Unmarshal(text, &all); err != nil {
		return fmt.Errorf("rewards.yaml: %w", err)
	}
	for i, x := range all.Rewards {
		f.later(f.hour(x.Day, 10), func(ctx context.Context) error {
			if err := f.rewardOne(ctx, x, fmt.Sprintf("demo-reward-%d", i)); err != nil {
				return fmt.Errorf("reward of %s: %w", x.Who, err)
			}
			return nil
		})
	}
	return nil
}

// rewardOne proposes one, and puts what becomes of it into the history.
func (f *filler) rewardOne(ctx context.Context, x rewardPlan, name string) error {
	who, err := f.whoIs(x.Who)
	if err != nil {
		return err
	}
	by, err := f.whoIs(x.By)
	if err != nil {
		return err
	}
	id, err := f.Rewards.Propose(ctx, by, reward.Draft{Person: who.ID, Kind: x.Kind, Reason: x.Reason, Words: x.Words, Clause: x.Clause}, name)
	if err != nil {
		return err
	}
	if d := x.Decide; d != nil {
		f.later(f.hour(d.Day, 15), func(ctx context.Context) error {
			by, err := f.whoIs(d.By)
			if err != nil {
				return err
			}
			return f.Rewards.Decide(ctx, by, id, reward.Decision{Grant: d.Grant, Amount: d.Amount, Reason: d.Reason}, name+"-decide")
		})
	}
	if o := x.Object; o != nil {
		f.later(f.hour(o.Day, 11), func(ctx context.Context) error { return f.Rewards.Object(ctx, who, id, o.Reason, name+"-object") })
	}
	if s := x.Settle; s != nil {
		f.later(f.hour(s.Day, 16), func(ctx context.Context) error {
			by, err := f.whoIs(s.By)
			if err != nil {
				return err
			}
			return f.Rewards.Settle(ctx, by, id, reward.Ruling{Lift: s.Lift, Reason: s.Reason}, name+"-settle")
		})
	}
	return nil
}
