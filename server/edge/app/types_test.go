package app_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tongguan/quizzes/attempt"
	"tongguan/quizzes/bank"
	"tongguan/server/base/access"
	"tongguan/server/base/door"
)

// typesContent is the content of the other tests with a module of every type of question, under the given rules.
func typesContent(t *testing.T, rules string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/content")); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../../quizzes/bank/testdata/types.questions.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(text), "\nquestions:\n")
	files := map[string]string{"05-types.questions.yaml": "module: types\nquiz: " + rules + "\nquestions:\n" + list}
	for _, lang := range []string{"zh", "en"} {
		files["05-types."+lang+".md"] = "---\nid: types\ntitle: Types\nsummary: s\nclauses: [\"2.4.2\"]\nminutes: 5\norder: 5\n---\n\n# Types {#types clauses=\"2.4.2\" minutes=\"5\"}\n\nText\n"
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, "courses", "process", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// withRules is the content of the other tests, with other rules of its quiz.
func withRules(t *testing.T, rules string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/content")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "courses", "process", "04-negotiation.questions.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), "quiz: {draw: 10, pass: 80, minutes: 20}", "quiz: "+rules, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// typist answers a quiz of every type with forms alone, as a browser without scripts does.
type typist struct {
	*browser
	at string
}

func sitsDown(t *testing.T, rules string) *typist {
	t.Helper()
	h := one(t, options{content: typesContent(t, rules)})
	b := h.as("learner")
	return &typist{b, b.post("/courses/process/types/quiz", nil).want(t, http.StatusSeeOther).location}
}

func (b *typist) sitting() attempt.Sitting {
	b.Helper()
	x, err := b.Attempts.Sit(context.Background(), b.actor("learner"), strings.TrimPrefix(b.at, "/attempts/"))
	if err != nil {
		b.Fatal(err)
	}
	return x
}

// fieldsFor fills in the form of a question as its right answer asks.
func fieldsFor(q *bank.Question, item bank.Item, prefix string) url.Values {
	f := url.Values{}
	for i, r := range q.Right(item.Params) {
		name, value, pair := strings.Cut(r, "=")
		switch {
		case q.Type == "matching":
			f.Set(prefix+"pair."+name, value)
		case q.Type == "ordering":
			f.Set(prefix+"place."+r, string(rune('1'+i)))
		case q.Type == "cloze" && pair:
			f.Set(prefix+"gap."+name, value)
		case slices.Contains([]string{"numeric", "calculated", "text"}, string(q.Type)):
			f.Set(prefix+"typed", " "+r+" ")
		default:
			f.Add(prefix+"choice", r)
		}
	}
	if q.Type == "open" {
		f.Set(prefix+"typed", "第一行\r\n第二行")
	}
	return f
}

func (b *typist) right(x attempt.Sitting) {
	b.Helper()
	for i, q := range x.Questions {
		got := slices.Sorted(slices.Values(x.Answers[q.ID].Chosen))
		want := slices.Sorted(slices.Values(q.Right(x.Paper[i].Params)))
		if q.Type == "ordering" {
			got, want = x.Answers[q.ID].Chosen, q.Right(nil)
		}
		if q.Type == "open" {
			want = []string{"第一行\n第二行"}
		}
		if !slices.Equal(got, want) {
			b.Errorf("%s: %q, want %q", q.ID, got, want)
		}
	}
}

// Every type is answered by its form, shown again as it was answered, and changed by nothing but a change.
func TestEveryTypeByForms(t *testing.T) {
	b := sitsDown(t, "{draw: 9, pass: 60, minutes: 30}")
	x := b.sitting()
	for i, q := range x.Questions {
		f := fieldsFor(q, x.Paper[i], "")
		f.Set("q", string(rune('1'+i)))
		f.Set("question", q.ID)
		f.Set("go", "stay")
		b.post(b.at+"/answers", f).want(t, http.StatusSeeOther)
	}
	b.right(b.sitting())
	for i, q := range x.Questions {
		page := b.get(b.at+"?q="+string(rune('1'+i))).want(t, http.StatusOK).body
		checked := strings.Count(page, " checked") + strings.Count(page, " selected") + strings.Count(page, `name="typed" value="`) - strings.Count(page, `name="typed" value=""`)
		if q.Type != "open" && checked < 1 || q.Type == "open" && !strings.Contains(page, "第一行\n第二行</textarea>") {
			t.Errorf("%s does not show what was answered", q.ID)
		}
		if strings.Contains(page, q.Explanation.ZH) {
			t.Errorf("%s tells its explanation", q.ID)
		}
	}
	b.post(b.at+"/submit", nil).want(t, http.StatusSeeOther)
	review := b.get(b.at+"/review").want(t, http.StatusOK).body
	if n := strings.Count(review, `class="mark-tag mark-right"`); n != 8 {
		t.Errorf("%d of 8 right answers are said to be right:\n%s", n, review)
	}
	if !strings.Contains(review, "mark-pending") {
		t.Error("the open answer is not said to be waiting")
	}
}

// What cannot be an order is refused beside the question with what was entered; a number that is none is kept and said.
func TestSlipsAreSaidBesideTheQuestion(t *testing.T) {
	b := sitsDown(t, "{draw: 9, pass: 60, minutes: 30}")
	x := b.sitting()
	at := func(id string) (string, *bank.Question) {
		i := slices.IndexFunc(x.Questions, func(q *bank.Question) bool { return q.ID == id })
		return string(rune('1' + i)), x.Questions[i]
	}
	n, order := at("order")
	form := url.Values{"q": {n}, "question": {"order"}, "go": {"next"}, "place." + order.Options[0].ID: {"2"}, "place." + order.Options[1].ID: {"2"}}
	for _, want := range []string{"第2位用了两次", "还有2步没有选位置"} {
		page := b.post(b.at+"/answers", form).want(t, http.StatusUnprocessableEntity).body
		if !strings.Contains(page, want) || strings.Count(page, `value="2" selected`) < 1 {
			t.Errorf("the page does not say %q and keep what was entered", want)
		}
		form.Set("place."+order.Options[1].ID, "3")
	}
	n, _ = at("number")
	page := b.post(b.at+"/answers", url.Values{"q": {n}, "question": {"number"}, "typed": {"大概四十多万"}, "go": {"next"}}).want(t, http.StatusUnprocessableEntity).body
	if !strings.Contains(page, `value="大概四十多万"`) || !strings.Contains(page, "这里要填一个数") {
		t.Error("what is no number is not said beside it")
	}
	if got := b.sitting().Answers["number"].Chosen; !slices.Equal(got, []string{"大概四十多万"}) {
		t.Errorf("kept %q", got)
	}
	b.post(b.at+"/answers", url.Values{"q": {n}, "question": {"number"}, "typed": {""}, "go": {"next"}}).want(t, http.StatusSeeOther)
	if got := b.sitting().Answers["number"].Chosen; len(got) != 0 {
		t.Errorf("an answer that was taken back is still %q", got)
	}
}

// All questions of a page are saved by one form; what is as it was is not written again.
func TestAllOnOnePageByOneForm(t *testing.T) {
	b := sitsDown(t, "{draw: 9, pass: 60, minutes: 30, page: all, certainty: true}")
	x, f := b.sitting(), url.Values{"all": {"1"}, "go": {"stay"}}
	for i, q := range x.Questions {
		prefix := string(rune('1'+i)) + "."
		for name, values := range fieldsFor(q, x.Paper[i], prefix) {
			f[name] = values
		}
		f.Set(prefix+"certainty", "3")
	}
	b.post(b.at+"/answers", f).want(t, http.StatusSeeOther)
	first := b.sitting()
	b.right(first)
	f.Set("go", "overview")
	if to := b.post(b.at+"/answers", f).want(t, http.StatusSeeOther).location; to != b.at+"/submit" {
		t.Errorf("leads to %s", to)
	}
	for id, g := range b.sitting().Answers {
		if g.Seq != first.Answers[id].Seq || g.Certainty != 3 {
			t.Errorf("%s was written twice: %d, %d, certainty %d", id, first.Answers[id].Seq, g.Seq, g.Certainty)
		}
	}
}

// Where there is no way back a question that was left stays left, answered or not.
func TestNoWayBack(t *testing.T) {
	b := sitsDown(t, "{draw: 3, pass: 60, minutes: 30, back: false}")
	for n, q := range b.sitting().Questions {
		page := b.get(b.at+"?q=1").want(t, http.StatusOK).body
		if !strings.Contains(page, `name="question" value="`+q.ID+`"`) || strings.Contains(page, `value="prev"`) {
			t.Errorf("question %d is not the one that is shown", n+1)
		}
		b.post(b.at+"/answers", url.Values{"q": {string(rune('1' + n))}, "question": {q.ID}, "go": {"next"}}).want(t, http.StatusSeeOther)
	}
	if to := b.get(b.at).want(t, http.StatusSeeOther).location; to != b.at+"/submit" {
		t.Errorf("after the last question the attempt leads to %s", to)
	}
}

// A form that is refused shows the question that is on, whichever its address fields name: none that was left, and none to come.
func TestNoWayBackByASlip(t *testing.T) {
	b := sitsDown(t, "{draw: 4, pass: 60, minutes: 30, back: false}")
	asked := b.sitting().Questions
	b.post(b.at+"/answers", url.Values{"q": {"1"}, "question": {asked[0].ID}, "go": {"next"}}).want(t, http.StatusSeeOther)
	for _, q := range []string{"1", "2", "3", "4"} {
		page := b.post(b.at+"/answers", url.Values{"q": {q}, "question": {"none"}, "go": {"next"}}).want(t, http.StatusUnprocessableEntity).body
		if !strings.Contains(page, `name="question" value="`+asked[1].ID+`"`) {
			t.Errorf("q=%s shows another question than the second", q)
		}
	}
}

// Where answers are shown at once one is asked for first, and it is final.
func TestAnsweredAtOnce(t *testing.T) {
	b := sitsDown(t, "{draw: 9, pass: 60, minutes: 30, show: {answers: at_once, explanations: at_once}}")
	x := b.sitting()
	i := slices.IndexFunc(x.Questions, func(q *bank.Question) bool { return q.ID == "gaps" })
	f := url.Values{"q": {string(rune('1' + i))}, "question": {"gaps"}, "go": {"final"}}
	b.post(b.at+"/answers", f).want(t, http.StatusUnprocessableEntity)
	f.Set("gap.who", "销售部")
	to := b.post(b.at+"/answers", f).want(t, http.StatusSeeOther).location
	page := b.get(to).want(t, http.StatusOK).body
	if !strings.Contains(page, "先审后签") || !strings.Contains(page, "法务部门") || strings.Contains(page, `name="gap.who"`) {
		t.Error("the settled answer is not marked, or can still be changed")
	}
	i = slices.IndexFunc(x.Questions, func(q *bank.Question) bool { return q.ID == "letter" })
	open := url.Values{"q": {string(rune('1' + i))}, "question": {"letter"}, "go": {"final"}, "typed": {"请确认"}}
	to = b.post(b.at+"/answers", open).want(t, http.StatusSeeOther).location
	if page := b.get(to).want(t, http.StatusOK).body; !strings.Contains(page, "mark-pending") || strings.Contains(page, "mark-wrong") {
		t.Error("an open answer that people have still to mark is said to be wrong")
	}
	f.Set("gap.who", "法务部")
	b.post(b.at+"/answers", f).want(t, http.StatusSeeOther)
	if got := b.sitting().Answers["gaps"].Chosen; !slices.Equal(got, []string{"who=销售部"}) {
		t.Errorf("the final answer became %q", got)
	}
}

// The declaration is asked for beside its box; what is not to be shown yet, or ever, is in no page.
func TestNothingIsShownBeforeItsTime(t *testing.T) {
	rules := `{draw: 9, pass: 60, minutes: 30, attempts: 2, wait: 24h, declaration: {zh: "我独立完成", en: "I work alone"}, ` +
		`window: {from: "2026-01-01 00:00", until: "2026-12-31 00:00"}, show: {score: window, answers: window, explanations: never}}`
	h := one(t, options{content: typesContent(t, rules)})
	quiz := "/courses/process/types/quiz"
	b := &typist{browser: h.as("learner")}
	page := b.post(quiz, nil).want(t, http.StatusUnprocessableEntity).body
	if !strings.Contains(page, `id="declare-error"`) {
		t.Error("without the declaration the page does not say why")
	}
	b.at = b.post(quiz, url.Values{"accepted": {"1"}}).want(t, http.StatusSeeOther).location
	x := b.sitting()
	for i, q := range x.Questions {
		f := fieldsFor(q, x.Paper[i], "")
		f.Set("q", string(rune('1'+i)))
		f.Set("question", q.ID)
		b.post(b.at+"/answers", f).want(t, http.StatusSeeOther)
	}
	b.post(b.at+"/submit", nil).want(t, http.StatusSeeOther)
	review := b.get(b.at+"/review").want(t, http.StatusOK).body
	intro := b.get(quiz).want(t, http.StatusOK).body
	for _, secret := range []string{"先审后签", "mark-right", "option-right", `class="ring"`, "100%"} {
		if strings.Contains(review, secret) || strings.Contains(intro, secret) {
			t.Errorf("%s is shown before its time", secret)
		}
	}
	for _, said := range []string{"2026年12月31日 00:00考试结束之后", "不公布解析和依据的条款"} {
		if !strings.Contains(review, said) {
			t.Errorf("the review does not say %q", said)
		}
	}
	if !strings.Contains(intro, "起可以再考") || strings.Contains(intro, `name="accepted"`) {
		t.Error("the pause is not said, or the form is there all the same")
	}
}

// An attempt whose score is not shown yet has none in the list of attempts, not even nothing, and is not told to be the better one.
func TestHiddenScoresInTheListOfAttempts(t *testing.T) {
	h := one(t, options{content: withRules(t, `{draw: 10, pass: 80, minutes: 20, window: {until: "2026-03-02 10:00"}, show: {score: window}}`)})
	b, at := h.as("learner"), ""
	for range 2 {
		h.advance(time.Minute)
		at = b.post(module+"/quiz", nil).want(t, http.StatusSeeOther).location
		b.post(at+"/submit", nil).want(t, http.StatusSeeOther)
	}
	look := func() string {
		page := b.get(module+"/quiz").want(t, http.StatusOK).body
		_, list, ok := strings.Cut(page, `<ul class="past">`)
		if list, _, _ = strings.Cut(list, "</ul>"); !ok || strings.Count(list, "<li") != 2 {
			t.Fatalf("%q", list)
		}
		return list
	}
	until := time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC).UnixMilli() // ten o'clock in Shanghai
	h.advance(time.Duration(until-h.Clock.Now()+3000) * time.Millisecond)
	if list := look(); strings.Contains(list, "0%") || strings.Contains(list, "past-counts") {
		t.Errorf("answers still travel, and the list says %s", list)
	}
	if page := b.get("/team/"+h.actor("learner").ID).want(t, http.StatusOK).body; strings.Contains(page, "未通过") {
		t.Error("their own page says that they failed, which is not to be told yet")
	}
	h.advance(3 * time.Second)
	if list := look(); strings.Count(list, "0%") != 2 || strings.Count(list, `"past-counts"`) != 1 {
		t.Errorf("the scores are not in %s", list)
	}
}

// A score that is not shown yet stands on no page of what was passed either, nor in the API.
func TestHiddenScoresOfWhatWasPassed(t *testing.T) {
	h := one(t, options{content: withRules(t, `{draw: 10, pass: 80, minutes: 20, window: {until: "2026-03-02 09:40"}, show: {score: window}}`)})
	b := &typist{browser: h.as("learner")}
	b.at = b.post(module+"/quiz", nil).want(t, http.StatusSeeOther).location
	x := b.sitting()
	for i, q := range x.Questions {
		if _, err := h.Attempts.Answer(context.Background(), h.actor("learner"), x.ID, q.ID, q.Right(x.Paper[i].Params)); err != nil {
			t.Fatal(err)
		}
	}
	b.post(b.at+"/submit", nil).want(t, http.StatusSeeOther)
	token, err := h.Door.NewToken(context.Background(), h.actor("learner"), "报表", door.Scopes(), 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []bool{false, true} {
		if shown {
			h.advance(11 * time.Minute)
		}
		for _, path := range []string{"/courses/process", "/learn", "/team/" + h.actor("learner").ID} {
			if page := b.get(path).want(t, http.StatusOK).body; strings.Contains(page, "100%") != shown {
				t.Errorf("%s: the score is shown: %v, want %v", path, !shown, shown)
			}
		}
		r := httptest.NewRequest(http.MethodGet, "/api/v1/progress", nil)
		r.Header.Set("Authorization", "Bearer "+token)
		want := map[bool]string{false: `"score_percent":null`, true: `"score_percent":100`}[shown]
		if got := b.send(r).want(t, http.StatusOK).body; !strings.Contains(got, want) {
			t.Errorf("the API says %s, not %s", got, want)
		}
	}
}

// An open answer shows the levels that two people gave it, and what they wrote.
func TestOpenAnswersShowTheirMarks(t *testing.T) {
	b := sitsDown(t, "{draw: 9, pass: 60, minutes: 30}")
	b.addPerson("second", "elsewhere", access.Author)
	i := slices.IndexFunc(b.sitting().Questions, func(q *bank.Question) bool { return q.ID == "letter" })
	b.post(b.at+"/answers", url.Values{"q": {string(rune('1' + i))}, "question": {"letter"}, "typed": {"请确认"}}).want(t, http.StatusSeeOther)
	b.post(b.at+"/submit", nil).want(t, http.StatusSeeOther)
	if page := b.get(b.at+"/review").want(t, http.StatusOK).body; !strings.Contains(page, "还有1道开放题正在评阅") || strings.Contains(page, `class="ring"`) {
		t.Error("before it is marked the review does not say so, or gives a score")
	}
	for n, who := range []string{"author", "second"} {
		levels := map[string]int{"needs": 1, "tone": 1}
		note := []string{"要点齐，缺数字", ""}[n]
		if err := b.Attempts.GiveMark(context.Background(), b.actor(who), strings.TrimPrefix(b.at, "/attempts/"), "letter", levels, note); err != nil {
			t.Fatal(err)
		}
	}
	page := b.get(b.at+"/review").want(t, http.StatusOK).body
	for _, want := range []string{"写出一部分", "30 / 60", "请对方在期限内书面确认", "40 / 40", "要点齐，缺数字", "得70%", `class="ring"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the review does not show %q", want)
		}
	}
	if strings.Contains(page, "没有写出需求") {
		t.Error("it shows a level that nobody gave")
	}
}
