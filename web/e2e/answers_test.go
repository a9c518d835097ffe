package e2e_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"tongguan/quizzes/attempt"
	"tongguan/quizzes/bank"
	"tongguan/server/base/access"
	"tongguan/server/base/db"
)

// sitter is somebody in the middle of a quiz.
type sitter struct {
	*tab
	a     *academy
	actor access.Actor
	login string
	at    string // the address of the attempt
}

// sits makes somebody who begins a trial.
func sits(t *testing.T, a *academy, login, module string) *sitter {
	t.Helper()
	id := newcomer(t, a, login)
	p, err := a.app.People.Get(context.Background(), access.Operator(), id)
	if err != nil {
		t.Fatal(err)
	}
	b := a.tab(t)
	b.signIn(login, a.company.Password)
	b.size(1280, 900)
	return &sitter{b, a, p.Actor(), login, b.begin("trial/" + module)}
}

func (s *sitter) id() string { return strings.TrimPrefix(s.at, "/attempts/") }

// sitting is what the server has.
func (s *sitter) sitting() attempt.Sitting {
	s.t.Helper()
	x, err := s.a.app.Attempts.Sit(context.Background(), s.actor, s.id())
	if err != nil {
		s.t.Fatal(err)
	}
	return x
}

// kept waits until the server has so many answers.
func (s *sitter) kept(n int) {
	s.t.Helper()
	s.until(fmt.Sprintf("%d answers on the server", n), func() bool { return s.sitting().Answered == n })
}

// until waits for something that a page does by itself.
func (b *tab) until(what string, ok func() bool) {
	b.t.Helper()
	for range 600 {
		if ok() {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	b.t.Fatalf("never: %s\n%s", what, b.text("main"))
}

// says waits until an element that is visible says something.
func (b *tab) says(selector, text string) {
	b.t.Helper()
	script := fmt.Sprintf(`[...document.querySelectorAll(%q)].some(e => e.offsetParent !== null && e.textContent.includes(%q))`, selector, text)
	b.until(selector+" says "+text, func() bool { return b.truth(script) })
}

func (b *tab) truth(script string) bool {
	b.t.Helper()
	ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](script))
	return err == nil && ok
}

func (b *tab) run(script string) {
	b.t.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](script + "; 0"))
}

// keys presses keys as somebody without a mouse does.
func (b *tab) keys(keys string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(keys))
}

// offline cuts the network off, and the browser knows it.
func (b *tab) offline(off bool) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
			MatchedNetworkConditions: []*network.Conditions{{Offline: off, DownloadThroughput: -1, UploadThroughput: -1}}}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, t, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: off, DownloadThroughput: -1, UploadThroughput: -1})
		return err
	}))
}

// gathered waits until every question can be turned to without the network.
func (b *tab) gathered() {
	b.t.Helper()
	b.until("all questions are here", func() bool { return b.truth(`document.querySelector("[data-attempt]").dataset.gathered === "1"`) })
}

const shown = `[data-turn]:not([hidden])`

// tabTo presses Tab until a control of the question that is shown has the focus.
func (b *tab) tabTo(selector string) {
	b.t.Helper()
	for range 60 {
		if b.truth(fmt.Sprintf(`document.activeElement.matches(%q)`, shown+" "+selector)) {
			return
		}
		b.keys("\t")
	}
	b.t.Fatalf("Tab never reaches %s", selector)
}

// answerByKeys answers the question that is shown with the keyboard alone.
func (b *tab) answerByKeys() (kind string) {
	b.t.Helper()
	kind = ask(b, chromedp.Evaluate[string](`document.querySelector("`+shown+` [data-ask]").dataset.type`))
	switch kind {
	case "single", "truefalse":
		b.tabTo("input[type=radio]")
		b.keys(" ")
	case "multiple":
		b.tabTo("input[type=checkbox]")
		b.keys(" \t ")
	case "matching":
		b.tabTo("select")
		for range 3 {
			b.keys(kb.ArrowDown + "\t")
		}
	case "ordering":
		b.tabTo(".seq-down")
		b.keys("\r")
	case "cloze":
		b.tabTo("select")
		b.keys(kb.ArrowDown + "\t法务部\t30")
	case "open":
		b.tabTo("textarea")
		b.keys("请贵方在周五之前书面确认：40台网关，10月交货。")
	case "text":
		b.tabTo("input")
		b.keys("毛利")
	default:
		b.tabTo("input")
		b.keys("456000")
	}
	return kind
}

