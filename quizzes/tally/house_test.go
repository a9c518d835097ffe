package tally

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
	"tongguan/quizzes/itemstats"
	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var (
	ctx    = context.Background()
	author = access.Actor{ID: "a", Roles: []access.Role{access.Author}}
)

const (
	module = "process/negotiation"
	file   = "courses/process/04-negotiation.questions.yaml"
	drawn  = 10
)

// house is two nodes on one database, a person, and two versions of a quiz of which the second is the current one.
type house struct {
	*testing.T
	*Tally
	other *Tally
	d     *db.DB
	sets  [2]*bank.Set
	luck  *rand.Rand
	count int // attempts made
}

func each(t *testing.T, fn func(h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { fn(newHouse(t, d)) })
}

// source is a set of questions; mark makes another version of it.
func source(mark string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "module: negotiation\nquiz: {draw: %d, pass: 80, minutes: 20}\nquestions:\n", drawn)
	for i := range 14 {
		fmt.Fprintf(&b, "  - {id: q%d, type: %s, clauses: [\"2.4.%d\"], level: apply, stem: {zh: 题%d%s, en: q%d}, explanation: {zh: 因为, en: so}",
			i, []string{"single", "multiple"}[i%2], i%4+1, i, mark, i)
		b.WriteString(", options: [")
		for j, id := range []string{"a", "b", "c", "d"} {
			right := j == i%4 || i%2 == 1 && j == (i+1)%4
			fmt.Fprintf(&b, "{id: %s, right: %v, text: {zh: 甲%d%d, en: x%d%d}, why: {zh: 由, en: y}},", id, right, i, j, i, j)
		}
		b.WriteString("]}\n")
	}
	return []byte(b.String())
}

func newHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	h := &house{T: t, d: d, luck: rand.New(rand.NewPCG(1, 2))}
	lib, problems := bank.NewLibrary(fstest.MapFS{file: &fstest.MapFile{Data: source("新")}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	h.Tally, h.other = New(d, lib), New(d, lib)
	h.sets[1] = lib.Current().Set(module)
	h.sets[0], _ = bank.Parse(file, source("旧"))
	h.exec("INSERT INTO person (id, login, name, sort_key, search_key, state, created_at) VALUES ('p', 'p', 'p', 'p', 'p', 'active', 1)")
	for i, s := range h.sets {
		h.exec("INSERT INTO question_set (hash, module, file, source, first_seen) VALUES ($1, $2, $3, $4, $5)", s.Hash, module, file, string(s.Source), i+1)
	}
	return h
}

func (h *house) exec(query string, args ...any) {
	h.Helper()
	if _, err := h.d.Read().Exec(ctx, query, args...); err != nil {
		h.Fatal(query, err)
	}
}

// sit writes n attempts at a set as the room of attempts would, closed or not yet, and gives their ids. Few rows a statement:
// SQLite takes 32,766 values.
func (h *house) sit(set *bank.Set, n int, closed bool) (ids []string) {
	h.Helper()
	for len(ids) < n {
		some := min(400, n-len(ids))
		err := h.d.Write(ctx, func(q db.Q) error {
			var people, attempts, answers rows
			for range some {
				h.count++
				id := fmt.Sprintf("%08d", (h.count*7919)%100_000_000) // not in the order in which they close
				ids = append(ids, id)
				person := "p"
				if !closed { // one may have one open attempt
					person = "p" + id
					people.add(person, person, person, person, person, "active", 1)
				}
				h.one(set, [2]string{id, person}, closed, &attempts, &answers)
			}
			if err := people.insert(q, "person (id, login, name, sort_key, search_key, state, created_at)"); err != nil {
				return err
			}
			if err := attempts.insert(q, "attempt (id, person_id, module, set_hash, seed, paper, state, started_at, due_at, closed_at, pass)"); err != nil {
				return err
			}
			return answers.insert(q, "answer (attempt_id, question, chosen, points, saved_at)")
		})
		if err != nil {
			h.Fatal(err)
		}
	}
	return ids
}

// rows are values to insert, of as many columns each.
type rows struct {
	columns int
	values  []any
}

func (r *rows) add(values ...any) { r.columns, r.values = len(values), append(r.values, values...) }

func (r *rows) insert(q db.Q, into string) error {
	if len(r.values) == 0 {
		return nil
	}
	var b strings.Builder
	for i := range r.values {
		sep := ", "
		if i%r.columns == 0 {
			sep = "), ("
		}
		fmt.Fprintf(&b, "%s$%d", sep, i+1)
	}
	_, err := q.Exec(ctx, "INSERT INTO "+into+" VALUES "+strings.TrimPrefix(b.String(), "), ")+")", r.values...)
	return err
}

func (h *house) one(set *bank.Set, who [2]string, closed bool, attempts, answers *rows) {
	id, seed := who[0], [32]byte{}
	for i := range seed {
		seed[i] = byte(h.luck.Uint32())
	}
	paper := bank.Draw(set, seed)
	text, _ := json.Marshal(paper)
	state, moment := "open", any(nil)
	if closed {
		state, moment = "closed", h.count
	}
	attempts.add(id, who[1], module, set.Hash, "", string(text), state, 1, 2, moment, 8000)
	skill := h.luck.Float64()
	for _, item := range paper {
		if h.luck.IntN(12) == 0 {
			continue // not answered
		}
		q := set.Question(item.Question)
		chosen := slices.Clone(q.Key(nil).Right)
		if h.luck.Float64() > skill {
			chosen = []string{item.Order[h.luck.IntN(4)]}
		}
		points, _ := grading.Mark(q.Key(nil), chosen)
		given, _ := json.Marshal(chosen)
		answers.add(id, item.Question, string(given), points, 3)
	}
}

// recomputed is what all closed attempts at a set come to, added up in another order and by other means.
func (h *house) recomputed(set *bank.Set) string {
	h.Helper()
	var attempts []struct{ ID, Paper string }
	if err := h.d.Read().Select(ctx, &attempts, "SELECT id, paper FROM attempt WHERE set_hash = $1 AND state = 'closed'", set.Hash); err != nil {
		h.Fatal(err)
	}
	sums := itemstats.NewSums(itemstats.Hundredths)
	for _, i := range h.luck.Perm(len(attempts)) {
		var paper []bank.Item
		if err := json.Unmarshal([]byte(attempts[i].Paper), &paper); err != nil {
			h.Fatal(err)
		}
		var marks []itemstats.Mark
		for _, item := range paper {
			var found []struct {
				Chosen string
				Points int64
				Saved  int64 `db:"saved_at"`
			}
			if err := h.d.Read().Select(ctx, &found, "SELECT chosen, points, saved_at FROM answer WHERE attempt_id = $1 AND question = $2", attempts[i].ID, item.Question); err != nil {
				h.Fatal(err)
			}
			m := itemstats.Mark{Item: item.Question, Options: true}
			if len(found) > 0 && found[0].Saved > 0 {
				m.Points, m.Chosen = found[0].Points, strings.FieldsFunc(found[0].Chosen, func(r rune) bool { return strings.ContainsRune(`[]",`, r) })
			}
			marks = append(marks, m)
		}
		sums.Add(marks)
	}
	return text(h.T, sums)
}

func text(t *testing.T, s *itemstats.Sums) string {
	t.Helper()
	out, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// foldAll folds until nothing is left.
func (h *house) foldAll(t *Tally) {
	h.Helper()
	for more := true; more; {
		var err error
		if more, err = t.Fold(ctx); err != nil {
			h.Error(err)
			return
		}
	}
}

// exact fails unless the sums of both sets are those of the full recomputation, byte by byte.
func (h *house) exact(when string) {
	h.Helper()
	for i, s := range h.sets {
		var kept string
		err := h.d.Read().Get(ctx, &kept, "SELECT sums FROM item_sums WHERE set_hash = $1", s.Hash)
		if err != nil && !db.None(err) {
			h.Fatal(err)
		}
		if want := h.recomputed(s); kept != want && (kept != "" || want != text(h.T, itemstats.NewSums(itemstats.Hundredths))) {
			h.Errorf("%s: set %d:\n%s\nis not\n%s", when, i, kept, want)
		}
	}
}
