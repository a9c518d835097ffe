package bank

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tongguan/quizzes/grading"
)

// TestAnOldPaperCanBeDrawnAgain holds what the seed has always given: a change here changes what people were
// asked years ago.
func TestAnOldPaperCanBeDrawnAgain(t *testing.T) {
	s, _ := read(t, good())
	for seed, want := range map[byte]string{
		1: "q09:cab q05:abc statement:truefalse q04:abc q03:bca q02:cba",
		2: "q06:bac statement:truefalse q11:bca q04:cba q05:bca q01:bca",
	} {
		var parts []string
		for _, i := range Draw(s, [32]byte{seed}) {
			parts = append(parts, i.Question+":"+strings.Join(i.Order, ""))
		}
		if got := strings.Join(parts, " "); got != want {
			t.Errorf("seed %d: %s", seed, got)
		}
	}
}

// drawSet draws a set of questions about some clauses.
func drawSet(t *rapid.T) *Set {
	s := &Set{byID: map[string]*Question{}}
	for i := range rapid.IntRange(1, 30).Draw(t, "questions") {
		q := &Question{ID: fmt.Sprint("q", i), Clauses: []string{fmt.Sprint("2.4.", rapid.IntRange(1, 5).Draw(t, "clause"))}, Type: grading.Single}
		for o := range rapid.IntRange(2, 5).Draw(t, "options") {
			q.Options = append(q.Options, Option{ID: string(rune('a' + o))})
		}
		if rapid.Bool().Draw(t, "statement") {
			q.Type, q.Options = grading.TrueFalse, []Option{{ID: "true"}, {ID: "false"}}
		}
		s.Questions = append(s.Questions, q)
		s.byID[q.ID] = q
	}
	s.Draw = rapid.IntRange(1, 35).Draw(t, "draw")
	return s
}

func TestPapersAreFair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSet(t)
		var seed [32]byte
		copy(seed[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "seed"))
		paper := Draw(s, seed)
		if len(paper) != min(s.Draw, len(s.Questions)) {
			t.Fatalf("%d questions", len(paper))
		}
		asked, clauses := map[string]bool{}, map[string]int{}
		for _, i := range paper {
			q := s.Question(i.Question)
			if q == nil || asked[q.ID] {
				t.Fatalf("%s is asked twice or is none", i.Question)
			}
			asked[q.ID] = true
			clauses[q.Clauses[0]]++
			all := q.Key(nil).Options
			if q.Type == grading.TrueFalse && !slices.Equal(i.Order, all) {
				t.Fatalf("a statement's options stand as %v", i.Order)
			}
			if !slices.Equal(slices.Sorted(slices.Values(i.Order)), slices.Sorted(slices.Values(all))) {
				t.Fatalf("options %v of %v", i.Order, all)
			}
		}
		_, piles := s.clauses()
		for c, pile := range piles { // a clause is asked less than another only when it has no more questions
			for other, n := range clauses {
				if clauses[c] < len(pile) && clauses[c]+1 < n {
					t.Fatalf("%d questions about %s, %d about %s", clauses[c], c, n, other)
				}
			}
		}
		if again := Draw(s, seed); !slices.EqualFunc(paper, again, func(x, y Item) bool { return x.Question == y.Question && slices.Equal(x.Order, y.Order) }) {
			t.Fatal("the same seed gave another paper")
		}
	})
}

// TestChanceIsEven counts over many seeds how often each question is asked, and where its right option stands.
func TestChanceIsEven(t *testing.T) {
	s, _ := read(t, good())
	asked, places := map[string]int{}, [3]int{}
	const papers = 6000
	for n := range papers {
		for _, i := range Draw(s, [32]byte{byte(n), byte(n >> 8)}) {
			asked[i.Question]++
			if q := s.Question(i.Question); q.Type == grading.Single {
				places[slices.Index(i.Order, q.Key(nil).Right[0])]++
			}
		}
	}
	for _, q := range s.Questions {
		// Four clauses in turn for six places: one and a half questions each, of a pile of one (2.4), four or five.
		if asked[q.ID] < papers/5 {
			t.Errorf("%s was asked %d times in %d papers", q.ID, asked[q.ID], papers)
		}
	}
	if low, high := slices.Min(places[:]), slices.Max(places[:]); high-low > high/20 {
		t.Errorf("the right option stood at its places %v times", places)
	}
}

// TestFillable tries every order of units of a few sizes.
func TestFillable(t *testing.T) {
	for _, sizes := range [][]int{{1, 1, 1}, {2, 1}, {2, 2}, {2, 1, 1}, {3, 1, 1}, {3, 2, 1}, {3, 3, 1, 1}, {4, 2, 1, 1}, {2, 2, 2}, {4, 3}} {
		var units [][]*Question
		sum := 0
		for _, n := range sizes {
			units, sum = append(units, make([]*Question, n)), sum+n
		}
		for take := 1; take <= sum; take++ {
			always := true
			orders(units, func(order [][]*Question) {
				n := 0
				for _, u := range order {
					if n+len(u) <= take {
						n += len(u)
					}
				}
				always = always && n == take
			})
			if got := fillable(units, take); got != always {
				t.Errorf("%d of %v: %v", take, sizes, got)
			}
		}
	}
}

// orders calls do with every order of the units.
func orders(units [][]*Question, do func([][]*Question)) {
	var place func(n int)
	place = func(n int) {
		if n == len(units) {
			do(units)
			return
		}
		for i := n; i < len(units); i++ {
			units[n], units[i] = units[i], units[n]
			place(n + 1)
			units[n], units[i] = units[i], units[n]
		}
	}
	place(0)
}
