package inbox

import (
	"context"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
)

// Forget deletes all that this room keeps of a brand. Safe to repeat.
func (s *Service) Forget(ctx context.Context, tx *sqldb.Tx, b id.Brand) (err error) {
	defer fault.Wrap(&err, "forget the inbox")
	for _, table := range []string{"inbox_reader", "inbox_view", "inbox_change", "conversation_draft", "conversation_answer", "conversation_note", "conversation_read", "message_version", "message",
		"conversation_ref", "conversation_joined", "conversation", "spoken", "speaker"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE brand = ?`, b); err != nil {
			return err
		}
	}
	return nil
}
