// Package scenario reads role-play scripts and plays them.
//
// A script is a folder: Markdown for each language, the first of which also says what happens, the others only how it
// is said. Its beats lead from one to the next by what the learner picks, types, fills in or offers; what that does to
// the customer is done by package pipeline, in a territory of one account. A Play is a script, a seed and moves, and
// nothing else: the same three give the same play, word for word and number for number, on every machine.
package scenario

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"tongguan/quizzes/pipeline"
)

// Version of the rules of this package. A rule that changes what an old play comes to raises it.
const Version = 1

// First is the language whose file says what happens.
const First = "zh"

// Languages that every script has.
var Languages = []string{First, "en"}

// Levels, from the easiest.
var Levels = []string{"starter", "practised", "veteran"}

// Facts is the front matter of the first language: what is the same in every one.
type Facts struct {
	ID           string            `yaml:"id"`
	Stage        int               `yaml:"stage"` // 1 to 6
	Clauses      []string          `yaml:"clauses"`
	Level        string            `yaml:"level"`
	Minutes      int               `yaml:"minutes"` // of a learner's, about
	World        string            `yaml:"world"`   // whose products, terms and calendar apply
	Days         int               `yaml:"days"`    // working days until it is over; 0 is the world's
	Customer     Customer          `yaml:"customer"`
	Start        map[string]string `yaml:"start"` // field → expression
	Agreed       []int             `yaml:"agreed,flow"`
	Draws        map[string][]any  `yaml:"draws"` // what each seed draws: numbers or names
	Success      string            `yaml:"success"`
	Gone         string            `yaml:"gone"` // the beat after the customer has left
	Rubric       Rubric            `yaml:"rubric"`
	Behaviours   []Behaviour       `yaml:"behaviours"`
	Outcome      []Measure         `yaml:"outcome"`
	Relationship []Measure         `yaml:"relationship"`
	Pass         Pass              `yaml:"pass"`
	Exam         *Exam             `yaml:"exam"`
}

// Customer is the one account, as a segment of the world that holds nobody else.
type Customer struct {
	Size    []int64  `yaml:"size,flow"`
	Urgency [2]int64 `yaml:"urgency,flow"`
	Rival   [2]int64 `yaml:"rival,flow"`
	Credit  [2]int64 `yaml:"credit,flow"`
	Tactic  string   `yaml:"tactic"`
	Weights [4]int64 `yaml:"weights,flow"`
}

// Rubric is how many of the 100 points each part has.
type Rubric struct {
	Process      int `yaml:"process"`
	Outcome      int `yaml:"outcome"`
	Compliance   int `yaml:"compliance"`
	Relationship int `yaml:"relationship"`
}

// Behaviour is something to be seen in what a learner does.
type Behaviour struct {
	ID     string `yaml:"id"`
	Points int    `yaml:"points"`
	Clause string `yaml:"clause"`
}

// Measure turns a number at the end into points: none at From and below, all at To and beyond, in proportion between.
type Measure struct {
	ID      string `yaml:"id"`
	Points  int    `yaml:"points"`
	Clause  string `yaml:"clause"`
	Measure string `yaml:"measure"`
	From    int64  `yaml:"from"`
	To      int64  `yaml:"to"`
}

// Pass is what passing takes.
type Pass struct {
	Score int      `yaml:"score"`
	Must  []string `yaml:"must,flow"` // behaviours
}

// Exam says how a script is examined: the minutes, and between which points a seed's expected score must lie.
type Exam struct {
	Minutes int    `yaml:"minutes"`
	Band    [2]int `yaml:"band,flow"`
}

// Words is the front matter of every language: how things are called.
type Words struct {
	Title      string            `yaml:"title"`
	About      string            `yaml:"about"`
	Task       string            `yaml:"task"` // what the learner is to bring about
	Persona    Persona           `yaml:"persona"`
	Words      map[string]string `yaml:"words"`    // what drawn names are called
	Behaviours map[string]string `yaml:"shows"`    // what each behaviour is
	Measures   map[string]string `yaml:"measures"` // what each measure is
}

// Persona is whom the learner talks to.
type Persona struct {
	Name    string `yaml:"name"`
	Role    string `yaml:"role"`
	Company string `yaml:"company"`
	About   string `yaml:"about"`
}

// Kind is how a beat goes on.
type Kind string

// Kinds of beats.
const (
	Choose Kind = ""      // the learner picks an option
	Free   Kind = "free"  // the learner types; options are what can be meant
	Form   Kind = "form"  // the learner fills in facts
	Table  Kind = "offer" // the learner makes offers, or picks an option
)

