package catalog

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestRead(t *testing.T) {
	c, problems := Read(folder(t))
	for _, p := range problems {
		t.Errorf("%s:%d %s %v", p.File, p.Line, p.Key, p.Args)
	}
	var got []string
	for _, k := range c.ModuleKeys() {
		m := c.Module(k)
		got = append(got, fmt.Sprint(k, " ", m.Order, " ", m.Minutes, " ", m.Stage, " ", m.Clauses, " ", m.Title.In("en")))
		for _, l := range m.Lessons {
			prev, next := c.Neighbours(l)
			got = append(got, fmt.Sprint("  ", l.Key(), " ", l.Minutes, " ", l.Clauses, " ", l.Title, " ", key(prev), "<>", key(next)))
		}
	}
	want := []string{
		"basics/purpose 1 5  [1.1] Purpose",
		"  basics/purpose/why 5 [1.1] {为什么 Why} -<>-",
		"process/negotiation 4 25 negotiate [2.4 2.4.1 2.4.2] Commercial negotiation",
		"  process/negotiation/prepare 15 [2.4.1] {谈判前的一小时 The hour before} -<>process/negotiation/price",
		"  process/negotiation/price 10 [2.4.2] {价格怎么谈 Talking about price} process/negotiation/prepare<>-",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	var refs []string
	for _, ref := range c.CheckRefs() {
		refs = append(refs, fmt.Sprint(ref))
	}
	if d := cmp.Diff([]string{
		"{process/negotiation/prepare neg-c1 " + zhFile + " 22}",
		"{process/negotiation/prepare neg-c1 " + enFile + " 21}",
	}, refs); d != "" {
		t.Error(d)
	}
	if c.Lesson("process/negotiation/none") != nil || c.Course("none") != nil || c.Module("none") != nil || c.Clause("9") != nil {
		t.Error("something was found that is not there")
	}
}

func key(l *Lesson) string {
	if l == nil {
		return "-"
	}
	return l.Key()
}

func TestTeaching(t *testing.T) {
	c, _ := Read(folder(t))
	for clause, want := range map[string]string{
		"2.4.2": "process/negotiation/price",
		"2.4":   "process/negotiation/prepare process/negotiation/price",
		"2.1":   "",
	} {
		var got []string
		for _, l := range c.Teaching(clause) {
			got = append(got, l.Key())
		}
		if d := cmp.Diff(want, strings.Join(got, " ")); d != "" {
			t.Errorf("%s: %s", clause, d)
		}
	}
}

func TestGoldenLesson(t *testing.T) {
	c, _ := Read(folder(t))
	for _, lang := range languages {
		p := c.Lesson("process/negotiation/prepare").Page(lang)
		var b strings.Builder
		fmt.Fprintf(&b, "hash %s\nrunes %d, minutes %d\n", p.Hash, p.Runes, p.ReadingMinutes)
		for _, h := range p.TOC {
			fmt.Fprintf(&b, "%s %s #%s\n", strings.Repeat("#", h.Level), h.Text, h.ID)
		}
		for _, block := range p.Blocks {
			fmt.Fprintf(&b, "---- %s\n%s", block.Check, block.HTML)
		}
		name := "testdata/prepare." + lang + ".golden"
		if *update {
			if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), b.String()); d != "" {
			t.Errorf("%s: %s", lang, d)
		}
	}
}

func TestSourceIsTheSameHoweverItWasSaved(t *testing.T) {
	files := folder(t)
	plain, _ := Read(files)
	text := strings.ReplaceAll(string(files[zhFile].Data), "\n", "\r\n")
	files[zhFile] = &fstest.MapFile{Data: []byte("\ufeff" + text)}
	windows, problems := Read(files)
	if len(problems) > 0 {
		t.Error(problems)
	}
	for _, k := range []string{"process/negotiation/prepare", "process/negotiation/price"} {
		if a, b := plain.Lesson(k).Page("zh"), windows.Lesson(k).Page("zh"); a.Hash != b.Hash || a.Source != b.Source {
			t.Errorf("%s changed with its line ends", k)
		}
	}
}

func TestHashesNeverCollide(t *testing.T) {
	files := folder(t)
	for _, name := range []string{"zh", "en"} { // the same text as another module, and in both languages
		text := string(files["courses/basics/01-purpose.zh.md"].Data)
		files["courses/basics/02-again."+name+".md"] = &fstest.MapFile{Data: []byte(text)}
	}
	c, _ := Read(files)
	seen := map[string]string{}
	for l := range c.eachLesson() {
		for _, lang := range languages {
			h := l.Page(lang).Hash
			if other, ok := seen[h]; ok || len(h) != 64 {
				t.Errorf("%s %s has the hash %q of %s", l.Key(), lang, h, other)
			}
			seen[h] = l.Key() + " " + lang
		}
	}
	if len(seen) != 8 {
		t.Errorf("%d hashes, want 8", len(seen))
	}
}

func TestMissingLanguageFallsBack(t *testing.T) {
	files := folder(t)
	delete(files, enFile)
	c, _ := Read(files)
	l := c.Lesson("process/negotiation/price")
	if l.Page("en") != l.Page("zh") || l.Title.In("en") != "价格怎么谈" {
		t.Error("the Chinese page should stand in for the English one")
	}
}

func TestBadFilesNeverStopTheRest(t *testing.T) {
	for name := range folder(t) {
		for _, junk := range []string{"", "\x00", "---", "---\n---\n", "- a\n- b: [", "\xff\xfe", "chapters: {a: b}", "clauses: [null]\nchapters: [null]", strings.Repeat("x", sizeLimit+1)} {
			files := folder(t)
			files[name] = &fstest.MapFile{Data: []byte(junk)}
			c, problems := Read(files)
			if c == nil || len(problems) == 0 && name != "sections.yaml" {
				t.Errorf("%s = %.10q: no problem", name, junk)
			}
			if name != zhFile && name != "courses/process/course.yaml" && c.Lesson("process/negotiation/price") == nil {
				t.Errorf("%s = %.10q: a lesson elsewhere is lost", name, junk)
			}
		}
	}
	if c, problems := Read(fstest.MapFS{}); c == nil || len(problems) == 0 || len(c.Search("zh", "价格", 3)) > 0 {
		t.Error("an empty folder should be an empty catalog with problems")
	}
}

func BenchmarkRead(b *testing.B) {
	files := folder(b)
	for b.Loop() {
		Read(files)
	}
}
