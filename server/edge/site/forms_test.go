package site_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"tongguan/server/base/access"
	"tongguan/server/base/dbtest"
)

// doors are the forms that nobody need be signed in for: a token of a session cannot guard them.
var doors = []string{"/signin", "/welcome/:token", "/language", "/theme"}

// routes gives every address of a method, with its parameters.
func (h *house) routes(method string) (out []string) {
	for _, r := range h.fiber.GetRoutes(true) {
		if r.Method == method && !slices.Contains(out, r.Path) {
			out = append(out, r.Path)
		}
	}
	return out
}

// fill puts something into every parameter of an address.
func (h *house) fill(route string) string {
	values := map[string]string{":course": "process", ":module": "negotiation", ":lesson": "prepare", ":check": "neg-c1",
		":clause": "2.4.2", ":person": h.people["learner"], ":token": "no-such-token", ":id": h.people["learner"]}
	if strings.HasPrefix(route, "/admin/teams/") {
		values[":id"] = h.team
	}
	parts := strings.Split(route, "/")
	for i, p := range parts {
		if v, ok := values[p]; ok {
			parts[i] = v
		}
	}
	return strings.Join(parts, "/")
}

// TestEveryFormWantsItsToken sends every form without its token, with another session's, and from another site.
func TestEveryFormWantsItsToken(t *testing.T) {
	each(t, func(h *house) {
		b, other := h.as("admin"), h.as("learner")
		posts := h.routes(http.MethodPost)
		if len(posts) < 20 {
			h.Fatalf("only %d forms: %v", len(posts), posts)
		}
		before := h.trail()
		for _, route := range posts {
			path := h.fill(route)
			foreign := postRequest(path, url.Values{"csrf": {b.csrf}})
			foreign.Header.Set("Sec-Fetch-Site", "cross-site")
			b.send(foreign).want(h.T, http.StatusForbidden)
			old := postRequest(path, url.Values{"csrf": {b.csrf}})
			old.Header.Del("Sec-Fetch-Site")
			old.Header.Set("Origin", "https://evil.example")
			b.send(old).want(h.T, http.StatusForbidden)
			if slices.Contains(doors, route) {
				continue
			}
			for _, token := range []string{"", "x", other.csrf} {
				b.send(postRequest(path, url.Values{"csrf": {token}})).want(h.T, http.StatusForbidden)
			}
			nobody := h.as("")
			if a := nobody.send(postRequest(path, nil)).want(h.T, http.StatusSeeOther); !strings.HasPrefix(a.location, "/signin") {
				h.Errorf("%s sends a stranger to %s", path, a.location)
			}
		}
		if after := h.trail(); after != before {
			h.Errorf("%d lines of the trail became %d", before, after)
		}
	})
}

// trail is how many lines the audit trail has.
func (h *house) trail() int64 {
	h.Helper()
	_, n, err := h.Trail.Newest(context.Background(), h.DB.Read(), access.Operator(), 0, 1)
	if err != nil {
		h.Fatal(err)
	}
	return n
}

// TestFormsKeepWhatWasTyped sends each form with one thing wrong.
func TestFormsKeepWhatWasTyped(t *testing.T) {
	each(t, func(h *house) {
		for _, c := range []struct {
			login, path string
			form        url.Values
			kept        []string
		}{
			{"admin", "/admin/people", url.Values{"name": {"新同事"}, "login": {"not a login!"}, "email": {"new@example.com"}, "roles": {"learner"}},
				[]string{`value="新同事"`, `value="not a login!"`, `value="new@example.com"`}},
			{"admin", "/admin/teams", url.Values{"name": {""}, "parent": {h.team}}, []string{"selected"}},
			{"manager", "/assignments", url.Values{"course": {"process"}, "to": {"person"}, "person": {h.people["learner"]}, "due": {"2020-02-30"}, "request": {"r1"}},
				[]string{"2020-02-30"}},
			{"learner", "/account/password", url.Values{"old": {"wrong password"}, "new": {"another long password"}}, nil},
			{"learner", "/account/tokens", url.Values{"name": {"报表"}, "days": {"0"}, "scopes": {"profile"}}, []string{`value="报表"`}},
		} {
			b := h.as(c.login)
			a := b.post(c.path, c.form).want(h.T, http.StatusUnprocessableEntity)
			if !strings.Contains(a.body, `class="wrong"`) && !strings.Contains(a.body, "notice-bad") {
				h.Errorf("%s does not say what is wrong: %.2000s", c.path, a.body)
			}
			for _, k := range c.kept {
				if !strings.Contains(a.body, k) {
					h.Errorf("%s lost %s", c.path, k)
				}
			}
		}
	})
}

