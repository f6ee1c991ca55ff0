package publishing

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/base/textkit"
	"vigie/internal/network"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

const (
	// ProblemByHand is why a publication failed that a person did not publish;
	// Detail has her reason.
	ProblemByHand = "publishing.by_hand.not_done"
	maxReason     = 300
)

var (
	errNotByHand = fault.New(fault.Conflict, "publishing.by_hand.not_yours")
	errDone      = fault.New(fault.Conflict, "publishing.by_hand.done")
	errReason    = fault.New(fault.Invalid, "publishing.by_hand.reason").At("reason")
	errLong      = fault.New(fault.Invalid, "publishing.by_hand.reason_long").At("reason").With("max", maxReason)
)

// checkedLink is a permalink as somebody typed or pasted it; empty is allowed.
func checkedLink(link string) (string, error) {
	link = strings.TrimSpace(link)
	if link == "" {
		return "", nil
	}
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || len(link) > maxLink || strings.ContainsFunc(link, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return "", errLink
	}
	return link, nil
}

// PublishedByHand is a person's word that she published what was handed to her,
// with its link where she has it. Safe to repeat: a second word changes nothing
// but a link that was not known yet. It is true even after somebody said that
// it was not published, or recalled it. Errors: conflict (it was never in
// anybody's hands, or is not any more), invalid (the link), not_found.
func (s *Service) PublishedByHand(ctx context.Context, a team.Actor, b id.Brand, p id.Publication, link string) (err error) {
	defer fault.Wrap(&err, "published by hand")
	if err := a.Require(b, team.PublishPosts); err != nil {
		return err
	}
	if link, err = checkedLink(link); err != nil {
		return err
	}
	known, err := loadPublication(ctx, s.DB, b, p)
	if err != nil {
		return err
	}
	ch, err := s.Channels.Get(ctx, team.Program("ledger"), b, known.Channel)
	if err != nil {
		return err
	}
	return s.decide(ctx, a, b, p, "", nil, func(tx *sqldb.Tx, pub Publication) (string, map[string]any, error) {
		handed, err := everHanded(ctx, tx, pub)
		switch {
		case err != nil:
			return "", nil, err
		case !handed:
			return "", nil, errNotByHand
		case pub.State == Sent:
			return "", nil, s.addLink(ctx, tx, a, pub, link)
		case pub.State != Handed && pub.State != Failed:
			return "", nil, errNotByHand
		}
		pub.Sent = nil
		for part := range pub.Content.Parts {
			pub.Sent = append(pub.Sent, SentPart{Ref: network.Ref(pub.key(part)), URL: link, At: tx.Now})
		}
		n, err := tx.Exec(ctx, `UPDATE publication SET state = 'sent', sent = ?, sent_at = ?, url = ?, next_at = NULL, confirm = FALSE, problem = '', detail = 'null', version = version + 1
			WHERE brand = ? AND id = ? AND state IN ('handed', 'failed') AND version = ?`,
			sqldb.JSON[[]SentPart]{V: pub.Sent}, sqldb.At(tx.Now), link, b, p, pub.Version)
		if err = one(n, err, errLeaving); err != nil {
			return "", nil, err
		}
		if pub.Problem == problemRecalled {
			if err := s.publishedAfterRecall(ctx, tx, a, pub, link); err != nil {
				return "", nil, err
			}
		}
		return ActSent, map[string]any{"network": ch.Network, "parts": len(pub.Content.Parts), "url": link, "hash": pub.Hash, "by_hand": true,
			"late_ms": tx.Now.Sub(pub.DueAt).Milliseconds()}, addSteps(ctx, tx, p, Step{What: StepHandDone, Who: string(a.Person), Attempt: pub.Attempts, Detail: map[string]any{"url": link}})
	})
}

// publishedAfterRecall tells the truth on the receipt of a recall that had
// stopped what lay in a person's hands: she published it all the same, or before
// she heard. What stands there is hers to take back, and the recall is no
// longer over with it.
func (s *Service) publishedAfterRecall(ctx context.Context, tx *sqldb.Tx, a team.Actor, pub Publication, link string) error {
	const problem = "publishing.recall.published_after"
	legs, err := sqldb.List(ctx, tx, scanLeg, `UPDATE recall_leg SET state = 'cannot', problem = ?, detail = ?, url = ?, parts = ?, ended_at = ?, reminded_at = NULL
		WHERE brand = ? AND publication = ? AND state = 'stopped' AND id = (SELECT MAX(l.id) FROM recall_leg l WHERE l.publication = recall_leg.publication) RETURNING `+legColumns,
		problem, sqldb.JSON[map[string]any]{V: map[string]any{"who": a.Person, "at": tx.Now}}, link, sqldb.JSON[[]SentPart]{V: pub.Sent}, sqldb.At(tx.Now), pub.Brand, pub.ID)
	if err != nil || len(legs) == 0 {
		return err
	}
	return addSteps(ctx, tx, pub.ID, Step{What: StepRecallFailed, Who: string(a.Person), Problem: problem, Detail: map[string]any{"recall": legs[0].Recall, "url": link}})
}

