package courses

import (
	"tongguan/web/layout"
	"tongguan/web/parts"
)

// Resume is where somebody was in a lesson; nothing where Anchor is "".
type Resume struct {
	Anchor, Text string
	Part         int // thousandths of the way to the next heading
}

// Keeping tells the script what it may keep on the device of a lesson's module.
type Keeping struct {
	Module string // address of the module
	Shelf  string // name of the set of copies: another text is another name
	Until  int64  // how long copies may be read without a network, milliseconds since 1970 UTC
}

// Handout is a lesson as it stands on paper and in copies: nothing to fill in, nothing of a person.
type Handout struct {
	ID, Number, Heading, Version string
	Minutes                      int
	Clauses                      []parts.Chip
	Blocks                       []Block
}

// Printed is a module with all its lessons, to be printed.
type Printed struct {
	layout.Frame
	Course           parts.Link
	Heading, Summary string
	Minutes          int
	Clauses          []parts.Chip
	Lessons          []Handout
	Date, URL        string
}

// Copy is a lesson to be kept on a device. It is the same for everybody who may read it.
type Copy struct {
	layout.Frame
	Handout
	Place      string // course and module
	Taken      string // when the copy was made
	URL, Hash  string // of the lesson
	Shelf      string
	Contents   []Heading
	Prev, Next parts.Link
}

// sizes are those in which lessons can be set.
var sizes = []string{"small", "medium", "large"}
