// Package bank is what can be asked: the questions of every module, and how a paper is drawn from them.
package bank

import (
	"maps"
	"slices"

	"tongguan/quizzes/grading"
)

// Text is a sentence in both languages.
type Text struct {
	ZH string `yaml:"zh"`
	EN string `yaml:"en"`
}

// In gives the text in a language, or in the other one where it is not translated.
func (t Text) In(lang string) string {
	if t.ZH == "" || lang == "en" && t.EN != "" {
		return t.EN
	}
	return t.ZH
}

// Option is one option of a question. Those of a statement that is true or false have no text.
type Option struct {
	ID    string `yaml:"id"`
	Right bool   `yaml:"right"`
	Text  Text   `yaml:"text"`
	Why   Text   `yaml:"why"`
}

// Question is one question. It is never changed once it is read.
type Question struct {
	ID          string
	Type        grading.Type
	Clauses     []string
	Level       string // recall, apply or judge
	Stem        Text
	Explanation Text
	Options     []Option
	Line        int // where it stands in its file
}

// Key is what marking an answer needs.
func (q *Question) Key() grading.Key {
	k := grading.Key{Type: q.Type}
	for _, o := range q.Options {
		k.Options = append(k.Options, o.ID)
		if o.Right {
			k.Right = append(k.Right, o.ID)
		}
	}
	return k
}

// Set is the questions of one module, with the rules of its quiz.
type Set struct {
	Course, Module string
	File           string // where it was read, relative to the content
	Draw           int    // questions of a paper
	Pass           int    // basis points that pass
	Minutes        int    // time limit
	Checks         []*Question
	Questions      []*Question
	Hash           string // hex SHA-256 of the file
	Source         []byte

	byID map[string]*Question
}

// Key identifies the set by its module: "process/negotiation".
func (s *Set) Key() string { return s.Course + "/" + s.Module }

// Question gives a question of the quiz by its id, or nil.
func (s *Set) Question(id string) *Question { return s.byID[id] }

// Bank is all that can be asked. It is never changed once it is read.
type Bank struct {
	sets      []*Set
	byKey     map[string]*Set
	byHash    map[string]*Set
	checks    map[string]*Question
	examining map[string][]*Question
}

// Set gives the questions of a module by its key, or nil.
func (b *Bank) Set(module string) *Set { return b.byKey[module] }

// ByHash gives the set with this content, or nil where it is not the present one.
func (b *Bank) ByHash(hash string) *Set { return b.byHash[hash] }

// Check gives an inline check by its id, or nil.
func (b *Bank) Check(id string) *Question { return b.checks[id] }

// Sets gives all sets in the order of their files.
func (b *Bank) Sets() []*Set { return slices.Clone(b.sets) }

// Examining gives the questions that name the clause.
func (b *Bank) Examining(clause string) []*Question { return slices.Clone(b.examining[clause]) }

// Ref is a place that names a clause.
type Ref struct {
	Clause, File string
	Line         int
}

// ClauseRefs gives every place that names a clause.
func (b *Bank) ClauseRefs() []Ref {
	var out []Ref
	for _, s := range b.sets {
		for _, q := range slices.Concat(s.Checks, s.Questions) {
			for _, c := range q.Clauses {
				out = append(out, Ref{c, s.File, q.Line})
			}
		}
	}
	return out
}

// clauses gives the clauses of the set's questions in order, each with its questions.
func (s *Set) clauses() ([]string, map[string][]*Question) {
	by := map[string][]*Question{}
	for _, q := range s.Questions {
		if len(q.Clauses) > 0 {
			by[q.Clauses[0]] = append(by[q.Clauses[0]], q)
		} else {
			by[""] = append(by[""], q)
		}
	}
	return slices.Sorted(maps.Keys(by)), by
}
