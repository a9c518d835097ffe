package site

import (
	"bytes"
	"context"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/certification"
	"tongguan/server/edge/sheet"
	"tongguan/web/parts"
)

// exportBatch is how many people of an export are read at once.
const exportBatch = 500

// exports lead to a report as files that spreadsheets open, with the filters of the page.
func exports(c *fiber.Ctx, v visit, name string) (out []parts.Link) {
	q := url.Values{}
	for k, value := range c.Queries() {
		if k != "page" {
			q.Set(k, value)
		}
	}
	for _, kind := range []string{"csv", "xlsx"} {
		to := "/team/" + name + "." + kind
		if len(q) > 0 {
			to += "?" + q.Encode()
		}
		out = append(out, parts.Link{Text: v.voice.T("cert_team.export_" + kind), URL: to})
	}
	return out
}

// tableOf gives the rows of a table, read from the database as they are written.
type tableOf func(ctx context.Context, c *fiber.Ctx, v visit) (sheet.Table, error)

// export sends a report of certificates as a file.
func (s *Site) export(name, kind string, table tableOf) handler {
	return s.exportAs(name, "cert_team."+name+".title", kind, table)
}

// exportAs sends a report as a file; title is the key of what it is called. The file is whole or there is none: one that was
// cut off looks like a short report.
func (s *Site) exportAs(name, title, kind string, table tableOf) handler {
	write, mime := sheet.CSV, "text/csv; charset=utf-8"
	if kind == "xlsx" {
		write, mime = sheet.XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	return func(c *fiber.Ctx, v visit) error {
		t, err := table(c.UserContext(), c, v)
		if err != nil {
			return err
		}
		t.Zone, t.Name = s.Zone, v.voice.T(title)
		var out bytes.Buffer
		if err := write(&out, t); err != nil {
			return err
		}
		file := t.Name + "-" + s.Clock.Date(s.Zone) + "." + kind
		c.Set(fiber.HeaderContentType, mime)
		c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+name+"-"+s.Clock.Date(s.Zone)+"."+kind+`"; filename*=UTF-8''`+url.PathEscape(file))
		return c.Send(out.Bytes())
	}
}

func (s *Site) matrixTable(ctx context.Context, c *fiber.Ctx, v visit) (sheet.Table, error) {
	ask := question(c)
	totals, err := s.Reports.Totals(ctx, v.actor, ask.Team)
	if err != nil {
		return sheet.Table{}, err
	}
	teams, err := s.Teams.Names(ctx)
	if err != nil {
		return sheet.Table{}, err
	}
	programmes := s.columnsOf(totals)
	header := []string{v.voice.T("cert_team.person"), v.voice.T("cert_team.team"), v.voice.T("cert_team.programme"), v.voice.T("cert_team.state"), v.voice.T("cert_team.ends"),
		v.voice.T("cert_team.days_left"), v.voice.T("cert_team.steps_done"), v.voice.T("cert_team.steps_all"), v.voice.T("cert_team.next_due"), v.voice.T("cert_team.number")}
	read := func(q certification.Question) ([]certification.Line, int, error) {
		return s.Reports.People(ctx, v.actor, q)
	}
	return sheet.Table{Header: header, Rows: func(yield func([]sheet.Cell, error) bool) {
		eachLine(ask, read, func(l certification.Line) bool {
			for _, id := range programmes {
				if x, ok := l.Standings[id]; ok && !yield(s.matrixCells(v, l, teams, x), nil) {
					return false
				}
			}
			return true
		}, func(err error) { yield(nil, err) })
	}}, nil
}

// eachLine reads batch by batch until nothing is left or enough was taken.
func eachLine[T any](ask certification.Question, read func(certification.Question) ([]T, int, error), take func(T) bool, failed func(error)) {
	for ask.From, ask.Limit = 0, exportBatch; ; ask.From += exportBatch {
		some, found, err := read(ask)
		if err != nil {
			failed(err)
			return
		}
		for _, x := range some {
			if !take(x) {
				return
			}
		}
		if ask.From+exportBatch >= found {
			return
		}
	}
}

func (s *Site) matrixCells(v visit, l certification.Line, teams map[string]string, x certification.Shown) []sheet.Cell {
	out := []sheet.Cell{sheet.Text(l.Name), sheet.Text(teams[l.Team]), sheet.Text(s.programmeTitle(v, x.Programme)), sheet.Text(v.voice.T("cert_team.report_state." + string(x.State))), {}, {},
		sheet.Whole(int64(x.Done)), sheet.Whole(int64(x.Steps)), {}, sheet.Text(x.Certificate)}
	if x.Expires > 0 {
		out[4] = sheet.Date(x.LastDay(s.Zone))
	}
	if x.Left >= 0 {
		out[5] = sheet.Whole(int64(x.Left))
	}
	if x.NextDue != "" {
		out[8] = sheet.Date(x.NextDue)
	}
	return out
}

func (s *Site) riskTable(ctx context.Context, c *fiber.Ctx, v visit) (sheet.Table, error) {
	ask := question(c)
	teams, err := s.Teams.Names(ctx)
	if err != nil {
		return sheet.Table{}, err
	}
	read := func(q certification.Question) ([]certification.AtRisk, int, error) {
		return s.Reports.AtRisk(ctx, v.actor, q)
	}
	one := ask
	one.From, one.Limit = 0, 1
	if _, _, err := read(one); err != nil { // before anything is written
		return sheet.Table{}, err
	}
	header := []string{v.voice.T("cert_team.person"), v.voice.T("cert_team.team"), v.voice.T("cert_team.programme"), v.voice.T("cert_team.why"), v.voice.T("cert_team.to_do"), v.voice.T("cert_team.days_left")}
	return sheet.Table{Header: header, Rows: func(yield func([]sheet.Cell, error) bool) {
		eachLine(ask, read, func(x certification.AtRisk) bool {
			for _, r := range x.Risks {
				why := s.reason(v, r)
				cells := []sheet.Cell{sheet.Text(x.Name), sheet.Text(teams[x.Team]), sheet.Text(why.Programme), sheet.Text(why.Text), sheet.Text(why.Do), {}}
				if r.Left >= 0 {
					cells[5] = sheet.Whole(int64(r.Left))
				}
				if !yield(cells, nil) {
					return false
				}
			}
			return true
		}, func(err error) { yield(nil, err) })
	}}, nil
}

func (s *Site) coverageTable(ctx context.Context, c *fiber.Ctx, v visit) (sheet.Table, error) {
	clauses := leaves(s.Catalog.Current().Clauses)
	got, err := s.Reports.Coverage(ctx, v.actor, c.Query("team"), clauseIDs(clauses))
	header := []string{v.voice.T("cert_team.clause"), v.voice.T("cert_team.clause_title"), v.voice.T("cert_team.held"), v.voice.T("cert_team.not_held")}
	return sheet.Table{Header: header, Rows: func(yield func([]sheet.Cell, error) bool) {
		for _, cl := range clauses {
			held := got.Held[cl.ID]
			if !yield([]sheet.Cell{sheet.Text(cl.ID), sheet.Text(cl.Title.In(v.lang)), sheet.Whole(int64(held)), sheet.Whole(int64(got.People - held))}, nil) {
				return
			}
		}
	}}, err
}

// exportTitles names the sentences of each export.
var exportTitles = map[string]string{"certificates": "matrix", "risk": "risk", "coverage": "coverage"}
