package catalog

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

const (
	glossaryFile = "fieldbook/glossary.yaml"
	drawingFile  = "fieldbook/figures/funnel.svg"
	formFile     = "fieldbook/templates/plan.zh.md"
)

// withFieldbook is the test content with a field library, of which the lesson on price shows and links something.
func withFieldbook(t testing.TB) fstest.MapFS {
	t.Helper()
	files := folder(t)
	for name, text := range map[string]string{
		glossaryFile: `- id: discount
  term: {zh: 九折, en: discount}
  means: {zh: 少收一成。, en: Ten percent less.}
- id: price
  term: {zh: 价格, en: price}
  means: {zh: 客户要付的数。, en: What the customer pays.}
- id: reason
  term: {zh: 为什么, en: why}
  also: {zh: [第一天, 底线], en: [first day, limit]}
  means: {zh: 缘由。, en: The reason.}
`,
		"fieldbook/figures/funnel.yaml":  "id: funnel\ntitle: {zh: 漏斗, en: Funnel}\ndescribe: {zh: 从多到少。, en: From many to few.}\nwords:\n  many: {zh: 多, en: Many}\n",
		drawingFile:                      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 100"><text x="1" y="1">{many}</text></svg>`,
		formFile:                         "---\nid: plan\ntitle: 计划\nsummary: 五分钟。\nclauses: [\"2.4\"]\norder: 1\n---\n## 一\n\n[课](lesson:process/negotiation/price)\n",
		"fieldbook/templates/plan.en.md": "---\nid: plan\ntitle: Plan\nsummary: Five minutes.\nclauses: [\"2.4\"]\norder: 1\n---\n## One\n\n[Lesson](lesson:process/negotiation/price)\n",
	} {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	edit(t, files, zhFile, "汤蕙要九折", "![看漏斗](figure:funnel)\n\n填好[计划](template:plan)。汤蕙要九折")
	edit(t, files, enFile, "Tang Hui wants ten per cent off.", "![See](figure:funnel)\n\nFill in the [plan](template:plan). Tang Hui wants a discount of ten per cent.")
	return files
}

func TestLessonsUseTheFieldbook(t *testing.T) {
	c, problems := Read(withFieldbook(t))
	for _, p := range problems {
		t.Errorf("%s:%d %s %v", p.File, p.Line, p.Key, p.Args)
	}
	page := c.Lesson("process/negotiation/price").Page("zh")
	var html string
	for _, b := range page.Blocks {
		html += b.HTML
	}
	for _, want := range []string{`<figure class="fig"><svg viewBox="0 0 480 100" role="img" aria-labelledby="figure-funnel-title"`, "<figcaption>看漏斗</figcaption></figure>",
		`<a href="/library/templates/plan">计划</a>`, `<a class="term" href="/library/glossary#discount">九折</a>`} {
		if !strings.Contains(html, want) {
			t.Errorf("no %s in %s", want, html)
		}
	}
}

// What the field library adds to a lesson changes neither what was read, as the hash has it, nor what search finds.
func TestFieldbookChangesNoLesson(t *testing.T) {
	files := withFieldbook(t)
	with, _ := Read(files)
	for name := range files {
		if strings.HasPrefix(name, "fieldbook/") {
			delete(files, name)
		}
	}
	without, _ := Read(files)
	if with.Hash == without.Hash {
		t.Error("the hash of all does not show the field library")
	}
	for l := range with.eachLesson() {
		for _, lang := range languages {
			a, b := l.Page(lang), without.Lesson(l.Key()).Page(lang)
			if a.Hash != b.Hash || a.Source != b.Source || a.Runes != b.Runes {
				t.Errorf("%s changed", l.Key())
			}
			if d := cmp.Diff(b.Passages, a.Passages); d != "" {
				t.Errorf("%s: %s", l.Key(), d)
			}
		}
	}
}

func TestLintFieldbook(t *testing.T) {
	for _, tt := range []struct{ file, old, new, want string }{
		{enFile, "![See](figure:funnel)\n\n", "", enFile + ":50 lint.differs_figures"},
		{zhFile, "figure:funnel", "figure:tunnel", zhFile + ":55 lint.figure_unknown"},
		{zhFile, "![看漏斗]", "![]", zhFile + ":55 lint.figure_caption"},
		{zhFile, "template:plan", "template:play", zhFile + ":57 lint.link_template"},
		{formFile, "lesson:process/negotiation/price", "lesson:process/negotiation/none", formFile + ":10 lint.link_lesson"},
		{formFile, `["2.4"]`, `["9"]`, formFile + ":5 lint.clause_unknown"},
		{glossaryFile, "also: {zh: [第一天, 底线]", "also: {zh: [底线]", "courses/basics/01-purpose.zh.md:10 lint.no_term"},
	} {
		files := withFieldbook(t)
		edit(t, files, tt.file, tt.old, tt.new)
		if got := found(Read(files)); !slices.Contains(got, tt.want) {
			t.Errorf("%s → %s: %v, want %s", tt.old, tt.new, got, tt.want)
		}
	}
}

// Live editing shows what changes in the field library, and keeps what was good while a file of it cannot be read.
func TestRefreshOfFieldbook(t *testing.T) {
	files := withFieldbook(t)
	lib, _ := NewLibrary(files)
	drawn := func() string {
		var out string
		for _, b := range lib.Current().Lesson("process/negotiation/price").Page("zh").Blocks {
			out += b.HTML
		}
		return out
	}
	step := func(name, file, old, new, want string, changes bool) {
		t.Helper()
		touch(t, files, file, old, new)
		changed, _, err := lib.Refresh()
		if err != nil || changed != changes || !strings.Contains(drawn(), want) {
			t.Errorf("%s: changed %v, %v: %s", name, changed, err, drawn())
		}
	}
	step("a word of a figure", "fieldbook/figures/funnel.yaml", "zh: 多,", "zh: 许多,", ">许多<", true)
	step("a drawing", drawingFile, `x="1"`, `x="7"`, `<text x="7"`, true)
	step("a slip of the pen", drawingFile, "</text>", "<text>", `<text x="7"`, false)
	step("put right", drawingFile, "{many}<text>", "{many}</text>", `<text x="7"`, false)
	step("a term", glossaryFile, "zh: 九折", "zh: 汤蕙要", `#discount">汤蕙要</a>`, true)
	step("a template", formFile, "title: 计划", "title: 新计划", "figure", true)
	if got := lib.Current().Book.Template("plan").Title.ZH; got != "新计划" {
		t.Error(got)
	}
}
