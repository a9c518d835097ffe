package severity

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// world has people who are worth something, and reviewers with a shift.
type world struct {
	worth, shift map[string]float64
	sheets       []Sheet
}

// simulate draws persons, each reviewed by a few of the reviewers.
func simulate(seed uint64, persons, reviewers, each int, spread, noise float64) world {
	r := rand.New(rand.NewPCG(seed, 7))
	w := world{worth: map[string]float64{}, shift: map[string]float64{}}
	for j := range reviewers {
		w.shift[fmt.Sprintf("r%04d", j)] = r.NormFloat64() * spread
	}
	for i := range persons {
		p := fmt.Sprintf("p%04d", i)
		w.worth[p] = 6000 + 800*r.NormFloat64()
		for _, j := range r.Perm(reviewers)[:each] {
			name := fmt.Sprintf("r%04d", j)
			w.sheets = append(w.sheets, Sheet{p, name, int64(w.worth[p] + w.shift[name] + noise*r.NormFloat64())})
		}
	}
	return w
}

// means gives each person's mean, and the mean without the shifts.
func means(sheets []Sheet, f Fit) (raw, adjusted map[string]float64) {
	raw, adjusted = map[string]float64{}, map[string]float64{}
	n := map[string]float64{}
	for _, s := range sheets {
		n[s.Person]++
		raw[s.Person] += float64(s.Value)
		adjusted[s.Person] += float64(s.Value) - f.Shifts[s.Reviewer].Value
	}
	for p := range n {
		raw[p] /= n[p]
		adjusted[p] /= n[p]
	}
	return raw, adjusted
}

// off is the root mean square of how far values are from the truth, both about their means.
func off(got, want map[string]float64) float64 {
	var a, b, sum float64
	for k := range got {
		a, b = a+got[k]/float64(len(got)), b+want[k]/float64(len(got))
	}
	for k := range got {
		sum += math.Pow(got[k]-a-want[k]+b, 2)
	}
	return math.Sqrt(sum / float64(len(got)))
}

// TestRecovers finds the shifts that sheets were drawn with, and people's worth better than their plain means do.
func TestRecovers(t *testing.T) {
	for seed := range uint64(20) {
		w := simulate(seed, 60, 40, 6, 900, 500)
		f := Estimate(w.sheets)
		raw, adjusted := means(w.sheets, f)
		got := map[string]float64{}
		for name, s := range f.Shifts {
			got[name] = s.Value
		}
		if e := off(got, w.shift); e > 400 { // the error of a mean of nine is 167, and of what it is compared with, 200
			t.Errorf("seed %d: shifts are off by %.0f", seed, e)
		}
		if a, r := off(adjusted, w.worth), off(raw, w.worth); a > 0.85*r {
			t.Errorf("seed %d: adjusted off by %.0f, raw by %.0f", seed, a, r)
		}
		if want := 500.0 * 500 / (900 * 900); f.Lambda < want/3 || f.Lambda > want*3 {
			t.Errorf("seed %d: λ is %.2f, drawn with %.2f", seed, f.Lambda, want)
		}
	}
}

// TestAllAlike leaves means nearly as they are where no reviewer differs from the others.
func TestAllAlike(t *testing.T) {
	w := simulate(3, 80, 40, 6, 0, 500)
	f := Estimate(w.sheets)
	raw, adjusted := means(w.sheets, f)
	if a, r := off(adjusted, w.worth), off(raw, w.worth); a > 1.1*r || f.Lambda < 5 {
		t.Errorf("adjusted off by %.0f, raw by %.0f, λ %.1f", a, r, f.Lambda)
	}
}

// dense solves Henderson's equations whole, persons and all, by elimination: another way to the same numbers.
func dense(sheets []Sheet, lambda float64) map[string]float64 {
	at := map[string]int{}
	for _, s := range sheets {
		for _, k := range []string{"p" + s.Person, "r" + s.Reviewer} {
			if _, ok := at[k]; !ok {
				at[k] = len(at)
			}
		}
	}
	n := len(at)
	m := make([][]float64, n)
	for i := range m {
		m[i] = make([]float64, n+1)
	}
	for _, s := range sheets {
		i, j := at["p"+s.Person], at["r"+s.Reviewer]
		m[i][i], m[j][j], m[i][j], m[j][i] = m[i][i]+1, m[j][j]+1, m[i][j]+1, m[j][i]+1
		m[i][n], m[j][n] = m[i][n]+float64(s.Value), m[j][n]+float64(s.Value)
	}
	for k, j := range at {
		if k[0] == 'r' {
			m[j][j] += lambda
		}
	}
	for c := range n {
		best := c
		for r := c + 1; r < n; r++ {
			if math.Abs(m[r][c]) > math.Abs(m[best][c]) {
				best = r
			}
		}
		m[c], m[best] = m[best], m[c]
		for r := range n {
			if r != c {
				by := m[r][c] / m[c][c]
				for k := c; k <= n; k++ {
					m[r][k] -= by * m[c][k]
				}
			}
		}
	}
	out := map[string]float64{}
	for k, j := range at {
		if k[0] == 'r' {
			out[k[1:]] = m[j][n] / m[j][j]
		}
	}
	return out
}

