package publishing

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/search"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
	"vigie/internal/team"
)

var schemas = []sqldb.Schema{logbook.Schema, search.Schema, Schema}

// wire is a network whose misfortunes a test decides. What stands on it is in
// posts, by key; it refuses nothing by itself, doubled keys included, so that a
// second sending shows.
type wire struct {
	mu    sync.Mutex
	posts []network.Intent
	// fate decides a call: what comes back, and whether the network took it.
	fate  func(n int, in network.Intent) (took bool, err error)
	calls int
	// blind makes looks useless: neither taken nor sure.
	blind error
	// alike is what a look finds whatever it looks for.
	alike network.Ref
	// erase decides a deletion; nil does it.
	erase  func(n int, ref network.Ref) error
	erased int
	edits  int
	gate   chan struct{} // when set, Publish waits for it
	caps   network.Capabilities
}

var (
	_ network.Account   = (*wire)(nil)
	_ network.Publisher = (*wire)(nil)
	_ network.Finder    = (*wire)(nil)
	_ network.Uploader  = (*wire)(nil)
	_ network.Deleter   = (*wire)(nil)
)

func (w *wire) WhoAmI(context.Context) (network.Profile, error) {
	return network.Profile{Ref: "me", Handle: "kerlann"}, nil
}
func (w *wire) Capabilities(context.Context) (network.Capabilities, error) { return w.caps, nil }
func (w *wire) Upload(context.Context, network.Upload) (network.Ref, error) {
	return "media", nil
}

func (w *wire) Publish(ctx context.Context, in network.Intent) (network.Receipt, error) {
	w.mu.Lock()
	gate := w.gate
	w.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return network.Receipt{}, &network.Error{Fault: fault.New(fault.Transient, "network.cut"), Outcome: network.Unknown}
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls++
	took, err := true, error(nil)
	if w.fate != nil {
		took, err = w.fate(w.calls, in)
	}
	if took {
		w.posts = append(w.posts, in)
	}
	if err != nil {
		return network.Receipt{}, err
	}
	return w.receipt(in), nil
}

func (w *wire) receipt(in network.Intent) network.Receipt {
	return network.Receipt{Ref: network.Ref("ref:" + in.Key), URL: "https://net.example/" + in.Key, At: time.Now().UTC(), Final: true, Request: "req-1"}
}

func (w *wire) Find(_ context.Context, in network.Intent) (network.Finding, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.blind != nil {
		return network.Finding{}, w.blind
	}
	if w.alike != "" {
		return network.Finding{Taken: true, Receipt: network.Receipt{Ref: w.alike, URL: "https://net.example/twin", Final: true}}, nil
	}
	for _, p := range w.posts {
		if p.Key == in.Key {
			return network.Finding{Taken: true, Receipt: w.receipt(in)}, nil
		}
	}
	return network.Finding{Sure: true}, nil
}

func (w *wire) Delete(_ context.Context, ref network.Ref) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.erased++
	if w.erase != nil {
		if err := w.erase(w.erased, ref); err != nil {
			return err
		}
	}
	for i, p := range w.posts {
		if network.Ref("ref:"+p.Key) == ref {
			w.posts = append(w.posts[:i], w.posts[i+1:]...)
			return nil
		}
	}
	return nil
}

// keys counts what stands on the network, by key.
func (w *wire) keys() map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := map[string]int{}
	for _, p := range w.posts {
		out[p.Key]++
	}
	return out
}

// door is the desk of a stage: every channel leads to the same wire.
type door struct {
	channels map[id.Channel]channel.Channel
	presence *network.Presence
	refused  map[id.Channel]string
	mu       sync.Mutex
}

func (d *door) List(_ context.Context, _ team.Actor, b id.Brand) (out []channel.Channel, _ error) {
	for _, c := range d.channels {
		if c.Brand == b {
			out = append(out, c)
		}
	}
	return out, nil
}

func (d *door) Get(_ context.Context, _ team.Actor, b id.Brand, c id.Channel) (channel.Channel, error) {
	ch, ok := d.channels[c]
	if !ok || ch.Brand != b {
		return ch, fault.New(fault.NotFound, "")
	}
	return ch, nil
}

func (d *door) Presence(ctx context.Context, b id.Brand, c id.Channel) (*network.Presence, channel.Channel, error) {
	ch, err := d.Get(ctx, team.Actor{}, b, c)
	return d.presence, ch, err
}

func (d *door) MarkSignedOut(_ context.Context, _ *sqldb.Tx, ch channel.Channel, problem string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.refused[ch.ID] = problem
	return nil
}

type library map[id.Media]MediaInfo

func (l library) Describe(_ context.Context, _ id.Brand, list []id.Media) (map[id.Media]MediaInfo, error) {
	out := map[id.Media]MediaInfo{}
	for _, m := range list {
		if i, ok := l[m]; ok {
			out[m] = i
		}
	}
	return out, nil
}

func (l library) Fit(_ context.Context, _ id.Brand, m id.Media, _ network.ImageRule) (network.Upload, error) {
	if _, ok := l[m]; !ok {
		return network.Upload{}, fault.New(fault.NotFound, "")
	}
	return network.Upload{Type: "image/jpeg", Bytes: 4, Width: 2, Height: 2}, nil
}

func (l library) Prepare(context.Context, *sqldb.Tx, id.Brand, []id.Media, ...network.ImageRule) error {
	return nil
}

// stage is a brand with two channels, on a wall clock that a test may set.
type stage struct {
	*testing.T
	db     *sqldb.DB
	room   *Service
	wire   *wire
	door   *door
	media  library
	brand  id.Brand
	claire team.Actor
	chans  []id.Channel
	book   *logbook.Book
}

