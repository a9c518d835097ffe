package bank

import (
	"cmp"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"tongguan/quizzes/grading"
)

// Below what a careful trainer would look again.
const (
	markDraws     = 40 // sets of parameters for which the right answer is marked
	fewestAnswers = 5  // different right answers of a calculated question over the drawn parameters
	shortestQuote = 6  // characters of a right option that stands in its case's passage word for word
	shortestWord  = 4  // letters of a Latin word that tells two texts to belong together
)

// care looks at a question that is formally in order for what makes it unfair, or tells its answer.
func (l *linter) care(q *Question) {
	l.sameOptions(q)
	l.covered(q)
	l.bothLanguages(q)
	switch q.Type {
	case grading.Matching:
		l.pairsTell(q)
	case grading.Calculated:
		l.answers(q)
	case grading.Cloze:
		for _, g := range q.Gaps {
			l.sameOptions(g.Asks)
			l.covered(g.Asks)
			l.bothLanguages(g.Asks)
			l.gapDiffers(g.Asks)
		}
	}
	l.quoted(q)
	l.accepted(q, nil)
}

// sameOptions finds two options that read the same in a language: whoever reads that language cannot choose between them.
func (l *linter) sameOptions(q *Question) {
	if q.Type == grading.TrueFalse {
		return
	}
	for _, lang := range []string{"zh", "en"} {
		seen := map[string]bool{}
		for _, o := range q.Options {
			text := grading.Fold(o.Text.In(lang))
			if seen[text] {
				l.at(q.Line, "bank.options_same", "id", q.ID, "text", o.Text.In(lang), "lang", lang)
			}
			seen[text] = true
		}
	}
}

// covered finds accepted answers that change nothing, because another takes them for as much.
func (l *linter) covered(q *Question) {
	takes := func(a, b Accept) bool {
		return a.Credit >= b.Credit && grading.Typed([]grading.Accepted{{Text: a.Text, Points: a.Credit}}, b.Text) > 0
	}
	for i, b := range q.Accept {
		for j, a := range q.Accept {
			if i != j && takes(a, b) && (j < i || !takes(b, a)) {
				l.at(q.Line, "bank.accept_covered", "id", q.ID, "text", b.Text, "by", a.Text)
				break
			}
		}
	}
}

// bothLanguages sees that whoever reads English has something to type.
func (l *linter) bothLanguages(q *Question) {
	if n := len(q.Accept); n > 0 && !slices.ContainsFunc(q.Accept, func(a Accept) bool { return !han(a.Text) }) {
		l.at(q.Line, "bank.accept_lang", "id", q.ID)
	}
	if n := len(q.Units); n > 0 && !slices.ContainsFunc(q.Units, func(u Unit) bool { return !han(u.Name) }) {
		l.at(q.Line, "bank.unit_lang", "id", q.ID)
	}
}

func han(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// pairsTell finds a word that a thing and its partner have in common and nothing else on the page has.
func (l *linter) pairsTell(q *Question) {
	for _, lang := range []string{"zh", "en"} {
		times := map[string]int{}
		for _, t := range q.Things {
			for w := range words(t.Text.In(lang)) {
				times[w]++
			}
		}
		of := map[string]map[string]bool{}
		for _, o := range q.Options {
			of[o.ID] = words(o.Text.In(lang))
			for w := range of[o.ID] {
				times[w]++
			}
		}
		for i, t := range q.Things {
			own := words(t.Text.In(lang))
			for _, w := range sortedKeys(own) {
				if of[t.Partner][w] && times[w] == 2 {
					l.at(q.Line, "bank.pair_tells", "id", q.ID, "n", i+1, "word", w, "lang", lang)
					break
				}
			}
		}
	}
}

// words gives what two texts can have in common: Latin words of some length and two Chinese characters that stand together.
func words(text string) map[string]bool {
	out := map[string]bool{}
	var last rune
	var latin strings.Builder
	for _, r := range grading.Fold(text) + " " {
		if unicode.Is(unicode.Han, r) && unicode.Is(unicode.Han, last) {
			out[string([]rune{last, r})] = true
		}
		if r < unicode.MaxLatin1 && unicode.IsLetter(r) {
			latin.WriteRune(r)
		} else {
			if latin.Len() >= shortestWord && !common[latin.String()] {
				out[latin.String()] = true
			}
			latin.Reset()
		}
		last = r
	}
	return out
}

// common are words that tell nothing.
var common = map[string]bool{"that": true, "this": true, "with": true, "from": true, "what": true, "when": true, "them": true, "they": true,
	"their": true, "have": true, "been": true, "will": true, "than": true, "then": true, "your": true, "where": true, "which": true, "before": true,
	"after": true, "into": true, "only": true, "does": true, "each": true, "every": true, "more": true, "most": true, "over": true, "there": true}

// answers draws parameters and looks at the right answers: whether they vary, are below zero, and can be given as asked.
func (l *linter) answers(q *Question) {
	different := map[string]bool{}
	var below *big.Rat
	for _, p := range l.drawn {
		v, err := q.Formula.Value(p.rats())
		if err != nil {
			continue
		}
		different[v.RatString()] = true
		if v.Sign() < 0 {
			below = v
		}
	}
	if len(different) < fewestAnswers {
		l.at(q.Line, "bank.answer_same", "id", q.ID, "n", len(different), "min", fewestAnswers)
	}
	if below != nil {
		l.at(q.Line, "bank.answer_negative", "id", q.ID, "value", Decimal(below))
	}
	if places, ok := rounded(q.Formula.String()); ok {
		l.tolerance(q, places)
	}
	for _, p := range l.drawn[:min(len(l.drawn), markDraws)] {
		if !l.accepted(q, p) {
			return
		}
	}
}

// tolerance sees that whoever rounds less than asked, or not at all, is not marked wrong for being more exact.
func (l *linter) tolerance(q *Question, places int) {
	half := new(big.Rat).Quo(big.NewRat(1, 2), new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)))
	for _, f := range q.Figures {
		if t := ratOf(f.Tolerance); f.Credit == grading.Full && f.Relative == "" && (t == nil || t.Cmp(half) < 0) {
			l.at(q.Line, "bank.tolerance_small", "id", q.ID, "tolerance", cmp.Or(f.Tolerance, "0"), "min", Decimal(half))
		}
	}
}

