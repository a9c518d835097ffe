package prose

import (
	"html"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	htmlrender "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// tableName is the attribute that holds the name of a table.
const tableName = "name"

// table names a table after its columns, since a region that scrolls must have a name and no two the same,
// and marks its cells: a style attribute would be refused by the browser.
func (g *gathering) table(n *east.Table) {
	comma := map[string]string{"zh": "、", "en": ", "}[g.m.lang]
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		var words []string
		for c := row.FirstChild(); c != nil; c = c.NextSibling() {
			cell := c.(*east.TableCell)
			if isHeading(cell) {
				cell.SetAttributeString("scope", []byte("col"))
			}
			if cell.Alignment == east.AlignRight || cell.Alignment == east.AlignCenter {
				cell.SetAttributeString("class", []byte(cell.Alignment.String()))
			}
			if t := g.plain(cell); t != "" {
				words = append(words, t)
			}
		}
		g.passage(row, strings.Join(words, comma))
		if row.Kind() == east.KindTableHeader {
			if len(words) == 0 {
				words = []string{g.under.Text}
			}
			name := g.names.free(strings.Join(words, comma))
			n.SetAttributeString(tableName, name)
			g.page.Tables = append(g.page.Tables, Mark{Line: g.line(row), Text: name})
		}
	}
}

// isHeading says whether a cell heads its column: an empty one, as above numbers or for something to be written in, does not.
func isHeading(cell ast.Node) bool {
	return cell.Parent().Kind() == east.KindTableHeader && cell.HasChildren()
}

// drawCell draws a cell.
func drawCell(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	tag := "td"
	if isHeading(n) {
		tag = "th"
	}
	if !entering {
		_, _ = w.WriteString("</" + tag + ">\n")
		return ast.WalkContinue, nil
	}
	_, _ = w.WriteString("<" + tag)
	htmlrender.RenderAttributes(w, n, nil)
	return ast.WalkContinue, w.WriteByte('>')
}

// drawTable wraps a table in a region that scrolls by itself on a narrow screen, with the keyboard too.
func drawTable(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		v, _ := n.AttributeString(tableName)
		name, _ := v.(string)
		_, _ = w.WriteString(`<div class="table-wrap" tabindex="0" role="region" aria-label="` + html.EscapeString(name) + "\"><table>\n")
		return ast.WalkContinue, nil
	}
	_, _ = w.WriteString("</table></div>\n")
	return ast.WalkContinue, nil
}

// item marks an entry of a task list.
func (g *gathering) item(n *ast.ListItem) {
	if first := n.FirstChild(); first != nil && first.FirstChild() != nil && first.FirstChild().Kind() == east.KindTaskCheckBox {
		n.SetAttributeString("class", []byte("todo"))
	}
}

// drawBox draws the box of a task: a picture, since there is nothing to tick on the page.
func drawBox(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString(`<span class="box" aria-hidden="true"></span> `)
	}
	return ast.WalkContinue, nil
}
