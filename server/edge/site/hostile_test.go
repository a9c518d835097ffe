package site_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"tongguan/server/base/dbtest"
)

// hostile is what people and programs send that no form asks for.
var hostile = []string{"", " ", strings.Repeat("长", 4000), "\x00", "\xff\xfe", "<script>alert(1)</script>", `'"><img src=x>`, "-1",
	"99999999999999999999", "0", "1e9", "2026-02-30", "../../etc/passwd", "%00", "{{7*7}}", "\u202eabc", "🙂", "a\r\nb: c", "NaN"}

// fields are the names of the fields of every form.
var fields = []string{"login", "password", "old", "new", "name", "email", "team", "roles", "hired_on", "lang", "version", "parent", "managers",
	"course", "to", "person", "due", "request", "days", "scopes", "choice", "question", "q", "count", "go", "state", "theme", "back", "good"}

// TestNothingSentBreaksAPage sends rubbish to every address; nothing may end in an error of ours.
func TestNothingSentBreaksAPage(t *testing.T) {
	each(t, func(h *house) {
		admin, learner := h.as("admin"), h.as("learner")
		attempt := learner.post(course+"/quiz", nil).want(h.T, http.StatusSeeOther).location
		for _, junk := range hostile {
			inAddress := junk[:min(len(junk), 24)] // a longer address is refused before any page sees it
			for _, route := range h.routes(http.MethodGet) {
				if !strings.ContainsAny(route, ":*") {
					h.survives(admin, http.MethodGet, route+"?"+every(inAddress).Encode(), nil)
					continue
				}
				parts := strings.Split(route, "/")
				for i, p := range parts {
					if strings.HasPrefix(p, ":") || p == "*" {
						parts[i] = strings.ReplaceAll(url.PathEscape(inAddress), "%2F", "/")
					}
				}
				h.survives(admin, http.MethodGet, strings.Join(parts, "/"), nil)
			}
			for _, route := range h.routes(http.MethodPost) {
				if route == "/signout" || route == "/signin" {
					continue // the session is still wanted; the door throttles
				}
				h.survives(admin, http.MethodPost, h.fill(route), every(junk))
			}
			h.survives(learner, http.MethodPost, attempt+"/answers", every(junk))
			h.survives(learner, http.MethodGet, attempt+"?q="+url.QueryEscape(junk[:min(len(junk), 24)]), nil)
		}
		h.survives(h.as(""), http.MethodPost, "/signin", every("\xff"))
		h.survives(h.as(""), http.MethodPost, "/signin", every("\x00"))
	})
}

func every(value string) url.Values {
	form := url.Values{}
	for _, f := range fields {
		form.Set(f, value)
	}
	return form
}

func (h *house) survives(b *browser, method, path string, form url.Values) {
	h.Helper()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	u, err := url.Parse(path)
	if err != nil {
		return // no client can send this
	}
	r.URL, r.RequestURI = u, path
	if method == http.MethodPost {
		form.Set("csrf", b.csrf)
		r = postRequest(path, form)
	}
	a := b.send(r)
	if throttled := a.status == http.StatusServiceUnavailable && a.header.Get("Retry-After") != ""; a.status >= 500 && !throttled {
		h.Errorf("%s %.80q with %.40q: %d", method, path, form.Get("name"), a.status)
	}
	if strings.Contains(a.body, "<script>alert") || strings.Contains(a.body, "<img src=x>") {
		h.Errorf("%s %.80q gives back what was sent, unescaped", method, path)
	}
}

// TestUploadsThatAreNoTables sends files that are not what import expects.
func TestUploadsThatAreNoTables(t *testing.T) {
	each(t, func(h *house) {
		b := h.as("admin")
		for name, file := range map[string]string{"empty": "", "binary": "\x00\x01\xff\xfe", "one line": "name", "no header": "a,b,c\n1,2,3\n",
			"quotes": "name,login\n\"unclosed", "latin": "name,login\n\xe9t\xe9,x\n", "long": "name,login\n" + strings.Repeat("x", 100_000) + ",y\n"} {
			body := "--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n" + b.csrf +
				"\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"p.csv\"\r\nContent-Type: text/csv\r\n\r\n" + file + "\r\n--b--\r\n"
			r := httptest.NewRequest(http.MethodPost, "/admin/import", strings.NewReader(body))
			r.Header.Set("Content-Type", "multipart/form-data; boundary=b")
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			if a := b.send(r); a.status >= 500 || a.status == http.StatusForbidden {
				h.Errorf("%s: %d %.300s", name, a.status, a.body)
			}
		}
		if n := len(h.people); n != 7 {
			h.Errorf("%d people", n)
		}
	})
}

// TestAPanicTellsNothing puts a page behind the guard that panics.
func TestAPanicTellsNothing(t *testing.T) {
	h := build(t, dbtest.SQLiteFile(t))
	stack := h.fiber.Stack()
	at := slices.IndexFunc(stack[0], func(r *fiber.Route) bool { return r.Path == "/policy" })
	stack[0][at].Handlers[0] = func(*fiber.Ctx) error { panic("secret of the house") }
	a := h.as("learner").get("/policy").want(t, http.StatusInternalServerError)
	if strings.Contains(a.body, "secret of the house") || strings.Contains(a.body, ".go:") {
		t.Errorf("the page tells: %s", a.body)
	}
	if !regexp.MustCompile(`[0-9a-hjkmnp-tv-z]{26}`).MatchString(a.body) {
		t.Errorf("no reference on the page: %.500s", a.body)
	}
}
