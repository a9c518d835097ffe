package progress

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

// rewrite changes a word of lesson A in one language and takes the new text in.
func (h *house) rewrite(lang, from, to string) {
	h.Helper()
	name := strings.Replace(zhFile, ".zh.", "."+lang+".", 1)
	h.files[name] = &fstest.MapFile{Data: []byte(strings.Replace(string(h.files[name].Data), from, to, 1)), ModTime: time.Now()}
	h.advance(time.Hour)
	if changed, problems, err := h.lib.Refresh(); !changed || err != nil {
		h.Fatal(changed, problems, err)
	}
	if err := h.KeepVersions(ctx); err != nil {
		h.Fatal(err)
	}
}

func (h *house) editions() []Edition {
	h.Helper()
	all, err := h.Editions(ctx, h.who["hr"], "process/first/a")
	if err != nil {
		h.Fatal(err)
	}
	return all
}

// TestVersionsAreKeptAsTheyComeIntoForce has a version that nobody reads, and one that two people have finished.
func TestVersionsAreKeptAsTheyComeIntoForce(t *testing.T) {
	each(t, func(h *house) {
		for range 2 { // the second time there is nothing to do
			if err := h.KeepVersions(ctx); err != nil {
				h.Fatal(err)
			}
		}
		h.finish("process/first/a", "zh")
		if err := h.Finish(ctx, h.who["stranger"], "process/first/a", "zh"); err != nil {
			h.Fatal(err)
		}
		h.rewrite("zh", "Text zh", "第二版")
		h.rewrite("zh", "第二版", "第三版")
		type line struct {
			Lang    string
			Readers int
			Current bool
		}
		var got []line
		all := h.editions()
		for _, e := range all {
			got = append(got, line{e.Lang, e.Readers, e.Current})
		}
		want := []line{{"zh", 0, true}, {"zh", 0, false}, {"zh", 2, false}, {"en", 0, true}}
		if diff := cmp.Diff(want, got); diff != "" {
			h.Fatal(diff)
		}
		v, err := h.Edition(ctx, h.who["hr"], "process/first/a", all[1].Hash)
		if err != nil || !strings.Contains(v.Source, "第二版") {
			h.Error(v, err)
		}
	})
}

func TestWhoIsBehind(t *testing.T) {
	each(t, func(h *house) {
		if err := h.KeepVersions(ctx); err != nil {
			h.Fatal(err)
		}
		h.finish("process/first/a", "zh")
		if err := h.Finish(ctx, h.who["stranger"], "process/first/a", "zh"); err != nil {
			h.Fatal(err)
		}
		old := h.state().Finished["process/first/a"].Hash
		h.rewrite("zh", "Text zh", "第二版")
		current := h.lib.Current().Lesson("process/first/a").Page("zh").Hash
		count := func(who string, all, visible int, names bool) {
			h.Helper()
			b, err := h.BehindOf(ctx, h.who[who], "process/first/a", old, current)
			if err != nil || b.Count != all || b.Visible != visible || len(b.Persons) != visible || b.Names != names {
				h.Errorf("%s: %+v %v, want %d and %d", who, b, err, all, visible)
			}
		}
		author := people.Person{Login: "author", Name: "author", Roles: []access.Role{access.Author}}
		id, err := h.folk.Create(ctx, access.Operator(), author)
		if err != nil {
			h.Fatal(err)
		}
		author.ID = id
		h.who["author"] = author.Actor()
		count("hr", 2, 2, true)
		count("manager", 2, 1, true) // the learner is below them, the stranger is not
		count("author", 2, 0, false)
		if err := h.Finish(ctx, h.who["stranger"], "process/first/a", "en"); err != nil { // the text in force, in the other language
			h.Fatal(err)
		}
		count("hr", 1, 1, true)
		h.finish("process/first/a", "zh")
		count("hr", 0, 0, true)
		h.rewrite("zh", "第二版", "第三版")
		count("hr", 0, 0, true) // whoever has read what came between is not behind the second
		for _, who := range []string{"learner", "admin"} {
			if _, err := h.BehindOf(ctx, h.who[who], "process/first/a", old, current); fault.KindOf(err) != fault.Missing {
				h.Error(who, err)
			}
			if _, err := h.Editions(ctx, h.who[who], "process/first/a"); fault.KindOf(err) != fault.Missing {
				h.Error(who, err)
			}
			if _, err := h.Edition(ctx, h.who[who], "process/first/a", old); fault.KindOf(err) != fault.Missing {
				h.Error(who, err)
			}
		}
		if _, err := h.Edition(ctx, h.who["hr"], "process/first/b", old); fault.KindOf(err) != fault.Missing {
			h.Error("the version of another lesson", err)
		}
	})
}
