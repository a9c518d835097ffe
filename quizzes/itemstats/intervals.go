package itemstats

import "math"

// intervals computes both intervals and raises the flags that they leave no doubt of.
func (i *Item) intervals(n, most float64) {
	if i.Facility != nil && i.SD != nil && n > 1 {
		i.FacilityInterval = facilityInterval(*i.Facility, *i.SD/most, n)
		switch {
		case i.FacilityInterval[0] > easy:
			i.Flags = append(i.Flags, TooEasy)
		case i.FacilityInterval[1] < hard:
			i.Flags = append(i.Flags, TooHard)
		}
		if i.Guess != nil && i.FacilityInterval[1] < *i.Guess {
			i.Flags = append(i.Flags, Guessing)
		}
	}
	if i.DiscriminationIndex == nil {
		return
	}
	interval := fisher(*i.DiscriminationIndex/100, n)
	if interval == nil {
		return
	}
	i.DiscriminationInterval = &[2]float64{100 * interval[0], 100 * interval[1]}
	switch top := i.DiscriminationInterval[1]; {
	case top < 0:
		i.Flags = append(i.Flags, Backward)
	case top < weak:
		i.Flags = append(i.Flags, Weak)
	}
}

// facilityInterval is Wilson's score interval. The interval by the standard error has no width where everybody has the same
// mark, so that three right answers would "prove" an item too easy; and near 0 and 1, where it matters, it covers far less than
// 95 %. Marks between nothing and all of an item vary less than rights and wrongs with the same mean, so for them the interval is
// rather too wide; narrowing it by the variance seen was tried and failed: near 1 a sample often shows none of it. Marks outside
// 0 … most (certainty) are no proportions: for a facility outside 0 … 1 the interval is by the standard error.
func facilityInterval(f, sd, n float64) *[2]float64 {
	if f < 0 || f > 1 {
		half := z95 * sd / math.Sqrt(n)
		return &[2]float64{f - half, f + half}
	}
	return wilson(f, n)
}

// wilson is the score interval of a share f of n (Wilson 1927).
func wilson(f, n float64) *[2]float64 {
	z2 := z95 * z95
	middle := (f + z2/(2*n)) / (1 + z2/n)
	half := z95 / (1 + z2/n) * math.Sqrt(f*(1-f)/n+z2/(4*n*n))
	return &[2]float64{max(0, middle-half), min(1, middle+half)}
}

// fisher is the interval of a correlation by Fisher's transformation; nil with fewer than four pairs.
func fisher(r, n float64) *[2]float64 {
	if n <= 3 {
		return nil
	}
	z, half := math.Atanh(max(-1+1e-12, min(1-1e-12, r))), z95/math.Sqrt(n-3)
	return &[2]float64{math.Tanh(z - half), math.Tanh(z + half)}
}