// Every type of question is answered with the keyboard alone, said to be saved, on the server, and still there
// when the page is fetched again.
func TestEveryTypeByKeyboard(t *testing.T) {
	s := sits(t, trial(t), "by.keys", "pages")
	s.gathered()
	var kinds []string
	for n := range 12 {
		kinds = append(kinds, s.answerByKeys())
		s.says(shown+" .saved", "已保存")
		s.kept(n + 1)
		if kinds[n] == "ordering" {
			s.says("[data-steps-said]", "现在排第2")
		}
		if n < 11 {
			s.tabTo("button[value=next]")
			s.keys("\r")
			s.until("the next question", func() bool {
				return s.truth(fmt.Sprintf(`location.search === "?q=%d" && document.activeElement.tagName === "LEGEND"`, n+2))
			})
		}
	}
	for _, want := range []string{"single", "multiple", "truefalse", "matching", "ordering", "numeric", "calculated", "text", "cloze", "open"} {
		if !slices.Contains(kinds, want) {
			t.Errorf("no question of type %s was answered", want)
		}
	}
	before := s.sitting()
	for n, q := range before.Questions {
		s.visit(fmt.Sprintf("%s?q=%d", s.at, n+1))
		s.do(chromedp.Sleep(300 * time.Millisecond)) // it would be noted again if it read differently
		if after := s.sitting().Answers[q.ID]; after.Seq != before.Answers[q.ID].Seq {
			t.Errorf("%s: looking at the answer %v changed it to %v", q.Type, before.Answers[q.ID].Chosen, after.Chosen)
		}
	}
	s.tabTo("button[value=next]")
	s.submit(shown + " button[value=next]")
	if got := s.path(); got != s.at+"/submit" {
		t.Fatalf("the last question leads to %s", got)
	}
	s.submit("[data-submit] button")
	if got := s.path(); got != s.at+"/review" {
		t.Fatalf("submission leads to %s", got)
	}
}

// The network goes and comes back: what was answered meanwhile is kept, counted, said loudly once, and sent by itself.
func TestNetworkGoesAndComesBack(t *testing.T) {
	s := sits(t, trial(t), "net.work", "pages")
	s.gathered()
	s.answerByKeys()
	s.says(shown+" .saved", "已保存")
	s.offline(true)
	for n := 1; n < 4; n++ {
		s.do(chromedp.Click(chromedp.CSS(shown + " button[value=next]")))
		s.answerByKeys()
		s.says(".unsaved-loud", fmt.Sprintf("%d个答案没有保存", n))
	}
	if alert := s.text("[data-alarm]"); !strings.Contains(alert, "1个答案没有保存") {
		t.Errorf("the alert says %q: it speaks once", alert)
	}
	inspect(t, s.tab, "quiz-offline")
	s.do(chromedp.Click(chromedp.CSS(shown + " button[value=overview]")))
	s.do(chromedp.Sleep(200 * time.Millisecond))
	if s.path() != s.at+"?q=4" {
		t.Errorf("without a network the overview leads to %s", s.path())
	}
	if n := s.sitting().Answered; n != 1 {
		t.Fatalf("%d answers on the server: the network was not gone", n)
	}
	s.offline(false)
	s.kept(4)
	s.until("the overview, as soon as everything is saved", func() bool { return s.path() == s.at+"/submit" })
	if s.truth(`Object.keys(localStorage).some(k => k.startsWith("tongguan:"))`) {
		t.Error("the journal was not cleared")
	}
}

// A reload without a network loses the page and nothing else.
func TestReloadWithoutNetwork(t *testing.T) {
	s := sits(t, trial(t), "re.load", "pages")
	s.gathered()
	s.offline(true)
	for range 12 {
		s.answerByKeys()
		if !s.truth(fmt.Sprintf(`document.querySelector(%q).textContent.includes("下一题")`, shown+" button[value=next]")) {
			break
		}
		s.do(chromedp.Click(chromedp.CSS(shown + " button[value=next]")))
	}
	s.says(".unsaved-loud", "12个答案没有保存")
	if err := chromedp.Do(s.ctx, chromedp.Navigate(s.base+s.at+"?q=1")); err == nil {
		t.Fatal("the page came without a network")
	}
	s.offline(false)
	s.visit(s.at + "?q=1")
	s.kept(12)
	s.says(shown+" .saved", "已保存")
	for q, g := range s.sitting().Answers {
		if len(g.Chosen) == 0 {
			t.Errorf("%s came back empty", q)
		}
	}
}

// Signing out in another tab stops nothing: answers wait, a link leads to the door, and after signing in again they are saved.
func TestSignedOutInTheMiddle(t *testing.T) {
	s := sits(t, trial(t), "sign.out", "pages")
	s.gathered()
	other := s.sibling()
	other.visit("/account")
	other.submit(`form[action="/signout"] button`)
	s.answerByKeys()
	s.says(".unsaved-loud", "登录已经过期，1个答案")
	if target := ask(s.tab, chromedp.Evaluate[string](`document.querySelector(".unsaved a").target + document.querySelector(".unsaved a").pathname`)); target != "_blank/signin" {
		t.Errorf("the link leads to %s", target)
	}
	inspect(t, s.tab, "quiz-signed-out")
	other.signIn("learner", s.a.company.Password)
	s.says(".unsaved-loud", "另一个账号")
	if n := s.sitting().Answered; n != 0 {
		t.Fatalf("%d answers saved as somebody else", n)
	}
	other.visit("/account")
	other.submit(`form[action="/signout"] button`)
	other.signIn(s.login, s.a.company.Password)
	s.kept(1)
	s.says(shown+" .saved", "已保存")
}