func drawn(t *rapid.T) []Sheet {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Sheet {
		return Sheet{rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f"}).Draw(t, "person"),
			rapid.SampledFrom([]string{"u", "v", "w", "x", "y", "z"}).Draw(t, "reviewer"), rapid.Int64Range(0, 10000).Draw(t, "value")}
	}), 1, 40).Draw(t, "sheets")
}

// TestSolvesHendersonsEquations holds the solver against the whole system.
func TestSolvesHendersonsEquations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sheets := drawn(t)
		f := Estimate(sheets)
		want := dense(sheets, f.Lambda)
		for name, s := range f.Shifts {
			if math.Abs(s.Value-want[name]) > 0.001 {
				t.Fatalf("%s: %.4f, want %.4f", name, s.Value, want[name])
			}
		}
	})
}

// TestOrderAndConstant: the order of the sheets is nothing, and what everybody is given more of is nobody's shift.
func TestOrderAndConstant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sheets := drawn(t)
		f := Estimate(sheets)
		if diff := cmp.Diff(f, Estimate(rapid.Permutation(sheets).Draw(t, "order"))); diff != "" {
			t.Fatal(diff)
		}
		for i := range sheets {
			sheets[i].Value += 500
		}
		for name, s := range Estimate(sheets).Shifts {
			if math.Abs(s.Value-f.Shifts[name].Value) > 0.01 || s.Why != f.Shifts[name].Why {
				t.Fatalf("%s: %v, before %v", name, s, f.Shifts[name])
			}
		}
	})
}

// TestOneGetsMild adds a constant to what one reviewer gives: plain means of their people rise by their share, adjusted ones hardly.
func TestOneGetsMild(t *testing.T) {
	for seed := range uint64(10) {
		w := simulate(seed, 40, 20, 5, 600, 400)
		raw, adjusted := means(w.sheets, Estimate(w.sheets))
		mild := slices.Clone(w.sheets)
		for i := range mild {
			if mild[i].Reviewer == "r0003" {
				mild[i].Value += 2000
			}
		}
		raw2, adjusted2 := means(mild, Estimate(mild))
		for _, s := range w.sheets {
			if s.Reviewer != "r0003" {
				continue
			}
			up, more := raw2[s.Person]-raw[s.Person], adjusted2[s.Person]-adjusted[s.Person]
			if up < 399 || math.Abs(more) > up/3 {
				t.Errorf("seed %d, %s: raw up by %.0f, adjusted by %.0f", seed, s.Person, up, more)
			}
		}
	}
}

func TestWhoIsUsed(t *testing.T) {
	var sheets []Sheet
	give := func(reviewer string, persons ...string) {
		for _, p := range persons {
			sheets = append(sheets, Sheet{p, reviewer, 5000})
		}
	}
	give("often", "a", "b", "c")
	give("also", "b", "c", "d")
	give("seldom", "a", "b")
	give("far", "x", "y", "z")
	give("further", "x", "y", "z")
	give("lonely", "l", "m", "n")
	got := map[string]Reason{}
	for name, s := range Estimate(sheets).Shifts {
		got[name] = s.Why
	}
	want := map[string]Reason{"often": "", "also": "", "seldom": Few, "far": Apart, "further": Apart, "lonely": Alone}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if f := Estimate(nil); len(f.Shifts) != 0 {
		t.Errorf("of nothing: %v", f)
	}
}

// BenchmarkEstimate is of ten thousand reviews; it is to take less than a second.
func BenchmarkEstimate(b *testing.B) {
	w := simulate(1, 2000, 2000, 5, 700, 500)
	for b.Loop() {
		Estimate(w.sheets)
	}
}
