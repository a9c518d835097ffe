package main

import (
	"context"
	"encoding/json"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"tongguan/server/base/db"
	"tongguan/server/edge/app"
)

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
	if k.process == nil {
		k.settled()
	}
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

// settled waits for what a killed server had asked PostgreSQL for: it is carried out to its end, and what is read before
// that end says nothing of what will be there.
func (k *killing) settled() {
	k.t.Helper()
	d, err := db.Open(k.cfg.Database, 1) // the one connection that is left
	if err != nil {
		k.t.Fatal(err)
	}
	defer d.Close() //nolint:errcheck // a test
	for n := 1; d.Kind() == "postgres" && n > 0; time.Sleep(time.Millisecond) {
		if err := d.Read().Get(context.Background(), &n, `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`); err != nil {
			k.t.Fatal(err)
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

// asked is a question as its file has it.
type asked struct {
	ID, Type string
	Answer   bool
	Options  []struct {
		ID     string
		Right  bool
		Credit int64
	}
	Questions []asked // of a case
}

// score works the score out again, in fractions, from the source of the questions and what is given to them.
func (a stored) score(t *testing.T) int {
	t.Helper()
	var paper []struct{ Q string }
	var set struct{ Questions []asked }
	if err := json.Unmarshal([]byte(a.Paper), &paper); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal([]byte(a.Source), &set); err != nil {
		t.Fatal(err)
	}
	sum, all := new(big.Rat), slices.Clone(set.Questions)
	for _, q := range set.Questions {
		all = append(all, q.Questions...)
	}
	for _, item := range paper {
		for _, q := range all {
			if given := a.given[q.ID]; q.ID == item.Q && given != "" {
				sum.Add(sum, big.NewRat(q.points(strings.Split(given, ",")), 1))
			}
		}
	}
	return int(halfUp(sum.Mul(sum, big.NewRat(100, int64(len(paper))))))
}

// points is right minus wrong, not below nothing, of a hundred.
func (q asked) points(given []string) int64 {
	if q.Type == "truefalse" {
		return map[bool]int64{true: 100}[given[0] == strconv.FormatBool(q.Answer)]
	}
	var right, wrong, allRight, allWrong, credit int64
	for _, o := range q.Options {
		chosen := map[bool]int64{true: 1}[slices.Contains(given, o.ID)]
		credit += chosen * o.Credit
		if o.Right {
			allRight, right = allRight+1, right+chosen
		} else {
			allWrong, wrong = allWrong+1, wrong+chosen
		}
	}
	points := new(big.Rat).Sub(big.NewRat(100*right, allRight), big.NewRat(100*wrong, max(allWrong, 1)))
	if q.Type == "single" {
		return max(100*right, credit)
	}
	if points.Sign() <= 0 {
		return 0
	}
	return halfUp(points)
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
