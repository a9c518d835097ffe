// Package learn draws what a person is learning.
package learn

import (
	"tongguan/web/layout"
	"tongguan/web/pages/amendment"
	"tongguan/web/pages/writing"
	"tongguan/web/parts"
)

// Next is the one thing to do now.
type Next struct {
	Kind    string // start, resume, quiz, done
	Text    string // title of the lesson or module
	Place   string // course and module
	URL     string
	At      string // heading at which to go on, or ""
	Minutes int
}

// Course is one course that somebody has to finish, or has begun.
type Course struct {
	Title, URL     string
	Percent        int
	Done, Steps    int
	Due            string // the date
	DaysLeft       int    // negative: overdue by so many
	HasDue         bool
	Complete       bool
	Continue       parts.Link
	ContinueIsQuiz bool
}

// Result is a module that was passed.
type Result struct{ Module, URL, Score, When string }

// Page is "My learning".
type Page struct {
	layout.Frame
	Greeting string
	Next     Next
	Rail     parts.Rail
	Assigned []Course
	Begun    []Course
	Results  []Result
	News     []News
	Duties   amendment.Notices // what the policy's changes ask

	Answered   []writing.Short // notes of theirs that were answered
	Notice     *Notice         // nil for none
	Programmes []Programme
}

// Notice is what somebody is reminded of today.
type Notice struct {
	Lines []Reminder
	Aside string // where the form that puts it aside posts to
}

// Reminder is one line of it.
type Reminder struct {
	Text, When, URL string
	Late            bool
}

// Programme is what is next in a programme that somebody is in.
type Programme struct {
	Title, URL          string
	Step, StepURL, When string
	Late, Today         bool
}

// News is a result that a correction has changed, or the answer to an objection.
type News struct {
	Kind          string // regraded, passed, upheld or rejected
	Module, URL   string
	Before, After string
	Reason        string
	Aside         string // where the form that puts it aside posts to
}
