package publishing

import (
	"context"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
)

// CountUses says how many posts show each media; a media that none shows is
// missing from the answer. It counts drafts whoever asks, and posts in the bin
// since they may come back, and names none: it is for the library, which must
// not erase what is shown.
func (s *Service) CountUses(ctx context.Context, b id.Brand, list []id.Media) (_ map[id.Media]int, err error) {
	defer fault.Wrap(&err, "count uses of media")
	out := map[id.Media]int{}
	for part := range sqldb.Chunks(list, 500) {
		err := sqldb.Each(ctx, s.DB, func(r sqldb.Scanner) error {
			var m id.Media
			var n int
			if err := r.Scan(&m, &n); err != nil {
				return err
			}
			out[m] = n
			return nil
		}, `SELECT media, COUNT(*) FROM post_media WHERE brand = ? AND media IN `+sqldb.Marks(len(part))+` GROUP BY media`,
			append([]any{b}, sqldb.Args(part)...)...)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
