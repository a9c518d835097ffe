// Package severity estimates how much more or less than others a reviewer gives, so that a person is not better off for having
// mild reviewers.
//
// The model is y = person + shift of the reviewer + error, one y for each sheet. Persons are fixed effects: nobody's figure is
// pulled towards the average. Reviewers are random effects with mean 0: who gave few sheets is taken to be nearly like the
// others. The estimates solve Henderson's mixed-model equations,
//
//	[X'X  X'Z      ] [person]   [X'y]
//	[Z'X  Z'Z + λ I] [shift ] = [Z'y]     with λ = variance of the error / variance of the shifts
//
// (C. R. Henderson, Best linear unbiased estimation and prediction under a selection model, Biometrics 31, 1975), and λ comes
// from his method 3 (Estimation of variance and covariance components, Biometrics 9, 1953; Searle, Casella, McCulloch, Variance
// Components, 1992, 5.3). J. M. Linacre's many-facet Rasch measurement (1989) asks the same question on a logit scale; on
// means of several marks the linear model says nearly the same and can be recomputed by hand.
//
// Shifts compare only who is connected: two reviewers are when a chain of persons whom both of two reviewed leads from one to
// the other. Pure: the same sheets give the same estimates, in whatever order they come.
package severity

import (
	"cmp"
	"slices"
)

// MinSheets is how many sheets a reviewer must have given before their shift is used: from fewer it is mostly error.
const MinSheets = 3

// Sheet is what one reviewer gave one person.
type Sheet struct {
	Person, Reviewer string
	Value            int64 // hundredths of a point, 0 to 10000
}

// Reason says why a reviewer's shift is not used.
type Reason string

// The reasons.
const (
	Few   Reason = "few"   // sheets of the reviewer: fewer than MinSheets
	Apart Reason = "apart" // from those among whom most was given, no chain leads to the reviewer
	Alone Reason = "alone" // nobody else reviewed whom the reviewer did: there is nothing to compare with
)

// Fit is what is known of the reviewers.
type Fit struct {
	Lambda float64 // the ratio of variances that was used
	Shifts map[string]Shift
}

// Shift is what is known of one reviewer.
type Shift struct {
	Value  float64 // hundredths: how much more than others they give; less than 0 for a severe one
	Sheets int
	Why    Reason // "" where Value may be used
}

// Bounds of λ, and what it is where there is too little to estimate it from: after three sheets half of what was seen is believed.
const (
	leastLambda, mostLambda = 0.05, 100
	usualLambda             = 3
	fewestFree              = 10 // degrees of freedom of the error that an estimate needs
)

// Estimate estimates the shifts of all reviewers. Two sheets of one reviewer about one person count as two.
func Estimate(sheets []Sheet) Fit {
	g := index(sheets)
	f := Fit{Lambda: g.lambda(), Shifts: map[string]Shift{}}
	values := g.solve(f.Lambda)
	parts, main := g.components()
	for j, name := range g.reviewers {
		s := Shift{Value: values[j], Sheets: g.given[j]}
		switch {
		case parts.reviewers[parts.of[g.first[j]]] < 2:
			s.Why = Alone
		case parts.of[g.first[j]] != main:
			s.Why = Apart
		case s.Sheets < MinSheets:
			s.Why = Few
		}
		f.Shifts[name] = s
	}
	return f
}

// graph is the sheets with persons and reviewers as numbers, in an order that does not depend on the order of the sheets.
type graph struct {
	persons, reviewers []string
	person, reviewer   []int // of each sheet
	y                  []float64
	got, given         []int // sheets of each person, of each reviewer
	first              []int // a person whom each reviewer reviewed
}

func index(sheets []Sheet) *graph {
	sheets = slices.Clone(sheets)
	slices.SortFunc(sheets, func(a, b Sheet) int {
		return cmp.Or(cmp.Compare(a.Person, b.Person), cmp.Compare(a.Reviewer, b.Reviewer), cmp.Compare(a.Value, b.Value))
	})
	g := &graph{person: make([]int, len(sheets)), reviewer: make([]int, len(sheets)), y: make([]float64, len(sheets))}
	persons, reviewers := map[string]int{}, map[string]int{}
	for k, s := range sheets {
		i, known := persons[s.Person]
		if !known {
			i = len(g.persons)
			persons[s.Person], g.persons, g.got = i, append(g.persons, s.Person), append(g.got, 0)
		}
		j, known := reviewers[s.Reviewer]
		if !known {
			j = len(g.reviewers)
			reviewers[s.Reviewer], g.reviewers, g.given, g.first = j, append(g.reviewers, s.Reviewer), append(g.given, 0), append(g.first, i)
		}
		g.person[k], g.reviewer[k], g.y[k] = i, j, float64(s.Value)
		g.got[i]++
		g.given[j]++
	}
	return g
}

// within takes each person's mean away from the sheets.
func (g *graph) within(y []float64) []float64 {
	means, out := make([]float64, len(g.persons)), make([]float64, len(y))
	for k, v := range y {
		means[g.person[k]] += v
	}
	for i := range means {
		means[i] /= float64(g.got[i])
	}
	for k, v := range y {
		out[k] = v - means[g.person[k]]
	}
	return out
}

