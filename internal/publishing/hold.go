package publishing

import (
	"context"
	"maps"
	"slices"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// HeldByCategory is the problem of a publication that the pause of its category
// holds. Stored; never renamed.
const HeldByCategory = "publishing.held_category"

// Late says what becomes of posts whose hour passed during a pause.
type Late string

const (
	LateSlots  Late = "slots"  // each takes the next free hour of the category
	LateDrafts Late = "drafts" // they are drafts again
)

// Hold is what stands in a category's way: how many posts a pause would hold, or
// holds, and how many of these missed their hour by now.
type Hold struct {
	Planned int `json:"planned"`
	Held    int `json:"held"`
	Late    int `json:"late"`
}

// Resumed says what the end of a pause did with what it held.
type Resumed struct {
	Category Category `json:"category"`
	Freed    int      `json:"freed"`  // leave at their hour
	Moved    int      `json:"moved"`  // have another hour
	Drafts   int      `json:"drafts"` // are drafts again
}

var (
	errHolds = fault.New(fault.Conflict, "queue.holds").At("paused")
	errLate  = fault.New(fault.Invalid, "queue.late").At("late")
)

// HoldOf counts what the pause of a category would hold, or holds. Errors:
// not_found.
func (s *Service) HoldOf(ctx context.Context, a team.Actor, b id.Brand, c CategoryID) (_ Hold, err error) {
	defer fault.Wrap(&err, "count what a pause holds")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return Hold{}, err
	}
	if _, err := categoryIn(ctx, s.DB, b, c); err != nil {
		return Hold{}, err
	}
	n, err := sqldb.Value[int64](ctx, s.DB, `SELECT COUNT(DISTINCT post) FROM publication WHERE `+holdable, b, b, c)
	if err != nil {
		return Hold{}, err
	}
	held, err := heldPosts(ctx, s.DB, b, c)
	if err != nil {
		return Hold{}, err
	}
	late, err := lateOf(ctx, s.DB, b, c, s.DB.Now())
	return Hold{Planned: int(n), Held: int(held), Late: len(late)}, err
}

// holdable is what a pause can hold: what waits and of which nothing has left.
const holdable = `brand = ? AND post IN (SELECT id FROM post WHERE brand = ? AND category = ? AND category <> '' AND binned_at IS NULL) AND (state IN ('planned', 'pending', 'due') OR state = 'frozen' AND problem = '') AND sent = '[]'`

