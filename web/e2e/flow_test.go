package e2e_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
	"tongguan/server/base/access"
	"tongguan/server/base/people"
)

// newcomer adds a person with nothing learnt yet, and gives their id.
func newcomer(t *testing.T, a *academy, login string) string {
	t.Helper()
	ctx := context.Background()
	id, err := a.app.People.Create(ctx, access.Operator(), people.Person{Login: login, Name: "司徒一鸣", Roles: []access.Role{access.Learner}})
	if err == nil {
		err = a.app.Door.SetPassword(ctx, access.Operator(), id, a.company.Password)
	}
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// A learner goes through a module: reads every lesson, answers a check, takes the quiz and passes it, with
// scripts and without.
func TestLearnerPassesAModule(t *testing.T) {
	a := open(t)
	for _, test := range []struct {
		name    string
		scripts bool
	}{{"with scripts", true}, {"without scripts", false}} {
		t.Run(test.name, func(t *testing.T) {
			login := strings.ReplaceAll(test.name, " ", ".")
			newcomer(t, a, login)
			b := a.tab(t)
			b.signIn(login, a.company.Password)
			b.scripts(test.scripts)
			b.size(390, 800)
			b.readModule(a, test.scripts)
			b.passQuiz(a, test.scripts)
			b.visit("/learn")
			if text := b.text("main"); !strings.Contains(text, "最近通过的测验") {
				t.Errorf("the dashboard shows no result:\n%s", text)
			}
		})
	}
}

func (b *tab) scripts(on bool) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
		return err
	}))
}

// exists asks without running a script of the page.
func (b *tab) exists(selector string) bool {
	b.t.Helper()
	nodes, err := chromedp.Run(b.ctx, chromedp.Nodes(chromedp.CSS(selector), chromedp.AtLeast(0)))
	if err != nil {
		b.t.Fatal(err)
	}
	return len(nodes) > 0
}

// readModule finishes every lesson of the module by its own button and tries its first check.
func (b *tab) readModule(a *academy, scripts bool) {
	b.t.Helper()
	m := a.app.Catalog.Current().Module("process/negotiation")
	b.visit("/courses/" + m.Lessons[0].Key())
	if b.exists("form.check") {
		b.tryCheck(scripts)
		b.visit("/courses/" + m.Lessons[0].Key())
	}
	for _, l := range m.Lessons {
		if got := b.path(); !strings.HasPrefix(got, "/courses/"+l.Key()) {
			b.t.Fatalf("on %s instead of %s", got, l.Key())
		}
		b.submit(".lesson-foot button")
	}
	if got := b.path(); got != "/courses/"+m.Key()+"/quiz" {
		b.t.Fatalf("after the last lesson on %s", got)
	}
}

// tryCheck answers an inline check: in place with scripts, on a page of its own without.
func (b *tab) tryCheck(scripts bool) {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS("form.check input[name=choice]")))
	if scripts {
		b.do(chromedp.Click(chromedp.CSS("form.check button")), chromedp.WaitVisible(chromedp.CSS("form.check .check-result")))
		if !strings.Contains(b.path(), "/prepare") && strings.Contains(b.path(), "/checks/") {
			b.t.Errorf("the check left the lesson: %s", b.path())
		}
		return
	}
	b.submit("form.check button")
	if !b.exists("form.check .check-result") {
		b.t.Error("the check shows no result")
	}
}

// passQuiz answers every question rightly, by the key that only the server has: options on the page, what is typed, matched
// or put in order through the room that the page stands before.
func (b *tab) passQuiz(a *academy, scripts bool) {
	b.t.Helper()
	set := a.app.Bank.Current().Set("process/negotiation")
	b.submit("form.start button")
	at, _, _ := strings.Cut(b.path(), "?")
	if scripts {
		b.gathered()
	}
	for n := range set.Draw {
		if !scripts {
			b.visit(fmt.Sprintf("%s?q=%d", at, n+1))
		}
		id := ask(b, chromedp.Value(chromedp.CSS(shown+" input[name=question]")))
		for _, right := range clickable(set.Question(id)) {
			b.do(chromedp.Click(chromedp.CSS(shown + ` input[name=choice][value="` + right + `"]`)))
		}
		if scripts && len(clickable(set.Question(id))) > 0 {
			b.says(shown+" .saved", "已保存")
		}
		if scripts && n+1 < set.Draw { // the next question is here already
			// Not at a place on the screen: what says "saved" may move the button under the pointer of a program.
			b.do(chromedp.Evaluate[chromedp.Void]("document.querySelector('" + shown + " button[value=next]').click(); 0"))
			if now := ask(b, chromedp.Value(chromedp.CSS(shown+" input[name=question]"))); now == id {
				b.t.Fatalf("question %d, %s (%s): next leads nowhere", n+1, id, set.Question(id).Type)
			}
		} else {
			b.submit(shown + ` button[value=next]`)
		}
	}
	if got := b.path(); !strings.HasSuffix(got, "/submit") {
		b.t.Fatalf("after the last question on %s", got)
	}
	b.answerTheRest(a)
	b.submit("[data-submit] button")
	if got := b.path(); !strings.HasSuffix(got, "/review") {
		b.t.Fatalf("after submission on %s", got)
	}
	if text := b.text("h1"); !strings.Contains(text, "通过了") {
		b.t.Errorf("the review says %q", text)
	}
}

