package reward

import "slices"

// Kind is a reward or a penalty.
type Kind string

// The kinds that the policy knows: rewards (3.2.4.1), then penalties (3.2.4.2).
const (
	Bonus     Kind = "bonus"
	Promotion Kind = "promotion"
	Honour    Kind = "honour"
	Warning   Kind = "warning"
	Fine      Kind = "fine"
	Demotion  Kind = "demotion"
)

// Kinds lists the kinds, rewards first.
func Kinds() []Kind { return []Kind{Bonus, Promotion, Honour, Warning, Fine, Demotion} }

// Known says whether k is one of the kinds.
func (k Kind) Known() bool { return slices.Contains(Kinds(), k) }

// Penalty says whether it is one (3.2.4.2).
func (k Kind) Penalty() bool { return k == Warning || k == Fine || k == Demotion }

// Clause is the clause of the policy under which it is given.
func (k Kind) Clause() string {
	if k.Penalty() {
		return "3.2.4.2"
	}
	return "3.2.4.1"
}

// Most is the highest amount that one may be of, in fen; 0 where no money goes with it. The policy names no amounts: these
// are bounds against a slip of the hand, a million yuan and ten thousand.
func (k Kind) Most() int64 {
	switch k {
	case Bonus:
		return 100_000_000
	case Fine:
		return 1_000_000
	}
	return 0
}

// State is how far one has come.
type State string

// The states.
const (
	Proposed  State = "proposed"
	Withdrawn State = "withdrawn" // by who proposed it, before it was decided
	Declined  State = "declined"
	Granted   State = "granted"
	Objected  State = "objected" // the person says that the penalty is not right
	Upheld    State = "upheld"
	Lifted    State = "lifted" // the penalty stands no longer; that it was granted stays known
)

// States lists the states in the order in which one goes through them.
func States() []State {
	return []State{Proposed, Withdrawn, Declined, Granted, Objected, Upheld, Lifted}
}

// Waits says whether somebody of HR has to decide something in this state.
func (s State) Waits() bool { return s == Proposed || s == Objected }

// Told says whether the person is told: only of what was granted, and what became of that.
func (s State) Told() bool { return s == Granted || s == Objected || s == Upheld || s == Lifted }

// Act is what can be done to one.
type Act string

// The acts.
const (
	Derive   Act = "derive"  // a rule proposes it
	Propose  Act = "propose" // somebody does
	Withdraw Act = "withdraw"
	Decline  Act = "decline"
	Grant    Act = "grant"
	Object   Act = "object"
	Uphold   Act = "uphold"
	Lift     Act = "lift"
)

// Acts lists the acts.
func Acts() []Act { return []Act{Derive, Propose, Withdraw, Decline, Grant, Object, Uphold, Lift} }

// moves is the whole machine: from where an act leads where.
var moves = map[Act]struct{ from, to State }{
	Derive:   {"", Proposed},
	Propose:  {"", Proposed},
	Withdraw: {Proposed, Withdrawn},
	Decline:  {Proposed, Declined},
	Grant:    {Proposed, Granted},
	Object:   {Granted, Objected},
	Uphold:   {Objected, Upheld},
	Lift:     {Objected, Lifted},
}

// Next gives the state that an act leads to; false where the act is none of this state and kind. Only to penalties can
// one object, and since no act leads back to Granted, only once.
func Next(k Kind, now State, do Act) (State, bool) {
	m, known := moves[do]
	if !known || m.from != now || do == Object && !k.Penalty() {
		return now, false
	}
	return m.to, true
}
