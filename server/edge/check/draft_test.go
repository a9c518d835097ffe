package check

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"

	"tongguan/courses/catalog"
	"tongguan/courses/manuscript"
	"tongguan/quizzes/bank"
)

func libraries(files fs.FS) (*catalog.Library, *bank.Library) {
	c, _ := catalog.NewLibrary(files)
	b, _ := bank.NewLibrary(files)
	return c, b
}

// TestADraftHearsOfItself spoils one file and looks at what its author hears.
func TestADraftHearsOfItself(t *testing.T) {
	files := unplayed(t)
	c, b := libraries(files)
	const english = "courses/process/04-negotiation.en.md"
	for _, x := range []struct {
		file, old, new, key, at string
		refused                 bool
	}{
		{lessons, "", "", "", "", false},
		{lessons, "](clause:2.4.2)", "](clause:9.9.9)", "lint.link_clause", lessons, false},
		{lessons, "```check\nneg-c1", "```check\nneg-c99", "content.check_unknown", lessons, false},
		{lessons, "### 先看懂一个点值多少\n", "", "lint.differs_headings", english, false},
		{english, "minutes: 68", "minutes: 69", "lint.differs_field", english, false},
		{lessons, "{#price clauses", "{price clauses", "lint.lesson_id", lessons, true},
		{lessons, "---\nid:", "id:", "lint.front_missing", lessons, true},
		{lessons, "```check\nneg-c4\n```", "```check\nneg-c4", "lint.fence_open", lessons, true},
		{questions, `clauses: ["2.4.2"]`, `clauses: ["2.4.9"]`, "content.clause_unknown", questions, false},
		{questions, "- id: neg-c1\n", "- id: neg-c9\n", "content.check_unknown", questions, false},
		{questions, "- id: neg-c1\n", "- id: dev-c1\n", "bank.id_twice", questions, false},
		{questions, "quiz:\n", "quiz: [\n", "bank.yaml", questions, true},
		{questions, "    level: apply\n", "    levle: apply\n", "bank.yaml", questions, true},
		{"programmes/onboarding.yaml", "steps:", "stpes:", "", "", true},
	} {
		before := files[x.file].Data
		text := bytes.Replace(before, []byte(x.old), []byte(x.new), 1)
		if x.old != "" && bytes.Equal(text, before) {
			t.Fatalf("%s does not say %q", x.file, x.old)
		}
		d := Try(c, b, x.file, manuscript.With(files, x.file, text))
		found := x.key == ""
		for _, p := range d.Problems {
			if p.Key == x.key && p.File == x.at {
				found = true
			}
			if p.File != x.file && !strings.HasPrefix(p.Key, "lint.differs_") {
				t.Errorf("%q: hears of %s: %s", x.new, p.File, p.Key)
			}
		}
		if !found || d.Refused != x.refused || x.old == "" && len(d.Problems) > 0 {
			t.Errorf("%s %q: %v, refused %v", x.file, x.new, d.Problems, d.Refused)
		}
	}
	if c.Current().Lesson("process/negotiation/price") == nil {
		t.Error("trying has changed what is in force")
	}
}

// TestAnyDraftCanBeTried cuts and repeats lines as nobody would write them: nothing panics, and the questions can be looked at.
func TestAnyDraftCanBeTried(t *testing.T) {
	files := unplayed(t)
	c, b := libraries(files)
	chance := rand.New(rand.NewPCG(1, 2))
	for _, file := range []string{lessons, questions} {
		for range 60 {
			lines := strings.SplitAfter(string(files[file].Data), "\n")
			from := chance.IntN(len(lines))
			lines = append(lines[:from:from], lines[min(len(lines), from+1+chance.IntN(6)):]...)
			at := chance.IntN(len(lines))
			lines[at] = strings.Repeat(" ", chance.IntN(4)) + lines[at][:chance.IntN(len(lines[at])+1)]
			d := Try(c, b, file, manuscript.With(files, file, []byte(strings.Join(lines, ""))))
			if d.Set != nil {
				for _, q := range d.Set.Questions {
					q.Right(nil)
				}
			}
		}
	}
}

// academy is twenty modules in four courses.
func academy(b testing.TB) fstest.MapFS {
	out := builtIn(b)
	for course := range 4 {
		id := fmt.Sprintf("process%d", course)
		head := strings.Replace(string(out["courses/process/course.yaml"].Data), "id: process", "id: "+id, 1)
		out["courses/"+id+"/course.yaml"] = &fstest.MapFile{Data: []byte(head)}
		for n := range 5 {
			for _, end := range []string{"zh.md", "en.md", "questions.yaml"} {
				text := out["courses/process/04-negotiation."+end].Data
				out[fmt.Sprintf("courses/%s/%02d-negotiation%d.%s", id, n+10, n, end)] = &fstest.MapFile{Data: text}
			}
		}
	}
	return out
}

// BenchmarkTry is a preview of a lesson, and of a file of questions, in an academy of more than twenty modules.
func BenchmarkTry(b *testing.B) {
	files := academy(b)
	c, bk := libraries(files)
	for _, file := range []string{lessons, questions} {
		b.Run(file[strings.LastIndexByte(file, '-')+1:], func(b *testing.B) {
			text := append(files[file].Data[:len(files[file].Data):len(files[file].Data)], "\n"...)
			for b.Loop() {
				Try(c, bk, file, manuscript.With(files, file, text))
			}
		})
	}
}
