package app_test

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

const (
	password = "gate six opens slowly"
	host     = "http://example.com" // where httptest sends its requests
)

// house is the whole academy on a fresh database: one person of each role in one team that "manager" manages,
// "outsider", a learner of another team, and things that the addresses of pages name.
type house struct {
	*app.App
	*testing.T
	fiber   *fiber.App
	dsn     string
	advance func(time.Duration)
	names   map[string]string // ids by what they are called here: "learner", "team", "attempt" …
}

// options is what a test wants otherwise than the others.
type options struct {
	content string
	change  func(*config.Config)
	furnish func(*app.App) // before the routes are made
}

// each builds a house on every kind of database.
func each(t *testing.T, do func(h *house)) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) { do(furnished(t, dsn, options{})) })
}

// one builds a house where the kind of database does not matter.
func one(t *testing.T, o options) *house { return furnished(t, dbtest.SQLiteFile(t), o) }

// empty builds a house in which nobody is yet.
func empty(t *testing.T, dsn string, o options) *house {
	t.Helper()
	dir := t.TempDir()
	cfg := config.Config{Data: dir, Database: dsn, SecretFile: filepath.Join(dir, "secret"), Zone: "Asia/Shanghai", Pool: 4,
		Hashers: 2, Session: time.Hour, URL: host, BadgeKeys: filepath.Join(dir, "badge-keys"), Company: "衡川", Stats: true}
	if o.change != nil {
		o.change(&cfg)
	}
	if o.content == "" {
		o.content = "testdata/content"
	}
	c, advance := clock.Fake(time.Date(2026, 3, 2, 1, 30, 0, 0, time.UTC), 1)
	a, err := app.Build(cfg, app.Options{Content: o.content, Clock: c, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() }) //nolint:errcheck // the database goes with it
	a.Authoring = false             // nobody edits the folder
	a.Manuscripts.Place = ""        // nor saves to it
	if o.furnish != nil {
		o.furnish(a)
	}
	return &house{App: a, T: t, fiber: a.Fiber(nil), dsn: dsn, advance: advance, names: map[string]string{"missing": "06nosuchthing0000000000000"}}
}

func furnished(t *testing.T, dsn string, o options) *house {
	t.Helper()
	h := empty(t, dsn, o)
	h.names["team"] = h.addTeam(team.Details{Name: "华东"})
	h.names["elsewhere"] = h.addTeam(team.Details{Name: "华南"})
	for _, role := range access.Roles() {
		h.addPerson(string(role), "team", access.Learner, role)
	}
	h.addPerson("outsider", "elsewhere", access.Learner)
	d := team.Details{Name: "华东", Managers: []string{h.names["manager"]}}
	if err := h.Teams.Change(context.Background(), access.Operator(), h.names["team"], 1, d); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *house) addTeam(d team.Details) string {
	h.Helper()
	id, err := h.Teams.Create(context.Background(), access.Operator(), d)
	if err != nil {
		h.Fatal(err)
	}
	return id
}

func (h *house) addPerson(login, team string, roles ...access.Role) {
	h.Helper()
	ctx := context.Background()
	p := people.Person{Name: "某人 " + login, Login: login, Team: h.names[team], Roles: roles, Lang: "zh"}
	id, err := h.People.Create(ctx, access.Operator(), p)
	if err == nil {
		err = h.Door.SetPassword(ctx, access.Operator(), id, password)
	}
	if err != nil {
		h.Fatal(login, err)
	}
	h.names[login] = id
}

// browser keeps cookies and the token of the last form, as one does.
type browser struct {
	*house
	cookies map[string]string
	csrf    string
	seen    []answer // everything that came
}

// answer is what came back.
type answer struct {
	what     string // method and address
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
	b.get("/account").want(h.T, http.StatusOK) // for the token of its forms
	return b
}

// actor is a person as somebody who acts.
func (h *house) actor(login string) access.Actor {
	h.Helper()
	p, err := h.People.Get(context.Background(), access.Operator(), h.names[login])
	if err != nil {
		h.Fatal(login, err)
	}
	return p.Actor()
}

var csrfField = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

func (b *browser) send(r *http.Request) answer {
	b.Helper()
	for k, v := range b.cookies {
		r.AddCookie(&http.Cookie{Name: k, Value: v})
	}
	res, err := b.fiber.Test(r, -1)
	if err != nil {
		b.Fatal(r.Method, r.RequestURI, err)
	}
	defer res.Body.Close() //nolint:errcheck // read whole
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range res.Cookies() {
		if b.cookies[c.Name] = c.Value; c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	if m := csrfField.FindSubmatch(body); m != nil {
		b.csrf = string(m[1])
	}
	a := answer{r.Method + " " + r.URL.String(), res.StatusCode, string(body), res.Header.Get("Location"), res.Header}
	b.seen = append(b.seen, a)
	return a
}

func (b *browser) get(path string) answer {
	b.Helper()
	return b.send(httptest.NewRequest(http.MethodGet, path, nil))
}

// post sends a form with the token of the last page.
func (b *browser) post(path string, form url.Values) answer {
	b.Helper()
	return b.send(formRequest(path, withCSRF(form, b.csrf)))
}

// withCSRF is a copy of the form with a token in it.
func withCSRF(form url.Values, token string) url.Values {
	out := url.Values{"csrf": {token}}
	for k, v := range form {
		out[k] = v
	}
	return out
}

// formRequest sends a form as a browser sends one of our own pages.
func formRequest(path string, form url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r
}

// want fails unless the answer has the status.
func (a answer) want(t testing.TB, status int) answer {
	t.Helper()
	if a.status != status {
		t.Fatalf("%s: status %d, want %d: %.600s", a.what, a.status, status, a.body)
	}
	return a
}
