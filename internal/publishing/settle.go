package publishing

import (
	"context"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

var (
	errNotUnknown = fault.New(fault.Conflict, "publishing.not_unknown")
	errNotFailed  = fault.New(fault.Conflict, "publishing.not_failed")
	errNotSent    = fault.New(fault.Conflict, "publishing.not_sent")
	errLink       = fault.New(fault.Invalid, "publishing.link").At("url")
	errHeld       = fault.New(fault.Conflict, "publishing.held")
)

// SettleSent is a person's word that a publication in doubt did leave; link is
// its permalink if she has it. Errors: conflict (it is not in doubt any more),
// invalid.
func (s *Service) SettleSent(ctx context.Context, a team.Actor, b id.Brand, p id.Publication, link string) (err error) {
	defer fault.Wrap(&err, "settle")
	if link = strings.TrimSpace(link); link != "" {
		if u, err := url.Parse(link); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || len(link) > 2000 {
			return errLink
		}
	}
	return s.decide(ctx, a, b, p, Unknown, errNotUnknown, func(tx *sqldb.Tx, pub Publication) (string, map[string]any, error) {
		// The whole of it: a person who saw half a thread withdraws or retries.
		for len(pub.Sent) < len(pub.Content.Parts) {
			pub.Sent = append(pub.Sent, SentPart{URL: link, At: pub.Attempted})
		}
		if len(pub.Sent) == 0 {
			return "", nil, errNotUnknown.Becausef("a publication without content")
		}
		if pub.Sent[0].URL == "" {
			pub.Sent[0].URL = link
		}
		n, err := tx.Exec(ctx, `UPDATE publication SET state = 'sent', sent = ?, sent_at = ?, url = ?, next_at = NULL, problem = '', detail = 'null', version = version + 1 WHERE brand = ? AND id = ? AND state = 'unknown'`,
			sqldb.JSON[[]SentPart]{V: pub.Sent}, sqldb.At(pub.Attempted), pub.Sent[0].URL, b, p)
		if err = one(n, err, errNotUnknown); err != nil {
			return "", nil, err
		}
		return ActSettled, map[string]any{"sent": true}, addSteps(ctx, tx, p, Step{What: StepSettled, Who: string(a.Person), Detail: map[string]any{"sent": true, "url": link}})
	})
}

// SettleNotSent is a person's word that a publication in doubt did not leave:
// it is sent again at once. Errors: conflict.
func (s *Service) SettleNotSent(ctx context.Context, a team.Actor, b id.Brand, p id.Publication) (err error) {
	defer fault.Wrap(&err, "settle")
	return s.decide(ctx, a, b, p, Unknown, errNotUnknown, func(tx *sqldb.Tx, pub Publication) (string, map[string]any, error) {
		if err := s.release(ctx, tx, a, pub, errNotUnknown); err != nil {
			return "", nil, err
		}
		return ActSettled, map[string]any{"sent": false}, addSteps(ctx, tx, p, Step{What: StepSettled, Who: string(a.Person), Detail: map[string]any{"sent": false}})
	})
}

// Retry sends again what failed, or what a freeze made late, on this channel
// alone: the other channels are not touched, and a thread goes on after its
// last part. Errors: conflict.
func (s *Service) Retry(ctx context.Context, a team.Actor, b id.Brand, p id.Publication) (err error) {
	defer fault.Wrap(&err, "retry")
	return s.decide(ctx, a, b, p, "", nil, func(tx *sqldb.Tx, pub Publication) (string, map[string]any, error) {
		if pub.State != Failed && pub.State != Frozen {
			return "", nil, errNotFailed
		}
		if err := s.release(ctx, tx, a, pub, errNotFailed); err != nil {
			return "", nil, err
		}
		return ActRetried, nil, addSteps(ctx, tx, p, Step{What: StepRetried, Who: string(a.Person)})
	})
}

// release makes a publication due now. Its hour becomes now: the grace of the
// clock counts from the person's decision.
func (s *Service) release(ctx context.Context, tx *sqldb.Tx, a team.Actor, p Publication, late error) error {
	binned, err := sqldb.Value[int64](ctx, tx, `SELECT COUNT(*) FROM post WHERE brand = ? AND id = ? AND binned_at IS NOT NULL`, p.Brand, p.Post)
	if err != nil {
		return err
	}
	if binned > 0 && p.State != Unknown {
		return errGone // taken out of the bin first, or it would leave unseen
	}
	frozen, err := frozenNow(ctx, tx, p.Brand)
	if err != nil {
		return err
	}
	if frozen {
		return errHeld
	}
	intent := ""
	if p.State != Unknown {
		intent = freshIntent(tx)
	}
	n, err := tx.Exec(ctx, `UPDATE publication SET state = 'due', due_at = ?, next_at = ?, problem = '', detail = 'null', looks = 0`+intent+`, version = version + 1 WHERE brand = ? AND id = ? AND state = ? AND version = ?`,
		sqldb.At(tx.Now), sqldb.At(tx.Now), p.Brand, p.ID, p.State, p.Version)
	if err = one(n, err, late); err != nil || s.Gate == nil {
		return err
	}
	post, err := loadPost(ctx, tx, p.Brand, p.Post)
	if err != nil {
		return err
	}
	return s.regateStored(ctx, tx, a, post)
}

// one turns a change that changed nothing into the error of who came second:
// on PostgreSQL two people can have read the same state.
func one(n int64, err, late error) error {
	if err == nil && n == 0 {
		return late
	}
	return err
}

func with(data map[string]any, pairs ...any) map[string]any {
	if data == nil {
		data = map[string]any{}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		data[pairs[i].(string)] = pairs[i+1]
	}
	return data
}

func (s *Service) decide(ctx context.Context, a team.Actor, b id.Brand, p id.Publication, want State, wrong error, fn func(*sqldb.Tx, Publication) (string, map[string]any, error)) error {
	if err := a.Require(b, team.PublishPosts); err != nil {
		return err
	}
	err := s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		pub, err := loadPublication(ctx, tx, b, p)
		if err != nil {
			return err
		}
		if err := enter(ctx, tx, b, pub.Post); err != nil {
			return err
		}
		if want != "" && pub.State != want {
			return wrong
		}
		act, data, err := fn(tx, pub)
		if err != nil {
			return err
		}
		if act == "" {
			return nil
		}
		if err := refreshBadge(ctx, tx, b, pub.Post); err != nil {
			return err
		}
		s.changed(tx, b, pub.Post)
		return s.Book.Record(ctx, tx, logbook.Entry{Brand: b, Actor: a.Signs(), Act: act, Subject: logbook.Subject{Kind: "publication", ID: string(p)},
			Data: with(data, "post", pub.Post, "channel", pub.Channel)})
	})
	if err == nil {
		s.wake()
	}
	return err
}

