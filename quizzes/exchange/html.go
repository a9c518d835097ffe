package exchange

import (
	"bytes"
	"fmt"
	"html"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
)

// The forms that a text may have in such files.
const (
	formHTML     = "html"
	formAuto     = "moodle_auto_format" // HTML, in which line ends are breaks
	formMarkdown = "markdown"
	formPlain    = "plain_text"
)

// flattened is a text without marks, and the first picture or other medium that it rests on.
type flattened struct{ text, media string }

// flatten makes plain text of any form. Lines, lists and tables keep their shape; what comes out is text, to be escaped
// like any other.
func flatten(text, form string) flattened {
	switch form {
	case formPlain:
		return flattened{text: tidy(text)}
	case formMarkdown:
		var b bytes.Buffer
		if goldmark.Convert([]byte(text), &b) == nil {
			text = b.String()
		}
	}
	f := &flattener{breaks: form == formAuto}
	f.run(text)
	return flattened{tidy(f.out.String()), f.media}
}

// plain is flatten for what is on one line and rests on nothing: names, words of a list.
func plain(text string) string { return flatten(text, formAuto).text }

// deepestList is how many lists in lists keep their numbers.
const deepestList = 20

type flattener struct {
	out    strings.Builder
	media  string
	breaks bool   // line ends are breaks
	pre    int    // inside how many <pre>
	lists  []int  // the number of the last thing of each list that is open; −1 where it has dots
	cells  int    // of the row so far
	small  string // the whole text with small letters, byte by byte
}

// smaller makes the letters A to Z small, and keeps every byte in its place.
func smaller(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

func (f *flattener) run(rest string) {
	f.small = smaller(rest)
	behind := len(rest) - 1 - strings.LastIndexByte(rest, '>') // what no tag can end in
	for rest != "" {
		i := strings.IndexByte(rest, '<')
		if i < 0 {
			f.words(rest)
			return
		}
		f.words(rest[:i])
		if rest = rest[i:]; len(rest) <= behind {
			f.words(rest)
			return
		}
		if after, ok := strings.CutPrefix(rest, "<!--"); ok {
			_, rest, _ = strings.Cut(after, "-->")
			continue
		}
		tag, after, closed := strings.Cut(rest[1:], ">")
		if !closed || tag == "" || !isTag(tag[0]) {
			f.out.WriteByte('<') // a sign for "less than"
			rest = rest[1:]
			continue
		}
		rest = f.tag(tag, after)
	}
}

func isTag(c byte) bool {
	return c == '/' || c == '!' || c == '?' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func (f *flattener) words(text string) {
	if !f.breaks && f.pre == 0 {
		text = strings.Map(func(r rune) rune {
			if r == '\n' || r == '\t' {
				return ' '
			}
			return r
		}, text)
	}
	f.out.WriteString(html.UnescapeString(text))
}

// tag does what an element means for the text, and gives what is left to read.
func (f *flattener) tag(tag, rest string) string {
	name := strings.ToLower(strings.TrimRight(firstWord(strings.TrimPrefix(tag, "/")), "/"))
	open := tag[0] != '/'
	switch name {
	case "script", "style":
		if !open {
			break
		}
		if end := strings.Index(f.small[len(f.small)-len(rest):], "</"+name); end >= 0 {
			return rest[end:]
		}
		return ""
	case "img", "audio", "video", "object", "iframe", "embed", "svg", "canvas", "map":
		if open && f.media == "" {
			f.media = source(tag, name)
		}
	case "sup", "sub":
		if open {
			f.out.WriteString(map[string]string{"sup": "^", "sub": "_"}[name])
			if end := strings.IndexByte(rest, '<'); end > 1 {
				f.out.WriteString("(" + html.UnescapeString(rest[:end]) + ")")
				return rest[end:]
			}
		}
	case "ul", "ol", "li":
		f.list(name, open)
	case "td", "th":
		if open {
			if f.cells++; f.cells > 1 {
				f.out.WriteString(" | ")
			}
		}
	case "br", "p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "table", "blockquote", "pre", "hr", "dt", "dd", "section", "article", "caption":
		f.out.WriteByte('\n')
		f.cells = 0
		if name == "pre" && open {
			f.pre++
		} else if name == "pre" {
			f.pre = max(0, f.pre-1)
		}
	}
	return rest
}

func (f *flattener) list(name string, open bool) {
	f.out.WriteByte('\n')
	switch {
	case name == "li" && open && len(f.lists) > 0 && f.lists[len(f.lists)-1] >= 0:
		f.lists[len(f.lists)-1]++
		fmt.Fprintf(&f.out, "%d. ", f.lists[len(f.lists)-1])
	case name == "li" && open:
		f.out.WriteString("- ")
	case name == "li":
	case open && len(f.lists) < deepestList:
		f.lists = append(f.lists, map[string]int{"ul": -1, "ol": 0}[name])
	case !open && len(f.lists) > 0:
		f.lists = f.lists[:len(f.lists)-1]
	}
}

func firstWord(s string) string {
	if words := strings.Fields(s); len(words) > 0 {
		return words[0]
	}
	return ""
}

// source is what a medium is called: its file, else its element.
func source(tag, name string) string {
	for _, attribute := range []string{"src=", "data="} {
		if _, value, ok := strings.Cut(tag, attribute); ok && value != "" {
			value = strings.Trim(firstWord(value), `"'/`)
			return short(value[strings.LastIndexByte(value, '/')+1:])
		}
	}
	return name
}

// tidy takes out control characters, the spaces around lines and the empty lines between them.
func tidy(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || r == '\ufeff' || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, text)
	var out []string
	for _, line := range strings.Split(text, "\n") {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}
