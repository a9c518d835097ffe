// Package programme is what has to be done for a qualification, and whether somebody has done it.
//
// A programme is written in YAML, bound to the content that it names, and never changes afterwards: a new text is a
// new version under a new hash, and whoever began under the old one finishes under it. Judge is a pure function of
// recorded evidence, so that anybody can say years later why a certificate was earned.
package programme

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tongguan/courses/catalog"
)

// Kind is which of the policy's kinds of training a programme is, clause 3.1.2.
type Kind string

// The kinds that have a programme; external training (3.1.2.4) has a request instead.
const (
	NewHire   Kind = "new-hire"  // 3.1.2.1
	Periodic  Kind = "periodic"  // 3.1.2.2
	Specialty Kind = "specialty" // 3.1.2.3
)

// Programme is one version of one programme.
type Programme struct {
	ID          string       `json:"id"`
	Kind        Kind         `json:"kind"`
	Order       int          `json:"order"`
	Title       catalog.Text `json:"title"`
	Summary     catalog.Text `json:"summary"`
	Clauses     []string     `json:"clauses"`            // all it rests on: its own and those of its content, sorted
	Requires    []string     `json:"requires,omitempty"` // programmes whose certificate must be held to enter
	Steps       []Step       `json:"steps"`
	Certificate *Certificate `json:"certificate,omitempty"` // nil: it certifies nothing

	File string `json:"-"` // where it was read
}

// Step is one thing to do, or one of several alternatives.
type Step struct {
	ID    string       `json:"id"`
	Title catalog.Text `json:"title"`
	Day   int          `json:"day,omitempty"`   // due so many days after the start; 0 is no date
	After []string     `json:"after,omitempty"` // steps that must be done before
	Need  int          `json:"need"`            // how many of the tasks; all of them where they are not alternatives
	Tasks []Task       `json:"tasks"`
}

// Task is what a step asks for. Exactly one of Lessons, Quiz, Roleplay, Session, Signoff, External is set.
type Task struct {
	Lessons  []string       `json:"lessons,omitempty"`  // keys of lessons, all to be finished
	Of       string         `json:"of,omitempty"`       // the course, module or lesson that they were written as
	Quiz     string         `json:"quiz,omitempty"`     // course/module
	Roleplay string         `json:"roleplay,omitempty"` // a scene, passed in exam mode
	Session  string         `json:"session,omitempty"`  // a topic
	Signoff  Signer         `json:"signoff,omitempty"`  // who signs
	External string         `json:"external,omitempty"` // a topic; "any" takes every one
	Points   []catalog.Text `json:"points,omitempty"`   // what whoever signs has seen done
	Score    int            `json:"score,omitempty"`    // basis points needed: instead of a quiz's pass mark, beside passing a scene; 0: passing is enough
	Counts   Counts         `json:"counts,omitempty"`   // which of several attempts counts
	Attempts int            `json:"attempts,omitempty"` // how many attempts count at most; 0 is no limit
	Wait     int64          `json:"wait,omitempty"`     // milliseconds: an attempt closed sooner after a failed one does not count
}

// Signer is who signs a step.
type Signer string

// The signers.
const (
	Buddy   Signer = "buddy"
	Manager Signer = "manager"
	HR      Signer = "hr"
)

// Counts is which of several attempts at a quiz or scene counts.
type Counts string

// The ways to count.
const (
	AsContent Counts = ""        // as the quiz's own rules say
	Best      Counts = "best"    // the best score
	Latest    Counts = "latest"  // the latest attempt
	First     Counts = "first"   // the first attempt
	Average   Counts = "average" // the mean of all attempts, rounded down
)

// Certificate is what a programme certifies, and how long it lasts.
type Certificate struct {
	Title    catalog.Text `json:"title"`
	Months   int          `json:"months,omitempty"` // valid for so many months; 0 is for ever
	Window   int          `json:"window,omitempty"` // days before the end from which it can be renewed
	Grace    int          `json:"grace,omitempty"`  // days after the end in which it can still be renewed by the renewal's steps
	Approval bool         `json:"approval,omitempty"`
	Renew    []string     `json:"renew"`  // the steps of a renewal
	Revoke   []string     `json:"revoke"` // roles that may suspend and revoke it
}

// Step gives a step by its id, or nil.
func (p *Programme) Step(id string) *Step {
	for i := range p.Steps {
		if p.Steps[i].ID == id {
			return &p.Steps[i]
		}
	}
	return nil
}

// Text is the whole programme as it is kept: JSON with its fields in a fixed order.
func (p *Programme) Text() string {
	text, err := json.Marshal(p)
	if err != nil {
		panic("programme: " + err.Error()) // strings and numbers only
	}
	return string(text)
}

// Hash identifies the version: hex SHA-256 of Text.
func (p *Programme) Hash() string {
	sum := sha256.Sum256([]byte(p.Text()))
	return hex.EncodeToString(sum[:])
}

// Parse reads a version that was kept.
func Parse(text string) (*Programme, error) {
	p := &Programme{}
	if err := json.Unmarshal([]byte(text), p); err != nil {
		return nil, fmt.Errorf("programme: a kept version: %w", err)
	}
	return p, nil
}

// Due gives the day on which a step is due, YYYY-MM-DD, for somebody who began on start; "" where it has none.
func (s *Step) Due(start string) string {
	day, err := time.Parse(time.DateOnly, start)
	if err != nil || s.Day == 0 {
		return ""
	}
	return day.AddDate(0, 0, s.Day).Format(time.DateOnly)
}

// Last gives the day on which the last step is due, "" where none is.
func (p *Programme) Last(start string) string {
	last := ""
	for i := range p.Steps {
		last = max(last, p.Steps[i].Due(start))
	}
	return last
}

// Rests says whether the programme rests on a clause, or on one above or below it.
func (p *Programme) Rests(clause string) bool {
	return slices.ContainsFunc(p.Clauses, func(c string) bool { return c == clause || under(c, clause) || under(clause, c) })
}

func under(c, above string) bool {
	return len(c) > len(above) && c[:len(above)] == above && c[len(above)] == '.'
}

// Book is all programmes in force. It never changes once it is read.
type Book struct {
	all  []*Programme
	byID map[string]*Programme
}

// All gives the programmes in order.
func (b *Book) All() []*Programme { return slices.Clone(b.all) }

// Get gives a programme by its id, or nil.
func (b *Book) Get(id string) *Programme { return b.byID[id] }

// NewBook puts programmes together.
func NewBook(all ...*Programme) *Book {
	b := &Book{all: all, byID: map[string]*Programme{}}
	for _, p := range all {
		b.byID[p.ID] = p
	}
	return b
}
