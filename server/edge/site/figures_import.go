package site

import (
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/indicator"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/web/pages/figures"
)

// Rows that a preview shows: those with something wrong first.
const (
	mostBadRows   = 300
	mostOtherRows = 200
)

// figureImport shows how to import figures.
func (s *Site) figureImport(c *fiber.Ctx, v visit) error {
	if err := mayImport(v); err != nil {
		return err
	}
	return s.drawFigureImport(c, v, indicator.Upload{}, indicator.Plan{}, nil)
}

func mayImport(v visit) error {
	if v.actor.May(access.EnterFigures, access.Below) || v.actor.May(access.EnterFigures, access.Other) {
		return nil
	}
	return fault.New(fault.Missing, "error.missing")
}

// figurePlan reads the file and shows what would become of every row; nothing is written.
func (s *Site) figurePlan(c *fiber.Ctx, v visit) error {
	if err := mayImport(v); err != nil {
		return err
	}
	data, err := uploaded(c, "file")
	if err != nil {
		return s.drawFigureImport(c, v, indicator.Upload{}, indicator.Plan{}, err)
	}
	u := indicator.Upload{Data: data}
	if head, err := c.FormFile("file"); err == nil {
		u.Name = head.Filename
	}
	plan, err := s.Indicators.PlanImport(c.UserContext(), v.actor, u)
	if err != nil && !again(err) {
		return err
	}
	return s.drawFigureImport(c, v, u, plan, err)
}

// figureApply writes all that the preview showed, or says again why not.
func (s *Site) figureApply(c *fiber.Ctx, v visit) error {
	if err := mayImport(v); err != nil {
		return err
	}
	data, err := base64.StdEncoding.DecodeString(c.FormValue("data"))
	if err != nil {
		return s.drawFigureImport(c, v, indicator.Upload{}, indicator.Plan{}, fault.New(fault.Invalid, "error.form_stale"))
	}
	u := indicator.Upload{Name: c.FormValue("name"), Data: data}
	plan, done, err := s.Indicators.Import(c.UserContext(), v.actor, u)
	switch {
	case err != nil && !again(err):
		return err
	case err != nil:
		return s.drawFigureImport(c, v, u, plan, err)
	case !done:
		c.Status(fiber.StatusUnprocessableEntity)
		return s.drawFigureImport(c, v, u, plan, nil)
	}
	s.flash(c, "good", "figure.imported", "n", strconv.Itoa(plan.Writes))
	return redirect(c, "/figures?period="+lastPeriod(plan))
}

// lastPeriod is the latest that a file is of.
func lastPeriod(plan indicator.Plan) (last string) {
	for _, r := range plan.Rows {
		last = max(last, r.Period)
	}
	return last
}

func (s *Site) drawFigureImport(c *fiber.Ctx, v visit, u indicator.Upload, plan indicator.Plan, cause error) error {
	p := figures.Import{Frame: s.frame(c, v, v.voice.T("figure.import")), Template: "/figures.xlsx", Planned: cause == nil && len(plan.Rows) > 0,
		FileName: u.Name, New: plan.Counts[indicator.FateNew], Change: plan.Counts[indicator.FateChange], Same: plan.Counts[indicator.FateSame],
		None: plan.Counts[indicator.FateNone], Bad: plan.Counts[indicator.FateBad], Writes: plan.Writes}
	p.TemplateOf = periodText(v, s.period(""))
	var names []string
	for _, i := range s.Measured() {
		names = append(names, i.Name.In(v.lang))
	}
	p.Names = strings.Join(names, v.voice.T("figure.comma_between"))
	if p.Planned {
		p.File = base64.StdEncoding.EncodeToString(u.Data)
		s.importRows(v, plan, &p)
	}
	if cause != nil {
		p.Problem = s.sentence(v, cause)
		setStatus(c, cause)
	}
	return s.draw(c, figures.ImportPage(p))
}

// importRows shows the bad rows and then the others, as far as a page holds them.
func (s *Site) importRows(v visit, plan indicator.Plan, p *figures.Import) {
	for _, bad := range []bool{true, false} {
		left := map[bool]int{true: mostBadRows, false: mostOtherRows}[bad]
		for _, r := range plan.Rows {
			if (r.Fate == indicator.FateBad) != bad {
				continue
			}
			if left--; left < 0 {
				p.More++
				continue
			}
			p.Rows = append(p.Rows, s.importRow(v, r))
		}
	}
}

func (s *Site) importRow(v visit, r indicator.Row) figures.ImportRow {
	out := figures.ImportRow{Line: strconv.Itoa(r.Line), Fate: r.Fate, Login: r.Login, Name: r.Name, Period: periodText(v, r.Period)}
	if r.Problem != nil {
		out.Problems = append(out.Problems, s.sentence(v, r.Problem))
	}
	for _, cell := range r.Cells {
		i, ok := s.Indicators.Get(cell.Indicator)
		name := i.Name.In(v.lang)
		switch {
		case cell.Problem != nil && ok:
			out.Problems = append(out.Problems, v.voice.T("figure.cell_problem", "name", name, "problem", s.sentence(v, cell.Problem)))
		case cell.Problem != nil:
			out.Problems = append(out.Problems, s.sentence(v, cell.Problem))
		case cell.Fate == indicator.FateChange && cell.Before != nil:
			out.Writes = append(out.Writes, v.voice.T("figure.cell_change", "name", name, "before", indicator.Format(i.Unit, *cell.Before, v.lang),
				"value", indicator.Format(i.Unit, cell.Value, v.lang)))
		case cell.Fate == indicator.FateNew:
			out.Writes = append(out.Writes, v.voice.T("figure.cell_new", "name", name, "value", indicator.Format(i.Unit, cell.Value, v.lang)))
		}
	}
	return out
}
