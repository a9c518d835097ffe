package bank

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tongguan/server/base/fault"
)

// typeEdits are slips in the example of every type, as edits has them for options: after which words, what stands there,
// what is written instead, and all that must be reported then, each as ":line key".
var typeEdits = []struct {
	after, old, new string
	want            []string
}{
	// the rules of the quiz
	{"", "score: submission", "score: soon", []string{":0 bank.show_unknown"}},
	{"", "\nquestions:\n", "\nchecks:\n  - {id: free, type: open, clauses: [\"2.4\"], level: judge, stem: {zh: 写, en: Write}, explanation: {zh: 解, en: So}, rubric: " +
		"[{id: all, title: {zh: 全, en: All}, levels: [{points: 0, anchor: {zh: 无, en: None}}, {points: 100, anchor: {zh: 有, en: Some}}]}]}\nquestions:\n",
		[]string{":21 bank.check_type"}},
	{"", "counts: best", "counts: mean", []string{":0 bank.counts_unknown"}},
	{"", "counts: best", "counts: latest", nil},
	{"", "page: one", "page: two", []string{":0 bank.page_unknown"}},
	{"", "page: one", "page: all", []string{":0 bank.forward_on_one"}},
	{"", "wait: 24h", "wait: a day", []string{":0 bank.wait_form"}},
	{"", "wait: 24h", "wait: -1h", []string{":0 bank.wait_form"}},
	{"", "attempts: 3", "attempts: -1", []string{":0 bank.attempts_range"}},
	{"", "exposure: 100", "exposure: 101", []string{":0 bank.exposure_range"}},
	{"", "2026-01-05 09:00", "5 January 2026", []string{":0 bank.window_form", ":0 bank.window_empty"}},
	{"", "2026-01-05 09:00", "2027-01-05 09:00", []string{":0 bank.window_empty"}},
	{"", `, until: "2026-12-31 18:00"`, "", []string{":0 bank.window_needed"}},
	{"", `, en: "I work alone and without help."`, "", []string{":0 bank.declaration_missing"}},
	// how a paper is made up
	{"", "minutes: 30", "minutes: 30\n  draw: 9", []string{":0 bank.draw_and_blueprint"}},
	{"exposure", "blueprint:\n    - {clause: \"2.4\", level: apply, take: 4}\n    - {level: judge, take: 3}\n    - {pool: words, take: 2}", "draw: 1", nil},
	{"exposure", "blueprint:\n    - {clause: \"2.4\", level: apply, take: 4}\n    - {level: judge, take: 3}\n    - {pool: words, take: 2}", "draw: 8",
		[]string{":0 bank.draw_case"}}, // seven by themselves, and then the case is too large
	{"", "take: 4", "take: 0", []string{":0 bank.cell_form"}},
	{"", "level: judge, take: 3", "level: hard, take: 3", []string{":0 bank.cell_form", ":109 bank.never_drawn", ":141 bank.never_drawn"}},
	{"", "level: apply, take: 4", "level: apply, take: 5", []string{":0 bank.draw_many", ":0 bank.cell_short"}},
	{"", "level: judge, take: 3", "level: judge, take: 2", []string{":0 bank.cell_case"}},    // the letter, and then the case is too large
	{"", "level: judge, take: 3", "level: judge, take: 1", []string{":141 bank.case_large"}}, // the case is never taken
	{"", `{clause: "2.4", level: apply`, `{clause: "2.4", pool: word, level: apply`, []string{":0 bank.cell_empty",
		":21 bank.never_drawn", ":33 bank.never_drawn", ":45 bank.never_drawn", ":58 bank.never_drawn"}},
	{"", "exposure: 100", "exposure: 99", []string{":0 bank.exposure", ":0 bank.exposure", ":0 bank.exposure"}},
	{"id: word", "pool: words", "pool: word", []string{":0 bank.cell_short", ":76 bank.pool_unused"}},
	{"", "take: 4", "take: 2", nil},
	// what every question has
	{"id: match", "level: apply", "level: apply\n    facility: 101", []string{":21 bank.facility_range"}},
	{"id: word", "level: recall", "level: recall\n    longest: 5", []string{":76 bank.field_not_here"}},
	{"id: order", "rule: pairs", "rule: nearly", []string{":33 bank.rule_unknown"}},
	{"id: order", "rule: pairs", "fixed: true", []string{":33 bank.field_not_here"}},
	// matching
	{"id: match", "zh: \"目标\", en: \"Target\"", "zh: \"底线\", en: \"Limit\"", []string{":21 bank.thing_twice"}},
	{"id: match", "zh: \"上季度的成交价\", en: \"Last quarter's closing price\"", "zh: \"再低就不签\", en: \"No signature below it\"", []string{":21 bank.extra_right"}},
	{"id: match", "zh: \"有理有据想要的结果\"", "zh: \"有理有据的目标\"", []string{":21 bank.pair_tells"}},
	{"id: match", "The figure said first", "The opening figure", []string{":21 bank.pair_tells"}},
	{"id: match", "Last quarter's closing price", "Last quarter's target", nil},                         // tells nothing: it fits nothing
	{"id: match", "level: apply", "level: apply\n    fixed: true", []string{":21 bank.field_not_here"}}, // its partners would stand beside their things
	// an order
	{"id: order", "zh: \"签订\", en: \"Sign\"", "zh: \"谈成\", en: \"Agree\"", []string{":33 bank.step_twice"}},
	// numbers
	{"id: number", `"456000"`, `"456 000"`, []string{":45 bank.number_form"}},
	{"id: number", `tolerance: "100"`, `tolerance: "1e2"`, []string{":45 bank.number_form"}},
	{"id: number", `tolerance: "100"`, `tolerance: "-1"`, []string{":45 bank.right_refused"}},
	{"id: number", `value: "456000", tolerance: "100"`, `value: "1/3"`, []string{":45 bank.right_refused"}},
	{"id: number", `value: "456000", tolerance: "100"`, `value: "1/3", tolerance: "0.001"`, nil},
	{"id: number", "credit: 50", "credit: 101", []string{":45 bank.credit_range"}},
	{"id: number", `factor: "10000"`, `factor: "0"`, []string{":45 bank.unit_factor"}},
	{"id: number", `factor: "10000"`, `factor: "1e999999"`, []string{":45 bank.unit_factor"}},
	{"id: number", `{name: "", factor: "1"}`, `{name: "千元", factor: "1000"}`, []string{":45 bank.unit_lang"}},
	// calculated
	{"id: margin", "{price}元", "{prise}元", []string{":58 bank.param_unknown"}},
	{"id: margin", `step: "40000"`, `step: "0"`, []string{":58 bank.param_form"}},
	{"id: margin", `step: "40000"`, `stepp: "40000"`, []string{":58 bank.yaml"}},
	{"id: margin", `values: ["3", "5", "8"]`, `values: ["3", "5", "8"], step: "1"`, []string{":58 bank.param_form"}},
	{"id: margin", `values: ["3", "5", "8"]`, `values: ["three"]`, []string{":58 bank.param_form"}},
	{"id: margin", `formula: "round(`, `formula: "round((`, []string{":58 bank.formula"}},
	{"id: margin", "cost < price * (1 - off/100)", "cost > price * 2", []string{":58 bank.params_impossible"}},
	{"id: margin", ` - cost) / (price*(1-off/100)) * 100, 1)`, ` - cost) / (price*(1-off/100)) * 100, 0)`, []string{":58 bank.tolerance_small"}},
	{"id: margin", `tolerance: "0.05"`, `tolerance: "0.04"`, []string{":58 bank.tolerance_small"}},
	{"id: margin", `formula: "round((price*(1-off/100) - cost) / (price*(1-off/100)) * 100, 1)"`, `formula: "(price - cost) / price"`, nil},
	{"id: margin", `tolerance: "0.05"`, `relative: "0"`, nil}, // as exact as it is rounded
	{"id: margin", `formula: "round(`, `formula: "off + 0*round(`, []string{":58 bank.answer_same"}},
	{"id: margin", `(1-off/100) - cost) /`, `(1-off/100) - 2*cost) /`, []string{":58 bank.answer_negative"}},
	// text
	{"id: word", `"*利润"`, `"* *"`, []string{":76 bank.accept_anything"}},
	{"id: word", `{text: "毛利"}`, `{text: "毛*"}`, []string{":76 bank.accept_covered"}},
	{"id: word", `{text: "毛利润"}`, `{text: "毛 利"}`, []string{":76 bank.accept_covered"}},
	{"id: word", `"*利润", credit: 60`, `"*利润", credit: 100`, []string{":76 bank.accept_covered"}},
	// gaps
	{"id: gaps", "id: when", "id: When", []string{":89 bank.gap_id", ":89 bank.gap_unknown", ":89 bank.gap_once", ":89 bank.gap_unknown", ":89 bank.gap_once"}},
	{"id: gaps", "[[who]]和", "某部门和", []string{":89 bank.gap_once"}},
	{"id: gaps", "by [[who]]", "by [[whom]]", []string{":89 bank.gap_unknown", ":89 bank.gap_once"}},
	{"id: gaps", `figures: [{value: "30"}]`, `figures: [{value: "30"}]` + "\n        accept: [{text: thirty}]", []string{":89 bank.gap_form"}},
	{"id: gaps", "id: a, right: true", "id: a", []string{":89 bank.gap_options"}},
	{"id: gaps", "after", "all of the above", []string{":89 bank.catch_all"}},
	{"id: gaps", `en: "after"`, `en: "Before"`, []string{":89 bank.options_same"}},
	{"id: gaps", `zh: "之后", en: "after"`, `zh: "2万天后", en: "after 20,001 days"`, []string{":89 bank.gap_differs"}},
	{"id: gaps", `zh: "之后", en: "after"`, `zh: "2万天后", en: "after 20,000 days"`, nil},
	{"id: gaps", `, {text: "the legal department"}, {text: "legal"}`, "", []string{":89 bank.accept_lang"}},
	// open answers
	{"id: letter", "longest: 1500", "longest: 20001", []string{":109 bank.longest_range"}},
	{"id: letter", "id: tone", "id: needs", []string{":109 bank.criterion_id"}},
	{"id: letter", "points: 30", "points: 60", []string{":109 bank.levels_rise"}},
	{"id: letter", "points: 0", "points: 5", []string{":109 bank.levels_rise"}},
	{"id: letter", "points: 40", "points: 41", []string{":109 bank.rubric_sum"}},
	// cases
	{"id: hydra", `["1", "200,000"]`, `["1"]`, []string{":128 bank.table_ragged"}},
	{"id: hydra", "id: hydra", "id: gaps", []string{":128 bank.id_twice"}},
	{"id: hydra", "level: judge", "level: judge\n    stem: {zh: 题, en: Q}", []string{":128 bank.field_not_here"}},
	{"id: hydra", "level: judge", "level: judge\n    fixed: true", []string{":128 bank.field_not_here"}},
	{"id: hydra-act", "type: single", "type: case", []string{":147 bank.type_unknown"}},
	{"id: hydra-act", "level", "level", nil},
	{"id: hydra-sum", `"15000"`, `"300000"`, []string{":141 bank.answer_quoted"}},
	{"id: hydra-sum", "type: numeric", "type: numeric\n        level: recall", []string{":0 bank.cell_short", ":141 bank.never_drawn"}},
	{"id: hydra-act", `en: "Tell the customer and give a new date"`, `en: "the second came ten days late"`, []string{":147 bank.answer_quoted"}},
	{"id: hydra-act", "credit: 40", "credit: 140", []string{":147 bank.credit_range"}},
}

