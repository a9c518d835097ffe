package check

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"tongguan/courses/catalog"
	"tongguan/courses/programme"
	"tongguan/quizzes/bank"
	"tongguan/quizzes/evidence"
	"tongguan/quizzes/roleplay"
)

// bound reads files and binds what programmes may name.
func bound(t testing.TB, files fstest.MapFS) programme.Content {
	t.Helper()
	c, _ := catalog.Read(files)
	b, _ := bank.Read(files)
	scenes, _ := roleplay.ReadScripts(files)
	return Bind(c, b, scenes)
}

func TestBind(t *testing.T) {
	files := builtIn(t)
	c := bound(t, files)
	for key, want := range map[string]int{"general": 4, "general/principles": 4, "general/principles/purpose": 1, "process/negotiation": 4, "team": 10, "none": 0, "general/none": 0, "": 0} {
		if got := c.Lessons(key); len(got) != want {
			t.Errorf("%q has lessons %v", key, got)
		}
	}
	if diff := cmp.Diff([]string{"1.1", "1.2"}, c.Clauses("general/principles/purpose")); diff != "" {
		t.Error(diff)
	}
	if c.Clauses("general/principles") != nil || !c.Clause("3.1.2.1") || c.Clause("9.9") {
		t.Error("a clause is not as the policy has it")
	}
	clauses, ok := c.Quiz("general/principles")
	if !ok || !slices.IsSorted(clauses) || !slices.Contains(clauses, "1.3.1") {
		t.Errorf("the quiz examines %v, %v", clauses, ok)
	}
	if _, ok := c.Quiz("general"); ok {
		t.Error("a course has a quiz")
	}
	if clauses, ok := c.Scene("temptation"); !ok || !slices.Contains(clauses, "4.4") {
		t.Errorf("the scene rehearses %v, %v", clauses, ok)
	}
	if _, ok := c.Scene("none"); ok || c.Counts("process/development") != programme.Best || c.Counts("none") != programme.Best {
		t.Error("what is not there was found")
	}
	for _, name := range []string{questions, "scenarios/temptation/zh.md", "courses/general/01-principles.en.md"} {
		edited := builtIn(t)
		edited[name].Data = append(edited[name].Data, '\n')
		if bound(t, edited).Version == c.Version {
			t.Errorf("an edit of %s makes no other version", name)
		}
	}
	if bound(t, files).Version != c.Version {
		t.Error("the same content has another version")
	}
}

// A scene without an exam can be rehearsed, and certifies nothing.
func TestOnlyScenesWithAnExam(t *testing.T) {
	files := builtIn(t)
	for _, lang := range []string{"zh", "en"} {
		f := files["scenarios/temptation/"+lang+".md"]
		f.Data = []byte(strings.Replace(string(f.Data), "exam: {minutes: 18, band: [65, 75]}\n", "", 1))
	}
	c := bound(t, files)
	if _, ok := c.Scene("temptation"); ok {
		t.Error("the scene counts as one with an exam")
	}
	_, problems := programme.Read(files, c)
	if len(problems) != 1 || problems[0].Key != "programme.scene_unknown" || problems[0].File != "programmes/risk-and-compliance.yaml" {
		t.Errorf("%v", problems)
	}
}

// Every built-in programme can be earned and renewed: somebody who does all that is asked, day by day, gets there, and is
// asked for nothing by a certificate that they cannot hold.
func TestTheBuiltInProgrammesCanBeEarned(t *testing.T) {
	files := builtIn(t)
	book, problems := programme.Read(files, bound(t, files))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	var held, ids []string
	for _, p := range book.All() {
		ids = append(ids, p.ID)
		var lines []evidence.Line
		for _, s := range p.Steps {
			for _, task := range s.Tasks {
				lines = append(lines, deeds(p.ID+"/"+s.ID, task, int64(s.Day))...)
			}
		}
		for i := range lines {
			lines[i].Number, lines[i].Source = int64(i+1), p.ID+string(rune('A'+i))
		}
		v := p.Judge(programme.Case{Lines: lines, Held: held, Start: "2026-11-27", Today: "2026-11-27"})
		if !v.Met || v.Done != len(p.Steps) {
			t.Errorf("%s: %d of %d steps, missing %v", p.ID, v.Done, len(p.Steps), v.Missing)
		}
		for _, s := range p.Steps {
			for _, before := range s.After {
				if p.Step(before).Day > s.Day {
					t.Errorf("%s: %s is due before %s", p.ID, s.ID, before)
				}
			}
		}
		if p.Certificate != nil {
			held = append(held, p.ID)
		}
	}
	if diff := cmp.Diff([]string{"onboarding", "quarterly-2026-q4", "negotiation-1", "negotiation-2", "negotiation-3", "risk-and-compliance",
		"industry-solutions", "managers"}, ids); diff != "" {
		t.Error(diff)
	}
}

// deeds are what a task asks for.
func deeds(step string, t programme.Task, at int64) (lines []evidence.Line) {
	add := func(kind, subject string) {
		lines = append(lines, evidence.Line{Kind: kind, Subject: subject, Score: 10_000, Passed: true, At: at})
	}
	for _, l := range t.Lessons {
		add(evidence.Lesson, l)
	}
	for kind, subject := range map[string]string{evidence.Quiz: t.Quiz, evidence.Roleplay: t.Roleplay, evidence.Session: t.Session, evidence.External: t.External} {
		if subject != "" {
			add(kind, subject)
		}
	}
	if t.Signoff != "" {
		add(evidence.Signoff, step)
	}
	return lines
}

// The example that authors are shown is right, and has every field that there is.
func TestTheExampleForAuthorsIsRight(t *testing.T) {
	files := builtIn(t)
	text, example := string(files["programmes/README.md"].Data), ""
	for line := range strings.Lines(text[strings.Index(text, "    id: "):]) {
		if !strings.HasPrefix(line, "    ") && line != "\n" {
			break
		}
		example += strings.TrimPrefix(line, "    ")
	}
	for _, field := range []string{"requires", "after", "need", "any", "lesson", "quiz", "roleplay", "session", "signoff", "external", "points", "score",
		"counts", "attempts", "wait", "months", "window", "grace", "issue", "renew", "revoke"} {
		if !strings.Contains(example, field+":") || strings.Count(text, "`"+field+"`") == 0 {
			t.Errorf("%s is not shown and explained", field)
		}
	}
	files["programmes/negotiation-basics.yaml"] = &fstest.MapFile{Data: []byte(example)}
	book, problems := programme.Read(files, bound(t, files))
	if len(problems) > 0 || book.Get("negotiation-basics") == nil {
		t.Errorf("%v\n%s", problems, example)
	}
}

// The problems of programmes are those of the content.
func TestLintReadsProgrammes(t *testing.T) {
	files := unplayed(t)
	files["programmes/own.yaml"] = &fstest.MapFile{Data: []byte("id: own\nkind: none\n")}
	said := map[string]bool{}
	for _, p := range Lint(files) {
		said[p.Key] = true
	}
	for _, key := range []string{"programme.kind_unknown", "programme.text_missing", "programme.steps_number", "programme.scene_unknown"} {
		if !said[key] {
			t.Errorf("%s is not said", key)
		}
	}
}

func BenchmarkReadProgrammes(b *testing.B) {
	files := builtIn(b)
	c := bound(b, files)
	for b.Loop() {
		if book, _ := programme.Read(files, c); len(book.All()) == 0 {
			b.Fatal("nothing was read")
		}
	}
}
