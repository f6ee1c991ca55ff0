package channel

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"sync"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Sealer keeps secrets; platform/secret is one.
type Sealer interface {
	Seal(purpose, row string, plain []byte) (string, error)
	Open(purpose, row, sealed string) ([]byte, error)
}

// Journal is the logbook.
type Journal interface {
	Record(ctx context.Context, tx *sqldb.Tx, e logbook.Entry) error
}

// Needs are what the service is made of. All but Removed and Tell are required.
type Needs struct {
	DB      *sqldb.DB
	Drivers []network.Driver
	Seal    Sealer
	Book    Journal
	// Wrap puts a *network.Presence in front of an account; app gives the
	// options (log, metrics).
	Wrap func(kind network.Kind, channel id.Channel, a network.Account) *network.Presence
	// Removed is told in the same transaction that a channel is gone: what
	// waits for it must not wait for ever.
	Removed func(ctx context.Context, tx *sqldb.Tx, c Channel) error
	// Tell lets open pages know, after the commit.
	Tell func(topic, kind string, data any)
	Log  *slog.Logger
}

// Service is the desk at the door. It is safe for use by many goroutines.
type Service struct {
	Needs
	mu   sync.Mutex
	open map[id.Channel]*opened
}

// opened keeps an account's session between calls (some networks allow thirty
// sign-ins an hour); version tells when its credentials were replaced by hand.
type opened struct {
	presence *network.Presence
	version  int64
}

// New makes the service.
func New(n Needs) *Service {
	if n.Tell == nil {
		n.Tell = func(string, string, any) {}
	}
	if n.Log == nil {
		n.Log = slog.Default()
	}
	return &Service{Needs: n, open: map[id.Channel]*opened{}}
}

var (
	errNetwork = fault.New(fault.NotFound, "channel.network")
	errStale   = fault.New(fault.NotFound, "channel.signin_ended")
	errRemoved = fault.New(fault.NotFound, "channel.removed")
	errOther   = fault.New(fault.Conflict, "channel.other_account")
)

// Networks lists the networks one can connect to.
func (s *Service) Networks() []network.Facts {
	out := make([]network.Facts, len(s.Drivers))
	for i, d := range s.Drivers {
		out[i] = d.Facts()
	}
	return out
}

func (s *Service) driver(kind network.Kind) (network.Driver, error) {
	i := slices.IndexFunc(s.Drivers, func(d network.Driver) bool { return d.Facts().Kind == kind })
	if i < 0 {
		return nil, errNetwork.With("network", string(kind))
	}
	return s.Drivers[i], nil
}

// List returns the brand's channels, oldest first, without those removed.
func (s *Service) List(ctx context.Context, a team.Actor, b id.Brand) (_ []Channel, err error) {
	defer fault.Wrap(&err, "list channels")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return nil, err
	}
	return s.list(ctx, b)
}

// Get returns one channel of the brand, removed ones included: the past names
// them.
func (s *Service) Get(ctx context.Context, a team.Actor, b id.Brand, c id.Channel) (_ Channel, err error) {
	defer fault.Wrap(&err, "read channel")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return Channel{}, err
	}
	ch, _, err := s.one(ctx, s.DB, b, c)
	return ch, err
}

