package audit

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
)

// forger is somebody who may write everything in the database, and undoes it again.
type forger struct {
	*testing.T
	d       *db.DB
	tr      *Trail
	n       *Notary
	rand    *rand.Rand
	rows    []entry // as they were
	salts   map[string]string
	witness []Checkpoint // of 100 and of all entries
}

const long = 200 // entries

// newForger fills a trail in which somebody was erased, signed every 25 entries, the last time at its end.
func newForger(t *testing.T, d *db.DB) *forger {
	f := &forger{T: t, d: d, tr: newTrail(7), n: newNotary(t, t.TempDir(), "secret"), rand: rand.New(rand.NewPCG(1, 2))}
	for i := range long {
		e := Event{Act: []string{"score.changed", "role.changed", "session.marked"}[i%3], Actor: fmt.Sprint("a", i%7), Facts: map[string]any{"n": 1000 + i}}
		switch {
		case i == 120:
			erase(t, f.tr, d, Erasure{Person: "s3", Actor: "a1", Reason: "asked"})
		case i%4 == 0:
			add(t, f.tr, d, e)
		default:
			e.Subject, e.Private = fmt.Sprint("s", i%9), map[string]any{"points": i}
			add(t, f.tr, d, e)
		}
		if i%25 == 24 {
			sign(t, f.n, d)
		}
		if i == 99 || i == long-1 {
			f.witness = append(f.witness, headOf(t, d))
		}
	}
	ctx := context.Background()
	for _, table := range []string{"audit_entry", "audit_head", "audit_salt"} {
		exec(t, d, "CREATE TABLE kept_"+table+" AS SELECT * FROM "+table)
	}
	var err error
	if f.rows, err = entriesFrom(ctx, d.Read(), 0, long); err != nil || len(f.rows) != long {
		t.Fatal(len(f.rows), err)
	}
	if f.salts, err = allSalts(ctx, d.Read()); err != nil {
		t.Fatal(err)
	}
	if r := f.verify(f.evidence()); !r.Whole() || r.Proved != long || r.Checkpoints != 8 || r.Erased == 0 {
		t.Fatalf("%+v", r)
	}
	return f
}

func (f *forger) evidence() Evidence {
	e, err := f.n.Evidence()
	if err != nil {
		f.Fatal(err)
	}
	return e
}

func (f *forger) verify(e Evidence) Report {
	r, err := f.tr.Verify(context.Background(), f.d.Read(), inspector, &e)
	if err != nil {
		f.Fatal(err)
	}
	return r
}

func (f *forger) do(statement string, args ...any) { exec(f.T, f.d, statement, args...) }

func (f *forger) undo() {
	ctx := context.Background()
	if err := f.d.Write(ctx, func(q db.Q) error {
		for _, table := range []string{"audit_entry", "audit_head", "audit_salt"} {
			for _, s := range []string{"DELETE FROM " + table, "INSERT INTO " + table + " SELECT * FROM kept_" + table} {
				if _, err := q.Exec(ctx, s); err != nil {
					return err
				}
			}
		}
		return nil
	}); err != nil {
		f.Fatal(err)
	}
}

