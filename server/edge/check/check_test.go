package check

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"tongguan/content"
	"tongguan/server/base/fault"
)

const (
	questions = "courses/process/04-negotiation.questions.yaml"
	lessons   = "courses/process/04-negotiation.zh.md"
)

// builtIn is a copy of the built-in content, to be spoilt.
func builtIn(t testing.TB) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(content.Files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(content.Files, path)
		out[path] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// unplayed is the same without the scenes, which take long to lint.
func unplayed(t *testing.T) fstest.MapFS {
	t.Helper()
	out := builtIn(t)
	for name := range out {
		if strings.HasPrefix(name, "scenarios/") {
			delete(out, name)
		}
	}
	return out
}

func TestTheBuiltInContentIsClean(t *testing.T) {
	for _, p := range Lint(builtIn(t)) {
		t.Errorf("%s:%d %s %v", p.File, p.Line, p.Key, p.Args)
	}
}

func TestWhatOnlyBothTogetherKnow(t *testing.T) {
	for key, spoil := range map[string]struct{ file, old, new string }{
		"content.clause_unknown":    {questions, `clauses: ["2.4.2"]`, `clauses: ["2.4.9"]`},
		"content.check_unknown":     {questions, "- id: neg-c1\n", "- id: neg-c9\n"},
		"content.clause_unexamined": {questions, `"2.4"]`, `"2.4.1"]`}, // no other module examines 2.4 as a whole
		"content.quiz_missing":      {questions, "", ""},
		"content.module_missing":    {lessons, "", ""},
	} {
		t.Run(key, func(t *testing.T) {
			files := unplayed(t)
			if spoil.old == "" {
				delete(files, spoil.file)
			} else {
				text := string(files[spoil.file].Data)
				if !strings.Contains(text, spoil.old) {
					t.Fatalf("%s has no %s", spoil.file, spoil.old)
				}
				files[spoil.file] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(text, spoil.old, spoil.new))}
			}
			if key == "content.module_missing" {
				delete(files, strings.Replace(lessons, ".zh.", ".en.", 1))
			}
			for _, p := range Lint(files) {
				if p.Key == key {
					return
				}
			}
			t.Errorf("not reported: %v", Lint(files))
		})
	}
}

// The problems of indicators are those of the content, and authors are told of every field.
func TestLintReadsIndicators(t *testing.T) {
	files := builtIn(t)
	file := files["appraisal/indicators.yaml"]
	for _, field := range []string{"id", "clause", "shows", "name", "means", "unit", "better", "least", "most"} {
		if !strings.Contains(string(files["appraisal/README.md"].Data), "`"+field+"`") {
			t.Errorf("%s is not explained", field)
		}
	}
	file.Data = []byte(strings.Replace(string(file.Data), `clause: "3.2.1.4"`, `clause: "3.2.1.9"`, 1))
	var found []fault.Problem
	for _, p := range Lint(files) {
		if strings.HasPrefix(p.Key, "figure.") {
			found = append(found, p)
		}
	}
	if len(found) != 1 || found[0].Key != "figure.lint.clause" || found[0].File != "appraisal/indicators.yaml" || found[0].Line == 0 {
		t.Errorf("%v", found)
	}
}
