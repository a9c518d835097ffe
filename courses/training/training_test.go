package training

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"tongguan/courses/catalog"
	"tongguan/courses/programme"
	"tongguan/courses/progress"
	"tongguan/quizzes/evidence"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
	"tongguan/server/base/team"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var (
	ctx      = context.Background()
	operator = access.Operator()
)

// courses writes empty courses with these ids.
func courses(ids ...string) fstest.MapFS {
	out := fstest.MapFS{"policy.yaml": {Data: []byte("chapters:\n  - {id: \"2\", title: {zh: 流程, en: Process}}\nclauses:\n" +
		"  - {id: \"2.1\", title: {zh: 一, en: One}, summary: {zh: 一。, en: One.}}\n")}}
	for i, id := range ids {
		out["courses/"+id+"/course.yaml"] = &fstest.MapFile{Data: fmt.Appendf(nil,
			"id: %s\nchapter: \"2\"\norder: %d\ntitle: {zh: 课, en: C}\nsummary: {zh: 课。, en: C.}\n", id, i+1)}
		for _, lang := range []string{"zh", "en"} {
			out["courses/"+id+"/01-m."+lang+".md"] = &fstest.MapFile{Data: []byte("---\nid: m\ntitle: T\nsummary: S\nclauses: [\"2.1\"]\nminutes: 5\norder: 1\n---\n\n" +
				"# L {#l clauses=\"2.1\" minutes=\"5\"}\n\nText.\n")}
		}
	}
	return out
}

type house struct {
	*testing.T
	*Training
	d       *db.DB
	advance func(time.Duration)
	book    *programme.Book
	sent    int
}

func each(t *testing.T, fn func(h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c, advance := clock.Fake(time.UnixMilli(1_770_000_000_000), 1)
		trail := audit.New(c)
		teams := team.New(d, c, trail)
		lib, _ := catalog.NewLibrary(courses("one", "two", "three"))
		if len(lib.Current().Courses) != 3 {
			t.Fatal("the courses were not read")
		}
		folk, ledger := people.New(d, c, trail, teams), evidence.New()
		h := &house{T: t, d: d, advance: advance, book: readBook(t, programmeFiles)}
		h.Training = New(Parts{DB: d, Clock: c, Trail: trail, People: folk, Teams: teams, Catalog: lib, Ledger: ledger,
			Progress: progress.New(d, c, folk, lib, ledger), Zone: shanghai, Programmes: func() *programme.Book { return h.book }})
		fn(h)
	})
}

func (h *house) team(name, parent string, managers ...string) string {
	h.Helper()
	id, err := h.teams.Create(ctx, operator, team.Details{Name: name, Parent: parent, Managers: managers})
	if err != nil {
		h.Fatal(err)
	}
	return id
}

func (h *house) person(login, team string, roles ...access.Role) people.Person {
	h.Helper()
	p := people.Person{Login: login, Name: login, Team: team, Roles: append(roles, access.Learner)}
	id, err := h.people.Create(ctx, operator, p)
	if err == nil {
		p, err = h.people.Get(ctx, operator, id)
	}
	if err != nil {
		h.Fatal(err)
	}
	return p
}

func (h *house) assign(by access.Actor, a Assignment) {
	h.Helper()
	h.sent++
	if err := h.Assign(ctx, by, a, fmt.Sprint("form", h.sent)); err != nil {
		h.Fatal(err)
	}
}

// due gives "course due" of what holds for a person, and compares both ways of asking.
func (h *house) due(p people.Person) (out []string) {
	h.Helper()
	one, err := h.For(ctx, p.ID, p.Team)
	if err != nil {
		h.Fatal(err)
	}
	many, err := h.ForMany(ctx, []people.Person{p})
	if err != nil || !slices.Equal(one, many[p.ID]) {
		h.Fatalf("one by one %v, together %v, %v", one, many[p.ID], err)
	}
	for _, a := range one {
		out = append(out, a.Course+" "+a.Due)
	}
	return out
}

func (h *house) wants(p people.Person, want ...string) {
	h.Helper()
	if got := h.due(p); !slices.Equal(got, want) {
		h.Errorf("%s: %q, want %q", p.Login, got, want)
	}
}

