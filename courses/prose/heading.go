package prose

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
)

// heading gives a heading its anchor and enters it in the table of contents.
func (g *gathering) heading(n *ast.Heading) {
	words := g.plain(n)
	id := g.ids.free(anchor(words))
	n.SetAttributeString("id", []byte(id))
	g.page.Headings = append(g.page.Headings, Mark{n.Level, g.line(n), words})
	g.under = Heading{n.Level, id, words}
	if n.Parent().Kind() != ast.KindDocument || n.Level < 2 || n.Level > 3 {
		g.wrong(n, "lint.heading_level", "title", words)
	} else {
		g.page.TOC = append(g.page.TOC, g.under)
	}
	g.passage(n, words)
}

// anchor makes an identifier that can be read out of words, whatever their script.
func anchor(words string) string {
	id := strings.Join(strings.FieldsFunc(strings.ToLower(words), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), "-")
	if id == "" {
		return "part"
	}
	return id
}

// names are those taken on a page, each with the number that was given last.
type names map[string]int

// free gives a name, numbered from 2 if it is taken, and takes it.
func (n names) free(name string) string {
	unique := name
	for n[unique] > 0 {
		n[name]++
		unique = name + "-" + strconv.Itoa(n[name])
	}
	n[unique] = 1
	return unique
}
