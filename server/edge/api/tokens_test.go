package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"tongguan/courses/training"
	"tongguan/server/base/access"
	"tongguan/server/base/clock"
	"tongguan/server/base/config"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/door"
	"tongguan/server/base/team"
	"tongguan/server/edge/app"
)

// TestEverythingAnAnswerCanHold is somebody in a team, with a course that is due, a lesson finished and a quiz
// passed: every field of the description is filled.
func TestEverythingAnAnswerCanHold(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		c := newCaller(t, dsn)
		course, m := c.settle()
		token := c.token(door.ScopeProfile, door.ScopeLearning)
		for path, parts := range map[string][]string{
			"/api/v1/me":       {`"team":{"id":"`, `"name":"华东"`, `"login":"zhou"`, `"roles":["learner"]`},
			"/api/v1/courses":  {`"id":"` + course + `"`, `"assigned":true,"due":"2027-01-31"`, `"assigned":false,"due":null`},
			"/api/v1/progress": {`"module":"` + m + `","score_percent":100,`, `"lesson":"` + m + "/"},
		} {
			got := c.held(path, token, http.StatusOK)
			for _, want := range parts {
				if !bytes.Contains(got.body, []byte(want)) {
					t.Errorf("%s lacks %s: %s", path, want, got.body)
				}
			}
		}
	})
}

// settle puts the person into a team, assigns the first course, finishes its first lesson and passes its first quiz.
func (c *caller) settle() (course, m string) {
	c.Helper()
	ctx, operator := context.Background(), access.Operator()
	unit, err := c.app.Teams.Create(ctx, operator, team.Details{Name: "华东"})
	if err != nil {
		c.Fatal(err)
	}
	p, err := c.app.People.Get(ctx, operator, c.person)
	p.Team, p.Roles = unit, []access.Role{access.Learner}
	if err == nil {
		err = c.app.People.Change(ctx, operator, p)
	}
	first := c.app.Catalog.Current().Courses[0]
	hr := access.Actor{ID: c.person, Roles: []access.Role{access.HR}} // whoever assigns must be somebody
	for _, step := range []func() error{
		func() error { return err },
		func() error {
			return c.app.Training.Assign(ctx, hr, training.Assignment{Course: first.ID, Team: unit, Due: "2027-01-31"}, "r1")
		},
		func() error { return c.app.Progress.Finish(ctx, c.actor(), first.Modules[0].Lessons[0].Key(), "en") },
		func() error { return c.pass(first.Modules[0].Key()) },
	} {
		if err := step(); err != nil {
			c.Fatal(err)
		}
	}
	return first.ID, first.Modules[0].Key()
}

// pass sits a quiz and answers everything right.
func (c *caller) pass(module string) error {
	ctx, actor := context.Background(), c.actor()
	id, err := c.app.Attempts.Start(ctx, actor, module, true)
	if err != nil {
		return err
	}
	sitting, err := c.app.Attempts.Sit(ctx, actor, id)
	if err != nil {
		return err
	}
	for i, q := range sitting.Questions {
		if _, err := c.app.Attempts.Answer(ctx, actor, id, q.ID, q.Right(sitting.Paper[i].Params)); err != nil {
			return err
		}
	}
	return c.app.Attempts.Submit(ctx, actor, id)
}

// TestScopesAreTheWholeOfIt holds every scope against every address.
func TestScopesAreTheWholeOfIt(t *testing.T) {
	c := newCaller(t, dbtest.SQLiteFile(t))
	needs := map[string]string{"/me": door.ScopeProfile, "/courses": door.ScopeLearning, "/progress": door.ScopeLearning,
		"/attempts": door.ScopeLearning, "/attempts/{id}": door.ScopeLearning, "/quizzes/{course}/{module}/statistics": door.ScopeContent,
		"/policy/coverage": door.ScopeContent, "/certificates": door.ScopeLearning, "/appraisals": door.ScopeAppraisal, "/appraisals/{id}": door.ScopeAppraisal}
	id := c.sit(true)
	for _, scope := range door.Scopes() {
		token := c.token(scope)
		for path := range c.doc.Paths.Map() {
			if path == "/openapi.yaml" || path == "/certificates/{number}/verification" {
				continue // for everybody
			}
			want := http.StatusForbidden
			if needs[path] == scope {
				want = http.StatusOK
			} else if needs[path] == "" {
				t.Errorf("%s: this test does not know its scope", path)
			}
			if want == http.StatusOK && (scope == door.ScopeContent || path == "/appraisals/{id}") {
				want = http.StatusNotFound // the person is a learner, and the id that of an attempt: nothing is there
			}
			c.held("/api/v1"+strings.NewReplacer("{course}", "process", "{module}", "negotiation", "{id}", id).Replace(path), token, want)
		}
	}
	c.held("/api/v1/openapi.yaml", "", http.StatusOK)
}

// TestTokensThatAreNone are refused as problems, in the reader's language.
func TestTokensThatAreNone(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		c := newCaller(t, dsn)
		good := c.token(door.ScopeProfile)
		parts := strings.Split(good, ".")
		for name, token := range map[string]string{
			"none": "", "blank": " ", "garbage": "x.y.z", "one part": parts[0], "no signature": parts[0] + "." + parts[1] + ".",
			"another's signature": parts[0] + "." + parts[1] + "." + strings.Split(c.token(door.ScopeLearning), ".")[2],
			"alg none":            c.forged(good, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil),
			"another secret":      c.forged(good, jwt.SigningMethodHS256, []byte(strings.Repeat("x", 32)), nil),
			"another audience":    c.forged(good, jwt.SigningMethodHS256, c.app.Secret, jwt.MapClaims{"aud": "elsewhere"}),
			"another issuer":      c.forged(good, jwt.SigningMethodHS256, c.app.Secret, jwt.MapClaims{"iss": "elsewhere"}),
			"a token never kept":  c.forged(good, jwt.SigningMethodHS256, c.app.Secret, jwt.MapClaims{"jti": "06nosuchtoken00000000000000"}),
			"no end":              c.forged(good, jwt.SigningMethodHS256, c.app.Secret, jwt.MapClaims{"exp": nil}),
		} {
			got := c.held("/api/v1/me", token, http.StatusUnauthorized)
			c.isProblem(name, got)
		}
		c.held("/api/v1/me", good, http.StatusOK)
	})
}

