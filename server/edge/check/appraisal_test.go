package check

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"tongguan/courses/composite"
	"tongguan/courses/programme"
	"tongguan/server/base/fault"
)

func schemes(t testing.TB, files fstest.MapFS) ([]*composite.Scheme, []fault.Problem) {
	t.Helper()
	book, _ := programme.Read(files, bound(t, files))
	return composite.Read(files, BindSchemes(book.All()))
}

func TestBuiltInSchemes(t *testing.T) {
	all, problems := schemes(t, builtIn(t))
	if len(problems) > 0 || len(all) < 4 {
		t.Fatal(problems, len(all))
	}
	months, years := 0, 0
	for _, s := range all {
		quantitative := int64(0)
		for _, i := range s.Items {
			if i.Kind != composite.OfReviews {
				quantitative += i.Weight
			}
			if i.Of == "complaints" && !i.Less || i.Of == "visits" && i.Less {
				t.Errorf("%s: %s counts the wrong way", s.ID, i.ID)
			}
		}
		if quantitative == 0 || s.Least > quantitative+composite.Whole/2 {
			t.Errorf("%s: %d of it is figures", s.ID, quantitative)
		}
		if s.Cycle == "year" {
			years++
		} else {
			months++
		}
	}
	if months == 0 || years == 0 {
		t.Errorf("%d schemes of months, %d of years", months, years) // 3.2.2
	}
	sales := all[slices.IndexFunc(all, func(s *composite.Scheme) bool { return s.ID == "sales-monthly" })]
	for clause, ids := range map[string][]string{"3.2.1.1": {"sales-amount", "sales-profit", "growth-rate"}, "3.2.1.2": {"new-customers", "conversion-rate"},
		"3.2.1.3": {"satisfaction", "complaints"}, "3.2.1.4": {"visits", "follow-up"}, "3.2.3.2": composite.Groups()} {
		for _, id := range ids {
			if _, ok := sales.Item(id); !ok {
				t.Errorf("nobody is appraised by %s (%s)", id, clause)
			}
		}
	}
}

// The example that authors are shown is right, and has every field that there is.
func TestTheExampleOfASchemeIsRight(t *testing.T) {
	files := builtIn(t)
	text, example := string(files["appraisal/schemes/README.md"].Data), ""
	for line := range strings.Lines(text[strings.Index(text, "    id: "):]) {
		if !strings.HasPrefix(line, "    ") && line != "\n" {
			break
		}
		example += strings.TrimPrefix(line, "    ")
	}
	for _, field := range []string{"weight", "indicator", "slope", "floor", "cap", "steps", "from", "points", "reviews", "missing", "least", "max_bonus", "bonus", "flag", "warn", "times"} {
		if !strings.Contains(example, field+":") || strings.Count(text, "`"+field+"`") == 0 {
			t.Errorf("%s is not shown and explained", field)
		}
	}
	files["appraisal/schemes/inside-sales.yaml"] = &fstest.MapFile{Data: []byte(example)}
	before, _ := schemes(t, builtIn(t))
	after, problems := schemes(t, files)
	if len(problems) > 0 || len(after) != len(before)+1 {
		t.Errorf("%v\n%s", problems, example)
	}
}

// The problems of schemes are those of the content.
func TestLintReadsSchemes(t *testing.T) {
	files := unplayed(t)
	files["appraisal/schemes/own.yaml"] = &fstest.MapFile{Data: []byte("id: own\ncycle: week\n")}
	said := map[string]bool{}
	for _, p := range Lint(files) {
		said[p.Key] = true
	}
	for _, key := range []string{"composite.cycle_unknown", "composite.text_missing", "composite.weights", "composite.bands_zero"} {
		if !said[key] {
			t.Errorf("%s is not said", key)
		}
	}
}
