package desk

import (
	"fmt"

	"tongguan/web/layout"
	"tongguan/web/parts"
)

// Stats are the statistics of one version of a quiz.
type Stats struct {
	layout.Frame
	Module, Heading, Lead string
	Parallel              string // how alike papers are by the blueprint; "" where there is none
	Address               string // of this page, without a query
	Versions              parts.Select
	Notes                 []string // few attempts, attempts still to come
	Attempts              int
	Figures               []Reading
	More                  []Fact
	Scores                Scores
	Items                 []ItemStats
	Sorts                 map[string]Sort // of the table's columns
	CSV, All              string          // addresses: the table as a file, the page with every question open
}

// Reading is a figure with what it means and what to do.
type Reading struct {
	Label, Value, Text string
	State              string // pass, now, red or ""
}

// Sort is the heading of a column that the table can be sorted by.
type Sort struct {
	URL, Order string // Order is ascending, descending or ""
}

// Scores is the distribution of the scores.
type Scores struct {
	Alt, Text string
	Bars      []ScoreBar
	Pass      int // per cent
	PassText  string
}

// ScoreBar is one class of scores.
type ScoreBar struct {
	Label  string
	Count  int
	Height int // of a hundred
	Passed bool
}

// Where the chart stands in its box.
const (
	scoreLeft, scoreStep, scoreTop, scoreBase = 20, 32, 34, 164
)

func scoreX(i int) string          { return fmt.Sprint(scoreLeft + i*scoreStep) }
func scoreMiddle(i int) string     { return fmt.Sprint(scoreLeft + i*scoreStep + (scoreStep-4)/2) }
func (b ScoreBar) top() int        { return scoreBase - b.Height*(scoreBase-scoreTop)/100 }
func (b ScoreBar) y() string       { return fmt.Sprint(b.top()) }
func (b ScoreBar) labelY() string  { return fmt.Sprint(b.top() - 5) }
func (b ScoreBar) length() string  { return fmt.Sprint(scoreBase - b.top()) }
func (s Scores) passAt() int       { return scoreLeft - 2 + s.Pass*scoreStep/10 }
func (s Scores) passX() string     { return fmt.Sprint(s.passAt()) }
func (s Scores) passTextX() string { return fmt.Sprint(s.passAt() - 5) }

// ItemStats is one question.
type ItemStats struct {
	ID, Stem, URL          string
	Open                   bool
	Answers                int
	Exposure               string
	Facility, Facilities   string // the value and its interval
	Discrimination, Within string
	Weight, Intended       string
	Tags                   []Tag
	Actions                []string
	Action                 string // the first of them, for the table; "" where there is nothing to do
	Facts                  []Fact
	Options                []OptionStats
	Clauses                []parts.Chip
}

// Tag is a plain reading of a question.
type Tag struct{ Text, State string }

// OptionStats is one option of a question.
type OptionStats struct {
	Letter, Text, Chosen, Share, Shares, Rest, Correlation, Within, Reading, State string
	Right                                                                          bool
	Percent                                                                        int
}

func (t Tag) class() string {
	if t.State == "" {
		return "tag"
	}
	return "tag tag-" + t.State
}
