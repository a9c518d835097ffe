// Package composite is the arithmetic of appraisal (3.2.3.3): how figures and reviews become one result, line by line.
//
// It is pure and uses whole numbers only, so that anybody can do it again by hand from what a record shows. Scores are
// hundredths of a point (10000 is 100 points, what exactly meets the target; at most 12000), weights are basis points
// that sum to 10000, and each result is rounded once, half up.
package composite

// MaxScore is the highest score, in hundredths of a point.
const MaxScore = 12_000

// Whole is a weight of everything, and an attainment of exactly the target, in basis points.
const Whole = 10_000

// maxAttainment bounds attainment on both sides, in basis points: a hundredfold of the target.
const maxAttainment = 100 * Whole

// MaxValue bounds what is measured and what is aimed at, in the unit of the indicator.
const MaxValue = 100_000_000_000_000

// roundDiv is a/b rounded to the nearest whole number, halves upward (towards +∞), for b > 0: ⌊(2a+b) / 2b⌋. It never
// falls when a rises.
func roundDiv(a, b int64) int64 {
	q, r := a/b, a%b
	if r < 0 {
		q, r = q-1, r+b
	}
	if r >= b-r {
		q++
	}
	return q
}

// Attainment is how far a target is met, in basis points of it: actual/target where more is better; 2 − actual/target
// where less is, so that nothing at all is 200 % and twice the target is 0 %. It is rounded half up and kept within a
// hundredfold on both sides. ok is false where it is not defined: a target that is not over 0, or values beyond MaxValue.
func Attainment(actual, target int64, less bool) (bp int64, ok bool) {
	if target <= 0 || target > MaxValue || actual > MaxValue || actual < -MaxValue {
		return 0, false
	}
	bp = roundDiv(actual*Whole, target) // at most 10^18 in size
	if less {
		bp = 2*Whole - bp
	}
	return min(max(bp, -maxAttainment), maxAttainment), true
}

// A Curve says how many points an attainment is worth. With steps it is the points of the highest step that is reached,
// 0 below the first; without, it is a straight line through (target met, 100 points), kept between Floor and Cap:
//
//	score = 100 points + Slope × (attainment − 100 %), not under Floor, not over Cap
type Curve struct {
	Slope int64  // in basis points: 10000 is one point for each per cent of the target
	Floor int64  // hundredths of a point
	Cap   int64  // hundredths of a point
	Steps []Step // rising in both; or none
}

// Step is an attainment from which on so many points are given.
type Step struct {
	From  int64 // basis points of the target
	Score int64 // hundredths of a point
}

// Score is what an attainment in basis points is worth, in hundredths of a point. It never falls when the attainment rises.
func (c Curve) Score(attainment int64) int64 {
	if len(c.Steps) > 0 {
		score := int64(0)
		for _, s := range c.Steps {
			if attainment >= s.From {
				score = s.Score
			}
		}
		return score
	}
	return min(max(Whole+roundDiv(c.Slope*(attainment-Whole), Whole), c.Floor), c.Cap)
}

// Mean is the mean of scores, rounded half up; ok is false where there is none.
func Mean(scores []int64) (score int64, ok bool) {
	if len(scores) == 0 {
		return 0, false
	}
	var sum int64
	for _, s := range scores {
		sum += s
	}
	return roundDiv(sum, int64(len(scores))), true
}
