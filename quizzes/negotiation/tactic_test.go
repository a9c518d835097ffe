package negotiation

import (
	"fmt"
	"testing"
)

// line is a table of eleven prices, worth 0 to 1 to A and 1 to 0 to B.
func line(t testing.TB) *Table {
	t.Helper()
	price := IssueSpec{Name: "price", A: EvaluationSpec{Weight: "1", Linear: []Number{"0", "1"}}, B: EvaluationSpec{Weight: "1", Linear: []Number{"1", "0"}}}
	for i := range 11 {
		price.Values = append(price.Values, ValueSpec{Name: fmt.Sprint(i)})
	}
	d, err := Spec{Name: "line", Reserve: PairSpec{"0.2", "0.2"}, Issues: []IssueSpec{price}}.Domain()
	if err != nil {
		t.Fatal(err)
	}
	return NewTable(d)
}

// seen is what A sees when these prices have been offered in turn, A first.
func seen(t testing.TB, rounds int, prices ...int) View {
	t.Helper()
	s, err := NewSession(line(t), rounds)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range prices {
		if err := s.Play(Move{Outcome: Outcome(p)}); err != nil {
			t.Fatal(err)
		}
	}
	return s.View()
}

const tenth = One / 10

func TestAims(t *testing.T) {
	for _, c := range []struct {
		name string
		aim  Aim
		view View
		want Utility
	}{
		{"a hard liner", HardLiner{}, seen(t, 5, 10, 0, 9, 5), One},
		{"linear at the start", TimeDependent{Exponent: 1}, seen(t, 5), One},
		{"linear half way", TimeDependent{Exponent: 1}, seen(t, 5, 10, 0, 9, 1), 6 * tenth},
		{"linear at the end", TimeDependent{Exponent: 1}, seen(t, 5, 10, 0, 9, 1, 8, 2, 7, 3), 2 * tenth},
		{"with an opening", TimeDependent{Exponent: 1, Opening: .5}, seen(t, 5), 6 * tenth},
		{"tit for tat before anything was conceded", TitForTat{How: Absolute}, seen(t, 9, 10, 0), One},
		{"absolute: they gave 0.2", TitForTat{How: Absolute}, seen(t, 9, 10, 1, 9, 3), 7 * tenth},
		{"relative: theirs from 0.2 to 0.4", TitForTat{How: Relative}, seen(t, 9, 10, 2, 8, 4), 4 * tenth},
		{"averaging over two steps, 0.2 to 0.4", TitForTat{How: Averaging, Window: 2}, seen(t, 9, 10, 2, 9, 3, 8, 4), 4 * tenth},
		{"absolute, they took back", TitForTat{How: Absolute}, seen(t, 9, 10, 3, 8, 1), 10 * tenth},
		{"a mixture of 1 and 0.6, two to one", Mixture{{HardLiner{}, 2}, {TimeDependent{Exponent: 1}, 1}}, seen(t, 5, 10, 0, 9, 1), (2*One + 6*tenth) / 3},
	} {
		if got := c.aim.Aim(c.view); got < c.want-2 || got > c.want+2 {
			t.Errorf("%s: %v, want %v", c.name, got.Float(), c.want.Float())
		}
	}
}

func TestBoulwareIsLateAndConcederEarly(t *testing.T) {
	half := seen(t, 5, 10, 0, 9, 1)
	b, l, c := TimeDependent{Exponent: .2}.Aim(half), TimeDependent{Exponent: 1}.Aim(half), TimeDependent{Exponent: 5}.Aim(half)
	if !(b > l && l > c) {
		t.Errorf("half way: Boulware %v, linear %v, conceder %v", b, l, c)
	}
}