// forged is the token with other claims, signed otherwise.
func (c *caller) forged(good string, method jwt.SigningMethod, key any, other jwt.MapClaims) string {
	c.Helper()
	claims := jwt.MapClaims{}
	if _, _, err := jwt.NewParser().ParseUnverified(good, claims); err != nil {
		c.Fatal(err)
	}
	for k, v := range other {
		if claims[k] = v; v == nil {
			delete(claims, k)
		}
	}
	text, err := jwt.NewWithClaims(method, claims).SignedString(key)
	if err != nil {
		c.Fatal(err)
	}
	return text
}

func (c *caller) isProblem(name string, got reply) {
	c.Helper()
	var p struct {
		Title, Type string
		Status      int
	}
	if err := json.Unmarshal(got.body, &p); err != nil || p.Title == "" || p.Type == "" || p.Status != got.status {
		c.Errorf("%s: %s, %v", name, got.body, err)
	}
	if kind := got.header.Get("Content-Type"); kind != "application/problem+json" {
		c.Errorf("%s: it is %s", name, kind)
	}
	if asks := got.header.Get("WWW-Authenticate"); (got.status == http.StatusUnauthorized) != (asks != "") {
		c.Errorf("%s: status %d asks for %q", name, got.status, asks)
	}
}

// TestTokensEnd lets a token run out.
func TestTokensEnd(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		c := newCaller(t, dsn)
		long := c.token(door.ScopeProfile) // for a day
		for _, ahead := range []time.Duration{23 * time.Hour, 25 * time.Hour} {
			dir := filepath.Dir(c.app.Config.SecretFile)
			later, _ := clock.Fake(time.Now().Add(ahead), 1)
			cfg := config.Config{Data: dir, Database: dsn, SecretFile: c.app.Config.SecretFile, Zone: "Asia/Shanghai", Pool: 4, Hashers: 1,
				Session: time.Hour, URL: "http://example.com"}
			a, err := app.Build(cfg, app.Options{Clock: later, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { a.Close() }) //nolint:errcheck // the database goes with it
			c.fiber = a.Fiber(nil)
			want := http.StatusOK
			if ahead > 24*time.Hour {
				want = http.StatusUnauthorized
			}
			c.held("/api/v1/me", long, want)
		}
	})
}

// TestRefusalsSpeakTheReadersLanguage compares the two languages of a refusal.
func TestRefusalsSpeakTheReadersLanguage(t *testing.T) {
	c := newCaller(t, dbtest.SQLiteFile(t))
	for accepts, want := range map[string]string{"": "zh", "en": "en", "en-GB,en;q=0.9": "en", "zh-CN,en;q=0.5": "zh", "fr": "zh", "en,zh;q=0.1": "en"} {
		r := httptest.NewRequest(http.MethodGet, "/api/v1/me", nil)
		r.Header.Set("Accept-Language", accepts)
		res, err := c.fiber.Test(r, -1)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		title := c.app.Words.In(want).T("door.token_needed")
		if res.Header.Get("Content-Language") != want || !strings.Contains(string(body), title) {
			t.Errorf("%q: %s in %q", accepts, body, res.Header.Get("Content-Language"))
		}
	}
}

// TestEveryRefusalIsAProblem asks in every wrong way: a program must never get a page for people.
func TestEveryRefusalIsAProblem(t *testing.T) {
	c := newCaller(t, dbtest.SQLiteFile(t))
	token := c.token(door.ScopeProfile, door.ScopeLearning)
	for name, want := range map[string]int{"GET /api/v1/nothing": 404, "GET /api/v1": 404, "GET /api/v1/": 404, "POST /api/v1/me": 404,
		"DELETE /api/v1/courses": 404, "GET /api/v1/me?x=%ff": 422, "GET /api/v1/%00": 422} {
		method, path, _ := strings.Cut(name, " ")
		r := httptest.NewRequest(method, "/", nil)
		r.RequestURI, r.URL = path, &url.URL{Path: path}
		r.Header.Set("Authorization", "Bearer "+token)
		res, err := c.fiber.Test(r, -1)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != want {
			t.Errorf("%s: status %d, want %d, %v", name, res.StatusCode, want, err)
		}
		c.isProblem(name, reply{res.StatusCode, res.Header, body})
	}
}

// TestAPanicIsAProblem takes a room away, so that the answer cannot be made.
func TestAPanicIsAProblem(t *testing.T) {
	c := newCaller(t, dbtest.SQLiteFile(t))
	token := c.token(door.ScopeLearning)
	c.app.Progress = nil
	c.fiber = c.app.Fiber(nil)
	got := c.send("/api/v1/progress", token)
	if got.status != http.StatusInternalServerError || !bytes.Contains(got.body, []byte(`"reference":"`)) || bytes.Contains(got.body, []byte("nil pointer")) {
		t.Errorf("%d %s", got.status, got.body)
	}
	c.isProblem("a panic", got)
}
