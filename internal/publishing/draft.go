package publishing

import (
	"context"
	"slices"
	"strings"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/base/textkit"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/search"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Limits of what a draft may hold. They bound memory and pages, and stand far
// above what any network takes.
const (
	MaxText   = 200_000 // bytes
	MaxTitle  = 200     // bytes
	MaxLabels = 20
	MaxMedia  = 20
)

// Edit is what a save changes; nil fields stay as they are.
type Edit struct {
	Title    *string
	Text     *string
	Media    *[]MediaRef
	Options  *network.Options
	Campaign *id.Campaign
	Category *CategoryID
	Labels   *[]string
	// Variants replaces the list of channels and their own words.
	Variants *[]Variant
	// Took is the time the person spent since the last save, from the focused
	// seconds on the page; kept privately with the act.
	Took time.Duration
}

var (
	errTooLong  = fault.New(fault.Invalid, "publishing.too_long").Numbered(2003)
	errLabels   = fault.New(fault.Invalid, "publishing.labels")
	errMedia    = fault.New(fault.Invalid, "publishing.media")
	errChannel  = fault.New(fault.Invalid, "publishing.channel").At("variants")
	errCampaign = fault.New(fault.Invalid, "publishing.campaign").At("campaign")
	errGone     = fault.New(fault.Conflict, "publishing.gone")
)

// Create makes a draft. Errors: invalid.
func (s *Service) Create(ctx context.Context, a team.Actor, b id.Brand, e Edit) (_ Post, err error) {
	defer fault.Wrap(&err, "create post")
	if err := a.Require(b, team.WritePosts); err != nil {
		return Post{}, err
	}
	p := Post{ID: id.New[id.Post](), Brand: b, Validation: Draft, Author: a.Person, Editor: a.Person, Version: 1}
	known, err := s.Channels.List(ctx, a, b)
	if err != nil {
		return p, err
	}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		p.Made, p.Edited = tx.Now, tx.Now
		if p.Planned.Zone, err = s.Zone(ctx, tx, b); err != nil {
			return err
		}
		if err := s.apply(ctx, tx, &p, e, channelIDs(known)); err != nil {
			return err
		}
		if err := insertPost(ctx, tx, p); err != nil {
			return err
		}
		if err := index(ctx, tx, p); err != nil {
			return err
		}
		s.changed(tx, b, p.ID)
		return s.record(ctx, tx, a, p, ActCreated, nil, e.Took)
	})
	return p, err
}

// Save changes a draft, or the words of a scheduled post without touching what
// is scheduled (Post.Changed then says so). version is the one the edit was
// made from: when somebody else saved in between, nothing is written and the
// error is a conflict, so that the later save never silently wins. Errors:
// invalid, not_found, conflict.
func (s *Service) Save(ctx context.Context, a team.Actor, b id.Brand, post id.Post, version int64, e Edit) (_ Post, err error) {
	defer fault.Wrap(&err, "save post")
	if err := a.Require(b, team.WritePosts); err != nil {
		return Post{}, err
	}
	known, err := s.Channels.List(ctx, a, b)
	if err != nil {
		return Post{}, err
	}
	var p Post
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		p, err = s.saveIn(ctx, tx, a, b, post, version, e, known, false)
		return err
	})
	return p, err
}

// saveIn is Save inside of a transaction. renewed says that what is scheduled
// is scheduled anew a moment later, in the same transaction.
func (s *Service) saveIn(ctx context.Context, tx *sqldb.Tx, a team.Actor, b id.Brand, post id.Post, version int64, e Edit, known []channel.Channel, renewed bool) (Post, error) {
	if err := enter(ctx, tx, b, post); err != nil {
		return Post{}, err
	}
	p, err := loadPost(ctx, tx, b, post)
	if err != nil {
		return p, err
	}
	if !p.Binned.IsZero() {
		return p, errGone
	}
	if p.Version != version {
		return p, errChanged.With("version", p.Version).With("who", string(p.Editor))
	}
	before := p
	if err := s.apply(ctx, tx, &p, e, append(channelIDs(known), p.channels()...)); err != nil {
		return p, err
	}
	p.Version, p.Edited, p.Editor = version+1, tx.Now, a.Person
	if p.Badge != NoBadge && !renewed {
		// Labels and a campaign change nothing of what leaves.
		p.Changed = p.Changed || saysElse(before, p)
		if err := s.edited(ctx, tx, a, &p, known); err != nil {
			return p, err
		}
	}
	if err := updatePost(ctx, tx, p, version); err != nil {
		return p, err
	}
	if err := index(ctx, tx, p); err != nil {
		return p, err
	}
	s.changed(tx, b, p.ID)
	return p, s.record(ctx, tx, a, p, ActSaved, nil, e.Took)
}

