// Package amendment draws what changes in the policy: what waits to be published, whom it reaches, how far they are, and what
// it asks of one person.
package amendment

import (
	"fmt"

	"tongguan/web/layout"
	"tongguan/web/parts"
)

// Piece is a piece of a text and what became of it: "", gone or added.
type Piece struct{ Text, Kind string }

// Compared is a clause before and after a change, in one language.
type Compared struct {
	Label   string // of the language
	Lang    string // as HTML names it
	Title   []Piece
	Text    []Piece
	Retitle bool // the title changed too
	Same    bool // nothing changed in this language
}

// Clause names a clause.
type Clause struct{ ID, Title, URL string }

// List is every change: what waits, what runs, what is done.
type List struct {
	layout.Frame
	Publisher     bool // the reader may publish
	Pending       []Pending
	Running, Done []Line
}

// Pending is a clause whose new wording waits.
type Pending struct {
	Clause
	Now []Piece // what would change, in the reader's language
}

// Line is one published change.
type Line struct {
	Clause
	Offer, When       string
	Due               string // the last day, "" where nothing is asked
	Asks              bool
	Done, All, Late   int
	Percent           int
	Spreading, Passed bool // the last day has gone by
}

// New is the form of a publication.
type New struct {
	layout.Frame
	Clause   Clause
	Since    string
	Compared []Compared
	Reach    Reach
	Offers   []OfferChoice
	Deadline string
	Earliest string // YYYY-MM-DD
	Latest   string
	Reason   string
	From, To string // hashes
	Request  string // identifies the decision
	Errors   map[string]string
}

// Reach is what rests on the clause.
type Reach struct {
	Lessons, Questions, Scenes, Programmes []parts.Link
	QuestionCount                          int
	Certified, Certificates                int
	Under                                  []Under
	People                                 []string
	More                                   int // people who are not named
}

// Under counts the certificates of one version of a programme.
type Under struct {
	Programme, Version string
	Present            bool
	Number             int
}

// OfferChoice is one thing that can be asked, with what it means for those who are certified.
type OfferChoice struct {
	Value, Name, Means string
	Chosen             bool
	Why                string // why it cannot be chosen, or ""
}

// Preview is the last look before a change is published.
type Preview struct {
	layout.Frame
	Clause                Clause
	Compared              []Compared
	Offer, Means          string
	Asks                  bool
	Due                   string
	Reason                string
	Certified             int
	Certificates, Lessons int
	Questions             int
	Fields                []parts.Choice // hidden ones: Value is the name, Text the value
	Back                  string
}

// Change is one published change and how far people are.
type Change struct {
	layout.Frame
	Clause                       Clause
	Offer, Means, When, Who, Due string
	Reason                       string
	Asks, Spreading              bool
	Compared                     []Compared
	Open, Done, Late, Lapsed     int
	Percent                      int
	Filters                      []Filter
	Rows                         []Row
	Page                         int
	Pages                        []parts.Link
}

// Filter narrows the list to one state.
type Filter struct {
	parts.Link
	Number  int
	Current bool
}

// Row is what one certificate's holder has done.
type Row struct {
	Name, URL, Programme string
	State                string // open, done, late or lapsed
	When                 string
	WasLate              bool
}

// Duty is what a change asks of the reader.
type Duty struct {
	layout.Frame
	Clause       Clause
	Todo         string // confirm, delta or full
	State        string // open, done, late or lapsed
	When, Due    string // published, the last day
	Days         int    // left; below 0 late
	Reason       string
	Compared     []Compared
	Certificates []Held
	DoneOn       string
	Action       string // where the form posts to
	Quiz         Quiz
	Lessons      []parts.Link
	Problem      string
}

// Held is a certificate that is at stake.
type Held struct{ Programme, URL string }

// Quiz is the delta quiz.
type Quiz struct {
	Facts []Fact
	Open  bool // there is an attempt to go on with
	Past  []Past
}

// Fact is one figure of the quiz.
type Fact struct{ Label, Value string }

// Past is an attempt that was made.
type Past struct {
	URL, When, Score string
	Passed, Counts   bool
}

// Notices are what the reader has to do because the policy changed, for the page of their learning.
type Notices struct {
	layout.Frame
	All []Notice
}

// Notice is one thing to do.
type Notice struct {
	Clause
	Todo string
	Due  string
	Days int
	Late bool
}

// Said is what a certificate says about the clauses that it rests on and that have changed.
type Said struct {
	layout.Frame
	All []Statement
}

// Statement is one of them.
type Statement struct {
	Clause
	When  string
	State string // "" where nothing is asked; else as of a duty
	Due   string
	URL   string // of the duty, "" for who looks at another's certificate
}

// sided gives the pieces of one side: what is gone stands before, what was added after.
func sided(all []Piece, side string) (out []Piece) {
	for _, p := range all {
		if p.Kind == "" || p.Kind == side {
			out = append(out, p)
		}
	}
	return out
}

func figures(v layout.Frame, l Line) string {
	return v.T("amendment.done_of", "done", fmt.Sprint(l.Done), "all", fmt.Sprint(l.All))
}

// tag is the look of a state.
func tag(state string) string {
	switch state {
	case "done":
		return "tag tag-pass"
	case "late":
		return "tag tag-red"
	case "open":
		return "tag tag-now"
	default:
		return "tag"
	}
}
