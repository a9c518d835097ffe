package site

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/catalog"
	"tongguan/courses/certification"
	"tongguan/quizzes/roleplay"
	"tongguan/server/base/team"
	board "tongguan/web/pages/standing"
	"tongguan/web/parts"
)

// leaves gives the clauses that have none below them, in their order.
func leaves(all []*catalog.Clause) (out []*catalog.Clause) {
	for _, c := range all {
		if !slices.ContainsFunc(all, func(d *catalog.Clause) bool { return strings.HasPrefix(d.ID, c.ID+".") }) {
			out = append(out, c)
		}
	}
	return out
}

func clauseIDs(all []*catalog.Clause) (out []string) {
	for _, c := range all {
		out = append(out, c.ID)
	}
	return out
}

// coverage shows for each clause how many people hold a certificate that rests on it.
func (s *Site) coverage(c *fiber.Ctx, v visit) error {
	clauses := leaves(s.Catalog.Current().Clauses)
	got, err := s.Reports.Coverage(c.UserContext(), v.actor, c.Query("team"), clauseIDs(clauses))
	if err != nil {
		return err
	}
	r, err := s.report(c, v, "coverage", got.At, got.Stale)
	if err != nil {
		return err
	}
	r.Exports = exports(c, v, "coverage")
	p := board.Coverage{Report: r, Sections: s.covered(v, clauses, got, c.Query("sort"))}
	for i, h := range []board.Column{sorted(c, "clause", c.Query("sort", "clause"), v.voice.T("cert_team.clause")),
		sorted(c, "share", c.Query("sort", "clause"), v.voice.T("cert_team.share")), {Text: v.voice.T("cert_team.held")}, {Text: v.voice.T("cert_team.not_held")}} {
		h.Number = i > 1
		p.Columns = append(p.Columns, h)
	}
	return s.draw(c, board.CoveragePage(p))
}

// covered lists the clauses: by their numbers under the headings of their parts, or as one list by how many are covered.
func (s *Site) covered(v visit, clauses []*catalog.Clause, got certification.Coverage, sort string) (out []board.Section) {
	number := func(n int) string { return v.voice.Number(int64(n)) }
	var all []board.Clause
	for _, cl := range clauses {
		held := got.Held[cl.ID]
		x := board.Clause{Chip: s.chip(v, cl.ID), Held: number(held), Not: number(got.People - held), Nobody: held == 0 && !s.certified(cl.ID)}
		if got.People > 0 {
			x.Percent = held * 100 / got.People
		}
		all = append(all, x)
	}
	switch sort {
	case "-clause":
		slices.Reverse(all)
		return []board.Section{{Clauses: all}}
	case "share", "-share":
		slices.SortStableFunc(all, func(a, b board.Clause) int {
			if sort == "-share" {
				a, b = b, a
			}
			return cmp.Compare(a.Percent, b.Percent)
		})
		return []board.Section{{Clauses: all}}
	}
	for _, x := range all {
		title := s.partTitle(v, x.ID)
		if n := len(out); n == 0 || out[n-1].Title != title {
			out = append(out, board.Section{Title: title})
		}
		out[len(out)-1].Clauses = append(out[len(out)-1].Clauses, x)
	}
	return out
}

// partTitle names the part of the policy under which a clause stands in the table: a stage of the process, else its chapter.
func (s *Site) partTitle(v visit, clause string) string {
	if strings.HasPrefix(clause, "2.") {
		return s.sectionTitle(v, section(clause))
	}
	for _, ch := range s.Catalog.Current().Chapters {
		if strings.HasPrefix(clause, ch.ID+".") {
			return ch.ID + " " + ch.Title.In(v.lang)
		}
	}
	return s.sectionTitle(v, section(clause))
}

// certified says whether a programme in force that certifies rests on a clause.
func (s *Site) certified(clause string) bool {
	for _, p := range s.Programmes.Current().All() {
		if p.Certificate != nil && p.Rests(clause) {
			return true
		}
	}
	return false
}

