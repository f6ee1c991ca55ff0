package approval

import (
	"context"
	"strings"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/base/textkit"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Own is what a post says by itself.
type Own struct {
	Version int64
	Planned clock.Wall
	Saying  Saying
}

// Worded is how a post would leave with some words.
type Worded struct {
	Items []Item
	// Problem is the message key of what does not fit, on the channel Handle;
	// empty: it fits.
	Problem string
	Values  map[string]any
	Handle  string
}

// Adoption has publishing save a version and put the post on the calendar with
// it, in one transaction with what this room writes. Before runs while the post
// is held and nothing is changed; After at the end.
type Adoption struct {
	Post    id.Post
	Version int64   // 0: whatever it is
	Saying  *Saying // nil: what the post says
	Editor  id.Person
	Local   string // the hour on the brand's wall; empty: the one it has
	Want    map[id.Channel]string
	Before  func(tx *sqldb.Tx) error
	After   func(tx *sqldb.Tx) error
}

// Offer is several versions of a post, to be chosen from.
type Offer struct {
	Post id.Post
	// Version is the post's, as the author saw it; 0: whatever it is.
	Version int64
	// Local is its hour on the brand's wall, "2026-11-20T09:00"; empty: the one
	// that it has.
	Local string
	// Others are the versions beside what the post says now, one to four.
	Others []Saying
	// Words are for who chooses.
	Words string
}

var (
	errCandidates = fault.New(fault.Invalid, "approval.candidates").At("others")
	errTwice      = fault.New(fault.Invalid, "approval.candidate_twice").At("others")
	errUnfit      = fault.New(fault.Invalid, "approval.candidate_unfit").At("others")
	errNoHour     = fault.New(fault.Invalid, "approval.candidate_hour").At("hour")
	errNoChoice   = fault.New(fault.Conflict, "approval.no_choice").Numbered(3105)
	errChoose     = fault.New(fault.Conflict, "approval.choose").Numbered(3106)
)

// Propose offers several versions of a post at an hour. From then on, and until
// one is chosen or the choice is withdrawn, nothing of the post leaves, under
// any rule. An open choice of the post is replaced. Errors: invalid (too few,
// too many, twice the same, something does not fit: Values "n", "channel" and
// "problem"; no hour, or a past one), conflict (something of the post has begun
// to leave; somebody saved meanwhile), not_found.
func (s *Service) Propose(ctx context.Context, a team.Actor, b id.Brand, o Offer) (_ Choice, err error) {
	defer fault.Wrap(&err, "propose versions")
	if err := a.Require(b, team.PublishPosts); err != nil {
		return Choice{}, err
	}
	if n := len(o.Others) + 1; n < MinCandidates || n > MaxCandidates {
		return Choice{}, errCandidates.With("min", MinCandidates).With("max", MaxCandidates)
	}
	words, _ := textkit.Clean(o.Words)
	if words = strings.TrimSpace(words); len(words) > maxWords {
		return Choice{}, errLong
	}
	if _, err := time16(o.Local); o.Local != "" && err != nil {
		return Choice{}, errNoHour
	}
	own, all, err := s.Posts.Word(ctx, a, b, o.Post, o.Others...)
	if err != nil {
		return Choice{}, err
	}
	if o.Version == 0 {
		o.Version = own.Version
	}
	if o.Local == "" && own.Planned.Local == "" {
		return Choice{}, errNoHour
	}
	c := Choice{ID: id.New[ChoiceID](), Post: o.Post, Words: words, By: a.Person, State: ChoiceOpen}
	seen := map[string]int{}
	for i, w := range all {
		x := Candidate{N: i + 1, Items: w.Items, saying: own.Saying}
		if i > 0 {
			x.saying = o.Others[i-1]
		}
		if w.Problem != "" {
			return Choice{}, errUnfit.With("n", x.N).With("channel", w.Handle).With("problem", w.Problem).With("values", w.Values)
		}
		if twin, ok := seen[x.key()]; ok {
			return Choice{}, errTwice.With("n", x.N).With("other", twin)
		}
		seen[x.key()] = x.N
		c.Candidates = append(c.Candidates, x)
	}
	return c, s.Posts.Adopt(ctx, a, b, Adoption{Post: o.Post, Version: o.Version, Local: o.Local, Want: c.Candidates[0].hashes(),
		Before: func(tx *sqldb.Tx) error {
			was, err := openChoice(ctx, tx, b, o.Post)
			if err != nil {
				return err
			}
			if was != nil {
				if _, err := closeChoice(ctx, tx, b, was.ID, ChoiceReplaced, 0, Reader{Actor: a}); err != nil {
					return err
				}
			}
			c.Made = tx.Now
			if err := insertChoice(ctx, tx, b, c); err != nil {
				return err
			}
			return s.record(ctx, tx, a.Signs(), b, ActOffered, o.Post, map[string]any{"choice": c.ID, "candidates": c.named()}, beside(words))
		}})
}

// Offering is what an author has before her when she proposes versions.
type Offering struct {
	Own
	// Items are what the post would say now, on each of its channels.
	Items []Item
	// Open is the choice that is open already; nil: none.
	Open *Choice
}

// Offering reads what a post says, for who is about to propose other versions
// of it. Errors: not_found.
func (s *Service) Offering(ctx context.Context, a team.Actor, b id.Brand, post id.Post) (out Offering, err error) {
	defer fault.Wrap(&err, "read what to propose")
	if err := a.Require(b, team.PublishPosts); err != nil {
		return out, err
	}
	own, all, err := s.Posts.Word(ctx, a, b, post)
	if err != nil {
		return out, err
	}
	out.Own, out.Items = own, all[0].Items
	out.Open, err = openChoice(ctx, s.DB, b, post)
	return out, err
}

// Choosing tells whether a post waits for a reader's choice of a version.
func (s *Service) Choosing(ctx context.Context, a team.Actor, b id.Brand, post id.Post) (_ bool, err error) {
	defer fault.Wrap(&err, "ask for a choice")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return false, err
	}
	c, err := openChoice(ctx, s.DB, b, post)
	return c != nil, err
}

