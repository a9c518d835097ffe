// Package itemstats says how the items of a quiz perform, by classical test theory.
//
// Analyse computes it from a table of all marks, Sums from sums that grow attempt by attempt; they agree.
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
	// ItemsPerPaper is the commonest length of a paper, the longer where two are equally common. Marks, means and SDs of
	// papers of other lengths are put on its scale: a total T of p items counts as T·ItemsPerPaper/p.
	ItemsPerPaper int `json:"items_per_paper"`
	// Slots says that attempts had different items, so that CIC rests on slots (see Sums.Report).
	Slots bool   `json:"slots"`
	Items []Item `json:"items"`
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

	Exposure *float64 `json:"exposure"`        // share of the papers that it stood on
	Guess    *float64 `json:"guess,omitempty"` // facility that answering at random comes to; nil where the caller did not say
	RestMean *float64 `json:"rest_mean"`       // marks in the rest of the paper, of everybody who had the item
	Choices  []Choice `json:"choices,omitempty"`

	// 95 % intervals: of the facility by Wilson's score (see facilityInterval), of the index by Fisher's transformation of
	// the correlation.
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
	Guessing Flag = "guessing"  // facility below what answering at random comes to

	Misleads Flag = "misleads" // of a wrong option: those who choose it are better in the rest than those who do not
	Unused   Flag = "unused"   // of a wrong option: fewer than 2 % choose it
)

const (
	easy = 0.95
	hard = 0.20
	weak = 20.0
	few  = 0.02
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
	r := Report{Attempts: n, ItemsPerPaper: p, Items: make([]Item, p)}
	r.totals(totals)
	variances := 0.0
	for i := range columns {
		variances += covariance(columns[i], columns[i])
		r.Items[i] = item(t.Items[i], columns[i], totals, t.Max[i])
	}
	r.cic(variances, covariance(totals, totals), float64(p))
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
	sorted := slices.Sorted(slices.Values(totals))
	half := len(sorted) / 2
	median := sorted[half]
	if len(sorted)%2 == 0 {
		median = (sorted[half-1] + sorted[half]) / 2
	}
	r.moments(n, m, median, [3]float64{m2, m3, m4})
}

// moments fills in what the central moments of n totals come to.
func (r *Report) moments(n, m, median float64, central [3]float64) {
	m2, m3, m4 := central[0], central[1], central[2]
	k2 := n * m2 / (n - 1)
	k3 := n * n * m3 / ((n - 1) * (n - 2))
	k4 := n * n * ((n+1)*m4 - 3*(n-1)*m2*m2) / ((n - 1) * (n - 2) * (n - 3))
	r.Mean, r.Median, r.SD = defined(m), defined(median), defined(math.Sqrt(k2))
	r.Skewness, r.Kurtosis = defined(k3/math.Pow(k2, 1.5)), defined(k4/(k2*k2))
}

// cic is 100·p/(p−1)·(1 − Σ var x ÷ var T), and what follows from it.
func (r *Report) cic(variances, k2, p float64) {
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
	everybody := 1.0
	out := Item{Item: name, Answers: len(x), Facility: defined(mean(x) / most), SD: defined(math.Sqrt(vx)), DiscriminationIndex: defined(index), Flags: []Flag{},
		Exposure: &everybody, RestMean: defined(mean(rest))}
	out.DiscriminativeEfficiency = defined(100 * c / covariance(slices.Sorted(slices.Values(x)), slices.Sorted(slices.Values(rest))))
	out.intervals(float64(len(x)), most)
	return out
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
