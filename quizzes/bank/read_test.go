package bank

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tongguan/quizzes/grading"
)

// block is a short file as people write it, over many lines.
const block = `module: orders
quiz:
  draw: 2
  pass: 85
  minutes: 7
checks:
  - id: orders-c1
    type: truefalse
    clauses: ["3.1"]
    level: recall
    stem: {zh: 合同先审后签吗, en: Is a contract reviewed before it is signed}
    answer: true
    explanation: {zh: 先审, en: Review comes first}
questions:
  # the first one
  - id: orders-1
    type: multiple
    clauses: ["3.2", "3.1"]
    level: judge
    stem:
      zh: 选哪些
      en: Which ones?
    options:
      - {id: x, right: true, text: {zh: 甲, en: A}, why: {zh: 因甲, en: for A}}
      - {id: y, text: {zh: 乙, en: B}, why: {zh: 因乙, en: for B}}
      - {id: z, right: true, text: {zh: 丙, en: C}, why: {zh: 因丙, en: for C}}
    explanation: {zh: 解, en: Because}
  - {id: orders-2, type: truefalse, clauses: ["3.1"], level: apply, stem: {zh: 是吗, en: Is it}, answer: false, explanation: {zh: 否, en: No}}
`

// The hash was made by sha256sum over the text above.
const blockHash = "af389b7962a15d042af30f23f9083f8d8a42522ce9b5e209915aae046f7ceb4a"

func TestEveryFieldIsRead(t *testing.T) {
	const name = "courses/sales/12-orders.questions.yaml"
	b, problems := Read(fstest.MapFS{name: {Data: []byte(block)}})
	if d := cmp.Diff([]string{name + ":0 bank.questions_few"}, found(problems)); d != "" {
		t.Error(d)
	}
	statement := func(right bool) []Option { return []Option{{ID: "true", Right: right}, {ID: "false", Right: !right}} }
	want := &Set{
		Course: "sales", Module: "orders", File: name, Rules: Rules{Draw: 2, Pass: 8500, Minutes: 7, Counts: Best, Score: Submission, Answers: Submission, Explain: Submission}, Hash: blockHash, Source: []byte(block),
		Checks: []*Question{{ID: "orders-c1", Type: grading.TrueFalse, Clauses: []string{"3.1"}, Level: "recall", Line: 7,
			Stem: Text{"合同先审后签吗", "Is a contract reviewed before it is signed"}, Explanation: Text{"先审", "Review comes first"}, Options: statement(true)}},
		Questions: []*Question{
			{ID: "orders-1", Type: grading.Multiple, Clauses: []string{"3.2", "3.1"}, Level: "judge", Line: 16,
				Stem: Text{"选哪些", "Which ones?"}, Explanation: Text{"解", "Because"}, Options: []Option{
					{"x", true, 0, Text{"甲", "A"}, Text{"因甲", "for A"}}, {"y", false, 0, Text{"乙", "B"}, Text{"因乙", "for B"}}, {"z", true, 0, Text{"丙", "C"}, Text{"因丙", "for C"}}}},
			{ID: "orders-2", Type: grading.TrueFalse, Clauses: []string{"3.1"}, Level: "apply", Line: 28,
				Stem: Text{"是吗", "Is it"}, Explanation: Text{"否", "No"}, Options: statement(false)},
		},
	}
	s := b.Set("sales/orders")
	if d := cmp.Diff(want, s, cmpopts.IgnoreUnexported(Set{}), cmpopts.IgnoreFields(Question{}, "Print")); d != "" {
		t.Fatal(d)
	}
	for id, key := range map[string]grading.Key{
		"orders-1": {Type: grading.Multiple, Options: []string{"x", "y", "z"}, Right: []string{"x", "z"}},
		"orders-2": {Type: grading.TrueFalse, Options: []string{"true", "false"}, Right: []string{"false"}},
	} {
		if d := cmp.Diff(key, s.Question(id).Key(nil)); d != "" {
			t.Error(d)
		}
	}
	var refs []string
	for _, r := range b.ClauseRefs() {
		refs = append(refs, fmt.Sprint(strings.TrimPrefix(r.File, "courses/sales/"), ":", r.Line, " ", r.Clause))
	}
	of := "12-orders.questions.yaml"
	if d := cmp.Diff([]string{of + ":7 3.1", of + ":16 3.2", of + ":16 3.1", of + ":28 3.1"}, refs); d != "" {
		t.Error(d)
	}
}

