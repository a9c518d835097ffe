package demo

import (
	"context"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/config"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/door"
	"tongguan/server/edge/app"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// fill makes the demo in a fresh database at a fixed moment, a Tuesday night.
func fill(t *testing.T, dsn string) (*app.App, Company, time.Time) {
	t.Helper()
	return fillAt(t, dsn, time.Date(2026, 11, 24, 3, 20, 0, 0, time.UTC))
}

func fillAt(t *testing.T, dsn string, now time.Time) (*app.App, Company, time.Time) {
	t.Helper()
	begin, _ := clock.Fake(now, 1)
	dir := t.TempDir()
	cfg := config.Config{Data: dir, Database: dsn, SecretFile: filepath.Join(dir, "secret"), Zone: "Asia/Shanghai", Pool: 4,
		Hashers: 2, Session: time.Hour}
	o := app.Options{Clock: begin, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	c, err := Read(app.Content(""))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{true, false} {
		if filled, err := Fill(context.Background(), cfg, o, c); err != nil || filled != want {
			t.Fatalf("start %d: filled %v, %v; want %v", i+1, filled, err, want)
		}
	}
	a, err := app.Build(cfg, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() }) //nolint:errcheck // only read
	return a, c, now
}

// trail gives the whole audit trail, oldest first.
func trail(t *testing.T, a *app.App, login string, c Company) []audit.Entry {
	t.Helper()
	_, s, err := a.Door.SignIn(context.Background(), login, c.Password, door.Visitor{Address: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	var entries []audit.Entry
	for n := int64(1); int64(len(entries)) < n; {
		some, all, err := a.Trail.Newest(context.Background(), a.DB.Read(), s.Actor, len(entries), 1000)
		if err != nil || len(some) == 0 {
			t.Fatalf("%d of %d entries, %v", len(entries), all, err)
		}
		entries, n = append(entries, some...), all
	}
	slices.Reverse(entries)
	return entries
}

// The demo is opened on any day at any hour: at weekends, when a month begins and when it ends.
func TestAnyDayIsGood(t *testing.T) {
	for _, now := range []time.Time{time.Date(2026, 11, 27, 21, 20, 0, 0, time.UTC), time.Date(2027, 2, 28, 16, 5, 0, 0, time.UTC), time.Date(2026, 10, 31, 1, 0, 0, 0, time.UTC)} {
		a, _, _ := fillAt(t, dbtest.SQLiteFile(t), now)
		if n, err := a.People.Count(context.Background()); err != nil || n < 55 {
			t.Errorf("%s: %d people, %v", now, n, err)
		}
	}
}

func TestTheSameSeedGivesTheSameHistory(t *testing.T) {
	var first []audit.Entry
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		a, c, _ := fill(t, dsn)
		entries := trail(t, a, "inspector", c)
		scores := map[string]int{}
		for _, e := range entries {
			if e.Act == "attempt.closed" {
				scores[string(e.Facts)]++
			}
		}
		if len(scores) < 40 {
			t.Errorf("%d attempts: no spread of progress", len(scores))
		}
		if first != nil && !cmp.Equal(first, entries) {
			t.Error(cmp.Diff(first, entries))
		}
		first = entries
	})
}

func TestHistoryIsInThePastAndWhole(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		a, c, now := fill(t, dsn)
		var before int64
		for _, e := range trail(t, a, "inspector", c) {
			if key := "act." + e.Act; !a.Words.In("zh").Has(key) || !a.Words.In("en").Has(key) {
				t.Errorf("the trail has no word for %s", e.Act)
			}
			if e.At > now.UnixMilli() || e.At < before {
				t.Fatalf("entry %d is at %s, out of order or after now", e.Seq, time.UnixMilli(e.At))
			}
			before = e.At
		}
		if n, err := a.People.Count(context.Background()); err != nil || n < 55 || n > 70 {
			t.Errorf("%d people, %v; want about sixty", n, err)
		}
		seen := map[access.Role]bool{}
		for _, account := range c.Accounts {
			seen[account.MainRole()] = true
			if _, _, err := a.Door.SignIn(context.Background(), account.Login, c.Password, door.Visitor{Address: "127.0.0.1"}); err != nil {
				t.Errorf("%s cannot sign in: %v", account.Login, err)
			}
		}
		for _, r := range access.Roles() {
			if !seen[r] {
				t.Errorf("no account stands for the role %s", r)
			}
		}
	})
}
