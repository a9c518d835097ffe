package programme

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"tongguan/server/base/fault"
)

// content is what the programmes of testdata may name.
func content() Content {
	return Content{
		Lessons: func(key string) []string {
			switch key {
			case "c", "c/m":
				return []string{"c/m/a", "c/m/b"}
			case "c/m/a":
				return []string{key}
			}
			return nil
		},
		Clauses: func(lesson string) []string {
			return map[string][]string{"c/m/a": {"2.4.1"}, "c/m/b": {"2.4.2", "2.4.1"}}[lesson]
		},
		Quiz:   func(module string) ([]string, bool) { return []string{"2.4"}, module == "c/m" || module == "c/late" },
		Counts: func(module string) Counts { return map[string]Counts{"c/m": Best, "c/late": Latest}[module] },
		Scene:  func(scene string) ([]string, bool) { return []string{"2.1"}, scene == "scene" },
		Clause: func(id string) bool { return strings.HasPrefix(id, "3.") },
	}
}

func sample(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/programmes/" + name + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func folder(t testing.TB) fstest.MapFS {
	t.Helper()
	return fstest.MapFS{"programmes/sample.yaml": {Data: []byte(sample(t, "sample"))}, "programmes/other.yaml": {Data: []byte(sample(t, "other"))}}
}

func found(ps []fault.Problem) (out []string) {
	for _, p := range ps {
		out = append(out, fmt.Sprintf("%s:%d %s", strings.TrimPrefix(p.File, "programmes/"), p.Line, strings.TrimPrefix(p.Key, "programme.")))
	}
	return out
}

func good(t testing.TB) *Book {
	t.Helper()
	b, problems := Read(folder(t), content())
	if len(problems) > 0 {
		t.Fatal(found(problems))
	}
	return b
}

// hash is what is kept with everything that was judged by the sample: it must never change by accident.
const hash = "aaf1a62131cd01349da33f49901334168c3471aad912d85ca78afede886d0c6b"

// TestTheTextIsForEver compares what is kept, byte by byte: certificates rest on its hash.
func TestTheTextIsForEver(t *testing.T) {
	p := good(t).Get("sample")
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, []byte(p.Text()), "", "  "); err != nil {
		t.Fatal(err)
	}
	pretty.WriteByte('\n')
	const golden = "testdata/sample.json"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(golden, pretty.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), pretty.String()); diff != "" {
		t.Error(diff)
	}
	if p.Hash() != hash {
		t.Errorf("the hash is %s", p.Hash())
	}
	kept, err := Parse(p.Text())
	if err != nil || kept.Hash() != hash || kept.Text() != p.Text() {
		t.Errorf("a kept version has another hash: %v", err)
	}
	kept.File = p.File
	if diff := cmp.Diff(p, kept); diff != "" {
		t.Error(diff)
	}
	if _, err := Parse("{"); err == nil {
		t.Error("half a version was read")
	}
}

func TestTheBook(t *testing.T) {
	b := good(t)
	var ids []string
	for _, p := range b.All() {
		ids = append(ids, p.ID)
	}
	if diff := cmp.Diff([]string{"other", "sample"}, ids); diff != "" {
		t.Error(diff)
	}
	p := b.Get("other")
	if diff := cmp.Diff([]string{"2.4.1", "2.4.2"}, p.Clauses); diff != "" {
		t.Error(diff)
	}
	if c := p.Certificate; !slices.Equal(c.Renew, []string{"read", "talk"}) || !slices.Equal(c.Revoke, []string{"hr"}) || c.Approval {
		t.Errorf("%+v", c)
	}
	if b.Get("none") != nil || p.Step("none") != nil || p.Step("talk").Tasks[0].Session != "talk" {
		t.Error("a wrong one was found")
	}
	if (&Book{}).Get("x") != nil {
		t.Error("an empty book has something")
	}
}

