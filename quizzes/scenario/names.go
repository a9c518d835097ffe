package scenario

import (
	"math/bits"

	"tongguan/quizzes/pipeline"
)

// variable is a number that a play has.
type variable struct {
	kind varKind
	n    int
}

type varKind uint8

const (
	fieldVar   varKind = iota // of the account
	counterVar                // the script's own, and what was drawn, filled in and understood
	seenVar                   // how often a beat was entered
	tookVar                   // how often an option was picked
	systemVar
)

// What a play knows beside: the names that every script may use.
const (
	sysTurns   = iota // moves so far
	sysVisits         // how often the beat was entered
	sysDays           // working days left
	sysReply          // to the last offer: countered, agreed, left, unready, or 0
	sysRight          // fields of the last form that were filled in rightly
	sysKnown          // how many needs are known
	sysSure           // how many are confirmed
	sysMet            // how many persons were met
	sysCounter        // the customer's last offer, for {counter:terms}
	sysLast           // the rep's
	sysSettled        // what was agreed on, for {settled:terms}
	sysAsked          // how often the customer did not understand
	sysGain           // of the deal: own gain over the reservation value, in thousandths of the greatest
	sysShare          // Nash product, in thousandths of the greatest
	sysNear           // nearness to the Pareto frontier, in thousandths
	sysFloor          // whether the deal keeps the floor
	sysMoney          // what was last typed: fen
	sysPercent        // basis points
	sysTerm           // days
	sysNumber         // a quantity
	systemVars
)

var systemNamed = [systemVars]string{"turns", "visits", "days_left", "reply", "right", "knows", "sure", "people", "counter", "offered", "settled", "misunderstood",
	"gain", "nash", "near", "floor_kept", "said.money", "said.percent", "said.days", "said.number"}

// replies are what a customer can say to an offer, from 1.
var replies = []string{"countered", "agreed", "left", "unready"}

func systemNames() map[string]node {
	out := map[string]node{}
	for i, name := range systemNamed {
		out[name] = node{op: "name", at: variable{systemVar, i}}
	}
	for f := range pipeline.Fields {
		if f.String() != "move" {
			out[f.String()] = node{op: "name", at: variable{fieldVar, int(f)}}
		}
	}
	return out
}

// look gives the value of a variable.
func (p *Play) look(v variable) int64 {
	switch v.kind {
	case fieldVar:
		return p.Run.Of(0, pipeline.Field(v.n))
	case counterVar:
		return p.counters[v.n]
	case seenVar:
		return int64(p.seen[v.n])
	case tookVar:
		return int64(p.took[v.n])
	}
	return p.system(v.n)
}

func (p *Play) system(n int) int64 {
	count := func(f pipeline.Field) int64 { return int64(bits.OnesCount64(uint64(p.Run.Of(0, f)))) }
	switch n {
	case sysTurns:
		return int64(p.Turns)
	case sysVisits:
		if p.Beat < 0 {
			return 0
		}
		return int64(p.seen[p.Beat])
	case sysDays:
		return int64((p.Run.Territory.End() - p.Run.State.Now) / 450)
	case sysKnown:
		return count(pipeline.Known)
	case sysSure:
		return count(pipeline.Confirmed)
	case sysMet:
		return count(pipeline.Met)
	case sysSettled:
		return max(0, p.Run.Of(0, pipeline.Deal)-1)
	case sysCounter:
		if o, ok := p.Run.Sight().Counter(0); ok {
			return int64(o)
		}
		return 0
	}
	return p.memory[n]
}
