package publishing

import (
	"context"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// When is the hour of a post: on the wall of the brand, or now.
type When struct {
	Wall clock.Wall
	Now  bool
}

var (
	errPast     = fault.New(fault.Invalid, "publishing.past").At("when").Numbered(2004)
	errNoPlace  = fault.New(fault.Invalid, "publishing.no_channel").At("variants").Numbered(2005)
	errBlocked  = fault.New(fault.Invalid, "publishing.blocked").Numbered(2006)
	errBegun    = fault.New(fault.Conflict, "publishing.begun").Numbered(2007)
	errTooLater = fault.New(fault.Invalid, "publishing.too_far").At("when")
)

// Horizon is how far ahead a post can be planned: beyond, a typing error in the
// year is likelier than an intention.
const Horizon = 5 * 366 * 24 * time.Hour

// Planning is what became of an hour.
type Planning struct {
	Post Post `json:"post"`
	// Fit is Gap or Twice on the nights the clocks change; the page says so.
	Fit clock.Fit `json:"fit"`
}

// Schedule puts a post on the calendar with exactly what it says now: one
// publication per variant. On a post already scheduled it renews what waits,
// content and hour; what has left stays as it is. version guards against a
// save in between. Errors: invalid (past hour, no channel, something does not
// fit: field "variants", Values "channel" and "problem"), conflict.
func (s *Service) Schedule(ctx context.Context, a team.Actor, b id.Brand, post id.Post, version int64, when When) (_ Planning, err error) {
	defer fault.Wrap(&err, "schedule")
	return s.scheduleIf(ctx, a, b, post, version, when, nil)
}

// scheduleIf is Schedule when still, asked first in the transaction that writes
// the hour, has no objection.
func (s *Service) scheduleIf(ctx context.Context, a team.Actor, b id.Brand, post id.Post, version int64, when When, still func(tx *sqldb.Tx) error) (_ Planning, err error) {
	if err := a.Require(b, team.PublishPosts); err != nil {
		return Planning{}, err
	}
	seen, err := s.Get(ctx, a, b, post)
	if err != nil {
		return Planning{}, err
	}
	rendered, err := s.Preview(ctx, a, seen) // outside of the transaction: it reads other rooms
	if err != nil {
		return Planning{}, err
	}
	if len(rendered) == 0 {
		return Planning{}, errNoPlace
	}
	for _, r := range rendered {
		if f := network.Blocking(r.Problems); f != nil {
			return Planning{}, errBlocked.At("variants").With("channel", r.Channel.Handle).With("problem", f.Key).With("values", f.Values)
		}
	}
	if err := s.mayLeave(ctx, a, seen, rendered, when); err != nil {
		return Planning{}, err
	}
	var out Planning
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if still != nil {
			if err := still(tx); err != nil {
				return err
			}
		}
		if err := enter(ctx, tx, b, post); err != nil {
			return err
		}
		p, err := loadPost(ctx, tx, b, post)
		if err != nil {
			return err
		}
		if p.Version != version || p.Version != seen.Version {
			return errChanged.With("version", p.Version).With("who", string(p.Editor))
		}
		if !p.Binned.IsZero() {
			return errGone
		}
		out.Fit, err = s.scheduleIn(ctx, tx, a, &p, rendered, when)
		out.Post = p
		return err
	})
	if err != nil {
		return Planning{}, err
	}
	s.wake()
	out.Post, err = s.Get(ctx, a, b, post)
	return out, err
}

// scheduleIn is Schedule inside of a transaction: p was read, or made, in it,
// and rendered is what it says.
func (s *Service) scheduleIn(ctx context.Context, tx *sqldb.Tx, a team.Actor, p *Post, rendered []Rendered, when When) (fit clock.Fit, err error) {
	if p.Planned, p.At, fit, err = s.hour(ctx, tx, p.Brand, when); err != nil {
		return fit, err
	}
	return fit, s.scheduleAt(ctx, tx, a, p, rendered, a.Person, false)
}

