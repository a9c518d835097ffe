package exchange

import (
	"io"
	"math/big"
	"slices"
	"strings"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
)

// ExportFormats are the formats that Export writes.
var ExportFormats = []string{"gift", "aiken", "moodlexml", "csv", "qti3"}

// Told is what became of a question on its way out.
type Told struct {
	ID     string
	Type   string // in Moodle's words
	Line   int
	Status Status
	Reason string // the key of a sentence; "" where exported
	Args   map[string]any
}

// refusal says why a format cannot tell a question; the zero one that it can.
type refusal struct{ key, detail string }

// teller writes questions in a format. One language is told, but where a format holds both.
type teller interface {
	tell(q *bank.Question) refusal
	end() ([]byte, error)
}

// Names are the words of a language that some formats ask for beside the questions.
type Names struct{ True, False string }

// Export writes a module's questions in a format. Every question is told so that it gives the same marks there, or left
// out with the reason. The error is a *FileError where there is no such format.
func Export(format string, s *bank.Set, lang string, names Names, out io.Writer) ([]Told, error) {
	var t teller
	switch format {
	case "gift":
		t = &giftTeller{lang: lang}
	case "aiken":
		t = &aikenTeller{lang: lang}
	case "moodlexml":
		t = &moodleTeller{lang: lang}
	case "csv":
		t = newCSVTeller()
	case "qti3":
		t = &qtiTeller{set: s, lang: lang, names: names}
	default:
		return nil, &FileError{"exchange.format", 0, format}
	}
	told := []Told{}
	for _, q := range s.Questions {
		row := Told{ID: q.ID, Type: moodleWords[q.Type], Line: q.Line, Status: Exported}
		if no := t.tell(q); no.key != "" {
			row.Status, row.Reason, row.Args = Unsupported, no.key, map[string]any{"detail": no.detail}
		}
		told = append(told, row)
	}
	text, err := t.end()
	if err != nil {
		return nil, err
	}
	_, err = out.Write(text)
	return told, err
}

var moodleWords = map[grading.Type]string{grading.Single: MultiChoice, grading.Multiple: MultiChoice, grading.TrueFalse: TrueFalse, grading.Matching: Match,
	grading.Ordering: Ordering, grading.Numeric: Numerical, grading.Calculated: Calculated, grading.ShortText: ShortAnswer, grading.Cloze: MultiAnswer,
	grading.Open: Essay}

// prompt is what is asked, with the case that it is about before it.
func prompt(q *bank.Question, lang string) string {
	if q.Case == nil {
		return q.Stem.In(lang)
	}
	parts := []string{q.Case.Title.In(lang), q.Case.Passage.In(lang)}
	for _, row := range q.Case.Table {
		var cells []string
		for _, c := range row {
			cells = append(cells, c.In(lang))
		}
		parts = append(parts, strings.Join(cells, " | "))
	}
	return strings.Join(append(parts, q.Stem.In(lang)), "\n")
}

// listed are the parts of the marks, in per cent, that Moodle lets an answer earn.
var listed = []string{"100", "90", "83.33333", "80", "75", "70", "66.66667", "60", "50", "40", "33.33333", "30", "25", "20", "16.66667", "14.28571", "12.5",
	"11.11111", "10", "5", "0", "-100", "-90", "-83.33333", "-80", "-75", "-70", "-66.66667", "-60", "-50", "-40", "-33.33333", "-30", "-25", "-20",
	"-16.66667", "-14.28571", "-12.5", "-11.11111", "-10", "-5"}

// percent writes a part as Moodle does.
func percent(part *big.Rat) (string, refusal) {
	for _, l := range listed {
		if p, ok := partOf(l); ok && p.Cmp(part) == 0 {
			return l, refusal{}
		}
	}
	return "", refusal{"exchange.out.part", bank.Decimal(new(big.Rat).Mul(part, hundred))}
}

// credit is a number of hundredths as a part.
func credit(hundredths int) *big.Rat { return big.NewRat(int64(hundredths), grading.Full) }

