package publishing

import (
	"context"
	"slices"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Evergreen says whether a category whose queue is empty says its oldest posts
// again. Each repetition is a post of its own, with its own approval.
type Evergreen struct {
	On bool `json:"on"`
	// After is the least number of days since a post was last said.
	After int `json:"after"`
	// Times is how often a post is said again at most.
	Times int `json:"times"`
}

// Bounds of what a category says again.
const (
	DefaultAfter = 90
	DefaultTimes = 3
	MaxAfter     = 3650
	MaxTimes     = 50
	// evergreenDays is how far ahead an empty queue is filled, so that readers
	// have the time to read; evergreenMost bounds it.
	evergreenDays = 7
	evergreenMost = 7
	// evergreenLook is how many old posts are looked at for one that fits.
	evergreenLook = 50
)

var (
	errAfter = fault.New(fault.Invalid, "queue.evergreen_after").At("after").With("max", MaxAfter)
	errTimes = fault.New(fault.Invalid, "queue.evergreen_times").At("times").With("max", MaxTimes)
)

// SetEvergreen says whether a category begins again when its queue is empty.
// What is made is made in the name of a, with the role she has now. Errors:
// invalid, not_found.
func (s *Service) SetEvergreen(ctx context.Context, a team.Actor, b id.Brand, c CategoryID, e Evergreen) (_ Category, err error) {
	defer fault.Wrap(&err, "set evergreen")
	if err := a.Require(b, team.PublishPosts); err != nil {
		return Category{}, err
	}
	var out Category
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := s.HoldBrand(ctx, tx, b); err != nil {
			return err
		}
		if out, err = categoryIn(ctx, tx, b, c); err != nil {
			return err
		}
		switch {
		case e.After < 1 || e.After > MaxAfter:
			return errAfter
		case e.Times < 1 || e.Times > MaxTimes:
			return errTimes
		}
		out.Evergreen = e
		if _, err := tx.Exec(ctx, `UPDATE category SET evergreen = ?, evergreen_after = ?, evergreen_times = ?, evergreen_person = ?, evergreen_role = ? WHERE brand = ? AND id = ?`,
			e.On, e.After, e.Times, a.Person, a.Roles[b], b, c); err != nil {
			return err
		}
		s.queueChanged(tx, b)
		return s.planned(ctx, tx, a, b, ActEvergreenSet, "category", string(c), map[string]any{"name": out.Name, "on": e.On, "after": e.After, "times": e.Times})
	})
	return out, err
}

// evergreen is a category that begins again, and in whose name.
type evergreen struct {
	Category
	brand  id.Brand
	person id.Person
	role   team.Role
}

func (v evergreen) actor() team.Actor {
	if v.person == "" {
		return team.Program("evergreen")
	}
	return team.Actor{Person: v.person, Roles: map[id.Brand]team.Role{v.brand: v.role}}
}

// RunEvergreen fills the queues that are empty and begin again, of every brand.
// The job calls it; safe to repeat and on several nodes.
func (s *Service) RunEvergreen(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "run evergreen")
	all, err := sqldb.List(ctx, s.DB, func(r sqldb.Scanner) (v evergreen, err error) {
		return v, r.Scan(&v.ID, &v.brand, &v.Name, &v.Evergreen.After, &v.Evergreen.Times, &v.person, &v.role)
	}, `SELECT id, brand, name, evergreen_after, evergreen_times, evergreen_person, evergreen_role FROM category WHERE evergreen AND NOT paused AND removed_at IS NULL ORDER BY brand, made_at, id`)
	if err != nil {
		return err
	}
	for _, v := range all {
		if s.Away != nil {
			if away, err := s.Away(ctx, s.DB, v.brand); err != nil || away {
				continue // an archived brand says nothing
			}
		}
		if _, err := s.beginAgain(ctx, v); err != nil {
			s.Log.Error("evergreen", "brand", v.brand, "category", v.ID, "error", err)
		}
	}
	return ctx.Err()
}

