package bank

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// FuzzRead reads any file at any place that could hold one: it gives a set or says what is wrong, and says it at a
// line that the file has, in the same words every time.
func FuzzRead(f *testing.F) {
	for _, e := range edits {
		at := max(0, strings.Index(good(), e.after))
		f.Add("process/04-negotiation", []byte(good()[:at]+strings.Replace(good()[at:], e.old, e.new, 1)))
	}
	f.Add("sales/12-orders", []byte(block))
	types, err := os.ReadFile("testdata/types.questions.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, e := range typeEdits {
		at := max(0, strings.Index(string(types), e.after))
		f.Add("example/01-types", []byte(string(types[:at])+strings.Replace(string(types[at:]), e.old, e.new, 1)))
	}
	for _, text := range []string{"", "\x00", "\xff\xfe", "---\n---\n", "- a\n- b: [", "questions: [null]", "checks: [*a]", "questions: [&a {id: *a}]",
		"a: &a [*a]", "questions: {}", "quiz: {pass: 9223372036854775807}", "questions:\n - <<: {id: x}\n", "questions: [!!binary x]", "\"\"\u0085\u0085\":"} {
		f.Add("sales/12-orders", []byte(text))
	}
	f.Fuzz(func(t *testing.T, at string, text []byte) {
		name := "courses/" + at + ".questions.yaml"
		if strings.Count(name, "/") != 2 || strings.ContainsAny(name, "*?[\\") {
			t.Skip("nowhere that is looked at")
		}
		s, problems := Parse(name, text)
		if s == nil && len(problems) == 0 {
			t.Fatal("nothing was read and nothing is wrong")
		}
		breaks := 0 // as YAML counts lines
		for _, b := range []string{"\n", "\r", "\u0085", "\u2028", "\u2029"} {
			breaks += bytes.Count(text, []byte(b))
		}
		for _, p := range problems {
			if p.File != name || p.Line < 0 || p.Line > 2+breaks || !strings.HasPrefix(p.Key, "bank.") {
				t.Fatalf("%+v in a file of %d bytes", p, len(text))
			}
		}
		if _, again := Parse(name, text); !cmp.Equal(found(problems), found(again)) {
			t.Fatalf("%v, then %v", found(problems), found(again))
		}
		if s != nil {
			usable(t, s, text)
		}
		b, _ := Read(fstest.MapFS{name: {Data: text}})
		if len(b.Sets()) > 1 {
			t.Fatalf("%d sets of one file", len(b.Sets()))
		}
	})
}

// usable fails when what was read cannot be drawn from and marked, however much is wrong with it: a set that has
// problems is in force all the same.
func usable(t *testing.T, s *Set, text []byte) {
	t.Helper()
	if !bytes.Equal(s.Source, text) || len(s.Hash) != 64 {
		t.Fatal("the source was not kept")
	}
	paper := Draw(s, [32]byte{1})
	most := max(0, min(s.Draw, len(s.Questions)))
	exact := len(s.Blueprint) == 0 && !slices.ContainsFunc(s.Questions, func(q *Question) bool { return q.Case != nil })
	if len(s.Blueprint) == 0 && len(paper) > most || exact && len(paper) != most {
		t.Fatalf("%d questions drawn of %d", len(paper), len(s.Questions))
	}
	if _, err := json.Marshal(paper); err != nil {
		t.Fatal(err)
	}
	for _, i := range paper {
		if q := s.Question(i.Question); q == nil {
			t.Fatalf("%q is drawn and not in the set", i.Question)
		}
	}
}
