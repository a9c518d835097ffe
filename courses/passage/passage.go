// Package passage is the pieces of a lesson that one can point at: its paragraphs, list items, tables and figures.
//
// It works on a lesson as it is drawn, so that what somebody points at is what they have read, whatever the source looked like.
package passage

import (
	"html"
	"regexp"
	"slices"
	"strings"
)

// Kind is what a piece is.
type Kind string

// The kinds. A heading is no place to point at, but two versions of a lesson are compared by it too.
const (
	Paragraph Kind = "paragraph"
	Item      Kind = "item"
	Table     Kind = "table"
	Figure    Kind = "figure"
	Heading   Kind = "heading"

	label Kind = "label" // of a callout: not the author's words
)

// Piece is one piece of a lesson.
type Piece struct {
	Number int // from 1, in the order of the lesson; 0 for a heading
	Kind   Kind
	Under  string // words of the heading above
	Text   string // its words; a table's rows are lines

	block, at int // where something that belongs to it may be put in
}

var tag = regexp.MustCompile(`<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:[^>"]|"[^"]*")*)>`)

// cutting walks through the HTML of a lesson.
type cutting struct {
	pieces []Piece
	open   []*open // the innermost last
	hushed int     // depth of drawings, whose words are the drawing's
	under  string
	block  int
}

// open is a piece whose end has not come.
type open struct {
	piece, depth, at int // at is -1 until it is known
	tag              string
	text             strings.Builder
	closed           bool // what follows belongs to pieces inside it
}

// Cut gives the pieces of a lesson, drawn as runs of HTML that is well formed.
func Cut(blocks []string) []Piece {
	c := &cutting{}
	for i, b := range blocks {
		c.block, c.open, c.hushed = i, nil, 0
		c.cut(b)
	}
	var out []Piece
	number := 0
	for _, p := range c.pieces {
		if p.Text == "" || p.Kind == label {
			continue
		}
		if p.Kind != Heading {
			number++
			p.Number = number
		}
		out = append(out, p)
	}
	return out
}

func (c *cutting) cut(text string) {
	from := 0
	for _, m := range tag.FindAllStringSubmatchIndex(text, -1) {
		c.words(text[from:m[0]])
		name, attributes := strings.ToLower(text[m[4]:m[5]]), text[m[6]:m[7]]
		if m[3] > m[2] {
			c.end(name, m[0], m[1])
		} else {
			c.begin(name, attributes, m[0])
		}
		from = m[1]
	}
	c.words(text[from:])
}

func (c *cutting) top() *open {
	if len(c.open) == 0 {
		return nil
	}
	return c.open[len(c.open)-1]
}

func (c *cutting) words(text string) {
	if o := c.top(); o != nil && !o.closed && c.hushed == 0 {
		o.text.WriteString(html.UnescapeString(text))
	}
}

func (c *cutting) begin(name, attributes string, at int) {
	o := c.top()
	switch {
	case name == "svg":
		c.hushed++
	case name == "li":
		c.push(Item, name)
	case name == "figure" && o == nil:
		c.push(Figure, name)
	case name == "div" && o == nil && strings.Contains(attributes, "table-wrap"):
		c.push(Table, name)
	case name == "p" && o == nil && strings.Contains(attributes, "callout-label"):
		c.push(label, name)
	case (name == "p" || name == "pre") && o == nil:
		c.push(Paragraph, name)
	case len(name) == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6' && o == nil:
		c.push(Heading, name)
	case o == nil:
	case name == o.tag:
		o.depth++
	case name == "tr":
		o.text.WriteString(rowMark)
	case name == "td" || name == "th":
		o.text.WriteString(cellMark)
	case (name == "ul" || name == "ol") && o.tag == "li":
		o.closed = true
		o.here(at)
	}
}

func (o *open) here(at int) {
	if o.at < 0 {
		o.at = at
	}
}

func (c *cutting) push(k Kind, name string) {
	c.pieces = append(c.pieces, Piece{Kind: k, Under: c.under, block: c.block})
	c.open = append(c.open, &open{piece: len(c.pieces) - 1, tag: name, at: -1})
}

func (c *cutting) end(name string, from, to int) {
	o := c.top()
	switch {
	case name == "svg":
		c.hushed = max(0, c.hushed-1)
	case o == nil:
	case name == "p" && o.tag == "li", name == "figcaption":
		o.here(from)
		o.text.WriteString(" ")
	case name != o.tag:
	case o.depth > 0:
		o.depth--
	default:
		c.pop(o, from, to)
	}
}

func (c *cutting) pop(o *open, from, to int) {
	c.open = c.open[:len(c.open)-1]
	p := &c.pieces[o.piece]
	p.Text = strings.Join(strings.Fields(o.text.String()), " ")
	if p.Kind == Table {
		p.Text = rows(o.text.String())
		o.here(to)
	}
	o.here(from)
	p.at = o.at
	if p.Kind == Heading {
		c.under = p.Text
	}
}

// Marks in the words of a table where a row and a cell begin; no text holds them.
const (
	rowMark  = "\x1e"
	cellMark = "\x1f"
)

// rows writes a table as lines, its cells apart.
func rows(text string) string {
	var out []string
	for line := range strings.SplitSeq(text, rowMark) {
		var cells []string
		for cell := range strings.SplitSeq(line, cellMark) {
			if cell = strings.Join(strings.Fields(cell), " "); cell != "" {
				cells = append(cells, cell)
			}
		}
		if len(cells) > 0 {
			out = append(out, strings.Join(cells, " | "))
		}
	}
	return strings.Join(out, "\n")
}

// Mark puts something at the end of every piece that one can point at; blocks are those that were cut.
func Mark(blocks []string, pieces []Piece, what func(Piece) string) []string {
	byBlock := make([][]Piece, len(blocks))
	for _, p := range pieces {
		if p.Number > 0 {
			byBlock[p.block] = append(byBlock[p.block], p)
		}
	}
	out := make([]string, len(blocks))
	for i, b := range blocks {
		slices.SortStableFunc(byBlock[i], func(a, b Piece) int { return a.at - b.at })
		var text strings.Builder
		from := 0
		for _, p := range byBlock[i] {
			text.WriteString(b[from:p.at])
			text.WriteString(what(p))
			from = p.at
		}
		text.WriteString(b[from:])
		out[i] = text.String()
	}
	return out
}
