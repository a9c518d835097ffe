// Package policy draws the policy: all clauses, and one with everything that rests on it.
package policy

import "tongguan/web/layout"

// Clause is one clause in the list.
type Clause struct {
	ID, Title, Summary, URL string
	Depth                   int
	Lessons, Questions      int
}

// Chapter is a chapter with its clauses.
type Chapter struct {
	ID, Title string
	Clauses   []Clause
}

// List is the whole policy.
type List struct {
	layout.Frame
	Chapters []Chapter
	Pending  int  // new wordings that wait, for those who may publish
	Changes  bool // the reader may see how far people are with changes
	Matrix   bool // and what rests on all clauses
}

// One is one clause.
type One struct {
	layout.Frame
	Clause
	Chapter    string
	Trace      Trace
	Matrix     bool // the reader may see the whole table
	Prev, Next *Clause
	Since      string // when the present wording came into force; "" where it was so at first
	Pending    bool   // a new wording waits, and the reader may publish it
	Report     string // where violations are reported, on the clause about that
}
