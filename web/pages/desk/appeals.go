package desk

import (
	"strings"

	"tongguan/web/layout"
	"tongguan/web/parts"
)

// Appeals lists the questions that somebody objects to.
type Appeals struct {
	layout.Frame
	Questions []AppealedQuestion
}

// AppealedQuestion is a question with its open objections.
type AppealedQuestion struct {
	Stem, Module, Version string
	Appeals               []AppealLine
}

// AppealLine is one objection in the list.
type AppealLine struct{ URL, Text, When string }

// Dispute is one objection, to be decided.
type Dispute struct {
	layout.Frame
	Asked
	ID        string
	Text      []string // paragraphs of the objection
	When      string
	Given     []string // what was answered; empty for nothing
	Earned    string   // "40 %"
	Void      bool     // the question was taken out meanwhile
	State     string   // open, upheld or rejected
	Answer    string   // the reason of the decision
	Responses []Response
	OnlyVoid  bool   // no response can be taken as right as well
	Typed     bool   // another response can be typed
	Kind      string // what was chosen: accept or void
	Chosen    string // the response that was chosen
	Other     string // the response that was typed
	Reason    string
	Rejection string
	Errors    map[string]string
}

// Response is one answer that somebody gave, and how often it was given.
type Response struct {
	Value  string // of the form's field
	Lines  []string
	People int
	Share  int // per cent
	Earned string
	Full   bool // it earns everything already
	This   bool // it is the one that was given here
}

// Effect is the dry run of a correction.
type Effect struct {
	layout.Frame
	Module, Version, Stem string
	Kind                  string
	Response              []string
	Reason                string
	Settled, Rise, Pass   int
	Open, Pending         int
	Rows                  []EffectRow
	More                  int            // rows that are not listed
	Fields                []parts.Choice // hidden ones: Value is the name, Text the value
	Action, Back          string
}

// EffectRow is one result that would rise.
type EffectRow struct {
	Who           string // a name where the reader may see it, else "结果 1"
	Named         bool
	When          string
	Before, After string
	Passes        bool // it becomes a pass
	Passed        bool // it was one before
}

// joined writes the lines of a response as one.
func joined(lines []string) string { return strings.Join(lines, " · ") }
