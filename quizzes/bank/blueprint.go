package bank

import (
	"encoding/binary"
	"maps"
	"slices"
	"strings"
)

// parallelSeeds is how many papers are drawn to see that they are of equal difficulty.
const parallelSeeds = 300

// blueprint sees that every cell can be filled, that no question is on too many papers, and that papers are of equal
// expected difficulty.
func (l *linter) blueprint(s *Set) {
	if len(s.Blueprint) == 0 {
		if n := len(s.Questions); s.Exposure > 0 && n > 0 && s.Draw*100 > s.Exposure*n {
			l.at(0, "bank.exposure_all", "percent", s.Draw*100/n, "max", s.Exposure)
		}
		if s.Draw <= len(s.Questions) && !fillable(s.units(), s.Draw) {
			l.at(0, "bank.draw_case", "draw", s.Draw)
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
		case !slices.ContainsFunc(s.Questions, c.fits):
			l.at(0, "bank.cell_empty", "cell", i+1, "kind", c.kind())
			good = false
		case n < c.Take:
			l.at(0, "bank.cell_short", "cell", i+1, "kind", c.kind(), "take", c.Take, "n", n)
			good = false
		case !fillable(units, c.Take):
			l.at(0, "bank.cell_case", "cell", i+1, "kind", c.kind(), "take", c.Take)
			good = false
		case s.Exposure > 0 && c.Take*100 > s.Exposure*n:
			l.at(0, "bank.exposure", "cell", i+1, "percent", c.Take*100/n, "max", s.Exposure)
		}
	}
	if !good {
		return
	}
	low, high, times := s.sample()
	if high-low > 2*parallelWithin*100 {
		l.at(0, "bank.parallel", "low", low/100, "high", high/100)
	}
	for i, units := range s.cells() {
		for _, u := range units {
			switch q := u[0]; {
			case len(u) > s.Blueprint[i].Take:
				l.at(q.Line, "bank.case_large", "id", q.Case.ID, "n", len(u), "cell", i+1, "take", s.Blueprint[i].Take)
			case times[q.ID] == 0:
				l.at(q.Line, "bank.too_unlike", "id", q.ID, "expected", q.Expected())
			}
		}
	}
}

// kind says which questions a cell takes, as it stands in the file.
func (c Cell) kind() string {
	return strings.Join(slices.DeleteFunc([]string{c.Clause, c.Level, c.Pool}, func(s string) bool { return s == "" }), ", ")
}

// fillable says whether units of these sizes can always be taken, in whatever order they come and leaving out what is too
// large, until take is reached exactly. They cannot where d questions may be left to find while every unit of d or fewer
// is taken already, and larger ones make up the difference.
func fillable(units [][]*Question, take int) bool {
	largest := 1
	for _, u := range units {
		largest = max(largest, len(u))
	}
	for d := 1; d < largest; d++ {
		rest, larger := take-d, map[int]bool{0: true} // sums of larger units
		for _, u := range units {
			if len(u) <= d {
				rest -= len(u)
				continue
			}
			for _, sum := range slices.Collect(maps.Keys(larger)) {
				larger[sum+len(u)] = true
			}
		}
		if rest >= 0 && larger[rest] {
			return false
		}
	}
	return true
}

// Parallel draws many papers and gives the lowest and the highest expected score, in basis points.
func (s *Set) Parallel() (low, high int) {
	low, high, _ = s.sample()
	return low, high
}

// sample draws the papers that Parallel speaks of, and says how many of them each question is on.
func (s *Set) sample() (low, high int, times map[string]int) {
	times = map[string]int{}
	for n := range parallelSeeds {
		var seed [32]byte
		binary.LittleEndian.PutUint64(seed[:], uint64(n))
		paper := Draw(s, seed)
		sum := 0
		for _, i := range paper {
			times[i.Question]++
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
	return low, high, times
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
