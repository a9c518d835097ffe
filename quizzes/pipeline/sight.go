package pipeline

import "tongguan/quizzes/negotiation"

// Sight is what a rep may know of a run. What only the world knows reads as 0, so that no policy can cheat.
type Sight struct{ run *Run }

// Sight gives what the rep may know now.
func (r *Run) Sight() Sight { return Sight{r} }

// Now is the minute.
func (s Sight) Now() int64 { return int64(s.run.State.Now) }

// Accounts is how many there are.
func (s Sight) Accounts() int { return len(s.run.State.Accounts) }

// See gives a field of an account, 0 where the rep does not know it: the size of a deal is known once the account
// was screened, what a person thinks once they were met and shown something.
func (s Sight) See(a int, f Field) int64 {
	v := s.run.of(a)
	if !hidden[f] {
		return v[f]
	}
	if f == Size && v[Screened] != 0 || f >= Attitude0 && f <= Attitude3 && v[Presented] != 0 && v[Met]&(1<<(f-Attitude0)) != 0 {
		return v[f]
	}
	return 0
}

// Count is how often an act was done for an account.
func (s Sight) Count(a int, k ActKind) int { return int(s.run.State.Accounts[a].Counts[k]) }

// Can says whether an act is possible.
func (s Sight) Can(act Act) bool { return s.run.Can(act) == nil }

// Cheapest is the outcome that costs the company least of those that give the customer so much utility, in
// 1/64: by the customer's weights if the rep has prepared the negotiation, and by equal ones if not.
func (s Sight) Cheapest(a int, level int64) negotiation.Outcome {
	t := s.run.Territory
	row := t.cheapest[len(t.World.Segments)]
	if v := s.run.of(a); v[Prepared] != 0 {
		row = t.cheapest[v[Part]]
	}
	return row[min(reserves, max(0, level))]
}

// Cost is what an outcome costs the company, in basis points of the list price.
func (s Sight) Cost(o negotiation.Outcome) int64 { return s.run.Territory.cost[o] }

// Floor is the greatest cost, in basis points of the list price, at which the account's product keeps the margin
// that needs nobody's approval: ((10,000 − discount)·(1 − floor) − product's cost − other terms) ≥ 0.
func (s Sight) keepsFloor(a int, o negotiation.Outcome) bool {
	v, t := s.run.of(a), s.run.Territory
	if v[Matched] == 0 {
		return false
	}
	p := &t.World.Products[v[Matched]-1]
	price := 10_000 - t.terms[o][0]
	return (price-p.Cost*10-(t.cost[o]-t.terms[o][0]))*1000 >= price*p.Floor
}

// Counter is the customer's last offer; ok is false where there is none.
func (s Sight) Counter(a int) (o negotiation.Outcome, ok bool) {
	v := s.run.of(a)
	if v[Moves] == 0 || v[Moves]%2 != 0 {
		return 0, false
	}
	return negotiation.Outcome(v[Move0+Field(v[Moves]-1)]), true
}

// Best is the product that covers most of the needs that are known, the cheapest of several.
func (s Sight) Best(a int) int64 {
	return s.best(a, func(covered, _ int64, p *Product) int64 { return covered*10_000 - p.Cost })
}

// worthOfNeeds is how much of the list price it is worth to cover all needs instead of none, in thousandths: what
// the customer concedes, and stays for.
const worthOfNeeds = 250

// Wisest is the product that brings most when what it covers of the known needs is weighed against what it costs.
func (s Sight) Wisest(a int) int64 {
	return s.best(a, func(covered, known int64, p *Product) int64 { return worthOfNeeds*covered/max(1, known) - p.Cost })
}

func (s Sight) best(a int, worth func(covered, known int64, p *Product) int64) int64 {
	t, known := s.run.Territory, s.run.of(a)[Known]
	best, most := 0, int64(-1<<62)
	for p := range t.covers {
		if w := worth(popcount(t.covers[p]&known), popcount(known), &t.World.Products[p]); w > most {
			best, most = p, w
		}
	}
	return int64(best)
}