// write replaces the whole trail by these rows, with a head that fits: a second history.
func (f *forger) write(rows []entry) {
	ctx, h := context.Background(), head{}
	if err := f.d.Write(ctx, func(q db.Q) error {
		if _, err := q.Exec(ctx, "DELETE FROM audit_entry"); err != nil {
			return err
		}
		h.edge = nil
		for i, e := range rows {
			hash := tlog.RecordHash([]byte(e.Leaf))
			e.Hash, h.edge = hex.EncodeToString(hash[:]), grow(h.edge, int64(i), hash)
			if _, err := q.Exec(ctx, `INSERT INTO audit_entry (seq, at, act, actor_id, subject_id, private, leaf, hash)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, e.Seq, e.At, e.Act, e.ActorID, e.SubjectID, e.Private, e.Leaf, e.Hash); err != nil {
				return err
			}
		}
		edge, err := json.Marshal(h.edge)
		if err == nil {
			_, err = q.Exec(ctx, "UPDATE audit_head SET size = $1, edge = $2 WHERE id = 1", len(rows), string(edge))
		}
		return err
	}); err != nil {
		f.Fatal(err)
	}
}

// renumber makes leaf and row say the number at which the row stands now.
func (f *forger) renumber(rows []entry) []entry {
	for i := range rows {
		rows[i].Seq = int64(i)
		rows[i] = f.edit(rows[i], func(l map[string]any) { l["seq"] = i })
	}
	return rows
}

func (f *forger) edit(e entry, change func(map[string]any)) entry {
	var l struct {
		Version int             `json:"v"`
		Seq     int64           `json:"seq"`
		At      int64           `json:"at"`
		Act     string          `json:"act"`
		Actor   string          `json:"actor,omitempty"`
		Subject string          `json:"subject,omitempty"`
		Facts   json.RawMessage `json:"facts,omitempty"`
		Private string          `json:"private,omitempty"`
	}
	m := map[string]any{}
	if err := json.Unmarshal([]byte(e.Leaf), &m); err != nil {
		f.Fatal(err)
	}
	change(m)
	text, err := json.Marshal(m)
	if err == nil {
		err = json.Unmarshal(text, &l)
	}
	if err == nil {
		text, err = json.Marshal(l)
	}
	if err != nil {
		f.Fatal(err)
	}
	e.Leaf = string(text)
	return e
}

// firstOf gives the first entry that names the person.
func (f *forger) firstOf(person string) int64 {
	for _, e := range f.rows {
		if e.ActorID == person || e.SubjectID == person {
			return e.Seq
		}
	}
	f.Fatal("nobody knows", person)
	return 0
}

func (f *forger) somebody() string {
	return slices.Sorted(maps.Keys(f.salts))[f.rand.IntN(len(f.salts))]
}

// forgeries are what a forger does; each gives the number of the first entry that is bad then.
func (f *forger) forgeries() map[string]func(k int64) int64 {
	set := func(column, value string) func(int64) int64 {
		return func(k int64) int64 {
			f.do("UPDATE audit_entry SET "+column+" = "+value+" WHERE seq = $1", k)
			return k
		}
	}
	another := func(column string, of func(entry) string) func(int64) int64 {
		return func(k int64) int64 {
			id := f.somebody()
			for id == of(f.rows[k]) {
				id = f.somebody()
			}
			if of(f.rows[k]) != "" && f.rand.IntN(3) == 0 {
				id = ""
			}
			f.do("UPDATE audit_entry SET "+column+" = $2 WHERE seq = $1", k, id)
			return k
		}
	}
	return map[string]func(int64) int64{
		"edit time":    set("at", "at + 1"),
		"edit act":     set("act", "'role.granted'"),
		"edit actor":   another("actor_id", func(e entry) string { return e.ActorID }),
		"edit subject": another("subject_id", func(e entry) string { return e.SubjectID }),
		"edit facts":   set("private", `'{"points":9999}'`),
		"edit leaf":    set("leaf", `REPLACE(leaf, '"at":1', '"at":2')`),
		"edit hash":    set("hash", "'"+hex.EncodeToString(make([]byte, 32))+"'"),
		"delete":       func(k int64) int64 { f.do("DELETE FROM audit_entry WHERE seq = $1", k); return k },
		"delete some": func(k int64) int64 {
			f.do("DELETE FROM audit_entry WHERE seq BETWEEN $1 AND $2", k, k+f.rand.Int64N(9))
			return k
		},
		"insert before": func(k int64) int64 { f.copyTo(k, -1-k); return -1 - k },
		"insert behind": func(k int64) int64 { f.copyTo(k, long+k); return long + k },
		"insert and push on": func(k int64) int64 {
			f.do("UPDATE audit_entry SET seq = seq + 1000 WHERE seq >= $1", k)
			f.do("UPDATE audit_entry SET seq = seq - 999 WHERE seq >= 1000")
			f.copyTo(max(0, k-1), k)
			f.do("UPDATE audit_head SET size = $1 WHERE id = 1", long+1)
			return k
		},
		"swap": func(k int64) int64 {
			other := (k + 1 + f.rand.Int64N(long-1)) % long
			f.do("UPDATE audit_entry SET seq = 1000 WHERE seq = $1", k)
			f.do("UPDATE audit_entry SET seq = $1 WHERE seq = $2", k, other)
			f.do("UPDATE audit_entry SET seq = $1 WHERE seq = 1000", other)
			return min(k, other)
		},
		"change salt": func(int64) int64 {
			p := f.somebody()
			f.do("UPDATE audit_salt SET salt = $1 WHERE person_id = $2", fmt.Sprintf("%064x", f.rand.Int64()), p)
			return f.firstOf(p)
		},
		"delete salt": func(int64) int64 {
			p := f.somebody()
			f.do("DELETE FROM audit_salt WHERE person_id = $1", p)
			return f.firstOf(p)
		},
		"strike out": func(int64) int64 {
			p := f.somebody()
			if err := f.d.Write(context.Background(), func(q db.Q) error { return strike(context.Background(), q, p) }); err != nil {
				f.Fatal(err)
			}
			return f.firstOf(p)
		},
		"head counts less": func(k int64) int64 { f.do("UPDATE audit_head SET size = $1 WHERE id = 1", k); return k },
		"head counts more": func(k int64) int64 { f.do("UPDATE audit_head SET size = size + $1 WHERE id = 1", k+1); return long },
		"truncate":         func(k int64) int64 { f.write(slices.Clone(f.rows[:k])); return k },
		"roll back and go on": func(k int64) int64 {
			f.write(slices.Clone(f.rows[:k]))
			ctx := context.Background()
			if err := f.d.Write(ctx, func(q db.Q) (err error) {
				for i := long - k + f.rand.Int64N(5); i > 0 && err == nil; i-- {
					err = f.tr.Append(ctx, q, Event{Act: "another", Actor: "a1", Facts: 1})
				}
				return err
			}); err != nil {
				f.Fatal(err)
			}
			return k
		},
		"rewrite a score": func(k int64) int64 {
			rows := slices.Clone(f.rows)
			rows[k] = f.edit(rows[k], func(l map[string]any) { l["facts"] = map[string]any{"n": 9999} })
			f.write(rows)
			return k
		},
		"rewrite who": func(k int64) int64 {
			rows, p := slices.Clone(f.rows), f.somebody()
			if p == rows[k].ActorID {
				p = ""
			}
			rows[k].ActorID = p
			rows[k] = f.edit(rows[k], func(l map[string]any) { l["actor"] = commit(f.salts[p], p) })
			f.write(rows)
			return k
		},
		"rewrite without": func(k int64) int64 {
			f.write(f.renumber(slices.Delete(slices.Clone(f.rows), int(k), int(k)+1)))
			return k
		},
		"rewrite with one more": func(k int64) int64 {
			made := f.edit(f.rows[k], func(l map[string]any) { l["facts"] = map[string]any{"n": 9999} })
			f.write(f.renumber(slices.Insert(slices.Clone(f.rows), int(k), made)))
			return k
		},
	}
}

func (f *forger) copyTo(from, to int64) {
	f.do(`INSERT INTO audit_entry (seq, at, act, actor_id, subject_id, private, leaf, hash)
		SELECT $2, at, act, actor_id, subject_id, private, leaf, hash FROM audit_entry WHERE seq = $1`, from, to)
}

// unsigned are the forgeries that the next hourly checkpoint must refuse.
var unsigned = []string{"truncate", "head counts less", "head counts more", "insert and push on", "roll back and go on", "rewrite a score",
	"rewrite who", "rewrite without", "rewrite with one more"}

// Whatever is changed in the database, and however well it is covered up there, is found and named exactly: two thousand
// times on one database, two hundred on the other.
func TestEveryForgeryIsFound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		times := map[string]int{"sqlite": 2000, "postgres": 200}[d.Kind()]
		f, count := newForger(t, d), map[string]int{}
		all := f.forgeries()
		names := slices.Sorted(maps.Keys(all))
		for i := range times {
			name := names[i%len(names)]
			want := all[name](f.rand.Int64N(long))
			r := f.verify(f.evidence())
			if r.First == nil || *r.First != want {
				t.Fatalf("%s: the first bad entry is %d: %+v", name, want, r)
			}
			if slices.Contains(unsigned, name) {
				if _, err := f.n.Sign(context.Background(), d.Read()); err == nil {
					t.Fatalf("%s: signed", name)
				}
			}
			count[name]++
			f.undo()
		}
		if r := f.verify(f.evidence()); !r.Whole() {
			t.Errorf("after all was undone: %+v", r)
		}
		for _, name := range names {
			t.Logf("%4d × %s", count[name], name)
		}
	})
}

// Where the files of this machine are gone with the rest, what the witness keeps finds what was cut off exactly, and
// brackets what was rewritten.
func TestWitnessFindsWhatWasRewritten(t *testing.T) {
	f := newForger(t, dbtest.SQLite(t))
	all, found := f.forgeries(), 0
	for _, name := range []string{"truncate", "roll back and go on", "rewrite a score", "rewrite who", "rewrite without", "rewrite with one more"} {
		for range 20 {
			want := all[name](f.rand.Int64N(long))
			// Cut off before an erasure, a trail tells by what was struck out that something is wrong.
			if r := f.verify(Evidence{}); !r.Whole() && want > 120 {
				t.Fatalf("%s: the forgery is not good enough: %+v", name, r)
			}
			r := f.verify(Evidence{Checkpoints: f.witness})
			if r.First == nil {
				t.Fatalf("%s at %d: %+v", name, want, r)
			}
			switch first := r.Faults[0]; {
			case name == "truncate" && first.Seq == want:
			case first.Key == "cut" && first.Args["good"].(int64) <= want:
			case first.Where == InRange && first.Seq <= want && want <= first.To:
			default:
				t.Fatalf("%s at %d: %+v", name, want, r)
			}
			found++
			f.undo()
		}
	}
	t.Logf("%d found", found)
}

// The head is no entry: what is wrong with it is said of it.
func TestForgedHead(t *testing.T) {
	f := newForger(t, dbtest.SQLite(t))
	for i := range 3 {
		edge := slices.Clone(mustHead(t, f.d).edge)
		edge[i][5] ^= 1
		text, err := json.Marshal(edge)
		if err != nil {
			t.Fatal(err)
		}
		f.do("UPDATE audit_head SET edge = $1 WHERE id = 1", string(text))
		if r := f.verify(f.evidence()); r.Whole() || r.First != nil || r.Faults[0].Where != InHead || r.Faults[0].Key != "head" {
			t.Errorf("%+v", r)
		}
		f.undo()
	}
	// What no checkpoint covers yet, and was rewritten with its hash, is bracketed by the hashes of the head.
	for range 20 {
		add(t, f.tr, f.d, Event{Act: "late", Facts: 1})
	}
	e := f.edit(entry{Leaf: mustEntry(t, f.d, 210).Leaf}, func(l map[string]any) { l["facts"] = 2 })
	hash := tlog.RecordHash([]byte(e.Leaf))
	f.do("UPDATE audit_entry SET leaf = $1, hash = $2 WHERE seq = 210", e.Leaf, hex.EncodeToString(hash[:]))
	r := f.verify(f.evidence())
	if r.Whole() || r.Faults[0].Key != "head_or" || r.Faults[0].Seq > 210 || r.Faults[0].To < 210 || r.Faults[0].Seq < 200 {
		t.Errorf("%+v", r)
	}
}

func mustHead(t *testing.T, d *db.DB) head {
	t.Helper()
	h, err := readHead(context.Background(), d.Read())
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func mustEntry(t *testing.T, d *db.DB, seq int64) entry {
	t.Helper()
	e, err := entryAt(context.Background(), d.Read(), seq)
	if err != nil {
		t.Fatal(err)
	}
	return e
}