// beginAgain fills one queue if it is empty, and says how many posts it made.
func (s *Service) beginAgain(ctx context.Context, v evergreen) (made int, err error) {
	if n, err := plannedOf(ctx, s.DB, v.brand, v.ID, s.DB.Now()); err != nil || n > 0 {
		return 0, err
	}
	old, err := s.oldest(ctx, v)
	if err != nil {
		return 0, err
	}
	for _, post := range old {
		done, at, err := s.sayAgain(ctx, v, post, made)
		if err != nil {
			return made, err
		}
		if done {
			made++
		}
		// One at least, however far its hour is; then what the next days hold.
		if made == evergreenMost || !at.IsZero() && at.After(s.DB.Now().AddDate(0, 0, evergreenDays)) {
			break
		}
	}
	return made, nil
}

// plannedOf counts what is planned of a category from an instant on, drafts at
// an hour included.
func plannedOf(ctx context.Context, q sqldb.Q, b id.Brand, c CategoryID, from time.Time) (int64, error) {
	return sqldb.Value[int64](ctx, q, `SELECT COUNT(*) FROM post WHERE brand = ? AND category = ? AND category <> '' AND binned_at IS NULL AND at > ?`, b, c, sqldb.At(from))
}

// oldest lists the posts that a category may say again, the one last said
// longest ago first: of each, what was said last, with the corrections people
// made since. What somebody took back, all or in part, and what comes back by a
// rule of its own are left out.
func (s *Service) oldest(ctx context.Context, v evergreen) ([]id.Post, error) {
	const family = `CASE WHEN t.origin = '' THEN t.id ELSE t.origin END`
	return sqldb.Values[id.Post](ctx, s.DB, `SELECT latest FROM (
		SELECT `+family+` AS root, MAX(t.at) AS said, MAX(t.id) AS latest, MAX(t.again) AS again,
			SUM(CASE WHEN t.badge = 'sent' AND t.binned_at IS NULL THEN 0 ELSE 1 END) AS other
		FROM post t WHERE t.brand = ? AND t.category = ? AND t.category <> '' AND NOT EXISTS (SELECT 1 FROM series_post o WHERE o.post = t.id)
		GROUP BY `+family+`) AS f
		WHERE other = 0 AND said <= ? AND again < ?
			AND NOT EXISTS (SELECT 1 FROM recall_leg l JOIN post t ON t.id = l.post WHERE t.brand = ? AND (t.id = f.root OR t.origin = f.root AND t.origin <> ''))
		ORDER BY said, root LIMIT ?`,
		v.brand, v.ID, sqldb.At(s.DB.Now().AddDate(0, 0, -v.Evergreen.After)), v.Evergreen.Times, v.brand, evergreenLook)
}

