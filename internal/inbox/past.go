package inbox

import (
	"context"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/jobs"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// How far the past of a channel was read. Stored.
const (
	pastNone    = "none" // the network does not tell
	pastReading = "reading"
	pastWhole   = "whole"
	pastFailed  = "failed"
)

// PastKind is the job that reads what was said before a channel was connected.
const PastKind = "inbox.past"

// PastArgs names the channel.
type PastArgs struct {
	Brand   id.Brand
	Channel id.Channel
}

const (
	// MaxPast is how many items of a channel's past are read.
	MaxPast = 100_000
	// pastPages is how many pages one run of the job reads before it lets the
	// others work.
	pastPages = 20
)

// ReadPast reads some pages of a channel's past, from where it stopped; the job
// PastKind calls it. It asks to be called again until all is read. Safe to
// repeat.
func (s *Service) ReadPast(ctx context.Context, in PastArgs) (err error) {
	defer fault.Wrap(&err, "read the past")
	for range pastPages {
		var state string
		var from network.Cursor
		var n int64
		err := sqldb.Each(ctx, s.DB, func(r sqldb.Scanner) error { return r.Scan(&state, &from, &n) },
			`SELECT past, past_place, past_items FROM inbox_reader WHERE brand = ? AND channel = ?`, in.Brand, in.Channel)
		if err != nil || state != pastReading {
			return err
		}
		if n >= MaxPast {
			return s.endPast(ctx, in, pastWhole, "", n)
		}
		p, ch, err := s.Channels.Presence(ctx, in.Brand, in.Channel)
		if fault.Is(err, fault.NotFound) {
			return nil // removed
		}
		if err != nil {
			return err
		}
		page, err := p.History(ctx, from)
		switch e := fault.As(err); {
		case err == nil:
		case fault.Retry(err) && e.RetryAfter > 0:
			return jobs.Later(e.RetryAfter)
		case fault.Retry(err):
			return err
		default:
			return s.endPast(ctx, in, pastFailed, fault.MessageKey(err), n)
		}
		if page.More && page.Next == from {
			page.More = false // it would be read for ever
		}
		if _, err := s.Take(ctx, ch, page, Past, Hold{}); err != nil {
			return err
		}
		if !page.More {
			return s.endPast(ctx, in, pastWhole, "", n+int64(len(page.Items)))
		}
	}
	return jobs.Later(time.Second)
}

func (s *Service) endPast(ctx context.Context, in PastArgs, state, problem string, n int64) error {
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE inbox_reader SET past = ?, problem = CASE WHEN ? <> '' THEN ? ELSE problem END, past_at = ? WHERE brand = ? AND channel = ?`,
			state, problem, problem, sqldb.At(tx.Now), in.Brand, in.Channel)
		if err != nil {
			return err
		}
		tx.AfterCommit(func() { s.Tell("brand:"+string(in.Brand), "inbox-past", nil) })
		if state != pastWhole {
			return nil
		}
		return s.Book.Record(ctx, tx, logbook.Entry{Brand: in.Brand, Actor: program.Signs(), Act: ActReadWhole, Subject: logbook.Subject{Kind: "channel", ID: string(in.Channel)}, Data: map[string]any{"items": n}})
	})
}

// Reconcile adds the jobs of pasts that are being read and have none: rows are
// the truth. The job of reconciliation calls it.
func (s *Service) Reconcile(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "reconcile pasts")
	open, err := sqldb.List(ctx, s.DB, func(r sqldb.Scanner) (a PastArgs, err error) { return a, r.Scan(&a.Brand, &a.Channel) },
		`SELECT brand, channel FROM inbox_reader WHERE past = 'reading' ORDER BY channel LIMIT 200`)
	if err != nil || len(open) == 0 || s.Later == nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		for _, a := range open {
			if err := s.Later(ctx, tx, PastKind, a); err != nil {
				return err
			}
		}
		return nil
	})
}

// Listening is how the reading of a channel stands.
type Listening struct {
	Channel id.Channel `json:"channel"`
	Read    time.Time  `json:"read,omitzero"`     // when it was read last
	Problem string     `json:"problem,omitempty"` // message key of what is wrong
	// Past is none, reading, whole or failed; Items how many items of it were
	// read.
	Past  string `json:"past"`
	Items int64  `json:"items"`
}

// Listens tells how the reading of the brand's channels stands; those that
// cannot be heard are missing.
func (s *Service) Listens(ctx context.Context, a team.Actor, b id.Brand) (_ []Listening, err error) {
	defer fault.Wrap(&err, "read how channels are heard")
	if err := a.Require(b, team.SeeInbox); err != nil {
		return nil, err
	}
	return sqldb.List(ctx, s.DB, func(r sqldb.Scanner) (l Listening, err error) {
		var at sqldb.Time
		err = r.Scan(&l.Channel, &at, &l.Problem, &l.Past, &l.Items)
		l.Read = at.Time
		return l, err
	}, `SELECT channel, read_at, problem, past, past_items FROM inbox_reader WHERE brand = ? ORDER BY channel`, b)
}

// ChannelRemoved stops the reading of a channel, in the transaction that
// removes it. What was said stays.
func (s *Service) ChannelRemoved(ctx context.Context, tx *sqldb.Tx, b id.Brand, c id.Channel) error {
	_, err := tx.Exec(ctx, `DELETE FROM inbox_reader WHERE brand = ? AND channel = ?`, b, c)
	return err
}
