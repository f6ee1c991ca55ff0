package publishing

import (
	"context"
	"slices"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// queueLead is the least time between now and a slot that is taken: what was
// just written is looked at once more.
const queueLead = 5 * time.Minute

// queueAhead is how far a free slot is looked for, step by step: a category may
// have one hour a week and many posts.
func queueAhead() []int { return []int{56, 182, 364} } // days

// maxDaysPassed bounds the days that the queue passes over because an examiner
// stops the post on them.
const maxDaysPassed = 20

var (
	errNoTurn = fault.New(fault.NotFound, "queue.no_turn")
	errTaken  = fault.New(fault.Conflict, "queue.taken")
)

// NextFree is the slot that a post of a category ("": of none) on these channels
// would take now: the first free hour of one of them that is the category's own
// or, among those open to all, its turn; a post of no category takes any hour
// open to all. At an hour taken no other channel of it has a post either.
// Errors: not_found when there is none within a year, invalid when the category is
// paused.
func (s *Service) NextFree(ctx context.Context, a team.Actor, b id.Brand, channels []id.Channel, c CategoryID) (_ Free, err error) {
	defer fault.Wrap(&err, "next free slot")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return Free{}, err
	}
	now := s.DB.Now()
	return s.nextTurn(ctx, s.DB, b, "", channels, c, now, now.Add(queueLead))
}

// nextTurn is NextFree not before an instant, for a post that may stand at an
// hour already.
func (s *Service) nextTurn(ctx context.Context, q sqldb.Q, b id.Brand, post id.Post, channels []id.Channel, c CategoryID, now, after time.Time) (Free, error) {
	if c != "" {
		all, err := categories(ctx, q, b)
		if err != nil {
			return Free{}, err
		}
		i := slices.IndexFunc(all, func(o Category) bool { return o.ID == c })
		switch {
		case i < 0:
			return Free{}, errCategory
		case all[i].Paused:
			return Free{}, errPaused.With("name", all[i].Name)
		}
	}
	for _, days := range queueAhead() {
		turns, used, err := s.turns(ctx, q, b, post, now, after, after.AddDate(0, 0, days))
		if err != nil {
			return Free{}, err
		}
		for _, t := range turns {
			if t.taken || !slices.Contains(channels, t.Slot.Channel) || c != "" && t.For != c || c == "" && t.Slot.Category != "" {
				continue
			}
			if !slices.ContainsFunc(channels, func(o id.Channel) bool {
				_, taken := used[hourOf{o, t.At.UnixMilli()}]
				return taken
			}) {
				return t.Free, nil
			}
		}
		if len(turns) == 0 {
			break
		}
	}
	if c != "" {
		return Free{}, errNoTurn
	}
	return Free{}, errNoSlot
}

// Enqueue schedules a post at the next free slot of its category, by the same
// path as Schedule: what may not be scheduled is not, approval and charter look
// at it, and a day on which only the hour stands against it is passed over. Two
// people never get the same slot. Errors: those of Schedule, not_found (no free
// slot), invalid (its category is paused).
func (s *Service) Enqueue(ctx context.Context, a team.Actor, b id.Brand, post id.Post, version int64) (_ Planning, err error) {
	defer fault.Wrap(&err, "add to queue")
	if err := a.Require(b, team.PublishPosts); err != nil {
		return Planning{}, err
	}
	p, err := s.Get(ctx, a, b, post)
	if err != nil {
		return Planning{}, err
	}
	now := s.DB.Now()
	after, passed, lost := now.Add(queueLead), 0, 0
	for {
		free, err := s.nextTurn(ctx, s.DB, b, post, p.channels(), p.Category, now, after)
		if err != nil {
			return Planning{}, err
		}
		out, err := s.scheduleIf(ctx, a, b, post, version, When{Wall: free.Wall}, func(tx *sqldb.Tx) error {
			if err := s.HoldBrand(ctx, tx, b); err != nil {
				return err
			}
			again, err := s.nextTurn(ctx, tx, b, post, p.channels(), p.Category, now, after)
			if err == nil && !again.At.Equal(free.At) {
				return errTaken // by somebody, a moment ago
			}
			return err
		})
		e := fault.As(err)
		switch {
		case err == nil:
			return out, nil
		case e.Key == errTaken.Key && lost < 20:
			lost++
		case e.Key == errBlocked.Key && e.Values["hour"] == true && passed < maxDaysPassed:
			passed++
			loc, err := clock.Zone(free.Wall.Zone)
			if err != nil {
				return Planning{}, err
			}
			after = clock.Midnight(free.At, loc).AddDate(0, 0, 1)
		default:
			return Planning{}, err
		}
	}
}
