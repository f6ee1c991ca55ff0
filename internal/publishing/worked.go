package publishing

import (
	"context"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// ActWorked says that a person had a post in hand for a while without saving
// it; how long stays hers alone. {}
const ActWorked = "post.worked"

// Worked keeps the time that the actor spent on a post. The caller has asked
// whether she wants it measured. Errors: not_found.
func (s *Service) Worked(ctx context.Context, a team.Actor, b id.Brand, post id.Post, d time.Duration) (err error) {
	defer fault.Wrap(&err, "keep time")
	if _, err := s.Get(ctx, a, b, post); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		return s.Book.Record(ctx, tx, logbook.Entry{Brand: b, Actor: a.Signs(), Act: ActWorked, Subject: logbook.Subject{Kind: "post", ID: string(post)},
			Data: map[string]any{}, Took: d})
	})
}
