// Package practice draws rehearsals: the worlds to choose from, a world at work, the look back, the proof.
package practice

import (
	"fmt"
	"slices"

	"tongguan/web/layout"
	"tongguan/web/parts"
)

// Choose is the page on which a rehearsal begins.
type Choose struct {
	layout.Frame
	Form    string
	Scripts []Script
	Beside  []Script // beside the six stages: leading and supervision
	Skills  []Skill
	Next    string // the scene that the weakest skills speak for
	Worlds  []World
	Past    []Past
}

// unfinished says whether there is something to go on with.
func (c Choose) unfinished() bool {
	return slices.ContainsFunc(c.Past, func(p Past) bool { return p.Open })
}

// World is one that can be played in.
type World struct {
	Name, Title, About string
	Accounts, Days     int
	Minutes            int // about what it takes to play
}

// Past is a rehearsal of the reader's.
type Past struct {
	URL, World, When, Value string
	Mode                    string // of a scene
	Started                 int64
	Turns                   int
	Open, Branch            bool
}

// Play is a world at work.
type Play struct {
	layout.Frame
	Title, When string
	Left        string // days left
	Used        int    // per cent of the time
	Figures     []Figure
	Form, Close string
	Turn        int
	Accounts    []Row
	Name        string // of the account that is open
	Account     int
	Facts       []Figure
	Needs       []Need
	Persons     []Person
	Rail        parts.Rail
	Counter     string // the customer's last offer
	Offer       []parts.Select
	OfferHint   string
	Groups      []Group
	News        []string
	Problem     string
	Over        bool
	Advice      string // what an expert would do
	AdviceWhy   []parts.Chip
}

// Figure is a number with its name.
type Figure struct{ Label, Value string }

// Row is one account in the list.
type Row struct {
	URL, Name, Stage, State string
	Kind                    string // of the tag
	Trust, Patience         int    // per cent
	Met, Current, Gone      bool
}

// Need is something the customer was found to need.
type Need struct {
	Text      string
	Confirmed bool
}

// Person is one of the decision unit.
type Person struct {
	Role, View string
	Met        bool
}

// Group is the acts of one stage.
type Group struct {
	Title string
	Acts  []Act
}

// Act is one that can be done now.
type Act struct {
	Kind, Arg, Label, Minutes, Clause string
	Key                               string // the key that does it
	Danger                            bool
}

// Debrief is a rehearsal looked back on.
type Debrief struct {
	layout.Frame
	Back          parts.Link
	Title         string
	Person, When  string
	Value         string
	Figures       []Figure
	Parts         []Figure // that the value is made of; they add up to it
	Grades        []Grade
	Graph         Graph
	Moments       []Mark // the acts that lost most
	Marks         []Mark
	Funnel        []Bar
	Time          []Bar
	Proof         string
	Branch, Again string // where forms post to; "" where it is not the reader's own
	World         string
	Improve       []parts.Chip
	Breaches      []Breach
}

// Grade is how many acts were so good.
type Grade struct {
	Name, Text string
	Count      int
}

// Mark is what the review says of one act.
type Mark struct {
	Turn                            int
	When, Account, Act, Grade, Text string
	Loss, Win, Better, Gain         string
	Clauses                         []parts.Chip
}

// Bar is a number drawn as long as it is large.
type Bar struct {
	Label, Value string
	Percent      int
}

// Breach is a violation that was counted.
type Breach struct {
	Text, Count, Accounts, Fine string
	Clause                      parts.Chip
}

// Graph is the acts one after the other, each as high as what it lost.
type Graph struct {
	Bars  []GraphBar
	Width int
	Alt   string
}

// GraphBar is one act.
type GraphBar struct {
	X, Height int
	Grade     string
	Title     string
	URL       string
}

// graphHeight is how high the graph is drawn; the axis is in its middle.
const graphHeight = 120

func (g Graph) box() string { return fmt.Sprintf("0 0 %d %d", g.Width, graphHeight) }

func (b GraphBar) y() string { return fmt.Sprint(graphHeight - 14 - b.Height) }

// Proof is what recomputing a rehearsal showed.
type Proof struct {
	layout.Frame
	Back    parts.Link
	Whole   bool
	Text    string
	Figures []Figure
}
