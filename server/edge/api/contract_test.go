package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/gofiber/fiber/v2"

	"tongguan/server/base/access"
	"tongguan/server/base/clock"
	"tongguan/server/base/config"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/door"
	"tongguan/server/base/people"
	"tongguan/server/edge/app"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// caller is a program with a token, and the description that answers are held against.
type caller struct {
	*testing.T
	app    *app.App
	fiber  *fiber.App
	router routers.Router
	doc    *openapi3.T
	person string
}

func newCaller(t *testing.T, dsn string) *caller {
	t.Helper()
	ctx, dir := context.Background(), t.TempDir()
	cfg := config.Config{Data: dir, Database: dsn, SecretFile: filepath.Join(dir, "secret"), Zone: "Asia/Shanghai", Pool: 4,
		Hashers: 2, Session: time.Hour, URL: "http://example.com"}
	a, err := app.Build(cfg, app.Options{Clock: clock.System(), Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() }) //nolint:errcheck // the database goes with it
	c := &caller{T: t, app: a, fiber: a.Fiber(nil)}
	c.person, err = a.People.Create(ctx, access.Operator(), people.Person{Name: "周小满", Login: "zhou", Roles: []access.Role{access.Learner}, Lang: "zh", Email: "zhou@example.com"})
	if err == nil {
		err = a.Door.SetPassword(ctx, access.Operator(), c.person, "gate six opens slowly")
	}
	if err != nil {
		t.Fatal(err)
	}
	text := c.send("/api/v1/openapi.yaml", "").body
	if c.doc, err = openapi3.NewLoader().LoadFromData(text); err == nil {
		err = c.doc.Validate(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	if c.router, err = legacy.NewRouter(c.doc); err != nil {
		t.Fatal(err)
	}
	return c
}

// actor is the person as somebody who acts.
func (c *caller) actor() access.Actor {
	c.Helper()
	_, s, err := c.app.Door.SignIn(context.Background(), "zhou", "gate six opens slowly", door.Visitor{Address: "192.0.2.1"})
	if err != nil {
		c.Fatal(err)
	}
	return s.Actor
}

func (c *caller) token(scopes ...string) string {
	c.Helper()
	text, err := c.app.Door.NewToken(context.Background(), c.actor(), "报表", scopes, 1)
	if err != nil {
		c.Fatal(err)
	}
	return text
}

type reply struct {
	status int
	header http.Header
	body   []byte
}

func (c *caller) send(path, token string) reply {
	c.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := c.fiber.Test(r, -1)
	if err != nil {
		c.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // read whole
	body, err := io.ReadAll(res.Body)
	if err != nil {
		c.Fatal(err)
	}
	return reply{res.StatusCode, res.Header, body}
}

// held sends a request and holds the answer against the description.
func (c *caller) held(path, token string, want int) reply {
	c.Helper()
	got := c.send(path, token)
	if got.status != want {
		c.Fatalf("%s: status %d, want %d: %s", path, got.status, want, got.body)
	}
	r := httptest.NewRequest(http.MethodGet, path, nil)
	route, params, err := c.router.FindRoute(r)
	if err != nil {
		c.Fatalf("%s: %v", path, err)
	}
	in := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true}}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: got.status, Header: got.header,
		Body: io.NopCloser(bytes.NewReader(got.body)), Options: in.Options}
	if err := openapi3filter.ValidateResponse(context.Background(), out); err != nil {
		c.Errorf("%s: %v", path, err)
	}
	return got
}

func TestAnswersAreAsDescribed(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		c, ctx := newCaller(t, dsn), context.Background()
		lesson := c.app.Catalog.Current().Courses[0].Modules[0].Lessons[0]
		if err := c.app.Progress.Finish(ctx, c.actor(), lesson.Key(), "zh"); err != nil {
			t.Fatal(err)
		}
		closed, open := c.sit(true), c.sit(false)
		token := c.token(door.ScopeProfile, door.ScopeLearning)
		if all := c.held("/api/v1/attempts", token, http.StatusOK); !bytes.Contains(all.body, []byte(closed)) || !bytes.Contains(all.body, []byte(open)) {
			t.Errorf("attempts: %s", all.body)
		}
		if one := c.held("/api/v1/attempts/"+closed, token, http.StatusOK); !bytes.Contains(one.body, []byte(`"score_percent":0,"passed":false`)) {
			t.Errorf("a closed attempt: %s", one.body)
		}
		if one := c.held("/api/v1/attempts/"+open, token, http.StatusOK); !bytes.Contains(one.body, []byte(`"score_percent":null,"passed":null`)) {
			t.Errorf("an open attempt: %s", one.body)
		}
		c.held("/api/v1/attempts/06nosuchattempt0000000000", token, http.StatusNotFound)
		if me := c.held("/api/v1/me", token, http.StatusOK); !bytes.Contains(me.body, []byte("周小满")) {
			t.Errorf("who am I: %s", me.body)
		}
		if courses := c.held("/api/v1/courses", token, http.StatusOK); !bytes.Contains(courses.body, []byte(`"process"`)) {
			t.Errorf("courses: %s", courses.body)
		}
		if progress := c.held("/api/v1/progress", token, http.StatusOK); !bytes.Contains(progress.body, []byte(lesson.Page("zh").Hash)) {
			t.Errorf("progress lacks the version that was learnt: %s", progress.body)
		}
	})
}

