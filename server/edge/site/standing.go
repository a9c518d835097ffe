package site

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/certification"
	"tongguan/courses/programme"
	"tongguan/server/base/access"
	board "tongguan/web/pages/standing"
	"tongguan/web/parts"
)

// reportTabs lead between the views of a team.
func (s *Site) reportTabs(c *fiber.Ctx, v visit) (out []parts.Tab) {
	for _, t := range [][2]string{{"/team", "progress"}, {"/team/certificates", "matrix"}, {"/team/risk", "risk"}, {"/team/coverage", "coverage"},
		{"/team/skills", "skills"}, {"/team/trend", "trend"}} {
		to := t[0]
		if team := c.Query("team"); team != "" {
			to += "?team=" + url.QueryEscape(team)
		}
		out = append(out, parts.Tab{Text: v.voice.T("cert_team.tab." + t[1]), URL: to, Current: c.Path() == t[0]})
	}
	return out
}

// report is what all reports have in common; name is that of its sentences, at when its sums were made.
func (s *Site) report(c *fiber.Ctx, v visit, name string, at int64, stale int) (board.Report, error) {
	heading := v.voice.T("cert_team." + name + ".title")
	r := board.Report{Frame: s.frame(c, v, heading), Tabs: s.reportTabs(c, v), Heading: heading, Lead: v.voice.T("cert_team." + name + ".lead"), Path: c.Path(), Query: c.Query("q")}
	now := v.voice.DateTime(at, s.Zone)
	r.AsOf = v.voice.T("cert_team.as_of", "time", now)
	if stale > 0 {
		r.AsOf = v.voice.T("cert_team.as_of_stale", "time", now, "n", stale)
	}
	team, err := s.teamFilter(c, v)
	r.Filters = append(r.Filters, team)
	return r, err
}

// teamFilter chooses among the teams that the reader sees.
func (s *Site) teamFilter(c *fiber.Ctx, v visit) (parts.Select, error) {
	out := parts.Select{ID: "team", Name: "team", Label: v.voice.T("cert_team.team"), Empty: v.voice.T("cert_team.all_teams")}
	tree, err := s.Teams.Tree(c.UserContext(), v.actor)
	for _, t := range tree {
		out.Choices = append(out.Choices, parts.Choice{Value: t.ID, Text: strings.Repeat("　", t.Depth-tree[0].Depth) + t.Name, Chosen: t.ID == c.Query("team")})
	}
	return out, err
}

func (s *Site) programmeFilter(c *fiber.Ctx, v visit) parts.Select {
	out := parts.Select{ID: "programme", Name: "programme", Label: v.voice.T("cert_team.programme"), Empty: v.voice.T("cert_team.all_programmes")}
	for _, p := range s.Programmes.Current().All() {
		out.Choices = append(out.Choices, parts.Choice{Value: p.ID, Text: p.Title.In(v.lang), Chosen: p.ID == c.Query("programme")})
	}
	return out
}

// choice makes a select of words, each the end of a key.
func choice(c *fiber.Ctx, v visit, name, key, empty string, words []string) parts.Select {
	out := parts.Select{ID: name, Name: name, Label: v.voice.T("cert_team." + name), Empty: empty}
	for _, w := range words {
		out.Choices = append(out.Choices, parts.Choice{Value: w, Text: v.voice.T(key + w), Chosen: w == c.Query(name)})
	}
	return out
}

func stateWords(states ...certification.State) (out []string) {
	for _, st := range states {
		out = append(out, string(st))
	}
	return out
}

// question reads the filters of a report from the address.
func question(c *fiber.Ctx) certification.Question {
	page := min(max(1, c.QueryInt("page", 1)), 1_000_000)
	return certification.Question{Team: c.Query("team"), Programme: c.Query("programme"), State: certification.State(c.Query("state")), Text: c.Query("q"),
		Sort: c.Query("sort"), From: (page - 1) * perPage, Limit: perPage}
}

