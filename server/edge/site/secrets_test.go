package site_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"tongguan/quizzes/bank"
)

const (
	module = "process/negotiation"
	course = "/courses/process/negotiation"
)

// secrets are the sentences that give an answer away: why an option is right or wrong, and the explanation.
func secrets(questions []*bank.Question) (out []string) {
	for _, q := range questions {
		out = append(out, q.Explanation.ZH, q.Explanation.EN)
		for _, o := range q.Options {
			out = append(out, o.Why.ZH, o.Why.EN)
		}
	}
	return slices.DeleteFunc(out, func(s string) bool { return len(s) < 12 })
}

// leaks finds a secret in a body, written plainly or as HTML.
func leaks(bodies, secrets []string) string {
	for _, b := range bodies {
		b = html.UnescapeString(b)
		for _, s := range secrets {
			if strings.Contains(b, s) {
				return s
			}
		}
	}
	return ""
}

// TestAnswerKeysStayUntilSubmission reads everything that a learner is sent until a quiz is submitted.
func TestAnswerKeysStayUntilSubmission(t *testing.T) {
	each(t, func(h *house) {
		t := h.T
		set := h.Bank.Current().Set(module)
		hidden := secrets(slices.Concat(set.Questions, set.Checks))
		b := h.as("learner")
		for _, path := range []string{"/learn", "/courses", "/courses/process", course + "/prepare", course + "/price", course + "/quiz",
			"/policy/2.4.2", "/search?q=" + url.QueryEscape("让步"), "/search?q=" + url.QueryEscape("底线")} {
			b.get(path).want(t, http.StatusOK)
		}
		attempt := b.post(course+"/quiz", nil).want(t, http.StatusSeeOther).location
		b.sitAll(attempt)
		if s := leaks(b.seen, hidden); s != "" {
			t.Fatalf("before the submission a page said %q", s)
		}
		if strings.Contains(strings.Join(b.seen, ""), "option-right") {
			t.Fatal("before the submission a page marked what is right")
		}
		b.get(attempt+"/review").want(t, http.StatusSeeOther)
		b.post(attempt+"/submit", nil).want(t, http.StatusSeeOther)
		review := b.get(attempt+"/review").want(t, http.StatusOK)
		if leaks([]string{review.body}, secrets(set.Questions)) == "" {
			t.Error("the review explains nothing")
		}
		h.nobodyElse(attempt, hidden)
	})
}

// sitAll looks at every question of an attempt, answers it and looks at the overview.
func (b *browser) sitAll(attempt string) {
	b.Helper()
	for n := range 10 {
		page := b.get(fmt.Sprintf("%s?q=%d", attempt, n+1)).want(b.T, http.StatusOK)
		question := between(page.body, `name="question" value="`)
		choice := between(page.body, `name="choice" value="`)
		b.post(attempt+"/answers", url.Values{"q": {"1"}, "count": {"10"}, "question": {question}, "choice": {choice}, "go": {"stay"}}).
			want(b.T, http.StatusSeeOther)
	}
	b.get(attempt+"/submit").want(b.T, http.StatusOK)
}

func between(body, before string) string {
	_, rest, _ := strings.Cut(body, before)
	value, _, _ := strings.Cut(rest, `"`)
	return html.UnescapeString(value)
}

// nobodyElse looks at somebody's attempt as others: for whom it is not meant it looks like one that is not there.
func (h *house) nobodyElse(attempt string, hidden []string) {
	h.Helper()
	for _, login := range []string{"outsider", "author", "admin"} {
		b := h.as(login)
		missing := b.get("/attempts/06nosuchattempt0000000000/review")
		for _, path := range []string{attempt, attempt + "/submit", attempt + "/review"} {
			a := b.get(path).want(h.T, http.StatusNotFound)
			if strip(a.body) != strip(missing.body) {
				h.Errorf("%s: %s does not look like what is not there", login, path)
			}
		}
		b.post(attempt+"/submit", nil).want(h.T, http.StatusNotFound)
		if s := leaks(b.seen, hidden); s != "" {
			h.Errorf("%s read %q", login, s)
		}
	}
	h.as("inspector").get(attempt+"/review").want(h.T, http.StatusOK)
}

// strip takes out of a page what names its own address.
func strip(body string) string {
	body = strings.ReplaceAll(body, ` aria-current="page"`, "")
	for _, before := range []string{`name="back" value="`, `name="csrf" value="`} {
		for {
			i := strings.Index(body, before)
			if i < 0 {
				break
			}
			j := strings.Index(body[i+len(before):], `"`)
			body = body[:i] + body[i+len(before)+j:]
		}
	}
	return body
}

// TestInlineCheckTellsOnlyWhatWasAsked marks one check and nothing else.
func TestInlineCheckTellsOnlyWhatWasAsked(t *testing.T) {
	each(t, func(h *house) {
		t := h.T
		b := h.as("learner")
		a := b.post(course+"/prepare/checks/neg-c1", url.Values{"choice": {"b"}}).want(t, http.StatusOK)
		set := h.Bank.Current().Set(module)
		if leaks([]string{a.body}, secrets(set.Questions)) != "" {
			t.Error("the check's answer holds secrets of the quiz")
		}
		if leaks([]string{a.body}, secrets(set.Checks[:1])) == "" {
			t.Error("the check explains nothing")
		}
		b.post(course+"/prepare/checks/no-such", url.Values{"choice": {"b"}}).want(t, http.StatusNotFound)
	})
}
