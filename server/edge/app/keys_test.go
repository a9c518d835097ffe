package app_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tongguan/server/base/door"
	"tongguan/server/base/people"
)

const (
	module = "/courses/process/negotiation"
	canary = "CANARY-" // begins every sentence of testdata/content that gives an answer away
)

// leaks names the answers in which a canary sits.
func leaks(seen []answer) (out []string) {
	for _, a := range seen {
		if i := strings.Index(a.body, canary); i >= 0 || strings.Contains(a.body, "option-right") {
			out = append(out, fmt.Sprintf("%s: %.60s", a.what, a.body[max(0, i):]))
		}
	}
	return out
}

// everything are the pages around a quiz that a learner may look at while it is open.
var everything = []string{"/learn", "/courses", "/courses/process", "/courses/general", module + "/prepare", module + "/price", module + "/quiz",
	module + "/print", module + "/offline", module + "/prepare/offline", module + "/price/offline", "/courses/offline", "/courses/offline/pass",
	"/policy", "/policy/2.4.2", "/search?q=CANARY", "/search?q=RIGHT-neg-1", "/search?q=" + "%E5%9B%A0%E4%B8%BA", "/library/glossary?q=RIGHT", "/library/templates/visit", "/account"}

// TestAnswerKeysStayUntilSubmission reads everything that a learner is sent until they submit, in both languages.
func TestAnswerKeysStayUntilSubmission(t *testing.T) {
	for _, lang := range []string{"zh", "en"} {
		t.Run(lang, func(t *testing.T) {
			each(t, func(h *house) {
				b := h.as("learner")
				b.cookies["tongguan_lang"] = lang
				b.lookAround()
				attempt := b.post(module+"/quiz", nil).want(h.T, http.StatusSeeOther).location
				b.sit(attempt)
				b.lookAround()
				b.get(attempt+"/review").want(h.T, http.StatusSeeOther)
				if found := leaks(b.seen); found != nil {
					h.Fatalf("before the submission: %q", found)
				}
				b.post(attempt+"/submit", nil).want(h.T, http.StatusSeeOther)
				h.reviewTellsAll(b.get(attempt+"/review").want(h.T, http.StatusOK), lang)
			})
		})
	}
}

// lookAround reads every page around the quiz, and what the API has to say.
func (b *browser) lookAround() {
	b.Helper()
	for _, path := range everything {
		b.get(path).want(b.T, http.StatusOK)
	}
	text, err := b.Door.NewToken(context.Background(), b.actor("learner"), "报表", door.Scopes(), 1)
	if err != nil {
		b.Fatal(err)
	}
	for _, path := range []string{"/me", "/courses", "/progress", "/openapi.yaml"} {
		r := httptest.NewRequest(http.MethodGet, "/api/v1"+path, nil)
		r.Header.Set("Authorization", "Bearer "+text)
		b.send(r).want(b.T, http.StatusOK)
	}
}

var (
	questionField = regexp.MustCompile(`name="question" value="([^"]+)"`)
	choiceField   = regexp.MustCompile(`name="choice" value="([^"]+)"`)
	optionLabel   = regexp.MustCompile(`(?s)<label class="option.*?</label>`)
	optionText    = regexp.MustCompile(`第\d+题的一种说法[a-d]|An answer [a-d] to \d+|(?s)text">(?:对|错|True|False)<`)
	letterText    = regexp.MustCompile(`aria-hidden="true">[A-D]<`)
)

// sit answers every question, in the page and in htmx's way, wrongly too, and looks at the overview.
func (b *browser) sit(attempt string) {
	b.Helper()
	for n := range 10 {
		page := b.get(fmt.Sprintf("%s?q=%d", attempt, n+1)).want(b.T, http.StatusOK)
		b.allAlike(page)
		form := url.Values{"q": {fmt.Sprint(n + 1)}, "count": {"10"}, "question": {questionField.FindStringSubmatch(page.body)[1]}, "go": {"stay"}}
		b.post(attempt+"/answers", form).want(b.T, http.StatusSeeOther)
		form.Set("choice", "no-such-option")
		b.post(attempt+"/answers", form).want(b.T, http.StatusUnprocessableEntity)
		form.Set("choice", choiceField.FindStringSubmatch(page.body)[1])
		r := formRequest(attempt+"/answers", withCSRF(form, b.csrf))
		r.Header.Set("HX-Request", "true")
		b.send(r)
		form.Set("go", "next")
		b.post(attempt+"/answers", form).want(b.T, http.StatusSeeOther)
	}
	b.get(attempt+"/submit").want(b.T, http.StatusOK)
}

// allAlike holds the options of an unanswered question against one another: apart from their own text, letter
// and id nothing may differ.
func (b *browser) allAlike(page answer) {
	b.Helper()
	labels := optionLabel.FindAllString(page.body, -1)
	if len(labels) < 2 {
		b.Fatalf("%s: %d options", page.what, len(labels))
	}
	bare := func(l string) string {
		return letterText.ReplaceAllString(optionText.ReplaceAllString(choiceField.ReplaceAllString(l, ""), ""), "")
	}
	for _, l := range labels[1:] {
		if bare(l) != bare(labels[0]) {
			b.Errorf("%s: options that differ in more than their text:\n%s\n%s", page.what, labels[0], l)
		}
	}
}