// Remove ends a channel: its credentials are destroyed, what waits for it is
// held with its reason, what was published stays on record. Removing twice is
// success.
func (s *Service) Remove(ctx context.Context, a team.Actor, b id.Brand, c id.Channel) (err error) {
	defer fault.Wrap(&err, "remove channel")
	if err := a.Require(b, team.ManageChannels); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		ch, _, err := s.one(ctx, tx, b, c)
		if err != nil || !ch.Removed.IsZero() {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE channel SET removed_at = ?, credentials = '', version = version + 1 WHERE brand = ? AND id = ?`, sqldb.At(tx.Now), b, c); err != nil {
			return err
		}
		if s.Removed != nil {
			if err := s.Removed(ctx, tx, ch); err != nil {
				return err
			}
		}
		tx.AfterCommit(func() { s.forget(c); s.tell(b) })
		return s.Book.Record(ctx, tx, s.entry(a.Signs(), ch, ActRemoved))
	})
}

func (s *Service) entry(who logbook.Actor, c Channel, act string) logbook.Entry {
	return logbook.Entry{Brand: c.Brand, Actor: who, Act: act, Subject: logbook.Subject{Kind: "channel", ID: string(c.ID)},
		Data: map[string]any{"network": c.Network, "handle": c.Handle}}
}

func (s *Service) tell(b id.Brand) { s.Tell("brand:"+string(b), "channels", nil) }

// Presence opens the way to a channel's account, for the rooms that act in the
// brand's name; they have checked who asks. Errors: not_found (no such channel
// in this brand, or removed), internal (credentials that cannot be opened).
func (s *Service) Presence(ctx context.Context, b id.Brand, c id.Channel) (_ *network.Presence, _ Channel, err error) {
	defer fault.Wrap(&err, "open channel")
	ch, secret, err := s.one(ctx, s.DB, b, c)
	if err != nil {
		return nil, ch, err
	}
	if !ch.Removed.IsZero() {
		return nil, ch, errRemoved.With("handle", ch.Handle)
	}
	s.mu.Lock()
	o := s.open[c]
	s.mu.Unlock()
	if o != nil && o.version == secret.version {
		return o.presence, ch, nil
	}
	d, err := s.driver(ch.Network)
	if err != nil {
		return nil, ch, err
	}
	plain, err := s.Seal.Open("channel", string(c), secret.sealed)
	if err != nil {
		return nil, ch, err
	}
	var cred network.Credentials
	if err := json.Unmarshal(plain, &cred); err != nil {
		return nil, ch, fault.New(fault.Internal, "").Because(err)
	}
	acc, err := d.Open(cred, func(ctx context.Context, fresh network.Credentials) error { return s.refresh(ctx, b, c, fresh) })
	if err != nil {
		return nil, ch, err
	}
	p := s.Wrap(ch.Network, c, acc)
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.open[c]; o != nil && o.version == secret.version {
		return o.presence, ch, nil // another goroutine was first; one session is enough
	}
	s.open[c] = &opened{presence: p, version: secret.version}
	return p, ch, nil
}

func (s *Service) forget(c id.Channel) {
	s.mu.Lock()
	delete(s.open, c)
	s.mu.Unlock()
}

// refresh keeps the credentials that a network handed out in passing. The
// version stays: the open account already uses them.
func (s *Service) refresh(ctx context.Context, b id.Brand, c id.Channel, fresh network.Credentials) error {
	sealed, err := s.seal(c, fresh)
	if err != nil {
		return err
	}
	_, err = s.DB.Exec(ctx, `UPDATE channel SET credentials = ? WHERE brand = ? AND id = ? AND removed_at IS NULL`, sealed, b, c)
	return err
}

func (s *Service) seal(c id.Channel, cred network.Credentials) (string, error) {
	plain, err := json.Marshal(cred)
	if err != nil {
		return "", fault.New(fault.Internal, "").Because(err)
	}
	return s.Seal.Seal("channel", string(c), plain)
}

// MarkSignedOut records that a network refused a channel's token, once, so that
// people are told before the next post is due. Safe to repeat.
func (s *Service) MarkSignedOut(ctx context.Context, tx *sqldb.Tx, b id.Brand, c id.Channel, problem string) error {
	n, err := tx.Exec(ctx, `UPDATE channel SET health = ?, problem = ?, checked_at = ? WHERE brand = ? AND id = ? AND health <> ?`,
		SignedOut, problem, sqldb.At(tx.Now), b, c, SignedOut)
	if err != nil || n == 0 {
		return err
	}
	ch, _, err := s.one(ctx, tx, b, c)
	if err != nil {
		return err
	}
	tx.AfterCommit(func() { s.tell(b) })
	return s.Book.Record(ctx, tx, s.entry(team.Program("door").Signs(), ch, ActSignedOut))
}

const warnBefore = 14 * 24 * time.Hour
