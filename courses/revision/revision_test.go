package revision

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tongguan/courses/amendment"
	"tongguan/courses/passage"
)

// brief writes a change in one line: {gone} and [added].
func brief(c Change) string {
	var b strings.Builder
	b.WriteString(string(c.Fate) + " ")
	for _, s := range c.Spans {
		switch s.Kind {
		case amendment.Gone:
			b.WriteString("{" + s.Text + "}")
		case amendment.Added:
			b.WriteString("[" + s.Text + "]")
		default:
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

func TestWhatChanged(t *testing.T) {
	before := passage.Cut([]string{"<h2>怎样做好</h2><p>报价之前先问清停机时间。</p><p>让步要换条件。</p><p>最后写下纪要。</p>" +
		`<div class="table-wrap"><table><tr><td>首次</td><td>2%</td></tr><tr><td>再次</td><td>1.5%</td></tr></table></div>`})
	after := passage.Cut([]string{"<h2>怎样做好</h2><p>报价之前先问清每月停机时间。</p><p>The customer says nothing yet.</p><p>最后写下纪要。</p>" +
		`<div class="table-wrap"><table><tr><td>首次</td><td>2%</td></tr><tr><td>再次</td><td>2%</td></tr></table></div>`})
	var got []string
	for _, c := range Compare(before, after) {
		got = append(got, brief(c))
	}
	want := []string{"same 怎样做好", "changed 报价之前先问清[每月]停机时间。", "gone {让步要换条件。}", "added [The customer says nothing yet.]", "same 最后写下纪要。", "same 首次 | 2%", "changed 再次 | {1.5}[2]%"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestBothVersionsAreInTheDifference rebuilds each version out of the comparison.
func TestBothVersionsAreInTheDifference(t *testing.T) {
	texts := rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom([]rune("停机时间ab ")), 1, 12, -1), 0, 12)
	rapid.Check(t, func(t *rapid.T) {
		make := func(name string) (out []passage.Piece) {
			for i, s := range texts.Draw(t, name) {
				out = append(out, passage.Piece{Number: i + 1, Kind: passage.Paragraph, Text: s})
			}
			return out
		}
		a, b := make("before"), make("after")
		var was, is []string
		for _, c := range Compare(a, b) {
			var old, now string
			for _, s := range c.Spans {
				if s.Kind != amendment.Added {
					old += s.Text
				}
				if s.Kind != amendment.Gone {
					now += s.Text
				}
			}
			if c.Fate != Added {
				was = append(was, old)
			}
			if c.Fate != Gone {
				is = append(is, now)
			}
		}
		words := func(all []passage.Piece) (out []string) {
			for _, p := range all {
				out = append(out, p.Text)
			}
			return out
		}
		if !slices.Equal(was, words(a)) || !slices.Equal(is, words(b)) {
			t.Fatalf("%q → %q came out as %q → %q", words(a), words(b), was, is)
		}
	})
}

// BenchmarkRewritten compares two lessons of which nothing stayed.
func BenchmarkRewritten(b *testing.B) {
	var x, y []passage.Piece
	for i := range 90 {
		x = append(x, passage.Piece{Number: i + 1, Kind: passage.Paragraph, Text: strings.Repeat(fmt.Sprintf("停机时间%d，", i), 12)})
		y = append(y, passage.Piece{Number: i + 1, Kind: passage.Paragraph, Text: strings.Repeat(fmt.Sprintf("先问停机%d。", i), 12)})
	}
	for b.Loop() {
		Compare(x, y)
	}
}
