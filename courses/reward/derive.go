package reward

import (
	"context"
	"encoding/json"

	"tongguan/courses/catalog"
	"tongguan/courses/composite"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Records are the appraisals that rewards and penalties rest on. Each verb is asked for the actor and gives what they may see.
type Records interface {
	// Closed gives some of the closed records of a cycle, in an order of their own, from where the last part ended.
	Closed(ctx context.Context, actor access.Actor, cycle, after string) (Batch, error)
	// Cycles gives the cycles that there are, the latest first.
	Cycles(ctx context.Context, actor access.Actor) ([]Cycle, error)
	// Of gives the closed records of a person, the latest period first.
	Of(ctx context.Context, actor access.Actor, person string) ([]Record, error)
	// Get gives one record as it stands; Missing where there is none or it may not be seen.
	Get(ctx context.Context, actor access.Actor, id string) (Record, error)
}

// Cycle is one appraisal of many people.
type Cycle struct {
	ID, Period string
	Title      catalog.Text
}

// Batch is a part of the closed records of a cycle.
type Batch struct {
	Records []Record
	Earlier map[string][]Record  // by person: those of the same kind of cycle before it, the latest first, as far back as a rule looks
	Rules   []composite.Proposal // of the cycle's scheme
	Next    string               // what after of the next part is, "" at the end
}

// Outcome is what came of deriving.
type Outcome struct {
	Records   int `json:"records"`   // closed ones that were looked at
	Proposed  int `json:"proposed"`  // new proposals
	Already   int `json:"already"`   // that had been proposed before, and perhaps decided
	Simulated int `json:"simulated"` // records that rest on figures which nobody has measured: nothing follows from them
}

// Derive proposes what the rules of a cycle's scheme say of its closed records: each once for a record and a kind, however
// often and by however many it is asked for. Nothing is given by that. request identifies the form that was sent.
func (r *Rewards) Derive(ctx context.Context, actor access.Actor, cycle, request string) (Outcome, error) {
	var out Outcome
	if err := actor.Check(access.DecideReward, access.Other); err != nil {
		return out, err
	}
	s := sent{request, Derive, cycle, ""}
	if answer, done, err := r.answered(ctx, actor, s); err != nil || done {
		if err == nil {
			err = json.Unmarshal([]byte(answer), &out)
		}
		return out, err
	}
	for after := ""; ; {
		b, err := r.records.Closed(ctx, actor, cycle, after)
		if err != nil {
			return out, err
		}
		for _, one := range b.Records {
			if err := r.deriveOne(ctx, actor, one, b, &out); err != nil {
				return out, err
			}
		}
		if after = b.Next; after == "" {
			break
		}
	}
	text, err := json.Marshal(out)
	if err != nil {
		return out, err
	}
	s.answer = string(text)
	err = r.once(ctx, actor, s, func(q db.Q) error {
		return r.trail.Append(ctx, q, audit.Event{Act: "reward.run", Actor: actor.ID, Facts: map[string]any{"cycle": cycle, "outcome": out}})
	}, &s.answer)
	if err != nil {
		return out, err
	}
	return out, json.Unmarshal([]byte(s.answer), &out)
}

// deriveOne proposes what follows from one record.
func (r *Rewards) deriveOne(ctx context.Context, actor access.Actor, one Record, b Batch, out *Outcome) error {
	out.Records++
	if one.Simulated {
		out.Simulated++
	}
	for _, d := range derive(one, b.Earlier[one.Person], b.Rules) {
		n := Reward{ID: r.clock.ID(), Person: one.Person, Kind: d.Kind, Derived: true, Record: one.ID, Band: one.Band, Months: d.Months}
		added := false
		err := r.db.Write(ctx, func(q db.Q) (err error) {
			added, err = r.open(ctx, q, actor, Derive, n)
			return err
		})
		if err != nil {
			return err
		}
		if added {
			out.Proposed++
		} else {
			out.Already++
		}
	}
	return nil
}

// sent is a form that was sent: what it asks for, about what, and what is answered when it is done.
type sent struct {
	request string
	do      Act
	about   string
	answer  string
}

// answered gives what a form was answered when it was sent before.
func (r *Rewards) answered(ctx context.Context, actor access.Actor, s sent) (string, bool, error) {
	if s.request == "" || len(s.request) > 64 {
		return "", false, fault.New(fault.Invalid, "error.form_stale")
	}
	return requestOf(ctx, r.db.Read(), actor.ID, s)
}

// once does what a form asks for, unless it was done: then it gives the answer of then. Another form under the same id is
// stale. A repeated form writes, so that its own commit covers the first.
func (r *Rewards) once(ctx context.Context, actor access.Actor, s sent, do func(db.Q) error, answer *string) error {
	if s.request == "" || len(s.request) > 64 {
		return fault.New(fault.Invalid, "error.form_stale")
	}
	return r.db.Write(ctx, func(q db.Q) error {
		was, first, err := claimRequest(ctx, q, actor.ID, s)
		if err != nil {
			return err
		}
		if first {
			return do(q)
		}
		if answer != nil {
			*answer = was
		}
		return nil
	})
}