// sit begins an attempt at the first quiz, and closes it.
func (c *caller) sit(closes bool) string {
	c.Helper()
	id, err := c.app.Attempts.Start(context.Background(), c.actor(), c.app.Catalog.Current().Courses[0].Modules[0].Key(), true)
	if err == nil && closes {
		err = c.app.Attempts.Submit(context.Background(), c.actor(), id)
	}
	if err != nil {
		c.Fatal(err)
	}
	return id
}

// parameter is a part of an address as the server writes it; the description writes {name}.
var parameter = regexp.MustCompile(`:([a-z]+)`)

// TestTheDescriptionIsComplete compares the addresses that are served with those that are described.
func TestTheDescriptionIsComplete(t *testing.T) {
	c := newCaller(t, dbtest.SQLiteFile(t))
	var served, described []string
	for _, r := range c.fiber.GetRoutes(true) {
		if path, ok := strings.CutPrefix(r.Path, "/api/v1"); ok && path != "" && path != "/" && r.Method != http.MethodHead {
			served = append(served, r.Method+" "+parameter.ReplaceAllString(path, "{$1}"))
		}
	}
	for path, item := range c.doc.Paths.Map() {
		for method := range item.Operations() {
			described = append(described, method+" "+parameter.ReplaceAllString(path, ":$1"))
		}
	}
	slices.Sort(served)
	slices.Sort(described)
	if !slices.Equal(slices.Compact(served), described) {
		t.Errorf("served %v, described %v", served, described)
	}
}

func TestTokensOpenOnlyWhatTheyAreFor(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		c, ctx := newCaller(t, dsn), context.Background()
		profile := c.token(door.ScopeProfile)
		c.held("/api/v1/me", profile, http.StatusOK)
		c.held("/api/v1/courses", profile, http.StatusForbidden)
		c.held("/api/v1/progress", profile, http.StatusForbidden)
		c.held("/api/v1/attempts", profile, http.StatusForbidden)
		c.held("/api/v1/attempts/x", profile, http.StatusForbidden)
		head, rest, _ := strings.Cut(profile, ".")
		for name, bad := range map[string]string{"none": "", "garbage": "x.y.z", "unsigned": "eyJhbGciOiJub25lIn0." + rest, "changed": head + ".e30." + rest} {
			got := c.held("/api/v1/me", bad, http.StatusUnauthorized)
			var p struct{ Title string }
			if err := json.Unmarshal(got.body, &p); err != nil || p.Title == "" || got.header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s: %s, %v", name, got.body, err)
			}
		}
		tokens, err := c.app.Door.Tokens(ctx, c.actor())
		if err != nil || len(tokens) != 1 {
			t.Fatal(tokens, err)
		}
		if err := c.app.Door.RevokeToken(ctx, c.actor(), tokens[0].ID); err != nil {
			t.Fatal(err)
		}
		c.held("/api/v1/me", profile, http.StatusUnauthorized)
		second := c.token(door.ScopeProfile)
		if err := c.app.People.Suspend(ctx, access.Operator(), c.person); err != nil {
			t.Fatal(err)
		}
		c.held("/api/v1/me", second, http.StatusUnauthorized)
	})
}

func TestUnknownAddressesAreProblems(t *testing.T) {
	c := newCaller(t, dbtest.SQLiteFile(t))
	got := c.send("/api/v1/nothing", c.token(door.ScopeProfile))
	if got.status != http.StatusNotFound || got.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("%d %s %s", got.status, got.header.Get("Content-Type"), got.body)
	}
}
