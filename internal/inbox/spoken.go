package inbox

import (
	"context"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
)

// SentAct is what publishing writes when something stands on its network.
const SentAct = "publication.sent"

// ReadSent keeps the references of what we published, so that what people
// answer is known for ours. It is a reader of the logbook: at least once, in
// order.
func (s *Service) ReadSent(ctx context.Context, tx *sqldb.Tx, records []logbook.Record) (err error) {
	defer fault.Wrap(&err, "keep what we said")
	if s.Posts == nil {
		return nil
	}
	for _, r := range records {
		if r.Act != SentAct {
			continue
		}
		p, err := s.Posts.Published(ctx, tx, r.Brand, id.Publication(r.Subject.ID))
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if p.Answer {
			continue
		}
		for _, part := range p.Parts {
			if part.Ref == "" {
				continue
			}
			_, err := tx.Exec(ctx, `INSERT INTO spoken (channel, ref, brand, post, words, url, media, alt, at, likes, shares, replies, quotes, counted_at) VALUES (?,?,?,?,?,?,?,?,?,0,0,0,0,NULL)
				ON CONFLICT (channel, ref) DO UPDATE SET post = excluded.post, words = excluded.words, url = excluded.url, media = excluded.media, alt = excluded.alt, at = excluded.at`,
				p.Channel, part.Ref, r.Brand, p.Post, part.Text, part.URL, p.Media, p.Alt, sqldb.At(stood(part.At, r.At)))
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// stood is when a part stood there, for the network that does not say.
func stood(at, otherwise time.Time) time.Time {
	if at.IsZero() {
		return otherwise
	}
	return at
}
