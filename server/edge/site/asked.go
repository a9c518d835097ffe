package site

import (
	"slices"
	"strings"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
	"tongguan/web/pages/desk"
)

// askedOf shows a question as it was worded, for those who look after it; given is a response to mark in it.
func (s *Site) askedOf(v visit, q *bank.Question, item bank.Item, given []string) desk.Asked {
	out := desk.Asked{Stem: q.Fill(q.Stem.In(v.lang), item.Params), Passage: paragraphs(q.Passage.In(v.lang)),
		Explanation: q.Fill(q.Explanation.In(v.lang), item.Params)}
	if q.Case != nil {
		out.Case, out.Passage = q.Case.Title.In(v.lang), append(paragraphs(q.Case.Passage.In(v.lang)), out.Passage...)
		for _, line := range q.Case.Table {
			var cells []string
			for _, cell := range line {
				cells = append(cells, cell.In(v.lang))
			}
			out.Table = append(out.Table, cells)
		}
	}
	for _, id := range q.Clauses {
		out.Clauses = append(out.Clauses, s.chip(v, id))
	}
	if !isChoice(q) {
		out.Right = s.response(v, q, item, q.Right(item.Params))
		return out
	}
	right := q.Right(item.Params)
	for i, o := range inOrder(q, item.Order) {
		out.Options = append(out.Options, desk.AskedOption{Letter: letter(i), Text: s.optionText(v, q, o),
			Right: slices.Contains(right, o.ID), Given: slices.Contains(given, o.ID)})
	}
	return out
}

func isChoice(q *bank.Question) bool {
	return q.Type == grading.Single || q.Type == grading.Multiple || q.Type == grading.TrueFalse
}

// response writes a response for people to read, a line for each part.
func (s *Site) response(v visit, q *bank.Question, item bank.Item, given []string) []string {
	var out []string
	for i, part := range given {
		switch {
		case isChoice(q):
			at := slices.Index(item.Order, part)
			out = append(out, strings.TrimSpace(letterAt(at)+" "+s.optionOf(v, q, part)))
		case q.Type == grading.Ordering:
			out = append(out, v.voice.T("appeals.step", "n", i+1, "text", s.optionOf(v, q, part)))
		case q.Type == grading.Matching:
			left, right, _ := strings.Cut(part, "=")
			out = append(out, thingOf(v, q, left)+" → "+s.optionOf(v, q, right))
		case q.Type == grading.Cloze:
			gap, text, _ := strings.Cut(part, "=")
			if at := slices.IndexFunc(q.Gaps, func(g bank.Gap) bool { return g.ID == gap }); at >= 0 {
				text = s.optionOf(v, q.Gaps[at].Asks, text)
			}
			out = append(out, gap+": "+text)
		default:
			out = append(out, part)
		}
	}
	return out
}

func letterAt(i int) string {
	if i < 0 {
		return ""
	}
	return letter(i)
}

// optionOf is what an option says, or the text itself where there is no such option.
func (s *Site) optionOf(v visit, q *bank.Question, id string) string {
	for _, o := range q.Options {
		if o.ID == id {
			return s.optionText(v, q, o)
		}
	}
	return id
}

func thingOf(v visit, q *bank.Question, id string) string {
	for _, t := range q.Things {
		if t.ID == id {
			return t.Text.In(v.lang)
		}
	}
	return id
}

// paragraphs cuts a text at its empty lines.
func paragraphs(text string) []string {
	var out []string
	for p := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}
