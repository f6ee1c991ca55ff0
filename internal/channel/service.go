package channel

import (
	"context"
	"encoding/json"
	"log/slog"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
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
	// Wrap puts a *network.Presence in front of a channel's account. The
	// configuration names the account, what is known of it and who learns
	// more; app adds the process's log, pace and metrics.
	Wrap func(kind network.Kind, a network.Account, c network.PresenceConfig) *network.Presence
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

	readings readings
}

// opened keeps an account's session between calls (some networks allow thirty
// sign-ins an hour). version is that of the credentials it works with: when the
// row moves on, by hand or on another node, the account is opened anew.
type opened struct {
	presence *network.Presence
	version  atomic.Int64
	saving   sync.Mutex // one refresh at a time
}

// holds tells whether the account works with what the row held when it was
// read, or with something newer.
func (o *opened) holds(row secret) bool { return o != nil && o.version.Load() >= row.version }

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
	errRefused = fault.New(fault.Invalid, "channel.refused") // by the network, without a sentence of its own
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
	if o.holds(secret) {
		ch.held = o.version.Load()
		return o.presence, ch, nil
	}
	fresh, err := s.openAccount(ctx, ch, secret)
	if err != nil {
		return nil, ch, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.open[c]; o.holds(secret) {
		ch.held = o.version.Load()
		return o.presence, ch, nil // another goroutine was first; one session is enough
	}
	s.open[c] = fresh
	return fresh.presence, ch, nil
}

// openAccount makes an account of the channel's credentials. It calls nobody.
func (s *Service) openAccount(_ context.Context, ch Channel, secret secret) (*opened, error) {
	d, err := s.driver(ch.Network)
	if err != nil {
		return nil, err
	}
	plain, err := s.Seal.Open("channel", string(ch.ID), secret.sealed)
	if err != nil {
		return nil, err
	}
	var cred network.Credentials
	if err := json.Unmarshal(plain, &cred); err != nil {
		return nil, fault.New(fault.Internal, "").Because(err)
	}
	o := &opened{}
	o.version.Store(secret.version)
	acc, err := d.Open(cred, func(ctx context.Context, fresh network.Credentials) error {
		return s.refresh(ctx, ch.Brand, ch.ID, o, fresh)
	})
	if err != nil {
		return nil, err
	}
	conf := network.PresenceConfig{Account: string(ch.ID), Log: s.Log, Now: s.DB.Now,
		Learned: func(ctx context.Context, caps network.Capabilities) { s.learn(ctx, ch.Brand, ch.ID, caps) }}
	if !ch.Capabilities.AsOf.IsZero() {
		conf.Known = &ch.Capabilities
	}
	o.presence = s.Wrap(ch.Network, acc, conf)
	return o, nil
}

func (s *Service) forget(c id.Channel) {
	s.mu.Lock()
	delete(s.open, c)
	s.mu.Unlock()
}

// refresh keeps the credentials that a network handed out in passing. The row's
// version moves, so that other nodes open the account anew; o moves along, since
// it already works with them. An account that is no longer the newest (it was
// reconnected meanwhile, or another node was first) saves nothing.
func (s *Service) refresh(ctx context.Context, b id.Brand, c id.Channel, o *opened, fresh network.Credentials) error {
	sealed, err := s.seal(c, fresh)
	if err != nil {
		return err
	}
	o.saving.Lock()
	defer o.saving.Unlock()
	n, err := s.DB.Exec(ctx, `UPDATE channel SET credentials = ?, version = version + 1 WHERE brand = ? AND id = ? AND version = ? AND removed_at IS NULL`,
		sealed, b, c, o.version.Load())
	if err == nil && n == 1 {
		o.version.Add(1)
	}
	return err
}

// learn keeps what a network said in passing that it can do, when it is not
// what is known: the composer counts by it.
func (s *Service) learn(ctx context.Context, b id.Brand, c id.Channel, caps network.Capabilities) {
	ch, _, err := s.one(ctx, s.DB, b, c)
	if err != nil || sameAbilities(ch.Capabilities, caps) {
		return
	}
	if _, err := s.DB.Exec(ctx, `UPDATE channel SET capabilities = ? WHERE brand = ? AND id = ? AND removed_at IS NULL`,
		sqldb.JSON[network.Capabilities]{V: caps}, b, c); err != nil {
		s.Log.Warn("capabilities not kept", "brand", b, "channel", c, "error", err)
		return
	}
	s.tell(b)
}

// sameAbilities compares what matters: not when or where it was read.
func sameAbilities(x, y network.Capabilities) bool {
	for _, c := range []*network.Capabilities{&x, &y} {
		c.AsOf, c.Read, c.Source = time.Time{}, "", ""
	}
	return reflect.DeepEqual(x, y)
}

func (s *Service) seal(c id.Channel, cred network.Credentials) (string, error) {
	plain, err := json.Marshal(cred)
	if err != nil {
		return "", fault.New(fault.Internal, "").Because(err)
	}
	return s.Seal.Seal("channel", string(c), plain)
}

// MarkSignedOut records that a network refused a channel's token, once, so that
// people are told before the next post is due. ch is the channel as Presence or
// Get gave it for the call: what refused an older token says nothing about the
// one that a reconnection or a refresh brought meanwhile. Safe to repeat.
func (s *Service) MarkSignedOut(ctx context.Context, tx *sqldb.Tx, ch Channel, problem string) error {
	n, err := tx.Exec(ctx, `UPDATE channel SET health = ?, problem = ?, checked_at = ? WHERE brand = ? AND id = ? AND version = ? AND health <> ? AND removed_at IS NULL`,
		SignedOut, problem, sqldb.At(tx.Now), ch.Brand, ch.ID, ch.held, SignedOut)
	if err != nil || n == 0 {
		return err
	}
	now, _, err := s.one(ctx, tx, ch.Brand, ch.ID)
	if err != nil {
		return err
	}
	tx.AfterCommit(func() { s.tell(ch.Brand) })
	return s.Book.Record(ctx, tx, s.entry(team.Program("door").Signs(), now, ActSignedOut))
}

const warnBefore = 14 * 24 * time.Hour
