package prose

import (
	"bytes"
	"slices"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"
)

// gathering walks through a parsed lesson once: it gives the nodes the names and classes they are drawn with,
// and collects what search and the linter need to know.
type gathering struct {
	m          *Press
	page       *Page
	source     []byte
	lines      []int   // where each begins
	ids, names names   // of headings and of tables
	under      Heading // the heading that we are under
}

func (g *gathering) gather(doc ast.Node) {
	g.lines = []int{0}
	for i, c := range g.source {
		if c == '\n' {
			g.lines = append(g.lines, i+1)
		}
	}
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			return g.visit(n), nil
		}
		return ast.WalkContinue, nil
	})
}

func (g *gathering) visit(n ast.Node) ast.WalkStatus {
	switch n := n.(type) {
	case *ast.Heading:
		g.heading(n)
	case *ast.Paragraph:
		g.paragraph(n)
	case *ast.TextBlock:
		g.passage(n, g.plain(n))
	case *east.Table:
		g.table(n)
	case *ast.Blockquote:
		g.quote(n)
	case *ast.ListItem:
		g.item(n)
	case *ast.FencedCodeBlock:
		g.check(n)
	case *ast.Link:
		g.link(n)
	case *ast.AutoLink:
		g.wrong(n, "lint.link_foreign", "link", string(n.URL(g.source)))
	case *ast.Image:
		g.image(n)
	case *ast.RawHTML, *ast.HTMLBlock:
		g.wrong(n, "lint.raw_html", "html", Clip(typed(n, g.source), 40))
	case *ast.Emphasis:
		if n.Level == 1 && g.m.lang == "zh" {
			g.wrong(n, "lint.italics", "text", Clip(g.plain(n), 20))
		}
	case *ast.CodeSpan:
		return ast.WalkSkipChildren
	case *ast.Text:
		if bytes.Contains(n.Value(g.source), []byte("**")) && len(g.page.Spots) < spotLimit {
			words := g.plain(n.Parent())
			g.wrong(n, "lint.stray_stars", "near", Clip(words[max(0, strings.Index(words, "**")):], 14))
		}
	}
	return ast.WalkContinue
}

// check notes an inline check; only at the outermost level can the page draw one.
func (g *gathering) check(n *ast.FencedCodeBlock) {
	id, ok := checkOf(n, g.source)
	switch {
	case !ok:
	case n.Parent().Kind() != ast.KindDocument:
		g.wrong(n, "lint.check_nested", "check", id)
	case !IsSlug(id):
		g.wrong(n, "lint.check_id", "check", Clip(id, 40))
	default:
		g.page.Checks = append(g.page.Checks, Mark{Line: g.line(n), Text: id})
	}
}

// passage keeps a run of text for search, and looks at how it is set.
func (g *gathering) passage(n ast.Node, words string) {
	if words == "" {
		return
	}
	_, title := n.(*ast.Heading)
	g.page.Passages = append(g.page.Passages, Passage{g.under.ID, g.under.Text, words, title, g.line(n)})
	if g.m.lang == "zh" {
		if start, length := longRun(words); length > 0 {
			g.wrong(n, "lint.long_run", "start", Clip(start, 12), "length", length)
		}
	}
}

// spotLimit is how many problems of one page are worth reporting.
const spotLimit = 100

// wrong reports a problem at a node.
func (g *gathering) wrong(n ast.Node, key string, args ...any) {
	if len(g.page.Spots) >= spotLimit {
		return
	}
	g.page.Spots = append(g.page.Spots, Spot{g.line(n), key, args})
}

// line tells where a node stands; the first line of the body is line 1.
func (g *gathering) line(n ast.Node) int {
	for ; n != nil; n = n.Parent() {
		at := n.Pos()
		if at < 0 && n.Type() == ast.TypeBlock && n.Lines().Len() > 0 {
			at = n.Lines().At(0).Start
		}
		if at >= 0 {
			line, _ := slices.BinarySearch(g.lines, at+1)
			return line
		}
	}
	return 1
}

// plain gives the words of a node without their dress.
func (g *gathering) plain(n ast.Node) string {
	var b strings.Builder
	g.writePlain(&b, n)
	return strings.TrimSpace(b.String())
}

func (g *gathering) writePlain(b *strings.Builder, n ast.Node) {
	switch n := n.(type) {
	case *ast.Text:
		words := n.Value(g.source)
		if !n.IsRaw() {
			words = util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(words)))
		}
		b.Write(words)
		if n.SoftLineBreak() || n.HardLineBreak() {
			b.WriteByte(' ')
		}
	case *ast.String:
		b.Write(n.Value)
	case *ast.AutoLink:
		b.Write(n.Label(g.source))
	case *ast.Link:
		if id, words := g.m.chip(n, g.source); id != "" {
			b.WriteString(id + " " + words)
			return
		}
		g.writeInside(b, n)
	default:
		g.writeInside(b, n)
	}
}

func (g *gathering) writeInside(b *strings.Builder, n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		g.writePlain(b, c)
	}
}

// typed gives the source of a node that is not allowed.
func typed(n ast.Node, source []byte) string {
	switch n := n.(type) {
	case *ast.AutoLink:
		return string(n.Label(source))
	case *ast.RawHTML:
		return string(n.Segments.Value(source))
	case *ast.HTMLBlock:
		text := string(n.Lines().Value(source))
		if n.HasClosure() {
			text += string(n.ClosureLine.Value(source))
		}
		return text
	}
	return ""
}

// measure counts the words of a page and how long they take to read: 350 Chinese characters a minute,
// or 200 English words.
func (p *Page) measure(lang string) {
	words := 0
	for _, one := range p.Passages {
		words += len(strings.Fields(one.Text))
		for _, c := range one.Text {
			if !unicode.IsSpace(c) {
				p.Runes++
			}
		}
	}
	pace, amount := 350, p.Runes
	if lang == "en" {
		pace, amount = 200, words
	}
	p.ReadingMinutes = (amount + pace - 1) / pace
}
