package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"tongguan/server/base/access"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/fault"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var inspector = access.Actor{ID: "i", Roles: []access.Role{access.Inspector}}

func newTrail(seed uint64) *Trail {
	c, _ := clock.Fake(time.UnixMilli(1_770_000_000_000), seed)
	return New(c)
}

func add(t *testing.T, tr *Trail, d *db.DB, e Event) {
	t.Helper()
	ctx := context.Background()
	if err := d.Write(ctx, func(q db.Q) error { return tr.Append(ctx, q, e) }); err != nil {
		t.Fatal(err)
	}
}

// fill appends n entries that name different people, some with private facts.
func fill(t *testing.T, tr *Trail, d *db.DB, n int) {
	t.Helper()
	for i := range n {
		e := Event{Act: "score.changed", Actor: fmt.Sprint("actor", i%3), Facts: map[string]any{"n": i, "from": "<a> & b"}}
		if i%2 == 1 {
			e.Subject, e.Private = fmt.Sprint("subject", i%5), map[string]any{"name": "王小明"}
		}
		add(t, tr, d, e)
	}
}

func verify(t *testing.T, tr *Trail, d *db.DB, cs ...Checkpoint) Report {
	t.Helper()
	r, err := tr.Verify(context.Background(), d.Read(), inspector, &Evidence{Checkpoints: cs})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func exec(t *testing.T, d *db.DB, query string, args ...any) {
	t.Helper()
	if _, err := d.Read().Exec(context.Background(), query, args...); err != nil {
		t.Fatal(err)
	}
}

func headOf(t *testing.T, d *db.DB) Checkpoint {
	t.Helper()
	h, err := readHead(context.Background(), d.Read())
	if err != nil {
		t.Fatal(err)
	}
	return Checkpoint{N: h.Size, Hash: root(h.edge)}
}

func TestWholeTrailVerifies(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tr := newTrail(1)
		if r := verify(t, tr, d); !r.Whole() || r.Size != 0 {
			t.Errorf("empty: %+v", r)
		}
		fill(t, tr, d, 5)
		middle := headOf(t, d)
		fill(t, tr, d, 6)
		add(t, tr, d, Event{Act: "system.started", Private: map[string]any{"node": "a"}}) // concerns nobody
		r := verify(t, tr, d, Checkpoint{N: 0, Hash: root(nil)}, middle, headOf(t, d))
		if !r.Whole() || r.Size != 12 || r.Checkpoints != 3 || r.Erased != 0 {
			t.Errorf("%+v", r)
		}
	})
}

