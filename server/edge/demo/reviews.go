package demo

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"tongguan/courses/catalog"
	"tongguan/courses/review"
	"tongguan/server/base/db"
	"tongguan/server/edge/app"
)

// reviewed is content/demo/reviews.yaml.
type reviewed struct {
	Team, Beside, By string
	Customers        []struct {
		Name, Comment string
		Marks         []int // nothing for one who has not answered
	}
	Items []struct {
		ID      string
		Name    catalog.Text
		Anchors [5]catalog.Text
	}
	Comments []string
}

func readReviewed() (r reviewed, err error) {
	text, err := fs.ReadFile(app.Content(""), "demo/reviews.yaml")
	if err != nil {
		return r, err
	}
	read := yaml.NewDecoder(bytes.NewReader(text))
	read.KnownFields(true)
	return r, read.Decode(&r)
}

// reviewing puts two cycles of reviews into the history: one that is over and shown, and one that runs. It draws from chance of
// its own, so that the rest of the history stays as it is with it or without.
type reviewing struct {
	*filler
	reviewed
	chance         *rand.Rand
	members, aside []string // logins of the team, and of the one beside
	mild           map[string]float64
}

// review is the demo's step.
func (f *filler) review(context.Context) error {
	told, err := readReviewed()
	if err != nil {
		return fmt.Errorf("reviews.yaml: %w", err)
	}
	r := &reviewing{filler: f, reviewed: told, chance: rand.New(rand.NewPCG(seed, 20)), mild: map[string]float64{}}
	for _, a := range f.company.Everybody() {
		switch a.Team {
		case told.Team:
			r.members = append(r.members, a.Login)
		case told.Beside:
			r.aside = append(r.aside, a.Login)
		}
		r.mild[a.Login] = r.chance.NormFloat64() * 0.7
	}
	f.later(f.hour(-34, 9), r.openPast)
	f.later(f.hour(-4, 9), r.openNow)
	return nil
}

// named is the id of a member's panel. It stands in the trail for ever, and so has no login in it.
func (r *reviewing) named(cycle, login string) string {
	return fmt.Sprintf("demo-%s-%d", cycle, slices.Index(r.members, login)+1)
}

// panel opens the panel of a member and gives its id.
func (r *reviewing) panel(ctx context.Context, cycle, login string, due int) (string, error) {
	p := review.Panel{ID: r.named(cycle, login), Cycle: "demo-" + cycle, Person: r.people[login].ID, MinShown: 3,
		Due: time.UnixMilli(r.now).In(r.Zone).AddDate(0, 0, due).Format(time.DateOnly)}
	for _, i := range r.Items {
		p.Items = append(p.Items, review.Item(i))
	}
	return p.ID, r.DB.Write(ctx, func(q db.Q) error { return r.Reviews.Open(ctx, q, p) })
}

// openPast opens the cycle that is over. Three of the team and one from beside review each, so that everybody gives three or
// more and severity can be told.
func (r *reviewing) openPast(ctx context.Context) error {
	hr, boss := r.people[r.By].Actor(), ""
	for _, a := range r.company.Everybody() {
		if slices.Contains(a.Manages, r.Team) {
			boss = a.Login
		}
	}
	folk := slices.DeleteFunc(slices.Clone(r.members), func(l string) bool { return l == boss })
	for i, login := range folk {
		id, err := r.panel(ctx, "past", login, -22)
		if err != nil {
			return err
		}
		asked := []string{boss, folk[(i+1)%len(folk)], folk[(i+2)%len(folk)], folk[(i+4)%len(folk)], r.aside[i%2]}
		for k, who := range asked {
			side := review.Colleague
			if k == 0 {
				side = review.Superior
			}
			if err := r.Reviews.Ask(ctx, hr, id, side, r.people[who].ID); err != nil {
				return err
			}
			r.later(r.hour(-32+r.chance.IntN(9), 9+r.chance.IntN(9)), func(ctx context.Context) error { return r.give(ctx, who, login, id) })
		}
		r.later(r.hour(-20, 10), func(ctx context.Context) error { return r.end(ctx, id) })
	}
	return nil
}

// end closes a panel and shows its results to the person.
func (r *reviewing) end(ctx context.Context, id string) error {
	return r.DB.Write(ctx, func(q db.Q) error {
		if err := r.Reviews.Close(ctx, q, id); err != nil {
			return err
		}
		return r.Reviews.Show(ctx, q, id)
	})
}

// openNow opens the cycle that runs, with reviewers as the rule proposes them, of whom about half have given; the demo's
// learner has not. Customers of the learner are invited, and the first has answered.
func (r *reviewing) openNow(ctx context.Context) error {
	var ids []string
	for _, login := range r.members {
		id, err := r.panel(ctx, "now", login, 9)
		if err != nil {
			return err
		}
		ids = append(ids, id)
	}
	if err := r.DB.Write(ctx, func(q db.Q) error { return r.Reviews.Propose(ctx, q, ids...) }); err != nil {
		return err
	}
	for i, id := range ids {
		v, err := r.Reviews.See(ctx, r.people[r.By].Actor(), id)
		if err != nil {
			return err
		}
		for _, a := range v.Asked {
			who := r.login(a.Person)
			if r.chance.IntN(2) == 0 && r.company.Accounts[0].Login != who {
				r.later(r.hour(-3+r.chance.IntN(2), 9+r.chance.IntN(9)), func(ctx context.Context) error { return r.give(ctx, who, r.members[i], id) })
			}
		}
	}
	return r.invite(ctx, r.named("now", r.company.Accounts[0].Login))
}

func (r *reviewing) login(id string) string {
	for l, p := range r.people {
		if p.ID == id {
			return l
		}
	}
	return ""
}

// give gives a sheet: what the person is like, how mild the reviewer is, and some chance.
func (r *reviewing) give(ctx context.Context, who, of, panel string) error {
	actor := r.people[who].Actor()
	open, _, err := r.Reviews.Mine(ctx, actor)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(open, func(t review.Task) bool { return t.Panel == panel })
	if at < 0 {
		return fmt.Errorf("reviews: %s does not review %s", who, of)
	}
	sheet := review.Sheet{Marks: map[string]int{}, Comments: map[string]string{}}
	worth := 3.5 + float64(slices.Index(r.members, of)%3)*0.3
	for _, i := range r.Items {
		sheet.Marks[i.ID] = min(5, max(1, int(worth+r.mild[who]+r.chance.NormFloat64()*0.5+0.5)))
	}
	if r.chance.IntN(3) > 0 {
		sheet.Comments[review.Whole] = r.Comments[r.chance.IntN(len(r.Comments))]
	}
	return r.Reviews.Give(ctx, actor, open[at].ID, sheet, panel+"-"+actor.ID)
}

func (r *reviewing) invite(ctx context.Context, panel string) error {
	hr := r.people[r.By].Actor()
	for i, k := range r.Customers {
		link, err := r.Reviews.Invite(ctx, hr, panel, review.Guest{Name: k.Name, Form: fmt.Sprintf("demo-guest-%d", i)})
		if err != nil {
			return err
		}
		if len(k.Marks) == 0 {
			continue
		}
		sheet := review.Sheet{Marks: map[string]int{}, Comments: map[string]string{review.Whole: k.Comment}}
		for n, m := range k.Marks {
			sheet.Marks[r.Items[n].ID] = m
		}
		r.later(r.hour(-2, 15), func(ctx context.Context) error {
			return r.Reviews.GiveByLink(ctx, link.Token, sheet, fmt.Sprintf("demo-guest-%d", i))
		})
	}
	return nil
}
