package app_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"tongguan/server/edge/app"
)

var reference = regexp.MustCompile(`\b0[0-9a-hjkmnp-tv-z]{25}\b`)

// TestAPanicTellsNothing takes rooms away, so that pages panic: what came of it is in the log and not on the page.
func TestAPanicTellsNothing(t *testing.T) {
	for lang, sentence := range map[string]string{"zh": `lang="zh-CN"`, "en": `lang="en"`} {
		var log bytes.Buffer
		h := one(t, options{furnish: func(a *app.App) {
			a.Log = slog.New(slog.NewTextHandler(&log, nil))
			a.Training = nil
		}})
		b := h.as("learner")
		b.cookies["tongguan_lang"] = lang
		a := b.get("/learn?secret=1").want(t, http.StatusInternalServerError)
		h.armoured(a)
		h.tidy(a)
		for _, detail := range []string{"nil pointer", "runtime", ".go", "goroutine", "panic", "secret"} {
			body := bare(a.body)
			if strings.Contains(body, detail) {
				t.Errorf("%s: the page tells %q: %s", lang, detail, body)
			}
		}
		id := reference.FindString(a.body)
		if id == "" || !strings.Contains(log.String(), id) || !strings.Contains(log.String(), "nil pointer") {
			t.Errorf("%s: reference %q; log: %.300s", lang, id, log.String())
		}
		if !strings.Contains(a.body, sentence) || !strings.Contains(a.body, h.Words.In(lang).T("error.internal")) {
			t.Errorf("%s: not in the language chosen: %.600s", lang, a.body)
		}
		b.get("/policy").want(t, http.StatusOK) // the house still stands
	}
}

// TestADatabaseThatIsGone closes the database under the pages.
func TestADatabaseThatIsGone(t *testing.T) {
	h := one(t, options{})
	b := h.as("learner")
	if err := h.DB.Close(); err != nil {
		t.Fatal(err)
	}
	a := b.get("/learn").want(t, http.StatusInternalServerError)
	if strings.Contains(a.body, "sql") || reference.FindString(a.body) == "" {
		t.Errorf("the page tells, or has no reference: %s", a.body)
	}
	b.get("/healthz").want(t, http.StatusServiceUnavailable)
}

// TestUnknownPagesHelp asks for pages that are not there, in both languages, signed in or not.
func TestUnknownPagesHelp(t *testing.T) {
	h := one(t, options{}).stock()
	for lang, attr := range map[string]string{"zh": `lang="zh-CN"`, "en": `lang="en"`} {
		for _, login := range []string{"", "learner"} {
			b := h.as(login)
			b.cookies["tongguan_lang"] = lang
			for _, path := range []string{"/nothing", "/courses/process/negotiation/prepare/more", "/static/none.css", "/signin/", "/LEARN", "/.env", "/welcome/x"} {
				a := b.get(path)
				if path == "/signin/" || path == "/LEARN" { // the same page, however it is written
					continue
				}
				a.want(t, http.StatusNotFound)
				v := h.Words.In(lang)
				for _, want := range []string{"<!doctype html>", attr, "<h1", `href="/"`, v.T("error.missing_heading"), v.T("layout.foot")} {
					if !strings.Contains(a.body, want) {
						t.Errorf("%s in %s as %q lacks %q", path, lang, login, want)
					}
				}
				if nav := strings.Contains(a.body, `href="/courses"`); nav != (login != "") {
					t.Errorf("%s as %q: navigation %v", path, login, nav)
				}
			}
		}
	}
}

// TestTheLanguageOfWhoeverChoseNone follows the browser, then the account, then the choice.
func TestTheLanguageOfWhoeverChoseNone(t *testing.T) {
	h := one(t, options{})
	for accepts, want := range map[string]string{"": "zh-CN", "en-GB,en;q=0.9": "en", "zh-CN,zh;q=0.9,en;q=0.8": "zh-CN", "fr": "zh-CN"} {
		r := httptest.NewRequest(http.MethodGet, "/nothing", nil)
		r.Header.Set(fiber.HeaderAcceptLanguage, accepts)
		if a := h.as("").send(r); !strings.Contains(a.body, `<html lang="`+want+`"`) {
			t.Errorf("%q: %.80s", accepts, a.body)
		}
	}
	b := h.as("learner")
	b.post("/language", map[string][]string{"lang": {"en"}, "back": {"/learn"}}).want(t, http.StatusSeeOther)
	another := h.as("learner") // another browser of the same person
	for who, browser := range map[string]*browser{"the same": b, "another": another} {
		if a := browser.get("/nothing"); !strings.Contains(a.body, `<html lang="en"`) {
			t.Errorf("%s browser after choosing English: %.80s", who, a.body)
		}
	}
}
