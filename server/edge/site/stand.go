package site

import (
	"context"
	"slices"

	"tongguan/quizzes/attempt"
	"tongguan/quizzes/bank"
	"tongguan/server/base/fault"
)

type prospect struct {
	Rules       bank.Rules
	Minutes     int
	Extra       int
	Past        []attempt.Attempt
	Open        string
	Left        int
	From, Until int64
	NextAt      int64
	Why         error
	Counting    *attempt.Attempt
}

type given struct {
	Chosen    []string
	Saved     int64
	Seq       int64
	Certainty int
	Final     bool
}

type sitting struct {
	attempt.Attempt
	Questions []*bank.Question
	Answers   map[string]given
	Rules     bank.Rules
	Seq       int64
}

type answered struct {
	Question  *bank.Question
	Item      bank.Item
	Chosen    []string
	Certainty int
	Points    int
	Pending   bool
	Voided    bool
}

type look struct {
	attempt.Attempt
	Marked  []answered
	Shows   struct{ Score, Answers, Explanations bool }
	Pending int
	Rules   bank.Rules
}

func (s *Site) prepare(ctx context.Context, v visit, module string) (prospect, error) {
	set := s.Bank.Current().Set(module)
	if set == nil {
		return prospect{}, fault.New(fault.Missing, "error.missing")
	}
	past, err := s.Attempts.Of(ctx, v.actor, v.actor.ID, module)
	p := prospect{Rules: set.Rules, Minutes: set.Minutes, Past: past, Left: -1}
	for _, a := range past {
		if a.State == attempt.Open && a.Due > s.Clock.Now() {
			p.Open = a.ID
		}
		if a.State == attempt.Closed && (p.Counting == nil || a.Score > p.Counting.Score) {
			p.Counting = &a
		}
	}
	return p, err
}

func (s *Site) begin(ctx context.Context, v visit, module string, accepted bool) (string, error) {
	set := s.Bank.Current().Set(module)
	if set != nil && set.Declaration.ZH != "" && !accepted {
		return "", fault.New(fault.Invalid, "quiz.declaration_needed")
	}
	return s.Attempts.Start(ctx, v.actor, module)
}

func (s *Site) sit(ctx context.Context, v visit, id string) (sitting, error) {
	x, err := s.Attempts.Sit(ctx, v.actor, id)
	out := sitting{Attempt: x.Attempt, Questions: x.Questions, Answers: map[string]given{}}
	for q, a := range x.Answers {
		out.Answers[q] = given{Chosen: a.Chosen, Saved: a.Saved}
	}
	if set := s.Bank.Current().ByHash(x.SetHash); set != nil {
		out.Rules = set.Rules
	}
	return out, err
}

func (s *Site) keep(ctx context.Context, v visit, id, question string, chosen []string, certainty int) error {
	_, err := s.Attempts.Answer(ctx, v.actor, id, question, chosen)
	return err
}

func (s *Site) fix(ctx context.Context, v visit, id, question string) (answered, error) {
	x, err := s.sit(ctx, v, id)
	if err != nil {
		return answered{}, err
	}
	i := slices.IndexFunc(x.Paper, func(i bank.Item) bool { return i.Question == question })
	return answered{Question: x.Questions[i], Item: x.Paper[i], Chosen: x.Answers[question].Chosen}, nil
}

func (s *Site) lookBack(ctx context.Context, v visit, id string) (look, error) {
	a, marked, err := s.Attempts.Review(ctx, v.actor, id)
	out := look{Attempt: a}
	out.Shows.Score, out.Shows.Answers, out.Shows.Explanations = true, true, true
	for i, m := range marked {
		out.Marked = append(out.Marked, answered{Question: m.Question, Item: a.Paper[i], Chosen: m.Chosen, Points: m.Points, Pending: m.Question.Type == "open" && len(m.Chosen) > 0})
	}
	return out, err
}
