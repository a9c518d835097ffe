package e2e_test

import (
	"context"
	"strings"
	"testing"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
	"tongguan/server/base/access"
)

// TestQuizStatisticsLookRight looks at a quiz with the demo's few answers, and at one with so many that there is something to
// say: one question that everybody gets right, one whose wrong option the strong take, and one that nobody knows.
func TestQuizStatisticsLookRight(t *testing.T) {
	a := open(t)
	b := a.tab(t)
	b.signIn("author", a.company.Password)
	_, few := firstLesson(a)
	everyWay(t, b, "stats-few", "/desk/quizzes/"+few)
	many := "general/principles"
	sitMany(t, a, many, 140)
	everyWay(t, b, "stats", "/desk/quizzes/"+many+"?sort=reading")
	everyWay(t, b, "stats-open", "/desk/quizzes/"+many+"?item=all&sort=facility&order=desc")
	for _, text := range []string{"强者反而答错", "误导了水平高的人", "及格线"} {
		b.cookie("tongguan_lang", "zh")
		b.visit("/desk/quizzes/" + many + "?item=all")
		if !strings.Contains(b.text("main"), text) {
			t.Errorf("the page does not say %s", text)
		}
	}
}

// sitMany lets one person sit a quiz again and again, each time as able as another number says.
func sitMany(t *testing.T, a *academy, module string, times int) {
	t.Helper()
	ctx := context.Background()
	found, err := a.app.People.Get(ctx, access.Operator(), newcomer(t, a, "statistics"))
	if err != nil {
		t.Fatal(err)
	}
	who := found.Actor()
	for n := range times {
		id, err := a.app.Attempts.Start(ctx, who, module, true)
		if err != nil {
			t.Fatal(err)
		}
		s, err := a.app.Attempts.Sit(ctx, who, id)
		if err != nil {
			t.Fatal(err)
		}
		set := a.app.Bank.Current().Set(module)
		for i, q := range s.Questions {
			able := (n*37+i*53)%100 < 25+n%7*12
			switch q.ID {
			case set.Questions[0].ID:
				able = true
			case set.Questions[1].ID:
				able = n%7 < 4
			case set.Questions[2].ID:
				able = n%11 == 0
			}
			if _, err := a.app.Attempts.Answer(ctx, who, id, q.ID, answerOf(q, s.Paper[i].Params, able)); err != nil {
				t.Fatal(err)
			}
		}
		if err := a.app.Attempts.Submit(ctx, who, id); err != nil {
			t.Fatal(err)
		}
	}
}

// answerOf is the right answer, or the first wrong option; nothing where there are no options.
func answerOf(q *bank.Question, params bank.Params, able bool) []string {
	if able {
		return q.Right(params)
	}
	for _, o := range q.Options {
		if !o.Right && (q.Type == grading.Single || q.Type == grading.Multiple || q.Type == grading.TrueFalse) {
			return []string{o.ID}
		}
	}
	return nil
}
