// Package db is the one place that knows which database is behind a query.
//
// A room writes one text of every query, with $1 $2 … placeholders, and asks for one of two things: Write,
// a function in one transaction, or Read, queries without one. Durability is the database's own: when Write
// returns nil the change is on disk (SQLite synchronous=FULL, PostgreSQL's synchronous_commit); when it
// returns a Busy error nobody knows, and the caller sends the same again.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"tongguan/server/base/fault"
)

// Q runs queries, inside a transaction or outside one.
type Q interface {
	// Get reads one row into dest, a struct or a scalar; sql.ErrNoRows where there is none.
	Get(ctx context.Context, dest any, query string, args ...any) error
	// Select reads all rows into dest, a pointer to a slice.
	Select(ctx context.Context, dest any, query string, args ...any) error
	// Exec runs a statement and says how many rows it touched.
	Exec(ctx context.Context, query string, args ...any) (int64, error)
}

// DB is an open database. Safe for concurrent use.
type DB struct {
	kind       string // "sqlite" or "postgres"
	write      *pool
	read       *pool // the same as write on PostgreSQL
	statements atomic.Int64
	spreads    sync.Map     // query with {rows} -> the same in the words of the database
	unsure     atomic.Int64 // warnings that a commit was not waited for, see warned
}

// commitWait bounds how long a client waits for a commit to be acknowledged. With synchronous replication a
// commit can hang for ever, and no server-side timeout ends it.
const commitWait = 10 * time.Second

// Kind is "sqlite" or "postgres"; for reports, never for deciding what to run.
func (d *DB) Kind() string { return d.kind }

// Statements counts the statements that rooms have run since the database was opened.
func (d *DB) Statements() int64 { return d.statements.Load() }

// Close closes every connection.
func (d *DB) Close() error {
	if d.read != d.write {
		return errors.Join(d.read.db.Close(), d.write.db.Close())
	}
	return d.write.db.Close()
}

// Ping reports whether the database answers.
func (d *DB) Ping(ctx context.Context) error { return d.write.db.PingContext(ctx) }

// Read runs queries without a transaction; each sees what was committed before it began.
func (d *DB) Read() Q { return outside{d} }

// Write runs fn in one transaction and commits it. An error from fn rolls everything back and is returned as
// it is. fn may run again when the database asks for it (deadlock), so it must do nothing but query.
func (d *DB) Write(ctx context.Context, fn func(Q) error) error {
	for try := 0; ; try++ {
		err := d.once(ctx, fn)
		if err == nil || try == 3 || !again(err) {
			return err
		}
	}
}

