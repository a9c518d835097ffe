package scenario

import (
	"slices"

	"tongguan/quizzes/pipeline"
)

// rubric checks that points sum to what each part has, and that everything has a name and a clause.
func (r *reader) rubric() {
	sums, w := map[string]int{}, r.words[First]
	named := map[string]bool{}
	add := func(part, id, clause string, points int, words map[string]string) {
		sums[part] += points
		switch {
		case id == "" || named[id]:
			r.wrong(1, "scenario.bad.twice", "id", id)
		case words[id] == "":
			r.wrong(1, "scenario.bad.unnamed", "id", id)
		case clause == "" || points < 1:
			r.wrong(1, "scenario.bad.points", "id", id)
		}
		named[id] = true
	}
	for _, b := range r.Behaviours {
		add("process", b.ID, b.Clause, b.Points, w.Behaviours)
	}
	for _, m := range r.Outcome {
		add("outcome", m.ID, m.Clause, m.Points, w.Measures)
	}
	for _, m := range r.Relationship {
		add("relationship", m.ID, m.Clause, m.Points, w.Measures)
	}
	for part, has := range map[string]int{"process": r.Rubric.Process, "outcome": r.Rubric.Outcome, "relationship": r.Rubric.Relationship} {
		if sums[part] != has {
			r.wrong(1, "scenario.bad.weights", "part", part, "sum", sums[part], "has", has)
		}
	}
	for _, id := range r.Pass.Must {
		if r.behaviour(id) < 0 {
			r.wrong(1, "scenario.bad.unknown_behaviour", "id", id)
		}
	}
	for _, m := range slices.Concat(r.Outcome, r.Relationship) {
		if m.From == m.To {
			r.wrong(1, "scenario.bad.measure", "id", m.ID)
		}
	}
}

// measures reads what the front matter computes.
func (r *reader) measures() {
	r.success = r.expr(1, r.Success)
	for _, m := range r.Outcome {
		r.outcome = append(r.outcome, r.measure(m))
	}
	for _, m := range r.Relationship {
		r.relation = append(r.relation, r.measure(m))
	}
	for _, name := range sortedKeys(r.Start) {
		f, ok := pipeline.FieldNamed(name)
		e := r.expr(1, r.Start[name])
		if !ok || !pipeline.CanPut(f) {
			r.wrong(1, "scenario.bad.effect", "text", name)
		} else if e != nil {
			r.start = append(r.start, effect{field: f, counter: -1, put: true, value: *e})
		}
	}
	if len(r.Agreed) != 0 {
		if _, err := r.Territory.Table(0).Outcome(r.Agreed...); err != nil || r.Start["product"] == "" {
			r.wrong(1, "scenario.bad.agreed")
		}
	}
}

func (r *reader) measure(m Measure) expression {
	if e := r.expr(1, m.Measure); e != nil {
		return *e
	}
	return expression{}
}
