package bank

import (
	"bytes"
	"math/big"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"

	"tongguan/quizzes/grading"
)

// Write gives the file of a module's questions in the form that Parse reads. The rules of the quiz are the author's, and
// stand there to be filled in. A text that is missing in a language is written as an empty one, so that its place is seen.
func Write(module string, questions []*Question) ([]byte, error) {
	quiz := mapping(pair{"draw", number(0)}, pair{"pass", number(0)}, pair{"minutes", number(0)})
	quiz.Style = yaml.FlowStyle
	return write(module, quiz, questions)
}

func encode(root *yaml.Node) ([]byte, error) {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(root); err != nil {
		return nil, err
	}
	return b.Bytes(), e.Close()
}

// pair is a field of a mapping; one whose value is nil is left out.
type pair struct {
	name  string
	value *yaml.Node
}

func mapping(fields ...pair) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	for _, f := range fields {
		if f.value != nil {
			n.Content = append(n.Content, str(f.name), f.value)
		}
	}
	return n
}

// flow is a mapping on one line.
func flow(fields ...pair) *yaml.Node {
	n := mapping(fields...)
	n.Style = yaml.FlowStyle
	return n
}

func list(items ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: items}
}

// some is a list, or nothing where it is empty.
func some[T any](items []T, node func(T) *yaml.Node) *yaml.Node {
	if len(items) == 0 {
		return nil
	}
	out := list()
	for _, i := range items {
		out.Content = append(out.Content, node(i))
	}
	return out
}

// str is a text; what must be quoted is.
func str(s string) *yaml.Node {
	var n yaml.Node
	n.SetString(s)
	if n.Tag == "!!str" && n.Style == yaml.LiteralStyle {
		n.Style = yaml.DoubleQuotedStyle // a block keeps neither spaces at the ends nor odd line ends
	}
	return &n
}

// quoted is a text in quotes, as authors write what people read and numbers that are texts.
func quoted(s string) *yaml.Node {
	n := str(s)
	if n.Tag == "!!str" {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

func word(s string) *yaml.Node {
	if s == "" {
		return nil
	}
	return str(s)
}

func figure(s string) *yaml.Node {
	if s == "" {
		return nil
	}
	return quoted(s)
}

func number(n int) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.Itoa(n)}
}

// unless is a number, or nothing where it is what a file that says nothing means.
func unless(n, silent int) *yaml.Node {
	if n == silent {
		return nil
	}
	return number(n)
}

func truth(b bool) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(b)}
}

func ifTrue(b bool) *yaml.Node {
	if !b {
		return nil
	}
	return truth(b)
}

func textNode(t Text) *yaml.Node { return flow(pair{"zh", quoted(t.ZH)}, pair{"en", quoted(t.EN)}) }

func ifText(t Text) *yaml.Node {
	if t == (Text{}) {
		return nil
	}
	return textNode(t)
}

// questionNodes writes questions; those of a case stand in it.
func questionNodes(questions []*Question) []*yaml.Node {
	var out []*yaml.Node
	for i := 0; i < len(questions); i++ {
		c := questions[i].Case
		if c == nil {
			out = append(out, questionNode(questions[i]))
			continue
		}
		var within []*yaml.Node
		for ; i < len(questions) && questions[i].Case == c; i++ {
			within = append(within, questionNode(questions[i]))
		}
		i--
		out = append(out, mapping(pair{"id", str(c.ID)}, pair{"type", str(string(caseType))}, pair{"title", textNode(c.Title)},
			pair{"passage", textNode(c.Passage)}, pair{"table", some(c.Table, rowNode)}, pair{"questions", list(within...)}))
	}
	return out
}

func rowNode(row []Text) *yaml.Node {
	out := list()
	out.Style = yaml.FlowStyle
	for _, t := range row {
		if t.ZH == t.EN {
			out.Content = append(out.Content, quoted(t.ZH))
		} else {
			out.Content = append(out.Content, textNode(t))
		}
	}
	return out
}

func questionNode(q *Question) *yaml.Node {
	clauses := list()
	clauses.Style = yaml.FlowStyle
	for _, c := range q.Clauses {
		clauses.Content = append(clauses.Content, quoted(c))
	}
	fields := []pair{{"id", str(q.ID)}, {"type", str(string(q.Type))}, {"rule", word(string(q.Rule))}, {"fixed", ifTrue(q.Fixed)},
		{"clauses", clauses}, {"level", str(q.Level)}, {"pool", word(q.Pool)}, {"facility", unless(q.Facility, 0)}, {"stem", textNode(q.Stem)}}
	fields = append(fields, particulars(q)...)
	return mapping(append(fields, pair{"explanation", textNode(q.Explanation)})...)
}

