package publishing

import (
	"context"
	"slices"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
)

// Coming is a post that is to show a media at an hour that is still to come.
type Coming struct {
	Media id.Media
	Post  id.Post
	Title string
	At    time.Time
	// Channel is where; empty for a draft that only wishes for its hour.
	Channel id.Channel
}

// ComingWith lists what is to leave with one of the media from an instant on:
// publications that wait, and drafts with an hour that have none; by hour, at
// most limit. It asks no actor: the caller shows them to somebody who may see
// drafts.
func (s *Service) ComingWith(ctx context.Context, b id.Brand, list []id.Media, from time.Time, limit int) (_ []Coming, err error) {
	defer fault.Wrap(&err, "list what comes with media")
	var out []Coming
	for part := range sqldb.Chunks(list, 500) {
		in, args := sqldb.Marks(len(part)), sqldb.Args(part)
		all := append(append([]any{b}, args...), sqldb.At(from))
		all = append(append(append(all, b), args...), sqldb.At(from), limit)
		some, err := sqldb.List(ctx, s.DB, func(r sqldb.Scanner) (c Coming, err error) {
			var at sqldb.Time
			var body string
			err = r.Scan(&c.Media, &c.Post, &c.Title, &body, &at, &c.Channel)
			c.At, c.Title = at.Time, titleOf(c.Title, body)
			return c, err
		}, `SELECT m.media, t.id, t.title, substr(t.body, 1, 160), p.due_at AS at, p.channel FROM publication_media m JOIN publication p ON p.id = m.publication JOIN post t ON t.id = p.post
				WHERE m.brand = ? AND m.media IN `+in+` AND `+underWay+` AND p.due_at >= ? AND t.binned_at IS NULL
			UNION ALL SELECT m.media, t.id, t.title, substr(t.body, 1, 160), t.at, '' FROM post_media m JOIN post t ON t.id = m.post
				WHERE m.brand = ? AND m.media IN `+in+` AND t.at >= ? AND t.binned_at IS NULL AND t.badge = ''
			ORDER BY 5, 2, 6 LIMIT ?`, all...)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	slices.SortStableFunc(out, func(x, y Coming) int { return x.At.Compare(y.At) })
	return out[:min(len(out), limit)], nil
}