// scheduleAt is scheduleIn at the hour that p has. waits has everything wait
// for the gate first, even where its hour has passed.
func (s *Service) scheduleAt(ctx context.Context, tx *sqldb.Tx, a team.Actor, p *Post, rendered []Rendered, editor id.Person, waits bool) error {
	frozen, err := frozenNow(ctx, tx, p.Brand)
	if err != nil {
		return err
	}
	named, err := s.plan(ctx, tx, a, *p, rendered, frozen)
	if err != nil {
		return err
	}
	if waits && s.Gate != nil {
		if _, err := tx.Exec(ctx, `UPDATE publication SET state = 'pending', next_at = NULL, version = version + 1 WHERE brand = ? AND post = ? AND state = 'planned'`, p.Brand, p.ID); err != nil {
			return err
		}
	}
	p.Validation, p.Changed, p.Edited, p.Editor = Approved, false, tx.Now, editor
	if err := s.regate(ctx, tx, a, p); err != nil {
		return err
	}
	version := p.Version
	p.Version++
	if err := updatePost(ctx, tx, *p, version); err != nil {
		return err
	}
	if err := refreshBadge(ctx, tx, p.Brand, p.ID); err != nil {
		return err
	}
	s.changed(tx, p.Brand, p.ID)
	return s.record(ctx, tx, a, *p, ActScheduled, map[string]any{"local": p.Planned.Local, "zone": p.Planned.Zone, "at": p.At, "channels": named}, 0)
}

// hour turns When into a wall and an instant. Past hours are refused, with a
// minute's grace for the time it takes to press the button.
func (s *Service) hour(ctx context.Context, tx *sqldb.Tx, b id.Brand, when When) (clock.Wall, time.Time, clock.Fit, error) {
	if when.Now {
		zone, err := s.Zone(ctx, tx, b)
		if err != nil {
			return clock.Wall{}, time.Time{}, "", err
		}
		w, err := clock.At(tx.Now, zone)
		return w, tx.Now, clock.Exact, err
	}
	w, err := s.wallIn(ctx, tx, b, when.Wall)
	if err != nil {
		return w, time.Time{}, "", err
	}
	at, fit, err := w.Instant()
	switch {
	case err != nil:
		return w, at, fit, err
	case at.Before(tx.Now.Add(-time.Minute)):
		return w, at, fit, errPast.With("local", w.Local)
	case at.After(tx.Now.Add(Horizon)):
		return w, at, fit, errTooLater.With("local", w.Local)
	}
	return w, at, fit, nil
}

// plan writes one publication per variant and takes away those of channels the
// post no longer goes to.
func (s *Service) plan(ctx context.Context, tx *sqldb.Tx, a team.Actor, p Post, rendered []Rendered, frozen bool) ([]map[string]any, error) {
	old, err := loadPublications(ctx, tx, p.Brand, p.ID)
	if err != nil {
		return nil, err
	}
	byChannel := map[id.Channel]Publication{}
	for _, o := range old {
		byChannel[o.Channel] = o
	}
	state := Planned
	if frozen {
		state = Frozen
	}
	var named []map[string]any
	for _, r := range rendered {
		o, had := byChannel[r.Channel.ID]
		delete(byChannel, r.Channel.ID)
		if had && !o.State.Waiting() {
			continue // has left, or is leaving: what was said is said
		}
		if had && len(o.Sent) > 0 {
			continue // half a thread stands on the network; Retry goes on with it
		}
		next := o
		next.State, next.Content, next.Hash, next.Planned = state, r.Content, r.Hash, p.Planned
		next.DueAt, next.NextAt, next.Problem, next.Detail, next.Stale = p.At, p.At, "", nil, false
		if next.Cleared = ""; s.Gate == nil {
			next.Cleared = r.Hash
		}
		step := StepScheduled
		if had {
			if err := updateWaiting(ctx, tx, next); err != nil {
				return nil, err
			}
			if err := saveContent(ctx, tx, next); err != nil {
				return nil, err
			}
			step = StepRenewed
			if o.Hash == r.Hash {
				step = StepMoved
			}
		} else {
			next.ID, next.Brand, next.Post, next.Channel, next.Version = id.New[id.Publication](), p.Brand, p.ID, r.Channel.ID, 1
			if err := insertPublication(ctx, tx, next); err != nil {
				return nil, err
			}
		}
		if err := addSteps(ctx, tx, next.ID, Step{What: step, Who: string(a.Person), Detail: map[string]any{"local": p.Planned.Local, "zone": p.Planned.Zone}}); err != nil {
			return nil, err
		}
		for _, m := range r.Content.Media() {
			rule := r.Channel.Capabilities.Images
			rule.Cut = m.Cut
			if err := s.Media.Prepare(ctx, tx, p.Brand, []id.Media{m.ID}, rule); err != nil {
				return nil, err
			}
		}
		named = append(named, map[string]any{"channel": r.Channel.ID, "hash": r.Hash})
	}
	for _, o := range byChannel {
		if err := s.dropWaiting(ctx, tx, o); err != nil {
			return nil, err
		}
	}
	return named, nil
}

