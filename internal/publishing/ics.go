package publishing

import (
	"context"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/base/textkit"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/secret"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// FeedID names a calendar that other programs subscribe to.
type FeedID string

// What a feed shows. Stored; never renamed.
const (
	FeedFull    = "full"    // titles and words
	FeedPrivate = "private" // that something leaves, and when
)

// Feed is a brand's calendar behind a secret address. The address itself is
// shown once: what is kept is its hash.
type Feed struct {
	ID     FeedID    `json:"id"`
	Name   string    `json:"name"`
	Detail string    `json:"detail"`
	Person id.Person `json:"person"`
	Made   time.Time `json:"made"`
	// Read is when a program last asked for it.
	Read    time.Time `json:"read,omitzero"`
	Revoked time.Time `json:"revoked,omitzero"`
}

// Acts of feeds; subject "feed".
const (
	ActFeedMade    = "feed.made"    // {name, detail}
	ActFeedRenewed = "feed.renewed" // {}
	ActFeedRevoked = "feed.revoked" // {}
)

var (
	errFeedName   = fault.New(fault.Invalid, "feed.name").At("name")
	errFeedDetail = fault.New(fault.Invalid, "feed.detail").At("detail")
	errTooFeeds   = fault.New(fault.Invalid, "feed.too_many")
)

// maxFeeds bounds the addresses of one brand.
const maxFeeds = 50

const feedColumns = `id, name, detail, person, made_at, read_at, revoked_at`

func scanFeed(r sqldb.Scanner) (f Feed, err error) {
	var made, read, revoked sqldb.Time
	err = r.Scan(&f.ID, &f.Name, &f.Detail, &f.Person, &made, &read, &revoked)
	f.Made, f.Read, f.Revoked = made.Time, read.Time, revoked.Time
	return f, err
}

// Feeds lists the addresses of a brand that work, the latest first.
func (s *Service) Feeds(ctx context.Context, a team.Actor, b id.Brand) (_ []Feed, err error) {
	defer fault.Wrap(&err, "list feeds")
	if err := a.Require(b, team.Export); err != nil {
		return nil, err
	}
	return sqldb.List(ctx, s.DB, scanFeed, `SELECT `+feedColumns+` FROM calendar_feed WHERE brand = ? AND revoked_at IS NULL ORDER BY made_at DESC, id DESC`, b)
}

// MakeFeed gives a brand's calendar a secret address; the token is told here
// and never again. Errors: invalid.
func (s *Service) MakeFeed(ctx context.Context, a team.Actor, b id.Brand, name, detail string) (_ Feed, token string, err error) {
	defer fault.Wrap(&err, "make feed")
	if err := a.Require(b, team.Export); err != nil {
		return Feed{}, "", err
	}
	if name, err = clean(name, 100, "name"); err != nil || name == "" {
		return Feed{}, "", errFeedName
	}
	if detail != FeedFull && detail != FeedPrivate {
		return Feed{}, "", errFeedDetail
	}
	f := Feed{ID: id.New[FeedID](), Name: name, Detail: detail, Person: a.Person}
	token = secret.Token("vgc_")
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := sqldb.Value[int64](ctx, tx, `SELECT COUNT(*) FROM calendar_feed WHERE brand = ? AND revoked_at IS NULL`, b)
		if err != nil {
			return err
		}
		if n >= maxFeeds {
			return errTooFeeds.With("max", maxFeeds)
		}
		f.Made = tx.Now
		if _, err := tx.Exec(ctx, `INSERT INTO calendar_feed (id, brand, name, token_hash, detail, person, made_at, read_at, revoked_at) VALUES (?,?,?,?,?,?,?,NULL,NULL)`,
			f.ID, b, f.Name, secret.Hash(token), f.Detail, f.Person, sqldb.At(f.Made)); err != nil {
			return err
		}
		return s.recordFeed(ctx, tx, a, b, f.ID, ActFeedMade, map[string]any{"name": f.Name, "detail": f.Detail})
	})
	return f, token, err
}

