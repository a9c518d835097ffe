package attempt

import (
	"cmp"
	"context"
	"slices"
	"unicode/utf8"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
	"tongguan/server/base/db"
)

// Signs are what an examiner may want to look at. They are evidence, never a penalty: nothing is decided by them.
type Signs struct {
	Hasty   []Hasty // answers given faster than the question can be read
	Away    []Span  // when the page was not in front
	AwayFor int64   // in all, milliseconds
	// Guttman is the part of pairs of questions, in per cent, in which the one that is harder by expectation was answered
	// better than the easier one; −1 where there are too few pairs. Around 50 is what guessing gives.
	Guttman int
}

// Hasty is an answer that came quickly after the one before.
type Hasty struct {
	Number  int // of the question on the paper
	Seconds int // between the answer before, or the start, and this one
	Reading int // seconds that reading the question takes at the least
}

// Fast readers read about 12 Chinese characters, or 30 Latin letters (6 words), a second.
const (
	hanASecond    = 12
	lettersSecond = 30
)

// Bounds for signs.
const (
	leastPairs   = 10
	clearlyApart = 10 // hundredths of expected points, for a pair to say something
)

func (a *Attempts) signs(ctx context.Context, s Sitting) (*Signs, error) {
	out := &Signs{Hasty: s.hasty(), Guttman: s.guttman()}
	spans, err := awayOf(ctx, a.db.Read(), s.ID)
	for _, span := range spans {
		out.Away, out.AwayFor = append(out.Away, span), out.AwayFor+span.To-span.From
	}
	return out, err
}

// hasty finds answers given faster than their question can be read. Only the last time that each was saved is known, so
// answers that were changed later are compared with what came before that.
func (s Sitting) hasty() []Hasty {
	type saved struct {
		number int
		at     int64
	}
	var order []saved
	for i, item := range s.Paper {
		if g := s.Answers[item.Question]; g.Saved > 0 {
			order = append(order, saved{i + 1, g.Saved})
		}
	}
	slices.SortFunc(order, func(x, y saved) int { return cmp.Or(cmp.Compare(x.at, y.at), x.number-y.number) })
	var out []Hasty
	before := s.Started
	for _, x := range order {
		q := s.Questions[x.number-1]
		seconds, least := int((x.at-before)/1000), reading(q)
		if q.Case != nil && x.number > 1 && s.Questions[x.number-2].Case == q.Case {
			least = reading(&bank.Question{Stem: q.Stem, Options: q.Options}) // the case was read with the question before
		}
		if seconds < least {
			out = append(out, Hasty{x.number, seconds, least})
		}
		before = x.at
	}
	return out
}

// reading is how many seconds a question takes a fast reader, in the language that is read faster.
func reading(q *bank.Question) int {
	zh, en := 0, 0
	add := func(t bank.Text) { zh, en = zh+utf8.RuneCountInString(t.ZH), en+utf8.RuneCountInString(t.EN) }
	add(q.Stem)
	add(q.Passage)
	for _, o := range q.Options {
		add(o.Text)
	}
	if q.Case != nil {
		add(q.Case.Passage)
	}
	return min(zh/hanASecond, en/lettersSecond)
}

func (s Sitting) guttman() int {
	pairs, odd := 0, 0
	for i, x := range s.Questions {
		for j, y := range s.Questions {
			px, py := s.Answers[s.Paper[i].Question].points, s.Answers[s.Paper[j].Question].points
			if x.Type == grading.Open || y.Type == grading.Open || x.Expected() < y.Expected()+clearlyApart || px == py {
				continue
			}
			if pairs++; py > px {
				odd++
			}
		}
	}
	if pairs < leastPairs {
		return -1
	}
	return 100 * odd / pairs
}

func awayOf(ctx context.Context, q db.Q, id string) (out []Span, err error) {
	err = q.Select(ctx, &out, "SELECT from_at, to_at FROM attempt_away WHERE attempt_id = $1 ORDER BY from_at, to_at", id)
	return out, err
}
