// Package live tells open pages what another person, or the program, has just
// done: a post that left, somebody who writes in the same text.
//
// It owns the hub of topics, who is present on them, the stream of server-sent
// events and, with PostgreSQL, the bridge to the other nodes. What it carries
// is a hint to look again, never the truth: it may drop, it never blocks whoever
// tells, and it never decides who may hear what (the face says so, and is asked
// again while a page stays open).
package live

import (
	"context"
	"encoding/json"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
)

// The kinds that the hub itself tells.
const (
	// Resync says that something was missed: look at everything again. Its
	// topic is empty when it concerns all of a listener's topics.
	Resync = "resync"
	// Presence carries a []Person: who is on the topic now.
	Presence = "presence"
)

// Event is one thing told on a topic.
type Event struct {
	// ID is opaque; a browser hands it back as Last-Event-ID.
	ID    string
	Topic string
	Kind  string
	Data  json.RawMessage
}

const (
	queue  = 64  // events a slow listener may be behind before it gets a Resync
	memory = 512 // events kept for browsers that come back
)

// Config says how a hub works. Its zero value is a hub for one process.
type Config struct {
	// PostgresURL bridges several nodes; "" keeps everything in the process.
	PostgresURL string
	Log         *slog.Logger
	// Heartbeat is how often an open stream is written to and its listener's
	// rights are asked again; 0 means 15 s.
	Heartbeat time.Duration
	// MaxStreams bounds the open streams; 0 means 4,000.
	MaxStreams int
}

// Hub carries events from who tells to who listens. It is safe for use by many
// goroutines, and works before Start and without it, within the process.
type Hub struct {
	node   string
	config Config
	log    *slog.Logger
	bridge *bridge

	mu      sync.Mutex
	seq     uint64
	floor   uint64 // events up to here are no longer in recent
	recent  []Event
	topics  map[string]map[*listener]struct{}
	all     map[*listener]struct{}
	present map[string]map[string]*presence
	streams map[*stream]struct{}
	stopped bool
	open    sync.WaitGroup
}

// listener is one subscription. Its channel is only written under Hub.mu.
type listener struct {
	ch     chan Event
	topics []string
}

// New makes a hub. Errors are invalid: an unusable database URL.
func New(c Config) (*Hub, error) {
	if c.Heartbeat <= 0 {
		c.Heartbeat = 15 * time.Second
	}
	if c.MaxStreams <= 0 {
		c.MaxStreams = 4000
	}
	h := &Hub{
		node:    strings.ReplaceAll(id.New[string](), "-", ""),
		config:  c,
		log:     c.Log,
		topics:  map[string]map[*listener]struct{}{},
		all:     map[*listener]struct{}{},
		present: map[string]map[string]*presence{},
		streams: map[*stream]struct{}{},
	}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	if c.PostgresURL != "" {
		b, err := newBridge(h, c.PostgresURL)
		if err != nil {
			return nil, err
		}
		h.bridge = b
	}
	return h, nil
}

// Start opens the bridge, in the background: a database that is away is tried
// again, and pages are told to look again once it is back.
func (h *Hub) Start(ctx context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopped {
		return fault.New(fault.Internal, "").Becausef("live: started after Stop")
	}
	if h.bridge != nil {
		h.bridge.start(ctx)
	}
	return nil
}

// Stop ends every stream and subscription and waits for them and the bridge,
// or for ctx. Safe to repeat. Call it before http.Server.Shutdown, which waits
// for streams but does not end them.
func (h *Hub) Stop(ctx context.Context) error {
	h.mu.Lock()
	h.stopped = true
	for l := range h.all {
		h.drop(l)
	}
	for _, people := range h.present {
		for _, p := range people {
			p.timer.Stop()
		}
	}
	clear(h.present)
	h.mu.Unlock()
	done := make(chan struct{})
	go func() {
		defer close(done)
		if h.bridge != nil {
			h.bridge.stop()
		}
		h.open.Wait()
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fault.New(fault.Transient, "").Because(ctx.Err())
	}
}

