package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/fault"
)

// rewriteHead makes the head fit whatever leaves are there, as a forger would who can write the database.
func rewriteHead(t *testing.T, d *db.DB) {
	t.Helper()
	ctx := context.Background()
	es, err := entriesFrom(ctx, d.Read(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var edge []tlog.Hash
	for i, e := range es {
		edge = grow(edge, int64(i), tlog.RecordHash([]byte(e.Leaf)))
	}
	text, err := json.Marshal(edge)
	if err != nil {
		t.Fatal(err)
	}
	exec(t, d, "UPDATE audit_head SET size = $1, edge = $2 WHERE id = 1", len(es), string(text))
}

func TestTamperingIsFound(t *testing.T) {
	swap := []string{"UPDATE audit_entry SET seq = 100 WHERE seq = 3", "UPDATE audit_entry SET seq = 3 WHERE seq = 4",
		"UPDATE audit_entry SET seq = 4 WHERE seq = 100"}
	for name, statements := range map[string][]string{
		"act":                {"UPDATE audit_entry SET act = 'other' WHERE seq = 3"},
		"time":               {"UPDATE audit_entry SET at = at + 1 WHERE seq = 3"},
		"actor":              {"UPDATE audit_entry SET actor_id = 'actor1' WHERE seq = 3"},
		"actor struck out":   {"UPDATE audit_entry SET actor_id = '' WHERE seq = 3"},
		"subject":            {"UPDATE audit_entry SET subject_id = 'subject1' WHERE seq = 3"},
		"private":            {"UPDATE audit_entry SET private = '{}' WHERE seq = 3"},
		"private struck out": {"UPDATE audit_entry SET private = '' WHERE seq = 3"},
		"leaf":               {`UPDATE audit_entry SET leaf = REPLACE(leaf, '"n":3', '"n":4') WHERE seq = 3`},
		"leaf, one space":    {`UPDATE audit_entry SET leaf = leaf || ' ' WHERE seq = 3`},
		"leaf unreadable":    {`UPDATE audit_entry SET leaf = '' WHERE seq = 3`},
		"salt":               {"UPDATE audit_salt SET salt = '00' WHERE person_id = 'actor0'"},
		"last one deleted":   {"DELETE FROM audit_entry WHERE seq = 9"},
		"last one deleted and counted off": {"DELETE FROM audit_entry WHERE seq = 9",
			"UPDATE audit_head SET size = 9 WHERE id = 1"},
		"first deleted":  {"DELETE FROM audit_entry WHERE seq = 0"},
		"middle deleted": {"DELETE FROM audit_entry WHERE seq = 4"},
		"all deleted":    {"DELETE FROM audit_entry"},
		"swapped":        swap,
		"one put in": {`INSERT INTO audit_entry (seq, at, act, actor_id, subject_id, private, leaf)
			SELECT 10, at, act, actor_id, subject_id, private, leaf FROM audit_entry WHERE seq = 9`},
		"one put in front": {`INSERT INTO audit_entry (seq, at, act, actor_id, subject_id, private, leaf)
			SELECT -1, at, act, actor_id, subject_id, private, leaf FROM audit_entry WHERE seq = 9`},
		"head counts more": {"UPDATE audit_head SET size = 12 WHERE id = 1"},
		"head emptied":     {"UPDATE audit_head SET size = 0, edge = '[]' WHERE id = 1"},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				tr := newTrail(1)
				fill(t, tr, d, 10)
				for _, s := range statements {
					exec(t, d, s)
				}
				if r := verify(t, tr, d); r.Whole() {
					t.Errorf("nothing is found: %+v", r)
				}
			})
		})
	}
}

