package paper

import (
	"slices"
	"strings"
	"unicode"
)

// style is how a text is set.
type style struct {
	size   float64 // points
	strong bool
	tight  bool // no space between Chinese and Latin: a name is spaced as its bearer spaces it
	color  [3]uint8
}

// run is a piece of text in one face.
type run struct {
	face  *face
	text  string
	width float64
	gap   float64 // space before it
}

// autospace stands between Chinese and Latin, in parts of the size; the site does the same (text-autospace).
const autospace = 0.18

func (p *Press) runs(text string, s style) []run {
	faces := plainFaces
	if s.strong {
		faces = strongFaces
	}
	chinese := strings.ContainsFunc(text, isHan)
	var out []run
	var before rune
	for _, r := range text {
		f, ok := p.pick(r, faces, chinese)
		if !ok {
			continue // Print has refused such a text before
		}
		gap := 0.0
		if !s.tight && (isHan(before) && isLetter(r) || isLetter(before) && isHan(r)) {
			gap = autospace * s.size
		}
		if n := len(out); n == 0 || out[n-1].face != f || gap > 0 {
			out = append(out, run{face: f, gap: gap})
		}
		last := &out[len(out)-1]
		last.text += string(r)
		last.width += f.advance(r) * s.size / 1000
		before = r
	}
	return out
}

func (p *Press) width(text string, s style) float64 {
	w := 0.0
	for _, r := range p.runs(text, s) {
		w += r.gap + r.width
	}
	return w
}

func isHan(r rune) bool { return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) }

func isLetter(r rune) bool {
	return unicode.In(r, unicode.Latin, unicode.Cyrillic, unicode.Greek) || r >= '0' && r <= '9'
}

// What must not begin a line, and what must not end one.
const (
	notFirst = "，。、；：？！）》」』”’】〉〕｝…—～·,.;:?!)]}%％‰℃"
	notLast  = "（《「『“‘【〈〔｛([{"
)

// wide says whether a line may break beside the character without a space.
func wide(r rune) bool { return isHan(r) || r >= 0x3000 && r <= 0x303F || r >= 0xFF00 && r <= 0xFFEF }

// pieces cuts a text where lines may break; a space stays at the end of its piece.
func pieces(text string) []string {
	var out []string
	start := 0
	var before rune
	for i, r := range text {
		if i > start && breaks(before, r) {
			out = append(out, text[start:i])
			start = i
		}
		before = r
	}
	if start < len(text) {
		out = append(out, text[start:])
	}
	return out
}

func breaks(before, r rune) bool {
	if strings.ContainsRune(notFirst, r) || strings.ContainsRune(notLast, before) || r == ' ' {
		return false
	}
	return before == ' ' || before == '-' || before == '–' || wide(before) || wide(r)
}

// lines breaks a text to a width, then narrows it as far as the number of lines allows, so that no line is left with
// one character. A word that is wider than a line is broken between letters.
func (p *Press) lines(text string, s style, width float64) []string {
	best := p.fill(text, s, width)
	low, high := width/4, width
	for range 12 {
		mid := (low + high) / 2
		if l := p.fill(text, s, mid); len(l) > len(best) || p.widest(l, s) > mid {
			low = mid
			continue
		}
		high = mid
	}
	if len(best) > 1 {
		if l := p.fill(text, s, high); len(l) == len(best) {
			return l
		}
	}
	return best
}

func (p *Press) widest(lines []string, s style) float64 {
	w := 0.0
	for _, l := range lines {
		w = max(w, p.width(l, s))
	}
	return w
}

// fill puts as many pieces on each line as go there.
func (p *Press) fill(text string, s style, width float64) []string {
	var out []string
	line := ""
	for _, piece := range pieces(text) {
		if line != "" && p.width(strings.TrimRight(line+piece, " "), s) > width {
			out = append(out, strings.TrimRight(line, " "))
			line = ""
		}
		line += piece
		for p.width(strings.TrimRight(line, " "), s) > width && len([]rune(line)) > 1 {
			cut := p.cut(line, s, width)
			out = append(out, line[:cut])
			line = line[cut:]
		}
	}
	if line = strings.TrimRight(line, " "); line != "" {
		out = append(out, line)
	}
	return slices.Clip(out)
}

// cut is the byte before which a word must be broken to fit.
func (p *Press) cut(word string, s style, width float64) int {
	last := 0
	for i := range word {
		if i > 0 && p.width(word[:i], s) > width {
			break
		}
		last = i
	}
	if last == 0 {
		_, last = 0, len(string([]rune(word)[:1]))
	}
	return last
}
