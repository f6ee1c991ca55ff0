package assets

import (
	"context"

	"vigie/internal/base/id"
	"vigie/internal/platform/search"
	"vigie/internal/platform/sqldb"
)

// forgetWords makes a media as an older version of the program left it.
func (s *Service) forgetWords(ctx context.Context, tx *sqldb.Tx, m id.Media) error {
	return search.Remove(ctx, tx, searchKind, string(m))
}
