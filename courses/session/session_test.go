package session

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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

var ctx = context.Background()

// house is a company of two regions: east, with suzhou below it, and south.
type house struct {
	*testing.T
	*Sessions
	d                    *db.DB
	advance              func(time.Duration)
	who                  map[string]people.Person
	company, east, south string
	suzhou               string
	sent                 int
}

// begin is a Monday morning, 09:30 in Shanghai.
var begin = time.Date(2026, 3, 2, 1, 30, 0, 0, time.UTC)

func each(t *testing.T, fn func(h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { fn(furnish(t, d)) })
}

func furnish(t *testing.T, d *db.DB) *house {
	t.Helper()
	c, advance := clock.Fake(begin, 1)
	trail := audit.New(c)
	teams := team.New(d, c, trail)
	h := &house{T: t, d: d, advance: advance, who: map[string]people.Person{}, Sessions: New(Parts{DB: d, Clock: c, Zone: zone(t, "Asia/Shanghai"),
		Trail: trail, People: people.New(d, c, trail, teams), Teams: teams, Ledger: evidence.New()})}
	h.company = h.team("company", "")
	h.person("boss", h.company)
	h.east, h.south = h.team("east", h.company), h.team("south", h.company)
	h.suzhou = h.team("suzhou", h.east)
	h.person("lead", h.east, access.Manager)
	h.person("rep", h.suzhou)
	h.person("fellow", h.suzhou)
	h.person("stranger", h.south)
	h.person("hr", h.company, access.HR)
	h.person("inspector", h.company, access.Inspector)
	if err := h.teams.Change(ctx, access.Operator(), h.east, 1, team.Details{Name: "east", Parent: h.company, Managers: []string{h.who["lead"].ID}}); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *house) team(name, parent string) string {
	h.Helper()
	id, err := h.teams.Create(ctx, access.Operator(), team.Details{Name: name, Parent: parent})
	if err != nil {
		h.Fatal(err)
	}
	return id
}

func (h *house) person(login, team string, roles ...access.Role) {
	h.Helper()
	p := people.Person{Login: login, Name: login, Team: team, Roles: append(roles, access.Learner)}
	id, err := h.people.Create(ctx, access.Operator(), p)
	if err == nil {
		p, err = h.people.Get(ctx, access.Operator(), id)
	}
	if err != nil {
		h.Fatal(err)
	}
	h.who[login] = p
}

func (h *house) actor(login string) access.Actor { return h.who[login].Actor() }

// series is one session of the east on the day of begin, from ten to eleven.
func (h *house) series() Series {
	return Series{Details: Details{Topic: "market-q1", Title: "第一季度市场动态", Host: h.who["lead"].ID, Team: h.east, CatchUp: true, CatchUpDays: 7},
		Slot: Slot{"2026-03-02", "10:00", "11:00"}, Rule: Once, Count: 1}
}

func (h *house) plan(s Series) string {
	h.Helper()
	h.sent++
	id, err := h.Plan(ctx, h.actor("hr"), s, fmt.Sprint("form", h.sent))
	if err != nil {
		h.Fatal(err)
	}
	return id
}

func (h *house) mark(by, id string, seen int64, value string, logins ...string) error {
	var all []Mark
	for _, l := range logins {
		all = append(all, Mark{h.who[l].ID, value, seen})
	}
	return h.Mark(ctx, h.actor(by), id, all)
}

// lines gives "passed effect" of somebody's evidence for a subject.
func (h *house) lines(login, subject string) (out []string) {
	h.Helper()
	all, err := h.ledger.Of(ctx, h.d.Read(), h.who[login].ID)
	if err != nil {
		h.Fatal(err)
	}
	for _, l := range all {
		if l.Kind == evidence.Session && l.Subject == subject {
			out = append(out, fmt.Sprint(l.Passed, l.Effect))
		}
	}
	return out
}

