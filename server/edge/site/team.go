package site

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/catalog"
	"tongguan/courses/progress"
	"tongguan/courses/training"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
	"tongguan/web/pages/team"
	"tongguan/web/parts"
)

// perPage is how many lines a table shows at once.
const perPage = 50

// standing is one member with everything that their line shows and is sorted by.
type standing struct {
	people.Person
	state    progress.State
	assigned []training.Assignment
	overdue  int
	open     int // assigned and not complete
	last     int64
}

// teamList shows the people below a manager and how far each is.
func (s *Site) teamList(c *fiber.Ctx, v visit) error {
	all, err := s.standings(c, v, people.Filter{Text: c.Query("q"), Team: c.Query("team")})
	if err != nil {
		return err
	}
	tree, err := s.Teams.Tree(c.UserContext(), v.actor)
	if err != nil {
		return err
	}
	if len(tree) == 0 {
		return fault.New(fault.Missing, "error.missing")
	}
	courses, sort := s.Catalog.Current().Courses, c.Query("sort", "overdue")
	sortStandings(all, courses, sort)
	p := team.List{Frame: s.frame(c, v, v.voice.T("team.title")), Query: c.Query("q"), Sort: sort, Total: len(all), Tabs: s.reportTabs(c, v),
		Columns: s.columns(c, v, courses, sort), Assign: "/assignments/new?team=" + url.QueryEscape(c.Query("team"))}
	names := map[string]string{}
	for _, t := range tree {
		names[t.ID] = t.Name
		p.Teams = append(p.Teams, parts.Choice{Value: t.ID, Text: strings.Repeat("　", t.Depth-tree[0].Depth) + t.Name, Chosen: t.ID == c.Query("team")})
	}
	if !v.actor.May(access.AssignCourse, access.Below) {
		p.Assign = ""
	}
	for _, m := range all {
		if m.overdue > 0 {
			p.Overdue++
		}
		if m.open == 0 && len(m.assigned) > 0 {
			p.Done++
		}
	}
	var shown []standing
	shown, p.Page, p.Pages = page(c, all)
	for _, m := range shown {
		p.Members = append(p.Members, s.memberLine(v, m, courses, names))
	}
	return s.draw(c, team.ListPage(p))
}

// standings gives everybody that the reader may see, with their progress and what is assigned to them.
func (s *Site) standings(c *fiber.Ctx, v visit, f people.Filter) ([]standing, error) {
	ctx := c.UserContext()
	var members []people.Person
	for f.From = 0; ; f.From += 1000 {
		some, total, err := s.People.List(ctx, v.actor, f)
		if err != nil {
			return nil, err
		}
		members = append(members, some...)
		if len(some) == 0 || len(members) >= total {
			break
		}
	}
	members = slices.DeleteFunc(members, func(p people.Person) bool { return p.State == people.Suspended })
	ids := make([]string, len(members))
	for i, m := range members {
		ids[i] = m.ID
	}
	states, err := s.Progress.OfMany(ctx, v.actor, ids)
	if err != nil {
		return nil, err
	}
	assigned, err := s.Training.ForMany(ctx, members)
	if err != nil {
		return nil, err
	}
	out := make([]standing, len(members))
	for i, m := range members {
		out[i] = s.stand(m, states[m.ID], assigned[m.ID])
	}
	return out, nil
}

func (s *Site) stand(p people.Person, state progress.State, assigned []training.Assignment) standing {
	out := standing{Person: p, state: state, assigned: assigned, last: state.LastAt()}
	today := s.Clock.Date(s.Zone)
	for _, a := range assigned {
		course := s.Catalog.Current().Course(a.Course)
		if course == nil || state.Course(course).Complete() {
			continue
		}
		out.open++
		if a.Due != "" && a.Due < today {
			out.overdue++
		}
	}
	return out
}

// sortStandings sorts by a column; "-" before its name turns the order round. Equal ones stay by name.
func sortStandings(all []standing, courses []*catalog.Course, by string) {
	name, down := strings.CutPrefix(by, "-")
	slices.SortStableFunc(all, func(a, b standing) int {
		n := 0
		switch name {
		case "overdue":
			n = cmp.Compare(b.overdue, a.overdue)
		case "last":
			n = cmp.Compare(b.last, a.last)
		case "name":
		default:
			for _, k := range courses {
				if k.ID == name {
					n = cmp.Compare(b.state.Course(k).Percent(), a.state.Course(k).Percent())
				}
			}
		}
		if down {
			n = -n
		}
		return n
	})
	if by == "-name" {
		slices.Reverse(all)
	}
}

func (s *Site) columns(c *fiber.Ctx, v visit, courses []*catalog.Course, sort string) []team.Column {
	column := func(id, text string, number bool) team.Column {
		out := team.Column{Text: text, Number: number, URL: withQuery(c, "sort", id)}
		switch sort {
		case id:
			out.Sorted, out.URL = "descending", withQuery(c, "sort", "-"+id)
		case "-" + id:
			out.Sorted = "ascending"
		}
		return out
	}
	out := []team.Column{column("name", v.voice.T("team.column.name"), false)}
	for _, k := range courses {
		out = append(out, column(k.ID, k.Title.In(v.lang), false))
	}
	return append(out, column("overdue", v.voice.T("team.column.overdue"), true), column("last", v.voice.T("team.column.last"), true))
}

