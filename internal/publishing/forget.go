package publishing

import (
	"context"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
)

// Forget deletes all that this room keeps of a brand: for the removal of an
// example brand, which app alone asks for. Safe to repeat.
func (s *Service) Forget(ctx context.Context, tx *sqldb.Tx, b id.Brand) (err error) {
	defer fault.Wrap(&err, "forget posts")
	if b == AllBrands {
		return fault.New(fault.Internal, "").Becausef("forget no brand")
	}
	// Variants, publications and their stories go with their post.
	for _, table := range []string{"post", "campaign", "slot", "category", "calendar_marks", "brand_freeze", "recall", "post_import", "series", "calendar_feed", "idea", "post_template", "post_bulk"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE brand = ?`, b); err != nil {
			return err
		}
	}
	tx.AfterCommit(s.wake)
	return nil
}
