package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"tongguan/content"
	"tongguan/quizzes/bank"
)

// A course that is only for tests: every type of question, and a quiz for each way in which one can be taken.
var trials = []struct{ id, rules string }{
	{"pages", "{draw: 12, pass: 60, minutes: 30}"},
	{"sheet", `{draw: 12, pass: 40, minutes: 30, page: all, certainty: true}`},
	{"forward", "{draw: 3, pass: 60, minutes: 30, back: false}"},
	{"once", "{draw: 12, pass: 60, minutes: 30, show: {answers: at_once, explanations: at_once}}"},
	{"secret", `{draw: 3, pass: 60, minutes: 30, attempts: 3, wait: 24h, counts: latest, window: {from: "2020-01-05 09:00", until: "2099-12-31 18:00"}, show: {score: never, answers: window, explanations: window}, declaration: {zh: "我独立完成，不借助他人，也不把题目告诉别人。", en: "I work alone, without help, and do not pass the questions on."}}`},
}

const longStem = `
  - id: long
    type: multiple
    clauses: ["2.4.2"]
    level: apply
    stem: {zh: "衡川工控给澄江食品报了40台网关，按权限让5%之后每台6,460元。采购经理拿出市场部在展会上发过的“展会价”，每台6,120元，没有编号、没有有效期，也没有人批过。她说：“同一家公司，两个价。你先回去对一对，我再决定怎么跟罗厂长说你们靠不靠谱。”回到公司以后，周小满应该先做哪几件事？", en: "Hengchuan quoted 40 gateways to Chengjiang Foods at ¥6,460 each, 5% off as her authority allows. The purchasing manager took out a “show price” of ¥6,120 that marketing had handed out at a fair, without a number, without a date of expiry, approved by nobody. “One company, two prices. Go and sort it out between yourselves.” Back at the office, what should Xiaoman do first?"}
    options:
      - {id: a, right: true, text: {zh: "找市场部核对那张纸是谁发的、发给了哪些客户，并把结果记进客户档案，让后来接手的人也看得到", en: "Ask marketing who handed the sheet out and to which customers, and put what she learns into the customer's file, where whoever takes over will find it"}, why: {zh: "先把事实弄清楚", en: "Facts first"}}
      - {id: b, right: true, text: {zh: "请有权限的人决定这单按哪个价，再书面答复客户", en: "Have whoever has the authority decide on the price, and answer the customer in writing"}, why: {zh: "价格要有人批", en: "Somebody must approve a price"}}
      - {id: c, text: {zh: "直接按6,120元改报价", en: "Change the quote to ¥6,120 at once"}, why: {zh: "没有权限", en: "She has no authority for it"}}
      - {id: d, text: {zh: "告诉客户那张纸不作数", en: "Tell the customer that the sheet does not count"}, why: {zh: "没核实就否认，信任就没了", en: "A denial before checking costs trust"}}
    explanation: {zh: "先核实，再请示，最后书面答复。", en: "Check, ask, then answer in writing."}
  - id: fact
    type: truefalse
    clauses: ["2.4.1"]
    level: recall
    stem: {zh: "底线要在谈判之前定好。", en: "The limit is set before the negotiation."}
    answer: true
    explanation: {zh: "谈判桌上定的不是底线。", en: "What is set at the table is no limit."}
  - id: one
    type: single
    clauses: ["2.4.1"]
    level: recall
    stem: {zh: "谁批准突破底线？", en: "Who may allow going below the limit?"}
    options:
      - {id: a, right: true, text: {zh: "有权限的负责人", en: "Whoever has the authority"}, why: {zh: "权限在人", en: "Authority is a person's"}}
      - {id: b, text: {zh: "客户", en: "The customer"}, why: {zh: "他只会要更低", en: "He would only ask for less"}}
      - {id: c, text: {zh: "谁都不行", en: "Nobody"}, why: {zh: "可以，但要批", en: "It can be done, with approval"}}
    explanation: {zh: "要有人批，而且留下记录。", en: "Somebody approves it, and it is written down."}
`

// checks stand in the lesson of the first trial.
const trialChecks = `
checks:
  - id: trial-order
    type: ordering
    clauses: ["2.4.4"]
    level: apply
    stem: {zh: "先后怎么排？", en: "In which order?"}
    order:
      - {zh: "谈成", en: "Agree"}
      - {zh: "审核合同", en: "Review the contract"}
      - {zh: "签订", en: "Sign"}
    explanation: {zh: "先审后签。", en: "Review before signing."}
  - id: trial-number
    type: numeric
    clauses: ["2.4.2"]
    level: apply
    stem: {zh: "100万的5%是多少万元？", en: "What is 5% of ¥1,000,000?"}
    figures: [{value: "50000"}]
    units: [{name: "万元", factor: "10000"}, {name: "元", factor: "1"}, {name: "yuan", factor: "1"}]
    explanation: {zh: "5万元。", en: "¥50,000."}
`

