package exchange

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"tongguan/quizzes/bank"
)

// readGift reads Moodle's GIFT: questions between blank lines, a name between ::, answers between braces.
func readGift(text string) (out []*draft) {
	category := ""
	var block []string
	first := 0
	flush := func() {
		if len(block) > 0 {
			d := &draft{line: first, category: category}
			d.gift(strings.Join(block, "\n"))
			out = append(out, d)
		}
		block = nil
	}
	for i, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(trimmed, "//"):
		case trimmed == "":
			flush()
		case strings.HasPrefix(trimmed, "$CATEGORY:"):
			flush()
			category = strings.TrimSpace(strings.TrimPrefix(trimmed, "$CATEGORY:"))
		default:
			if len(block) == 0 {
				first = i + 1
			}
			block = append(block, line)
		}
	}
	flush()
	return out
}

// find is the place of a text that no backslash precedes, or −1.
func find(s, what string) int {
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' {
			i++
		} else if strings.HasPrefix(s[i:], what) {
			return i
		}
	}
	return -1
}

// cut is strings.Cut at a text that no backslash precedes.
func cut(s, at string) (before, after string, found bool) {
	if i := find(s, at); i >= 0 {
		return s[:i], s[i+len(at):], true
	}
	return s, "", false
}

// unescape takes the backslashes off.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
			if s[i] == 'n' {
				b.WriteByte('\n')
				continue
			}
			if !strings.ContainsRune(`~=#{}:\`, rune(s[i])) {
				b.WriteByte('\\')
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// giftForms are the marks before a text that say what form it has.
var giftForms = map[string]string{"[html]": formHTML, "[moodle]": formAuto, "[plain]": formPlain, "[markdown]": formMarkdown}

// giftText reads a text, in a form of its own or the question's.
func (d *draft) giftText(s, form string) bank.Text {
	s, form = formOf(s, form)
	return d.take(flatten(unescape(s), form))
}

func formOf(s, form string) (string, string) {
	s = strings.TrimSpace(s)
	for mark, f := range giftForms {
		if rest, ok := strings.CutPrefix(s, mark); ok {
			return strings.TrimSpace(rest), f
		}
	}
	return s, form
}

func (d *draft) gift(block string) {
	rest := strings.TrimSpace(block)
	if after, ok := strings.CutPrefix(rest, "::"); ok {
		if name, behind, ok := cut(after, "::"); ok {
			d.name, rest = plain(unescape(name)), behind
		}
	}
	rest, form := formOf(rest, formAuto)
	d.kind = Description
	before, after, ok := cut(rest, "{")
	d.text = d.giftText(before, form)
	if !ok {
		if find(rest, "}") >= 0 {
			d.kind = ""
			d.broken("exchange.brace", "")
		}
		return
	}
	answers, tail, ok := cut(after, "}")
	if !ok {
		d.kind = ""
		d.broken("exchange.brace", "")
		return
	}
	if tail = strings.TrimSpace(tail); tail != "" {
		if find(tail, "{") >= 0 {
			d.broken("exchange.two_gaps", "")
		}
		d.text = d.giftText(before+" _____ "+tail, form) // the missing word
	}
	if answers, general, ok := cutLast(answers, "####"); ok {
		d.feedback = d.giftText(general, form)
		d.giftAnswers(strings.TrimSpace(answers), form)
		return
	}
	d.giftAnswers(strings.TrimSpace(answers), form)
}

// cutLast cuts at the last place, for feedback itself may have the mark of feedback before it.
func cutLast(s, at string) (before, after string, found bool) {
	if i := strings.LastIndex(s, at); i >= 0 && (i == 0 || s[i-1] != '\\') {
		return s[:i], s[i+len(at):], true
	}
	return s, "", false
}

// giftOrder is the head of an order: how many steps are shown and of which kind, how it lies, how it is marked, whether that
// is shown, and how steps are numbered.
var giftOrder = regexp.MustCompile(`^>\s*(\d{1,4})\s*(ALL|EXACT|RANDOM|REL|CONTIGUOUS|CONTIG)?\s*(?:HORIZONTAL|HORI|H|1|VERTICAL|VERT|V|0)?\s*` +
	`(ALL_OR_NOTHING|ABSOLUTE_POSITION|ABSOLUTE|ABS|RELATIVE_[A-Z_]+|RELATIVE|REL|LONGEST_[A-Z_]+)?\s*(?:SHOW|TRUE|YES|1|HIDE|FALSE|NO|0)?[ \t]*` +
	`(?:none|abc|ABCD|123|iii|IIII)?\s*\n`)

// giftSteps reads an order: a step on every line.
func (d *draft) giftSteps(answers string) {
	d.kind = Ordering
	head := giftOrder.FindStringSubmatch(answers)
	if head == nil {
		d.broken("exchange.order_head", short(answers))
		return
	}
	for _, line := range strings.Split(answers[len(head[0]):], "\n") {
		if line = strings.TrimSpace(line); line != "" {
			d.answers = append(d.answers, answer{text: d.take(flatten(line, formAuto)), part: whole})
		}
	}
	count, _ := strconv.Atoi(head[1]) // four digits at most
	if count < 3 {
		count = min(6, len(d.answers))
	}
	d.marked(head[3], head[2], count)
}

func (d *draft) giftAnswers(answers, form string) {
	if strings.HasPrefix(answers, ">") {
		d.giftSteps(answers)
		return
	}
	word, said, _ := strings.Cut(answers, "#")
	switch strings.ToUpper(strings.TrimSpace(word)) {
	case "":
		if after, ok := strings.CutPrefix(answers, "#"); ok {
			d.giftNumbers(strings.TrimSpace(after), form)
		} else {
			d.kind = Essay
		}
		return
	case "T", "TRUE":
		d.giftTruth(true, said, form)
		return
	case "F", "FALSE":
		d.giftTruth(false, said, form)
		return
	}
	d.giftList(answers, form)
}

// giftList reads answers that begin with = or ~: pairs, words or options.
func (d *draft) giftList(answers, form string) {
	parts := giftParts(answers)
	if len(parts) == 0 {
		parts = []string{"=" + answers} // a word alone is a short answer
	}
	kinds := map[byte]int{}
	arrows := 0
	for _, p := range parts {
		kinds[p[0]]++
		if find(p, "->") >= 0 {
			arrows++
		}
	}
	switch {
	case kinds['~'] == 0 && arrows > 0:
		d.kind = Match
		d.giftPairs(parts, form)
		return
	case kinds['~'] == 0:
		d.kind = ShortAnswer
	default:
		d.kind, d.single = MultiChoice, kinds['='] > 0
	}
	for _, p := range parts {
		d.answers = append(d.answers, d.giftAnswer(p, form))
	}
}

// giftTruth reads what is said to who is wrong, and behind a further mark to who is right.
func (d *draft) giftTruth(is bool, said, form string) {
	d.kind = TrueFalse
	toWrong, toRight, _ := cut(said, "#")
	d.answers = []answer{{text: zh("true"), part: new(big.Rat)}, {text: zh("false"), part: new(big.Rat)}}
	right := 0
	if !is {
		right = 1
	}
	d.answers[right].part, d.answers[right].why = whole, d.giftText(toRight, form)
	d.answers[1-right].why = d.giftText(toWrong, form)
}

// giftParts cuts answers at every = and ~ that begins one.
func giftParts(answers string) (out []string) {
	start := -1
	for i := 0; i < len(answers); i++ {
		switch answers[i] {
		case '\\':
			i++
		case '=', '~':
			if start >= 0 {
				out = append(out, answers[start:i])
			}
			start = i
		}
	}
	if start >= 0 {
		out = append(out, answers[start:])
	}
	return out
}

// giftAnswer reads "=text" or "~%50%text", each with a feedback behind #.
func (d *draft) giftAnswer(part, form string) (a answer) {
	a.part = new(big.Rat)
	if part[0] == '=' {
		a.part = whole
	}
	body, said, _ := cut(part[1:], "#")
	a.why = d.giftText(said, form)
	if body = strings.TrimSpace(body); d.kind != MultiChoice || part[0] == '~' { // of a choice = is everything, whatever follows
		body = d.weight(body, &a)
	}
	if d.kind == ShortAnswer || d.kind == Numerical {
		form = formPlain // what is typed has no marks
	}
	a.text = d.giftText(body, form)
	return a
}

// weight reads %50% before a text.
func (d *draft) weight(body string, a *answer) string {
	after, ok := strings.CutPrefix(body, "%")
	if !ok {
		return body
	}
	percent, rest, ok := strings.Cut(after, "%")
	if !ok {
		return body
	}
	part, ok := partOf(percent)
	if !ok {
		d.broken("exchange.weight", percent)
		return rest
	}
	a.part = part
	return rest
}

// giftPairs reads "=thing -> partner"; a partner without a thing is one to mislead.
func (d *draft) giftPairs(parts []string, form string) {
	for _, p := range parts {
		body, _, _ := cut(p[1:], "#")
		left, right, ok := cut(body, "->")
		thing, partner := d.giftText(left, form), d.giftText(right, form)
		switch {
		case !ok:
			d.broken("exchange.pair", short(firstOf(thing)))
		case empty(thing) && !empty(partner):
			d.extra = append(d.extra, partner)
		default:
			d.pairs = append(d.pairs, pairing{thing, partner})
		}
	}
}

// giftNumbers reads "3:0.5", "1..5", or several of them each behind =.
func (d *draft) giftNumbers(answers, form string) {
	d.kind = Numerical
	parts := giftParts(answers)
	if len(parts) == 0 {
		parts = []string{"=" + answers}
	}
	for _, part := range parts {
		d.answers = append(d.answers, d.span(d.giftAnswer(part, form)))
	}
}

// span reads the tolerance of a number, or its two ends.
func (d *draft) span(a answer) answer {
	value, tolerance, _ := strings.Cut(firstOf(a.text), ":")
	if low, high, ok := strings.Cut(value, ".."); ok {
		from, ok1 := ratOf(low)
		to, ok2 := ratOf(high)
		if !ok1 || !ok2 || from.Cmp(to) > 0 {
			d.broken("exchange.number", value)
			return a
		}
		half := big.NewRat(1, 2)
		value = bank.Exactly(new(big.Rat).Mul(half, new(big.Rat).Add(from, to)))
		tolerance = bank.Exactly(new(big.Rat).Mul(half, new(big.Rat).Sub(to, from)))
	}
	a.text, a.tolerance = zh(strings.TrimSpace(value)), strings.TrimSpace(tolerance)
	return a
}
