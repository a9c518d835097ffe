package check

import (
	"slices"
	"strings"

	"tongguan/courses/amendment"
	"tongguan/courses/catalog"
	"tongguan/courses/programme"
	"tongguan/quizzes/bank"
	"tongguan/quizzes/evidence"
	"tongguan/quizzes/scenario"
)

// Uses gives what rests on a clause, or on one below it, beside lessons and programmes: questions by their module, and scenes.
func Uses(c *catalog.Catalog, b *bank.Bank, scenes []*scenario.Script, clause string) (out amendment.Uses) {
	names := func(clauses []string) bool {
		return slices.ContainsFunc(clauses, func(id string) bool { return id == clause || strings.HasPrefix(id, clause+".") })
	}
	for _, s := range b.Sets() {
		n := 0
		for _, q := range s.Questions {
			if names(q.Clauses) {
				n++
			}
		}
		if m := c.Module(s.Key()); n > 0 && m != nil {
			out.Number += n
			out.Questions = append(out.Questions, amendment.Ref{Key: s.Key(), Title: m.Title})
		}
	}
	for _, s := range scenes {
		if names(s.Rests()) {
			out.Scenes = append(out.Scenes, amendment.Ref{Key: s.ID, Title: catalog.Text{ZH: s.In("zh").Title, EN: s.In("en").Title}})
		}
	}
	return out
}

// About gives the clauses that a line of evidence is about, as programmes are bound to them.
func About(bound programme.Content, kind, subject string) (clauses []string) {
	switch kind {
	case evidence.Lesson:
		return bound.Clauses(subject)
	case evidence.Quiz:
		if clause, ok := bank.DeltaClause(subject); ok {
			return []string{clause}
		}
		clauses, _ = bound.Quiz(subject)
	case evidence.Roleplay:
		clauses, _ = bound.Scene(subject)
	}
	return clauses
}
