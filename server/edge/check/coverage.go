package check

import (
	"cmp"
	"io/fs"
	"slices"
	"strings"

	"tongguan/courses/catalog"
	"tongguan/courses/indicator"
	"tongguan/courses/inspection"
	"tongguan/quizzes/bank"
	"tongguan/quizzes/roleplay"
	"tongguan/quizzes/scenario"
)

// Matter is the content that can rest on clauses, as it was read.
type Matter struct {
	Catalog    *catalog.Catalog
	Bank       *bank.Bank
	Scenes     []*scenario.Script
	Indicators []indicator.Indicator
	Plans      []*inspection.Plan
}

// ReadMatter reads it, leaving out what cannot be read.
func ReadMatter(files fs.FS) Matter {
	c, _ := catalog.Read(files)
	b, _ := bank.Read(files)
	all, _ := roleplay.ReadScripts(files)
	indicators, _ := indicator.Read(files, nil)
	plans, _ := inspection.Read(files, func(id string) bool { return c.Clause(id) != nil })
	return Matter{c, b, all, indicators, plans.All()}
}

// Coverage is what rests on each clause of the policy.
type Coverage struct {
	Questions int     `json:"questions"` // different ones in the bank
	Judged    int     `json:"-"`         // of those, how many ask to apply or to judge
	Clauses   []Cover `json:"clauses"`   // in the order of the policy
}

// Cover is what rests on one clause: what names it, or a clause under it. No list is nil.
type Cover struct {
	Clause     string           `json:"clause"`
	Lessons    []string         `json:"lessons"` // keys
	Questions  int              `json:"questions"`
	Asked      []*bank.Question `json:"-"`
	Judged     int              `json:"-"` // of the questions, how many ask to apply or to judge
	Scenarios  []string         `json:"scenarios"`
	Indicators []string         `json:"indicators"`
	Inspection []string         `json:"inspection"` // plan/item
}

// Clause gives what rests on a clause, nothing where the policy does not have it.
func (c Coverage) Clause(id string) Cover {
	if i := slices.IndexFunc(c.Clauses, func(x Cover) bool { return x.Clause == id }); i >= 0 {
		return c.Clauses[i]
	}
	return Cover{Clause: id, Lessons: []string{}, Scenarios: []string{}, Indicators: []string{}, Inspection: []string{}}
}

// Cover counts what rests on the clauses of the policy. Questions are those of the quizzes, of cases too, each once; inline checks
// are none.
func (m Matter) Cover() Coverage {
	t := tracing{at: map[string]*Cover{}}
	t.out.Clauses = make([]Cover, len(m.Catalog.Clauses))
	for i, cl := range m.Catalog.Clauses {
		t.out.Clauses[i] = Coverage{}.Clause(cl.ID)
		t.at[cl.ID] = &t.out.Clauses[i]
	}
	for _, k := range m.Catalog.Courses {
		for _, module := range k.Modules {
			for _, l := range module.Lessons {
				t.each(l.Clauses, func(c *Cover) { c.Lessons = append(c.Lessons, l.Key()) })
			}
		}
	}
	t.questions(m.Bank)
	for _, s := range m.Scenes {
		t.each(s.Rests(), func(c *Cover) { c.Scenarios = append(c.Scenarios, s.ID) })
	}
	for _, x := range m.Indicators {
		t.each(append([]string{x.Clause}, x.Shows...), func(c *Cover) { c.Indicators = append(c.Indicators, x.ID) })
	}
	for _, p := range m.Plans {
		for _, item := range p.Items {
			t.each([]string{item.Clause}, func(c *Cover) { c.Inspection = append(c.Inspection, p.ID+"/"+item.ID) })
		}
	}
	return t.out
}

type tracing struct {
	out Coverage
	at  map[string]*Cover
}

// each does something once with every clause that is named, and with every one that such a clause is under.
func (t *tracing) each(named []string, do func(*Cover)) {
	done := map[string]bool{}
	for _, id := range named {
		for ; id != ""; id = parent(id) {
			if c := t.at[id]; c != nil && !done[id] {
				done[id] = true
				do(c)
			}
		}
	}
}

// parent is the clause that a clause is under, "" for a chapter.
func parent(id string) string { return id[:max(0, strings.LastIndexByte(id, '.'))] }

func (t *tracing) questions(b *bank.Bank) {
	seen := map[string]bool{}
	for _, s := range b.Sets() {
		for _, q := range s.Questions {
			if seen[q.ID] {
				continue
			}
			seen[q.ID] = true
			t.out.Questions++
			t.out.Judged += judged(q)
			t.each(q.Clauses, func(c *Cover) {
				c.Asked = append(c.Asked, q)
				c.Questions++
				c.Judged += judged(q)
			})
		}
	}
}

// judged is 1 for a question that asks to apply or to judge, and 0 for one that asks to recall.
func judged(q *bank.Question) int {
	if q.Level == "apply" || q.Level == "judge" {
		return 1
	}
	return 0
}

// Hole is what a clause lacks.
type Hole string

// The holes, in the order of the columns.
const (
	NoLesson     Hole = "lesson"
	FewQuestions Hole = "questions"
	NoScenario   Hole = "scenario"
	NoIndicator  Hole = "indicator"
	NoInspection Hole = "inspection"
)

// Holes says what a clause lacks by a standard.
func (s Standards) Holes(c Cover) (out []Hole) {
	for _, x := range []struct {
		hole       Hole
		have, need int
	}{{NoLesson, len(c.Lessons), s.Lessons}, {FewQuestions, c.Questions, s.Asks(c.Clause)}, {NoScenario, len(c.Scenarios), s.Scenarios},
		{NoIndicator, len(c.Indicators), s.Indicators}, {NoInspection, len(c.Inspection), s.Inspection}} {
		if x.have < x.need {
			out = append(out, x.hole)
		}
	}
	return out
}

// Asks is how many questions a clause needs: more for a step of chapter 2, where the work itself is laid down.
func (s Standards) Asks(clause string) int {
	if strings.HasPrefix(clause, "2.") && strings.Count(clause, ".") >= 2 {
		return s.PerStep
	}
	return s.PerClause
}

// Holed counts the clauses that lack something.
func (s Standards) Holed(c Coverage) (n int) {
	for _, one := range c.Clauses {
		n += min(1, len(s.Holes(one)))
	}
	return n
}

// Share is the part of the questions that ask to apply or to judge, per cent, rounded down; 0 where there are none.
func Share(judged, questions int) int { return 100 * judged / cmp.Or(questions, 1) }
