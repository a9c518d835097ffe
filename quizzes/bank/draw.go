package bank

import (
	"math/rand/v2"

	"tongguan/quizzes/grading"
)

// Item is one question of a paper, with its options in the order in which they are shown.
type Item struct {
	Question string   `json:"q"`
	Order    []string `json:"o"`
}

// Draw draws a paper. Questions are taken clause by clause in turn, so that every clause is examined when the
// paper is long enough and none much more than another; then questions and options are shuffled, but true
// stays before false. Chance is ChaCha8 under the seed (math/rand/v2): the same set and seed give the same
// paper for ever, so that one can be drawn again years later.
func Draw(s *Set, seed [32]byte) []Item {
	chance := rand.New(rand.NewChaCha8(seed))
	clauses, by := s.clauses()
	piles := make([][]*Question, len(clauses))
	for i, c := range clauses {
		piles[i] = by[c]
	}
	chance.Shuffle(len(piles), func(i, j int) { piles[i], piles[j] = piles[j], piles[i] })
	for i, pile := range piles {
		mixed := append([]*Question(nil), pile...)
		chance.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		piles[i] = mixed
	}
	var drawn []*Question
	for round, found := 0, true; found && len(drawn) < s.Draw; round++ {
		found = false
		for _, pile := range piles {
			if round < len(pile) && len(drawn) < s.Draw {
				drawn, found = append(drawn, pile[round]), true
			}
		}
	}
	chance.Shuffle(len(drawn), func(i, j int) { drawn[i], drawn[j] = drawn[j], drawn[i] })
	paper := make([]Item, len(drawn))
	for i, q := range drawn {
		paper[i] = Item{Question: q.ID, Order: order(q, chance)}
	}
	return paper
}

func order(q *Question, chance *rand.Rand) []string {
	ids := q.Key().Options
	if q.Type != grading.TrueFalse {
		chance.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	}
	return ids
}
