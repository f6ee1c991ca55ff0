package approval

import (
	"context"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
)

// Forget deletes all that this room keeps of a brand. Safe to repeat.
func (s *Service) Forget(ctx context.Context, tx *sqldb.Tx, b id.Brand) (err error) {
	defer fault.Wrap(&err, "forget approval")
	for _, table := range []string{"approval_letter", "approval_look", "approval_remark", "approval_decision", "approval_item", "approval_round",
		"approval_candidate", "approval_choice",
		"approval_link_pass", "approval_link", "approval_policy"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE brand = ?`, b); err != nil {
			return err
		}
	}
	return nil
}
