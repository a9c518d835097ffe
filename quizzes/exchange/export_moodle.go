package exchange

import (
	"encoding/xml"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
)

// moodleTeller writes Moodle XML. Texts are said to be plain.
type moodleTeller struct {
	lang string
	out  strings.Builder
}

// escaped is a text as XML has it.
func escaped(s string) string {
	var b strings.Builder
	if xml.EscapeText(&b, []byte(s)) != nil { // a Builder never fails
		return ""
	}
	return b.String()
}

// element writes <name format="plain_text"><text>…</text>inner</name>.
func element(name, text, inner string) string {
	return fmt.Sprintf("<%s format=%q><text>%s</text>%s</%s>\n", name, formPlain, escaped(text), inner, strings.Fields(name)[0])
}

func said(name, text string) string {
	return fmt.Sprintf("<%s><text>%s</text></%s>\n", name, escaped(text), name)
}

func tag(name, value string) string { return fmt.Sprintf("<%s>%s</%s>\n", name, escaped(value), name) }

// manswers writes an answer with its part, its reason and what else it has.
func manswers(percent, text, why, more string) string {
	return fmt.Sprintf("<answer fraction=%q format=%q><text>%s</text>%s%s</answer>\n", percent, formPlain, escaped(text), element("feedback", why, ""), more)
}

func (m *moodleTeller) tell(q *bank.Question) refusal {
	kind, text, body, no := moodleWords[q.Type], prompt(q, m.lang), "", refusal{}
	explanation := q.Explanation.In(m.lang)
	switch q.Type {
	case grading.Single, grading.Multiple:
		body, no = m.choices(q)
	case grading.TrueFalse:
		for _, o := range q.Options {
			body += manswers(map[bool]string{true: "100", false: "0"}[o.Right], o.ID, "", "")
		}
	case grading.Matching:
		kind = "matching"
		body, no = m.pairs(q)
	case grading.Ordering:
		body, no = m.order(q)
	case grading.ShortText:
		var list []typed
		list, no = accepted(q)
		body = tag("usecase", "0")
		for _, a := range list {
			body += manswers(a.percent, a.text, "", "")
		}
	case grading.Numeric:
		body, no = m.numbers(q)
	case grading.Cloze:
		kind = "cloze"
		text, no = clozeText(q, m.lang, func(c int) (string, refusal) { return percent(credit(c)) })
	case grading.Open:
		body = tag("responseformat", "plain") + tag("attachments", "0") + element("graderinfo", rubric(q, m.lang), "")
	case grading.Calculated:
		body, explanation, no = m.calculated(q)
	default:
		no = refusal{"exchange.out.type", string(q.Type)}
	}
	if no.key != "" {
		return no
	}
	fmt.Fprintf(&m.out, "<question type=%q>\n%s%s%s%s</question>\n", kind, said("name", q.ID), element("questiontext", text, ""),
		element("generalfeedback", explanation, ""), tag("defaultgrade", "1")+tag("penalty", "0")+body)
	return refusal{}
}

func (m *moodleTeller) choices(q *bank.Question) (string, refusal) {
	list, no := percents(q)
	if no.key != "" {
		return "", no
	}
	body := tag("single", fmt.Sprint(q.Type == grading.Single)) + tag("shuffleanswers", fmt.Sprint(!q.Fixed)) + tag("answernumbering", "abc")
	for i, o := range q.Options {
		body += manswers(list[i], o.Text.In(m.lang), o.Why.In(m.lang), "")
	}
	return body, refusal{}
}

func (m *moodleTeller) pairs(q *bank.Question) (string, refusal) {
	if q.Rule != "" {
		return "", refusal{"exchange.out.rule", string(q.Rule)}
	}
	body := tag("shuffleanswers", "true")
	for _, t := range q.Things {
		body += element("subquestion", t.Text.In(m.lang), said("answer", partnerOf(q, t.Partner).In(m.lang)))
	}
	for _, t := range misleading(q) {
		body += element("subquestion", "", said("answer", t.In(m.lang)))
	}
	return body, refusal{}
}

func (m *moodleTeller) order(q *bank.Question) (string, refusal) {
	way := map[grading.Rule]string{grading.Exact: "ALL_OR_NOTHING", grading.Positions: "ABSOLUTE_POSITION",
		grading.Neighbours: "RELATIVE_NEXT_EXCLUDE_LAST"}[q.Rule]
	if way == "" {
		rule := q.Rule
		if rule == "" {
			rule = grading.Pairs
		}
		return "", refusal{"exchange.out.rule", string(rule)}
	}
	body := tag("layouttype", "VERTICAL") + tag("selecttype", "ALL") + tag("selectcount", "0") + tag("gradingtype", way) + tag("showgrading", "SHOW") +
		tag("numberingstyle", "none")
	for i, o := range q.Options {
		body += manswers(fmt.Sprintf("%d.0000000", i+1), o.Text.In(m.lang), "", "")
	}
	return body, refusal{}
}

func (m *moodleTeller) numbers(q *bank.Question) (string, refusal) {
	list, no := figures(q)
	if no.key != "" {
		return "", no
	}
	body, no := units(q.Units)
	for _, a := range list {
		body += manswers(a.percent, a.text, "", tag("tolerance", a.allowed))
	}
	return body, no
}

