package inspection

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// States of a round.
const (
	Running = "running"
	Closed  = "closed"
)

// Round is one inspection under a plan.
type Round struct {
	ID             string `db:"id"`
	Plan           string `db:"plan"`
	Period         string `db:"period"`
	Text           string `db:"text"` // JSON of the plan as it was
	Size           int    `db:"size"`
	Population     string `db:"population"` // JSON of the ids; left out of lists
	PopulationSize int    `db:"population_size"`
	PopulationHash string `db:"population_hash"`
	Seed           string `db:"seed"` // hex
	State          string `db:"state"`
	BegunBy        string `db:"begun_by"`
	BegunAt        int64  `db:"begun_at"` // milliseconds since 1970 UTC
	ClosedBy       string `db:"closed_by"`
	ClosedAt       int64  `db:"closed_at"`
	Conclusion     string `db:"conclusion"`
	Figures        string `db:"figures"` // JSON of Compliance, of a round that records answered
}

// As gives the plan as it was when the round began.
func (r Round) As() (*Plan, error) {
	var p Plan
	err := json.Unmarshal([]byte(r.Text), &p)
	return &p, err
}

// Sampled is one subject that was drawn, with its checklist as far as it is filled in.
type Sampled struct {
	Number  int               `db:"number"` // from 1, as drawn
	Subject string            `db:"subject"`
	Person  string            `db:"person_id"`
	Title   string            `db:"title"`
	Address string            `db:"address"`
	JSON    string            `db:"answers"`
	Version int64             `db:"version"` // what Save must name
	SavedBy string            `db:"saved_by"`
	SavedAt int64             `db:"saved_at"`
	Answers map[string]Answer `db:"-"`
}

// Answer is what was found about one item.
type Answer struct {
	Value string `json:"value"` // Yes, No, None or "" for not yet
	Note  string `json:"note,omitempty"`
}

// What an item can be answered with.
const (
	Yes  = "yes"
	No   = "no"
	None = "na" // it does not apply
)

// Start is what a round begins with.
type Start struct {
	Plan   string
	Period string
	Listed string // of a list: one number a line, with a title behind a space, comma or tab
}

// Begin begins the round of a plan in a period that is due and gives its id. The population is written down and its hash
// goes into the trail before the seed is drawn, in one transaction: nobody can look for a seed that draws whom they want.
// request identifies the form: sent twice, it begins once.
func (x *Inspections) Begin(ctx context.Context, actor access.Actor, s Start, request string) (string, error) {
	if err := actor.Check(access.Inspect, access.Other); err != nil {
		return "", err
	}
	if request == "" || len(request) > 64 {
		return "", fault.New(fault.Invalid, "error.form_stale")
	}
	h, _, err := x.Plan(ctx, actor, s.Plan)
	if err != nil {
		return "", err
	}
	due, err := dueBy(ctx, x.DB.Read(), s.Plan, s.Period)
	if err != nil {
		return "", err
	}
	if h.Population.Kind == Records {
		return "", fault.New(fault.Invalid, "inspection.records_only")
	}
	all, err := x.population(ctx, h.Plan, due.Period, s.Listed)
	if err != nil {
		return "", err
	}
	r, err := x.prepare(h, due, actor.ID)
	if err != nil {
		return "", err
	}
	err = x.DB.Write(ctx, func(q db.Q) error {
		claimed, err := claimDue(ctx, q, s.Plan, s.Period, r.ID)
		if err != nil {
			return err
		}
		if !claimed {
			r.ID, err = roundByRequest(ctx, q, request, actor.ID)
			return err
		}
		return x.draw(ctx, q, r, all, request)
	})
	return r.ID, err
}

// prepare makes the round that is to be drawn.
func (x *Inspections) prepare(h Held, d Due, by string) (Round, error) {
	text, err := json.Marshal(h.Plan)
	return Round{ID: x.Clock.ID(), Plan: h.Plan.ID, Period: d.Key, Text: string(text), Size: h.Setting.Size, State: Running, BegunBy: by, BegunAt: x.Clock.Now()}, err
}

// draw writes the population, then draws the seed and the sample.
func (x *Inspections) draw(ctx context.Context, q db.Q, r Round, all []Subject, request string) error {
	ids, by := make([]string, len(all)), map[string]Subject{}
	for i, s := range all {
		ids[i], by[s.ID] = s.ID, s
	}
	ids = sorted(ids)
	text, err := json.Marshal(ids)
	if err != nil {
		return fmt.Errorf("inspection: %w", err)
	}
	r.Population, r.PopulationSize, r.PopulationHash = string(text), len(ids), HashOf(ids)
	committed := audit.Event{Act: "inspection.population", Actor: r.BegunBy, Facts: map[string]any{"round": r.ID, "plan": r.Plan, "period": r.Period,
		"count": len(ids), "sha256": r.PopulationHash, "size": r.Size}}
	if err := x.Trail.Append(ctx, q, committed); err != nil {
		return err
	}
	seed := x.Clock.Bytes(SeedBytes) // only now: what it draws from is fixed
	r.Seed = hex.EncodeToString(seed)
	if err := insertRound(ctx, q, r, request); err != nil {
		return err
	}
	drawn := Draw(seed, ids, r.Size)
	for i, id := range drawn {
		if err := insertSample(ctx, q, r.ID, i+1, by[id]); err != nil {
			return err
		}
	}
	return x.Trail.Append(ctx, q, audit.Event{Act: "inspection.drawn", Actor: r.BegunBy,
		Facts: map[string]any{"round": r.ID, "seed": r.Seed, "drawn": len(drawn), "sha256": HashOf(drawn)}})
}

