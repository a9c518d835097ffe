package bank

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"tongguan/quizzes/grading"
)

// questionFile is the shape of a question in a file. What a type does not use must be absent.
type questionFile struct {
	ID          string       `yaml:"id"`
	Type        grading.Type `yaml:"type"`
	Clauses     []string     `yaml:"clauses"`
	Level       string       `yaml:"level"`
	Pool        string       `yaml:"pool"`
	Facility    int          `yaml:"facility"`
	Rule        grading.Rule `yaml:"rule"`
	Fixed       bool         `yaml:"fixed"`
	Stem        Text         `yaml:"stem"`
	Explanation Text         `yaml:"explanation"`

	Options  []Option    `yaml:"options"`
	Answer   *bool       `yaml:"answer"`
	Pairs    []pairFile  `yaml:"pairs"`
	Extra    []Text      `yaml:"extra"`
	Order    []Text      `yaml:"order"`
	Accept   []Accept    `yaml:"accept"`
	Figures  []Figure    `yaml:"figures"`
	Units    []Unit      `yaml:"units"`
	Params   yaml.Node   `yaml:"params"`
	Where    []string    `yaml:"where"`
	Formula  string      `yaml:"formula"`
	Passage  Text        `yaml:"passage"`
	Gaps     []gapFile   `yaml:"gaps"`
	Rubric   []Criterion `yaml:"rubric"`
	Longest  int         `yaml:"longest"`
	Title    Text        `yaml:"title"`
	Table    [][]cell    `yaml:"table"`
	Question []yaml.Node `yaml:"questions"`
}

// pairFile is a thing and its partner.
type pairFile struct {
	Left  Text `yaml:"left"`
	Right Text `yaml:"right"`
}

// gapFile is a gap: what it takes says of which type it is.
type gapFile struct {
	ID      string   `yaml:"id"`
	Weight  int      `yaml:"weight"`
	Options []Option `yaml:"options"`
	Accept  []Accept `yaml:"accept"`
	Figures []Figure `yaml:"figures"`
	Units   []Unit   `yaml:"units"`
}

// cell is a cell of a table: a text for each language, or one for both.
type cell Text

// UnmarshalYAML takes a plain value for both languages.
func (c *cell) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		c.ZH, c.EN = node.Value, node.Value
		return nil
	}
	return node.Decode((*Text)(c))
}

// Case is the type of a passage with several questions, in a file.
const caseType grading.Type = "case"

// questions reads questions; those of a case stand one after another.
func (l *linter) questions(list []yaml.Node) []*Question {
	var out []*Question
	for i := range list {
		out = append(out, l.question(&list[i], nil)...)
	}
	return out
}

func (l *linter) question(node *yaml.Node, within *Case) []*Question {
	text, err := yaml.Marshal(node)
	var f questionFile
	if err == nil {
		err = decode(text, &f)
	}
	if err != nil {
		p := yamlProblem(l.file, 0, err)
		p.Line = node.Line
		l.problems = append(l.problems, p)
		return nil
	}
	if f.Type == caseType && within == nil {
		return l.caseOf(f, node)
	}
	sum := sha256.Sum256(text)
	q := &Question{ID: f.ID, Type: f.Type, Clauses: f.Clauses, Level: f.Level, Pool: f.Pool, Facility: f.Facility, Rule: f.Rule, Fixed: f.Fixed,
		Stem: f.Stem, Explanation: f.Explanation, Case: within, Line: node.Line, Print: hex.EncodeToString(sum[:])}
	before := len(l.problems)
	l.head(q)
	l.extras(q, f)
	l.fill(q, f)
	if len(l.problems) == before { // what is formally wrong comes first
		l.care(q)
	}
	return []*Question{q}
}

// caseOf reads a case. Its questions take clauses, level and pool from it where they name none.
func (l *linter) caseOf(f questionFile, node *yaml.Node) []*Question {
	c := &Case{ID: f.ID, Title: f.Title, Passage: f.Passage}
	for _, row := range f.Table {
		texts := make([]Text, len(row))
		for i, x := range row {
			texts[i] = Text(x)
		}
		c.Table = append(c.Table, texts)
	}
	stand := &Question{ID: f.ID, Type: caseType, Line: node.Line}
	l.extras(stand, f)
	l.both(stand, "title", c.Title)
	l.both(stand, "passage", c.Passage)
	for _, row := range c.Table {
		if len(row) != len(c.Table[0]) {
			l.at(node.Line, "bank.table_ragged", "id", f.ID)
		}
	}
	l.id(stand)
	if len(f.Question) < 2 {
		l.at(node.Line, "bank.case_few", "id", f.ID)
	}
	var out []*Question
	lines := linesOf(node, "questions")
	for i := range f.Question {
		f.Question[i].Line = node.Line // of the case, where the list came by a merge
		if i < len(lines) {
			f.Question[i].Line = lines[i]
		}
		inherit(&f.Question[i], "clauses", f.Clauses)
		inherit(&f.Question[i], "level", f.Level)
		inherit(&f.Question[i], "pool", f.Pool)
		out = append(out, l.question(&f.Question[i], c)...)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%v", *c))
	for _, q := range out { // a question of a case is another when the case is
		q.Print = hex.EncodeToString(sum[:16]) + q.Print[:32]
	}
	return out
}

// linesOf gives the line of each member of a list in the file; what was decoded from a part of it counts from there.
func linesOf(node *yaml.Node, field string) []int {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	var lines []int
	for i := 0; i+1 < len(node.Content); i += 2 {
		if list := node.Content[i+1]; node.Content[i].Value == field {
			if list.Kind == yaml.AliasNode {
				list = list.Alias
			}
			for _, member := range list.Content {
				lines = append(lines, member.Line)
			}
		}
	}
	return lines
}

// inherit gives a question of a case what the case says, where it says nothing itself.
func inherit(node *yaml.Node, field string, value any) {
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == field {
			return
		}
	}
	var v yaml.Node
	if node.Kind != yaml.MappingNode || v.Encode(value) != nil || v.Tag == "!!null" || v.Value == "" && v.Kind == yaml.ScalarNode {
		return
	}
	node.Content = append(node.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: field}, &v)
}

