package publishing

import (
	"context"
	"slices"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Gate says which exact contents may leave; the approval room is one. It is
// asked inside the transaction that plans, and whatever it has not cleared waits
// as Pending. The claim then reads one thing only: that the content cleared is
// the content of the row.
type Gate interface {
	// Ask answers for everything of a post that waits. The gate keeps what it
	// does not clear as what its readers are asked about; no item at all means
	// that nothing of the post waits any more. It must not write a publication.
	Ask(ctx context.Context, tx *sqldb.Tx, a team.Actor, q Question) (Answer, error)
}

// Question is what waits of one post.
type Question struct {
	Brand id.Brand
	Post  id.Post
	Title string
	// Answer: it answers somebody, and is no post of the planning.
	Answer bool
	Author id.Person
	Editor id.Person
	Items  []Item
}

// Item is the content of one channel and its hour.
type Item struct {
	Channel id.Channel
	Content Content
	Hash    string
	Planned clock.Wall
	At      time.Time
	// Stale says that the post says something else by now; Picture, that it is
	// because a picture is shown otherwise, at this moment.
	Stale   bool
	Picture bool
	// Leaving says that an attempt is under way, or that its hour was missed:
	// nobody is asked about it now, and whether it may leave is answered.
	Leaving bool
}

// Answer says what may leave.
type Answer struct {
	Cleared map[id.Channel]bool
	// Validation is the post's badge; empty leaves it.
	Validation Validation
}

// lateBy is how long after its hour a decision still lets something leave by
// itself. Later, it is held: an approval of yesterday's good morning is not an
// order to say it at noon.
const lateBy = 15 * time.Minute

// enter makes who changes what a post says or when, and who decides on it, go
// one after the other; and both after whoever changes the rules of the brand.
// SQLite has one writer anyway.
func enter(ctx context.Context, tx *sqldb.Tx, b id.Brand, post id.Post) error {
	if tx.Dialect() != sqldb.Postgres {
		return nil
	}
	if _, err := sqldb.Values[*string](ctx, tx, `SELECT pg_advisory_xact_lock_shared(hashtext(?))::text`, "gate:"+string(b)); err != nil {
		return err
	}
	_, err := sqldb.Values[string](ctx, tx, `SELECT id FROM post WHERE brand = ? AND id = ? FOR UPDATE`, b, post)
	return err
}

// HoldPost makes every other change of a post wait until the transaction ends:
// for who is about to decide on what it says.
func (s *Service) HoldPost(ctx context.Context, tx *sqldb.Tx, b id.Brand, post id.Post) error {
	return enter(ctx, tx, b, post)
}

// HoldBrand makes every planning of a brand wait until the transaction ends:
// for who is about to change the rules by which its gate answers.
func (s *Service) HoldBrand(ctx context.Context, tx *sqldb.Tx, b id.Brand) error {
	if tx.Dialect() != sqldb.Postgres {
		return nil
	}
	_, err := sqldb.Values[*string](ctx, tx, `SELECT pg_advisory_xact_lock(hashtext(?))::text`, "gate:"+string(b))
	return err
}

// Recheck asks the gate again, in the transaction that changed its mind, about
// what waits of these posts; none named: of the whole brand. Safe to repeat.
func (s *Service) Recheck(ctx context.Context, tx *sqldb.Tx, a team.Actor, b id.Brand, posts ...id.Post) error {
	if len(posts) == 0 {
		var err error
		posts, err = sqldb.Values[id.Post](ctx, tx, `SELECT DISTINCT post FROM publication WHERE brand = ? AND state IN ('planned', 'due', 'pending', 'frozen', 'sending', 'handed', 'unknown') ORDER BY post`, b)
		if err != nil {
			return err
		}
	}
	for _, post := range posts {
		p, err := loadPost(ctx, tx, b, post)
		if err != nil {
			return err
		}
		if err := s.regateStored(ctx, tx, a, p); err != nil {
			return err
		}
		s.changed(tx, b, post)
	}
	tx.AfterCommit(s.wake)
	return nil
}

// regateStored is regate for who does not write the post's row itself.
func (s *Service) regateStored(ctx context.Context, tx *sqldb.Tx, a team.Actor, p Post) error {
	was := p.Validation
	if err := s.regate(ctx, tx, a, &p); err != nil {
		return err
	}
	if p.Validation != was {
		if _, err := tx.Exec(ctx, `UPDATE post SET validation = ? WHERE brand = ? AND id = ?`, p.Validation, p.Brand, p.ID); err != nil {
			return err
		}
	}
	return refreshBadge(ctx, tx, p.Brand, p.ID)
}

// regate asks the gate about a post and moves its rows as it answers. Every
// path that plans something, or changes what is planned, ends here.
func (s *Service) regate(ctx context.Context, tx *sqldb.Tx, a team.Actor, p *Post) error {
	return s.regateFor(ctx, tx, a, p, false)
}

// regateFor is regate; picture says that it is asked because a picture of the
// post is shown otherwise.
func (s *Service) regateFor(ctx context.Context, tx *sqldb.Tx, a team.Actor, p *Post, picture bool) error {
	if s.Gate == nil {
		return nil
	}
	rows, err := loadPublications(ctx, tx, p.Brand, p.ID)
	if err != nil {
		return err
	}
	q := Question{Brand: p.Brand, Post: p.ID, Title: titleOf(p.Title, p.Text), Answer: p.Answers.About != "", Author: p.Author, Editor: p.Editor}
	for _, o := range rows {
		switch o.State {
		case Planned, Due, Pending, Frozen, Sending, Handed, Unknown:
			q.Items = append(q.Items, Item{Channel: o.Channel, Content: o.Content, Hash: o.Hash, Planned: o.Planned, At: o.DueAt,
				Stale: o.Stale, Picture: o.Stale && picture,
				// What missed its hour waits for another one first.
				Leaving: o.State == Sending || o.State == Handed || o.State == Unknown || o.State == Frozen && o.Problem != "" && o.Problem != HeldByCategory})
		}
	}
	answer, err := s.Gate.Ask(ctx, tx, a, q)
	if err != nil {
		return err
	}
	for _, o := range rows {
		if err := s.follow(ctx, tx, o, answer.Cleared[o.Channel]); err != nil {
			return err
		}
	}
	if answer.Validation != "" {
		p.Validation = answer.Validation
	}
	return nil
}

// follow moves one row as the gate answered.
func (s *Service) follow(ctx context.Context, tx *sqldb.Tx, o Publication, cleared bool) error {
	next, nextAt, problem, step := o.State, sqldb.At(o.NextAt), o.Problem, Step{}
	hash := ""
	if cleared {
		hash = o.Hash
	}
	switch {
	case o.State == Pending && cleared:
		frozen, err := frozenNow(ctx, tx, o.Brand)
		if err != nil {
			return err
		}
		step.What = StepCleared
		switch {
		case tx.Now.After(o.DueAt.Add(lateBy)):
			next, problem, nextAt = Frozen, "publishing.missed_approval", sqldb.Time{}
		case frozen:
			next, nextAt = Frozen, sqldb.At(o.DueAt)
		default:
			next, nextAt = Planned, sqldb.At(o.DueAt)
		}
	case (o.State == Planned || o.State == Due) && !cleared:
		next, nextAt, step.What = Pending, sqldb.Time{}, StepAwaits
	case o.State == Sent || o.State == Withdrawn || o.State == Failed || o.Cleared == hash:
		return nil
	}
	n, err := tx.Exec(ctx, `UPDATE publication SET state = ?, cleared = ?, next_at = ?, problem = ?, version = version + 1 WHERE brand = ? AND id = ? AND state = ? AND hash = ?`,
		next, hash, nextAt, problem, o.Brand, o.ID, o.State, o.Hash)
	if err != nil {
		return err
	}
	if n == 0 {
		// It was claimed a moment before: what was cleared then leaves, and is
		// not tried again.
		if !cleared {
			_, err = tx.Exec(ctx, `UPDATE publication SET cleared = '' WHERE brand = ? AND id = ? AND hash = ?`, o.Brand, o.ID, o.Hash)
		}
		return err
	}
	if step.What == "" {
		return nil
	}
	return addSteps(ctx, tx, o.ID, step)
}

// voidEdited marks, of what has not left, the rows whose post says something
// else by now: what waits is asked about again, and an attempt under way is not
// made a second time. It reports whether any mark changed.
func (s *Service) voidEdited(ctx context.Context, tx *sqldb.Tx, p Post, known []channel.Channel) (bool, error) {
	rows, err := loadPublications(ctx, tx, p.Brand, p.ID)
	if err != nil {
		return false, err
	}
	now := map[id.Channel]string{}
	for _, v := range p.Variants {
		if i := slices.IndexFunc(known, func(c channel.Channel) bool { return c.ID == v.Channel }); i >= 0 {
			c, err := s.show(ctx, tx, p, v, known[i])
			if err != nil {
				return false, err
			}
			now[v.Channel] = c.Hash()
		}
	}
	any := false
	for _, o := range rows {
		stale := now[o.Channel] != o.Hash
		if o.State == Sent || o.State == Withdrawn || o.Stale == stale {
			continue
		}
		any = true
		if _, err := tx.Exec(ctx, `UPDATE publication SET stale = ? WHERE brand = ? AND id = ?`, stale, o.Brand, o.ID); err != nil {
			return false, err
		}
	}
	return any, nil
}

// unclearAtTheHour takes off the queue, at their hour, rows whose content nobody
// cleared: whatever path left one there, it does not leave, and the clock does
// not turn on it. The claim calls it when the queue is at its end.
func (l *Ledger) unclearAtTheHour(ctx context.Context, tx *sqldb.Tx, now sqldb.Time) error {
	moved, err := moveMany(ctx, tx, "", claimable+` AND (cleared <> hash)`, []any{now}, `state = 'pending', cleared = '', next_at = NULL`, nil, Step{What: StepAwaits, Node: l.node})
	if err != nil || moved.publications == 0 {
		return err
	}
	for post, b := range moved.posts {
		p, err := loadPost(ctx, tx, b, post)
		if err != nil {
			return err
		}
		if err := l.regateStored(ctx, tx, team.Program("clock"), p); err != nil {
			return err
		}
		l.changed(tx, b, post)
	}
	return nil
}

// OutdatedOf says which of some posts, five hundred at most, were edited since
// they were submitted to the gate, without anybody having submitted them again.
func (s *Service) OutdatedOf(ctx context.Context, q sqldb.Q, b id.Brand, posts []id.Post) ([]id.Post, error) {
	return sqldb.Values[id.Post](ctx, q, `SELECT id FROM post WHERE brand = ? AND id IN `+sqldb.Marks(len(posts))+` AND validation = 'stale' AND binned_at IS NULL`,
		append([]any{b}, sqldb.Args(posts)...)...)
}

// WaitingOf lists the channels on which something of a post has not begun to
// leave.
func (s *Service) WaitingOf(ctx context.Context, q sqldb.Q, b id.Brand, post id.Post) ([]id.Channel, error) {
	return sqldb.Values[id.Channel](ctx, q, `SELECT channel FROM publication WHERE brand = ? AND post = ? AND state IN ('planned', 'pending', 'due', 'frozen', 'failed')`, b, post)
}