// Whoever fixes the head as well is found by the signed checkpoint, and by nothing else.
func TestCheckpointFindsARebuiltTree(t *testing.T) {
	for name, statements := range map[string][]string{
		"last deleted": {"DELETE FROM audit_entry WHERE seq = 9"},
		"all deleted":  {"DELETE FROM audit_entry"},
		"score changed in leaf": {`UPDATE audit_entry SET leaf = REPLACE(leaf, '"n":4', '"n":9') WHERE seq = 4`,
			"UPDATE audit_entry SET hash = '' WHERE seq = 4"},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				tr, n := newTrail(1), newNotary(t, t.TempDir(), "secret")
				fill(t, tr, d, 10)
				sign(t, n, d)
				for _, s := range statements {
					exec(t, d, s)
				}
				rewriteHead(t, d)
				if r := verify(t, tr, d); !r.Whole() {
					t.Fatalf("the forgery is not good enough: %+v", r)
				}
				// The next hourly checkpoint must not cover it up.
				if _, err := n.Sign(context.Background(), d.Read()); fault.KindOf(err) != fault.Conflict {
					t.Errorf("signed: %v", err)
				}
				if r := verify(t, tr, d, checkpoints(t, n)...); r.Whole() {
					t.Errorf("the rebuilt tree passes: %+v", r)
				}
			})
		})
	}
}

func erase(t *testing.T, tr *Trail, d *db.DB, e Erasure) {
	t.Helper()
	ctx := context.Background()
	if err := d.Write(ctx, func(q db.Q) error { return tr.Erase(ctx, q, e) }); err != nil {
		t.Fatal(err)
	}
}

func TestErasedPersonLeavesTheTrailWhole(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tr := newTrail(1)
		fill(t, tr, d, 10)
		add(t, tr, d, Event{Act: "a", Actor: "subject1", Subject: "subject3", Private: map[string]any{"reason": "王小明 said so"}})
		before := headOf(t, d)
		erase(t, tr, d, Erasure{Person: "subject1", Actor: "admin", Reason: "left", Names: []string{"王小明"}})
		r := verify(t, tr, d, before)
		// Entry 1 and its facts, who did entry 10, its facts, and those of 3, 5, 7 and 9, which name him; and the erasure itself.
		if !r.Whole() || r.Erased != 9 {
			t.Errorf("%+v", r)
		}
		var left int
		if err := d.Read().Get(context.Background(), &left, `SELECT count(*) FROM audit_entry
			WHERE actor_id = 'subject1' OR subject_id = 'subject1' OR private LIKE '%王小明%'`); err != nil || left != 0 {
			t.Errorf("%d entries still name him, %v", left, err)
		}
		add(t, tr, d, Event{Act: "late", Actor: "actor0", Subject: "subject1", Private: 1})
		if r = verify(t, tr, d, before); !r.Whole() || r.Erased != 9 {
			t.Errorf("after a late entry about the pseudonym: %+v", r)
		}
		erase(t, tr, d, Erasure{Person: "subject1"})
		if r = verify(t, tr, d, before); !r.Whole() {
			t.Errorf("after a second time: %+v", r)
		}
	})
}

// Who was struck out without the entry that says so was not erased.
func TestDeletedSaltIsNoErasure(t *testing.T) {
	for name, statements := range map[string][]string{
		"salt":            {"DELETE FROM audit_salt WHERE person_id = 'subject3'"},
		"salt and person": {"DELETE FROM audit_salt WHERE person_id = 'subject3'", "UPDATE audit_entry SET subject_id = '', private = '' WHERE subject_id = 'subject3'"},
		"facts":           {"UPDATE audit_entry SET private = '' WHERE seq = 3"},
	} {
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			tr := newTrail(1)
			fill(t, tr, d, 20)
			erase(t, tr, d, Erasure{Person: "subject1"})
			for _, s := range statements {
				exec(t, d, s)
			}
			if r := verify(t, tr, d); r.First == nil || *r.First != 3 {
				t.Errorf("%s: %+v", name, r)
			}
		})
	}
}