func TestLintOfTypes(t *testing.T) {
	source, err := os.ReadFile("testdata/types.questions.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range typeEdits {
		t.Run(fmt.Sprint(tt.new, tt.want), func(t *testing.T) {
			text := string(source)
			if tt.old != tt.new {
				text = edit(t, text, tt.after, tt.old, tt.new)
			}
			_, problems := Parse(typesFile, []byte(text))
			if d := cmp.Diff(tt.want, atLines(problems)); d != "" {
				t.Error(d)
			}
		})
	}
}

// atLines says what was found, but for the number of questions, which is short in the example.
func atLines(problems []fault.Problem) []string {
	var out []string
	for _, p := range problems {
		if p.Key != "bank.questions_few" {
			out = append(out, fmt.Sprintf(":%d %s", p.Line, p.Key))
		}
	}
	return out
}

// small are questions that by themselves are wrong in a way that an edit of a few words cannot make, and what must be
// reported of them.
var small = []struct{ question, want string }{
	{`type: matching, pairs: [{left: {zh: 甲, en: A}, right: {zh: 一, en: one}}]`, "bank.pairs_few"},
	{`type: matching, pairs: [{left: {zh: 甲, en: A}, right: {zh: 一, en: one}}, {left: {zh: 乙, en: B}, right: {zh: 一, en: one}}]`, "bank.partners_few"},
	{`type: ordering, order: [{zh: 甲, en: A}, {zh: 乙, en: B}]`, "bank.steps_few"},
	{`type: calculated, formula: "1", figures: [{tolerance: "1"}]`, "bank.params_needed"},
	{`type: cloze, passage: {zh: 无, en: none}`, "bank.gaps_needed"},
	{`type: open, rubric: [{id: a, title: {zh: 甲, en: A}, levels: [{points: 0, anchor: {zh: 无, en: none}}]}]`, "bank.levels_few bank.rubric_sum"},
	{`type: case, title: {zh: 甲, en: A}, passage: {zh: 甲, en: A}`, "bank.field_not_here bank.field_not_here bank.case_few"},
	{`type: multiple, rule: weighted, options: [{id: a, credit: 50, text: {zh: 甲, en: A}, why: {zh: 因, en: so}}, {id: b, credit: 49, text: {zh: 乙, en: B}, why: {zh: 因, en: so}}, {id: c, credit: -50, text: {zh: 丙, en: C}, why: {zh: 因, en: so}}]`, "bank.credit_sum"},
	{`type: multiple, options: [{id: a, right: true, text: {zh: 甲, en: A}, why: {zh: 因, en: so}}, {id: b, credit: 49, text: {zh: 乙, en: B}, why: {zh: 因, en: so}}, {id: c, text: {zh: 丙, en: C}, why: {zh: 因, en: so}}]`, "bank.credit_unused"},
	{`type: text, pool: spare, accept: [{text: HC-G2}]`, ""}, // without a blueprint a pool is a note
	{`type: text, accept: [{text: HC-G2}]`, ""},
}