// edited has the gate look again at what waits, when the words that wait are no
// longer the post's.
func (s *Service) edited(ctx context.Context, tx *sqldb.Tx, a team.Actor, p *Post, known []channel.Channel) error {
	if s.Gate == nil {
		return nil
	}
	changed, err := s.voidEdited(ctx, tx, *p, known)
	if err != nil || !changed {
		return err
	}
	if err := s.regate(ctx, tx, a, p); err != nil {
		return err
	}
	states, err := sqldb.Values[State](ctx, tx, `SELECT state FROM publication WHERE brand = ? AND post = ?`, p.Brand, p.ID)
	p.Badge = BadgeOf(states)
	return err
}

func channelIDs[C interface{ Key() id.Channel }](list []C) []id.Channel {
	out := make([]id.Channel, len(list))
	for i, c := range list {
		out[i] = c.Key()
	}
	return out
}

func (s *Service) apply(ctx context.Context, tx *sqldb.Tx, p *Post, e Edit, channels []id.Channel) error {
	var err error
	if e.Title != nil {
		if p.Title, err = clean(*e.Title, MaxTitle, "title"); err != nil {
			return err
		}
		p.Title = strings.TrimSpace(strings.ReplaceAll(p.Title, "\n", " "))
	}
	if e.Text != nil {
		if p.Text, err = clean(*e.Text, MaxText, "text"); err != nil {
			return err
		}
	}
	if e.Media != nil {
		if p.Media, err = cleanMedia(*e.Media); err != nil {
			return err
		}
	}
	if e.Options != nil {
		p.Options = *e.Options
	}
	if e.Labels != nil {
		if p.Labels, err = cleanLabels(*e.Labels); err != nil {
			return err
		}
	}
	if e.Campaign != nil {
		if err := campaignStands(ctx, tx, p.Brand, *e.Campaign); err != nil {
			return err
		}
		p.Campaign = *e.Campaign
	}
	if e.Category != nil {
		if *e.Category != "" && *e.Category != p.Category {
			if err := knownCategory(ctx, tx, p.Brand, *e.Category); err != nil {
				return err
			}
		}
		p.Category = *e.Category
	}
	if e.Variants != nil {
		return p.setVariants(*e.Variants, channels)
	}
	return nil
}

// setVariants replaces the variants and keeps the ids of those that stay.
func (p *Post) setVariants(next []Variant, channels []id.Channel) error {
	var out []Variant
	for _, v := range next {
		if !slices.Contains(channels, v.Channel) {
			return errChannel
		}
		if slices.ContainsFunc(out, func(o Variant) bool { return o.Channel == v.Channel }) {
			return errChannel.Becausef("channel twice")
		}
		v.ID = id.New[id.Variant]()
		if i := slices.IndexFunc(p.Variants, func(o Variant) bool { return o.Channel == v.Channel }); i >= 0 {
			v.ID = p.Variants[i].ID
		}
		if v.Text != nil {
			t, err := clean(*v.Text, MaxText, "variants")
			if err != nil {
				return err
			}
			v.Text = &t
		}
		if v.Media != nil {
			m, err := cleanMedia(*v.Media)
			if err != nil {
				return err
			}
			v.Media = &m
		}
		out = append(out, v)
	}
	p.Variants = out
	return nil
}

func clean(text string, max int, field string) (string, error) {
	if len(text) > 8*max {
		return "", errTooLong.At(field).With("bytes", len(text)).With("max", max) // before any work on it
	}
	text, _ = textkit.Clean(text)
	if len(text) > max {
		return "", errTooLong.At(field).With("bytes", len(text)).With("max", max)
	}
	return text, nil
}

func cleanMedia(list []MediaRef) ([]MediaRef, error) {
	if len(list) > MaxMedia {
		return nil, errMedia.At("media").With("max", MaxMedia)
	}
	out := make([]MediaRef, 0, len(list))
	for _, m := range list {
		if !id.Valid(string(m.ID)) || slices.ContainsFunc(out, func(o MediaRef) bool { return o.ID == m.ID }) {
			return nil, errMedia.At("media").With("max", MaxMedia)
		}
		alt, err := clean(m.Alt, 20_000, "media")
		if err != nil {
			return nil, err
		}
		out = append(out, MediaRef{ID: m.ID, Alt: strings.TrimSpace(alt)})
	}
	return out, nil
}

func cleanLabels(list []string) ([]string, error) {
	var out []string
	for _, l := range list {
		l, _ = textkit.Clean(l)
		l = strings.Join(strings.Fields(l), " ")
		if l == "" || slices.ContainsFunc(out, func(o string) bool { return textkit.Fold(o) == textkit.Fold(l) }) {
			continue
		}
		if len(l) > 60 || len(out) == MaxLabels {
			return nil, errLabels.At("labels").With("max", MaxLabels)
		}
		out = append(out, l)
	}
	return out, nil
}

