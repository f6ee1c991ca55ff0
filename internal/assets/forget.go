package assets

import (
	"context"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/search"
	"vigie/internal/platform/sqldb"
)

// Forget deletes a brand's media: for the removal of an example brand, which
// app alone asks for. The files go with the next Sweep, unless another brand
// has the same ones. Safe to repeat.
func (s *Service) Forget(ctx context.Context, tx *sqldb.Tx, b id.Brand) (err error) {
	defer fault.Wrap(&err, "forget media")
	if b == "" {
		return fault.New(fault.Internal, "").Becausef("forget no brand")
	}
	for _, table := range []string{"media_warning", "media_document", "media_consent", "media_licence", "media_crop", "media_twin", "media_tag", "media_audience", "rendition", "media", "media_upload"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE brand = ?`, b); err != nil {
			return err
		}
	}
	return search.Forget(ctx, tx, b)
}
