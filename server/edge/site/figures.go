package site

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/indicator"
	"tongguan/server/base/access"
	"tongguan/server/edge/sheet"
	"tongguan/web/pages/figures"
	"tongguan/web/parts"
)

// Periods that the choice offers, back from today.
const (
	monthsBack = 24
	yearsBack  = 3
)

// period is the one that the address names, as it is kept, or the last month that is over; what is none stays as it is.
func (s *Site) period(text string) string {
	today, err := time.Parse("2006-01", s.Clock.Date(s.Zone)[:7])
	if text == "" && err == nil {
		return today.AddDate(0, -1, 0).Format("2006-01")
	}
	if p, err := indicator.ReadPeriod(text); err == nil {
		return p
	}
	return text
}

// periodText writes a month or a year.
func periodText(v visit, period string) string {
	t, err := time.Parse("2006-01", period)
	switch {
	case err == nil && v.lang == "en":
		return t.Format("January 2006")
	case err == nil:
		return t.Format("2006年1月")
	case v.lang != "en" && len(period) == 4:
		return period + "年"
	}
	return period
}

// periods offers the months and years of late, and those that are named.
func (s *Site) periods(v visit, chosen string, more ...string) parts.Select {
	out := parts.Select{ID: "period", Name: "period", Label: v.voice.T("figure.period")}
	today, err := time.Parse("2006-01", s.Clock.Date(s.Zone)[:7])
	if err != nil {
		return out
	}
	seen := map[string]bool{}
	add := func(p string) {
		if !seen[p] {
			seen[p] = true
			out.Choices = append(out.Choices, parts.Choice{Value: p, Text: periodText(v, p), Chosen: p == chosen})
		}
	}
	for i := range monthsBack {
		add(today.AddDate(0, -i, 0).Format("2006-01"))
	}
	for i := range yearsBack {
		add(strconv.Itoa(today.Year() - i))
	}
	for _, p := range append(more, chosen) {
		add(p)
	}
	return out
}

func figureQuestion(c *fiber.Ctx, period string) indicator.Question {
	page := min(max(1, c.QueryInt("page", 1)), 1_000_000)
	return indicator.Question{Period: period, Team: c.Query("team"), Text: c.Query("q"), From: (page - 1) * perPage, Limit: perPage}
}

// figureBoard shows people × indicators for a period.
func (s *Site) figureBoard(c *fiber.Ctx, v visit) error {
	period := s.period(c.Query("period"))
	lines, total, err := s.Indicators.Table(c.UserContext(), v.actor, figureQuestion(c, period))
	if err != nil {
		return err
	}
	team, err := s.teamFilter(c, v)
	if err != nil {
		return err
	}
	teams, err := s.Teams.Names(c.UserContext())
	if err != nil {
		return err
	}
	p := figures.Board{Frame: s.frame(c, v, v.voice.T("figure.title")), Period: periodText(v, period), Filters: []parts.Select{s.periods(v, period), team},
		Query: c.Query("q"), Total: total, Pager: s.sizes(c, v, len(lines), total), Exports: figureExports(c, v)}
	if v.actor.May(access.EnterFigures, access.Below) {
		p.Import = "/figures/import"
	}
	all := s.Measured()
	for _, i := range all {
		p.Columns = append(p.Columns, figures.Column{Name: i.Name.In(v.lang), Means: i.Means.In(v.lang), Clause: i.Clause})
	}
	for _, l := range lines {
		line := figures.Person{Name: l.Name, Team: teams[l.Team], URL: "/figures/" + l.ID + "?period=" + url.QueryEscape(period)}
		for _, i := range all {
			line.Cells = append(line.Cells, valueOf(v, i, l.Figures[i.ID]))
		}
		p.People = append(p.People, line)
	}
	return s.draw(c, figures.BoardPage(p))
}

// valueOf is a figure as it is read, or nothing where it does not count.
func valueOf(v visit, i indicator.Indicator, f indicator.Figure) figures.Value {
	if !f.Counts() {
		return figures.Value{Label: i.Name.In(v.lang)}
	}
	return figures.Value{Label: i.Name.In(v.lang), Text: indicator.Format(i.Unit, f.Value, v.lang), Source: string(f.Source), Note: f.Note}
}

// figureExports lead to the table as files, with the filters of the page.
func figureExports(c *fiber.Ctx, v visit) (out []parts.Link) {
	q := url.Values{}
	for k, value := range c.Queries() {
		if k != "page" {
			q.Set(k, value)
		}
	}
	for _, kind := range []string{"csv", "xlsx"} {
		to := "/figures." + kind
		if len(q) > 0 {
			to += "?" + q.Encode()
		}
		out = append(out, parts.Link{Text: v.voice.T("figure.export_" + kind), URL: to})
	}
	return out
}

// figureTable is the table as a file, which an import takes again once it is filled in. What was simulated is said in its cell, which
// an import refuses: it must not come back as something real.
func (s *Site) figureTable(ctx context.Context, c *fiber.Ctx, v visit) (sheet.Table, error) {
	period := s.period(c.Query("period"))
	ask := figureQuestion(c, period)
	ask.From, ask.Limit = 0, 1
	if _, _, err := s.Indicators.Table(ctx, v.actor, ask); err != nil { // before anything is written
		return sheet.Table{}, err
	}
	teams, err := s.Teams.Names(ctx)
	if err != nil {
		return sheet.Table{}, err
	}
	all := s.Measured()
	header := []string{v.voice.T("figure.login"), v.voice.T("figure.name"), v.voice.T("figure.team"), v.voice.T("figure.period")}
	for _, i := range all {
		header = append(header, i.Name.In(v.lang)+v.voice.T("figure.in."+string(i.Unit)))
	}
	return sheet.Table{Name: v.voice.T("figure.board_of", "period", periodText(v, period)), Header: header, Rows: func(yield func([]sheet.Cell, error) bool) {
		ask.Limit = exportBatch
		for ask.From = 0; ; ask.From += exportBatch {
			some, found, err := s.Indicators.Table(ctx, v.actor, ask)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, l := range some {
				row := []sheet.Cell{sheet.Text(l.Login), sheet.Text(l.Name), sheet.Text(teams[l.Team]), sheet.Text(period)}
				if !yield(append(row, figureCells(v, all, l)...), nil) {
					return
				}
			}
			if ask.From+exportBatch >= found {
				return
			}
		}
	}}, nil
}

func figureCells(v visit, all []indicator.Indicator, l indicator.Line) (out []sheet.Cell) {
	for _, i := range all {
		f, cell := l.Figures[i.ID], sheet.Cell{}
		switch {
		case !f.Counts():
		case f.Source == indicator.Simulated:
			cell = sheet.Text(v.voice.T("figure.simulated_cell", "value", indicator.Plain(i.Unit, f.Value)))
		default:
			cell = sheet.Decimal(indicator.Plain(i.Unit, f.Value))
		}
		out = append(out, cell)
	}
	return out
}

// fieldOf is the field of a form in which an indicator is entered.
func fieldOf(id string) string { return "v." + strings.TrimSpace(id) }
