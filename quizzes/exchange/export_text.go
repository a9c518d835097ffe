package exchange

import (
	"fmt"
	"strings"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
)

// giftTeller writes GIFT. Texts are said to be plain, so that no sign in them is taken for HTML.
type giftTeller struct {
	lang string
	out  strings.Builder
}

var giftMarks = strings.NewReplacer(`\`, `\\`, `~`, `\~`, `=`, `\=`, `#`, `\#`, `{`, `\{`, `}`, `\}`, `:`, `\:`, "\n", `\n`)

func (g *giftTeller) say(t bank.Text) string { return giftSaid(t.In(g.lang)) }

// giftSaid writes a text; one that begins as if it named its form is said to be plain once more.
func giftSaid(s string) string {
	if _, form := formOf(s, ""); form != "" {
		return "[plain]" + giftMarks.Replace(s)
	}
	return giftMarks.Replace(s)
}

func (g *giftTeller) why(t bank.Text) string {
	if s := g.say(t); s != "" {
		return "#" + s
	}
	return ""
}

func (g *giftTeller) tell(q *bank.Question) refusal {
	lines, no := g.answers(q)
	if no.key != "" {
		return no
	}
	if s := g.say(q.Explanation); s != "" {
		lines = append(lines, "####"+s)
	}
	open, body := "{", "\n\t"+strings.Join(lines, "\n\t")+"\n"
	if q.Type == grading.TrueFalse {
		body = strings.Join(lines, "")
	}
	if q.Type == grading.Numeric {
		open = "{#"
	}
	fmt.Fprintf(&g.out, "::%s::[plain]%s%s%s}\n\n", q.ID, giftMarks.Replace(prompt(q, g.lang)), open, body)
	return refusal{}
}

// answers are the lines between the braces.
func (g *giftTeller) answers(q *bank.Question) (lines []string, no refusal) {
	switch q.Type {
	case grading.Single, grading.Multiple:
		return g.choices(q)
	case grading.TrueFalse:
		return []string{strings.ToUpper(fmt.Sprint(q.Options[0].Right))}, refusal{}
	case grading.Matching:
		return g.pairs(q)
	case grading.ShortText:
		list, no := accepted(q)
		for _, a := range list {
			if strings.Contains(a.text, "->") {
				return nil, refusal{"exchange.out.arrow", a.text}
			}
			lines = append(lines, "=%"+a.percent+"%"+giftSaid(a.text))
		}
		return lines, no
	case grading.Numeric:
		if !bare(q.Units) {
			return nil, refusal{"exchange.out.units", ""}
		}
		list, no := figures(q)
		for _, a := range list {
			lines = append(lines, "=%"+a.percent+"%"+a.text+":"+a.allowed)
		}
		return lines, no
	case grading.Ordering:
		return nil, refusal{"exchange.out.order", ""}
	case grading.Open:
		return nil, refusal{"exchange.out.rubric", ""}
	}
	return nil, refusal{"exchange.out.type", moodleWords[q.Type]}
}

func (g *giftTeller) choices(q *bank.Question) (lines []string, no refusal) {
	list, no := percents(q)
	if no.key != "" {
		return nil, no
	}
	for i, o := range q.Options {
		if q.Type == grading.Single && o.Right {
			lines = append(lines, "="+g.say(o.Text)+g.why(o.Why))
		} else {
			lines = append(lines, "~%"+list[i]+"%"+g.say(o.Text)+g.why(o.Why))
		}
	}
	return lines, refusal{}
}

func (g *giftTeller) pairs(q *bank.Question) (lines []string, no refusal) {
	if q.Rule != "" {
		return nil, refusal{"exchange.out.rule", string(q.Rule)}
	}
	for _, t := range q.Things {
		lines = append(lines, "="+g.say(t.Text)+" -> "+g.say(partnerOf(q, t.Partner)))
	}
	for _, t := range misleading(q) {
		lines = append(lines, "= -> "+g.say(t))
	}
	for _, l := range lines {
		if strings.Count(l, "->") > 1 {
			return nil, refusal{"exchange.out.arrow", l}
		}
	}
	return lines, refusal{}
}

func (g *giftTeller) end() ([]byte, error) { return []byte(g.out.String()), nil }

// aikenTeller writes Aiken, which has a text, options and the letter of the right one, and no reasons.
type aikenTeller struct {
	lang string
	out  strings.Builder
}

func (a *aikenTeller) tell(q *bank.Question) refusal {
	if q.Type == grading.Multiple {
		return refusal{"exchange.out.several", ""}
	} else if q.Type != grading.Single {
		return refusal{"exchange.out.type", moodleWords[q.Type]}
	}
	line := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	text := line(prompt(q, a.lang))
	if aikenOption.MatchString(text) || strings.HasPrefix(text, "//") || strings.HasPrefix(text, "ANSWER:") {
		return refusal{"exchange.out.aiken_text", short(text)}
	}
	var b strings.Builder
	fmt.Fprintln(&b, text)
	letter := ""
	for i, o := range q.Options {
		if o.Credit > 0 && !o.Right || i >= 26 {
			return refusal{"exchange.out.part", fmt.Sprint(o.Credit)}
		}
		id := string(rune('A' + i))
		if o.Right {
			letter = id
		}
		fmt.Fprintf(&b, "%s. %s\n", id, line(o.Text.In(a.lang)))
	}
	fmt.Fprintf(&a.out, "%sANSWER: %s\n\n", b.String(), letter)
	return refusal{}
}

func (a *aikenTeller) end() ([]byte, error) { return []byte(a.out.String()), nil }
