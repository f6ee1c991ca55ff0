package logbook

import (
	"context"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
)

// Forget deletes a brand's whole logbook, its chain included: for the removal
// of an example brand, which app alone asks for. It is the one way by which
// entries disappear, and it leaves no half of a chain that would not verify.
// Safe to repeat.
func (b *Book) Forget(ctx context.Context, tx *sqldb.Tx, brand id.Brand) (err error) {
	defer fault.Wrap(&err, "forget logbook")
	if brand == "" { // would be the instance's own
		return fault.New(fault.Internal, "").Becausef("forget no brand")
	}
	for _, q := range []string{
		`DELETE FROM act_personal WHERE act IN (SELECT id FROM act WHERE brand = ?)`,
		`DELETE FROM act_took WHERE act IN (SELECT id FROM act WHERE brand = ?)`,
		`DELETE FROM act WHERE brand = ?`,
		`DELETE FROM act_block WHERE brand = ?`,
	} {
		if _, err := tx.Exec(ctx, q, string(brand)); err != nil {
			return err
		}
	}
	return nil
}
