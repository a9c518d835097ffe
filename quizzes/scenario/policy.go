package scenario

import (
	"math/rand/v2"
	"slices"

	"tongguan/quizzes/negotiation"
	"tongguan/quizzes/pipeline"
)

// Player says what a learner does next. It is only asked while something can be done.
type Player func(p *Play) Move

// Perform lets a player go on to the end.
func (p *Play) Perform(next Player) {
	for !p.Ended && p.Turns < MaxTurns {
		if err := p.Do(next(p)); err != nil {
			return // a player that asks for the impossible has given up
		}
	}
}

// Moves are those that are possible now: every option, an offer at each of some levels, the form filled in rightly and
// wrongly. Typed sentences are the options that they mean.
func (p *Play) Moves() (out []Move) {
	b, ok := p.At()
	if !ok {
		return nil
	}
	for _, o := range p.Open() {
		if b.Kind == Free {
			out = append(out, Move{Beat: b.ID, Say: p.Script.Plain(First, o.Text), Heard: &Heard{Pick: o.ID, Confidence: 1000}})
		} else {
			out = append(out, Move{Beat: b.ID, Pick: o.ID})
		}
	}
	if b.Kind == Form {
		out = append(out, p.filled(b, 0), p.filled(b, 1))
	}
	if p.CanOffer() {
		for _, level := range levels {
			out = append(out, p.offering(b, p.Run.Sight().Cheapest(0, level)))
		}
	}
	return out
}

// levels of the customer's utility, in 1/64, at which offers are tried.
var levels = []int64{3, 8, 14, 22, 32, 44, 64}

func (p *Play) filled(b *Beat, off int64) Move {
	m := Move{Beat: b.ID, Form: map[string]int64{}}
	for _, f := range b.Fields {
		m.Form[f.ID] = max(0, f.Is.node.eval(p.look)) + off
	}
	return m
}

func (p *Play) offering(b *Beat, o negotiation.Outcome) Move {
	t, terms := p.Script.Territory.Table(0), make([]int, 4)
	for i := range terms {
		terms[i] = t.Value(o, i)
	}
	return Move{Beat: b.ID, Offer: terms}
}

// ahead is how many moves beyond its own a careful player thinks.
const ahead = 1

// Expert looks at every move that is possible, and at every move after it, and takes the one after which most points are
// in reach: those that are certain so far, and what the beat that it leads to was worth on the average when the script
// was explored. At the table it bargains as the engine's expert does. It hears what the customer says, and of luck it
// knows nothing: what it tries it tries under other luck than the play's.
func (s *Script) Expert(values []float64) Player {
	other := s.Territory.Luck(0x5eed)
	return func(p *Play) Move {
		if m, ok := p.bargain(); ok {
			return m
		}
		moves := p.Moves()
		best, most := moves[0], -1e18
		for _, m := range moves {
			if v := p.prospect(m, values, other, ahead); v > most {
				best, most = m, v
			}
		}
		return best
	}
}

// prospect is what a move is worth: the score after it, and what its beat is worth.
func (p *Play) prospect(m Move, values []float64, other pipeline.Luck, depth int) float64 {
	next := p.Fork(other)
	if err := next.Do(m); err != nil {
		return -1e18
	}
	here := next.worth(values)
	if depth == 0 || next.Ended {
		return here
	}
	if b, _ := next.At(); b.Kind == Table {
		return here
	}
	best := -1e18
	for _, m := range next.Moves() {
		best = max(best, next.prospect(m, values, other, depth-1))
	}
	return max(best, here-500)
}

// worth is the score as it stands, in hundredths of a point, a red line and a missing must counted, with what the beat
// is worth.
func (p *Play) worth(values []float64) float64 {
	s := p.Score()
	w := float64(s.Total) - 4000*float64(len(s.Red))
	if p.Ended {
		if s.Passed {
			w += 1000
		}
		if s.Success {
			w += 500
		}
		return w
	}
	if values != nil {
		w += values[p.Beat]
	}
	return w
}

// bargain is what the engine's expert does at the table, where the play has a move for it.
func (p *Play) bargain() (Move, bool) {
	b, _ := p.At()
	if b.Kind != Table {
		return Move{}, false
	}
	act := p.Run.Advise(&pipeline.Expert, 0)
	switch act.Kind {
	case pipeline.Offer:
		if p.CanOffer() {
			return p.offering(b, negotiation.Outcome(act.Arg)), true
		}
	case pipeline.Accept, pipeline.WalkAway:
		for _, o := range p.Open() {
			if slices.ContainsFunc(o.Doing.acts, func(a pipeline.Act) bool { return a.Kind == act.Kind }) {
				return Move{Beat: b.ID, Pick: o.ID}, true
			}
		}
	}
	return Move{}, false
}

// Slipping is a player who now and then does just anything: share in thousandths.
func Slipping(next Player, share int64, seed uint64) Player {
	luck := rand.New(rand.NewPCG(seed, 0x51195))
	return func(p *Play) Move {
		if luck.Int64N(1000) < share {
			moves := p.Moves()
			return moves[luck.IntN(len(moves))]
		}
		return next(p)
	}
}