// skillMap shows what teams and people have shown in exams of scenes, along the six stages.
func (s *Site) skillMap(c *fiber.Ctx, v visit) error {
	ctx, chosen := c.UserContext(), c.Query("team")
	if _, err := s.Reports.Totals(ctx, v.actor, chosen); err != nil { // who sees no certificates sees no skills beside them
		return err
	}
	teams, err := s.Plays.SkillsOfTeams(ctx, v.actor, chosen)
	if err != nil {
		return err
	}
	stage := slices.Index(parts.Stages, c.Query("sort")) + 1
	from := (min(max(1, c.QueryInt("page", 1)), 1_000_000) - 1) * perPage
	found := 0
	for _, k := range teams {
		found += k.People
	}
	people, err := s.Plays.SkillsOfPeople(ctx, v.actor, chosen, stage, from, perPage)
	if err != nil {
		return err
	}
	r, err := s.report(c, v, "skills", s.Clock.Now(), 0)
	if err != nil {
		return err
	}
	tree, err := s.Teams.Tree(ctx, v.actor)
	if err != nil {
		return err
	}
	names, err := s.Teams.Names(ctx)
	p := board.Skills{Report: r, Found: found, Pager: s.sizes(c, v, len(people), found), Teams: s.teamRows(c, v, tree, teams)}
	for i, name := range parts.Stages {
		p.Columns = append(p.Columns, board.Column{URL: withQuery(c, "sort", name)})
		if i+1 == stage {
			p.Columns[i].Sorted, p.Columns[i].URL = "ascending", withQuery(c, "sort", "")
		}
	}
	for _, x := range people {
		p.People = append(p.People, board.Row{Name: x.Name, Note: names[x.Team], URL: "/team/" + x.Person, Cells: s.warmth(v, x.Percent)})
	}
	if err != nil {
		return err
	}
	return s.draw(c, board.SkillsPage(p))
}

// warmth draws shares of the six stages.
func (s *Site) warmth(v visit, percent [roleplay.Sections]int) (out []board.Warm) {
	for i, n := range percent {
		w := board.Warm{Label: v.voice.T("stage." + parts.Stages[i])}
		if n >= 0 {
			w.Text, w.Level = v.voice.Percent(n/100*100), level(n)
		}
		out = append(out, w)
	}
	return out
}

// level is how warm a share is: under 60 per cent, 60, 70, 80, 90.
func level(basisPoints int) int { return min(max(basisPoints/1000-4, 1), 5) }

// teamRows sums what was shown up the tree: each team with those below it.
func (s *Site) teamRows(c *fiber.Ctx, v visit, tree []team.Team, skills []roleplay.Skill) (out []board.Row) {
	own := map[string]roleplay.Skill{}
	for _, k := range skills {
		own[k.Team] = k
	}
	for _, t := range tree {
		sum := joined(own, under(tree, t.ID))
		if sum.People == 0 || c.Query("team") == "" && t.Depth > tree[0].Depth+1 {
			continue
		}
		out = append(out, board.Row{Name: t.Name, Note: v.voice.T("cert_team.examined", "n", sum.People), URL: "/team/skills?team=" + t.ID,
			Depth: min(t.Depth-tree[0].Depth, 3), Cells: s.warmth(v, sum.Percent)})
	}
	return out
}

// under gives a team and those below it, in the order of a tree.
func under(tree []team.Team, id string) map[string]bool {
	in := map[string]bool{id: true}
	for _, t := range tree {
		if in[t.Parent] {
			in[t.ID] = true
		}
	}
	return in
}

// joined is the mean over the people of several teams.
func joined(own map[string]roleplay.Skill, teams map[string]bool) (out roleplay.Skill) {
	var sum, n [roleplay.Sections]int
	for id := range teams {
		k := own[id]
		out.People += k.People
		for i, p := range k.Percent {
			if k.People > 0 && p >= 0 {
				sum[i], n[i] = sum[i]+p*k.People, n[i]+k.People
			}
		}
	}
	for i := range sum {
		out.Percent[i] = -1
		if n[i] > 0 {
			out.Percent[i] = sum[i] / n[i]
		}
	}
	return out
}

// trend compares the teams, and shows how many were certified month by month.
func (s *Site) trend(c *fiber.Ctx, v visit) error {
	got, err := s.Reports.Trend(c.UserContext(), v.actor, c.Query("team"), c.Query("programme"))
	if err != nil {
		return err
	}
	r, err := s.report(c, v, "trend", got.Now, got.Stale)
	if err != nil {
		return err
	}
	r.Filters = append(r.Filters, s.programmeFilter(c, v))
	tree, err := s.Teams.Tree(c.UserContext(), v.actor)
	if err != nil {
		return err
	}
	p := board.Trend{Report: r}
	all, people := sumTeams(got, nil)
	p.Nobody = people == 0
	s.trendPicture(v, &p, got.Ends, all, people)
	sort := c.Query("sort")
	for i, name := range []string{"team", "people", "held", "share", "change", "line"} {
		h := board.Column{Text: v.voice.T("cert_team." + name), Number: i == 1 || i == 2 || i == 4}
		if name == "share" || name == "people" || name == "change" {
			h = sorted(c, name, sort, h.Text)
			h.Number = name != "share"
		}
		p.Columns = append(p.Columns, h)
	}
	p.Teams = s.compared(c, v, tree, got, sort)
	return s.draw(c, board.TrendPage(p))
}

