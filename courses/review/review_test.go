package review

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tongguan/courses/catalog"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/fault"
	"tongguan/server/base/outbox"
	"tongguan/server/base/people"
	"tongguan/server/base/team"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var ctx = context.Background()

// house has a region that boss manages, in it the teams of ma (a1 to a5) and mb (b1 to b5), and an office apart.
type house struct {
	*testing.T
	*Reviews
	d       *db.DB
	advance func(time.Duration)
	who     map[string]access.Actor
	forms   int
}

func each(t *testing.T, fn func(h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c, advance := clock.Fake(time.Date(2026, 3, 2, 1, 30, 0, 0, time.UTC), 1)
		trail := audit.New(c)
		teams := team.New(d, c, trail)
		h := &house{T: t, d: d, advance: advance, who: map[string]access.Actor{}, Reviews: New(Parts{DB: d, Clock: c, Zone: time.UTC, Trail: trail,
			People: people.New(d, c, trail, teams), Teams: teams, Outbox: outbox.New(d, c),
			Letter: func(i Invitation) outbox.Mail { return outbox.Mail{Subject: "invited", Text: i.Token} }})}
		region := h.team(team.Details{Name: "region"})
		a, b, office := h.team(team.Details{Name: "a", Parent: region}), h.team(team.Details{Name: "b", Parent: region}), h.team(team.Details{Name: "office"})
		h.person("boss", region, access.Manager)
		h.person("ma", a, access.Manager) // sits in the team that they manage
		h.person("mb", b, access.Manager)
		for i := range 5 {
			h.person(fmt.Sprintf("a%d", i+1), a)
			h.person(fmt.Sprintf("b%d", i+1), b)
		}
		for login, role := range map[string]access.Role{"hr": access.HR, "inspector": access.Inspector, "admin": access.Admin, "author": access.Author} {
			h.person(login, office, role)
		}
		for id, d := range map[string]team.Details{region: {Name: "region"}, a: {Name: "a", Parent: region}, b: {Name: "b", Parent: region}} {
			d.Managers = []string{h.id(map[string]string{region: "boss", a: "ma", b: "mb"}[id])}
			h.good(teams.Change(ctx, access.Operator(), id, 1, d))
		}
		fn(h)
	})
}

func (h *house) team(d team.Details) string {
	id, err := h.Teams.Create(ctx, access.Operator(), d)
	h.good(err)
	return id
}

func (h *house) person(login, team string, roles ...access.Role) {
	p := people.Person{Login: login, Name: login, Team: team, Roles: append(roles, access.Learner)}
	id, err := h.People.Create(ctx, access.Operator(), p)
	h.good(err)
	p.ID = id
	h.who[login] = p.Actor()
}

func (h *house) id(login string) string { return h.who[login].ID }

// login names a person for a message.
func (h *house) login(id string) string {
	for l, a := range h.who {
		if a.ID == id {
			return l
		}
	}
	return id
}

func (h *house) good(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) bad(err error, kind fault.Kind) {
	h.Helper()
	if err == nil || fault.KindOf(err) != kind {
		h.Errorf("%v, want kind %d", err, kind)
	}
}

func (h *house) form() string { h.forms++; return fmt.Sprintf("form-%d", h.forms) }

func (h *house) write(fn func(q db.Q) error) {
	h.Helper()
	h.good(h.d.Write(ctx, fn))
}

var three = []Item{item("attitude"), item("teamwork"), item("communication")}

func item(id string) Item { return Item{ID: id, Name: catalog.Text{ZH: id, EN: id}} }

// open opens a panel, named after its person, and asks who is named: the first as superior.
func (h *house) open(login string, asked ...string) {
	h.Helper()
	h.write(func(q db.Q) error {
		return h.Open(ctx, q, Panel{ID: "of-" + login, Cycle: "2026", Person: h.id(login), Items: three, MinShown: 3, Due: "2026-03-31"})
	})
	for i, who := range asked {
		h.good(h.Ask(ctx, h.who["hr"], "of-"+login, map[bool]Group{true: Superior, false: Colleague}[i == 0], h.id(who)))
	}
}

func (h *house) close(login string) {
	h.Helper()
	h.write(func(q db.Q) error { return h.Close(ctx, q, "of-"+login) })
}

// request finds what somebody was asked in a panel.
func (h *house) request(of, reviewer string) string {
	h.Helper()
	all, err := requestsOf(ctx, h.d.Read(), "of-"+of)
	h.good(err)
	for _, one := range all {
		if one.Person == h.id(reviewer) {
			return one.ID
		}
	}
	h.Fatalf("%s is not asked about %s", reviewer, of)
	return ""
}

// marks is a sheet with one mark for each item; 0 is cannot say.
func marks(m ...int) Sheet {
	s := Sheet{Marks: map[string]int{}, Comments: map[string]string{}}
	for i, n := range m {
		if n > 0 {
			s.Marks[three[i].ID] = n
		}
	}
	return s
}

