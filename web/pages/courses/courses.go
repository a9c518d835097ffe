// Package courses draws the catalogue, a course and a lesson.
package courses

import (
	"tongguan/web/layout"
	"tongguan/web/parts"
	"tongguan/web/parts/ask"
)

// Card is one course in the catalogue.
type Card struct {
	Chapter, Title, Summary, URL string
	Modules, Lessons, Minutes    int
	Percent                      int
	Begun                        bool
}

// List is the catalogue.
type List struct {
	layout.Frame
	Cards []Card
}

// Lesson is one lesson in a course's table of contents.
type Lesson struct {
	Title, URL string
	Minutes    int
	Done       bool
	Stale      bool // finished in an earlier version
	Current    bool // the one to go on with
}

// Module is one module of a course.
type Module struct {
	ID, Title, Summary, Stage string
	Minutes, Percent          int
	Lessons                   []Lesson
	Clauses                   []parts.Chip
	QuizURL                   string
	Questions                 int
	Score                     string // "" until passed
	Print                     string // where all its lessons stand on one page
	Ready                     bool   // every lesson is finished, the quiz is what is left
}

// One is one course.
type One struct {
	layout.Frame
	Chapter, Heading, Summary string
	Minutes, Percent          int
	Done, Steps               int
	Due                       string
	Overdue                   bool
	Rail                      *parts.Rail
	Continue                  parts.Link
	ContinueIsQuiz            bool
	Modules                   []Module
}

// Heading is one line of a lesson's table of contents.
type Heading struct {
	ID, Text string
	Level    int
}

// Check is an inline check; how it was marked is filled in only once it was answered.
type Check struct {
	ask.Body
	URL, CSRF string
	Answered  *ask.Marked
}

// Block is a piece of a lesson: HTML that is safe, or a check.
type Block struct {
	HTML  string
	Check *Check
}

// Reading is one lesson.
type Reading struct {
	layout.Frame
	Course, Module parts.Link
	Heading        string
	Minutes        int
	Number, Count  int // of the lesson in its module
	Clauses        []parts.Chip
	Contents       []Heading
	Blocks         []Block
	Finished       string // when, or ""
	Stale          bool   // what was finished was an earlier version
	Finish         string // where the form posts to
	Prev, Next     parts.Link
	NextIsQuiz     bool
	Version        string
	Note           string // where a note on a passage is begun
	Since          string // what changed since it was finished, or ""
	Versions       string // for those who may compare them, or ""
	Write          string // for authors, or ""
	Terms          []Term
	Date           string // today, for what is printed
	Print          string // where all lessons of the module stand on one page
	Place          string // where the script tells how far one has read
	Resume         Resume
	Keeping        Keeping
	Query          string // what was searched for, marked in the text; "" for nothing
	Hits           int
}

// Term is a word of the trade that the lesson uses, with what it means.
type Term struct{ Name, Means, URL string }

// Checked is an inline check that was answered where no scripts run: a page of its own.
type Checked struct {
	layout.Frame
	Check Check
	Back  parts.Link
}
