package site

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
	"tongguan/server/base/fault"
	"tongguan/web/parts"
	"tongguan/web/parts/ask"
)

// fields are the values of a question's controls by their names, without the prefix: "choice" of options,
// "pair.<thing>", "place.<step>", "gap.<gap>", and "typed".
type fields map[string][]string

// formFields takes the fields that a form carries under a prefix.
func formFields(c *fiber.Ctx, prefix string) fields {
	out := fields{}
	c.Request().PostArgs().VisitAll(func(name, value []byte) {
		if field, ok := strings.CutPrefix(string(name), prefix); ok {
			out[field] = append(out[field], string(value))
		}
	})
	return out
}

func (f fields) one(name string) string {
	if len(f[name]) == 0 {
		return ""
	}
	return f[name][0]
}

// response is what the controls of a question answer, in the form in which answers are marked and kept; nil is
// no answer. Only an order can be wrong in itself: with a place missing, or taken twice.
func response(q *bank.Question, f fields) ([]string, error) {
	var out []string
	switch q.Type {
	case grading.Matching:
		for _, t := range q.Things {
			if v := f.one("pair." + t.ID); v != "" {
				out = append(out, t.ID+"="+v)
			}
		}
	case grading.Ordering:
		return placed(q, f)
	case grading.Cloze:
		for _, g := range q.Gaps {
			if v := strings.TrimSpace(f.one("gap." + g.ID)); v != "" {
				out = append(out, g.ID+"="+v)
			}
		}
	case grading.Numeric, grading.Calculated, grading.ShortText, grading.Open:
		if v := strings.TrimSpace(strings.ReplaceAll(f.one("typed"), "\r\n", "\n")); v != "" {
			out = []string{v}
		}
	default:
		out = slices.Clone(f["choice"])
	}
	return out, nil
}

// placed puts the steps in the order of the places chosen for them.
func placed(q *bank.Question, f fields) ([]string, error) {
	out, n := make([]string, len(q.Options)), 0
	for _, o := range q.Options {
		text := f.one("place." + o.ID)
		if text == "" {
			continue
		}
		place, err := strconv.Atoi(text)
		if err != nil || place < 1 || place > len(out) {
			return nil, fault.New(fault.Invalid, "quiz.answer_form")
		}
		if out[place-1] != "" {
			return nil, fault.New(fault.Invalid, "quiz.place_twice", "place", place)
		}
		out[place-1], n = o.ID, n+1
	}
	switch n {
	case 0:
		return nil, nil
	case len(out):
		return out, nil
	}
	return nil, fault.New(fault.Invalid, "quiz.place_missing", "n", len(out)-n)
}

// fieldsOf is the inverse of response: the values of the controls that give an answer.
func fieldsOf(q *bank.Question, response []string) fields {
	f := fields{}
	for i, r := range response {
		switch q.Type {
		case grading.Matching, grading.Cloze:
			name, value, _ := strings.Cut(r, "=")
			if q.Type == grading.Matching {
				f["pair."+name] = []string{value}
			} else {
				f["gap."+name] = []string{value}
			}
		case grading.Ordering:
			f["place."+r] = []string{strconv.Itoa(i + 1)}
		case grading.Numeric, grading.Calculated, grading.ShortText, grading.Open:
			f["typed"] = []string{r}
		default:
			f["choice"] = append(f["choice"], r)
		}
	}
	return f
}

// asked is a question of a paper with its controls filled in.
func (s *Site) asked(v visit, q *bank.Question, item bank.Item, f fields) ask.Body {
	b := ask.Body{Mark: "ask-" + q.ID, ID: q.ID, Type: string(q.Type), Stem: q.Fill(q.Stem.In(v.lang), item.Params), Typed: f.one("typed"), Longest: q.Longest}
	switch q.Type {
	case grading.Matching:
		for _, t := range q.Things {
			b.Things = append(b.Things, ask.Thing{ID: t.ID, Text: t.Text.In(v.lang), Partners: choices(v, inOrder(q, item.Order), f.one("pair."+t.ID))})
		}
	case grading.Ordering:
		b.Steps = steps(v, q, item, f)
	case grading.Cloze:
		b.Pieces = pieces(v, q, item, f)
	case grading.Numeric, grading.Calculated:
		b.Names, b.Bare = unitNames(q)
		b.Units = strings.Join(b.Names, v.voice.T("roleplay.comma"))
	case grading.ShortText, grading.Open:
	default:
		for i, o := range inOrder(q, item.Order) {
			b.Options = append(b.Options, ask.Option{ID: o.ID, Letter: letter(i), Text: s.optionText(v, q, o), Chosen: slices.Contains(f["choice"], o.ID)})
		}
	}
	return b
}

