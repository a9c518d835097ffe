package prose

import (
	"html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// calloutKind is the attribute by which a quotation is known to be a callout.
const calloutKind = "callout"

var calloutMarker = regexp.MustCompile(`^\[!([A-Za-z]+)\]\s*$`)

// callouts takes the marker line off a quotation that begins with one, before its words are read.
type callouts struct{}

// Transform looks at one paragraph.
func (callouts) Transform(p *ast.Paragraph, reader text.Reader, _ parser.Context) {
	quote, ok := p.Parent().(*ast.Blockquote)
	if !ok || quote.FirstChild() != p {
		return
	}
	first := p.Lines().At(0)
	m := calloutMarker.FindSubmatch(first.Value(reader.Source()))
	if m == nil {
		return
	}
	quote.SetAttributeString(calloutKind, strings.ToLower(string(m[1])))
	quote.SetPos(first.Start)
	if p.Lines().Len() == 1 {
		quote.RemoveChild(quote, p)
	} else {
		p.Lines().SetSliced(1, p.Lines().Len())
	}
}

// quote notes a callout.
func (g *gathering) quote(n *ast.Blockquote) {
	kind := kindOf(n)
	if kind == "" {
		return
	}
	if _, ok := g.m.Labels[kind]; !ok {
		g.wrong(n, "lint.callout_unknown", "marker", strings.ToUpper(kind))
		return
	}
	g.page.Callouts = append(g.page.Callouts, Mark{Line: g.line(n), Text: kind})
}

func kindOf(n ast.Node) string {
	v, _ := n.AttributeString(calloutKind)
	kind, _ := v.(string)
	return kind
}

// drawQuote draws a callout with its label, or a plain quotation. The role keeps callouts out of the list of
// landmarks, where a handful without names of their own would be noise.
func (m *Press) drawQuote(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	label, known := m.Labels[kindOf(n)]
	switch {
	case known && entering:
		_, _ = w.WriteString(`<aside class="callout callout-` + kindOf(n) + `" role="note"><p class="callout-label">` +
			html.EscapeString(label.In(m.lang)) + "</p>\n")
	case known:
		_, _ = w.WriteString("</aside>\n")
	case entering:
		_, _ = w.WriteString("<blockquote>\n")
	default:
		_, _ = w.WriteString("</blockquote>\n")
	}
	return ast.WalkContinue, nil
}
