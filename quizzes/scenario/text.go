package scenario

import (
	"regexp"
	"slices"
	"strings"

	"tongguan/server/base/fault"
)

var place = regexp.MustCompile(`\{([a-z][a-z0-9_.]*)(?::([a-z]+))?\}`)

// Formats that a place in a text may ask for; without one a number is a number and a drawn name is its word.
var formats = []string{"", "money", "percent", "terms", "date"}

// say keeps a text in the first language and gives its number. Places such as {price:money} are filled when it is said.
func (r *reader) say(lang, value string, line int) int {
	t := text{pieces: map[string][]piece{}}
	t.pieces[lang] = r.cut(&t, value, line)
	if strings.TrimSpace(value) == "" || len([]rune(value)) > maxText {
		r.wrong(line, "scenario.bad.text", "max", maxText)
	}
	r.texts = append(r.texts, t)
	return len(r.texts) - 1
}

// cut takes a text apart at its places.
func (r *reader) cut(t *text, value string, line int) (out []piece) {
	for {
		m := place.FindStringSubmatchIndex(value)
		if m == nil {
			return append(out, piece{value, -1})
		}
		name, format := value[m[2]:m[3]], ""
		if m[4] >= 0 {
			format = value[m[4]:m[5]]
		}
		n, ok := r.names[name]
		if !ok || !slices.Contains(formats, format) {
			r.wrong(line, "scenario.bad.place", "name", value[m[0]:m[1]])
			return append(out, piece{value, -1})
		}
		at := slices.IndexFunc(t.holds, func(h hold) bool { return h.name == name && h.format == format })
		if at < 0 {
			at = len(t.holds)
			t.holds = append(t.holds, hold{name, format, n})
		}
		out = append(out, piece{value[:m[0]], -1}, piece{"", at})
		value = value[m[1]:]
	}
}

// Format writes a number as a place asks for it.
type Format func(format string, value int64) string

// write fills a text's places with values.
func (s *Script) write(lang string, n int, values []int64, format Format) string {
	var b strings.Builder
	t := s.texts[n]
	for _, p := range t.pieces[lang] {
		switch {
		case p.hold < 0:
			b.WriteString(p.text)
		case p.hold < len(values):
			b.WriteString(s.number(lang, t.holds[p.hold].format, values[p.hold], format))
		}
	}
	return b.String()
}

func (s *Script) number(lang, as string, value int64, format Format) string {
	if i := value - symbolBase; as == "" && i >= 0 && i < int64(len(s.symbols)) {
		return s.words[lang].Words[s.symbols[i]]
	}
	return format(as, value)
}

// Plain is a text that has no places, or whose places do not matter.
func (s *Script) Plain(lang string, n int) string {
	if n < 0 {
		return ""
	}
	return s.write(lang, n, nil, nil)
}

// translator lays a translation beside the first language.
type translator struct {
	*reader
	lang  string
	other *raw
}

// translate reads a further language: the same beats, options and passages, in the same order, with their words only.
func (s *Script) translate(lang string, other *raw, r *reader) []fault.Problem {
	var w struct {
		ID    string `yaml:"id"`
		Words `yaml:",inline"`
	}
	other.decode(&w)
	s.words[lang] = w.Words
	t := &translator{&reader{Script: s, raw: other, names: r.names}, lang, other}
	t.named(w.ID)
	byID := map[string]*rawBeat{}
	for _, b := range other.beats {
		byID[b.id] = b
	}
	for i, first := range r.raw.beats {
		b, ok := byID[first.id]
		if !ok {
			other.wrong(0, "scenario.bad.untranslated", "id", first.id)
			continue
		}
		delete(byID, first.id)
		if i < len(s.Beats) {
			t.beat(first, b, &s.Beats[i])
		}
	}
	for _, id := range sortedKeys(byID) {
		other.wrong(byID[id].line, "scenario.bad.only_here", "id", id)
	}
	return other.problems
}

// named checks that everything has a name in this language too.
func (t *translator) named(id string) {
	w, first := t.words[t.lang], t.words[First]
	if id != "" && id != t.ID {
		t.other.wrong(1, "scenario.bad.id", "id", id, "folder", t.ID)
	}
	if w.Title == "" || w.About == "" || w.Task == "" || w.Persona.Name == "" || w.Persona.Role == "" || w.Persona.Company == "" {
		t.other.wrong(1, "scenario.bad.words")
	}
	for _, pair := range [][2]map[string]string{{first.Words, w.Words}, {first.Behaviours, w.Behaviours}, {first.Measures, w.Measures}} {
		for _, key := range sortedKeys(pair[0]) {
			if pair[1][key] == "" {
				t.other.wrong(1, "scenario.bad.unnamed", "id", key)
			}
		}
	}
}

