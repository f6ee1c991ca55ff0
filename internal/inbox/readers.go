package inbox

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
)

// ReadersConfig says how a node reads; zero values are the defaults.
type ReadersConfig struct {
	// Node names this process among those that share the database.
	Node string
	// Alone says that no other process reads here (SQLite): what a dead one
	// held is taken at once.
	Alone bool
	// Look is how often the list of channels is looked at; ten seconds.
	Look time.Duration
	// Quick and Slow bound the time between two readings of a channel that does
	// not push: fifteen seconds after something came, two minutes when nothing
	// does. Net is that of one that pushes; a minute.
	Quick, Slow, Net time.Duration
	// Lease is how long a channel stays with a node that is silent; a minute.
	Lease time.Duration
	// Chance is between 0 and 1, so that channels do not knock together; nil is
	// fair.
	Chance func() float64
}

// Readers read the networks in the background: each channel that can be heard
// by one node at a time. What they read they hand to Take.
type Readers struct {
	*Service
	cfg  ReadersConfig
	mu   sync.Mutex
	at   map[id.Channel]*follower
	stop context.CancelFunc
	ring chan struct{}
	done sync.WaitGroup
}

type follower struct {
	cancel context.CancelFunc
	poke   chan struct{}
}

// NewReaders makes them; nothing runs before Start.
func NewReaders(s *Service, c ReadersConfig) *Readers {
	if c.Node == "" {
		c.Node = id.New[string]()
	}
	for _, d := range []struct {
		v  *time.Duration
		by time.Duration
	}{{&c.Look, 10 * time.Second}, {&c.Quick, 15 * time.Second}, {&c.Slow, 2 * time.Minute}, {&c.Net, time.Minute}, {&c.Lease, time.Minute}} {
		if *d.v == 0 {
			*d.v = d.by
		}
	}
	if c.Chance == nil {
		c.Chance = fair
	}
	return &Readers{Service: s, cfg: c, at: map[id.Channel]*follower{}, ring: make(chan struct{}, 1)}
}

// Start begins to read.
func (r *Readers) Start(ctx context.Context) error {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	r.stop = stop
	if r.cfg.Alone {
		if _, err := r.DB.Exec(ctx, `UPDATE inbox_reader SET node = '', until = NULL`); err != nil {
			stop()
			return err
		}
	}
	r.done.Go(func() { r.look(ctx) })
	return nil
}

// Stop ends all readings and waits for what is under way, until ctx ends.
func (r *Readers) Stop(ctx context.Context) error {
	if r.stop == nil {
		return nil
	}
	r.stop()
	ended := make(chan struct{})
	go func() { r.done.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-ctx.Done():
		return fault.New(fault.Transient, "").Because(ctx.Err())
	}
	_, err := r.DB.Exec(context.WithoutCancel(ctx), `UPDATE inbox_reader SET node = '', until = NULL WHERE node = ?`, r.cfg.Node)
	return err
}

// Knock has the channels looked at, and one of them read, at once.
func (r *Readers) Knock(c id.Channel) {
	select {
	case r.ring <- struct{}{}:
	default:
	}
	r.mu.Lock()
	f := r.at[c]
	r.mu.Unlock()
	if f != nil {
		f.knock()
	}
}

func (f *follower) knock() {
	select {
	case f.poke <- struct{}{}:
	default:
	}
}

// look keeps one goroutine for each channel that is ours to read.
func (r *Readers) look(ctx context.Context) {
	tick := time.NewTicker(r.cfg.Look)
	defer tick.Stop()
	for {
		if err := r.pass(ctx); err != nil && ctx.Err() == nil {
			r.Log.Warn("inbox: channels are not looked at", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-r.ring:
		}
	}
}

func (r *Readers) pass(ctx context.Context) error {
	if err := r.Wake(ctx); err != nil {
		return err
	}
	now := r.DB.Now()
	if _, err := r.DB.Exec(ctx, `UPDATE inbox_reader SET until = ? WHERE node = ?`, sqldb.At(now.Add(r.cfg.Lease)), r.cfg.Node); err != nil {
		return err
	}
	all, err := r.Channels.Connected(ctx)
	if err != nil {
		return err
	}
	there := map[id.Channel]bool{}
	for _, ch := range all {
		if ch.Health == channel.SignedOut || ch.ByHand() {
			continue
		}
		if r.Away != nil {
			if away, err := r.Away(ctx, r.DB, ch.Brand); err != nil || away {
				continue
			}
		}
		there[ch.ID] = true
		r.mu.Lock()
		_, runs := r.at[ch.ID]
		r.mu.Unlock()
		if runs {
			continue
		}
		p, ch, err := r.Channels.Presence(ctx, ch.Brand, ch.ID)
		if err != nil || !p.Can(network.Receiving) {
			continue
		}
		mine, err := r.claim(ctx, ch, p.Can(network.Recalling))
		if err != nil {
			return err
		}
		if mine {
			r.begin(ctx, ch)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for c, f := range r.at {
		if !there[c] {
			f.cancel()
		}
	}
	return nil
}

// claim takes a channel unless another node has it, and begins with its past
// when it was never read.
func (r *Readers) claim(ctx context.Context, ch channel.Channel, recalls bool) (mine bool, err error) {
	err = r.DB.Write(ctx, func(tx *sqldb.Tx) error {
		past := pastNone
		if recalls {
			past = pastReading
		}
		n, err := tx.Exec(ctx, `INSERT INTO inbox_reader (channel, brand, place, read_at, node, until, failures, problem, past, past_place, past_items, past_at)
			VALUES (?, ?, '', NULL, '', NULL, 0, '', ?, '', 0, NULL) ON CONFLICT (channel) DO NOTHING`, ch.ID, ch.Brand, past)
		if err != nil {
			return err
		}
		if n == 1 && recalls && r.Later != nil {
			if err := r.Later(ctx, tx, PastKind, PastArgs{Brand: ch.Brand, Channel: ch.ID}); err != nil {
				return err
			}
		}
		n, err = tx.Exec(ctx, `UPDATE inbox_reader SET node = ?, until = ? WHERE channel = ? AND (node = ? OR node = '' OR until IS NULL OR until < ?)`,
			r.cfg.Node, sqldb.At(tx.Now.Add(r.cfg.Lease)), ch.ID, r.cfg.Node, sqldb.At(tx.Now))
		mine = n == 1
		return err
	})
	return mine, err
}

func (r *Readers) begin(ctx context.Context, ch channel.Channel) {
	ctx, cancel := context.WithCancel(ctx)
	f := &follower{cancel: cancel, poke: make(chan struct{}, 1)}
	r.mu.Lock()
	r.at[ch.ID] = f
	r.mu.Unlock()
	r.done.Go(func() {
		defer func() {
			cancel()
			r.mu.Lock()
			delete(r.at, ch.ID)
			r.mu.Unlock()
		}()
		r.follow(ctx, ch, f)
	})
}

func (r *Readers) log(ch channel.Channel) *slog.Logger {
	return r.Log.With("brand", ch.Brand, "channel", ch.ID)
}
