package inspection

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tongguan/courses/certification"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Compliance is what the records say about training and certificates (3.1, 3.2).
type Compliance struct {
	At         int64       `json:"at"` // milliseconds since 1970 UTC
	People     int         `json:"people"`
	Programmes []Programme `json:"programmes"`
	Lapsed     []Lapse     `json:"lapsed"` // at most maxLapses
	All        int         `json:"all"`    // how many people something has lapsed for
}

// Programme is how many people stand well in a programme.
type Programme struct {
	ID    string `json:"id"`
	In    int    `json:"in"`    // people who are in it
	Holds int    `json:"holds"` // of those, whose certificate is valid, or who have done everything where there is none
}

// Share is Holds of In in basis points, rounded down.
func (p Programme) Share() int {
	if p.In == 0 {
		return 0
	}
	return p.Holds * 10_000 / p.In
}

// Lapse is one person for whom something has lapsed in one programme.
type Lapse struct {
	Person    string            `json:"person"`
	Programme string            `json:"programme"`
	Why       certification.Why `json:"why"`
}

// maxLapses is how many findings one action raises: more cannot be followed.
const maxLapses = 200

// lapses are the risks that are breaches already; what only may become one is no finding.
var lapses = []certification.Why{certification.HasExpired, certification.InGrace, certification.IsSuspended, certification.StepLate}

// Compliance reads the records at this moment.
func (x *Inspections) Compliance(ctx context.Context, actor access.Actor) (c Compliance, err error) {
	if err := actor.Check(access.KeepPlans, access.Other); err != nil {
		return c, err
	}
	totals, err := x.Reports.Totals(ctx, actor, "")
	if err != nil {
		return c, err
	}
	c.At, c.People = x.Clock.Now(), totals.People
	for id, states := range totals.In {
		p := Programme{ID: id}
		for state, n := range states {
			if p.In += n; state.Valid() || state == certification.Complete {
				p.Holds += n
			}
		}
		c.Programmes = append(c.Programmes, p)
	}
	slices.SortFunc(c.Programmes, func(a, b Programme) int { return slices.Compare([]byte(a.ID), []byte(b.ID)) })
	risky, _, err := x.Reports.AtRisk(ctx, actor, certification.Question{Limit: maxPopulation})
	for _, r := range risky {
		n := len(c.Lapsed)
		for _, risk := range r.Risks {
			if slices.Contains(lapses, risk.Why) {
				c.Lapsed = append(c.Lapsed, Lapse{r.Person, risk.Programme, risk.Why})
			}
		}
		if len(c.Lapsed) > n {
			c.All++
		}
	}
	c.Lapsed = c.Lapsed[:min(len(c.Lapsed), maxLapses)]
	return c, err
}

// FromRecords answers a plan from the records and raises a finding for everything that has lapsed, of the person whom it
// concerns, in one action; it gives the round. In one period a lapse has one finding, however often this is asked for.
// title says in the actor's language what has lapsed.
func (x *Inspections) FromRecords(ctx context.Context, actor access.Actor, plan string, title func(Lapse) string) (string, error) {
	if err := actor.Check(access.Inspect, access.Other); err != nil {
		return "", err
	}
	h, _, err := x.Plan(ctx, actor, plan)
	if err != nil {
		return "", err
	}
	if h.Population.Kind != Records {
		return "", fault.New(fault.Missing, "error.missing")
	}
	due, err := x.present(ctx, h)
	if err != nil {
		return "", err
	}
	c, err := x.Compliance(ctx, actor)
	if err != nil {
		return "", err
	}
	r, err := x.prepare(h, due, actor.ID)
	if err != nil {
		return "", err
	}
	err = x.DB.Write(ctx, func(q db.Q) error {
		claimed, err := claimDue(ctx, q, plan, due.Key, r.ID)
		if err != nil {
			return err
		}
		if claimed {
			err = x.record(ctx, q, &r, c)
		} else {
			r, err = recordsAgain(ctx, q, plan, due.Key, figuresOf(c))
		}
		if err != nil {
			return err
		}
		return x.lapsed(ctx, q, h, r, c, title)
	})
	return r.ID, err
}

// present gives a plan in the period of today, which may be looked at here for the first time.
func (x *Inspections) present(ctx context.Context, h Held) (Due, error) {
	if err := x.Tick(ctx); err != nil {
		return Due{}, err
	}
	return dueBy(ctx, x.DB.Read(), h.Plan.ID, h.Setting.Every.On(time.UnixMilli(x.Clock.Now()).In(x.Zone)).Key)
}

func figuresOf(c Compliance) string {
	text, err := json.Marshal(c)
	if err != nil {
		panic("inspection: " + err.Error()) // numbers and texts only
	}
	return string(text)
}

// record writes the round of a plan that records answer.
func (x *Inspections) record(ctx context.Context, q db.Q, r *Round, c Compliance) error {
	var ids []string
	for _, l := range c.Lapsed {
		ids = append(ids, l.Person+"/"+l.Programme)
	}
	ids = sorted(ids)
	text, err := json.Marshal(ids)
	if err != nil {
		return fmt.Errorf("inspection: %w", err)
	}
	r.Population, r.PopulationSize, r.PopulationHash, r.State = string(text), len(ids), HashOf(ids), Closed
	r.ClosedBy, r.ClosedAt, r.Figures = r.BegunBy, r.BegunAt, figuresOf(c)
	return insertRound(ctx, q, *r, "records "+r.ID)
}

// lapsed raises what has no finding yet in this period. Whoever raises them owns none: theirs is left to another inspector.
func (x *Inspections) lapsed(ctx context.Context, q db.Q, h Held, r Round, c Compliance, title func(Lapse) string) error {
	now := time.UnixMilli(x.Clock.Now()).In(x.Zone)
	raised := 0
	for _, l := range c.Lapsed {
		item := h.Items[0]
		if i := h.Plan.Item(string(l.Why)); i != nil {
			item = *i
		}
		f := Finding{ID: x.Clock.ID(), Plan: h.Plan.ID, Round: r.ID, Item: item.ID, Training: true, Title: title(l), Clause: item.Clause, Severity: item.Severity,
			Owner: l.Person, DueOn: now.AddDate(0, 0, item.Days).Format(time.DateOnly), Demand: title(l), State: Open, Version: 1, By: r.BegunBy, At: x.Clock.Now()}
		added, err := insertFinding(ctx, q, f, fmt.Sprintf("%s/%s/%s/%s", h.Plan.ID, r.Period, l.Person, l.Programme), f.ID)
		if err != nil {
			return err
		}
		if added {
			raised++
			if err := insertStep(ctx, q, f.ID, Step{Seq: 1, Act: Raise, By: f.By, At: f.At, Text: f.Demand}); err != nil {
				return err
			}
		}
	}
	return x.Trail.Append(ctx, q, audit.Event{Act: "inspection.recorded", Actor: r.BegunBy, Facts: map[string]any{"round": r.ID, "plan": h.Plan.ID, "period": r.Period,
		"people": c.People, "lapsed": len(c.Lapsed), "raised": raised, "sha256": r.PopulationHash}})
}
