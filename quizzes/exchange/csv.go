package exchange

import (
	_ "embed" // the template
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
)

// Template is a file in our CSV with an example of every type that fits a row.
//
//go:embed template.csv
var Template string

// csvColumns are the columns of our CSV, in any order; name and type must be there. Those of a language stand for what is
// said in it; text, right, wrong and explanation alone are for a file in one language.
//
// A cell of answers parts them by |, each with %50% before it where it earns a part, and # and a reason behind it. right
// are the right ones, the steps in order, thing=partner, true or false, or numbers such as 456000±100 or 456000±1%; wrong
// the others. A backslash takes its meaning from the character behind it. A text of the type multianswer has its gaps in
// Moodle's form, {1:SHORTANSWER:=…}.
var csvColumns = []string{"name", "type", "text_zh", "text_en", "right_zh", "right_en", "wrong_zh", "wrong_en", "explanation_zh", "explanation_en",
	"rule", "units", "clauses", "level", "pool"}

var csvShort = []string{"text", "right", "wrong", "explanation"}

// readCSV reads our own table.
func readCSV(text string) (out []*draft, err error) {
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	header, err := r.Read()
	if err != nil || !slices.Contains(header, "name") || !slices.Contains(header, "type") {
		return nil, &FileError{"exchange.csv_header", 1, strings.Join(csvColumns, ",")}
	}
	for _, h := range header {
		if !slices.Contains(csvColumns, h) && !slices.Contains(csvShort, h) {
			return nil, &FileError{"exchange.csv_column", 1, short(h)}
		}
	}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		var wrong *csv.ParseError
		if errors.As(err, &wrong) {
			return nil, &FileError{"exchange.csv", wrong.Line, wrong.Err.Error()}
		}
		if err != nil {
			return nil, err
		}
		row := csvRow{}
		for i, h := range header {
			if i < len(cells) {
				row[h] = strings.TrimSpace(cells[i])
			}
		}
		line, _ := r.FieldPos(0)
		d := row.draft()
		d.line = line
		out = append(out, d)
	}
}

// csvRow is a row by its columns.
type csvRow map[string]string

// both gives a column in both languages. What stands for one language only is in the first.
func (r csvRow) both(column string) bank.Text {
	t := bank.Text{ZH: r[column+"_zh"], EN: r[column+"_en"]}
	if t == (bank.Text{}) {
		t.ZH = r[column]
	}
	return bank.Text{ZH: tidy(t.ZH), EN: tidy(t.EN)}
}

func (r csvRow) draft() *draft {
	d := &draft{name: plain(r["name"]), kind: r["type"], text: r.both("text"), feedback: r.both("explanation"), rule: grading.Rule(r["rule"]),
		level: r["level"], pool: r["pool"], clauses: parted(r["clauses"])}
	for column, text := range r {
		d.told = d.told || text != "" && (strings.HasSuffix(column, "_zh") || strings.HasSuffix(column, "_en"))
	}
	if r["rule"] != "" && (!slices.Contains(rules, d.rule) || !slices.Contains([]string{MultiChoice, Match, Ordering}, d.kind)) {
		d.broken("exchange.rule", r["rule"])
	}
	right, wrong := d.entries(r.both("right"), whole), d.entries(r.both("wrong"), zero())
	switch d.kind {
	case Match:
		d.csvPairs(right, wrong)
	case MultiAnswer:
		r.gaps(d)
	case Numerical:
		d.csvUnits(r["units"])
		for _, a := range right {
			d.answers = append(d.answers, d.csvNumber(a))
		}
	case ShortAnswer:
		for _, a := range slices.Concat(right, wrong) {
			d.csvWords(a)
		}
	case Calculated:
		d.unable("exchange.csv_calculated", "")
	default:
		d.single = len(right) == 1 && d.rule == ""
		d.answers = slices.Concat(right, wrong)
		if d.rule == grading.Weighted && d.kind == MultiChoice {
			d.rule = "" // found again from the weights
		} else if d.kind == MultiChoice && !d.single && d.rule == "" && d.unweighted(right) {
			d.rule = grading.RightMinusWrong
		}
	}
	return d
}

var rules = slices.Concat(grading.ChoiceRules(), grading.OrderRules())

func (d *draft) unweighted(right []answer) bool {
	return !slices.ContainsFunc(right, func(a answer) bool { return a.part.Cmp(whole) != 0 })
}

// entries reads a cell of answers in both languages; where both are there, they have as many.
func (d *draft) entries(cell bank.Text, part *big.Rat) (out []answer) {
	zh, en := parted(cell.ZH), parted(cell.EN)
	if len(zh) != len(en) && len(zh) > 0 && len(en) > 0 && d.kind != ShortAnswer && d.kind != Numerical {
		d.broken("exchange.csv_languages", fmt.Sprintf("%d, %d", len(zh), len(en)))
		return nil
	}
	for i := range max(len(zh), len(en)) {
		a := answer{part: part}
		if i < len(zh) {
			a.text.ZH, a.why.ZH = d.entry(zh[i], &a)
		}
		if i < len(en) {
			a.text.EN, a.why.EN = d.entry(en[i], &a)
		}
		out = append(out, a)
	}
	return out
}

