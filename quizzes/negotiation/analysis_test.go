package negotiation

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// drawDomain draws a small domain with coarse evaluations, so that ties are common.
func drawDomain(t *rapid.T) *Domain {
	d := &Domain{Name: "drawn"}
	issues := rapid.IntRange(1, 4).Draw(t, "issues")
	for i := range issues {
		n := rapid.IntRange(1, 5).Draw(t, "values")
		issue := Issue{Name: fmt.Sprint("issue", i)}
		for v := range n {
			issue.Values = append(issue.Values, fmt.Sprint("value", v))
		}
		for s := range issue.worth {
			issue.worth[s], issue.doubles[s] = make([]Utility, n), make([]float64, n)
			for v := range n {
				issue.worth[s][v] = Utility(rapid.IntRange(0, 8).Draw(t, "worth")) * One / 8 / Utility(issues)
				issue.doubles[s][v] = issue.worth[s][v].Float()
			}
		}
		d.Issues = append(d.Issues, issue)
	}
	for s := range d.Reserve {
		d.Reserve[s] = Utility(rapid.IntRange(0, 5).Draw(t, "reserve")) * One / 8
	}
	if err := d.finish(); err != nil {
		t.Fatal(err)
	}
	return d
}

func all(d *Domain) (out []Point) {
	for o := range d.Size() {
		out = append(out, d.Point(Outcome(o)))
	}
	return out
}

func dominates(p, q Point) bool { return p.U[A] >= q.U[A] && p.U[B] >= q.U[B] && p.U != q.U }

func TestFrontierIsWhatNothingDominates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDomain(t)
		points, front := all(d), Analyse(d).Pareto
		for _, p := range points {
			dominated := slices.ContainsFunc(points, func(q Point) bool { return dominates(q, p) })
			if dominated == slices.Contains(front, p) {
				t.Fatalf("%v dominated %v, on the frontier %v", p, dominated, !dominated)
			}
		}
		if !slices.IsSortedFunc(front, func(p, q Point) int { return int(q.U[A] - p.U[A]) }) {
			t.Fatalf("the frontier is not by falling utility for A")
		}
	})
}

func TestSolutionsAreTheGreatest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDomain(t)
		a, points := Analyse(d), all(d)
		gains := func(p Point) (x, y float64) { return (p.U[A] - d.Reserve[A]).Float(), (p.U[B] - d.Reserve[B]).Float() }
		rational := slices.DeleteFunc(slices.Clone(points), func(p Point) bool { return !d.Rational(p) })
		if a.Rational != len(rational) || (a.Nash == nil) != (len(rational) == 0) {
			t.Fatalf("%d rational, want %d; Nash %v", a.Rational, len(rational), a.Nash)
		}
		for _, p := range points {
			if p.U[A]+p.U[B] > a.Utilitarian.U[A]+a.Utilitarian.U[B] {
				t.Fatalf("%v has more in all than %v", p, a.Utilitarian)
			}
			if math.Hypot(1-p.U[A].Float(), 1-p.U[B].Float()) < a.OppositionNearest-1e-12 {
				t.Fatalf("%v is nearer than %v", p, a.OppositionNearest)
			}
		}
		for _, p := range rational {
			x, y := gains(p)
			nx, ny := gains(*a.Nash)
			ex, ey := gains(*a.Egalitarian)
			if x*y > nx*ny+1e-12 || min(x, y) > min(ex, ey)+1e-12 {
				t.Fatalf("%v beats Nash %v or egalitarian %v", p, a.Nash, a.Egalitarian)
			}
			for _, s := range []*Point{a.Nash, a.Egalitarian, a.KalaiSmorodinsky} {
				if dominates(p, *s) {
					t.Fatalf("%v dominates the solution %v", p, *s)
				}
			}
			if ratio(d, a, p) > ratio(d, a, *a.KalaiSmorodinsky)+1e-12 {
				t.Fatalf("%v beats Kalai–Smorodinsky %v", p, a.KalaiSmorodinsky)
			}
		}
	})
}

func ratio(d *Domain, a Analysis, p Point) float64 {
	least := 1.0
	for s := range p.U {
		if a.Ideal[s] > 0 {
			least = min(least, float64(p.U[s]-d.Reserve[s])/float64(a.Ideal[s]))
		}
	}
	return least
}