// dropWaiting takes a publication that never began off the ledger; one with a
// past stays on record.
func (s *Service) dropWaiting(ctx context.Context, tx *sqldb.Tx, o Publication) error {
	if !o.State.Waiting() {
		if o.State == Sending || o.State == Handed || o.State == Unknown {
			return errBegun
		}
		return nil
	}
	if o.Attempts > 0 {
		// Tried and not taken: the record of it is kept, it will not leave.
		o.State, o.NextAt, o.Problem = Failed, time.Time{}, "publishing.taken_off"
		if err := updateWaiting(ctx, tx, o); err != nil {
			return err
		}
		return addSteps(ctx, tx, o.ID, Step{What: StepStopped})
	}
	n, err := tx.Exec(ctx, `DELETE FROM publication WHERE brand = ? AND id = ? AND version = ? AND attempts = 0 AND state IN ('planned','pending','due','frozen','failed')`, o.Brand, o.ID, o.Version)
	if err == nil && n == 0 {
		return errLeaving
	}
	return err
}

// takeOff removes everything of a post that waits.
func (s *Service) takeOff(ctx context.Context, tx *sqldb.Tx, a team.Actor, p *Post) error {
	old, err := loadPublications(ctx, tx, p.Brand, p.ID)
	if err != nil {
		return err
	}
	for _, o := range old {
		if err := s.dropWaiting(ctx, tx, o); err != nil {
			return err
		}
	}
	if err := s.regate(ctx, tx, a, p); err != nil {
		return err
	}
	if err := refreshBadge(ctx, tx, p.Brand, p.ID); err != nil {
		return err
	}
	states, err := sqldb.Values[State](ctx, tx, `SELECT state FROM publication WHERE brand = ? AND post = ?`, p.Brand, p.ID)
	p.Badge, p.Changed = BadgeOf(states), false
	if p.Badge == NoBadge {
		p.Validation = Draft
	}
	return err
}

// Unschedule takes posts back to drafts; their hour stays as a wish on the
// calendar. What is leaving is a conflict. Safe to repeat.
func (s *Service) Unschedule(ctx context.Context, a team.Actor, b id.Brand, posts ...id.Post) (err error) {
	defer fault.Wrap(&err, "unschedule")
	if err := a.Require(b, team.PublishPosts); err != nil {
		return err
	}
	return s.each(ctx, a, b, posts, func(tx *sqldb.Tx, p Post) error {
		if p.Badge == NoBadge {
			return nil
		}
		if err := s.takeOff(ctx, tx, a, &p); err != nil {
			return err
		}
		return s.put(ctx, tx, a, p, ActUnscheduled)
	})
}

// Move is one post's new hour.
type Move struct {
	Post id.Post    `json:"post"`
	To   clock.Wall `json:"to"` // Zone empty: the brand's

	from string // refused as a conflict when the post stands elsewhere by now
}

// Moved says what a move did; From undoes it.
type Moved struct {
	Post id.Post    `json:"post"`
	From clock.Wall `json:"from"`
	To   clock.Wall `json:"to"`
	Fit  clock.Fit  `json:"fit"`
}

