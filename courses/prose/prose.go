// Package prose is Markdown of one language made into HTML, with what search and the linter need to know of it.
//
// It is as safe with words that somebody has typed as with those of the content: no HTML of the text is ever passed
// on, links lead only to places of this house, and what would cost too much to read is refused.
package prose

import "regexp"

// Languages are those of the content; the first is the one that others are compared with.
var Languages = []string{"zh", "en"}

// Text is a sentence in both languages.
type Text struct {
	ZH string `yaml:"zh"`
	EN string `yaml:"en"`
}

// In gives the text in a language, or in the other one where it is not translated.
func (t Text) In(lang string) string {
	if t.ZH == "" || lang == "en" && t.EN != "" {
		return t.EN
	}
	return t.ZH
}

// Set puts a language's words in.
func (t *Text) Set(lang, words string) {
	if lang == "en" {
		t.EN = words
	} else {
		t.ZH = words
	}
}

// Page is a text in one language, ready to be drawn.
type Page struct {
	// Hash is, of a lesson, the hex SHA-256 of the module's key, a newline, the language, a newline, and Source.
	// Whoever keeps Source can prove by it what was read.
	Hash           string
	Source         string // Markdown, with the lesson's heading
	Blocks         []Block
	TOC            []Heading // levels 2 and 3
	Runes          int       // letters, digits and marks, without spaces
	ReadingMinutes int       // by Runes in Chinese, by words in English, rounded up

	Headings []Mark    // Text is the title
	Tables   []Mark    // Text is the name it got
	Checks   []Mark    // Text is the id
	Callouts []Mark    // Text is the kind
	Figures  []Mark    // Text is the id
	Lessons  []Mark    // Text is the key that a link leads to
	Terms    []Mark    // Text is the id of a term of the glossary, in the order in which they are linked
	Passages []Passage // what search finds
	Spots    []Spot    // what is wrong
	Refused  bool      // it was not rendered at all
}

// Block is a run of HTML, or the id of an inline check that is drawn in its place.
type Block struct{ HTML, Check string }

// Heading is an entry of a page's table of contents.
type Heading struct {
	Level    int
	ID, Text string
}

// Mark is a thing on a page; lines count from the heading of the text, which is line 0.
type Mark struct {
	Level, Line int
	Text        string
}

// Passage is a run of plain text under a heading.
type Passage struct {
	Anchor, Heading, Text string
	Title                 bool // it is the heading itself
	Line                  int
}

// Spot is something wrong on a page: the key of the sentence that says it, and what fills its gaps.
type Spot struct {
	Line int
	Key  string
	Args []any
}

var (
	slug         = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	clauseNumber = regexp.MustCompile(`^\d+(\.\d+)*$`)
	fenceLine    = regexp.MustCompile("^[ \t>]*(?:(?:[-*+]|\\d{1,9}[.)])[ \t]+)*(`{3,}|~{3,})[ \t]*(.*?)[ \t]*$")
)

// IsSlug says whether a word can be an identifier of the content: small letters, digits, single hyphens.
func IsSlug(s string) bool { return slug.MatchString(s) }

// IsClause says whether a word is the number of a clause.
func IsClause(s string) bool { return clauseNumber.MatchString(s) }

// Fence gives the marks that open or close a block of code, and what stands behind them; "" of any other line.
func Fence(line string) (marks, info string) {
	if f := fenceLine.FindStringSubmatch(line); f != nil {
		return f[1], f[2]
	}
	return "", ""
}

// Clip shortens what a message quotes.
func Clip(s string, runes int) string {
	if r := []rune(s); len(r) > runes {
		return string(r[:runes]) + "…"
	}
	return s
}
