package team

import (
	"context"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
)

// Forget deletes the roles, invitations and tokens of a brand: for the removal
// of an example brand, which app alone asks for. The people stay. Safe to
// repeat.
func (s *Service) Forget(ctx context.Context, tx *sqldb.Tx, brand id.Brand) (err error) {
	defer fault.Wrap(&err, "forget roles")
	if brand == "" { // would be the invitations into the instance
		return fault.New(fault.Internal, "").Becausef("forget no brand")
	}
	for _, table := range []string{"person_role", "person_token", "invitation"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE brand = ?`, string(brand)); err != nil {
			return err
		}
	}
	return nil
}
