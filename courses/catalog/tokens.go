package catalog

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// token is a piece of text that can be looked for, and where it stands.
type token struct {
	text       string
	start, end int  // bytes
	part       bool // one character out of a longer Chinese run: worth keeping, not worth asking for
}

// tokens takes a text apart, the same way for what is searched and what is asked. Chinese has no spaces, so
// each pair of neighbouring characters is a token, and each character too. Latin words and numbers are folded:
// small letters, no accents, half width; clause numbers (2.4.2) and decimals stay whole, and 6,800 is 6800.
func tokens(text string) []token {
	var out []token
	var word []rune
	start, end := 0, 0
	flush := func() {
		if len(word) > 0 {
			out = append(out, token{text: string(word), start: start, end: end})
			word = word[:0]
		}
	}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if isIdeograph(r) {
			flush()
			n := ideographs(text[i:])
			out = append(out, pairs(text[i:i+n], i)...)
			i += n
			continue
		}
		folded := fold(r)
		switch {
		case unicode.Is(unicode.Mn, r):
			end = i + size
		case unicode.IsLetter(folded) || unicode.IsDigit(folded):
			if len(word) == 0 {
				start = i
			}
			word, end = append(word, folded), i+size
		case folded == '.' && endsInDigit(word) && digits(text[i+size:], 1):
			word = append(word, folded)
		case r == ',' && endsInDigit(word) && digits(text[i+size:], 3):
		default:
			flush()
		}
		i += size
	}
	flush()
	return out
}

// asked gives the distinct tokens that a query wants.
func asked(query string) []string {
	var out []string
	seen := map[string]bool{}
	for _, t := range tokens(query) {
		if !t.part && !seen[t.text] {
			seen[t.text] = true
			out = append(out, t.text)
		}
	}
	return out
}

// pairs gives the characters and the pairs of a run of Chinese that stands at a place.
func pairs(run string, at int) []token {
	var out []token
	last := -1
	for i, r := range run {
		end := i + utf8.RuneLen(r)
		out = append(out, token{run[i:end], at + i, at + end, len(run) > end-i})
		if last >= 0 {
			out = append(out, token{run[last:end], at + last, at + end, false})
		}
		last = i
	}
	return out
}

// ideographs gives the length in bytes of the Chinese that a text begins with.
func ideographs(text string) int {
	for i, r := range text {
		if !isIdeograph(r) {
			return i
		}
	}
	return len(text)
}

// isIdeograph says whether a character is of a script written without spaces.
func isIdeograph(r rune) bool {
	return r >= 0x1100 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

func endsInDigit(word []rune) bool { return len(word) > 0 && unicode.IsDigit(word[len(word)-1]) }

// digits says whether a text begins with so many digits.
func digits(text string, n int) bool {
	for _, r := range text {
		if n == 0 || !unicode.IsDigit(fold(r)) {
			break
		}
		n--
	}
	return n == 0
}

// fold makes a letter small, plain and half as wide.
func fold(r rune) rune {
	if r < utf8.RuneSelf {
		return unicode.ToLower(r)
	}
	if f := width.LookupRune(r).Folded(); f != 0 {
		r = f
	}
	var utf [utf8.UTFMax]byte
	d := norm.NFD.Bytes(utf[:utf8.EncodeRune(utf[:], r)])
	if base, size := utf8.DecodeRune(d); size < len(d) {
		r = base
	}
	return unicode.ToLower(r)
}
