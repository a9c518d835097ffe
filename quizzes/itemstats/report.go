package itemstats

import (
	"maps"
	"math"
	"slices"
)

// About is what sums do not know of an item.
type About struct {
	Item    string
	Max     int64    // most units; 0 for one whole mark
	Guess   *float64 // facility that answering at random comes to; nil where nobody can say
	Options []Option // in the order in which they are to be listed; none where options are not counted
}

// Option is an option of an item, or Blank.
type Option struct {
	ID    string
	Right bool
}

// Choice is how one option of an item performs. Correlation is the point-biserial one of choosing it with the rest of the
// paper, its interval by Fisher's transformation; the share's is Wilson's.
type Choice struct {
	Option              string      `json:"option"`
	Right               bool        `json:"right"`
	Chosen              int         `json:"chosen"`
	Share               *float64    `json:"share"`
	ShareInterval       *[2]float64 `json:"share_interval"`
	RestMean            *float64    `json:"rest_mean"` // of those who chose it
	RestSD              *float64    `json:"rest_sd"`
	Correlation         *float64    `json:"correlation"`
	CorrelationInterval *[2]float64 `json:"correlation_interval"`
	Flags               []Flag      `json:"flags"`
}

// Report computes what Analyse computes of the full table, and the figures of the options. Items come in the order of about,
// the others after them by name; one that nobody had yet has 0 answers.
//
// The coefficient of internal consistency is the classical one where every attempt had the same items. Where items were drawn
// at random, what stands at a place of the paper is exchangeable under the shuffle, so each of the p slots has the variance v
// of all marks pooled: CIC = 100·p/(p−1)·(1 − p·v ÷ var T), with v = Σ(x − x̄)²/(N − 1) over all N = n·p marks. Papers of
// another length than the commonest are left out of it: a length has a coefficient of its own.
func (s *Sums) Report(about ...About) Report {
	length := s.commonest()
	r := Report{Attempts: int(s.Attempts()), ItemsPerPaper: length, Items: []Item{}}
	var totals sample
	for _, p := range slices.Sorted(maps.Keys(s.forms)) {
		totals = totals.with(s.forms[p].totals, s.scale(length, p))
	}
	totals.sort()
	r.totalsOf(totals)
	known := s.known(about)
	parts := make([]part, len(known))
	for i, a := range known {
		parts[i] = s.part(a, length)
		r.Items = append(r.Items, parts[i].item(a, r.Attempts))
	}
	if f := s.forms[length]; f != nil {
		r.Slots = !f.same(length)
		s.consistency(&r, f, length)
	}
	r.shares(parts)
	return r
}

// commonest is the length of most papers, the longest of several; 0 where there are none.
func (s *Sums) commonest() (length int) {
	most := int64(0)
	for p, f := range s.forms {
		if n := f.attempts(); n > most || n == most && p > length {
			length, most = p, n
		}
	}
	return length
}

// scale is a unit of a total of p items in marks of one of the given length.
func (s *Sums) scale(length, p int) float64 {
	if length == p {
		return 1 / float64(s.unit)
	}
	return float64(length) / float64(p) / float64(s.unit)
}

// known is about with every item of the sums in it.
func (s *Sums) known(about []About) []About {
	out, seen := slices.Clone(about), map[string]bool{}
	for i, a := range out {
		if seen[a.Item] = true; a.Max == 0 {
			out[i].Max = s.unit
		}
	}
	more := map[string]bool{}
	for _, f := range s.forms {
		for item := range f.items {
			more[item] = !seen[item]
		}
	}
	for _, item := range slices.Sorted(maps.Keys(more)) {
		if more[item] {
			out = append(out, About{Item: item, Max: s.unit})
		}
	}
	return out
}

// same says whether every attempt had the same items.
func (f *form) same(length int) bool {
	n := f.attempts()
	for _, c := range f.items {
		if c.x.size() != n {
			return false
		}
	}
	return len(f.items) == length
}

// size is how many values a histogram counts.
func (h hist) size() (n int64) {
	for _, times := range h {
		n += times
	}
	return n
}

// consistency takes the variances of the items, or that of the pooled marks for every slot.
func (s *Sums) consistency(r *Report, f *form, length int) {
	totals := sample{}.with(f.totals, 1/float64(s.unit))
	variances := 0.0
	if r.Slots {
		pooled := hist{}
		for _, c := range f.items {
			pooled.merge(c.x)
		}
		variances = float64(length) * sample{}.with(pooled, 1/float64(s.unit)).variance()
	} else {
		for _, item := range slices.Sorted(maps.Keys(f.items)) {
			variances += sample{}.with(f.items[item].x, 1/float64(s.unit)).variance()
		}
	}
	r.cic(variances, totals.variance(), float64(length))
}

