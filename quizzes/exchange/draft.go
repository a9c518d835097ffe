package exchange

import (
	"math/big"
	"regexp"
	"strings"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
)

// draft is a question as a file tells it, in Moodle's terms. Texts of a file in one language stand in its zh, whichever it
// is, until the question becomes one of the bank.
type draft struct {
	name, kind, category string
	line                 int
	text, feedback       bank.Text
	more                 []bank.Text // what else is told after the answer
	single, fixed        bool
	told                 bool // the file tells languages apart
	caseful              bool // capital letters count
	rule                 grading.Rule
	answers              []answer // of choices, true or false, words, numbers; the steps of an order
	pairs                []pairing
	extra                []bank.Text // partners that fit nothing
	units                []bank.Unit
	sets                 []dataset
	gaps                 []gap
	guide                bank.Text // for those who mark
	clauses              []string
	level, pool          string

	status Status // "" so far
	reason string
	args   map[string]any
}

// answer is an answer with the part of the marks that it earns.
type answer struct {
	text, why           bank.Text
	part                *big.Rat // −1 to 1; 1 is all
	tolerance, relative string   // of a number
}

type pairing struct{ thing, partner bank.Text }

// gap is a gap of a text, which has [[id]] in its place.
type gap struct {
	id     string
	weight int
	asks   draft
}

func (d *draft) refuse(s Status, key, detail string) {
	if d.status == "" {
		d.status, d.reason, d.args = s, key, map[string]any{"detail": detail}
	}
}

// broken says that the file is wrong.
func (d *draft) broken(key, detail string) { d.refuse(Broken, key, detail) }

// unable says that the bank cannot hold the question exactly.
func (d *draft) unable(key, detail string) { d.refuse(Unsupported, key, detail) }

// zh is a text of a file in one language.
func zh(s string) bank.Text { return bank.Text{ZH: s} }

// take keeps a text that was flattened, and says so where it rests on a picture.
func (d *draft) take(f flattened) bank.Text {
	if f.media != "" {
		d.unable("exchange.image", f.media)
	}
	return zh(f.text)
}

var (
	whole      = big.NewRat(1, 1)
	hundred    = big.NewRat(100, 1)
	nearly     = big.NewRat(5, 100_000) // how far two decimals of a per cent may be from what they stand for
	plainForm  = regexp.MustCompile(`^[+-]?(\d{1,15}(\.\d{0,15})?|\.\d{1,15})([eE][+-]?\d{1,2})?$`)
	decimalLen = 10 // decimals that a number of the bank has at most
)

// ratOf reads a number as such files have it. Its length is bounded, so that no number costs more than a moment.
func ratOf(s string) (*big.Rat, bool) {
	if s = strings.TrimSpace(s); !plainForm.MatchString(s) {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

// partOf reads a weight in per cent. What is written 33.33333 means a third: a fraction with a denominator of 20 at most
// that the decimals are nearest to.
func partOf(percent string) (*big.Rat, bool) {
	x, ok := ratOf(percent)
	if !ok || new(big.Rat).Abs(x).Cmp(hundred) > 0 {
		return nil, false
	}
	x.Quo(x, hundred)
	for bottom := int64(1); bottom <= 20; bottom++ {
		top := grading.Round(new(big.Rat).Mul(x, big.NewRat(bottom, 1)), 0)
		f := top.Quo(top, big.NewRat(bottom, 1))
		if off := new(big.Rat).Sub(f, x); off.Abs(off).Cmp(nearly) < 0 {
			return f, true
		}
	}
	return x, true
}

// hundredths rounds a part to the grain of marks.
func hundredths(part *big.Rat) int {
	return int(grading.Round(new(big.Rat).Mul(part, hundred), 0).Num().Int64())
}

// exactly says whether a part is whole hundredths, so that sums of it need no rounding.
func exactly(part *big.Rat) bool { return new(big.Rat).Mul(part, hundred).IsInt() }

// valueForm writes a number as the bank does; false where it has more digits than one may have there.
func valueForm(r *big.Rat) (string, bool) {
	s := bank.Exactly(r)
	whole, decimals, _ := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	return s, !strings.Contains(s, "/") && len(whole) <= 15 && len(decimals) <= decimalLen
}

// join puts texts below each other in both languages.
func join(texts ...bank.Text) bank.Text {
	var zh, en []string
	for _, t := range texts {
		if t.ZH != "" {
			zh = append(zh, t.ZH)
		}
		if t.EN != "" {
			en = append(en, t.EN)
		}
	}
	return bank.Text{ZH: strings.Join(zh, "\n"), EN: strings.Join(en, "\n")}
}

// labelled is what is said of one answer, where the bank has no place for it beside the answer.
func labelled(answer, said bank.Text) bank.Text {
	label := func(a, s string) string {
		if s == "" || a == "" {
			return s
		}
		return a + " – " + s
	}
	return bank.Text{ZH: label(answer.ZH, said.ZH), EN: label(answer.EN, said.EN)}
}

func empty(t bank.Text) bool { return t.ZH == "" && t.EN == "" }
