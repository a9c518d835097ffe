package appraisal

import (
	"tongguan/web/layout"
	"tongguan/web/parts"
)

// Band is one grade on the scale from 0 to 120 points.
type Band struct {
	Name, From string
	X, W, Mid  string // on a scale that is 1200 units wide
	Here       bool
}

// Scale shows where a result stands between the grades.
type Scale struct {
	Bands   []Band
	At      string // the result, on the same scale
	Text    string // anchor of the figure
	Reading string // the picture in words
}

// Item is one line of the computation.
type Item struct {
	Name, Group    string
	Clause         parts.Chip
	Weight         string
	Target, Actual string
	Source         string // in words, "" where nothing was measured
	Simulated      bool
	Attainment     string
	Points         string
	Product        string
	Curve          string // how an attainment becomes points
	Working        string // this one's, to be done again
	Fate           string // what became of it where it was missing, and why
	Out            bool   // it does not count
	Months         []MonthLine
}

// Goal is a target, with what was measured where that is known.
type Goal struct {
	Label, Target, Actual, Source string
	Simulated                     bool
}

// MonthLine is a month that a year rests on.
type MonthLine struct{ Period, Score, URL, Hash string }

// Sum is a result of some of the items, written so that it can be done again by hand.
type Sum struct {
	Label, Formula, Exact, Score string
}

// Step is something that changed the result: a certificate, or a person.
type Step struct {
	Title        string
	From, To     string // "" where it changes nothing
	Band         string
	Text, Reason string
	Who, When    string
	URL          string // of the certificate, or ""
	Number       string
	Warns        bool
	Current      bool // it is what counts now
}

// Group is what one group of reviewers says.
type Group struct {
	Name          string
	Given         string
	Withheld      string // why nothing is shown, or ""
	Raw, Adjusted string
	Why           string // there is no adjusted one
	Counts        string // which of the two counts
	ByHand        string // that a customer's link was handed over, or ""
	Traits        []TraitLine
	Comments      []string
}

// TraitLine is how one trait was judged.
type TraitLine struct {
	Name, Score string
	Percent     string // of the width
	Remarks     []string
}

// Held is one certificate at the end of the period.
type Held struct {
	Programme, State, Number, URL, Hash string
	Ruled                               bool
	Later                               string // what became of it since, or ""
}

// Proof is one line of evidence.
type Proof struct{ Text, Score, When, Number, Hash string }

// Moment is one step of the record's life.
type Moment struct{ State, Cause, Who, Note, When string }

// TargetLine is one line of how the targets came about.
type TargetLine struct{ Text, Note, Who, When string }

// Deed is one form on the record.
type Deed struct {
	Key     string // targets, agree, calibrate …
	Action  string
	Errors  map[string]string
	Fields  []parts.Field
	Seen    string
	Request string
	Choice  string // what was chosen
	Text    string // as typed
	Score   string
	Quote   string // what is to be decided
}

// Verdict is what Verify found.
type Verdict struct {
	Good  bool
	Text  string
	Lines []string
	Trail string
}

// One is a record.
type One struct {
	layout.Frame
	ID, Who, Title, Period string
	State                  State
	Since                  string
	Next, Until            string
	Acts, Late, Own        bool
	Silence                string // what silence means, and when it begins
	Simulated, Inspected   bool
	Closed                 bool
	Hidden                 string // why there is no result here, or ""
	Has                    bool
	Score, Band            string
	BasedOn                string // which entry the result is
	Scale                  *Scale
	Goals                  []Goal
	GoalsNote              string
	Measured               bool
	Items                  []Item
	Sums                   []Sum // quantitative and qualitative
	Total                  Sum
	Short                  string // why there is no result though it was computed
	Adjustments            []Step
	History                []Step
	Groups                 []Group
	Certificates           []Held
	Learning               string
	Proofs                 []Proof
	Targets                []TargetLine
	Timeline               []Moment
	Hash, SchemeHash       string
	Adapted                bool
	VerifyURL              string
	Verdict                *Verdict
	Deeds                  map[string]*Deed
	Unsaved                string // what somebody wrote in a form that is there no more
	UnsavedWhy             string
	Request                string
	Crumbs                 []parts.Link
	CycleURL               string
}

// Open says whether there is a form for it.
func (o One) Open(key string) bool { return o.Deeds[key] != nil }

// HasItems says whether the computation can be shown.
func (o One) HasItems() bool { return len(o.Items) > 0 }