// fields of a file that belong to some types only, and those types.
var belongs = map[string][]grading.Type{
	"options": {grading.Single, grading.Multiple}, "answer": {grading.TrueFalse}, "pairs": {grading.Matching}, "extra": {grading.Matching},
	"order": {grading.Ordering}, "accept": {grading.ShortText}, "figures": {grading.Numeric, grading.Calculated},
	"units": {grading.Numeric, grading.Calculated}, "params": {grading.Calculated}, "where": {grading.Calculated}, "formula": {grading.Calculated},
	"passage": {grading.Cloze, caseType}, "gaps": {grading.Cloze}, "rubric": {grading.Open}, "longest": {grading.Open},
	"table": {caseType}, "questions": {caseType}, "title": {caseType}, "rule": {grading.Multiple, grading.Ordering, grading.Matching},
	"stem": grading.Types(), "explanation": grading.Types(), "facility": grading.Types(),
	"fixed": {grading.Single, grading.Multiple},
}

// extras reports what the type has no use for: a slip that would otherwise change nothing and be seen by nobody.
func (l *linter) extras(q *Question, f questionFile) {
	has := map[string]bool{"options": len(f.Options) > 0, "answer": f.Answer != nil, "pairs": len(f.Pairs) > 0, "extra": len(f.Extra) > 0,
		"order": len(f.Order) > 0, "accept": len(f.Accept) > 0, "figures": len(f.Figures) > 0, "units": len(f.Units) > 0, "params": !f.Params.IsZero(),
		"where": len(f.Where) > 0, "formula": f.Formula != "", "passage": f.Passage != Text{}, "gaps": len(f.Gaps) > 0, "rubric": len(f.Rubric) > 0,
		"longest": f.Longest != 0, "table": len(f.Table) > 0, "questions": len(f.Question) > 0, "title": f.Title != Text{}, "rule": f.Rule != "",
		"stem": f.Stem != Text{}, "explanation": f.Explanation != Text{}, "facility": f.Facility != 0, "fixed": f.Fixed}
	if q.Type == grading.TrueFalse && has["options"] || q.Type == caseType && q.Case != nil {
		return // said by its own form, or as a type that cannot stand here
	}
	for _, field := range sortedKeys(has) {
		if !has[field] || slices.Contains(belongs[field], q.Type) || q.Type != caseType && !slices.Contains(grading.Types(), q.Type) {
			continue
		}
		if field == "answer" {
			l.at(q.Line, "bank.answer_not_here", "id", q.ID)
		} else {
			l.at(q.Line, "bank.field_not_here", "id", q.ID, "field", field, "type", string(q.Type))
		}
	}
}

// fill takes over what the type asks for.
func (l *linter) fill(q *Question, f questionFile) {
	switch f.Type {
	case grading.TrueFalse:
		if f.Answer == nil || len(f.Options) > 0 {
			l.at(q.Line, "bank.truefalse_form", "id", q.ID)
			q.Options = f.Options
			return
		}
		q.Options = []Option{{ID: "true", Right: *f.Answer}, {ID: "false", Right: !*f.Answer}}
	case grading.Single, grading.Multiple:
		q.Options = f.Options
		l.ruleIn(q, grading.ChoiceRules())
		l.options(q)
	case grading.Matching:
		l.matching(q, f)
	case grading.Ordering:
		l.ordering(q, f)
	case grading.ShortText:
		q.Accept = l.accepts(q, f.Accept)
	case grading.Numeric:
		q.Figures, q.Units = l.figures(q, f.Figures, f.Units)
	case grading.Calculated:
		l.calculated(q, f)
	case grading.Cloze:
		l.cloze(q, f)
	case grading.Open:
		l.open(q, f)
	default:
		l.at(q.Line, "bank.type_unknown", "id", q.ID, "type", string(q.Type))
	}
}

