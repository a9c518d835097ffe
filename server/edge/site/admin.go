package site

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
	"tongguan/server/base/team"
	"tongguan/web/pages/admin"
	"tongguan/web/parts"
)

// peopleList shows the accounts.
func (s *Site) peopleList(c *fiber.Ctx, v visit) error {
	if !v.actor.May(access.SeePeople, access.Other) {
		return fault.New(fault.Missing, "error.missing")
	}
	n := max(1, c.QueryInt("page", 1))
	f := people.Filter{Text: c.Query("q"), Team: c.Query("team"), Role: access.Role(c.Query("role")), Limit: perPage, From: (n - 1) * perPage}
	found, total, err := s.People.List(c.UserContext(), v.actor, f)
	if err != nil {
		return err
	}
	teams, names, err := s.teamChoices(c, f.Team)
	if err != nil {
		return err
	}
	p := admin.People{Frame: s.frame(c, v, v.voice.T("people.title")), Query: f.Text, Teams: teams, Total: total, Page: n,
		New: "/admin/people/new", Import: "/admin/import", CanEdit: v.actor.May(access.EditPeople, access.Other)}
	for _, r := range access.Roles() {
		p.Roles = append(p.Roles, parts.Choice{Value: string(r), Text: v.voice.T("role." + string(r)), Chosen: r == f.Role})
	}
	for _, one := range found {
		p.Rows = append(p.Rows, admin.Row{Name: one.Name, URL: "/admin/people/" + one.ID, Login: one.Login, Team: names[one.Team],
			Roles: roleText(v, one.Roles), State: one.State, StateText: v.voice.T("people.state." + one.State)})
	}
	p.Pages = pageLinks(c, (total+perPage-1)/perPage)
	return s.draw(c, admin.PeoplePage(p))
}

func roleText(v visit, roles []access.Role) string {
	var out []string
	for _, r := range roles {
		out = append(out, v.voice.T("role."+string(r)))
	}
	return strings.Join(out, v.voice.T("list.comma"))
}

// teamChoices gives the tree as options, and every team's name.
func (s *Site) teamChoices(c *fiber.Ctx, chosen string) ([]parts.Choice, map[string]string, error) {
	tree, err := s.Teams.Tree(c.UserContext(), access.Operator())
	if err != nil {
		return nil, nil, err
	}
	names := map[string]string{}
	var out []parts.Choice
	for _, t := range tree {
		names[t.ID] = t.Name
		out = append(out, parts.Choice{Value: t.ID, Text: strings.Repeat("　", t.Depth) + t.Name, Chosen: t.ID == chosen})
	}
	return out, names, nil
}

// personNew shows an empty form.
func (s *Site) personNew(c *fiber.Ctx, v visit) error {
	if err := v.actor.Check(access.EditPeople, access.Other); err != nil {
		return err
	}
	return s.drawPerson(c, v, people.Person{Lang: "zh", Team: c.Query("team"), Roles: []access.Role{access.Learner}}, "", nil)
}

// personShow shows the form of one person.
func (s *Site) personShow(c *fiber.Ctx, v visit) error {
	if !v.actor.May(access.SeePeople, access.Other) {
		return fault.New(fault.Missing, "error.missing")
	}
	p, err := s.People.Get(c.UserContext(), v.actor, c.Params("id"))
	if err != nil {
		return err
	}
	return s.drawPerson(c, v, p, "", nil)
}

func (s *Site) drawPerson(c *fiber.Ctx, v visit, p people.Person, link string, cause error) error {
	teams, _, err := s.teamChoices(c, p.Team)
	if err != nil {
		return err
	}
	title := p.Name
	if p.ID == "" {
		title = v.voice.T("people.new")
	}
	out := admin.Person{Frame: s.frame(c, v, title), ID: p.ID, Version: p.Version, Name: p.Name, Login: p.Login, Email: p.Email,
		HiredOn: p.HiredOn, Lang: p.Lang, Teams: teams, State: p.State, OneTimeLink: link, Errors: s.errors(v, cause),
		CanEdit: v.actor.May(access.EditPeople, access.Other), Back: "/admin/people"}
	if p.ID != "" {
		at, err := s.People.Erased(c.UserContext(), p.ID)
		if err != nil {
			return err
		}
		if at > 0 {
			out.Erased = v.voice.DateTime(at, s.Zone)
		} else if v.actor.May(access.ErasePerson, access.Other) && p.ID != v.actor.ID {
			out.Erase = "/admin/people/" + p.ID + "/erase"
		}
	}
	if p.State != "" {
		out.StateText = v.voice.T("people.state." + p.State)
	}
	for _, r := range access.Roles() {
		out.Roles = append(out.Roles, parts.Choice{Value: string(r), Text: v.voice.T("role." + string(r)), Chosen: slices.Contains(p.Roles, r)})
	}
	if cause != nil {
		setStatus(c, cause)
	}
	return s.draw(c, admin.PersonPage(out))
}

