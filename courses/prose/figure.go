package prose

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

// drawingOf is the attribute that holds what a paragraph shows instead of its picture.
const drawingOf = "drawing"

// figure gives the picture that a paragraph of its own asks for: ![caption](figure:id).
func (g *gathering) figure(p *ast.Paragraph) (*ast.Image, string) {
	image, ok := p.FirstChild().(*ast.Image)
	if !ok || p.ChildCount() != 1 || p.Parent().Kind() != ast.KindDocument {
		return nil, ""
	}
	id, ok := strings.CutPrefix(string(image.Destination), "figure:")
	if !ok {
		return nil, ""
	}
	return image, id
}

// paragraph notes a paragraph, or the figure that it is. What it says of itself and how it is drawn is decided here; the
// caption is text like any other.
func (g *gathering) paragraph(p *ast.Paragraph) {
	g.passage(p, g.plain(p))
	image, id := g.figure(p)
	if image == nil {
		return
	}
	image.SetAttributeString(drawingOf, id)
	if g.plain(image) == "" {
		g.wrong(p, "lint.figure_caption", "figure", Clip(id, 40))
	}
	use := g.ids.free("figure-" + anchor(id))
	drawing, ok := g.m.Figure(id, g.m.lang, use)
	if !ok {
		g.wrong(p, "lint.figure_unknown", "figure", Clip(id, 40))
		return
	}
	g.page.Figures = append(g.page.Figures, Mark{Line: g.line(p), Text: id})
	p.SetAttributeString(drawingOf, drawing)
}

// image reports a picture that is no figure on a paragraph of its own.
func (g *gathering) image(n *ast.Image) {
	if _, figure := n.AttributeString(drawingOf); !figure {
		g.wrong(n, "lint.image")
	}
}

// drawParagraph draws a paragraph, or the figure with its caption that stands for one.
func drawParagraph(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	drawing, figure := n.AttributeString(drawingOf)
	switch {
	case figure && entering:
		_, _ = w.WriteString(`<figure class="fig">` + drawing.(string) + "<figcaption>")
	case figure:
		_, _ = w.WriteString("</figcaption></figure>\n")
	case entering:
		_, _ = w.WriteString("<p>")
	default:
		_, _ = w.WriteString("</p>\n")
	}
	return ast.WalkContinue, nil
}
