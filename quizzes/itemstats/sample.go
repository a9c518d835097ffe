package itemstats

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// sample is values with how often each was seen.
type sample []weighted

type weighted struct{ value, times float64 }

func (s sample) with(h hist, scale float64) sample {
	for _, value := range slices.Sorted(maps.Keys(h)) {
		s = append(s, weighted{float64(value) * scale, float64(h[value])})
	}
	return s
}

func (s sample) sort() {
	slices.SortFunc(s, func(a, b weighted) int { return cmp.Compare(a.value, b.value) })
}

func (s sample) n() (n float64) {
	for _, x := range s {
		n += x.times
	}
	return n
}

func (s sample) mean() float64 {
	sum := 0.0
	for _, x := range s {
		sum += x.value * x.times
	}
	return sum / s.n()
}

// variance has n − 1 below.
func (s sample) variance() float64 {
	m, sum := s.mean(), 0.0
	for _, x := range s {
		sum += (x.value - m) * (x.value - m) * x.times
	}
	return sum / (s.n() - 1)
}

// sortedCovariance pairs the least with the least, up to the most with the most.
func sortedCovariance(xs, ys sample) float64 {
	mx, my, sum := xs.mean(), ys.mean(), 0.0
	for i, j, used, taken := 0, 0, 0.0, 0.0; i < len(xs) && j < len(ys); {
		n := min(xs[i].times-used, ys[j].times-taken)
		sum += n * (xs[i].value - mx) * (ys[j].value - my)
		if used += n; used == xs[i].times {
			i, used = i+1, 0
		}
		if taken += n; taken == ys[j].times {
			j, taken = j+1, 0
		}
	}
	return sum / (xs.n() - 1)
}

// at is the value at a place from 0 among all values in order.
func (s sample) at(place float64) float64 {
	for _, x := range s {
		if place < x.times {
			return x.value
		}
		place -= x.times
	}
	return math.NaN()
}
