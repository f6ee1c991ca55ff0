package brand

import (
	"context"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
)

// Forget deletes the row of an example brand, after every room forgot what it
// kept of it; app alone asks for it. A brand that is no example is never
// deleted: that is forbidden. A brand that is gone is success.
func (s *Service) Forget(ctx context.Context, tx *sqldb.Tx, brand id.Brand) (err error) {
	defer fault.Wrap(&err, "forget brand")
	example, err := sqldb.Value[bool](ctx, tx, `SELECT example FROM brand WHERE id = ?`, string(brand))
	switch {
	case sqldb.IsNoRow(err):
		return nil
	case err != nil:
		return err
	case !example:
		return fault.New(fault.Forbidden, "brand.admin_only").Becausef("not an example")
	}
	_, err = tx.Exec(ctx, `DELETE FROM brand WHERE id = ?`, string(brand))
	return err
}