func TestATeamsAssignmentHoldsBelow(t *testing.T) {
	each(t, func(h *house) {
		company := h.team("company", "")
		east := h.team("east", company)
		suzhou := h.team("suzhou", east)
		boss, rep, hr := h.person("boss", company), h.person("rep", suzhou), h.person("hr", "", access.HR)
		h.assign(hr.Actor(), Assignment{Course: "one", Team: east, Due: "2026-06-30"})
		h.assign(hr.Actor(), Assignment{Course: "two", Person: rep.ID})
		h.wants(boss)
		h.wants(rep, "one 2026-06-30", "two ")
		h.wants(h.person("late", suzhou), "one 2026-06-30") // joined afterwards
		h.assign(hr.Actor(), Assignment{Course: "one", Team: company, Due: "2026-05-31"})
		h.wants(boss, "one 2026-05-31")
		h.wants(rep, "one 2026-05-31", "two ") // the earliest of both
		rep.Team = company
		if err := h.people.Change(ctx, operator, rep); err != nil {
			h.Fatal(err)
		}
		h.wants(rep, "one 2026-05-31", "two ")
	})
}

func TestWithdrawing(t *testing.T) {
	each(t, func(h *house) {
		hr := h.person("hr", "", access.HR)
		rep := h.person("rep", h.team("team", ""))
		h.assign(hr.Actor(), Assignment{Course: "one", Person: rep.ID, Due: "2026-06-30"})
		all, err := h.For(ctx, rep.ID, rep.Team)
		if err != nil {
			h.Fatal(err)
		}
		if err := h.Withdraw(ctx, rep.Actor(), all[0].ID); fault.KindOf(err) != fault.Missing && fault.KindOf(err) != fault.Denied {
			h.Errorf("one's own assignment was withdrawn: %v", err)
		}
		for i, want := range []fault.Kind{-1, fault.Missing} {
			err := h.Withdraw(ctx, hr.Actor(), all[0].ID)
			if i == 0 && err != nil || i == 1 && fault.KindOf(err) != want {
				h.Errorf("time %d: %v", i+1, err)
			}
		}
		h.wants(rep)
		if got := h.acts(); !slices.Equal(got, []string{"course.assigned", "assignment.withdrawn"}) {
			h.Errorf("the trail says %v", got)
		}
	})
}

// acts are the acts of this room in the trail.
func (h *house) acts() (out []string) {
	h.Helper()
	entries, _, err := h.trail.Newest(ctx, h.d.Read(), operator, 0, 1000)
	if err != nil {
		h.Fatal(err)
	}
	slices.Reverse(entries)
	for _, e := range entries {
		if e.Act == "course.assigned" || e.Act == "assignment.withdrawn" {
			out = append(out, e.Act)
		}
	}
	return out
}

func TestTheSameFormAssignsOnce(t *testing.T) {
	each(t, func(h *house) {
		hr, rep := h.person("hr", "", access.HR), h.person("rep", "")
		for range 3 {
			if err := h.Assign(ctx, hr.Actor(), Assignment{Course: "one", Person: rep.ID}, "form"); err != nil {
				h.Fatal(err)
			}
		}
		if got := h.acts(); len(got) != 1 {
			h.Errorf("assigned %d times", len(got))
		}
	})
}

