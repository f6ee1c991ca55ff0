package assets

import (
	"context"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/team"
)

// Coming is a post that is to show a media.
type Coming struct {
	Media id.Media
	Post  id.Post
	Title string
	At    time.Time
	// Channel is where; empty for a draft that only wishes for its hour.
	Channel id.Channel
}

// PlannedPast lists, by hour, what is to leave with a media whose right ends
// within so many days, at an hour at which it will have ended: what a person
// must change before. At most MaxStanding. Errors: not_found for strangers,
// forbidden for those who may not see drafts.
func (s *Service) PlannedPast(ctx context.Context, a team.Actor, b id.Brand, days int) (_ []Coming, err error) {
	defer fault.Wrap(&err, "list what is planned past its right")
	if err := a.Require(b, team.SeeDrafts); err != nil {
		return nil, err
	}
	list, err := s.EndingWithin(ctx, a, b, days)
	if err != nil {
		return nil, err
	}
	ends := make(map[id.Media]time.Time, len(list))
	for _, e := range list {
		ends[e.Media] = e.Ends
	}
	return s.comingPast(ctx, b, ends)
}

// comingPast lists what comes with each media from its own end on.
func (s *Service) comingPast(ctx context.Context, b id.Brand, ends map[id.Media]time.Time) (out []Coming, err error) {
	if len(ends) == 0 || s.Posts == nil {
		return nil, nil
	}
	var list []id.Media
	var first time.Time
	for m, at := range ends {
		list = append(list, m)
		if first.IsZero() || at.Before(first) {
			first = at
		}
	}
	all, err := s.Posts.Coming(ctx, b, list, first, MaxStanding)
	for _, c := range all {
		if !c.At.Before(ends[c.Media]) {
			out = append(out, c)
		}
	}
	return out, err
}
