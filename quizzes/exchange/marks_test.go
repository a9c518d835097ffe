package exchange

import (
	"bytes"
	"fmt"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
)

// examples are questions of every type and every rule.
func examples(t *testing.T) []*bank.Set {
	t.Helper()
	var out []*bank.Set
	for _, file := range []string{"../bank/testdata/types.questions.yaml", "testdata/told.questions.yaml"} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		module := "types"
		if strings.Contains(file, "told") {
			module = "told"
		}
		s, problems := bank.Parse("courses/example/01-"+module+".questions.yaml", source)
		for _, p := range problems {
			if p.Key != "bank.questions_few" {
				t.Fatal(p)
			}
		}
		out = append(out, s)
	}
	return out
}

// subsets gives every choice of so many options.
func subsets(n int) (out [][]int) {
	for bits := range 1 << n {
		var one []int
		for i := range n {
			if bits>>i&1 == 1 {
				one = append(one, i)
			}
		}
		out = append(out, one)
	}
	return out
}

func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var out [][]int
	for _, p := range permutations(n - 1) {
		for at := range n {
			out = append(out, slices.Insert(slices.Clone(p), at, n-1))
		}
	}
	return out
}

// products gives every way to take one of each list.
func products(lists [][]string) [][]string {
	out := [][]string{nil}
	for _, l := range lists {
		var next [][]string
		for _, before := range out {
			for _, x := range l {
				next = append(next, append(slices.Clone(before), x))
			}
		}
		out = next
	}
	return out
}

// typedAnswers are answers to try where one types.
func typedAnswers(q *bank.Question) []string {
	out := []string{"nothing of the kind", "毛利", "利润", "销售利润", "x profit", "profit", "0", "-2.4", "2km", "2m", "0.002km", "2", "2000m", "-3.5", "-3.51", "45.6万元", "459000元", "456100", "456101"}
	for _, a := range q.Accept {
		out = append(out, a.Text, strings.ReplaceAll(a.Text, "*", "so"), strings.ToUpper(a.Text), a.Text+"x")
	}
	for _, f := range q.Figures {
		v, ok := new(big.Rat).SetString(f.Value)
		if !ok {
			continue
		}
		for _, step := range []int64{0, 1, 10, 25, 26, 99, 100, 101, 4560, 4561, 5000} {
			for _, by := range []int64{1, -1, 100, -100} {
				out = append(out, new(big.Rat).Add(v, big.NewRat(step, by)).FloatString(3))
			}
		}
	}
	return out
}

// responses are all answers to a question, or very many.
func responses(q *bank.Question) (out [][]string) {
	ids := make([]string, len(q.Options))
	for i, o := range q.Options {
		ids[i] = o.ID
	}
	pick := func(at []int) (r []string) {
		for _, i := range at {
			r = append(r, ids[i])
		}
		return r
	}
	switch q.Type {
	case grading.Single, grading.TrueFalse, grading.Multiple:
		for _, s := range subsets(len(ids)) {
			if q.Type == grading.Multiple || len(s) <= 1 {
				out = append(out, pick(s))
			}
		}
	case grading.Ordering:
		for _, p := range permutations(len(ids)) {
			out = append(out, pick(p))
		}
	case grading.Matching:
		var lists [][]string
		for _, t := range q.Things {
			list := []string{t.ID + "="}
			for _, id := range ids {
				list = append(list, t.ID+"="+id)
			}
			lists = append(lists, list)
		}
		out = products(lists)
	case grading.Cloze:
		var lists [][]string
		for _, g := range q.Gaps {
			list := []string{g.ID + "="}
			for _, r := range responses(g.Asks) {
				if len(r) == 1 {
					list = append(list, g.ID+"="+r[0])
				}
			}
			lists = append(lists, list)
		}
		out = products(lists)
	default:
		for _, a := range typedAnswers(q) {
			out = append(out, []string{a})
		}
	}
	return out
}

