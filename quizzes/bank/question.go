package bank

import (
	"maps"
	"math/big"
	"slices"
	"strings"

	"tongguan/quizzes/grading"
)

// Text is a sentence in both languages.
type Text struct {
	ZH string `yaml:"zh"`
	EN string `yaml:"en"`
}

// In gives the text in a language, or in the other one where it is not translated.
func (t Text) In(lang string) string {
	if t.ZH == "" || lang == "en" && t.EN != "" {
		return t.EN
	}
	return t.ZH
}

// Option is one option of a question, a step of an ordering or a partner of a matching. Those of a statement that is true
// or false have no text.
type Option struct {
	ID     string `yaml:"id"`
	Right  bool   `yaml:"right"`
	Credit int    `yaml:"credit"` // hundredths that it earns by itself, below 0 where it takes away
	Text   Text   `yaml:"text"`
	Why    Text   `yaml:"why"`
}

// Question is one question. It is never changed once it is read. Which fields are filled depends on the type.
type Question struct {
	ID          string
	Type        grading.Type
	Clauses     []string
	Level       string // recall, apply or judge
	Pool        string // a label by which a blueprint may choose
	Facility    int    // what part of its points people are expected to earn, hundredths
	Stem        Text   // of a calculated question with {parameters}
	Explanation Text
	Rule        grading.Rule // how several choices or an order make points; "" for the type's own
	Fixed       bool         // options stay in the order of the file

	Options []Option // single, multiple, truefalse; ordering: the steps in the right order; matching: the partners
	Things  []Thing  // matching
	Accept  []Accept // text
	Figures []Figure // numeric: what is taken; calculated: one, whose value is the formula
	Units   []Unit   // numeric, calculated
	Params  []Param  // calculated
	Where   []*grading.Formula
	Formula *grading.Formula
	Passage Text // cloze, with [[gap]]
	Gaps    []Gap
	Rubric  []Criterion // open
	Longest int         // open: characters, at most

	Case  *Case  // the case that it belongs to, or nil
	Line  int    // where it stands in its file
	Print string // hex SHA-256 of what it says: the same in two versions of a file where it was not edited
}

// Thing is what a partner is looked for.
type Thing struct {
	ID      string
	Text    Text
	Partner string // the id of the right partner
}

// Accept is an answer that a text question takes; * in it is anything.
type Accept struct {
	Text   string `yaml:"text"`
	Credit int    `yaml:"credit"` // hundredths
}

// Figure is a number that a question takes, and how far off an answer may be.
type Figure struct {
	Value     string `yaml:"value"`
	Tolerance string `yaml:"tolerance"` // in the question's unit
	Relative  string `yaml:"relative"`  // and as a part of the value; the greater of both counts
	Credit    int    `yaml:"credit"`    // hundredths
}

// Unit is a unit in which a number may be given.
type Unit struct {
	Name   string `yaml:"name"` // "" where the bare number may stand
	Factor string `yaml:"factor"`
}

// Param is a number that is drawn for each paper: from…to in steps, or one of values.
type Param struct {
	Name           string
	From, To, Step *big.Rat
	Values         []*big.Rat
}

// Gap is a gap of a passage.
type Gap struct {
	ID     string
	Weight int
	Asks   *Question // single, text or numeric
}

// Criterion is one row of a rubric, with its levels from the lowest to the highest.
type Criterion struct {
	ID     string  `yaml:"id"`
	Title  Text    `yaml:"title"`
	Levels []Level `yaml:"levels"`
}

// Level is an anchor of a criterion: what an answer looks like that earns these points.
type Level struct {
	Points int  `yaml:"points"` // hundredths
	Anchor Text `yaml:"anchor"`
}

// Case is a passage, and maybe a table, that several questions are about.
type Case struct {
	ID      string
	Title   Text
	Passage Text // paragraphs, with empty lines between them
	Table   [][]Text
}

// Params are the numbers drawn for one paper, by name, written exactly ("1171200", "12.5", "1/3").
type Params map[string]string

// rats reads them.
func (p Params) rats() map[string]*big.Rat {
	out := map[string]*big.Rat{}
	for name, text := range p {
		if r, ok := new(big.Rat).SetString(text); ok {
			out[name] = r
		}
	}
	return out
}

