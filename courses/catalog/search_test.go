package catalog

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestTokens(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"价格谈判", "价格 格谈 谈判"},
		{"价", "价"},
		{"价 格", "价 格"},
		{"HC-G2的价", "hc g2 的价"},
		{"2.4.2。", "2.4.2"},
		{"see 2.4.2.", "see 2.4.2"},
		{"¥6,800 12.5%", "6800 12.5"},
		{"1,2,a 1,234,567", "1 2 a 1234567"},
		{"100，200", "100 200"},
		{"Ｔｅｎｇｑｉ ２．４．２", "tengqi 2.4.2"},
		{"Café CAFE\u0301 Ünïcode", "cafe unicode"},
		{"customer's", "customer s"},
		{"", ""},
		{"，。！?", ""},
		{"\xff价格\xfe", "价格"},
	} {
		if d := cmp.Diff(tt.want, strings.Join(asked(tt.in), " ")); d != "" {
			t.Errorf("%q: %s", tt.in, d)
		}
	}
}

// Whatever words are taken out of a text, asking for them finds the text: a query has no token that the index
// of its text has not.
func TestTokensOfQueryAreTokensOfText(t *testing.T) {
	word := rapid.OneOf(rapid.StringMatching(`[价格谈判客户]{1,5}`), rapid.StringMatching(`[A-Za-zéÜ]{1,4}`),
		rapid.StringMatching(`[0-9０-９]{1,3}([.,][0-9]{1,2}){0,2}`))
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(word, 1, 8).Draw(t, "words")
		text := strings.Join(words, rapid.SampledFrom([]string{" ", "，", "、 ", "\n", "（"}).Draw(t, "between"))
		from := rapid.IntRange(0, len(words)-1).Draw(t, "from")
		query := strings.Join(words[from:rapid.IntRange(from+1, len(words)).Draw(t, "to")], " ")
		if i := rapid.IntRange(0, 2).Draw(t, "cut"); i > 0 && isIdeograph([]rune(query)[0]) { // a part of a Chinese word, too
			query = string([]rune(query)[min(i, utf8.RuneCountInString(query)-1):])
			if query == "" || !isIdeograph([]rune(query)[0]) {
				t.Skip()
			}
		}
		have := map[string]bool{}
		for _, tok := range tokens(text) {
			if tok.start < 0 || tok.end > len(text) || tok.start >= tok.end || !utf8.ValidString(text[tok.start:tok.end]) {
				t.Fatalf("%+v stands nowhere in %q", tok, text)
			}
			have[tok.text] = true
		}
		for _, want := range asked(query) {
			if !have[want] {
				t.Fatalf("%q asks for %q, which %q has not", query, want, text)
			}
		}
	})
}

func TestSearch(t *testing.T) {
	c, _ := Read(folder(t))
	for _, tt := range []struct{ lang, query, want string }{
		{"zh", "价格", "price@ prepare@"}, // in the title first; in the text of the other
		{"zh", "价格 底线", "prepare@"},
		{"zh", "价格 九折", "price@情境"},
		{"zh", "谈判", "prepare@ price@"}, // a clause's title counts as a heading
		{"zh", "折", "price@情境"},
		{"zh", "格价", ""},
		{"zh", "ＨＣ-g2", "prepare@"},
		{"zh", "6800", "prepare@"},
		{"zh", "2.4.2", "price@ prepare@三个数字"},
		{"en", "CAFE", "price@the-situation"},
		{"en", "café", "price@the-situation"},
		{"en", "price", "price@ prepare@"},
		{"en", "caf", ""},
		{"en", "价格", ""},
		{"zh", "", ""},
		{"zh", "，", ""},
		{"fr", "price", ""},
		{"zh", strings.Repeat("价格", 5000), ""},
	} {
		var got []string
		for _, h := range c.Search(tt.lang, tt.query, 10) {
			got = append(got, h.Lesson.ID+"@"+h.Anchor)
		}
		if d := cmp.Diff(tt.want, strings.Join(got, " ")); d != "" {
			t.Errorf("%s %.20q: %s", tt.lang, tt.query, d)
		}
	}
	if got := c.Search("zh", "价格", 1); len(got) != 1 {
		t.Errorf("a limit of 1 gave %d", len(got))
	}
}

func TestSnippet(t *testing.T) {
	for _, tt := range []struct{ text, query, want string }{
		{"先看价格，再谈。", "价格", "先看[价格]，再谈。"},
		{"价格谈判", "价格谈判", "[价格谈判]"},
		{"价格格局", "价格 格局", "[价格格局]"},
		{"a price, a PRICE", "price", "a [price], a [PRICE]"},
		{"没有", "价格", "没有"},
		{strings.Repeat("前", 30) + "价格" + strings.Repeat("后", 90), "价格", "…" + strings.Repeat("前", 16) + "[价格]" + strings.Repeat("后", 48) + "…"},
	} {
		var marks []token
		for _, tok := range tokens(tt.text) {
			if slices.Contains(asked(tt.query), tok.text) {
				marks = append(marks, tok)
			}
		}
		var b strings.Builder
		for _, s := range snippet(tt.text, marks) {
			if s.Match {
				fmt.Fprintf(&b, "[%s]", s.Text)
			} else {
				b.WriteString(s.Text)
			}
		}
		if d := cmp.Diff(tt.want, b.String()); d != "" {
			t.Error(d)
		}
	}
}

// Wherever a snippet is cut, it is whole characters of its text.
func TestSnippetIsCutBetweenCharacters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"价格", "谈", "é", "price ", "𠮷", "longwordlongword", " "}), 1, 90).Draw(t, "text"), "")
		var marks []token
		for _, tok := range tokens(text) {
			if tok.text == "价格" || tok.text == "price" {
				marks = append(marks, tok)
			}
		}
		var whole strings.Builder
		for _, s := range snippet(text, marks) {
			whole.WriteString(s.Text)
		}
		got := whole.String()
		if !utf8.ValidString(got) || !strings.Contains(text, strings.Trim(got, "…")) {
			t.Fatalf("%q is no piece of %q", got, text)
		}
	})
}

func BenchmarkSearch(b *testing.B) {
	files := folder(b)
	for i := range 60 {
		for _, lang := range languages {
			text := files["courses/basics/01-purpose."+lang+".md"]
			files[fmt.Sprintf("courses/basics/%02d-m%d.%s.md", i+2, i, lang)] = &fstest.MapFile{Data: append(slices.Clone(text.Data),
				[]byte(strings.Repeat("\n林岚先看价格再谈条件，客户要的是HC-G2。\n", 60))...)}
		}
	}
	c, _ := Read(files)
	c.Search("zh", "价格", 1)
	for b.Loop() {
		c.Search("zh", "价格 条件", 20)
	}
}
