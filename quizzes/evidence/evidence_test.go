package evidence

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var ctx = context.Background()

// people writes persons that lines can be about.
func people(t *testing.T, d *db.DB, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if _, err := d.Read().Exec(ctx, `INSERT INTO person (id, login, name, sort_key, search_key, state, created_at)
			VALUES ($1, $1, $1, $1, $1, 'active', 0)`, id); err != nil {
			t.Fatal(err)
		}
	}
}

func line(person string, n int) Line {
	return Line{Person: person, Kind: Quiz, Subject: "process/negotiation", Version: "v", Score: 8000, Passed: true, Source: fmt.Sprint(person, n), At: int64(n)}
}

// TestLinesAreNumberedWithoutAGap adds to two ledgers from many sides at once.
func TestLinesAreNumberedWithoutAGap(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		people(t, d, "p", "q")
		var wg sync.WaitGroup
		g := New()
		for i := range 20 {
			wg.Go(func() {
				if err := d.Write(ctx, func(tx db.Q) error { return g.Add(ctx, tx, line([]string{"p", "q"}[i%2], i)) }); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, person := range []string{"p", "q"} {
			lines, err := g.Of(ctx, d.Read(), person)
			if err != nil || len(lines) != 10 {
				t.Fatalf("%d lines, %v", len(lines), err)
			}
			for i, l := range lines {
				if l.Number != int64(i+1) || l.Person != person || l.Score != 8000 || !l.Passed {
					t.Errorf("line %d is %+v", i+1, l)
				}
			}
		}
	})
}

func TestOneSourceGivesOneLine(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		people(t, d, "p")
		g := New()
		add := func() error {
			return d.Write(ctx, func(q db.Q) error { return g.Add(ctx, q, line("p", 1)) })
		}
		if err := add(); err != nil {
			t.Fatal(err)
		}
		if err := add(); err == nil {
			t.Error("the same attempt gave evidence twice")
		}
		if lines, err := g.Of(ctx, d.Read(), "p"); err != nil || len(lines) != 1 {
			t.Errorf("%v, %v", lines, err)
		}
	})
}

// TestFollowersDecideTogether calls followers in order, inside; the error of one undoes everything.
func TestFollowersDecideTogether(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		people(t, d, "p")
		var told []string
		fails := false
		follower := func(name string) Follower {
			return func(_ context.Context, _ db.Q, l Line) error {
				told = append(told, fmt.Sprint(name, l.Number))
				if fails && name == "second" {
					return errors.New("no")
				}
				return nil
			}
		}
		g := New(follower("first"), follower("second"))
		for i, broken := range []bool{true, false} {
			fails = broken
			err := d.Write(ctx, func(q db.Q) error { return g.Add(ctx, q, line("p", i)) })
			if (err != nil) != broken {
				t.Fatal(err)
			}
		}
		if lines, err := g.Of(ctx, d.Read(), "p"); err != nil || len(lines) != 1 || lines[0].Number != 1 {
			t.Errorf("%v, %v", lines, err)
		}
		if want := []string{"first1", "second1", "first1", "second1"}; !slices.Equal(told, want) {
			t.Errorf("told %v, want %v", told, want)
		}
	})
}
