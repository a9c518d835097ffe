package check

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"tongguan/courses/catalog"
	"tongguan/courses/programme"
	"tongguan/quizzes/bank"
	"tongguan/quizzes/scenario"
)

// Bind gives what programmes may name: lessons of the catalogue, quizzes of the bank, and scenes that have an exam.
func Bind(c *catalog.Catalog, b *bank.Bank, scenes []*scenario.Script) programme.Content {
	return programme.Content{
		Lessons: func(key string) []string { return lessonsOf(c, key) },
		Clauses: func(lesson string) []string {
			if l := c.Lesson(lesson); l != nil {
				return l.Clauses
			}
			return nil
		},
		Quiz: func(module string) ([]string, bool) {
			if c.Module(module) == nil || b.Set(module) == nil {
				return nil, false
			}
			return examined(b.Set(module)), true
		},
		Counts: func(module string) programme.Counts {
			if s := b.Set(module); s != nil {
				return programme.Counts(s.Counts) // the words are the same
			}
			return programme.Best
		},
		Scene: func(scene string) ([]string, bool) {
			i := slices.IndexFunc(scenes, func(s *scenario.Script) bool { return s.ID == scene && s.Exam != nil })
			if i < 0 {
				return nil, false
			}
			return scenes[i].Clauses, true
		},
		Clause:  func(id string) bool { return c.Clause(id) != nil },
		Version: version(c, b, scenes),
	}
}

// lessonsOf gives the keys of the lessons of a course, a module or a lesson.
func lessonsOf(c *catalog.Catalog, key string) (keys []string) {
	if c.Lesson(key) != nil {
		return []string{key}
	}
	var modules []*catalog.Module
	if course := c.Course(key); course != nil {
		modules = course.Modules
	} else if m := c.Module(key); m != nil {
		modules = []*catalog.Module{m}
	}
	for _, m := range modules {
		for _, l := range m.Lessons {
			keys = append(keys, l.Key())
		}
	}
	return keys
}

// examined gives the clauses of a quiz's questions, sorted.
func examined(s *bank.Set) (clauses []string) {
	for _, q := range s.Questions {
		clauses = append(clauses, q.Clauses...)
	}
	slices.Sort(clauses)
	return slices.Compact(clauses)
}

func version(c *catalog.Catalog, b *bank.Bank, scenes []*scenario.Script) string {
	h := sha256.New()
	fmt.Fprintln(h, c.Hash)
	for _, s := range b.Sets() {
		fmt.Fprintln(h, s.Key(), s.Hash)
	}
	for _, s := range scenes {
		fmt.Fprintln(h, s.ID, s.Hash())
	}
	return hex.EncodeToString(h.Sum(nil))
}