// carried gives a response to one question as one to another that says the same in a language.
func carried(t *testing.T, from, to *bank.Question, lang string, r []string) (out []string) {
	t.Helper()
	option := func(a, b []bank.Option, id string) string {
		for i, o := range a {
			for _, p := range b {
				if o.ID == id && flat(p.Text.In(lang)) == flat(o.Text.In(lang)) && (from.Type != grading.TrueFalse || p.ID == id) {
					return p.ID
				}
			}
			_ = i
		}
		return "?" + id
	}
	for _, x := range r {
		switch from.Type {
		case grading.Matching:
			thing, partner, _ := strings.Cut(x, "=")
			for _, a := range from.Things {
				for _, b := range to.Things {
					if a.ID == thing && flat(a.Text.In(lang)) == flat(b.Text.In(lang)) {
						thing = b.ID
						if partner != "" {
							partner = option(from.Options, to.Options, partner)
						}
						out = append(out, thing+"="+partner)
					}
				}
			}
		case grading.Cloze:
			gap, value, _ := strings.Cut(x, "=")
			at := slices.IndexFunc(from.Gaps, func(g bank.Gap) bool { return g.ID == gap })
			if len(from.Gaps[at].Asks.Options) > 0 && value != "" {
				value = option(from.Gaps[at].Asks.Options, to.Gaps[at].Asks.Options, value)
			}
			out = append(out, to.Gaps[at].ID+"="+value)
		case grading.Numeric, grading.Calculated, grading.ShortText, grading.Open:
			out = append(out, x)
		default:
			out = append(out, option(from.Options, to.Options, x))
		}
	}
	return out
}

func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

// mark marks, and gives what is no number nothing.
func mark(q *bank.Question, params bank.Params, r []string) int {
	points, err := grading.Mark(q.Key(params), r)
	if err != nil {
		return -1
	}
	return points
}

// TestExportedQuestionsComeBackWithTheSameMarks exports every example in every format that Read knows, reads it again, and
// marks every answer with both.
func TestExportedQuestionsComeBackWithTheSameMarks(t *testing.T) {
	want := map[string]string{ // what each format cannot tell
		"gift": "order:order margin:type gaps:type letter:rubric number:units per-option:rule per-option-minus:rule all:rule exact:order places:order next:order total:type" +
			" strict-unit:units every:rule hydra-sum:units",
		"aiken": "match:type order:type number:type margin:type word:type gaps:type letter:type hydra-sum:type hydra-act:part even:several weighted:several one-of-several:several" +
			" per-option:several per-option-minus:several all:several truth:type exact:type places:type next:type total:type pure:type strict-unit:type every:type",
		"moodlexml": "order:rule margin:where per-option:rule per-option-minus:rule all:rule every:rule",
		"csv":       "margin:exchange.csv_calculated letter:rubric total:exchange.csv_calculated",
	}
	for _, format := range Formats {
		for _, lang := range []string{"zh", "en"} {
			no := map[string]bool{}
			for _, s := range examples(t) {
				for _, id := range roundTrip(t, format, lang, s) {
					no[id] = true
				}
			}
			for _, id := range strings.Fields(want[format]) {
				if !no[id] {
					t.Errorf("%s %s: %s was told", format, lang, id)
				}
				delete(no, id)
			}
			for id := range no {
				t.Errorf("%s %s: %s was not told", format, lang, id)
			}
		}
	}
}

// roundTrip gives what was not told, as "id:reason".
func roundTrip(t *testing.T, format, lang string, s *bank.Set) (no []string) {
	t.Helper()
	var file bytes.Buffer
	told, err := Export(format, s, lang, Names{"T", "F"}, &file)
	if err != nil || len(told) != len(s.Questions) {
		t.Fatal(err, len(told))
	}
	read, err := Read(format, bytes.NewReader(file.Bytes()), lang)
	if err != nil {
		t.Fatalf("%s: %v\n%s", format, err, file.String())
	}
	n := 0
	for i, row := range told {
		if row.Status != Exported {
			no = append(no, row.ID+":"+strings.TrimPrefix(row.Reason, "exchange.out."))
			continue
		}
		if n >= len(read) || read[n].Status != Imported || read[n].Type != row.Type {
			t.Fatalf("%s %s: %+v\n%s", format, row.ID, read[min(n, len(read)-1)], file.String())
		}
		same(t, format+" "+lang, s.Questions[i], read[n].Becomes, lang)
		n++
	}
	if n != len(read) {
		t.Errorf("%s: %d told, %d read", format, n, len(read))
	}
	return no
}

