package certification

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"tongguan/server/base/access"
)

// soon is how many days before its end a certificate whose renewal is not begun puts its holder at risk.
const soon = 30

// Risk is why somebody is at risk in one programme.
type Risk struct {
	Programme string
	Why       Why
	Shown
}

// Why is the kind of a risk.
type Why string

// The risks, the most urgent first.
const (
	IsShaken    Why = "shaken"    // evidence that the certificate rests on was taken back
	HasExpired  Why = "expired"   // the certificate has ended, and so has its grace
	InGrace     Why = "grace"     // it has ended and can still be renewed
	IsSuspended Why = "suspended" // somebody has suspended it
	EndsSoon    Why = "ends"      // it ends within 30 days, and nothing of its renewal is done
	StepLate    Why = "late"      // a step is overdue
	Waits       Why = "waits"     // everything is done, and somebody has to approve it
)

var urgency = []Why{IsShaken, HasExpired, InGrace, IsSuspended, EndsSoon, StepLate, Waits}

// AtRisk is one person with everything that puts them at risk, the most urgent first.
type AtRisk struct {
	Line
	Risks []Risk
}

// AtRisk gives the people at risk, the most urgent first, and how many there are.
func (r *Reports) AtRisk(ctx context.Context, actor access.Actor, ask Question) ([]AtRisk, int, error) {
	s, err := r.choose(ctx, actor, ask)
	if err != nil {
		return nil, 0, err
	}
	order := s.atRisk(r.clock.Now()+soon*dayLong, r.clock.Date(r.zone))
	lines, n, err := r.lines(ctx, s, order, ask)
	out := make([]AtRisk, len(lines))
	for i, l := range lines {
		out[i] = AtRisk{l, r.risks(l)}
	}
	return out, n, err
}

// atRisk keeps whom something puts at risk, and gives the order: by the kind, then by the day on which it happens.
func (s *selection) atRisk(until int64, today string) string {
	s.and("(k.trouble IS NOT NULL OR k.ends <= ? OR k.due < ?)", until, today)
	ends, due := "$"+strconv.Itoa(len(s.args)-1), "$"+strconv.Itoa(len(s.args))
	return "CASE WHEN k.trouble <= 3 THEN k.trouble WHEN k.ends <= " + ends + " THEN 4 WHEN k.due < " + due + " THEN 5 ELSE 6 END, " +
		"CASE WHEN k.trouble IN (1, 3) THEN NULL WHEN k.trouble = 2 THEN k.next_end WHEN k.ends <= " + ends + " THEN k.ends END NULLS LAST, k.due NULLS LAST, " + byName
}

// risks says what puts somebody at risk.
func (r *Reports) risks(l Line) (out []Risk) {
	until := r.clock.Now() + soon*dayLong
	for programme, s := range l.Standings {
		if why := s.risk(until); why != "" {
			out = append(out, Risk{programme, why, s})
		}
	}
	slices.SortFunc(out, func(a, b Risk) int {
		return cmp.Or(cmp.Compare(slices.Index(urgency, a.Why), slices.Index(urgency, b.Why)), cmp.Compare(a.Left, b.Left),
			cmp.Compare(a.NextDue, b.NextDue), cmp.Compare(a.Programme, b.Programme))
	})
	return out
}

// risk gives the most urgent thing that puts a standing at risk, "" where nothing does.
func (s Shown) risk(until int64) Why {
	switch {
	case s.Shaken > 0:
		return IsShaken
	case s.State == Expired:
		return HasExpired
	case s.State == Grace:
		return InGrace
	case s.State == Suspended:
		return IsSuspended
	case s.State.Valid() && s.Expires > 0 && s.Expires <= until && s.Done == 0:
		return EndsSoon
	case s.Late:
		return StepLate
	case s.State == Eligible:
		return Waits
	default:
		return ""
	}
}
