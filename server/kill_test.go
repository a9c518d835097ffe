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

// An answer that the server has acknowledged survives kill -9, on both databases; nothing is counted twice.
func TestKillDuringSaves(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		k := newKilling(t, dsn)
		for round := range 6 {
			k.start()
			killed := time.AfterFunc(time.Duration(30+rand.IntN(250))*time.Millisecond, k.kill)
			k.saveUntilDead(round)
			killed.Stop()
			k.kill()
			k.compare()
		}
		k.start()
		k.submitTwice()
	})
}

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
	t       *testing.T
	env     []string
	cfg     config.Config
	base    string
	mu      sync.Mutex
	process *exec.Cmd
	client  *http.Client
	person  string
	attempt string
	acked   map[string]string // by question: what was acknowledged last
	flying  map[string]string // by question: what was sent and not acknowledged
	count   int
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
	jar, _ := cookiejar.New(nil)
	k := &killing{t: t, base: "http://" + addr, acked: map[string]string{}, flying: map[string]string{},
		client: &http.Client{Jar: jar, Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		cfg: config.Config{Data: data, Database: dsn, SecretFile: filepath.Join(data, "secret"), Zone: "Asia/Shanghai", Pool: 8,
			Hashers: 2, Session: time.Hour, Checkpoint: time.Hour}}
	k.env = append(os.Environ(), "TONGGUAN_TEST_RUN=1", "TONGGUAN_ADDR="+addr, "TONGGUAN_DATA="+data, "TONGGUAN_DATABASE="+dsn)
	t.Cleanup(k.kill)
	k.house(func(a *app.App) {
		id, err := a.People.Create(context.Background(), access.Operator(),
			people.Person{Login: killLogin, Name: "万一", Roles: []access.Role{access.Learner}})
		if err == nil {
			k.person = id
			err = a.Door.SetPassword(context.Background(), access.Operator(), id, killPassword)
		}
		if err != nil {
			t.Fatal(err)
		}
	})
	return k
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

// saveUntilDead signs in where needed and saves answers, one after another, until the server is gone.
func (k *killing) saveUntilDead(round int) {
	if k.attempt == "" && !k.begin() {
		return
	}
	for n := 1 + round%10; ; n = n%10 + 1 {
		page, err := k.get(fmt.Sprintf("%s?q=%d", k.attempt, n))
		if err != nil {
			return
		}
		q, csrf := idField.FindStringSubmatch(page), csrfField.FindStringSubmatch(page)
		options := choiceField.FindAllString(page, -1)
		if q == nil || csrf == nil {
			k.t.Fatalf("question %d has no form:\n%s", n, page)
		}
		if len(options) == 0 {
			continue // it is typed, matched or put in order; saving is the same
		}
		choice := valueField.FindStringSubmatch(options[rand.IntN(len(options))])[1]
		k.flying[q[1]] = choice
		status, _, err := k.post(k.attempt+"/answers", url.Values{"csrf": {csrf[1]}, "q": {fmt.Sprint(n)}, "question": {q[1]}, "choice": {choice}, "go": {"stay"}})
		if err != nil {
			return
		}
		if status != http.StatusSeeOther {
			k.t.Fatalf("saving gave %d", status)
		}
		k.acked[q[1]] = choice
		delete(k.flying, q[1])
		k.count++
	}
}

// begin signs in and starts the quiz; false where the server died over it.
func (k *killing) begin() bool {
	if _, _, err := k.post("/signin", url.Values{"login": {killLogin}, "password": {killPassword}}); err != nil {
		return false
	}
	page, err := k.get("/courses/" + killModule + "/quiz")
	if err != nil {
		return false
	}
	csrf := csrfField.FindStringSubmatch(page)
	if csrf == nil {
		return false
	}
	_, to, err := k.post("/courses/"+killModule+"/quiz", url.Values{"csrf": {csrf[1]}})
	k.attempt = to
	return err == nil && to != ""
}

func (k *killing) get(path string) (string, error) {
	res, err := k.client.Get(k.base + path)
	if err != nil {
		return "", err
	}
	defer res.Body.Close() //nolint:errcheck // only read
	body, err := io.ReadAll(res.Body)
	return string(body), err
}

func (k *killing) post(path string, form url.Values) (int, string, error) {
	res, err := k.client.PostForm(k.base+path, form)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close() //nolint:errcheck // only read
	_, err = io.Copy(io.Discard, res.Body)
	return res.StatusCode, strings.TrimPrefix(res.Header.Get("Location"), k.base), err
}

// compare holds what the database has against what was acknowledged.
func (k *killing) compare() {
	k.t.Helper()
	if k.attempt == "" {
		return
	}
	k.house(func(a *app.App) {
		s, err := a.Attempts.Sit(context.Background(), k.me(a), strings.TrimPrefix(k.attempt, "/attempts/"))
		if err != nil {
			k.t.Fatal(err)
		}
		for q, choice := range k.acked {
			got := strings.Join(s.Answers[q].Chosen, ",")
			if got != choice && got != k.flying[q] {
				k.t.Errorf("question %s: %q was acknowledged, %q is there", q, choice, got)
			}
			k.acked[q] = got
		}
		for q, given := range s.Answers {
			if _, known := k.acked[q]; known {
				continue
			}
			got := strings.Join(given.Chosen, ",")
			if got != k.flying[q] {
				k.t.Errorf("question %s: an answer that nobody gave", q)
			}
			k.acked[q] = got // sent, written, and the server died before it could say so: from now on it stands
		}
		clear(k.flying)
	})
}

func (k *killing) me(a *app.App) access.Actor {
	all, _, err := a.People.List(context.Background(), access.Operator(), people.Filter{Text: killLogin})
	if err != nil || len(all) != 1 {
		k.t.Fatalf("%d people, %v", len(all), err)
	}
	return all[0].Actor()
}

// submitTwice submits from two tabs while the server is killed, then once more: there is one result.
func (k *killing) submitTwice() {
	if k.attempt == "" && !k.begin() {
		k.t.Fatal("the quiz could not be started")
	}
	page, err := k.get(k.attempt)
	if err != nil {
		k.t.Fatal(err)
	}
	csrf := csrfField.FindStringSubmatch(page)
	form := url.Values{"csrf": {csrf[1]}}
	var tabs sync.WaitGroup
	for range 2 {
		tabs.Go(func() { _, _, _ = k.post(k.attempt+"/submit", form) })
	}
	time.Sleep(time.Duration(rand.IntN(8)) * time.Millisecond)
	k.kill()
	tabs.Wait()
	k.start()
	if status, to, err := k.post(k.attempt+"/submit", form); err != nil || status != http.StatusSeeOther || !strings.HasSuffix(to, "/review") {
		k.t.Fatalf("submitting again: %d %s %v", status, to, err)
	}
	k.house(func(a *app.App) {
		var lines, entries int
		q := a.DB.Read()
		if err := q.Get(context.Background(), &lines, "SELECT count(*) FROM evidence"); err != nil || lines != 1 {
			k.t.Errorf("%d lines of evidence, %v", lines, err)
		}
		if err := q.Get(context.Background(), &entries, "SELECT count(*) FROM audit_entry WHERE act = 'attempt.closed'"); err != nil || entries != 1 {
			k.t.Errorf("%d audit entries, %v", entries, err)
		}
		k.whole(a, q)
	})
	k.t.Logf("%d answers acknowledged, all there", k.count)
}

func (k *killing) whole(a *app.App, q db.Q) {
	r, err := a.Trail.Verify(context.Background(), q, access.Operator(), nil)
	if err != nil || !r.Whole() {
		k.t.Errorf("the audit trail: %v %v", r.Faults, err)
	}
}
