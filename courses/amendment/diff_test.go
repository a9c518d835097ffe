package amendment

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func marked(all []Span) string {
	var b strings.Builder
	for _, s := range all {
		b.WriteString(map[Kind]string{Same: s.Text, Gone: "[-" + s.Text + "-]", Added: "{+" + s.Text + "+}"}[s.Kind])
	}
	return b.String()
}

func TestCompare(t *testing.T) {
	for _, c := range []struct{ before, after, want string }{
		{"", "", ""},
		{"守住利润。", "守住利润。", "守住利润。"},
		{"守住公司的利润。", "守住公司的毛利底线。", "守住公司的[-利润-]{+毛利底线+}。"},
		{"Keep the price.", "Keep the price and the margin.", "Keep the price{+ and the margin+}."},
		{"Within 48 hours", "Within 24 hours", "Within [-48-]{+24+} hours"},
		{"删去的", "", "[-删去的-]"},
		{"a 的 b", "c 的 d", "[-a 的 b-]{+c 的 d+}"}, // what is the same by accident is given up
	} {
		if got := marked(Compare(c.before, c.after)); got != c.want {
			t.Errorf("%q → %q: %s, want %s", c.before, c.after, got, c.want)
		}
	}
}

// Both texts can be read out of the difference, nothing stands next to its like, and what did not change shows no change.
func TestCompareLosesNothing(t *testing.T) {
	text := rapid.StringMatching(`([a-c]{1,3} |[客户价格]|[，。]){0,20}`)
	rapid.Check(t, func(t *rapid.T) {
		before, after := text.Draw(t, "before"), text.Draw(t, "after")
		all := Compare(before, after)
		var a, b strings.Builder
		for i, s := range all {
			if s.Text == "" || i > 0 && all[i-1].Kind == s.Kind {
				t.Fatalf("span %d of %v", i, all)
			}
			if s.Kind != Added {
				a.WriteString(s.Text)
			}
			if s.Kind != Gone {
				b.WriteString(s.Text)
			}
		}
		if a.String() != before || b.String() != after {
			t.Fatalf("%q %q: %s", before, after, marked(all))
		}
		if before == after && len(all) > 1 {
			t.Fatalf("the same text: %s", marked(all))
		}
	})
	if diff := cmp.Diff(2, len(Compare(strings.Repeat("价", mostTokens+1), "x"))); diff != "" {
		t.Error(diff)
	}
}
