package negotiation

// An Aim says which utility a side demands with its next offer. What is below the reservation value or above
// the side's best is brought between the two by Tactic.
type Aim interface {
	Aim(v View) Utility
}

// Tactic is a negotiator made of three parts (the BOA framework, Baarslag 2014): what to demand, when to accept,
// and, where several outcomes meet the demand, what the other side would like best.
type Tactic struct {
	Bid    Aim
	Accept Acceptance
	Model  Model // nil: the outcome nearest to the demand is offered
	// Band is how far above the demand an outcome may lie for Model to choose it.
	Band Utility
}

// Move makes the next offer, accepts the last one, or, where no offer is left, walks away.
func (t *Tactic) Move(v View) Move {
	if t.Model != nil {
		t.Model.Learn(v)
	}
	own := Point{Outcome: -1}
	if v.Table.Best(v.Side) < v.Table.Reserve[v.Side] {
		return Move{Kind: Leave} // nothing on this table is better than no agreement
	}
	if v.Round() < v.Rounds {
		own = v.Table.Point(t.next(v))
	}
	if n := v.Received(); n > 0 && t.Accept.Accepts(v, v.Theirs(n-1), own) {
		return Move{Kind: Accept}
	}
	if own.Outcome < 0 {
		return Move{Kind: Leave}
	}
	return Move{Kind: Offer, Outcome: own.Outcome}
}

// next is the outcome to offer.
func (t *Tactic) next(v View) Outcome {
	if b, ok := t.Bid.(bidder); ok {
		return b.bid(v)
	}
	demand := v.clamp(t.Bid.Aim(v))
	if t.Model == nil {
		return v.nearest(demand)
	}
	from, to := v.Table.within(v.Side, demand, demand+t.Band)
	if from >= to {
		return v.nearest(demand)
	}
	best, liked := v.Table.Ranked(v.Side, to-1), -1.0
	for rank := to - 1; rank >= max(from, to-most); rank-- { // from the demand upwards
		if o := v.Table.Ranked(v.Side, rank); t.Model.Estimate(o) > liked {
			best, liked = o, t.Model.Estimate(o)
		}
	}
	return best
}

// most is how many outcomes a model looks at for one offer.
const most = 2000

// bidder is an aim that names the outcome itself.
type bidder interface{ bid(v View) Outcome }

// clamp brings a demand between the side's reservation value and its best.
func (v View) clamp(u Utility) Utility {
	return min(max(u, v.Table.Reserve[v.Side]), v.Table.Best(v.Side))
}

// nearest is the outcome of the least utility that meets the demand, the first in order of several.
func (v View) nearest(demand Utility) Outcome {
	_, to := v.Table.within(v.Side, demand, One+One)
	if to == 0 {
		return v.Table.Ranked(v.Side, 0)
	}
	from, _ := v.Table.within(v.Side, v.Table.worth[v.Side][to-1], v.Table.worth[v.Side][to-1])
	return v.Table.Ranked(v.Side, from)
}

// TimeDependent concedes with time (Faratin, Sierra and Jennings 1998): its demand falls from the side's best to
// its reservation value as time to the power 1/Exponent. Below 1 it is Boulware and concedes late, 1 is linear,
// above 1 it is a conceder. Opening is the share of the way at which it begins, 0 to 1.
type TimeDependent struct {
	Exponent float64
	Opening  float64
}

// Aim is best − (best − reserve)·(Opening + (1 − Opening)·t^(1/Exponent)).
func (t TimeDependent) Aim(v View) Utility {
	conceded := t.Opening + float64((1-t.Opening)*power(v.Time(), 1/t.Exponent))
	best := v.Table.Best(v.Side)
	return best - share(best-v.Table.Reserve[v.Side], conceded)
}

// share is a part of a utility, rounded down.
func share(u Utility, part float64) Utility { return Utility(float64(float64(u) * part)) }

// HardLiner demands its best to the end.
type HardLiner struct{}

// Aim is the side's best.
func (HardLiner) Aim(v View) Utility { return v.Table.Best(v.Side) }

// Imitation is how TitForTat answers.
type Imitation int

// The imitative tactics of Faratin, Sierra and Jennings 1998, measured in the own utility of the other's offers.
const (
	Relative  Imitation = iota // in proportion: their last step up by a tenth, ours down by a tenth
	Absolute                   // by the same amount
	Averaging                  // in proportion to their steps over a window
)

// TitForTat concedes as the other side conceded. Until that can be seen it demands its best. Window is how many
// of the other's steps it looks back: for Relative and Absolute to one step so long ago, for Averaging over all
// of them together; 0 counts as 1.
type TitForTat struct {
	How    Imitation
	Window int
}