// Withdraw takes a publication off its network, last part first. Deleting what
// is gone is success, so it is safe to repeat after an error. Errors: conflict
// (it is not there), unsupported, transient.
func (s *Service) Withdraw(ctx context.Context, a team.Actor, b id.Brand, p id.Publication) (err error) {
	defer fault.Wrap(&err, "withdraw")
	if err := a.Require(b, team.PublishPosts); err != nil {
		return err
	}
	pub, err := loadPublication(ctx, s.DB, b, p)
	if err != nil {
		return err
	}
	// A thread that failed half-way has parts to withdraw too.
	if len(pub.Sent) == 0 || pub.State != Sent && pub.State != Withdrawn && pub.State != Failed {
		return errNotSent
	}
	if pub.State == Withdrawn {
		return nil
	}
	presence, _, err := s.Channels.Presence(ctx, b, pub.Channel)
	if err != nil {
		return err
	}
	if unnamed(pub.Sent) {
		return errNotSent.Because(errors.New("settled by hand: the network's reference is not known"))
	}
	if err := deleteParts(ctx, presence, pub.Sent); err != nil {
		return err
	}
	// It is gone from the network: that is written down even if whoever asked
	// has closed her page.
	ctx = context.WithoutCancel(ctx)
	return s.decide(ctx, a, b, p, "", nil, func(tx *sqldb.Tx, _ Publication) (string, map[string]any, error) {
		n, err := tx.Exec(ctx, `UPDATE publication SET state = 'withdrawn', confirm = FALSE, next_at = NULL, problem = '', detail = 'null', version = version + 1 WHERE brand = ? AND id = ? AND state IN ('sent', 'failed') AND attempts = ?`, b, p, pub.Attempts)
		if err != nil || n == 0 {
			return "", nil, err // somebody else wrote it down
		}
		return ActWithdrawn, nil, addSteps(ctx, tx, p, Step{What: StepWithdrawn, Who: string(a.Person)})
	})
}

// WaitingFor counts what ChannelRemoved would hold, for the person to read before
// she removes a channel.
func (s *Service) WaitingFor(ctx context.Context, a team.Actor, b id.Brand, c id.Channel) (_ int, err error) {
	defer fault.Wrap(&err, "count what waits for a channel")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return 0, err
	}
	n, err := sqldb.Value[int64](ctx, s.DB, `SELECT COUNT(*) FROM publication WHERE brand = ? AND channel = ? AND state IN ('planned', 'pending', 'due', 'frozen')`, b, c)
	return int(n), err
}

// ChannelRemoved holds, in the transaction that removes a channel, what waits
// for it: nothing is dropped silently.
func (s *Service) ChannelRemoved(ctx context.Context, tx *sqldb.Tx, c channel.Channel) error {
	moved, err := moveMany(ctx, tx, c.Brand, `channel = ? AND state IN ('planned', 'pending', 'due', 'frozen')`, []any{c.ID},
		`state = 'failed', problem = ?, next_at = NULL`, []any{"publishing.channel_removed"}, Step{What: StepStopped, Problem: "publishing.channel_removed"})
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM slot WHERE brand = ? AND channel = ?`, c.Brand, c.ID); err != nil {
		return err
	}
	return s.touched(ctx, tx, moved)
}

// BrandArchived holds everything scheduled of a brand, in the transaction that
// puts the brand away: nothing leaves for a client who has gone. What is held
// stays held when the brand comes back, until somebody gives it another hour.
func (s *Service) BrandArchived(ctx context.Context, tx *sqldb.Tx, b id.Brand) error {
	tx.AfterCommit(func() { s.frosts.Add(1) })
	moved, err := moveMany(ctx, tx, b, `state IN ('planned', 'pending', 'due')`, nil, `state = 'frozen', problem = ?, next_at = NULL`,
		[]any{"publishing.brand_archived"}, Step{What: StepStopped, Problem: "publishing.brand_archived"})
	if err != nil {
		return err
	}
	return s.touched(ctx, tx, moved)
}

// touched sums up the posts that a sweep changed and tells open pages.
func (s *Service) touched(ctx context.Context, tx *sqldb.Tx, moved swept) error {
	for _, post := range slices.Sorted(maps.Keys(moved.posts)) { // one order for all: no deadlock
		b := moved.posts[post]
		if err := refreshBadge(ctx, tx, b, post); err != nil {
			return err
		}
		s.changed(tx, b, post)
	}
	return nil
}
