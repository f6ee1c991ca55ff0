package live

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"vigie/internal/base/fault"
)

// maxPayload is below what NOTIFY takes (8,000 bytes); what is longer becomes
// a Resync of its topic.
const maxPayload = 7500

// channel is the name on which the nodes of one database speak.
const channel = "vigie_live"

// note is what nodes tell each other.
type note struct {
	Node    string          `json:"n"`
	Topic   string          `json:"t,omitempty"`
	Kind    string          `json:"k,omitempty"`
	Data    json.RawMessage `json:"d,omitempty"`
	Here    *Person         `json:"h,omitempty"`
	TTL     int64           `json:"ttl,omitempty"` // of Here, in milliseconds
	Gone    string          `json:"g,omitempty"`
	Recheck bool            `json:"r,omitempty"`
	Missed  bool            `json:"m,omitempty"` // the sender lost notes: everybody looks again
}

// bridge carries notes between the nodes that share a PostgreSQL, on two
// connections of its own: one listens, one speaks.
type bridge struct {
	hub    *Hub
	conf   *pgx.ConnConfig
	out    chan note
	lost   atomic.Bool
	cancel context.CancelFunc
	wg     sync.WaitGroup

	// For tests: called with "listening" after each LISTEN.
	signal func(string)
}

func newBridge(h *Hub, url string) (*bridge, error) {
	conf, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fault.New(fault.Invalid, "db.url").Because(err)
	}
	conf.RuntimeParams["application_name"] = "vigie live"
	if conf.ConnectTimeout == 0 {
		conf.ConnectTimeout = 5 * time.Second
	}
	return &bridge{hub: h, conf: conf, out: make(chan note, 1024), signal: func(string) {}}, nil
}

// start runs until stop; the caller holds Hub.mu. A second start does nothing.
func (b *bridge) start(ctx context.Context) {
	if b.cancel != nil {
		return
	}
	// The context of Start limits the start, not the life.
	ctx, b.cancel = context.WithCancel(context.WithoutCancel(ctx))
	b.wg.Go(func() { b.keep(ctx, "listener", b.listen) })
	b.wg.Go(func() { b.keep(ctx, "speaker", b.speak) })
}

func (b *bridge) stop() {
	b.hub.mu.Lock()
	cancel := b.cancel
	b.hub.mu.Unlock()
	if cancel != nil {
		cancel()
	}
	b.wg.Wait()
}

// send never waits. A note that finds no room is made up for by a Resync.
func (b *bridge) send(n note) {
	n.Node = b.hub.node
	select {
	case b.out <- n:
	default:
		b.lost.Store(true)
	}
}

// keep runs work on a fresh connection again and again until ctx ends.
func (b *bridge) keep(ctx context.Context, what string, work func(context.Context, *pgx.Conn) (worked bool, err error)) {
	const first, longest = 100 * time.Millisecond, 10 * time.Second
	wait := first
	for ctx.Err() == nil {
		worked := false
		conn, err := pgx.ConnectConfig(ctx, b.conf)
		if err == nil {
			worked, err = work(ctx, conn)
			closing, done := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
			conn.Close(closing)
			done()
		}
		if ctx.Err() != nil {
			return
		}
		if worked {
			wait = first
		}
		b.hub.log.Warn("live: connection to the other nodes lost", "side", what, "err", err, "again_in", wait)
		// Apart from each other, so that ten nodes do not knock at once.
		t := time.NewTimer(wait/2 + rand.N(wait/2+1))
		select {
		case <-ctx.Done():
		case <-t.C:
		}
		t.Stop()
		wait = min(wait*2, longest)
	}
}

// listen reads notes until the connection breaks.
func (b *bridge) listen(ctx context.Context, conn *pgx.Conn) (worked bool, err error) {
	if _, err := conn.Exec(ctx, "LISTEN "+pgx.Identifier{channel}.Sanitize()); err != nil {
		return false, err
	}
	// Whatever was said before is unknown to us, withdrawn roles included.
	b.hub.recheck()
	b.hub.resyncAll()
	b.signal("listening")
	for {
		waiting, done := context.WithTimeout(ctx, 30*time.Second)
		n, err := conn.WaitForNotification(waiting)
		quiet := err != nil && waiting.Err() != nil && ctx.Err() == nil
		done()
		if quiet {
			// Half a minute of silence: is there still somebody at the end?
			asking, done := context.WithTimeout(ctx, 5*time.Second)
			err = conn.Ping(asking)
			done()
			if err == nil {
				continue
			}
		}
		if err != nil {
			return true, err
		}
		b.receive(n.Payload)
	}
}

func (b *bridge) receive(payload string) {
	var n note
	if err := json.Unmarshal([]byte(payload), &n); err != nil {
		b.hub.log.Warn("live: note not understood", "err", err)
		b.hub.recheck() // a newer version speaks: better look than miss
		b.hub.resyncAll()
		return
	}
	h := b.hub
	switch {
	case n.Node == h.node: // our own voice
	case n.Missed:
		h.recheck()
		h.resyncAll()
	case n.Recheck:
		h.recheck()
	case n.Here != nil:
		h.here(n.Topic, *n.Here, min(time.Duration(n.TTL)*time.Millisecond, MaxPresence))
	case n.Gone != "":
		h.gone(n.Topic, n.Gone)
	case n.Kind != "":
		if n.Data == nil {
			n.Data = json.RawMessage("null")
		}
		h.publish(n.Topic, n.Kind, n.Data)
	}
}

// speak sends notes, many in one go when there are many: each NOTIFY takes a
// lock of the whole database at its commit.
func (b *bridge) speak(ctx context.Context, conn *pgx.Conn) (worked bool, err error) {
	for {
		var batch []string
		select {
		case <-ctx.Done():
			return worked, ctx.Err()
		case n := <-b.out:
			batch = append(batch, payload(n))
		}
		for more := true; more && len(batch) < 100; {
			select {
			case n := <-b.out:
				batch = append(batch, payload(n))
			default:
				more = false
			}
		}
		missed := b.lost.Swap(false)
		if missed {
			batch = append(batch, payload(note{Node: b.hub.node, Missed: true}))
		}
		sending, done := context.WithTimeout(ctx, 5*time.Second)
		_, err := conn.Exec(sending, "SELECT pg_notify($1, p) FROM unnest($2::text[]) WITH ORDINALITY AS t(p, n) ORDER BY n", channel, batch)
		done()
		if err != nil {
			b.lost.Store(true) // what was in this batch may be gone
			// Something must wake the next connection to say so.
			select {
			case b.out <- note{Node: b.hub.node, Missed: true}:
			default:
			}
			return worked, err
		}
		worked = true
	}
}

func payload(n note) string {
	b, err := json.Marshal(n)
	if err != nil || len(b) > maxPayload {
		topic := n.Topic
		if len(topic) > 1000 { // nobody's topic; all may look
			return payload(note{Node: n.Node, Missed: true})
		}
		b, _ = json.Marshal(note{Node: n.Node, Topic: topic, Kind: Resync})
	}
	return string(b)
}
