package exchange

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
)

// qtiCase is a condition and the part of the score that it adds.
type qtiCase struct {
	when string
	adds float64
}

// chain adds what the first condition that holds earns, times a share.
func chain(cases []qtiCase, share float64) string {
	out := ""
	for i, c := range cases {
		name := "qti-response-else-if"
		if i == 0 {
			name = "qti-response-if"
		}
		out += node(name, c.when, setScore(node("qti-sum", variable("SCORE"), number("float", decimal(c.adds*share)))))
	}
	return node("qti-response-condition", out)
}

// answerCases are the answers that a typed question takes, the best first, and the type of its response.
func answerCases(id string, q *bank.Question) (cases []qtiCase, kind string, no refusal) {
	if q.Type == grading.ShortText {
		for _, a := range byCredit(q.Accept, func(a bank.Accept) int { return a.Credit }) {
			when := node(`qti-string-match case-sensitive="false"`, variable(id), number("string", a.Text))
			if strings.Contains(a.Text, "*") {
				when = node(with(`qti-pattern-match pattern="%s"`, pattern(a.Text)), variable(id))
			}
			cases = append(cases, qtiCase{when, float64(a.Credit) / grading.Full})
		}
		return cases, "string", refusal{}
	}
	if !bare(q.Units) {
		return nil, "", refusal{"exchange.out.units", ""}
	}
	for _, f := range byCredit(q.Figures, func(f bank.Figure) int { return f.Credit }) {
		value, allowed, no := figureForm(f)
		if no.key != "" {
			return nil, "", no
		}
		mode := `qti-equal tolerance-mode="exact"`
		if allowed != "0" {
			mode = with(`qti-equal tolerance-mode="absolute" tolerance="%s %s"`, allowed, allowed)
		}
		cases = append(cases, qtiCase{node(mode, number("float", value), variable(id)), float64(f.Credit) / grading.Full})
	}
	return cases, "float", refusal{}
}

// pattern writes a text in which * is anything as a pattern of XML Schema, where capital letters are not told apart.
func pattern(text string) string {
	var b strings.Builder
	for _, r := range text {
		low, up := unicode.ToLower(r), unicode.ToUpper(r)
		switch {
		case r == '*':
			b.WriteString(".*")
		case low != up:
			fmt.Fprintf(&b, "[%c%c]", low, up)
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	return b.String()
}

// mostOrdered is how many steps an order may have, for its conditions grow with the fourth power.
const mostOrdered = 7

func (t *qtiTeller) order(q *bank.Question) (qtiDraft, refusal) {
	names := optionNames(q)
	var right []string
	for _, o := range q.Options {
		right = append(right, names[o.ID])
	}
	choices := ""
	for _, id := range sortedIDs(q) {
		for _, o := range q.Options {
			if o.ID == id {
				choices += node(with(`qti-simple-choice identifier="%s"`, names[id]), escaped(o.Text.In(t.lang)))
			}
		}
	}
	d := qtiDraft{declared: declared("RESPONSE", "ordered", "identifier", right, ""),
		body:       t.stem(q) + node(`qti-order-interaction response-identifier="RESPONSE" shuffle="true"`, choices),
		processing: node(with(`qti-response-processing template="%s"`, matchCorrect))}
	if q.Rule == grading.Exact {
		return d, refusal{}
	}
	if len(right) > mostOrdered {
		return d, refusal{"exchange.out.steps", strconv.Itoa(mostOrdered)}
	}
	d.processing = node("qti-response-processing", orderPoints(q.Rule, right))
	return d, refusal{}
}

// stands is the condition that a step stands at a place, from 1.
func stands(step string, place int) string {
	return node("qti-match", node(with(`qti-index n="%s"`, strconv.Itoa(place)), variable("RESPONSE")), number("identifier", step))
}

// orderPoints writes out the rules for an order: a step in its place, neighbours that rightly follow each other, or all
// pairs of which the earlier step stands before the later.
func orderPoints(rule grading.Rule, right []string) string {
	n := len(right)
	out := ""
	if rule == grading.Positions {
		for i, s := range right {
			out += chain([]qtiCase{{stands(s, i+1), 1 / float64(n)}}, 1)
		}
		return out
	}
	if rule == grading.Neighbours {
		for i := range n - 1 {
			var cases []qtiCase
			for at := 1; at < n; at++ {
				cases = append(cases, qtiCase{node("qti-and", stands(right[i], at), stands(right[i+1], at+1)), 1 / float64(n-1)})
			}
			out += chain(cases, 1)
		}
		return out
	}
	pairs := float64(n*(n-1)) / 2
	for i := range right {
		for j := i + 1; j < n; j++ {
			var cases []qtiCase
			for a := 1; a <= n; a++ {
				for b := a + 1; b <= n; b++ {
					cases = append(cases, qtiCase{node("qti-and", stands(right[i], a), stands(right[j], b)), 1 / pairs})
				}
			}
			out += chain(cases, 1)
		}
	}
	twice := node("qti-product", number("float", "2"), variable("SCORE"))
	return out + setScore(node("qti-max", number("float", "0"), node("qti-subtract", twice, number("float", "1"))))
}

// cloze writes a passage with its gaps in place, a response for each.
func (t *qtiTeller) cloze(q *bank.Question) (d qtiDraft, no refusal) {
	weights := 0
	for _, g := range q.Gaps {
		weights += g.Weight
	}
	interactions := map[string]string{}
	for i, g := range q.Gaps {
		id := "RESPONSE" + strconv.Itoa(i+1)
		cases, kind := []qtiCase(nil), "identifier"
		if len(g.Asks.Options) > 0 {
			interactions[g.ID], cases = t.inline(id, g.Asks)
		} else {
			if cases, kind, no = answerCases(id, g.Asks); no.key != "" {
				return d, no
			}
			interactions[g.ID] = node(with(`qti-text-entry-interaction response-identifier="%s" expected-length="20"`, id))
		}
		d.declared += declared(id, "single", kind, nil, "")
		d.processing += chain(cases, float64(g.Weight)/float64(max(1, weights)))
	}
	d.processing = node("qti-response-processing", d.processing)
	line, passage := "", ""
	for _, p := range bank.Parts(q.Passage.In(t.lang)) {
		for i, text := range strings.Split(p.Text, "\n") {
			if i > 0 {
				passage, line = passage+node("p", line), ""
			}
			line += escaped(text)
		}
		line += interactions[p.Gap]
	}
	d.body = t.stem(q) + node("div", passage, node("p", line))
	return d, refusal{}
}

// inline is a choice within a line.
func (t *qtiTeller) inline(id string, asks *bank.Question) (string, []qtiCase) {
	names, choices := optionNames(asks), ""
	var cases []qtiCase
	for _, o := range asks.Options {
		choices += node(with(`qti-inline-choice identifier="%s"`, names[o.ID]), escaped(o.Text.In(t.lang)))
		earns := float64(max(0, o.Credit)) / grading.Full
		if o.Right {
			earns = 1
		}
		if earns > 0 {
			cases = append(cases, qtiCase{node("qti-match", variable(id), number("identifier", names[o.ID])), earns})
		}
	}
	return node(with(`qti-inline-choice-interaction response-identifier="%s" shuffle="true"`, id), choices), cases
}
