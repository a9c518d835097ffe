package prose

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// terms renders with the glossary, and shows each link to it as [words|id].
func terms(lang, body string) string {
	var b strings.Builder
	for _, block := range NewPress(lang, house()).Page(body).Blocks {
		b.WriteString(block.HTML)
	}
	return termLink.ReplaceAllString(b.String(), "[$2|$1]")
}

var termLink = regexp.MustCompile(`<a class="term" href="/library/glossary#([a-z-]+)">([^<]*)</a>`)

func TestTerms(t *testing.T) {
	for _, tt := range []struct{ name, lang, in, want string }{
		{"in Chinese wherever it stands", "zh", "先谈价格再谈交期", "<p>先谈[价格|price]再谈交期</p>"},
		{"the longest", "zh", "价格谈判不只谈价格", "<p>[价格谈判|price-talk]不只谈[价格|price]</p>"},
		{"once", "zh", "价格、价格\n\n价格", "<p>[价格|price]、价格</p>\n<p>价格</p>"},
		{"a longer one that was linked hides what is in it", "zh", "价格谈判，价格谈判。", "<p>[价格谈判|price-talk]，价格谈判。</p>"},
		{"whole words", "en", "The priceless price, the prices", "<p>The priceless [price|price], the prices</p>"},
		{"more than one", "en", "Two Prices.", "<p>Two [Prices|price].</p>"},
		{"no s after an s", "en", "a losss, a loss", "<p>a losss, a [loss|loss]</p>"},
		{"another’s", "en", "the price’s end", "<p>the [price|price]’s end</p>"},
		{"not a part of a compound", "en", "price-range, a follow-up", "<p>price-range, a [follow-up|follow-up]</p>"},
		{"capitals", "en", "is it IT?", "<p>is it [IT|it]?</p>"},
		{"Latin beside Chinese", "zh", "用BATNA说话", "<p>用[BATNA|batna]说话</p>"},
		{"in bold and in lists", "zh", "- **价格**先行", "<ul>\n<li><strong>[价格|price]</strong>先行</li>\n</ul>"},
		{"in a callout, not in its label", "zh", "> [!SCRIPT]\n> 价格", "<aside class=\"callout callout-script\" role=\"note\"><p class=\"callout-label\">话术</p>\n<p>[价格|price]</p>\n</aside>"},
		{"not in headings", "zh", "## 价格\n\n价格", "<h2 id=\"价格\">价格</h2>\n<p>[价格|price]</p>"},
		{"not in tables", "en", "| price |\n|---|\n| price |\n\nprice", "[price|price]</p>"},
		{"not in code", "en", "`price`", "<p><code>price</code></p>"},
		{"not in links", "en", "[price](lesson:a/b/c)", `<p><a href="/courses/a/b/c">price</a></p>`},
		{"not in a figure's caption", "en", "![price](figure:funnel)", `<figure class="fig"><svg en figure-funnel></svg><figcaption>price</figcaption></figure>`},
		{"before a line's end", "en", "a price\nand more", "<p>a [price|price]\nand more</p>"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := strings.TrimSpace(terms(tt.lang, tt.in))
			if strings.HasPrefix(tt.want, "[") { // the end is what matters
				if !strings.HasSuffix(got, tt.want) || strings.Count(got, "|price]") != 1 {
					t.Error(got)
				}
				return
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestTermsAreLimited(t *testing.T) {
	words := map[string][]string{}
	var text []string
	for _, c := range "abcdefghijklmnopqrst" {
		words[string(c)] = []string{strings.Repeat(string(c), 3)}
		text = append(text, strings.Repeat(string(c), 3))
	}
	p := NewPress("en", Ground{Terms: map[string]*Lexicon{"en": NewLexicon(words)}}).Page("intro\n\n" + strings.Join(text, " "))
	if len(p.Terms) != termLimit || p.Terms[0] != (Mark{Line: 3, Text: "a"}) || p.Terms[termLimit-1].Text != "l" {
		t.Error(p.Terms)
	}
}

// A glossary changes no word of a page, whatever it says: neither what is read nor what search finds.
func TestTermsChangeNoWord(t *testing.T) {
	piece := rapid.SampledFrom([]string{"价格", "谈判", "price", "prices", " ", "**", "*", "\n", "\n\n", "- ", "BATNA", "&amp;", "&price;", "\\", "[a](lesson:a/b/c)", "`", "## ", "> ", "x", "，", "| a |\n|---|\n", "it", "IT"})
	rapid.Check(t, func(t *rapid.T) {
		in := strings.Join(rapid.SliceOfN(piece, 0, 30).Draw(t, "in"), "")
		lang := rapid.SampledFrom(Languages).Draw(t, "lang")
		with, without := NewPress(lang, house()).Page(in), NewPress(lang, bare()).Page(in)
		var a, b strings.Builder
		for _, one := range with.Blocks {
			a.WriteString(termLink.ReplaceAllString(one.HTML, "$2"))
		}
		for _, one := range without.Blocks {
			b.WriteString(one.HTML)
		}
		if d := cmp.Diff(b.String(), a.String()); d != "" {
			t.Fatal(d)
		}
		with.Blocks, without.Blocks, with.Terms = nil, nil, nil
		if d := cmp.Diff(without, with); d != "" {
			t.Fatal(d)
		}
	})
}