// MoveTo gives posts other hours, all or none: what is scheduled moves with its
// content untouched, a draft's wish moves. Errors: invalid (past hour),
// conflict (something of it has left or is leaving: Values "title").
func (s *Service) MoveTo(ctx context.Context, a team.Actor, b id.Brand, all ...Move) (_ []Moved, err error) {
	defer fault.Wrap(&err, "move")
	if err := s.mayMove(ctx, a, b, all); err != nil {
		return nil, err
	}
	to, read := map[id.Post]clock.Wall{}, map[id.Post]string{}
	var posts []id.Post
	for _, m := range all {
		to[m.Post], read[m.Post] = m.To, m.from
		posts = append(posts, m.Post)
	}
	var out []Moved
	err = s.each(ctx, a, b, posts, func(tx *sqldb.Tx, p Post) error {
		if was := read[p.ID]; was != "" && was != p.Planned.Local {
			return errChanged.With("version", p.Version).With("who", string(p.Editor))
		}
		moved, err := s.moveOne(ctx, tx, a, p, to[p.ID])
		out = append(out, moved)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// moveOne gives a post, read in this transaction, another hour.
func (s *Service) moveOne(ctx context.Context, tx *sqldb.Tx, a team.Actor, p Post, to clock.Wall) (_ Moved, err error) {
	b, from := p.Brand, p.Planned
	if p.Badge != NoBadge {
		if err := a.Require(b, team.PublishPosts); err != nil {
			return Moved{}, err
		}
	}
	var fit clock.Fit
	if p.Planned, p.At, fit, err = s.hour(ctx, tx, b, When{Wall: to}); err != nil {
		return Moved{}, err
	}
	old, err := loadPublications(ctx, tx, b, p.ID)
	if err != nil {
		return Moved{}, err
	}
	holds, err := heldStill(ctx, tx, p)
	if err != nil {
		return Moved{}, err
	}
	for _, o := range old {
		if o.State != Planned && o.State != Pending && o.State != Due && o.State != Frozen || len(o.Sent) > 0 {
			return Moved{}, errBegun.With("title", titleOf(p.Title, p.Text))
		}
		o.Planned, o.DueAt, o.NextAt = p.Planned, p.At, p.At
		switch o.State {
		case Due:
			o.State = Planned
		case Pending:
			o.NextAt = time.Time{}
		}
		if o.State == Frozen && (o.Problem != HeldByCategory || !holds) {
			held, err := frozenNow(ctx, tx, b)
			if err != nil {
				return Moved{}, err
			}
			if !held {
				o.State, o.Problem = Planned, "" // it was missed; a new hour frees it
			}
		}
		if err := updateWaiting(ctx, tx, o); err != nil {
			return Moved{}, err
		}
		if err := addSteps(ctx, tx, o.ID, Step{What: StepMoved, Who: string(a.Person), Detail: map[string]any{"local": p.Planned.Local, "zone": p.Planned.Zone}}); err != nil {
			return Moved{}, err
		}
	}
	if err := s.regate(ctx, tx, a, &p); err != nil {
		return Moved{}, err
	}
	v := p.Version
	p.Version++
	if err := updatePost(ctx, tx, p, v); err != nil {
		return Moved{}, err
	}
	if err := refreshBadge(ctx, tx, b, p.ID); err != nil {
		return Moved{}, err
	}
	s.changed(tx, b, p.ID)
	return Moved{Post: p.ID, From: from, To: p.Planned, Fit: fit},
		s.record(ctx, tx, a, p, ActMoved, map[string]any{"from": from.Local, "local": p.Planned.Local, "zone": p.Planned.Zone, "at": p.At}, 0)
}

// PlanDraft puts a draft on the calendar as a wish, without scheduling it.
func (s *Service) PlanDraft(ctx context.Context, a team.Actor, b id.Brand, post id.Post, w clock.Wall) (_ []Moved, err error) {
	return s.MoveTo(ctx, a, b, Move{Post: post, To: w})
}
