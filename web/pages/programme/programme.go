// Package programme draws programmes of training: what somebody has to do, how far they are, and who signs for it.
package programme

import (
	"tongguan/web/layout"
	"tongguan/web/parts"
)

// Mine is a programme that somebody is in, as one line.
type Mine struct {
	Title, URL, Kind     string
	Done, Steps, Percent int
	Late                 int
	Met                  bool
	Next, Due            string // what is next and when, or ""
	DueNow               bool   // today or before
	Certificate          string // what it leads to, or ""
	Requires             []string
}

// Open is a programme that somebody is not in.
type Open struct {
	Title, URL, Kind, Summary string
	Requires                  []string // certificates that must be held to enter
	Steps                     int
	Certificate               string
}

// List is all programmes.
type List struct {
	layout.Frame
	Mine    []Mine
	Open    []Open
	ToSign  int    // steps that wait for the reader's signature
	Signs   bool   // the reader is asked to sign
	Rules   string // where the rules are kept, "" where the reader may not
	Reports []parts.Link
}

// Point is something that whoever signs must have seen.
type Point struct {
	Text string
	Seen bool
}

// Task is one of the things that a step asks for.
type Task struct {
	Kind   string // lesson, quiz, scene, session, external, signoff
	Text   string
	URL    string // "" where there is nowhere to go
	Met    bool
	Detail string // what is had and what is needed
	Points []Point
}

// Step is one step as it stands.
type Step struct {
	ID, Title string
	State     string // done, waived, late, today, ready, locked
	When      string // when it was done, or is due
	Either    string // how many of several tasks are enough, or ""
	Tasks     []Task
	Waits     string // what must be done before, or ""
	Word      string // who signed it or waived it, and when
	Note      string // what they wrote
	Waivable  bool
	Unwaive   bool
}

// Button is the one thing to do next.
type Button struct {
	Step, Text, When string
	URL              string // "" where another must do it
	Go               string // what the button says
}

// Fact is one figure.
type Fact struct{ Name, Value string }

// Plan is a person's way through a programme, or a programme as anybody may look at it.
type Plan struct {
	layout.Frame
	Title, Summary, Kind string
	Back                 parts.Link
	Person               string // whose it is; "" for the reader's own
	Inside               bool   // they are in it
	Chips                []parts.Chip
	Facts                []Fact
	Percent              int
	Next                 *Button
	Met                  bool
	Renewal              bool     // what is asked are the steps of a renewal
	Waiting              bool     // somebody has to approve the certificate
	Holds                string   // where the certificate is that they hold, or ""
	Requires             []string // certificates that must be held first and are not
	Certificate          string
	Lasts                string
	Steps                []Step
	People               string // where the people in it are listed, "" where the reader may not
	Manage               *Manage
}

// Manage is what a manager or HR can change of somebody's place in a programme.
type Manage struct {
	Base    string // where its forms post to
	Buddies []parts.Choice
	HR      bool // may waive, and move on
	Steps   []parts.Choice
	Reason  string // as entered
	Request string
	Waiving string // the step of the form that is wrong
	Sent    string // the number of that form
	Ahead   *Ahead // nil: they have the present version
	Errors  map[string]string
}

// Ahead is how the present version differs from the one that somebody has.
type Ahead struct {
	To                      string
	Added, Removed, Changed []string
}

// Row is one person in a programme.
type Row struct {
	Name, URL, Team      string
	Done, Steps, Percent int
	Late                 int
	Due, Start, Buddy    string
	Met                  bool
}

// People is who is in a programme.
type People struct {
	layout.Frame
	Title        string
	Back         parts.Link
	Action       string
	Query        string
	Teams        []parts.Choice
	Only         []parts.Choice
	Rows         []Row
	Total        int
	Late, Met    int
	Page         int
	Pages        []parts.Link
	Enrol        bool
	Candidates   []parts.Choice
	Start        string
	Errors       map[string]string
	NobodyInside bool // there is nobody, whatever the filter
}

// Rule is one rule in force.
type Rule struct {
	Programme, Whom, Starts string
	Taken                   int
	Made                    string
	End                     string
}

// Effect is who would be taken in.
type Effect struct {
	Count, Inside, Out, Undated int
	Names                       []string
	More                        int
}

// Rules is the page of rules.
type Rules struct {
	layout.Frame
	Rules      []Rule
	Programmes []parts.Choice
	Roles      []parts.Choice
	Teams      []parts.Choice
	Starts     []parts.Choice
	HiredFrom  string
	HiredUntil string
	StartOn    string
	Request    string
	Effect     *Effect
	Hidden     [][2]string // the rule that the preview shows, for the form that makes it
	Errors     map[string]string
}

// Waits is a step that waits for the reader's signature.
type Waits struct {
	Person, Step, Programme, As, Due string
	Late, Now                        bool
	URL                              string
}

// Signoffs is everything that waits.
type Signoffs struct {
	layout.Frame
	Waits []Waits
}

// Sign is the form that signs one step.
type Sign struct {
	layout.Frame
	Person, Step, Programme, As, Due string
	Points                           []Point
	Note, Reason                     string
	Request                          string
	Action                           string
	Done                             bool
	Locked                           bool
	Word                             string
	Said                             string
	Errors                           map[string]string
}