func (l *linter) ruleIn(q *Question, known []grading.Rule) {
	if q.Rule != "" && !slices.Contains(known, q.Rule) {
		l.at(q.Line, "bank.rule_unknown", "id", q.ID, "rule", string(q.Rule))
	}
}

// secret is an id for a text that tells nothing of where it belongs: what a page shows before submission must not
// give the answer away.
func secret(prefix string, t Text) string {
	sum := sha256.Sum256([]byte(t.ZH + "\x00" + t.EN))
	return prefix + hex.EncodeToString(sum[:4])
}

func (l *linter) matching(q *Question, f questionFile) {
	l.ruleIn(q, []grading.Rule{grading.AllOrNothing})
	if len(f.Pairs) < 2 {
		l.at(q.Line, "bank.pairs_few", "id", q.ID)
	}
	seen, things := map[string]bool{}, map[string]bool{}
	partner := func(t Text) string {
		id := secret("p", t)
		if !seen[id] {
			seen[id] = true
			q.Options = append(q.Options, Option{ID: id, Text: t})
		}
		return id
	}
	for i, p := range f.Pairs {
		l.both(q, fmt.Sprintf("pairs.%d.left", i+1), p.Left)
		l.both(q, fmt.Sprintf("pairs.%d.right", i+1), p.Right)
		thing := secret("t", p.Left)
		if things[thing] {
			l.at(q.Line, "bank.thing_twice", "id", q.ID, "n", i+1)
		}
		things[thing] = true
		q.Things = append(q.Things, Thing{ID: thing, Text: p.Left, Partner: partner(p.Right)})
	}
	for i, t := range f.Extra {
		l.both(q, fmt.Sprintf("extra.%d", i+1), t)
		if seen[secret("p", t)] {
			l.at(q.Line, "bank.extra_right", "id", q.ID, "n", i+1)
		}
		partner(t)
	}
	if len(q.Options) < 2 && len(f.Pairs) >= 2 {
		l.at(q.Line, "bank.partners_few", "id", q.ID)
	}
}

func (l *linter) ordering(q *Question, f questionFile) {
	l.ruleIn(q, grading.OrderRules())
	if len(f.Order) < 3 {
		l.at(q.Line, "bank.steps_few", "id", q.ID)
	}
	seen := map[string]bool{}
	for i, t := range f.Order {
		l.both(q, fmt.Sprintf("order.%d", i+1), t)
		id := secret("s", t)
		if seen[id] {
			l.at(q.Line, "bank.step_twice", "id", q.ID, "n", i+1)
			continue
		}
		seen[id] = true
		q.Options = append(q.Options, Option{ID: id, Text: t})
	}
}

// accepts reads accepted texts; a credit that is not named is everything.
func (l *linter) accepts(q *Question, list []Accept) []Accept {
	out, full := slices.Clone(list), false
	for i := range out {
		if out[i].Credit == 0 {
			out[i].Credit = grading.Full
		}
		full = full || out[i].Credit == grading.Full
		l.credit(q, out[i].Credit)
		if strings.Trim(grading.Fold(out[i].Text), "* ") == "" {
			l.at(q.Line, "bank.accept_anything", "id", q.ID, "n", i+1)
		}
	}
	if !full {
		l.at(q.Line, "bank.no_right_answer", "id", q.ID)
	}
	return out
}

func (l *linter) credit(q *Question, credit int) {
	if credit < 1 || credit > grading.Full {
		l.at(q.Line, "bank.credit_range", "id", q.ID, "credit", credit)
	}
}

// figures reads accepted numbers and units.
func (l *linter) figures(q *Question, list []Figure, units []Unit) ([]Figure, []Unit) {
	out, full := slices.Clone(list), false
	for i := range out {
		if out[i].Credit == 0 {
			out[i].Credit = grading.Full
		}
		l.credit(q, out[i].Credit)
		full = full || out[i].Credit == grading.Full
		if out[i].Value != "" || q.Type != grading.Calculated {
			l.number(q, out[i].Value)
		}
		for _, text := range []string{out[i].Tolerance, out[i].Relative} {
			if text != "" {
				l.number(q, text)
			}
		}
	}
	if !full {
		l.at(q.Line, "bank.no_right_answer", "id", q.ID)
	}
	for _, u := range units {
		if f := exact(u.Factor); f == nil || f.Sign() <= 0 {
			l.at(q.Line, "bank.unit_factor", "id", q.ID, "unit", u.Name)
		}
	}
	return out, units
}

var decimalForm = regexp.MustCompile(`^-?\d{1,15}(\.\d{1,10})?(/\d{1,15})?$`)

// exact reads a number as files may write it, with bounds to its length; nil where it is none.
func exact(text string) *big.Rat {
	if !decimalForm.MatchString(text) {
		return nil
	}
	return ratOf(text)
}

func (l *linter) number(q *Question, text string) {
	if exact(text) == nil {
		l.at(q.Line, "bank.number_form", "id", q.ID, "value", text)
	}
}
