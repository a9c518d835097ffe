package exchange

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"unicode"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
)

// Bounds of typed answers, so that comparing them with each other costs no more than a moment.
const (
	mostTyped    = 100 // answers of one question
	longestTyped = 200 // characters of one
)

// words reads accepted texts. Moodle takes the first answer that fits, the bank the best: they are the same where no
// answer that earns less stands before one that earns more and fits some of the same texts.
func (d *draft) words(q *bank.Question) {
	q.Type = grading.ShortText
	if len(d.answers) > mostTyped {
		d.unable("exchange.too_many", fmt.Sprint(mostTyped))
		return
	}
	var patterns []string
	for _, a := range d.answers {
		text := firstOf(a.text)
		patterns = append(patterns, grading.Fold(text))
		q.Explanation = join(q.Explanation, labelled(unlessAny(a.text), a.why))
		switch {
		case len(text) > 4*longestTyped:
			d.unable("exchange.too_long", fmt.Sprint(longestTyped))
			return
		case strings.Contains(text, `\*`):
			d.unable("exchange.star", "")
		case a.part.Sign() <= 0:
			continue
		case d.caseful && strings.ContainsFunc(text, func(r rune) bool { return unicode.IsUpper(r) || unicode.IsLower(r) }):
			d.unable("exchange.case", text)
		case strings.Trim(grading.Fold(text), "* ") == "":
			d.unable("exchange.anything", "")
		}
		q.Accept = append(q.Accept, bank.Accept{Text: text, Credit: hundredths(a.part)})
	}
	d.best(slices.ContainsFunc(q.Accept, func(a bank.Accept) bool { return a.Credit == grading.Full }), len(q.Accept))
	d.ordered(func(i, j int) bool { return overlap(patterns[i], patterns[j]) })
}

// unlessAny leaves out what stands for all other answers.
func unlessAny(t bank.Text) bank.Text {
	if firstOf(t) == "*" {
		return bank.Text{}
	}
	return t
}

// best says whether something earns anything, and everything.
func (d *draft) best(full bool, n int) {
	if n == 0 {
		d.broken("exchange.no_right", "")
	} else if !full {
		d.unable("exchange.no_full", "")
	}
}

// ordered refuses answers of which an earlier one takes away from a better one behind it.
func (d *draft) ordered(meet func(i, j int) bool) {
	for j := range d.answers {
		for i := range j {
			if d.answers[i].part.Cmp(d.answers[j].part) < 0 && d.answers[j].part.Sign() > 0 && meet(i, j) {
				d.unable("exchange.first_counts", firstOf(d.answers[j].text))
			}
		}
	}
}

// overlap says whether some text fits both patterns, in which * is anything.
func overlap(a, b string) bool {
	x, y := []rune(a), []rune(b)
	row := make([]bool, len(y)+1) // whether x[i:] and y[j:] meet, for the present i
	for i := len(x); i >= 0; i-- {
		below := slices.Clone(row)
		for j := len(y); j >= 0; j-- {
			switch {
			case i == len(x) && j == len(y):
				row[j] = true
			case i < len(x) && x[i] == '*':
				row[j] = below[j] || j < len(y) && row[j+1]
			case j < len(y) && y[j] == '*':
				row[j] = row[j+1] || i < len(x) && below[j]
			default:
				row[j] = i < len(x) && j < len(y) && x[i] == y[j] && below[j+1]
			}
		}
	}
	return row[0]
}

