package scenario

import (
	"bytes"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"tongguan/server/base/fault"
)

// Bounds of a script.
const (
	maxFile    = 256 << 10
	maxBeats   = 60
	maxOptions = 12 // of a beat
	maxText    = 1_200
)

// raw is a file as its lines say it.
type raw struct {
	file     string
	first    bool
	front    []byte
	beats    []*rawBeat
	problems []fault.Problem
}

type rawBeat struct {
	line            int
	title, id, kind string
	passages        []rawLine
	options         []*rawOption
	doing           []rawLine
}

type rawOption struct {
	line int
	text string
	id   string
	subs []rawLine
}

// rawLine is a key with what follows it: of a passage the key is who says it.
type rawLine struct {
	line      int
	key       string
	when      string // what stands in brackets before a passage
	value     string
	condition bool
}

var (
	heading = regexp.MustCompile(`^#{1,6}\s+(.+?)\s*\{#([a-z][a-z0-9_]*)(?:\s+(free|form|offer))?\}\s*$`)
	item    = regexp.MustCompile(`^[-*]\s+(.+?)\s*\{#([a-z][a-z0-9_]*)\}\s*$`)
	sub     = regexp.MustCompile(`^\s+[-*]\s+([a-z]+):\s*(.*?)\s*$`)
	turn    = regexp.MustCompile(`^\s*(?:[-*]\s+)?->\s*(.+?)\s*$`)
	order   = regexp.MustCompile(`^(do|effect|shows|breaks|hint):\s*(.*?)\s*$`)
	variant = regexp.MustCompile(`^\[([^\]]*)\]\s*`)
)

// machine are the keys that say what happens; only the first language has them.
var machine = map[string]bool{"if": true, "do": true, "effect": true, "shows": true, "breaks": true, "means": true, "again": true, "is": true, "->": true}

// spoken are the keys that carry words.
var spoken = map[string]bool{"says": true, "then": true, "why": true, "hint": true, "say": true}

func (r *raw) wrong(line int, key string, args ...any) {
	r.problems = append(r.problems, fault.ProblemAt(r.file, line, key, args...))
}

// readRaw reads the lines of a file.
func readRaw(file string, text []byte, first bool) *raw {
	r := &raw{file: file, first: first}
	if len(text) > maxFile {
		r.wrong(0, "scenario.bad.file_size", "max", maxFile>>10)
		return r
	}
	lines := strings.Split(strings.ReplaceAll(string(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))), "\r\n", "\n"), "\n")
	body := r.readFront(lines)
	for i := body; i < len(lines); {
		i = r.readLine(lines, i)
	}
	return r
}

// readFront reads what stands between two lines of three hyphens at the top, and says where the body begins.
func (r *raw) readFront(lines []string) int {
	if len(lines) == 0 || strings.TrimSpace(lines[0]) != "---" {
		r.wrong(1, "scenario.bad.front")
		return 0
	}
	for i := 1; i < len(lines); i++ {
		if strings.TrimSpace(lines[i]) != "---" {
			continue
		}
		r.front = []byte("\n" + strings.Join(lines[1:i], "\n"))
		return i + 1
	}
	r.wrong(1, "scenario.bad.front")
	return len(lines)
}

// readLine reads a line, or a paragraph of several, and gives where the next begins.
func (r *raw) readLine(lines []string, i int) int {
	line, n := lines[i], i+1
	if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "<!--") {
		return n
	}
	if m := heading.FindStringSubmatch(line); m != nil {
		r.beats = append(r.beats, &rawBeat{line: n, title: m[1], id: m[2], kind: m[3]})
		return n
	}
	if strings.HasPrefix(line, "#") {
		r.wrong(n, "scenario.bad.heading")
		return n
	}
	if len(r.beats) == 0 {
		r.wrong(n, "scenario.bad.before_beats")
		return len(lines)
	}
	b := r.beats[len(r.beats)-1]
	if r.readItem(b, line, n) {
		return n
	}
	return r.readPassage(b, lines, i)
}

func (r *raw) readItem(b *rawBeat, line string, n int) bool {
	indented := strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t")
	if m := turn.FindStringSubmatch(line); m != nil {
		l := rawLine{line: n, key: "->", value: m[1]}
		if indented && len(b.options) > 0 {
			o := b.options[len(b.options)-1]
			o.subs = append(o.subs, l)
		} else {
			b.doing = append(b.doing, l)
		}
		return true
	}
	if m := sub.FindStringSubmatch(line); m != nil {
		r.readSub(b, rawLine{line: n, key: m[1], value: m[2]})
		return true
	}
	if m := item.FindStringSubmatch(line); m != nil {
		b.options = append(b.options, &rawOption{line: n, text: m[1], id: m[2]})
		return true
	}
	if strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "* ") || indented {
		r.wrong(n, "scenario.bad.line", "text", short(line))
		return true
	}
	if m := order.FindStringSubmatch(line); m != nil {
		b.doing = append(b.doing, rawLine{line: n, key: m[1], value: m[2]})
		return true
	}
	return false
}

func (r *raw) readSub(b *rawBeat, l rawLine) {
	switch {
	case len(b.options) == 0:
		r.wrong(l.line, "scenario.bad.line", "text", short(l.value))
	case !machine[l.key] && !spoken[l.key]:
		r.wrong(l.line, "scenario.bad.key", "key", l.key)
	default:
		if l.key == "says" || l.key == "then" {
			l = l.split()
		}
		o := b.options[len(b.options)-1]
		o.subs = append(o.subs, l)
	}
}

// split takes the condition off a passage.
func (l rawLine) split() rawLine {
	if m := variant.FindStringSubmatch(l.value); m != nil {
		l.when, l.condition = strings.TrimSpace(m[1]), true
		l.value = l.value[len(m[0]):]
	}
	return l
}

// decode reads the front matter into a struct; keys that it has no place for are an error.
func (r *raw) decode(into any) {
	d := yaml.NewDecoder(bytes.NewReader(r.front))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		r.wrong(1, "scenario.bad.yaml", "reason", strings.Join(strings.Fields(err.Error()), " "))
	}
}

// begins says whether a line begins something else than a paragraph.
func begins(line string) bool {
	return heading.MatchString(line) || turn.MatchString(line) || order.MatchString(line) || strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "* ")
}

// readPassage reads a paragraph: of the customer's where its lines begin with >.
func (r *raw) readPassage(b *rawBeat, lines []string, i int) int {
	l := rawLine{line: i + 1, key: "then"}
	if strings.HasPrefix(lines[i], ">") {
		l.key = "says"
	}
	for ; i < len(lines) && strings.TrimSpace(lines[i]) != "" && strings.HasPrefix(lines[i], ">") == (l.key == "says") && !begins(lines[i]); i++ {
		if l.value != "" && variant.MatchString(strings.TrimSpace(strings.TrimPrefix(lines[i], ">"))) {
			break // the next variant
		}
		part := strings.TrimSpace(strings.TrimPrefix(lines[i], ">"))
		if l.value != "" && needsSpace(l.value, part) {
			l.value += " "
		}
		l.value += part
	}
	b.passages = append(b.passages, l.split())
	return i
}

// needsSpace says whether two lines are joined with a space: not between two Chinese characters.
func needsSpace(a, b string) bool {
	last, first := []rune(a), []rune(b)
	return len(first) > 0 && !(last[len(last)-1] > 0x2e7f && first[0] > 0x2e7f)
}

func short(s string) string {
	if r := []rune(strings.TrimSpace(s)); len(r) > 30 {
		return string(r[:30]) + "…"
	}
	return strings.TrimSpace(s)
}
