package certification

import (
	"slices"
	"time"

	"tongguan/courses/programme"
)

// State is where somebody stands in a programme.
type State string

// The states. A certificate that a later one replaced is Superseded; whoever holds the later one stands in its state.
const (
	NotStarted State = "not_started"
	InProgress State = "in_progress"
	Eligible   State = "eligible" // everything is done; a certificate may need somebody's approval
	Certified  State = "certified"
	Expiring   State = "expiring" // valid, and can be renewed
	Grace      State = "grace"    // ended, and can still be renewed as before
	Expired    State = "expired"
	Suspended  State = "suspended"
	Revoked    State = "revoked"
	Superseded State = "superseded"
)

// States lists the states of a standing in the order of a life.
func States() []State {
	return []State{NotStarted, InProgress, Eligible, Certified, Expiring, Grace, Expired, Suspended, Revoked}
}

// Valid says whether a certificate in this state holds.
func (s State) Valid() bool { return s == Certified || s == Expiring }

// Holds says whether it counts as held where a programme requires it: in grace it does, since it can be renewed.
func (s State) Holds() bool { return s == Certified || s == Expiring || s == Grace }

// Has says whether somebody in this state has a certificate, of whatever worth.
func (s State) Has() bool {
	return s == Certified || s == Expiring || s == Grace || s == Expired || s == Suspended || s == Revoked
}

// follows is which state may follow which; "" is the beginning.
var follows = map[State][]State{
	"":         {NotStarted, InProgress, Eligible, Certified},
	NotStarted: {InProgress, Eligible, Certified},
	InProgress: {NotStarted, Eligible, Certified},
	Eligible:   {NotStarted, InProgress, Certified},
	Certified:  {Expiring, Grace, Expired, Suspended, Revoked},
	Expiring:   {Certified, Grace, Expired, Suspended, Revoked},
	Grace:      {Certified, Expired, Suspended, Revoked},
	Expired:    {Certified, Revoked},
	Suspended:  {Certified, Expiring, Grace, Expired, Revoked},
	Revoked:    {Certified},
}

// Legal says whether a standing may pass from one state to another.
func Legal(from, to State) bool { return slices.Contains(follows[from], to) }

// Term is how long a certificate lasts: three moments in milliseconds since 1970 UTC, all 0 where it has no end.
type Term struct {
	Window  int64 `db:"window_at"`  // from when it can be renewed
	Expires int64 `db:"expires_at"` // the first moment at which it is no longer valid
	Grace   int64 `db:"grace_at"`   // the first moment after the days of grace
}

// TermFrom gives the term of a certificate that runs from a day (YYYY-MM-DD) in the company's zone. It is valid through
// the same day of the month so many months later, or through the last day of that month where it is shorter, to
// midnight in the zone.
func TermFrom(c *programme.Certificate, day string, zone *time.Location) (Term, error) {
	from, err := time.Parse(time.DateOnly, day)
	if err != nil || c.Months == 0 {
		return Term{}, err
	}
	last := addMonths(from, c.Months)
	return Term{Window: dayStart(last.AddDate(0, 0, -c.Window), zone), Expires: dayStart(last.AddDate(0, 0, 1), zone),
		Grace: dayStart(last.AddDate(0, 0, 1+c.Grace), zone)}, nil
}

// addMonths is the same day so many months later, or the last of that month: 31 January and a month is 28 February.
func addMonths(d time.Time, months int) time.Time {
	first := time.Date(d.Year(), d.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	length := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(d.Day(), length)-1)
}

// dayStart is when a day begins in the zone. Where the clocks skip midnight it is the first moment of that day.
func dayStart(d time.Time, zone *time.Location) int64 {
	at := time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, zone)
	if at.In(zone).Day() != d.Day() { // midnight is skipped, and Go has taken the offset before
		at = time.Date(d.Year(), d.Month(), d.Day(), 1, 0, 0, 0, zone)
	}
	return at.UnixMilli()
}

// LastDay is the last day on which a certificate is valid, YYYY-MM-DD, "" where it has no end.
func (t Term) LastDay(zone *time.Location) string {
	if t.Expires == 0 {
		return ""
	}
	return time.UnixMilli(t.Expires - 1).In(zone).Format(time.DateOnly)
}

// At is the state that time alone gives a certificate.
func (t Term) At(now int64) State {
	switch {
	case t.Expires == 0 || now < t.Window:
		return Certified
	case now < t.Expires:
		return Expiring
	case now < t.Grace:
		return Grace
	default:
		return Expired
	}
}

// passes gives the state that time brings next and when, for a standing in a state; 0 for never.
func (t Term) passes(s State) (next State, at int64) {
	switch {
	case t.Expires == 0:
		return "", 0
	case s == Certified && t.Window < t.Expires:
		return Expiring, t.Window
	case s == Certified || s == Expiring:
		if t.Grace > t.Expires {
			return Grace, t.Expires
		}
		return Expired, t.Expires
	case s == Grace || s == Suspended:
		return Expired, t.Grace
	}
	return "", 0
}

// Now is the state at a moment, where a standing's state was recorded earlier: time passes whether the job runs or not.
func (t Term) Now(s State, now int64) State {
	for {
		next, at := t.passes(s)
		if at == 0 || now < at {
			return s
		}
		s = next
	}
}
