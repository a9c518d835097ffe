package exchange

import (
	"math/big"
	"regexp"
	"strings"
)

var aikenOption = regexp.MustCompile(`^([A-Z])[.)]\s*(.*)$`)

// readAiken reads Aiken: a text, options "A. …" or "A) …", and "ANSWER: A".
func readAiken(text string) (out []*draft) {
	var d *draft
	letters := ""
	end := func() {
		if d != nil {
			if d.status == "" && !d.some() {
				d.broken("exchange.no_answer_line", "")
			}
			out = append(out, d)
		}
		d, letters = nil, ""
	}
	begin := func(line string, at int) {
		d = &draft{kind: MultiChoice, single: true, text: zh(plain(line)), line: at}
	}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		m := aikenOption.FindStringSubmatch(line)
		letter, isAnswer := strings.CutPrefix(line, "ANSWER:")
		switch {
		case line == "" || strings.HasPrefix(line, "//"):
		case isAnswer && d != nil:
			d.aikenAnswer(letters, strings.ToUpper(strings.TrimSpace(letter)))
			end()
		case m != nil && d != nil:
			letters += m[1]
			d.answers = append(d.answers, answer{text: zh(plain(m[2])), part: new(big.Rat)})
		case d != nil && letters != "": // a new text though no answer was given
			end()
			begin(line, i+1)
		case d == nil:
			if begin(line, i+1); isAnswer {
				d.broken("exchange.answer", strings.TrimSpace(letter))
				end()
			}
		default:
			d.text.ZH += "\n" + plain(line)
		}
	}
	end()
	return out
}

func (d *draft) some() bool {
	for _, a := range d.answers {
		if a.part.Sign() > 0 {
			return true
		}
	}
	return false
}

func (d *draft) aikenAnswer(letters, letter string) {
	if at := strings.Index(letters, letter); at >= 0 && len(letter) == 1 {
		d.answers[at].part = whole
		return
	}
	d.broken("exchange.answer", letter)
}
