package search

import (
	"context"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
)

// Forget removes every document of a brand. Safe to repeat.
func Forget(ctx context.Context, tx *sqldb.Tx, b id.Brand) (err error) {
	defer fault.Wrap(&err, "forget documents")
	seqs, err := sqldb.Values[int64](ctx, tx, `DELETE FROM search_doc WHERE brand = ? RETURNING seq`, b)
	if err != nil || tx.Dialect() == sqldb.Postgres {
		return err
	}
	for _, s := range seqs {
		if _, err := tx.Exec(ctx, `DELETE FROM search_words WHERE rowid = ?`, s); err != nil {
			return err
		}
	}
	return nil
}
