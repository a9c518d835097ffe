package bank

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"tongguan/quizzes/grading"
)

var (
	sectionForm = regexp.MustCompile(`^([a-z]+) `)
	exampleForm = regexp.MustCompile(`(?m)(?:^    [^\n]*\n)+`)
)

// TestTheExamplesForTrainersAreRight reads every example of content/courses/README.md: as the only question more in a good
// file it must be in order. Every type is explained there.
func TestTheExamplesForTrainersAreRight(t *testing.T) {
	text, err := os.ReadFile("../../content/courses/README.md")
	if err != nil {
		t.Fatal(err)
	}
	explained, examples := map[string]bool{}, 0
	for _, section := range strings.Split(string(text), "\n**") {
		m := sectionForm.FindStringSubmatch(section)
		if m == nil {
			continue
		}
		kind, example := m[1], exampleForm.FindString(section)
		if explained[kind] = true; example == "" {
			continue
		}
		example = strings.ReplaceAll(example, "\n    ", "\n")[4:]
		examples++
		if !strings.HasPrefix(example, "- ") {
			head := "- id: example\n  type: " + kind + "\n  clauses: [\"2.4\"]\n  level: apply\n  explanation: {zh: 解, en: why}\n"
			if !strings.Contains(example, "stem:") {
				head += "  stem: {zh: 题, en: Q}\n"
			}
			example = head + "  " + strings.ReplaceAll(strings.TrimSpace(example), "\n", "\n  ")
		}
		inner := "{id: x%, type: truefalse, level: apply, answer: true, stem: {zh: 题, en: Q}, explanation: {zh: 解, en: why}}"
		example = strings.Replace(example, "[{…}, {…}]", "["+strings.Replace(inner, "%", "1", 1)+", "+strings.Replace(inner, "%", "2", 1)+"]", 1)
		_, problems := Parse(file, []byte(good()+"  "+strings.ReplaceAll(strings.TrimSpace(example), "\n", "\n  ")+"\n"))
		if len(problems) > 0 {
			t.Errorf("%s: %v\n%s", kind, problems, example)
		}
	}
	for _, kind := range append(grading.Types(), caseType) {
		if !explained[string(kind)] {
			t.Errorf("%s is not explained", kind)
		}
	}
	if want := len(grading.Types()) - 1; examples != want { // choices of several and statements have none, a case has
		t.Errorf("%d examples, not %d", examples, want)
	}
}
