package exchange

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"tongguan/quizzes/bank"
)

// clozeHead begins a gap of Moodle's embedded answers: {weight:TYPE:
var clozeHead = regexp.MustCompile(`\{(\d{0,6}):(` +
	`SHORTANSWER_C|SHORTANSWER|SAC|SA|MWC|MW|NUMERICAL|NM|` +
	`MULTICHOICE_HS|MULTICHOICE_VS|MULTICHOICE_H|MULTICHOICE_V|MULTICHOICE_S|MULTICHOICE|MCHS|MCVS|MCH|MCV|MCS|MC|` +
	`MULTIRESPONSE_HS|MULTIRESPONSE_H|MULTIRESPONSE_S|MULTIRESPONSE|MRHS|MRH|MRS|MR):`)

// The marks that stand for a gap while the text around it is flattened: private characters, which no file has.
const gapOpen, gapClose = "\ue000", "\ue001"

var gapMark = regexp.MustCompile(gapOpen + `(g\d+)` + gapClose)

// mostGaps is how many gaps a text may have.
const mostGaps = 100

// cloze reads a text with embedded answers. Its gaps are found before the marks of HTML are taken off, as Moodle does.
func (d *draft) cloze(text, form string) {
	text = strings.NewReplacer(gapOpen, "", gapClose, "").Replace(text)
	var around strings.Builder
	for {
		at := clozeHead.FindStringSubmatchIndex(text)
		if at == nil {
			break
		}
		inner, rest, closed := cut(text[at[1]:], "}")
		if !closed {
			d.broken("exchange.brace", "")
			return
		}
		g := gap{id: fmt.Sprintf("g%d", len(d.gaps)+1), weight: 1}
		if digits := text[at[2]:at[3]]; digits != "" {
			g.weight, _ = strconv.Atoi(digits) // digits, six at most
		}
		if g.weight < 1 {
			d.unable("exchange.gap_weight", g.id)
		}
		g.read(text[at[4]:at[5]], inner, form)
		d.gaps = append(d.gaps, g)
		if len(d.gaps) > mostGaps {
			d.unable("exchange.too_many", fmt.Sprint(mostGaps))
			return
		}
		around.WriteString(text[:at[0]] + gapOpen + g.id + gapClose)
		text = rest
	}
	around.WriteString(text)
	d.text = d.gapText(around.String(), form)
}

// gapText flattens a text whose gaps are marked, and gives them the bank's form. A text that has this form by itself would
// be taken for a gap.
func (d *draft) gapText(marked, form string) bank.Text {
	f := flatten(marked, form)
	if strings.Contains(f.text, "[[") {
		d.unable("exchange.brackets", "")
	}
	f.text = gapMark.ReplaceAllString(f.text, "[[$1]]")
	return d.take(f)
}

// read reads what a gap takes: answers parted by ~, each with = or %50% before it and # and a feedback behind.
func (g *gap) read(kind, inner, form string) {
	d := &g.asks
	switch {
	case strings.HasPrefix(kind, "MULTIR"), strings.HasPrefix(kind, "MR"):
		d.unable("exchange.gap_several", g.id)
	case strings.HasPrefix(kind, "MULTIC"), strings.HasPrefix(kind, "MC"):
		d.kind = MultiChoice
	case kind[0] == 'N':
		d.kind = Numerical
	default:
		d.kind, d.caseful = ShortAnswer, strings.HasSuffix(kind, "C")
	}
	for inner != "" {
		var one string
		one, inner, _ = cut(inner, "~")
		if strings.TrimSpace(one) == "" {
			continue
		}
		a := answer{part: new(big.Rat)}
		body, said := cutSaid(strings.TrimSpace(one))
		if rest, ok := strings.CutPrefix(body, "="); ok {
			a.part, body = whole, rest
		}
		body = d.weight(body, &a)
		a.text, a.why = d.take(flatten(clozeUnescape(body), form)), d.take(flatten(clozeUnescape(said), form))
		if d.kind == Numerical {
			a = d.span(a)
		}
		d.answers = append(d.answers, a)
	}
}

// cutSaid cuts at the # before a feedback; that of an entity (&#20013;) is none.
func cutSaid(s string) (body, said string) {
	for from := 0; ; {
		i := find(s[from:], "#")
		if i < 0 {
			return s, ""
		}
		if i += from; i == 0 || s[i-1] != '&' {
			return s[:i], s[i+1:]
		}
		from = i + 1
	}
}

var clozeEscape = regexp.MustCompile(`\\([}#~/"\\])`)

// clozeUnescape takes off the backslashes before the characters that have a meaning there.
func clozeUnescape(s string) string { return clozeEscape.ReplaceAllString(s, "$1") }

// choiceGaps reads the gaps of "select missing words" and "drag words": [[3]] is the place of the third choice, with all
// choices of its group to choose from.
func (d *draft) choiceGaps(text, form string, choices []groupChoice) {
	places := regexp.MustCompile(`\[\[(\d{1,4})\]\]`)
	text = strings.NewReplacer(gapOpen, "", gapClose, "").Replace(text)
	marked := places.ReplaceAllStringFunc(text, func(m string) string {
		n, _ := strconv.Atoi(strings.Trim(m, "[]")) // digits, four at most
		switch {
		case n < 1 || n > len(choices):
			d.broken("exchange.gap_choice", fmt.Sprint(n))
			return ""
		case len(d.gaps) >= mostGaps || len(choices) > mostGaps:
			d.unable("exchange.too_many", fmt.Sprint(mostGaps))
			return ""
		}
		right := choices[n-1]
		g := gap{id: fmt.Sprintf("g%d", len(d.gaps)+1), weight: 1, asks: draft{kind: MultiChoice}}
		seen := map[string]bool{}
		for i, c := range choices {
			if c.group != right.group {
				continue
			}
			a := answer{text: d.take(flatten(c.text, formHTML)), part: new(big.Rat)}
			if i == n-1 {
				a.part = whole
			}
			if seen[a.text.ZH] {
				d.unable("exchange.thing_twice", a.text.ZH)
			}
			seen[a.text.ZH] = true
			if c.once {
				d.unable("exchange.drag_once", "")
			}
			g.asks.answers = append(g.asks.answers, a)
		}
		d.gaps = append(d.gaps, g)
		return gapOpen + g.id + gapClose
	})
	d.text = d.gapText(marked, form)
}

// groupChoice is a word to put into gaps of its group; once says that it may be put into one only.
type groupChoice struct {
	text, group string
	once        bool
}