// Tell says that something of a kind ("post.changed") happened on a topic
// ("brand:…", "post:…", "person:…"). Call it after the commit. data becomes
// JSON and goes to everybody who may hear the topic, so it holds ids rather
// than contents. It returns at once; nobody listening is fine.
func (h *Hub) Tell(topic, kind string, data any) {
	b, err := json.Marshal(data)
	if err != nil {
		h.log.Error("live: event without data", "topic", topic, "kind", kind, "err", err)
		kind, b = Resync, json.RawMessage("null")
	}
	h.publish(topic, kind, b)
	h.forward(note{Topic: topic, Kind: kind, Data: b})
}

func (h *Hub) forward(n note) {
	if h.bridge != nil {
		h.bridge.send(n)
	}
}

func (h *Hub) publish(topic, kind string, data json.RawMessage) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.publishLocked(topic, kind, data)
}

func (h *Hub) publishLocked(topic, kind string, data json.RawMessage) {
	if h.stopped {
		return
	}
	h.seq++
	e := Event{ID: h.eventID(), Topic: topic, Kind: kind, Data: data}
	if len(h.recent) == memory {
		h.recent = append(h.recent[:0], h.recent[memory/4:]...)
		h.floor += memory / 4
	}
	h.recent = append(h.recent, e)
	for l := range h.topics[topic] {
		h.push(l, e)
	}
}

// Position names what was told last. A page that is read after it was asked
// for, and that hands it in as Last-Event-ID, misses nothing of what happens
// between its reading and its stream.
func (h *Hub) Position() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.eventID()
}

func (h *Hub) eventID() string { return h.node + "-" + strconv.FormatUint(h.seq, 10) }

// push never waits: a listener who cannot follow loses its queue and is told
// to look again.
func (h *Hub) push(l *listener, e Event) {
	select {
	case l.ch <- e:
		return
	default:
	}
	for drained := false; !drained; {
		select {
		case <-l.ch:
		default:
			drained = true
		}
	}
	l.ch <- h.resync() // there is room: only we write, and we hold the lock
}

func (h *Hub) resync() Event {
	return Event{ID: h.eventID(), Kind: Resync, Data: json.RawMessage("null")}
}

// resyncAll tells everybody here that something was missed, also those who
// come back later.
func (h *Hub) resyncAll() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopped {
		return
	}
	h.seq++
	h.recent, h.floor = nil, h.seq
	for l := range h.all {
		h.push(l, h.resync())
	}
}

// Subscribe returns what is told on the topics from now on. The channel is
// closed when ctx ends or the hub stops. A reader who falls behind by 64 events
// loses them and reads a Resync instead.
func (h *Hub) Subscribe(ctx context.Context, topics ...string) <-chan Event {
	l := h.listen(topics, "")
	context.AfterFunc(ctx, func() { h.leave(l) })
	return l.ch
}

// listen subscribes and, in the same breath, hands over what was told since
// the event last, if that is still known.
func (h *Hub) listen(topics []string, last string) *listener {
	l := &listener{ch: make(chan Event, queue), topics: topics}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopped {
		close(l.ch)
		return l
	}
	h.all[l] = struct{}{}
	for _, t := range topics {
		if h.topics[t] == nil {
			h.topics[t] = map[*listener]struct{}{}
		}
		h.topics[t][l] = struct{}{}
	}
	if last != "" {
		h.replay(l, last)
	}
	return l
}

func (h *Hub) replay(l *listener, last string) {
	node, n, _ := strings.Cut(last, "-")
	seq, err := strconv.ParseUint(n, 10, 64)
	if err != nil || node != h.node || seq < h.floor || seq > h.seq {
		h.push(l, h.resync()) // another node, before a restart, or too long ago
		return
	}
	for _, e := range h.recent[seq-h.floor:] {
		if _, ok := h.topics[e.Topic][l]; ok {
			h.push(l, e)
		}
	}
}

func (h *Hub) leave(l *listener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.all[l]; ok {
		h.drop(l)
	}
}

func (h *Hub) drop(l *listener) {
	delete(h.all, l)
	for _, t := range l.topics {
		delete(h.topics[t], l)
		if len(h.topics[t]) == 0 {
			delete(h.topics, t)
		}
	}
	close(l.ch)
}
