// Package ask draws one question: as it is asked, with controls that need no script, and as it was marked.
package ask

import (
	"regexp"
	"strconv"
	"strings"

	"tongguan/web/parts"
	"tongguan/web/words"
)

// Body is a question with its controls. Which fields are filled depends on its type.
type Body struct {
	Mark      string // begins the ids of its elements, so that they are unique on the page
	Prefix    string // begins the names of its fields; "" where it is the only question of its form
	ID, Type  string
	Stem      string
	Count     string // "第3题，共10题"; "" where it stands alone
	Options   []Option
	Things    []Thing // matching
	Steps     []Step  // ordering, in the order in which they stand now
	Typed     string
	Units     string   // numeric, calculated: in which units a number may be given, "元、万元"
	Names     []string // the same one by one
	Bare      bool     // and that it may stand without one
	Longest   int      // open: characters, at most
	Pieces    []Piece
	Certainty *Certainty // nil where it is not asked for
	Problem   string     // why the answer could not be kept
}

// Option is one option.
type Option struct {
	ID, Letter, Text string
	Chosen           bool
}

// Thing is what a partner is looked for.
type Thing struct {
	ID, Text string
	Partners []parts.Choice
}

// Step is one step of an ordering; Place counts from 1 and is 0 where none was chosen yet.
type Step struct {
	ID, Text string
	Place    int
}

// Piece is a piece of a passage, and the gap after it, if there is one.
type Piece struct {
	Text string
	Gap  *Gap
}

// Gap is a gap of a passage: choices, or something to type.
type Gap struct {
	ID, Label, Value string
	Choices          []parts.Choice
	Number           bool
}

// Certainty asks how sure one is: 1 to 3.
type Certainty struct {
	Chosen int
	Levels []Level
}

// Level is one degree of certainty, and what it brings.
type Level struct {
	Value        int
	Name, Brings string
}

// Case is a passage, and maybe a table, that several questions are about.
type Case struct {
	Title      string
	Paragraphs []string
	Table      [][]string // the first row is the heading
}

// figures says whether a column of the table holds figures alone: amounts, counts, shares.
func (c Case) figures(column int) bool {
	for _, row := range c.Table[1:] {
		if column < len(row) && !figure.MatchString(row[column]) {
			return false
		}
	}
	return len(c.Table) > 1
}

// figure is a number with a sign, a currency or a unit beside it, or the dash that stands for none.
var figure = regexp.MustCompile(`^(—|-|–|[-+−±≤≥<>约]?\s*[¥$€£]?\s*\d[\d,. ]*\s*\S{0,4}(\s\S{1,8})?)$`)

// States of a marked question.
const (
	Right   = "right"
	Partly  = "partly"
	Wrong   = "wrong"
	Blank   = "blank"   // not answered
	Pending = "pending" // people have still to mark it
	Given   = "given"   // answered; how it was marked is not shown
	Voided  = "voided"  // taken out of the marking
)

// Marked is a question with what was answered and, where that is shown, what is right.
type Marked struct {
	Mark, Stem, Type string
	State            string // one of the states
	Points           int    // hundredths
	Shown            bool   // what is right is shown
	Options          []MarkedOption
	Rows             []Row // matching, ordering
	Pieces           []MarkedPiece
	Typed            string
	Answer           string // typed questions: what is right
	Within           string // and how far off it may be
	Criteria         []Criterion
	Notes            []string // what markers wrote
	Explanation      string
	Certainty        string // what the certainty brought
	Clauses          []parts.Chip
	Lessons          []parts.Link
}

// MarkedOption is one option of a marked question.
type MarkedOption struct {
	Letter, Text, Why string
	Chosen, Right     bool
	Some              bool // it earns a part
}

// Row is a line of a matching or an ordering.
type Row struct {
	Label, Given, Right string
	OK                  bool
}

// MarkedPiece is a piece of a passage, and the gap after it.
type MarkedPiece struct {
	Text         string
	Gap          bool
	Given, Right string
	OK           bool
}

// Criterion is a row of a rubric with the levels that were given.
type Criterion struct {
	Title string
	Given []Anchor
	Most  int
}

// Anchor is a level of a criterion.
type Anchor struct {
	Text   string
	Points int
}

func (b Body) name(field string) string { return b.Prefix + field }

func (b Body) inputType() string {
	if b.Type == "multiple" {
		return "checkbox"
	}
	return "radio"
}

// describedBy names what explains the field of a typed question.
func (b Body) describedBy() string {
	out := b.Mark + "-hint"
	if b.Problem != "" {
		out = b.Mark + "-problem " + out
	}
	return out
}

// size is how wide a gap is, in characters: as wide as its longest choice, or a number, or a few words.
func (g Gap) size() string {
	if g.Number {
		return "6"
	}
	return "12"
}

// places are the places that a step may take.
func places(n, chosen int) []parts.Choice {
	out := make([]parts.Choice, n)
	for i := range out {
		text := strconv.Itoa(i + 1)
		out[i] = parts.Choice{Value: text, Text: text, Chosen: i+1 == chosen}
	}
	return out
}

func (b Body) placed() bool { return len(b.Steps) > 0 && b.Steps[0].Place > 0 }

func str(n int) string { return strconv.Itoa(n) }

// verdict says what became of an option: chosen or missed, right or wrong.
func (m Marked) verdict(v words.Voice, o MarkedOption) string {
	switch {
	case !m.Shown && o.Chosen:
		return v.T("review.chosen")
	case !m.Shown:
		return ""
	case o.Chosen && o.Right:
		return v.T("review.chosen_right")
	case o.Chosen && o.Some:
		return v.T("review.chosen_some")
	case o.Chosen:
		return v.T("review.chosen_wrong")
	case o.Right:
		return v.T("review.missed")
	}
	return ""
}

// longStem is from how many Latin letters on a stem is split; a Chinese character counts as two.
const longStem = 110

// split parts a long stem into what is told and the last sentence, which asks.
func split(stem string) (lead, question string) {
	width, cut := 0, 0
	runes := []rune(strings.TrimSpace(stem))
	for i, r := range runes {
		if width++; r > 0x2e80 {
			width++
		}
		ends := strings.ContainsRune("。！？\n", r) || i+1 < len(runes) && strings.ContainsRune(".!?”", r) && (runes[i+1] == ' ' || r == '”')
		if next := i + 1; ends && next < len(runes)-1 {
			if runes[next] == '”' {
				next++
			}
			if r != '”' || i > 0 && strings.ContainsRune("。！？.!?", runes[i-1]) {
				cut = next
			}
		}
	}
	if width < longStem || cut == 0 {
		return "", stem
	}
	return strings.TrimSpace(string(runes[:cut])), strings.TrimSpace(string(runes[cut:]))
}
