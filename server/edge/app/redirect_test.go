package app_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// elsewhere are addresses of other sites in all the ways in which one gets past a careless check.
var elsewhere = []string{"https://evil.example/", "http://evil.example", "//evil.example", "///evil.example", `/\evil.example`, `\\evil.example`,
	"/\t/evil.example", "/\n/evil.example", "\t//evil.example", " //evil.example", "javascript:alert(1)", "data:text/html,x", "evil.example",
	"https:evil.example", "https:/evil.example", "//evil.example\\@" + "example.com", "http://example.com@evil.example/", "//%65vil.example",
	"/%09/evil.example", "/.//evil.example", "?//evil.example", "#//evil.example", "//", "/\r\nLocation: https://evil.example"}

// base is where a browser stands when it reads a Location.
var base, _ = url.Parse(host + "/some/page")

// leads says where a browser goes that is sent to a location. As browsers do, it takes \ for / and drops tabs
// and line ends, and takes any number of slashes at the beginning for two.
func leads(location string) (to string) {
	location = strings.NewReplacer("\\", "/", "\t", "", "\r", "", "\n", "").Replace(strings.TrimSpace(location))
	if strings.HasPrefix(location, "//") {
		location = "//" + strings.TrimLeft(location, "/")
	}
	u, err := url.Parse(location)
	if err != nil {
		return "nowhere"
	}
	return base.ResolveReference(u).Scheme + "://" + base.ResolveReference(u).Host
}

// TestFormsLeadOnlyHome sends every form with every such address in whatever names a way back, and as Referer.
func TestFormsLeadOnlyHome(t *testing.T) {
	h := one(t, options{}).stock()
	fields := []string{"back", "next", "return", "redirect", "url", "to"}
	for _, d := range deeds {
		if d.route == "/account/password" { // hashes; leads to one address
			continue
		}
		b := h.as(d.by)
		for _, evil := range elsewhere {
			if b.cookies["tongguan_session"] == "" && d.by != "" {
				b = h.as(d.by)
			}
			form := withCSRF(h.filled(d), b.csrf)
			for _, f := range fields {
				if !form.Has(f) || f == "back" {
					form.Set(f, evil)
				}
			}
			path := h.path(d, false)
			r := formRequest(path+"?back="+url.QueryEscape(evil)+"&next="+url.QueryEscape(evil), form)
			r.Header.Set("Referer", "https://evil.example/")
			a := b.send(r)
			if a.location != "" && (leads(a.location) != host || !strings.HasPrefix(a.location, "/")) {
				t.Errorf("%s with %q leads to %q", d.route, evil, a.location)
			}
			if d.route == "/signin" && a.location == "" {
				t.Errorf("%s with %q: status %d", d.route, evil, a.status)
			}
			b.csrf = b.renewed()
		}
	}
}

// renewed is the token of the session that the browser has now.
func (b *browser) renewed() string {
	b.get("/account")
	return b.csrf
}

// TestPagesLeadOnlyHome does the same with every page: those that redirect, and the links and forms of the others.
func TestPagesLeadOnlyHome(t *testing.T) {
	h := one(t, options{}).stock()
	for _, login := range []string{"", "learner", "manager", "admin"} {
		b := h.as(login)
		for _, r := range sightRows(t) {
			for _, evil := range elsewhere {
				path := h.address(r) + "?back=" + url.QueryEscape(evil) + "&next=" + url.QueryEscape(evil)
				req := httptest.NewRequest(http.MethodGet, path, nil)
				req.Header.Set("Referer", evil)
				a := b.send(req)
				if a.location != "" && leads(a.location) != host {
					t.Errorf("%q at %s with %q is led to %q", login, r.route, evil, a.location)
				}
				h.tidy(a)
			}
		}
	}
}

// TestTheWayBack leads through the door to the page that was asked for.
func TestTheWayBack(t *testing.T) {
	h := one(t, options{})
	for _, path := range []string{"/courses/process?x=1&y=2", "/search?q=%E4%BB%B7%E6%A0%BC", "/policy/2.4.2"} {
		b := h.as("")
		to := b.get(path).want(t, http.StatusSeeOther).location
		page := b.get(to).want(t, http.StatusOK)
		if !keeps(page.body, "back", path) {
			t.Errorf("the form at %s does not keep %s", to, path)
		}
		form := url.Values{"login": {"learner"}, "password": {password}, "back": {path}}
		if a := b.post("/signin", form).want(t, http.StatusSeeOther); a.location != path {
			t.Errorf("asked for %s, came to %s", path, a.location)
		}
		b.get(path).want(t, http.StatusOK)
		if a := b.get("/signin?back=" + url.QueryEscape(path)); a.location != path {
			t.Errorf("who is signed in is led to %q", a.location)
		}
		a := b.post("/language", url.Values{"lang": {"en"}, "back": {path}}).want(t, http.StatusSeeOther)
		if a.location != path {
			t.Errorf("the switch of languages leads to %q", a.location)
		}
	}
	a := h.as("").post("/admin/teams", url.Values{"name": {"x"}}).want(t, http.StatusSeeOther)
	if a.location != "/signin?back=" { // a form cannot be asked for again
		t.Errorf("a form leads to %q", a.location)
	}
}