func (d *DB) once(ctx context.Context, fn func(Q) error) error {
	conn, err := d.write.db.Connx(ctx)
	if err != nil {
		return fmt.Errorf("db: connect: %w", err)
	}
	defer conn.Close() //nolint:errcheck // hands the connection back to the pool
	// The transaction must outlive a cancelled request: a cancelled COMMIT is a lie, see acknowledge.
	tx, err := conn.BeginTxx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return fmt.Errorf("db: begin: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // after a commit it does nothing
	if err := fn(inside{d, tx}); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return d.acknowledge(tx.Commit)
}

// Change runs one statement that is a transaction of its own, and hands what it returns to each, row by row;
// each may run again from the first row, as fn of Write may. When it returns nil the change is on disk.
// It costs one round trip where Write costs three.
func (d *DB) Change(ctx context.Context, query string, each func(scan func(...any) error) error, args ...any) error {
	query, args = d.spread(query, args)
	s, err := d.write.prepare(ctx, query)
	if err != nil {
		return err
	}
	if s == nil {
		return fmt.Errorf("db: too many statements for %.60q", query)
	}
	for try := 0; ; try++ {
		d.statements.Add(1)
		err := d.acknowledge(func() error { return change(context.WithoutCancel(ctx), s, each, args) })
		if err == nil || try == 3 || !again(err) {
			return err
		}
	}
}

// change reads to the end: a statement is committed after its last row.
func change(ctx context.Context, s *sqlx.Stmt, each func(scan func(...any) error) error, args []any) error {
	rows, err := s.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // what went wrong is in Err
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// acknowledge waits until a commit is acknowledged, but not for ever. A warning that came to any connection
// meanwhile counts as this one's: being unsure for nothing costs a repetition, the other mistake an answer.
func (d *DB) acknowledge(commit func() error) error {
	before, done := d.unsure.Load(), make(chan error, 1)
	go func() { done <- commit() }()
	wait := time.NewTimer(commitWait)
	defer wait.Stop()
	select {
	case err := <-done:
		if refused(err) {
			return err
		}
		if err != nil {
			return fault.Wrap(fault.Busy, err, "error.unacknowledged")
		}
		if d.unsure.Load() != before {
			return fault.New(fault.Busy, "error.unacknowledged")
		}
		return nil
	case <-wait.C:
		return fault.New(fault.Busy, "error.unacknowledged")
	}
}

// warned notes the warning with which PostgreSQL says that it stopped waiting for its replicas: lib/pq returns
// no error for it, and the row dies with the primary.
func (d *DB) warned(n *pq.Error) {
	if n.Code == "01000" || n.Code == "57P01" {
		d.unsure.Add(1)
	}
}

// refused says whether PostgreSQL itself says that it did not do it. Errors of the connection, of a server that goes
// down and of a statement whose end is unknown say nothing of the kind.
func refused(err error) bool {
	e, ok := errors.AsType[*pq.Error](err)
	if !ok || e.Code == "40003" {
		return false
	}
	switch e.Code.Class() {
	case "08", "57", "58", "F0", "XX":
		return false
	default:
		return true
	}
}

// again says whether the database rolled back through no fault of the transaction.
func again(err error) bool {
	if e, ok := errors.AsType[*pq.Error](err); ok {
		return e.Code == "40001" || e.Code == "40P01"
	}
	return false
}

// pool is a set of connections with the statements prepared on them.
type pool struct {
	db       *sqlx.DB
	prepared sync.Map // query -> *sqlx.Stmt
	asked    sync.Map // query -> true, once somebody prepares it in the background
	count    atomic.Int32
}

// ready gives the prepared statement, or nil while there is none. It never waits for a connection: a
// transaction that holds one and waits for another could wait for ever.
func (p *pool) ready(query string) *sqlx.Stmt {
	if s, ok := p.prepared.Load(query); ok {
		return s.(*sqlx.Stmt)
	}
	if _, begun := p.asked.LoadOrStore(query, true); !begun {
		go p.prepare(context.Background(), query) //nolint:errcheck // until it succeeds the query runs unprepared
	}
	return nil
}

// prepare gives a prepared statement. Queries are constants of the rooms, so there are few; those with
// expanded lists are many, and past the bound they run unprepared (nil).
func (p *pool) prepare(ctx context.Context, query string) (*sqlx.Stmt, error) {
	if s, ok := p.prepared.Load(query); ok {
		return s.(*sqlx.Stmt), nil
	}
	if p.count.Load() >= 400 {
		return nil, nil
	}
	s, err := p.db.PreparexContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if kept, loaded := p.prepared.LoadOrStore(query, s); loaded {
		return kept.(*sqlx.Stmt), s.Close()
	}
	p.count.Add(1)
	return s, nil
}

type outside struct{ d *DB }

func (o outside) Get(ctx context.Context, dest any, query string, args ...any) error {
	o.d.statements.Add(1)
	query, args = o.d.spread(query, args)
	s, err := o.d.read.prepare(ctx, query)
	if err != nil {
		return err
	}
	if s == nil {
		return o.d.read.db.GetContext(ctx, dest, query, args...)
	}
	return s.GetContext(ctx, dest, args...)
}

func (o outside) Select(ctx context.Context, dest any, query string, args ...any) error {
	o.d.statements.Add(1)
	query, args = o.d.spread(query, args)
	s, err := o.d.read.prepare(ctx, query)
	if err != nil {
		return err
	}
	if s == nil {
		return o.d.read.db.SelectContext(ctx, dest, query, args...)
	}
	return s.SelectContext(ctx, dest, args...)
}

// Exec outside a transaction is a transaction of its own.
func (o outside) Exec(ctx context.Context, query string, args ...any) (n int64, err error) {
	err = o.d.Write(ctx, func(q Q) error { n, err = q.Exec(ctx, query, args...); return err })
	return n, err
}

type inside struct {
	d  *DB
	tx *sqlx.Tx
}

func (i inside) Get(ctx context.Context, dest any, query string, args ...any) error {
	i.d.statements.Add(1)
	query, args = i.d.spread(query, args)
	if s := i.d.write.ready(query); s != nil {
		return i.tx.StmtxContext(ctx, s).GetContext(ctx, dest, args...)
	}
	return i.tx.GetContext(ctx, dest, query, args...)
}

func (i inside) Select(ctx context.Context, dest any, query string, args ...any) error {
	i.d.statements.Add(1)
	query, args = i.d.spread(query, args)
	if s := i.d.write.ready(query); s != nil {
		return i.tx.StmtxContext(ctx, s).SelectContext(ctx, dest, args...)
	}
	return i.tx.SelectContext(ctx, dest, query, args...)
}

func (i inside) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	i.d.statements.Add(1)
	query, args = i.d.spread(query, args)
	run := func() (sql.Result, error) { return i.tx.ExecContext(ctx, query, args...) }
	if s := i.d.write.ready(query); s != nil {
		run = func() (sql.Result, error) { return i.tx.StmtxContext(ctx, s).ExecContext(ctx, args...) }
	}
	res, err := run()
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// None says whether err means that the row does not exist.
func None(err error) bool { return errors.Is(err, sql.ErrNoRows) }

// In expands every slice among args into a list: In("… WHERE id IN (?)", ids). Queries that use it are written
// with ? and come back with $1 $2 …; a query without a slice is written with $N and needs no In.
func In(query string, args ...any) (string, []any, error) {
	q, a, err := sqlx.In(query, args...)
	return sqlx.Rebind(sqlx.DOLLAR, q), a, err
}