// keys gives the keys of the sets in the order of the bank.
func keys(b *Bank) []string {
	var out []string
	for _, s := range b.Sets() {
		out = append(out, s.Key())
	}
	return out
}

// many puts empty files of questions at some places, out of order.
func many() fstest.MapFS {
	f := fstest.MapFS{}
	for _, at := range []string{"b/02-d", "a-x/01-e", "b/01-z", "b/10-a", "a/01-c"} {
		module := at[strings.LastIndex(at, "-")+1:]
		f["courses/"+at+".questions.yaml"] = &fstest.MapFile{Data: []byte("module: " + module + "\nquestions: []\n")}
	}
	for _, no := range []string{"a/b/01-c.questions.yaml", "a/01-c.zh.md", "a/01-c.questions.yml", "01-c.questions.yaml"} {
		f["courses/"+no] = &fstest.MapFile{Data: []byte("[")}
	}
	return f
}

func TestSetsAreInTheOrderOfTheirFiles(t *testing.T) {
	b, _ := Read(many())
	want := []string{"a/c", "a-x/e", "b/z", "b/d", "b/a"}
	if d := cmp.Diff(want, keys(b)); d != "" {
		t.Error(d)
	}
	b.Sets()[0] = nil
	if b.Sets()[0] == nil {
		t.Error("a caller can change the bank")
	}
}

func TestFilesDoNotMix(t *testing.T) {
	b, problems := Read(folder())
	if len(problems) > 0 {
		t.Fatal(found(problems))
	}
	for module, ids := range map[string][2]string{"process/negotiation": {"q03", "check"}, "general/principles": {"p03", "other-check"}} {
		s := b.Set(module)
		if s == nil || s.Question(ids[0]) == nil || b.Check(ids[1]) == nil || b.ByHash(s.Hash) != s {
			t.Errorf("%s is not whole", module)
		}
	}
	if b.Set("process/negotiation").Question("p03") != nil || b.Set("process/principles") != nil || b.ByHash("") != nil {
		t.Error("something was found that is not there")
	}
	if n := len(b.Examining("2.4")); n != 2 { // the statement of each file
		t.Errorf("%d questions examine 2.4", n)
	}
	if len(b.Examining("9.9")) > 0 {
		t.Error("a clause that nothing names is examined")
	}
	b.Examining("2.4")[0] = nil
	if b.Examining("2.4")[0] == nil {
		t.Error("a caller can change the bank")
	}
}

// An id that stands in three files is reported in the second and the third, and both name the first.
func TestTakenIDNamesItsFirstPlace(t *testing.T) {
	files := folder()
	const third = "courses/process/05-contract.questions.yaml"
	text := strings.NewReplacer("module: negotiation", "module: contract", "id: q", "id: r", "id: check", "id: third-check",
		"id: several", "id: p03", "id: statement", "id: third").Replace(good())
	files[third] = &fstest.MapFile{Data: []byte(text)}
	files[file].Data = []byte(strings.Replace(good(), "id: q11", "id: p03", 1))
	_, problems := Read(files)
	if d := cmp.Diff([]string{file + ":17 bank.id_twice", third + ":18 bank.id_twice"}, found(problems)); d != "" {
		t.Fatal(d)
	}
	for _, p := range problems {
		if d := cmp.Diff(map[string]any{"id": "p03", "file": elsewhere, "at": 9}, p.Args); d != "" {
			t.Errorf("%s: %s", p.File, d)
		}
	}
}

func TestTextFallsBack(t *testing.T) {
	for _, tt := range []struct {
		text   Text
		zh, en string
	}{
		{Text{"中", "E"}, "中", "E"},
		{Text{"中", ""}, "中", "中"},
		{Text{"", "E"}, "E", "E"},
	} {
		if tt.text.In("zh") != tt.zh || tt.text.In("en") != tt.en {
			t.Errorf("%q reads %q and %q", tt.text, tt.text.In("zh"), tt.text.In("en"))
		}
	}
}