// RenewFeed gives an address anew: the old one answers no more. Errors:
// not_found.
func (s *Service) RenewFeed(ctx context.Context, a team.Actor, b id.Brand, f FeedID) (token string, err error) {
	defer fault.Wrap(&err, "renew feed")
	token = secret.Token("vgc_")
	return token, s.changeFeed(ctx, a, b, f, ActFeedRenewed, `token_hash = ?, read_at = NULL`, secret.Hash(token))
}

// RevokeFeed ends an address. Errors: not_found (it has ended already, or is
// another brand's).
func (s *Service) RevokeFeed(ctx context.Context, a team.Actor, b id.Brand, f FeedID) (err error) {
	defer fault.Wrap(&err, "revoke feed")
	return s.changeFeed(ctx, a, b, f, ActFeedRevoked, `revoked_at = ?`, sqldb.At(s.DB.Now()))
}

func (s *Service) changeFeed(ctx context.Context, a team.Actor, b id.Brand, f FeedID, act, set string, arg any) error {
	if err := a.Require(b, team.Export); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE calendar_feed SET `+set+` WHERE brand = ? AND id = ? AND revoked_at IS NULL`, arg, b, f)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.NotFound, "")
		}
		return s.recordFeed(ctx, tx, a, b, f, act, map[string]any{})
	})
}

func (s *Service) recordFeed(ctx context.Context, tx *sqldb.Tx, a team.Actor, b id.Brand, f FeedID, act string, data map[string]any) error {
	return s.Book.Record(ctx, tx, logbook.Entry{Brand: b, Actor: a.Signs(), Act: act, Subject: logbook.Subject{Kind: "feed", ID: string(f)}, Data: data})
}

// FeedPost is a post as a feed shows it.
type FeedPost struct {
	Row
	Text string
}

// The window of a feed.
const (
	feedBack  = 92 * 24 * time.Hour
	feedAhead = 400 * 24 * time.Hour
)

// ReadFeed gives the posts behind a secret address, with the brand and what may
// be shown of them; drafts are in no feed. Errors: not_found (no such address,
// or it has ended).
func (s *Service) ReadFeed(ctx context.Context, token string) (b id.Brand, f Feed, posts []FeedPost, err error) {
	defer fault.Wrap(&err, "read feed")
	if len(token) < 20 || len(token) > 200 {
		return b, f, nil, fault.New(fault.NotFound, "")
	}
	hash := secret.Hash(token)
	if b, err = sqldb.One(ctx, s.DB, func(r sqldb.Scanner) (b id.Brand, err error) { return b, r.Scan(&b) }, `SELECT brand FROM calendar_feed WHERE token_hash = ? AND revoked_at IS NULL`, hash); err != nil {
		return b, f, nil, fault.New(fault.NotFound, "").Because(err)
	}
	if f, err = sqldb.One(ctx, s.DB, scanFeed, `SELECT `+feedColumns+` FROM calendar_feed WHERE brand = ? AND token_hash = ?`, b, hash); err != nil {
		return b, f, nil, err
	}
	if s.Away != nil {
		if away, err := s.Away(ctx, s.DB, b); err != nil || away {
			return b, f, nil, fault.New(fault.NotFound, "").Because(err)
		}
	}
	now := s.DB.Now()
	err = sqldb.Each(ctx, s.DB, func(r sqldb.Scanner) error {
		var p FeedPost
		row, err := scanRowBody(r, &p.Text)
		p.Row, p.Text = row, textkit.Excerpt(p.Text, 2000)
		posts = append(posts, p)
		return err
	}, `SELECT `+rowColumns+` FROM post WHERE brand = ? AND about = '' AND binned_at IS NULL AND validation <> 'draft' AND at >= ? AND at < ? ORDER BY at, id LIMIT ?`, b, sqldb.At(now.Add(-feedBack)), sqldb.At(now.Add(feedAhead)), MaxCalendar)
	if err != nil {
		return b, f, nil, err
	}
	if now.Sub(f.Read) > time.Hour { // one line an hour is enough to know that it is used
		_, err = s.DB.Exec(ctx, `UPDATE calendar_feed SET read_at = ? WHERE brand = ? AND id = ?`, sqldb.At(now), b, f.ID)
	}
	return b, f, posts, err
}