// sumTeams adds up the teams of a trend, all of them where none are named.
func sumTeams(t certification.Trend, teams map[string]bool) (held []int, people int) {
	held = make([]int, len(t.Ends))
	for id, n := range t.Size {
		if teams != nil && !teams[id] {
			continue
		}
		people += n
		for i, h := range t.Held[id] {
			held[i] += h
		}
	}
	return held, people
}

// trendPicture draws the line of everybody, with its reading.
func (s *Site) trendPicture(v visit, p *board.Trend, ends []int64, held []int, people int) {
	if people == 0 {
		return
	}
	x := func(i int) int { return 44 + i*640/(len(ends)-1) }
	y := func(n int) int { return 220 - n*190/people }
	var line []string
	for i, at := range ends {
		month := time.UnixMilli(at - 1).In(s.Zone)
		label := v.voice.T("cert_team.month_of." + month.Format("1"))
		if i == len(ends)-1 {
			label = v.voice.T("cert_team.today")
		}
		p.Points = append(p.Points, board.Point{Month: label, Share: v.voice.Percent(held[i] * 100 / people * 100), Held: v.voice.Number(int64(held[i])),
			X: fmt.Sprint(x(i)), Y: fmt.Sprint(y(held[i]))})
		line = append(line, fmt.Sprintf("%d,%d", x(i), y(held[i])))
	}
	p.Line = strings.Join(line, " ")
	p.Area = "M44 220L" + strings.Join(line, "L") + fmt.Sprintf("L%d 220Z", x(len(ends)-1))
	for _, share := range []int{0, 50, 100} {
		p.Grid = append(p.Grid, board.Point{Share: v.voice.Percent(share * 100), Y: fmt.Sprint(220 - share*190/100), X: fmt.Sprint(224 - share*190/100)})
	}
	last := len(ends) - 1
	key := "cert_team.reading_same"
	if held[last] > held[0] {
		key = "cert_team.reading_up"
	} else if held[last] < held[0] {
		key = "cert_team.reading_down"
	}
	p.Reading = v.voice.T(key, "people", v.voice.Number(int64(people)), "now", v.voice.Number(int64(held[last])), "share", v.voice.Percent(held[last]*100/people*100),
		"then", v.voice.Percent(held[0]*100/people*100), "month", p.Points[0].Month)
}

// compared gives the teams that stand beside each other: the direct children of those that the reader manages, or of the
// one that is chosen; where there are none, those themselves.
func (s *Site) compared(c *fiber.Ctx, v visit, tree []team.Team, got certification.Trend, sort string) (out []board.TeamLine) {
	type line struct {
		board.TeamLine
		people, share, change int
	}
	var all []line
	for _, t := range beside(tree, c.Query("team")) {
		held, people := sumTeams(got, under(tree, t.ID))
		if people == 0 {
			continue
		}
		last := len(held) - 1
		share, change := held[last]*100/people, held[last]*100/people-held[0]*100/people
		x := board.TeamLine{Name: t.Name, URL: withQuery(c, "team", t.ID), People: v.voice.Number(int64(people)), Held: v.voice.Number(int64(held[last])), Percent: share,
			Change: v.voice.T("cert_team.points", "n", fmt.Sprintf("%+d", change)), Label: v.voice.T("cert_team.from_to", "then", v.voice.Percent(held[0]*100/people*100), "now", v.voice.Percent(share*100))}
		x.Way = map[int]string{1: "up", -1: "down"}[cmp.Compare(change, 0)]
		var points []string
		for i, n := range held {
			points = append(points, fmt.Sprintf("%d,%d", 2+i*116/last, 26-n*24/people))
		}
		x.Line = strings.Join(points, " ")
		all = append(all, line{x, people, share, change})
	}
	name, down := strings.CutPrefix(sort, "-")
	slices.SortStableFunc(all, func(a, b line) int {
		n := map[string]int{"people": cmp.Compare(a.people, b.people), "share": cmp.Compare(a.share, b.share), "change": cmp.Compare(a.change, b.change)}[name]
		if down {
			return -n
		}
		return n
	})
	for _, l := range all {
		out = append(out, l.TeamLine)
	}
	return out
}

// beside gives the children of a team, or of the highest teams of a tree; where there are none, the highest themselves.
func beside(tree []team.Team, of string) (out []team.Team) {
	in := map[string]bool{}
	for _, t := range tree {
		in[t.ID] = true
	}
	var roots []team.Team
	for _, t := range tree {
		if of != "" && t.ID == of || of == "" && !in[t.Parent] {
			roots = append(roots, t)
		}
	}
	for _, t := range tree {
		if slices.ContainsFunc(roots, func(r team.Team) bool { return r.ID == t.Parent }) {
			out = append(out, t)
		}
	}
	if len(out) == 0 {
		return roots
	}
	return out
}
