package db_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func exec(t *testing.T, d *db.DB, query string, args ...any) {
	t.Helper()
	if _, err := d.Read().Exec(context.Background(), query, args...); err != nil {
		t.Fatal(err)
	}
}

func TestWriteRollsBackOnError(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, refused := context.Background(), errors.New("refused")
		err := d.Write(ctx, func(q db.Q) error {
			if _, err := q.Exec(ctx, "INSERT INTO throttle (name, failures, since, blocked_till) VALUES ('a', 1, 1, 1)"); err != nil {
				return err
			}
			return refused
		})
		if !errors.Is(err, refused) {
			t.Fatalf("got %v", err)
		}
		var n int
		if err := d.Read().Get(ctx, &n, "SELECT count(*) FROM throttle"); err != nil || n != 0 {
			t.Errorf("%d rows, %v", n, err)
		}
	})
}

// Two hundred increments from many goroutines: reading first and deciding afterwards would lose some of them.
func TestClaimedIncrementsAreNotLost(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		exec(t, d, "INSERT INTO throttle (name, failures, since, blocked_till) VALUES ('a', 0, 1, 1)")
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				for range 10 {
					err := d.Write(ctx, func(q db.Q) error {
						if _, err := q.Exec(ctx, "UPDATE throttle SET since = since + 1 WHERE name = $1", "a"); err != nil {
							return err
						}
						var n int64
						if err := q.Get(ctx, &n, "SELECT failures FROM throttle WHERE name = $1", "a"); err != nil {
							return err
						}
						_, err := q.Exec(ctx, "UPDATE throttle SET failures = $1 WHERE name = $2", n+1, "a")
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		var n int64
		if err := d.Read().Get(ctx, &n, "SELECT failures FROM throttle WHERE name = 'a'"); err != nil || n != 200 {
			t.Errorf("%d of 200 increments, %v", n, err)
		}
	})
}

func TestCancelledContextRollsBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithCancel(context.Background())
		err := d.Write(ctx, func(q db.Q) error {
			_, err := q.Exec(ctx, "INSERT INTO throttle (name, failures, since, blocked_till) VALUES ('a', 1, 1, 1)")
			cancel()
			return err
		})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v", err)
		}
		var n int
		if err := d.Read().Get(context.Background(), &n, "SELECT count(*) FROM throttle"); err != nil || n != 0 {
			t.Errorf("%d rows, %v", n, err)
		}
	})
}

func TestSharedDialect(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		for _, name := range []string{"b", "a", "c"} {
			exec(t, d, `INSERT INTO throttle (name, failures, since, blocked_till) VALUES ($1, $2, $2, $2)
				ON CONFLICT (name) DO UPDATE SET failures = excluded.failures`, name, 7)
		}
		var names string
		if err := d.Read().Get(ctx, &names, "SELECT string_agg(name, ',') FROM (SELECT name FROM throttle ORDER BY name) AS t"); err != nil || names != "a,b,c" {
			t.Errorf("%q, %v", names, err)
		}
		q, args, err := db.In("SELECT name FROM throttle WHERE name IN (?) AND failures = ? ORDER BY name", []string{"a", "c", "x"}, 7)
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		if err := d.Read().Select(ctx, &found, q, args...); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"a", "c"}, found); diff != "" {
			t.Error(diff)
		}
		err = d.Read().Get(ctx, &names, "SELECT name FROM throttle WHERE name = $1", "nobody")
		if !db.None(err) {
			t.Errorf("a missing row gives %v", err)
		}
	})
}

// A second run finds nothing to do.
func TestMigrateTwiceDoesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ran, err := d.Migrate(context.Background())
		if err != nil || len(ran) != 0 {
			t.Errorf("ran %s, %v", strings.Join(ran, " "), err)
		}
	})
}

func TestSQLiteReadersCannotWrite(t *testing.T) {
	d := dbtest.SQLite(t)
	var n int
	err := d.Read().Get(context.Background(), &n, "INSERT INTO throttle (name, failures, since, blocked_till) VALUES ('a',1,1,1) RETURNING 1")
	if err == nil {
		t.Error("a reader wrote")
	}
}

// A transaction must not wait for a second connection to prepare its statements on: with one writer it would
// wait for ever.
func TestPreparingInsideATransactionDoesNotWait(t *testing.T) {
	d := dbtest.SQLite(t)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for range 50 {
		if err := d.Write(ctx, func(q db.Q) error {
			var n int
			if err := q.Get(ctx, &n, "SELECT count(*) FROM throttle WHERE failures > $1", 1); err != nil {
				return err
			}
			_, err := q.Exec(ctx, "UPDATE throttle SET failures = $1 WHERE name = $2", 1, "x")
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
}
