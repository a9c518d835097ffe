package scenario

import (
	"math"
	"reflect"
	"slices"

	"tongguan/quizzes/pipeline"
)

// Estimate is what a move can be expected to lead to when the expert plays on: means over plays under different luck.
type Estimate struct {
	Move   Move
	Value  float64 // hundredths of a point, see Worth
	Win    float64 // share of plays that reach the script's goal
	Margin float64 // fen: what the deal brings
	Loss   float64 // hundredths of a point to the best move, play by play under the same luck
	SE     float64 // of the loss
	Grade  pipeline.Grade
}

// Judged is one move of a play beside what else could have been done.
type Judged struct {
	Turn   int // from 0
	Played Estimate
	Best   Estimate
	Others int // how many other moves were tried
}

// Worth is what a review compares: the points, less fifteen for each must that was not shown, and nothing where a red
// line was crossed.
func (s Score) Worth() Points {
	if len(s.Red) > 0 {
		return 0
	}
	return max(0, s.Total-1500*Points(len(s.Missing)))
}

// Grades, in hundredths of a point lost. Below two standard errors nothing is held against a move.
const (
	goodLoss    = 100
	inaccurate  = 400
	mistakeLoss = 1000
)

func (e *Estimate) grade() {
	switch {
	case e.Loss <= 0:
		e.Grade = pipeline.Best
	case e.Loss < goodLoss || e.Loss < 2*e.SE:
		e.Grade = pipeline.Good
	case e.Loss < inaccurate:
		e.Grade = pipeline.Inaccuracy
	case e.Loss < mistakeLoss:
		e.Grade = pipeline.Mistake
	default:
		e.Grade = pipeline.Blunder
	}
}

// Review looks at every move as a chess engine looks at a game: from the state before it, each move that was possible is
// tried so often under the same luck, other than the play's own, and the expert plays on. Each runs the moves, maybe
// several at a time; the result is the same. The error is a *MoveError of a move that is not possible.
func (s *Script) Review(seed uint64, moves []Move, values []float64, rollouts int, each func(n int, job func(int))) ([]Judged, error) {
	lucks := make([]pipeline.Luck, max(2, rollouts))
	for i := range lucks {
		lucks[i] = s.Territory.Luck(seed ^ uint64(i+1)*0x9e3779b97f4a7c15)
	}
	p := s.NewPlay(seed)
	before := make([]*Play, len(moves))
	for i, m := range moves {
		before[i] = p.Fork(pipeline.Luck{})
		if err := p.Do(m); err != nil {
			return nil, err
		}
	}
	out := make([]Judged, len(moves))
	expert := s.Expert(values)
	each(len(moves), func(i int) { out[i] = before[i].judge(i, moves[i], expert, lucks) })
	return out, nil
}

// tried is what one play came to.
type tried struct{ value, win, margin float64 }

func (p *Play) judge(turn int, played Move, expert Player, lucks []pipeline.Luck) Judged {
	table := append([]Move{played}, slices.DeleteFunc(p.Moves(), func(m Move) bool { return same(m, played) })...)
	results := make([][]tried, len(table))
	best := 0
	for i, m := range table {
		results[i] = p.try(m, expert, lucks)
		if total(results[i]) > total(results[best]) {
			best = i
		}
	}
	mine, top := estimate(played, results[0], results[best]), estimate(table[best], results[best], results[best])
	return Judged{Turn: turn, Played: mine, Best: top, Others: len(table) - 1}
}

// same says whether two moves do the same: what was typed and how it was voiced does not matter.
func same(a, b Move) bool {
	pick := func(m Move) string {
		if m.Heard != nil {
			return m.Heard.Pick
		}
		return m.Pick
	}
	return pick(a) == pick(b) && slices.Equal(a.Offer, b.Offer) && reflect.DeepEqual(a.Form, b.Form)
}

func (p *Play) try(m Move, expert Player, lucks []pipeline.Luck) []tried {
	out := make([]tried, len(lucks))
	for i, l := range lucks {
		next := p.Fork(l)
		if next.Do(m) == nil {
			next.Perform(expert)
		}
		s := next.Score()
		out[i] = tried{float64(s.Worth()), float64(truth(s.Success)), float64(next.Run.Of(0, pipeline.Profit))}
	}
	return out
}

func total(results []tried) (sum float64) {
	for _, t := range results {
		sum += t.value
	}
	return sum
}

func estimate(m Move, mine, best []tried) Estimate {
	e, n, squares := Estimate{Move: m}, float64(len(mine)), 0.0
	for i, t := range mine {
		loss := best[i].value - t.value
		e.Value, e.Win, e.Margin = e.Value+t.value/n, e.Win+t.win/n, e.Margin+t.margin/n
		e.Loss, squares = e.Loss+loss/n, squares+float64(loss*loss)
	}
	e.SE = math.Sqrt(max(0, squares/n-float64(e.Loss*e.Loss)) / (n - 1))
	e.grade()
	return e
}
