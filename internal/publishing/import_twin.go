package publishing

import (
	"context"
	"crypto/sha256"
	"strings"

	"vigie/internal/base/id"
	"vigie/internal/base/textkit"
	"vigie/internal/platform/sqldb"
)

// maxTwins bounds the posts that an import compares itself with: those edited
// last.
const maxTwins = 20_000

// twinSign is the same for two posts that say the same at the same hour, case,
// accents and spaces apart.
func twinSign(p Post) string {
	sum := sha256.Sum256([]byte(strings.Join(strings.Fields(textkit.Fold(p.Text)), " ") + "\x00" + p.Planned.Local))
	return string(sum[:])
}

// twinsOf knows what stands in a brand already.
func (s *Service) twinsOf(ctx context.Context, b id.Brand) (map[string]string, error) {
	out := map[string]string{}
	err := sqldb.Each(ctx, s.DB, func(r sqldb.Scanner) error {
		var p Post
		if err := r.Scan(&p.ID, &p.Text, &p.Planned.Local); err != nil {
			return err
		}
		out[twinSign(p)] = string(p.ID)
		return nil
	}, `SELECT id, body, local_time FROM post WHERE brand = ? AND about = '' AND binned_at IS NULL ORDER BY edited_at DESC, id DESC LIMIT ?`, b, maxTwins)
	return out, err
}
