package fieldbook

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"tongguan/courses/prose"
)

func TestRead(t *testing.T) {
	b, problems := Read(folder(), ground())
	if len(problems) > 0 || !b.Whole || len(b.Hash) != 64 {
		t.Fatal(told(problems), b.Whole, b.Hash)
	}
	var templates, phrases []string
	for _, one := range b.Templates {
		templates = append(templates, one.ID+" "+one.Stage+" "+one.Title.In("en"))
	}
	for _, one := range b.Phrases {
		phrases = append(phrases, one.ID)
	}
	if d := cmp.Diff([]string{"quote  Visit plan", "visit develop Visit plan"}, templates); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(Stages, phrases); d != "" {
		t.Error(d)
	}
	html := b.Template("visit").Page("zh").Blocks[0].HTML
	for _, want := range []string{`<a href="/library/templates/quote">`, `<td></td>`, `<li class="todo">`, `<th scope="col">谁</th>`} {
		if !strings.Contains(html, want) {
			t.Errorf("no %s in %s", want, html)
		}
	}
	if got := b.LessonRefs(); len(got) != 4 || got[2] != (LessonRef{"a/b/c", zhVisit, 15}) {
		t.Error(got)
	}
	if b.Term("none") != nil || b.Template("none") != nil || b.PhrasesOf("none") != nil || b.PhrasesOf("care") == nil {
		t.Error("something was found that is not there, or the other way round")
	}
}

func TestNoFolder(t *testing.T) {
	b, problems := Read(fstest.MapFS{}, ground())
	if len(problems) > 0 || !b.Whole || b.Hash != "" || b.Lexicon("zh") != nil || len(b.Search("zh", "价格", 5)) > 0 || len(b.Glossary("zh", "")) > 0 {
		t.Error("content without a field library should have an empty one, and nothing wrong")
	}
}

func TestProblems(t *testing.T) {
	long := strings.Repeat("长", 81)
	for _, tt := range []struct{ file, old, new, want string }{
		{glossaryFile, "id: limit", "id: Limit!", glossaryFile + ":8 library.lint.id"},
		{glossaryFile, "id: limit", "id: price", glossaryFile + ":8 lint.duplicate"},
		{glossaryFile, "en: limit}", "en: quotation}", glossaryFile + ":8 library.lint.word_twice"},
		{glossaryFile, ", en: Where giving ends.", "", glossaryFile + ":10 library.lint.both"},
		{glossaryFile, "不能再让的数", long, glossaryFile + ":10 lint.long_run"},
		{glossaryFile, "价格是¥", "价格是 ¥", glossaryFile + ":5 lint.spacing"},
		{glossaryFile, `["2.4.2"]`, `["9.9"]`, glossaryFile + ":6 lint.clause_unknown"},
		{glossaryFile, "[limit]", "[nobody]", glossaryFile + ":7 library.lint.see"},
		{glossaryFile, "[limit]", "[price]", glossaryFile + ":7 library.lint.see"},
		{glossaryFile, "means: {zh: 客", "meant: {zh: 客", glossaryFile + ":4 strict.field_unknown"},
		{zhVisit, "id: visit", "id: visits", zhVisit + ":2 library.lint.id_file"},
		{zhVisit, "title: 拜访计划", "title: 拜访 Plan", zhVisit + ":3 lint.spacing"},
		{zhVisit, "stage: develop", "stage: devel", zhVisit + ":5 lint.stage_unknown"},
		{enVisit, "stage: develop", "stage: care", enVisit + ":5 lint.differs_field"},
		{enVisit, `["2.4.2"]`, "[]", enVisit + ":6 lint.field_missing"},
		{enVisit, "order: 2", "order: 3", enVisit + ":7 lint.differs_field"},
		{enVisit, "order: 2", "order: [", enVisit + ":7 strict.yaml"},
		{enVisit, "---\nid", "id", enVisit + ":1 lint.front_missing"},
		{enVisit, "## Whom", "#### Whom", enVisit + ":9 lint.heading_level"},
		{enVisit, "## Whom", "## Whom\n\n### More", enVisit + ":11 lint.differs_headings"},
		{enVisit, "(template:quote)", "(template:nothing)", enVisit + ":15 lint.link_template"},
		{enVisit, "## Whom", "```check\na-1\n```", enVisit + ":9 library.lint.check"},
		{enVisit, "## Whom", "<script>", enVisit + ":9 lint.raw_html"},
		{enVisit, "## Whom", "![See](figure:funnel)\n\n## Whom", enVisit + ":9 lint.differs_figures"},
		{"fieldbook/phrases/care.yaml", "id: care", "id: car", "fieldbook/phrases/care.yaml:1 library.lint.id_file"},
		{"fieldbook/phrases/care.yaml", ", en: At the start", "", "fieldbook/phrases/care.yaml:7 library.lint.both"},
		{"fieldbook/phrases/care.yaml", "en: You first.,", "", "fieldbook/phrases/care.yaml:7 library.lint.both"},
		{words, "id: funnel", "id: tunnel", words + ":1 library.lint.id_file"},
		{words, ", en: Many <b>", "", words + ":5 library.lint.both"},
		{words, "  many:", "  few: {zh: 少, en: few}\n  many:", svg + ":0 library.lint.word_unused"},
		{words, "describe: {zh: 从多到少。, en: \"From many to few: <3.\"}\n", "", words + ":1 library.lint.both"},
		{svg, "{many}", "{much}", svg + ":3 library.lint.word_unknown"},
		{svg, "12<", "十二<", svg + ":3 library.lint.text_literal"},
		{svg, "480 200", "480 561", svg + ":1 library.lint.view_box"},
		{svg, "0 0 480 200", "0 0 500 200", svg + ":1 library.lint.view_box"},
		{svg, " viewBox=\"0 0 480 200\"", "", svg + ":1 library.lint.view_box"},
		{svg, "fg-soft", "fg-blue", svg + ":2 library.lint.class"},
		{svg, "</svg>", "", svg + ":5 library.lint.drawing_xml"},
		{svg, "</svg>", "loose</svg>", svg + ":4 library.lint.text_outside"},
	} {
		files := folder()
		edit(t, files, tt.file, tt.old, tt.new)
		b, problems := Read(files, ground())
		if got := told(problems); !slices.Contains(got, tt.want) {
			t.Errorf("%s → %s: %v, want %s", tt.old, tt.new, got, tt.want)
		}
		if b.PhrasesOf("develop") == nil || b.Template("quote") == nil {
			t.Errorf("%s → %s: something elsewhere is lost", tt.old, tt.new)
		}
	}
}

