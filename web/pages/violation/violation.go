// Package violation draws reports of violations: the form and the receipt, on which nobody is known, and the examiners' desk.
package violation

import (
	"tongguan/web/layout"
	"tongguan/web/parts"
)

// Form is where anybody reports.
type Form struct {
	layout.Frame
	Code                                       string // travels with the form
	Happened, Place, Accused, Clause, Evidence string
	Named                                      bool
	Clauses                                    []parts.Chip
	Errors                                     map[string]string
}

// Done shows the receipt code, once.
type Done struct {
	layout.Frame
	Code  string // grouped
	Named bool
}

// Receipt is where whoever reported comes back to.
type Receipt struct {
	layout.Frame
	Code            string // "" until a right one was entered
	Typed           string
	State, Received string
	Happened        []string
	Place, Evidence string
	Talk            []Message
	Reward          string // in words, or ""
	Collected       string // when, or ""
	Form, Text      string // of the message
	Errors          map[string]string
}

// Message is one message.
type Message struct {
	Mine      bool // of whoever reads
	Who, When string
	Text      []string
}

// List is the examiners' desk.
type List struct {
	layout.Frame
	StandIn       bool
	Waiting, Past []Line
}

// Line is one report in a list.
type Line struct {
	URL, Text, State, Received, Clause string
	Anonymous                          bool
	Messages                           int
}

// One is one report.
type One struct {
	layout.Frame
	ID, State, Received, Reporter string
	Happened, Evidence            []string
	Place, Accused, Named, Note   string
	Clause                        []parts.Chip
	Version                       int64
	To                            []string // states that may follow
	Talk                          []Message
	History                       []Step
	Reward                        *Reward
	MayPropose                    bool
	Form                          string
	Text, Why, Amount, Honour     string // as typed
	Reason                        string
	Errors                        map[string]string
}

// Step is one line of the history.
type Step struct{ Act, By, When, Note string }

// Reward is one reward.
type Reward struct {
	ID, What, Reason, State, By, Decision string
	Clause                                parts.Chip
	Mine                                  bool // the reader proposed it
	Wrong                                 string
}

// Rewards is where rewards are decided and handed over.
type Rewards struct {
	layout.Frame
	Waiting, Other []Reward
	Typed, Paid    string
	StandIn        bool // reports that name every inspector wait for the reader
	Errors         map[string]string
}

func stateTag(state string) string {
	switch state {
	case "received", "proposed":
		return "tag tag-now"
	case "substantiated", "approved", "collected":
		return "tag tag-pass"
	}
	return "tag"
}
