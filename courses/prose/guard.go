package prose

import (
	"regexp"
	"strings"
)

// What a page may ask of the reader of Markdown, whose work grows with the square of some of it. People write
// a few dozen marks in a paragraph and nest three deep.
const markLimit = 1000 // marks in a run of lines without a blank one

// cellLimit is how many cells of tables a text may ask for beyond its length in bytes. Every row of a table is filled up to the
// width of its head, so that a wide head over many short rows would be a page of as many cells as the square of its length.
const cellLimit = 500

// Sixteen quotations or lists within each other on one line, or as much indentation as that would need.
var (
	marks  = regexp.MustCompile("\\*+|_+|`+|[\\[\\]<>!&\\\\]")
	nested = regexp.MustCompile(`^(\s*(>|[-*+][ \t]|\d{1,9}[.)][ \t])){16}`)
	spaces = regexp.MustCompile(`^[ \t]{64}`)
)

// intricate gives the line (from 1) at which a text asks for more than that, or 0.
func intricate(body string) int {
	var r run
	cells := 0 // cells of the runs before this one
	for i, line := range strings.Split(body, "\n") {
		if nested.MatchString(line) || spaces.MatchString(line) {
			return i + 1
		}
		if strings.TrimSpace(line) == "" {
			cells += r.cells()
			r.lines = 0
			continue
		}
		if r.lines == 0 {
			r.begun, r.marks, r.bars = i+1, 0, 0
		}
		if r.add(line); r.marks > markLimit || cells+r.cells() > len(body)+cellLimit {
			return r.begun
		}
	}
	return 0
}

// run is lines without a blank one.
type run struct{ begun, lines, marks, bars int }

func (r *run) add(line string) {
	r.lines++
	r.marks += len(marks.FindAllStringIndex(line, markLimit+1))
	r.bars = max(r.bars, strings.Count(line, "|"))
}

// cells is how many cells a table could have that is made of the lines: as many in each as the widest has bars.
func (r *run) cells() int { return r.lines * r.bars }
