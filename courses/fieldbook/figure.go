package fieldbook

import (
	"bytes"
	"encoding/xml"
	"errors"
	"html"
	"io"
	"regexp"
	"strings"
	"unicode"

	"tongguan/courses/prose"
)

// Figure is one drawing for both languages, and the words in it.
type Figure struct {
	ID       string                `yaml:"id"`
	Title    prose.Text            `yaml:"title"`
	Describe prose.Text            `yaml:"describe"` // in words, for those who cannot see it
	Words    map[string]prose.Text `yaml:"words"`

	viewBox string
	inner   map[string]string // by language
}

// Draw gives the figure as SVG. It holds nothing but what sketch has let through.
func (f *Figure) Draw(lang, use string) string {
	return `<svg viewBox="` + f.viewBox + `" role="img" aria-labelledby="` + use + `-title" aria-describedby="` + use + `-desc" focusable="false"><title id="` +
		use + `-title">` + html.EscapeString(f.Title.In(lang)) + `</title><desc id="` + use + `-desc">` + html.EscapeString(f.Describe.In(lang)) + "</desc>" +
		f.inner[lang] + "</svg>"
}

// What a drawing may be made of. The lists are short on purpose: nothing that loads, links, moves or runs.
var (
	geometry = regexp.MustCompile(`^[-+0-9.eE, \tMmLlHhVvCcSsQqTtAaZz\n]*$`)
	number   = regexp.MustCompile(`^-?[0-9]*\.?[0-9]+$`)
	moving   = regexp.MustCompile(`^((translate|rotate|scale)\([-0-9., ]+\) ?)+$`)
	anchors  = regexp.MustCompile(`^(start|middle|end)$`)
	viewBox  = regexp.MustCompile(`^0 0 480 ([1-9][0-9]{1,2})$`)
	word     = regexp.MustCompile(`\{([a-z0-9_-]+)\}`)

	common   = map[string]*regexp.Regexp{"transform": moving}
	elements = map[string]map[string]*regexp.Regexp{
		"g":        {},
		"path":     {"d": geometry},
		"line":     {"x1": number, "y1": number, "x2": number, "y2": number},
		"polyline": {"points": geometry},
		"polygon":  {"points": geometry},
		"rect":     {"x": number, "y": number, "width": number, "height": number, "rx": number, "ry": number},
		"circle":   {"cx": number, "cy": number, "r": number},
		"ellipse":  {"cx": number, "cy": number, "rx": number, "ry": number},
		"text":     {"x": number, "y": number, "dx": number, "dy": number, "text-anchor": anchors},
		"tspan":    {"x": number, "y": number, "dx": number, "dy": number, "text-anchor": anchors},
	}
	classes = func() map[string]bool {
		all := map[string]bool{}
		for _, c := range strings.Fields("ink line thin dash soft accent accent-soft accent-line warm warm-soft warm-line red red-soft red-line muted paper t ts tb bold") {
			all["fg-"+c] = true
		}
		return all
	}()
)

// Limits of a drawing.
const (
	maxDrawing  = 64 << 10 // bytes
	maxElements = 2000
	maxDepth    = 16
	maxHeight   = 560 // of the view box, whose width is 480
)

// sketch rebuilds a drawing out of what may be in it.
type sketch struct {
	*Figure
	note    func(line int, key string, args ...any)
	decoder *xml.Decoder
	out     map[string]*strings.Builder
	open    []string // elements that are open
	used    map[string]bool
	count   int
}

// draw reads a drawing; false if it cannot be read at all. What may not be in it is reported and left out, with all inside.
func (f *Figure) draw(text []byte, note func(line int, key string, args ...any)) bool {
	s := &sketch{Figure: f, note: note, decoder: xml.NewDecoder(bytes.NewReader(text)), used: map[string]bool{}, out: map[string]*strings.Builder{}}
	for _, lang := range prose.Languages {
		s.out[lang] = &strings.Builder{}
	}
	if len(text) > maxDrawing {
		note(0, "library.lint.drawing_large", "max", maxDrawing>>10)
		return false
	}
	for {
		token, err := s.decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			note(s.line(), "library.lint.drawing_xml", "detail", prose.Clip(err.Error(), 120))
			return false
		}
		if !s.token(token) {
			return false
		}
	}
	f.inner = map[string]string{}
	for lang, b := range s.out {
		f.inner[lang] = b.String()
	}
	for key := range f.Words {
		if !s.used[key] {
			note(0, "library.lint.word_unused", "word", key)
		}
	}
	return f.viewBox != ""
}

func (s *sketch) line() int {
	line, _ := s.decoder.InputPos()
	return line
}

// token takes one piece; false ends the reading.
func (s *sketch) token(token xml.Token) bool {
	switch t := token.(type) {
	case xml.StartElement:
		return s.start(t)
	case xml.EndElement:
		if len(s.open) > 1 { // the root is drawn by Draw
			s.write("</" + s.open[len(s.open)-1] + ">")
		}
		s.open = s.open[:len(s.open)-1]
	case xml.CharData:
		s.text(string(t))
	case xml.Directive:
		s.note(s.line(), "library.lint.drawing_doctype")
		return false
	case xml.ProcInst:
		if t.Target != "xml" {
			s.note(s.line(), "library.lint.drawing_doctype")
			return false
		}
	}
	return true
}