// units writes units, the one of factor 1 first, for there it is the one that numbers are in.
func units(list []bank.Unit) (string, refusal) {
	if bare(list) {
		return tag("unitgradingtype", "0") + tag("showunits", "3"), refusal{}
	}
	grade, rows, first := "1", "", false
	for _, u := range list {
		f, ok := new(big.Rat).SetString(u.Factor)
		if !ok || f.Sign() <= 0 || u.Name == "" && f.Cmp(whole) != 0 {
			return "", refusal{"exchange.out.units", u.Name}
		}
		if u.Name == "" {
			grade = "0"
			continue
		}
		multiplier, ok := valueForm(new(big.Rat).Inv(f))
		if !ok {
			return "", refusal{"exchange.out.units", u.Name}
		}
		row := "<unit>" + tag("multiplier", multiplier) + tag("unit_name", u.Name) + "</unit>\n"
		if f.Cmp(whole) == 0 && !first {
			first, rows = true, row+rows
		} else {
			rows += row
		}
	}
	if !first {
		return "", refusal{"exchange.out.units", ""}
	}
	return tag("unitgradingtype", grade) + tag("unitpenalty", "1") + tag("showunits", "0") + "<units>\n" + rows + "</units>\n", refusal{}
}

// rubric tells those who mark what earns what.
func rubric(q *bank.Question, lang string) string {
	var lines []string
	for _, c := range q.Rubric {
		lines = append(lines, c.Title.In(lang))
		for _, l := range c.Levels {
			lines = append(lines, fmt.Sprintf("%d – %s", l.Points, l.Anchor.In(lang)))
		}
	}
	return strings.Join(lines, "\n")
}

// itemsDrawn is how many sets of numbers a calculated question is given.
const itemsDrawn = 10

func (m *moodleTeller) calculated(q *bank.Question) (body, explanation string, no refusal) {
	if len(q.Where) > 0 {
		return "", "", refusal{"exchange.out.where", q.Where[0].String()}
	}
	formula := q.Formula.String()
	if strings.ContainsAny(formula, "^<>=") {
		return "", "", refusal{"exchange.out.formula", formula}
	}
	formula = formulaWord.ReplaceAllStringFunc(formula, func(w string) string {
		if slices.ContainsFunc(q.Params, func(p bank.Param) bool { return p.Name == w }) {
			return "{" + w + "}"
		}
		return w
	})
	body, no = units(q.Units)
	for _, f := range byCredit(q.Figures, func(f bank.Figure) int { return f.Credit }) {
		p, n := percent(credit(f.Credit))
		kind, tolerance := "2", f.Tolerance
		if f.Relative != "" {
			kind, tolerance = "1", f.Relative
		}
		if tolerance == "" {
			tolerance = "0"
		}
		switch {
		case f.Relative != "" && f.Tolerance != "":
			n = refusal{"exchange.out.two_tolerances", ""}
		case f.Value != "":
			n = refusal{"exchange.out.formula", f.Value}
		}
		if n.key != "" {
			no = n
		}
		body += manswers(p, formula, "", tag("tolerance", tolerance)+tag("tolerancetype", kind)+tag("correctanswerformat", "1")+tag("correctanswerlength", "4"))
	}
	sets, n := m.sets(q)
	if n.key != "" {
		no = n
	}
	return tag("synchronize", "0") + body + sets, strings.ReplaceAll(q.Explanation.In(m.lang), "{answer}", "{="+formula+"}"), no
}

// sets writes the ranges of the parameters and items out of them, for which the formula has a value.
func (m *moodleTeller) sets(q *bank.Question) (string, refusal) {
	decimals := map[string]int{}
	for _, p := range q.Params {
		places, ok := 0, false
		if len(p.Values) == 0 && p.Step.Num().IsInt64() && p.Step.Num().Int64() == 1 {
			places, ok = p.Step.FloatPrec()
		}
		if !ok || p.Step.Cmp(new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil))) != 0 {
			return "", refusal{"exchange.out.range", p.Name}
		}
		decimals[p.Name] = places
	}
	items := drawn(q)
	if len(items) == 0 {
		return "", refusal{"exchange.out.range", ""}
	}
	var b strings.Builder
	for _, p := range q.Params {
		b.WriteString("<dataset_definition>" + said("status", "private") + said("name", p.Name) + tag("type", "calculated") + said("distribution", "uniform") +
			said("minimum", bank.Exactly(p.From)) + said("maximum", bank.Exactly(p.To)) + said("decimals", fmt.Sprint(decimals[p.Name])) +
			tag("itemcount", fmt.Sprint(len(items))) + "<dataset_items>\n")
		for i, item := range items {
			b.WriteString("<dataset_item>" + tag("number", fmt.Sprint(i+1)) + tag("value", bank.Exactly(item[p.Name])) + "</dataset_item>\n")
		}
		b.WriteString("</dataset_items>" + tag("number_of_items", fmt.Sprint(len(items))) + "</dataset_definition>\n")
	}
	return "<dataset_definitions>\n" + b.String() + "</dataset_definitions>\n", refusal{}
}

// drawn takes values of every range that are spread over it, the same ones every time.
func drawn(q *bank.Question) (out []map[string]*big.Rat) {
	for n := int64(1); n <= 20*itemsDrawn && len(out) < itemsDrawn; n++ {
		item := map[string]*big.Rat{}
		for i, p := range q.Params {
			span := new(big.Rat).Quo(new(big.Rat).Sub(p.To, p.From), p.Step)
			steps := new(big.Int).Quo(span.Num(), span.Denom()).Int64() + 1
			at := big.NewRat(n*(7919+int64(i)*104_729)%steps, 1)
			item[p.Name] = at.Add(at.Mul(at, p.Step), p.From)
		}
		if _, err := q.Formula.Value(item); err == nil {
			out = append(out, item)
		}
	}
	return out
}

func (m *moodleTeller) end() ([]byte, error) {
	return []byte("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<quiz>\n" + m.out.String() + "</quiz>\n"), nil
}