// sibling is another tab of the same person.
func (b *tab) sibling() *tab {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	b.t.Cleanup(cancel)
	return &tab{b.t, ctx, b.base}
}

// Two tabs of one attempt show the same, and the later answer stands.
func TestTwoTabs(t *testing.T) {
	s := sits(t, trial(t), "two.tabs", "pages")
	n := slices.IndexFunc(s.sitting().Paper, func(i bank.Item) bool { return i.Question == "pages-one" }) + 1
	here := fmt.Sprintf("%s?q=%d", s.at, n)
	s.visit(here)
	other := s.sibling()
	other.visit(here)
	choice := func(id string) string { return shown + ` input[value="` + id + `"]` }
	s.run(`document.querySelector('` + choice("b") + `').click()`)
	s.kept(1)
	other.until("the answer shows in the other tab", func() bool { return other.truth(`document.querySelector('` + choice("b") + `').checked`) })
	other.run(`document.querySelector('` + choice("c") + `').click()`)
	s.until("the later answer on the server", func() bool { return slices.Equal(s.sitting().Answers["pages-one"].Chosen, []string{"c"}) })
	s.until("and in the first tab", func() bool { return s.truth(`document.querySelector('` + choice("c") + `').checked`) })
}

// When time is up the page hands in what is there, the half-typed answer too, and shows the result.
func TestTimeRunsOut(t *testing.T) {
	s := sits(t, trial(t), "time.out", "pages")
	n := slices.IndexFunc(s.sitting().Paper, func(i bank.Item) bool { return i.Question == "pages-word" }) + 1
	err := s.a.app.DB.Write(context.Background(), func(q db.Q) error {
		due := s.a.app.Clock.Now() + 3000
		if _, err := q.Exec(context.Background(), "UPDATE attempt SET due_at = $2 WHERE id = $1", s.id(), due); err != nil {
			return err
		}
		_, err := q.Exec(context.Background(), "UPDATE answer SET open_until = $2 WHERE attempt_id = $1", s.id(), due+5000)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s.visit(fmt.Sprintf("%s?q=%d", s.at, n))
	if !s.truth(`document.querySelector("[data-left]").classList.contains("clock-late")`) {
		t.Error("the clock does not say that time is short")
	}
	s.do(chromedp.SendKeys(chromedp.CSS(shown+" input[name=typed]"), "毛利"))
	s.until("the review", func() bool { return s.path() == s.at+"/review" })
	if x := s.sitting(); x.State != attempt.Closed || !slices.Equal(x.Answers["pages-word"].Chosen, []string{"毛利"}) {
		t.Errorf("the attempt is %s with %v", x.State, x.Answers)
	}
}

// Without a way back, and with answers that are marked at once, the buttons lead on after everything is saved.
func TestOneWayAndAtOnce(t *testing.T) {
	s := sits(t, trial(t), "one.way", "forward")
	for n := range 3 {
		s.answerByKeys()
		s.submit(shown + " button[value=next]")
		if x := s.sitting(); x.Answered != n+1 || !x.Answers[x.Paper[n].Question].Final {
			t.Fatalf("after question %d: %v", n+1, x.Answers)
		}
	}
	if got := s.path(); got != s.at+"/submit" {
		t.Errorf("the last question leads to %s", got)
	}
	s = sits(t, trial(t), "at.once", "once")
	s.answerByKeys()
	s.submit(shown + " button[value=final]")
	if !s.exists(".final .mark-tag") {
		t.Error("the settled answer is not marked")
	}
	s.submit(shown + " button[value=next]")
	if got := s.path(); got != s.at+"?q=2" {
		t.Errorf("after a settled answer on %s", got)
	}
}

// The checks of a lesson use the same controls, in place.
func TestChecksOfEveryType(t *testing.T) {
	a := trial(t)
	b := a.tab(t)
	b.signIn("learner", a.company.Password)
	b.size(1280, 900)
	b.visit("/courses/trial/pages/read")
	b.run(`document.querySelector("#check-trial-order .seq-down").click()`)
	b.run(`document.querySelector("#check-trial-order button[type=submit]").click()`)
	b.says("#check-trial-order", "先审后签")
	b.run(`document.querySelector("#check-trial-number input[name=typed]").value = "五万"; document.querySelector("#check-trial-number button[type=submit]").click()`)
	b.says("#check-trial-number", "这里要填一个数")
	b.run(`document.querySelector("#check-trial-number input[name=typed]").value = "5万元"; document.querySelector("#check-trial-number button[type=submit]").click()`)
	b.says("#check-trial-number", "答对了")
	inspect(t, b, "quiz-checks")
	b.run(`document.querySelector("#check-trial-order button[type=submit]").click()`)
	b.until("the check can be answered again, with buttons", func() bool { return b.exists("#check-trial-order .seq-down") })
	eachWay(t, b, "quiz-lesson", "/courses/trial/pages/read")
}
