package prose

import (
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
	"golang.org/x/text/width"
)

// emphasis reads stars beside Chinese. CommonMark decides whether a run of stars opens or closes by the spaces
// and punctuation around it, and so supposes spaces between words: **价格:**客户 stays as typed. Here a wide
// character outside the run counts as a space would, and wide punctuation inside it does not count as
// punctuation. Runs without a wide neighbour are read exactly as CommonMark has them.
type emphasis struct {
	ambiguousIsWide bool // “”, … and — are Chinese in a Chinese text
}

// Trigger gives the bytes that begin a run.
func (emphasis) Trigger() []byte { return []byte{'*'} }

// IsDelimiter says whether a byte belongs to a run.
func (emphasis) IsDelimiter(b byte) bool { return b == '*' }

// CanOpenCloser says whether two runs may pair.
func (emphasis) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	return opener.Char == closer.Char
}

// OnMatch makes the node of a pair.
func (emphasis) OnMatch(consumes int) ast.Node { return ast.NewEmphasis(consumes) }

// Parse reads one run.
func (e emphasis) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	line, segment := block.PeekLine()
	run := parser.ScanDelimiter(line, before, 1, e)
	if run == nil {
		return nil
	}
	after, _ := utf8.DecodeRune(line[run.OriginalLength:])
	if run.OriginalLength == len(line) {
		after = '\n'
	}
	run.CanOpen = run.CanOpen || e.holds(after, before)
	run.CanClose = run.CanClose || e.holds(before, after)
	run.Segment = segment.WithStop(segment.Start + run.OriginalLength)
	block.Advance(run.OriginalLength)
	pc.PushDelimiter(run)
	return run
}

// holds says whether a run has its text on the inner side, as seen from Chinese.
func (e emphasis) holds(inner, outer rune) bool {
	if util.IsSpaceRune(inner) {
		return false
	}
	return e.wide(inner) || util.IsPunctRune(inner) && e.wide(outer)
}

func (e emphasis) wide(r rune) bool {
	return IsWide(r) || e.ambiguousIsWide && r > 0x7f && width.LookupRune(r).Kind() == width.EastAsianAmbiguous
}

// IsWide says whether a character is as wide as a Chinese one: characters, kana, hangul, full-width punctuation.
func IsWide(r rune) bool {
	k := width.LookupRune(r).Kind()
	return k == width.EastAsianWide || k == width.EastAsianFullwidth
}
