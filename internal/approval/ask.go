package approval

import (
	"context"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

var (
	errNothingAsked = fault.New(fault.Conflict, "approval.nothing_asked")
	errQuietNow     = fault.New(fault.Conflict, "approval.quiet_now")
)

// Remind writes again, now, to those whose turn it is to read a post, and says
// to how many. Each is written to once an hour at most. Errors: conflict (nobody
// is asked about it; it is one of the hours in which no letter is sent),
// not_found.
func (s *Service) Remind(ctx context.Context, a team.Actor, b id.Brand, post id.Post) (n int, err error) {
	defer fault.Wrap(&err, "remind readers")
	if err := a.Require(b, team.PublishPosts); err != nil {
		return 0, err
	}
	round, err := openRound(ctx, s.DB, b, post)
	if err != nil {
		return 0, err
	}
	if round == nil {
		known, err := sqldb.Value[int64](ctx, s.DB, `SELECT COUNT(*) FROM approval_round WHERE brand = ? AND post = ?`, b, post)
		if err != nil {
			return 0, err
		}
		if known == 0 {
			return 0, fault.New(fault.NotFound, "")
		}
		return 0, errNothingAsked
	}
	if round.State != Waiting && round.State != AtClient {
		return 0, errNothingAsked
	}
	policies, err := loadPolicies(ctx, s.DB, b)
	if err != nil {
		return 0, err
	}
	_, zone, err := s.Brand(ctx, s.DB, b)
	if err != nil {
		return 0, err
	}
	now := s.DB.Now()
	if p := policies[""]; p.quiet(now, zone) {
		return 0, errQuietNow.With("from", p.QuietFrom).With("to", p.QuietTo)
	}
	people, err := s.People(ctx, b)
	if err != nil {
		return 0, err
	}
	links, err := sqldb.List(ctx, s.DB, scanLink, `SELECT `+linkColumns+` FROM approval_link WHERE brand = ? AND revoked_at IS NULL AND ends_at > ?`, b, sqldb.At(now))
	if err != nil {
		return 0, err
	}
	who := round.turn(policies, people, links)
	if len(who) == 0 {
		return 0, errNothingAsked
	}
	for _, reader := range who {
		if err := s.owe(ctx, b, reader, []owed{{round.ID, "by hand " + now.UTC().Format("2006-01-02T15")}}); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