// Aim follows the other side's steps from the own last offer.
func (t TitForTat) Aim(v View) Utility {
	w, n, mine := max(1, t.Window), v.Received(), v.Round()
	if mine == 0 || n < w+1 {
		return v.Table.Best(v.Side)
	}
	last := v.worth(v.Mine(mine - 1))
	before, after := v.worth(v.Theirs(n-w-1)), v.worth(v.Theirs(n-w))
	if t.How == Averaging {
		after = v.worth(v.Theirs(n - 1))
	}
	if t.How == Absolute {
		return last - (after - before)
	}
	if after == 0 {
		return last
	}
	return Utility(scale(last, int64(before), after))
}

// Mixture demands the weighted mean of several demands. Weights are integers and need not add up to anything.
type Mixture []Part

// Part is one aim of a mixture.
type Part struct {
	Aim    Aim
	Weight int
}

// Aim is the weighted mean, rounded down.
func (m Mixture) Aim(v View) Utility {
	var sum wideSum
	total := 0
	for _, p := range m {
		sum += wideSum(v.clamp(p.Aim.Aim(v))) * wideSum(p.Weight)
		total += p.Weight
	}
	if total <= 0 {
		return v.Table.Best(v.Side)
	}
	return Utility(sum / wideSum(total))
}

// wideSum holds utilities times small weights: below 10¹² · 10⁶.
type wideSum int64

// Random offers any rational outcome, as a trader without any intelligence would (Gode and Sunder 1993): the floor
// against which tactics are measured. Which one depends on the seed, the side and the round alone.
type Random struct{ Seed uint64 }

// Aim is the utility of the offer that bid names.
func (r Random) Aim(v View) Utility { return v.worth(r.bid(v)) }

func (r Random) bid(v View) Outcome {
	_, rational := v.Table.within(v.Side, v.Table.Reserve[v.Side], One+One)
	draw := scatter(scatter(r.Seed+uint64(v.Side)) + uint64(v.Round()))
	return v.Table.Ranked(v.Side, int(draw%uint64(max(1, rational))))
}

// scatter is the finaliser of SplitMix64 (Steele, Lea and Flood 2014).
func scatter(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// MiCRO concedes one outcome of its own ranking whenever the other side has made as many different offers as it
// has itself, and otherwise repeats an earlier offer (de Jonge 2022). It never goes below its reservation value.
// The repeated offers come in turn instead of by chance, so that a session can be replayed. It remembers what it
// has counted of a session; one MiCRO serves one side of one session after another, not two at a time.
type MiCRO struct {
	seen   map[Outcome]struct{} // the other side's different offers
	read   int                  // how many of the other's offers are counted
	mine   int                  // own different offers: the ranks 0 to mine-1
	made   int                  // how many own offers are counted
	latest *Table
}

// Aim is the utility of the offer that bid names.
func (m *MiCRO) Aim(v View) Utility { return v.worth(m.bid(v)) }

func (m *MiCRO) bid(v View) Outcome {
	m.count(v)
	if m.concedes(v) {
		return v.Table.Ranked(v.Side, m.mine)
	}
	return v.Table.Ranked(v.Side, v.Round()%m.mine)
}

// concedes says whether the next offer is a new one.
func (m *MiCRO) concedes(v View) bool {
	return m.mine == 0 || m.mine <= len(m.seen) && m.mine < v.Table.size &&
		v.Table.worth[v.Side][m.mine] >= v.Table.Reserve[v.Side]
}

// count takes in what was offered since it was asked last.
func (m *MiCRO) count(v View) {
	if m.latest != v.Table || m.read > v.Received() || m.made > v.Round() {
		*m = MiCRO{seen: map[Outcome]struct{}{}, latest: v.Table}
	}
	for ; m.read < v.Received(); m.read++ {
		m.seen[v.Theirs(m.read)] = struct{}{}
	}
	for ; m.made < v.Round(); m.made++ {
		if m.mine < v.Table.size && v.Mine(m.made) == v.Table.Ranked(v.Side, m.mine) {
			m.mine++
		}
	}
}

// Accepts takes what is at least as good as the worst that it has offered or would offer now.
func (m *MiCRO) Accepts(v View, offered Outcome, own Point) bool {
	u, may, must := decent(v, offered, own)
	m.count(v)
	rank := m.mine
	if !m.concedes(v) {
		rank--
	}
	return must || may && u >= v.Table.worth[v.Side][rank]
}
