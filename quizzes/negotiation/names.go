package negotiation

import (
	"slices"
	"strings"
)

// tactics by the names that the command line and scenarios use.
var tactics = map[string]func(uint64) Negotiator{
	"boulware":   func(uint64) Negotiator { return plain(TimeDependent{Exponent: 0.2}) },
	"linear":     func(uint64) Negotiator { return plain(TimeDependent{Exponent: 1}) },
	"conceder":   func(uint64) Negotiator { return plain(TimeDependent{Exponent: 2}) },
	"hardliner":  func(uint64) Negotiator { return plain(HardLiner{}) },
	"relative":   func(uint64) Negotiator { return plain(TitForTat{How: Relative}) },
	"absolute":   func(uint64) Negotiator { return plain(TitForTat{How: Absolute}) },
	"averaging":  func(uint64) Negotiator { return plain(TitForTat{How: Averaging, Window: 3}) },
	"micro":      func(uint64) Negotiator { m := &MiCRO{}; return &Tactic{Bid: m, Accept: m} },
	"random":     func(seed uint64) Negotiator { return &Tactic{Bid: Random{seed}, Accept: ACNext{}} },
	"mixture":    func(uint64) Negotiator { return plain(mixture) },
	"frequency":  func(uint64) Negotiator { return modelled(&Frequency{}) },
	"bayesian":   func(uint64) Negotiator { return modelled(&Bayesian{}) },
	"combi":      func(uint64) Negotiator { return &Tactic{Bid: TimeDependent{Exponent: 0.2}, Accept: ACCombi{From: 0.8}} },
	"reciprocal": func(uint64) Negotiator { return &Tactic{Bid: reciprocal, Accept: ACCombi{From: 0.9}} },
}

var (
	mixture    = Mixture{{TimeDependent{Exponent: 0.2}, 2}, {TimeDependent{Exponent: 1}, 1}}
	reciprocal = Mixture{{TimeDependent{Exponent: 0.5}, 1}, {TitForTat{How: Relative}, 1}}
)

func plain(a Aim) Negotiator { return &Tactic{Bid: a, Accept: ACNext{}} }

func modelled(m Model) Negotiator {
	return &Tactic{Bid: TimeDependent{Exponent: 0.2}, Accept: ACNext{}, Model: m, Band: One / 20}
}

// NewTactic makes the tactic with this name, new for one side of one session. Only random heeds the seed.
func NewTactic(name string, seed uint64) (Negotiator, error) {
	make, ok := tactics[name]
	if !ok {
		return nil, wrong("", "tactic_unknown", "name", name, "known", strings.Join(TacticNames(), " "))
	}
	return make(seed), nil
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