// Key is what marking an answer needs. params are those of the paper; only calculated questions have some.
func (q *Question) Key(params Params) grading.Key {
	k := grading.Key{Type: q.Type, Rule: q.Rule}
	switch q.Type {
	case grading.Matching:
		k.Pairs = map[string]string{}
		for _, t := range q.Things {
			k.Pairs[t.ID] = t.Partner
		}
		k.Partners = ids(q.Options)
	case grading.Ordering:
		k.Right = ids(q.Options)
	case grading.ShortText:
		for _, a := range q.Accept {
			k.Accepted = append(k.Accepted, grading.Accepted{Text: a.Text, Points: a.Credit})
		}
	case grading.Numeric, grading.Calculated:
		k.Numbers, k.Units = q.numbers(params), q.units()
	case grading.Cloze:
		for _, g := range q.Gaps {
			k.Gaps = append(k.Gaps, grading.GapKey{ID: g.ID, Weight: g.Weight, Key: g.Asks.Key(nil)})
		}
	default:
		k.Options = ids(q.Options)
		for _, o := range q.Options {
			if o.Right {
				k.Right = append(k.Right, o.ID)
			}
			if o.Credit != 0 {
				if k.Credit == nil {
					k.Credit = map[string]int{}
				}
				k.Credit[o.ID] = o.Credit
			}
		}
	}
	return k
}

func ids(options []Option) []string {
	out := make([]string, len(options))
	for i, o := range options {
		out[i] = o.ID
	}
	return out
}

// numbers gives what is taken; nothing where the formula has no value, which `content lint` rules out.
func (q *Question) numbers(params Params) []grading.Number {
	var out []grading.Number
	for _, f := range q.Figures {
		n := grading.Number{Value: ratOf(f.Value), Absolute: ratOf(f.Tolerance), Relative: ratOf(f.Relative), Points: f.Credit}
		if q.Formula != nil {
			n.Value, _ = q.Formula.Value(params.rats())
		}
		if n.Value != nil {
			out = append(out, n)
		}
	}
	return out
}

func (q *Question) units() []grading.Unit {
	var out []grading.Unit
	for _, u := range q.Units {
		if f := ratOf(u.Factor); f != nil {
			out = append(out, grading.Unit{Name: u.Name, Factor: f})
		}
	}
	return out
}

func ratOf(text string) *big.Rat {
	if text == "" {
		return nil
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil
	}
	return r
}

// Right is the best answer to a question of a paper, as a response; nil where people decide.
func (q *Question) Right(params Params) []string {
	k := q.Key(params)
	switch q.Type {
	case grading.Matching:
		var out []string
		for _, t := range q.Things {
			out = append(out, t.ID+"="+t.Partner)
		}
		return out
	case grading.Ordering:
		return k.Right
	case grading.ShortText:
		return []string{strings.ReplaceAll(best(q.Accept).Text, "*", "")}
	case grading.Numeric, grading.Calculated:
		for _, n := range k.Numbers {
			if n.Points == grading.Full {
				return []string{thousands(Decimal(n.Value)) + q.unit()}
			}
		}
		return nil
	case grading.Cloze:
		var out []string
		for _, g := range q.Gaps {
			for _, r := range g.Asks.Right(nil) {
				out = append(out, g.ID+"="+r)
			}
		}
		return out
	case grading.Open:
		return nil
	}
	if k.Rule == grading.Weighted {
		return slices.DeleteFunc(slices.Clone(k.Options), func(o string) bool { return k.Credit[o] <= 0 })
	}
	return k.Right
}

func best(accept []Accept) (top Accept) {
	for _, a := range accept {
		if a.Credit > top.Credit {
			top = a
		}
	}
	return top
}

// unit is the unit in which the question's own value is: the one whose factor is one; "" where none has a name.
func (q *Question) unit() string {
	for _, u := range q.Units {
		if f := ratOf(u.Factor); u.Name != "" && f != nil && f.Cmp(big.NewRat(1, 1)) == 0 {
			return u.Name
		}
	}
	return ""
}

// Decimal writes a number as people do: exactly where it is a decimal fraction of six places at most, else rounded to four.
func Decimal(x *big.Rat) string {
	for places := range 7 {
		if grading.Round(x, places).Cmp(x) == 0 {
			return x.FloatString(places)
		}
	}
	return x.FloatString(4)
}

// Fill puts a paper's parameters into a text: {price} becomes 1,171,200; {answer} what the formula gives.
func (q *Question) Fill(text string, params Params) string {
	if len(params) == 0 {
		return text
	}
	pairs := []string{}
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if r := ratOf(params[name]); r != nil {
			pairs = append(pairs, "{"+name+"}", thousands(Decimal(r)))
		}
	}
	if q.Formula != nil {
		if v, err := q.Formula.Value(params.rats()); err == nil {
			pairs = append(pairs, "{answer}", thousands(Decimal(v)))
		}
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// thousands puts commas between thousands.
func thousands(number string) string {
	whole, rest, point := strings.Cut(number, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if point {
		whole += "." + rest
	}
	return sign + whole
}

// Expected is the part of its points that people are expected to earn on a question, in hundredths: the author's figure,
// or by its level.
func (q *Question) Expected() int {
	if q.Facility > 0 {
		return q.Facility
	}
	return map[string]int{"recall": 80, "apply": 70, "judge": 60}[q.Level]
}
