package bank

import (
	"math/big"
	"strings"
	"unicode/utf8"

	"tongguan/server/base/fault"
)

// Limits of what somebody may win who knows nothing, over the whole bank.
const (
	guessFrom  = 60 // questions with one right option from which on the shares mean something
	guessAbove = 10 // percentage points that a rule of thumb may earn above blind chance
)

// Guesser is a rule of thumb by which somebody who has not learnt anything picks an option: it weighs every option of a
// question, and the heaviest is taken. Of several that weigh the same each is as likely.
type Guesser struct {
	Name  string
	weigh func(q *Question, option int, lang string) int
}

// Guessers are the rules that test-wise people are known to use, after the list of Millman, Bishop and Ebel (1965), "An analysis of
// test-wiseness": length, place, likeness to the stem, absolute and careful words, detail.
func Guessers() []Guesser {
	text := func(q *Question, i int, lang string) string { return q.Options[i].Text.In(lang) }
	length := func(q *Question, i int, lang string) int { return utf8.RuneCountInString(text(q, i, lang)) }
	like := func(q *Question, i int, lang string) int { return likeness(q.Stem.In(lang), text(q, i, lang)) }
	absolute := func(q *Question, i int, lang string) int { return times(text(q, i, lang), absolutes) }
	return []Guesser{
		{"longest", length},
		{"shortest", func(q *Question, i int, lang string) int { return -length(q, i, lang) }},
		{"first", func(_ *Question, i int, _ string) int { return -i }},
		{"second", func(_ *Question, i int, _ string) int { return at(i, 1) }},
		{"third", func(_ *Question, i int, _ string) int { return at(i, 2) }},
		{"last", func(_ *Question, i int, _ string) int { return i }},
		{"like_stem", like},
		{"unlike_stem", func(q *Question, i int, lang string) int { return -like(q, i, lang) }},
		{"no_absolutes", func(q *Question, i int, lang string) int { return -absolute(q, i, lang) }},
		{"careful", func(q *Question, i int, lang string) int { return times(text(q, i, lang), hedges) }},
		{"figures", func(q *Question, i int, lang string) int { return len(figuresIn(text(q, i, lang))) }},
		{"odd_one", oddOne},
	}
}

func at(i, place int) int {
	if i == place {
		return 1
	}
	return 0
}

// Words that promise too much to be true, and words that promise little.
var (
	absolutes = []string{"从不", "一律", "总是", "绝对", "任何时候", "完全", "永远", "所有", "always", "never", "every", "all ", "only", "completely", "under any circumstances"}
	hedges    = []string{"先", "再", "确认", "核实", "可能", "通常", "请", "first", "check", "confirm", "may", "usually", "ask"}
)

func times(text string, words []string) int {
	text = strings.ToLower(text)
	n := 0
	for _, w := range words {
		n += strings.Count(text, w)
	}
	return n
}

// likeness counts the words that an option has in common with the stem, in thousandths of its own.
func likeness(stem, option string) int {
	in, own := words(stem), words(option)
	both := 0
	for w := range own {
		if in[w] {
			both++
		}
	}
	if len(own) == 0 {
		return 0
	}
	return both * 1000 / len(own)
}

// oddOne weighs how far an option's length is from the middle of the others'.
func oddOne(q *Question, option int, lang string) int {
	sum, own := 0, 0
	for i, o := range q.Options {
		n := utf8.RuneCountInString(o.Text.In(lang))
		sum += n
		if i == option {
			own = n
		}
	}
	others := len(q.Options) - 1
	return abs(own*others - (sum - own))
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

// Guess is what a rule of thumb earns on the questions with one right option among at least three.
type Guess struct {
	Guesser, Lang string
	Hits, Chance  int // basis points: its share of right picks, and that of picking blindly
	Questions     int
}

// Guesses measures every rule of thumb in both languages.
func (b *Bank) Guesses() []Guess {
	var asked []*Question
	for _, s := range b.sets {
		for _, q := range oneOfSeveral(s) {
			if len(q.Options) >= fewestOptions {
				asked = append(asked, q)
			}
		}
	}
	var out []Guess
	for _, g := range Guessers() {
		for _, lang := range []string{"zh", "en"} {
			hits, chance := 0.0, 0.0
			for _, q := range asked {
				hits += g.hit(q, lang)
				chance += 1 / float64(len(q.Options))
			}
			if n := float64(len(asked)); n > 0 {
				out = append(out, Guess{g.Name, lang, int(hits/n*10_000 + 0.5), int(chance/n*10_000 + 0.5), len(asked)})
			}
		}
	}
	return out
}

// hit is how likely the rule picks the right option.
func (g Guesser) hit(q *Question, lang string) float64 {
	best, among, right := 0, 0, false
	for i, o := range q.Options {
		w := g.weigh(q, i, lang)
		switch {
		case i == 0 || w > best:
			best, among, right = w, 1, o.Right
		case w == best:
			among, right = among+1, right || o.Right
		}
	}
	if !right {
		return 0
	}
	return 1 / float64(among)
}

// Fair gives what is wrong with the bank as a whole: rules of thumb that win without knowing anything, too many
// questions that ask for what is not so, and questions that are nearly the same.
func (b *Bank) Fair() []fault.Problem {
	var out []fault.Problem
	for _, g := range b.Guesses() {
		if g.Questions >= guessFrom && g.Hits > g.Chance+guessAbove*100 {
			out = append(out, fault.ProblemAt("courses", 0, "bank.guess."+g.Guesser, "lang", g.Lang,
				"hits", percentText(g.Hits), "chance", percentText(g.Chance), "max", percentText(g.Chance+guessAbove*100), "n", g.Questions))
		}
	}
	out = append(out, b.negations()...)
	return append(out, b.twins()...)
}

func percentText(basis int) string { return Decimal(big.NewRat(int64(basis), 100)) }
