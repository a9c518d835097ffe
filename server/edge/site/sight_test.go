package site_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tongguan/server/base/dbtest"
)

// Who sees which page: for every address a letter for each of learner, manager, author, hr, inspector,
// administrator. A page is seen (+), leads elsewhere (>) or looks like one that is not there (.).
var sight = map[string]string{
	"/":                                "> > > > > >",
	"/signin":                          "> > > > > >",
	"/welcome/:token":                  ". . . . . .",
	"/account":                         "+ + + + + +",
	"/learn":                           "+ + + + + +",
	"/courses":                         "+ + + + + +",
	"/courses/:course":                 "+ + + + + +",
	"/courses/:course/:module/quiz":    "+ + + + + +",
	"/courses/:course/:module/:lesson": "+ + + + + +",
	"/attempts/:id":                    ". . . . . .",
	"/attempts/:id/submit":             ". . . . . .",
	"/attempts/:id/review":             ". . . . . .",
	"/policy":                          "+ + + + + +",
	"/policy/:clause":                  "+ + + + + +",
	"/search":                          "+ + + + + +",
	"/team":                            ". + . + + .",
	"/team/:person":                    "+ + . + + .", // the learner looks at their own page
	"/assignments/new":                 ". + . + . .",
	"/admin/people":                    ". . . + + +",
	"/admin/people/new":                ". . . . . +",
	"/admin/people/:id":                ". . . + + +",
	"/admin/teams":                     ". . . + + +",
	"/admin/import":                    ". . . . . +",
	"/audit":                           ". . . . + .",
	"/desk":                            ". . + . . .",
}

// open are the addresses for which nobody need be signed in.
var open = []string{"/", "/signin", "/welcome/:token", "/static/*", "/healthz", "/api/v1/openapi.yaml"}

func TestWhoSeesWhat(t *testing.T) {
	each(t, func(h *house) {
		gets := slices.DeleteFunc(h.routes(http.MethodGet), func(r string) bool {
			return strings.HasPrefix(r, "/api/") || r == "/healthz" || r == "/static/*"
		})
		for _, route := range gets {
			if sight[route] == "" {
				h.Errorf("%s is not in the table of who sees what", route)
			}
		}
		if len(gets) != len(sight) {
			h.Errorf("%d addresses, %d in the table", len(gets), len(sight))
		}
		for i, role := range []string{"learner", "manager", "author", "hr", "inspector", "admin"} {
			b := h.as(role)
			missing := strip(b.get("/attempts/06nobody").body)
			for route, row := range sight {
				a, want := b.get(h.fill(route)), string(strings.Fields(row)[i])
				if got := map[int]string{200: "+", 303: ">", 404: "."}[a.status]; got != want {
					h.Errorf("%s at %s: %d, want %s", role, route, a.status, want)
				}
				if a.status == http.StatusNotFound && !strings.HasPrefix(route, "/welcome") && strip(a.body) != missing {
					h.Errorf("%s at %s: what may not be seen does not look like what is not there", role, route)
				}
			}
		}
	})
}

func TestStrangersAreSentToTheDoor(t *testing.T) {
	h := build(t, dbtest.SQLiteFile(t))
	for route := range sight {
		if slices.Contains(open, route) {
			continue
		}
		a := h.as("").get(h.fill(route)).want(t, http.StatusSeeOther)
		if !strings.HasPrefix(a.location, "/signin?back=%2F") {
			t.Errorf("%s sends a stranger to %q", route, a.location)
		}
	}
}

var (
	inlineScript = regexp.MustCompile(`(?i)<script(?:\s[^>]*)?>[^<]`)
	inlineStyle  = regexp.MustCompile(`(?i)\sstyle=|<style`)
	handlerAttr  = regexp.MustCompile(`(?i)\son[a-z]+=`)
	asset        = regexp.MustCompile(`(?:href|src)="(/static/[^"]+)"`)
)

// TestEveryPageIsArmoured reads headers and markup of every page that somebody sees.
func TestEveryPageIsArmoured(t *testing.T) {
	h := build(t, dbtest.SQLiteFile(t))
	for i, role := range []string{"learner", "manager", "author", "hr", "inspector", "admin"} {
		b := h.as(role)
		for route, row := range sight {
			a := b.get(h.fill(route))
			for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cache-Control": "no-store"} {
				if got := a.header.Get(name); got != want {
					t.Errorf("%s at %s: %s is %q", role, route, name, got)
				}
			}
			csp := a.header.Get("Content-Security-Policy")
			for _, want := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
				if !strings.Contains(csp, want) || strings.Contains(csp, "unsafe") {
					t.Errorf("%s: policy %q", route, csp)
				}
			}
			if strings.Fields(row)[i] == "+" {
				for _, bad := range []*regexp.Regexp{inlineScript, inlineStyle, handlerAttr} {
					if m := bad.FindString(a.body); m != "" {
						t.Errorf("%s holds %q", route, m)
					}
				}
			}
		}
	}
}

func TestTheCookieIsKeptFromScripts(t *testing.T) {
	h := build(t, dbtest.SQLiteFile(t))
	a := h.as("").post("/signin", map[string][]string{"login": {"learner"}, "password": {password}}).want(t, http.StatusSeeOther)
	cookie := strings.ToLower(a.header.Get("Set-Cookie"))
	for _, want := range []string{"tongguan_session=", "httponly", "samesite=lax", "path=/"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("cookie %q lacks %s", cookie, want)
		}
	}
}

// TestColdPagesAreLight adds up what a browser that has nothing yet must fetch for a page.
func TestColdPagesAreLight(t *testing.T) {
	h := build(t, dbtest.SQLiteFile(t))
	b := h.as("learner")
	attempt := b.post(course+"/quiz", nil).want(t, http.StatusSeeOther).location
	for _, path := range []string{"/courses/process", course + "/price", course + "/quiz", attempt, "/learn"} {
		page := b.fetch(path)
		bytes, requests := len(page), 1
		for _, m := range asset.FindAllStringSubmatch(b.get(path).body, -1) {
			bytes, requests = bytes+len(b.fetch(m[1])), requests+1
		}
		if bytes > 100<<10 || requests > 8 {
			t.Errorf("%s costs %d KB in %d requests", path, bytes>>10, requests)
		}
		t.Logf("%s: %.1f KB in %d requests", path, float64(bytes)/1024, requests)
	}
}

// fetch gives the bytes that travel when a browser that takes gzip asks.
func (b *browser) fetch(path string) []byte {
	b.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept-Encoding", "gzip")
	for k, v := range b.cookies {
		r.AddCookie(&http.Cookie{Name: k, Value: v})
	}
	res, err := b.fiber.Test(r, -1)
	if err != nil || res.StatusCode != http.StatusOK {
		b.Fatal(path, res, err)
	}
	defer res.Body.Close() //nolint:errcheck // read whole
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.Fatal(err)
	}
	return body
}

// TestViewsAskLittle counts the statements of a view, once everything is prepared.
func TestViewsAskLittle(t *testing.T) {
	each(t, func(h *house) {
		b := h.as("learner")
		for _, path := range []string{"/learn", "/courses/process", course + "/price", course + "/quiz"} {
			b.get(path)
			before := h.DB.Statements()
			b.get(path).want(h.T, http.StatusOK)
			if n := h.DB.Statements() - before; n > 4 {
				h.Errorf("%s runs %d statements", path, n)
			}
		}
	})
}
