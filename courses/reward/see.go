package reward

import (
	"context"

	"tongguan/server/base/access"
	"tongguan/server/base/fault"
)

// View is which ones a list shows.
type View string

// The views.
const (
	Waiting View = "waiting" // somebody has to decide
	Settled View = "settled"
	All     View = "all"
)

// Views lists the views.
func Views() []View { return []View{Waiting, Settled, All} }

// Filter narrows a list.
type Filter struct {
	View  View   // "" for Waiting
	Kind  Kind   // "" for every kind
	Team  string // with all below it
	After string // the last id of the page before
	Size  int    // 1 to 500; 0 for 50
}

// Page is a part of a list.
type Page struct {
	Rewards []Reward
	Next    string // what After of the next page is, "" at the end
}

// List gives those of other people that the actor may see, the latest first.
func (r *Rewards) List(ctx context.Context, actor access.Actor, f Filter) (Page, error) {
	reach, err := r.people.Reach(ctx, actor, access.SeeReward, f.Team)
	if err != nil {
		return Page{}, err
	}
	if f.Size < 1 || f.Size > 500 {
		f.Size = 50
	}
	var states []State
	for _, s := range States() {
		if f.View == All || s.Waits() == (f.View != Settled) {
			states = append(states, s)
		}
	}
	all, err := list(ctx, r.db.Read(), actor.ID, reach, states, f)
	if err != nil || len(all) <= f.Size {
		return Page{Rewards: all}, err
	}
	all = all[:f.Size]
	return Page{all, all[f.Size-1].ID}, nil
}

// Mine gives what was granted to the actor, the latest first, and what became of it.
func (r *Rewards) Mine(ctx context.Context, actor access.Actor) ([]Reward, error) {
	if err := actor.Check(access.SeeReward, access.Self); err != nil {
		return nil, err
	}
	all, err := of(ctx, r.db.Read(), actor.ID)
	for i := range all {
		all[i] = all[i].told()
	}
	return all, err
}

// told is what the person is told of one: not who proposed it and with what words.
func (w Reward) told() Reward {
	w.ProposedBy, w.Proposal, w.ProposedAt = "", "", 0
	return w
}

// Whole is one with its history and what the actor may do to it as it stands.
type Whole struct {
	Reward
	Own     bool
	History []Entry
	Changed []Record // those it rests on that are in another band by now, as they stand
	May     May
}

// May is which verbs whoever asked may use.
type May struct{ Withdraw, Decide, Object, Settle bool }

// See gives everything about one that the actor may see.
func (r *Rewards) See(ctx context.Context, actor access.Actor, id string) (Whole, error) {
	one, to, err := r.look(ctx, actor, id)
	if err != nil {
		return Whole{}, err
	}
	w := Whole{Reward: one, Own: to == access.Self}
	if w.History, err = entries(ctx, r.db.Read(), id); err != nil {
		return w, err
	}
	if w.Own {
		w.Reward = one.told()
		for len(w.History) > 0 && !w.History[0].After.Told() {
			w.History = w.History[1:]
		}
		w.May.Object = one.Kind.Penalty() && one.State == Granted && r.clock.Date(r.zone) <= one.Until
		return w, nil
	}
	w.May.Withdraw = one.State == Proposed && !one.Derived && one.ProposedBy == actor.ID
	w.May.Decide = one.State == Proposed && r.mayDecide(actor, to, one) == nil
	w.May.Settle = one.State == Objected && r.maySettle(actor, to, one) == nil
	if one.State == Proposed {
		w.Changed, err = r.changed(ctx, actor, one)
	}
	return w, err
}

// changed gives the records under a proposal that have come out otherwise since. Those that the actor may not see are
// left out: whoever decides sees them.
func (r *Rewards) changed(ctx context.Context, actor access.Actor, one Reward) (out []Record, err error) {
	for _, m := range one.Months {
		now, err := r.records.Get(ctx, actor, m.Record)
		if err != nil && fault.KindOf(err) == fault.Missing {
			continue
		}
		if err != nil {
			return nil, err
		}
		if now.Band != m.Band || !now.Closed {
			out = append(out, now)
		}
	}
	return out, nil
}

// RecordsOf gives the closed appraisals of somebody on whom the actor may propose something, the latest first.
func (r *Rewards) RecordsOf(ctx context.Context, actor access.Actor, person string) ([]Record, error) {
	if err := r.people.Check(ctx, actor, access.ProposeReward, person); err != nil {
		return nil, err
	}
	return r.records.Of(ctx, actor, person)
}

// Cycles gives the cycles from whose results the actor may derive proposals, the latest first; none to who may not.
func (r *Rewards) Cycles(ctx context.Context, actor access.Actor) ([]Cycle, error) {
	if !actor.May(access.DecideReward, access.Other) {
		return nil, nil
	}
	return r.records.Cycles(ctx, actor)
}
