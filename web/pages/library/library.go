// Package library draws the field library: the glossary, templates to fill in, phrases for each stage.
package library

import (
	"tongguan/web/layout"
	"tongguan/web/parts"
)

// Home is the way to all shelves.
type Home struct {
	layout.Frame
	Terms     int
	Templates []Form
	Stages    []Stage
}

// Stage is one stage that there are phrases for.
type Stage struct {
	ID, Name, Title, About, URL string
	Phrases                     int
	Current                     bool
}

// Form is a template in a list.
type Form struct {
	Title, Summary, URL, Stage string
}

// Term is one entry of the glossary.
type Term struct {
	ID      string
	Name    [2]Said // the reader's language first
	Also    [2]string
	Means   [2]Said
	Example [2]Said
	Clauses []parts.Chip
	See     []parts.Link
}

// Said is words in a language.
type Said struct{ Text, Lang string }

// Letter is the entries under one letter.
type Letter struct {
	Name  string
	Terms []Term
}

// Glossary is all entries, or those that were asked for.
type Glossary struct {
	layout.Frame
	Query   string
	Count   int
	Letters []Letter
}

// Templates is all templates.
type Templates struct {
	layout.Frame
	Groups []Group
}

// Group is the templates of one stage, or of none.
type Group struct {
	ID, Title string
	Forms     []Form
}

// Template is one template, to be read, printed and taken along.
type Template struct {
	layout.Frame
	Heading, Summary string
	Stage            string
	Clauses          []parts.Chip
	HTML             string // safe
	Markdown         string // where it can be fetched as text
}

// Phrase is one sentence to say.
type Phrase struct {
	Said [2]Said
	When string
}

// Purpose is phrases for one purpose.
type Purpose struct {
	ID, Title string
	Phrases   []Phrase
}

// Phrases is what can be said at one stage.
type Phrases struct {
	layout.Frame
	Stages   []Stage
	Heading  string
	About    string
	Purposes []Purpose
}
