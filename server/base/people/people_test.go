package people

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/fault"
	"tongguan/server/base/team"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var (
	ctx      = context.Background()
	operator = access.Operator()
)

type house struct {
	*testing.T
	*People
	d *db.DB
}

func each(t *testing.T, fn func(h house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { fn(newHouse(t, d)) })
}

func newHouse(t *testing.T, d *db.DB) house {
	c, _ := clock.Fake(time.UnixMilli(1_770_000_000_000), 1)
	trail := audit.New(c)
	return house{t, New(d, c, trail, team.New(d, c, trail)), d}
}

func (h house) team(name, parent string, managers ...string) string {
	h.Helper()
	id, err := h.teams.Create(ctx, operator, team.Details{Name: name, Parent: parent, Managers: managers})
	if err != nil {
		h.Fatal(err)
	}
	return id
}

// person adds somebody who has chosen a password.
func (h house) person(login, team string, roles ...access.Role) Person {
	h.Helper()
	id, err := h.Create(ctx, operator, Person{Login: login, Name: login, Team: team, Roles: append(roles, access.Learner)})
	if err != nil {
		h.Fatal(err)
	}
	h.exec("UPDATE person SET state = 'active', password_hash = 'x' WHERE id = $1", id)
	return h.get(id)
}

func (h house) get(id string) Person {
	h.Helper()
	p, err := h.Get(ctx, operator, id)
	if err != nil {
		h.Fatal(err)
	}
	return p
}

func (h house) exec(query string, args ...any) {
	h.Helper()
	if _, err := h.d.Read().Exec(ctx, query, args...); err != nil {
		h.Fatal(err)
	}
}

func (h house) count(query string) (n int) {
	h.Helper()
	if err := h.d.Read().Get(ctx, &n, query); err != nil {
		h.Fatal(err)
	}
	return n
}

func (h house) wants(err error, kind fault.Kind, key string) {
	h.Helper()
	if e := fault.Of(err); e == nil || e.Kind != kind || e.Key != key {
		h.Errorf("got %v, want %s", err, key)
	}
}

func TestCreateAndChange(t *testing.T) {
	each(t, func(h house) {
		shop := h.team("shop", "")
		id, err := h.Create(ctx, operator, Person{Login: " Ｗang.Ｘ ", Name: " 王小明 ", Email: "w@example.cn", Team: shop,
			HiredOn: "2024-02-29", Roles: []access.Role{access.Admin, access.Learner, access.Admin}})
		if err != nil {
			h.Fatal(err)
		}
		want := Person{ID: id, Login: "wang.x", Name: "王小明", Email: "w@example.cn", Lang: "zh", Team: shop,
			HiredOn: "2024-02-29", State: Invited, Roles: []access.Role{access.Learner, access.Admin}, Version: 1}
		if diff := cmp.Diff(want, h.get(id)); diff != "" {
			h.Error(diff)
		}
		changed := Person{ID: id, Version: 1, Login: "wang", Name: "Wang", Lang: "en", Roles: []access.Role{access.HR}}
		if err := h.Change(ctx, operator, changed); err != nil {
			h.Fatal(err)
		}
		changed.State, changed.Version = Invited, 2
		if diff := cmp.Diff(changed, h.get(id)); diff != "" {
			h.Error(diff)
		}
		h.wants(h.Change(ctx, operator, Person{ID: id, Version: 1, Login: "w2", Name: "W", Roles: changed.Roles}),
			fault.Conflict, "error.changed_meanwhile")
		h.wants(h.Change(ctx, operator, Person{ID: "nobody", Version: 1, Login: "w2", Name: "W", Roles: changed.Roles}),
			fault.Missing, "error.missing")
		h.wantActs("team.created", "person.created", "role.changed")
	})
}

func (h house) wantActs(want ...string) {
	h.Helper()
	es, _, err := h.trail.Newest(ctx, h.d.Read(), operator, 0, 100)
	if err != nil {
		h.Fatal(err)
	}
	var got []string
	for _, e := range slices.Backward(es) {
		got = append(got, e.Act)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		h.Error(diff)
	}
}

func TestRefusedData(t *testing.T) {
	each(t, func(h house) {
		good := Person{Login: "wang", Name: "Wang", Roles: []access.Role{access.Learner}}
		for key, spoil := range map[string]func(*Person){
			"people.name_needed":  func(p *Person) { p.Name = " \t" },
			"people.name_long":    func(p *Person) { p.Name = strings.Repeat("王", 61) },
			"people.name_form":    func(p *Person) { p.Name = "Wang\x00" },
			"people.login_form":   func(p *Person) { p.Login = "a b" },
			"people.email_form":   func(p *Person) { p.Email = "Wang <w@example.cn>" },
			"people.lang_unknown": func(p *Person) { p.Lang = "fr" },
			"people.date_form":    func(p *Person) { p.HiredOn = "2023-02-29" },
			"people.role_unknown": func(p *Person) { p.Roles = []access.Role{access.Learner, "root"} },
			"people.role_needed":  func(p *Person) { p.Roles = nil },
			"people.team_unknown": func(p *Person) { p.Team = "nothing" },
		} {
			p := good
			spoil(&p)
			_, err := h.Create(ctx, operator, p)
			h.wants(err, fault.Invalid, key)
			if e := fault.Of(err); e != nil && e.Field == "" {
				h.Errorf("%s belongs to no field", key)
			}
		}
		for _, login := range []string{"", "a", "-ab", "a\nb", "a\xffb", "a/b", strings.Repeat("a", 65)} {
			p := good
			p.Login = login
			_, err := h.Create(ctx, operator, p)
			h.wants(err, fault.Invalid, "people.login_form")
		}
		if n := h.count("SELECT count(*) FROM person"); n != 0 {
			h.Errorf("%d people were made", n)
		}
	})
}