func same(t *testing.T, label string, from, to *bank.Question, lang string) {
	t.Helper()
	if from.Type != to.Type {
		t.Errorf("%s %s: %s became %s", label, from.ID, from.Type, to.Type)
		return
	}
	params := []bank.Params{nil}
	if from.Type == grading.Calculated {
		params = nil
		for _, item := range drawn(from) {
			p := bank.Params{}
			for name, v := range item {
				p[name] = v.RatString()
			}
			params = append(params, p)
		}
		if a, b := from.Fill(from.Explanation.In(lang), params[0]), to.Fill(to.Explanation.In(lang), params[0]); a != b {
			t.Errorf("%s %s: explained %q, %q", label, from.ID, a, b)
		}
	}
	n, sum := 0, 0
	for _, p := range params {
		all := responses(from)
		if from.Type == grading.Calculated {
			v, _ := from.Formula.Value(map[string]*big.Rat{"price": ratio(p["price"]), "n": ratio(p["n"]), "off": ratio(p["off"])})
			for _, off := range []string{"0", "0.01", "0.011", "-1", "1.001"} {
				all = append(all, []string{new(big.Rat).Add(v, ratio(off)).FloatString(3)}, []string{v.FloatString(2) + "元"})
			}
		}
		for _, r := range all {
			a, b := mark(from, p, r), mark(to, p, carried(t, from, to, lang, r))
			if n, sum = n+1, sum+a; a != b {
				t.Errorf("%s %s %q: %d here, %d there\n%+v", label, from.ID, r, a, b, to)
				return
			}
		}
	}
	if n < 3 || sum <= 0 && from.Type != grading.Open {
		t.Errorf("%s %s: %d answers, %d marks: nothing was tried", label, from.ID, n, sum)
	}
}

func ratio(s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return new(big.Rat)
	}
	return r
}

// TestChoicesEarnWhatTheirFractionsSum marks every selection of many questions with fractions, here and as Moodle does: the
// sum, between nothing and everything, in whole hundredths.
func TestChoicesEarnWhatTheirFractionsSum(t *testing.T) {
	cases := map[string]grading.Rule{
		"50 50 -100": "right_minus_wrong", "50 50 -50 -50": "right_minus_wrong", "33.33333 33.33333 33.33333 -50 -50": "right_minus_wrong",
		"100 -25 -25 -25 -25": "right_minus_wrong", "100 0 0": "weighted", "60 40 -20 0": "weighted", "50 50 0 0": "weighted", "25 25 25 25 -100": "right_minus_wrong",
		"20 20 20 20 20 -33.333 -33.333 -33.333": "right_minus_wrong", "12.5 12.5 12.5 12.5 12.5 12.5 12.5 12.5 -33.33333 -33.33333 -33.33333": "right_minus_wrong",
		"14.28571 14.28571 14.28571 14.28571 14.28571 14.28571 14.28571 -100": "right_minus_wrong", "100 -100 -100": "weighted", "50 30 20 -70": "weighted",
		"33.33333 33.33333 33.33333 0": "right_only", "16.66667 16.66667 16.66667 16.66667 16.66667 16.66667 0 0": "right_only", "50 40 -100": "", "100 100 -50": "", "12.5 87.5 -10": "", "50 50 -33.33333": "",
	}
	for weights, rule := range cases {
		var file strings.Builder
		file.WriteString("::x:: Which? {\n")
		var exact []*big.Rat
		for i, w := range strings.Fields(weights) {
			fmt.Fprintf(&file, "~%%%s%%option %d\n", w, i)
			p, _ := partOf(w)
			exact = append(exact, p)
		}
		q := readAll(t, "gift", file.String()+"}")[0]
		if rule == "" {
			if q.Status != Unsupported || !strings.HasPrefix(q.Reason, "exchange.weights_") {
				t.Errorf("%s: %+v", weights, q)
			}
			continue
		}
		if q.Status != Imported || q.Becomes.Rule != rule {
			t.Errorf("%s: %+v", weights, q)
			continue
		}
		for _, s := range subsets(len(exact)) {
			var chosen []string
			sum := new(big.Rat)
			for _, i := range s {
				chosen = append(chosen, q.Becomes.Options[i].ID)
				sum.Add(sum, exact[i])
			}
			if sum.Sign() < 0 {
				sum.SetInt64(0)
			} else if sum.Cmp(whole) > 0 {
				sum.Set(whole)
			}
			if got := mark(q.Becomes, nil, chosen); got != hundredths(sum) {
				t.Errorf("%s %v: %d, Moodle gives %s", weights, s, got, sum.FloatString(5))
			}
		}
	}
}

// TestSingleChoiceEarnsItsFraction does the same where one is chosen.
func TestSingleChoiceEarnsItsFraction(t *testing.T) {
	q := readAll(t, "gift", "One? {=a ~%66.66667%b ~%33.33333%c ~%-50%d ~e =f}")[0]
	for i, want := range []int{100, 67, 33, 0, 0, 100} {
		if got := mark(q.Becomes, nil, []string{q.Becomes.Options[i].ID}); got != want {
			t.Errorf("option %d: %d, want %d", i, got, want)
		}
	}
}
