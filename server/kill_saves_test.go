package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/big"
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

	"go.yaml.in/yaml/v3"

	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
	"tongguan/server/edge/app"
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

// stored is an attempt as it is on disk.
type stored struct {
	State  string `db:"state"`
	Score  *int   `db:"score"`
	Paper  string `db:"paper"`
	Source string `db:"source"`
	Lines  int    `db:"lines"`
	given  map[string]string
}

// check holds what is on disk against what was acknowledged, and every score against the answers.
func (k *killing) check(people []*sitter) {
	k.t.Helper()
	d, err := db.Open(k.cfg.Database, 2)
	if err != nil {
		k.t.Fatal(err)
	}
	defer d.Close() //nolint:errcheck // a test
	for _, s := range people {
		if s.attempt != "" {
			found := k.read(d.Read(), strings.TrimPrefix(s.attempt, "/attempts/"))
			s.adopt(found.given)
			if found.State == "closed" { // submitted, and the server died before it could say so
				s.over()
			}
		}
		for id, acked := range s.closed {
			found := k.read(d.Read(), id)
			if found.State != "closed" || found.Lines != 1 || !maps.Equal(found.given, acked) {
				k.t.Errorf("attempt %s is %s, with %d lines of evidence; it holds %v, and %v was acknowledged", id, found.State, found.Lines, found.given, acked)
			}
			if want := found.score(k.t); found.Score == nil || *found.Score != want {
				k.t.Errorf("attempt %s: the score is %v, its answers give %d", id, found.Score, want)
			}
		}
	}
}

// adopt takes over what was on its way and arrived; it must be that or what was acknowledged.
func (s *sitter) adopt(given map[string]string) {
	for q := range s.options {
		if got := given[q]; got != s.acked[q] && (got == "" || got != s.flying[q]) {
			s.t.Errorf("%s, question %s: %q was acknowledged, %q was on its way, %q is there", s.attempt, q, s.acked[q], s.flying[q], got)
		}
	}
	s.acked = given
	if s.unsure == nil {
		clear(s.flying)
	}
}

func (k *killing) read(q db.Q, id string) (out stored) {
	k.t.Helper()
	ctx := context.Background()
	if err := q.Get(ctx, &out, `SELECT a.state, a.score, a.paper, s.source, (SELECT count(*) FROM evidence e WHERE e.source = a.id) AS lines
		FROM attempt a JOIN question_set s ON s.hash = a.set_hash WHERE a.id = $1`, id); err != nil {
		k.t.Fatal(id, err)
	}
	var rows []struct {
		Question string `db:"question"`
		Chosen   string `db:"chosen"`
	}
	if err := q.Select(ctx, &rows, "SELECT question, chosen FROM answer WHERE attempt_id = $1 AND chosen <> '[]'", id); err != nil {
		k.t.Fatal(err)
	}
	out.given = map[string]string{}
	for _, r := range rows {
		var chosen []string
		if err := json.Unmarshal([]byte(r.Chosen), &chosen); err != nil {
			k.t.Fatal(err)
		}
		out.given[r.Question] = strings.Join(chosen, ",")
	}
	return out
}

// score works the score out again, in fractions, from the source of the questions and what is given to them.
func (a stored) score(t *testing.T) int {
	var paper []struct{ Q string }
	var set struct {
		Questions []struct {
			ID, Type string
			Answer   bool
			Options  []struct {
				ID    string
				Right bool
			}
		}
	}
	if err := json.Unmarshal([]byte(a.Paper), &paper); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal([]byte(a.Source), &set); err != nil {
		t.Fatal(err)
	}
	sum := new(big.Rat)
	for _, item := range paper {
		for _, q := range set.Questions {
			if q.ID != item.Q || a.given[q.ID] == "" {
				continue
			}
			given := strings.Split(a.given[q.ID], ",")
			if q.Type == "truefalse" {
				if given[0] == strconv.FormatBool(q.Answer) {
					sum.Add(sum, big.NewRat(100, 1))
				}
				continue
			}
			var right, wrong, allRight, allWrong int64
			for _, o := range q.Options {
				chosen := slices.Contains(given, o.ID)
				if o.Right {
					allRight++
				} else {
					allWrong++
				}
				if chosen && o.Right {
					right++
				} else if chosen {
					wrong++
				}
			}
			points := new(big.Rat).Sub(big.NewRat(100*right, allRight), big.NewRat(100*wrong, max(allWrong, 1)))
			if points.Sign() > 0 {
				sum.Add(sum, big.NewRat(halfUp(points), 1))
			}
		}
	}
	return int(halfUp(sum.Mul(sum, big.NewRat(100, int64(len(paper))))))
}

// halfUp rounds a fraction that is not negative to the nearest whole number.
func halfUp(x *big.Rat) int64 {
	twice := new(big.Int).Add(new(big.Int).Mul(x.Num(), big.NewInt(2)), x.Denom())
	return twice.Div(twice, new(big.Int).Mul(x.Denom(), big.NewInt(2))).Int64()
}

// closedOnce counts evidence and audit entries over all, and looks whether the trail is whole.
func (k *killing) closedOnce(people []*sitter) {
	want, count := 0, 0
	for _, s := range people {
		want, count = want+len(s.closed), count+s.count
	}
	k.house(func(a *app.App) {
		var lines, entries int
		q := a.DB.Read()
		if err := q.Get(context.Background(), &lines, "SELECT count(*) FROM evidence"); err != nil || lines != want {
			k.t.Errorf("%d lines of evidence for %d attempts, %v", lines, want, err)
		}
		if err := q.Get(context.Background(), &entries, "SELECT count(*) FROM audit_entry WHERE act = 'attempt.closed'"); err != nil || entries != want {
			k.t.Errorf("%d audit entries for %d attempts, %v", entries, want, err)
		}
		k.whole(a, q)
	})
	k.t.Logf("%d answers acknowledged, all there; %d attempts closed, every score is that of its answers", count, want)
	if count == 0 {
		k.t.Error("no answer was ever acknowledged")
	}
}