func (h *house) give(of, reviewer string, s Sheet) {
	h.Helper()
	h.good(h.Give(ctx, h.who[reviewer], h.request(of, reviewer), s, h.form()))
}

// results gives a panel's results by group.
func (h *house) results(login string) map[Group]Result {
	h.Helper()
	all, err := h.Of(ctx, h.d.Read(), []string{"of-" + login})
	h.good(err)
	out := map[Group]Result{}
	for _, r := range all["of-"+login] {
		out[r.Group] = r
	}
	return out
}

// events gives the trail as it is kept, with actors and subjects.
func (h *house) events(act string) (out []string) {
	h.Helper()
	entries, _, err := h.Trail.Newest(ctx, h.d.Read(), h.who["inspector"], 0, 500)
	h.good(err)
	for _, e := range entries {
		if e.Act == act {
			text, err := json.Marshal(e)
			h.good(err)
			out = append(out, string(text))
		}
	}
	return out
}

// TestWhoMay asks every verb about a1's panel as everybody; what may not be seen looks missing.
func TestWhoMay(t *testing.T) {
	each(t, func(h *house) {
		h.open("a1", "ma", "a2", "b1")
		h.open("a2", "ma", "a1")
		h.close("a2")
		request := h.request("a1", "a2")
		verbs := map[string]func(access.Actor) error{
			"see":        func(a access.Actor) error { _, err := h.See(ctx, a, "of-a1"); return err },
			"see closed": func(a access.Actor) error { _, err := h.See(ctx, a, "of-a2"); return err },
			"ask":        func(a access.Actor) error { return h.Ask(ctx, a, "of-a1", Customer, "") }, // Invalid for who may
			"unask":      func(a access.Actor) error { return h.Unask(ctx, a, "of-a1", "none") },     // Conflict for who may
			"invite":     func(a access.Actor) error { _, err := h.Invite(ctx, a, "of-a1", Guest{}); return err },
			"withdraw":   func(a access.Actor) error { return h.Withdraw(ctx, a, "of-a1", "none") },
			"form":       func(a access.Actor) error { _, err := h.Form(ctx, a, request); return err },
			"give":       func(a access.Actor) error { return h.Give(ctx, a, request, Sheet{}, "x") },
		}
		may := map[string][]string{"see": {"ma", "boss", "hr"}, "see closed": {"ma", "boss", "hr"}, "ask": {"hr"}, "unask": {"hr"},
			"invite": {"ma", "boss", "hr"}, "withdraw": {"ma", "boss", "hr"}, "form": {"a2"}, "give": {"a2"}}
		for name, do := range verbs {
			for login, a := range h.who {
				err := do(a)
				refused := err != nil && (fault.KindOf(err) == fault.Missing || fault.KindOf(err) == fault.Denied)
				if refused == slices.Contains(may[name], login) {
					h.Errorf("%s by %s: %v", name, login, err)
				}
			}
		}
	})
}

// TestShown: the person sees their own results once they are shown, and never who was asked; who plans sees who was asked,
// the manager sees customers and results.
func TestShown(t *testing.T) {
	each(t, func(h *house) {
		h.open("a1", "ma", "a2", "b1")
		h.give("a1", "ma", marks(4, 4, 4))
		h.bad(h.d.Write(ctx, func(q db.Q) error { return h.Show(ctx, q, "of-a1") }), fault.Conflict)
		for _, login := range []string{"hr", "ma"} {
			v, err := h.See(ctx, h.who[login], "of-a1")
			if h.good(err); len(v.Results) > 0 || v.Total != (Count{3, 1}) || v.Counts != nil || (len(v.Asked) == 3) != (login == "hr") || v.Begun[Superior] != (login == "hr") || v.Begun[Colleague] {
				h.Errorf("%s sees %+v", login, v)
			}
		}
		h.close("a1")
		for login, want := range map[string]int{"hr": 2, "ma": 0, "boss": 0} {
			v, err := h.See(ctx, h.who[login], "of-a1")
			if h.good(err); len(v.Results) != want || v.Total != (Count{3, 1}) || v.Counts[Superior] != (Count{1, 1}) || v.Counts[Colleague] != (Count{2, 0}) {
				h.Errorf("%s sees before it is shown: %+v", login, v)
			}
		}
		_, err := h.See(ctx, h.who["a1"], "of-a1")
		h.bad(err, fault.Missing)
		h.write(func(q db.Q) error { return h.Show(ctx, q, "of-a1") })
		for _, login := range []string{"hr", "ma", "boss"} {
			if v, err := h.See(ctx, h.who[login], "of-a1"); err != nil || len(v.Results) != 2 {
				h.Errorf("%s sees %+v, %v", login, v, err)
			}
		}
		v, err := h.See(ctx, h.who["a1"], "of-a1")
		if h.good(err); len(v.Results) != 2 || v.Results[0].Raw != 7500 || v.Asked != nil || v.Customers != nil || v.Counts != nil {
			h.Errorf("a1 sees %+v", v)
		}
	})
}