// titleOf is what a list calls a post: its title, else the start of its words.
func titleOf(title, text string) string {
	if title != "" {
		return title
	}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			return textkit.Excerpt(line, 80)
		}
	}
	return ""
}

// Duplicate makes a draft with the same words, media and channels, without its
// hour.
func (s *Service) Duplicate(ctx context.Context, a team.Actor, b id.Brand, post id.Post) (_ Post, err error) {
	defer fault.Wrap(&err, "duplicate post")
	p, err := s.Get(ctx, a, b, post)
	if err != nil {
		return p, err
	}
	return s.Create(ctx, a, b, Edit{Title: &p.Title, Text: &p.Text, Media: &p.Media, Options: &p.Options, Labels: &p.Labels, Campaign: &p.Campaign, Category: &p.Category, Variants: &p.Variants})
}

// Bin takes posts off the calendar into the bin, where they stay thirty days.
// What has begun to leave is a conflict; what has left stays on the network.
// Safe to repeat.
func (s *Service) Bin(ctx context.Context, a team.Actor, b id.Brand, posts ...id.Post) (err error) {
	defer fault.Wrap(&err, "bin post")
	return s.each(ctx, a, b, posts, func(tx *sqldb.Tx, p Post) error {
		if !p.Binned.IsZero() {
			return nil
		}
		if err := s.takeOff(ctx, tx, a, &p); err != nil {
			return err
		}
		p.Binned = tx.Now
		return s.put(ctx, tx, a, p, ActBinned)
	})
}

// Unbin takes posts out of the bin, as drafts at their former hour: they leave
// only when scheduled again. Safe to repeat.
func (s *Service) Unbin(ctx context.Context, a team.Actor, b id.Brand, posts ...id.Post) (err error) {
	defer fault.Wrap(&err, "take post out of the bin")
	return s.each(ctx, a, b, posts, func(tx *sqldb.Tx, p Post) error {
		if p.Binned.IsZero() {
			return nil
		}
		p.Binned = time.Time{}
		return s.put(ctx, tx, a, p, ActUnbinned)
	})
}

// BinKept is how long the bin keeps a post.
const BinKept = 30 * 24 * time.Hour

// EmptyBin deletes what has lain in the bin for BinKept and never left; a post
// that was published stays on record. The daily job calls it.
func (s *Service) EmptyBin(ctx context.Context) error {
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		gone, err := sqldb.Values[string](ctx, tx, `DELETE FROM post WHERE binned_at < ? AND NOT EXISTS (SELECT 1 FROM publication p WHERE p.post = post.id) RETURNING id`,
			sqldb.At(tx.Now.Add(-BinKept)))
		if err != nil {
			return err
		}
		for _, p := range gone {
			if err := search.Remove(ctx, tx, searchKind, p); err != nil {
				return err
			}
		}
		return forgetRemoved(ctx, tx)
	})
}

// each runs fn on every post, in one transaction: all or none.
func (s *Service) each(ctx context.Context, a team.Actor, b id.Brand, posts []id.Post, fn func(tx *sqldb.Tx, p Post) error) error {
	if err := a.Require(b, team.WritePosts); err != nil {
		return err
	}
	err := s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		for _, post := range posts {
			if err := enter(ctx, tx, b, post); err != nil {
				return err
			}
			p, err := loadPost(ctx, tx, b, post)
			if err != nil {
				return err
			}
			if err := fn(tx, p); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.wake()
	}
	return err
}

// put writes a post changed by a verb, under its next version.
func (s *Service) put(ctx context.Context, tx *sqldb.Tx, a team.Actor, p Post, act string) error {
	from := p.Version
	p.Version++
	if err := updatePost(ctx, tx, p, from); err != nil {
		return err
	}
	s.changed(tx, p.Brand, p.ID)
	return s.record(ctx, tx, a, p, act, nil, 0)
}

// record writes an act about a post.
func (s *Service) record(ctx context.Context, tx *sqldb.Tx, a team.Actor, p Post, act string, data map[string]any, took time.Duration) error {
	if data == nil {
		data = map[string]any{}
	}
	data["version"] = p.Version
	return s.Book.Record(ctx, tx, logbook.Entry{Brand: p.Brand, Actor: a.Signs(), Act: act,
		Subject: logbook.Subject{Kind: "post", ID: string(p.ID)}, Data: data, Took: took})
}

// wallIn completes an hour with the brand's zone.
func (s *Service) wallIn(ctx context.Context, q sqldb.Q, b id.Brand, w clock.Wall) (clock.Wall, error) {
	if w.Zone != "" {
		return w, nil
	}
	var err error
	w.Zone, err = s.Zone(ctx, q, b)
	return w, err
}
