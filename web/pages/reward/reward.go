// Package reward is the pages of rewards and penalties (3.2.4).
package reward

import (
	"tongguan/web/layout"
	"tongguan/web/parts"
)

// Line is one of a list.
type Line struct {
	URL, Who, Team, Kind, KindText, State, StateText, Why, Amount, Date string
}

// List is what those see who propose, decide or inspect.
type List struct {
	layout.Frame
	Tabs       []parts.Tab
	Filters    []parts.Select
	Hidden     [][2]string // fields of the filters' form that are not shown
	Exports    []parts.Link
	Lines      []Line
	First      string // leads to the first page; "" on it
	More       string // leads to the next page; "" on the last
	Empty      string
	MayPropose bool
	Cycles     []parts.Choice // whose results proposals can be derived from; nil for who may not
	Request    string
	Errors     map[string]string
}

// Mine is what was granted to the reader.
type Mine struct {
	layout.Frame
	Lines []Line
}

// Month is an appraisal that something rests on.
type Month struct {
	URL, Period, Band string
	Now               string // the band by now, where it is another
}

// Step is one line of a history.
type Step struct {
	When, Who, What, Amount string
	Reason                  []string
}

// One is a reward or a penalty.
type One struct {
	layout.Frame
	ID, Who, PersonURL, Team, Kind, KindText, State, StateText string
	Own, Penalty                                               bool
	Next                                                       string // what comes next, and until when
	Chip                                                       parts.Chip
	Amount, Origin, Decided                                    string
	Months                                                     []Month
	Row                                                        string // the rule by which it was derived
	Clause                                                     []parts.Chip
	Finding, FindingURL                                        string // the address only for whoever may see it
	Words, Proposal, Decision                                  []string
	Changed                                                    bool
	History                                                    []Step

	MayWithdraw, MayDecide, MayObject, MaySettle bool

	Request    string // of whatever form the page has
	Money      bool   // whether an amount goes with it
	Most       string // the highest
	Yuan       string // as typed
	Reason     string // as typed
	IfGranted  string
	IfDeclined string
	IfObjected string
	IfUpheld   string
	IfLifted   string
	Errors     map[string]string
}

// Form proposes something for somebody.
type Form struct {
	layout.Frame
	Request string
	Login   string // as typed, of the choice of the person
	People  []parts.Choice
	Person  string // id; "" while nobody is chosen
	Who     string
	Team    string
	Kinds   []KindGroup
	Records []parts.Choice
	Clauses []parts.Choice
	Finding string
	Words   string
	Reason  string
	Errors  map[string]string
}

// KindGroup is the rewards, or the penalties.
type KindGroup struct {
	Legend string
	Chip   parts.Chip
	Kinds  []parts.Choice
}

// KindTag is the class of the mark of a kind.
func KindTag(kind string) string {
	switch kind {
	case "warning", "fine", "demotion":
		return "tag tag-red"
	}
	return "tag tag-pass"
}

// StateTag is the class of the mark of a state of a kind: only a reward that was given is good news.
func StateTag(kind, state string) string {
	switch {
	case state == "proposed" || state == "objected":
		return "tag tag-now"
	case state == "granted" && KindTag(kind) == "tag tag-pass":
		return "tag tag-pass"
	case state == "granted" || state == "upheld":
		return "tag tag-red"
	}
	return "tag"
}
