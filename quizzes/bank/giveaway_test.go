package bank

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tongguan/quizzes/grading"
)

// singles is a file of n single-choice questions with three options. The right option is the longest in the first
// `longest` of them and as long as the others after that; it stands at[0] times first, at[1] second, at[2] third.
func singles(n, longest int, at ...int) []byte {
	var places []int
	for place, times := range at {
		places = append(places, slices.Repeat([]int{place}, times)...)
	}
	var b strings.Builder
	b.WriteString("module: negotiation\nquiz: {draw: 6, pass: 80, minutes: 20}\nquestions:\n")
	for i := range n {
		var options []string
		for o := range 3 {
			text, right := []string{"同样长", "一样长", "等长的"}[o], ""
			if o == places[i] {
				right = "right: true, "
				if i < longest {
					text = "长一个字"
				}
			}
			options = append(options, fmt.Sprintf("{id: o%d, %stext: {zh: %s, en: o%d}, why: {zh: 因为, en: so}}", o, right, text, o))
		}
		fmt.Fprintf(&b, "  - {id: s%d, type: single, clauses: [\"2.4\"], level: apply, stem: {zh: 题, en: Q}, options: [%s], explanation: {zh: 解, en: why}}\n",
			i, strings.Join(options, ", "))
	}
	return []byte(b.String())
}

// Nine of twenty are exactly the 45 per cent that are allowed.
func TestGiveawayThresholds(t *testing.T) {
	for _, tt := range []struct {
		name       string
		n, longest int
		at         []int
		want       []string
	}{
		{"longest at the limit", 20, 9, []int{7, 7, 6}, nil},
		{"longest over the limit", 20, 10, []int{7, 7, 6}, []string{"bank.longest_right map[max:45 n:10 of:20]"}},
		{"first at the limit", 20, 0, []int{9, 6, 5}, nil},
		{"first over the limit", 20, 0, []int{10, 5, 5}, []string{"bank.place_right map[max:45 n:10 of:20 place:1]"}},
		{"last over the limit", 20, 0, []int{5, 5, 10}, []string{"bank.place_right map[max:45 n:10 of:20 place:3]"}},
		{"a hundred, at both limits", 100, 45, []int{45, 45, 10}, nil},
		{"a hundred, one over both", 100, 46, []int{46, 44, 10}, []string{
			"bank.longest_right map[max:45 n:46 of:100]", "bank.place_right map[max:45 n:46 of:100 place:1]"}},
		{"twelve are enough to say so", 12, 12, []int{12, 0, 0}, []string{
			"bank.longest_right map[max:45 n:12 of:12]", "bank.place_right map[max:45 n:12 of:12 place:1]"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, problems := Parse(file, singles(tt.n, tt.longest, tt.at...))
			var got []string
			for _, p := range problems {
				got = append(got, fmt.Sprint(p.Key, " ", p.Args))
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// Eleven single-choice questions say nothing, whatever stands between them.
func TestGiveawaysNeedTwelve(t *testing.T) {
	statement := "  - {id: st, type: truefalse, clauses: [\"2.4\"], level: recall, stem: {zh: 对吗, en: So}, answer: true, explanation: {zh: 对, en: Yes}}\n"
	_, problems := Parse(file, append(singles(11, 11, 11), statement...))
	if len(problems) > 0 {
		t.Error(found(problems))
	}
}

// Two places can both be over the limit; the report is the same every time.
func TestGiveawaysAreReportedInOrder(t *testing.T) {
	for range 40 {
		_, problems := Parse(file, singles(20, 0, 10, 0, 10))
		if len(problems) != 2 || problems[0].Args["place"] != 1 || problems[1].Args["place"] != 3 {
			t.Fatal(problems)
		}
	}
}

// Gaps of three options or more, and the questions of cases, count like questions by themselves; gaps of two do not.
func TestGiveawaysOfGapsAndCases(t *testing.T) {
	option := func(id, text string) string {
		return fmt.Sprintf("{id: %s, text: {zh: %s, en: %s}, why: {zh: 因为, en: so}}", id, text, id)
	}
	right := strings.Replace(option("a", "对一"), "id: a", "id: a, right: true", 1)
	three := "[" + right + ", " + option("b", "错一") + ", " + option("c", "错二") + "]"
	head := `clauses: ["2.4"], level: apply, stem: {zh: 题, en: Q}, explanation: {zh: 解, en: why}`
	gap := fmt.Sprintf("  - {id: gap, type: cloze, %s, passage: {zh: \"[[g]]\", en: \"[[g]]\"}, gaps: [{id: g, options: %s}]}\n", head, three)
	two := strings.Replace(gap, ", "+option("c", "错二"), "", 1)
	inCase := fmt.Sprintf("  - {id: story, type: case, title: {zh: 例, en: C}, passage: {zh: 文, en: text}, questions: [{id: s-1, type: single, %s, options: %s}, {id: s-2, type: truefalse, answer: true, %s}]}\n",
		head, three, head)
	for _, tt := range []struct {
		more string
		want []string
	}{
		{gap, []string{"bank.place_right map[max:45 n:6 of:12 place:1]"}},
		{inCase, []string{"bank.place_right map[max:45 n:6 of:12 place:1]"}},
		{two, nil}, // eleven say nothing
	} {
		_, problems := Parse(file, append(singles(11, 0, 5, 4, 2), tt.more...))
		var got []string
		for _, p := range problems {
			got = append(got, fmt.Sprint(p.Key, " ", p.Args))
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s: %s", tt.more, d)
		}
	}
}

// Partners are mixed whatever the file says: its order is that of the things, pair by pair.
func TestPartnersAreAlwaysMixed(t *testing.T) {
	q := &Question{ID: "q", Type: grading.Matching, Fixed: true}
	for _, id := range []string{"p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8"} {
		q.Options = append(q.Options, Option{ID: id})
	}
	chance, told := rand.New(rand.NewPCG(1, 1)), 0
	for range 50 {
		if slices.Equal(item(q, chance).Order, ids(q.Options)) {
			told++
		}
	}
	if told > 1 { // by chance it is one of 40,320
		t.Errorf("on %d of 50 papers the partners stand beside their things", told)
	}
}
