package indicator

import (
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"tongguan/server/base/fault"
)

const sample = `indicators:
  - id: visits
    clause: "3.2.1.4"
    name: {zh: 拜访次数, en: Visits}
    means: {zh: 几次。, en: How often.}
    unit: count
    better: more
    least: "0"
  - id: growth
    clause: "3.2.1.1"
    name: {zh: 增长率, en: Growth}
    means: {zh: 多少。, en: How much.}
    unit: bp
    better: less
    most: "12.5"
`

func policy(id string) bool { return strings.HasPrefix(id, "3.2.1.") && len(id) == 7 }

func found(problems []fault.Problem) (out []string) {
	for _, p := range problems {
		out = append(out, fmt.Sprintf("%d %s", p.Line, strings.TrimPrefix(p.Key, "figure.lint.")))
	}
	return out
}

func TestReadIndicators(t *testing.T) {
	all, problems := Read(fstest.MapFS{File: {Data: []byte(sample)}}, policy)
	if len(problems) > 0 || len(all) != 2 {
		t.Fatal(problems)
	}
	if v, g := all[0], all[1]; v.Less || v.Least != 0 || v.Most != Limit || !g.Less || g.Least != -Limit || g.Most != 1250 || g.Unit != Basis || v.Name.ZH != "拜访次数" {
		t.Errorf("%+v", all)
	}
	if all, problems := Read(fstest.MapFS{}, policy); all != nil || problems != nil {
		t.Error(all, problems)
	}
}

// TestTheBuiltInIndicators are those that clauses 3.2.1.1 to 3.2.1.4 name, in their order, and the optional ones.
func TestTheBuiltInIndicators(t *testing.T) {
	all, problems := Read(os.DirFS("../../content"), func(string) bool { return true })
	var got []string
	for _, i := range all {
		line := fmt.Sprint(i.Clause, " ", i.ID, " ", i.Unit, " ", i.Less)
		if i.Optional {
			line += " optional"
		}
		got = append(got, line)
	}
	want := []string{"3.2.1.1 sales-amount fen false", "3.2.1.1 sales-profit fen false", "3.2.1.1 growth-rate bp false", "3.2.1.2 new-customers count false",
		"3.2.1.2 conversion-rate bp false", "3.2.1.3 satisfaction points false", "3.2.1.3 complaints count true", "3.2.1.4 visits count false", "3.2.1.4 follow-up bp false"}
	for _, id := range []string{"stage-records", "training-on-time", "newcomers-through", "appraisals-on-time", "findings-closed"} {
		want = append(want, "3.2.1.4 "+id+" bp false optional") // the company's own, beside what the clause names
	}
	if diff := cmp.Diff(want, got); diff != "" || len(problems) > 0 {
		t.Errorf("%v %s", problems, diff)
	}
}

// TestWhatIsWrongIsSaidAtItsLine also means: once, and of nothing else. A file with a problem gives no indicators.
func TestWhatIsWrongIsSaidAtItsLine(t *testing.T) {
	said := map[string]bool{}
	for _, c := range []struct{ old, new, want string }{
		{"id: visits", "id: Visits", "2 id"}, {"id: growth", "id: visits", "9 id"}, {"id: visits", "id: period", "2 id"}, {"  - id: visits\n", "  -\n", "3 id"},
		{"3.2.1.4", "3.2.1.40", "3 clause"}, {"3.2.1.4", "2.4.2", "3 clause"}, {"en: Visits", "en: \"\"", "4 text_missing"},
		{"zh: 几次。", "zh: " + strings.Repeat("长", 401), "5 text_long"}, {"unit: count", "unit: km", "6 unit"}, {"better: more", "better: equal", "7 better"},
		{"    unit: count", "    shows: [\"3.2.1.2\", \"2.4.2\"]\n    unit: count", "6 shows"},
		{"    unit: count", "    shows:\n      - \"3.2.1.2\"\n      - \"3.2.1.2\"\n    unit: count", "8 shows_twice"},
		{`least: "0"`, `least: "a"`, "8 bounds"}, {`most: "12.5"`, `most: "12.5"` + "\n    least: \"13\"", "15 bounds"}, {"better: more", "best: more", "7 strict.field_unknown"},
		{"  - id: visits", " - id: visits", "3 strict.yaml"}, {sample, "", "0 strict.empty"}, {sample, "indicators: []", "1 number"}, {sample, "[", "1 strict.yaml"},
		{sample, "# nothing", "0 strict.empty"},
	} {
		text := strings.Replace(sample, c.old, c.new, 1)
		if text == sample {
			t.Fatalf("the sample has no %s", c.old)
		}
		all, problems := Read(fstest.MapFS{File: {Data: []byte(text)}}, policy)
		if diff := cmp.Diff([]string{c.want}, found(problems)); diff != "" || all != nil {
			t.Errorf("%.40s: %s", c.new, diff)
		}
		for _, p := range problems {
			said[p.Key] = true
		}
	}
	if _, problems := Read(fstest.MapFS{File: {Mode: fs.ModeDir}}, policy); len(problems) != 1 || problems[0].Key != "strict.unreadable" {
		t.Error(found(problems))
	}
	text, err := os.ReadFile("read.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`"(figure\.lint\.[a-z_]+)"`).FindAllStringSubmatch(string(text), -1) {
		if !said[m[1]] {
			t.Errorf("no test has %s", m[1])
		}
	}
}

// FuzzRead reads anything: indicators or problems, never both, never neither for a file that says something.
func FuzzRead(f *testing.F) {
	for _, s := range []string{sample, "", "indicators: [null]", "indicators: &a [{id: aa}, *a]", "x: &x {}\nindicators: [*x]", "indicators: {a: b}", "- a"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		all, problems := Read(fstest.MapFS{File: {Data: text}}, policy)
		if (len(all) == 0) != (len(problems) > 0) {
			t.Fatalf("%d indicators and %d problems", len(all), len(problems))
		}
		for _, p := range problems {
			if p.Line < 0 || !strings.HasPrefix(p.Key, "figure.lint.") && !strings.HasPrefix(p.Key, "strict.") {
				t.Fatalf("%+v", p)
			}
		}
	})
}