// perReviewer sums over each reviewer's sheets.
func (g *graph) perReviewer(y []float64) []float64 {
	out := make([]float64, len(g.reviewers))
	for k, v := range y {
		out[g.reviewer[k]] += v
	}
	return out
}

// spread gives each sheet the value of its reviewer.
func (g *graph) spread(u []float64) []float64 {
	out := make([]float64, len(g.y))
	for k, j := range g.reviewer {
		out[k] = u[j]
	}
	return out
}

// mostSteps bounds the solver. Sheets of a company need a few dozen steps; λ > 0 keeps the equations well conditioned.
const mostSteps = 500

// solve gives the shifts u with (Z'MZ + λI) u = Z'My, where M takes away the persons' means: the equations of Henderson without
// the persons. Conjugate gradients from 0; with λ = 0 that is the solution whose shifts sum to 0 in every component.
func (g *graph) solve(lambda float64) []float64 {
	u := make([]float64, len(g.reviewers))
	r := g.perReviewer(g.within(g.y))
	p, rest := slices.Clone(r), dot(r, r)
	enough := max(rest*1e-20, 1e-12)
	for n := 0; n < mostSteps && rest > enough; n++ {
		ap := g.perReviewer(g.within(g.spread(p)))
		for j := range ap {
			ap[j] += float64(lambda * p[j])
		}
		step := rest / dot(p, ap)
		for j := range u {
			u[j] += float64(step * p[j])
			r[j] -= float64(step * ap[j])
		}
		next := dot(r, r)
		for j := range p {
			p[j] = r[j] + float64(next/rest*p[j])
		}
		rest = next
	}
	return u
}

// dot rounds each product: machines that would fuse it with the sum must not differ from others.
func dot(a, b []float64) (sum float64) {
	for i := range a {
		sum += float64(a[i] * b[i])
	}
	return sum
}

// lambda estimates the ratio of the variances by Henderson's method 3: the error's variance from what is left when both
// effects are fitted, the shifts' from what reviewers explain beyond persons.
//
//	error = SSE(person, reviewer) / (N - P - R + C)
//	shift = (SSE(person) - SSE(person, reviewer) - (R - C) error) / (N - Σ n_ij² / n_i)
func (g *graph) lambda() float64 {
	parts, _ := g.components()
	free, ranks := len(g.y)-len(g.persons)-len(g.reviewers)+parts.n, float64(len(g.reviewers)-parts.n)
	if free < fewestFree || ranks < 1 {
		return usualLambda
	}
	alone := g.within(g.y)
	fitted := g.spread(g.solve(0))
	both := make([]float64, len(g.y))
	for k := range both {
		both[k] = g.y[k] - fitted[k]
	}
	both = g.within(both)
	left := dot(both, both)
	noise := left / float64(free)
	shift := (dot(alone, alone) - left - float64(ranks*noise)) / g.weight()
	switch {
	case shift <= 0 || noise/shift > mostLambda:
		return mostLambda
	default:
		return max(leastLambda, noise/shift)
	}
}

// weight is the trace of Z'MZ.
func (g *graph) weight() float64 {
	type pair struct{ i, j int }
	n := map[pair]int{}
	for k := range g.y {
		n[pair{g.person[k], g.reviewer[k]}]++
	}
	same := make([]int, len(g.persons)) // Σ n_ij² of each person: whole numbers, so that the map's order does not matter
	for p, c := range n {
		same[p.i] += c * c
	}
	w := float64(len(g.y))
	for i, s := range same {
		w -= float64(s) / float64(g.got[i])
	}
	return w
}

// components are the parts of the graph between which no chain leads.
type components struct {
	n         int
	of        []int // the component of each person
	reviewers []int // of each component
}

// components finds them, and the one with most sheets; of equals, that of the first person in order of ids.
func (g *graph) components() (c components, main int) {
	up := make([]int, len(g.persons))
	for i := range up {
		up[i] = i
	}
	root := func(i int) int {
		for ; up[i] != i; i = up[i] {
			up[i] = up[up[i]]
		}
		return i
	}
	for k, j := range g.reviewer {
		a, b := root(g.first[j]), root(g.person[k])
		up[max(a, b)] = min(a, b)
	}
	c.of = make([]int, len(g.persons))
	numbers, sheets := map[int]int{}, []int(nil)
	for i := range g.persons {
		r := root(i)
		if _, known := numbers[r]; !known {
			numbers[r] = c.n
			c.n, sheets, c.reviewers = c.n+1, append(sheets, 0), append(c.reviewers, 0)
		}
		c.of[i] = numbers[r]
		sheets[c.of[i]] += g.got[i]
	}
	for j := range g.reviewers {
		c.reviewers[c.of[g.first[j]]]++
	}
	for i, n := range sheets {
		if n > sheets[main] {
			main = i
		}
	}
	return c, main
}
