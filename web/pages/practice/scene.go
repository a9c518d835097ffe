package practice

import (
	"fmt"
	"strings"

	"tongguan/web/layout"
	"tongguan/web/parts"
)

// Script is a scene that can be played.
type Script struct {
	ID, Title, About, Level, Stage string
	Minutes                        int
	Clauses                        []parts.Chip
	Exam                           string // what the exam is like; "" where there is none
	Best                           string // the reader's best result; "" where there is none
	Passed                         bool
}

// Skill is what the reader has shown of a group of clauses.
type Skill struct {
	Title, Value string
	Trend        string // the latest plays beside those before; "" where there are none before
	Percent      int
}

// Persona is whom the learner talks to.
type Persona struct{ Name, Role, Company, About string }

// Initial is what stands in the circle beside the name.
func (p Persona) Initial() string {
	if r := []rune(p.Name); len(r) > 0 {
		return string(r[:1])
	}
	return "·"
}

// Scene is a script at work.
type Scene struct {
	layout.Frame
	Title, Task, Mode string
	When, Left        string
	Persona           Persona
	Lines             []SceneLine
	Beat              string
	Turn              int
	Choices           []SceneChoice
	Maybe             []SceneChoice // what a sentence may have meant
	Free              bool
	Said              string // what was typed and could not be accepted
	Fields            []parts.Field
	Offer             []parts.Select
	OfferHint         string
	Counter           string
	Form, Close       string
	Problem           string
	Rail              parts.Rail
	Facts             []Figure
	Persons           []Person
	Needs             []Need
	Hint              string
	Clauses           []parts.Chip
	Due               string // milliseconds
	DueText           string
}

// SceneLine is one line of the conversation.
type SceneLine struct {
	Who, Name, Text string
	Understood      string // what a typed sentence was understood as
	Latest          bool
	Turn            int
	Mark            *Mark       // what the review says, on the debrief
	Notes           []SceneNote // remarks, on the debrief
}

// SceneChoice is something to be picked.
type SceneChoice struct{ ID, Text, Hint string }

// SceneNote is a remark of a manager's or trainer's.
type SceneNote struct{ Author, When, Text string }

// ScoreGroup is a part of the score with its items.
type ScoreGroup struct {
	Title, Points, Of string
	Percent           int
	Items             []ScoreItem
}

// ScoreItem is a line of the score.
type ScoreItem struct {
	Text, Points, Of, Turns string
	Good, Bad               bool
	Clause                  parts.Chip
}

// Look is a play looked back on.
type Look struct {
	layout.Frame
	Back          parts.Link
	Title, Person string
	When, Mode    string
	Score         string
	Passed        bool
	Verdict       string
	Why           []string // why it was not passed
	Groups        []ScoreGroup
	Formula       []string
	Grades        []Grade
	Curve         Curve
	Moments       []LookMark
	Every         []LookMark
	Lines         []SceneLine
	Picture       *Picture
	Proof         string
	Branch        string
	Again         string
	Script        string
	Improve       []parts.Chip
	NoteForm      string
	RateForm      string
	Problem       string
	Rates         []RateItem
	Agreement     string
	Turns         []parts.Choice
}

// LookMark is a moment of the game.
type LookMark struct {
	Turn                             int
	Move, Grade, Text, Loss, SE      string
	Better, Why, MyWhy, Win, Expects string
	Margin                           string
	Clauses                          []parts.Chip
}

// RateItem is something a rater scores.
type RateItem struct {
	ID, Title, Low, Middle, High string
	Value                        int
	Others                       string
}

// Curve is the chance of success and the score that can be expected, move by move.
type Curve struct {
	Points []CurvePoint
	Alt    string
}

// CurvePoint is a move.
type CurvePoint struct {
	Win, Value int // per cent of the height
	Grade      string
	Title      string
}

// Shape of the curve.
const (
	curveStep = 34
	curveTop  = 110
)

func (c Curve) width() int   { return max(320, 24+len(c.Points)*curveStep) }
func (c Curve) box() string  { return fmt.Sprintf("0 0 %d %d", c.width(), curveTop+20) }
func curveX(i int) int       { return 16 + i*curveStep }
func curveY(percent int) int { return 8 + (100-min(100, max(0, percent)))*(curveTop-8)/100 }
func (c Curve) line(of func(CurvePoint) int) string {
	var b strings.Builder
	for i, p := range c.Points {
		fmt.Fprintf(&b, "%d,%d ", curveX(i), curveY(of(p)))
	}
	return b.String()
}
func (c Curve) wins() string   { return c.line(func(p CurvePoint) int { return p.Win }) }
func (c Curve) values() string { return c.line(func(p CurvePoint) int { return p.Value }) }

// Picture is a negotiation drawn: to the right what it is worth to the company, upwards what to the customer.
type Picture struct {
	Alt      string
	Others   []Spot
	Frontier string // of a polyline
	Reserve  [2]int
	Mine     []Spot
	Theirs   []Spot
	Paths    [2]string // the company's offers, the customer's
	Deal     *Spot
	Nash     *Spot
	Facts    []Figure
}

// Spot is a place in the picture, 0 to 300 each way.
type Spot struct {
	X, Y  int
	Title string
}

func (s Spot) diamond() string {
	return fmt.Sprintf("%d,%d %d,%d %d,%d %d,%d", s.X, s.Y-7, s.X+7, s.Y, s.X, s.Y+7, s.X-7, s.Y)
}

func num(n int) string { return fmt.Sprint(n) }
