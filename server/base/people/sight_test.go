package people

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tongguan/server/base/access"
	"tongguan/server/base/fault"
)

func TestRelationThroughLevels(t *testing.T) {
	each(t, func(h house) {
		boss := h.person("boss", "", access.Manager)
		root := h.team("root", "")
		region := h.team("region", root, boss.ID)
		shop := h.team("shop", region)
		desk := h.team("desk", shop)
		beside := h.team("beside", root)
		want := map[string]access.Relation{boss.ID: access.Self, "nobody": access.Other}
		for place, relation := range map[string]access.Relation{root: access.Other, region: access.Below, shop: access.Below,
			desk: access.Below, beside: access.Other, "": access.Other} {
			want[h.person(fmt.Sprint("p", len(want)), place).ID] = relation
		}
		got := map[string]access.Relation{}
		for id := range want {
			r, err := h.Relation(ctx, boss.Actor(), id)
			if err != nil {
				h.Fatal(err)
			}
			got[id] = r
		}
		if diff := cmp.Diff(want, got); diff != "" {
			h.Error(diff)
		}
		without := boss.Actor()
		without.Roles = []access.Role{access.Learner}
		for id, relation := range want {
			if relation != access.Below {
				continue
			}
			if r, err := h.Relation(ctx, without, id); r != access.Other || err != nil {
				h.Errorf("without the role: %s, %v", r, err)
			}
			_, err := h.Get(ctx, without, id)
			h.wants(err, fault.Missing, "error.missing")
			if _, err := h.Get(ctx, boss.Actor(), id); err != nil {
				h.Error(err)
			}
		}
		if people, n, err := h.List(ctx, boss.Actor(), Filter{}); n != 3 || len(people) != 3 || err != nil {
			h.Errorf("the manager sees %d, %v", n, err)
		}
		if _, n, err := h.List(ctx, boss.Actor(), Filter{Team: beside}); n != 0 || err != nil {
			h.Errorf("the manager sees %d beside, %v", n, err)
		}
		if _, n, err := h.List(ctx, boss.Actor(), Filter{Teams: map[string]bool{desk: true, beside: true}}); n != 1 || err != nil {
			h.Errorf("the manager sees %d of two teams, %v", n, err)
		}
		if _, n, err := h.List(ctx, without, Filter{}); n != 0 || err != nil {
			h.Errorf("without the role: %d, %v", n, err)
		}
	})
}

func TestOnlyAdministratorsEdit(t *testing.T) {
	each(t, func(h house) {
		p := h.person("wang", "")
		for _, r := range access.Roles() {
			if r == access.Admin {
				continue
			}
			actor := access.Actor{ID: "x", Roles: []access.Role{r}}
			_, err := h.Create(ctx, actor, Person{})
			h.wants(err, fault.Missing, "error.missing")
			h.wants(h.Change(ctx, actor, p), fault.Missing, "error.missing")
			h.wants(h.Suspend(ctx, actor, p.ID), fault.Missing, "error.missing")
			h.wants(h.Resume(ctx, actor, p.ID), fault.Missing, "error.missing")
			_, err = h.PlanImport(ctx, actor, []byte("name,login\n"))
			h.wants(err, fault.Missing, "error.missing")
			_, _, err = h.Import(ctx, actor, []byte("name,login\n"), true)
			h.wants(err, fault.Missing, "error.missing")
		}
		h.wants(h.Change(ctx, p.Actor(), p), fault.Denied, "error.denied")
	})
}

// The order is that of the Chinese phone book, and the same on every database.
func TestListIsOrderedByPinyin(t *testing.T) {
	each(t, func(h house) {
		for i, name := range []string{"张伟", "李娜", "Wang", "陈静", "adam", "王芳", "欧阳锋", "阿宝", "Zoe", "重阳", "赵六"} {
			if _, err := h.Create(ctx, operator, Person{Login: fmt.Sprint("p", i), Name: name, Roles: []access.Role{access.Learner}}); err != nil {
				h.Fatal(err)
			}
		}
		got, n := h.names(Filter{})
		want := []string{"adam", "Wang", "Zoe", "阿宝", "陈静", "李娜", "欧阳锋", "王芳", "张伟", "赵六", "重阳"}
		if n != len(want) {
			h.Error(n)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			h.Error(diff)
		}
	})
}

