package prose

import (
	"html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

var lessonKey = regexp.MustCompile(`^[a-z0-9-]+/[a-z0-9-]+/[a-z0-9-]+$`)

// link notes where a link leads; whether that lesson exists is known only when all are read.
func (g *gathering) link(n *ast.Link) {
	scheme, to := destination(n)
	switch {
	case scheme == "lesson":
		g.page.Lessons = append(g.page.Lessons, Mark{Line: g.line(n), Text: to})
	case scheme == "clause":
		if _, ok := g.m.Clause(to); !ok {
			g.wrong(n, "lint.link_clause", "clause", Clip(to, 40))
		}
	case scheme == "template":
		if !g.m.Template(to) {
			g.wrong(n, "lint.link_template", "template", Clip(to, 40))
		}
	default:
		g.wrong(n, "lint.link_foreign", "link", Clip(string(n.Destination), 60))
	}
}

// destination takes a link apart; links of other kinds have no scheme.
func destination(n *ast.Link) (scheme, to string) {
	scheme, to, _ = strings.Cut(string(n.Destination), ":")
	if scheme == "clause" && IsClause(to) || scheme == "lesson" && lessonKey.MatchString(to) || scheme == "template" && IsSlug(to) {
		return scheme, to
	}
	return "", ""
}

// chip gives the number that a link to a clause of the policy shows, and the words beside it: the author's, or
// the clause's title where the author wrote only the number.
func (m *Press) chip(n *ast.Link, source []byte) (id, words string) {
	scheme, id := destination(n)
	title, ok := m.Clause(id)
	if scheme != "clause" || !ok {
		return "", ""
	}
	var b strings.Builder
	(&gathering{m: m, source: source}).writeInside(&b, n)
	if words = strings.TrimSpace(b.String()); words == "" || words == id {
		words = title.In(m.lang)
	}
	return id, words
}

// drawLink draws a link to a lesson or a template, a clause as a chip, and of any other link its words alone.
func (m *Press) drawLink(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n := node.(*ast.Link)
	if id, words := m.chip(n, source); id != "" {
		if entering {
			_, _ = w.WriteString(`<a class="clause" href="/policy/` + id + `"><span class="clause-id">` + id +
				`</span> <span class="clause-title">` + html.EscapeString(words) + "</span></a>")
		}
		return ast.WalkSkipChildren, nil
	}
	scheme, to := destination(n)
	address := map[string]string{"lesson": "/courses/", "template": "/library/templates/"}[scheme]
	switch {
	case address == "" || scheme == "template" && !m.Template(to):
	case entering:
		_, _ = w.WriteString(`<a href="` + address + to + `">`)
	default:
		_, _ = w.WriteString("</a>")
	}
	return ast.WalkContinue, nil
}
