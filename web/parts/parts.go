// Package parts is what pages are made of: the stage rail, clause chips, progress, fields, tables' links.
package parts

import (
	"fmt"

	"tongguan/web/words"
)

// Stages of the sales process, in their order; the rail always shows all six.
var Stages = []string{"develop", "understand", "design", "negotiate", "deliver", "care"}

// States of a gate.
const (
	Passed  = "passed"
	Current = "current" // begun, or what is next
	Waiting = "open"    // can be begun
	Later   = "later"   // nothing to learn there yet
)

// Gate is one stage on the rail.
type Gate struct {
	Stage  string // one of Stages
	State  string
	URL    string // "" where there is nowhere to go
	AtWork bool   // of an opportunity, not of a course
}

// stateKey names how a gate stands: what is not taught yet in a course is only ahead in an opportunity.
func (g Gate) stateKey() string {
	if g.AtWork && g.State == Later {
		return "gate.ahead"
	}
	return "gate." + g.State
}

// Rail is the stage rail.
type Rail struct {
	Gates []Gate
	Mini  bool // without names, for a narrow place
}

func (r Rail) class() string {
	if r.Mini {
		return "rail rail-mini"
	}
	return "rail"
}

// Link is a place to go.
type Link struct{ Text, URL string }

// Chip is a clause of the policy.
type Chip struct{ ID, Title, URL string }

// Field is one input of a form with its label, a hint and what is wrong with it.
type Field struct {
	ID, Name, Label, Value string
	Type                   string // of the input; "" for text
	Hint, Error            string
	Autocomplete           string
	Required               bool
	Min, Max               string
}

func (f Field) inputType() string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

// describedBy names the elements that explain the input.
func (f Field) describedBy() string {
	switch {
	case f.Hint != "" && f.Error != "":
		return f.ID + "-error " + f.ID + "-hint"
	case f.Error != "":
		return f.ID + "-error"
	case f.Hint != "":
		return f.ID + "-hint"
	}
	return ""
}

// Choice is one option of a select.
type Choice struct {
	Value, Text string
	Chosen      bool
}

// Select is a choice of one among many.
type Select struct {
	ID, Name, Label, Hint, Error string
	Empty                        string // text of the option for nothing; "" for none
	Choices                      []Choice
}

func (s Select) describedBy() string {
	return Field{ID: s.ID, Hint: s.Hint, Error: s.Error}.describedBy()
}

// barLabel is what a progress bar says to who cannot see it.
func barLabel(v words.Voice, percent int) string { return v.T("parts.progress", "percent", percent) }

// barWidth is the filled part of a bar that is a hundred units wide.
func barWidth(percent int) string { return fmt.Sprint(min(max(percent, 0), 100)) }

// ringDash draws that part of a circle of circumference 100.
func ringDash(percent int) string { return fmt.Sprintf("%d 100", min(max(percent, 0), 100)) }
