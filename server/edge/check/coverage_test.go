package check

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"tongguan/courses/indicator"
	"tongguan/courses/inspection"
	"tongguan/quizzes/roleplay"
	"tongguan/quizzes/scenario"
)

// small is content of four clauses, two of them under 2.4, one in a chapter that no course is about.
func small(ids ...string) fstest.MapFS {
	files := fstest.MapFS{}
	put := func(name, text string) { files[name] = &fstest.MapFile{Data: []byte(text)} }
	policy := "chapters:\n  - id: \"2\"\n    title: {zh: 二, en: Two}\n  - id: \"4\"\n    title: {zh: 四, en: Four}\nclauses:\n"
	for _, id := range []string{"2.4", "2.4.1", "2.4.10", "4.1"} {
		policy += fmt.Sprintf("  - id: %q\n    title: {zh: 条, en: Clause}\n    summary: {zh: 条, en: Clause}\n", id)
	}
	put("policy.yaml", policy)
	put("courses/a/course.yaml", "id: a\nchapter: \"2\"\norder: 1\ntitle: {zh: 甲, en: A}\nsummary: {zh: 甲, en: A}\n")
	for _, lang := range []string{"zh", "en"} {
		put("courses/a/01-b."+lang+".md", "---\nid: b\ntitle: B\nsummary: B\nclauses: [\"2.4.1\", \"2.4\"]\nminutes: 10\norder: 1\n---\n\n# Both {#both clauses=\"2.4.1 2.4\" minutes=\"10\"}\n\nText.\n")
	}
	questions := "module: b\nquiz: {draw: 1, pass: 80, minutes: 5}\nchecks:\n" + truth("check", "recall", "4.1") + "questions:\n"
	for _, id := range ids {
		level, clauses := "apply", "2.4.1"
		switch id[0] {
		case 'r':
			level = "recall"
		case 'w':
			clauses = "2.4"
		case 'b':
			clauses = `2.4.10", "2.4.1", "2.4`
		}
		questions += truth(id, level, clauses)
	}
	put("courses/a/01-b.questions.yaml", questions)
	return files
}

func truth(id, level, clauses string) string {
	return fmt.Sprintf("  - {id: %s, type: truefalse, level: %s, clauses: [\"%s\"], stem: {zh: 题%s, en: Q %s}, answer: true, explanation: {zh: 因为, en: Because}}\n", id, level, clauses, id, id)
}

func matter(t *testing.T, ids ...string) Matter {
	t.Helper()
	m := ReadMatter(small(ids...))
	m.Scenes = []*scenario.Script{{Facts: scenario.Facts{ID: "visit", Clauses: []string{"4.1"}, Behaviours: []scenario.Behaviour{{ID: "x", Clause: "2.4.1"}, {ID: "y", Clause: "2.4.1"}},
		Outcome: []scenario.Measure{{ID: "z", Clause: "2.4.10"}}}}}
	m.Indicators = []indicator.Indicator{{ID: "sales", Clause: "3.2.1.1", Shows: []string{"2.4.1", "2.4.10", "2.4"}}}
	m.Plans = []*inspection.Plan{{ID: "plan", Clauses: []string{"2.4.10"}, Items: []inspection.Item{{ID: "one", Clause: "4.1"}, {ID: "two", Clause: "2.4"}}}}
	return m
}

func TestAClauseCountsWhatIsUnderIt(t *testing.T) {
	c := matter(t, "a1", "r1", "w1", "b1").Cover()
	got, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"questions":4,"clauses":[` +
		`{"clause":"2.4","lessons":["a/b/both"],"questions":4,"scenarios":["visit"],"indicators":["sales"],"inspection":["plan/two"]},` +
		`{"clause":"2.4.1","lessons":["a/b/both"],"questions":3,"scenarios":["visit"],"indicators":["sales"],"inspection":[]},` +
		`{"clause":"2.4.10","lessons":[],"questions":1,"scenarios":["visit"],"indicators":["sales"],"inspection":[]},` +
		`{"clause":"4.1","lessons":[],"questions":0,"scenarios":["visit"],"indicators":[],"inspection":["plan/one"]}]}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
	if c.Judged != 3 || c.Clause("2.4").Judged != 3 || c.Clause("2.4.1").Judged != 2 || c.Clause("2.4.10").Judged != 1 {
		t.Errorf("apply or judge: %d of the bank, %+v", c.Judged, c.Clauses)
	}
	if none := c.Clause("9.9"); none.Questions != 0 || none.Lessons == nil {
		t.Errorf("%+v", none)
	}
}

// A question that stands in two modules is one question.
func TestAQuestionCountsOnce(t *testing.T) {
	files := small("a1", "a2")
	for _, ext := range []string{"zh.md", "en.md", "questions.yaml"} {
		text := string(files["courses/a/01-b."+ext].Data)
		text = strings.NewReplacer("id: b\n", "id: c\n", "module: b\n", "module: c\n", "order: 1\n", "order: 2\n", "a2", "a3", "id: check", "id: check2").Replace(text)
		files["courses/a/02-c."+ext] = &fstest.MapFile{Data: []byte(text)}
	}
	if c := ReadMatter(files).Cover(); c.Questions != 3 || c.Clause("2.4.1").Questions != 3 || len(c.Clause("2.4").Lessons) != 2 {
		t.Errorf("%d questions, %+v", c.Questions, c.Clause("2.4.1"))
	}
}

