package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"strings"

	"vigie/internal/base/fault"
)

// Q runs statements: a *DB (reads outside of a transaction) or a *Tx.
type Q interface {
	// Exec runs a statement and returns how many rows it changed.
	Exec(ctx context.Context, query string, args ...any) (int64, error)
	// Query runs a statement that returns rows; prefer List, One and Each.
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	// Dialect names the engine, for the few places where texts differ.
	Dialect() Dialect
}

var (
	_ Q = (*DB)(nil)
	_ Q = (*Tx)(nil)
)

// Scanner is a row being read.
type Scanner interface{ Scan(dest ...any) error }

// Exec runs one statement on its own, in the pool that writes. Anything that
// also records an act or a job belongs into Write.
func (db *DB) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	return affected(db.write.ExecContext(ctx, db.rebind(query), args...))
}

// maxPrepared bounds the prepared statements kept per database: texts built
// from lists (IN) are many, and each costs memory on every connection.
const maxPrepared = 400

// Query reads from the pool that reads; statements are prepared once. On SQLite
// that pool cannot write: INSERT … RETURNING belongs into Write.
func (db *DB) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if db.dialect == Postgres { // pgx keeps its own prepared statements
		rows, err := db.read.QueryContext(ctx, db.rebind(query), args...)
		return rows, asFault(err)
	}
	if s, ok := db.stmts.Load(query); ok {
		rows, err := s.(*sql.Stmt).QueryContext(ctx, args...)
		return rows, asFault(err)
	}
	n := 0
	db.stmts.Range(func(any, any) bool { n++; return n < maxPrepared })
	if n >= maxPrepared {
		rows, err := db.read.QueryContext(ctx, query, args...)
		return rows, asFault(err)
	}
	s, err := db.read.PrepareContext(ctx, steady(query))
	if err != nil {
		return nil, asFault(err)
	}
	if other, loaded := db.stmts.LoadOrStore(query, s); loaded {
		s.Close()
		s = other.(*sql.Stmt)
	}
	rows, err := s.QueryContext(ctx, args...)
	return rows, asFault(err)
}

// steady hides from SQLite that a limit is a bare parameter: it looks at the
// value of one to plan by it, and therefore compiles a prepared statement anew
// each time that it is bound, which costs more than most of our reads.
// (sqlite3ExprIsInteger; the switch against it, SQLITE_DBCONFIG_ENABLE_QPSG, has
// no PRAGMA.) BenchmarkABoundLimit says when it is needed no longer.
func steady(query string) string { return strings.ReplaceAll(query, "LIMIT ?", "LIMIT ? + 0") }

func affected(r sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, asFault(err)
	}
	n, err := r.RowsAffected()
	return n, asFault(err)
}

// Each calls scan for every row, in order, and stops at its first error.
func Each(ctx context.Context, q Q, scan func(Scanner) error, query string, args ...any) error {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return asFault(err)
		}
	}
	return asFault(rows.Err())
}

// List returns every row as scan reads it; no row is an empty list.
func List[T any](ctx context.Context, q Q, scan func(Scanner) (T, error), query string, args ...any) ([]T, error) {
	var out []T
	err := Each(ctx, q, func(s Scanner) error {
		v, err := scan(s)
		out = append(out, v)
		return err
	}, query, args...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

var errNoRow = fault.New(fault.NotFound, "")

// One returns the first row as scan reads it; no row is not_found.
func One[T any](ctx context.Context, q Q, scan func(Scanner) (T, error), query string, args ...any) (T, error) {
	var out T
	found := false
	err := Each(ctx, q, func(s Scanner) (err error) {
		if found {
			return nil
		}
		found = true
		out, err = scan(s)
		return err
	}, query, args...)
	if err == nil && !found {
		err = errNoRow
	}
	return out, err
}

// Value reads a row of one column.
func Value[T any](ctx context.Context, q Q, query string, args ...any) (T, error) {
	return One(ctx, q, func(s Scanner) (v T, err error) { return v, s.Scan(&v) }, query, args...)
}

// Values reads rows of one column.
func Values[T any](ctx context.Context, q Q, query string, args ...any) ([]T, error) {
	return List(ctx, q, func(s Scanner) (v T, err error) { return v, s.Scan(&v) }, query, args...)
}

// Marks returns "(?,?,…)" for n values; with no value "(NULL)", which nothing
// is IN.
func Marks(n int) string {
	if n <= 0 {
		return "(NULL)"
	}
	return "(" + strings.Repeat("?,", n-1) + "?)"
}

// Args flattens lists of values into the arguments of one statement.
func Args[T any](list []T, after ...any) []any {
	out := make([]any, 0, len(list)+len(after))
	for _, v := range list {
		out = append(out, v)
	}
	return append(out, after...)
}

// Chunks cuts a list into parts of at most n, for IN lists and many-row INSERTs.
func Chunks[T any](list []T, n int) iter.Seq[[]T] {
	return func(yield func([]T) bool) {
		for len(list) > 0 {
			k := min(n, len(list))
			if !yield(list[:k]) {
				return
			}
			list = list[k:]
		}
	}
}

// IsNoRow tells whether err says that One found nothing.
func IsNoRow(err error) bool { return errors.Is(err, errNoRow) }
