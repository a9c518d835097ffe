package site

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/certification"
	"tongguan/quizzes/tally"
	"tongguan/server/base/access"
	"tongguan/server/edge/check"
	"tongguan/server/edge/sheet"
	"tongguan/web/pages/policy"
	"tongguan/web/parts"
)

// tracedAll is what rests on all clauses, with what is known of it.
type tracedAll struct {
	check.Coverage
	check.Standards
	measures  *tally.Measures
	certified certification.Coverage
}

// wholeOf reads it, for those who may.
func (s *Site) wholeOf(ctx context.Context, v visit) (w tracedAll, err error) {
	if err = v.actor.Check(access.TraceContent, access.Other); err != nil {
		return w, err
	}
	w.Coverage, w.Standards = s.Matter().Cover(), s.Standards()
	if w.measures, err = s.Tally.Measures(ctx, v.actor, s.Bank.Current().Sets()); err != nil {
		return w, err
	}
	w.certified, err = s.Reports.Everywhere(ctx, v.actor, clauseIDs(s.Catalog.Current().Clauses))
	return w, err
}

// traceLine is one row of the table.
type traceLine struct {
	check.Cover
	holes     []check.Hole
	hard      tally.Difficulty
	certified int
}

// lines gives the rows, only those with holes where that is asked, in the order of the policy or by a column.
func (w tracedAll) lines(holed bool, sort string) (out []traceLine) {
	for _, c := range w.Clauses {
		l := traceLine{Cover: c, holes: w.Holes(c), hard: w.measures.Of(questionIDs(c.Asked)), certified: w.certified.Held[c.Clause]}
		if len(l.holes) > 0 || !holed {
			out = append(out, l)
		}
	}
	name, down := strings.CutPrefix(sort, "-")
	key := map[string]func(l traceLine) int{
		"lessons": func(l traceLine) int { return len(l.Lessons) }, "questions": func(l traceLine) int { return l.Questions },
		"judged":    func(l traceLine) int { return check.Share(l.Judged, l.Questions) },
		"facility":  func(l traceLine) int { return thousandths(l.hard.Facility) },
		"scenarios": func(l traceLine) int { return len(l.Scenarios) }, "indicators": func(l traceLine) int { return len(l.Indicators) },
		"inspection": func(l traceLine) int { return len(l.Inspection) }, "certified": func(l traceLine) int { return l.certified },
	}[name]
	switch {
	case key != nil:
		slices.SortStableFunc(out, func(a, b traceLine) int {
			if down {
				a, b = b, a
			}
			return cmp.Compare(key(a), key(b))
		})
	case down:
		slices.Reverse(out)
	}
	return out
}

// thousandths orders by a share; what is not known comes before 0.
func thousandths(x *float64) int {
	if x == nil {
		return -1
	}
	return int(1000 * *x)
}

// traceMatrix shows what rests on every clause, and what is missing.
func (s *Site) traceMatrix(c *fiber.Ctx, v visit) error {
	w, err := s.wholeOf(c.UserContext(), v)
	if err != nil {
		return err
	}
	holed, sort := c.Query("holes") != "", c.Query("sort", "clause")
	p := policy.Matrix{Frame: s.frame(c, v, v.voice.T("trace.matrix.title")), AsOf: v.voice.T("cert_team.as_of", "time", v.voice.DateTime(w.certified.At, s.Zone))}
	for _, kind := range []string{"csv", "xlsx"} {
		to := "/policy/matrix." + kind
		if holed {
			to += "?holes=1"
		}
		p.Exports = append(p.Exports, parts.Link{Text: v.voice.T("cert_team.export_" + kind), URL: to})
	}
	w.facts(v, &p)
	n := w.Holed(w.Coverage)
	p.Tabs = []parts.Tab{{Text: v.voice.T("trace.matrix.all", "n", len(w.Clauses)), URL: withQuery(c, "holes", ""), Current: !holed},
		{Text: v.voice.T("trace.matrix.holes", "n", n), URL: withQuery(c, "holes", "1"), Current: holed}}
	for i, name := range matrixColumns {
		col := sorted(c, name, sort, v.voice.T("trace.matrix.column."+name))
		p.Columns = append(p.Columns, policy.Column{Text: col.Text, URL: col.URL, Sorted: col.Sorted, Number: i > 0})
	}
	for _, l := range w.lines(holed, sort) {
		title := ""
		if sort == "clause" {
			title = s.chapterTitle(v, l.Clause)
		}
		if g := len(p.Groups); g == 0 || p.Groups[g-1].Title != title {
			p.Groups = append(p.Groups, policy.Group{Title: title})
		}
		g := &p.Groups[len(p.Groups)-1]
		g.Rows = append(g.Rows, policy.Row{Chip: s.chip(v, l.Clause), Cells: w.cells(v, l)})
	}
	return s.draw(c, policy.MatrixPage(p))
}

// matrixColumns are the columns of the table; each is a key of words and a name to sort by.
var matrixColumns = []string{"clause", "lessons", "questions", "judged", "facility", "scenarios", "indicators", "inspection", "certified"}