// Random does just anything.
func Random(seed uint64) Player { return Slipping(nil, 1000, seed) }

// Explored is how often a script is played through to learn what its beats are worth.
const explored = 240

// Explore plays a script through by a player who often does just anything, and gives what was gained on the average
// after each beat, in hundredths of a point. The same script always gives the same.
func (s *Script) Explore() []float64 {
	sum, n := make([]float64, len(s.Beats)), make([]float64, len(s.Beats))
	values := make([]float64, len(s.Beats))
	for i := range explored {
		p := s.NewPlay(uint64(i))
		p.quiet = true
		type visit struct {
			beat  int
			worth float64
		}
		var visits []visit
		next := Slipping(s.Expert(values), max(100, 900-int64(i)*8), uint64(i))
		for !p.Ended && p.Turns < MaxTurns {
			visits = append(visits, visit{p.Beat, p.worth(nil)})
			if p.Do(next(p)) != nil {
				break
			}
		}
		end := p.worth(nil)
		for _, v := range visits {
			sum[v.beat], n[v.beat] = sum[v.beat]+end-v.worth, n[v.beat]+1
			values[v.beat] = sum[v.beat] / n[v.beat]
		}
	}
	return values
}

// Cheats are players who use a habit instead of listening: none may pass an exam. They fill in forms without having
// heard what belongs there.
func (s *Script) Cheats(values []float64) map[string]func(seed uint64) Player {
	path := s.record(0xc0b1, values)
	return map[string]func(uint64) Player{
		"discount": func(uint64) Player { return generous },
		"spam":     func(uint64) Player { return everything },
		"stall":    func(uint64) Player { return stalling },
		"first":    func(uint64) Player { return func(p *Play) Move { return p.blind()[0] } },
		"last":     func(uint64) Player { return func(p *Play) Move { m := p.blind(); return m[len(m)-1] } },
		"random": func(seed uint64) Player {
			luck := rand.New(rand.NewPCG(seed, 0xb0b))
			return func(p *Play) Move { m := p.blind(); return m[luck.IntN(len(m))] }
		},
		"copy": func(uint64) Player { return copying(path) },
	}
}

// blind are the moves that are possible for somebody who has not listened.
func (p *Play) blind() []Move {
	moves := p.Moves()
	for i, m := range moves {
		if m.Form != nil {
			moves[i] = Move{Beat: m.Beat, Form: map[string]int64{}}
			for field := range m.Form {
				moves[i].Form[field] = 1
			}
		}
	}
	return moves
}

// record is the expert's path under one seed.
func (s *Script) record(seed uint64, values []float64) (out []Move) {
	p, expert := s.NewPlay(seed), s.Expert(values)
	p.quiet = true
	p.Perform(func(p *Play) Move {
		m := expert(p)
		out = append(out, m)
		return m
	})
	return out
}

// generous gives everything away: the greatest offer, and else what pleases the customer most.
func generous(p *Play) Move {
	b, _ := p.At()
	if p.CanOffer() {
		return p.offering(b, p.Run.Sight().Cheapest(0, 64))
	}
	return most(p, func(next *Play) int64 {
		return next.Run.Of(0, pipeline.Patience) + next.Run.Of(0, pipeline.Trust)
	})
}

// everything asks whatever keeps the talk where it is before it goes on.
func everything(p *Play) Move {
	return most(p, func(next *Play) int64 { return truth(next.Beat == p.Beat && !next.Ended) })
}

// stalling lets as much time pass as it can.
func stalling(p *Play) Move {
	return most(p, func(next *Play) int64 {
		return int64(next.Run.State.Now) + truth(next.Beat == p.Beat && !next.Ended)*10_000
	})
}

// most takes the move after which a number is the greatest, the first of several.
func most(p *Play, of func(next *Play) int64) Move {
	moves := p.blind()
	best, top := moves[0], int64(-1<<62)
	for _, m := range moves {
		next := p.Fork(pipeline.Luck{})
		if next.Do(m) != nil {
			continue
		}
		if n := of(next); n > top {
			best, top = m, n
		}
	}
	return best
}

// copying does what somebody did elsewhere: at each beat the next move that was made there, whatever is said.
func copying(path []Move) Player {
	return func(p *Play) Move {
		b, _ := p.At()
		n := 0
		for _, m := range path {
			if m.Beat != b.ID {
				continue
			}
			if n++; n < int(p.seen[p.Beat]) {
				continue
			}
			if _, err := p.check(b, m); err == nil {
				return m
			}
		}
		return p.blind()[0]
	}
}

// Difficulty is how hard a seed is: the mean score, in hundredths of a point, of three players who know more and less,
// each several times.
func (s *Script) Difficulty(seed uint64, values []float64) Points {
	var sum Points
	n := Points(0)
	for _, slips := range []int64{0, 150, 500} {
		for i := range uint64(repeats) {
			p := s.NewPlay(seed)
			p.quiet = true
			p.Perform(Slipping(s.Expert(values), slips, seed^i<<32|i))
			sum, n = sum+p.Score().Total, n+1
			if slips == 0 {
				break // the expert always does the same
			}
		}
	}
	return sum / n
}

// repeats is how often a player who slips plays each seed.
const repeats = 16