func TestFilesThatAreMissingOrTooMany(t *testing.T) {
	for name, want := range map[string]string{
		zhVisit: zhVisit + ":0 lint.file_missing", words: svg + ":0 library.lint.figure_words", svg: words + ":0 library.lint.drawing_missing",
		"fieldbook/phrases/care.yaml": "fieldbook/phrases:0 library.lint.phrases_missing",
	} {
		files := folder()
		delete(files, name)
		if _, problems := Read(files, ground()); !slices.Contains(told(problems), want) {
			t.Errorf("without %s: %v", name, told(problems))
		}
	}
	files := folder()
	files["fieldbook/templates/Visit.md"] = &fstest.MapFile{Data: []byte("x")}
	files["fieldbook/phrases/lunch.yaml"] = files["fieldbook/phrases/care.yaml"]
	_, problems := Read(files, ground())
	for _, want := range []string{"fieldbook/templates/Visit.md:0 library.lint.file_name", "fieldbook/phrases/lunch.yaml:1 lint.stage_unknown"} {
		if !slices.Contains(told(problems), want) {
			t.Error(told(problems))
		}
	}
}

// Whatever one file holds, the rest is read.
func TestBadFilesNeverStopTheRest(t *testing.T) {
	for name := range folder() {
		for _, junk := range []string{"", "\x00", "---", "---\n---\n", "- a\n- b: [", "\xff\xfe", "- null", "id: {a: b}", "<svg/>", strings.Repeat("x", maxText+1)} {
			files := folder()
			files[name] = &fstest.MapFile{Data: []byte(junk)}
			b, problems := Read(files, ground())
			if len(problems) == 0 {
				t.Errorf("%s = %.10q: no problem", name, junk)
			}
			if name != "fieldbook/phrases/care.yaml" && b.PhrasesOf("care") == nil || name != glossaryFile && b.Term("price") == nil {
				t.Errorf("%s = %.10q: something elsewhere is lost", name, junk)
			}
		}
	}
}

func TestGlossary(t *testing.T) {
	b, _ := Read(folder(), ground())
	for _, tt := range []struct{ lang, query, want string }{
		{"zh", "", "D:limit J:price"},
		{"en", "", "L:limit P:price"},
		{"zh", "QUOTATION", "J:price"},
		{"en", "底线", "L:limit"},
		{"en", "what pays", "P:price"},
		{"en", "nothing of the kind", ""},
	} {
		var got []string
		for _, s := range b.Glossary(tt.lang, tt.query) {
			for _, term := range s.Terms {
				got = append(got, s.Letter+":"+term.ID)
			}
		}
		if d := cmp.Diff(tt.want, strings.Join(got, " ")); d != "" {
			t.Errorf("%s %q: %s", tt.lang, tt.query, d)
		}
	}
}

func TestSearch(t *testing.T) {
	b, _ := Read(folder(), ground())
	for _, tt := range []struct{ query, want string }{
		{"价格", "term:price"},
		{"报价", "term:price"},
		{"Plan", "template:quote template:visit"},
		{"leave five", "template:quote template:visit"},
		{"you FIRST", "phrase:develop phrase:understand phrase:design phrase:negotiate phrase:deliver phrase:care"},
		{"", ""}, {"  ", ""}, {"nothing", ""},
	} {
		var got []string
		for _, f := range b.Search("zh", tt.query, 10) {
			got = append(got, f.Kind+":"+f.To)
		}
		if d := cmp.Diff(tt.want, strings.Join(got, " ")); d != "" {
			t.Errorf("%q: %s", tt.query, d)
		}
	}
	if got := b.Search("zh", "plan", 1); len(got) != 1 {
		t.Error(got)
	}
}

func BenchmarkSearch(b *testing.B) {
	book, _ := Read(os.DirFS("../../content"), prose.Ground{Clause: func(string) (prose.Text, bool) { return prose.Text{}, true }})
	for b.Loop() {
		book.Search("zh", "客户", 12)
	}
}

func BenchmarkGlossary(b *testing.B) {
	book, _ := Read(os.DirFS("../../content"), prose.Ground{Clause: func(string) (prose.Text, bool) { return prose.Text{}, true }})
	for b.Loop() {
		book.Glossary("zh", "")
	}
}
