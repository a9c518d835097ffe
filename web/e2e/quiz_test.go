package e2e_test

import (
	"context"
	"slices"
	"testing"

	"tongguan/quizzes/attempt"
	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
)

// TestQuizPagesLookRight looks at every page of every kind of quiz, in both languages, themes and widths.
func TestQuizPagesLookRight(t *testing.T) {
	a := trial(t)
	for _, kind := range trials {
		t.Run(kind.id, func(t *testing.T) {
			s := sits(t, a, "look."+kind.id, kind.id)
			if kind.id == "pages" {
				for n := range 12 {
					eachWay(t, s.tab, "quiz-pages-"+typeAt(s.tab, s.at, n+1), s.at+"?q="+str(n+1))
				}
			} else {
				eachWay(t, s.tab, "quiz-"+kind.id+"-page", s.at)
			}
			s.answerHalf(kind.id == "forward")
			eachWay(t, s.tab, "quiz-"+kind.id+"-overview", s.at+"/submit")
			eachWay(t, s.tab, "quiz-"+kind.id+"-intro-open", "/courses/trial/"+kind.id+"/quiz")
			if kind.id == "once" {
				eachWay(t, s.tab, "quiz-once-final", s.at+"?q=2")
			}
			s.visit(s.at + "/submit")
			s.submit("[data-submit] button")
			eachWay(t, s.tab, "quiz-"+kind.id+"-review", s.at+"/review")
			eachWay(t, s.tab, "quiz-"+kind.id+"-intro", "/courses/trial/"+kind.id+"/quiz")
			if kind.id == "forward" {
				examiner := a.tab(t)
				examiner.signIn("inspector", a.company.Password)
				eachWay(t, examiner, "quiz-examined", s.at+"/review")
			}
		})
	}
}

// answerHalf answers in turn rightly, wrongly or in part, and not at all.
func (s *sitter) answerHalf(all bool) {
	s.t.Helper()
	x := s.sitting()
	for i, q := range x.Questions {
		chosen := q.Right(x.Paper[i].Params)
		switch {
		case q.Type == grading.Open:
			chosen = []string{"王工：\n\n感谢您抽出时间。我们把上周谈到的要点整理如下：40台网关，10月交货，产线停机不超过两小时。\n\n请您在周五之前书面确认。"}
		case i%4 == 3 && !all:
			continue
		case i%2 == 1:
			chosen = wrongly(q, x.Paper[i], chosen)
		}
		out, err := s.a.app.Attempts.Save(context.Background(), s.actor, s.id(), []attempt.Packet{{Question: q.ID, Chosen: chosen, Certainty: certaintyFor(x.Rules, i)}})
		if err != nil || out[0].Status != attempt.Saved {
			s.t.Fatal(q.ID, chosen, out, err)
		}
		if x.Rules.Answers == bank.AtOnce && i < 4 {
			if _, err := s.a.app.Attempts.Final(context.Background(), s.actor, s.id(), q.ID); err != nil {
				s.t.Fatal(err)
			}
		}
	}
}

func certaintyFor(r bank.Rules, i int) int {
	if !r.Certainty {
		return 0
	}
	return i%3 + 1
}

// wrongly turns a right answer into one that is wrong, at least in part.
func wrongly(q *bank.Question, item bank.Item, right []string) []string {
	switch q.Type {
	case grading.Matching:
		out := slices.Clone(right)
		out[0] = q.Things[0].ID + "=" + q.Things[1].Partner
		return out
	case grading.Ordering:
		return item.Order
	case grading.Cloze:
		return append(slices.Clone(right[:1]), q.Gaps[1].ID+"=销售部")
	case grading.Numeric, grading.Calculated:
		return []string{"12345"}
	case grading.ShortText:
		return []string{"利润"}
	}
	for _, o := range q.Options {
		if !o.Right {
			return []string{o.ID}
		}
	}
	return right
}
