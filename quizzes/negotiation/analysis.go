package negotiation

import "math"

// Analysis is what can be known of a domain before anybody speaks.
//
// Gains are utilities less the reservation value of the side. An outcome is rational when neither gain is
// negative. Where several outcomes are equally good by a definition, the one with the greater utility for A is
// taken, then for B, then the first in order; so no solution is ever dominated. Nash, Egalitarian and
// KalaiSmorodinsky are nil where no outcome is rational.
type Analysis struct {
	Outcomes int
	Rational int     // how many outcomes are rational
	Pareto   []Point // every outcome that none dominates, by falling utility for A, then in order
	Ideal    [2]Utility

	// Nash has the greatest product of gains of the rational outcomes (Nash 1950). Between equal products the
	// rounding of doubles decides first, as it did in the published figures.
	Nash *Point
	// Egalitarian has the greatest smaller gain of the rational outcomes (Kalai 1977, with equal scales).
	Egalitarian *Point
	// KalaiSmorodinsky has the greatest smaller ratio of a gain to the side's Ideal, which is its largest gain in
	// any rational outcome (Kalai and Smorodinsky 1975). Where a side can gain nothing its ratio counts as 1.
	KalaiSmorodinsky *Point
	// Utilitarian has the greatest sum of utilities of all outcomes. Some files call it "Kalai" or "social welfare".
	Utilitarian Point
	// MinAbsDifference is the point of the frontier with the least |uA − uB|. Some files call it "Kalai".
	MinAbsDifference Point

	// The Euclidean distance to (1, 1), which the literature calls opposition, of three different points:
	// the utilitarian one, that of least difference, and whichever outcome is nearest.
	OppositionUtilitarian      float64
	OppositionMinAbsDifference float64
	OppositionNearest          float64
	// Balance is the mean of uA − uB over all outcomes: above 0 the domain is kinder to A.
	Balance float64
}

// Analyse computes everything that Analysis names, in three passes over the outcomes of which none is kept but
// those that may lie on the frontier.
func Analyse(d *Domain) Analysis {
	a := Analysis{Outcomes: d.size}
	ideal := a.survey(d)
	a.Ideal = ideal
	a.solve(d)
	a.Pareto = frontier(d)
	a.MinAbsDifference = a.Pareto[0]
	for _, p := range a.Pareto {
		if gap(p) < gap(a.MinAbsDifference) {
			a.MinAbsDifference = p
		}
	}
	a.OppositionUtilitarian = toIdeal(a.Utilitarian).root()
	a.OppositionMinAbsDifference = toIdeal(a.MinAbsDifference).root()
	return a
}

// survey is the first pass: what needs no knowledge of other outcomes, and the largest rational gains.
func (a *Analysis) survey(d *Domain) (ideal [2]Utility) {
	a.Utilitarian = d.Point(0)
	nearest := toIdeal(a.Utilitarian)
	var difference [2]Utility // the sums of both utilities are below 10¹⁸: they fit
	d.each(func(p Point) {
		difference[A] += p.U[A]
		difference[B] += p.U[B]
		sum, best := p.U[A]+p.U[B], a.Utilitarian.U[A]+a.Utilitarian.U[B]
		if sum > best || sum == best && p.beats(a.Utilitarian) {
			a.Utilitarian = p
		}
		if far := toIdeal(p); far.less(nearest) {
			nearest = far
		}
		if d.Rational(p) {
			a.Rational++
			ideal[A], ideal[B] = max(ideal[A], p.U[A]-d.Reserve[A]), max(ideal[B], p.U[B]-d.Reserve[B])
		}
	})
	a.OppositionNearest = nearest.root()
	a.Balance = (difference[A] - difference[B]).Float() / float64(d.size)
	return ideal
}

// solve is the second pass: the bargaining solutions among the rational outcomes.
func (a *Analysis) solve(d *Domain) {
	if a.Rational == 0 {
		return
	}
	var nash, egalitarian, smorodinsky Point
	var bestProduct, bestRatio wide
	bestGain, any := Utility(0), false
	d.each(func(p Point) {
		if !d.Rational(p) {
			return
		}
		gain := [2]Utility{p.U[A] - d.Reserve[A], p.U[B] - d.Reserve[B]}
		if v := product(gain[A], gain[B]); !any || bestProduct.less(v) || v == bestProduct && d.nashBeats(p, nash) {
			nash, bestProduct = p, v
		}
		if v := min(gain[A], gain[B]); !any || v > bestGain || v == bestGain && p.beats(egalitarian) {
			egalitarian, bestGain = p, v
		}
		if v := smallerRatio(gain, a.Ideal); !any || bestRatio.less(v) || v == bestRatio && p.beats(smorodinsky) {
			smorodinsky, bestRatio = p, v
		}
		any = true
	})
	a.Nash, a.Egalitarian, a.KalaiSmorodinsky = &nash, &egalitarian, &smorodinsky
}

