package catalog

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestMarkHits(t *testing.T) {
	for _, tt := range []struct {
		page, query, want string
		n                 int
	}{
		{"<p>先看价格，再谈<strong>价格</strong>。</p>", "价格", "<p>先看<mark>价格</mark>，再谈<strong><mark>价格</mark></strong>。</p>", 2},
		{"<p>价格谈判</p>", "价格 谈判", "<p><mark>价格谈判</mark></p>", 1},
		{`<h2 id="价格">Q&amp;A: Price &lt; 5</h2>`, "price", `<h2 id="价格">Q&amp;A: <mark>Price</mark> &lt; 5</h2>`, 1},
		{`<svg><text>价格</text></svg><p>价格</p>`, "价格", `<svg><text>价格</text></svg><p><mark>价格</mark></p>`, 1},
		{`<p>对价格<a href="#"><span class="hidden">对这一段价格</span></a>，<span class="box"></span>价格</p>`, "价格",
			`<p>对<mark>价格</mark><a href="#"><span class="hidden">对这一段价格</span></a>，<span class="box"></span><mark>价格</mark></p>`, 2},
		{"<p>Q&amp;A &quot;x&quot;</p>", "none", "<p>Q&amp;A &quot;x&quot;</p>", 0},
		{"<p>价格</p>", " ", "<p>价格</p>", 0},
		{"<p>价</p", "格", "<p>价</p", 0},
	} {
		got, n := MarkHits(tt.page, tt.query)
		if diff := cmp.Diff(tt.want, got); diff != "" || n != tt.n {
			t.Errorf("%q in %q: %d marks, want %d\n%s", tt.query, tt.page, n, tt.n, diff)
		}
	}
}

var betweenTags = regexp.MustCompile(`<[^>]*>`)

// Whatever is asked for, marking changes no word and opens nothing that it does not close.
func TestMarkingChangesNoWord(t *testing.T) {
	pieces := []string{"<p>", "</p>", "<svg>", "</svg>", "价格", "谈判", "price", " ", "&lt;b&gt;", "&amp;", "é", "6,800", "<b>", "</b>", "\u0301"}
	rapid.Check(t, func(t *rapid.T) {
		page := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 30).Draw(t, "page"), "")
		query := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"价格", "谈", "price", " ", "6800", "e", "amp", "<", "b"}), 0, 5).Draw(t, "query"), "")
		got, n := MarkHits(page, query)
		if o, c := strings.Count(got, "<mark>"), strings.Count(got, "</mark>"); o != n || c != n {
			t.Fatalf("%d marks are %d opened and %d closed: %q", n, o, c, got)
		}
		words := func(s string) string { return html.UnescapeString(betweenTags.ReplaceAllString(s, "")) }
		if words(got) != words(page) {
			t.Fatalf("%q became %q", page, got)
		}
	})
}
