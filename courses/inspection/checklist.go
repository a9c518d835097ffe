package inspection

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"

	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Save keeps the checklist of one subject as far as it is filled in; version is the one that the actor saw.
func (x *Inspections) Save(ctx context.Context, actor access.Actor, round string, s Sampled) error {
	if err := actor.Check(access.Inspect, access.Other); err != nil {
		return err
	}
	r, err := roundByID(ctx, x.DB.Read(), round)
	if err != nil {
		return err
	}
	p, err := r.As()
	if err != nil {
		return fmt.Errorf("inspection: %w", err)
	}
	values, err := clean(p, s.Answers)
	if err != nil {
		return err
	}
	text, err := json.Marshal(s.Answers)
	if err != nil {
		return fmt.Errorf("inspection: %w", err)
	}
	s.JSON, s.SavedBy, s.SavedAt = string(text), actor.ID, x.Clock.Now()
	sum := sha256.Sum256(text) // notes may name people: the trail has their hash alone
	return x.DB.Write(ctx, func(q db.Q) error {
		if err := claimRound(ctx, q, round, Running); err != nil {
			return err
		}
		if err := setAnswers(ctx, q, round, s); err != nil {
			return err
		}
		return x.Trail.Append(ctx, q, audit.Event{Act: "inspection.answered", Actor: actor.ID,
			Facts: map[string]any{"round": round, "number": s.Number, "version": s.Version + 1, "answers": values, "sha256": hex.EncodeToString(sum[:])}})
	})
}

// clean leaves in answers what the plan asks, and gives their values alone.
func clean(p *Plan, answers map[string]Answer) (map[string]string, error) {
	values := map[string]string{}
	for id, a := range answers {
		a.Note = tidy(a.Note)
		switch {
		case p.Item(id) == nil:
			return nil, fault.New(fault.Invalid, "error.form_stale")
		case !slices.Contains([]string{"", Yes, No, None}, a.Value):
			return nil, fault.New(fault.Invalid, "inspection.answer_wrong").At("a." + id)
		case utf8.RuneCountInString(a.Note) > longestReason:
			return nil, fault.New(fault.Invalid, "inspection.text_long", "max", longestReason).At("n." + id)
		}
		answers[id], values[id] = a, a.Value
	}
	return values, nil
}

// Close ends a round: every item of every subject is answered, and each no has its finding.
func (x *Inspections) Close(ctx context.Context, actor access.Actor, id, conclusion string) error {
	if err := actor.Check(access.Inspect, access.Other); err != nil {
		return err
	}
	r, err := roundByID(ctx, x.DB.Read(), id)
	if err != nil {
		return err
	}
	p, err := r.As()
	if err != nil {
		return fmt.Errorf("inspection: %w", err)
	}
	conclusion = tidy(conclusion)
	switch n := utf8.RuneCountInString(conclusion); {
	case n == 0:
		return fault.New(fault.Invalid, "inspection.conclusion_needed").At("conclusion")
	case n > longestText:
		return fault.New(fault.Invalid, "inspection.text_long", "max", longestText).At("conclusion")
	}
	return x.DB.Write(ctx, func(q db.Q) error {
		if err := claimClose(ctx, q, id, actor.ID, conclusion, x.Clock.Now()); err != nil {
			return err
		}
		t, err := x.tally(ctx, q, id, p)
		switch {
		case err != nil:
			return err
		case t.Left > 0:
			return fault.New(fault.Invalid, "inspection.unanswered", "n", t.Left).At("conclusion")
		case t.Bare > 0:
			return fault.New(fault.Invalid, "inspection.no_finding", "n", t.Bare).At("conclusion")
		}
		return x.Trail.Append(ctx, q, audit.Event{Act: "inspection.closed", Actor: actor.ID,
			Facts: map[string]any{"round": id, "yes": t.Yes, "no": t.No, "none": t.None, "findings": t.Findings}})
	})
}

// Tally is what a round has found so far.
type Tally struct {
	Yes, No, None, Left int // items of all subjects
	Bare                int // noes without a finding
	Findings            int
}

// Share is how many of the items that apply were found in order, in basis points; -1 where none applies yet.
func (t Tally) Share() int {
	if t.Yes+t.No == 0 {
		return -1
	}
	return t.Yes * 10_000 / (t.Yes + t.No)
}

// Count gives what a round has found so far.
func (x *Inspections) Count(ctx context.Context, r Round) (Tally, error) {
	p, err := r.As()
	if err != nil {
		return Tally{}, fmt.Errorf("inspection: %w", err)
	}
	return x.tally(ctx, x.DB.Read(), r.ID, p)
}

func (x *Inspections) tally(ctx context.Context, q db.Q, round string, p *Plan) (t Tally, err error) {
	all, err := samplesOf(ctx, q, round)
	if err != nil {
		return t, err
	}
	found, err := findingsOf(ctx, q, round)
	if err != nil {
		return t, err
	}
	has := map[string]bool{}
	for _, f := range found {
		has[origin(f.Round, f.Number, f.Item)] = true
	}
	t.Findings = len(found)
	for _, s := range all {
		for _, item := range p.Items {
			switch s.Answers[item.ID].Value {
			case Yes:
				t.Yes++
			case None:
				t.None++
			case No:
				t.No++
				if !has[origin(round, s.Number, item.ID)] {
					t.Bare++
				}
			default:
				t.Left++
			}
		}
	}
	return t, nil
}

// origin is what a finding of a checklist comes from.
func origin(round string, number int, item string) string {
	return fmt.Sprintf("%s/%d/%s", round, number, item)
}
