package bank

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"tongguan/server/base/fault"
)

// elsewhere is a second file of another course, beside the one that the tests edit.
const elsewhere = "courses/general/01-principles.questions.yaml"

// folder is two good files.
func folder() fstest.MapFS {
	other := strings.NewReplacer("module: negotiation", "module: principles", "id: q", "id: p", "id: check", "id: other-check",
		"id: several", "id: some", "id: statement", "id: claim").Replace(good())
	return fstest.MapFS{file: {Data: []byte(good())}, elsewhere: {Data: []byte(other)}}
}

// found says of each problem where it is and which: "file:line key".
func found(problems []fault.Problem) []string {
	var out []string
	for _, p := range problems {
		out = append(out, fmt.Sprintf("%s:%d %s", p.File, p.Line, p.Key))
	}
	return out
}

// edit replaces the first old after the line on which id is defined; old must be there.
func edit(t *testing.T, text, id, old, new string) string {
	t.Helper()
	at := strings.Index(text, id)
	if at < 0 || !strings.Contains(text[at:], old) {
		t.Fatalf("%q after %q is not in the file", old, id)
	}
	return text[:at] + strings.Replace(text[at:], old, new, 1)
}

// edits are slips of the pen: after which words, what stands there, what is written instead, and all that must be
// reported then, each as ":line key" of the edited file or as "file:line key".
var edits = []struct {
	after, old, new string
	want            []string
}{
	{"", "module: negotiation", "module: [", []string{":2 bank.yaml"}},
	{"", "module: negotiation", "modul: negotiation", []string{":1 bank.yaml"}},
	{"", "draw: 6", "draw: six", []string{":2 bank.yaml"}},
	{"id: q03", "level", "levl", []string{":9 bank.yaml"}},
	{"id: q03", "right: true", "right: maybe", []string{":9 bank.yaml"}},
	{"", "module: negotiation", "module: other", []string{":1 bank.module_name"}},
	{"", "draw: 6", "draw: 15", []string{":0 bank.draw_many"}},
	{"", "draw: 6", "draw: 0", []string{":0 bank.draw_many"}},
	{"", "pass: 80", "pass: 0", []string{":0 bank.pass_range"}},
	{"", "pass: 80", "pass: 101", []string{":0 bank.pass_range"}},
	{"", "minutes: 20", "minutes: 0", []string{":0 bank.minutes_range"}},
	{"", "minutes: 20", "minutes: 601", []string{":0 bank.minutes_range"}},
	{"", "draw: 6, pass: 80, minutes: 20", "draw: 14, pass: 100, minutes: 600", nil}, // the most that is allowed
	{"", "draw: 6, pass: 80, minutes: 20", "draw: 1, pass: 1, minutes: 1", nil},      // the least
	{"id: q03", "type: single", "type: essay", []string{":9 bank.type_unknown"}},
	{"", "id: q03", "id: Q3", []string{":9 bank.id_form"}},
	{"", "id: q03", "id: -q3", []string{":9 bank.id_form"}},
	{"", "id: q03", "id: q02", []string{":9 bank.id_twice"}},
	{"", "id: q03", "id: check", []string{":9 bank.id_twice"}},
	{"", "id: q03", "id: p03", []string{":9 bank.id_twice"}}, // taken in the other course, which is read before
	{"", "id: check", "id: other-check", []string{":4 bank.id_twice"}},
	{"id: q03", `"2.4.1"`, "", []string{":9 bank.clause_needed"}},
	{"id: q03", `"2.4.1"`, `"2"`, []string{":9 bank.clause_form"}},
	{"id: q03", `"2.4.1"`, `"2.04"`, []string{":9 bank.clause_form"}},
	{"id: q03", `"2.4.1"`, `"2.4.1", "2.4."`, []string{":9 bank.clause_form"}},
	{"id: q03", `"2.4.1"`, `"10.20.30"`, nil},
	{"id: q03", "level: apply", "level: hard", []string{":9 bank.level_unknown"}},
	{"id: q03", "level: apply", "level: judge", nil},
	{"id: q03", "zh: 题3, ", "", []string{":9 bank.text_missing"}},
	{"id: q03", ", en: Q3", "", []string{":9 bank.text_missing"}},
	{"id: q03", "why: {zh: 因为, en: so}", "why: {}", []string{":9 bank.text_missing", ":9 bank.text_missing"}},
	{"id: q03", ", explanation: {zh: 解, en: why}", "", []string{":9 bank.text_missing", ":9 bank.text_missing"}},
	{"id: q03", ", en: oa", "", []string{":9 bank.text_missing"}},
	{"id: statement", "answer: false, ", "", []string{":19 bank.truefalse_form"}},
	{"id: statement", "answer: false", "answer: false, options: [{id: true}]", []string{":19 bank.truefalse_form"}},
	{"id: q03", "type: single", "type: single, answer: true", []string{":9 bank.answer_not_here"}},
	{"id: q03", ", {id: c, text: {zh: 选项, en: oc}, why: {zh: 因为, en: so}}", "", []string{":9 bank.options_few"}},
	{"id: q03", "id: a", "id: b", []string{":9 bank.option_id"}},
	{"id: q03", "id: a", `id: ""`, []string{":9 bank.option_id"}},
	{"id: q03", "en: oa", "en: None of the above", []string{":9 bank.catch_all"}},
	{"id: q03", "en: oa", "en: Both of the above.", []string{":9 bank.catch_all"}},
	{"id: q03", "zh: 选项长", "zh: 以上皆是", []string{":9 bank.catch_all"}},
	{"id: q03", "right: true, ", "", []string{":9 bank.no_right_answer"}},
	{"id: q03", "id: c, ", "id: c, right: true, ", []string{":9 bank.right_many"}},
	{"id: several", "id: b, ", "id: b, right: true, ", []string{":18 bank.right_all"}},
	{"id: several", "id: a, right: true, ", "id: a, ", nil}, // one right option of a multiple question is enough
}