func newStage(t *testing.T, db *sqldb.DB) *stage {
	if t != nil {
		recordMoves(t, db)
	}
	s := &stage{T: t, db: db, wire: &wire{}, media: library{}, brand: id.New[id.Brand](), book: logbook.New(db)}
	s.wire.caps = network.Capabilities{
		Text:   network.TextRule{Max: 300, Unit: network.Graphemes, Required: false},
		Images: network.ImageRule{Max: 4, MaxBytes: 1 << 20, Types: []string{"image/jpeg"}, AltMax: 1000},
		Thread: network.ThreadRule{Max: 10}, Delete: true, Languages: 1, AsOf: time.Now(),
	}
	s.claire = team.Actor{Person: id.New[id.Person](), Roles: map[id.Brand]team.Role{s.brand: team.Community}}
	s.door = &door{channels: map[id.Channel]channel.Channel{}, refused: map[id.Channel]string{}}
	s.door.presence = network.NewPresence("wire", s.wire, network.PresenceConfig{})
	for i := range 2 {
		c := channel.Channel{ID: id.New[id.Channel](), Brand: s.brand, Network: "wire", Handle: fmt.Sprintf("kerlann%d", i), Health: channel.Working, Capabilities: s.wire.caps}
		s.door.channels[c.ID] = c
		s.chans = append(s.chans, c.ID)
	}
	s.room = New(Needs{DB: db, Book: s.book, Channels: s.door, Media: s.media,
		Zone: func(context.Context, sqldb.Q, id.Brand) (string, error) { return "Europe/Paris", nil }})
	return s
}

// ledger starts a node; it stops with the test.
func (s *stage) ledger(c LedgerConfig) *Ledger {
	s.Helper()
	l := NewLedger(s.room, c)
	if err := l.Start(s.Context()); err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() {
		ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
		defer stop()
		if err := l.Stop(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
			s.Errorf("stop: %v", err)
		}
	})
	return l
}

func (s *stage) draft(text string, channels ...id.Channel) Post {
	s.Helper()
	if len(channels) == 0 {
		channels = s.chans[:1]
	}
	var vs []Variant
	for _, c := range channels {
		vs = append(vs, Variant{Channel: c})
	}
	p, err := s.room.Create(s.Context(), s.claire, s.brand, Edit{Text: &text, Variants: &vs})
	if err != nil {
		s.Fatal(err)
	}
	return p
}

func (s *stage) schedule(p Post, when When) Post {
	s.Helper()
	out, err := s.room.Schedule(s.Context(), s.claire, s.brand, p.ID, p.Version, when)
	if err != nil {
		s.Fatal(err)
	}
	return out.Post
}

// in is an hour on the wall, from now.
func (s *stage) in(d time.Duration) When {
	w, err := clock.At(s.db.Now().Add(d), "Europe/Paris")
	if err != nil {
		s.Fatal(err)
	}
	return When{Wall: w}
}

func (s *stage) pubs(p Post) []Publication {
	s.Helper()
	out, err := s.room.Publications(s.Context(), s.claire, s.brand, p.ID)
	if err != nil {
		s.Fatal(err)
	}
	return out
}

// until waits, bounded, for a condition.
func (s *stage) until(what string, ok func() bool) {
	s.Helper()
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-deadline.C:
			s.Fatalf("never: %s", what)
		case <-tick.C:
		}
	}
}

func (s *stage) state(p Post) State {
	s.Helper()
	all := s.pubs(p)
	if len(all) == 0 {
		return ""
	}
	return all[0].State
}

func (s *stage) untilState(p Post, want State) {
	s.Helper()
	s.until("state "+string(want), func() bool { return s.state(p) == want })
}

func (s *stage) steps(p Post) (out []StepKind) {
	s.Helper()
	_, steps, err := s.room.Publication(s.Context(), s.claire, s.brand, s.pubs(p)[0].ID)
	if err != nil {
		s.Fatal(err)
	}
	for _, x := range steps {
		out = append(out, x.What)
	}
	return out
}

func each(t *testing.T, fn func(s *stage)) {
	sqldbtest.Each(t, schemas, func(t *testing.T, db *sqldb.DB) { fn(newStage(t, db)) })
}

func unknown() error {
	return &network.Error{Fault: fault.New(fault.Transient, "network.cut"), Outcome: network.Unknown}
}

func refused(kind fault.Kind, key string) error {
	return &network.Error{Fault: fault.New(kind, key), Outcome: network.Refused, Status: 422, Request: "req-9", Answer: "no"}
}

// recordMoves watches every row of a test change its state, and fails when a
// move is not in the table. What a test writes by hand leaves the version alone
// and is not recorded. SQLite only: the statements are the same on both.
func recordMoves(t *testing.T, db *sqldb.DB) {
	if db.Dialect() != sqldb.SQLite {
		return
	}
	for _, q := range []string{
		`CREATE TABLE IF NOT EXISTS moved (was TEXT NOT NULL, next TEXT NOT NULL, PRIMARY KEY (was, next))`,
		`CREATE TRIGGER IF NOT EXISTS publication_moves AFTER UPDATE OF state ON publication WHEN old.state <> new.state AND old.version <> new.version
			BEGIN INSERT OR IGNORE INTO moved VALUES (old.state, new.state); END`,
	} {
		if _, err := db.Exec(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		_ = sqldb.Each(context.Background(), db, func(r sqldb.Scanner) error {
			var was, next State
			if err := r.Scan(&was, &next); err != nil {
				return err
			}
			if !was.Can(next) {
				t.Errorf("a publication went from %s to %s, which the table of states does not know", was, next)
			}
			return nil
		}, `SELECT was, next FROM moved`)
	})
}
