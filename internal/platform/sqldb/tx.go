package sqldb

import (
	"context"
	"database/sql"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Tx is an open transaction that may write. Its time is fixed when it begins.
type Tx struct {
	// Now is the time of everything this transaction writes.
	Now   time.Time
	db    *DB
	conn  *sql.Conn
	tx    *sql.Tx
	after []func()
	depth int // of savepoints
}

// Write runs fn in one transaction and commits when fn returns nil; any error
// or panic rolls everything back. After the commit the AfterCommit hooks run,
// in order, in the caller's goroutine. No network call belongs inside fn: it
// holds the only writer of a SQLite file. Errors of fn come back unchanged;
// the database's own are conflict (a unique key), transient (locked, full,
// connection lost: nothing was written) or internal.
func (db *DB) Write(ctx context.Context, fn func(tx *Tx) error) (err error) {
	conn, err := db.write.Conn(ctx)
	if err != nil {
		return asFault(err)
	}
	defer conn.Close()
	stx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return asFault(err)
	}
	tx := &Tx{Now: db.Now(), db: db, conn: conn, tx: stx}
	done := false
	defer func() {
		if !done {
			_ = stx.Rollback()
		}
	}()
	if err = fn(tx); err != nil {
		return err
	}
	done = true
	if err = stx.Commit(); err != nil {
		return asFault(err)
	}
	// The connection goes back before the hooks: one of them may write.
	conn.Close()
	for _, f := range tx.after {
		f()
	}
	return nil
}

// AfterCommit runs f once this transaction is durable; never if it is not.
func (tx *Tx) AfterCommit(f func()) { tx.after = append(tx.after, f) }

// Exec runs a statement and returns how many rows it changed.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	return affected(tx.tx.ExecContext(ctx, tx.db.rebind(query), args...))
}

// Query runs a statement that returns rows; they must be closed before the
// next statement.
func (tx *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := tx.tx.QueryContext(ctx, tx.db.rebind(query), args...)
	return rows, asFault(err)
}

// Dialect names the engine.
func (tx *Tx) Dialect() Dialect { return tx.db.dialect }

// SkipLocked is DB.SkipLocked, inside the transaction where it means something.
func (tx *Tx) SkipLocked() string { return tx.db.SkipLocked() }

// SQL gives the driver's transaction to the job queue on SQLite. Rooms do not
// use it.
func (tx *Tx) SQL() *sql.Tx { return tx.tx }

// Pgx calls fn with the pgx connection that holds this transaction, for the
// job queue on PostgreSQL. Rooms do not use it.
func (tx *Tx) Pgx(fn func(*pgx.Conn) error) error {
	return tx.conn.Raw(func(dc any) error { return fn(dc.(*stdlib.Conn).Conn()) })
}

// Savepoint runs fn so that its error undoes only what fn did, its AfterCommit
// hooks included; on PostgreSQL a failed statement would otherwise spoil the
// whole transaction. Savepoints may be nested.
func (tx *Tx) Savepoint(ctx context.Context, fn func() error) error {
	tx.depth++
	name := "step_" + strconv.Itoa(tx.depth)
	defer func() { tx.depth-- }()
	if _, err := tx.tx.ExecContext(ctx, "SAVEPOINT "+name); err != nil {
		return asFault(err)
	}
	hooks := len(tx.after)
	if err := fn(); err != nil {
		tx.after = tx.after[:hooks]
		// Going back keeps the savepoint; it is let go so that the name is free.
		if _, e := tx.tx.ExecContext(ctx, "ROLLBACK TO SAVEPOINT "+name); e != nil {
			return asFault(e)
		}
		if _, e := tx.tx.ExecContext(ctx, "RELEASE SAVEPOINT "+name); e != nil {
			return asFault(e)
		}
		return err
	}
	_, err := tx.tx.ExecContext(ctx, "RELEASE SAVEPOINT "+name)
	return asFault(err)
}
