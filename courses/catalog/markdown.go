package catalog

import (
	"bytes"
	"html"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	htmlrender "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Page is a lesson in one language, ready to be drawn.
type Page struct {
	// Hash is the hex SHA-256 of the module's key, a newline, the language, a newline, and Source. Whoever
	// keeps Source can prove by it what was read.
	Hash           string
	Source         string // Markdown, with the lesson's heading
	Blocks         []Block
	TOC            []Heading // levels 2 and 3
	Runes          int       // letters, digits and marks, without spaces
	ReadingMinutes int       // by Runes in Chinese, by words in English, rounded up

	headings []mark    // text is the title
	tables   []mark    // text is the name it got
	checks   []mark    // text is the id
	callouts []mark    // text is the kind
	lessons  []mark    // text is the key that a link leads to
	passages []passage // what search finds
	spots    []spot    // what is wrong
	refused  bool      // it was not rendered at all
}

// Block is a run of HTML, or the id of an inline check that is drawn in its place.
type Block struct{ HTML, Check string }

// Heading is an entry of a page's table of contents.
type Heading struct {
	Level    int
	ID, Text string
}

// mark is a thing on a page; lines count from the lesson's heading, which is line 0.
type mark struct {
	level, line int
	text        string
}

// passage is a run of plain text under a heading.
type passage struct {
	anchor, heading, text string
	title                 bool // it is the heading itself
	line                  int
}

// spot is something wrong on a page.
type spot struct {
	line int
	key  string
	args []any
}

// markdown turns the Markdown of one language into pages.
type markdown struct {
	lang    string
	clauses map[string]*Clause
	labels  map[string]Text // of callouts
	parser  parser.Parser
	html    renderer.Renderer
}

// newMarkdown sets goldmark up: no underlined headings (a line of dashes under a paragraph is a slip, never a
// heading), emphasis that knows Chinese, tables, task lists, callouts. Its own renderer never passes HTML.
func newMarkdown(lang string, clauses map[string]*Clause, labels map[string]Text) *markdown {
	m := &markdown{lang: lang, clauses: clauses, labels: labels}
	m.parser = parser.NewParser(
		parser.WithBlockParsers(parser.DefaultBlockParsers()[1:]...),
		parser.WithInlineParsers(parser.DefaultInlineParsers()...),
		parser.WithInlineParsers(
			util.Prioritized(extension.NewTaskCheckBoxParser(), 0),
			util.Prioritized(emphasis{ambiguousIsWide: lang == "zh"}, 499)),
		parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...),
		parser.WithParagraphTransformers(
			util.Prioritized(callouts{}, 50),
			util.Prioritized(extension.NewTableParagraphTransformer(), 200)),
		parser.WithASTTransformers(
			util.Prioritized(extension.NewTableASTTransformer(), 0),
			util.Prioritized(lineBreaks{eitherSide: lang == "zh"}, 10)))
	m.html = renderer.NewRenderer(renderer.WithNodeRenderers(
		util.Prioritized(m, 100),
		util.Prioritized(extension.NewTableHTMLRenderer(extension.WithTableCellAlignMethod(extension.TableCellAlignNone)), 500),
		util.Prioritized(htmlrender.NewRenderer(), 1000)))
	return m
}

// RegisterFuncs says which kinds of nodes are drawn by our own hand.
func (m *markdown) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindLink, m.drawLink)
	reg.Register(ast.KindAutoLink, drawAsText)
	reg.Register(ast.KindImage, drawNothing)
	reg.Register(ast.KindRawHTML, drawAsText)
	reg.Register(ast.KindHTMLBlock, drawAsText)
	reg.Register(ast.KindBlockquote, m.drawQuote)
	reg.Register(east.KindTable, drawTable)
	reg.Register(east.KindTaskCheckBox, drawBox)
}

// drawNothing leaves a node's tags away and keeps what is inside.
func drawNothing(util.BufWriter, []byte, ast.Node, bool) (ast.WalkStatus, error) {
	return ast.WalkContinue, nil
}

// drawAsText shows what must not work as it was typed.
func drawAsText(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString(html.EscapeString(typed(n, source)))
	}
	return ast.WalkSkipChildren, nil
}

// page renders the body of a lesson.
func (m *markdown) page(body string) *Page {
	p := &Page{}
	if line := intricate(body); line > 0 {
		p.refused = true
		p.spots = append(p.spots, spot{line, "lint.intricate", nil})
		return p
	}
	source := []byte(body)
	doc := m.parser.Parse(text.NewReader(source))
	g := &gathering{m: m, page: p, source: source, ids: names{}, names: names{}}
	g.gather(doc)
	var run bytes.Buffer
	flush := func() {
		if run.Len() > 0 {
			p.Blocks = append(p.Blocks, Block{HTML: run.String()})
			run.Reset()
		}
	}
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		if id, ok := checkOf(n, source); ok {
			if slug.MatchString(id) {
				flush()
				p.Blocks = append(p.Blocks, Block{Check: id})
			}
			continue
		}
		if err := m.html.Render(&run, source, n); err != nil { // a buffer never fails, nor do our renderers
			p.spots = append(p.spots, spot{g.line(n), "lint.intricate", nil})
		}
	}
	flush()
	if m.lang == "zh" {
		p.spots = append(p.spots, typedSpaces(body)...)
	}
	p.measure(m.lang)
	return p
}

// checkOf gives the id of an inline check.
func checkOf(n ast.Node, source []byte) (string, bool) {
	code, ok := n.(*ast.FencedCodeBlock)
	if !ok || string(code.Language(source)) != "check" {
		return "", false
	}
	return strings.TrimSpace(string(code.Lines().Value(source))), true
}
