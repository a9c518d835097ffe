package catalog

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"tongguan/courses/prose"
	"tongguan/server/base/fault"
)

func TestLint(t *testing.T) {
	long := strings.Repeat("长", 81)
	tests := []struct {
		file, old, new string
		want           string // file:line key, where the file is the edited one unless it is named
	}{
		{zhFile, "clauses=\"2.4.1\"", "clauses=\"2.4.9\"", ":11 lint.clause_unknown"},
		{zhFile, "clauses=\"2.4.1\"", "clauses=\"1.1\"", ":11 lint.clause_unlisted"},
		{zhFile, "clauses=\"2.4.2\"", "clauses=\"2.4.1\"", "policy.yaml:19 lint.clause_untaught"},
		{zhFile, `clauses: ["2.4", `, `clauses: ["2.9", `, ":6 lint.clause_unknown"},
		{"policy.yaml", `"2.4.2"`, `"2.4.1"`, ":19 lint.duplicate"},
		{"policy.yaml", "title: {zh: 价格谈判, en: Price}", "title: {zh: 价格谈判}", ":20 lint.missing_en"},
		{"policy.yaml", "title: {zh: 价格谈判, en: Price}", "title: {zh: 谈 HC-G2, en: Price}", ":20 lint.spacing"},
		{"policy.yaml", "summary: {zh: 守住利润。, en: Protect the profit.}", "sumary: {}", ":21 lint.field_unknown"},
		{"policy.yaml", "id: \"2.4.2\"", "id: [", ":18 lint.yaml"},
		{"policy.yaml", `  - id: "1"`, `  - id: "3"`, ":7 lint.chapter_unknown"},
		{"courses/process/course.yaml", "zh: 六个阶段。, ", "", ":5 lint.missing_zh"},
		{"courses/process/course.yaml", "order: 2", "order: two", ":3 lint.yaml"},
		{"courses/process/course.yaml", `chapter: "2"`, `chapter: "7"`, ":2 lint.chapter_unknown"},
		{"courses/process/course.yaml", "id: process", "id: proces", ":1 lint.course_id"},
		{zhFile, "order: 4", "order: 5", ":8 lint.module_order"},
		{zhFile, "id: negotiation", "id: negotiations", ":2 lint.module_id"},
		{zhFile, "minutes: 25", "minutes: 26", ":7 lint.minutes_sum"},
		{zhFile, "stage: negotiate", "stage: haggle", ":5 lint.stage_unknown"},
		{zhFile, "stage: negotiate", "teacher: 林岚", ":5 lint.field_unknown"},
		{zhFile, "summary: 守住利润，也守住关系\n", "", ":2 lint.field_missing"},
		{zhFile, "---\nid", "id", ":1 lint.front_missing"},
		{zhFile, "# 谈判前", "多余的话\n\n# 谈判前", ":11 lint.text_before"},
		{zhFile, " {#price clauses=\"2.4.2\" minutes=\"10\"}", "", ":51 lint.lesson_heading"},
		{zhFile, "#price", "#quiz", ":51 lint.lesson_id"},
		{zhFile, "#price", "#Price", ":51 lint.lesson_id"},
		{zhFile, "#price", "#prepare", ":51 lint.duplicate"},
		{zhFile, "#price", "#price level=\"2\"", ":51 lint.lesson_attribute"},
		{zhFile, " clauses=\"2.4.2\"", "", ":51 lint.lesson_clauses"},
		{zhFile, " minutes=\"10\"", "", ":51 lint.lesson_minutes"},
		{zhFile, "```text", "````text", ":35 lint.fence_open"},
		{zhFile, "## 清单", "## 收尾", ":43 lint.section"},
		{zhFile, "## 清单", "### 清单", ":11 lint.section_missing"},
		{zhFile, "### 三个", "#### 三个", ":26 lint.heading_level"},
		{zhFile, "### 三个", "## 三个", enFile + ":25 lint.differs_headings"},
		{enFile, "#prepare", "#preparing", ":0 lint.differs_lessons"},
		{enFile, "minutes=\"10\"", "minutes=\"11\"", ":50 lint.differs_field"},
		{enFile, "clauses=\"2.4.2\"", "clauses=\"2.4.1\"", ":50 lint.differs_field"},
		{enFile, "stage: negotiate\n", "", ":2 lint.differs_field"},
		{enFile, "|:---|---:|", "", ":11 lint.differs_tables"},
		{enFile, "neg-c1", "neg-c2", ":21 lint.differs_checks"},
		{enFile, "[!REDLINE]", "[!CASE]", ":38 lint.differs_callouts"},
		{zhFile, "(lesson:process/negotiation/price)", "(lesson:process/negotiation/cost)", ":33 lint.link_lesson"},
		{zhFile, "[价格条款](clause:2.4.2)", "[价格条款](clause:2.4.7)", ":33 lint.link_clause"},
		{zhFile, "(clause:2.4.2)", "(https://example.com/a)", ":33 lint.link_foreign"},
		{zhFile, "汤蕙要九折", "<https://example.com>", ":55 lint.link_foreign"},
		{zhFile, "汤蕙要九折", "![图](a.png)", ":55 lint.image"},
		{zhFile, "汤蕙要九折", "<b>汤蕙</b>要九折", ":55 lint.raw_html"},
		{zhFile, "汤蕙要九折", "<div>\n汤蕙", ":55 lint.raw_html"},
		{zhFile, "汤蕙要九折", "*汤蕙*要九折", ":55 lint.italics"},
		{zhFile, "汤蕙要九折", "汤蕙**要九折", ":55 lint.stray_stars"},
		{zhFile, "汤蕙要九折", long, ":55 lint.long_run"},
		{zhFile, "汤蕙要九折", "汤蕙要 9 折", ":55 lint.spacing"},
		{zhFile, "| 平台订阅 |", "| 平台 **A** |", ":31 lint.spacing"},
		{zhFile, "[!SCRIPT]", "[!QUOTE]", ":19 lint.callout_unknown"},
		{zhFile, "neg-c1", "neg c1", ":22 lint.check_id"},
		{zhFile, "汤蕙要九折。", "```check\nneg-c1\n```", ":55 lint.check_repeated"},
		{zhFile, "汤蕙要九折。", "- ```check\n  neg-c1\n  ```", ":55 lint.check_nested"},
		{zhFile, "汤蕙要九折", strings.Repeat("*a_", 27_000), ":55 lint.intricate"},
		{zhFile, "汤蕙要九折", strings.Repeat("> ", 100), ":55 lint.intricate"},
		{zhFile, "汤蕙要九折", strings.Repeat("长。", sizeLimit), ":0 lint.too_big"},
		{zhFile, "汤蕙要九折", "\xff", ":0 lint.not_text"},
		{zhFile, "汤蕙要九折", "\x00", ":0 lint.not_text"},
	}
	for _, tt := range tests {
		t.Run(tt.want+" "+prose.Clip(tt.new, 12), func(t *testing.T) {
			files := folder(t)
			edit(t, files, tt.file, tt.old, tt.new)
			want := tt.want
			if strings.HasPrefix(want, ":") {
				want = tt.file + want
			}
			if got := found(Read(files)); !slices.Contains(got, want) {
				t.Errorf("want %s, got %q", want, got)
			}
		})
	}
}

