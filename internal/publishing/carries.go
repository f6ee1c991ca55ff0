package publishing

import (
	"context"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// keepMedia writes which media a publication carries, in place of what it
// carried before.
func keepMedia(ctx context.Context, tx *sqldb.Tx, p Publication) error {
	if _, err := tx.Exec(ctx, `DELETE FROM publication_media WHERE publication = ?`, p.ID); err != nil {
		return err
	}
	for _, m := range p.Content.Media() {
		if _, err := tx.Exec(ctx, `INSERT INTO publication_media (publication, brand, media) VALUES (?,?,?) ON CONFLICT (publication, media) DO NOTHING`, p.ID, p.Brand, m.ID); err != nil {
			return err
		}
	}
	return nil
}

// What counts as a use of a media: it stands on a network, may stand there, or
// is going to.
const (
	used      = `p.state IN ('sent', 'unknown')`
	underWay  = `p.state IN ('planned', 'pending', 'due', 'sending', 'handed', 'frozen')`
	carriedBy = ` FROM publication_media m JOIN publication p ON p.id = m.publication WHERE m.brand = ? AND m.media IN `
)

// ShownCount counts the publications of each media that left or are going to;
// those that failed or were taken back do not count. It names none.
func (s *Service) ShownCount(ctx context.Context, q sqldb.Q, b id.Brand, list []id.Media) (_ map[id.Media]int64, err error) {
	defer fault.Wrap(&err, "count publications of media")
	return countMedia(ctx, q, b, list, `(`+used+` OR `+underWay+`)`)
}

// TakenCount counts the uses of each media that are taken when a post wants its
// own on a channel: those of every other publication, and of the post's other
// channels that are not on the ledger yet. With leaving, only those that left,
// or whose turn is before its own.
func (s *Service) TakenCount(ctx context.Context, q sqldb.Q, b id.Brand, post id.Post, c id.Channel, list []id.Media, leaving bool) (_ map[id.Media]int64, err error) {
	defer fault.Wrap(&err, "count uses of media")
	if !leaving {
		out, err := countMedia(ctx, q, b, list, `(`+used+` OR `+underWay+`) AND p.post <> ?`, post)
		if err != nil {
			return nil, err
		}
		for _, m := range list {
			n, err := sqldb.Value[int64](ctx, q, `SELECT COUNT(*) FROM variant v JOIN post t ON t.id = v.post WHERE v.brand = ? AND v.post = ? AND v.channel <> ?
				AND COALESCE(v.media, t.media) LIKE ?`, b, post, c, "%"+string(m)+"%")
			if err != nil {
				return nil, err
			}
			out[m] += n
		}
		return out, nil
	}
	mine, err := sqldb.List(ctx, q, func(r sqldb.Scanner) (p Publication, err error) {
		var due sqldb.Time
		err = r.Scan(&p.ID, &due)
		p.DueAt = due.Time
		return p, err
	}, `SELECT id, due_at FROM publication WHERE brand = ? AND post = ? AND channel = ?`, b, post, c)
	if err != nil {
		return nil, err
	}
	if len(mine) == 0 {
		return countMedia(ctx, q, b, list, used)
	}
	due := sqldb.At(mine[0].DueAt)
	return countMedia(ctx, q, b, list, `p.id <> ? AND (`+used+` OR `+underWay+` AND (p.due_at < ? OR p.due_at = ? AND p.id < ?))`, mine[0].ID, due, due, mine[0].ID)
}

func countMedia(ctx context.Context, q sqldb.Q, b id.Brand, list []id.Media, cond string, args ...any) (map[id.Media]int64, error) {
	out := map[id.Media]int64{}
	for part := range sqldb.Chunks(list, 500) {
		all := append(append([]any{b}, sqldb.Args(part)...), args...)
		err := sqldb.Each(ctx, q, func(r sqldb.Scanner) error {
			var m id.Media
			var n int64
			err := r.Scan(&m, &n)
			out[m] = n
			return err
		}, `SELECT m.media, COUNT(*)`+carriedBy+sqldb.Marks(len(part))+` AND `+cond+` GROUP BY m.media`, all...)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// PictureChanging readies the marking of what waits with a media that comes to
// show something else on some network: mark is called in the transaction in
// which it does. What waits keeps the part it was planned with; its post says
// that it changed, and who read it is asked again. Safe to repeat.
func (s *Service) PictureChanging(ctx context.Context, a team.Actor, b id.Brand, m id.Media) (mark func(*sqldb.Tx) error, err error) {
	defer fault.Wrap(&err, "ready a change of picture")
	known, err := s.Channels.List(ctx, team.Program("publishing"), b) // outside of the transaction: it reads another room
	if err != nil {
		return nil, err
	}
	return func(tx *sqldb.Tx) error {
		posts, err := sqldb.Values[id.Post](ctx, tx, `SELECT DISTINCT p.post`+carriedBy+`(?) AND p.state <> 'sent' AND p.state <> 'withdrawn' ORDER BY p.post`, b, m)
		if err != nil {
			return err
		}
		for _, post := range posts {
			if err := enter(ctx, tx, b, post); err != nil {
				return err
			}
			p, err := loadPost(ctx, tx, b, post)
			if err != nil {
				return err
			}
			changed, err := s.voidEdited(ctx, tx, p, known)
			if err != nil || !changed {
				if err != nil {
					return err
				}
				continue
			}
			version := p.Version
			p.Version, p.Changed = version+1, true
			if err := s.regateFor(ctx, tx, a, &p, true); err != nil {
				return err
			}
			if err := updatePost(ctx, tx, p, version); err != nil {
				return err
			}
			if err := refreshBadge(ctx, tx, b, post); err != nil {
				return err
			}
			s.changed(tx, b, post)
			if err := s.record(ctx, tx, a, p, ActPicture, map[string]any{"media": m}, 0); err != nil {
				return err
			}
		}
		tx.AfterCommit(s.wake)
		return nil
	}, nil
}

// OnLine is a publication that stands on a network with a media.
type OnLine struct {
	Media       id.Media
	Publication id.Publication
	Post        id.Post
	Title       string
	Channel     id.Channel
	SentAt      time.Time
	URL         string
}

// OnLineWith lists the publications that stand on a network with one of the
// media, latest first, at most limit. It asks no actor: the caller shows them
// to somebody who may see the planning.
func (s *Service) OnLineWith(ctx context.Context, b id.Brand, list []id.Media, limit int) (_ []OnLine, err error) {
	defer fault.Wrap(&err, "list what stands with media")
	var out []OnLine
	for part := range sqldb.Chunks(list, 500) {
		some, err := sqldb.List(ctx, s.DB, func(r sqldb.Scanner) (o OnLine, err error) {
			var sent sqldb.Time
			var body string
			err = r.Scan(&o.Media, &o.Publication, &o.Post, &o.Title, &body, &o.Channel, &sent, &o.URL)
			o.SentAt, o.Title = sent.Time, titleOf(o.Title, body)
			return o, err
		}, `SELECT m.media, p.id, p.post, t.title, substr(t.body, 1, 160), p.channel, p.sent_at, p.url FROM publication_media m
			JOIN publication p ON p.id = m.publication JOIN post t ON t.id = p.post
			WHERE m.brand = ? AND m.media IN `+sqldb.Marks(len(part))+` AND p.state = 'sent' ORDER BY p.sent_at DESC, p.id DESC LIMIT ?`,
			append(append([]any{b}, sqldb.Args(part)...), limit-len(out))...)
		if err != nil {
			return nil, err
		}
		if out = append(out, some...); len(out) >= limit {
			break
		}
	}
	return out, nil
}
