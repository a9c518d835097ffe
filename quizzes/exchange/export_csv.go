package exchange

import (
	"bytes"
	"encoding/csv"
	"math/big"
	"strconv"
	"strings"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
)

// csvTeller writes our own table, in both languages.
type csvTeller struct{ rows [][]string }

func newCSVTeller() *csvTeller { return &csvTeller{rows: [][]string{csvColumns}} }

var csvMarks = strings.NewReplacer(`\`, `\\`, `|`, `\|`, `#`, `\#`, `=`, `\=`, `%`, `\%`)

// cell collects answers in both languages.
type cell struct{ zh, en []string }

func (c *cell) add(before string, text, why bank.Text) {
	one := func(text, why string) string {
		if text == "" {
			return ""
		}
		if why != "" {
			why = "#" + csvMarks.Replace(why)
		}
		return before + csvMarks.Replace(text) + why
	}
	c.zh, c.en = append(c.zh, one(text.ZH, why.ZH)), append(c.en, one(text.EN, why.EN))
}

// into puts the answers into their columns; a language that has none stays empty, one that has some only cannot be told.
func (c *cell) into(r csvRow, column string) refusal {
	for lang, list := range map[string][]string{"_zh": c.zh, "_en": c.en} {
		missing := 0
		for _, one := range list {
			if one == "" || one == "=" {
				missing++
			}
		}
		switch missing {
		case 0:
			r[column+lang] = strings.Join(list, "|")
		case len(list):
		default:
			return refusal{"exchange.out.half", ""}
		}
	}
	return refusal{}
}

func (c *csvTeller) tell(q *bank.Question) refusal {
	r := csvRow{"name": q.ID, "type": moodleWords[q.Type], "text_zh": asked(q, "zh"), "text_en": asked(q, "en"), "rule": string(q.Rule),
		"explanation_zh": q.Explanation.ZH, "explanation_en": q.Explanation.EN, "clauses": strings.Join(q.Clauses, "|"), "level": q.Level, "pool": q.Pool}
	var right, wrong cell
	no := c.answers(q, r, &right, &wrong)
	if no.key != "" {
		return no
	}
	for column, answers := range map[string]*cell{"right": &right, "wrong": &wrong} {
		if no := answers.into(r, column); no.key != "" {
			return no
		}
	}
	row := make([]string, len(csvColumns))
	for i, h := range csvColumns {
		row[i] = r[h]
	}
	c.rows = append(c.rows, row)
	return refusal{}
}

func (c *csvTeller) answers(q *bank.Question, r csvRow, right, wrong *cell) refusal {
	switch q.Type {
	case grading.Single, grading.Multiple:
		if q.Type == grading.Multiple && q.Rule == "" {
			r["rule"] = string(grading.RightMinusWrong)
		}
		csvChoices(q, right, wrong)
	case grading.TrueFalse:
		word := strconv.FormatBool(q.Options[0].Right)
		right.add("", bank.Text{ZH: word, EN: word}, bank.Text{})
	case grading.Matching:
		for _, t := range q.Things {
			p := partnerOf(q, t.Partner)
			right.zh = append(right.zh, csvMarks.Replace(t.Text.ZH)+"="+csvMarks.Replace(p.ZH))
			right.en = append(right.en, csvMarks.Replace(t.Text.EN)+"="+csvMarks.Replace(p.EN))
		}
		for _, t := range misleading(q) {
			wrong.add("", t, bank.Text{})
		}
	case grading.Ordering:
		if q.Rule == "" {
			r["rule"] = string(grading.Pairs)
		}
		for _, o := range q.Options {
			right.add("", o.Text, bank.Text{})
		}
	case grading.ShortText:
		for _, a := range byCredit(q.Accept, func(a bank.Accept) int { return a.Credit }) {
			right.zh = append(right.zh, csvPart(a.Credit)+csvMarks.Replace(a.Text))
		}
	case grading.Numeric:
		return csvNumbers(q, r, right)
	case grading.Cloze:
		return csvGaps(q, r)
	case grading.Open:
		return refusal{"exchange.out.rubric", ""}
	default:
		return refusal{"exchange.csv_calculated", ""}
	}
	return refusal{}
}

// asked is the prompt in a language, where there is one.
func asked(q *bank.Question, lang string) string {
	if lang == "zh" && q.Stem.ZH == "" && q.Passage.ZH == "" || lang == "en" && q.Stem.EN == "" && q.Passage.EN == "" {
		return ""
	}
	return prompt(q, lang)
}

// csvPart writes a part that is not everything.
func csvPart(hundredths int) string {
	if hundredths == grading.Full {
		return ""
	}
	return "%" + strconv.Itoa(hundredths) + "%"
}

func csvChoices(q *bank.Question, right, wrong *cell) {
	for _, o := range q.Options {
		before := ""
		if q.Rule == grading.Weighted || q.Type == grading.Single && !o.Right && o.Credit != 0 {
			before = "%" + strconv.Itoa(o.Credit) + "%"
		}
		if o.Right && q.Rule != grading.Weighted || q.Rule == grading.Weighted && o.Credit > 0 {
			right.add(before, o.Text, o.Why)
		} else {
			wrong.add(before, o.Text, o.Why)
		}
	}
}

func csvNumbers(q *bank.Question, r csvRow, right *cell) refusal {
	for _, f := range byCredit(q.Figures, func(f bank.Figure) int { return f.Credit }) {
		entry := csvPart(f.Credit)
		for i, text := range []string{f.Value, f.Tolerance, f.Relative} {
			if text == "" {
				continue
			}
			n, ok := new(big.Rat).SetString(text)
			if i == 2 && ok {
				n.Mul(n, hundred)
			}
			if text, ok = valueForm(n); !ok {
				return refusal{"exchange.out.number", text}
			}
			entry += []string{"", "±", "±"}[i] + text + []string{"", "", `\%`}[i]
		}
		right.zh = append(right.zh, entry)
	}
	var units []string
	for _, u := range q.Units {
		units = append(units, csvMarks.Replace(u.Name)+"="+u.Factor)
	}
	r["units"] = strings.Join(units, "|")
	return refusal{}
}

func csvGaps(q *bank.Question, r csvRow) refusal {
	for _, lang := range []string{"zh", "en"} {
		if lang == "zh" && q.Passage.ZH == "" || lang == "en" && q.Passage.EN == "" {
			continue
		}
		text, no := clozeText(q, lang, func(hundredths int) (string, refusal) { return strconv.Itoa(hundredths), refusal{} })
		if no.key != "" {
			return no
		}
		r["text_"+lang] = text
	}
	return refusal{}
}

func (c *csvTeller) end() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("\ufeff") // spreadsheets take a table without it for another encoding
	w := csv.NewWriter(&b)
	err := w.WriteAll(c.rows)
	return b.Bytes(), err
}