// Beat is a moment of a scene.
type Beat struct {
	ID      string
	Kind    Kind
	Title   int // a text
	Texts   []passage
	Doing   doing // when it is entered
	Hint    int   // a text, −1 none
	Options []*Option
	Fields  []FormField
	Diverts []divert
	line    int
}

// Option is something a learner can do or say.
type Option struct {
	ID      string
	Text    int // a text
	When    *expression
	Again   bool // may be picked more than once
	Doing   doing
	Replies []passage
	Why     int                 // a text, −1 none
	Hint    int                 // a text, −1 none
	Means   []string            // dialogue acts that it is
	Says    map[string][]string // examples of what is typed, by language
	Diverts []divert
	beat    int
	number  int // among all options
	line    int
}

// FormField is a fact to be filled in.
type FormField struct {
	ID    string
	Label int // a text
	Is    expression
	at    int // counter
	line  int
}

// doing is what happens beside words.
type doing struct {
	acts    []pipeline.Act
	effects []effect
	shows   []shows
	breaks  []breaks
}

type effect struct {
	field   pipeline.Field
	counter int // −1 where it is a field
	put     bool
	value   expression
	when    *expression
}

type shows struct {
	behaviour int
	when      *expression
}

type breaks struct {
	clause string
	points int
	red    bool
	when   *expression
}

type divert struct {
	to   int // beat; ends where −1
	when *expression
	line int
}

// passage is a text that is shown when its condition holds. Neighbours with conditions are variants: the first that
// holds is shown.
type passage struct {
	who   Who
	text  int
	when  *expression
	again bool // said again when the play stays at its beat: the condition looks at visits or reply
}

// Who says or does a line.
type Who string

// Who can.
const (
	Narrator Who = "narrator"
	Client   Who = "customer"
	Rep      Who = "rep"
	Offers   Who = "offer" // the rep's, Value is the outcome
	News     Who = "news"  // of the engine, From to To are events of the log
	Asks     Who = "asks"  // the customer did not understand
)

// text is a sentence in every language, with places for values.
type text struct {
	pieces map[string][]piece
	holds  []hold // in order of first use, the same in every language
}

type piece struct {
	text string
	hold int // −1 where it is text
}

type hold struct {
	name   string
	format string
	at     node
}

// Script is a scenario that was read and found sound.
type Script struct {
	Facts
	Beats     []Beat
	Territory *pipeline.Territory

	words    map[string]Words
	texts    []text
	options  []*Option
	counters []string
	symbols  []string // their numbers count from symbolBase
	draws    []draw
	start    []effect
	success  *expression
	gone     int
	outcome  []expression
	relation []expression
	source   source
	hash     string
}

type draw struct {
	name    string
	counter int
	values  []int64
}

// source is everything that a script was made of; with it a play can be proved when the content has long changed.
type source struct {
	Rules int               `json:"rules"`
	ID    string            `json:"id"`
	Files map[string]string `json:"files"`
	World json.RawMessage   `json:"world"`
}

// symbolBase is the number of the first drawn name.
const symbolBase = 1_000_001

// In gives the words of a script in a language.
func (s *Script) In(lang string) Words {
	if w, ok := s.words[lang]; ok {
		return w
	}
	return s.words[First]
}

// Hash names a script by everything it is made of: SHA-256, hex.
func (s *Script) Hash() string { return s.hash }

// Text is everything a script is made of, to be kept beside the plays.
func (s *Script) Text() []byte {
	out, _ := json.Marshal(s.source) // maps of strings
	return out
}

func hashOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Beat finds a beat by its id; −1 where there is none.
func (s *Script) beat(id string) int {
	for i := range s.Beats {
		if s.Beats[i].ID == id {
			return i
		}
	}
	return -1
}

// Option finds an option by its id.
func (s *Script) Option(id string) (*Option, bool) {
	for _, o := range s.options {
		if o.ID == id {
			return o, true
		}
	}
	return nil, false
}

// behaviour finds a behaviour by its id; −1 where there is none.
func (s *Script) behaviour(id string) int {
	for i, b := range s.Behaviours {
		if b.ID == id {
			return i
		}
	}
	return -1
}

// Rests gives every clause that the script rests on, sorted: its own, and those of its behaviours, of what is measured at the end
// and of the rules that can be broken in it.
func (s *Script) Rests() []string {
	out := slices.Clone(s.Clauses)
	for _, b := range s.Behaviours {
		out = append(out, b.Clause)
	}
	for _, m := range slices.Concat(s.Outcome, s.Relationship) {
		out = append(out, m.Clause)
	}
	rules := func(d doing) {
		for _, b := range d.breaks {
			out = append(out, b.clause)
		}
	}
	for i := range s.Beats {
		rules(s.Beats[i].Doing)
	}
	for _, o := range s.options {
		rules(o.Doing)
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(id string) bool { return id == "" })
}
