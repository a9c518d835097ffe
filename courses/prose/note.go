package prose

import (
	"regexp"
	"strings"
)

var headingTag = regexp.MustCompile(`<h[1-6] id="[^"]*"`)

// Note renders Markdown that somebody has typed, under the rules of lessons: HTML is shown as it was typed, pictures are
// left out, links lead to lessons and clauses only. Its headings stand below the page's own and have no ids, which could be
// those of the page. It is "" where the text asks for more than the reader of Markdown should do.
func (m *Press) Note(body string) string {
	var out strings.Builder
	for _, b := range m.Page(body).Blocks {
		out.WriteString(b.HTML)
	}
	plain := headingTag.ReplaceAllStringFunc(out.String(), func(tag string) string { return tag[:3] })
	return strings.NewReplacer("<h1>", "<h2>", "</h1>", "</h2>").Replace(plain)
}