func TestLoginIsTakenHoweverItIsWritten(t *testing.T) {
	each(t, func(h house) {
		h.person("wang", "")
		other := h.person("li", "")
		for _, login := range []string{"wang", "WANG", "ｗａｎｇ", " Ｗang "} {
			_, err := h.Create(ctx, operator, Person{Login: login, Name: "W", Roles: []access.Role{access.Learner}})
			h.wants(err, fault.Invalid, "people.login_taken")
			other.Login = login
			h.wants(h.Change(ctx, operator, other), fault.Invalid, "people.login_taken")
		}
	})
}

func TestFoldLoginIsSettled(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		once := FoldLogin(rapid.String().Draw(t, "login"))
		if loginForm.MatchString(once) && FoldLogin(once) != once {
			t.Fatalf("%q folds to %q", once, FoldLogin(once))
		}
	})
}

func TestSuspendAndResume(t *testing.T) {
	each(t, func(h house) {
		p := h.person("wang", "")
		h.exec(`INSERT INTO session (token_hash, id, person_id, created_at, seen_at, expires_at, agent, address)
			VALUES ('h', 's', $1, 0, 0, 1, '', '')`, p.ID)
		if err := h.Suspend(ctx, operator, p.ID); err != nil {
			h.Fatal(err)
		}
		if got := h.get(p.ID); got.State != Suspended || got.Version != p.Version+1 || h.count("SELECT count(*) FROM session") != 0 {
			h.Errorf("%+v", got)
		}
		h.wants(h.Suspend(ctx, operator, p.ID), fault.Conflict, "error.changed_meanwhile")
		if err := h.Resume(ctx, operator, p.ID); err != nil || h.get(p.ID).State != Active {
			h.Errorf("%v", err)
		}
		h.wants(h.Resume(ctx, operator, p.ID), fault.Conflict, "error.changed_meanwhile")
		h.wants(h.Resume(ctx, operator, "nobody"), fault.Missing, "error.missing")
		id, err := h.Create(ctx, operator, Person{Login: "li", Name: "Li", Roles: []access.Role{access.Learner}})
		if err != nil || h.Suspend(ctx, operator, id) != nil || h.Resume(ctx, operator, id) != nil || h.get(id).State != Invited {
			h.Errorf("who never chose a password is %s", h.get(id).State)
		}
	})
}

func TestLastAdministratorStays(t *testing.T) {
	each(t, func(h house) {
		last := h.person("root", "", access.Admin)
		if _, err := h.Create(ctx, operator, Person{Login: "invited", Name: "I", Roles: []access.Role{access.Admin}}); err != nil {
			h.Fatal(err)
		}
		gone := h.person("gone", "", access.Admin)
		learner := h.person("learner", "")
		for _, id := range []string{gone.ID, learner.ID} {
			if err := h.Suspend(ctx, operator, id); err != nil {
				h.Fatal(err)
			}
		}
		h.wants(h.Suspend(ctx, operator, last.ID), fault.Invalid, "people.last_admin")
		last.Roles = []access.Role{access.Learner}
		h.wants(h.Change(ctx, operator, last), fault.Invalid, "people.last_admin")
		if got := h.get(last.ID); got.State != Active || !slices.Contains(got.Roles, access.Admin) {
			h.Errorf("%+v", got)
		}
		if err := h.Resume(ctx, operator, gone.ID); err != nil {
			h.Fatal(err)
		}
		if err := h.Change(ctx, operator, last); err != nil {
			h.Errorf("there is another, and still: %v", err)
		}
	})
}

// Where nobody administers yet, the operator must still be able to suspend a learner.
func TestSuspendWithoutAnyAdministrator(t *testing.T) {
	each(t, func(h house) {
		p := h.person("learner", "")
		if err := h.Suspend(ctx, operator, p.ID); err != nil {
			h.Error(err)
		}
	})
}

func TestTwoAdministratorsCannotRemoveEachOtherAtOnce(t *testing.T) {
	each(t, func(h house) {
		a, b := h.person("a1", "", access.Admin), h.person("b1", "", access.Admin)
		demote := func(p Person) error { p.Roles = []access.Role{access.Learner}; return h.Change(ctx, operator, p) }
		suspend := func(p Person) error { return h.Suspend(ctx, operator, p.ID) }
		for _, how := range [][2]func(Person) error{{demote, demote}, {suspend, suspend}, {demote, suspend}} {
			h.exec("UPDATE person SET state = 'active'")
			h.exec("INSERT INTO person_role (person_id, role) SELECT id, 'admin' FROM person WHERE TRUE ON CONFLICT DO NOTHING")
			a, b = h.get(a.ID), h.get(b.ID)
			errs := make([]error, 2)
			var wg sync.WaitGroup
			wg.Go(func() { errs[0] = how[0](a) })
			wg.Go(func() { errs[1] = how[1](b) })
			wg.Wait()
			if (errs[0] == nil) == (errs[1] == nil) {
				h.Fatalf("%v, %v", errs[0], errs[1])
			}
			for _, err := range errs {
				if err != nil {
					h.wants(err, fault.Invalid, "people.last_admin")
				}
			}
		}
	})
}

func TestSetLang(t *testing.T) {
	each(t, func(h house) {
		p := h.person("wang", "")
		if err := h.SetLang(ctx, p.Actor(), "en"); err != nil || h.get(p.ID).Lang != "en" {
			h.Errorf("%v", err)
		}
		h.wants(h.SetLang(ctx, p.Actor(), "fr"), fault.Invalid, "people.lang_unknown")
	})
}