// While somebody is erased others go on writing about them.
func TestErasureMeetsWriters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, tr := context.Background(), newTrail(1)
		var wg sync.WaitGroup
		for g := range 6 {
			wg.Go(func() {
				for i := range 10 {
					err := d.Write(ctx, func(q db.Q) error {
						if g == 0 && i%3 == 2 {
							return tr.Erase(ctx, q, Erasure{Person: "p0"})
						}
						return tr.Append(ctx, q, Event{Act: "a", Actor: fmt.Sprint("p", i%2), Subject: "p0", Private: i})
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if r := verify(t, tr, d); !r.Whole() || r.Size != 60 {
			t.Errorf("%+v", r)
		}
	})
}

// A head that was tampered with stops writing with an error and does not crash the program.
func TestBrokenHeadIsAnError(t *testing.T) {
	for _, edge := range []string{"[]", "nonsense", "null", `["AAAA"]`} {
		d, tr, ctx := dbtest.SQLite(t), newTrail(1), context.Background()
		fill(t, tr, d, 3)
		exec(t, d, "UPDATE audit_head SET edge = $1 WHERE id = 1", edge)
		if err := d.Write(ctx, func(q db.Q) error { return tr.Append(ctx, q, Event{Act: "a"}) }); err == nil {
			t.Errorf("appended to the head %s", edge)
		}
	}
}

func newNotary(t *testing.T, folder, secret string) *Notary {
	t.Helper()
	n, err := NewNotary(folder, []byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func sign(t *testing.T, n *Notary, d *db.DB) {
	t.Helper()
	if _, err := n.Sign(context.Background(), d.Read()); err != nil {
		t.Fatal(err)
	}
}

func checkpoints(t *testing.T, n *Notary) []Checkpoint {
	t.Helper()
	cs, err := n.Checkpoints()
	if err != nil {
		t.Fatal(err)
	}
	return cs
}

func TestCheckpointFile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		folder := filepath.Join(t.TempDir(), "not", "there", "yet")
		tr, n := newTrail(1), newNotary(t, folder, "secret")
		if cs := checkpoints(t, n); len(cs) != 0 {
			t.Errorf("%d checkpoints before the first", len(cs))
		}
		sign(t, n, d)
		fill(t, tr, d, 3)
		sign(t, n, d)
		sign(t, n, d) // says nothing new
		fill(t, tr, d, 4)
		sign(t, newNotary(t, folder, "secret"), d) // after a restart
		cs := checkpoints(t, n)
		if len(cs) != 3 || cs[0].N != 0 || cs[1].N != 3 || cs[2].N != 7 {
			t.Fatalf("%+v", cs)
		}
		if r := verify(t, tr, d, cs...); !r.Whole() || r.Checkpoints != 3 {
			t.Errorf("%+v", r)
		}
		info, err := os.Stat(n.file)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info.Mode(), err)
		}
	})
}

// Anybody with the public key can check a checkpoint without this program's code.
func TestCheckpointIsAnOrdinaryNote(t *testing.T) {
	d, tr, n := dbtest.SQLite(t), newTrail(1), newNotary(t, t.TempDir(), "secret")
	fill(t, tr, d, 3)
	sign(t, n, d)
	v, err := note.NewVerifier(n.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(n.file)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := note.Open([]byte(strings.TrimSuffix(string(text), separator)), note.VerifierList(v))
	if err != nil || len(opened.Sigs) != 1 {
		t.Errorf("%v", err)
	}
}

func TestForgedCheckpointIsRefused(t *testing.T) {
	d, tr := dbtest.SQLite(t), newTrail(1)
	fill(t, tr, d, 3)
	good := newNotary(t, t.TempDir(), "secret")
	sign(t, good, d)
	text, err := os.ReadFile(good.file)
	if err != nil {
		t.Fatal(err)
	}
	other := newNotary(t, t.TempDir(), "another secret")
	sign(t, other, d)
	foreign, err := os.ReadFile(other.file)
	if err != nil {
		t.Fatal(err)
	}
	for name, forged := range map[string]string{
		"another size":      strings.Replace(string(text), "\n3\n", "\n2\n", 1),
		"another key":       string(foreign),
		"good, then forged": string(text) + string(foreign),
		"cut":               strings.Replace(string(text), "\n3\n", "\n", 1),
		"nonsense":          "nonsense\n" + separator,
	} {
		if err := os.WriteFile(good.file, []byte(forged), 0o600); err != nil {
			t.Fatal(err)
		}
		if cs, err := good.Checkpoints(); err == nil {
			t.Errorf("%s: accepted as %+v", name, cs)
		}
	}
	if err := os.WriteFile(good.file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if cs := checkpoints(t, good); len(cs) != 0 {
		t.Errorf("an empty file holds %+v", cs)
	}
}
