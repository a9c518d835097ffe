package violation

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tongguan/server/base/fault"
)

// TestWhoeverIsNamedIsBlind: an inspector whom it names, by name or login, sees nothing of it; where it names them all, HR
// stands in; whoever wrote it does not examine it.
func TestWhoeverIsNamedIsBlind(t *testing.T) {
	each(t, func(h *house) {
		sees := func(id string, want ...string) {
			h.Helper()
			var got []string
			for login, a := range h.who {
				_, err := h.Report(ctx, a, id)
				all, err2 := h.Reports(ctx, a)
				listed := slices.ContainsFunc(all, func(r Report) bool { return r.ID == id })
				if err == nil {
					got = append(got, login)
				}
				if listed != (err == nil) || err2 != nil && fault.KindOf(err2) != fault.Missing {
					h.Errorf("%s: listed %v, %v, %v", login, listed, err, err2)
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				h.Error(diff)
			}
		}
		_, plain := h.submit(nobody, "某 rep、一个外人")
		sees(plain, "inspector", "second")
		_, byLogin := h.submit(nobody, "INSPECTOR")
		sees(byLogin, "second")
		_, byName := h.submit(nobody, "某 inspector，某 second, 某 hr")
		sees(byName, "hr2")
		_, own := h.submit(h.who["inspector"], "second")
		sees(own, "hr", "hr2")
		for _, accused := range []string{"监察员 某 second", "某second（监察岗）", "某\u3000Second和某 rep", "second and the lead", "ＳＥＣＯＮＤ"} {
			_, id := h.submit(nobody, accused)
			sees(id, "inspector")
		}
		for name, put := range map[string]func(*Text){"happened": func(t *Text) { t.Happened += "是某 second做的" }, "place": func(t *Text) { t.Place += "，second 在" },
			"evidence": func(t *Text) { t.Evidence += "某second 写的邮件" }} {
			one, code := text(), h.NewCode()
			put(&one)
			h.good(h.Submit(ctx, nobody, one, code))
			r, err := h.Open(ctx, code)
			h.good(err)
			sees(r.ID, "inspector")
			if name == "place" { // and one who is named only later
				h.good(h.Reply(ctx, code, "还有某 inspector", "f"))
				sees(r.ID, "hr", "hr2")
			}
		}
	})
}

// TestTells is about words in texts.
func TestTells(t *testing.T) {
	for _, c := range []struct {
		text, word string
		want       bool
	}{
		{"督查邵正等人", "邵正", true}, {"邵 正", "邵正", true}, {"邵\u200b正", "邵正", true}, {"邵", "邵", false}, {"王艾力", "艾 力", true}, {"买买提艾力", "买买提·艾力", true},
		{"three of them", "hr", false}, {"HR的人", "hr", true}, {"chr hr2 hr", "hr", true}, {"chr hr2", "hr", false}, {"aa aaa", "aa", true}, {"aaa", "aa", false},
		{"Anna Lee did", "anna  lee", true}, {"Annalee did", "Anna Lee", false}, {"wang.li说", "wang.li", true}, {"", "hr", false}, {"hr", "", false}, {"学习r", "hr", false},
	} {
		if got := tells(c.text, c.word); got != c.want {
			t.Errorf("%q in %q: %v", c.word, c.text, got)
		}
	}
}
