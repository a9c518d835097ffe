package negotiation

import (
	"cmp"
	"math/bits"
	"slices"
)

// sieve is into how many strips the frontier's first pass cuts the utilities of A.
const sieve = 4096

// frontier gives every outcome that none dominates: no other is at least as good for both and better for one.
//
// A first pass keeps, for every strip of A's utility, the greatest utility for B; an outcome below the greatest
// of a strip further up is dominated for certain and is never kept. What passes is sorted and swept once. The
// cost is one sort of the survivors, at worst (where the sum is constant, say) of all outcomes.
func frontier(d *Domain) []Point {
	var best [sieve + 1]Utility
	for i := range best {
		best[i] = -1
	}
	d.each(func(p Point) { s := strip(p.U[A]); best[s] = max(best[s], p.U[B]) })
	for s := sieve - 1; s >= 0; s-- {
		best[s] = max(best[s], best[s+1])
	}
	var kept []Point
	d.each(func(p Point) {
		if s := strip(p.U[A]); s == sieve || p.U[B] > best[s+1] {
			kept = append(kept, p)
		}
	})
	slices.SortFunc(kept, func(p, q Point) int {
		return cmp.Or(cmp.Compare(q.U[A], p.U[A]), cmp.Compare(q.U[B], p.U[B]), cmp.Compare(p.Outcome, q.Outcome))
	})
	return slices.Clip(sweep(kept))
}

// sweep keeps, of points by falling utility for A, then for B, those that none dominates. Points that are alike
// for both dominate each other not, and all stay.
func sweep(points []Point) []Point {
	out := points[:0]
	for _, p := range points {
		if n := len(out); n == 0 || p.U[B] > out[n-1].U[B] || p.U == out[n-1].U {
			out = append(out, p)
		}
	}
	return out
}

func strip(u Utility) int { return int(min(max(u, 0)/(One/sieve), sieve)) }

// scale is u·money/worth, rounded to the nearest, without overflow on the way; money and worth are positive.
func scale(u Utility, money int64, worth Utility) int64 {
	if u <= 0 || money <= 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(u), uint64(money))
	lo, carry := bits.Add64(lo, uint64(worth)/2, 0)
	hi += carry
	if hi >= uint64(worth) {
		return 1<<63 - 1 // more than can be counted
	}
	q, _ := bits.Div64(hi, lo, uint64(worth))
	return int64(min(q, 1<<63-1))
}