func (h house) names(f Filter) (names []string, total int) {
	h.Helper()
	people, total, err := h.List(ctx, operator, f)
	if err != nil {
		h.Fatalf("%+v: %v", f, err)
	}
	for _, p := range people {
		names = append(names, p.Name)
	}
	return names, total
}

func TestListFiltersAndPages(t *testing.T) {
	each(t, func(h house) {
		root := h.team("root", "")
		shop := h.team("shop", root)
		for login, p := range map[string]Person{
			"a100": {Name: "A 100%", Team: root}, "b_b": {Name: "B_", Team: shop, Roles: []access.Role{access.HR}},
			"c1": {Name: "C!"}, "wang": {Name: "王小明", Email: "ming@example.cn"}, "d1": {Name: "D"},
		} {
			p.Login, p.Roles = login, append(p.Roles, access.Learner)
			if _, err := h.Create(ctx, operator, p); err != nil {
				h.Fatal(err)
			}
		}
		for _, c := range []struct {
			name  string
			f     Filter
			want  []string
			total int
		}{
			{"all", Filter{}, []string{"A 100%", "B_", "C!", "D", "王小明"}, 5},
			{"percent", Filter{Text: "%"}, []string{"A 100%"}, 1},
			{"underscore", Filter{Text: "_"}, []string{"B_"}, 1},
			{"exclamation", Filter{Text: "!"}, []string{"C!"}, 1},
			{"chinese", Filter{Text: "小明"}, []string{"王小明"}, 1},
			{"full-width, upper case", Filter{Text: " ＷＡＮＧ  小 "}, []string{"王小明"}, 1},
			{"mail", Filter{Text: "ming@"}, []string{"王小明"}, 1},
			{"quote", Filter{Text: "' OR 1=1 --"}, nil, 0},
			{"question mark", Filter{Text: "?"}, nil, 0},
			{"team and below", Filter{Team: root}, []string{"A 100%", "B_"}, 2},
			{"team alone", Filter{Teams: map[string]bool{root: true}}, []string{"A 100%"}, 1},
			{"no team", Filter{Teams: map[string]bool{}}, nil, 0},
			{"unknown team", Filter{Team: "nothing"}, nil, 0},
			{"role", Filter{Role: access.HR}, []string{"B_"}, 1},
			{"state", Filter{State: Active}, nil, 0},
			{"role, team, text", Filter{Role: access.HR, Team: shop, Text: "b", State: Invited}, []string{"B_"}, 1},
			{"first page", Filter{Limit: 2}, []string{"A 100%", "B_"}, 5},
			{"last page", Filter{Limit: 2, From: 4}, []string{"王小明"}, 5},
			{"past the end", Filter{Limit: 2, From: 40}, nil, 5},
			{"full page", Filter{Limit: 5}, []string{"A 100%", "B_", "C!", "D", "王小明"}, 5},
			{"bad bounds", Filter{Limit: -1, From: -1}, []string{"A 100%", "B_", "C!", "D", "王小明"}, 5},
		} {
			got, total := h.names(c.f)
			if diff := cmp.Diff(c.want, got); diff != "" || total != c.total {
				h.Errorf("%s: %d, %s", c.name, total, diff)
			}
		}
		if _, n := h.names(Filter{Text: strings.Repeat("a ", 3000)}); n != 2 {
			h.Errorf("a very long search finds %d", n)
		}
	})
}

func TestNamesAndCount(t *testing.T) {
	each(t, func(h house) {
		a, b := h.person("a1", ""), h.person("b1", "")
		got, err := h.Names(ctx, []string{a.ID, "nobody", b.ID})
		if diff := cmp.Diff(map[string]string{a.ID: "a1", b.ID: "b1"}, got); diff != "" || err != nil {
			h.Error(diff, err)
		}
		if got, err := h.Names(ctx, nil); len(got) != 0 || err != nil {
			h.Error(got, err)
		}
		if n, err := h.Count(ctx); n != 2 || err != nil {
			h.Error(n, err)
		}
	})
}