// particulars are the fields that only some types have.
func particulars(q *Question) []pair {
	switch q.Type {
	case grading.Single, grading.Multiple:
		return []pair{{"options", some(q.Options, optionNode)}}
	case grading.TrueFalse:
		return []pair{{"answer", truth(slices.ContainsFunc(q.Options, func(o Option) bool { return o.ID == "true" && o.Right }))}}
	case grading.Matching:
		pairs, extra := matchingNodes(q)
		return []pair{{"pairs", pairs}, {"extra", extra}}
	case grading.Ordering:
		return []pair{{"order", some(q.Options, func(o Option) *yaml.Node { return textNode(o.Text) })}}
	case grading.ShortText:
		return []pair{{"accept", some(q.Accept, acceptNode)}}
	case grading.Numeric:
		return []pair{{"figures", some(q.Figures, figureNode)}, {"units", some(q.Units, unitNode)}}
	case grading.Calculated:
		var formula *yaml.Node
		if q.Formula != nil {
			formula = quoted(q.Formula.String())
		}
		return []pair{{"params", paramNodes(q.Params)}, {"where", some(q.Where, func(f *grading.Formula) *yaml.Node { return quoted(f.String()) })},
			{"formula", formula}, {"figures", some(q.Figures, figureNode)}, {"units", some(q.Units, unitNode)}}
	case grading.Cloze:
		return []pair{{"passage", textNode(q.Passage)}, {"gaps", some(q.Gaps, gapNode)}}
	case grading.Open:
		return []pair{{"longest", unless(q.Longest, 0)}, {"rubric", some(q.Rubric, criterionNode)}}
	}
	return nil
}

func optionNode(o Option) *yaml.Node {
	return flow(pair{"id", str(o.ID)}, pair{"right", ifTrue(o.Right)}, pair{"credit", unless(o.Credit, 0)}, pair{"text", textNode(o.Text)}, pair{"why", textNode(o.Why)})
}

// gapOption is an option of a gap, which needs no reason.
func gapOption(o Option) *yaml.Node {
	return flow(pair{"id", str(o.ID)}, pair{"right", ifTrue(o.Right)}, pair{"credit", unless(o.Credit, 0)}, pair{"text", textNode(o.Text)}, pair{"why", ifText(o.Why)})
}

func matchingNodes(q *Question) (pairs, extra *yaml.Node) {
	texts, used := map[string]Text{}, map[string]bool{}
	for _, o := range q.Options {
		texts[o.ID] = o.Text
	}
	for _, t := range q.Things {
		used[t.Partner] = true
	}
	pairs = some(q.Things, func(t Thing) *yaml.Node {
		return flow(pair{"left", textNode(t.Text)}, pair{"right", textNode(texts[t.Partner])})
	})
	rest := slices.DeleteFunc(slices.Clone(q.Options), func(o Option) bool { return used[o.ID] })
	return pairs, some(rest, func(o Option) *yaml.Node { return textNode(o.Text) })
}

func acceptNode(a Accept) *yaml.Node {
	return flow(pair{"text", quoted(a.Text)}, pair{"credit", unless(a.Credit, grading.Full)})
}

func figureNode(f Figure) *yaml.Node {
	return flow(pair{"value", figure(f.Value)}, pair{"tolerance", figure(f.Tolerance)}, pair{"relative", figure(f.Relative)},
		pair{"credit", unless(f.Credit, grading.Full)})
}

func unitNode(u Unit) *yaml.Node {
	return flow(pair{"name", quoted(u.Name)}, pair{"factor", quoted(u.Factor)})
}

func paramNodes(params []Param) *yaml.Node {
	out := mapping()
	for _, p := range params {
		fields := flow(pair{"from", ratNode(p.From)}, pair{"to", ratNode(p.To)}, pair{"step", ratNode(p.Step)})
		if len(p.Values) > 0 {
			values := some(p.Values, ratNode)
			values.Style = yaml.FlowStyle
			fields = flow(pair{"values", values})
		}
		out.Content = append(out.Content, str(p.Name), fields)
	}
	return out
}

func ratNode(r *big.Rat) *yaml.Node {
	if r == nil {
		return nil
	}
	return quoted(Exactly(r))
}

// Exactly writes a number without loss: as a decimal fraction where it is one, else as a fraction.
func Exactly(r *big.Rat) string {
	if places, finite := r.FloatPrec(); finite {
		return r.FloatString(places)
	}
	return r.RatString()
}

func gapNode(g Gap) *yaml.Node {
	n := mapping(pair{"id", str(g.ID)}, pair{"weight", unless(g.Weight, 1)}, pair{"options", some(g.Asks.Options, gapOption)},
		pair{"accept", some(g.Asks.Accept, acceptNode)}, pair{"figures", some(g.Asks.Figures, figureNode)}, pair{"units", some(g.Asks.Units, unitNode)})
	return n
}

func criterionNode(c Criterion) *yaml.Node {
	return mapping(pair{"id", str(c.ID)}, pair{"title", textNode(c.Title)}, pair{"levels", some(c.Levels, func(l Level) *yaml.Node {
		return flow(pair{"points", number(l.Points)}, pair{"anchor", textNode(l.Anchor)})
	})})
}
