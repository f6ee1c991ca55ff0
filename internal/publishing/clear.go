package publishing

import (
	"context"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// ClearHour takes the hour away: a draft's wish leaves the calendar, and what
// is scheduled becomes a draft without an hour. Safe to repeat. Errors:
// conflict (something of it has left or is leaving).
func (s *Service) ClearHour(ctx context.Context, a team.Actor, b id.Brand, posts ...id.Post) (err error) {
	defer fault.Wrap(&err, "clear hour")
	return s.each(ctx, a, b, posts, func(tx *sqldb.Tx, p Post) error {
		from, act := p.Planned, ActMoved
		if from.Local == "" && p.Badge == NoBadge {
			return nil
		}
		if p.Badge != NoBadge {
			if err := a.Require(b, team.PublishPosts); err != nil {
				return err
			}
			if err := s.takeOff(ctx, tx, a, &p); err != nil {
				return err
			}
			act = ActUnscheduled
		}
		if p.Badge != NoBadge {
			return errBegun.With("title", titleOf(p.Title, p.Text)) // a part of it has left, and its hour with it
		}
		p.Planned, p.At = clock.Wall{Zone: from.Zone}, time.Time{}
		version := p.Version
		p.Version++
		if err := updatePost(ctx, tx, p, version); err != nil {
			return err
		}
		s.changed(tx, b, p.ID)
		return s.record(ctx, tx, a, p, act, map[string]any{"from": from.Local, "local": "", "zone": from.Zone}, 0)
	})
}
