package pipeline

// Score is what a run is worth so far, each part by itself.
type Score struct {
	Value        Money // the sum by which acts and policies are compared, see Value
	Margin       Money // what the signed deals bring, less what went wrong with them
	Revenue      Money
	Wins         int64
	Satisfaction Permille // mean of the accounts that bought
	Fines        Money    // the policy risk: what the violations count
}

// retention is what a customer who is wholly content is worth beyond the deal, in thousandths of its revenue; one
// who is wholly discontent costs as much.
const retention = 300

// Worth is what value is made of, in fen: they add up to it.
type Worth struct {
	Margin    Money // of the signed deals, less what went wrong with them
	Retention Money // what the customers are worth afterwards
	Fines     Money // for violations, not above 0
	Time      Money // of the rep's hours, not above 0
}

// Value is the sum.
func (w Worth) Value() Money { return w.Margin + w.Retention + w.Fines + w.Time }

// worthOf an account: its margin, less the fines, less the rep's time, and for a customer the retention, which is
// revenue × (satisfaction − 500) ÷ 1000 × 30 %.
func (t *Territory) worthOf(v *[fields]int64) Worth {
	w := Worth{Margin: v[Margin], Fines: -v[Fines], Time: -v[Time] * t.World.Hour / 60}
	if v[Wins] > 0 {
		w.Retention = v[Revenue] / 1000 * (v[Satisfaction] - 500) * retention / 1000
	}
	return w
}

func (t *Territory) value(v *[fields]int64) Money { return t.worthOf(v).Value() }

// Worth adds up all accounts of a state.
func (t *Territory) Worth(s *State) (sum Worth) {
	for i := range s.Accounts {
		w := t.worthOf(&s.Accounts[i].V)
		sum.Margin, sum.Retention, sum.Fines, sum.Time = sum.Margin+w.Margin, sum.Retention+w.Retention, sum.Fines+w.Fines, sum.Time+w.Time
	}
	return sum
}

// Score adds up all accounts.
func (r *Run) Score() (s Score) {
	for a := range r.State.Accounts {
		v := r.of(a)
		s.Value += r.Territory.value(v)
		s.Margin, s.Revenue, s.Wins, s.Fines = s.Margin+v[Margin], s.Revenue+v[Revenue], s.Wins+v[Wins], s.Fines+v[Fines]
		if v[Wins] > 0 {
			s.Satisfaction += v[Satisfaction] << 20
		}
	}
	if buyers := r.buyers(); buyers > 0 {
		s.Satisfaction = s.Satisfaction / buyers >> 20
	}
	return s
}

func (r *Run) buyers() (n int64) {
	for a := range r.State.Accounts {
		n += min(1, r.of(a)[Wins])
	}
	return n
}

// Play lets a policy work until the world ends, or for so many acts where most is not 0.
func (r *Run) Play(p Policy, most int) {
	for n := 0; r.State.Now < r.Territory.end && (most == 0 || n < most); n++ {
		act := p.Next(r.Sight())
		if err := r.Do(act); err != nil {
			r.do(Act{Kind: Wait, Account: act.Account}) // a policy that asks for the impossible has lost the day
		}
	}
}
