package negotiation

import (
	"slices"
	"strings"
)

// tactics by the names that the command line and scenarios use.
var tactics = map[string]func() Negotiator{
	"boulware":   func() Negotiator { return plain(TimeDependent{Exponent: 0.2}) },
	"linear":     func() Negotiator { return plain(TimeDependent{Exponent: 1}) },
	"conceder":   func() Negotiator { return plain(TimeDependent{Exponent: 2}) },
	"hardliner":  func() Negotiator { return plain(HardLiner{}) },
	"relative":   func() Negotiator { return plain(TitForTat{How: Relative}) },
	"absolute":   func() Negotiator { return plain(TitForTat{How: Absolute}) },
	"averaging":  func() Negotiator { return plain(TitForTat{How: Averaging, Window: 3}) },
	"micro":      func() Negotiator { m := &MiCRO{}; return &Tactic{Bid: m, Accept: m} },
	"mixture":    func() Negotiator { return plain(mixture) },
	"frequency":  func() Negotiator { return modelled(&Frequency{}) },
	"bayesian":   func() Negotiator { return modelled(&Bayesian{}) },
	"combi":      func() Negotiator { return &Tactic{Bid: TimeDependent{Exponent: 0.2}, Accept: ACCombi{From: 0.8}} },
	"reciprocal": func() Negotiator { return &Tactic{Bid: reciprocal, Accept: ACCombi{From: 0.9}} },
}

var (
	mixture    = Mixture{{TimeDependent{Exponent: 0.2}, 2}, {TimeDependent{Exponent: 1}, 1}}
	reciprocal = Mixture{{TimeDependent{Exponent: 0.5}, 1}, {TitForTat{How: Relative}, 1}}
)

func plain(a Aim) Negotiator { return &Tactic{Bid: a, Accept: ACNext{}} }

func modelled(m Model) Negotiator {
	return &Tactic{Bid: TimeDependent{Exponent: 0.2}, Accept: ACNext{}, Model: m, Band: One / 20}
}

// NewTactic makes the tactic with this name, new for one side of one session.
func NewTactic(name string) (Negotiator, error) {
	make, ok := tactics[name]
	if !ok {
		return nil, wrong("", "tactic_unknown", "name", name, "known", strings.Join(TacticNames(), " "))
	}
	return make(), nil
}

// TacticNames are the names that NewTactic knows.
func TacticNames() []string {
	var out []string
	for n := range tactics {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}