func (s *sketch) start(e xml.StartElement) bool {
	s.count++
	name := e.Name.Local
	switch allowed, known := elements[name]; {
	case s.count > maxElements || len(s.open) >= maxDepth:
		s.note(s.line(), "library.lint.drawing_intricate", "max", maxElements, "depth", maxDepth)
		return false
	case len(s.open) == 0:
		return s.root(e)
	case !known || e.Name.Space != svgSpace, name == "tspan" && !s.inText(), name != "tspan" && s.inText():
		s.note(s.line(), "library.lint.element", "element", prose.Clip(name, 40))
		return s.decoder.Skip() == nil || s.broken()
	default:
		s.write("<" + name + s.attributes(e, allowed) + ">")
		s.open = append(s.open, name)
	}
	return true
}

// broken says that what was to be left out does not end.
func (s *sketch) broken() bool {
	s.note(s.line(), "library.lint.drawing_xml", "detail", "unexpected end")
	return false
}

const svgSpace = "http://www.w3.org/2000/svg"

// root takes the outermost element, of which only the size of the drawing is kept.
func (s *sketch) root(e xml.StartElement) bool {
	if e.Name.Local != "svg" || e.Name.Space != svgSpace || s.viewBox != "" {
		s.note(s.line(), "library.lint.drawing_root")
		return false
	}
	for _, a := range e.Attr {
		switch m := viewBox.FindStringSubmatch(a.Value); {
		case a.Name.Local == "xmlns":
		case a.Name.Local != "viewBox" || a.Name.Space != "":
			s.note(s.line(), "library.lint.attribute", "attribute", prose.Clip(a.Name.Local, 40), "element", "svg")
		case m != nil && (len(m[1]) < 3 || m[1] <= "560"):
			s.viewBox = a.Value
		}
	}
	if s.viewBox == "" {
		s.note(s.line(), "library.lint.view_box", "height", maxHeight)
		s.viewBox = "0 0 480 300"
	}
	s.open = append(s.open, "svg")
	return true
}

// attributes gives those of an element that it may have, each with a value that it may have.
func (s *sketch) attributes(e xml.StartElement, allowed map[string]*regexp.Regexp) string {
	var b strings.Builder
	for _, a := range e.Attr {
		name, form := a.Name.Local, allowed[a.Name.Local]
		if form == nil {
			form = common[name]
		}
		switch {
		case a.Name.Space == "" && name == "class":
			s.class(&b, a.Value)
		case a.Name.Space != "" || form == nil:
			s.note(s.line(), "library.lint.attribute", "attribute", prose.Clip(name, 40), "element", e.Name.Local)
		case !form.MatchString(a.Value):
			s.note(s.line(), "library.lint.value", "attribute", name, "value", prose.Clip(a.Value, 40))
		default:
			b.WriteString(" " + name + `="` + html.EscapeString(a.Value) + `"`)
		}
	}
	return b.String()
}

func (s *sketch) class(b *strings.Builder, value string) {
	var good []string
	for _, c := range strings.Fields(value) {
		if classes[c] {
			good = append(good, c)
		} else {
			s.note(s.line(), "library.lint.class", "class", prose.Clip(c, 40))
		}
	}
	if len(good) > 0 {
		b.WriteString(` class="` + strings.Join(good, " ") + `"`)
	}
}

func (s *sketch) inText() bool {
	return len(s.open) > 0 && (s.open[len(s.open)-1] == "text" || s.open[len(s.open)-1] == "tspan")
}

// text fills the words in. Letters of a language belong into the words, where the other language has its own.
func (s *sketch) text(chars string) {
	if strings.TrimSpace(chars) == "" {
		if s.inText() && chars != "" && !strings.Contains(chars, "\n") {
			s.write(chars)
		}
		return
	}
	if !s.inText() {
		s.note(s.line(), "library.lint.text_outside", "text", prose.Clip(strings.TrimSpace(chars), 20))
		return
	}
	for _, m := range word.FindAllStringSubmatch(chars, -1) {
		s.used[m[1]] = true
		if _, ok := s.Words[m[1]]; !ok {
			s.note(s.line(), "library.lint.word_unknown", "word", m[1])
		}
	}
	if plain := word.ReplaceAllString(chars, ""); strings.ContainsFunc(plain, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		s.note(s.line(), "library.lint.text_literal", "text", prose.Clip(strings.TrimSpace(plain), 20))
	}
	for lang, b := range s.out {
		b.WriteString(html.EscapeString(word.ReplaceAllStringFunc(chars, func(key string) string {
			return s.Words[key[1:len(key)-1]].In(lang)
		})))
	}
}

// write puts the same into the drawing of every language.
func (s *sketch) write(text string) {
	for _, b := range s.out {
		b.WriteString(text)
	}
}
