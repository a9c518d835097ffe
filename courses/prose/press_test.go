package prose

import (
	"bytes"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"pgregory.net/rapid"
)

func TestEmphasisBesideChinese(t *testing.T) {
	for _, tt := range []struct{ lang, in, want string }{
		{"zh", "**价格:**客户", "<strong>价格:</strong>客户"},
		{"zh", "**“报价”**之后", "<strong>“报价”</strong>之后"},
		{"zh", "他说**“好”**。", "他说<strong>“好”</strong>。"},
		{"zh", "客户**（含税）**价格", "客户<strong>（含税）</strong>价格"},
		{"zh", "客户**（含税）**HC-G2", "客户<strong>（含税）</strong>HC-G2"},
		{"zh", "用**“A”**B也行", "用<strong>“A”</strong>B也行"},
		{"zh", "用HC**“好”**HC", "用HC<strong>“好”</strong>HC"},
		{"zh", "第一步：**问。**再答", "第一步：<strong>问。</strong>再答"},
		{"zh", "**《合同》**和**《方案》**。", "<strong>《合同》</strong>和<strong>《方案》</strong>。"},
		{"zh", "金额是**¥6,800**元", "金额是<strong>¥6,800</strong>元"},
		{"zh", "**12%**以内", "<strong>12%</strong>以内"},
		{"zh", "打**9折**、**8折**都不行", "打<strong>9折</strong>、<strong>8折</strong>都不行"},
		{"zh", "客户** 不行**。", "客户** 不行**。"},
		{"zh", "**——停。**他说", "<strong>——停。</strong>他说"},
		{"zh", "***价格:***客户", "<em><strong>价格:</strong></em>客户"},
		{"zh", "**[2.4.2](clause:2.4.2)**是", "<strong><a class=\"clause\" href=\"/policy/2.4.2\"><span class=\"clause-id\">2.4.2</span> <span class=\"clause-title\">价格谈判</span></a></strong>是"},
		{"en", "**price:**next", "**price:**next"},
		{"en", "a**“b”**c", "a**“b”**c"},
		{"en", "5 * 3 * 2 and 5*3*2", "5 * 3 * 2 and 5<em>3</em>2"},
		{"en", "snake_case_name and _this_", "snake_case_name and <em>this</em>"},
		{"en", "**价格:**客户", "<strong>价格:</strong>客户"},
	} {
		got, _ := render(tt.lang, tt.in)
		if d := cmp.Diff("<p>"+tt.want+"</p>\n", got); d != "" {
			t.Errorf("%s %s: %s", tt.lang, tt.in, d)
		}
	}
}

// Without a wide character about, emphasis is exactly CommonMark's.
func TestLatinEmphasisIsUnchanged(t *testing.T) {
	plain := goldmark.New()
	rapid.Check(t, func(t *rapid.T) {
		in := "x" + rapid.StringOfN(rapid.SampledFrom([]rune("**_ab é.:(\"“”)")), 0, 30, -1).Draw(t, "in") + "x"
		var want bytes.Buffer
		if err := plain.Convert([]byte(in), &want); err != nil {
			t.Fatal(err)
		}
		if got, _ := render("en", in); got != want.String() {
			t.Fatalf("%q: got %s, want %s", in, got, want.String())
		}
	})
}

