// Package external draws external training: the request, how it goes on, its decision, and what was brought back.
package external

import (
	"tongguan/web/layout"
)

// Form asks for a training.
type Form struct {
	layout.Frame
	Request                                                  string
	Title, Provider, URL, Topic, Starts, Ends, CostYuan, Aim string
	Errors                                                   map[string]string
}

// One is one training as those see it whom it concerns.
type One struct {
	layout.Frame
	ID, Title, Provider, URL, Topic, Dates, Cost string
	Who                                          string // whose it is, where it is not the reader's
	Aim                                          []string
	State                                        string
	Decided                                      string // "陈晓 2026年3月5日"
	Reason                                       string
	Proofs                                       []FileLine
	Due                                          string
	Overdue                                      bool
	Next                                         string // a sentence about what comes next
	Shared                                       string // where the sharing stands

	MayDecide, MayWithdraw, MayProve, MayTake, MayShare bool

	Days, Because                          string // of a decision
	Form, ShareTitle, ShareText, ShareDate string
	Errors                                 map[string]string
}

// FileLine is one file in a list.
type FileLine struct{ URL, Name, Size string }

// List is what those see who decide.
type List struct {
	layout.Frame
	Waiting []Line
	Others  []Line
}

// Line is one training in a list.
type Line struct {
	URL, Title, Who, Dates, Cost, State, Due string
	Overdue                                  bool
}

// Note is what a colleague brought back.
type Note struct {
	layout.Frame
	Title, Who, Training, Provider, Date string
	Talk                                 string // date of a talk, or ""
	Text                                 string // HTML
	Slides                               []FileLine
	Mean                                 string // "4.5"
	Ratings                              []Rating
	Own                                  bool
	Action                               string
	Stars                                int // the reader's own rating; 0 for none
	Comment                              string
	Errors                               map[string]string
}

// Rating is what one colleague found.
type Rating struct {
	Who, When, Comment string
	Stars              int
}

var fiveStars = []int{5, 4, 3, 2, 1}