// chapterTitle names the chapter that a clause stands in.
func (s *Site) chapterTitle(v visit, clause string) string {
	cat := s.Catalog.Current()
	for _, ch := range cat.Chapters {
		if cl := cat.Clause(clause); cl != nil && cl.Chapter == ch.ID {
			return ch.ID + " " + ch.Title.In(v.lang)
		}
	}
	return ""
}

// facts are the figures of the whole content against its standards.
func (w tracedAll) facts(v visit, p *policy.Matrix) {
	good, share := len(w.Clauses)-w.Holed(w.Coverage), check.Share(w.Coverage.Judged, w.Coverage.Questions)
	p.Facts = []policy.Fact{
		{Label: v.voice.T("trace.matrix.whole"), Value: strconv.Itoa(good), Note: v.voice.T("trace.matrix.of", "n", len(w.Clauses)), Short: good < len(w.Clauses)},
		{Label: v.voice.T("trace.matrix.bank"), Value: v.voice.Number(int64(w.Coverage.Questions)), Note: v.voice.T("trace.matrix.at_least", "n", w.Standards.Questions),
			Short: w.Coverage.Questions < w.Standards.Questions},
		{Label: v.voice.T("trace.matrix.share"), Value: strconv.Itoa(share) + "%", Note: v.voice.T("trace.matrix.at_least", "n", strconv.Itoa(w.JudgedShare)+"%"), Short: share < w.JudgedShare},
	}
}

// cells are the figures of one row.
func (w tracedAll) cells(v visit, l traceLine) []policy.Cell {
	cell := func(part string, n int, hole check.Hole) policy.Cell {
		out := policy.Cell{Text: strconv.Itoa(n), URL: "/policy/" + l.Clause + "#" + part, Label: v.voice.T("trace.matrix.label", "clause", l.Clause, "part", v.voice.T("trace.jump."+part), "n", n)}
		if slices.Contains(l.holes, hole) {
			out.Hole = v.voice.T("trace.matrix.hole")
			if hole == check.FewQuestions {
				out.Hole = v.voice.T("trace.matrix.short", "n", w.Asks(l.Clause)-n)
			}
		}
		if n == 0 {
			out.URL = ""
		}
		return out
	}
	share, hard := policy.Cell{Text: "–", Quiet: true}, policy.Cell{Text: v.voice.T("trace.matrix.unmeasured"), Quiet: true}
	if l.Questions > 0 {
		share = policy.Cell{Text: strconv.Itoa(check.Share(l.Judged, l.Questions)) + "%"}
	}
	if l.hard.Facility != nil {
		hard = policy.Cell{Text: percent(l.hard.Facility)}
		if l.hard.Discrimination != nil {
			hard.Note = v.voice.T("trace.matrix.discrimination", "value", percent(l.hard.Discrimination))
		}
	}
	held := policy.Cell{Text: v.voice.Number(int64(l.certified)), URL: "/policy/" + l.Clause + "#certified",
		Label: v.voice.T("trace.matrix.label", "clause", l.Clause, "part", v.voice.T("trace.jump.certified"), "n", l.certified)}
	out := []policy.Cell{cell("lessons", len(l.Lessons), check.NoLesson), cell("questions", l.Cover.Questions, check.FewQuestions), share, hard,
		cell("scenarios", len(l.Scenarios), check.NoScenario), cell("indicators", len(l.Indicators), check.NoIndicator),
		cell("inspection", len(l.Inspection), check.NoInspection), held}
	for i := range out {
		out[i].Column = v.voice.T("trace.matrix.column." + matrixColumns[i+1])
	}
	return out
}

// traceTable is the table as a file, with the names of what rests on each clause.
func (s *Site) traceTable(ctx context.Context, c *fiber.Ctx, v visit) (sheet.Table, error) {
	w, err := s.wholeOf(ctx, v)
	if err != nil {
		return sheet.Table{}, err
	}
	t := sheet.Table{Name: v.voice.T("trace.matrix.title")}
	for _, name := range []string{"clause", "title", "lessons", "questions", "need", "judged", "answers", "facility", "discrimination", "scenarios", "indicators", "inspection", "certified", "missing"} {
		t.Header = append(t.Header, v.voice.T("trace.sheet."+name))
	}
	t.Rows = func(yield func([]sheet.Cell, error) bool) {
		for _, l := range w.lines(c.Query("holes") != "", "") {
			list := func(all []string) sheet.Cell { return sheet.Text(strings.Join(all, " ")) }
			if !yield([]sheet.Cell{sheet.Text(l.Clause), sheet.Text(s.chip(v, l.Clause).Title), list(l.Lessons), sheet.Whole(int64(l.Cover.Questions)), sheet.Whole(int64(w.Asks(l.Clause))),
				sheet.Whole(int64(l.Judged)), sheet.Whole(int64(l.hard.Answers)), number(l.hard.Facility), number(l.hard.Discrimination),
				list(l.Scenarios), list(l.Indicators), list(l.Inspection), sheet.Whole(int64(l.certified)), sheet.Text(strings.Join(s.holeWords(v, l.Cover), v.voice.T("trace.and")))}, nil) {
				return
			}
		}
	}
	return t, nil
}