// Verify reads in pages; the first entry of a page follows the last one of the page before.
func TestLongTrailVerifies(t *testing.T) {
	d, tr := dbtest.SQLite(t), newTrail(1)
	ctx := context.Background()
	if err := d.Write(ctx, func(q db.Q) error {
		for i := range 2*maxPage + 1 {
			if err := tr.Append(ctx, q, Event{Act: "a", Facts: i}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if r := verify(t, tr, d); !r.Whole() || r.Size != 2*maxPage+1 {
		t.Errorf("%+v", r)
	}
	exec(t, d, "DELETE FROM audit_entry WHERE seq = $1", maxPage)
	if r := verify(t, tr, d); len(r.Faults) != 1 || r.First == nil || *r.First != maxPage { // no root can be computed after it
		t.Errorf("%+v", r)
	}
}

// The independent computation is tlog's own, over all stored hashes.
func TestGrowthEqualsTlog(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, 200).Draw(t, "size")
		salt := rapid.String().Draw(t, "salt")
		var edge []tlog.Hash
		var stored []tlog.Hash
		reader := tlog.HashReaderFunc(func(at []int64) (out []tlog.Hash, err error) {
			for _, i := range at {
				out = append(out, stored[i])
			}
			return out, nil
		})
		for i := range n {
			data := fmt.Appendf(nil, "%s %d", salt, i)
			more, err := tlog.StoredHashes(i, data, reader)
			if err != nil {
				t.Fatal(err)
			}
			stored, edge = append(stored, more...), grow(edge, i, tlog.RecordHash(data))
		}
		want, err := tlog.TreeHash(n, reader)
		if err != nil {
			t.Fatal(err)
		}
		if root(edge) != want {
			t.Fatalf("another root at %d", n)
		}
	})
}

func TestParallelAppendsLeaveNoGap(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, tr := context.Background(), newTrail(1)
		var wg sync.WaitGroup
		for g := range 16 {
			wg.Go(func() {
				for i := range 8 {
					e := Event{Act: "a", Actor: fmt.Sprint("p", (g+i)%4), Subject: fmt.Sprint("p", i%4), Private: i}
					if err := d.Write(ctx, func(q db.Q) error { return tr.Append(ctx, q, e) }); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if r := verify(t, tr, d); !r.Whole() || r.Size != 128 {
			t.Errorf("%+v", r)
		}
	})
}

func TestRolledBackTransactionLeavesNoEntry(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, tr, refused := context.Background(), newTrail(1), errors.New("refused")
		fill(t, tr, d, 3)
		err := d.Write(ctx, func(q db.Q) error {
			if err := tr.Append(ctx, q, Event{Act: "a", Actor: "new"}); err != nil {
				return err
			}
			return refused
		})
		if !errors.Is(err, refused) {
			t.Fatal(err)
		}
		if r := verify(t, tr, d); !r.Whole() || r.Size != 3 {
			t.Errorf("%+v", r)
		}
	})
}

func TestOnlyInspectorsRead(t *testing.T) {
	d, tr, ctx := dbtest.SQLite(t), newTrail(1), context.Background()
	fill(t, tr, d, 1)
	actors := map[string]access.Actor{"operator": access.Operator(), "nobody": {}}
	for _, r := range access.Roles() {
		actors[string(r)] = access.Actor{ID: "p", Roles: []access.Role{r}}
	}
	for name, a := range actors {
		_, err1 := tr.Search(ctx, d.Read(), a, Filter{})
		_, err2 := tr.Verify(ctx, d.Read(), a, nil)
		if name == "operator" || name == string(access.Inspector) {
			if err1 != nil || err2 != nil {
				t.Errorf("%s: %v, %v", name, err1, err2)
			}
		} else if fault.KindOf(err1) != fault.Missing || fault.KindOf(err2) != fault.Missing {
			t.Errorf("%s: %v, %v", name, err1, err2)
		}
	}
}

func TestSearchPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tr, ctx := newTrail(1), context.Background()
		fill(t, tr, d, 7)
		var seqs []int64
		for before := int64(0); ; before = seqs[len(seqs)-1] {
			page, err := tr.Search(ctx, d.Read(), inspector, Filter{Before: before, Limit: 3})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := json.Marshal(page); err != nil { // an API gives it out
				t.Error(err)
			}
			for _, e := range page {
				seqs = append(seqs, e.Seq)
			}
			if len(page) < 3 {
				break
			}
		}
		if diff := cmp.Diff([]int64{6, 5, 4, 3, 2, 1, 0}, seqs); diff != "" {
			t.Error(diff)
		}
		page, err := tr.Search(ctx, d.Read(), inspector, Filter{Before: 2, Limit: -5})
		want := Entry{Seq: 1, At: 1_770_000_000_000, Act: "score.changed", Actor: "actor1", Subject: "subject1",
			Facts: json.RawMessage(`{"from":"\u003ca\u003e \u0026 b","n":1}`), Private: json.RawMessage(`{"name":"王小明"}`)}
		if diff := cmp.Diff([]Entry{want}, page); diff != "" || err != nil {
			t.Error(diff, err)
		}
	})
}

func TestSearchFilters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c, advance := clock.Fake(time.UnixMilli(1_770_000_000_000), 1)
		tr, ctx := New(c), context.Background()
		for i := range 12 {
			add(t, tr, d, Event{Act: []string{"a.one", "a.two", "b"}[i%3], Actor: fmt.Sprint("p", i%4), Subject: fmt.Sprint("p", i%2)})
			advance(time.Second)
		}
		second := func(n int64) int64 { return 1_770_000_000_000 + 1000*n }
		for name, c := range map[string]struct {
			f    Filter
			want []int64
		}{
			"acts":              {Filter{Acts: []string{"a.one", "b"}, Limit: 3}, []int64{11, 9, 8}},
			"a person":          {Filter{People: []string{"p3"}, Limit: 9}, []int64{11, 7, 3}},
			"as one concerned":  {Filter{People: []string{"p0"}, Limit: 3}, []int64{10, 8, 6}},
			"nobody":            {Filter{People: []string{}, Limit: 9}, nil},
			"time":              {Filter{From: second(2), Until: second(4), Limit: 9}, []int64{3, 2}},
			"all, and a page":   {Filter{Acts: []string{"a.one"}, People: []string{"p0", "p3"}, From: second(1), Before: 9, Limit: 9}, []int64{6, 3}},
			"an act that is no": {Filter{Acts: []string{"a"}, Limit: 9}, nil},
		} {
			page, err := tr.Search(ctx, d.Read(), inspector, c.f)
			var got []int64
			for _, e := range page {
				got = append(got, e.Seq)
			}
			if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
				t.Error(name, diff, err)
			}
		}
	})
}

// The leaf is kept for ever, so no person may stand in it.
func TestLeavesNameNobody(t *testing.T) {
	d, tr := dbtest.SQLite(t), newTrail(1)
	fill(t, tr, d, 6)
	es, err := entriesFrom(context.Background(), d.Read(), 0, 100)
	if err != nil || len(es) != 6 {
		t.Fatal(len(es), err)
	}
	for _, e := range es {
		for _, secret := range []string{"actor0", "actor1", "actor2", "subject0", "subject1", "subject3", "王小明"} {
			if strings.Contains(e.Leaf, secret) {
				t.Errorf("the leaf %s holds %s", e.Leaf, secret)
			}
		}
	}
}
