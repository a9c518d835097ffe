package prose

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

// Ground is what the pages of both languages rest on besides their text.
type Ground struct {
	Clause func(id string) (title Text, ok bool) // of the policy
	Labels map[string]Text                       // of the callouts, by kind

	// Figure gives the drawing of a figure, as HTML that is safe, its names beginning with those of this use of it.
	Figure   func(id, lang, use string) (svg string, ok bool)
	Template func(id string) bool // there is such a template to fill in
	Terms    map[string]*Lexicon  // of the glossary, by language; nil where none are to be linked
}

// Press turns the Markdown of one language into pages. It may be used by many at once.
type Press struct {
	Ground
	lang   string
	parser parser.Parser
	html   renderer.Renderer
}

// NewPress sets goldmark up: no underlined headings (a line of dashes under a paragraph is a slip, never a
// heading), emphasis that knows Chinese, tables, task lists, callouts. Its own renderer never passes HTML.
func NewPress(lang string, ground Ground) *Press {
	m := &Press{Ground: ground, lang: lang}
	if m.Clause == nil {
		m.Clause = func(string) (Text, bool) { return Text{}, false }
	}
	if m.Figure == nil {
		m.Figure = func(string, string, string) (string, bool) { return "", false }
	}
	if m.Template == nil {
		m.Template = func(string) bool { return false }
	}
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
func (m *Press) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindParagraph, drawParagraph)
	reg.Register(termKind, drawTerm)
	reg.Register(ast.KindLink, m.drawLink)
	reg.Register(ast.KindAutoLink, drawAsText)
	reg.Register(ast.KindImage, drawNothing)
	reg.Register(ast.KindRawHTML, drawAsText)
	reg.Register(ast.KindHTMLBlock, drawAsText)
	reg.Register(ast.KindBlockquote, m.drawQuote)
	reg.Register(east.KindTable, drawTable)
	reg.Register(east.KindTableCell, drawCell)
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

// Page renders a text. Lines are counted from 1, so that they can be added to that of a heading above it.
func (m *Press) Page(body string) *Page {
	p := &Page{}
	if line := intricate(body); line > 0 {
		p.Refused = true
		p.Spots = append(p.Spots, Spot{line, "lint.intricate", nil})
		return p
	}
	source := []byte(body)
	doc := m.parser.Parse(text.NewReader(source))
	g := &gathering{m: m, page: p, source: source, ids: names{}, names: names{}}
	g.gather(doc)
	g.terms(doc)
	var run bytes.Buffer
	flush := func() {
		if run.Len() > 0 {
			p.Blocks = append(p.Blocks, Block{HTML: run.String()})
			run.Reset()
		}
	}
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		if id, ok := checkOf(n, source); ok {
			if IsSlug(id) {
				flush()
				p.Blocks = append(p.Blocks, Block{Check: id})
			}
			continue
		}
		if err := m.html.Render(&run, source, n); err != nil { // a buffer never fails, nor do our renderers
			p.Spots = append(p.Spots, Spot{g.line(n), "lint.intricate", nil})
		}
	}
	flush()
	if m.lang == "zh" {
		p.Spots = append(p.Spots, typedSpaces(body)...)
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