func choices(v visit, options []bank.Option, chosen string) []parts.Choice {
	out := make([]parts.Choice, len(options))
	for i, o := range options {
		out[i] = parts.Choice{Value: o.ID, Text: o.Text.In(v.lang), Chosen: o.ID == chosen}
	}
	return out
}

// steps stand in the order that was given, or, before there is one, in the order of the paper.
func steps(v visit, q *bank.Question, item bank.Item, f fields) []ask.Step {
	var out []ask.Step
	for _, o := range inOrder(q, item.Order) {
		place, _ := strconv.Atoi(f.one("place." + o.ID)) // none is 0
		out = append(out, ask.Step{ID: o.ID, Text: o.Text.In(v.lang), Place: place})
	}
	if given, err := placed(q, f); err == nil && given != nil {
		slices.SortStableFunc(out, func(a, b ask.Step) int { return a.Place - b.Place })
	}
	return out
}

func pieces(v visit, q *bank.Question, item bank.Item, f fields) []ask.Piece {
	var out []ask.Piece
	n := 0
	for _, part := range bank.Parts(q.Passage.In(v.lang)) {
		piece := ask.Piece{Text: part.Text}
		if g := q.GapBy(part.Gap); g != nil {
			n++
			value := f.one("gap." + g.ID)
			piece.Gap = &ask.Gap{ID: g.ID, Label: v.voice.T("quiz.gap", "n", n), Value: value, Number: g.Asks.Type == grading.Numeric,
				Choices: choices(v, inOrder(g.Asks, item.Gaps[g.ID]), value)}
		}
		out = append(out, piece)
	}
	return out
}

// unitNames lists the units in which a number may be given; bare where it may stand without one.
func unitNames(q *bank.Question) (names []string, bare bool) {
	for _, u := range q.Units {
		if u.Name == "" {
			bare = true
		} else {
			names = append(names, u.Name)
		}
	}
	return names, bare
}

// optionText is what an option says; true and false are words of the interface.
func (s *Site) optionText(v visit, q *bank.Question, o bank.Option) string {
	if text := o.Text.In(v.lang); text != "" {
		return text
	}
	return v.voice.T("quiz.option." + o.ID)
}

func letter(i int) string { return string(rune('A' + i)) }

// inOrder gives the options in the order of the paper.
func inOrder(q *bank.Question, order []string) []bank.Option {
	var out []bank.Option
	for _, id := range order {
		for _, o := range q.Options {
			if o.ID == id {
				out = append(out, o)
			}
		}
	}
	return out
}

// caseOf is the passage that a question belongs to, or nil.
func caseOf(v visit, q *bank.Question) *ask.Case {
	if q.Case == nil {
		return nil
	}
	out := &ask.Case{Title: q.Case.Title.In(v.lang), Paragraphs: bank.Paragraphs(q.Case.Passage.In(v.lang))}
	for _, row := range q.Case.Table {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = cell.In(v.lang)
		}
		out.Table = append(out.Table, cells)
	}
	return out
}

// certainty asks how sure one is; where nothing was said, one is not sure.
func certainty(v visit, chosen int) *ask.Certainty {
	out := &ask.Certainty{Chosen: max(1, chosen)}
	for i := range 3 {
		out.Levels = append(out.Levels, ask.Level{Value: i + 1, Name: v.voice.T(fmt.Sprintf("quiz.sure_%d", i+1)), Brings: v.voice.T(fmt.Sprintf("quiz.sure_%d_brings", i+1))})
	}
	return out
}

// typedNumber says whether a question is answered by typing a number, which can be mistyped.
func typedNumber(q *bank.Question) bool {
	return q.Type == grading.Numeric || q.Type == grading.Calculated
}