// An edit of the sample, and what must be said of it, at which line of the sample.
var edits = []struct{ old, new, want string }{
	{"id: sample", "id: simple", "1 id_form"},
	{"kind: specialty", "kind: special", "2 kind_unknown"},
	{"order: 7", "order: first", "3 yaml"},
	{"en: Sample}", "en: \" \"}", "4 text_missing"},
	{"zh: \"各写一遍\"", "zh: \"\"", "5 text_missing"},
	{`["3.1.2.3"]`, `["3.1.2.3", "9.9"]`, "6 clause_unknown"},
	{"requires: [other]", "requires: [another]", "7 requires_unknown"},
	{"requires: [other]", "requires: [sample]", "7 requires_circle"},
	{"requires: [other]", "require: [other]", "7 field_unknown"},
	{"  - id: read", "  - id: Read", "9 step_id|16 after_unknown"},
	{"  - id: quiz", "  - id: read", "13 step_id|40 renew_unknown"},
	{"en: Read}", "fr: Lire}", "10 field_unknown"},
	{"day: 3\n", "day: -3\n", "11 day_range"},
	{"day: 3\n", "day: 3661\n", "11 day_range"},
	{"day: 3\n", "days: 3\n", "11 field_unknown"},
	{"day: 3\n", "day: soon\n", "11 yaml"},
	{"lesson: c/m", "lesson: c/x", "12 lesson_unknown"},
	{"lesson: c/m", "lesson: c/m\n    score: 80", "13 scoring_misplaced"},
	{"lesson: c/m", "lesson: c/m\n    quiz: c/m", "9 task_one"},
	{"    lesson: c/m\n", "", "9 task_one"},
	{"after: [read]", "after: [choose]", "16 after_unknown"},
	{"after: [read]", "after: [quiz]", "16 after_unknown"},
	{"quiz: c/m", "quiz: c/x", "17 quiz_unknown"},
	{"score: 85", "score: 101", "18 score_range"},
	{"    score: 85\n", "", "18 average_score"},
	{"counts: average", "counts: middle", "19 counts_unknown"},
	{"attempts: 3", "attempts: -1", "20 attempts_range"},
	{"attempts: 3", "attempts: 100", "20 attempts_range"},
	{"wait: 24h", "wait: a day", "21 wait_form"},
	{"wait: 24h", "wait: 30s", "21 wait_form"},
	{"wait: 24h", "wait: -24h", "21 wait_form"},
	{"wait: 24h", "wait: 9000h", "21 wait_form"},
	{"need: 2", "need: 4", "24 need_range"},
	{"need: 2", "need: -1", "24 need_range"},
	{"need: 2", "need: 2\n    score: 80", "22 task_both"},
	{"need: 2", "need: 2\n    session: topic", "22 task_both"},
	{"roleplay: scene", "roleplay: unseen", "26 scene_unknown"},
	{"session: topic-a}", "session: Topic A}", "27 topic_form"},
	{"session: topic-a}", "session: any}", "27 topic_form"},
	{"session: topic-a}", "session: topic-a, wait: 1h}", "27 scoring_misplaced"},
	{"session: topic-a}", "session: topic-a, venue: here}", "27 field_unknown"},
	{"session: topic-a}", "session: topic-a, points: [{zh: 一, en: One}]}", "27 points_misplaced"},
	{"external: any", "roleplay: scene", "28 task_twice"},
	{"external: any", "external: any\n      - signoff: hr\n      - signoff: buddy", "30 task_twice"},
	{"external: any", "external: any" + strings.Repeat("\n      - session: x", 10), "25 tasks_number|24 need_range"},
	{"signoff: buddy", "signoff: friend", "31 signer_unknown"},
	{"en: \"Saw <one> & all\"", "en: \"\"", "33 text_missing"},
	{"en: Cert}", "en: \"\"}", "35 text_missing"},
	{"months: 12", "months: 241", "36 validity"},
	{"months: 12", "months: 2", "36 validity"},
	{"months: 12", "months: 0", "36 validity"},
	{"grace: 14", "grace: 400", "36 validity"},
	{"issue: approval", "issue: later", "39 issue_unknown"},
	{"renew: [quiz, sign]", "renew: [quiz, gone]", "40 renew_unknown"},
	{"renew: [quiz, sign]", "renew: [read]", ""},
	{"      - external: any\n", "      - lesson: c\n", ""},
	{"renew: [quiz, sign]", "renew: [quiz, choose]", ""},
	{"revoke: [hr, inspector]", "revoke: [hr, learner]", "41 revoke_unknown"},
	{"  issue: approval\n", "  issue: approval\n  issue: approval\n", "40 yaml"},
	{"  issue: approval\n", "  issue: [\n", "38 yaml"},
	{"certificate:", "---\ncertificate:", "0 documents"},
}

