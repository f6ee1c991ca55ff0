package publishing

import (
	"context"
	"slices"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Adoption has a post say something and puts it on the calendar with exactly
// that, for a room that settled what it says with its readers.
type Adoption struct {
	Post id.Post
	// Version guards against a save in between; 0: whatever it is.
	Version int64
	// Words are the text, media and variants to save first; nil: what it says.
	Words *Edit
	// Editor wrote the words; empty: whoever adopts.
	Editor id.Person
	// When is its hour; Keep leaves the one it has, past or not: what was
	// missed is then held, as after a late decision.
	When When
	Keep bool
	// Want are the hashes that must come out, one a channel of the post; nil:
	// any.
	Want map[id.Channel]string
	// Before and After run in the transaction: Before holds the post and has
	// changed nothing yet. An error of either leaves everything as it was.
	Before, After func(tx *sqldb.Tx) error
}

// errOther says that the words would no longer leave as they were shown.
var errOther = fault.New(fault.Conflict, "publishing.other_content")

// Reworded is a post with other words, unsaved, and how it would leave. Only
// text, media and variants of e are looked at. Errors: invalid.
func (s *Service) Reworded(ctx context.Context, a team.Actor, p Post, e Edit) (_ Post, _ []Rendered, err error) {
	defer fault.Wrap(&err, "render other words")
	known, err := s.Channels.List(ctx, a, p.Brand)
	if err != nil {
		return p, nil, err
	}
	// Nothing of these three fields is read from the database.
	if err := s.apply(ctx, nil, &p, Edit{Text: e.Text, Media: e.Media, Variants: e.Variants}, append(channelIDs(known), p.channels()...)); err != nil {
		return p, nil, err
	}
	out, err := s.Preview(ctx, a, p)
	return p, out, err
}

// Adopt is Save and Schedule in one transaction, with what another room writes
// beside it: all of it happens, or nothing does. Nothing of the post may have
// begun to leave. Errors: those of Save and Schedule; conflict (something has
// begun to leave; the words would leave otherwise than Want says).
func (s *Service) Adopt(ctx context.Context, a team.Actor, b id.Brand, ad Adoption) (err error) {
	defer fault.Wrap(&err, "adopt")
	if err := a.Require(b, team.PublishPosts); err != nil {
		return err
	}
	known, err := s.Channels.List(ctx, a, b)
	if err != nil {
		return err
	}
	seen, err := s.Get(ctx, a, b, ad.Post)
	if err != nil {
		return err
	}
	if ad.Version != 0 && seen.Version != ad.Version {
		return errChanged.With("version", seen.Version).With("who", string(seen.Editor))
	}
	next, words := seen, Edit{}
	if ad.Words != nil {
		words = Edit{Text: ad.Words.Text, Media: ad.Words.Media, Variants: ad.Words.Variants}
	}
	next, rendered, err := s.Reworded(ctx, a, next, words) // outside of the transaction: it reads other rooms
	if err != nil {
		return err
	}
	if err := ad.fits(rendered); err != nil {
		return err
	}
	when := ad.When
	if ad.Keep {
		when = When{Wall: seen.Planned}
	}
	if err := s.mayLeave(ctx, a, next, rendered, when); err != nil {
		return err
	}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error { return s.adopt(ctx, tx, a, b, ad, seen, rendered, words, channelIDs(known)) })
	if err == nil {
		s.wake()
	}
	return err
}

func (ad Adoption) fits(rendered []Rendered) error {
	if len(rendered) == 0 {
		return errNoPlace
	}
	for _, r := range rendered {
		if f := network.Blocking(r.Problems); f != nil {
			return errBlocked.At("variants").With("channel", r.Channel.Handle).With("problem", f.Key).With("values", f.Values)
		}
		if ad.Want != nil && ad.Want[r.Channel.ID] != r.Hash {
			return errOther
		}
	}
	if ad.Want != nil && len(ad.Want) != len(rendered) {
		return errOther
	}
	return nil
}

func (s *Service) adopt(ctx context.Context, tx *sqldb.Tx, a team.Actor, b id.Brand, ad Adoption, seen Post, rendered []Rendered, words Edit, channels []id.Channel) error {
	if err := enter(ctx, tx, b, ad.Post); err != nil {
		return err
	}
	p, err := loadPost(ctx, tx, b, ad.Post)
	if err != nil {
		return err
	}
	if p.Version != seen.Version {
		return errChanged.With("version", p.Version).With("who", string(p.Editor))
	}
	if !p.Binned.IsZero() {
		return errGone
	}
	pubs, err := loadPublications(ctx, tx, b, ad.Post)
	if err != nil {
		return err
	}
	if begun(pubs) != "" || slices.ContainsFunc(pubs, func(o Publication) bool { return o.Attempts > 0 }) {
		return errBegun
	}
	if ad.Before != nil {
		if err := ad.Before(tx); err != nil {
			return err
		}
	}
	editor := ad.Editor
	if editor == "" {
		editor = a.Person
	}
	if ad.Words != nil {
		if err := s.apply(ctx, tx, &p, words, append(channels, p.channels()...)); err != nil {
			return err
		}
		from := p.Version
		p.Version, p.Edited, p.Editor = from+1, tx.Now, editor
		if err := updatePost(ctx, tx, p, from); err != nil {
			return err
		}
		if err := index(ctx, tx, p); err != nil {
			return err
		}
		if err := s.record(ctx, tx, a, p, ActSaved, nil, 0); err != nil {
			return err
		}
	}
	if !ad.Keep {
		if p.Planned, p.At, _, err = s.hour(ctx, tx, b, ad.When); err != nil {
			return err
		}
	}
	// What waits for the gate is never past its hour by itself: it is the
	// gate's answer that lets it go, or holds what was missed.
	if err := s.scheduleAt(ctx, tx, a, &p, rendered, editor, true); err != nil {
		return err
	}
	if ad.After != nil {
		return ad.After(tx)
	}
	return nil
}