func personForm(c *fiber.Ctx) people.Person {
	version, _ := strconv.ParseInt(c.FormValue("version"), 10, 64)
	p := people.Person{ID: c.Params("id"), Version: version, Name: c.FormValue("name"), Login: c.FormValue("login"), Email: c.FormValue("email"),
		HiredOn: c.FormValue("hired_on"), Lang: c.FormValue("lang"), Team: c.FormValue("team"), State: c.FormValue("state")}
	for _, r := range formValues(c, "roles") {
		p.Roles = append(p.Roles, access.Role(r))
	}
	return p
}

// personCreate adds a person and shows the link with which they choose a password.
func (s *Site) personCreate(c *fiber.Ctx, v visit) error {
	p := personForm(c)
	id, err := s.People.Create(c.UserContext(), v.actor, p)
	if again(err) {
		return s.drawPerson(c, v, p, "", err)
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "people.created", "name", p.Name)
	return redirect(c, "/admin/people/"+id)
}

// personChange replaces what is known of a person.
func (s *Site) personChange(c *fiber.Ctx, v visit) error {
	p := personForm(c)
	err := s.People.Change(c.UserContext(), v.actor, p)
	if again(err) {
		return s.drawPerson(c, v, p, "", err)
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "people.saved", "name", p.Name)
	return redirect(c, "/admin/people/"+p.ID)
}

// personLink makes a one-time link and shows it; it is not kept and cannot be shown again.
func (s *Site) personLink(c *fiber.Ctx, v visit) error {
	token, err := s.Door.NewLink(c.UserContext(), v.actor, c.Params("id"))
	if err != nil {
		return err
	}
	p, err := s.People.Get(c.UserContext(), v.actor, c.Params("id"))
	if err != nil {
		return err
	}
	return s.drawPerson(c, v, p, s.URL+"/welcome/"+token, nil)
}

func (s *Site) personState(state string) handler {
	return func(c *fiber.Ctx, v visit) error {
		act := s.People.Suspend
		if state == people.Active {
			act = s.People.Resume
		}
		err := act(c.UserContext(), v.actor, c.Params("id"))
		switch {
		case again(err):
			s.flash(c, "bad", fault.Of(err).Key)
		case err != nil:
			return err
		default:
			s.flash(c, "good", "people.now."+state)
		}
		return redirect(c, "/admin/people/"+c.Params("id"))
	}
}

// teamsShow shows the tree of teams.
func (s *Site) teamsShow(c *fiber.Ctx, v visit) error {
	return s.drawTeams(c, v, "", team.Details{}, nil)
}

// drawTeams draws the tree; after an error the form of the team with id (new for "") keeps what was typed.
func (s *Site) drawTeams(c *fiber.Ctx, v visit, id string, typed team.Details, cause error) error {
	if err := v.actor.Check(access.SeeTeams, access.Other); err != nil {
		return err
	}
	tree, err := s.Teams.Tree(c.UserContext(), v.actor)
	if err != nil {
		return err
	}
	managers, _, err := s.People.List(c.UserContext(), access.Operator(), people.Filter{Role: access.Manager})
	if err != nil {
		return err
	}
	sizes, err := s.People.CountByTeam(c.UserContext())
	if err != nil {
		return err
	}
	p := admin.Teams{Frame: s.frame(c, v, v.voice.T("teams.title")), CanEdit: v.actor.May(access.EditTeams, access.Other)}
	p.New = teamForm(team.Team{}, typed, tree, managers)
	if id == "" && cause != nil {
		p.New.Open, p.New.Errors = true, s.teamErrors(v, cause)
	}
	for _, t := range tree {
		d := team.Details{Name: t.Name, Parent: t.Parent, Managers: t.Managers}
		failed := id == t.ID && cause != nil
		if failed {
			d = typed
		}
		one := teamForm(t, d, tree, managers)
		one.Members, one.Open = sizes[t.ID], failed
		if failed {
			one.Errors = s.teamErrors(v, cause)
		}
		p.Teams = append(p.Teams, one)
	}
	if cause != nil {
		setStatus(c, cause)
	}
	return s.draw(c, admin.TeamsPage(p))
}

// teamErrors are those of a team's form, which shows nothing beside the boxes of the managers: what is wrong
// with one of them stands at its head.
func (s *Site) teamErrors(v visit, cause error) map[string]string {
	out := s.errors(v, cause)
	if text, ok := out["managers"]; ok {
		out[""] = text
	}
	return out
}

