package publishing

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
)

// LedgerConfig bounds the part that sends. Zero values take the defaults.
type LedgerConfig struct {
	// Alone says that no other process uses this database (SQLite): what was
	// being sent when the last one died is known to be orphaned at once.
	Alone bool
	// Grace is how late a post may still leave by itself, an hour by default.
	// Beyond, it waits for somebody's decision: after a night off, yesterday's
	// good morning does not go out at noon.
	Grace time.Duration
	// Batch is how many publications one transaction claims, 2,000 by default.
	Batch int
	// Flight is how many may be under way at once, 20,000 by default.
	Flight int
	// DeadAfter is how long another node's silence lasts before what it was
	// sending is looked up, a minute by default.
	DeadAfter time.Duration
	// Settle is how long after an attempt a network's "not here" is believed,
	// a minute and a half by default: a request can be slow to land.
	Settle time.Duration
	// Started is told of each attempt as it begins, with how late it is; for
	// benchmarks and metrics.
	Started func(late time.Duration)
}

// Ledger is the clock and the hands of the room: it claims what is due, sends
// it once, looks up what nobody can vouch for, and watches itself. One runs in
// each process that works. It has Start and Stop.
type Ledger struct {
	*Service
	cfg       LedgerConfig
	node      string
	wakeUp    chan struct{}
	results   *results
	frostSeen frostCache
	armed     armory // what the next seconds need
	hands     *hands
	flights   *flights
	flying    atomic.Int64
	claiming  atomic.Bool  // results wait their turn: an hour is kept first
	leaseAt   atomic.Int64 // monotonic nanoseconds since epoch of the last heartbeat
	epoch     time.Time
	stop      context.CancelFunc
	ended     sync.Once
	loops     sync.WaitGroup
	running   sync.WaitGroup
	overdue   atomic.Int64
	alarmed   atomic.Bool
	peers     map[string]peer
}

// NewLedger makes the part that sends.
func NewLedger(s *Service, c LedgerConfig) *Ledger {
	or := func(v *time.Duration, by time.Duration) {
		if *v == 0 {
			*v = by
		}
	}
	or(&c.Grace, time.Hour)
	or(&c.DeadAfter, time.Minute)
	or(&c.Settle, 90*time.Second)
	if c.Batch == 0 {
		c.Batch = 2000
	}
	if c.Flight == 0 {
		c.Flight = 20000
	}
	if c.Started == nil {
		c.Started = func(time.Duration) {}
	}
	l := &Ledger{Service: s, cfg: c, node: string(id.New[id.Token]()), wakeUp: make(chan struct{}, 1), epoch: time.Now(), peers: map[string]peer{}, flights: newFlights(), hands: newHands()}
	l.results = newResults(l)
	s.onWake(l.poke)
	return l
}

func (l *Ledger) poke() {
	select {
	case l.wakeUp <- struct{}{}:
	default:
	}
}

// Start joins the nodes and begins. It returns once this node is known to the
// others.
func (l *Ledger) Start(ctx context.Context) error {
	if err := l.join(ctx); err != nil {
		return err
	}
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	l.stop = stop
	for _, loop := range []func(context.Context){l.clock, l.armer, l.looker, l.recaller, l.confirmer, l.heart, l.watchdog} {
		l.loops.Go(func() { loop(run) })
	}
	l.results.start()
	return nil
}

// Stop ends the loops, waits for what is under way until ctx ends, and leaves
// the nodes. What is still flying then is looked up by whoever starts next.
// Stopping twice is safe.
func (l *Ledger) Stop(ctx context.Context) error {
	if l.stop == nil {
		return nil
	}
	l.stop()
	l.loops.Wait()
	done := make(chan struct{})
	go func() { l.running.Wait(); close(done) }()
	var err error
	select {
	case <-done:
	case <-ctx.Done():
		err = ctx.Err()
	}
	l.ended.Do(l.results.stopAll)
	if err == nil {
		_, err = l.DB.Exec(ctx, `DELETE FROM node WHERE id = ?`, l.node)
	}
	return err
}

