package exchange

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
)

// mostDrawn is how many values a parameter has at most, where they are listed.
const mostDrawn = 1000

// calculated reads a formula with numbers that are drawn. All answers must have one formula, and differ in how far off
// they allow.
func (d *draft) calculated(q *bank.Question) {
	q.Type, q.Units = grading.Calculated, d.units
	names := d.params(q)
	formula := ""
	for _, a := range d.answers {
		text := firstOf(a.text)
		if text == "*" && a.part.Sign() <= 0 || d.status != "" {
			continue
		}
		f := d.rewritten(text, names)
		if formula != "" && f != formula {
			d.unable("exchange.formulas", "")
		}
		formula = f
		if a.part.Sign() <= 0 {
			d.unable("exchange.first_counts", text)
			continue
		}
		q.Explanation = join(q.Explanation, a.why)
		q.Figures = append(q.Figures, d.allowance(a))
	}
	q.Explanation.ZH = d.answered(q.Explanation.ZH, formula, names)
	q.Stem, q.Explanation = d.renamed(q.Stem, names), d.renamed(q.Explanation, names)
	if d.status != "" {
		return
	}
	d.best(slices.ContainsFunc(q.Figures, func(f bank.Figure) bool { return f.Credit == grading.Full }), len(q.Figures))
	for i, f := range q.Figures { // the first that fits counts there: what allows less must earn more
		for _, before := range q.Figures[:i] {
			if before.Credit < f.Credit {
				d.unable("exchange.first_counts", formula)
			}
		}
	}
	parsed, err := grading.ParseFormula(formula)
	if err != nil {
		d.unable("exchange.formula", err.Error())
		return
	}
	q.Formula = parsed
}

// allowance is how far off an answer may be.
func (d *draft) allowance(a answer) bank.Figure {
	f := bank.Figure{Credit: hundredths(a.part)}
	for text, into := range map[string]*string{a.tolerance: &f.Tolerance, a.relative: &f.Relative} {
		if text == "" {
			continue
		}
		r, ok := ratOf(text)
		if !ok {
			d.broken("exchange.number", text)
			return f
		}
		if r.Abs(r); r.Sign() == 0 {
			continue
		}
		if *into, ok = valueForm(r); !ok {
			d.unable("exchange.number_long", text)
		}
	}
	return f
}

var unnamed = regexp.MustCompile(`[^a-z0-9_]+`)

// params makes parameters of the data sets, and gives the name of each by the old one.
func (d *draft) params(q *bank.Question) map[string]string {
	names, taken := map[string]string{}, map[string]bool{"answer": true}
	if len(d.sets) == 0 {
		d.broken("exchange.no_sets", "")
	}
	for i, s := range d.sets {
		if names[s.name] != "" {
			continue // the same one again
		}
		name := strings.Trim(unnamed.ReplaceAllString(strings.ToLower(s.name), "_"), "_0123456789")
		if name == "" || len(name) > 20 || taken[name] {
			name = fmt.Sprintf("p%d", i+1)
		}
		for taken[name] {
			name += "x"
		}
		names[s.name], taken[name] = name, true
		p := d.param(s)
		p.Name = name
		q.Params = append(q.Params, p)
	}
	slices.SortFunc(q.Params, func(a, b bank.Param) int { return strings.Compare(a.Name, b.Name) })
	return names
}

// param reads one data set. Moodle draws from its items, which it made out of the range, and uses those of the same
// number together. The bank draws from the range: the same questions, unless somebody chose the items by hand.
func (d *draft) param(s dataset) bank.Param {
	least, ok1 := ratOf(s.least)
	most, ok2 := ratOf(s.most)
	places, ok3 := ratOf(s.decimals)
	if !ok1 || !ok2 || !ok3 || least.Cmp(most) > 0 || !places.IsInt() || places.Sign() < 0 || places.Cmp(big.NewRat(10, 1)) > 0 {
		d.broken("exchange.set", s.name)
		return bank.Param{}
	}
	step := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), places.Num(), nil))
	inRange := s.spread == "" || s.spread == "uniform"
	var values []*big.Rat
	for _, item := range s.items {
		v, ok := ratOf(item)
		if !ok {
			d.broken("exchange.number", short(item))
			return bank.Param{}
		}
		values = append(values, v)
		steps := new(big.Rat).Quo(new(big.Rat).Sub(v, least), step)
		inRange = inRange && steps.IsInt() && v.Cmp(least) >= 0 && v.Cmp(most) <= 0
	}
	switch {
	case inRange:
		return bank.Param{From: least, To: most, Step: step}
	case len(values) > mostDrawn:
		d.unable("exchange.too_many", fmt.Sprint(mostDrawn))
	case len(d.sets) > 1 || len(values) == 0:
		d.unable("exchange.set_chosen", s.name)
	}
	return bank.Param{Values: values}
}