func teamForm(t team.Team, d team.Details, tree []team.Team, managers []people.Person) admin.Team {
	out := admin.Team{ID: t.ID, Name: d.Name, Depth: t.Depth, Version: t.Version}
	for _, other := range tree {
		if other.ID != t.ID {
			out.Parents = append(out.Parents, parts.Choice{Value: other.ID, Text: strings.Repeat("　", other.Depth) + other.Name, Chosen: other.ID == d.Parent})
		}
	}
	for _, m := range managers {
		chosen := slices.Contains(d.Managers, m.ID)
		out.Leaders = append(out.Leaders, parts.Choice{Value: m.ID, Text: m.Name, Chosen: chosen})
		if chosen {
			out.Managers = append(out.Managers, m.Name)
		}
	}
	return out
}

func (s *Site) teamSave(c *fiber.Ctx, v visit) error {
	d := team.Details{Name: c.FormValue("name"), Parent: c.FormValue("parent"), Managers: formValues(c, "managers")}
	id, version := c.Params("id"), int64(0)
	var err error
	if id == "" {
		_, err = s.Teams.Create(c.UserContext(), v.actor, d)
	} else {
		version, _ = strconv.ParseInt(c.FormValue("version"), 10, 64)
		err = s.Teams.Change(c.UserContext(), v.actor, id, version, d)
	}
	if again(err) {
		return s.drawTeams(c, v, id, d, err)
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "teams.saved", "name", d.Name)
	return redirect(c, "/admin/teams")
}

// importForm shows how to import people.
func (s *Site) importForm(c *fiber.Ctx, v visit) error {
	if err := v.actor.Check(access.EditPeople, access.Other); err != nil {
		return err
	}
	return s.drawImport(c, v, "", people.ImportPlan{}, nil)
}

// importPlan reads the file and shows what would become of every row; nothing is written.
func (s *Site) importPlan(c *fiber.Ctx, v visit) error {
	if err := v.actor.Check(access.EditPeople, access.Other); err != nil {
		return err
	}
	file, err := uploaded(c, "file")
	if err != nil {
		return s.drawImport(c, v, "", people.ImportPlan{}, err)
	}
	plan, err := s.People.PlanImport(c.UserContext(), v.actor, file)
	if again(err) {
		return s.drawImport(c, v, "", plan, err)
	}
	if err != nil {
		return err
	}
	return s.drawImport(c, v, people.ImportText(file), plan, nil)
}

// importApply does what the preview said: all rows, or the good ones where the administrator says so.
func (s *Site) importApply(c *fiber.Ctx, v visit) error {
	file := c.FormValue("text")
	plan, done, err := s.People.Import(c.UserContext(), v.actor, []byte(file), c.FormValue("only_good") == "1")
	if again(err) {
		return s.drawImport(c, v, file, plan, err)
	}
	if err != nil {
		return err
	}
	if !done {
		return s.drawImport(c, v, file, plan, nil)
	}
	s.flash(c, "good", "import.done", "new", strconv.Itoa(plan.Counts[people.FateNew]), "change", strconv.Itoa(plan.Counts[people.FateChange]))
	return redirect(c, "/admin/people")
}

func (s *Site) drawImport(c *fiber.Ctx, v visit, file string, plan people.ImportPlan, cause error) error {
	p := admin.Import{Frame: s.frame(c, v, v.voice.T("import.title")), Planned: cause == nil && len(plan.Rows) > 0, File: file,
		New: plan.Counts[people.FateNew], Change: plan.Counts[people.FateChange], Same: plan.Counts[people.FateSame], Bad: plan.Counts[people.FateBad]}
	for _, column := range []string{"name", "login", "email", "team", "roles", "hired_on", "lang"} {
		p.Columns = append(p.Columns, v.voice.T("import.column."+column))
	}
	for _, r := range plan.Rows {
		row := admin.ImportRow{Line: r.Line, Name: r.Person.Name, Login: r.Person.Login, Email: r.Person.Email, Team: r.TeamPath,
			Roles: roleText(v, r.Person.Roles), HiredOn: r.Person.HiredOn, Fate: r.Fate, FateText: v.voice.T("import.fate." + r.Fate)}
		if r.Problem != nil {
			row.Problem = s.sentence(v, r.Problem)
		}
		p.Rows = append(p.Rows, row)
	}
	if cause != nil {
		p.Problem = s.sentence(v, cause)
		setStatus(c, cause)
	}
	return s.draw(c, admin.ImportPage(p))
}

// uploaded reads a file that a form sent.
func uploaded(c *fiber.Ctx, field string) ([]byte, error) {
	head, err := c.FormFile(field)
	if err != nil || head.Size == 0 {
		return nil, fault.Wrap(fault.Invalid, err, "import.file_needed").At(field)
	}
	f, err := head.Open()
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read
	return io.ReadAll(io.LimitReader(f, people.MaxImportBytes+1))
}
