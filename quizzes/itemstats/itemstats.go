// Package itemstats says how the items of a quiz perform, by classical test theory.
//
// The definitions are those that Moodle's quiz statistics made common; every variance and covariance has n − 1 below.
// Nothing is clamped: a coefficient below zero, or above a hundred, is a finding. What is not defined (a denominator is
// zero, there are too few attempts) is nil.
package itemstats

import (
	"math"
	"slices"
)

// Table is the marks of a quiz: a row an attempt, a column an item.
type Table struct {
	Items []string
	Max   []float64   // the most marks of each item, above 0
	Marks [][]float64 // by attempt, then by item
}

// Report is what a table comes to.
type Report struct {
	Attempts      int      `json:"attempts"`
	Mean          *float64 `json:"mean"`   // of the totals, in marks
	Median        *float64 `json:"median"` // of the totals
	SD            *float64 `json:"sd"`     // of the totals
	Skewness      *float64 `json:"skewness"`
	Kurtosis      *float64 `json:"kurtosis"`
	CIC           *float64 `json:"cic"`            // coefficient of internal consistency, per cent (Cronbach's alpha)
	ErrorRatio    *float64 `json:"error_ratio"`    // per cent of the SD that is chance
	StandardError *float64 `json:"standard_error"` // marks
	Items         []Item   `json:"items"`
}

// Item is how one item performs.
type Item struct {
	Item                     string   `json:"item"`
	Answers                  int      `json:"answers"`
	Facility                 *float64 `json:"facility"`         // mean mark ÷ most marks
	SD                       *float64 `json:"sd"`               // marks
	IntendedWeight           *float64 `json:"intended_weight"`  // per cent of all marks
	EffectiveWeight          *float64 `json:"effective_weight"` // per cent of what makes totals differ; nil where the item works against it
	DiscriminationIndex      *float64 `json:"discrimination_index"`
	DiscriminativeEfficiency *float64 `json:"discriminative_efficiency"`

	// 95 % intervals: of the facility by its standard error, of the index by Fisher's transformation of the correlation.
	FacilityInterval       *[2]float64 `json:"facility_interval"`
	DiscriminationInterval *[2]float64 `json:"discrimination_interval"`
	// Flags are what the intervals leave no doubt of.
	Flags []Flag `json:"flags"`
}

// Flag is something to look at. It is raised only when the whole 95 % interval lies beyond the threshold.
type Flag string

// Flags, with their thresholds.
const (
	TooEasy  Flag = "too_easy"  // facility above 0.95
	TooHard  Flag = "too_hard"  // facility below 0.20
	Weak     Flag = "weak"      // discrimination below 20 %
	Backward Flag = "backwards" // discrimination below 0: the strong do worse than the weak
)

const (
	easy = 0.95
	hard = 0.20
	weak = 20.0
	z95  = 1.959963984540054 // the 97.5 % quantile of the normal distribution
)

// Analyse computes the report of a table. Rows must be as long as Items.
func Analyse(t Table) Report {
	n, p := len(t.Marks), len(t.Items)
	totals := make([]float64, n)
	columns := make([][]float64, p)
	for i := range columns {
		columns[i] = make([]float64, n)
	}
	for a, row := range t.Marks {
		for i, x := range row {
			columns[i][a] = x
			totals[a] += x
		}
	}
	r := Report{Attempts: n, Items: make([]Item, p)}
	r.totals(totals)
	variances := 0.0
	for i := range columns {
		variances += covariance(columns[i], columns[i])
		r.Items[i] = item(t.Items[i], columns[i], totals, t.Max[i])
	}
	r.consistency(totals, variances, p)
	r.weights(t, columns, totals)
	return r
}

