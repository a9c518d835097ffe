package reward

import (
	"context"
	"strings"
	"time"

	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// look gives one that the actor may see, and how they stand to the person. The person sees only what was granted.
func (r *Rewards) look(ctx context.Context, actor access.Actor, id string) (Reward, access.Relation, error) {
	one, err := byID(ctx, r.db.Read(), id)
	if err != nil {
		return one, access.Other, err
	}
	to, err := r.people.Relation(ctx, actor, one.Person)
	if err == nil {
		err = actor.Check(access.SeeReward, to)
	}
	if err == nil && to == access.Self && !one.State.Told() {
		err = fault.New(fault.Missing, "error.missing")
	}
	return one, to, err
}

// Withdraw takes one's own proposal back before it is decided.
func (r *Rewards) Withdraw(ctx context.Context, actor access.Actor, id, request string) error {
	one, _, err := r.look(ctx, actor, id)
	if err != nil {
		return err
	}
	if one.ProposedBy != actor.ID || one.Derived {
		return fault.New(fault.Denied, "reward.not_proposer")
	}
	return r.step(ctx, actor, one, Withdraw, said{}, request)
}

// Decision is what HR decides about a proposal.
type Decision struct {
	Grant  bool
	Amount int64  // fen: 1 to Kind.Most of a granted bonus or fine, otherwise 0
	Reason string // needed; of a granted one the person reads it
}

// Decide grants or declines a proposal: by HR, never the person themself, never who proposed it. What rests on an appraisal
// that has come out otherwise since is not granted any more.
func (r *Rewards) Decide(ctx context.Context, actor access.Actor, id string, d Decision, request string) error {
	one, to, err := r.look(ctx, actor, id)
	if err != nil {
		return err
	}
	if err := r.mayDecide(actor, to, one); err != nil {
		return err
	}
	d.Reason = strings.TrimSpace(strings.ReplaceAll(d.Reason, "\r\n", "\n"))
	if err := d.check(one.Kind); err != nil {
		return err
	}
	do, s := Decline, said{reason: d.Reason, amount: d.Amount}
	if d.Grant {
		do = Grant
		if err := r.stillHolds(ctx, actor, one); err != nil && one.State == Proposed {
			return err
		}
		if one.Kind.Penalty() {
			s.until = time.UnixMilli(r.clock.Now()).In(r.zone).AddDate(0, 0, ObjectDays).Format(time.DateOnly)
		}
	}
	return r.step(ctx, actor, one, do, s, request)
}

// mayDecide refuses who may not decide about a proposal.
func (r *Rewards) mayDecide(actor access.Actor, to access.Relation, one Reward) error {
	if err := actor.Check(access.DecideReward, to); err != nil {
		return err
	}
	if actor.ID != "" && actor.ID == one.ProposedBy {
		return fault.New(fault.Denied, "reward.own_proposal")
	}
	return nil
}

func (d Decision) check(k Kind) error {
	most := k.Most()
	switch {
	case d.Grant && most > 0 && (d.Amount < 1 || d.Amount > most):
		return fault.New(fault.Invalid, "reward.amount_range", "max", most/100).At("amount")
	case d.Amount != 0 && (!d.Grant || most == 0):
		return fault.New(fault.Invalid, "reward.amount_none").At("amount")
	}
	return reasoned(d.Reason, longestReason)
}

// stillHolds refuses to grant what rests on an appraisal that is not what it was when this was proposed.
func (r *Rewards) stillHolds(ctx context.Context, actor access.Actor, one Reward) error {
	for _, m := range one.Months {
		now, err := r.records.Get(ctx, actor, m.Record)
		if err != nil {
			return err
		}
		if now.Band != m.Band || !now.Closed {
			return fault.New(fault.Conflict, "reward.record_changed", "period", m.Period)
		}
	}
	return nil
}

// Object says once, within ObjectDays days, why a penalty of one's own is not right.
func (r *Rewards) Object(ctx context.Context, actor access.Actor, id, text, request string) error {
	one, to, err := r.look(ctx, actor, id)
	if err != nil {
		return err
	}
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	switch {
	case to != access.Self:
		return fault.New(fault.Missing, "error.missing")
	case !one.Kind.Penalty():
		return fault.New(fault.Invalid, "reward.no_objection")
	case one.State == Granted && r.clock.Date(r.zone) > one.Until:
		return fault.New(fault.Conflict, "reward.too_late")
	}
	if err := reasoned(text, longestWords); err != nil {
		return err
	}
	return r.step(ctx, actor, one, Object, said{reason: text}, request)
}

// Ruling is what is decided about an objection.
type Ruling struct {
	Lift   bool
	Reason string // needed; the person reads it
}

// Settle upholds or lifts a penalty to which the person has objected: by HR, neither the person nor who granted or proposed it.
func (r *Rewards) Settle(ctx context.Context, actor access.Actor, id string, g Ruling, request string) error {
	one, to, err := r.look(ctx, actor, id)
	if err != nil {
		return err
	}
	if err := r.maySettle(actor, to, one); err != nil {
		return err
	}
	g.Reason = strings.TrimSpace(strings.ReplaceAll(g.Reason, "\r\n", "\n"))
	if err := reasoned(g.Reason, longestReason); err != nil {
		return err
	}
	do := Uphold
	if g.Lift {
		do = Lift
	}
	return r.step(ctx, actor, one, do, said{reason: g.Reason}, request)
}

// maySettle refuses who may not decide about an objection.
func (r *Rewards) maySettle(actor access.Actor, to access.Relation, one Reward) error {
	if err := r.mayDecide(actor, to, one); err != nil {
		return err
	}
	if actor.ID != "" && actor.ID == one.DecidedBy {
		return fault.New(fault.Denied, "reward.own_decision")
	}
	return nil
}

// said is what goes with an act.
type said struct {
	reason string
	amount int64  // fen
	until  string // of a granted penalty
}

// step takes one through an act, with its entry and its line in the trail.
func (r *Rewards) step(ctx context.Context, actor access.Actor, one Reward, do Act, s said, request string) error {
	m := moves[do]
	return r.once(ctx, actor, sent{request, do, one.ID, ""}, func(q db.Q) error {
		now := r.clock.Now()
		if err := claim(ctx, q, one.ID, m.from, m.to); err != nil {
			return err
		}
		if do == Grant || do == Decline {
			if err := setDecision(ctx, q, one.ID, actor.ID, s, now); err != nil {
				return err
			}
		}
		if err := addEntry(ctx, q, one.ID, Entry{Act: do, Before: m.from, After: m.to, By: actor.ID, Reason: s.reason, Amount: s.amount, At: now}); err != nil {
			return err
		}
		return r.note(ctx, q, actor, do, one, map[string]any{"reason": s.reason, "amount": s.amount, "until": s.until})
	}, nil)
}
