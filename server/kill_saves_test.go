package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tongguan/server/base/dbtest"
)

// kills is how often the server is killed: TONGGUAN_TEST_KILLS, or six times.
func kills(t *testing.T) int {
	t.Helper()
	text := os.Getenv("TONGGUAN_TEST_KILLS")
	if text == "" {
		return 6
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("TONGGUAN_TEST_KILLS=%s is not a number of kills", text)
	}
	return n
}

// An answer that the server has acknowledged survives kill -9, on both databases, whether it was sent by a form or as
// JSON; nothing is counted twice, and every score is that of the acknowledged answers.
func TestKillDuringSaves(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		k := newKilling(t, dsn)
		people := make([]*sitter, 3)
		for i := range people {
			people[i] = &sitter{t: t, browser: newBrowser(k.base), login: fmt.Sprint("kill.sitter", i), closed: map[string]map[string]string{}}
			k.hire(people[i].login)
		}
		k.start()
		for _, s := range people { // a sign-in that is killed counts as a failed one
			if !s.sitDown() {
				t.Fatal("the quiz could not be started")
			}
		}
		k.kill()
		for range kills(t) {
			k.start()
			k.round(people)
			k.check(people)
			if t.Failed() {
				return
			}
		}
		k.start()
		for _, s := range people {
			s.submitTwice(k)
		}
		k.check(people)
		k.closedOnce(people)
	})
}

// round lets people sit and kills the server in the middle of it, some answers later.
func (k *killing) round(people []*sitter) {
	var left atomic.Int64
	left.Store(1 + rand.Int64N(60))
	var all, killer sync.WaitGroup
	for _, s := range people {
		s.done = func(n int) {
			if was := left.Add(int64(-n)) + int64(n); was > 0 && was <= int64(n) {
				killer.Go(func() {
					time.Sleep(time.Duration(rand.IntN(6000)) * time.Microsecond)
					k.kill()
				})
			}
		}
		all.Go(s.sitUntilDead)
	}
	all.Wait()
	killer.Wait()
	k.kill()
}

// sitter is a person who takes one quiz after another.
type sitter struct {
	browser
	t        *testing.T
	login    string
	signedIn bool
	attempt  string // path of the open one, "" where there is none
	csrf     string
	options  map[string][]string // by question of the paper
	seq      int64
	acked    map[string]string            // by question: what was acknowledged last
	flying   map[string]string            // by question: what was sent and not acknowledged
	unsure   []byte                       // the JSON whose answer was lost
	closed   map[string]map[string]string // by attempt: what had been acknowledged when it was closed
	count    int                          // acknowledged answers
	done     func(n int)                  // hears of n more of them
}

// sitUntilDead starts quizzes, answers by form and as JSON and submits, until the server is gone.
func (s *sitter) sitUntilDead() {
	for alive := true; alive; {
		switch {
		case s.attempt == "" || len(s.options) == 0:
			alive = s.sitDown()
		case s.unsure != nil:
			alive = s.send(s.unsure)
		case rand.IntN(60) == 0:
			alive = s.submit()
		case rand.IntN(4) == 0:
			alive = s.form()
		default:
			alive = s.packets()
		}
	}
}

// sitDown signs in where needed, starts the quiz and learns its questions.
func (s *sitter) sitDown() bool {
	if !s.signedIn {
		if status, _, err := s.post("/signin", url.Values{"login": {s.login}, "password": {killPassword}}); err != nil || status != http.StatusSeeOther {
			return false
		}
		s.signedIn = true
	}
	page, err := s.get("/courses/" + killModule + "/quiz")
	csrf := csrfField.FindStringSubmatch(page)
	if err != nil || csrf == nil {
		return false
	}
	s.csrf = csrf[1]
	_, to, err := s.post("/courses/"+killModule+"/quiz", url.Values{"csrf": {s.csrf}})
	if err != nil || to == "" {
		return false
	}
	if to != s.attempt {
		s.attempt, s.acked, s.flying, s.unsure = to, map[string]string{}, map[string]string{}, nil
	}
	found := map[string][]string{}
	for n := range 10 {
		page, err := s.get(fmt.Sprintf("%s?q=%d", s.attempt, n+1))
		if err != nil {
			return false
		}
		id := idField.FindStringSubmatch(page)
		for _, o := range choiceField.FindAllString(page, -1) {
			found[id[1]] = append(found[id[1]], valueField.FindStringSubmatch(o)[1])
		}
	}
	s.options = found
	return true
}

