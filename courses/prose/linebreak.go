package prose

import (
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// lineBreaks takes the space away that a newline in the source would make beside Chinese. (goldmark's own
// extension also glues English words together where the next line begins with bold, hence this one.)
type lineBreaks struct {
	eitherSide bool // one Chinese neighbour is enough; else both must be
}

// Transform looks at each newline of the text.
func (b lineBreaks) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	source := reader.Source()
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := n.(*ast.Text); ok && entering && t.SoftLineBreak() && b.closes(source, t.Segment.Stop) {
			t.SetSoftLineBreak(false)
		}
		return ast.WalkContinue, nil
	})
}

// closes looks past spaces and marks at the characters on both sides of a newline.
func (b lineBreaks) closes(source []byte, at int) bool {
	const marks = " \t\r\n*_`[]()>~"
	before, _ := utf8.DecodeLastRuneInString(strings.TrimRight(string(source[max(0, at-64):at]), marks))
	after, _ := utf8.DecodeRuneInString(strings.TrimLeft(string(source[at:min(len(source), at+64)]), marks))
	if b.eitherSide {
		return IsWide(before) || IsWide(after)
	}
	return IsWide(before) && IsWide(after)
}