// smallerRatio is the smaller of gain A / ideal A and gain B / ideal B, both times ideal A times ideal B, so
// that nothing is divided.
func smallerRatio(gain, ideal [2]Utility) wide {
	for s := range ideal {
		if ideal[s] == 0 {
			gain[s], ideal[s] = 1, 1
		}
	}
	x, y := product(gain[A], ideal[B]), product(gain[B], ideal[A])
	if x.less(y) {
		return x
	}
	return y
}

// beats is the rule for ties: the greater utility for A, then for B; the first in order stays otherwise.
func (p Point) beats(q Point) bool {
	return p.U[A] > q.U[A] || p.U[A] == q.U[A] && p.U[B] > q.U[B]
}

// nashBeats breaks a tie of Nash products. Published figures were computed in double precision, where the
// rounding of the sums decides between products that are equal; so it does here, and only then the usual rule.
func (d *Domain) nashBeats(p, q Point) bool {
	if x, y := d.doubleProduct(p.Outcome), d.doubleProduct(q.Outcome); x != y {
		return x > y
	}
	return p.beats(q)
}

// doubleProduct is the product of both utilities, each summed issue by issue in double precision.
func (d *Domain) doubleProduct(o Outcome) float64 {
	var sum [2]float64
	for s := range sum {
		rest := int(o)
		for i := range d.Issues {
			doubles := d.Issues[i].doubles[s]
			sum[s] += doubles[rest%len(doubles)]
			rest /= len(doubles)
		}
		sum[s] -= d.Reserve[s].Float()
	}
	return sum[A] * sum[B]
}

func gap(p Point) Utility { return max(p.U[A]-p.U[B], p.U[B]-p.U[A]) }

// toIdeal is the squared distance to (1, 1), in units of 10⁻²⁴.
func toIdeal(p Point) wide { return squared(One-p.U[A], One-p.U[B]) }

func squared(x, y Utility) wide {
	x, y = max(x, -x), max(y, -y)
	return product(x, x).plus(product(y, y))
}

// root is the square root of a squared distance, as a number.
func (w wide) root() float64 { return math.Sqrt(w.float()) / float64(One) }

// Verdict is what a domain's analysis says of one outcome.
type Verdict struct {
	Point
	Rational   bool
	Efficient  bool       // nothing dominates it
	ToFrontier float64    // Euclidean distance to the nearest point of the frontier, 0 when efficient
	JointShare float64    // share of the greatest joint gain that was realised; 0 where nobody can gain
	Left       [2]Utility // what each side could have had more without costing the other anything
	LeftMoney  [2]int64   // the same in fen, at the rate at which the side weighs money; 0 without a price
}

// Judge says how good an outcome is for both. The joint gain is the sum of both gains over the reservation
// values; the greatest is that of the rational outcomes.
func (a *Analysis) Judge(d *Domain, o Outcome) Verdict {
	v := Verdict{Point: d.Point(o)}
	v.Rational = d.Rational(v.Point)
	best := v.U
	nearest, joint := toPoint(v.Point, a.Pareto[0]), Utility(0)
	for _, p := range a.Pareto {
		if far := toPoint(v.Point, p); far.less(nearest) {
			nearest = far
		}
		for _, s := range []Side{A, B} {
			if p.U[s.Other()] >= v.U[s.Other()] {
				best[s] = max(best[s], p.U[s])
			}
		}
		if d.Rational(p) {
			joint = max(joint, p.U[A]-d.Reserve[A]+p.U[B]-d.Reserve[B])
		}
	}
	v.ToFrontier, v.Efficient = nearest.root(), best == v.U
	if mine := v.U[A] - d.Reserve[A] + v.U[B] - d.Reserve[B]; joint > 0 && v.Rational {
		v.JointShare = float64(mine) / float64(joint)
	}
	for _, s := range []Side{A, B} {
		v.Left[s] = best[s] - v.U[s]
		v.LeftMoney[s] = d.Money(s, v.Left[s])
	}
	return v
}

func toPoint(p, q Point) wide { return squared(p.U[A]-q.U[A], p.U[B]-q.U[B]) }

// Money is what a utility is worth to a side in fen, rounded to the nearest: the spread of the price between its
// best and its worst value for the side, times the utility's share of the spread of worth between them. It is 0
// where the domain has no price or the side does not mind it.
func (d *Domain) Money(s Side, u Utility) int64 {
	for i := range d.Issues {
		issue := &d.Issues[i]
		if issue.Money == nil {
			continue
		}
		least, most := 0, 0
		for v, w := range issue.worth[s] {
			if w < issue.worth[s][least] {
				least = v
			}
			if w > issue.worth[s][most] {
				most = v
			}
		}
		worth, money := issue.worth[s][most]-issue.worth[s][least], issue.Money[most]-issue.Money[least]
		if worth == 0 {
			return 0
		}
		return scale(u, max(money, -money), worth)
	}
	return 0
}
