// Package dbtest gives every test a fresh, migrated database of each kind.
//
// SQLite is always there. PostgreSQL is taken from TONGGUAN_TEST_POSTGRES (a DSN whose user may create
// databases), or else started on a free loopback port from the binaries found on the machine. Where there is
// neither, the PostgreSQL half is skipped by name and counted in a closing line; with TONGGUAN_TEST_STRICT=1
// it fails.
package dbtest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"tongguan/server/base/db"
)

// conns is enough for a test's goroutines to compete.
const conns = 8

// Strict says whether a missing part must fail instead of being skipped.
func Strict() bool { return os.Getenv("TONGGUAN_TEST_STRICT") == "1" }

// Each runs fn as a subtest on every kind of database.
func Each(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	EachDSN(t, func(t *testing.T, dsn string) {
		d, err := db.Open(dsn, conns)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = d.Close() }) // before the database is dropped: cleanups run last first
		fn(t, d)
	})
}

// EachDSN runs fn as a subtest with the DSN of a fresh, migrated database of every kind.
func EachDSN(t *testing.T, fn func(t *testing.T, dsn string)) {
	t.Run("sqlite", func(t *testing.T) { fn(t, SQLiteFile(t)) })
	t.Run("postgres", func(t *testing.T) { fn(t, postgresDatabase(t)) })
}

// SQLite opens a fresh SQLite database, for tests in which the kind does not matter.
func SQLite(t testing.TB) *db.DB {
	d, err := db.Open(SQLiteFile(t), conns)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// Main runs a package's tests, stops what was started for them, says what was skipped and exits.
func Main(m *testing.M) { os.Exit(Run(m)) }

// Run is Main for a package that has more to do before it exits.
func Run(m *testing.M) int {
	code := m.Run()
	server.stop()
	if n := skipped.Load(); n > 0 {
		fmt.Printf("skipped: %d tests without PostgreSQL (TONGGUAN_TEST_POSTGRES is not set and no PostgreSQL 15 or later was found)\n", n)
	}
	return code
}

var (
	skipped  atomic.Int64
	server   cluster
	template struct {
		once sync.Once
		file []byte
		err  error
	}
)

// SQLiteFile writes a copy of a migrated, empty database.
func SQLiteFile(t testing.TB) string {
	t.Helper()
	template.once.Do(func() { template.file, template.err = migratedFile() })
	if template.err != nil {
		t.Fatal(template.err)
	}
	path := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(path, template.file, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func migratedFile() ([]byte, error) {
	dir, err := os.MkdirTemp("", "tongguan-template-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	path := filepath.Join(dir, "template.db")
	if err := migrate(path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

func migrate(dsn string) error {
	d, err := db.Open(dsn, 2)
	if err != nil {
		return err
	}
	if _, err := d.Migrate(context.Background()); err != nil {
		return err
	}
	return d.Close() // closing the last connection folds the write-ahead log into the file
}

var databases atomic.Int64

// postgresDatabase clones the migrated template.
func postgresDatabase(t testing.TB) string {
	t.Helper()
	if err := server.start(); err != nil {
		if Strict() {
			t.Fatalf("PostgreSQL is missing: %v", err)
		}
		skipped.Add(1)
		t.Skipf("PostgreSQL is missing: %v", err)
	}
	name := fmt.Sprintf("tongguan_test_%d_%d", os.Getpid(), databases.Add(1))
	if err := server.run("CREATE DATABASE " + name + " TEMPLATE " + server.template); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.run("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return server.dsn(name)
}

// named replaces the database in a DSN of either form.
func named(dsn, name string) string {
	if strings.Contains(dsn, "://") {
		return renameURL(dsn, name)
	}
	var kept []string
	for _, f := range strings.Fields(dsn) {
		if !strings.HasPrefix(f, "dbname=") {
			kept = append(kept, f)
		}
	}
	return strings.Join(append(kept, "dbname="+name), " ")
}
