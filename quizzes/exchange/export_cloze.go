package exchange

import (
	"fmt"
	"strings"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
)

var clozeMarks = strings.NewReplacer(`\`, `\\`, `}`, `\}`, `#`, `\#`, `~`, `\~`, `/`, `\/`, `"`, `\"`, "\n", " ")

// clozeText writes a passage in Moodle's form of embedded answers, with the stem as its first line.
func clozeText(q *bank.Question, lang string, percent func(int) (string, refusal)) (string, refusal) {
	stem := prompt(q, lang)
	var b strings.Builder
	for _, p := range bank.Parts(q.Passage.In(lang)) {
		if clozeHead.MatchString(p.Text) || clozeHead.MatchString(stem) {
			return "", refusal{"exchange.out.braces", ""}
		}
		b.WriteString(p.Text)
		if g := q.GapBy(p.Gap); g != nil {
			text, no := gapText(g, lang, percent)
			if no.key != "" {
				return "", no
			}
			b.WriteString(text)
		}
	}
	return strings.TrimSpace(stem + "\n" + b.String()), refusal{}
}

func gapText(g *bank.Gap, lang string, percent func(int) (string, refusal)) (string, refusal) {
	w := &gapWriter{percent: percent}
	if !bare(g.Asks.Units) {
		return "", refusal{"exchange.out.units", ""}
	}
	for _, o := range g.Asks.Options {
		earns := max(0, o.Credit)
		if o.Right {
			earns = grading.Full
		}
		w.add(earns, o.Text.In(lang), o.Why.In(lang))
	}
	for _, a := range byCredit(g.Asks.Accept, func(a bank.Accept) int { return a.Credit }) {
		w.add(a.Credit, a.Text, "")
	}
	for _, f := range byCredit(g.Asks.Figures, func(f bank.Figure) int { return f.Credit }) {
		value, allowed, no := figureForm(f)
		if no.key != "" {
			return "", no
		}
		w.add(f.Credit, value+":"+allowed, "")
	}
	kind := map[grading.Type]string{grading.Single: "MULTICHOICE", grading.ShortText: "SHORTANSWER", grading.Numeric: "NUMERICAL"}[g.Asks.Type]
	return fmt.Sprintf("{%d:%s:%s}", g.Weight, kind, strings.Join(w.answers, "~")), w.no
}

// gapWriter collects the answers of a gap.
type gapWriter struct {
	percent func(int) (string, refusal)
	answers []string
	no      refusal
}

func (w *gapWriter) add(credit int, text, why string) {
	p, no := w.percent(credit)
	if no.key != "" {
		w.no = no
	}
	mark := "%" + p + "%"
	if credit == 0 && !strings.HasPrefix(text, "=") && !strings.HasPrefix(text, "%") {
		mark = ""
	}
	if why != "" {
		why = "#" + clozeMarks.Replace(why)
	}
	w.answers = append(w.answers, mark+clozeMarks.Replace(text)+why)
}