func TestOpensOnceAndCloses(t *testing.T) {
	each(t, func(h *house) {
		p := Panel{ID: "p", Cycle: "2026", Person: h.id("a1"), Items: three, MinShown: 3, Due: "2026-03-31"}
		open := func(p Panel) error { return h.d.Write(ctx, func(q db.Q) error { return h.Open(ctx, q, p) }) }
		for _, change := range []func(*Panel){func(p *Panel) { p.MinShown = 2 }, func(p *Panel) { p.Items = nil }, func(p *Panel) { p.Due = "31.3." },
			func(p *Panel) { p.Cycle = "" }, func(p *Panel) { p.Items = []Item{item("a"), item("a")} }, func(p *Panel) { p.Items = []Item{item("A b")} }} {
			wrong := p
			change(&wrong)
			h.bad(open(wrong), fault.Invalid)
		}
		h.good(open(p))
		h.bad(open(p), fault.Conflict)
		shut := func() error { return h.d.Write(ctx, func(q db.Q) error { return h.Close(ctx, q, "p") }) }
		h.good(shut())
		h.bad(shut(), fault.Conflict)
		h.bad(h.Ask(ctx, h.who["hr"], "p", Colleague, h.id("a2")), fault.Conflict)
		_, err := h.Invite(ctx, h.who["hr"], "p", Guest{Name: "王总", Form: "f"})
		h.bad(err, fault.Conflict)
	})
}

func TestAskAndUnask(t *testing.T) {
	each(t, func(h *house) {
		hr := h.who["hr"]
		h.open("a1", "ma", "a2", "a3", "b1")
		h.open("a2")
		h.bad(h.Ask(ctx, hr, "of-a1", Colleague, h.id("a1")), fault.Invalid)
		h.bad(h.Ask(ctx, hr, "of-a1", Colleague, "nobody"), fault.Invalid)
		h.bad(h.Ask(ctx, hr, "of-a1", Customer, h.id("a4")), fault.Invalid)
		h.good(h.People.Suspend(ctx, access.Operator(), h.id("a5")))
		h.bad(h.Ask(ctx, hr, "of-a1", Colleague, h.id("a5")), fault.Invalid)
		h.good(h.Ask(ctx, hr, "of-a1", Superior, h.id("boss"))) // a superior too
		h.good(h.Unask(ctx, hr, "of-a1", h.request("a1", "boss")))
		h.good(h.Ask(ctx, hr, "of-a1", Colleague, h.id("a2"))) // asked already: stays as it is
		for _, login := range []string{"a4", "mb", "hr"} {
			h.bad(h.Ask(ctx, hr, "of-a1", Superior, h.id(login)), fault.Invalid) // or what they give would be shown
		}
		for _, login := range []string{"ma", "boss", "hr"} {
			h.bad(h.Ask(ctx, hr, "of-a2", Colleague, h.id(login)), fault.Invalid) // read what colleagues found
		}
		h.good(h.Unask(ctx, hr, "of-a1", h.request("a1", "a3")))
		h.bad(h.Unask(ctx, hr, "of-a1", "none"), fault.Conflict)
		h.give("a1", "a2", marks(3, 3, 3))
		h.bad(h.Unask(ctx, hr, "of-a1", h.request("a1", "b1")), fault.Conflict) // has not given, and is refused alike
		h.bad(h.Unask(ctx, hr, "of-a1", h.request("a1", "a2")), fault.Conflict)
		h.good(h.Unask(ctx, hr, "of-a1", h.request("a1", "ma")))
		h.close("a1")
		r := h.results("a1")
		if _, there := r[Superior]; there || r[Colleague].Asked != 2 || r[Colleague].Given != 1 {
			h.Errorf("%+v", r)
		}
	})
}

// TestNobodyIsNamed looks for the reviewers, and for what one of them gave, in everything that anybody can ask for.
func TestNobodyIsNamed(t *testing.T) {
	each(t, func(h *house) {
		h.open("a1", "ma", "a2", "a3", "b1")
		for i, login := range []string{"ma", "a2", "a3", "b1"} {
			s := marks(i%4+2, 3, 4)
			s.Comments[Whole] = "说明 " + login
			h.give("a1", login, s)
		}
		h.close("a1")
		h.write(func(q db.Q) error { return h.Show(ctx, q, "of-a1") })
		for _, login := range []string{"hr", "ma", "a1"} {
			v, err := h.See(ctx, h.who[login], "of-a1")
			h.good(err)
			v.Asked = nil // whom HR asked, HR knows
			text, err := json.Marshal(v)
			h.good(err)
			for _, reviewer := range []string{"ma", "a2", "a3", "b1"} {
				if strings.Contains(string(text), h.id(reviewer)) || strings.Contains(string(text), h.request("a1", reviewer)) {
					h.Errorf("%s sees %s: %s", login, reviewer, text)
				}
			}
		}
		whole := h.results("a1")[Colleague].Comments
		if len(whole) != 3 || slices.Contains(whole, "说明 ma") {
			h.Errorf("comments %v", whole)
		}
	})
}
