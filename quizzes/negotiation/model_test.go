package negotiation

import (
	"math"
	"testing"
)

// TestModelsLearn lets both models watch tactics that concede, and measures how well they come to know them.
func TestModelsLearn(t *testing.T) {
	models := map[string]func() Model{"frequency": func() Model { return &Frequency{} }, "bayesian": func() Model { return &Bayesian{} }}
	sum, n := map[string]Quality{}, 0.0
	for _, table := range tables(t) {
		for _, name := range []string{"linear", "conceder", "boulware"} {
			s, err := NewSession(table, 40)
			if err != nil {
				t.Fatal(err)
			}
			watched := tactic(t, name)
			for range 30 { // A says the same all the time, B concedes
				for _, p := range []Negotiator{&Tactic{Bid: HardLiner{}, Accept: ACConst{One + 1}}, &refuser{watched}} {
					if err := s.Play(p.Move(s.View())); err != nil {
						t.Fatal(err)
					}
				}
			}
			n++
			for model, fresh := range models {
				m := fresh()
				m.Learn(View{Table: table, Side: A, Rounds: 40, moves: s.Moves})
				q := Measure(table, B, m)
				sum[model] = Quality{sum[model].Spearman + q.Spearman, sum[model].RMSE + q.RMSE}
			}
		}
	}
	for model, q := range sum {
		t.Logf("%s: Spearman %.3f, RMSE %.3f", model, q.Spearman/n, q.RMSE/n)
		if q.Spearman/n < map[string]float64{"frequency": .25, "bayesian": .7}[model] || q.RMSE/n > .3 {
			t.Errorf("%s knows the other side with Spearman %.3f, RMSE %.3f", model, q.Spearman/n, q.RMSE/n)
		}
	}
}

// refuser offers like another and never accepts.
type refuser struct{ Negotiator }

func (r *refuser) Move(v View) Move {
	t := *r.Negotiator.(*Tactic)
	t.Accept = ACConst{One + 1}
	return t.Move(v)
}

func TestMeasureKnowsTheExtremes(t *testing.T) {
	table := tables(t)[0]
	truth := exact{table, B}
	if q := Measure(table, B, truth); math.Abs(q.Spearman-1) > 1e-12 || q.RMSE != 0 {
		t.Errorf("the truth measures %+v", q)
	}
	if q := Measure(table, B, &Frequency{}); q.Spearman != 0 || q.RMSE == 0 {
		t.Errorf("a model that saw nothing measures %+v", q)
	}
}

// exact knows the truth.
type exact struct {
	t *Table
	s Side
}

func (exact) Learn(View) {}

func (e exact) Estimate(o Outcome) float64 { return e.t.Utility(e.s, o).Float() }

// TestModelsHelp holds that offering what the other would like, among what is equally good, loses nothing and
// gives the other more.
func TestModelsHelp(t *testing.T) {
	own, other := map[string]float64{}, map[string]float64{}
	for _, table := range tables(t) {
		for _, name := range []string{"boulware", "frequency", "bayesian"} {
			s := play(t, table, 40, tactic(t, name), tactic(t, "linear"))
			own[name] += s.Utility(A).Float()
			other[name] += s.Utility(B).Float()
		}
	}
	for _, name := range []string{"frequency", "bayesian"} {
		if own[name] < own["boulware"]*.98 || other[name] < other["boulware"] {
			t.Errorf("%s: own %.2f, other %.2f; without a model %.2f, %.2f", name, own[name], other[name], own["boulware"], other["boulware"])
		}
	}
}

func TestPowersAreAccurate(t *testing.T) {
	for x := 0.0; x <= 1; x += 1.0 / 64 {
		for _, y := range []float64{.1, .5, 1, 2, 5, 10} {
			if got, want := power(x, y), math.Pow(x, y); math.Abs(got-want) > 1e-12 {
				t.Errorf("%v^%v is %v, want %v", x, y, got, want)
			}
		}
	}
	for _, x := range []float64{-800, -10, -.1, 0, .1, 3} {
		if got, want := exponential(x), math.Exp(x); math.Abs(got-want) > 1e-12*max(1, want) {
			t.Errorf("e^%v is %v, want %v", x, got, want)
		}
	}
}