func TestHoles(t *testing.T) {
	s := Whole()
	full := func(clause string, questions int) Cover {
		one := []string{"x"}
		return Cover{Clause: clause, Lessons: one, Questions: questions, Scenarios: one, Indicators: one, Inspection: one}
	}
	for _, x := range []struct {
		cover Cover
		want  []Hole
	}{
		{full("2.4", 8), nil}, {full("2.4", 7), []Hole{FewQuestions}},
		{full("2.4.2", 12), nil}, {full("2.4.2", 11), []Hole{FewQuestions}},
		{full("3.1.2.1", 8), nil}, {full("1.3.1", 8), nil},
		{Coverage{}.Clause("4.1"), []Hole{NoLesson, FewQuestions, NoScenario, NoIndicator, NoInspection}},
	} {
		if diff := cmp.Diff(x.want, s.Holes(x.cover)); diff != "" {
			t.Errorf("%s with %d questions: %s", x.cover.Clause, x.cover.Questions, diff)
		}
	}
	if n := s.Holed(Coverage{Clauses: []Cover{full("1.1", 8), full("1.2", 1), {Clause: "4.1"}}}); n != 2 {
		t.Errorf("%d clauses have holes", n)
	}
	if s != (Standards{700, 8, 12, 40, 1, 1, 1, 1}) {
		t.Errorf("an academy that is whole: %+v", s)
	}
}

// Holes are problems of the content that sets a standard, and of no other.
func TestLintHoldsContentToItsStandards(t *testing.T) {
	files := small("r1", "r2", "a1")
	if said := traced(files); len(said) > 0 {
		t.Errorf("without standards: %v", said)
	}
	files[StandardsFile] = &fstest.MapFile{Data: []byte("questions: 4\njudged_share: 34\nper_clause: 3\nper_step: 4\nindicators: 0\nscenarios: 0\n")}
	want := []string{"policy.yaml:7 trace.lint.inspection 2.4",
		"policy.yaml:10 trace.lint.inspection 2.4.1", "policy.yaml:10 trace.lint.questions 2.4.1",
		"policy.yaml:13 trace.lint.inspection 2.4.10", "policy.yaml:13 trace.lint.questions 2.4.10",
		"policy.yaml:16 trace.lint.inspection 4.1", "policy.yaml:16 trace.lint.lesson 4.1", "policy.yaml:16 trace.lint.questions 4.1",
		"standards.yaml:0 trace.lint.bank <nil>", "standards.yaml:0 trace.lint.judged <nil>"}
	if diff := cmp.Diff(want, traced(files)); diff != "" {
		t.Error(diff)
	}
}

// traced gives what lint says of coverage.
func traced(files fstest.MapFS) (said []string) {
	for _, p := range Lint(files) {
		if strings.HasPrefix(p.Key, "trace.") {
			said = append(said, fmt.Sprint(p.File, ":", p.Line, " ", p.Key, " ", p.Args["clause"]))
		}
	}
	return said
}

func TestStandardsAreRead(t *testing.T) {
	for text, want := range map[string]string{
		"questions: 10\n": "", "judged_share: 101\n": "trace.lint.number", "per_step: -1\n": "trace.lint.number", "question: 3\n": "strict.field_unknown", "questions: many\n": "strict.yaml",
	} {
		s, set, problems := ReadStandards(fstest.MapFS{StandardsFile: &fstest.MapFile{Data: []byte(text)}})
		switch {
		case want == "" && (!set || len(problems) > 0 || s.Questions != 10 || s.PerStep != leastPerStep):
			t.Errorf("%q: %+v %v", text, s, problems)
		case want != "" && (set || len(problems) != 1 || problems[0].Key != want || problems[0].Line != 1):
			t.Errorf("%q: %v", text, problems)
		}
	}
}

// The clauses of a scene are its own, those of its behaviours and measures, and those of the rules that can be broken.
func TestScenesCountByWhatTheyShow(t *testing.T) {
	all, _ := roleplay.ReadScripts(builtIn(t))
	i := slices.IndexFunc(all, func(s *scenario.Script) bool { return s.ID == "first_visit" })
	if i < 0 {
		t.Fatal("there is no such scene")
	}
	rests := all[i].Rests()
	for _, want := range append([]string{"1.3.1", "1.3.2"}, all[i].Clauses...) { // a rule that can be broken, a measure
		if !slices.Contains(rests, want) {
			t.Errorf("%s is not among %v", want, rests)
		}
	}
	if !slices.IsSorted(rests) || len(slices.Compact(slices.Clone(rests))) != len(rests) {
		t.Errorf("%v", rests)
	}
}

// What is counted is what the catalogue says of the lessons: one rule of what is under what.
func TestCoverageAgreesWithTheCatalogue(t *testing.T) {
	m := ReadMatter(builtIn(t))
	for _, c := range m.Cover().Clauses {
		teaching := m.Catalog.Teaching(c.Clause)
		keys := make([]string, len(teaching))
		for i, l := range teaching {
			keys[i] = l.Key()
		}
		if strings.Join(keys, " ") != strings.Join(c.Lessons, " ") {
			t.Errorf("%s: %v, the catalogue says %v", c.Clause, c.Lessons, keys)
		}
	}
}

func BenchmarkCover(b *testing.B) {
	m := ReadMatter(builtIn(b))
	for b.Loop() {
		if len(m.Cover().Clauses) == 0 {
			b.Fatal("nothing was counted")
		}
	}
}
