// Package catalog is what is taught: the clauses of the policy and the courses, modules and lessons on them.
//
// A catalog is read out of a folder of words (YAML and Markdown) and never changes afterwards; a Library holds
// the one in force. What is wrong with the words is reported as problems for the people who write them, and
// never stops the rest from being read.
package catalog

import (
	"slices"
	"strings"

	"tongguan/courses/fieldbook"
	"tongguan/courses/prose"
)

// What is read is written in Markdown; how it is drawn is the business of prose.
type (
	Text    = prose.Text
	Page    = prose.Page
	Block   = prose.Block
	Heading = prose.Heading
)

var languages = prose.Languages

// Chapter is a part of the policy.
type Chapter struct {
	ID    string `yaml:"id"`
	Title Text   `yaml:"title"`
}

// Clause is one numbered rule of the policy; its number is its identifier for ever.
type Clause struct {
	ID      string `yaml:"id"`
	Chapter string `yaml:"-"`
	Title   Text   `yaml:"title"`
	Summary Text   `yaml:"summary"`
}

// Course teaches a chapter of the policy, or a part of it.
type Course struct {
	ID      string    `yaml:"id"`
	Chapter string    `yaml:"chapter"`
	Order   int       `yaml:"order"`
	Title   Text      `yaml:"title"`
	Summary Text      `yaml:"summary"`
	Modules []*Module `yaml:"-"`
}

// Module is a part of a course that has one quiz.
type Module struct {
	ID, Course     string
	Order, Minutes int
	Stage          string // of the sales process, or ""
	Title, Summary Text
	Clauses        []string
	Lessons        []*Lesson
}

// Key identifies the module among all: "process/negotiation".
func (m *Module) Key() string { return m.Course + "/" + m.ID }

// Lesson is what is read at one go.
type Lesson struct {
	ID, Course, Module string
	Title              Text
	Minutes            int
	Clauses            []string

	pages map[string]placed
}

// placed is a page and where its source stands.
type placed struct {
	*Page
	file string
	line int // of the lesson's heading
}

// Key identifies the lesson among all: "process/negotiation/prepare".
func (l *Lesson) Key() string { return l.Course + "/" + l.Module + "/" + l.ID }

// Page gives the lesson in a language, or in the other one where it is not translated.
func (l *Lesson) Page(lang string) *Page {
	if p, ok := l.pages[lang]; ok {
		return p.Page
	}
	for _, other := range languages {
		if p, ok := l.pages[other]; ok {
			return p.Page
		}
	}
	return &Page{}
}

// Catalog is all that is taught. It is never changed once it is read.
type Catalog struct {
	Chapters []*Chapter
	Clauses  []*Clause
	Courses  []*Course
	Book     *fieldbook.Book // never nil once it is read
	Hash     string          // hex SHA-256 of all that was read

	clauses  map[string]*Clause
	courses  map[string]*Course
	modules  map[string]*Module
	lessons  map[string]*Lesson
	teaching map[string][]*Lesson
	search   map[string]func() *index // by language, made when first needed
}

// Clause gives a clause by its number, or nil.
func (c *Catalog) Clause(id string) *Clause { return c.clauses[id] }

// Course gives a course, or nil.
func (c *Catalog) Course(id string) *Course { return c.courses[id] }

// Module gives a module by its key, or nil.
func (c *Catalog) Module(key string) *Module { return c.modules[key] }

// Lesson gives a lesson by its key, or nil.
func (c *Catalog) Lesson(key string) *Lesson { return c.lessons[key] }

// Teaching gives the lessons that name a clause or one under it, in the order of the courses.
func (c *Catalog) Teaching(clause string) []*Lesson { return slices.Clone(c.teaching[clause]) }

// Neighbours gives the lessons before and after one in its course; nil at the ends.
func (c *Catalog) Neighbours(l *Lesson) (prev, next *Lesson) {
	course := c.courses[l.Course]
	if course == nil {
		return nil, nil
	}
	found := false
	for _, m := range course.Modules {
		for _, other := range m.Lessons {
			switch {
			case other.ID == l.ID && other.Module == l.Module:
				found = true
			case found:
				return prev, other
			default:
				prev = other
			}
		}
	}
	if !found {
		return nil, nil
	}
	return prev, nil
}

// Note renders Markdown that somebody has typed: see prose.Press.Note.
func (c *Catalog) Note(lang, body string) string {
	return prose.NewPress(lang, prose.Ground{Clause: c.clauseTitle}).Note(body)
}

// clauseTitle gives the title of a clause of the policy.
func (c *Catalog) clauseTitle(id string) (Text, bool) {
	if cl := c.clauses[id]; cl != nil {
		return cl.Title, true
	}
	return Text{}, false
}

// ModuleKeys gives the keys of all modules, in order.
func (c *Catalog) ModuleKeys() []string {
	var keys []string
	for _, course := range c.Courses {
		for _, m := range course.Modules {
			keys = append(keys, m.Key())
		}
	}
	return keys
}

// CheckRef is a place in a lesson that asks for an inline check of the question bank.
type CheckRef struct {
	Lesson, Check string
	File          string
	Line          int
}

// CheckRefs gives every such place, in each language.
func (c *Catalog) CheckRefs() []CheckRef {
	var refs []CheckRef
	for l := range c.eachLesson() {
		for _, lang := range languages {
			p, ok := l.pages[lang]
			if !ok {
				continue
			}
			for _, check := range p.Checks {
				refs = append(refs, CheckRef{l.Key(), check.Text, p.file, p.line + check.Line})
			}
		}
	}
	return refs
}

// eachLesson runs through all lessons in order.
func (c *Catalog) eachLesson() func(yield func(*Lesson) bool) {
	return func(yield func(*Lesson) bool) {
		for _, course := range c.Courses {
			for _, m := range course.Modules {
				for _, l := range m.Lessons {
					if !yield(l) {
						return
					}
				}
			}
		}
	}
}

// above gives a clause's own number and those of the clauses that it is under: 2.4.1, 2.4, 2.
func above(clause string) []string {
	ids := []string{clause}
	for i := strings.LastIndexByte(clause, '.'); i > 0; i = strings.LastIndexByte(clause, '.') {
		clause = clause[:i]
		ids = append(ids, clause)
	}
	return ids
}
