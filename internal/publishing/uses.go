package publishing

import (
	"context"
	"slices"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// CountUses says how many posts and templates show each media; a media that
// none shows is missing from the answer. It counts drafts whoever asks, and posts
// in the bin and templates taken away since they may come back, and names none:
// it is for the library, which must not erase what is shown.
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
	return out, s.eachTemplate(ctx, b, func(_ Template, media []id.Media) {
		for _, m := range media {
			if slices.Contains(list, m) {
				out[m]++
			}
		}
	})
}

// TemplatesWith lists the templates that show a media, by name. Errors:
// not_found.
func (s *Service) TemplatesWith(ctx context.Context, a team.Actor, b id.Brand, m id.Media) (out []Template, err error) {
	defer fault.Wrap(&err, "templates with a media")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return nil, err
	}
	if !a.May(b, team.SeeDrafts) {
		return nil, nil
	}
	err = s.eachTemplate(ctx, b, func(t Template, media []id.Media) {
		if t.Removed.IsZero() && slices.Contains(media, m) {
			out = append(out, t)
		}
	})
	slices.SortStableFunc(out, func(x, y Template) int { return strings.Compare(strings.ToLower(x.Name), strings.ToLower(y.Name)) })
	return out, err
}

// eachTemplate gives every template of a brand that shows something, those taken
// away included, with the media it shows, each once. There are MaxTemplates at
// most and what is kept of those taken away: they are read, not looked up.
func (s *Service) eachTemplate(ctx context.Context, b id.Brand, fn func(Template, []id.Media)) error {
	return sqldb.Each(ctx, s.DB, func(r sqldb.Scanner) error {
		t, err := scanTemplate(r)
		if err != nil {
			return err
		}
		var media []id.Media
		for _, m := range t.Model.media() {
			if !slices.Contains(media, m.ID) {
				media = append(media, m.ID)
			}
		}
		if len(media) > 0 {
			fn(t, media)
		}
		return nil
	}, `SELECT `+templateColumns+` FROM post_template WHERE brand = ? ORDER BY id`, b)
}
