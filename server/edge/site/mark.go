package site

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/remark"
	"tongguan/quizzes/attempt"
	"tongguan/quizzes/bank"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/web/pages/desk"
)

// markingQueue lists the open answers that the reader may mark.
func (s *Site) markingQueue(c *fiber.Ctx, v visit) error {
	waiting, err := s.Attempts.Waiting(c.UserContext(), v.actor)
	if err != nil {
		return err
	}
	p := desk.MarkingQueue{Frame: s.frame(c, v, v.voice.T("mark_desk.title"))}
	for _, w := range waiting {
		p.Waiting = append(p.Waiting, desk.WaitingAnswer{URL: s.markingURL(w), Stem: w.Question.Stem.In(v.lang), Module: s.moduleTitle(v, w.Module),
			Since: v.voice.Date(w.Closed, s.Zone), Days: int((s.Clock.Now() - w.Closed) / 86_400_000), Turn: w.Turn})
	}
	return s.draw(c, desk.MarkingPage(p))
}

func (s *Site) markingURL(w attempt.ToMark) string {
	return "/desk/marking/" + Veil(s.Secret, w.Attempt) + "/" + w.Question.ID
}

// markingSheet shows one open answer with its rubric. One that needs no mark any more leads back to the queue.
func (s *Site) markingSheet(c *fiber.Ctx, v visit) error {
	id, err := unveil(s.Secret, c.Params("veiled"))
	if err != nil {
		return err
	}
	sheet, err := s.Attempts.Marking(c.UserContext(), v.actor, id, c.Params("question"))
	if fault.KindOf(err) == fault.Conflict {
		s.flash(c, "good", "marking.done")
		return redirect(c, "/desk/marking")
	}
	if err != nil {
		return err
	}
	return s.drawMarkSheet(c, v, sheet, nil, "", nil)
}

func (s *Site) drawMarkSheet(c *fiber.Ctx, v visit, sheet attempt.MarkSheet, levels map[string]int, note string, cause error) error {
	waiting, err := s.Attempts.Waiting(c.UserContext(), v.actor)
	if err != nil {
		return err
	}
	p := desk.MarkingSheet{Frame: s.frame(c, v, v.voice.T("mark_desk.title")), Asked: s.askedOf(v, sheet.Question, bank.Item{}, nil),
		Answer: paragraphs(sheet.Text), Length: utf8.RuneCountInString(sheet.Text), Turn: sheet.Turn, Note: note, Errors: s.errors(v, cause),
		Left: max(0, len(waiting)-1), Action: s.markingURL(sheet.ToMark)}
	p.Module = s.moduleTitle(v, sheet.Module)
	for _, k := range sheet.Question.Rubric {
		one := desk.Criterion{ID: k.ID, Title: k.Title.In(v.lang)}
		chosen, has := levels[k.ID]
		for i, l := range k.Levels {
			one.Levels = append(one.Levels, desk.Level{Value: strconv.Itoa(i), Points: l.Points, Anchor: l.Anchor.In(v.lang), Chosen: has && chosen == i})
		}
		p.Rubric = append(p.Rubric, one)
	}
	for _, m := range sheet.Others {
		p.Others = append(p.Others, otherMark(v, sheet, m))
	}
	if cause != nil {
		setStatus(c, cause)
	}
	return s.draw(c, desk.MarkingSheetPage(p))
}

func otherMark(v visit, sheet attempt.MarkSheet, m attempt.Mark) desk.OtherMark {
	out := desk.OtherMark{Points: m.Points, Note: m.Note}
	for _, k := range sheet.Question.Rubric {
		level := desk.OtherLevel{}
		if at := m.Levels[k.ID]; at >= 0 && at < len(k.Levels) {
			level = desk.OtherLevel{Points: k.Levels[at].Points, Anchor: k.Levels[at].Anchor.In(v.lang)}
		}
		out.Levels = append(out.Levels, level)
	}
	return out
}

// markingGive keeps a mark and goes on with the next answer.
func (s *Site) markingGive(c *fiber.Ctx, v visit) error {
	ctx, question := c.UserContext(), c.Params("question")
	id, err := unveil(s.Secret, c.Params("veiled"))
	if err != nil {
		return err
	}
	levels := map[string]int{}
	c.Request().PostArgs().VisitAll(func(name, value []byte) {
		if key, ok := strings.CutPrefix(string(name), "level."); ok {
			n, err := strconv.Atoi(string(value))
			if err != nil {
				n = -1 // no level
			}
			levels[strings.Clone(key)] = n
		}
	})
	note := strings.TrimSpace(c.FormValue("note"))
	err = s.Attempts.GiveMark(ctx, v.actor, id, question, levels, note)
	switch fault.KindOf(err) {
	case fault.Conflict:
		s.flash(c, "good", "marking.done")
		return redirect(c, "/desk/marking")
	case fault.Invalid, fault.Busy:
		sheet, missing := s.Attempts.Marking(ctx, v.actor, id, question)
		if missing != nil {
			return err
		}
		return s.drawMarkSheet(c, v, sheet, levels, note, err)
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "mark_desk.kept")
	waiting, err := s.Attempts.Waiting(ctx, v.actor)
	if err != nil || len(waiting) == 0 {
		return redirect(c, "/desk/marking")
	}
	return redirect(c, s.markingURL(waiting[0]))
}

// deskHead counts what waits for an author.
func (s *Site) deskHead(c *fiber.Ctx, v visit) (out desk.Head, err error) {
	if v.actor.May(access.MarkAnswer, access.Other) {
		waiting, err := s.Attempts.Waiting(c.UserContext(), v.actor)
		if err != nil {
			return out, err
		}
		out.Marking = len(waiting)
	}
	if v.actor.May(access.CorrectQuestion, access.Other) {
		all, err := s.Attempts.Appeals(c.UserContext(), v.actor)
		if err != nil {
			return out, err
		}
		for _, q := range all {
			out.Appeals += len(q.Appeals)
		}
	}
	if out.Writes = v.writes(); out.Writes {
		counts, err := s.Remarks.Count(c.UserContext(), v.actor)
		if err != nil {
			return out, err
		}
		out.Notes = inState(counts, remark.Open, "")
	}
	return out, nil
}
