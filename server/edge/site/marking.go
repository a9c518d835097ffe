package site

import (
	"math/big"
	"slices"
	"strconv"
	"strings"

	"tongguan/quizzes/attempt"
	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
	"tongguan/web/parts"
	"tongguan/web/parts/ask"
)

// shown is what of a marked answer its reader may see.
type shown struct{ answers, explanations bool }

// marked is a marked question as a page shows it.
func (s *Site) marked(v visit, m attempt.Marked, show shown) ask.Marked {
	q := m.Question
	m.Pending = m.Pending || q.Type == grading.Open && len(m.Marks) == 0 // only people mark it
	out := ask.Marked{Mark: "ask-" + q.ID, Stem: q.Fill(q.Stem.In(v.lang), m.Item.Params), Type: string(q.Type), State: state(m, show), Points: m.Points,
		Shown: show.answers && !m.Pending}
	if show.explanations {
		out.Explanation = q.Fill(q.Explanation.In(v.lang), m.Item.Params)
	}
	f := fieldsOf(q, m.Chosen)
	switch q.Type {
	case grading.Matching:
		out.Rows = matched(v, q, f)
	case grading.Ordering:
		out.Rows = ordered(v, q, m.Chosen)
	case grading.Cloze:
		out.Pieces = filled(v, q, f)
	case grading.Numeric, grading.Calculated, grading.ShortText:
		out.Typed = f.one("typed")
		if out.Shown {
			out.Answer, out.Within = strings.Join(q.Right(m.Item.Params), ""), s.within(v, q)
		}
	case grading.Open:
		out.Typed = f.one("typed")
		if out.Shown {
			out.Criteria, out.Notes = criteria(v, q, m.Marks)
		}
	default:
		out.Options = s.markedOptions(v, m, show)
	}
	if !out.Shown {
		hide(&out)
	}
	if show.answers {
		s.sources(v, q, &out)
	}
	return out
}

// hide takes out what tells what is right.
func hide(m *ask.Marked) {
	for i := range m.Rows {
		m.Rows[i].Right, m.Rows[i].OK = "", false
	}
	for i := range m.Pieces {
		m.Pieces[i].Right, m.Pieces[i].OK = "", false
	}
}

func state(m attempt.Marked, show shown) string {
	switch {
	case m.Void:
		return ask.Voided
	case len(m.Chosen) == 0:
		return ask.Blank
	case m.Pending:
		return ask.Pending
	case !show.answers:
		return ask.Given
	case m.Points >= grading.Full:
		return ask.Right
	case m.Points > 0:
		return ask.Partly
	}
	return ask.Wrong
}

func (s *Site) markedOptions(v visit, m attempt.Marked, show shown) []ask.MarkedOption {
	var out []ask.MarkedOption
	for i, o := range inOrder(m.Question, m.Item.Order) {
		option := ask.MarkedOption{Letter: letter(i), Text: s.optionText(v, m.Question, o), Chosen: slices.Contains(m.Chosen, o.ID)}
		if show.answers {
			option.Right, option.Some = o.Right, o.Credit > 0 && !o.Right
		}
		if show.explanations {
			option.Why = o.Why.In(v.lang)
		}
		out = append(out, option)
	}
	return out
}

func textOf(v visit, q *bank.Question, id string) string {
	for _, o := range q.Options {
		if o.ID == id {
			return o.Text.In(v.lang)
		}
	}
	return ""
}

func matched(v visit, q *bank.Question, f fields) []ask.Row {
	var out []ask.Row
	for _, t := range q.Things {
		given := f.one("pair." + t.ID)
		out = append(out, ask.Row{Label: t.Text.In(v.lang), Given: textOf(v, q, given), Right: textOf(v, q, t.Partner), OK: given == t.Partner})
	}
	return out
}