// clickable gives the right options of a question that is answered by clicking options.
func clickable(q *bank.Question) []string {
	switch q.Type {
	case grading.Single, grading.Multiple, grading.TrueFalse:
		return q.Right(nil)
	}
	return nil
}

// answerTheRest answers what is not answered by clicking options.
func (b *tab) answerTheRest(a *academy) {
	b.t.Helper()
	ctx, id := context.Background(), strings.Split(b.path(), "/")[2]
	var person string
	if err := a.app.DB.Read().Get(ctx, &person, "SELECT person_id FROM attempt WHERE id = $1", id); err != nil {
		b.t.Fatal(err)
	}
	p, err := a.app.People.Get(ctx, access.Operator(), person)
	if err != nil {
		b.t.Fatal(err)
	}
	s, err := a.app.Attempts.Sit(ctx, p.Actor(), id)
	if err != nil {
		b.t.Fatal(err)
	}
	for i, q := range s.Questions {
		if right := q.Right(s.Paper[i].Params); clickable(q) == nil && right != nil {
			if _, err := a.app.Attempts.Answer(ctx, p.Actor(), id, q.ID, right); err != nil {
				b.t.Fatal(q.ID, err)
			}
		}
	}
}

// Language and theme are switched in place and remembered.
func TestLanguageIsRemembered(t *testing.T) {
	a := open(t)
	b := a.tab(t)
	b.signIn("learner", a.company.Password)
	b.visit("/courses")
	b.submit(`form[action="/language"] button`)
	if got := b.path(); got != "/courses" {
		t.Errorf("switching led to %s", got)
	}
	if text := b.text("h1"); text != "Courses" {
		t.Errorf("the heading says %q", text)
	}
	b.visit("/policy")
	if text := b.text("h1"); !strings.Contains(text, "policy") {
		t.Errorf("the heading says %q", text)
	}
	b.submit(`form[action="/language"] button`)
	if text := b.text("h1"); !strings.Contains(text, "制度") {
		t.Errorf("the heading says %q", text)
	}
}

// The keyboard alone reaches everything: from the top of a page, Tab visits each link, field and button, and
// what has the focus shows it.
func TestKeyboardAlone(t *testing.T) {
	a := open(t)
	b := a.tab(t)
	b.signIn("learner", a.company.Password)
	b.size(1280, 900)
	lesson, _ := firstLesson(a)
	for _, path := range []string{"/learn", "/courses/process", "/courses/" + lesson, "/account"} {
		b.visit(path)
		want := ask(b, chromedp.Evaluate[int](`[...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, [tabindex='0'], summary")]
			.filter(e => e.offsetParent !== null && !e.disabled && !e.closest("details:not([open]) > :not(summary)") && !(e.type === "radio" && [...document.getElementsByName(e.name)].filter(o => o.form === e.form).indexOf(e) > 0)).length`))
		ask(b, chromedp.Evaluate[int](`window.seen = new Set(), document.addEventListener("focusin", e => seen.add(e.target)), 0`))
		for range want + 5 {
			b.do(chromedp.KeyEvent("\t"))
		}
		seen := ask(b, chromedp.Evaluate[int](`seen.size`))
		if seen < want {
			t.Errorf("%s: Tab reaches %d of %d", path, seen, want)
		}
	}
	b.visit("/learn")
	b.do(chromedp.KeyEvent("\t"))
	if outline := ask(b, chromedp.Evaluate[string](`getComputedStyle(document.activeElement).outlineStyle`)); outline == "none" {
		t.Error("the focus does not show")
	}
}