func TestWhoMayAssignToWhom(t *testing.T) {
	each(t, func(h *house) {
		manager := h.person("manager", "", access.Manager)
		above := h.team("above", "")
		mine := h.team("mine", above, manager.ID)
		below, beside := h.team("below", mine), h.team("beside", above)
		inMine, inBelow, inBeside := h.person("inmine", mine), h.person("inbelow", below), h.person("inbeside", beside)
		hr, inspector, admin := h.person("hr", "", access.HR), h.person("inspector", "", access.Inspector), h.person("admin", "", access.Admin)
		for _, c := range []struct {
			who  people.Person
			to   Assignment
			may  bool
			name string
		}{
			{manager, Assignment{Team: mine}, true, "own team"}, {manager, Assignment{Team: below}, true, "team below"},
			{manager, Assignment{Team: above}, false, "team above"}, {manager, Assignment{Team: beside}, false, "team beside"},
			{manager, Assignment{Person: inMine.ID}, true, "own member"}, {manager, Assignment{Person: inBelow.ID}, true, "member below"},
			{manager, Assignment{Person: inBeside.ID}, false, "somebody beside"}, {manager, Assignment{Person: manager.ID}, false, "themselves"},
			{hr, Assignment{Team: above}, true, "any team"}, {hr, Assignment{Person: inBeside.ID}, true, "anybody"},
			{inspector, Assignment{Person: inMine.ID}, false, "inspector"}, {admin, Assignment{Team: mine}, false, "administrator"},
			{inMine, Assignment{Person: inMine.ID}, false, "learner themselves"}, {inMine, Assignment{Team: mine}, false, "learner their team"},
			{hr, Assignment{Team: "none"}, false, "no such team"}, {hr, Assignment{Person: "none"}, false, "no such person"},
		} {
			c.to.Course = "one"
			err := h.Assign(ctx, c.who.Actor(), c.to, "form "+c.who.Login+c.name)
			if c.may != (err == nil) {
				h.Errorf("%s to %s: %v", c.who.Login, c.name, err)
			}
			if !c.may && fault.KindOf(err) != fault.Missing && fault.KindOf(err) != fault.Denied {
				h.Errorf("%s to %s: refused by %v", c.who.Login, c.name, err)
			}
		}
	})
}

func TestAssignmentsThatAreWrong(t *testing.T) {
	each(t, func(h *house) {
		hr, rep := h.person("hr", "", access.HR), h.person("rep", "")
		one := h.team("team", "")
		for field, a := range map[string]Assignment{
			"whom": {Course: "one"}, "whom ": {Course: "one", Person: rep.ID, Team: one},
			"course": {Course: "none", Person: rep.ID}, "due": {Course: "one", Person: rep.ID, Due: "2026-02-30"},
		} {
			err := h.Assign(ctx, hr.Actor(), a, "form")
			if e := fault.Of(err); e == nil || e.Kind != fault.Invalid || e.Field != field[:len(e.Field)] {
				h.Errorf("%s: %v", field, err)
			}
		}
		for _, request := range []string{"", string(make([]byte, 65))} {
			if err := h.Assign(ctx, hr.Actor(), Assignment{Course: "one", Person: rep.ID}, request); fault.KindOf(err) != fault.Invalid {
				h.Error(err)
			}
		}
		if len(h.acts()) != 0 {
			h.Error("a refused assignment is in the trail")
		}
	})
}

// TestReportEqualsSlowCount assigns at random in a random tree and recomputes what holds, plainly.
func TestReportEqualsSlowCount(t *testing.T) {
	each(t, func(h *house) {
		chance := rand.New(rand.NewPCG(7, 7))
		hr := h.person("hr", "", access.HR)
		parent := map[string]string{}
		teams := []string{h.team("root", "")}
		for i := range 9 {
			up := teams[chance.IntN(len(teams))]
			id := h.team(fmt.Sprint("team", i), up)
			parent[id], teams = up, append(teams, id)
		}
		var folk []people.Person
		for i := range 20 {
			folk = append(folk, h.person(fmt.Sprint("person", i), append(teams, "")[chance.IntN(len(teams)+1)]))
		}
		var all []Assignment
		for range 40 {
			a := Assignment{Course: []string{"one", "two", "three"}[chance.IntN(3)], Due: []string{"", "2026-05-01", "2026-06-01", "2026-07-01"}[chance.IntN(4)]}
			if chance.IntN(2) == 0 {
				a.Person = folk[chance.IntN(len(folk))].ID
			} else {
				a.Team = teams[chance.IntN(len(teams))]
			}
			h.assign(hr.Actor(), a)
			all = append(all, a)
		}
		for _, p := range folk {
			want := map[string]string{}
			for _, a := range all {
				holds := a.Person == p.ID
				for up := p.Team; up != ""; up = parent[up] {
					holds = holds || a.Team == up
				}
				if old, known := want[a.Course]; holds && (!known || a.Due != "" && (old == "" || a.Due < old)) {
					want[a.Course] = a.Due
				}
			}
			got := map[string]string{}
			holding, err := h.For(ctx, p.ID, p.Team)
			if err != nil {
				h.Fatal(err)
			}
			for _, a := range holding {
				got[a.Course] = a.Due
			}
			if !cmp.Equal(got, want) {
				h.Errorf("%s: %s", p.Login, cmp.Diff(want, got))
			}
			h.due(p)
		}
	})
}
