package negotiation

import (
	"cmp"
	"math"
	"slices"
)

// Model estimates what outcomes are worth to the other side, from its offers alone.
type Model interface {
	// Learn takes in the offers that it has not seen yet. A view of another session begins afresh.
	Learn(v View)
	// Estimate is the estimated utility for the other side, 0 to 1.
	Estimate(o Outcome) float64
}

// offers follows one side's offers through a session, for the models.
type offers struct {
	table *Table
	side  Side // whose offers these are
	read  int
}

// fresh says whether the view is of another session than the last one.
func (f *offers) fresh(v View) bool {
	if f.table == v.Table && f.side == v.Side.Other() && f.read <= v.Received() {
		return false
	}
	*f = offers{table: v.Table, side: v.Side.Other()}
	return true
}

// Frequency takes the values that the other side offers often for those that it likes, and the issues that it
// seldom changes for those that matter to it (as HardHeaded did, van Krimpen, Looije and Hajizadeh 2013).
type Frequency struct {
	offers
	counts  [][]int // of each value of each issue
	weights []float64
	highest []int
}

// Learn counts values; an issue unchanged from one offer to the next gains weight, less so as time goes by.
func (f *Frequency) Learn(v View) {
	if f.fresh(v) {
		f.counts, f.weights, f.highest = make([][]int, len(v.Table.Issues)), make([]float64, len(v.Table.Issues)), make([]int, len(v.Table.Issues))
		for i := range f.counts {
			f.counts[i] = make([]int, len(v.Table.Issues[i].Values))
			f.weights[i] = 1 / float64(len(f.counts))
		}
	}
	for ; f.read < v.Received(); f.read++ {
		o := v.Theirs(f.read)
		for i := range f.counts {
			value := v.Table.Value(o, i)
			f.counts[i][value]++
			f.highest[i] = max(f.highest[i], f.counts[i][value])
			if f.read > 0 && v.Table.Value(v.Theirs(f.read-1), i) == value {
				f.weights[i] += 0.1 / float64(f.read)
			}
		}
	}
}

// Estimate adds up the weighted shares of the values' counts.
func (f *Frequency) Estimate(o Outcome) float64 {
	if f.table == nil || f.read == 0 {
		return 0
	}
	sum, all := 0.0, 0.0
	for i := range f.counts {
		value := float64(f.counts[i][f.table.Value(o, i)]) / float64(f.highest[i])
		sum += float64(f.weights[i] * value)
		all += f.weights[i]
	}
	return sum / all
}

// Bayesian weighs candidate weights of every issue and candidate evaluations of every value by how well they
// explain the offers, taking the other side to concede evenly from its best (after Hindriks and Tykhonov 2008,
// with free evaluations where they have shapes, since the values of an issue need not be in any order).
type Bayesian struct {
	offers
	issues []beliefs
}

// beliefs are the probabilities of the candidates about one issue; those of its weight and of each value's
// evaluation are held independent.
type beliefs struct {
	weights [weightGrid]float64
	values  [][valueGrid]float64
}

const (
	weightGrid = 10   // candidate weights of an issue: 0.05, 0.15, … 0.95, scaled to add up to 1 over the issues
	valueGrid  = 5    // candidate evaluations of a value: 0, 0.25, … 1
	spread     = 0.10 // standard deviation of an offer's utility about what even concession would give
	concedes   = 0.5  // how much the other side is taken to concede from its first offer to its last
)

// Learn updates every candidate by every new offer.
func (b *Bayesian) Learn(v View) {
	if b.fresh(v) {
		b.issues = make([]beliefs, len(v.Table.Issues))
		for i := range b.issues {
			b.issues[i] = prior(len(v.Table.Issues[i].Values))
		}
	}
	for ; b.read < v.Received(); b.read++ {
		at := 0.0
		if v.Rounds > 1 {
			at = float64(b.read) / float64(v.Rounds-1)
		}
		b.update(v.Theirs(b.read), 1-float64(concedes*at))
	}
}

func prior(values int) beliefs {
	out := beliefs{values: make([][valueGrid]float64, values)}
	for w := range out.weights {
		out.weights[w] = 1.0 / weightGrid
	}
	for v := range out.values {
		for e := range out.values[v] {
			out.values[v][e] = 1.0 / valueGrid
		}
	}
	return out
}