// sizes says which rows a page shows, and leads to the others.
func (s *Site) sizes(c *fiber.Ctx, v visit, shown, found int) board.Pager {
	page := min(max(1, c.QueryInt("page", 1)), 1_000_000)
	pages := (found + perPage - 1) / perPage
	number := func(n int) string { return v.voice.Number(int64(n)) }
	out := board.Pager{From: number((page-1)*perPage + 1), To: number((page-1)*perPage + shown), Of: number(found)}
	last := 0
	for i := 1; i <= pages; i++ {
		if i > 2 && i <= pages-2 && (i < page-2 || i > page+2) {
			continue
		}
		if i != last+1 {
			out.Links = append(out.Links, board.Page{Text: "…"})
		}
		out.Links = append(out.Links, board.Page{Text: strconv.Itoa(i), URL: withQuery(c, "page", strconv.Itoa(i)), Current: i == page})
		last = i
	}
	return out
}

// sorted is a heading by which the table can be ordered, the first order first.
func sorted(c *fiber.Ctx, sort, now, text string) board.Column {
	out := board.Column{Text: text, URL: withQuery(c, "sort", sort)}
	switch now {
	case sort:
		out.Sorted, out.URL = "ascending", withQuery(c, "sort", "-"+sort)
	case "-" + sort:
		out.Sorted = "descending"
	}
	return out
}

// matrix shows who stands where in every programme.
func (s *Site) matrix(c *fiber.Ctx, v visit) error {
	ctx, ask := c.UserContext(), question(c)
	totals, err := s.Reports.Totals(ctx, v.actor, ask.Team)
	if err != nil {
		return err
	}
	lines, found, err := s.Reports.People(ctx, v.actor, ask)
	if err != nil {
		return err
	}
	r, err := s.report(c, v, "matrix", totals.At, totals.Stale)
	if err != nil {
		return err
	}
	r.Search, r.Exports = true, exports(c, v, "certificates")
	r.Filters = append(r.Filters, s.programmeFilter(c, v),
		choice(c, v, "state", "cert_team.report_state.", v.voice.T("cert_team.all_states"), stateWords(append(certification.ReportStates(), certification.Late, certification.Outside)...)),
		choice(c, v, "sort", "cert_team.sort_", "", []string{"name", "state", "end", "-name", "-state", "-end"}))
	p := board.Matrix{Report: r, Found: found, Pager: s.sizes(c, v, len(lines), found), Assign: s.assignBar(c, v, found)}
	programmes := s.columnsOf(totals)
	s.matrixHeads(c, v, &p, programmes, totals)
	names, err := s.Teams.Names(ctx)
	for _, l := range lines {
		p.People = append(p.People, s.matrixLine(v, l, programmes, names))
	}
	if err != nil {
		return err
	}
	return s.draw(c, board.MatrixPage(p))
}

// columnsOf gives the programmes in force, and after them those in which somebody still stands.
func (s *Site) columnsOf(t certification.Totals) (out []string) {
	for _, p := range s.Programmes.Current().All() {
		out = append(out, p.ID)
	}
	var old []string
	for id := range t.In {
		if !slices.Contains(out, id) {
			old = append(old, id)
		}
	}
	slices.Sort(old)
	return append(out, old...)
}

// programmeTitle names a programme; one that is no longer in force by its id.
func (s *Site) programmeTitle(v visit, id string) string {
	if p := s.Programmes.Current().Get(id); p != nil {
		return p.Title.In(v.lang)
	}
	return id
}

func certifies(p *programme.Programme) bool { return p == nil || p.Certificate != nil }

// matrixHeads fills the headings and the sums.
func (s *Site) matrixHeads(c *fiber.Ctx, v visit, p *board.Matrix, programmes []string, t certification.Totals) {
	number := func(n int) string { return v.voice.Number(int64(n)) }
	sort := c.Query("sort", "name")
	p.Columns = []board.Column{sorted(c, "name", sort, v.voice.T("cert_team.person")), sorted(c, "end", sort, v.voice.T("cert_team.next_end"))}
	p.Columns[1].Number = true
	p.States = stateWords(certification.ReportStates()...)
	for _, id := range programmes {
		in, good := 0, t.In[id][certification.Certified]+t.In[id][certification.Expiring]+t.In[id][certification.Complete]
		line := board.Total{Programme: s.programmeTitle(v, id)}
		for _, st := range certification.ReportStates() {
			n := t.In[id][st]
			in += n
			link := parts.Link{}
			if n > 0 {
				link = parts.Link{Text: number(n), URL: filtered(c, id, string(st))}
			}
			line.Figures = append(line.Figures, link)
		}
		if t.People > in {
			line.Outside = parts.Link{Text: number(t.People - in), URL: filtered(c, id, string(certification.Outside))}
		}
		note := "cert_team.hold_of"
		if !certifies(s.Programmes.Current().Get(id)) {
			note = "cert_team.done_of"
		}
		p.Columns = append(p.Columns, board.Column{Text: line.Programme, Note: v.voice.T(note, "held", number(good), "of", number(in))})
		p.Totals = append(p.Totals, line)
	}
}

