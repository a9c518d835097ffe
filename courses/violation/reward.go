package violation

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Reward is what a report that proved true brings (5.1.3): money, an honour, or both.
//
// An inspector proposes it and HR decides, without the report, and so without knowing who wrote it. It is collected with
// the receipt code: whoever holds it reads or shows it at the counter of HR, who enter it, see that a reward waits under it,
// pay and note that. Nobody is asked for a name, and no name is written down; somebody else may be sent with the code.
type Reward struct {
	Report      string `db:"report_id"`
	Clause      string `db:"clause"`
	Amount      int64  `db:"amount"` // fen
	Honour      string `db:"honour"`
	Reason      string `db:"reason"`
	State       string `db:"state"`
	ProposedBy  string `db:"proposed_by"`
	ProposedAt  int64  `db:"proposed_at"` // milliseconds since 1970 UTC
	DecidedBy   string `db:"decided_by"`
	DecidedAt   int64  `db:"decided_at"`
	Decision    string `db:"decision"`
	CollectedOn string `db:"collected_on"` // YYYY-MM-DD
}

// States of a reward.
const (
	Proposed  = "proposed"
	Approved  = "approved"
	Declined  = "declined"
	Collected = "collected"
)

// mostReward bounds the amount, in fen: a million yuan.
const mostReward = 100_000_000

// Propose proposes a reward for a report that proved true; again where one was declined.
func (x *Violations) Propose(ctx context.Context, actor access.Actor, id string, w Reward) error {
	r, _, err := x.one(ctx, actor, id)
	if err != nil {
		return err
	}
	if r.State != Substantiated {
		return fault.New(fault.Conflict, "error.changed_meanwhile")
	}
	if w.Reason, err = note(w.Reason, "reason", true); err != nil {
		return err
	}
	w.Honour = strings.TrimSpace(w.Honour)
	switch {
	case w.Amount < 0 || w.Amount > mostReward:
		return fault.New(fault.Invalid, "violation.amount_wrong").At("amount")
	case utf8.RuneCountInString(w.Honour) > longestLine || strings.ContainsFunc(w.Honour, unicode.IsControl):
		return fault.New(fault.Invalid, "violation.text_long", "max", longestLine).At("honour")
	case w.Amount == 0 && w.Honour == "":
		return fault.New(fault.Invalid, "violation.reward_empty").At("amount")
	}
	w.Report, w.ProposedBy, w.ProposedAt = id, actor.ID, x.Clock.Now()
	return x.DB.Write(ctx, func(q db.Q) error {
		seq, err := claimReport(ctx, q, id, Substantiated)
		if err != nil {
			return err
		}
		if err := setProposal(ctx, q, w); err != nil {
			return err
		}
		return x.done(ctx, q, id, Step{seq, Proposed, actor.ID, w.ProposedAt, w.Reason}, map[string]any{"amount": w.Amount})
	})
}

// Rewards gives the rewards to those who decide, what waits first. Of the reports they are told the clause alone. What is
// about themselves is not among them.
func (x *Violations) Rewards(ctx context.Context, actor access.Actor) ([]Reward, error) {
	if err := actor.Check(access.RewardReport, access.Other); err != nil {
		return nil, err
	}
	return rewards(ctx, x.DB.Read(), actor.ID)
}

// DecideReward approves or declines a reward that somebody else has proposed.
func (x *Violations) DecideReward(ctx context.Context, actor access.Actor, id string, approve bool, why string) error {
	all, err := x.Rewards(ctx, actor)
	if err != nil {
		return err
	}
	var w Reward
	for _, one := range all {
		if one.Report == id {
			w = one
		}
	}
	state := map[bool]string{true: Approved, false: Declined}[approve]
	switch why, err = note(why, "decision", !approve); {
	case w.Report == "":
		return fault.New(fault.Missing, "error.missing")
	case w.ProposedBy == actor.ID:
		return fault.New(fault.Denied, "violation.own_proposal")
	case err != nil:
		return err
	}
	return x.DB.Write(ctx, func(q db.Q) error {
		seq, err := claimReport(ctx, q, id, Substantiated)
		if err != nil {
			return err
		}
		if err := setDecision(ctx, q, id, state, actor.ID, why, x.Clock.Now()); err != nil {
			return err
		}
		return x.done(ctx, q, id, Step{seq, state, actor.ID, x.Clock.Now(), why}, map[string]any{"amount": w.Amount})
	})
}

// Pay notes that the reward of a code was handed over, and gives it. Nobody hands one over to themselves: where the actor wrote
// the report or is named in it, there is no such code; nor does whoever decided pay. The trail does not learn who reported,
// and the history of the report the day alone.
func (x *Violations) Pay(ctx context.Context, actor access.Actor, code string) (Reward, error) {
	if err := actor.Check(access.RewardReport, access.Other); err != nil {
		return Reward{}, err
	}
	r, err := x.Open(ctx, code)
	if err != nil {
		return Reward{}, err
	}
	switch own, err := concerns(ctx, x.DB.Read(), r.ID, actor.ID); {
	case err != nil:
		return Reward{}, err
	case own || r.Reward.State != Approved:
		return Reward{}, fault.New(fault.Missing, "violation.code_unknown")
	case r.Reward.DecidedBy == actor.ID:
		return Reward{}, fault.New(fault.Denied, "violation.own_decision").At("code")
	}
	day := x.Clock.Date(x.Zone)
	from, err := time.ParseInLocation(time.DateOnly, day, x.Zone)
	if err != nil {
		return Reward{}, err
	}
	return r.Reward, x.DB.Write(ctx, func(q db.Q) error {
		seq, err := claimReport(ctx, q, r.ID, Substantiated)
		if err != nil {
			return err
		}
		if err := setCollected(ctx, q, r.ID, day); err != nil {
			return err
		}
		return x.done(ctx, q, r.ID, Step{seq, Collected, actor.ID, from.UnixMilli(), ""}, map[string]any{"amount": r.Reward.Amount})
	})
}
