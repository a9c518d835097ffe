package team

import (
	"context"
	"fmt"
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
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var (
	ctx   = context.Background()
	admin = access.Actor{ID: "admin", Roles: []access.Role{access.Admin}}
)

// house is a tree over one database; advance keeps the order of creation apart.
type house struct {
	*testing.T
	*Teams
	d       *db.DB
	trail   *audit.Trail
	advance func(time.Duration)
}

func each(t *testing.T, fn func(h house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c, advance := clock.Fake(time.UnixMilli(1_770_000_000_000), 1)
		trail := audit.New(c)
		fn(house{t, New(d, c, trail), d, trail, advance})
	})
}

func (h house) create(name, parent string, managers ...string) string {
	h.Helper()
	h.advance(time.Second)
	id, err := h.Create(ctx, admin, Details{Name: name, Parent: parent, Managers: managers})
	if err != nil {
		h.Fatal(err)
	}
	return id
}

func (h house) person(id string) {
	h.Helper()
	if _, err := h.d.Read().Exec(ctx, `INSERT INTO person (id, login, name, state, sort_key, search_key, created_at)
		VALUES ($1, $1, $1, 'active', '', '', 0)`, id); err != nil {
		h.Fatal(err)
	}
}

// drawn is the tree as a page shows it: one line a team, indented by depth.
func (h house) drawn(actor access.Actor) string {
	h.Helper()
	tree, err := h.Tree(ctx, actor)
	if err != nil {
		h.Fatal(err)
	}
	var b strings.Builder
	for _, t := range tree {
		fmt.Fprintf(&b, "%s%s\n", strings.Repeat("-", t.Depth), t.Name)
	}
	return b.String()
}

func (h house) wants(err error, kind fault.Kind, key string) {
	h.Helper()
	if e := fault.Of(err); e == nil || e.Kind != kind || e.Key != key {
		h.Errorf("got %v, want %s", err, key)
	}
}

func (h house) acts() (acts []string) {
	h.Helper()
	es, _, err := h.trail.Newest(ctx, h.d.Read(), access.Operator(), 0, 100)
	if err != nil {
		h.Fatal(err)
	}
	for _, e := range slices.Backward(es) {
		acts = append(acts, strings.TrimSpace(e.Act+" "+e.Subject))
	}
	return acts
}

func TestTreeShowsParentsBeforeChildren(t *testing.T) {
	each(t, func(h house) {
		south := h.create("华南", "")
		north := h.create("华北", "")
		shop := h.create("一部", south)
		h.create("二部", south)
		h.create("津", north)
		h.create("小组", shop)
		want := "华南\n-一部\n--小组\n-二部\n华北\n-津\n"
		if diff := cmp.Diff(want, h.drawn(admin)); diff != "" {
			h.Error(diff)
		}
		if err := h.Change(ctx, admin, shop, 1, Details{Name: "一部", Parent: north}); err != nil {
			h.Fatal(err)
		}
		want = "华南\n-二部\n华北\n-一部\n--小组\n-津\n"
		if diff := cmp.Diff(want, h.drawn(admin)); diff != "" {
			h.Error(diff)
		}
	})
}

func TestManagerSeesTheirPart(t *testing.T) {
	each(t, func(h house) {
		h.person("boss")
		root := h.create("root", "")
		mine := h.create("mine", root, "boss")
		h.create("below", mine)
		h.create("beside", root)
		manager := access.Actor{ID: "boss", Roles: []access.Role{access.Learner, access.Manager}}
		if got := h.drawn(manager); got != "-mine\n--below\n" {
			h.Errorf("a manager sees %q", got)
		}
		if got := h.drawn(access.Actor{ID: "boss", Roles: []access.Role{access.Learner}}); got != "" {
			h.Errorf("without the role one sees %q", got)
		}
		if got := h.drawn(access.Actor{ID: "else", Roles: []access.Role{access.Manager}}); got != "" {
			h.Errorf("a manager of nothing sees %q", got)
		}
		for _, r := range []access.Role{access.HR, access.Inspector, access.Admin} {
			if got := h.drawn(access.Actor{ID: "x", Roles: []access.Role{r}}); strings.Count(got, "\n") != 4 {
				h.Errorf("%s sees %q", r, got)
			}
		}
		for team, want := range map[string]access.Relation{root: access.Other, mine: access.Below, "nothing": access.Other} {
			if got, err := h.Relation(ctx, manager, team); got != want || err != nil {
				h.Errorf("relation to %s: %s, %v", team, got, err)
			}
		}
	})
}