// defined gives a number where it is one.
func defined(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

func mean(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}

// covariance has n − 1 below; NaN with fewer than two.
func covariance(xs, ys []float64) float64 {
	mx, my, sum := mean(xs), mean(ys), 0.0
	for i, x := range xs {
		sum += (x - mx) * (ys[i] - my)
	}
	return sum / float64(len(xs)-1)
}

// totals describes the distribution of the totals: k-statistics for skewness and kurtosis.
func (r *Report) totals(totals []float64) {
	n := float64(len(totals))
	if n == 0 {
		return
	}
	m := mean(totals)
	var m2, m3, m4 float64
	for _, t := range totals {
		d := t - m
		m2, m3, m4 = m2+d*d/n, m3+d*d*d/n, m4+d*d*d*d/n
	}
	k2 := n * m2 / (n - 1)
	k3 := n * n * m3 / ((n - 1) * (n - 2))
	k4 := n * n * ((n+1)*m4 - 3*(n-1)*m2*m2) / ((n - 1) * (n - 2) * (n - 3))
	sorted := slices.Sorted(slices.Values(totals))
	half := len(sorted) / 2
	median := sorted[half]
	if len(sorted)%2 == 0 {
		median = (sorted[half-1] + sorted[half]) / 2
	}
	r.Mean, r.Median, r.SD = defined(m), defined(median), defined(math.Sqrt(k2))
	r.Skewness, r.Kurtosis = defined(k3/math.Pow(k2, 1.5)), defined(k4/(k2*k2))
}

// consistency is 100·p/(p−1)·(1 − Σ var x ÷ var T), and what follows from it.
func (r *Report) consistency(totals []float64, variances float64, items int) {
	p, k2 := float64(items), covariance(totals, totals)
	cic := 100 * p / (p - 1) * (1 - variances/k2)
	ratio := 100 * math.Sqrt(1-cic/100)
	r.CIC, r.ErrorRatio, r.StandardError = defined(cic), defined(ratio), defined(ratio*math.Sqrt(k2)/100)
}

func item(name string, x, totals []float64, most float64) Item {
	rest := make([]float64, len(x))
	for i := range x {
		rest[i] = totals[i] - x[i]
	}
	vx, vo, c := covariance(x, x), covariance(rest, rest), covariance(x, rest)
	index := 100 * c / math.Sqrt(vx*vo)
	out := Item{Item: name, Answers: len(x), Facility: defined(mean(x) / most), SD: defined(math.Sqrt(vx)), DiscriminationIndex: defined(index), Flags: []Flag{}}
	out.DiscriminativeEfficiency = defined(100 * c / covariance(slices.Sorted(slices.Values(x)), slices.Sorted(slices.Values(rest))))
	out.intervals(float64(len(x)), most)
	return out
}

// intervals computes both intervals and raises the flags that they leave no doubt of.
func (i *Item) intervals(n, most float64) {
	if i.Facility != nil && i.SD != nil && n > 1 {
		half := z95 * *i.SD / math.Sqrt(n) / most
		i.FacilityInterval = &[2]float64{*i.Facility - half, *i.Facility + half}
		switch {
		case i.FacilityInterval[0] > easy:
			i.Flags = append(i.Flags, TooEasy)
		case i.FacilityInterval[1] < hard:
			i.Flags = append(i.Flags, TooHard)
		}
	}
	if i.DiscriminationIndex == nil || n <= 3 {
		return
	}
	r := max(-1+1e-12, min(1-1e-12, *i.DiscriminationIndex/100))
	half := z95 / math.Sqrt(n-3)
	i.DiscriminationInterval = &[2]float64{100 * math.Tanh(math.Atanh(r)-half), 100 * math.Tanh(math.Atanh(r)+half)}
	switch top := i.DiscriminationInterval[1]; {
	case top < 0:
		i.Flags = append(i.Flags, Backward)
	case top < weak:
		i.Flags = append(i.Flags, Weak)
	}
}

// weights are shares: intended of the marks, effective of √cov(x, T) over the items whose covariance is not below zero.
func (r *Report) weights(t Table, columns [][]float64, totals []float64) {
	marks, roots := 0.0, 0.0
	root := make([]float64, len(columns))
	for i, x := range columns {
		marks += t.Max[i]
		root[i] = math.Sqrt(covariance(x, totals)) // NaN where it is negative
		if !math.IsNaN(root[i]) {
			roots += root[i]
		}
	}
	for i := range columns {
		r.Items[i].IntendedWeight = defined(100 * t.Max[i] / marks)
		r.Items[i].EffectiveWeight = defined(100 * root[i] / roots)
	}
}