var idLine = regexp.MustCompile(`(?m)^(  - id: |      - id: hydra)(\S+)`)

// trialContent writes the built-in content with the course of trials added.
func trialContent(dir string) error {
	if err := os.CopyFS(dir, content.Files); err != nil {
		return err
	}
	types, err := os.ReadFile("../../quizzes/bank/testdata/types.questions.yaml")
	if err != nil {
		return err
	}
	_, list, _ := strings.Cut(string(types), "\nquestions:\n")
	list += longStem[1:]
	course := filepath.Join(dir, "courses", "trial")
	if err := os.Mkdir(course, 0o700); err != nil {
		return err
	}
	files := map[string]string{"course.yaml": "id: trial\nchapter: \"9\"\norder: 9\ntitle: {zh: 试题, en: Trials}\nsummary: {zh: 各种题型, en: Every type of question}\n"}
	for i, t := range trials {
		name := fmt.Sprintf("%02d-%s", i+1, t.id)
		checks, inline := "", ""
		if i == 0 {
			checks, inline = trialChecks, "\n```check\ntrial-order\n```\n\n```check\ntrial-number\n```\n"
		}
		ids := idLine.ReplaceAllStringFunc(list, func(line string) string {
			m := idLine.FindStringSubmatch(line)
			if strings.HasSuffix(m[1], "hydra") {
				return "      - id: " + t.id + "-hydra" + m[2]
			}
			return m[1] + t.id + "-" + m[2]
		})
		files[name+".questions.yaml"] = "module: " + t.id + "\nquiz: " + t.rules + checks + "\nquestions:\n" + ids
		for lang, text := range map[string]string{"zh": "试题", "en": "Trial"} {
			files[name+"."+lang+".md"] = fmt.Sprintf("---\nid: %s\ntitle: %s %s\nsummary: %s\nclauses: [\"2.4.2\"]\nminutes: 5\norder: %d\n---\n\n# %s {#read clauses=\"2.4.2\" minutes=\"5\"}\n\n%s\n%s",
				t.id, text, t.id, text, i+1, text, text, inline)
		}
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(course, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

var (
	trialOnce   sync.Once
	trialShared *academy
	trialFailed error
)

// trial gives an academy with the course of trials, in the browser of the other.
func trial(t *testing.T) *academy {
	t.Helper()
	first := open(t)
	trialOnce.Do(func() {
		dir, err := os.MkdirTemp("", "tongguan-trial-")
		if err == nil {
			err = trialContent(filepath.Join(dir, "content"))
		}
		if err == nil {
			trialShared, err = serve(dir, filepath.Join(dir, "content"))
		}
		if trialFailed = err; err != nil {
			return
		}
		trialShared.browser = first.browser
		firstClose, trialClose := first.close, trialShared.close
		first.close = func() { trialClose(); _ = os.RemoveAll(dir); firstClose() }
	})
	if trialFailed != nil {
		t.Fatal(trialFailed)
	}
	return trialShared
}

// The trials are what they claim to be: content that is read without a problem, of every type.
func TestTrialsAreSound(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "content")
	if err := trialContent(dir); err != nil {
		t.Fatal(err)
	}
	b, problems := bank.Read(os.DirFS(dir))
	for _, p := range problems {
		if strings.Contains(p.File, "trial") {
			t.Errorf("%s:%d %s %v", p.File, p.Line, p.Key, p.Args)
		}
	}
	for _, trial := range trials {
		if b.Set("trial/"+trial.id) == nil {
			t.Errorf("no quiz %s", trial.id)
		}
	}
}

// begin presses the one button of a quiz's first page.
func (b *tab) begin(module string) string {
	b.t.Helper()
	b.visit("/courses/" + module + "/quiz")
	if b.exists("input[name=accepted]") {
		b.do(clickOn("input[name=accepted]"))
	}
	b.submit("form.start button")
	at, _, _ := strings.Cut(b.path(), "?")
	if !strings.HasPrefix(at, "/attempts/") {
		b.t.Fatalf("the quiz leads to %s", at)
	}
	return at
}

func clickOn(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.CSS(selector))
}

// typeAt is the type of a question of a paper.
func typeAt(b *tab, at string, n int) string {
	b.t.Helper()
	b.visit(fmt.Sprintf("%s?q=%d", at, n))
	return ask(b, chromedp.Evaluate[string](`document.querySelector("[data-turn]:not([hidden]) [data-ask]").dataset.ask.replace("pages-", "")`))
}

func str(n int) string { return strconv.Itoa(n) }
