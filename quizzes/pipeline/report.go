package pipeline

// Indicators are those of clause 3.2.1, as a run stands, with the funnel and where the time went.
type Indicators struct {
	Amount       Money            `json:"sales_amount"`   // 3.2.1.1
	Profit       Money            `json:"sales_profit"`   // 3.2.1.1, after penalties, defaults and disputes
	Growth       *float64         `json:"growth"`         // 3.2.1.1, against the period before; null where the world names none
	NewCustomers int64            `json:"new_customers"`  // 3.2.1.2
	Conversion   float64          `json:"conversion"`     // 3.2.1.2: of the prospects contacted, those that bought
	Satisfaction float64          `json:"satisfaction"`   // 3.2.1.3, 0 to 100, mean of the customers
	Complaints   int64            `json:"complaints"`     // 3.2.1.3
	Handled      int64            `json:"handled"`        // of these
	Visits       int64            `json:"visits"`         // 3.2.1.4
	OnTime       float64          `json:"follow_up_rate"` // 3.2.1.4: of the weeks in which a follow-up was looked for, those in which it had been made
	Fines        Money            `json:"fines"`
	Breaches     map[string]int64 `json:"breaches"` // accounts with each violation
	Value        Money            `json:"value"`

	Funnel   [6]int64         `json:"funnel"`   // opportunities that are or were at a stage or beyond
	Live     [6]int64         `json:"live"`     // open opportunities at each stage
	Forecast Money            `json:"forecast"` // weighted: price or size of what is open, by the win rate of its stage
	Cycle    float64          `json:"cycle"`    // mean working days from first contact to signing
	Minutes  map[string]int64 `json:"minutes"`  // spent on each act
	Acts     int              `json:"acts"`
	Utilised float64          `json:"utilisation"` // of the time gone by, the part not spent waiting
}

// Indicators computes the figures of a state, which may have been replayed. The log, where there is one, tells when
// stages were reached; without it funnel and cycle stay empty.
func (t *Territory) Indicators(s *State, l *Log) Indicators {
	out := Indicators{Breaches: map[string]int64{}, Minutes: map[string]int64{}, Acts: s.Acts}
	var met, content, followed, late int64
	for i := range s.Accounts {
		v := &s.Accounts[i].V
		out.Amount, out.Profit, out.Fines, out.Value = out.Amount+v[Revenue], out.Profit+v[Margin], out.Fines+v[Fines], out.Value+t.value(v)
		out.Complaints, out.Handled = out.Complaints+v[Complaints], out.Handled+v[Handled]
		followed, late = followed+v[FollowUps], late+v[Late]
		if v[Done]&4 != 0 || v[Wins] > 0 {
			met++
		}
		if v[Wins] > 0 {
			out.NewCustomers++
			content += v[Satisfaction]
		}
		for b := range violations {
			if v[Breaches]&(1<<b) != 0 {
				out.Breaches[b.String()]++
			}
		}
		out.Visits += int64(s.Accounts[i].Counts[Visit] + s.Accounts[i].Counts[Revisit])
		if v[Status] == Open && v[Met] != 0 {
			t.forecast(v, &out)
		}
	}
	out.Conversion = part(out.NewCustomers, met)
	out.Satisfaction = part(content, out.NewCustomers) / 10
	out.OnTime = part(followed-late, followed)
	if t.World.Before > 0 {
		growth := part(out.Amount, t.World.Before) - 1
		out.Growth = &growth
	}
	busy := int64(0)
	for k, n := range s.Minutes {
		if n > 0 {
			out.Minutes[ActKind(k).String()] = n
		}
		if ActKind(k) != Wait {
			busy += n
		}
	}
	out.Utilised = part(busy, int64(s.Now))
	if l != nil {
		out.follow(l)
	}
	return out
}

func part(x, of int64) float64 {
	if of == 0 {
		return 0
	}
	return float64(x) / float64(of)
}

func (t *Territory) forecast(v *[fields]int64, out *Indicators) {
	stage := max(1, min(6, v[Stage])) - 1
	out.Live[stage]++
	if v[Signed] != 0 {
		return // it is in the sales already
	}
	worth := v[Price]
	if worth == 0 && v[Screened] != 0 {
		worth = v[Size]
	}
	out.Forecast += worth * t.World.Stages[stage] / 1000
}

// follow reads from the log when opportunities reached their stages.
func (out *Indicators) follow(l *Log) {
	type key struct {
		account uint32
		n       int
	}
	furthest, began, n := map[key]int{}, map[uint32]Minute{}, map[uint32]int{}
	var cycles, signed int64
	for i := range l.Len() {
		switch e := l.At(i); e.Kind {
		case Reopened:
			n[e.Entity]++
			began[e.Entity] = e.At
		case Reached:
			if _, ok := began[e.Entity]; !ok {
				began[e.Entity] = e.At
			}
		case Moved:
			k := key{e.Entity, n[e.Entity]}
			furthest[k] = max(furthest[k], int(e.Slot))
		case Signature:
			cycles, signed = cycles+int64(e.At-began[e.Entity]), signed+1
		}
	}
	for _, stage := range furthest {
		for s := range min(stage, 6) {
			out.Funnel[s]++
		}
	}
	out.Cycle = part(cycles, signed) / workingDay
}