// shares fills in the weights: intended are shares of all marks that could be had, effective of √cov(x, T), each item counted
// as often as it stood on a paper. With the same items for everybody these are Analyse's weights.
func (r *Report) shares(parts []part) {
	marks, roots := 0.0, 0.0
	for _, p := range parts {
		marks += p.n() * p.max
		if root := math.Sqrt(p.xo + p.vx); !math.IsNaN(root) {
			roots += p.n() * root
		}
	}
	for i, p := range parts {
		if p.n() > 0 {
			r.Items[i].IntendedWeight = defined(100 * p.n() * p.max / marks)
			r.Items[i].EffectiveWeight = defined(100 * p.n() * math.Sqrt(p.xo+p.vx) / roots)
		}
	}
}

// part is one item in marks, with the rest on the scale of the commonest paper.
type part struct {
	x, rest    sample
	max        float64
	vx, vo, xo float64 // variances, and the covariance of x and o
	restSum    float64 // Σ o
	options    map[string][3]float64
}

func (p part) n() float64 { return p.x.n() }

func (s *Sums) part(a About, length int) part {
	p := part{max: float64(a.Max) / float64(s.unit), options: map[string][3]float64{}}
	sxo, unit := 0.0, 1/float64(s.unit)
	for _, l := range slices.Sorted(maps.Keys(s.forms)) {
		c := s.forms[l].items[a.Item]
		if c == nil {
			continue
		}
		scale := unit
		if l > 1 && l != length {
			scale *= float64(length-1) / float64(l-1)
		}
		p.x, p.rest = p.x.with(c.x, unit), p.rest.with(c.o, scale)
		sxo += float64(c.xo) * unit * scale
		for name, k := range c.options {
			sum := p.options[name]
			p.options[name] = [3]float64{sum[0] + float64(k.n), sum[1] + float64(k.o)*scale, sum[2] + float64(k.oo)*scale*scale}
		}
	}
	p.x.sort()
	p.rest.sort()
	n := p.n()
	sx, so := p.x.mean()*n, p.rest.mean()*n
	p.vx, p.vo, p.xo = p.x.variance(), p.rest.variance(), (sxo-sx*so/n)/(n-1)
	if p.vx == 0 || p.vo == 0 {
		p.xo = 0 // and not what rounding leaves of it
	}
	p.restSum = so
	return p
}

// item computes the figures of an item.
func (p part) item(a About, attempts int) Item {
	n := p.n()
	out := Item{Item: a.Item, Answers: int(n), Guess: a.Guess, Exposure: defined(n / float64(attempts)), Flags: []Flag{}}
	if n > 0 {
		out.Facility, out.SD, out.RestMean = defined(p.x.mean()/p.max), defined(math.Sqrt(p.vx)), defined(p.rest.mean())
		out.DiscriminationIndex = defined(100 * p.xo / math.Sqrt(p.vx*p.vo))
		out.DiscriminativeEfficiency = defined(100 * p.xo / sortedCovariance(p.x, p.rest))
		out.intervals(n, p.max)
	}
	for _, o := range a.Options {
		out.Choices = append(out.Choices, p.choice(o))
	}
	return out
}

// choice computes the figures of an option.
func (p part) choice(o Option) Choice {
	k, n := p.options[o.ID], p.n()
	out := Choice{Option: o.ID, Right: o.Right, Chosen: int(k[0]), Share: defined(k[0] / n), Flags: []Flag{}}
	if n == 0 {
		return out
	}
	out.ShareInterval = wilson(k[0]/n, n)
	if k[0] > 0 {
		out.RestMean = defined(k[1] / k[0])
	}
	if v := (k[2] - k[1]*k[1]/k[0]) / (k[0] - 1); k[0] > 1 {
		out.RestSD = defined(math.Sqrt(max(0, v))) // rounding may leave it below 0
	}
	variance, covariance := (k[0]-k[0]*k[0]/n)/(n-1), (k[1]-k[0]*p.restSum/n)/(n-1)
	if out.Correlation = defined(covariance / math.Sqrt(variance*p.vo)); out.Correlation != nil {
		out.CorrelationInterval = fisher(*out.Correlation, n)
	}
	if o.Right || o.ID == Blank {
		return out
	}
	if out.CorrelationInterval != nil && out.CorrelationInterval[0] > 0 {
		out.Flags = append(out.Flags, Misleads)
	}
	if out.ShareInterval[1] < few {
		out.Flags = append(out.Flags, Unused)
	}
	return out
}

// totalsOf describes the distribution of the totals, which are in order.
func (r *Report) totalsOf(totals sample) {
	n := totals.n()
	if n == 0 {
		return
	}
	m := totals.mean()
	var m2, m3, m4 float64
	for _, t := range totals {
		d := t.value - m
		m2, m3, m4 = m2+d*d*t.times/n, m3+d*d*d*t.times/n, m4+d*d*d*d*t.times/n
	}
	half := math.Floor(n / 2)
	median := totals.at(half)
	if math.Mod(n, 2) == 0 {
		median = (totals.at(half-1) + median) / 2
	}
	r.moments(n, m, median, [3]float64{m2, m3, m4})
}
