package composite

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestRoundDiv(t *testing.T) {
	for _, x := range []struct{ a, b, want int64 }{
		{0, 1, 0}, {1, 2, 1}, {-1, 2, 0}, {3, 2, 2}, {-3, 2, -1}, {1, 3, 0}, {2, 3, 1}, {-2, 3, -1}, {-1, 3, 0}, {7, 7, 1}, {5, 10, 1}, {4, 10, 0}, {-5, 10, 0}, {-6, 10, -1},
		{1_000_000_000_000_000_000, 1, 1_000_000_000_000_000_000}, {999_999_999_999_999_999, 1_000_000_000_000_000_000, 1},
	} {
		if got := roundDiv(x.a, x.b); got != x.want {
			t.Errorf("%d/%d is rounded to %d, want %d", x.a, x.b, got, x.want)
		}
	}
}

// round is ⌊r + 1/2⌋, by other means.
func round(r *big.Rat) int64 {
	r = new(big.Rat).Add(r, big.NewRat(1, 2))
	q := new(big.Int)
	q.DivMod(r.Num(), r.Denom(), new(big.Int)) // Euclid's: downward for a denominator over 0
	return q.Int64()
}

func TestRoundDivEqualsRationals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64Range(-4e18, 4e18).Draw(t, "a"), rapid.Int64Range(1, 4e18).Draw(t, "b")
		if rapid.Bool().Draw(t, "small") { // where halves are common
			a, b = a%1000, b%20+1
		}
		if got, want := roundDiv(a, b), round(big.NewRat(a, b)); got != want {
			t.Errorf("%d/%d is rounded to %d, want %d", a, b, got, want)
		}
	})
}

func TestAttainment(t *testing.T) {
	for _, x := range []struct {
		actual, target int64
		less           bool
		want           int64
		ok             bool
	}{
		{100, 100, false, 10_000, true},
		{50, 100, false, 5_000, true},
		{150, 100, false, 15_000, true},
		{0, 100, false, 0, true},
		{-50, 100, false, -5_000, true}, // growth can be negative
		{1, 3, false, 3_333, true},
		{2, 3, false, 6_667, true},
		{1, 20_000, false, 1, true}, // half a basis point
		{0, 4, true, 20_000, true},
		{2, 4, true, 15_000, true},
		{4, 4, true, 10_000, true},
		{8, 4, true, 0, true},
		{12, 4, true, -10_000, true},
		{1_000, 1, false, 1_000_000, true}, // bounded
		{1_000, 1, true, -1_000_000, true},
		{MaxValue, MaxValue, false, 10_000, true},
		{MaxValue + 1, 1, false, 0, false},
		{-MaxValue - 1, 1, false, 0, false},
		{1, MaxValue + 1, false, 0, false},
		{1, 0, false, 0, false},
		{1, -1, false, 0, false},
	} {
		got, ok := Attainment(x.actual, x.target, x.less)
		if got != x.want || ok != x.ok {
			t.Errorf("%+v: %d %v", x, got, ok)
		}
	}
}

func TestCurves(t *testing.T) {
	line := Curve{Slope: Whole, Cap: MaxScore}
	steep := Curve{Slope: 2 * Whole, Floor: 2_000, Cap: 10_000}
	flat := Curve{Slope: Whole / 2, Floor: 5_000, Cap: MaxScore}
	stairs := Curve{Steps: []Step{{0, 4_000}, {10_000, 10_000}, {15_000, 12_000}}}
	for _, x := range []struct {
		name       string
		c          Curve
		attainment int64
		want       int64
	}{
		{"line", line, 10_000, 10_000}, {"line", line, 9_350, 9_350}, {"line", line, 12_000, 12_000}, {"line", line, 12_001, 12_000}, {"line", line, 0, 0},
		{"line", line, -500, 0}, {"line", line, 1_000_000, 12_000},
		{"steep", steep, 10_000, 10_000}, {"steep", steep, 9_500, 9_000}, {"steep", steep, 5_000, 2_000}, {"steep", steep, 11_000, 10_000},
		{"flat", flat, 8_000, 9_000}, {"flat", flat, 0, 5_000}, {"flat", flat, 9_999, 10_000}, {"flat", flat, 10_001, 10_001}, {"flat", flat, 9_997, 9_999},
		{"stairs", stairs, -1, 0}, {"stairs", stairs, 0, 4_000}, {"stairs", stairs, 9_999, 4_000}, {"stairs", stairs, 10_000, 10_000}, {"stairs", stairs, 99_999, 12_000},
	} {
		if got := x.c.Score(x.attainment); got != x.want {
			t.Errorf("%s at %d: %d, want %d", x.name, x.attainment, got, x.want)
		}
	}
}

func TestMean(t *testing.T) {
	if m, ok := Mean([]int64{8_000, 8_001}); m != 8_001 || !ok {
		t.Error(m, ok)
	}
	if _, ok := Mean(nil); ok {
		t.Error("the mean of nothing is known")
	}
}