var inBraces = regexp.MustCompile(`\{([^{}]*)\}`)

// renamed gives the parameters of a text their new names. What is computed in the text itself cannot be held.
func (d *draft) renamed(t bank.Text, names map[string]string) bank.Text {
	one := func(s string) string {
		if strings.Contains(s, "{=") {
			d.unable("exchange.formula_in_text", "")
		}
		return inBraces.ReplaceAllStringFunc(s, func(m string) string {
			if n := names[m[1:len(m)-1]]; n != "" {
				return "{" + n + "}"
			}
			return m
		})
	}
	return bank.Text{ZH: one(t.ZH), EN: one(t.EN)}
}

// answered puts {answer} where a text computes the question's own formula: {={a}+{b}}.
func (d *draft) answered(text, formula string, names map[string]string) string {
	if strings.Contains(text, "{answer}") {
		d.unable("exchange.formula_in_text", "")
	}
	for formula != "" && d.status == "" {
		before, rest, ok := strings.Cut(text, "{=")
		if !ok {
			break
		}
		depth, end := 0, -1
		for i := 0; i < len(rest) && end < 0; i++ {
			switch {
			case rest[i] == '{':
				depth++
			case rest[i] == '}' && depth == 0:
				end = i
			case rest[i] == '}':
				depth--
			}
		}
		if end < 0 || d.rewritten(rest[:end], names) != formula {
			d.unable("exchange.formula_in_text", "")
			break
		}
		text = before + "{answer}" + rest[end+1:]
	}
	return text
}

// longestFormula is what a formula of the bank has at most, in characters.
const longestFormula = 400

var (
	formulaWord = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*`)
	wholePower  = regexp.MustCompile(`^\s*\d{1,2}\s*$`)
	known       = []string{"abs", "floor", "ceil", "min", "max", "round"}
)

// rewritten turns a formula of Moodle's into one of the bank: names without braces, powers with ^.
func (d *draft) rewritten(formula string, names map[string]string) string {
	formula = strings.TrimPrefix(strings.TrimSpace(formula), "=")
	if len(formula) > longestFormula {
		d.unable("exchange.formula", short(formula))
		return ""
	}
	for _, w := range formulaWord.FindAllString(inBraces.ReplaceAllString(formula, " "), -1) {
		if !slices.Contains(known, w) && w != "pow" {
			d.unable("exchange.function", w)
		}
	}
	formula = inBraces.ReplaceAllStringFunc(formula, func(m string) string {
		if n := names[m[1:len(m)-1]]; n != "" {
			return n
		}
		d.broken("exchange.no_set", m)
		return m
	})
	return strings.TrimSpace(d.powers(strings.ReplaceAll(formula, "**", "^")))
}

// powers writes pow(a, 3) as (a)^3. The formula is short, so that brackets in brackets cost little.
func (d *draft) powers(s string) string {
	for {
		at := strings.LastIndex(s, "pow(") // the innermost first
		if at < 0 || d.status != "" {
			return s
		}
		comma, depth, end := -1, 0, -1
		for i := at + 4; i < len(s) && end < 0; i++ {
			switch {
			case s[i] == '(':
				depth++
			case s[i] == ')' && depth == 0:
				end = i
			case s[i] == ')':
				depth--
			case s[i] == ',' && depth == 0:
				comma = i
			}
		}
		if comma < 0 || end < 0 || !wholePower.MatchString(s[comma+1:end]) {
			d.unable("exchange.power", short(s[at:]))
			return s
		}
		s = s[:at] + "((" + s[at+4:comma] + ")^" + strings.TrimSpace(s[comma+1:end]) + ")" + s[end+1:]
	}
}