// any gives a question of the paper and one of its options.
func (s *sitter) any() (question, option string) {
	all := slices.Sorted(maps.Keys(s.options))
	question = all[rand.IntN(len(all))]
	return question, s.options[question][rand.IntN(len(s.options[question]))]
}

// form saves an answer as a page without JavaScript does.
func (s *sitter) form() bool {
	question, option := s.any()
	s.flying[question] = option
	status, to, err := s.post(s.attempt+"/answers", url.Values{"csrf": {s.csrf}, "q": {"1"}, "question": {question}, "choice": {option}, "go": {"stay"}})
	if err != nil {
		return false
	}
	if status != http.StatusSeeOther || strings.HasSuffix(to, "/review") {
		s.t.Errorf("saving by form gave %d to %s", status, to)
		return false
	}
	s.acknowledged()
	return true
}

type packet struct {
	Seq      int64    `json:"seq"`
	Question string   `json:"question"`
	Value    []string `json:"value"`
}

// packets saves one to three answers as JSON. The numbers are above any that a form can have led to.
func (s *sitter) packets() bool {
	var out []packet
	for range 1 + rand.IntN(3) {
		question, option := s.any()
		if _, twice := s.flying[question]; !twice {
			s.seq += 10
			s.flying[question] = option
			out = append(out, packet{s.seq, question, []string{option}})
		}
	}
	body, err := json.Marshal(map[string]any{"csrf": s.csrf, "saves": out})
	if err != nil {
		s.t.Error(err)
	}
	return s.send(body)
}

// send sends a request whose answers are flying; one whose reply is lost is sent again as it was.
func (s *sitter) send(body []byte) bool {
	s.unsure = body
	res, err := s.client.Post(s.base+s.attempt+"/save", "application/json", bytes.NewReader(body))
	if err != nil {
		return false
	}
	defer res.Body.Close() //nolint:errcheck // only read
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return false
	}
	if res.StatusCode == http.StatusServiceUnavailable { // nobody knows: the same again
		return true
	}
	if res.StatusCode != http.StatusOK || bytes.Count(text, []byte(`"status":"saved"`)) != bytes.Count(body, []byte(`"seq"`)) {
		s.t.Errorf("saving %s gave %d %s", body, res.StatusCode, text)
		return false
	}
	s.unsure = nil
	s.acknowledged()
	return true
}

func (s *sitter) acknowledged() {
	s.count += len(s.flying)
	s.done(len(s.flying))
	maps.Copy(s.acked, s.flying)
	clear(s.flying)
}

func (s *sitter) submit() bool {
	status, to, err := s.post(s.attempt+"/submit", url.Values{"csrf": {s.csrf}})
	if err != nil {
		return false
	}
	if status != http.StatusSeeOther || !strings.HasSuffix(to, "/review") {
		s.t.Errorf("submitting gave %d to %s", status, to)
		return false
	}
	s.over()
	return true
}

// over remembers what was acknowledged of the attempt, which is closed.
func (s *sitter) over() {
	s.closed[strings.TrimPrefix(s.attempt, "/attempts/")] = s.acked
	s.attempt, s.options, s.unsure, s.acked, s.flying = "", nil, nil, nil, nil
}

// submitTwice submits from two tabs while the server is killed, then once more.
func (s *sitter) submitTwice(k *killing) {
	if !s.sitDown() {
		s.t.Fatal("the quiz could not be started")
	}
	form := url.Values{"csrf": {s.csrf}}
	var tabs sync.WaitGroup
	for range 2 {
		tabs.Go(func() { _, _, _ = s.post(s.attempt+"/submit", form) })
	}
	time.Sleep(time.Duration(rand.IntN(8)) * time.Millisecond)
	k.kill()
	tabs.Wait()
	k.start()
	s.submit()
}
