package demo

import (
	"maps"
	"math/big"
	"slices"
	"strings"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
)

// pupil is how somebody answers: how often they know, and in which language they write.
type pupil struct {
	ability float64
	lang    string
}

// writing is what people write to an open question, in each language from the weakest to the best.
type writing struct {
	Question string
	ZH, EN   []string
}

// choose answers rightly as often as the ability says, and otherwise as people go wrong: two steps swapped, a wrong
// partner, a figure left out of a sum. Nobody guesses a term: they leave it.
func (f *filler) choose(q *bank.Question, params bank.Params, p pupil) []string {
	knows := f.chance.Float64() < p.ability
	switch {
	case q.Type == grading.Open:
		return f.write(q, knows, p.lang)
	case knows:
		return q.Right(params)
	}
	return f.mistake(q, params)
}

// write takes the best text when somebody knows, and any other when not; nothing where the demo has none.
func (f *filler) write(q *bank.Question, knows bool, lang string) []string {
	for _, w := range f.company.Writings {
		texts := w.ZH
		if lang == "en" {
			texts = w.EN
		}
		if w.Question != q.ID || len(texts) == 0 {
			continue
		}
		if n := len(texts) - 1; !knows && n > 0 {
			return texts[f.chance.IntN(n):][:1]
		}
		return texts[len(texts)-1:]
	}
	return nil
}

func (f *filler) mistake(q *bank.Question, params bank.Params) []string {
	right := q.Right(params)
	switch q.Type {
	case grading.Matching:
		return f.mismatch(q, right)
	case grading.Ordering:
		out := slices.Clone(right)
		if i := len(out) - 1; i > 0 {
			i = f.chance.IntN(i)
			out[i], out[i+1] = out[i+1], out[i]
		}
		return out
	case grading.Numeric, grading.Calculated:
		return f.miscount(q, params, right)
	case grading.ShortText:
		return nil
	case grading.Cloze:
		return f.misfill(q)
	}
	return f.mischoose(q, right)
}

// mischoose takes a wrong option; of several right ones it leaves one out and takes a wrong one instead.
func (f *filler) mischoose(q *bank.Question, right []string) []string {
	var wrong []string
	for _, o := range q.Options {
		if !slices.Contains(right, o.ID) {
			wrong = append(wrong, o.ID)
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	taken := wrong[f.chance.IntN(len(wrong))]
	if q.Type != grading.Multiple || len(right) == 0 {
		return []string{taken}
	}
	left := f.chance.IntN(len(right))
	return append(slices.Delete(slices.Clone(right), left, left+1), taken)
}

// mismatch gives one thing the partner of another, or one that fits nothing.
func (f *filler) mismatch(q *bank.Question, right []string) []string {
	out := slices.Clone(right)
	i := f.chance.IntN(len(q.Things))
	for _, n := range f.chance.Perm(len(q.Options)) {
		if p := q.Options[n].ID; p != q.Things[i].Partner {
			out[i] = q.Things[i].ID + "=" + p
			break
		}
	}
	return out
}

// miscount gives the figure of a known slip, or leaves a parameter out of the sum, or is off by a tenth.
func (f *filler) miscount(q *bank.Question, params bank.Params, right []string) []string {
	if len(right) == 0 {
		return nil
	}
	unit := strings.TrimLeft(right[0], "-.,0123456789")
	for _, x := range q.Figures {
		if v, ok := new(big.Rat).SetString(x.Value); ok && x.Credit < grading.Full {
			return []string{bank.Decimal(v) + unit}
		}
	}
	value := q.Key(params).Numbers[0].Value
	wrong := new(big.Rat).Mul(value, big.NewRat(9, 10))
	names := slices.Sorted(maps.Keys(params))
	for _, n := range f.chance.Perm(len(names)) {
		if v := without(q, params, names[n]); v != nil && v.Sign() > 0 && v.Cmp(value) != 0 {
			wrong = v
			break
		}
	}
	return []string{bank.Decimal(wrong) + unit}
}

// without is what the formula gives when a parameter is forgotten; nil where it has no value then.
func without(q *bank.Question, params bank.Params, name string) *big.Rat {
	values := map[string]*big.Rat{}
	for n, text := range params {
		if r, ok := new(big.Rat).SetString(text); ok {
			values[n] = r
		}
	}
	values[name] = new(big.Rat)
	v, err := q.Formula.Value(values)
	if err != nil {
		return nil
	}
	return v
}

// misfill goes wrong in one gap.
func (f *filler) misfill(q *bank.Question) []string {
	var out []string
	off := f.chance.IntN(len(q.Gaps))
	for i, g := range q.Gaps {
		given := g.Asks.Right(nil)
		if i == off {
			given = f.mistake(g.Asks, nil)
		}
		for _, text := range given {
			out = append(out, g.ID+"="+text)
		}
	}
	return out
}
