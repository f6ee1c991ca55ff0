package publishing

import (
	"context"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Rezone takes the hours on the wall at their word again: when the rules of a
// zone have changed (a country drops its summer time), nine o'clock is another
// instant than was believed, and nine o'clock is what the person meant. What
// is planned or held moves, with a line in its story and an act; posts follow
// on the calendar. An hour that comes out in the past is late like any other.
// The program calls it at start and once a day; safe to repeat.
func (s *Service) Rezone(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "follow the rules of zones")
	if err := s.rezonePublications(ctx); err != nil {
		return err
	}
	return s.rezonePosts(ctx)
}

// drift is how far a stored instant may stand from its wall: "now" keeps its
// seconds, the wall does not.
const drift = time.Minute

// wallAt is where a wall lies as the rules stand, if that is elsewhere.
func wallAt(w clock.Wall, stored time.Time) (time.Time, bool) {
	at, _, err := w.Instant()
	if err != nil {
		return stored, false // a zone this program does not know keeps its instant
	}
	off := at.Sub(stored)
	return at, off >= drift || off <= -drift
}

func (s *Service) rezonePublications(ctx context.Context) error {
	type key struct {
		brand id.Brand
		id    id.Publication
	}
	var moved []key
	// Only what waits for an hour of the wall: a retry has an hour of its own.
	for _, where := range []string{`state IN ('planned', 'due') AND state = 'planned' AND next_at > ?`, `state = 'pending' AND due_at > ?`, isFrozen + ` AND due_at > ?`} {
		err := sqldb.Each(ctx, s.DB, func(r sqldb.Scanner) error {
			p, err := scanPublication(r)
			if _, off := wallAt(p.Planned, p.DueAt); err == nil && off {
				moved = append(moved, key{p.Brand, p.ID})
			}
			return err
		}, `SELECT `+publicationColumns+` FROM publication WHERE `+where, sqldb.At(s.DB.Now()))
		if err != nil {
			return err
		}
	}
	for _, k := range moved {
		err := s.DB.Write(ctx, func(tx *sqldb.Tx) error { return s.rezone(ctx, tx, k.brand, k.id) })
		if err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.NotFound) {
			return err // what leaves or is edited at this moment keeps its hour until the next time
		}
	}
	if len(moved) > 0 {
		s.wake()
	}
	return nil
}

func (s *Service) rezone(ctx context.Context, tx *sqldb.Tx, b id.Brand, p id.Publication) error {
	pub, err := loadPublication(ctx, tx, b, p)
	if err != nil || pub.State != Planned && pub.State != Pending && pub.State != Frozen {
		return err
	}
	at, off := wallAt(pub.Planned, pub.DueAt)
	if !off {
		return nil
	}
	if err := enter(ctx, tx, b, pub.Post); err != nil {
		return err
	}
	was := pub.DueAt
	pub.DueAt = at
	if pub.State == Planned {
		pub.NextAt = at
	}
	if err := updateWaiting(ctx, tx, pub); err != nil {
		return err
	}
	what := map[string]any{"local": pub.Planned.Local, "zone": pub.Planned.Zone, "from": was, "at": at}
	if err := addSteps(ctx, tx, p, Step{What: StepRezoned, Detail: what}); err != nil {
		return err
	}
	if post, err := loadPost(ctx, tx, b, pub.Post); err != nil {
		return err
	} else if err := s.regateStored(ctx, tx, team.Program("clock"), post); err != nil {
		return err
	}
	s.changed(tx, b, pub.Post)
	return s.Book.Record(ctx, tx, logbook.Entry{Brand: b, Actor: team.Program("clock").Signs(), Act: ActRezoned,
		Subject: logbook.Subject{Kind: "publication", ID: string(p)}, Data: with(what, "post", pub.Post, "channel", pub.Channel)})
}

// rezonePosts lets the calendar follow, drafts' wishes included. The post's
// version does not move: nobody edited it.
func (s *Service) rezonePosts(ctx context.Context) error {
	type row struct {
		brand id.Brand
		post  id.Post
		wall  clock.Wall
		was   sqldb.Time
	}
	var moved []row
	err := sqldb.Each(ctx, s.DB, func(r sqldb.Scanner) error {
		var p row
		err := r.Scan(&p.brand, &p.post, &p.wall.Local, &p.wall.Zone, &p.was)
		if _, off := wallAt(p.wall, p.was.Time); err == nil && off {
			moved = append(moved, p)
		}
		return err
	}, `SELECT brand, id, local_time, zone, at FROM post WHERE at > ? AND local_time <> ''`, sqldb.At(s.DB.Now()))
	if err != nil {
		return err
	}
	for part := range sqldb.Chunks(moved, 500) {
		err := s.DB.Write(ctx, func(tx *sqldb.Tx) error {
			for _, p := range part {
				at, _ := wallAt(p.wall, p.was.Time)
				if _, err := tx.Exec(ctx, `UPDATE post SET at = ? WHERE brand = ? AND id = ? AND at = ? AND local_time = ? AND zone = ?`,
					sqldb.At(at), p.brand, p.post, p.was, p.wall.Local, p.wall.Zone); err != nil {
					return err
				}
				s.changed(tx, p.brand, p.post)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
