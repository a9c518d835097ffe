package site_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"tongguan/server/base/access"
	"tongguan/server/base/clock"
	"tongguan/server/base/config"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/door"
	"tongguan/server/base/people"
	"tongguan/server/base/team"
	"tongguan/server/edge/app"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const password = "gate six opens slowly"

// house is the whole academy on a fresh database, with one person of each role in one team that "manager"
// manages, and "outsider", a learner in another team.
type house struct {
	*app.App
	*testing.T
	fiber  *fiber.App
	people map[string]string // id by login
	team   string
}

// each builds a house on every kind of database.
func each(t *testing.T, fn func(h *house)) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) { fn(build(t, dsn)) })
}

// empty builds a house in which nobody is yet.
func empty(t *testing.T, dsn string) *house {
	t.Helper()
	dir := t.TempDir()
	cfg := config.Config{Data: dir, Database: dsn, SecretFile: filepath.Join(dir, "secret"), Zone: "Asia/Shanghai", Pool: 4,
		Hashers: 2, Session: time.Hour, URL: "http://example.com"}
	a, err := app.Build(cfg, app.Options{Clock: clock.System(), Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() }) //nolint:errcheck // the database goes with it
	return &house{App: a, T: t, fiber: a.Fiber(nil), people: map[string]string{}}
}

func build(t *testing.T, dsn string) *house {
	t.Helper()
	ctx, h := context.Background(), empty(t, dsn)
	a := h.App
	all, err := a.Teams.Create(ctx, access.Operator(), team.Details{Name: "华东"})
	if err != nil {
		t.Fatal(err)
	}
	other, err := a.Teams.Create(ctx, access.Operator(), team.Details{Name: "华南"})
	if err != nil {
		t.Fatal(err)
	}
	h.team = all
	for _, role := range access.Roles() {
		h.add(string(role), all, access.Learner, role)
	}
	h.add("outsider", other, access.Learner)
	if err := a.Teams.Change(ctx, access.Operator(), all, 1, team.Details{Name: "华东", Managers: []string{h.people["manager"]}}); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *house) add(login, team string, roles ...access.Role) {
	h.Helper()
	ctx := context.Background()
	id, err := h.People.Create(ctx, access.Operator(), people.Person{Name: "某人 " + login, Login: login, Team: team, Roles: roles, Lang: "zh"})
	if err == nil {
		err = h.Door.SetPassword(ctx, access.Operator(), id, password)
	}
	if err != nil {
		h.Fatal(login, err)
	}
	h.people[login] = id
}

// browser keeps cookies and the token of the last form, as one does.
type browser struct {
	*house
	cookies map[string]string
	csrf    string
	seen    []string // every body that came before the browser was told to forget
}

// answer is what came back.
type answer struct {
	status   int
	body     string
	location string
	header   http.Header
}

// as opens a browser in which this person is signed in; "" for nobody.
func (h *house) as(login string) *browser {
	h.Helper()
	b := &browser{house: h, cookies: map[string]string{}}
	if login == "" {
		return b
	}
	token, _, err := h.Door.SignIn(context.Background(), login, password, door.Visitor{Address: "192.0.2.1"})
	if err != nil {
		h.Fatal(login, err)
	}
	b.cookies["tongguan_session"] = token
	b.get("/account") // for the token of its forms
	return b
}

var csrfField = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

func (b *browser) send(r *http.Request) answer {
	b.Helper()
	for k, v := range b.cookies {
		r.AddCookie(&http.Cookie{Name: k, Value: v})
	}
	res, err := b.fiber.Test(r, -1)
	if err != nil {
		b.Fatal(r.Method, r.URL, err)
	}
	defer res.Body.Close() //nolint:errcheck // read whole
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range res.Cookies() {
		b.cookies[c.Name] = c.Value
	}
	text := string(body)
	if m := csrfField.FindStringSubmatch(text); m != nil {
		b.csrf = m[1]
	}
	b.seen = append(b.seen, text)
	return answer{res.StatusCode, text, res.Header.Get("Location"), res.Header}
}

func (b *browser) get(path string) answer {
	b.Helper()
	return b.send(httptest.NewRequest(http.MethodGet, path, nil))
}

// post sends a form with the token of the last page.
func (b *browser) post(path string, form url.Values) answer {
	b.Helper()
	if form == nil {
		form = url.Values{}
	}
	if !form.Has("csrf") {
		form.Set("csrf", b.csrf)
	}
	return b.send(postRequest(path, form))
}

func postRequest(path string, form url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r
}

// want fails unless the answer has the status.
func (a answer) want(t testing.TB, status int) answer {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d: %.600s", a.status, status, a.body)
	}
	return a
}
