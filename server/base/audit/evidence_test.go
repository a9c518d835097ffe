package audit

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
)

// The file of record hashes is evidence only as far as a checkpoint speaks for it, and is mended where it may be.
func TestLeavesFile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tr, n := newTrail(1), newNotary(t, t.TempDir(), "secret")
		fill(t, tr, d, 10)
		sign(t, n, d)
		check := func(what string, proved int64) {
			t.Helper()
			e, err := n.Evidence()
			if err != nil {
				t.Fatal(err)
			}
			r, err := tr.Verify(context.Background(), d.Read(), inspector, &e)
			if err != nil || !r.Whole() || r.Proved != proved {
				t.Errorf("%s: %+v, %v", what, r, err)
			}
		}
		check("signed", 10)
		whole, err := os.ReadFile(n.leaves)
		if err != nil || len(whole) != 320 {
			t.Fatal(len(whole), err)
		}
		put := func(file string, text []byte) {
			t.Helper()
			if err := os.WriteFile(file, text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		// A crash in the middle of the next records, and of the next checkpoint.
		fill(t, tr, d, 3)
		put(n.leaves, append(slices.Clone(whole), make([]byte, 45)...))
		notes, err := os.ReadFile(n.file)
		if err != nil {
			t.Fatal(err)
		}
		put(n.file, append(slices.Clone(notes), "go.sum database tree\n13\nabc"...))
		check("torn", 10)
		sign(t, n, d)
		check("mended", 13)
		// A file that is gone, or cut, is written again, since the database still agrees with the checkpoint.
		put(n.leaves, whole[:100])
		check("cut", 0)
		fill(t, tr, d, 1)
		sign(t, n, d)
		check("written again", 14)
		// One that was changed is a fault, and says nothing.
		bad, err := os.ReadFile(n.leaves)
		if err != nil {
			t.Fatal(err)
		}
		bad[40] ^= 1
		put(n.leaves, bad)
		e, err := n.Evidence()
		if err != nil {
			t.Fatal(err)
		}
		r, err := tr.Verify(context.Background(), d.Read(), inspector, &e)
		if err != nil || r.First != nil || len(r.Faults) != 3 || r.Faults[0].Key != "file" {
			t.Errorf("%+v, %v", r, err)
		}
		if err := os.Remove(n.file); err != nil {
			t.Fatal(err)
		}
		check("no checkpoint speaks for it", 0)
	})
}

// Two processes of one machine, a server and a command, write the same files.
func TestNotariesOfOneFolder(t *testing.T) {
	d, tr, folder := dbtest.SQLite(t), newTrail(1), filepath.Join(t.TempDir(), "data")
	done := make(chan error, 2)
	fill(t, tr, d, 5)
	sign(t, newNotary(t, folder, "secret"), d)
	for range 2 {
		n := newNotary(t, folder, "secret")
		go func() {
			var err error
			for range 20 {
				if _, e := n.Sign(context.Background(), d.Read()); e != nil {
					err = e
				}
			}
			done <- err
		}()
	}
	for range 40 {
		add(t, tr, d, Event{Act: "a"})
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	n := newNotary(t, folder, "secret")
	sign(t, n, d)
	e, err := n.Evidence()
	if err != nil {
		t.Fatal(err)
	}
	r, err := tr.Verify(context.Background(), d.Read(), inspector, &e)
	if err != nil || !r.Whole() || r.Proved != 45 {
		t.Errorf("%+v, %v", r, err)
	}
}

// An entry is proved by a path that tlog checks, in the tree that was signed, or in the one that stands.
func TestProof(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, tr, n := context.Background(), newTrail(1), newNotary(t, t.TempDir(), "secret")
		fill(t, tr, d, 37)
		sign(t, n, d)
		fill(t, tr, d, 5)
		for seq := range int64(42) {
			e, p, err := tr.Prove(ctx, d.Read(), inspector, n, seq)
			want := int64(37)
			if seq >= 37 {
				want = 42
			}
			if err != nil || e.Seq != seq || p.Size != want || (p.Signed != "") != (want == 37) {
				t.Fatalf("%d: %+v, %v", seq, p, err)
			}
		}
		if err := os.Remove(n.leaves); err != nil {
			t.Fatal(err)
		}
		if _, p, err := tr.Prove(ctx, d.Read(), inspector, n, 3); err != nil || p.Size != 37 {
			t.Errorf("without the file: %+v, %v", p, err)
		}
		exec(t, d, `UPDATE audit_entry SET leaf = leaf || ' ' WHERE seq = 3`)
		if _, _, err := tr.Prove(ctx, d.Read(), inspector, n, 3); err == nil {
			t.Error("a forged entry is proved")
		}
		if _, _, err := tr.Prove(ctx, d.Read(), inspector, n, 99); err == nil {
			t.Error("an entry that is none is proved")
		}
	})
}

// A checkpoint that is not ours is a fault of the evidence; the others go on speaking, and pages go on showing them.
func TestForgedNoteInTheFile(t *testing.T) {
	d, tr, n := dbtest.SQLite(t), newTrail(1), newNotary(t, t.TempDir(), "secret")
	fill(t, tr, d, 4)
	sign(t, n, d)
	other := newNotary(t, t.TempDir(), "another")
	sign(t, other, d)
	ours, err := os.ReadFile(n.file)
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := os.ReadFile(other.file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(n.file, slices.Concat(ours, foreign), 0o600); err != nil {
		t.Fatal(err)
	}
	e, err := n.Evidence()
	if err != nil || len(e.Checkpoints) != 1 {
		t.Fatalf("%+v, %v", e, err)
	}
	r, err := tr.Verify(context.Background(), d.Read(), inspector, &e)
	if err != nil || r.First != nil || r.Proved != 4 || len(r.Faults) != 1 || r.Faults[0].Key != "forged" {
		t.Errorf("%+v, %v", r, err)
	}
	if _, tree, at, err := n.Last(); err != nil || tree.N != 4 || at == 0 {
		t.Errorf("%+v at %d, %v", tree, at, err)
	}
	if _, err := n.Sign(context.Background(), d.Read()); err == nil {
		t.Error("went on from a forged checkpoint")
	}
}
