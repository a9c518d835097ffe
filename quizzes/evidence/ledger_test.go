package evidence

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
)

// add adds one line in a transaction of its own.
func add(g *Ledger, d *db.DB, l Line) error {
	return d.Write(ctx, func(q db.Q) error { return g.Add(ctx, q, l) })
}

// of gives a person's lines.
func of(t *testing.T, d *db.DB, person string) []Line {
	t.Helper()
	lines, err := New().Of(ctx, d.Read(), person)
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// A line comes back as it was written, with the version of the content it was shown on, in order of its number and
// not of its moment; the number that a caller puts in counts for nothing.
func TestLinesComeBackAsTheyWere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		people(t, d, "p", "other")
		g := New()
		want := []Line{
			{"p", 1, Quiz, "process/negotiation", "hash-1", 8333, true, "attempt-1", 2_000_000_000_000, AsSaid},
			{"p", 2, Quiz, "general/principles", "hash-2", 0, false, "attempt-2", 1_000_000_000_000, Idle},
			{"p", 3, "interview", "general/principles", "", 10_000, true, "attempt-2", 0, Undoes}, // of another kind, so no second one
		}
		for _, l := range want {
			l.Number = 77
			if err := add(g, d, l); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(want, of(t, d, "p")); diff != "" {
			t.Error(diff)
		}
		if lines := of(t, d, "other"); len(lines) > 0 {
			t.Errorf("another's evidence: %v", lines)
		}
	})
}

// What is refused leaves no line, no gap and no call of a follower.
func TestRefusedLinesLeaveNoGap(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		people(t, d, "p", "q")
		told := 0
		g := New(func(context.Context, db.Q, Line) error { told++; return nil })
		first, second := line("p", 1), line("p", 2)
		if err := add(g, d, first); err != nil {
			t.Fatal(err)
		}
		changed, stolen, nobody := first, first, line("nobody", 9)
		changed.Score, stolen.Person = 1, "q"
		for name, l := range map[string]Line{"the same attempt with another score": changed, "another's attempt": stolen, "nobody": nobody} {
			if err := add(g, d, l); err == nil {
				t.Errorf("%s gave evidence", name)
			}
		}
		if told != 1 {
			t.Errorf("the follower was told of %d lines, want 1", told)
		}
		if err := add(g, d, second); err != nil {
			t.Fatal(err)
		}
		first.Number, second.Number = 1, 2
		if diff := cmp.Diff([]Line{first, second}, of(t, d, "p")); diff != "" {
			t.Error(diff)
		}
		if lines := of(t, d, "q"); len(lines) > 0 {
			t.Error(lines)
		}
	})
}

// The error of a follower is the caller's error, stops those after it and undoes what those before it wrote.
func TestFollowerUndoesAll(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		people(t, d, "p", "mark")
		no := errors.New("no")
		var order []string
		g := New(
			func(ctx context.Context, q db.Q, l Line) error {
				order = append(order, "writes")
				_, err := q.Exec(ctx, `UPDATE person SET name = 'changed' WHERE id = 'mark'`)
				return err
			},
			func(context.Context, db.Q, Line) error { order = append(order, "refuses"); return no },
			func(context.Context, db.Q, Line) error { order = append(order, "never"); return nil },
		)
		if err := add(g, d, line("p", 1)); !errors.Is(err, no) {
			t.Errorf("error %v", err)
		}
		if diff := cmp.Diff([]string{"writes", "refuses"}, order); diff != "" {
			t.Error(diff)
		}
		var name string
		if err := d.Read().Get(ctx, &name, `SELECT name FROM person WHERE id = 'mark'`); err != nil || name != "mark" {
			t.Errorf("what a follower wrote is still there: %s %v", name, err)
		}
		if lines := of(t, d, "p"); len(lines) > 0 {
			t.Error(lines)
		}
	})
}

// Two last quizzes that close at once wait for each other: whoever comes second sees the first one's line, so
// exactly one of them finds the evidence complete.
func TestLastQuizzesWaitForEachOther(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for round := range 10 {
			person := string(rune('a' + round))
			people(t, d, person)
			both := make(chan int64, 2)
			ready := make(chan struct{})
			var g *Ledger
			g = New(func(ctx context.Context, q db.Q, l Line) error {
				lines, err := g.Of(ctx, q, person)
				if err == nil && int64(len(lines)) != l.Number {
					t.Errorf("line %d is added and %d are seen", l.Number, len(lines))
				}
				both <- int64(len(lines))
				return err
			})
			var wait sync.WaitGroup
			for n := range 2 {
				wait.Go(func() {
					<-ready
					if err := add(g, d, line(person, n)); err != nil {
						t.Error(err)
					}
				})
			}
			close(ready)
			wait.Wait()
			if x, y := <-both, <-both; x+y != 3 {
				t.Fatalf("one saw %d lines and the other %d", x, y)
			}
		}
	})
}