func (d *draft) entry(s string, a *answer) (text, why string) {
	body, said, _ := cut(s, "#")
	body = d.weight(strings.TrimSpace(body), a)
	if d.kind == Match {
		return strings.TrimSpace(body), unmarked(said)
	}
	return unmarked(body), unmarked(said)
}

// parted cuts a cell at every | that no backslash precedes.
func parted(s string) (out []string) {
	for more := s != ""; more; {
		var one string
		if one, s, more = cut(s, "|"); strings.TrimSpace(one) != "" {
			out = append(out, strings.TrimSpace(one))
		}
	}
	return out
}

// unmarked takes the backslashes off.
func unmarked(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && strings.IndexByte(`\|#=%`, s[i+1]) >= 0 {
			i++
		}
		b.WriteByte(s[i])
	}
	return tidy(b.String())
}

func (d *draft) csvPairs(right, wrong []answer) {
	for _, a := range right {
		var p pairing
		for _, side := range []struct {
			text           string
			thing, partner *string
		}{{a.text.ZH, &p.thing.ZH, &p.partner.ZH}, {a.text.EN, &p.thing.EN, &p.partner.EN}} {
			thing, partner, ok := cut(side.text, "=")
			if !ok && side.text != "" {
				d.broken("exchange.pair", side.text)
			}
			*side.thing, *side.partner = unmarked(thing), unmarked(partner)
		}
		d.pairs = append(d.pairs, p)
	}
	for _, a := range wrong {
		d.extra = append(d.extra, bank.Text{ZH: unmarked(a.text.ZH), EN: unmarked(a.text.EN)})
	}
}

// csvWords takes the words of both languages: each is an answer.
func (d *draft) csvWords(a answer) {
	for _, text := range []string{a.text.ZH, a.text.EN} {
		if text != "" {
			d.answers = append(d.answers, answer{text: zh(text), why: a.why, part: a.part})
		}
	}
}

// csvNumber reads a number with what it allows: in its unit, in per cent, or both.
func (d *draft) csvNumber(a answer) answer {
	parts := strings.Split(firstOf(a.text), "±")
	a.text = zh(strings.TrimSpace(parts[0]))
	for _, p := range parts[1:] {
		if percent, ok := strings.CutSuffix(strings.TrimSpace(p), "%"); ok {
			r, ok := ratOf(percent)
			if !ok {
				d.broken("exchange.number", short(p))
				continue
			}
			a.relative = bank.Exactly(r.Quo(r, hundred))
		} else {
			a.tolerance = strings.TrimSpace(p)
		}
	}
	return a
}

func (d *draft) csvUnits(cell string) {
	for _, u := range parted(cell) {
		name, factor, _ := cut(u, "=")
		top, bottom, fraction := strings.Cut(factor, "/")
		r, ok := ratOf(top)
		if under, fine := ratOf(bottom); fraction && ok && fine && under.Sign() > 0 {
			r.Quo(r, under)
		} else if fraction {
			ok = false
		}
		if !ok || r.Sign() <= 0 {
			d.broken("exchange.unit", short(u))
			continue
		}
		d.units = append(d.units, bank.Unit{Name: unmarked(name), Factor: bank.Exactly(r)})
	}
}

// gaps reads a text with gaps in both languages. The gaps are the same, one after another, in each.
func (r csvRow) gaps(d *draft) {
	text := d.text
	d.text = bank.Text{}
	one, other := draft{kind: d.kind}, draft{kind: d.kind}
	one.cloze(text.ZH, formPlain)
	other.cloze(text.EN, formPlain)
	for _, x := range []draft{one, other} {
		if x.status != "" && d.status == "" {
			d.status, d.reason, d.args = x.status, x.reason, x.args
		}
	}
	d.text = bank.Text{ZH: one.text.ZH, EN: other.text.ZH}
	switch {
	case text.EN == "":
		d.gaps = one.gaps
	case text.ZH == "":
		d.gaps = other.gaps
		for i := range d.gaps {
			for j := range d.gaps[i].asks.answers {
				a := &d.gaps[i].asks.answers[j]
				a.text, a.why = bank.Text{EN: a.text.ZH}, bank.Text{EN: a.why.ZH}
			}
		}
	case len(one.gaps) != len(other.gaps):
		d.broken("exchange.csv_gaps", "")
	default:
		for i := range one.gaps {
			d.gaps = append(d.gaps, d.merged(one.gaps[i], other.gaps[i]))
		}
	}
}

// merged puts a gap of both languages together: options side by side, accepted words and numbers below each other.
func (d *draft) merged(a, b gap) gap {
	x, y := &a.asks, b.asks
	if a.weight != b.weight || x.kind != y.kind || x.caseful != y.caseful || x.kind == MultiChoice && len(x.answers) != len(y.answers) {
		d.broken("exchange.csv_gaps", a.id)
		return a
	}
	if y.status != "" {
		x.refuse(y.status, y.reason, "")
	}
	for i, other := range y.answers {
		switch {
		case x.kind != MultiChoice:
			if !slices.ContainsFunc(x.answers, func(has answer) bool { return has.text == other.text && has.part.Cmp(other.part) == 0 }) {
				x.answers = append(x.answers, other)
			}
		case x.answers[i].part.Cmp(other.part) != 0:
			d.broken("exchange.csv_gaps", a.id)
		default:
			x.answers[i].text.EN, x.answers[i].why.EN = other.text.ZH, other.why.ZH
		}
	}
	return a
}
