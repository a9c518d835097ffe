package desk

import (
	"tongguan/web/layout"
	"tongguan/web/parts"
)

// Head is what waits for an author on the desk.
type Head struct {
	Marking, Appeals, Notes int
	Writes                  bool // the visitor writes content, and answers notes on it
}

// MarkingQueue lists the open answers that wait for a mark.
type MarkingQueue struct {
	layout.Frame
	Waiting []WaitingAnswer
}

// WaitingAnswer is one line of the queue.
type WaitingAnswer struct {
	URL, Stem, Module string
	Since             string // when it was handed in
	Days              int    // how long it has waited
	Turn              int    // which mark it would be
}

// Asked is a question as it was worded.
type Asked struct {
	Module, Version string
	Stem            string
	Case            string   // title of the case, "" for none
	Passage         []string // paragraphs of the case, or of the text with gaps
	Table           [][]string
	Options         []AskedOption
	Right           []string // the right answer, where it is no choice
	Explanation     string
	Clauses         []parts.Chip
}

// AskedOption is one option of a choice.
type AskedOption struct {
	Letter, Text string
	Right, Given bool
}

// MarkingSheet is one open answer to be marked.
type MarkingSheet struct {
	layout.Frame
	Asked
	Answer []string // paragraphs
	Length int      // characters
	Turn   int
	Rubric []Criterion
	Note   string
	Errors map[string]string // by field: level.ID, note, and "" for the whole form
	Others []OtherMark       // only for the third
	Left   int               // further answers that wait
	Action string
}

// Criterion is one row of the rubric.
type Criterion struct {
	ID, Title string
	Levels    []Level
}

// Level is an anchor of a criterion.
type Level struct {
	Value  string
	Points int
	Anchor string
	Chosen bool
}

// OtherMark is what somebody else thinks of the answer.
type OtherMark struct {
	Levels []OtherLevel // one a criterion
	Points int
	Note   string
}

// OtherLevel is the level that somebody else chose.
type OtherLevel struct {
	Points int
	Anchor string
}