// TestNashKnowsNoScale holds Nash's axiom: rescaling a side's utility and its reservation value by the same
// positive factor moves no solution.
func TestNashKnowsNoScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDomain(t)
		before := Analyse(d)
		var gains [][2]float64 // of every outcome
		d.each(func(p Point) {
			gains = append(gains, [2]float64{float64(p.U[A] - d.Reserve[A]), float64(p.U[B] - d.Reserve[B])})
		})
		side := Side(rapid.IntRange(0, 1).Draw(t, "side"))
		for i := range d.Issues {
			for v := range d.Issues[i].worth[side] {
				d.Issues[i].worth[side][v] /= 4
				d.Issues[i].doubles[side][v] /= 4
			}
		}
		d.Reserve[side] /= 4
		after := Analyse(d)
		// Where two outcomes are equally good, rounding may choose the other one.
		product := func(o Outcome) float64 { return gains[o][A] * gains[o][B] }
		ratio := func(o Outcome) float64 {
			least := 1.0
			for s, g := range gains[o] {
				if best := float64(before.Ideal[s]); best > 0 {
					least = min(least, g/best)
				}
			}
			return least
		}
		same := func(worth func(Outcome) float64, x, y *Point) bool {
			return math.Abs(worth(x.Outcome)-worth(y.Outcome)) <= 1e-9*math.Abs(worth(x.Outcome))
		}
		if before.Nash != nil && (!same(product, before.Nash, after.Nash) || !same(ratio, before.KalaiSmorodinsky, after.KalaiSmorodinsky)) {
			t.Fatalf("Nash %v became %v, Kalai–Smorodinsky %v became %v", before.Nash, after.Nash, before.KalaiSmorodinsky, after.KalaiSmorodinsky)
		}
	})
}

func TestVerdictOnAnOutcome(t *testing.T) {
	money := func(n int64) *int64 { return &n }
	d, err := Spec{Name: "gateways", Reserve: PairSpec{A: "0.1", B: "0.1"}, Issues: []IssueSpec{
		{Name: "price", Values: []ValueSpec{{"6000", money(600_000)}, {"6400", money(640_000)}, {"6800", money(680_000)}},
			A: EvaluationSpec{Weight: "0.5", Linear: []Number{"0", "1"}}, B: EvaluationSpec{Weight: "0.5", Linear: []Number{"1", "0"}}},
		{Name: "delivery", Values: []ValueSpec{{Name: "fast"}, {Name: "slow"}},
			A: EvaluationSpec{Weight: "0.5", Table: []Number{"0.8", "1"}}, B: EvaluationSpec{Weight: "0.5", Table: []Number{"1", "0.2"}}},
	}}.Domain()
	if err != nil {
		t.Fatal(err)
	}
	a := Analyse(d)
	slowMiddle, _ := d.Outcome(1, 1)
	v := a.Judge(d, slowMiddle) // A 0.75, B 0.35
	if v.Efficient || !v.Rational || v.U != [2]Utility{One * 3 / 4, One * 35 / 100} {
		t.Errorf("%+v", v)
	}
	// With the highest price and fast delivery A has 0.9 and B 0.5: better for both. A could have 0.15 more at no
	// cost to B, which at 0.5 for ¥800 is ¥240; B 0.15 more with A at 0.9.
	if v.Left != [2]Utility{One * 15 / 100, One * 15 / 100} || v.LeftMoney != [2]int64{24_000, 24_000} {
		t.Errorf("left %v, %v fen", v.Left, v.LeftMoney)
	}
	if best := a.Judge(d, a.Nash.Outcome); !best.Efficient || best.ToFrontier != 0 || best.Left != [2]Utility{} {
		t.Errorf("the Nash point: %+v", best)
	}
}

func TestAMillionOutcomes(t *testing.T) {
	d := large(t)
	if a := Analyse(d); a.Outcomes != MaxOutcomes || len(a.Pareto) == 0 {
		t.Errorf("%d outcomes, %d on the frontier", a.Outcomes, len(a.Pareto))
	}
	d.Issues = append(d.Issues, d.Issues[0])
	d.strides = nil
	if err := d.finish(); err == nil {
		t.Error("ten million outcomes were accepted")
	}
}

// large has six issues of ten values that both sides weigh alike: the hardest kind, with the most on the frontier.
func large(t testing.TB) *Domain {
	d := &Domain{Name: "large"}
	for i := range 6 {
		issue := Issue{Name: fmt.Sprint(i)}
		for v := range 10 {
			issue.Values = append(issue.Values, fmt.Sprint(v))
			up := One / 63 * Utility(1<<i) * Utility(v) / 9
			issue.worth[A], issue.worth[B] = append(issue.worth[A], up), append(issue.worth[B], One/63*Utility(1<<i)-up)
		}
		issue.doubles = [2][]float64{make([]float64, 10), make([]float64, 10)}
		d.Issues = append(d.Issues, issue)
	}
	if err := d.finish(); err != nil {
		t.Fatal(err)
	}
	return d
}

func BenchmarkAnalyseAMillion(b *testing.B) {
	d := large(b)
	b.ReportAllocs()
	for b.Loop() {
		Analyse(d)
	}
}