var roundCall = regexp.MustCompile(`^round\((.*?)(?:,\s*(\d\d?)\s*)?\)$`)

// rounded says to how many decimals a formula rounds at its end.
func rounded(source string) (places int, ok bool) {
	m := roundCall.FindStringSubmatch(strings.TrimSpace(source))
	if m == nil {
		return 0, false
	}
	depth := 0
	for _, r := range m[1] {
		switch r {
		case '(':
			depth++
		case ')':
			if depth--; depth < 0 {
				return 0, false // the bracket of round closes before the end
			}
		}
	}
	places, _ = strconv.Atoi(m[2])
	return places, true
}

// gapDiffers finds an option whose figures are others in the other language.
func (l *linter) gapDiffers(q *Question) {
	for _, o := range q.Options {
		zh, en := figuresIn(o.Text.ZH), figuresIn(o.Text.EN)
		if len(zh) > 0 && len(en) > 0 && !slices.Equal(zh, en) {
			l.at(q.Line, "bank.gap_differs", "id", q.ID, "option", o.ID)
		}
	}
}

var figureForm = regexp.MustCompile(`(\d[\d,]*(?:\.\d+)?)\s*(万|亿)?`)

// figuresIn gives the numbers in a text in order, exactly: 22万 and 220,000 are the same.
func figuresIn(text string) []string {
	var out []string
	for _, m := range figureForm.FindAllStringSubmatch(grading.Fold(text), -1) {
		if x := ratOf(strings.ReplaceAll(m[1], ",", "")); x != nil {
			x.Mul(x, map[string]*big.Rat{"": big.NewRat(1, 1), "万": big.NewRat(10_000, 1), "亿": big.NewRat(100_000_000, 1)}[m[2]])
			out = append(out, x.RatString())
		}
	}
	return out
}

// quoted finds a question of a case that asks for judgement, and whose answer stands in the case word for word.
func (l *linter) quoted(q *Question) {
	if q.Case == nil || q.Level == "recall" {
		return
	}
	for _, lang := range []string{"zh", "en"} {
		text := q.Case.Passage.In(lang)
		for _, row := range q.Case.Table {
			for _, cell := range row {
				text += "\n" + cell.In(lang)
			}
		}
		if q.answeredBy(text, lang) {
			l.at(q.Line, "bank.answer_quoted", "id", q.ID, "lang", lang)
			return
		}
	}
}

func (q *Question) answeredBy(text, lang string) bool {
	for _, f := range q.Figures {
		if v := ratOf(f.Value); v != nil && f.Credit == grading.Full && slices.Contains(figuresIn(text), v.RatString()) {
			return true
		}
	}
	for _, a := range q.Accept {
		if bare := strings.Trim(a.Text, "*"); a.Credit == grading.Full && han(bare) == (lang == "zh") && strings.Contains(grading.Fold(text), grading.Fold(bare)) {
			return true
		}
	}
	return q.Type == grading.Single && slices.ContainsFunc(q.Options, func(o Option) bool {
		right := grading.Fold(o.Text.In(lang))
		return o.Right && utf8.RuneCountInString(right) >= shortestQuote && strings.Contains(grading.Fold(text), right)
	})
}

// accepted marks the answer that is shown as the right one: it must earn everything. A number that cannot be written down,
// like a third, needs a tolerance.
func (l *linter) accepted(q *Question, params Params) bool {
	if q.Type == grading.Open || q.Type == grading.Calculated && params == nil {
		return true
	}
	right := q.Right(params)
	points, err := grading.Mark(q.Key(params), right)
	if err == nil && points == grading.Full {
		return true
	}
	l.at(q.Line, "bank.right_refused", "id", q.ID, "answer", strings.Join(right, " "))
	return false
}

// pools finds labels that no line of the blueprint names, and questions that no line can draw.
func (l *linter) pools(s *Set) {
	if len(s.Blueprint) == 0 {
		return
	}
	named, said := map[string]bool{}, map[string]bool{}
	for _, c := range s.Blueprint {
		named[c.Pool] = true
	}
	for _, unit := range s.units() {
		q := unit[0]
		switch {
		case q.Pool != "" && !named[q.Pool]:
			if !said[q.Pool] {
				l.at(q.Line, "bank.pool_unused", "id", q.ID, "pool", q.Pool)
			}
			said[q.Pool] = true
		case !slices.ContainsFunc(s.Blueprint, func(c Cell) bool { return c.fits(q) }):
			l.at(q.Line, "bank.never_drawn", "id", q.ID)
		}
	}
}

// checks sees that what a lesson asks in passing can be marked at once, with nothing drawn for it.
func (l *linter) checks(s *Set) {
	for _, q := range s.Checks {
		if q.Type == grading.Open || q.Type == grading.Calculated {
			l.at(q.Line, "bank.check_type", "id", q.ID, "type", string(q.Type))
		}
	}
}