func (h *house) wantLines(login, subject string, want ...string) {
	h.Helper()
	if diff := cmp.Diff(want, h.lines(login, subject)); diff != "" {
		h.Errorf("%s's evidence of %s (-want +got):\n%s", login, subject, diff)
	}
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

// all gives every session, in order of time.
func (h *house) all() []Session {
	h.Helper()
	all, err := between(ctx, h.d.Read(), 0, math.MaxInt64)
	if err != nil {
		h.Fatal(err)
	}
	return all
}

// acts counts the acts of this room in the trail.
func (h *house) acts() map[string]int {
	h.Helper()
	entries, _, err := h.trail.Newest(ctx, h.d.Read(), access.Operator(), 0, 1000)
	if err != nil {
		h.Fatal(err)
	}
	out := map[string]int{}
	for _, e := range entries {
		if len(e.Act) > 8 && e.Act[:8] == "session." {
			out[e.Act[8:]]++
		}
	}
	return out
}

func TestPlanningTwicePlansOnce(t *testing.T) {
	each(t, func(h *house) {
		s := h.series()
		s.Rule, s.Count = Weekly, 4
		var ids []string
		for range 2 {
			id, err := h.Plan(ctx, h.actor("hr"), s, "same")
			h.good(err)
			ids = append(ids, id)
		}
		if all := h.all(); ids[0] != ids[1] || len(all) != 4 || all[0].ID != ids[0] || all[0].Series == "" || all[3].Series != all[0].Series {
			h.Errorf("%v: %+v", ids, all)
		}
		if _, err := h.Plan(ctx, h.actor("lead"), s, "same"); fault.KindOf(err) != fault.Invalid {
			h.Errorf("somebody else's form: %v", err)
		}
		if diff := cmp.Diff(map[string]int{"planned": 1}, h.acts()); diff != "" {
			h.Error(diff)
		}
	})
}

// TestWhoMay asks every verb as everybody; the audience is a team below lead.
func TestWhoMay(t *testing.T) {
	each(t, func(h *house) {
		id := h.plan(h.series())
		h.advance(time.Hour)
		verbs := map[string]func(access.Actor) error{
			"plan for the east": func(a access.Actor) error {
				s := h.series()
				s.Host = a.ID
				_, err := h.Plan(ctx, a, s, h.clock.ID())
				return err
			},
			"plan for everybody": func(a access.Actor) error {
				s := h.series()
				s.Host, s.Team = a.ID, ""
				_, err := h.Plan(ctx, a, s, h.clock.ID())
				return err
			},
			"see":   func(a access.Actor) error { _, err := h.See(ctx, a, id); return err },
			"edit":  func(a access.Actor) error { _, _, _, err := h.Edit(ctx, a, id); return err },
			"sheet": func(a access.Actor) error { _, _, err := h.Sheet(ctx, a, id); return err },
			"change": func(a access.Actor) error {
				return h.Change(ctx, a, id, 99, h.series().Details, h.series().Slot, false)
			},
			"cancel": func(a access.Actor) error { return h.Cancel(ctx, a, id, 99, "r", false) },
			"mark":   func(a access.Actor) error { return h.Mark(ctx, a, id, []Mark{{h.who["rep"].ID, "never", 0}}) },
			"report": func(a access.Actor) error { _, err := h.Report(ctx, a, 0, math.MaxInt64); return err },
		}
		may := map[string][]string{"plan for the east": {"lead", "hr"}, "plan for everybody": {"hr"}, "see": {"lead", "hr", "rep", "fellow"},
			"edit": {"lead", "hr"}, "sheet": {"lead", "hr"}, "change": {"lead", "hr"}, "cancel": {"lead", "hr"}, "mark": {"lead", "hr"},
			"report": {"lead", "hr", "inspector"}}
		for name, do := range verbs {
			for login := range h.who {
				err := do(h.actor(login))
				refused := fault.KindOf(err) == fault.Missing && err != nil
				if refused == slices.Contains(may[name], login) {
					h.Errorf("%s by %s: %v", name, login, err)
				}
			}
		}
	})
}

// TestAudienceIsLookedUp moves people between teams.
func TestAudienceIsLookedUp(t *testing.T) {
	each(t, func(h *house) {
		s := h.series()
		s.Guests = []string{h.who["boss"].ID, "", h.who["boss"].ID}
		id := h.plan(s)
		coming := func(login string) bool {
			mine, err := h.Mine(ctx, h.actor(login))
			h.good(err)
			return len(mine.Coming) == 1
		}
		for login, want := range map[string]bool{"rep": true, "boss": true, "lead": true, "stranger": false, "hr": false} {
			if coming(login) != want {
				h.Errorf("%s: coming %v", login, !want)
			}
		}
		h.person("late", h.suzhou)
		if !coming("late") {
			h.Error("who joins later is not expected")
		}
		h.advance(2 * time.Hour)
		h.good(h.mark("lead", id, 0, Absent, "rep"))
		moved := h.who["rep"]
		moved.Team = h.south
		h.good(h.people.Change(ctx, access.Operator(), moved))
		if mine, err := h.Mine(ctx, h.actor("rep")); err != nil || len(mine.CatchUps) != 1 {
			h.Errorf("who moved has lost their record: %+v, %v", mine, err)
		}
		all, err := h.Of(ctx, h.actor("boss"), "market-q1")
		if err != nil || len(all) != 1 {
			h.Errorf("%v, %v", all, err)
		}
		if all, err = h.Of(ctx, h.actor("stranger"), "market-q1"); err != nil || len(all) != 0 {
			h.Errorf("%v, %v", all, err)
		}
	})
}

// TestChangingASeries moves the second of four and those after it by a day and an hour.
func TestChangingASeries(t *testing.T) {
	each(t, func(h *house) {
		s := h.series()
		s.Slot.Date, s.Rule, s.Count = "2026-03-03", Weekly, 4
		h.plan(s)
		all, d := h.all(), s.Details
		d.Title = "改期"
		h.good(h.Cancel(ctx, h.actor("lead"), all[2].ID, 0, "展会", false))
		h.good(h.Change(ctx, h.actor("lead"), all[1].ID, 0, d, Slot{"2026-03-11", "14:00", "15:30"}, true))
		h.bad(h.Change(ctx, h.actor("lead"), all[1].ID, 0, d, Slot{"2026-03-11", "14:00", "15:30"}, true), fault.Conflict)
		h.bad(h.Change(ctx, h.actor("lead"), all[2].ID, 1, d, s.Slot, false), fault.Conflict) // it was cancelled
		h.bad(h.Cancel(ctx, h.actor("lead"), all[0].ID, 0, "  ", false), fault.Invalid)
		var got []string
		for _, one := range h.all() {
			got = append(got, fmt.Sprint(time.UnixMilli(one.StartsAt).In(h.zone).Format("01-02 15:04 "), one.Title, " ", one.State, one.Sequence))
		}
		want := []string{"03-03 10:00 第一季度市场动态 planned0", "03-11 14:00 改期 planned1", "03-17 10:00 第一季度市场动态 cancelled1", "03-25 14:00 改期 planned1"}
		if diff := cmp.Diff(want, got); diff != "" {
			h.Error(diff)
		}
		h.good(h.Cancel(ctx, h.actor("hr"), all[0].ID, 0, "预算", true))
		for _, one := range h.all() {
			if one.State != Cancelled || one.Reason == "" {
				h.Errorf("%+v", one)
			}
		}
		h.advance(60 * 24 * time.Hour)
		h.bad(h.mark("hr", all[0].ID, 0, Present, "rep"), fault.Conflict)
	})
}

func TestWhatCannotBePlanned(t *testing.T) {
	h := furnish(t, dbtest.SQLite(t))
	for field, spoil := range map[string]func(*Series){
		"topic":       func(s *Series) { s.Topic = "Market Q1" },
		"title":       func(s *Series) { s.Title = " " },
		"place":       func(s *Series) { s.Place = "a\x01b" },
		"link":        func(s *Series) { s.Link = "javascript:alert(1)" },
		"team":        func(s *Series) { s.Team = "06nosuchteam" },
		"host":        func(s *Series) { s.Host = "06nobody" },
		"guests":      func(s *Series) { s.Guests = []string{"06nobody"} },
		"days":        func(s *Series) { s.CatchUpDays = 999 },
		"description": func(s *Series) { s.Description = string(make([]rune, longestText+1)) },
		"date":        func(s *Series) { s.Slot.Date = "soon" },
		"count":       func(s *Series) { s.Rule, s.Count = Weekly, 61 },
	} {
		s := h.series()
		spoil(&s)
		_, err := h.Plan(ctx, h.actor("hr"), s, h.clock.ID())
		if e := fault.Of(err); e == nil || e.Kind != fault.Invalid || e.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	s := h.series()
	s.Host = h.who["stranger"].ID
	if _, err := h.Plan(ctx, h.actor("lead"), s, "x"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a manager names a stranger as host: %v", err)
	}
	if len(h.all()) > 0 {
		t.Error("something was planned")
	}
}
