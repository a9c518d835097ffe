package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"tongguan/server/base/access"
	"tongguan/server/base/clock"
	"tongguan/server/base/config"
	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/people"
	"tongguan/server/edge/app"
)

// A turn of a rehearsal that the server has acknowledged survives kill -9, on both databases; none is done twice.
func TestKillDuringTurns(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		k := newKilling(t, dsn)
		id, acked := "", 0
		for range 6 {
			k.start()
			killed := time.AfterFunc(time.Duration(60+rand.IntN(300))*time.Millisecond, k.kill)
			if id == "" {
				id = k.rehearse()
			}
			acked = k.turns(id, acked)
			killed.Stop()
			k.kill()
			acked = k.kept(id, acked)
		}
		if acked == 0 {
			t.Error("no turn was ever acknowledged")
		}
	})
}

// rehearse signs in and begins a rehearsal; "" where the server died over it.
func (k *killing) rehearse() string {
	if _, _, err := k.post("/signin", url.Values{"login": {killLogin}, "password": {killPassword}}); err != nil {
		return ""
	}
	page, err := k.get("/practice")
	csrf := csrfField.FindStringSubmatch(page)
	if err != nil || csrf == nil {
		return ""
	}
	_, to, err := k.post("/practice", url.Values{"csrf": {csrf[1]}, "world": {"month"}})
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(to, "/rehearsals/")
}

// turns does one turn after another until the server is gone, and says how many were acknowledged in all.
func (k *killing) turns(id string, acked int) int {
	for n := acked; id != ""; n++ {
		page, err := k.get("/rehearsals/" + id)
		csrf := csrfField.FindStringSubmatch(page)
		if err != nil || csrf == nil {
			break
		}
		status, _, err := k.post("/rehearsals/"+id+"/turns", url.Values{"csrf": {csrf[1]}, "turn": {fmt.Sprint(n)}, "account": {fmt.Sprint(n % 8)}, "act": {"report"}, "arg": {"0"}})
		if err != nil {
			break
		}
		if status != http.StatusSeeOther {
			k.t.Fatalf("turn %d gave %d", n, status)
		}
		acked = n + 1
	}
	return acked
}

// kept compares what was acknowledged with what is stored: as much, or one turn more whose answer was lost.
func (k *killing) kept(id string, acked int) (stored int) {
	if id == "" {
		return 0
	}
	k.house(func(a *app.App) {
		scene, err := a.Rehearsals.Scene(context.Background(), access.Actor{ID: k.person, Roles: []access.Role{access.Learner}}, id)
		if err != nil {
			k.t.Fatal(err)
		}
		if stored = scene.Turns; stored != acked && stored != acked+1 {
			k.t.Errorf("%d turns were acknowledged, %d are stored", acked, stored)
		}
	})
	return stored
}

const (
	killLogin    = "kill.me"
	killPassword = "correct horse battery"
	killModule   = "process/negotiation"
)

type killing struct {
	browser
	t       *testing.T
	env     []string
	cfg     config.Config
	mu      sync.Mutex
	process *exec.Cmd
	person  string
}

// browser is a client with cookies of its own, which follows no redirects.
type browser struct {
	base   string
	client *http.Client
}

func newBrowser(base string) browser {
	jar, _ := cookiejar.New(nil)
	return browser{base, &http.Client{Jar: jar, Timeout: 10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func newKilling(t *testing.T, dsn string) *killing {
	t.Helper()
	data := t.TempDir()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	k := &killing{t: t, browser: newBrowser("http://" + addr),
		cfg: config.Config{Data: data, Database: dsn, SecretFile: filepath.Join(data, "secret"), Zone: "Asia/Shanghai", Pool: 8,
			Hashers: 2, Session: time.Hour, Checkpoint: time.Hour}}
	k.env = append(os.Environ(), "TONGGUAN_TEST_RUN=1", "TONGGUAN_ADDR="+addr, "TONGGUAN_DATA="+data, "TONGGUAN_DATABASE="+dsn)
	t.Cleanup(k.kill)
	k.person = k.hire(killLogin)
	return k
}

// hire adds a learner and gives their id.
func (k *killing) hire(login string) (id string) {
	k.t.Helper()
	k.house(func(a *app.App) {
		var err error
		id, err = a.People.Create(context.Background(), access.Operator(),
			people.Person{Login: login, Name: "万一", Roles: []access.Role{access.Learner}})
		if err == nil {
			err = a.Door.SetPassword(context.Background(), access.Operator(), id, killPassword)
		}
		if err != nil {
			k.t.Fatal(err)
		}
	})
	return id
}

// house opens the rooms on the same database, in this process.
func (k *killing) house(do func(*app.App)) {
	k.t.Helper()
	a, err := app.Build(k.cfg, app.Options{Clock: clock.System(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		k.t.Fatal(err)
	}
	defer a.Close() //nolint:errcheck // a test
	do(a)
}

func (k *killing) start() {
	k.t.Helper()
	cmd := exec.Command(os.Args[0], "serve")
	cmd.Env = k.env
	k.mu.Lock()
	k.process = cmd
	k.mu.Unlock()
	if err := cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	for range 300 {
		if res, err := k.client.Get(k.base + "/healthz"); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	k.t.Fatal("the server does not answer")
}

func (k *killing) kill() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.process != nil {
		_ = k.process.Process.Kill()
		_ = k.process.Wait()
		k.process = nil
	}
}

var (
	csrfField   = regexp.MustCompile(`name="csrf" value="([^"]*)"`)
	idField     = regexp.MustCompile(`name="question" value="([^"]*)"`)
	choiceField = regexp.MustCompile(`<input[^>]*name="choice"[^>]*>`)
	valueField  = regexp.MustCompile(`value="([^"]*)"`)
)

func (b *browser) get(path string) (string, error) {
	res, err := b.client.Get(b.base + path)
	if err != nil {
		return "", err
	}
	defer res.Body.Close() //nolint:errcheck // only read
	body, err := io.ReadAll(res.Body)
	return string(body), err
}

func (b *browser) post(path string, form url.Values) (int, string, error) {
	res, err := b.client.PostForm(b.base+path, form)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close() //nolint:errcheck // only read
	_, err = io.Copy(io.Discard, res.Body)
	return res.StatusCode, strings.TrimPrefix(res.Header.Get("Location"), b.base), err
}

func (k *killing) whole(a *app.App, q db.Q) {
	r, err := a.Trail.Verify(context.Background(), q, access.Operator(), nil)
	if err != nil || !r.Whole() {
		k.t.Errorf("the audit trail: %v %v", r.Faults, err)
	}
}
