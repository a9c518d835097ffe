package composite

import "slices"

// Given is what is known of one item when a record is computed.
type Given struct {
	Known   bool  `json:"known"`   // whether there is a figure, a review or a month at all
	Actual  int64 `json:"actual"`  // of an indicator, in its unit
	Target  int64 `json:"target"`  // of an indicator, in its unit; 0 where none was agreed
	Score   int64 `json:"score"`   // of everything else, hundredths of a point
	Before  int64 `json:"before"`  // the score of the same item in the person's last closed record
	Carries bool  `json:"carries"` // whether there is one
}

// Fate is what became of an item in the computation.
type Fate string

// The fates of an item.
const (
	Counted Fate = "counted"
	Dropped Fate = "dropped" // missing: the others weigh more
	Carried Fate = "carried" // missing: the score of the last closed record stands in
	Zeroed  Fate = "zeroed"  // missing: counts as nothing, because the cycle says so
)

// Line is one item of a computation.
type Line struct {
	Item       string `json:"item"`
	Kind       Kind   `json:"kind"`
	Weight     int64  `json:"weight"` // basis points
	Fate       Fate   `json:"fate"`
	Actual     int64  `json:"actual,omitempty"`     // of an indicator that counts, in its unit
	Target     int64  `json:"target,omitempty"`     // in its unit; 0 where it has none
	Attainment int64  `json:"attainment,omitempty"` // basis points
	Score      int64  `json:"score"`                // hundredths of a point; 0 where it was dropped
	Product    int64  `json:"product"`              // Weight × Score
}

// Part is the result of some of the lines: Sum / Weight.
type Part struct {
	Weight int64 `json:"weight"` // of the lines that were not dropped
	Sum    int64 `json:"sum"`    // of their products
	Score  int64 `json:"score"`  // hundredths of a point
	Some   bool  `json:"some"`   // whether any line counts; without, there is no score
}

// Adjustment is what a certificate did to the result.
type Adjustment struct {
	Programme string `json:"programme"`
	Effect    Effect `json:"effect"`
	Amount    int64  `json:"amount,omitempty"` // of a bonus or a cap, hundredths of a point
	Before    int64  `json:"before"`           // the result before it
	After     int64  `json:"after"`
}

// Result is a whole computation. From Lines and Adjustments it can be done again by hand.
type Result struct {
	Lines        []Line       `json:"lines"`
	Quantitative Part         `json:"quantitative"` // of the indicators (3.2.3.1)
	Qualitative  Part         `json:"qualitative"`  // of the reviews (3.2.3.2)
	All          Part         `json:"all"`
	Enough       bool         `json:"enough"` // whether enough of the weight is known for a result
	Adjustments  []Adjustment `json:"adjustments"`
	Score        int64        `json:"score"` // the result, hundredths of a point; 0 where not Enough
	Band         string       `json:"band"`  // id, "" where not Enough
}

// Holding is how somebody stands with the certificate of a programme when the cycle ends.
type Holding string

// The holdings. Days of grace count as held, since the certificate can still be renewed.
const (
	Never  Holding = "never"
	Lapsed Holding = "lapsed" // expired, suspended or revoked
	Held   Holding = "held"
)

// Compute gives the result of a record:
//
//	composite = Σ weight × score / Σ weight, over the items that count
//
// and then, for the certificates that the role's rules name, bonuses are added (together at most MaxBonus, the result
// at most MaxScore), and after them caps are applied, the lowest deciding. What is missing is never silently zero: the
// scheme's Missing says what becomes of it, and the line shows it. Where less than Least of the weight is known there is
// no result, and a person has to decide. given is by item, held by programme; roles are the person's.
func Compute(s *Scheme, given map[string]Given, held map[string]Holding, roles []string) Result {
	r := Result{}
	var known int64
	for _, item := range s.Items {
		l := line(s, item, given[item.ID])
		r.Lines = append(r.Lines, l)
		if l.Fate == Counted || l.Fate == Carried {
			known += l.Weight
		}
	}
	r.Quantitative = part(r.Lines, func(l Line) bool { return l.Kind == OfIndicator })
	r.Qualitative = part(r.Lines, func(l Line) bool { return l.Kind == OfReviews })
	r.All = part(r.Lines, func(Line) bool { return true })
	if r.Enough = r.All.Some && known >= s.Least; r.Enough {
		r.Adjustments = adjust(s, r.All.Score, held, roles)
		r.Score = r.All.Score
		if n := len(r.Adjustments); n > 0 {
			r.Score = r.Adjustments[n-1].After
		}
		r.Band = s.Band(r.Score).ID
	}
	return r
}

func line(s *Scheme, item Item, g Given) Line {
	l := Line{Item: item.ID, Kind: item.Kind, Weight: item.Weight, Target: g.Target, Fate: Counted, Score: g.Score}
	known := g.Known
	if item.Kind == OfIndicator && known {
		l.Actual = g.Actual
		if l.Attainment, known = Attainment(g.Actual, g.Target, item.Less); known {
			l.Score = item.Curve.Score(l.Attainment)
		}
	}
	if !known {
		l.Score = 0
		switch {
		case s.Missing == Zero:
			l.Fate = Zeroed
		case s.Missing == Carry && g.Carries:
			l.Fate, l.Score = Carried, g.Before
		default:
			l.Fate = Dropped // also where there is nothing to carry
		}
	}
	l.Score = min(max(l.Score, 0), MaxScore)
	l.Product = l.Weight * l.Score
	return l
}

// part sums the lines that belong to it.
func part(lines []Line, belongs func(Line) bool) Part {
	p := Part{}
	for _, l := range lines {
		if belongs(l) && l.Fate != Dropped {
			p.Weight, p.Sum, p.Some = p.Weight+l.Weight, p.Sum+l.Product, true
		}
	}
	if p.Some {
		p.Score = roundDiv(p.Sum, p.Weight)
	}
	return p
}

// adjust gives what the rules do to a score, in the order in which they do it: bonuses, warnings and flags, caps.
func adjust(s *Scheme, score int64, held map[string]Holding, roles []string) (out []Adjustment) {
	add := func(programme string, e Effect, amount, after int64) {
		out = append(out, Adjustment{programme, e, amount, score, after})
		score = after
	}
	left := s.MaxBonus
	var caps []Rule
	for _, r := range s.Rules {
		if len(r.Roles) > 0 && !slices.ContainsFunc(r.Roles, func(role string) bool { return slices.Contains(roles, role) }) {
			continue
		}
		has := held[r.Programme]
		if r.Bonus > 0 && has == Held {
			b := min(r.Bonus, left)
			left -= b
			add(r.Programme, Bonus, b, min(score+b, MaxScore))
		}
		if r.Warn && has == Lapsed {
			add(r.Programme, Warn, 0, score)
		}
		if r.Flag && has != Held {
			add(r.Programme, Flag, 0, score)
		}
		if r.HasCap && has != Held {
			caps = append(caps, r)
		}
	}
	for _, r := range caps {
		add(r.Programme, Cap, r.Cap, min(score, r.Cap))
	}
	return out
}