func TestLintOfSmallQuestions(t *testing.T) {
	for _, tt := range small {
		text := strings.Replace(good(), "questions:\n",
			"questions:\n  - {id: little, clauses: [\"2.4\"], level: recall, stem: {zh: 题, en: Q}, explanation: {zh: 解, en: why}, "+tt.question+"}\n", 1)
		_, problems := Parse(file, []byte(text))
		var got []string
		for _, p := range problems {
			got = append(got, p.Key)
			if p.Line != 6 {
				t.Errorf("%s at line %d", p.Key, p.Line)
			}
		}
		if d := cmp.Diff(tt.want, strings.Join(got, " ")); d != "" {
			t.Errorf("%s: %s", tt.question, d)
		}
	}
}

// Of fourteen questions half are hard and half easy: papers of one question cannot be alike. One that is much harder than
// the rest is left out of all papers for the sake of the others.
func TestPapersThatAreNotParallel(t *testing.T) {
	rate := func(hard int, much string) string {
		lines := strings.SplitAfter(strings.Replace(good(), "draw: 6", `blueprint: [{clause: "2.4", take: 1}]`, 1), "\n")
		for i := range lines[5:19] {
			with := "100"
			if i < hard {
				with = much
			}
			lines[5+i] = strings.Replace(lines[5+i], ", clauses:", ", facility: "+with+", clauses:", 1)
		}
		return strings.Join(lines, "")
	}
	for _, tt := range []struct {
		text string
		want []string
	}{
		{rate(0, ""), nil},
		{rate(14, "40"), nil},
		{rate(7, "40"), []string{":0 bank.parallel"}},
		{rate(1, "40"), []string{":6 bank.too_unlike"}},
	} {
		_, problems := Parse(file, []byte(tt.text))
		if d := cmp.Diff(tt.want, atLines(problems)); d != "" {
			t.Error(d)
		}
	}
}

func TestExposureWithoutABlueprint(t *testing.T) {
	for exposure, want := range map[string]int{"42": 1, "43": 0} { // 6 of 14 are 42.86 per cent
		_, problems := Parse(file, []byte(strings.Replace(good(), "draw: 6", "exposure: "+exposure+", draw: 6", 1)))
		if len(problems) != want || want > 0 && problems[0].Key != "bank.exposure_all" {
			t.Error(exposure, found(problems))
		}
	}
}
