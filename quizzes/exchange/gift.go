package exchange

import (
	"strconv"
	"strings"
)

// readGift reads Moodle's GIFT: questions between blank lines, a name between ::, answers between braces.
func readGift(text string) (out []Question) {
	category := ""
	var block []string
	first := 0
	flush := func() {
		if len(block) > 0 {
			q := giftQuestion(strings.Join(block, "\n"))
			q.Line, q.Category = first, category
			if q.Name == "" {
				q.Name = short(q.Text)
			}
			q.finish()
			out = append(out, q)
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

// find is the place of a character that no backslash precedes, or −1.
func find(s string, c byte) int {
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' {
			i++
		} else if s[i] == c {
			return i
		}
	}
	return -1
}

// unescape takes the backslashes off, and the marks of HTML.
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
	return plain(b.String())
}

func giftQuestion(block string) (q Question) {
	rest := strings.TrimSpace(block)
	if after, ok := strings.CutPrefix(rest, "::"); ok {
		if end := strings.Index(after, "::"); end >= 0 {
			q.Name, rest = unescape(after[:end]), strings.TrimSpace(after[end+2:])
		}
	}
	for _, format := range []string{"[html]", "[moodle]", "[plain]", "[markdown]"} {
		rest = strings.TrimSpace(strings.TrimPrefix(rest, format))
	}
	from := find(rest, '{')
	if from < 0 {
		if find(rest, '}') >= 0 {
			q.broken("exchange.brace", "")
		}
		q.Type, q.Text = Description, unescape(rest)
		return q
	}
	to := find(rest[from+1:], '}')
	if to < 0 {
		q.Text = unescape(rest[:from])
		q.broken("exchange.brace", "")
		return q
	}
	answers, tail := rest[from+1:from+1+to], strings.TrimSpace(rest[from+2+to:])
	q.Text = unescape(rest[:from])
	if tail != "" {
		if find(tail, '{') >= 0 {
			q.broken("exchange.two_gaps", "")
		}
		q.Text = strings.TrimSpace(q.Text + " _____ " + unescape(tail))
	}
	if i := strings.LastIndex(answers, "####"); i >= 0 {
		q.Feedback, answers = unescape(answers[i+4:]), answers[:i]
	}
	giftAnswers(&q, strings.TrimSpace(answers))
	return q
}

func giftAnswers(q *Question, answers string) {
	word, feedback, _ := strings.Cut(answers, "#")
	switch strings.ToUpper(strings.TrimSpace(word)) {
	case "":
		if strings.HasPrefix(answers, "#") {
			giftNumbers(q, strings.TrimSpace(answers[1:]))
			return
		}
		q.Type = Essay
		return
	case "T", "TRUE":
		q.Type, q.Options = TrueFalse, []Option{{Text: "true", Fraction: 10_000, Feedback: unescape(feedback)}, {Text: "false"}}
		return
	case "F", "FALSE":
		q.Type, q.Options = TrueFalse, []Option{{Text: "true", Feedback: unescape(feedback)}, {Text: "false", Fraction: 10_000}}
		return
	}
	wrong, pairs := 0, 0
	for _, part := range giftParts(answers) {
		o, pair := giftOption(part, q)
		if part[0] == '~' {
			wrong++
		}
		if pair != "" {
			pairs++
			if q.Pairs == nil {
				q.Pairs = map[string]string{}
			}
			q.Pairs[o.Text] = pair
		}
		q.Options = append(q.Options, o)
	}
	switch {
	case len(q.Options) == 0:
		q.broken("exchange.answers", short(answers))
	case pairs == len(q.Options):
		q.Type, q.Options = Match, nil
	case wrong == 0:
		q.Type = ShortAnswer
	default:
		q.Type, q.Single = MultiChoice, true
		for _, o := range q.Options {
			q.Single = q.Single && (o.Fraction == 10_000 || o.Fraction <= 0)
		}
	}
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

// giftOption reads "=text", "~%50%text", "=thing -> partner", each with a feedback behind #.
func giftOption(part string, q *Question) (o Option, pair string) {
	body := part[1:]
	if part[0] == '=' {
		o.Fraction = 10_000
	}
	if i := find(body, '#'); i >= 0 {
		o.Feedback, body = unescape(body[i+1:]), body[:i]
	}
	body = strings.TrimSpace(body)
	if after, ok := strings.CutPrefix(body, "%"); ok {
		if weight, rest, ok := strings.Cut(after, "%"); ok {
			f, err := strconv.ParseFloat(weight, 64)
			if err != nil || f < -100 || f > 100 {
				q.broken("exchange.weight", weight)
			}
			o.Fraction, body = int(f*100+0.5*sign(f)), rest
		}
	}
	if thing, partner, ok := strings.Cut(body, "->"); ok && part[0] == '=' {
		o.Text = unescape(thing)
		return o, unescape(partner)
	}
	o.Text = unescape(body)
	return o, ""
}

func sign(f float64) float64 {
	if f < 0 {
		return -1
	}
	return 1
}

// giftNumbers reads "3:0.5", "1..5", or several of them each behind =.
func giftNumbers(q *Question, answers string) {
	q.Type = Numerical
	parts := giftParts(answers)
	if len(parts) == 0 {
		parts = []string{"=" + answers}
	}
	for _, part := range parts {
		o, _ := giftOption(part, q)
		value, tolerance, _ := strings.Cut(o.Text, ":")
		if low, high, ok := strings.Cut(o.Text, ".."); ok {
			a, err1 := strconv.ParseFloat(strings.TrimSpace(low), 64)
			b, err2 := strconv.ParseFloat(strings.TrimSpace(high), 64)
			if err1 != nil || err2 != nil {
				q.broken("exchange.number", o.Text)
				return
			}
			value, tolerance = strconv.FormatFloat((a+b)/2, 'g', -1, 64), strconv.FormatFloat((b-a)/2, 'g', -1, 64)
		}
		if o.Text = strings.TrimSpace(value); !isNumber(o.Text) && o.Text != "*" || tolerance != "" && !isNumber(strings.TrimSpace(tolerance)) {
			q.broken("exchange.number", value)
			return
		}
		o.Tolerance = strings.TrimSpace(tolerance)
		q.Options = append(q.Options, o)
	}
}

func isNumber(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}
