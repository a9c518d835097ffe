// Package bank is what can be asked: the questions of every module, and how a paper is drawn from them.
package bank

import (
	"maps"
	"slices"
	"sync"
)

// Set is the questions of one module, with the rules of its quiz.
type Set struct {
	Course, Module string
	File           string // where it was read, relative to the content
	Rules
	Checks    []*Question
	Questions []*Question
	Hash      string // hex SHA-256 of the file
	Source    []byte

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
	deltas    sync.Map // clause -> *Set made of the questions that name it, nil for too few; made when first asked for
}

// Set gives the questions of a module by its key, or nil. The delta quiz on a clause is one, under its own key.
func (b *Bank) Set(module string) *Set {
	if s := b.byKey[module]; s != nil {
		return s
	}
	if clause, ok := DeltaClause(module); ok {
		return b.Delta(clause)
	}
	return nil
}

// ByHash gives the set with this content, or nil where it is not the present one.
func (b *Bank) ByHash(hash string) *Set { return b.byHash[hash] }

// Check gives an inline check by its id, or nil.
func (b *Bank) Check(id string) *Question { return b.checks[id] }

// Sets gives all sets that have a file, in the order of their files: no delta quizzes.
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

// clauses gives the clauses of the set's questions in order, each with its questions; those of a case stand together.
func (s *Set) clauses() ([]string, map[string][][]*Question) {
	by := map[string][][]*Question{}
	for _, unit := range s.units() {
		clause := ""
		if len(unit[0].Clauses) > 0 {
			clause = unit[0].Clauses[0]
		}
		by[clause] = append(by[clause], unit)
	}
	return slices.Sorted(maps.Keys(by)), by
}
