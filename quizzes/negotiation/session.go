package negotiation

import (
	"cmp"
	"slices"
)

// MaxRounds is how many offers a session may let each side make.
const MaxRounds = 100_000

// Table is a domain made ready to be played on: every outcome in the order of its worth to each side. It may be
// shared by any number of sessions at a time.
type Table struct {
	*Domain
	order [2][]int32   // outcomes by falling utility for the side, equals in order
	worth [2][]Utility // their utilities
}

// NewTable prepares a domain, at 24 bytes an outcome.
func NewTable(d *Domain) *Table {
	t := &Table{Domain: d}
	points := make([]Point, 0, d.size)
	d.each(func(p Point) { points = append(points, p) })
	for s := range t.order {
		slices.SortFunc(points, func(p, q Point) int {
			return cmp.Or(cmp.Compare(q.U[s], p.U[s]), cmp.Compare(p.Outcome, q.Outcome))
		})
		t.order[s], t.worth[s] = make([]int32, d.size), make([]Utility, d.size)
		for i, p := range points {
			t.order[s][i], t.worth[s][i] = int32(p.Outcome), p.U[s]
		}
	}
	return t
}

// Reserved is the same table with other reservation values; it shares all but these.
func (t *Table) Reserved(a, b Utility) *Table {
	d := *t.Domain
	d.Reserve = [2]Utility{a, b}
	return &Table{&d, t.order, t.worth}
}

// Best is the side's best utility.
func (t *Table) Best(s Side) Utility { return t.worth[s][0] }

// Ranked is the outcome at a rank of the side, 0 for its best.
func (t *Table) Ranked(s Side, rank int) Outcome { return Outcome(t.order[s][rank]) }

// within gives the first and last rank (exclusive) of the outcomes whose worth to the side lies between low and high.
func (t *Table) within(s Side, low, high Utility) (from, to int) {
	from, _ = slices.BinarySearchFunc(t.worth[s], high, func(u, h Utility) int {
		if u > h {
			return -1
		}
		return 1
	})
	to, _ = slices.BinarySearchFunc(t.worth[s], low, func(u, l Utility) int {
		if u >= l {
			return -1
		}
		return 1
	})
	return from, to
}

// Kind is what a side does when it is its turn.
type Kind int

// What a side can do.
const (
	Offer Kind = iota
	Accept
	Leave
)

// Move is one act of one side. Accept means the other side's last offer.
type Move struct {
	Kind    Kind
	Outcome Outcome // of an offer
}

// End is how a session ended.
type End int

// How a session can end.
const (
	Going    End = iota // it has not
	Agreed              // an offer was accepted
	Left                // a side walked away
	TimedOut            // every offer was made and none accepted
)

// Session is a negotiation by alternating offers (Rubinstein 1982) in which each side may make as many offers
// as there are rounds. A begins. A side answers by an offer of its own, by accepting the last one or by walking
// away; to the very last offer, which is B's, A can only say yes or no. The zero Session is not usable.
type Session struct {
	Table  *Table
	Rounds int
	Moves  []Move // in turn, A first
	End    End
	Result Outcome // of an agreement
}

// NewSession begins a session. Rounds lie between 1 and MaxRounds.
func NewSession(t *Table, rounds int) (*Session, error) {
	if rounds < 1 || rounds > MaxRounds {
		return nil, wrong("rounds", "deadline_range", "max", MaxRounds)
	}
	return &Session{Table: t, Rounds: rounds}, nil
}

// Turn is whose turn it is.
func (s *Session) Turn() Side { return Side(len(s.Moves) % 2) }

// Play makes a move for the side whose turn it is: a human's as well as a tactic's. A move that is not possible
// changes nothing and gives an *Error.
func (s *Session) Play(m Move) error {
	made := len(s.Moves)
	switch {
	case s.End != Going:
		return wrong("", "session_over")
	case m.Kind == Accept && made == 0:
		return wrong("", "nothing_to_accept")
	case m.Kind == Offer && made == 2*s.Rounds:
		return wrong("", "no_offers_left")
	case m.Kind == Offer && (m.Outcome < 0 || int(m.Outcome) >= s.Table.size):
		return wrong("", "outcome_unknown", "outcome", int(m.Outcome))
	case m.Kind < Offer || m.Kind > Leave:
		return wrong("", "move_unknown")
	}
	switch m.Kind {
	case Accept:
		s.End, s.Result = Agreed, s.Moves[made-1].Outcome
	case Leave:
		s.End = Left
		if made == 2*s.Rounds {
			s.End = TimedOut
		}
	}
	s.Moves = append(s.Moves, m)
	return nil
}

// View is what a side sees when it is its turn.
type View struct {
	Table  *Table
	Side   Side
	Rounds int
	moves  []Move
}

// View gives what the side whose turn it is sees.
func (s *Session) View() View { return View{s.Table, s.Turn(), s.Rounds, s.Moves} }

// Round is how many offers this side has made.
func (v View) Round() int { return len(v.moves) / 2 }

// Time is how much of the side's offers are used up when it makes its next one, 0 for the first and 1 for the last.
func (v View) Time() float64 {
	if v.Rounds < 2 {
		return 1
	}
	return min(1, float64(v.Round())/float64(v.Rounds-1))
}

// Mine is the side's own i-th offer.
func (v View) Mine(i int) Outcome { return v.moves[2*i+int(v.Side)].Outcome }

// Received is how many offers the other side has made.
func (v View) Received() int { return (len(v.moves) + int(v.Side)) / 2 }

// Theirs is the other side's i-th offer.
func (v View) Theirs(i int) Outcome { return v.moves[2*i+int(v.Side.Other())].Outcome }

// worth is what an outcome is worth to the viewing side.
func (v View) worth(o Outcome) Utility { return v.Table.Utility(v.Side, o) }

// Negotiator is whoever takes a side: a tactic, or a person behind a screen.
type Negotiator interface {
	// Move says what to do now. It depends on the view alone.
	Move(View) Move
}

// Run plays the session to its end between two negotiators.
func (s *Session) Run(a, b Negotiator) error {
	players := [2]Negotiator{a, b}
	for s.End == Going {
		if err := s.Play(players[s.Turn()].Move(s.View())); err != nil {
			return err
		}
	}
	return nil
}

// Utility is what the session gave a side: its share of the agreement, or its reservation value.
func (s *Session) Utility(side Side) Utility {
	if s.End == Agreed {
		return s.Table.Utility(side, s.Result)
	}
	return s.Table.Reserve[side]
}
