package amendment

import (
	"unicode"
	"unicode/utf8"
)

// Span is a piece of a text and what became of it.
type Span struct {
	Text string
	Kind Kind
}

// Kind is what became of a piece of text.
type Kind string

// The kinds.
const (
	Same  Kind = ""
	Gone  Kind = "gone"
	Added Kind = "added"
)

// mostTokens bounds what is compared token by token: past it the two texts stand as a whole. A clause has a few hundred.
const mostTokens = 3000

// Compare shows what became of a text, by words where they are Latin and by characters where they are Chinese. What is the
// same and what is gone make up the text before; what is the same and what is new, the text after.
func Compare(before, after string) []Span {
	a, b := words(before), words(after)
	if len(a) > mostTokens || len(b) > mostTokens {
		return joined([]Span{{before, Gone}, {after, Added}})
	}
	return joined(settled(aligned(a, b)))
}

// words cuts a text into what is compared: Chinese characters, Latin words with their figures, and whatever else one by one.
func words(s string) (out []string) {
	for len(s) > 0 {
		n := 0
		for n < len(s) {
			r, size := utf8.DecodeRuneInString(s[n:])
			if !inWord(r) {
				break
			}
			n += size
		}
		if n == 0 {
			_, n = utf8.DecodeRuneInString(s)
		}
		out, s = append(out, s[:n]), s[n:]
	}
	return out
}

func inWord(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '\'' || r == '’') && !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// aligned keeps the longest common sequence of tokens, O(len(a)·len(b)).
func aligned(a, b []string) (out []Span) {
	longest := make([][]int, len(a)+1) // of a[i:] and b[j:]
	for i := range longest {
		longest[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if longest[i][j] = max(longest[i+1][j], longest[i][j+1]); a[i] == b[j] {
				longest[i][j] = longest[i+1][j+1] + 1
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			out, i, j = append(out, Span{a[i], Same}), i+1, j+1
		case j == len(b) || i < len(a) && longest[i+1][j] >= longest[i][j+1]:
			out, i = append(out, Span{a[i], Gone}), i+1
		default:
			out, j = append(out, Span{b[j], Added}), j+1
		}
	}
	return out
}

// settled gives up what is the same by accident: a single character or a short word between two changes makes a difference
// harder to read, not easier.
func settled(all []Span) (out []Span) {
	for i := 0; i < len(all); {
		n := i
		for n < len(all) && all[n].Kind == Same {
			n++
		}
		if n == i {
			out, i = append(out, all[i]), i+1
			continue
		}
		between := i > 0 && n < len(all)
		weight := 0
		for _, s := range all[i:n] {
			weight += weigh(s.Text)
		}
		for _, s := range all[i:n] {
			if between && weight < 3 {
				out = append(out, Span{s.Text, Gone}, Span{s.Text, Added})
			} else {
				out = append(out, s)
			}
		}
		i = n
	}
	return out
}

// weigh says how much a token tells.
func weigh(token string) int {
	r, _ := utf8.DecodeRuneInString(token)
	switch n := utf8.RuneCountInString(token); {
	case !unicode.IsLetter(r) && !unicode.IsDigit(r):
		return 0
	case unicode.Is(unicode.Han, r):
		return 1
	case n <= 3:
		return 1
	default:
		return 3
	}
}

// joined puts together what is alike: between two places that stayed, first all that is gone, then all that is new.
func joined(all []Span) (out []Span) {
	var gone, fresh, same string
	flush := func() {
		if gone != "" {
			out = append(out, Span{gone, Gone})
		}
		if fresh != "" {
			out = append(out, Span{fresh, Added})
		}
		gone, fresh = "", ""
	}
	for _, s := range all {
		if s.Kind == Same {
			flush()
			same += s.Text
			continue
		}
		if same != "" {
			out = append(out, Span{same, Same})
			same = ""
		}
		if s.Kind == Gone {
			gone += s.Text
		} else {
			fresh += s.Text
		}
	}
	flush()
	if same != "" {
		out = append(out, Span{same, Same})
	}
	return out
}
