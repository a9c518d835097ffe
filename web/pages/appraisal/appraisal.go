// Package appraisal draws appraisals (3.2): what waits for whom, cycles, and one record as a page that can be argued from.
package appraisal

import (
	"tongguan/web/layout"
	"tongguan/web/parts"
)

// State is how far a record has come, shown by word, mark and colour.
type State struct{ Key, Text string }

// look is the class of a state: what lies ahead, what waits for somebody, what is over.
func (s State) look() string {
	switch s.Key {
	case "shown", "disputed":
		return "appr-now"
	case "closed", "acknowledged", "upheld", "amended":
		return "appr-done"
	case "no_response":
		return "appr-silent"
	}
	return "appr-ahead"
}

// Line is one record in a list.
type Line struct {
	URL, Title, Who, Period string
	State                   State
	Next, Until             string // what is next, and until when; "" where nothing is
	Acts                    bool   // it is the reader who has to act
	Late                    bool
	Score, Band             string // "" where there is none that the reader may see
	Simulated               bool
}

// Share is the records of a cycle in one state.
type Share struct {
	State State
	N     string
	X, W  string // where it lies on a bar that is a thousand units wide
	URL   string
}

// CycleLine is one cycle in a list.
type CycleLine struct {
	URL, Title, Period string
	People             string
	Shares             []Share
	Bar                string // the bar in words
	Notes              []string
	Late               string // "" where nothing is late
	Until              string
	Closed             bool
}

// Home is what of appraisal concerns the reader.
type Home struct {
	layout.Frame
	Mine    []Line
	Below   []Line
	Manages bool
	More    string // where the next people are, or ""
	First   string // back to the first, or ""
	Cycles  []CycleLine
	Runs    bool // sees cycles
	Opens   bool // may open one
}

// Rule is a row of the rules on certificates.
type Rule struct {
	N, Programme, Title, For string // For: whom it concerns, "" for everybody
	Bonus, Cap               string
	Flag, Warn               bool
}

// Weight is one item's weight as it is typed, in per cent.
type Weight struct {
	ID, Name, Value, Error string
}

// Person is somebody in a list.
type Person struct{ Name, Login string }

// Plan is the form that opens a cycle.
type Plan struct {
	layout.Frame
	Request                 string
	Schemes                 []parts.Choice
	Scheme, SchemeTitle     string
	Kind                    string // month or year
	Period                  string
	Teams                   []parts.Choice
	Roles                   []parts.Choice
	People                  string
	Days                    []parts.Field
	Missing                 []parts.Choice
	Least                   string
	Leniency, HasReviews    bool
	Weights                 []Weight
	Sum                     string // of the weights, in per cent
	SumGood                 bool
	Rules                   []Rule
	Errors                  map[string]string
	Preview                 bool
	Affected, Taken         []Person
	AffectedText, TakenText string
}

// Cycle is one cycle as those who run it see it.
type Cycle struct {
	layout.Frame
	ID, Title, Period, Lead string
	Shares                  []Share
	Bar                     string
	People, LateText        string
	Warnings                []string // what stands in the way
	Days                    []parts.Field
	DayList                 []Fact
	Hash                    string
	Adapted, Closed         bool
	States, Bands, Teams    parts.Select
	OnlyLate, Filtered      bool
	Rows                    []Line
	Next, First             string
	Exports                 []parts.Link
	Runs                    bool
	MayAdd, MayMove         bool
	ToShow, ToClose         int
	Request                 string
	Adding                  string
	Errors                  map[string]string
}

// Fact is a label and what stands under it.
type Fact struct{ Label, Value string }

func segment(s Share) string { return "appr-seg " + s.State.look() + " appr-seg-" + s.State.Key }

// first gives the first that is not empty.
func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
