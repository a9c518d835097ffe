package policy

import (
	"tongguan/web/layout"
	"tongguan/web/pages/amendment"
	"tongguan/web/parts"
)

// Trace is everything that rests on one clause, as the reader may see it.
type Trace struct {
	Jump       []Jump
	Under      []parts.Chip // the clauses under it, which are counted with it
	Holes      []string     // what is missing, for those who keep the content whole; nil for others
	Teaching   []Lesson
	Asked      Asked
	Scenes     []Scene
	Indicators []Indicator
	Inspected  []Inspected
	Certified  Certified
	Past       []Change
	First      string // since when the first wording on record stands, where nothing has changed; ""
}

// Jump leads to a part of the page, with its figure.
type Jump struct{ To, Text, Figure string }

// Lesson teaches the clause.
type Lesson struct {
	Title, Module, URL string
	Version            string // the beginning of its text's hash
	Since              string // since when the text is in use; "" where nobody has finished it yet
}

// Asked is what the bank asks about the clause.
type Asked struct {
	Total      int
	Levels     []Count
	Types      []Count
	Difficulty string     // in a sentence
	Each       []Question // for authors and inspectors alone
}

// Count is how many there are of something.
type Count struct {
	Text string
	N    int
}

// Question is one question as authors and inspectors see it: by its id, never its text or key.
type Question struct {
	ID, URL, Module         string
	Level, Type             string
	Answers                 string
	Facility, Discriminates string // "–" where there are too few answers
}

// Scene rehearses the clause.
type Scene struct{ Title, URL, Level string }

// Indicator shows how the clause is practised.
type Indicator struct {
	ID, Name, Means string
	Home            parts.Chip // the clause that it is an indicator of
	Here            bool       // which is this one
}

// Inspected is one thing that an inspection asks about the clause.
type Inspected struct {
	Ask, Plan, URL, Often string // URL "" where the reader may not go to the plan
	Severity              string
}

// Certified says who is certified on the clause.
type Certified struct {
	Lead       string // a sentence, "" where nothing is certified on it
	Programmes []Programme
	States     []string // the headings of the columns
	Own        []Own
	Many       bool // the reader sees others, not only themselves
}

// Programme is how many people stand where in a programme that covers the clause.
type Programme struct {
	Title, URL string
	Counts     []parts.Link // in the order of the headings; no URL: nobody
}

// Own is how the reader stands in such a programme.
type Own struct {
	Title, URL, State, Word, Note string
}

// Change is one change of the clause's wording.
type Change struct {
	When, Offer, Reason string
	URL                 string // of the change, "" where the reader may not go there
	Reached             string // whom it reached, "" where the reader may not know
	Compared            []amendment.Compared
}

// Matrix is the whole policy at a glance: a row a clause.
type Matrix struct {
	layout.Frame
	Facts   []Fact
	Tabs    []parts.Tab
	Columns []Column
	Groups  []Group
	Exports []parts.Link
	AsOf    string
	Total   int
}

// Fact is a figure of the whole content.
type Fact struct {
	Label, Value, Note string
	Short              bool // of what the standard asks for
}

// Column is a heading by which the rows can be ordered.
type Column struct {
	Text, URL, Sorted string
	Number            bool
}

// Group is the rows of a chapter, or all of them where they are ordered otherwise.
type Group struct {
	Title string
	Rows  []Row
}

// Row is one clause.
type Row struct {
	Chip  parts.Chip
	Cells []Cell
}

// Cell is one figure. Hole says in a word what is missing.
type Cell struct {
	Text, URL, Note, Hole string
	Quiet                 bool   // there is nothing to be read yet
	Column                string // its heading, for a narrow screen
	Label                 string
}