func TestAcceptance(t *testing.T) {
	own := func(p int) Point { return line(t).Point(Outcome(p)) }
	nothing := Point{Outcome: -1}
	for _, c := range []struct {
		name   string
		accept Acceptance
		view   View
		own    Point
		want   bool
	}{
		{"next: as good as the own next", ACNext{}, seen(t, 9, 10, 7), own(7), true},
		{"next: worse than the own next", ACNext{}, seen(t, 9, 10, 6), own(7), false},
		{"next with a shift", ACNext{Shift: tenth}, seen(t, 9, 10, 6), own(7), true},
		{"next with a scale", ACNext{Scale: 1.5}, seen(t, 9, 10, 6), own(9), true},
		{"next: below the reserve", ACNext{}, seen(t, 9, 10, 1), own(1), false},
		{"nothing left, decent", ACNext{}, seen(t, 1, 10, 2), nothing, true},
		{"nothing left, below the reserve", ACNext{}, seen(t, 1, 10, 1), nothing, false},
		{"constant: enough", ACConst{6 * tenth}, seen(t, 9, 10, 6), own(10), true},
		{"constant: too little", ACConst{6 * tenth}, seen(t, 9, 10, 5), own(5), false},
		{"time: early", ACTime{.5}, seen(t, 9, 10, 5), own(10), false},
		{"time: late", ACTime{.5}, seen(t, 3, 10, 5, 10, 5), own(10), true},
		{"combi: early", ACCombi{From: .5}, seen(t, 9, 10, 5), own(10), false},
		{"combi: late, the best they offered", ACCombi{From: .5}, seen(t, 5, 10, 2, 10, 4, 10, 5), own(10), true},
		{"combi: late, they offered better", ACCombi{From: .5}, seen(t, 5, 10, 2, 10, 6, 10, 5), own(10), false},
	} {
		theirs := c.view.Theirs(c.view.Received() - 1)
		if got := c.accept.Accepts(c.view, theirs, c.own); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// TestMiCROAnswersNewOffersWithNewOffers follows the rule of its paper.
func TestMiCROAnswersNewOffersWithNewOffers(t *testing.T) {
	for _, c := range []struct {
		prices []int
		want   Outcome
	}{
		{nil, 10}, {[]int{10, 0}, 9}, {[]int{10, 0, 9, 0}, 10}, {[]int{10, 0, 9, 1}, 8}, {[]int{10, 0, 9, 0, 10, 1}, 8},
	} {
		m := &MiCRO{}
		if got := m.bid(seen(t, 9, c.prices...)); got != c.want {
			t.Errorf("after %v it offers %d, want %d", c.prices, got, c.want)
		}
	}
	m := &MiCRO{}
	if !m.Accepts(seen(t, 9, 10, 9), 9, Point{}) || m.Accepts(seen(t, 9, 10, 8), 8, Point{}) {
		t.Error("it takes what it would offer next, and nothing less")
	}
}

func TestStepsAreClassed(t *testing.T) {
	for _, c := range []struct {
		own, other Utility
		want       Step
	}{
		{-1, 1, Concession}, {-1, 0, Concession}, {1, -1, Selfish}, {1, 0, Selfish}, {0, 1, Nice}, {1, 1, Fortunate},
		{-1, -1, Unfortunate}, {0, -1, Unfortunate}, {0, 0, Silent},
	} {
		if got := Classify(c.own, c.other); got != c.want {
			t.Errorf("%d, %d is %s, want %s", c.own, c.other, got, c.want)
		}
	}
}

func TestReviewOfASession(t *testing.T) {
	s, err := NewSession(line(t), 9)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []int{10, 0, 8, 0, 7, 2, 7, 3} { // A gives 2 and 1, then holds; B holds, then gives 2 and 1
		if err := s.Play(Move{Outcome: Outcome(p)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Play(Move{Kind: Accept}); err != nil {
		t.Fatal(err)
	}
	r := s.Review()
	a, b := r.Conduct[A], r.Conduct[B]
	if a.Conceded != 3*tenth || a.Largest != 2*tenth || a.Unanswered != 2 || a.Answered != 0 || a.Steps[Concession] != 2 || a.Steps[Silent] != 1 {
		t.Errorf("A: %+v", a)
	}
	if b.Conceded != 3*tenth || b.Unanswered != 2 || b.Answered != 1 || b.Steps[Silent] != 1 {
		t.Errorf("B: %+v", b)
	}
	if !r.HasAnchor || r.Anchor != .3 || r.Reciprocity != .25 || len(r.Offers) != 8 || r.Offers[0].Step != Opening {
		t.Errorf("%+v", r)
	}
	if a.Revealed <= 0 {
		t.Errorf("A revealed %v", a.Revealed)
	}
}
