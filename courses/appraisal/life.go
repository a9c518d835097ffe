package appraisal

// State is how far a record has come.
type State string

// The states.
const (
	Targets      State = "targets"      // targets are set and agreed
	Measuring    State = "figures"      // figures come in; then they are frozen
	Reviewing    State = "reviews"      // people judge; then the result is computed
	Calibration  State = "calibration"  // HR looks at the result before anybody else
	Shown        State = "shown"        // the person sees it and may answer
	Acknowledged State = "acknowledged" // the person has taken note of it
	NoResponse   State = "no_response"  // the person has said nothing in time, which is no consent
	Disputed     State = "disputed"
	Upheld       State = "upheld"
	Amended      State = "amended"
	Closed       State = "closed"
)

// States lists the states in the order in which a record goes through them.
func States() []State {
	return []State{Targets, Measuring, Reviewing, Calibration, Shown, Acknowledged, NoResponse, Disputed, Upheld, Amended, Closed}
}

// Open says whether the result is open to the person and their manager in this state.
func (s State) Open() bool {
	return s != Targets && s != Measuring && s != Reviewing && s != Calibration
}

// Act is what takes a record from one state to another.
type Act string

// The acts.
const (
	Begin       Act = "begin" // the record is made
	EndTargets  Act = "end_targets"
	EndFigures  Act = "end_figures"
	EndReviews  Act = "end_reviews"
	Show        Act = "show" // by HR, or by time when the days of calibration are over
	Acknowledge Act = "acknowledge"
	Dispute     Act = "dispute"
	Lapse       Act = "lapse" // the days to respond are over
	Uphold      Act = "uphold"
	Amend       Act = "amend"
	Close       Act = "close"
)

// Acts lists the acts.
func Acts() []Act {
	return []Act{Begin, EndTargets, EndFigures, EndReviews, Show, Acknowledge, Dispute, Lapse, Uphold, Amend, Close}
}

// moves is the whole machine: where an act leads, from where.
var moves = map[Act]map[State]State{
	Begin:       {"": Targets},
	EndTargets:  {Targets: Measuring},
	EndFigures:  {Measuring: Reviewing},
	EndReviews:  {Reviewing: Calibration},
	Show:        {Calibration: Shown},
	Acknowledge: {Shown: Acknowledged},
	Dispute:     {Shown: Disputed},
	Lapse:       {Shown: NoResponse},
	Uphold:      {Disputed: Upheld},
	Amend:       {Disputed: Amended},
	Close:       {Acknowledged: Closed, NoResponse: Closed, Upheld: Closed, Amended: Closed},
}

// Next gives the state that an act leads to; false where the act is none of this state.
func Next(now State, do Act) (State, bool) {
	to, ok := moves[do][now]
	if !ok {
		return now, false
	}
	return to, true
}

// byTime is the act that time brings to a state, "" where it waits for people.
func byTime(s State) Act {
	switch s {
	case Targets:
		return EndTargets
	case Measuring:
		return EndFigures
	case Reviewing:
		return EndReviews
	case Calibration:
		return Show
	case Shown:
		return Lapse
	}
	return ""
}
