package app_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tongguan/server/base/config"
)

// policy is what every answer allows a page: nothing but our own files.
var policy = map[string]string{"default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' data:",
	"font-src": "'self'", "connect-src": "'self'", "worker-src": "'self'", "manifest-src": "'self'", "form-action": "'self'", "base-uri": "'none'", "frame-ancestors": "'none'"}

// directives reads a content security policy.
func directives(header string) map[string]string {
	out := map[string]string{}
	for part := range strings.SplitSeq(header, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), " ")
		out[name] = value
	}
	return out
}

// armoured fails where an answer lacks a header that every answer carries.
func (h *house) armoured(a answer) {
	h.Helper()
	got := directives(a.header.Get("Content-Security-Policy"))
	for name, want := range policy {
		if got[name] != want {
			h.Errorf("%s: %s is %q, want %q", a.what, name, got[name], want)
		}
	}
	if len(got) != len(policy) {
		h.Errorf("%s: the policy allows more: %v", a.what, got)
	}
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin"} {
		if a.header.Get(name) != want {
			h.Errorf("%s: %s is %q, want %q", a.what, name, a.header.Get(name), want)
		}
	}
	static := (strings.Contains(a.what, "/static/") || strings.Contains(a.what, " /badges/")) && a.status == http.StatusOK // for everybody
	if kept := a.header.Get("Cache-Control"); (kept == "no-store") == static {
		h.Errorf("%s: Cache-Control is %q", a.what, kept)
	}
	if server := a.header.Get("Server") + a.header.Get("X-Powered-By"); server != "" {
		h.Errorf("%s tells what it runs on: %s", a.what, server)
	}
}

var (
	anyTag      = regexp.MustCompile(`<[a-zA-Z][^>]*>`)
	scriptBody  = regexp.MustCompile(`(?is)<script[^>]*>(.*?)</script>`)
	inlineAttr  = regexp.MustCompile(`(?i)\s(style|on[a-z]+)\s*=`)
	outsideFile = regexp.MustCompile(`(?i)\s(?:src|href|action|data-hx-[a-z]+)="(?:https?:|//|javascript:|data:)`)
)

// tidy fails where a page holds what its own policy would not run.
func (h *house) tidy(a answer) {
	h.Helper()
	if !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
		return
	}
	for _, m := range scriptBody.FindAllStringSubmatch(a.body, -1) {
		if strings.TrimSpace(m[1]) != "" || !strings.Contains(m[0], "src=") {
			h.Errorf("%s: a script in the page: %.100s", a.what, m[0])
		}
	}
	for _, tag := range anyTag.FindAllString(a.body, -1) {
		if strings.HasPrefix(strings.ToLower(tag), "<style") || inlineAttr.MatchString(tag) || outsideFile.MatchString(tag) {
			h.Errorf("%s: %s", a.what, tag)
		}
		if token := regexp.MustCompile(`<form[^>]*method="get"`).MatchString(tag); token && strings.Contains(tag, "csrf") {
			h.Errorf("%s: a token in an address: %s", a.what, tag)
		}
	}
}

// TestEveryAnswerIsArmoured looks at every page as everybody, and at every form that comes back.
func TestEveryAnswerIsArmoured(t *testing.T) {
	h := one(t, options{}).stock()
	for _, login := range watchers {
		b := h.as(login)
		for _, r := range sightRows(t) {
			if r.route == "/healthz" || r.route == "/stats" { // for machines, before the guard
				continue
			}
			a := b.get(h.address(r))
			h.armoured(a)
			h.tidy(a)
		}
	}
	for _, d := range deeds {
		b := h.as(d.by)
		for _, form := range []map[string][]string{{"csrf": {"x"}}, {"csrf": {b.csrf}}, withCSRF(h.filled(d), b.csrf)} {
			a := b.send(formRequest(h.path(d, false), form))
			h.armoured(a)
			h.tidy(a)
		}
	}
	a := h.as("").raw(http.MethodGet, "/policy/%ff")
	h.armoured(a)
	h.tidy(a)
}

// TestCookiesAreKeptFromScriptsAndOtherSites looks at every cookie that any answer sets.
func TestCookiesAreKeptFromScriptsAndOtherSites(t *testing.T) {
	for _, url := range []string{host, "https://example.com"} {
		h := one(t, options{change: func(c *config.Config) { c.URL = url }}).stock()
		set := map[string]bool{}
		for _, d := range deeds {
			b := h.as(d.by)
			a := b.post(h.path(d, false), h.filled(d))
			for _, line := range a.header.Values("Set-Cookie") {
				c, err := http.ParseSetCookie(line)
				if err != nil {
					t.Fatal(line, err)
				}
				set[c.Name] = true
				if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.Secure != (url != host) {
					t.Errorf("%s at %s: %s", d.route, url, line)
				}
			}
			if strict := a.header.Get("Strict-Transport-Security"); (strict != "") != (url != host) {
				t.Errorf("%s at %s: Strict-Transport-Security %q", d.route, url, strict)
			}
		}
		for _, name := range []string{"tongguan_session", "tongguan_lang", "tongguan_theme", "tongguan_flash"} {
			if !set[name] {
				t.Errorf("no form has set the cookie %s", name)
			}
		}
	}
}

// TestSigningOutEndsTheSession uses the cookie again after signing out, as whoever copied it would.
func TestSigningOutEndsTheSession(t *testing.T) {
	each(t, func(h *house) {
		b := h.as("learner")
		stolen := b.cookies["tongguan_session"]
		b.post("/signout", nil).want(h.T, http.StatusSeeOther)
		if b.cookies["tongguan_session"] != "" {
			h.Error("the browser keeps the cookie")
		}
		r := httptest.NewRequest(http.MethodGet, "/learn", nil)
		r.AddCookie(&http.Cookie{Name: "tongguan_session", Value: stolen})
		if a := h.as("").send(r); sign(a) != "D" {
			h.Errorf("the copied cookie still opens: %d", a.status)
		}
		for _, table := range h.dump() {
			if slices.ContainsFunc(table, func(row string) bool { return strings.Contains(row, stolen) }) {
				h.Error("the database holds the token itself")
			}
		}
	})
}
