package bank

import (
	"math/rand/v2"
	"slices"
	"strings"

	"tongguan/quizzes/grading"
)

// Item is one question of a paper, with its options in the order in which they are shown and what was drawn for it.
type Item struct {
	Question string              `json:"q"`
	Order    []string            `json:"o"`
	Gaps     map[string][]string `json:"g,omitempty"` // the options of each gap that has some, in order
	Params   Params              `json:"p,omitempty"`
}

// Draw draws a paper. Without a blueprint questions are taken clause by clause in turn, so that every clause is examined
// when the paper is long enough and none much more than another; with one, each cell gives its share (see compose). Then
// questions and options are shuffled, but true stays before false and the questions of a case together. Chance is
// ChaCha8 under the seed (math/rand/v2): the same set and seed give the same paper for ever, so that one can be drawn
// again years later.
func Draw(s *Set, seed [32]byte) []Item {
	chance := rand.New(rand.NewChaCha8(seed))
	var units [][]*Question
	if len(s.Blueprint) > 0 {
		units = s.compose(chance)
	} else {
		units = s.inTurn(chance)
	}
	if !s.StayInOrder {
		chance.Shuffle(len(units), func(i, j int) { units[i], units[j] = units[j], units[i] })
	}
	paper := []Item{}
	for _, unit := range units {
		for _, q := range unit {
			paper = append(paper, item(q, chance))
		}
	}
	return paper
}

// inTurn takes questions clause by clause until the paper is full.
func (s *Set) inTurn(chance *rand.Rand) [][]*Question {
	clauses, by := s.clauses()
	piles := make([][][]*Question, len(clauses))
	for i, c := range clauses {
		piles[i] = by[c]
	}
	chance.Shuffle(len(piles), func(i, j int) { piles[i], piles[j] = piles[j], piles[i] })
	for i, pile := range piles {
		piles[i] = mixed(pile, chance)
	}
	var drawn [][]*Question
	n := 0
	for round, found := 0, true; found && n < s.Draw; round++ {
		found = false
		for _, pile := range piles {
			if round >= len(pile) {
				continue
			}
			found = true
			if unit := pile[round]; n+len(unit) <= s.Draw {
				drawn, n = append(drawn, unit), n+len(unit)
			}
		}
	}
	return drawn
}

func mixed(pile [][]*Question, chance *rand.Rand) [][]*Question {
	out := slices.Clone(pile)
	chance.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// How near a paper's expected difficulty must be to the mean of all papers, in hundredths of a question's points, so that
// two papers are within 2 % of each other; and how many are drawn to find such a one.
const (
	parallelWithin = 1
	parallelTries  = 200
)

// compose draws by the blueprint until the paper's expected score is within 1 % of the mean over all papers; of many
// tries that are not, the nearest is taken (`content lint` rules that out).
func (s *Set) compose(chance *rand.Rand) [][]*Question {
	cells := s.cells()
	target := 0 // of the expected score, in hundredths of a hundredth of a question
	n := 0
	for i, c := range s.Blueprint {
		n += c.Take
		sum, many := 0, 0
		for _, unit := range cells[i] {
			for _, q := range unit {
				sum, many = sum+q.Expected(), many+1
			}
		}
		if many > 0 {
			target += c.Take * sum * 100 / many
		}
	}
	var best [][]*Question
	off := -1
	for range parallelTries {
		drawn, expected := s.fillCells(cells, chance)
		d := expected*100 - target
		d = max(d, -d)
		if off < 0 || d < off {
			best, off = drawn, d
		}
		if d <= parallelWithin*100*n {
			break
		}
	}
	return best
}

// fillCells draws once, and gives the sum of what is expected.
func (s *Set) fillCells(cells [][][]*Question, chance *rand.Rand) (drawn [][]*Question, expected int) {
	for i, c := range s.Blueprint {
		n := 0
		for _, unit := range mixed(cells[i], chance) {
			if n+len(unit) > c.Take {
				continue
			}
			n += len(unit)
			drawn = append(drawn, unit)
			for _, q := range unit {
				expected += q.Expected()
			}
		}
	}
	return drawn, expected
}

// cells gives the units that each cell of the blueprint draws from. A unit belongs to the first cell that it fits.
func (s *Set) cells() [][][]*Question {
	out := make([][][]*Question, len(s.Blueprint))
	for _, unit := range s.units() {
		for i, c := range s.Blueprint {
			if c.fits(unit[0]) {
				out[i] = append(out[i], unit)
				break
			}
		}
	}
	return out
}

func (c Cell) fits(q *Question) bool {
	clause := c.Clause == "" || slices.ContainsFunc(q.Clauses, func(id string) bool {
		return id == c.Clause || strings.HasPrefix(id, c.Clause+".")
	})
	return clause && (c.Level == "" || c.Level == q.Level) && (c.Pool == "" || c.Pool == q.Pool)
}

// units gives the questions of the set as they are drawn: each by itself, those of a case together.
func (s *Set) units() [][]*Question {
	var out [][]*Question
	for i, q := range s.Questions {
		if q.Case != nil && i > 0 && s.Questions[i-1].Case == q.Case {
			out[len(out)-1] = append(out[len(out)-1], q)
		} else {
			out = append(out, []*Question{q})
		}
	}
	return out
}

func item(q *Question, chance *rand.Rand) Item {
	out := Item{Question: q.ID, Order: order(q, chance)}
	for _, g := range q.Gaps {
		if len(g.Asks.Options) > 0 {
			if out.Gaps == nil {
				out.Gaps = map[string][]string{}
			}
			out.Gaps[g.ID] = order(g.Asks, chance)
		}
	}
	if len(q.Params) > 0 && q.Formula != nil {
		out.Params = q.draw(chance)
	}
	return out
}

// order shuffles the options. Steps never stand in the right order at first: who leaves them would have answered. The order of a
// file is the right one of steps and partners alike, so it is kept of choices only.
func order(q *Question, chance *rand.Rand) []string {
	shown := ids(q.Options)
	if q.Type == grading.TrueFalse || q.Fixed && q.Type != grading.Ordering && q.Type != grading.Matching {
		return shown
	}
	for {
		chance.Shuffle(len(shown), func(i, j int) { shown[i], shown[j] = shown[j], shown[i] })
		if q.Type != grading.Ordering || len(shown) < 2 || !slices.Equal(shown, ids(q.Options)) {
			return shown
		}
	}
}
