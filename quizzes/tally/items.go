package tally

import (
	"slices"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
	"tongguan/quizzes/itemstats"
)

// counted says whether the options of a question are counted one by one. It rests on the type alone, so that the sums are the
// same whenever and wherever they are made; typed answers have no bounded set of categories and are not counted.
func counted(q *bank.Question) bool {
	return q != nil && (q.Type == grading.Single || q.Type == grading.Multiple || q.Type == grading.TrueFalse)
}

// categoriesOf turns what was chosen into the categories that are counted, each once.
func categoriesOf(q *bank.Question, chosen []string) (out []string) {
	for _, c := range chosen {
		i := slices.IndexFunc(q.Options, func(o bank.Option) bool { return o.ID == c })
		if i < 0 || i >= categories {
			c = Other
		}
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// About says what the sums do not know of a set's questions.
func About(set *bank.Set) []itemstats.About {
	out := make([]itemstats.About, len(set.Questions))
	for i, q := range set.Questions {
		out[i] = itemstats.About{Item: q.ID, Guess: guess(q)}
		if !counted(q) {
			continue
		}
		for _, o := range q.Options[:min(categories, len(q.Options))] {
			out[i].Options = append(out[i].Options, itemstats.Option{ID: o.ID, Right: o.Right})
		}
		if len(q.Options) > categories {
			out[i].Options = append(out[i].Options, itemstats.Option{ID: Other})
		}
		out[i].Options = append(out[i].Options, itemstats.Option{ID: itemstats.Blank})
	}
	return out
}

// mostSubsets bounds the options of a question of several choices whose guesses are gone through: 2¹² of them.
const mostSubsets = 12

// guess is the facility of answers at random: of one option as likely as another, or, where several may be chosen, of each
// selection but the empty one as likely as another, marked as the question is marked. nil where nobody can say.
func guess(q *bank.Question) *float64 {
	key := q.Key(nil)
	n := len(key.Options)
	if !counted(q) || n == 0 {
		return nil
	}
	if q.Type != grading.Multiple {
		return guessOne(key)
	}
	if n > mostSubsets {
		return nil
	}
	sum := 0
	for subset := 1; subset < 1<<n; subset++ {
		var chosen []string
		for i, o := range key.Options {
			if subset>>i&1 == 1 {
				chosen = append(chosen, o)
			}
		}
		points, err := grading.Mark(key, chosen)
		if err != nil {
			return nil
		}
		sum += points
	}
	share := float64(sum) / grading.Full / float64(int(1)<<n-1)
	return &share
}

// guessOne is the mean of what each option by itself earns.
func guessOne(key grading.Key) *float64 {
	sum := 0
	for _, o := range key.Options {
		points, err := grading.Mark(key, []string{o})
		if err != nil {
			return nil
		}
		sum += points
	}
	share := float64(sum) / grading.Full / float64(len(key.Options))
	return &share
}