func beside(words string) any {
	if words == "" {
		return nil
	}
	return map[string]any{"words": words}
}

// named is a choice as the logbook keeps it: hashes, no words.
func (c Choice) named() []map[string]any {
	var out []map[string]any
	for _, x := range c.Candidates {
		var on []map[string]any
		for _, it := range x.Items {
			on = append(on, map[string]any{"channel": it.Channel, "hash": it.Hash})
		}
		out = append(out, map[string]any{"n": x.N, "channels": on})
	}
	return out
}

// Withdraw ends the open choice of a post: what it says then follows the rule
// of the brand, as if no other version had been offered. Errors: conflict (none
// is open), not_found.
func (s *Service) Withdraw(ctx context.Context, a team.Actor, b id.Brand, post id.Post) (err error) {
	defer fault.Wrap(&err, "withdraw choice")
	if err := a.Require(b, team.PublishPosts); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := s.Posts.HoldPost(ctx, tx, b, post); err != nil {
			return err
		}
		c, err := openChoice(ctx, tx, b, post)
		if err != nil {
			return err
		}
		if c == nil {
			return s.noChoice(ctx, tx, b, post)
		}
		if _, err := closeChoice(ctx, tx, b, c.ID, ChoiceWithdrawn, 0, Reader{Actor: a}); err != nil {
			return err
		}
		if err := s.record(ctx, tx, a.Signs(), b, ActUnoffered, post, map[string]any{"choice": c.ID, "why": "withdrawn"}, nil); err != nil {
			return err
		}
		s.changed(tx, b, post)
		return s.Posts.Recheck(ctx, tx, a, b, post)
	})
}

// noChoice is the error for a post without an open choice: not_found for one
// that nobody ever had to choose about.
func (s *Service) noChoice(ctx context.Context, q sqldb.Q, b id.Brand, post id.Post) error {
	n, err := sqldb.Value[int64](ctx, q, `SELECT COUNT(*) FROM approval_round WHERE brand = ? AND post = ?`, b, post)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.NotFound, "")
	}
	return errNoChoice
}

func time16(local string) (clock.Wall, error) {
	w := clock.Wall{Local: local, Zone: "UTC"}
	_, _, err := w.Instant()
	return w, err
}
