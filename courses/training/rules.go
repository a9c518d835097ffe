package training

import (
	"context"
	"errors"
	"time"

	"tongguan/courses/programme"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Rule takes everybody whom it fits into a programme, those who come later too, until it is ended.
type Rule struct {
	ID         string      `db:"id"`
	Programme  string      `db:"programme"`
	Role       access.Role `db:"role"`        // "" for every role
	Team       string      `db:"team_id"`     // and all below it; "" for everybody
	HiredFrom  string      `db:"hired_from"`  // YYYY-MM-DD, inclusive; "" for no bound
	HiredUntil string      `db:"hired_until"` // likewise
	Starts     Starts      `db:"starts"`
	StartOn    string      `db:"start_on"` // where Starts is OnDate
	By         string      `db:"made_by"`
	At         int64       `db:"made_at"` // milliseconds since 1970 UTC
	Taken      int         `db:"taken"`   // how many it has taken in
}

// Starts is the day from which the due dates of those count whom a rule takes in.
type Starts string

// The days.
const (
	OnHired  Starts = "hired"  // the day on which they were hired
	OnJoined Starts = "joined" // the day on which the rule came to fit them
	OnDate   Starts = "date"   // one day for all
)

// dated says whether the rule can say nothing of somebody whose hiring date is not known.
func (r Rule) dated() bool { return r.Starts == OnHired || r.HiredFrom != "" || r.HiredUntil != "" }

// start gives the day from which somebody's due dates count.
func (r Rule) start(c candidate, today string) string {
	switch r.Starts {
	case OnHired:
		return c.HiredOn
	case OnDate:
		return r.StartOn
	default:
		return today
	}
}

// shown is how many names a preview gives.
const shown = 50

// Effect is who would come into a programme by a rule now.
type Effect struct {
	Count   int      // whom it takes in
	Names   []string // of the first fifty of those
	Inside  int      // fit and are in the programme
	Out     int      // fit and were taken out of it: they stay out
	Undated int      // would fit, and their hiring date is not known
}

// Preview says whom a rule would take in, before it is made.
func (t *Training) Preview(ctx context.Context, actor access.Actor, r Rule) (Effect, error) {
	if err := t.checkRule(ctx, actor, r); err != nil {
		return Effect{}, err
	}
	e, err := countFitting(ctx, t.db.Read(), r)
	if err == nil {
		e.Names, err = fittingNames(ctx, t.db.Read(), r, shown)
	}
	return e, err
}

// MakeRule puts a rule in force. request identifies the form that was sent: sent twice, it makes one rule. Apply takes
// in whom it fits.
func (t *Training) MakeRule(ctx context.Context, actor access.Actor, r Rule, request string) error {
	if err := t.checkRule(ctx, actor, r); err != nil {
		return err
	}
	if err := known(request); err != nil {
		return err
	}
	r.ID, r.By, r.At = t.clock.ID(), actor.ID, t.clock.Now()
	return t.db.Write(ctx, func(q db.Q) error {
		added, err := insertRule(ctx, q, r, request)
		if err != nil || !added {
			return err
		}
		return t.trail.Append(ctx, q, audit.Event{Act: "rule.made", Actor: actor.ID, Facts: map[string]any{"rule": r.ID, "programme": r.Programme,
			"role": r.Role, "team": r.Team, "hired_from": r.HiredFrom, "hired_until": r.HiredUntil, "starts": r.Starts, "start": r.StartOn}})
	})
}

// known refuses a form without a number of its own: sent twice, it would do its deed twice.
func known(request string) error {
	if request == "" || len(request) > 64 {
		return fault.New(fault.Invalid, "error.form_stale")
	}
	return nil
}

func (t *Training) checkRule(ctx context.Context, actor access.Actor, r Rule) error {
	if err := actor.Check(access.MakeRules, access.Other); err != nil {
		return err
	}
	if t.programmes().Get(r.Programme) == nil {
		return fault.New(fault.Invalid, "programmes.unknown").At("programme")
	}
	if r.Role != "" && !r.Role.Known() {
		return fault.New(fault.Invalid, "programmes.role_unknown").At("role")
	}
	if r.Team != "" {
		if under, err := t.teams.Under(ctx, r.Team); err != nil {
			return err
		} else if len(under) == 0 {
			return fault.New(fault.Invalid, "programmes.team_unknown").At("team")
		}
	}
	return r.checkDays()
}

func (r Rule) checkDays() error {
	for field, day := range map[string]string{"hired_from": r.HiredFrom, "hired_until": r.HiredUntil, "start_on": r.StartOn} {
		if _, err := time.Parse(time.DateOnly, day); day != "" && err != nil {
			return fault.New(fault.Invalid, "programmes.start_form").At(field)
		}
	}
	switch {
	case r.HiredFrom != "" && r.HiredUntil != "" && r.HiredFrom > r.HiredUntil:
		return fault.New(fault.Invalid, "programmes.hired_order").At("hired_until")
	case r.Starts != OnHired && r.Starts != OnJoined && r.Starts != OnDate:
		return fault.New(fault.Invalid, "programmes.starts_unknown").At("starts")
	case (r.Starts == OnDate) != (r.StartOn != ""):
		return fault.New(fault.Invalid, "programmes.start_needed").At("start_on")
	}
	return nil
}

// EndRule ends a rule: it takes in nobody more, and takes out nobody.
func (t *Training) EndRule(ctx context.Context, actor access.Actor, id string) error {
	if err := actor.Check(access.MakeRules, access.Other); err != nil {
		return err
	}
	r, err := ruleByID(ctx, t.db.Read(), id)
	if err != nil {
		return err
	}
	return t.db.Write(ctx, func(q db.Q) error {
		if err := claimEndRule(ctx, q, id, t.clock.Now()); err != nil {
			return err
		}
		return t.trail.Append(ctx, q, audit.Event{Act: "rule.ended", Actor: actor.ID, Facts: map[string]any{"rule": id, "programme": r.Programme}})
	})
}

// Rules lists the rules in force, the newest first.
func (t *Training) Rules(ctx context.Context, actor access.Actor) ([]Rule, error) {
	if err := actor.Check(access.MakeRules, access.Other); err != nil {
		return nil, err
	}
	return countedRules(ctx, t.db.Read())
}

// candidate is somebody whom a rule fits and who was never in its programme.
type candidate struct {
	ID      string `db:"id"`
	HiredOn string `db:"hired_on"`
}

// atOnce is how many candidates are read together.
const atOnce = 200

// Apply takes in everybody whom a rule fits and who was never in its programme: who was taken out stays out. Each
// person is a transaction of their own, so several nodes may do it at the same time, and what is left when ctx ends
// comes the next time.
func (t *Training) Apply(ctx context.Context) error {
	rules, err := liveRules(ctx, t.db.Read())
	for _, r := range rules {
		err = errors.Join(err, t.apply(ctx, r))
	}
	return err
}

func (t *Training) apply(ctx context.Context, r Rule) error {
	p := t.programmes().Get(r.Programme)
	if p == nil {
		return nil // it is not written any more
	}
	for after := ""; ; {
		some, err := fitting(ctx, t.db.Read(), r, after, atOnce)
		if err != nil || len(some) == 0 {
			return err
		}
		for _, c := range some {
			if err := t.takeIn(ctx, r, p, c); err != nil {
				return err
			}
			after = c.ID
		}
	}
}

func (t *Training) takeIn(ctx context.Context, r Rule, p *programme.Programme, c candidate) error {
	err := t.db.Write(ctx, func(q db.Q) error {
		if err := claimRule(ctx, q, r.ID); err != nil {
			return err
		}
		_, err := t.enrol(ctx, q, access.Actor{}, p, Enrolment{Person: c.ID, Start: r.start(c, t.clock.Date(t.zone)), Rule: r.ID})
		return err
	})
	if fault.KindOf(err) == fault.Conflict {
		return nil // the rule was ended meanwhile
	}
	return err
}
