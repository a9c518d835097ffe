package bank

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"math/big"

	"tongguan/quizzes/grading"
)

// alike compares questions by what they say, not by where they stand.
var alike = cmp.Options{cmpopts.IgnoreFields(Question{}, "Line", "Print"), cmpopts.EquateEmpty(),
	cmp.Comparer(func(a, b *grading.Formula) bool {
		return (a == nil) == (b == nil) && (a == nil || a.String() == b.String())
	}),
	cmp.Comparer(func(a, b *big.Rat) bool { return (a == nil) == (b == nil) && (a == nil || a.Cmp(b) == 0) })}

// TestWrittenQuestionsAreReadAsTheyWere writes the example of every type, and every question of ours, and reads them again.
func TestWrittenQuestionsAreReadAsTheyWere(t *testing.T) {
	source, err := os.ReadFile("testdata/types.questions.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"types": string(source), "good": good()} {
		s, _ := Parse("courses/example/01-types.questions.yaml", []byte(text))
		written, err := Write("types", s.Questions)
		if err != nil {
			t.Fatal(err)
		}
		again, problems := Parse("courses/example/01-types.questions.yaml", written)
		if again == nil || len(again.Questions) == 0 {
			t.Fatalf("%s: %v\n%s", name, problems, written)
		}
		if d := cmp.Diff(s.Questions, again.Questions, alike); d != "" {
			t.Errorf("%s:\n%s\n%s", name, d, written)
		}
		for _, p := range problems { // the quiz is the author's to fill in
			if !strings.Contains(" bank.questions_few bank.draw_many bank.pass_range bank.minutes_range ", " "+p.Key+" ") {
				t.Errorf("%s: %s %v", name, p.Key, p.Args)
			}
		}
	}
}

// TestOddTextsAreWritten tries texts that YAML reads as something else.
func TestOddTextsAreWritten(t *testing.T) {
	for _, text := range []string{"", "yes", "1", "1.50", "null", "~", "- a", "a: b", "#", "'", `"`, `\`, "a\nb", "a\n\nb\n", " a ", "\ta", "{x}", "[[y]]", "|", ">",
		"2026-01-01", "\u2028x", "\u0085", "😀", "\ufeffa", "a\r\nb", "\u200b", "=", "<<", "!x", "&a", "*a", "%", "@", "`"} {
		q := &Question{ID: "q", Type: grading.Single, Stem: Text{ZH: text, EN: text}, Explanation: Text{EN: text},
			Options: []Option{{ID: "a", Right: true, Text: Text{ZH: text}}, {ID: "b", Text: Text{EN: text}, Credit: -5}}}
		written, err := Write("types", []*Question{q})
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		s, problems := Parse("courses/example/01-types.questions.yaml", written)
		if s == nil || len(s.Questions) != 1 {
			t.Fatalf("%q: %v\n%s", text, problems, written)
		}
		if d := cmp.Diff(q, s.Questions[0], alike); d != "" {
			t.Errorf("%q: %s\n%s", text, d, written)
		}
	}
}
