// Package review draws qualitative reviews: what one has to give, the sheet itself, who is asked, and what a group found.
package review

import (
	"fmt"

	"tongguan/web/layout"
	"tongguan/web/parts"
)

// Home is what the reader reviews.
type Home struct {
	layout.Frame
	Clause []parts.Chip
	Open   []Line
	Given  []Line
	Desk   []DeskLine // panels that the reader looks after
	Looks  bool       // the reader looks after panels, though there may be none
}

// Line is one review in a list.
type Line struct {
	URL   string // "" where it can be changed no more
	Name  string
	Group string // key of the group
	Due   string
	Left  string // "还有 3 天"
	Soon  bool
	Takes string // "约 4 分钟"
}

// DeskLine is one panel in a list.
type DeskLine struct {
	URL, Name, Due string
	Asked, Given   int
}

// Item is one thing to mark.
type Item struct {
	ID, Name string
	Anchors  [5]string // of 1 to 5
	Mark     int       // Unmarked, 0 for cannot say, or 1 to 5
	Comment  string
}

// Unmarked is the mark of an item of which nothing was chosen.
const Unmarked = -1

// markValues are the marks in the order in which they are offered.
var markValues = [5]int{1, 2, 3, 4, 5}

// Sheet is a form to mark somebody with.
type Sheet struct {
	layout.Frame
	Clause  []parts.Chip
	Action  string
	Request string
	Who     string
	Items   []Item
	Comment string
	Errors  map[string]string

	// of a colleague
	Group   string
	Due     string
	Minimum int
	Given   bool

	// of a customer
	Company, Contact string
	State            string // of the link
}

// Panel is who is asked about somebody, and what was found.
type Panel struct {
	layout.Frame
	Clause        []parts.Chip
	ID, Who, Due  string
	Closed, Own   bool
	Plan          bool // the reader changes who is asked
	Invite        bool // the reader invites customers
	Counts        []Count
	Asked         []Side
	People        []parts.Choice
	Groups        []parts.Choice
	Customers     []Customer
	Request       string
	Name, Email   string // of the customer, as entered
	Mails         bool   // links can be mailed
	Link, LinkFor string // of the invitation just made
	Results       []Result
	Errors        map[string]string
}

// Count is how many of a group, or of all, were asked and gave.
type Count struct {
	Group        string
	Asked, Given int
}

// Side is a group with who was asked.
type Side struct {
	Group  string
	People []Person
	Fixed  bool // somebody of it has given: nobody can be taken out
}

// Person is one who was asked.
type Person struct{ ID, Name string }

// Customer is one who was invited.
type Customer struct {
	ID, Name          string
	Withdrawn, Mailed bool
}

// Result is what a group found.
type Result struct {
	Group        string
	Asked, Given int
	Withheld     bool
	Minimum      int    // from so many on it is shown
	Raw          Value  // of 100
	Adjusted     *Value // nil where there is none
	Why          string // a sentence about why there is none
	Items        []Mean
	Comments     []string
	ByHand       bool // a customer's link was handed over by whoever made it
}

// Value is a figure from 0 to 100 with how long its bar is.
type Value struct {
	Text    string // "76.25"
	Percent int
}

// Mean is what a group gave for one item.
type Mean struct {
	Name string
	Value
	Remarks []string
}

// Points writes hundredths, 0 to 10000, as points of a hundred.
func Points(hundredths int64) Value {
	return Value{fmt.Sprintf("%d.%02d", hundredths/100, hundredths%100), int(hundredths+50) / 100}
}

// hint says how to comment: a colleague should not be recognised by it.
func (p Sheet) hint() string {
	if p.State != "" {
		return p.T("reviews.guest.comment_hint")
	}
	return p.T("reviews.comment_hint")
}

func number(n int) string { return fmt.Sprint(n) }

func markField(id string) string { return "mark." + id }

func commentField(id string) string { return "comment." + id }

// told names what explains a group of marks.
func told(id string, wrong bool) string {
	if wrong {
		return markField(id) + "-error"
	}
	return ""
}