func (t *translator) beat(first, b *rawBeat, into *Beat) {
	if first.kind != b.kind {
		t.other.wrong(b.line, "scenario.bad.kind", "id", b.id)
	}
	t.lay(into.Title, b.title, b.line)
	t.passages(b.line, b.id, first.passages, b.passages, into.Texts)
	for _, d := range b.doing {
		if d.key == "hint" && into.Hint >= 0 {
			t.lay(into.Hint, d.value, d.line)
		} else {
			t.other.wrong(d.line, "scenario.bad.machine", "key", d.key)
		}
	}
	if into.Hint >= 0 && !slices.ContainsFunc(b.doing, func(l rawLine) bool { return l.key == "hint" }) {
		t.other.wrong(b.line, "scenario.bad.missing", "key", "hint", "id", b.id)
	}
	byID := map[string]*rawOption{}
	for _, o := range b.options {
		byID[o.id] = o
	}
	for i, f := range first.options {
		o, ok := byID[f.id]
		if !ok {
			t.other.wrong(b.line, "scenario.bad.untranslated", "id", f.id)
			continue
		}
		delete(byID, f.id)
		if into.Kind == Form {
			t.lay(into.Fields[i].Label, o.text, o.line)
		} else {
			t.option(f, o, into.Options[i])
		}
	}
	for _, id := range sortedKeys(byID) {
		t.other.wrong(byID[id].line, "scenario.bad.only_here", "id", id)
	}
}

func (t *translator) option(first, o *rawOption, into *Option) {
	t.lay(into.Text, o.text, o.line)
	var replies []rawLine
	has := map[string]bool{}
	for _, s := range o.subs {
		has[s.key] = true
		switch {
		case machine[s.key]:
			t.other.wrong(s.line, "scenario.bad.machine", "key", s.key)
		case s.key == "says" || s.key == "then":
			replies = append(replies, s)
		case s.key == "say":
			into.Says[t.lang] = append(into.Says[t.lang], s.value)
		case s.key == "why" && into.Why >= 0:
			t.lay(into.Why, s.value, s.line)
		case s.key == "hint" && into.Hint >= 0:
			t.lay(into.Hint, s.value, s.line)
		default:
			t.other.wrong(s.line, "scenario.bad.only_here", "id", s.key)
		}
	}
	for key, needed := range map[string]bool{"why": into.Why >= 0, "hint": into.Hint >= 0, "say": len(into.Says[First]) > 0} {
		if needed && !has[key] {
			t.other.wrong(o.line, "scenario.bad.missing", "key", key, "id", o.id)
		}
	}
	var original []rawLine
	for _, s := range first.subs {
		if s.key == "says" || s.key == "then" {
			original = append(original, s)
		}
	}
	t.passages(o.line, o.id, original, replies, into.Replies)
}

// passages lays passages beside each other: as many, by the same, under the same conditions.
func (t *translator) passages(line int, id string, first, here []rawLine, into []passage) {
	if len(first) != len(here) || len(first) != len(into) {
		t.other.wrong(line, "scenario.bad.passages", "id", id, "n", len(first), "here", len(here))
		return
	}
	for i, l := range here {
		if l.key != first[i].key || l.when != first[i].when || l.condition != first[i].condition {
			t.other.wrong(l.line, "scenario.bad.variant", "when", first[i].when)
		}
		t.lay(into[i].text, l.value, l.line)
	}
}

// lay keeps a text in this language. It may have no place that the first language has not, nor lack one.
func (t *translator) lay(n int, value string, line int) {
	here := &t.texts[n]
	before := len(here.holds)
	pieces := t.cut(here, value, line)
	used := map[int]bool{}
	for _, p := range pieces {
		used[p.hold] = true
	}
	delete(used, -1)
	if len(here.holds) != before || len(used) != before {
		t.other.wrong(line, "scenario.bad.places")
	}
	if strings.TrimSpace(value) == "" || len([]rune(value)) > 3*maxText {
		t.other.wrong(line, "scenario.bad.text", "max", maxText)
	}
	here.pieces[t.lang] = pieces
}
