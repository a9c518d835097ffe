package grading

import (
	"fmt"
	"math/big"
	"strings"
	"unicode"
)

// Fold makes typed text comparable: full-width letters, digits and marks narrow, Latin letters small, quotation marks and
// dashes of one kind, marks without width gone, spaces at the ends and full stops at the end gone, several spaces one, none beside Chinese characters.
func Fold(text string) string {
	var out []rune
	for _, r := range text {
		switch {
		case r >= 0xff01 && r <= 0xff5e:
			r -= 0xfee0
		case unicode.Is(unicode.Cf, r): // zero width, direction: pasted along, and seen by nobody
			continue
		case unicode.IsSpace(r):
			r = ' '
		case r == '￥':
			r = '¥'
		case r == '。':
			r = '.'
		case r == '、':
			r = ','
		case r == '“' || r == '”' || r == '「' || r == '」':
			r = '"'
		case r == '‘' || r == '’' || r == '『' || r == '』':
			r = '\''
		case r == '–' || r == '—' || r == '−':
			r = '-'
		}
		r = unicode.ToLower(r)
		switch n := len(out); {
		case r == ' ' && (n == 0 || out[n-1] == ' ' || unicode.Is(unicode.Han, out[n-1])):
			continue
		case unicode.Is(unicode.Han, r) && n > 0 && out[n-1] == ' ':
			out[n-1] = r
			continue
		}
		out = append(out, r)
	}
	return strings.TrimRight(strings.TrimLeft(string(out), " "), " .") // not at the front: .5 is a half
}

// Accepted is an answer that a text question takes, with the points that it earns. A * in it stands for anything.
type Accepted struct {
	Text   string
	Points int
}

// Typed gives the points of a typed answer: the most that any accepted answer gives it, both folded.
func Typed(accepted []Accepted, answer string) int {
	folded, best := Fold(answer), 0
	if folded == "" {
		return 0
	}
	for _, a := range accepted {
		if a.Points > best && like(Fold(a.Text), folded) {
			best = a.Points
		}
	}
	return best
}

// like says whether a text is as a pattern, in which * is anything.
func like(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	rest, ok := strings.CutPrefix(text, parts[0])
	if !ok {
		return false
	}
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(rest, p)
		if i < 0 {
			return false
		}
		rest = rest[i+len(p):]
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}

// Number is an answer in figures that a question takes.
type Number struct {
	Value    *big.Rat
	Absolute *big.Rat // how far off it may be; nil is not at all
	Relative *big.Rat // and as a part of the value; the greater of both counts
	Points   int
}

// Unit is a unit in which a number may be given, with how many of the question's own it is.
type Unit struct {
	Name   string
	Factor *big.Rat
}

// Figure gives the points of a typed number: the most of those that it is near enough to. With units, one of them must
// be named, unless one of them has no name: then a bare number is taken to be in that one. What is no number gives
// ErrAnswer, so that the learner can be told.
func Figure(accepted []Number, units []Unit, answer string) (int, error) {
	x, err := number(answer, units)
	if err != nil {
		return 0, err
	}
	best := 0
	for _, a := range accepted {
		if a.Points > best && near(x, a) {
			best = a.Points
		}
	}
	return best, nil
}

func near(x *big.Rat, a Number) bool {
	allowed := new(big.Rat)
	if a.Absolute != nil {
		allowed.Set(a.Absolute)
	}
	if a.Relative != nil {
		if part := new(big.Rat).Mul(a.Relative, new(big.Rat).Abs(a.Value)); part.Cmp(allowed) > 0 {
			allowed = part
		}
	}
	off := new(big.Rat).Sub(x, a.Value)
	return off.Abs(off).Cmp(allowed) <= 0
}

// longestNumber is more than any answer needs, in characters.
const longestNumber = 60

// number reads a number exactly, in ASCII or full width, with commas between thousands, a per cent sign or a unit.
func number(answer string, units []Unit) (*big.Rat, error) {
	text := strings.ReplaceAll(Fold(answer), " ", "")
	text, factor, ok := unitOf(text, units)
	if !ok {
		return nil, fmt.Errorf("%w: no unit in %.40q", ErrAnswer, answer)
	}
	if rest, ok := strings.CutSuffix(text, "%"); ok {
		text, factor = rest, new(big.Rat).Mul(factor, big.NewRat(1, 100))
	}
	if !plain(text) {
		return nil, fmt.Errorf("%w: %.40q is no number", ErrAnswer, answer)
	}
	x, ok := new(big.Rat).SetString(strings.ReplaceAll(text, ",", ""))
	if !ok {
		return nil, fmt.Errorf("%w: %.40q is no number", ErrAnswer, answer)
	}
	return x.Mul(x, factor), nil
}

// unitOf takes the unit off a number and gives its factor. Of several that fit the longest is meant: 万元, not 元.
func unitOf(text string, units []Unit) (rest string, factor *big.Rat, ok bool) {
	rest, factor, ok = text, big.NewRat(1, 1), len(units) == 0
	longest := -1
	for _, u := range units {
		name := strings.ReplaceAll(Fold(u.Name), " ", "")
		if len(name) <= longest {
			continue
		}
		for _, cut := range []func(string, string) (string, bool){strings.CutSuffix, strings.CutPrefix} {
			if without, fits := cut(text, name); fits {
				rest, factor, ok, longest = without, u.Factor, true, len(name)
				break
			}
		}
	}
	return rest, factor, ok
}

// plain says whether a text is a sign, digits with commas between thousands, and maybe a point with digits.
func plain(text string) bool {
	if len(text) == 0 || len(text) > longestNumber {
		return false
	}
	if text[0] == '-' || text[0] == '+' {
		text = text[1:]
	}
	whole, rest, point := strings.Cut(text, ".")
	if whole == "" && rest == "" || point && !digits(rest) && rest != "" {
		return false
	}
	groups := strings.Split(whole, ",")
	for i, g := range groups {
		if !digits(g) && (whole != "" || !point) || i > 0 && len(g) != 3 {
			return false
		}
	}
	return len(groups) == 1 || len(groups[0]) >= 1 && len(groups[0]) <= 3
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
