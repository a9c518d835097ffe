package prose

import (
	"cmp"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// termLimit is how many terms of a page are linked: more would be a page of links.
const termLimit = 12

// Lexicon finds the terms of a glossary in a text. It may be used by many at once.
type Lexicon struct {
	forms map[rune][]form // by their first letter, folded; the longest first
}

// form is one way to write a term.
type form struct {
	id     string
	runes  []rune // folded, unless exact
	exact  bool   // an abbreviation in capitals: "IT" is not "it"
	plural bool   // it may end in s
}

// NewLexicon makes a lexicon of the words of each term, by the term's identifier.
func NewLexicon(words map[string][]string) *Lexicon {
	x := &Lexicon{forms: map[rune][]form{}}
	for id, all := range words {
		for _, w := range all {
			f := form{id: id, runes: []rune(w), exact: capitals(w)}
			if len(f.runes) == 0 {
				continue
			}
			last := f.runes[len(f.runes)-1]
			f.plural = unicode.In(last, unicode.Latin) && unicode.ToLower(last) != 's'
			if !f.exact {
				for i, r := range f.runes {
					f.runes[i] = unicode.ToLower(r)
				}
			}
			first := unicode.ToLower(f.runes[0])
			x.forms[first] = append(x.forms[first], f)
		}
	}
	for _, list := range x.forms {
		slices.SortFunc(list, func(a, b form) int { return cmp.Or(len(b.runes)-len(a.runes), cmp.Compare(a.id, b.id)) })
	}
	return x
}

// capitals says whether a word has capitals and no small letters.
func capitals(w string) bool {
	some := false
	for _, r := range w {
		if unicode.IsLower(r) {
			return false
		}
		some = some || unicode.IsUpper(r)
	}
	return some
}

// found is a term and where it stands, in bytes.
type found struct {
	id         string
	start, end int
}

// find gives the terms of a text in their order, the longest where several begin at one place, none within another:
// Chinese wherever it stands, Latin as whole words only, in any case, and with an s for more than one.
func (x *Lexicon) find(words []byte) []found {
	var out []found
	before := ' '
	for i := 0; i < len(words); {
		r, size := utf8.DecodeRune(words[i:])
		if f, n := x.at(words[i:], before); n > 0 {
			out = append(out, found{f.id, i, i + n})
			before, _ = utf8.DecodeLastRune(words[:i+n])
			i += n
			continue
		}
		before, i = r, i+size
	}
	return out
}

// at gives the longest form that a text begins with, and its length in bytes; 0 where there is none.
func (x *Lexicon) at(words []byte, before rune) (form, int) {
	first, _ := utf8.DecodeRune(words)
	for _, f := range x.forms[unicode.ToLower(first)] {
		if joins(first) && (joins(before) || before == '&' || before == '\\') {
			continue // within a word, or within what Markdown writes for another character
		}
		n := f.length(words)
		if n == 0 {
			continue
		}
		last, _ := utf8.DecodeLastRune(words[:n])
		next, size := utf8.DecodeRune(words[n:])
		if f.plural && (next == 's' || next == 'S') {
			if after, _ := utf8.DecodeRune(words[n+size:]); !joins(after) {
				return f, n + size
			}
		}
		if !joins(last) || !joins(next) {
			return f, n
		}
	}
	return form{}, 0
}

// length is how much of a text a form is, in bytes; 0 if the text begins otherwise.
func (f form) length(words []byte) int {
	at := 0
	for _, want := range f.runes {
		r, size := utf8.DecodeRune(words[at:])
		if size == 0 || r != want && (f.exact || unicode.ToLower(r) != want) {
			return 0
		}
		at += size
	}
	return at
}

// joins says whether a letter makes one word with its neighbour: all but those of scripts written without spaces.
func joins(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_') && !IsWide(r)
}

// termKind is the kind of a term's node.
var termKind = ast.NewNodeKind("Term")

// termNode is a term of the glossary around its words.
type termNode struct {
	ast.BaseInline
	id string
}

func (*termNode) Kind() ast.NodeKind              { return termKind }
func (n *termNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// terms links each term of the glossary where it first stands in the running text: not in headings, tables, links and
// code. It changes no word of the page.
func (g *gathering) terms(doc ast.Node) {
	lexicon := g.m.Terms[g.m.lang]
	if lexicon == nil {
		return
	}
	var running []*ast.Text
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Heading, *ast.Link, *ast.AutoLink, *ast.Image, *ast.CodeSpan, *east.Table:
			return ast.WalkSkipChildren, nil
		case *ast.Text:
			if entering && !n.IsRaw() {
				running = append(running, n)
			}
		}
		return ast.WalkContinue, nil
	})
	seen := map[string]bool{}
	for _, t := range running {
		g.termsIn(t, lexicon, seen)
	}
}

// termsIn cuts a text at the terms that were not seen yet.
func (g *gathering) termsIn(t *ast.Text, lexicon *Lexicon, seen map[string]bool) {
	parent, begun := t.Parent(), t.Segment.Start
	for _, f := range lexicon.find(t.Value(g.source)) {
		if seen[f.id] || len(g.page.Terms) >= termLimit {
			continue
		}
		seen[f.id] = true
		g.page.Terms = append(g.page.Terms, Mark{Line: g.line(t), Text: f.id})
		start, end := begun+f.start, begun+f.end
		if start > t.Segment.Start {
			parent.InsertBefore(parent, t, ast.NewTextSegment(text.NewSegment(t.Segment.Start, start)))
		}
		term := &termNode{id: f.id}
		term.AppendChild(term, ast.NewTextSegment(text.NewSegment(start, end)))
		parent.InsertBefore(parent, t, term)
		t.Segment = text.NewSegment(end, t.Segment.Stop)
	}
}

// drawTerm draws a link to the glossary.
func drawTerm(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString(`<a class="term" href="/library/glossary#` + n.(*termNode).id + `">`)
	} else {
		_, _ = w.WriteString("</a>")
	}
	return ast.WalkContinue, nil
}
