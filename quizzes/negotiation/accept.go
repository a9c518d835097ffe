package negotiation

// Acceptance says whether to take the other side's last offer. Own is the offer that would be made otherwise; its
// Outcome is negative where none is left to make. Conditions are named as by Baarslag, Hindriks and Jonker 2013.
// None accepts what is below the side's reservation value, and all take what is not when no offer is left.
type Acceptance interface {
	Accepts(v View, offered Outcome, own Point) bool
}

// decent says whether an offer may be taken at all, and whether it must, this being the last word.
func decent(v View, offered Outcome, own Point) (u Utility, may, must bool) {
	u = v.worth(offered)
	may = u >= v.Table.Reserve[v.Side]
	return u, may, may && own.Outcome < 0
}

// ACNext accepts what is at least as good as the own next offer: u·Scale + Shift ≥ u(own). The zero value is
// plain: scale 1, shift 0.
type ACNext struct {
	Scale float64 // 0 counts as 1
	Shift Utility
}

// Accepts compares with the own next offer.
func (a ACNext) Accepts(v View, offered Outcome, own Point) bool {
	u, may, must := decent(v, offered, own)
	if a.Scale != 0 && a.Scale != 1 {
		u = share(u, a.Scale)
	}
	return must || may && u+a.Shift >= own.U[v.Side]
}

// ACConst accepts what is worth at least so much.
type ACConst struct{ Least Utility }

// Accepts compares with the constant.
func (a ACConst) Accepts(v View, offered Outcome, own Point) bool {
	u, may, must := decent(v, offered, own)
	return must || may && u >= a.Least
}

// ACTime accepts anything decent from a time on, 0 to 1.
type ACTime struct{ From float64 }

// Accepts looks at the clock.
func (a ACTime) Accepts(v View, offered Outcome, own Point) bool {
	_, may, must := decent(v, offered, own)
	return must || may && v.Time() >= a.From
}

// ACCombi accepts like ACNext and, from a time on, also what is at least as good as the best that the other side
// offered within a window of the past as long as the time that is left (AC_combi with MAX^W).
type ACCombi struct {
	Next ACNext
	From float64
}

// Accepts combines the next offer with the window.
func (a ACCombi) Accepts(v View, offered Outcome, own Point) bool {
	if a.Next.Accepts(v, offered, own) {
		return true
	}
	u, may, _ := decent(v, offered, own)
	if !may || v.Time() < a.From {
		return false
	}
	n := v.Received()
	left := max(1, v.Rounds-v.Round())
	for i := max(0, n-1-left); i < n-1; i++ {
		if v.worth(v.Theirs(i)) > u {
			return false
		}
	}
	return true
}