// parts are what the options of a choice earn, where the sum of those chosen, and not less than nothing, is the mark.
func parts(q *bank.Question) ([]*big.Rat, refusal) {
	var rights, wrongs int64
	for _, o := range q.Options {
		if o.Right {
			rights++
		} else {
			wrongs++
		}
	}
	out := make([]*big.Rat, len(q.Options))
	for i, o := range q.Options {
		switch {
		case q.Type != grading.Multiple && o.Right:
			out[i] = whole
		case q.Type != grading.Multiple:
			out[i] = credit(max(0, o.Credit)) // one choice earns nothing less than nothing
		case q.Rule == grading.Weighted:
			out[i] = credit(o.Credit)
		case q.Rule == grading.RightOnly && !o.Right:
			out[i] = new(big.Rat)
		case q.Rule != "" && q.Rule != grading.RightMinusWrong && q.Rule != grading.RightOnly:
			return nil, refusal{"exchange.out.rule", string(q.Rule)}
		case o.Right:
			out[i] = big.NewRat(1, rights)
		default:
			out[i] = big.NewRat(-1, wrongs)
		}
	}
	return out, refusal{}
}

// percents are parts as Moodle writes them.
func percents(q *bank.Question) ([]string, refusal) {
	list, no := parts(q)
	out := make([]string, len(list))
	for i, p := range list {
		if no.key != "" {
			break
		}
		out[i], no = percent(p)
	}
	return out, no
}

// typed is an answer that is typed, in Moodle's terms: a text or a number, how far off, and its part in per cent.
type typed struct{ text, allowed, percent string }

// accepted are the texts that a question takes, the best first: there the first that fits counts.
func accepted(q *bank.Question) (out []typed, no refusal) {
	for _, a := range byCredit(q.Accept, func(a bank.Accept) int { return a.Credit }) {
		p, no := percent(credit(a.Credit))
		if no.key != "" {
			return nil, no
		}
		out = append(out, typed{a.Text, "", p})
	}
	return out, no
}

// byCredit sorts what is accepted, the best first.
func byCredit[T any](list []T, credit func(T) int) []T {
	out := slices.Clone(list)
	slices.SortStableFunc(out, func(a, b T) int { return credit(b) - credit(a) })
	return out
}

// figures are the numbers that a question takes, the best first, each with how far off an answer may be.
func figures(q *bank.Question) (out []typed, no refusal) {
	for _, f := range byCredit(q.Figures, func(f bank.Figure) int { return f.Credit }) {
		v, a, no := figureForm(f)
		if no.key != "" {
			return nil, no
		}
		p, no := percent(credit(f.Credit))
		if no.key != "" {
			return nil, no
		}
		out = append(out, typed{v, a, p})
	}
	return out, no
}

// figureForm writes a number and how far off an answer may be, in the question's unit.
func figureForm(f bank.Figure) (value, allowed string, no refusal) {
	v, ok := new(big.Rat).SetString(f.Value)
	if !ok {
		return "", "", refusal{"exchange.out.number", f.Value}
	}
	value, ok1 := valueForm(v)
	allowed, ok2 := valueForm(allowance(f, v))
	if !ok1 || !ok2 {
		return "", "", refusal{"exchange.out.number", f.Value}
	}
	return value, allowed, refusal{}
}

// allowance is how far off an answer may be, in the question's unit.
func allowance(f bank.Figure, value *big.Rat) *big.Rat {
	allowed := new(big.Rat)
	if r, ok := new(big.Rat).SetString(f.Tolerance); ok {
		allowed = r
	}
	if r, ok := new(big.Rat).SetString(f.Relative); ok {
		if part := r.Mul(r, new(big.Rat).Abs(value)); part.Cmp(allowed) > 0 {
			allowed = part
		}
	}
	return allowed
}

// bare says whether a number is given without units.
func bare(units []bank.Unit) bool {
	return !slices.ContainsFunc(units, func(u bank.Unit) bool { return u.Name != "" || u.Factor != "1" })
}

// partnerOf gives the text of a partner by its id.
func partnerOf(q *bank.Question, id string) bank.Text {
	for _, o := range q.Options {
		if o.ID == id {
			return o.Text
		}
	}
	return bank.Text{}
}

// misleading are the partners that fit nothing.
func misleading(q *bank.Question) (out []bank.Text) {
	for _, o := range q.Options {
		if !slices.ContainsFunc(q.Things, func(t bank.Thing) bool { return t.Partner == o.ID }) {
			out = append(out, o.Text)
		}
	}
	return out
}
