package app

import (
	"context"

	"tongguan/courses/appraisal"
	"tongguan/courses/indicator"
	"tongguan/courses/review"
	"tongguan/server/base/db"
)

// measured has the room of indicators give appraisals their figures.
type measured struct{ *indicator.Indicators }

// Of gives the figures that count.
func (m measured) Of(ctx context.Context, q db.Q, persons []string, period string) (map[string]map[string]appraisal.Figure, error) {
	all, err := m.Indicators.Of(ctx, q, persons, period)
	out := map[string]map[string]appraisal.Figure{}
	for person, by := range all {
		out[person] = map[string]appraisal.Figure{}
		for id, f := range by {
			out[person][id] = appraisal.Figure{Value: f.Value, Source: string(f.Source), Seq: f.Seq, At: f.At}
		}
	}
	return out, err
}

// judged has the room of reviews judge for appraisals.
type judged struct{ *review.Reviews }

// Open makes the panel.
func (j judged) Open(ctx context.Context, q db.Q, p appraisal.Panel) error {
	panel := review.Panel{ID: p.ID, Cycle: p.Cycle, Person: p.Person, MinShown: int(p.Shown), Due: p.Due}
	for _, t := range p.Traits {
		panel.Items = append(panel.Items, review.Item{ID: t.ID, Name: t.Name, Anchors: t.Anchors})
	}
	return j.Reviews.Open(ctx, q, panel)
}

// Of gives what each group says together.
func (j judged) Of(ctx context.Context, q db.Q, panels []string) (map[string][]appraisal.Opinion, error) {
	all, err := j.Reviews.Of(ctx, q, panels)
	out := map[string][]appraisal.Opinion{}
	for panel, groups := range all {
		for _, g := range groups {
			out[panel] = append(out[panel], appraisal.Opinion{Group: string(g.Group), Asked: g.Asked, Given: g.Given, Withheld: g.Withheld, Raw: g.Raw, Adjusted: g.Adjusted,
				HasAdjusted: g.HasAdjusted, Why: g.Why, Traits: g.Items, Comments: g.Comments, Remarks: g.Remarks,
				ByHand: g.ByHand})
		}
	}
	return out, err
}
