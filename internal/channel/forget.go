package channel

import (
	"context"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
)

// Forget deletes a brand's channels with their credentials: for the removal of
// an example brand, which app alone asks for. Safe to repeat.
func (s *Service) Forget(ctx context.Context, tx *sqldb.Tx, b id.Brand) (err error) {
	defer fault.Wrap(&err, "forget channels")
	if b == "" {
		return fault.New(fault.Internal, "").Becausef("forget no brand")
	}
	gone, err := sqldb.Values[id.Channel](ctx, tx, `DELETE FROM channel WHERE brand = ? RETURNING id`, b)
	if err != nil {
		return err
	}
	tx.AfterCommit(func() {
		for _, c := range gone {
			s.forget(c)
		}
	})
	_, err = tx.Exec(ctx, `DELETE FROM channel_signin WHERE brand = ?`, b)
	return err
}