func TestLint(t *testing.T) {
	for _, tt := range edits {
		t.Run(fmt.Sprint(tt.new, tt.want), func(t *testing.T) {
			files := folder()
			files[file].Data = []byte(edit(t, good(), tt.after, tt.old, tt.new))
			_, problems := Read(files)
			if d := cmp.Diff(placed(tt.want), found(problems)); d != "" {
				t.Error(d)
			}
		})
	}
}

// placed puts the edited file before what names only a line.
func placed(want []string) []string {
	var out []string
	for _, w := range want {
		if strings.HasPrefix(w, ":") {
			w = file + w
		}
		out = append(out, w)
	}
	return out
}

// whole are slips that an edit of a few words cannot make.
var whole = []struct {
	name string
	put  func(fstest.MapFS)
	want []string
}{
	{"nothing is wrong", func(fstest.MapFS) {}, nil},
	{"an empty file", func(f fstest.MapFS) { f[file].Data = nil }, []string{":0 bank.yaml"}},
	{"only a remark", func(f fstest.MapFS) { f[file].Data = []byte("# later\n") }, []string{":0 bank.yaml"}},
	{"as large as is read", func(f fstest.MapFS) { f[file].Data = padded(maxFile) }, nil},
	{"a byte larger", func(f fstest.MapFS) { f[file].Data = padded(maxFile + 1) }, []string{":0 bank.large"}},
	{"a folder named like a file", func(f fstest.MapFS) { f[file+"/x"] = f[file]; delete(f, file) }, []string{":0 bank.unreadable"}},
	{"no number", func(f fstest.MapFS) { f["courses/process/negotiation.questions.yaml"] = f[file]; delete(f, file) },
		[]string{"courses/process/negotiation.questions.yaml:0 bank.file_name"}},
	{"twelve questions", func(f fstest.MapFS) { f[file].Data = first(12) }, nil},
	{"eleven questions", func(f fstest.MapFS) { f[file].Data = first(11) }, []string{":0 bank.questions_few"}},
	{"the longest is right", func(f fstest.MapFS) { f[file].Data = singles(20, 10, 7, 7, 6) }, []string{":0 bank.longest_right"}},
	{"the first is right", func(f fstest.MapFS) { f[file].Data = singles(20, 0, 10, 5, 5) }, []string{":0 bank.place_right"}},
}

func TestLintFiles(t *testing.T) {
	for _, tt := range whole {
		t.Run(tt.name, func(t *testing.T) {
			files := folder()
			tt.put(files)
			_, problems := Read(files)
			if d := cmp.Diff(placed(tt.want), found(problems)); d != "" {
				t.Error(d)
			}
		})
	}
}

// padded is the good file with a remark that brings it to n bytes.
func padded(n int) []byte {
	text := good() + "#"
	return []byte(text + strings.Repeat("x", n-len(text)))
}

// first is the good file with the first n questions.
func first(n int) []byte {
	return []byte(strings.Join(strings.SplitAfter(good(), "\n")[:5+n], ""))
}

// TestEveryKeyHasACase holds the tables above to the source: each key in it is wanted by a case.
func TestEveryKeyHasACase(t *testing.T) {
	wanted := map[string]bool{}
	for _, e := range edits {
		for _, w := range e.want {
			wanted[w[strings.LastIndex(w, " ")+1:]] = true
		}
	}
	for _, e := range whole {
		for _, w := range e.want {
			wanted[w[strings.LastIndex(w, " ")+1:]] = true
		}
	}
	for _, e := range typeEdits {
		for _, w := range e.want {
			wanted[w[strings.LastIndex(w, " ")+1:]] = true
		}
	}
	for _, q := range small {
		for _, key := range strings.Fields(q.want) {
			wanted[key] = true
		}
	}
	for _, key := range []string{"bank.parallel", "bank.too_unlike", "bank.exposure_all", // TestPapersThatAreNotParallel, TestExposureWithoutABlueprint
		"bank.twins", "bank.negations", "bank.stars"} { // TestTwins, TestNegative, TestEveryProblemIsFound
		wanted[key] = true
	}
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, source := range slices.DeleteFunc(sources, func(s string) bool { return strings.HasSuffix(s, "_test.go") }) {
		text, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`"(bank\.[a-z_]+)"`).FindAllStringSubmatch(string(text), -1) {
			seen[m[1]] = true
			if !wanted[m[1]] {
				t.Errorf("%s: no case provokes %s", source, m[1])
			}
		}
	}
	for key := range wanted {
		if !seen[key] {
			t.Errorf("a case wants %s, which nothing reports", key)
		}
	}
}
