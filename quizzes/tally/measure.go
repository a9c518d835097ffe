package tally

import (
	"context"

	"tongguan/quizzes/bank"
	"tongguan/server/base/access"
)

// Bounds under which a figure is chance more than anything else.
const (
	EnoughEach = 30  // answers to one question
	Enough     = 100 // answers to several questions together
)

// Measure is how one question performs in the version in force.
type Measure struct {
	Answers        int
	Facility       *float64 // mean mark ÷ most marks, 0 to 1
	Discrimination *float64 // correlation with the rest of the paper, −1 to 1
}

// Measured says whether there are answers enough.
func (m Measure) Measured() bool { return m.Answers >= EnoughEach && m.Facility != nil }

// Measures are the figures of every question in force, by its id.
type Measures struct {
	items map[string]Measure
	each  bool
}

// Question gives the figures of one question, to those who trace the content.
func (m *Measures) Question(id string) (Measure, bool) {
	x, ok := m.items[id]
	return x, ok && m.each
}

// Difficulty is how hard several questions are together.
type Difficulty struct {
	Answers        int
	Questions      int      // that have at least one answer
	Facility       *float64 // Σ nᵢ·fᵢ ÷ Σ nᵢ over the questions, n answers each; nil under Enough answers
	Discrimination *float64 // the same mean of those that have EnoughEach answers; nil where none has
}

// Of gives how hard some questions are together.
func (m *Measures) Of(ids []string) (d Difficulty) {
	var facility, discrimination, known float64
	for _, id := range ids {
		x := m.items[id]
		if x.Answers == 0 || x.Facility == nil {
			continue
		}
		n := float64(x.Answers)
		d.Answers += x.Answers
		d.Questions++
		facility += n * *x.Facility
		if x.Measured() && x.Discrimination != nil {
			discrimination += n * *x.Discrimination
			known += n
		}
	}
	if d.Answers < Enough {
		return d
	}
	facility /= float64(d.Answers)
	d.Facility = &facility
	if known > 0 {
		discrimination /= known
		d.Discrimination = &discrimination
	}
	return d
}

// measured is what one version of a set's sums came to.
type measured struct {
	version int64
	items   map[string]Measure
}

// Measures gives how the questions of some sets performed in their versions in force, as they were last folded: it reads one short
// row a set, and the sums only where they have changed since this node last looked. How hard a clause is may be known to everybody
// who learns it, how hard a single question is, only to those who trace the content.
func (t *Tally) Measures(ctx context.Context, actor access.Actor, sets []*bank.Set) (*Measures, error) {
	if err := actor.Check(access.ReadLesson, access.Self); err != nil {
		return nil, err
	}
	out := &Measures{items: map[string]Measure{}, each: actor.May(access.TraceContent, access.Other)}
	versions, err := sumVersions(ctx, t.db.Read(), sets)
	if err != nil {
		return nil, err
	}
	for _, set := range sets {
		version, ok := versions[set.Hash]
		if !ok {
			continue
		}
		kept, ok := t.measured.Load(set.Hash)
		if !ok || kept.(measured).version != version {
			fresh, err := t.measure(ctx, set)
			if err != nil {
				return nil, err
			}
			t.measured.Store(set.Hash, fresh)
			kept = fresh
		}
		for id, x := range kept.(measured).items {
			out.items[id] = x
		}
	}
	return out, nil
}

func (t *Tally) measure(ctx context.Context, set *bank.Set) (out measured, err error) {
	sums, version, err := sumsOf(ctx, t.db.Read(), set.Hash)
	if err != nil {
		return out, err
	}
	out = measured{version: version, items: map[string]Measure{}}
	for _, i := range sums.Report(About(set)...).Items {
		m := Measure{Answers: i.Answers, Facility: i.Facility}
		if i.DiscriminationIndex != nil {
			d := *i.DiscriminationIndex / 100
			m.Discrimination = &d
		}
		out.items[i.Item] = m
	}
	return out, nil
}
