package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	_ "modernc.org/sqlite" // the driver named "sqlite"

	"tongguan/migrations"
)

// Open opens the database that dsn names: a PostgreSQL DSN (postgres://… or key=value with host= or port=),
// or else the path of a SQLite file, whose folder is made when missing. conns bounds the connections.
func Open(dsn string, conns int) (*DB, error) {
	sqlx.BindDriver("sqlite", sqlx.DOLLAR)
	if IsPostgres(dsn) {
		return openPostgres(dsn, conns)
	}
	return openSQLite(strings.TrimPrefix(dsn, "file:"), conns)
}

// IsPostgres says whether dsn names a PostgreSQL server.
func IsPostgres(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") ||
		strings.HasPrefix(dsn, "host=") || strings.Contains(dsn, " host=") || strings.Contains(dsn, "dbname=")
}

func openPostgres(dsn string, conns int) (*DB, error) {
	if !strings.Contains(dsn, "sslmode=") {
		return nil, errors.New("db: the PostgreSQL DSN must state sslmode (disable, require, verify-full, …)")
	}
	connector, err := pq.NewConnector(inMemory(dsn))
	if err != nil {
		return nil, fmt.Errorf("db: %w", err)
	}
	d := &DB{kind: "postgres"}
	x := sqlx.NewDb(sql.OpenDB(pq.ConnectorWithNoticeHandler(connector, d.warned)), "postgres")
	x.SetMaxOpenConns(conns)
	x.SetMaxIdleConns(conns)
	d.write = &pool{db: x}
	d.read = d.write
	return d, nil
}

// inMemory tells the planner, unless the DSN does, that what is asked for all the time is in memory: a look-up in an
// index costs no more than reading in order. With PostgreSQL's own idea of it, which is of turning disks, tables of
// a few hundred rows are read from end to end for each of them.
func inMemory(dsn string) string {
	const setting = "random_page_cost"
	switch {
	case strings.Contains(dsn, setting):
		return dsn
	case !strings.Contains(dsn, "://"):
		return dsn + " " + setting + "=1.1"
	case strings.Contains(dsn, "?"):
		return dsn + "&" + setting + "=1.1"
	default:
		return dsn + "?" + setting + "=1.1"
	}
}

// openSQLite opens one connection that writes, with immediate transactions, and a pool that only reads.
func openSQLite(path string, conns int) (*DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("db: %w", err)
	}
	open := func(n int, extra ...string) (*pool, error) {
		v := url.Values{"_pragma": append([]string{
			"journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "busy_timeout(10000)", "cache_size(-8000)",
		}, extra...), "_txlock": {"immediate"}}
		x, err := sqlx.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+v.Encode())
		if err != nil {
			return nil, err
		}
		x.SetMaxOpenConns(n)
		x.SetMaxIdleConns(n)
		return &pool{db: x}, x.Ping()
	}
	// What is deleted is overwritten: personal data that were erased must not stand in free pages of the file.
	w, err := open(1, "secure_delete(1)")
	if err != nil {
		return nil, fmt.Errorf("db: %s: %w", path, err)
	}
	r, err := open(min(conns, 8), "query_only(1)")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("db: %s: %w", path, err), w.db.Close())
	}
	return &DB{kind: "sqlite", write: w, read: r}, nil
}

// Migrate brings the schema up to date and says which files it ran. Two nodes may start at once: on PostgreSQL
// a session lock lets one of them run, and a statement that waits for a table more than a second gives up.
func (d *DB) Migrate(ctx context.Context) ([]string, error) {
	p, err := d.provider()
	if err != nil {
		return nil, err
	}
	results, err := p.Up(ctx)
	var ran []string
	for _, r := range results {
		ran = append(ran, filepath.Base(r.Source.Path))
	}
	if err != nil {
		return ran, fmt.Errorf("db: migrate: %w", err)
	}
	return ran, nil
}

// Pending says how many migrations have not run yet.
func (d *DB) Pending(ctx context.Context) (int, error) {
	p, err := d.provider()
	if err != nil {
		return 0, err
	}
	states, err := p.Status(ctx)
	n := 0
	for _, s := range states {
		if s.State == goose.StatePending {
			n++
		}
	}
	return n, err
}

func (d *DB) provider() (*goose.Provider, error) {
	if d.kind == "sqlite" {
		return goose.NewProvider(goose.DialectSQLite3, d.write.db.DB, migrations.Files, goose.WithLogger(goose.NopLogger()))
	}
	l, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, d.write.db.DB, migrations.Files,
		goose.WithSessionLocker(l), goose.WithLogger(goose.NopLogger()))
}