func ordered(v visit, q *bank.Question, given []string) []ask.Row {
	var out []ask.Row
	for i, o := range q.Options {
		row := ask.Row{Label: strconv.Itoa(i + 1), Right: o.Text.In(v.lang)}
		if i < len(given) {
			row.Given, row.OK = textOf(v, q, given[i]), given[i] == o.ID
		}
		out = append(out, row)
	}
	return out
}

// filled is a passage with what was put into its gaps. A gap is right where its own key gives it everything.
func filled(v visit, q *bank.Question, f fields) []ask.MarkedPiece {
	var out []ask.MarkedPiece
	for _, part := range bank.Parts(q.Passage.In(v.lang)) {
		piece := ask.MarkedPiece{Text: part.Text}
		if g := q.GapBy(part.Gap); g != nil {
			given := f.one("gap." + g.ID)
			piece.Gap, piece.Given, piece.Right = true, given, strings.Join(g.Asks.Right(nil), "")
			if given != "" {
				points, err := grading.Mark(g.Asks.Key(nil), []string{given})
				piece.OK = err == nil && points == grading.Full
			}
			if len(g.Asks.Options) > 0 {
				piece.Given, piece.Right = textOf(v, g.Asks, given), textOf(v, g.Asks, piece.Right)
			}
		}
		out = append(out, piece)
	}
	return out
}

// within says how far off a number may be and still be right.
func (s *Site) within(v visit, q *bank.Question) string {
	for _, f := range q.Figures {
		if f.Credit != grading.Full {
			continue
		}
		var said []string
		if f.Tolerance != "" && f.Tolerance != "0" {
			said = append(said, v.voice.T("review.within", "amount", f.Tolerance+ownUnit(q)))
		}
		if part := percentOf(f.Relative); part != "" {
			said = append(said, v.voice.T("review.within", "amount", part))
		}
		return strings.Join(said, v.voice.T("review.or"))
	}
	return ""
}

// ownUnit is the unit of the question's own values.
func ownUnit(q *bank.Question) string {
	for _, u := range q.Units {
		if u.Name != "" && u.Factor == "1" {
			return u.Name
		}
	}
	return ""
}

// percentOf writes a part ("0.01") as per cent ("1%").
func percentOf(part string) string {
	x, ok := new(big.Rat).SetString(part)
	if !ok || x.Sign() == 0 {
		return ""
	}
	return bank.Decimal(x.Mul(x, new(big.Rat).SetInt64(100))) + "%"
}

// criteria are the rows of a rubric with the levels that decided: the third person's where there was one.
func criteria(v visit, q *bank.Question, marks []attempt.Mark) (out []ask.Criterion, notes []string) {
	if len(marks) > 2 {
		marks = marks[2:]
	}
	for _, c := range q.Rubric {
		row := ask.Criterion{Title: c.Title.In(v.lang), Most: c.Levels[len(c.Levels)-1].Points}
		for _, m := range marks {
			if level := m.Levels[c.ID]; level < len(c.Levels) {
				row.Given = append(row.Given, ask.Anchor{Text: c.Levels[level].Anchor.In(v.lang), Points: c.Levels[level].Points})
			}
		}
		row.Given = slices.Compact(row.Given)
		if len(row.Given) > 0 {
			out = append(out, row)
		}
	}
	for _, m := range marks {
		if m.Note != "" {
			notes = append(notes, m.Note)
		}
	}
	return out, notes
}

// sources are the clauses that a question rests on, and the first lesson that teaches each.
func (s *Site) sources(v visit, q *bank.Question, out *ask.Marked) {
	for _, id := range q.Clauses {
		out.Clauses = append(out.Clauses, s.chip(v, id))
		for _, l := range s.Catalog.Current().Teaching(id) {
			link := parts.Link{Text: l.Title.In(v.lang), URL: lessonURL(l)}
			if !slices.Contains(out.Lessons, link) {
				out.Lessons = append(out.Lessons, link)
			}
			break
		}
	}
}