// PauseCategory pauses a category: no free slot is its turn. With hold, what is
// planned of it stays where it is and does not leave until the category goes on;
// what somebody schedules afterwards by hand leaves. It returns how many posts it
// holds. Safe to repeat. Errors: not_found.
func (s *Service) PauseCategory(ctx context.Context, a team.Actor, b id.Brand, c CategoryID, hold bool) (held int, err error) {
	defer fault.Wrap(&err, "pause category")
	if err := a.Require(b, team.PublishPosts); err != nil {
		return 0, err
	}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := s.HoldBrand(ctx, tx, b); err != nil { // nobody plans while it is held
			return err
		}
		cat, err := categoryIn(ctx, tx, b, c)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE category SET paused = TRUE WHERE brand = ? AND id = ?`, b, c); err != nil {
			return err
		}
		if hold {
			moved, err := moveMany(ctx, tx, b, holdable, []any{b, b, c}, `state = 'frozen', problem = ?, next_at = NULL`, []any{HeldByCategory},
				Step{What: StepFrozen, Who: string(a.Person), Problem: HeldByCategory})
			if err != nil {
				return err
			}
			held = len(moved.posts)
			for _, post := range slices.Sorted(maps.Keys(moved.posts)) {
				if _, err := tx.Exec(ctx, `INSERT INTO category_held (post, brand, category, since) VALUES (?,?,?,?) ON CONFLICT (post) DO UPDATE SET category = excluded.category, since = excluded.since`,
					post, b, c, sqldb.At(tx.Now)); err != nil {
					return err
				}
			}
			if err := s.touched(ctx, tx, moved); err != nil {
				return err
			}
		}
		s.queueChanged(tx, b)
		return s.planned(ctx, tx, a, b, ActCategoryPaused, "category", string(c), map[string]any{"name": cat.Name, "held": held})
	})
	if err == nil {
		s.wake()
	}
	return held, err
}

// ResumeCategory lets a category go on: what its pause held and is still to come
// leaves at its hour, if it is approved; late says what becomes of what missed
// its hour, and must be said when there is any. Where no free slot is left, a
// late post is a draft again. Safe to repeat. Errors: not_found, invalid (late).
func (s *Service) ResumeCategory(ctx context.Context, a team.Actor, b id.Brand, c CategoryID, late Late) (out Resumed, err error) {
	defer fault.Wrap(&err, "resume category")
	if err := a.Require(b, team.PublishPosts); err != nil {
		return out, err
	}
	var rest []id.Post
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := s.HoldBrand(ctx, tx, b); err != nil {
			return err
		}
		var err error
		if out.Category, err = categoryIn(ctx, tx, b, c); err != nil {
			return err
		}
		if rest, err = lateOf(ctx, tx, b, c, tx.Now); err != nil {
			return err
		}
		if len(rest) > 0 && late != LateSlots && late != LateDrafts {
			return errLate.With("n", len(rest))
		}
		if _, err := tx.Exec(ctx, `UPDATE category SET paused = FALSE WHERE brand = ? AND id = ?`, b, c); err != nil {
			return err
		}
		out.Category.Paused = false
		if out.Freed, err = s.freeHeld(ctx, tx, a, b, c); err != nil {
			return err
		}
		s.queueChanged(tx, b)
		return s.planned(ctx, tx, a, b, ActCategoryResumed, "category", string(c), map[string]any{"name": out.Category.Name, "freed": out.Freed, "late": len(rest), "as": late})
	})
	if err != nil {
		return out, err
	}
	s.wake()
	for _, post := range rest {
		moved := false
		if late == LateSlots {
			if moved, err = s.toNextTurn(ctx, a, b, post); err != nil {
				return out, err
			}
		}
		if moved {
			out.Moved++
		} else if err := s.Unschedule(ctx, a, b, post); err != nil && !fault.Is(err, fault.NotFound) {
			return out, err
		} else {
			out.Drafts++
		}
		if _, err := s.DB.Exec(ctx, `DELETE FROM category_held WHERE brand = ? AND post = ?`, b, post); err != nil {
			return out, err
		}
	}
	return out, nil
}

// freeHeld lets go what a pause holds and whose hour is to come: to its hour, to
// wait for its readers, or to wait for the end of a freeze. It counts posts.
func (s *Service) freeHeld(ctx context.Context, tx *sqldb.Tx, a team.Actor, b id.Brand, c CategoryID) (int, error) {
	const held = isFrozen + ` AND problem = ? AND due_at > ? AND post IN (SELECT post FROM category_held WHERE brand = ? AND category = ?)`
	args := []any{HeldByCategory, sqldb.At(tx.Now), b, c}
	frozen, err := frozenNow(ctx, tx, b)
	if err != nil {
		return 0, err
	}
	type way struct{ where, set string }
	ways := []way{{` AND cleared = hash`, `state = 'planned', next_at = due_at, problem = ''`}, {` AND cleared <> hash`, `state = 'pending', next_at = NULL, problem = ''`}}
	if frozen {
		ways = []way{{``, `problem = ''`}}
	}
	posts := map[id.Post]id.Brand{}
	for i, w := range ways {
		step := Step{What: StepThawed, Who: string(a.Person)}
		if i == 1 {
			step = Step{What: StepAwaits}
		}
		moved, err := moveMany(ctx, tx, b, held+w.where, args, w.set, nil, step)
		if err != nil {
			return 0, err
		}
		if err := s.touched(ctx, tx, moved); err != nil {
			return 0, err
		}
		maps.Copy(posts, moved.posts)
	}
	for _, post := range slices.Sorted(maps.Keys(posts)) {
		p, err := loadPost(ctx, tx, b, post)
		if err == nil {
			err = s.regateStored(ctx, tx, a, p)
		}
		if err != nil {
			return 0, err
		}
	}
	_, err = tx.Exec(ctx, `DELETE FROM category_held WHERE brand = ? AND category = ? AND NOT EXISTS (SELECT 1 FROM publication p WHERE p.brand = category_held.brand AND p.post = category_held.post AND p.state = 'frozen' AND p.problem = ?)`,
		b, c, HeldByCategory)
	return len(posts), err
}

// toNextTurn gives a post the next free hour of its category, by the ordinary
// move: its approval is asked for again where the rule says so. It reports false
// when there is no such hour, or nothing of it can be moved.
func (s *Service) toNextTurn(ctx context.Context, a team.Actor, b id.Brand, post id.Post) (bool, error) {
	p, err := s.Get(ctx, a, b, post)
	if err != nil {
		return false, err
	}
	now := s.DB.Now()
	after, passed, lost := now.Add(queueLead), 0, 0
	for {
		free, err := s.nextTurn(ctx, s.DB, b, post, p.channels(), p.Category, now, after)
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid) {
			return false, nil
		}
		if err == nil {
			err = s.mayMove(ctx, a, b, []Move{{Post: post, To: free.Wall}})
		}
		if fault.Is(err, fault.Invalid) && passed < maxDaysPassed {
			passed++ // something stands against that day: the next one
			loc, zerr := clock.Zone(free.Wall.Zone)
			if zerr != nil {
				return false, zerr
			}
			after = clock.Midnight(free.At, loc).AddDate(0, 0, 1)
			continue
		}
		if fault.Is(err, fault.Invalid) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
			if err := s.HoldBrand(ctx, tx, b); err != nil {
				return err
			}
			if err := enter(ctx, tx, b, post); err != nil {
				return err
			}
			p, err := loadPost(ctx, tx, b, post)
			if err != nil {
				return err
			}
			again, err := s.nextTurn(ctx, tx, b, post, p.channels(), p.Category, now, after)
			if err != nil {
				return err
			}
			if !again.At.Equal(free.At) {
				return errTaken // by somebody, a moment ago
			}
			_, err = s.moveOne(ctx, tx, a, p, free.Wall)
			return err
		})
		switch {
		case err == nil:
			s.wake()
			return true, nil
		case fault.As(err).Key == errTaken.Key && lost < 20:
			lost++
		case fault.Is(err, fault.Conflict):
			return false, nil
		default:
			return false, err
		}
	}
}

// categoryIn reads one category of a brand. Errors: not_found.
func categoryIn(ctx context.Context, q sqldb.Q, b id.Brand, c CategoryID) (Category, error) {
	all, err := categories(ctx, q, b)
	if err != nil {
		return Category{}, err
	}
	i := slices.IndexFunc(all, func(o Category) bool { return o.ID == c })
	if i < 0 {
		return Category{}, fault.New(fault.NotFound, "")
	}
	return all[i], nil
}

// heldPosts counts what a category's pause holds.
func heldPosts(ctx context.Context, q sqldb.Q, b id.Brand, c CategoryID) (int64, error) {
	return sqldb.Value[int64](ctx, q, `SELECT COUNT(DISTINCT h.post) FROM category_held h JOIN publication p ON p.post = h.post WHERE h.brand = ? AND h.category = ? AND p.state = 'frozen' AND p.problem = ?`, b, c, HeldByCategory)
}

// lateOf lists what a pause holds and whose hour has passed, by hour.
func lateOf(ctx context.Context, q sqldb.Q, b id.Brand, c CategoryID, now time.Time) ([]id.Post, error) {
	return sqldb.Values[id.Post](ctx, q, `SELECT h.post FROM category_held h JOIN publication p ON p.post = h.post WHERE h.brand = ? AND h.category = ? AND p.state = 'frozen' AND p.problem = ? AND p.due_at <= ?
		GROUP BY h.post ORDER BY MIN(p.due_at), h.post`, b, c, HeldByCategory, sqldb.At(now))
}

// heldStill tells whether the pause that holds a post goes on.
func heldStill(ctx context.Context, q sqldb.Q, p Post) (bool, error) {
	n, err := sqldb.Value[int64](ctx, q, `SELECT COUNT(*) FROM category_held h JOIN category c ON c.id = h.category AND c.brand = h.brand WHERE h.brand = ? AND h.post = ? AND c.paused AND c.removed_at IS NULL`, p.Brand, p.ID)
	return n > 0, err
}
