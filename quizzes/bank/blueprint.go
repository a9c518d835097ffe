package bank

import (
	"encoding/binary"
	"slices"
)

// parallelSeeds is how many papers are drawn to see that they are of equal difficulty.
const parallelSeeds = 300

// blueprint sees that every cell can be filled, that no question is on too many papers, and that papers are of equal
// expected difficulty.
func (l *linter) blueprint(s *Set) {
	if len(s.Blueprint) == 0 {
		if n := len(s.Questions); s.Exposure > 0 && n > 0 && s.Draw*100 > s.Exposure*n {
			l.at(0, "bank.exposure", "cell", "–", "percent", s.Draw*100/n, "max", s.Exposure)
		}
		return
	}
	good := true
	for i, units := range s.cells() {
		c, n := s.Blueprint[i], 0
		for _, u := range units {
			n += len(u)
		}
		switch {
		case c.Take < 1 || c.Level != "" && !slices.Contains(levels, c.Level):
			l.at(0, "bank.cell_form", "cell", i+1)
			good = false
		case n < c.Take || !fillable(units, c.Take):
			l.at(0, "bank.cell_short", "cell", i+1, "take", c.Take, "n", n)
			good = false
		case s.Exposure > 0 && c.Take*100 > s.Exposure*n:
			l.at(0, "bank.exposure", "cell", i+1, "percent", c.Take*100/n, "max", s.Exposure)
		}
	}
	if low, high := s.Parallel(); good && high-low > 2*parallelWithin*100 {
		l.at(0, "bank.parallel", "low", low/100, "high", high/100)
	}
}

// fillable says whether units of these sizes can always be taken, in whatever order they come, until take is reached
// exactly: there are single questions enough to fill what cases leave over.
func fillable(units [][]*Question, take int) bool {
	singles, largest := 0, 1
	for _, u := range units {
		if len(u) == 1 {
			singles++
		}
		largest = max(largest, len(u))
	}
	return largest == 1 || singles >= min(take, largest-1) || len(units) == 1 && len(units[0]) == take
}

// Parallel draws many papers and gives the lowest and the highest expected score, in basis points.
func (s *Set) Parallel() (low, high int) {
	for n := range parallelSeeds {
		var seed [32]byte
		binary.LittleEndian.PutUint64(seed[:], uint64(n))
		paper := Draw(s, seed)
		sum := 0
		for _, i := range paper {
			if q := s.byID[i.Question]; q != nil {
				sum += q.Expected()
			}
		}
		if len(paper) == 0 {
			continue
		}
		bp := sum * 100 / len(paper)
		if n == 0 {
			low, high = bp, bp
		}
		low, high = min(low, bp), max(high, bp)
	}
	return low, high
}

// Shares gives, for each question, the part of all papers that it is on in per cent, as the blueprint has it.
func (s *Set) Shares() map[string]int {
	out := map[string]int{}
	share := func(units [][]*Question, take int) {
		n := 0
		for _, u := range units {
			n += len(u)
		}
		for _, u := range units {
			for _, q := range u {
				out[q.ID] = take * 100 / max(1, n)
			}
		}
	}
	if len(s.Blueprint) == 0 {
		share(s.units(), s.Draw)
		return out
	}
	for i, units := range s.cells() {
		share(units, s.Blueprint[i].Take)
	}
	return out
}
