package prose

import (
	"regexp"
	"strings"
)

// What a page may ask of the reader of Markdown, whose work grows with the square of some of it. People write
// a few dozen marks in a paragraph and nest three deep.
const markLimit = 1000 // marks in a run of lines without a blank one

// Sixteen quotations or lists within each other on one line, or as much indentation as that would need.
var (
	marks  = regexp.MustCompile("\\*+|_+|`+|[\\[\\]<>!&\\\\]")
	nested = regexp.MustCompile(`^(\s*(>|[-*+][ \t]|\d{1,9}[.)][ \t])){16}`)
	spaces = regexp.MustCompile(`^[ \t]{64}`)
)

// intricate gives the line (from 1) at which a text asks for more than that, or 0.
func intricate(body string) int {
	begun, count := 0, 0
	for i, line := range strings.Split(body, "\n") {
		if nested.MatchString(line) || spaces.MatchString(line) {
			return i + 1
		}
		if strings.TrimSpace(line) == "" {
			count = 0
			continue
		}
		if count == 0 {
			begun = i + 1
		}
		if count += len(marks.FindAllStringIndex(line, markLimit+1)); count > markLimit {
			return begun
		}
	}
	return 0
}