func (s *Site) memberLine(v visit, m standing, courses []*catalog.Course, teams map[string]string) team.Member {
	out := team.Member{Name: m.Name, URL: "/team/" + m.ID, Team: teams[m.Team], Overdue: m.overdue}
	if m.last > 0 {
		out.Last = v.voice.Date(m.last, s.Zone)
	}
	for _, k := range courses {
		out.Cells = append(out.Cells, s.cell(v, m, k))
	}
	return out
}

func (s *Site) cell(v visit, m standing, k *catalog.Course) team.Cell {
	measure := m.state.Course(k)
	out := team.Cell{Percent: measure.Percent(), Complete: measure.Complete()}
	for _, a := range m.assigned {
		if a.Course == k.ID {
			out.Assigned, out.Due = true, s.dueText(v, a.Due)
			out.Overdue = a.Due != "" && a.Due < s.Clock.Date(s.Zone) && !out.Complete
		}
	}
	return out
}

// dueText writes a due date as the reader's language does.
func (s *Site) dueText(v visit, due string) string {
	day, err := time.ParseInLocation(time.DateOnly, due, s.Zone)
	if err != nil {
		return ""
	}
	return v.voice.Date(day.UnixMilli(), s.Zone)
}

// assignForm shows the form that assigns a course.
func (s *Site) assignForm(c *fiber.Ctx, v visit) error {
	return s.drawAssign(c, v, training.Assignment{Person: c.Query("person"), Team: c.Query("team"), Course: c.Query("course")}, s.Clock.ID(), nil)
}

func (s *Site) drawAssign(c *fiber.Ctx, v visit, a training.Assignment, request string, cause error) error {
	if !v.actor.May(access.AssignCourse, access.Below) {
		return fault.New(fault.Missing, "error.missing")
	}
	members, _, err := s.People.List(c.UserContext(), v.actor, people.Filter{State: people.Active})
	if err != nil {
		return err
	}
	tree, err := s.Teams.Tree(c.UserContext(), v.actor)
	if err != nil {
		return err
	}
	p := team.AssignForm{Frame: s.frame(c, v, v.voice.T("assign.title")), Request: request, Due: a.Due, Back: "/team", Errors: s.errors(v, cause)}
	for _, m := range members {
		p.People = append(p.People, parts.Choice{Value: m.ID, Text: m.Name, Chosen: m.ID == a.Person})
	}
	for _, t := range tree {
		p.Teams = append(p.Teams, parts.Choice{Value: t.ID, Text: strings.Repeat("　", t.Depth-tree[0].Depth) + t.Name, Chosen: t.ID == a.Team})
	}
	for _, k := range s.Catalog.Current().Courses {
		p.Courses = append(p.Courses, parts.Choice{Value: k.ID, Text: k.Title.In(v.lang), Chosen: k.ID == a.Course})
	}
	if cause != nil {
		setStatus(c, cause)
	}
	return s.draw(c, team.AssignPage(p))
}

// assign gives a course to a person or a team; what cannot be is shown on the form with everything kept.
func (s *Site) assign(c *fiber.Ctx, v visit) error {
	a := training.Assignment{Course: c.FormValue("course"), Due: c.FormValue("due")}
	switch c.FormValue("to") {
	case "team":
		a.Team = c.FormValue("team")
	default:
		a.Person = c.FormValue("person")
	}
	err := s.Training.Assign(c.UserContext(), v.actor, a, c.FormValue("request"))
	if again(err) {
		return s.drawAssign(c, v, a, c.FormValue("request"), err)
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "assign.done")
	if a.Person != "" {
		return redirect(c, "/team/"+a.Person)
	}
	return redirect(c, "/team?team="+a.Team)
}

func (s *Site) withdraw(c *fiber.Ctx, v visit) error {
	if err := s.Training.Withdraw(c.UserContext(), v.actor, c.Params("id")); err != nil {
		return err
	}
	s.flash(c, "good", "assign.withdrawn")
	return redirect(c, local(c.FormValue("back"), "/team"))
}

// page cuts a list into pages by the query's page, and gives links to all of them where there is more than one.
func page[T any](c *fiber.Ctx, all []T) (shown []T, n int, links []parts.Link) {
	pages := (len(all) + perPage - 1) / perPage
	n = min(max(1, c.QueryInt("page", 1)), max(1, pages))
	shown = all[min(len(all), (n-1)*perPage):min(len(all), n*perPage)]
	return shown, n, pageLinks(c, pages)
}

func pageLinks(c *fiber.Ctx, pages int) (links []parts.Link) {
	for i := 1; i <= pages && pages > 1; i++ {
		links = append(links, parts.Link{Text: strconv.Itoa(i), URL: withQuery(c, "page", fmt.Sprint(i))})
	}
	return links
}

// withoutQuery is the present address without a parameter.
func withoutQuery(c *fiber.Ctx, name string) string {
	q := url.Values{}
	for k, v := range c.Queries() {
		if k != name {
			q.Set(k, v)
		}
	}
	return strings.TrimSuffix(c.Path()+"?"+q.Encode(), "?")
}

// withQuery is the present address with one parameter changed; a new order or filter begins at page one.
func withQuery(c *fiber.Ctx, name, value string) string {
	q := url.Values{}
	for k, v := range c.Queries() {
		if k != "page" {
			q.Set(k, v)
		}
	}
	q.Set(name, value)
	return c.Path() + "?" + q.Encode()
}
