package catalog

import (
	"html"
	"strings"

	"tongguan/courses/prose"
)

// unseen begins words of ours that are only read aloud, such as what the link to a note says.
const unseen = `<span class="hidden">`

// MarkHits puts what a query asks for into <mark>, wherever it is seen in a page's HTML outside of drawings, and says how
// often. It looks between the tags: words that change their dress in the middle are marked in pieces or not at all.
func MarkHits(page, query string) (marked string, n int) {
	want := asked(prose.Clip(query, queryLimit))
	if len(want) == 0 {
		return page, 0
	}
	var b strings.Builder
	drawing, hidden := 0, false
	for page != "" {
		if page[0] == '<' {
			tag, rest := page, ""
			if end := strings.IndexByte(page, '>'); end >= 0 {
				tag, rest = page[:end+1], page[end+1:]
			}
			switch {
			case strings.HasPrefix(tag, "<svg") && !strings.HasSuffix(tag, "/>"):
				drawing++
			case strings.HasPrefix(tag, "</svg"):
				drawing--
			case tag == unseen:
				hidden = true
			case tag == "</span>":
				hidden = false
			}
			b.WriteString(tag)
			page = rest
			continue
		}
		text, rest := page, ""
		if end := strings.IndexByte(page, '<'); end >= 0 {
			text, rest = page[:end], page[end:]
		}
		if drawing > 0 || hidden {
			b.WriteString(text)
		} else {
			n += writeMarked(&b, text, want)
		}
		page = rest
	}
	return b.String(), n
}

// writeMarked writes a piece of text between two tags with its marks, those that touch or overlap as one.
func writeMarked(b *strings.Builder, escaped string, want []string) (n int) {
	text := html.UnescapeString(escaped)
	at := 0
	for marks := marksIn(text, want); len(marks) > 0; n++ {
		start, end := marks[0].start, marks[0].end
		for len(marks) > 0 && marks[0].start <= end {
			end = max(end, marks[0].end)
			marks = marks[1:]
		}
		b.WriteString(html.EscapeString(text[at:start]) + "<mark>" + html.EscapeString(text[start:end]) + "</mark>")
		at = end
	}
	if n == 0 {
		b.WriteString(escaped)
		return 0
	}
	b.WriteString(html.EscapeString(text[at:]))
	return n
}