func found(c *Catalog, problems []fault.Problem) []string {
	var got []string
	for _, p := range problems {
		got = append(got, fmt.Sprintf("%s:%d %s", p.File, p.Line, p.Key))
	}
	return got
}

func TestLintFiles(t *testing.T) {
	files := folder(t)
	delete(files, enFile)
	files["courses/process/5-care.zh.md"] = files[zhFile]
	files["courses/process/.swp"] = files[zhFile]
	files["courses/process/04-negotiation.questions.yaml"] = files[zhFile]
	files["courses/readme.txt"] = files[zhFile]
	files["courses/empty/notes"] = files[zhFile]
	got := found(Read(files))
	want := []string{
		"courses/empty/course.yaml:0 lint.unreadable",
		"courses/process/04-negotiation.en.md:0 lint.file_missing",
		"courses/process/5-care.zh.md:0 lint.file_name",
		"courses/readme.txt:0 lint.file_name",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestLintStageForAllOrNone(t *testing.T) {
	files := folder(t)
	for _, lang := range languages {
		name := "courses/process/05-purpose." + lang + ".md"
		files[name] = files["courses/basics/01-purpose."+lang+".md"]
		edit(t, files, name, "order: 1", "order: 5")
	}
	if got := found(Read(files)); !slices.Contains(got, "courses/process/05-purpose.zh.md:1 lint.stage_missing") {
		t.Error(got)
	}
}

// Every sentence that a problem asks for exists in both languages, with the same gaps, which the problem fills.
func TestSentences(t *testing.T) {
	used := map[string]map[string]bool{}
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := filepath.Glob("../prose/*.go")
	if err != nil {
		t.Fatal(err)
	}
	call := regexp.MustCompile(`"lint\.([a-z_]+)"((?:, [^\n]*)?)`)
	name := regexp.MustCompile(`"([a-z]+)", `)
	for _, file := range slices.Concat(sources, theirs) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, m := range call.FindAllStringSubmatch(string(text), -1) {
			if used[m[1]] == nil {
				used[m[1]] = map[string]bool{}
			}
			for _, n := range name.FindAllStringSubmatch(m[2]+", ", -1) {
				used[m[1]][n[1]] = true
			}
		}
	}
	gap := regexp.MustCompile(`\{([a-z]+)\}`)
	for _, lang := range languages {
		var words struct {
			Lint map[string]string `yaml:"lint"`
		}
		text, err := os.ReadFile("../../web/words/" + lang + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal(text, &words); err != nil {
			t.Fatal(err)
		}
		for key := range used {
			if words.Lint[key] == "" {
				t.Errorf("%s: lint.%s has no sentence", lang, key)
			}
		}
		for key, sentence := range words.Lint {
			if used[key] == nil {
				t.Errorf("%s: lint.%s is never used", lang, key)
			}
			for _, m := range gap.FindAllStringSubmatch(sentence, -1) {
				if !used[key][m[1]] && !strings.HasPrefix(key, "differs_") {
					t.Errorf("%s: lint.%s has a gap %s that nothing fills", lang, key, m[0])
				}
			}
		}
	}
}