// filtered is the matrix of those who stand so in a programme, in the team that is shown.
func filtered(c *fiber.Ctx, programme, state string) string {
	q := url.Values{"programme": {programme}, "state": {state}}
	if team := c.Query("team"); team != "" {
		q.Set("team", team)
	}
	return "/team/certificates?" + q.Encode()
}

func (s *Site) matrixLine(v visit, l certification.Line, programmes []string, teams map[string]string) board.Person {
	out := board.Person{ID: l.Person, Name: l.Name, Team: teams[l.Team], URL: "/team/" + l.Person + "/evidence"}
	end := int64(0)
	for _, id := range programmes {
		x, ok := l.Standings[id]
		if !ok {
			out.Cells = append(out.Cells, board.Cell{Word: v.voice.T("cert_team.report_state.none")})
			continue
		}
		out.Cells = append(out.Cells, s.matrixCell(v, x))
		if at := endOf(x); at > 0 && (end == 0 || at < end) {
			end = at
			out.End, out.Left = v.voice.Date(at-1, s.Zone), v.voice.T("cert_team.days", "n", x.Left)
		}
	}
	return out
}

// endOf is when a certificate, or its grace, runs out; 0 where nothing does.
func endOf(x certification.Shown) int64 {
	switch {
	case x.Left < 0:
		return 0
	case x.State == certification.Grace:
		return x.Term.Grace
	default:
		return x.Expires
	}
}

func (s *Site) matrixCell(v visit, x certification.Shown) board.Cell {
	out := board.Cell{State: string(x.State), Word: v.voice.T("cert_team.report_state." + string(x.State)), URL: "/team/" + x.Person + "/certificates/" + x.Programme,
		Label: s.programmeTitle(v, x.Programme)}
	switch x.State {
	case certification.Certified, certification.Expiring, certification.Grace:
		if x.Left >= 0 {
			out.Note = v.voice.T("cert_team.days", "n", x.Left)
		}
		if x.State != certification.Certified && x.Done > 0 {
			out.Note += " · " + stepsOf(x)
		}
	case certification.InProgress, certification.Expired, certification.Revoked:
		if x.Enrolled {
			out.Note = stepsOf(x)
		}
	}
	if x.Late {
		days, _ := s.daysUntil(x.NextDue)
		out.Late = v.voice.T("cert_team.days_late", "n", -days)
	}
	return out
}

func stepsOf(x certification.Shown) string { return fmt.Sprintf("%d/%d", x.Done, x.Steps) }

// assignBar is the form under a table, where the reader may put people into programmes.
func (s *Site) assignBar(c *fiber.Ctx, v visit, found int) *board.Assign {
	if !v.actor.May(access.Enrol, access.Below) {
		return nil
	}
	out := &board.Assign{Programmes: s.programmeFilter(c, v), All: v.voice.T("cert_team.assign_all", "n", v.voice.Number(int64(found)))}
	out.Programmes.ID, out.Programmes.Name, out.Programmes.Empty, out.Programmes.Label = "into", "into", "", v.voice.T("cert_team.assign_into")
	for _, name := range []string{"team", "programme", "state", "q", "sort"} {
		if value := c.Query(name); value != "" {
			out.Keep = append(out.Keep, parts.Link{Text: name, URL: value})
		}
	}
	out.Keep = append(out.Keep, parts.Link{Text: "from", URL: c.Path()})
	return out
}