func TestRefusals(t *testing.T) {
	each(t, func(h house) {
		a := h.create("a", "")
		b := h.create("b", a)
		c := h.create("c", b)
		change := func(id string, version int64, d Details) error { return h.Change(ctx, admin, id, version, d) }
		for _, parent := range []string{a, b, c} {
			h.wants(change(a, 1, Details{Name: "a", Parent: parent}), fault.Invalid, "team.loop")
		}
		h.wants(change(c, 1, Details{Name: "c", Parent: "nothing"}), fault.Invalid, "team.parent_unknown")
		h.wants(change("nothing", 1, Details{Name: "c"}), fault.Missing, "error.missing")
		h.wants(change(c, 2, Details{Name: "c"}), fault.Conflict, "error.changed_meanwhile")
		h.wants(change(c, 1, Details{Name: " "}), fault.Invalid, "team.name_needed")
		h.wants(change(c, 1, Details{Name: strings.Repeat("队", 81)}), fault.Invalid, "team.name_long")
		h.wants(change(c, 1, Details{Name: "a\x00b"}), fault.Invalid, "team.name_form")
		h.wants(change(c, 1, Details{Name: "\xff"}), fault.Invalid, "team.name_form")
		h.wants(change(c, 1, Details{Name: "c", Managers: []string{"nobody"}}), fault.Invalid, "team.manager_unknown")
		_, err := h.Create(ctx, admin, Details{Name: "d", Parent: "nothing"})
		h.wants(err, fault.Invalid, "team.parent_unknown")
		for _, r := range access.Roles() {
			if r == access.Admin {
				continue
			}
			actor := access.Actor{ID: "x", Roles: []access.Role{r}}
			_, err := h.Create(ctx, actor, Details{Name: "d"})
			h.wants(err, fault.Missing, "error.missing")
			h.wants(h.Change(ctx, actor, c, 1, Details{Name: "d"}), fault.Missing, "error.missing")
		}
		if got := h.drawn(admin); got != "a\n-b\n--c\n" {
			h.Errorf("a refused change left %q", got)
		}
		if diff := cmp.Diff([]string{"team.created", "team.created", "team.created"}, h.acts()); diff != "" {
			h.Error(diff)
		}
	})
}

func TestChangeIsAudited(t *testing.T) {
	each(t, func(h house) {
		h.person("p1")
		h.person("p2")
		id := h.create("a", "", "p1", "", "p1")
		if err := h.Change(ctx, admin, id, 1, Details{Name: " b ", Managers: []string{"p2"}}); err != nil {
			h.Fatal(err)
		}
		want := []string{"team.created", "manager.named p1", "team.changed", "manager.named p2", "manager.released p1"}
		if diff := cmp.Diff(want, h.acts()); diff != "" {
			h.Error(diff)
		}
		tree, err := h.Tree(ctx, admin)
		if diff := cmp.Diff([]Team{{ID: id, Name: "b", Managers: []string{"p2"}, Version: 2}}, tree); diff != "" || err != nil {
			h.Error(diff, err)
		}
		if r, err := h.trail.Verify(ctx, h.d.Read(), access.Operator(), nil); err != nil || !r.Whole() {
			h.Errorf("%+v, %v", r, err)
		}
	})
}

// Each of the two moves alone is good; both together would make a loop that no root reaches.
func TestTwoMovesAtOnceMakeNoLoop(t *testing.T) {
	each(t, func(h house) {
		root := h.create("root", "")
		for range 10 {
			a, b := h.create("a", root), h.create("b", root)
			errs := make([]error, 2)
			var wg sync.WaitGroup
			wg.Go(func() { errs[0] = h.Change(ctx, admin, a, 1, Details{Name: "a", Parent: b}) })
			wg.Go(func() { errs[1] = h.Change(ctx, admin, b, 1, Details{Name: "b", Parent: a}) })
			wg.Wait()
			if (errs[0] == nil) == (errs[1] == nil) {
				h.Fatalf("%v, %v", errs[0], errs[1])
			}
			h.wants(cmpOr(errs), fault.Invalid, "team.loop")
		}
		if n := strings.Count(h.drawn(admin), "\n"); n != 21 {
			h.Errorf("%d of 21 teams are reached", n)
		}
	})
}

func cmpOr(errs []error) error {
	if errs[0] != nil {
		return errs[0]
	}
	return errs[1]
}

func TestDepthIsBounded(t *testing.T) {
	each(t, func(h house) {
		last := ""
		for i := range maxDepth {
			last = h.create(fmt.Sprint("level ", i), last)
		}
		_, err := h.Create(ctx, admin, Details{Name: "too deep", Parent: last})
		h.wants(err, fault.Invalid, "team.too_deep")
		top := h.create("top", "")
		h.create("child", top) // a tree of two levels below one of eleven would be thirteen
		tree, err := h.Tree(ctx, admin)
		if err != nil {
			h.Fatal(err)
		}
		eleventh := tree[maxDepth-2]
		h.wants(h.Change(ctx, admin, top, 1, Details{Name: "top", Parent: eleventh.ID}), fault.Invalid, "team.too_deep")
		if err := h.Change(ctx, admin, top, 1, Details{Name: "top", Parent: eleventh.Parent}); err != nil {
			h.Errorf("twelve levels are refused: %v", err)
		}
	})
}

// Whatever moves are asked for, those that fits allows leave a tree: every team reaches a root within maxDepth.
func TestFitsKeepsATree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		up := map[string]string{}
		name := rapid.Custom(func(t *rapid.T) string { return fmt.Sprint(rapid.IntRange(0, 15).Draw(t, "n")) })
		for range rapid.IntRange(1, 80).Draw(t, "moves") {
			id, parent := name.Draw(t, "id"), name.Draw(t, "parent")
			if rapid.IntRange(0, 9).Draw(t, "root") == 0 {
				parent = ""
			}
			try := map[string]string{}
			for k, v := range up {
				try[k] = v
			}
			if fits(try, id, parent) == nil {
				up[id] = parent
			}
		}
		for team := range up {
			levels := 0
			for at := team; at != ""; at = up[at] {
				if levels++; levels > maxDepth {
					t.Fatalf("%s stands in a loop or too deep: %v", team, up)
				}
			}
		}
	})
}
