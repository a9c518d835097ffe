package audit

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
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
			"DELETE FROM audit_salt"},
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
				sign(t, n, d) // the next hourly checkpoint must not cover it up
				if r := verify(t, tr, d, checkpoints(t, n)...); r.Whole() {
					t.Errorf("the rebuilt tree passes: %+v", r)
				}
			})
		})
	}
}

func TestErasedPersonLeavesTheTrailWhole(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tr := newTrail(1)
		fill(t, tr, d, 10)
		before := headOf(t, d)
		exec(t, d, "DELETE FROM audit_salt WHERE person_id = 'subject1'")
		exec(t, d, "UPDATE audit_entry SET private = '' WHERE subject_id = 'subject1'")
		r := verify(t, tr, d, before)
		if !r.Whole() || r.Erased != 2 { // one entry, its subject and its private facts
			t.Errorf("%+v", r)
		}
		add(t, tr, d, Event{Act: "late", Actor: "actor0", Subject: "subject1"})
		r = verify(t, tr, d, before)
		if !r.Whole() || r.Erased != 3 {
			t.Errorf("after a late entry: %+v", r)
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
	if err := n.Sign(context.Background(), d.Read()); err != nil {
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
		"another size":       strings.Replace(string(text), "\n3\n", "\n2\n", 1),
		"another key":        string(foreign),
		"good, then forged":  string(text) + string(foreign),
		"torn in the middle": string(text[:len(text)/2]),
		"nonsense":           "nonsense\n" + separator,
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
