package negotiation

// Step is the class of an offer against the same side's offer before it (Hindriks, Jonker and Tykhonov 2007).
type Step string

// The classes of steps; own and other are the changes of the two utilities.
const (
	Opening     Step = "opening"     // a side's first offer
	Concession  Step = "concession"  // own falls, other does not
	Selfish     Step = "selfish"     // own rises, other does not
	Nice        Step = "nice"        // own stays, other rises
	Fortunate   Step = "fortunate"   // both rise
	Unfortunate Step = "unfortunate" // own does not rise, other falls
	Silent      Step = "silent"      // both stay
)

// Classify names a step by what it changes for the side that makes it and for the other.
func Classify(own, other Utility) Step {
	switch {
	case own == 0 && other == 0:
		return Silent
	case own > 0 && other > 0:
		return Fortunate
	case own > 0:
		return Selfish
	case own == 0 && other > 0:
		return Nice
	case own < 0 && other >= 0:
		return Concession
	default:
		return Unfortunate
	}
}

// OfferStep is one offer of a session as an analyst sees it.
type OfferStep struct {
	Side    Side
	Outcome Outcome
	U       [2]Utility
	Step    Step
	Given   Utility // how much own utility was given up since the side's offer before; below 0 taken back
	Gained  Utility // how much the other side gained by it
}

// Conduct is how one side negotiated.
type Conduct struct {
	Offers     int
	Steps      map[Step]int
	Conceded   Utility // all own utility given up in steps down; taking back is not subtracted
	Largest    Utility // the largest single step down
	Answered   int     // steps down that came right after the other side had stepped down
	Unanswered int     // the most steps down in a row without one of the other side in between
	// Revealed is how well the other side could know this side's preferences from its offers: Spearman's rank
	// correlation of the frequency model's estimate with the truth, −1 to 1.
	Revealed float64
}

// Review is the analysis of a session.
type Review struct {
	Offers  []OfferStep
	Conduct [2]Conduct
	// Anchor says how near the agreement lies to A's first offer on A's scale: 1 at A's own first offer, 0 at B's.
	// HasAnchor is false without an agreement or where both first offers are worth the same to A.
	Anchor    float64
	HasAnchor bool
	// Reciprocity is the share of all steps down that answered one of the other side, 0 to 1.
	Reciprocity float64
}

// Review classes every offer and sums up how both sides negotiated.
func (s *Session) Review() Review {
	r := Review{Conduct: [2]Conduct{{Steps: map[Step]int{}}, {Steps: map[Step]int{}}}}
	var last [2]*OfferStep
	var row [2]int // steps down since the other side's last one
	for i, m := range s.Moves {
		if m.Kind != Offer {
			continue
		}
		side := Side(i % 2)
		step := OfferStep{Side: side, Outcome: m.Outcome, U: s.Table.Point(m.Outcome).U, Step: Opening}
		c := &r.Conduct[side]
		if before := last[side]; before != nil {
			step.Given, step.Gained = before.U[side]-step.U[side], step.U[side.Other()]-before.U[side.Other()]
			step.Step = Classify(-step.Given, step.Gained)
			if step.Given > 0 {
				c.Conceded, c.Largest = c.Conceded+step.Given, max(c.Largest, step.Given)
				if answers := last[side.Other()]; answers != nil && answers.Given > 0 {
					c.Answered++
				}
				row[side], row[side.Other()] = row[side]+1, 0
				c.Unanswered = max(c.Unanswered, row[side])
			}
		}
		c.Offers++
		c.Steps[step.Step]++
		r.Offers = append(r.Offers, step)
		last[side] = &r.Offers[len(r.Offers)-1]
	}
	r.sum(s)
	return r
}

func (r *Review) sum(s *Session) {
	down, answered := 0, 0
	for side := range r.Conduct {
		c := &r.Conduct[side]
		answered += c.Answered
		if c.Offers > 0 {
			c.Revealed = s.revealed(Side(side))
		}
	}
	for _, o := range r.Offers {
		if o.Given > 0 {
			down++
		}
	}
	if down > 0 {
		r.Reciprocity = float64(answered) / float64(down)
	}
	if s.End != Agreed || len(r.Offers) < 2 {
		return
	}
	first, second := r.Offers[0].U[A], r.Offers[1].U[A]
	if first != second {
		r.Anchor, r.HasAnchor = float64(s.Table.Utility(A, s.Result)-second)/float64(first-second), true
	}
}

// revealed measures the frequency model on one side's offers.
func (s *Session) revealed(side Side) float64 {
	var m Frequency
	m.Learn(View{Table: s.Table, Side: side.Other(), Rounds: s.Rounds, moves: s.offers()})
	return Measure(s.Table, side, &m).Spearman
}

// offers are the moves without an ending.
func (s *Session) offers() []Move {
	if n := len(s.Moves); n > 0 && s.Moves[n-1].Kind != Offer {
		return s.Moves[:n-1]
	}
	return s.Moves
}