// numbers reads accepted numbers; the first that fits counts there, the best here.
func (d *draft) numbers(q *bank.Question) {
	q.Type, q.Units = grading.Numeric, d.units
	if len(d.answers) > mostTyped {
		d.unable("exchange.too_many", fmt.Sprint(mostTyped))
		return
	}
	ranges := make([]struct{ low, high *big.Rat }, len(d.answers)) // nil is endless
	for i, a := range d.answers {
		text := firstOf(a.text)
		q.Explanation = join(q.Explanation, labelled(unlessAny(a.text), a.why))
		if text == "*" || text == "" && a.part.Sign() <= 0 {
			if a.part.Sign() > 0 {
				d.unable("exchange.anything", "")
			}
			continue
		}
		f, v, allowed := d.figure(a)
		if v == nil {
			return
		}
		ranges[i].low, ranges[i].high = new(big.Rat).Sub(v, allowed), new(big.Rat).Add(v, allowed)
		if a.part.Sign() > 0 {
			f.Credit = hundredths(a.part)
			q.Figures = append(q.Figures, f)
		}
	}
	d.best(slices.ContainsFunc(q.Figures, func(f bank.Figure) bool { return f.Credit == grading.Full }), len(q.Figures))
	d.ordered(func(i, j int) bool {
		a, b := ranges[i], ranges[j]
		return a.low == nil || b.low == nil || a.low.Cmp(b.high) <= 0 && b.low.Cmp(a.high) <= 0
	})
}

// figure reads one number, and how far off it allows.
func (d *draft) figure(a answer) (f bank.Figure, value, allowed *big.Rat) {
	allowed = new(big.Rat)
	text := firstOf(a.text)
	v, ok := ratOf(text)
	if !ok {
		d.broken("exchange.number", text)
		return f, nil, nil
	}
	if f.Value, ok = valueForm(v); !ok {
		d.unable("exchange.number_long", text)
	}
	for _, t := range []struct {
		text string
		into *string
		of   *big.Rat
	}{{a.tolerance, &f.Tolerance, whole}, {a.relative, &f.Relative, new(big.Rat).Abs(v)}} {
		if t.text == "" {
			continue
		}
		r, ok := ratOf(t.text)
		if !ok {
			d.broken("exchange.number", t.text)
			return f, nil, nil
		}
		if r.Abs(r); r.Sign() == 0 {
			continue
		}
		if *t.into, ok = valueForm(r); !ok {
			d.unable("exchange.number_long", t.text)
		}
		if part := new(big.Rat).Mul(r, t.of); part.Cmp(allowed) > 0 {
			allowed = part
		}
	}
	return f, v, allowed
}

// passage reads a text with gaps. Moodle adds what the gaps earn, also where that is less than nothing.
func (d *draft) passage(q *bank.Question) {
	q.Type = grading.Cloze
	q.Stem, q.Passage = stemOf(d.text)
	if len(d.gaps) == 0 {
		d.broken("exchange.no_gaps", "")
	}
	for i := range d.gaps {
		g := &d.gaps[i]
		asks := &bank.Question{}
		switch g.asks.kind {
		case ShortAnswer:
			g.asks.words(asks)
		case Numerical:
			g.asks.numbers(asks)
		default:
			g.asks.single = true
			g.asks.choices(asks)
		}
		for _, a := range g.asks.answers {
			if a.part.Sign() < 0 {
				g.asks.unable("exchange.gap_negative", "")
			} else if !exactly(a.part) && len(d.gaps) > 1 {
				g.asks.unable("exchange.weights_exact", "")
			}
		}
		if g.asks.status != "" && d.status == "" {
			d.status, d.reason, d.args = g.asks.status, g.asks.reason, g.asks.args
		}
		q.Explanation, asks.Explanation = join(q.Explanation, asks.Explanation), bank.Text{}
		q.Gaps = append(q.Gaps, bank.Gap{ID: g.id, Weight: g.weight, Asks: asks})
	}
}

// stemOf parts a text with gaps into what is asked, its first line where that has no gap, and the passage.
func stemOf(text bank.Text) (stem, passage bank.Text) {
	cut := func(s string) (string, string) {
		first, rest, ok := strings.Cut(s, "\n")
		if !ok || strings.Contains(first, "[[") {
			return "", s
		}
		return first, rest
	}
	stem.ZH, passage.ZH = cut(text.ZH)
	stem.EN, passage.EN = cut(text.EN)
	if text.EN != "" && text.ZH != "" && (stem.ZH == "") != (stem.EN == "") {
		return bank.Text{}, text
	}
	return stem, passage
}
