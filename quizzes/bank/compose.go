package bank

import (
	"cmp"
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"tongguan/quizzes/grading"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// Bounds of what is composed of parts.
const (
	mostSteps  = 100_000 // values that a parameter may take
	drawTries  = 200     // sets of parameters drawn before the conditions are given up
	checkDraws = 200     // sets of parameters that lint tries
	longestOpt = 20_000  // characters that an open answer may have at most
	openLength = 4_000   // where the file names no bound
)

type paramFile struct {
	From   string   `yaml:"from"`
	To     string   `yaml:"to"`
	Step   string   `yaml:"step"`
	Values []string `yaml:"values"`
}

var (
	paramForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,30}$`)
	inBraces  = regexp.MustCompile(`\{([a-z][a-z0-9_]*)\}`)
	inGap     = regexp.MustCompile(`\[\[([a-z0-9-]+)\]\]`)
)

func (l *linter) calculated(q *Question, f questionFile) {
	params, ok := l.paramsOf(q, f.Params)
	if !ok {
		return
	}
	for _, name := range sortedKeys(params) {
		if p, ok := l.param(q, name, params[name]); ok {
			q.Params = append(q.Params, p)
		}
	}
	q.Formula = l.formula(q, f.Formula)
	for _, w := range f.Where {
		if c := l.formula(q, w); c != nil {
			q.Where = append(q.Where, c)
		}
	}
	q.Figures, q.Units = l.figures(q, f.Figures, f.Units)
	for _, t := range []string{q.Stem.ZH, q.Stem.EN, q.Explanation.ZH, q.Explanation.EN} {
		for _, m := range inBraces.FindAllStringSubmatch(t, -1) {
			if _, ok := params[m[1]]; !ok && m[1] != "answer" {
				l.at(q.Line, "bank.param_unknown", "id", q.ID, "name", m[1])
			}
		}
	}
	if q.Formula != nil && len(q.Params) == len(params) {
		l.tryParams(q)
	}
}

// paramsOf reads the parameters by the same strict rules as the file: a misspelt field is a problem.
func (l *linter) paramsOf(q *Question, node yaml.Node) (map[string]paramFile, bool) {
	var params map[string]paramFile
	if text, err := yaml.Marshal(&node); !node.IsZero() && err == nil {
		if err := decode(text, &params); err != nil {
			p := yamlProblem(l.file, 0, err)
			p.Line = q.Line
			l.problems = append(l.problems, p)
			return nil, false
		}
	}
	if len(params) == 0 {
		l.at(q.Line, "bank.params_needed", "id", q.ID)
	}
	return params, len(params) > 0
}

func (l *linter) formula(q *Question, source string) *grading.Formula {
	f, err := grading.ParseFormula(source)
	if err != nil {
		l.at(q.Line, "bank.formula", "id", q.ID, "reason", err.Error())
	}
	return f
}

func (l *linter) param(q *Question, name string, f paramFile) (Param, bool) {
	bad := func() (Param, bool) {
		l.at(q.Line, "bank.param_form", "id", q.ID, "name", name)
		return Param{}, false
	}
	p := Param{Name: name, From: exact(f.From), To: exact(f.To), Step: exact(cmp.Or(f.Step, "1"))}
	for _, v := range f.Values {
		r := exact(v)
		if r == nil {
			return bad()
		}
		p.Values = append(p.Values, r)
	}
	if !paramForm.MatchString(name) || name == "answer" {
		return bad()
	}
	if len(p.Values) > 0 && f.From+f.To+f.Step == "" {
		return p, true
	}
	if len(p.Values) > 0 {
		return bad()
	}
	if p.From == nil || p.To == nil || p.Step == nil || p.Step.Sign() <= 0 || p.From.Cmp(p.To) > 0 || p.steps() > mostSteps {
		return bad()
	}
	return p, true
}

// steps is how many values a range has.
func (p Param) steps() int64 {
	span := new(big.Rat).Quo(new(big.Rat).Sub(p.To, p.From), p.Step)
	whole := new(big.Int).Quo(span.Num(), span.Denom())
	if !whole.IsInt64() || whole.Int64() > mostSteps {
		return mostSteps + 1
	}
	return whole.Int64() + 1
}

// draw gives a value of the parameter.
func (p Param) draw(chance *rand.Rand) *big.Rat {
	if len(p.Values) > 0 {
		return p.Values[chance.IntN(len(p.Values))]
	}
	n := big.NewRat(chance.Int64N(p.steps()), 1)
	return n.Add(n.Mul(n, p.Step), p.From)
}

// draw gives parameters that meet the question's conditions and for which its formula has a value; nil where many tries
// find none.
func (q *Question) draw(chance *rand.Rand) Params {
	for range drawTries {
		values, out := map[string]*big.Rat{}, Params{}
		for _, p := range q.Params {
			v := p.draw(chance)
			values[p.Name], out[p.Name] = v, v.RatString()
		}
		if q.meets(values) {
			return out
		}
	}
	return nil
}

func (q *Question) meets(values map[string]*big.Rat) bool {
	for _, w := range q.Where {
		if v, err := w.Value(values); err != nil || v.Sign() == 0 {
			return false
		}
	}
	_, err := q.Formula.Value(values)
	return err == nil
}

// tryParams draws many times, so that an author hears of a condition that cannot be met, or of a division by zero, before
// a learner does.
func (l *linter) tryParams(q *Question) {
	if l.drawn = q.drawMany(); len(l.drawn) < checkDraws {
		l.at(q.Line, "bank.params_impossible", "id", q.ID)
	}
}

// drawMany gives many sets of parameters, the same every time, and fewer where one cannot be found.
func (q *Question) drawMany() (out []Params) {
	chance := rand.New(rand.NewPCG(1, 2))
	for range checkDraws {
		p := q.draw(chance)
		if p == nil {
			break
		}
		out = append(out, p)
	}
	return out
}

func (l *linter) cloze(q *Question, f questionFile) {
	q.Passage = f.Passage
	l.both(q, "passage", q.Passage)
	seen := map[string]bool{}
	for _, g := range f.Gaps {
		if !idForm.MatchString(g.ID) || seen[g.ID] {
			l.at(q.Line, "bank.gap_id", "id", q.ID, "gap", g.ID)
		}
		seen[g.ID] = true
		q.Gaps = append(q.Gaps, Gap{ID: g.ID, Weight: max(1, g.Weight), Asks: l.gap(q, g)})
	}
	if len(f.Gaps) == 0 {
		l.at(q.Line, "bank.gaps_needed", "id", q.ID)
	}
	for _, lang := range []string{"zh", "en"} {
		found := map[string]int{}
		for _, m := range inGap.FindAllStringSubmatch(q.Passage.In(lang), -1) {
			if found[m[1]]++; !seen[m[1]] {
				l.at(q.Line, "bank.gap_unknown", "id", q.ID, "gap", m[1], "lang", lang)
			}
		}
		for _, g := range q.Gaps {
			if found[g.ID] != 1 {
				l.at(q.Line, "bank.gap_once", "id", q.ID, "gap", g.ID, "lang", lang)
			}
		}
	}
}

// gap reads what a gap asks for: options, a text or a number.
func (l *linter) gap(q *Question, g gapFile) *Question {
	out := &Question{ID: q.ID + "." + g.ID, Line: q.Line, Options: g.Options}
	switch {
	case len(g.Options) > 0 && len(g.Accept)+len(g.Figures)+len(g.Units) == 0:
		out.Type = grading.Single
		l.gapOptions(out)
	case len(g.Accept) > 0 && len(g.Options)+len(g.Figures)+len(g.Units) == 0:
		out.Type = grading.ShortText
		out.Accept = l.accepts(out, g.Accept)
	case len(g.Figures) > 0 && len(g.Options)+len(g.Accept) == 0:
		out.Type = grading.Numeric
		out.Figures, out.Units = l.figures(out, g.Figures, g.Units)
	default:
		out.Type = grading.ShortText
		l.at(q.Line, "bank.gap_form", "id", q.ID, "gap", g.ID)
	}
	return out
}

func (l *linter) gapOptions(q *Question) {
	seen, right := map[string]bool{}, 0
	for _, o := range q.Options {
		if o.ID == "" || seen[o.ID] {
			l.at(q.Line, "bank.option_id", "id", q.ID, "option", o.ID)
		}
		seen[o.ID] = true
		if o.Right {
			right++
		}
		l.both(q, o.ID+".text", o.Text)
		if catchAll.MatchString(o.Text.ZH + " " + o.Text.EN) {
			l.at(q.Line, "bank.catch_all", "id", q.ID, "option", o.ID)
		}
	}
	if right != 1 || len(q.Options) < 2 {
		l.at(q.Line, "bank.gap_options", "id", q.ID)
	}
}

// Part is a piece of a passage: text, and the gap after it ("" at the end).
type Part struct{ Text, Gap string }

// Parts cuts a passage at its gaps.
func Parts(passage string) []Part {
	var out []Part
	from := 0
	for _, m := range inGap.FindAllStringSubmatchIndex(passage, -1) {
		out = append(out, Part{passage[from:m[0]], passage[m[2]:m[3]]})
		from = m[1]
	}
	return append(out, Part{passage[from:], ""})
}

// GapBy gives a gap by its id, or nil.
func (q *Question) GapBy(id string) *Gap {
	for i := range q.Gaps {
		if q.Gaps[i].ID == id {
			return &q.Gaps[i]
		}
	}
	return nil
}

func (l *linter) open(q *Question, f questionFile) {
	q.Rubric, q.Longest = f.Rubric, f.Longest
	if q.Longest == 0 {
		q.Longest = openLength
	}
	if q.Longest < 0 || q.Longest > longestOpt {
		l.at(q.Line, "bank.longest_range", "id", q.ID, "value", q.Longest, "max", longestOpt)
	}
	sum, seen := 0, map[string]bool{}
	for _, c := range q.Rubric {
		if !idForm.MatchString(c.ID) || seen[c.ID] {
			l.at(q.Line, "bank.criterion_id", "id", q.ID, "criterion", c.ID)
		}
		seen[c.ID] = true
		l.both(q, c.ID+".title", c.Title)
		for i, level := range c.Levels {
			l.both(q, fmt.Sprintf("%s.%d", c.ID, i+1), level.Anchor)
			if i == 0 && level.Points != 0 || i > 0 && level.Points <= c.Levels[i-1].Points {
				l.at(q.Line, "bank.levels_rise", "id", q.ID, "criterion", c.ID)
			}
		}
		if len(c.Levels) < 2 {
			l.at(q.Line, "bank.levels_few", "id", q.ID, "criterion", c.ID)
			continue
		}
		sum += c.Levels[len(c.Levels)-1].Points
	}
	if sum != grading.Full {
		l.at(q.Line, "bank.rubric_sum", "id", q.ID, "sum", sum)
	}
}

// Paragraphs cuts a text at empty lines.
func Paragraphs(text string) []string {
	var out []string
	for _, p := range strings.Split(text, "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}