// TestWhatIsWrongIsSaidAtItsLine also means: once, and of nothing else. A programme with a problem of its own is left out.
func TestWhatIsWrongIsSaidAtItsLine(t *testing.T) {
	said := map[string]bool{}
	for _, e := range edits {
		files, text := folder(t), sample(t, "sample")
		if !strings.Contains(text, e.old) {
			t.Fatalf("the sample has no %s", e.old)
		}
		files["programmes/sample.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(text, e.old, e.new, 1))}
		b, problems := Read(files, content())
		var want []string
		for _, w := range strings.FieldsFunc(e.want, func(r rune) bool { return r == '|' }) {
			want = append(want, "sample.yaml:"+w)
		}
		if diff := cmp.Diff(want, found(problems)); diff != "" {
			t.Errorf("%s: %s", e.new, diff)
		}
		for _, p := range problems {
			said[p.Key] = true
		}
		if left := b.Get("sample") == nil; left != (e.want != "" && !strings.Contains(e.want, "requires")) {
			t.Errorf("%s: left out is %v", e.new, left)
		}
	}
	for _, whole := range []struct{ text, want string }{
		{"", "0 empty"},
		{"# nothing yet\n", "0 empty"},
		{"- a\n", "1 yaml"},
		{"id: sample\nkind: new-hire\ntitle: {zh: 题, en: T}\nsummary: {zh: 要, en: S}\nsteps: []\n", "5 steps_number"},
		{"id: sample\nkind: new-hire\ntitle: {zh: 题, en: T}\nsummary: {zh: 要, en: S}\nsteps:\n" + strings.Repeat("  - {}\n", maxSteps+1), "5 steps_number"},
		{"id: sample\nkind: new-hire\ntitle: {zh: 题, en: T}\nsummary: {zh: 要, en: S}\nsteps:\n  - {id: s, title: {zh: 题, en: T}, session: s}\n", "1 clauses_none"},
		{strings.Repeat("#", maxFile+1), "0 large"},
	} {
		_, problems := Read(fstest.MapFS{"programmes/sample.yaml": {Data: []byte(whole.text)}}, content())
		if diff := cmp.Diff([]string{"sample.yaml:" + whole.want}, found(problems)); diff != "" {
			t.Errorf("%.40q: %s", whole.text, diff)
		}
		for _, p := range problems {
			said[p.Key] = true
		}
	}
	_, problems := Read(fstest.MapFS{"programmes/dir.yaml": {Mode: fs.ModeDir}}, content())
	if len(problems) != 1 || problems[0].Key != "programme.unreadable" {
		t.Error(found(problems))
	}
	said["programme.unreadable"] = true
	everyKey(t, said)
}

// everyKey sees that each problem that the package knows was said.
func everyKey(t *testing.T, said map[string]bool) {
	for _, name := range []string{"read.go", "rules.go"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`"(programme\.[a-z_]+)"`).FindAllStringSubmatch(string(text), -1) {
			if !said[m[1]] {
				t.Errorf("no test has %s", m[1])
			}
		}
	}
}

// Programmes that require each other are named, those that only lead into their circle are not.
func TestCircles(t *testing.T) {
	files := fstest.MapFS{}
	for id, requires := range map[string]string{"a": "b", "b": "c", "c": "d", "d": "b"} {
		text := strings.NewReplacer("id: other", "id: "+id+"\nrequires: ["+requires+"]").Replace(sample(t, "other"))
		files["programmes/"+id+".yaml"] = &fstest.MapFile{Data: []byte(text)}
	}
	_, problems := Read(files, content())
	if diff := cmp.Diff([]string{"b.yaml:2 requires_circle", "c.yaml:2 requires_circle", "d.yaml:2 requires_circle"}, found(problems)); diff != "" {
		t.Error(diff)
	}
}

// All that is wrong with a file is said at once.
func TestAllAtOnce(t *testing.T) {
	text := strings.NewReplacer("day: 3", "dya: 3", "score: 85", "score: many", "months: 12", "month: 12").Replace(sample(t, "sample"))
	_, problems := Read(fstest.MapFS{"programmes/sample.yaml": {Data: []byte(text)}}, content())
	if diff := cmp.Diff([]string{"sample.yaml:11 field_unknown", "sample.yaml:18 yaml", "sample.yaml:36 field_unknown"}, found(problems)); diff != "" {
		t.Error(diff)
	}
}