// maxPopulation bounds what is drawn from.
const maxPopulation = 100_000

// population gives what is drawn from.
func (x *Inspections) population(ctx context.Context, p *Plan, in Period, listed string) (out []Subject, err error) {
	if p.Population.Kind == Listed {
		out, err = list(listed)
	} else {
		from, to := dayStart(in.StartsOn, x.Zone), dayStart(in.EndsOn, x.Zone)+24*60*60*1000
		out, err = x.Population(ctx, Want{Kind: p.Population.Kind, Roles: p.Population.Roles, From: from, To: to})
	}
	switch {
	case err != nil:
		return nil, err
	case len(out) == 0:
		return nil, fault.New(fault.Invalid, "inspection.population_empty").At("listed")
	case len(out) > maxPopulation:
		return nil, fault.New(fault.Invalid, "inspection.population_large", "max", maxPopulation).At("listed")
	}
	return out, nil
}

// list reads numbers, one a line, each with a title behind it; the same number twice is one.
func list(text string) (out []Subject, err error) {
	seen := map[string]bool{}
	for i, line := range strings.Split(tidy(text), "\n") {
		id, title := strings.TrimSpace(line), ""
		if at := strings.IndexAny(id, " \t,，;；"); at >= 0 {
			id, title = id[:at], strings.Trim(id[at:], " \t,，;；")
		}
		if id == "" || seen[id] {
			continue
		}
		if !oneLine(id, 60) || !oneLine(title, longestTitle) {
			return nil, fault.New(fault.Invalid, "inspection.line_wrong", "line", i+1).At("listed")
		}
		seen[id] = true
		out = append(out, Subject{ID: id, Title: title})
	}
	return out, nil
}

func dayStart(day string, zone *time.Location) int64 {
	t, err := time.ParseInLocation(time.DateOnly, day, zone)
	if err != nil {
		return 0
	}
	return t.UnixMilli()
}

// Redrawn is what drawing again gave.
type Redrawn struct {
	Hash      bool // the population that is kept has the hash that is kept
	Same      bool // the seed draws the very sample from it
	Sample    []string
	Committed string // the hash
}

// Redraw draws the sample of a round again from what was written down.
func (x *Inspections) Redraw(ctx context.Context, actor access.Actor, id string) (Redrawn, error) {
	r, all, err := x.Round(ctx, actor, id)
	if err != nil {
		return Redrawn{}, err
	}
	return redraw(r, all)
}

func redraw(r Round, all []Sampled) (out Redrawn, err error) {
	var ids []string
	if err := json.Unmarshal([]byte(r.Population), &ids); err != nil {
		return out, fmt.Errorf("inspection: %w", err)
	}
	seed, err := hex.DecodeString(r.Seed)
	if err != nil {
		return out, fmt.Errorf("inspection: %w", err)
	}
	var kept []string
	for _, s := range all {
		kept = append(kept, s.Subject)
	}
	out = Redrawn{Hash: HashOf(ids) == r.PopulationHash, Sample: Draw(seed, ids, r.Size), Committed: r.PopulationHash}
	out.Same = out.Hash && slices.Equal(out.Sample, kept)
	return out, nil
}

// Round gives a round with its sample, to inspectors; HR sees those about training.
func (x *Inspections) Round(ctx context.Context, actor access.Actor, id string) (Round, []Sampled, error) {
	if err := actor.Check(access.KeepPlans, access.Other); err != nil {
		return Round{}, nil, err
	}
	r, err := roundByID(ctx, x.DB.Read(), id)
	if err != nil {
		return r, nil, err
	}
	p, err := r.As()
	if err != nil {
		return r, nil, fmt.Errorf("inspection: %w", err)
	}
	if !p.Training && !actor.May(access.Inspect, access.Other) {
		return Round{}, nil, fault.New(fault.Missing, "error.missing")
	}
	all, err := samplesOf(ctx, x.DB.Read(), id)
	return r, all, err
}

// Rounds gives the rounds that the actor sees, those that run first, then the newest; at most so many.
func (x *Inspections) Rounds(ctx context.Context, actor access.Actor, most int) (out []Round, err error) {
	if err := actor.Check(access.KeepPlans, access.Other); err != nil {
		return nil, err
	}
	all, err := rounds(ctx, x.DB.Read(), most)
	for _, r := range all {
		p, err := r.As()
		if err != nil {
			return nil, fmt.Errorf("inspection: %w", err)
		}
		if p.Training || actor.May(access.Inspect, access.Other) {
			out = append(out, r)
		}
	}
	return out, err
}
