package inspection

import "slices"

// State is how far a finding has come.
type State string

// The states. Only a verified finding is done with.
const (
	Open      State = "open"
	Rectified State = "rectified" // its owner says how it was put right
	Returned  State = "returned"  // it was looked at and sent back
	Verified  State = "verified"
)

// States lists the states in the order in which a finding goes through them.
func States() []State { return []State{Open, Rectified, Returned, Verified} }

// Pending says whether its owner has something to do.
func (s State) Pending() bool { return s == Open || s == Returned }

// Act is what can be done to a finding.
type Act string

// The acts.
const (
	Raise    Act = "raise"
	Rectify  Act = "rectify" // by its owner
	Verify   Act = "verify"  // by an inspector who does not own it
	SendBack Act = "return"  // likewise
	Move     Act = "move"    // another owner or day; it stays in its state
)

// Acts lists the acts upon a finding that is there.
func Acts() []Act { return []Act{Rectify, Verify, SendBack, Move} }

// moves is the whole machine: from which states an act leads where.
var moves = map[Act]struct {
	from []State
	to   State // "" for the same
}{
	Rectify:  {[]State{Open, Returned}, Rectified},
	Verify:   {[]State{Rectified}, Verified},
	SendBack: {[]State{Rectified}, Returned},
	Move:     {[]State{Open, Returned}, ""},
}

// Next gives the state that an act leads to; false where the act is none of this state.
func Next(now State, do Act) (State, bool) {
	m, known := moves[do]
	if !known || !slices.Contains(m.from, now) {
		return now, false
	}
	if m.to == "" {
		return now, true
	}
	return m.to, true
}

// Severity is how bad a finding is.
type Severity string

// The severities.
const (
	Minor    Severity = "minor"
	Major    Severity = "major"
	Critical Severity = "critical"
)

// Severities lists them, the mildest first.
func Severities() []Severity { return []Severity{Minor, Major, Critical} }