func candidateWeight(w int) float64 { return (float64(w) + 0.5) / weightGrid }

func candidateValue(e int) float64 { return float64(e) / (valueGrid - 1) }

// update weighs each issue's candidates by how near the offer's utility comes to what was expected when the other
// issues are as they are believed to be.
func (b *Bayesian) update(o Outcome, expected float64) {
	weight, value := make([]float64, len(b.issues)), make([]float64, len(b.issues))
	all, sum := 0.0, 0.0
	for i := range b.issues {
		weight[i], value[i] = b.issues[i].weight(), b.issues[i].value(b.table.Value(o, i))
		all += weight[i]
		sum += float64(weight[i] * value[i])
	}
	for i := range b.issues {
		x := &b.issues[i]
		restAll, restSum := all-weight[i], sum-float64(weight[i]*value[i])
		chosen := &x.values[b.table.Value(o, i)]
		for e := range chosen {
			chosen[e] *= likelihood((restSum+float64(weight[i]*candidateValue(e)))/all, expected)
		}
		for w := range x.weights {
			c := candidateWeight(w)
			x.weights[w] *= likelihood((restSum+float64(c*value[i]))/(restAll+c), expected)
		}
		normalise(chosen[:])
		normalise(x.weights[:])
	}
}

func likelihood(u, expected float64) float64 {
	z := (u - expected) / spread
	return exponential(-float64(z*z) / 2)
}

// normalise makes probabilities add up to 1, none of them ever quite 0.
func normalise(p []float64) {
	sum := 0.0
	for i := range p {
		p[i] += 1e-9
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
}

// weight is the expected weight, value the expected evaluation of a value.
func (x *beliefs) weight() (mean float64) {
	for w, p := range x.weights {
		mean += float64(p * candidateWeight(w))
	}
	return mean
}

func (x *beliefs) value(at int) (mean float64) {
	for e, p := range x.values[at] {
		mean += float64(p * candidateValue(e))
	}
	return mean
}

// Estimate is the expected utility.
func (b *Bayesian) Estimate(o Outcome) float64 {
	if b.table == nil || b.read == 0 {
		return 0
	}
	all, sum := 0.0, 0.0
	for i := range b.issues {
		w := b.issues[i].weight()
		all += w
		sum += float64(w * b.issues[i].value(b.table.Value(o, i)))
	}
	return sum / all
}

// Quality says how well a model knows a side, over all outcomes.
type Quality struct {
	Spearman float64 // rank correlation, equal ranks shared: 1 is the same order, 0 none
	RMSE     float64 // root of the mean squared error of the estimated utility
}

// Measure compares a model's estimates with a side's true utilities.
func Measure(t *Table, s Side, m Model) Quality {
	estimated, actual := make([]float64, t.size), make([]float64, t.size)
	squares := 0.0
	t.each(func(p Point) {
		e, u := m.Estimate(p.Outcome), p.U[s].Float()
		estimated[p.Outcome], actual[p.Outcome] = e, u
		squares += float64((e - u) * (e - u))
	})
	return Quality{Spearman: pearson(ranks(estimated), ranks(actual)), RMSE: math.Sqrt(squares / float64(t.size))}
}

// ranks gives each value's place in rising order; equal values share the mean of their places.
func ranks(values []float64) []float64 {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(values[i], values[j]) })
	out := make([]float64, len(values))
	for from := 0; from < len(order); {
		to := from
		for to < len(order) && values[order[to]] == values[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			out[i] = float64(from+to-1) / 2
		}
		from = to
	}
	return out
}

// pearson is the correlation of two lists of the same length; 0 where one of them does not vary.
func pearson(x, y []float64) float64 {
	n := float64(len(x))
	meanX, meanY := 0.0, 0.0
	for i := range x {
		meanX += x[i]
		meanY += y[i]
	}
	meanX, meanY = meanX/n, meanY/n
	xy, xx, yy := 0.0, 0.0, 0.0
	for i := range x {
		dx, dy := x[i]-meanX, y[i]-meanY
		xy += float64(dx * dy)
		xx += float64(dx * dx)
		yy += float64(dy * dy)
	}
	if xx == 0 || yy == 0 {
		return 0
	}
	return xy / math.Sqrt(float64(xx*yy))
}
