// Package inspection draws how sales work is inspected: what is due, rounds with their samples, and findings.
package inspection

import (
	"tongguan/web/layout"
	"tongguan/web/parts"
)

// Home is what inspectors and HR begin with.
type Home struct {
	layout.Frame
	Inspects                     bool
	Pending, Late, Waiting, Done int // findings
	Due, Missed                  []Due
	Running, Closed              []RoundLine
	Plans                        []PlanLine
}

// Due is a plan that waits to be begun.
type Due struct {
	Title, URL, Period, Until, Responsible string
	Soon                                   bool // within a week
}

// RoundLine is one round in a list.
type RoundLine struct {
	Title, URL, Period, By, When string
	Share                        int // in order, per cent; -1 where nothing says
	ShareText                    string
	Noes, Findings, Left, Items  int
	Records                      bool
}

// PlanLine is one plan in a list.
type PlanLine struct {
	Title, URL, Every, Size string
	Changed                 bool // by the company
}

// Plan is one plan.
type Plan struct {
	layout.Frame
	ID, Title, Summary, Every, Kind    string
	Clauses                            []parts.Chip
	Size, Responsible                  string
	Changed, Records, Listed, Inspects bool
	Hint                               string
	Items                              []Item
	Begin                              *Begin
	Last                               []RoundLine
	Form                               SettingForm
	History                            []Setting
	Figures                            []Figure
	People, Lapsed, More               int
	Lapses                             []Lapse
	Counted                            string
	Errors                             map[string]string
}

// Begin is the form that begins a round.
type Begin struct{ Period, Until, Request, Typed string }

// Item is one question of a checklist.
type Item struct {
	Ask      string
	Clause   parts.Chip
	Severity string
	Days     int
}

// SettingForm changes how a plan is held.
type SettingForm struct {
	Every               []parts.Choice
	Size, Login, Reason string
	Version             int64
}

// Setting is one version of that.
type Setting struct{ Version, Every, Size, Responsible, Reason, By, When string }

// Figure is how a programme stands.
type Figure struct {
	Title, URL string
	In, Holds  int
	Percent    int
	Text       string
}

// Lapse is one person for whom something has lapsed.
type Lapse struct{ Who, URL, Programme, Why string }

// Round is one round.
type Round struct {
	layout.Frame
	ID, Title, PlanURL, Period, By, When, ClosedBy string
	Running, Inspects, Records                     bool
	Conclusion                                     []string
	Typed                                          string // of the conclusion
	Yes, No, None, Left, Bare                      int
	Share                                          string
	Population, Size                               int
	Hash, Seed                                     string
	Again, HashAgain                               bool
	Subjects                                       []Subject
	Findings                                       []Line
	Figures                                        []Figure
	People                                         int
	Report                                         string
	Errors                                         map[string]string
}

// Subject is one that was drawn.
type Subject struct {
	Number          int
	Title, URL, Who string
	Action, Saved   string
	Version         int64
	Open            bool
	Done, All       int
	Items           []Checked
	Errors          map[string]string
}

// Checked is one item of a subject.
type Checked struct {
	ID, Ask, Value, Note string
	Clause               parts.Chip
	Finding, Raise       string // addresses
}

// Line is one finding in a list.
type Line struct {
	Title, URL, Who, State, Severity, Due, Clause string
	Overdue                                       bool
}

// List is findings.
type List struct {
	layout.Frame
	Filters []parts.Tab
	Own     bool
	Raise   bool
	Lines   []Line
	All     int
	Exports []parts.Link
	Pages   []parts.Link
	Page    int
}

// Form raises a finding.
type Form struct {
	layout.Frame
	Request, Round, Number, Item                string
	From                                        string // what it comes from, in words
	Title, Clause, Severity, Login, Due, Demand string
	Severities                                  []parts.Choice
	Back                                        string
	Errors                                      map[string]string
}

// One is one finding.
type One struct {
	layout.Frame
	ID, Title, Who, State, Severity, Due, RaisedBy string
	Clause                                         []parts.Chip
	Demand                                         []string
	Overdue, Own                                   bool
	Version                                        int64
	RoundURL, RoundTitle                           string
	History                                        []Step
	Files                                          []File
	MayRectify, MayJudge, MayMove, MayFile         bool
	Text, Link, Login, Day, Why                    string // as typed
	Errors                                         map[string]string
}

// Step is one line of the history.
type Step struct {
	Act, By, When, Link string
	Text                []string
}

// File is one file of evidence.
type File struct{ URL, Name, Size string }

func stateTag(state string, overdue bool) string {
	switch {
	case overdue:
		return "tag tag-red"
	case state == "verified":
		return "tag tag-pass"
	case state == "rectified" || state == "returned":
		return "tag tag-now"
	}
	return "tag"
}

func severityTag(severity string) string {
	switch severity {
	case "critical":
		return "tag tag-red"
	case "major":
		return "tag tag-now"
	}
	return "tag"
}

var answers = []string{"yes", "no", "na"}