func TestBackLeadsOnlyHome(t *testing.T) {
	h := build(t, dbtest.SQLiteFile(t))
	for _, back := range []string{"https://evil.example/", "//evil.example", `/\evil.example`, "/\t/evil.example", "javascript:alert(1)", "evil"} {
		b := h.as("")
		a := b.post("/signin", url.Values{"login": {"learner"}, "password": {password}, "back": {back}}).want(t, http.StatusSeeOther)
		if a.location != "/learn" {
			t.Errorf("signed in with back=%q: sent to %q", back, a.location)
		}
		for path, form := range map[string]url.Values{"/language": {"lang": {"en"}}, "/theme": {"theme": {"dark"}}} {
			form.Set("back", back)
			a := b.post(path, form).want(t, http.StatusSeeOther)
			if u, err := url.Parse(a.location); err != nil || u.Host != "" || !strings.HasPrefix(a.location, "/") || strings.HasPrefix(a.location, "//") {
				t.Errorf("%s with back=%q: sent to %q", path, back, a.location)
			}
		}
	}
	b := h.as("")
	if a := b.post("/signin", url.Values{"login": {"learner"}, "password": {password}, "back": {"/courses/process?x=1"}}); a.location != "/courses/process?x=1" {
		t.Errorf("sent to %q", a.location)
	}
}

// TestTheFirstLinkOpensOnce creates the administrator of an empty academy.
func TestTheFirstLinkOpensOnce(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		h, ctx := empty(t, dsn), context.Background()
		token, err := h.Door.FirstLink(ctx)
		if err != nil || token == "" {
			t.Fatal(token, err)
		}
		b := &browser{house: h, cookies: map[string]string{}}
		b.get("/welcome/"+token).want(t, http.StatusOK)
		short := url.Values{"name": {"宋予安"}, "login": {"song"}, "password": {"short"}}
		if a := b.post("/welcome/"+token, short).want(t, http.StatusUnprocessableEntity); !strings.Contains(a.body, `value="宋予安"`) {
			t.Errorf("the name is lost: %s", a.body)
		}
		good := url.Values{"name": {"宋予安"}, "login": {"song"}, "password": {password}}
		b.post("/welcome/"+token, good).want(t, http.StatusSeeOther)
		b.get("/admin/people").want(t, http.StatusOK)
		stranger := &browser{house: h, cookies: map[string]string{}}
		stranger.get("/welcome/"+token).want(t, http.StatusNotFound)
		stranger.post("/welcome/"+token, good).want(t, http.StatusNotFound)
		if again, err := h.Door.FirstLink(ctx); err != nil || again != "" {
			t.Errorf("an academy with people gave out %q, %v", again, err)
		}
	})
}

func TestUnknownPagesHelp(t *testing.T) {
	h := build(t, dbtest.SQLiteFile(t))
	b := h.as("learner")
	for _, path := range []string{"/nothing", "/courses/none", "/courses/process/none/none", "/policy/9.9", "/attempts/none", "/team/none", "/admin/people/none", "/static/none.css"} {
		a := b.get(path).want(t, http.StatusNotFound)
		if !strings.Contains(a.body, "<h1") || !strings.Contains(a.body, `href="/"`) {
			t.Errorf("%s: no way on from here: %.300s", path, a.body)
		}
	}
	r := httptest.NewRequest(http.MethodGet, "/nothing", nil)
	r.Header.Set("Accept-Language", "en-GB")
	if a := h.as("").send(r); !strings.Contains(a.body, `lang="en"`) {
		t.Errorf("not in the visitor's language: %.300s", a.body)
	}
}
