// Package quiz draws a quiz: its rules, the paper while it is answered, the overview before submission, the review.
package quiz

import (
	"strconv"

	"github.com/a-h/templ"

	"tongguan/web/layout"
	"tongguan/web/parts"
	"tongguan/web/parts/ask"
)

// Intro is the page before a quiz begins.
type Intro struct {
	layout.Frame
	Course, Module parts.Link
	Facts          []Fact
	Rules          []Rules
	Certainty      []Sure // nil where certainty is not asked for
	Declaration    string // to be accepted, or ""
	Go             string // where the form that starts or resumes posts to
	Open           bool   // an attempt is open: resume it
	OpenUntil      string // until when that one runs
	Why            string // why it may not be begun now, or ""
	Problem        string // why it was not begun
	Unread         []parts.Link
	Past           []Past
	Counts         string // which attempt counts, in a sentence
}

// Fact is a figure of the quiz.
type Fact struct{ Label, Value, Note string }

// Rules are those of one subject.
type Rules struct {
	Title string
	Lines []string
}

// Sure is one degree of certainty and what it brings.
type Sure struct{ Name, Right, Wrong string }

// Past is an attempt that was made.
type Past struct {
	URL, When, Score string
	Passed, Closed   bool
	Pending          bool // people have still to mark some of it
	Counts           bool // this one counts
}

// Running is what scripts know of an attempt.
type Running struct {
	Attempt, Person string
	Base            string // "/attempts/<id>"
	Due, Now        int64  // milliseconds since 1970 UTC
	DueText         string // 15:04
	Seq             int64  // the highest number of an answer that was saved
}

// Dot is one question in the map of a paper.
type Dot struct {
	Number   int
	URL      string // "" where there is no way to it
	Question string
	Answered bool
	Current  bool
}

// Ask is one question of a paper.
type Ask struct {
	ask.Body
	Number  int
	Here    bool        // it is the one to be shown, where one is shown at a time
	Saved   string      // when its answer was saved, "14:32:07", or ""
	Seq     int64       // the number of that answer
	Final   *ask.Marked // where the answer is final and was marked
	HasPrev bool
	Last    bool
}

// Group is questions that stand together: those of a case, or one.
type Group struct {
	Case *ask.Case
	Asks []Ask
}

// Sheet is a paper while it is answered: one question, or all of them.
type Sheet struct {
	layout.Frame
	Running
	Title    string
	Answered int
	Count    int
	Groups   []Group
	Map      []Dot
	AllOnOne bool
	Forward  bool // no way back
	AtOnce   bool // an answer is marked at once and is final then
	Wide     bool // a question of the paper has a case beside it
	Whole    bool // all questions may be fetched, to be turned without the network
	Problem  string
}

// Overview is the page before submission.
type Overview struct {
	layout.Frame
	Running
	Title    string
	Map      []Dot
	Answered int
	Count    int
	Open     int    // questions that people will mark
	Back     string // URL of the first unanswered question, or of the last one
	Shows    []string
}

// Item is one marked question.
type Item struct {
	ask.Marked
	Number int
	Appeal *Appeal      // nil where none can be made
	Made   *AppealState // the objection that was made, or nil
}

// Appeal is the form with which somebody doubts a question.
type Appeal struct {
	URL, Question string
}

// Section is questions of a review that stand together.
type Section struct {
	Case  *ask.Case
	Items []Item
}

// Review is a closed attempt.
type Review struct {
	layout.Frame
	Running
	Course, Module parts.Link
	Person         string // whose attempt it is, where it is not the reader's own
	Score, Pass    string // "85%"
	ShowsScore     bool
	Percent        int
	Passed         bool
	Pending        int // answers that people have still to mark
	When           string
	Right, Count   int
	ShowsRight     bool
	Late           int // answers that came after the paper was collected
	Later          []string
	Weak           []parts.Chip // clauses on which points were lost
	Sections       []Section
	Again          string     // URL of the quiz
	Next           parts.Link // what to do now
	Signs          *Signs     // only for examiners
	Regraded       []Regraded // how corrections have changed the result
	Version        string     // first characters of the set's hash
}

// attributes hands an attempt to the scripts, with the sentences that they say.
func (r Running) attributes(f layout.Frame) templ.Attributes {
	out := templ.Attributes{"data-attempt": r.Attempt, "data-person": r.Person, "data-base": r.Base,
		"data-due": strconv.FormatInt(r.Due, 10), "data-now": strconv.FormatInt(r.Now, 10), "data-seq": strconv.FormatInt(r.Seq, 10)}
	for name, text := range map[string]string{
		"saved": f.T("quiz.js_saved"), "saving": f.T("quiz.js_saving"), "unsaved": f.T("quiz.js_unsaved"), "again": f.T("quiz.js_again"),
		"signedout": f.T("quiz.js_signed_out"), "signin": f.T("quiz.js_sign_in"), "other": f.T("quiz.js_other"), "waits": f.T("quiz.js_waits"),
		"restored": f.T("quiz.js_restored"), "newer": f.T("quiz.js_newer"), "five": f.T("quiz.js_five"), "one": f.T("quiz.js_one"),
		"over": f.T("quiz.js_over"), "stuck": f.T("quiz.js_stuck"), "answered": f.T("quiz.answered"), "unanswered": f.T("quiz.unanswered"), "number": f.T("quiz.no_number"),
		"overview": f.T("quiz.overview_link"),
	} {
		out["data-say-"+name] = text
	}
	return out
}

func (s Sheet) class() string {
	out := "sitting"
	if s.AllOnOne {
		out += " sitting-all"
	}
	if s.Wide {
		out += " sitting-wide"
	}
	return out
}

func (p Overview) unanswered() int { return p.Count - p.Answered }

func str(n int) string { return strconv.Itoa(n) }

func long(n int64) string { return strconv.FormatInt(n, 10) }