// reviewTellsAll wants every reason and every explanation of the paper in the review.
func (h *house) reviewTellsAll(review answer, lang string) {
	h.Helper()
	if n := strings.Count(review.body, canary+"EXPLAINS-"); n != 10 {
		h.Errorf("the review explains %d of 10 questions", n)
	}
	right := strings.Count(review.body, canary+"RIGHT-")
	if wrong := strings.Count(review.body, canary+"WRONG-"); right < 6 || wrong < 10 {
		h.Errorf("the review says of %d options why they are right and of %d why they are wrong", right, wrong)
	}
	if own := map[string]string{"zh": "-因为", "en": "-because"}[lang]; !strings.Contains(review.body, own) {
		h.Errorf("the review is not in %s", lang)
	}
}

// TestInlineCheckTellsOnlyWhatWasAsked marks one check and gives nothing else away.
func TestInlineCheckTellsOnlyWhatWasAsked(t *testing.T) {
	each(t, func(h *house) {
		b := h.as("learner")
		path := module + "/prepare/checks/"
		b.post(path+"neg-c1", nil).want(h.T, http.StatusOK) // nothing chosen
		b.post(path+"neg-c1", url.Values{"choice": {"z"}})
		for _, other := range []string{"neg-1", "neg-2", "no-such", "pur-1"} { // questions of quizzes are no checks
			b.post(path+other, url.Values{"choice": {"a"}}).want(h.T, http.StatusNotFound)
		}
		if found := leaks(b.seen); found != nil {
			h.Errorf("without an answer: %q", found)
		}
		for _, partial := range []string{"", "true"} {
			r := formRequest(path+"neg-c1", url.Values{"csrf": {b.csrf}, "choice": {"b"}})
			r.Header.Set("HX-Request", partial)
			a := b.send(r).want(h.T, http.StatusOK)
			if all, own := strings.Count(a.body, canary), strings.Count(a.body, "-neg-c1-"); all != own || own < 2 {
				h.Errorf("htmx=%q: %d canaries, %d of them of the check: %s", partial, all, own, a.body)
			}
			if whole := strings.Contains(a.body, "<html"); whole == (partial == "true") {
				h.Errorf("htmx=%q: whole page %v", partial, whole)
			}
		}
	})
}

// TestOtherPeoplesAttempts looks at an open and at a closed attempt of somebody else.
func TestOtherPeoplesAttempts(t *testing.T) {
	each(t, func(h *house) {
		owner := h.as("learner")
		for _, state := range []string{"open", "closed"} {
			attempt := owner.post(module+"/quiz", nil).want(h.T, http.StatusSeeOther).location
			if state == "closed" {
				owner.post(attempt+"/submit", nil).want(h.T, http.StatusSeeOther)
			}
			for _, login := range []string{"outsider", "manager", "author", "hr", "admin", "inspector"} {
				b := h.as(login)
				b.prise(attempt, login == "inspector")
				if found := leaks(b.seen); found != nil {
					h.Errorf("%s at an attempt that is %s: %q", login, state, found)
				}
			}
		}
		attempts, err := h.Attempts.Of(context.Background(), h.actor("learner"), h.names["learner"], "")
		if err != nil || len(attempts) != 1 || attempts[0].Answered != 0 {
			h.Errorf("others have changed the attempts: %+v, %v", attempts, err)
		}
	})
}

// prise tries every address of an attempt; the supervision post may read a review, which is tested elsewhere.
func (b *browser) prise(attempt string, mayReview bool) {
	b.Helper()
	for _, path := range []string{attempt, attempt + "?q=2", attempt + "/submit", attempt + "/review"} {
		if mayReview && strings.HasSuffix(path, "/review") {
			continue
		}
		b.get(path).want(b.T, http.StatusNotFound)
	}
	form := url.Values{"q": {"1"}, "count": {"10"}, "question": {"neg-1"}, "choice": {"a", "b"}}
	b.post(attempt+"/answers", form).want(b.T, http.StatusNotFound)
	b.post(attempt+"/submit", nil).want(b.T, http.StatusNotFound)
}

// TestSuspendedLearnersSeeNothing ends a session in the middle of an attempt.
func TestSuspendedLearnersSeeNothing(t *testing.T) {
	each(t, func(h *house) {
		b, admin := h.as("learner"), h.as("admin")
		attempt := b.post(module+"/quiz", nil).want(h.T, http.StatusSeeOther).location
		b.post(attempt+"/submit", nil).want(h.T, http.StatusSeeOther)
		admin.post("/admin/people/"+h.names["learner"]+"/suspend", nil).want(h.T, http.StatusSeeOther)
		a := b.get(attempt+"/review").want(h.T, http.StatusSeeOther)
		if p, err := h.People.Get(context.Background(), h.actor("admin"), h.names["learner"]); err != nil || p.State != people.Suspended {
			h.Fatal(p, err)
		}
		if !strings.HasPrefix(a.location, "/signin") {
			h.Errorf("a suspended learner is sent to %q", a.location)
		}
	})
}