// sayAgain makes the next repetition of a post at the next free hour of its
// category, and schedules it by the ordinary path; a day on which only the hour
// stands against it is passed over. It reports false when the post may not leave
// any more: its channels are gone, a right has ended, the charter stops it, or it
// speaks of days that are over. made is how many this filling made already.
func (s *Service) sayAgain(ctx context.Context, v evergreen, post id.Post, made int) (done bool, at time.Time, err error) {
	a := v.actor()
	was, err := loadPost(ctx, s.DB, v.brand, post)
	if err != nil {
		return false, at, err
	}
	now := s.DB.Now()
	after, passed, lost := now.Add(queueLead), 0, 0
	for {
		free, err := s.nextTurn(ctx, s.DB, v.brand, "", was.channels(), v.ID, now, after)
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid) {
			return false, at, nil
		}
		if err != nil {
			return false, at, err
		}
		if made > 0 && free.At.After(now.AddDate(0, 0, evergreenDays)) {
			return false, free.At, nil
		}
		p := Post{ID: id.New[id.Post](), Brand: v.brand, Validation: Draft, Author: v.person, Editor: v.person, Version: 1, Planned: free.Wall, At: free.At, Again: was.Again + 1, Origin: was.Origin}
		if p.Origin == "" {
			p.Origin = was.ID
		}
		modelOf(was).onto(&p)
		if err := s.guard(ctx, Series{}, p); err != nil {
			return false, at, nil // too much on that day already
		}
		rendered, err := s.Preview(ctx, a, p)
		if fault.Is(err, fault.NotFound) || err == nil && len(rendered) < len(p.Variants) {
			return false, at, nil // a channel of it is gone
		}
		if err != nil {
			return false, at, err
		}
		if slices.ContainsFunc(rendered, func(r Rendered) bool { return network.Blocking(r.Problems) != nil }) {
			return false, at, nil
		}
		if err := s.mayLeave(ctx, a, p, rendered, When{Wall: p.Planned}); fault.Is(err, fault.Invalid) {
			if fault.As(err).Values["hour"] != true || passed == maxDaysPassed {
				return false, at, nil
			}
			passed++
			loc, err := clock.Zone(free.Wall.Zone)
			if err != nil {
				return false, at, err
			}
			after = clock.Midnight(free.At, loc).AddDate(0, 0, 1)
			continue
		} else if err != nil {
			return false, at, err
		}
		if over, err := s.over(ctx, a, p, rendered); err != nil || over {
			return false, at, err
		}
		err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
			if err := s.HoldBrand(ctx, tx, v.brand); err != nil {
				return err
			}
			still, err := s.stillEmpty(ctx, tx, v, p, made)
			if err != nil || !still {
				return err
			}
			again, err := s.nextTurn(ctx, tx, v.brand, "", p.channels(), v.ID, now, after)
			if err != nil {
				return err
			}
			if !again.At.Equal(free.At) {
				return errTaken
			}
			done = true
			return s.insertAgain(ctx, tx, a, p, was, rendered)
		})
		switch {
		case err == nil:
			s.wake()
			return done, free.At, nil
		case fault.As(err).Key == errTaken.Key && lost < 20:
			done = false
			lost++
		default:
			return false, at, err
		}
	}
}

// insertAgain writes a repetition and plans it.
func (s *Service) insertAgain(ctx context.Context, tx *sqldb.Tx, a team.Actor, p, was Post, rendered []Rendered) error {
	p.Made, p.Edited = tx.Now, tx.Now
	if err := insertPost(ctx, tx, p); err != nil {
		return err
	}
	if err := index(ctx, tx, p); err != nil {
		return err
	}
	if err := s.record(ctx, tx, a, p, ActCreated, map[string]any{"evergreen": p.Origin, "again": p.Again, "from": was.ID}, 0); err != nil {
		return err
	}
	s.changed(tx, p.Brand, p.ID)
	s.queueChanged(tx, p.Brand)
	_, err := s.scheduleIn(ctx, tx, a, &p, rendered, When{Wall: p.Planned})
	return err
}

// stillEmpty tells, in the transaction that makes a repetition, whether nobody
// else made one, planned something, paused the category or changed its mind.
func (s *Service) stillEmpty(ctx context.Context, tx *sqldb.Tx, v evergreen, p Post, made int) (bool, error) {
	n, err := plannedOf(ctx, tx, v.brand, v.ID, tx.Now)
	if err != nil || int(n) > made {
		return false, err
	}
	on, err := sqldb.Value[int64](ctx, tx, `SELECT COUNT(*) FROM category WHERE brand = ? AND id = ? AND evergreen AND NOT paused AND removed_at IS NULL`, v.brand, v.ID)
	if err != nil || on == 0 {
		return false, err
	}
	there, err := sqldb.Value[int64](ctx, tx, `SELECT COUNT(*) FROM post WHERE brand = ? AND origin = ? AND origin <> '' AND again >= ?`, v.brand, p.Origin, p.Again)
	return there == 0, err
}

// over tells whether what a post says names days that will be over at its hour:
// an offer of last spring is not evergreen.
func (s *Service) over(ctx context.Context, a team.Actor, p Post, all []Rendered) (bool, error) {
	for _, r := range all {
		found, err := s.examine(ctx, s.subject(p, r.Channel, r.Content, a.Brands()))
		if err != nil {
			return false, err
		}
		for _, f := range found {
			if f.Rule == RulePast {
				return true, nil
			}
		}
	}
	return false, nil
}

// RulePast is the rule of an examiner that finds days in a text that are over
// when it leaves.
const RulePast = "preflight.past"