// addLink keeps a link that comes after the word; another than the one known is
// a conflict, since somebody already vouched for that.
func (s *Service) addLink(ctx context.Context, tx *sqldb.Tx, a team.Actor, pub Publication, link string) error {
	if link == "" || link == pub.URL || len(pub.Sent) == 0 {
		return nil
	}
	if pub.URL != "" {
		return errDone
	}
	for i := range pub.Sent {
		pub.Sent[i].URL = link
	}
	n, err := tx.Exec(ctx, `UPDATE publication SET url = ?, sent = ?, version = version + 1 WHERE brand = ? AND id = ? AND state = 'sent' AND version = ?`,
		link, sqldb.JSON[[]SentPart]{V: pub.Sent}, pub.Brand, pub.ID, pub.Version)
	if err = one(n, err, errLeaving); err != nil {
		return err
	}
	s.changed(tx, pub.Brand, pub.Post)
	if err := addSteps(ctx, tx, pub.ID, Step{What: StepConfirmed, Who: string(a.Person), Detail: map[string]any{"url": link, "final": true}}); err != nil {
		return err
	}
	return s.Book.Record(ctx, tx, logbook.Entry{Brand: pub.Brand, Actor: a.Signs(), Act: ActSettled, Subject: logbook.Subject{Kind: "publication", ID: string(pub.ID)},
		Data: map[string]any{"post": pub.Post, "channel": pub.Channel, "sent": true, "url": link}})
}

// NotPublishedByHand is a person's word that what was handed to her is not
// published, and why: it failed, and may be tried again. Safe to repeat.
// Errors: conflict (it is published, or not in anybody's hands), invalid (no
// reason), not_found.
func (s *Service) NotPublishedByHand(ctx context.Context, a team.Actor, b id.Brand, p id.Publication, reason string) (err error) {
	defer fault.Wrap(&err, "not published by hand")
	if err := a.Require(b, team.PublishPosts); err != nil {
		return err
	}
	reason, _ = textkit.Clean(reason)
	if reason = strings.Join(strings.Fields(reason), " "); reason == "" {
		return errReason
	}
	if textkit.Graphemes(reason) > maxReason {
		return errLong
	}
	return s.decide(ctx, a, b, p, "", nil, func(tx *sqldb.Tx, pub Publication) (string, map[string]any, error) {
		switch {
		case pub.State == Failed && pub.Problem == ProblemByHand:
			return "", nil, nil // said already
		case pub.State == Sent:
			if handed, err := everHanded(ctx, tx, pub); err != nil || handed {
				return "", nil, cmp.Or[error](err, errDone)
			}
			return "", nil, errNotByHand
		case pub.State != Handed:
			return "", nil, errNotByHand
		}
		detail := map[string]any{"reason": reason}
		n, err := tx.Exec(ctx, `UPDATE publication SET state = 'failed', next_at = NULL, problem = ?, detail = ?, version = version + 1
			WHERE brand = ? AND id = ? AND state = 'handed' AND version = ?`, ProblemByHand, sqldb.JSON[map[string]any]{V: detail}, b, p, pub.Version)
		if err = one(n, err, errLeaving); err != nil {
			return "", nil, err
		}
		return ActFailed, map[string]any{"problem": ProblemByHand}, addSteps(ctx, tx, p, Step{What: StepHandRefused, Who: string(a.Person), Attempt: pub.Attempts, Detail: detail})
	})
}

// everHanded tells whether the last attempt of a publication put it into a
// person's hands.
func everHanded(ctx context.Context, tx *sqldb.Tx, p Publication) (bool, error) {
	if p.State == Handed {
		return true, nil
	}
	n, err := sqldb.Value[int64](ctx, tx, `SELECT COUNT(*) FROM publication_step WHERE publication = ? AND what = ? AND attempt = ?`, p.ID, StepHanded, p.Attempts)
	return n > 0, err
}

// InHand is a publication that waits for a person, as a list shows it.
type InHand struct {
	PublicationRow
	// Since is when it was handed over, Late when it is overdue: the person was,
	// or is about to be, told a second time.
	Since time.Time `json:"since"`
	Late  bool      `json:"late"`
}

// InHands lists what a brand's people are to publish by hand, oldest hour
// first. Safe to repeat.
func (s *Service) InHands(ctx context.Context, a team.Actor, b id.Brand, limit int) (_ []InHand, err error) {
	defer fault.Wrap(&err, "list what is to be published by hand")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return nil, err
	}
	rows, err := sqldb.List(ctx, s.DB, scanPublicationRow, inHandOf, b, min(max(1, limit), MaxPage))
	if err != nil || len(rows) == 0 {
		return []InHand{}, err
	}
	ids := make([]id.Publication, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	now, out := s.DB.Now(), make([]InHand, len(rows))
	err = sqldb.Each(ctx, s.DB, func(r sqldb.Scanner) error {
		var p id.Publication
		var attempted, next sqldb.Time
		if err := r.Scan(&p, &attempted, &next); err != nil {
			return err
		}
		i := slices.Index(ids, p)
		out[i] = InHand{PublicationRow: rows[i], Since: attempted.Time, Late: next.IsZero() || !next.After(now)}
		return nil
	}, `SELECT id, attempted_at, next_at FROM publication WHERE brand = ? AND id IN `+sqldb.Marks(len(ids)), append([]any{b}, sqldb.Args(ids)...)...)
	return slices.DeleteFunc(out, func(h InHand) bool { return h.ID == "" }), err
}

const inHandOf = `SELECT ` + publicationRowColumns + `
	FROM (SELECT * FROM publication WHERE brand = ? AND state = 'handed' ORDER BY due_at, id LIMIT ?) AS p JOIN post t ON t.id = p.post ORDER BY p.due_at, p.id`

// ByHand tells whether a publication lies, or lay, in a person's hands: its
// page is another one.
func ByHand(steps []Step) bool {
	return slices.ContainsFunc(steps, func(s Step) bool { return s.What == StepHanded })
}