// A small file that says much by aliases is read in no more than a moment, and complained of within reason.
func TestAliasesDoNotMultiply(t *testing.T) {
	text := "id: sample\nkind: new-hire\nclauses: &c [" + strings.Repeat("x,", 20_000) + "x]\nsteps:\n" +
		"  - &s {id: a, after: *c, any: &a [" + strings.Repeat("{signoff: hr, points: &p ["+strings.Repeat("{},", 200)+"{}]},", 12) + "]}\n" +
		strings.Repeat("  - {id: b, after: *c, any: *a}\n", maxSteps-1)
	b, problems := Read(fstest.MapFS{"programmes/sample.yaml": {Data: []byte(text)}}, content())
	if len(problems) == 0 || len(problems) > maxProblems || b.Get("sample") != nil {
		t.Errorf("%d problems", len(problems))
	}
}

// A quiz that counts its latest or first attempt says so in the programme, where the score to reach is the programme's own.
func TestTheQuizsOwnRuleIsWrittenDown(t *testing.T) {
	for edit, want := range map[string]Counts{
		"quiz: c/late":                 Latest,
		"quiz: c/late|counts: best":    Best,
		"quiz: c/late|score: 0":        AsContent,
		"quiz: c/m|counts: \"\"":       AsContent,
		"quiz: c/late|counts: average": Average,
	} {
		quiz, rest, _ := strings.Cut(edit, "|")
		text := strings.NewReplacer("quiz: c/m", quiz, "    counts: average\n", "").Replace(sample(t, "sample"))
		switch {
		case strings.HasPrefix(rest, "score"):
			text = strings.Replace(text, "score: 85", rest, 1)
		case rest != "":
			text = strings.Replace(text, "score: 85", "score: 85\n    "+rest, 1)
		}
		files := folder(t)
		files["programmes/sample.yaml"] = &fstest.MapFile{Data: []byte(text)}
		b, problems := Read(files, content())
		if len(problems) > 0 {
			t.Fatal(edit, found(problems))
		}
		if got := b.Get("sample").Step("quiz").Tasks[0].Counts; got != want {
			t.Errorf("%s: %q, not %q", edit, got, want)
		}
	}
}

// FuzzRead reads anything: it gives a programme or says what is wrong, at a line that the file has, the same each time;
// what it gives can be kept, judged and read back.
func FuzzRead(f *testing.F) {
	text := sample(f, "sample")
	for _, e := range edits {
		f.Add([]byte(strings.Replace(text, e.old, e.new, 1)))
	}
	for _, s := range []string{"", "\x00", "\xff\xfe", "---\n---\n", "steps: [null]", "steps: [*a]", "steps: &a [&b {any: *a}]", "id: &a sample\nsteps: {}",
		"steps:\n - &x {id: a}\n - *x\n - <<: *x\n", "certificate: null", "steps: [!!binary x]", "\"\"\u0085\u0085\":", "null", "steps: &s [{id: a, any: [{points: [{}]}]}]"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		files := fstest.MapFS{"programmes/sample.yaml": {Data: text}}
		b, problems := Read(files, content())
		breaks := 0 // as YAML counts lines
		for _, s := range []string{"\n", "\r", "\u0085", "\u2028", "\u2029"} {
			breaks += bytes.Count(text, []byte(s))
		}
		for _, p := range problems {
			if p.Line < 0 || p.Line > 2+breaks || !strings.HasPrefix(p.Key, "programme.") {
				t.Fatalf("%+v in a file of %d bytes", p, len(text))
			}
		}
		if _, again := Read(files, content()); !cmp.Equal(found(problems), found(again)) {
			t.Fatalf("%v, then %v", found(problems), found(again))
		}
		p := b.Get("sample")
		if p == nil {
			if len(problems) == 0 {
				t.Fatal("nothing was read and nothing is wrong")
			}
			return
		}
		kept, err := Parse(p.Text())
		if err != nil || kept.Hash() != p.Hash() {
			t.Fatalf("what was read cannot be kept: %v", err)
		}
		if v := p.Judge(Case{Start: "2026-01-31", Today: "2026-02-28"}); v.Met || len(v.Items) != len(p.Steps) {
			t.Fatalf("%+v", v)
		}
	})
}
