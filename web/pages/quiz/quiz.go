// Package quiz draws a quiz: its rules, one question at a time, the overview before submission, the review.
package quiz

import (
	"tongguan/web/layout"
	"tongguan/web/parts"
)

// Intro is the page before a quiz begins.
type Intro struct {
	layout.Frame
	Course, Module parts.Link
	Questions      int
	Minutes        int
	Pass           string       // "80 %"
	Go             string       // where the form that starts or resumes posts to
	Open           bool         // an attempt is open: resume it
	Unread         []parts.Link // lessons of the module that are not finished
	Past           []Past
}

// Past is an attempt that was made.
type Past struct {
	URL, When, Score string
	Passed           bool
	Closed           bool
}

// Option is one option of a question.
type Option struct {
	ID, Letter, Text string
	Chosen           bool
}

// Dot is one question in the map of a paper.
type Dot struct {
	Number   int
	URL      string
	Answered bool
	Current  bool
}

// Question is one question of an open attempt.
type Question struct {
	layout.Frame
	Title         string // of the module
	Number, Count int
	Answered      int
	Form          string // where answers go
	ID            string
	Type          string // single, multiple or truefalse
	Stem          string
	Options       []Option
	Map           []Dot
	Due           int64  // milliseconds since 1970 UTC
	DueText       string // 15:04
	Saved         string // when this answer was saved, "14:32:07", or ""
	Problem       string // why the answer could not be saved
	Overview      string // URL
}

// Overview is the page before submission.
type Overview struct {
	layout.Frame
	Title    string
	Map      []Dot
	Answered int
	Count    int
	Submit   string // where the form posts to
	Back     string // URL of the first unanswered question, or of the last one
	DueText  string
}

// ReviewOption is one option of a marked question.
type ReviewOption struct {
	Letter, Text, Why string
	Chosen, Right     bool
}

// Item is one marked question.
type Item struct {
	Number      int
	Stem        string
	Options     []ReviewOption
	Explanation string
	Clauses     []parts.Chip
	Points      int // hundredths of the question's mark
	Answered    bool
}

// Review is a closed attempt.
type Review struct {
	layout.Frame
	Course, Module parts.Link
	Person         string // whose attempt it is, where it is not the reader's own
	Score, Pass    string // "85 %"
	Percent        int
	Passed         bool
	When           string
	Right, Count   int
	Weak           []parts.Chip // clauses on which points were lost
	Items          []Item
	Again          string     // URL of the quiz
	Next           parts.Link // what to do now
	Version        string     // first characters of the set's hash
}