// nextHour is what the clock asks.
const nextHour = `SELECT next_at FROM publication WHERE state IN ('planned', 'due') ORDER BY next_at LIMIT 1`

// clock waits for the next hour and claims what is due. It looks at least every
// second: another node may have planned something, or the machine's clock may
// have been set.
func (l *Ledger) clock(ctx context.Context) {
	for ctx.Err() == nil {
		wait := time.Second
		next, err := sqldb.Value[sqldb.Time](ctx, l.DB, nextHour)
		switch {
		case err == nil:
			wait = min(time.Second, next.Sub(l.DB.Now()))
		case !sqldb.IsNoRow(err) && ctx.Err() == nil:
			l.Log.Error("publishing clock", "error", err)
		}
		if wait > 0 {
			t := time.NewTimer(wait)
			select {
			case <-ctx.Done():
				t.Stop()
				return
			case <-l.wakeUp:
				t.Stop()
				l.armed.disarm()
				continue
			case <-t.C:
			}
			if wait == time.Second {
				continue
			}
		}
		if err := l.claimDue(ctx); err != nil && ctx.Err() == nil {
			l.Log.Error("claim", "error", err)
			pause(ctx, time.Second)
		}
	}
}

// claimDue claims batch after batch until nothing more is due.
func (l *Ledger) claimDue(ctx context.Context) error {
	l.claiming.Store(true)
	defer l.claiming.Store(false)
	for ctx.Err() == nil {
		room := l.cfg.Flight - int(l.flying.Load())
		if room <= 0 {
			l.claiming.Store(false)
			pause(ctx, 5*time.Millisecond)
			continue
		}
		limit := min(room, l.cfg.Batch)
		got, err := l.flights.claim(func() ([]claimed, error) { return l.claim(ctx, limit) })
		if err != nil {
			return err
		}
		if len(got) == 0 {
			// Due and not to be had: another node is at it.
			pause(ctx, 10*time.Millisecond)
			return nil
		}
		l.flying.Add(int64(len(got)))
		// The next batch is claimed while this one is read and sent.
		l.running.Go(func() { l.launch(context.WithoutCancel(ctx), got) })
		if len(got) < limit {
			return nil
		}
	}
	return nil
}

// launch reads what a claimed batch says and sends each of it.
func (l *Ledger) launch(ctx context.Context, batch []claimed) {
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		err := l.readMissing(ctx, batch)
		if err == nil {
			break
		}
		l.Log.Error("read what is due", "error", err)
		if !l.leaseHolds() {
			l.flying.Add(-int64(len(batch)))
			for _, c := range batch {
				l.flights.landed(c.ID)
			}
			return // looked after as forgotten, or by others
		}
		pause(ctx, wait)
	}
	ways := map[id.Channel]*way{}
	// A few at a time until their call: thousands that all want the processor
	// would keep the next batch from being claimed.
	begins := make(chan struct{}, 16)
	for i := range batch {
		c := &batch[i]
		if c.way == nil {
			if ways[c.Channel] == nil {
				ways[c.Channel] = &way{}
			}
			c.way = ways[c.Channel]
		}
		begins <- struct{}{}
		c.begins = begins
		l.give(ctx, c)
	}
}

// readContent completes claims with what they say.
func readContent(ctx context.Context, q sqldb.Q, batch []claimed) error {
	if len(batch) == 0 {
		return nil
	}
	pubs := make([]Publication, len(batch))
	for i := range batch {
		pubs[i] = batch[i].Publication
	}
	if err := withContent(ctx, q, pubs); err != nil {
		return err
	}
	for i := range batch {
		batch[i].Publication = pubs[i]
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// ClaimOnly claims what is due, up to n, and sends nothing: for measurements of
// the claim alone. What it claims is found as orphaned by the next Start.
func (l *Ledger) ClaimOnly(ctx context.Context, n int) error {
	for n > 0 {
		got, err := l.claim(ctx, min(n, l.cfg.Batch))
		if err != nil {
			return err
		}
		if len(got) == 0 {
			return errNotSent
		}
		n -= len(got)
	}
	return nil
}
