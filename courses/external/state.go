package external

// State is how far an external training has come.
type State string

// The states. Only asked, approved and taken can be left.
const (
	Asked     State = "asked"
	Withdrawn State = "withdrawn" // by the person themself, before it was decided
	Declined  State = "declined"
	Approved  State = "approved"
	Taken     State = "taken"  // it was attended, and proved
	Shared    State = "shared" // what was learnt was brought back: done
)

// States lists the states in the order in which a training goes through them.
func States() []State { return []State{Asked, Withdrawn, Declined, Approved, Taken, Shared} }

// Act is what can be done to a training.
type Act string

// The acts.
const (
	Withdraw Act = "withdraw"
	Decline  Act = "decline"
	Approve  Act = "approve"
	Take     Act = "take"
	Share    Act = "share"
)

// Acts lists the acts.
func Acts() []Act { return []Act{Withdraw, Decline, Approve, Take, Share} }

// moves is the whole machine: from where an act leads where.
var moves = map[Act]struct{ from, to State }{
	Withdraw: {Asked, Withdrawn},
	Decline:  {Asked, Declined},
	Approve:  {Asked, Approved},
	Take:     {Approved, Taken},
	Share:    {Taken, Shared},
}

// Next gives the state that an act leads to; false where the act is none of this state.
func Next(now State, do Act) (State, bool) {
	m, known := moves[do]
	if !known || m.from != now {
		return now, false
	}
	return m.to, true
}
