package jobs

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// borrowed is the caller's open transaction on PostgreSQL, as River wants to
// see one. It passes statements on and never ends what it does not own: the
// caller's transaction began on this connection and ends there. A part begun
// inside of it is a savepoint.
type borrowed struct {
	conn   *pgx.Conn
	depth  int
	closed bool
}

var _ pgx.Tx = (*borrowed)(nil)

var errNotOurs = errors.New("jobs: the transaction belongs to the caller")

func (b *borrowed) name() string { return fmt.Sprintf("job_step_%d", b.depth) }

// Begin implements pgx.Tx.
func (b *borrowed) Begin(ctx context.Context) (pgx.Tx, error) {
	inner := &borrowed{conn: b.conn, depth: b.depth + 1}
	_, err := b.conn.Exec(ctx, "SAVEPOINT "+inner.name())
	return inner, err
}

// Commit implements pgx.Tx.
func (b *borrowed) Commit(ctx context.Context) error { return b.end(ctx, "RELEASE SAVEPOINT ") }

// Rollback implements pgx.Tx.
func (b *borrowed) Rollback(ctx context.Context) error {
	return b.end(ctx, "ROLLBACK TO SAVEPOINT ")
}

func (b *borrowed) end(ctx context.Context, how string) error {
	if b.depth == 0 {
		return errNotOurs
	}
	if b.closed { // a second end would spoil the caller's transaction
		return pgx.ErrTxClosed
	}
	b.closed = true
	_, err := b.conn.Exec(ctx, how+b.name())
	return err
}

// CopyFrom implements pgx.Tx.
func (b *borrowed) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error) {
	return b.conn.CopyFrom(ctx, table, columns, rows)
}

// SendBatch implements pgx.Tx.
func (b *borrowed) SendBatch(ctx context.Context, batch *pgx.Batch) pgx.BatchResults {
	return b.conn.SendBatch(ctx, batch)
}

// LargeObjects implements pgx.Tx; nobody uses them.
func (b *borrowed) LargeObjects() pgx.LargeObjects { return pgx.LargeObjects{} }

// Prepare implements pgx.Tx.
func (b *borrowed) Prepare(ctx context.Context, name, sql string) (*pgconn.StatementDescription, error) {
	return b.conn.Prepare(ctx, name, sql)
}

// Exec implements pgx.Tx.
func (b *borrowed) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	return b.conn.Exec(ctx, sql, args...)
}

// Query implements pgx.Tx.
func (b *borrowed) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	return b.conn.Query(ctx, sql, args...)
}

// QueryRow implements pgx.Tx.
func (b *borrowed) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	return b.conn.QueryRow(ctx, sql, args...)
}

// Conn implements pgx.Tx.
func (b *borrowed) Conn() *pgx.Conn { return b.conn }