func TestMarkdown(t *testing.T) {
	chip := `<a class="clause" href="/policy/2.4.2"><span class="clause-id">2.4.2</span> <span class="clause-title">`
	for _, tt := range []struct{ name, lang, in, want, problems string }{
		{"a newline between Chinese is nothing", "zh", "先问\n再答\n**重点**\n是HC\n价格", "<p>先问再答<strong>重点</strong>是HC价格</p>", ""},
		{"a newline between English is a space", "en", "one\n**two**\nthree", "<p>one\n<strong>two</strong>\nthree</p>", ""},
		{"a newline beside one Chinese word in English", "en", "the word 通关\nmeans", "<p>the word 通关\nmeans</p>", ""},
		{"a hard break stays", "zh", "先问\\\n再答", "<p>先问<br>\n再答</p>", ""},
		{"anchors", "zh", "## 怎样做好\n\n## 怎样做好\n\n### Ask, then *quote*!\n\n## ！！\n\n## 怎样做好 2",
			"<h2 id=\"怎样做好\">怎样做好</h2>\n<h2 id=\"怎样做好-2\">怎样做好</h2>\n<h3 id=\"ask-then-quote\">Ask, then <em>quote</em>!</h3>\n<h2 id=\"part\">！！</h2>\n<h2 id=\"怎样做好-2-2\">怎样做好 2</h2>",
			"lint.italics lint.spacing"},
		{"a line of dashes is no heading", "zh", "一段\n---", "<p>一段</p>\n<hr>", ""},
		{"a chip with its title", "en", "[2.4.2](clause:2.4.2)", "<p>" + chip + "Price &lt;b&gt;</span></a></p>", ""},
		{"a chip with words", "zh", "[**价**格](clause:2.4.2)", "<p>" + chip + "价格</span></a></p>", ""},
		{"a chip for nothing", "zh", "[9.9](clause:9.9)", "<p>9.9</p>", "lint.link_clause"},
		{"a lesson", "zh", "[课](lesson:a/b/c)", `<p><a href="/courses/a/b/c">课</a></p>`, ""},
		{"a lesson that breaks out", "zh", `[课](<lesson:a/b/"onclick=x>)`, "<p>课</p>", "lint.link_foreign"},
		{"a script in a link", "zh", "[点](javascript:alert(1))、[点](JaVaScript&colon;alert(1))、[点](data:text/html,x)", "<p>点、点、点</p>",
			"lint.link_foreign lint.link_foreign lint.link_foreign"},
		{"a link by reference", "zh", "[点][a]\n\n[a]: javascript:alert(1)", "<p>点</p>", "lint.link_foreign"},
		{"an address", "zh", "<https://example.com/?a&b>", "<p>https://example.com/?a&amp;b</p>", "lint.link_foreign"},
		{"an image", "zh", "![图**片**](javascript:x)", "<p>图<strong>片</strong></p>", "lint.image"},
		{"HTML inside", "zh", "甲<script>alert(1)</script>乙", "<p>甲&lt;script&gt;alert(1)&lt;/script&gt;乙</p>", "lint.raw_html lint.raw_html"},
		{"HTML as a block", "zh", "<script>\nalert(1)\n</script>", "&lt;script&gt;\nalert(1)\n&lt;/script&gt;", "lint.raw_html"},
		{"strike-through is off", "en", "~~old~~", "<p>~~old~~</p>", ""},
		{"a callout of two paragraphs", "zh", "> [!SCRIPT]\n> “甲”\n>\n> “乙”",
			"<aside class=\"callout callout-script\" role=\"note\"><p class=\"callout-label\">话术</p>\n<p>“甲”</p>\n<p>“乙”</p>\n</aside>", ""},
		{"a callout with a list", "en", "> [!NOTE]\n> - one",
			"<aside class=\"callout callout-note\" role=\"note\"><p class=\"callout-label\">Note</p>\n<ul>\n<li>one</li>\n</ul>\n</aside>", ""},
		{"a plain quotation", "zh", "> 引文", "<blockquote>\n<p>引文</p>\n</blockquote>", ""},
		{"a marker later on is text", "zh", "> 引文\n>\n> [!NOTE]", "<blockquote>\n<p>引文</p>\n<p>[!NOTE]</p>\n</blockquote>", ""},
		{"an unknown callout", "zh", "> [!BOX]\n> 甲", "<blockquote>\n<p>甲</p>\n</blockquote>", "lint.callout_unknown"},
		{"a check", "zh", "甲\n\n```check\na-1\n```\n\n乙", "<p>甲</p>\n{check a-1}\n<p>乙</p>", ""},
		{"a hostile check", "zh", "```check\n\"><script>\n```", "", "lint.check_id"},
		{"two tables of the same columns", "en", "| A |\n|:-:|\n| 1 |\n\n| A |\n|---|\n",
			"<div class=\"table-wrap\" tabindex=\"0\" role=\"region\" aria-label=\"A\"><table>\n<thead>\n<tr>\n<th scope=\"col\" class=\"center\">A</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td class=\"center\">1</td>\n</tr>\n</tbody>\n</table></div>\n" +
				"<div class=\"table-wrap\" tabindex=\"0\" role=\"region\" aria-label=\"A-2\"><table>\n<thead>\n<tr>\n<th scope=\"col\">A</th>\n</tr>\n</thead>\n</table></div>", ""},
		{"a template", "zh", "[拜访计划](template:visit-plan)", `<p><a href="/library/templates/visit-plan">拜访计划</a></p>`, ""},
		{"a template that is not there", "zh", "[计划](template:plan)", "<p>计划</p>", "lint.link_template"},
		{"a template that breaks out", "zh", `[计划](<template:"onclick=x>)`, "<p>计划</p>", "lint.link_foreign"},
		{"a figure", "zh", "![看**哪里**](figure:funnel)", `<figure class="fig"><svg zh figure-funnel></svg><figcaption>看<strong>哪里</strong></figcaption></figure>`, ""},
		{"a figure twice", "en", "![a](figure:funnel)\n\n![b](figure:funnel)",
			"<figure class=\"fig\"><svg en figure-funnel></svg><figcaption>a</figcaption></figure>\n<figure class=\"fig\"><svg en figure-funnel-2></svg><figcaption>b</figcaption></figure>", ""},
		{"a figure without a caption", "zh", "![](figure:funnel)", `<figure class="fig"><svg zh figure-funnel></svg><figcaption></figcaption></figure>`, "lint.figure_caption"},
		{"a figure that is not there", "zh", "![看](figure:other)", "<p>看</p>", "lint.figure_unknown"},
		{"a figure in a sentence", "zh", "先![看](figure:funnel)", "<p>先看</p>", "lint.image"},
		{"a figure in a list", "zh", "- 先\n\n  ![看](figure:funnel)", "<ul>\n<li>\n<p>先</p>\n<p>看</p>\n</li>\n</ul>", "lint.image"},
		{"a hostile figure", "en", `![a](<figure:"onload=x>)`, "<p>a</p>", "lint.figure_unknown"},
		{"a table with an empty heading", "zh", "| | 甲 |\n|---|--:|\n| 1 | |",
			"<div class=\"table-wrap\" tabindex=\"0\" role=\"region\" aria-label=\"甲\"><table>\n<thead>\n<tr>\n<td></td>\n<th scope=\"col\" class=\"right\">甲</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td class=\"right\"></td>\n</tr>\n</tbody>\n</table></div>", ""},
		{"stars in code", "zh", "`a**b`", "<p><code>a**b</code></p>", ""},
		{"numbered and ticked entries are no typed spaces", "zh", "1. 价格\n\n- [x] 价格\n\n1) 价格", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, problems := render(tt.lang, tt.in)
			if tt.want != "" || tt.in == "" {
				if d := cmp.Diff(tt.want, strings.TrimSpace(got)); d != "" {
					t.Error(d)
				}
			}
			if d := cmp.Diff(tt.problems, strings.Join(problems, " ")); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestIntricate(t *testing.T) {
	fine := strings.Repeat("- **价格**：`a`，[2.4.2](clause:2.4.2)\n", 60) + "\n> > - 1. 引文\n"
	if line := intricate(fine); line != 0 {
		t.Errorf("an ordinary list is refused at line %d", line)
	}
	form := strings.Repeat("| 项目 ", 12) + "|\n" + strings.Repeat("|-", 12) + "|\n" + strings.Repeat(strings.Repeat("| ", 12)+"|\n", 300)
	if line := intricate(form); line != 0 {
		t.Errorf("a table to be filled in is refused at line %d", line)
	}
	if line := intricate(strings.Repeat(strings.Repeat("|a", 20)+"|\n"+strings.Repeat("|-", 20)+"|\n"+strings.Repeat("|\n", 18)+"\n", 100)); line == 0 {
		t.Error("many tables of empty rows are let through")
	}
	for name, in := range map[string]string{
		"emphasis":    strings.Repeat("*a_", 27_000),
		"both ways":   strings.Repeat("*a **a ", 12_000),
		"brackets":    strings.Repeat("[", 80_000),
		"links":       strings.Repeat("[a](", 20_000),
		"backticks":   strings.Repeat("`a``", 20_000),
		"tags":        strings.Repeat("<a ", 27_000),
		"references":  strings.Repeat("&a", 40_000),
		"quotations":  strings.Repeat(">", 80_000),
		"lists":       strings.Repeat("- ", 40_000),
		"indentation": strings.Repeat(" ", 100) + "- a",
		"lines":       strings.Repeat("*a\n", 27_000),
		"cells":       strings.Repeat("|a", 2_000) + "|\n" + strings.Repeat("|-", 2_000) + "|\n" + strings.Repeat("|b|\n", 2_000),
	} {
		if intricate("好。\n\n"+in) != 3 {
			t.Errorf("%s: not refused at its line", name)
		}
		if got, keys := render("zh", in); got != "" || !slices.Equal(keys, []string{"lint.intricate"}) {
			t.Errorf("%s: was read all the same", name)
		}
	}
}

// What grows with the square of the input would never end here.
func TestManyEqualHeadings(t *testing.T) {
	const n = 40_000
	p := NewPress("en", Ground{}).Page(strings.Repeat("## a\n", n))
	if len(p.TOC) != n || p.TOC[0].ID != "a" || p.TOC[n-1].ID != "a-40000" || p.Headings[n-1].Line != n {
		t.Errorf("%d headings, the last %+v", len(p.TOC), p.TOC[len(p.TOC)-1])
	}
}

func TestProblemsOfOnePageAreLimited(t *testing.T) {
	if _, keys := render("zh", strings.Repeat("甲** 乙\n\n", 20_000)); len(keys) != spotLimit {
		t.Errorf("%d problems", len(keys))
	}
}

func TestReadingTime(t *testing.T) {
	for _, tt := range []struct {
		lang, in string
		want     int
	}{
		{"zh", "", 0},
		{"zh", strings.Repeat("字", 349) + "。", 1},
		{"zh", strings.Repeat("字", 350) + "。", 2},
		{"en", strings.Repeat("word ", 200), 1},
		{"en", strings.Repeat("word ", 201), 2},
	} {
		if got := NewPress(tt.lang, Ground{}).Page(tt.in).ReadingMinutes; got != tt.want {
			t.Errorf("%s %.12s…: %d, want %d", tt.lang, tt.in, got, tt.want)
		}
	}
}

// What may come out, whatever goes in.
var (
	anyTag  = regexp.MustCompile(`<[^>]*>?`)
	goodTag = regexp.MustCompile(`^<(/?(p|h[1-6]|ul|ol|li|strong|em|code|pre|blockquote|aside|div|table|thead|tbody|tr|th|td|span|a)|br|hr` +
		`|h[1-6] id="[^"]*"|ol start="\d+"|li class="todo"|code class="language-[^"]*"|td class="(right|center)"|th scope="col"( class="(right|center)")?` +
		`|p class="callout-label"|aside class="callout callout-[a-z]+" role="note"|span class="(box" aria-hidden="true|clause-id|clause-title)"` +
		`|figure class="fig"|/?figcaption|/figure|svg (zh|en) figure-funnel(-\d+)?|/svg|a class="term" href="/library/glossary#[a-z-]+"|a href="/library/templates/visit-plan"|a class="clause" href="/policy/[\d.]+"|a href="/courses/[a-z0-9/-]+"|div class="table-wrap" tabindex="0" role="region" aria-label="[^"]*")>$`)
)

func FuzzMarkdown(f *testing.F) {
	for _, seed := range []string{
		"## 标题\n\n**价格:**客户 [a](javascript:x) <script>x</script>", "> [!NOTE]\n> 甲\n\n| a | b |\n|---|--:|\n| <b> | \" |",
		"- [ ] a\n- [x] b\n\n1. c\n   - d", "```check\na-1\n```\n```x\"y\n<script>\n```", "[a](clause:2.4.2 \"x\") ![b](data:x) <a@b.c> <http://x>",
		"a\\\nb  \nc&lt;d&#60;", "![价格](figure:funnel)\n\n价格谈判*price*s [x](template:visit-plan)", "[x]: javascript:1\n\n[x]", "# \x00 \xff", "> [!NOTE]", "|\n|-|\n|`|`|", "    code\n\n***", "<!-- # x",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		for _, lang := range Languages {
			out, _ := render(lang, in)
			for _, b := range NewPress(lang, house()).Page(in).Blocks {
				out += b.HTML
			}
			for _, tag := range anyTag.FindAllString(out, -1) {
				if !goodTag.MatchString(tag) {
					t.Fatalf("%q gave the tag %s", in, tag)
				}
			}
			if strings.Contains(strings.ToLower(html.UnescapeString(strings.Join(anyTag.FindAllString(out, -1), ""))), "href=\"javascript:") {
				t.Fatalf("%q gave a script", in)
			}
		}
	})
}
