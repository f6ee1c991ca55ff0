package inbox

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

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

// line is a network whose talk a test writes: pages in order, each delivered as
// often as the test likes.
type scripted struct {
	mu    sync.Mutex
	pages []network.Batch // Receive from "n" gives pages[n]
	past  []network.Batch
	fate  func(n int) error
	calls int
	hints chan network.Batch // nil: it does not push
	dead  chan error         // ends a stream
	heard chan struct{}      // a stream began
	asked chan string        // told of each reading, if set
}

func (w *scripted) WhoAmI(context.Context) (network.Profile, error) {
	return network.Profile{Ref: "me"}, nil
}
func (w *scripted) Capabilities(context.Context) (network.Capabilities, error) {
	return network.Capabilities{}, nil
}

func (w *scripted) Receive(_ context.Context, from network.Cursor) (network.Batch, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls++
	if w.asked != nil {
		defer func() { w.asked <- string(from) }()
	}
	if w.fate != nil {
		if err := w.fate(w.calls); err != nil {
			return network.Batch{}, err
		}
	}
	n := 0
	if from != "" {
		if _, err := fmt.Sscan(string(from), &n); err != nil {
			return network.Batch{}, fault.New(fault.Invalid, "network.cursor").At("cursor")
		}
	}
	if n >= len(w.pages) {
		return network.Batch{Next: network.Cursor(fmt.Sprint(n))}, nil
	}
	p := w.pages[n]
	p.Next, p.More = network.Cursor(fmt.Sprint(n+1)), n+1 < len(w.pages)
	return p, nil
}

// says adds a page.
func (w *scripted) says(items ...network.Item) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pages = append(w.pages, network.Batch{Items: items})
}

// recalling is a scripted network with a past.
type recalling struct{ *scripted }

func (w recalling) History(_ context.Context, from network.Cursor) (network.Batch, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	if from != "" {
		fmt.Sscan(string(from), &n)
	}
	if n >= len(w.past) {
		return network.Batch{}, nil
	}
	p := w.past[n]
	p.Next, p.More = network.Cursor(fmt.Sprint(n+1)), n+1 < len(w.past)
	return p, nil
}

// pushing is a scripted network that pushes.
type pushing struct{ *scripted }

func (w pushing) Stream(ctx context.Context, deliver func(network.Batch) error) error {
	w.heard <- struct{}{}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-w.dead:
			return err
		case b := <-w.hints:
			if err := deliver(b); err != nil {
				return err
			}
		}
	}
}

// desk is the channels of a stage.
type desk struct {
	mu       sync.Mutex
	channels []channel.Channel
	accounts map[id.Channel]network.Account
	out      []id.Channel
}

func (d *desk) List(context.Context, team.Actor, id.Brand) ([]channel.Channel, error) {
	return d.channels, nil
}
func (d *desk) Connected(context.Context) ([]channel.Channel, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]channel.Channel(nil), d.channels...), nil
}
func (d *desk) Get(_ context.Context, _ team.Actor, _ id.Brand, c id.Channel) (channel.Channel, error) {
	for _, ch := range d.channels {
		if ch.ID == c {
			return ch, nil
		}
	}
	return channel.Channel{}, fault.New(fault.NotFound, "")
}
func (d *desk) Presence(ctx context.Context, b id.Brand, c id.Channel) (*network.Presence, channel.Channel, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	ch, err := d.Get(ctx, team.Actor{}, b, c)
	if err != nil {
		return nil, ch, err
	}
	return network.NewPresence(ch.Network, d.accounts[c], network.PresenceConfig{Account: string(c)}), ch, nil
}
func (d *desk) MarkSignedOut(_ context.Context, tx *sqldb.Tx, c channel.Channel, _ string) error {
	tx.AfterCommit(func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.out = append(d.out, c.ID)
		for i := range d.channels {
			if d.channels[i].ID == c.ID {
				d.channels[i].Health = channel.SignedOut
			}
		}
	})
	return nil
}

// stage is the room over one database, with one brand and one channel.
type stage struct {
	testing.TB
	*Service
	db     *sqldb.DB
	desk   *desk
	brand  id.Brand
	ch     channel.Channel
	claire team.Actor
	karim  team.Actor
	jobs   []any
	mu     sync.Mutex
	told   chan string
}

func each(t *testing.T, test func(s *stage)) {
	t.Helper()
	sqldbtest.Each(t, schemas, func(t *testing.T, db *sqldb.DB) { test(newStage(t, db)) })
}

func newStage(t testing.TB, db *sqldb.DB) *stage {
	b := id.New[id.Brand]()
	s := &stage{TB: t, db: db, brand: b, desk: &desk{accounts: map[id.Channel]network.Account{}}, told: make(chan string, 10000)}
	s.ch = channel.Channel{ID: id.New[id.Channel](), Brand: b, Network: "practice", Handle: "kerlann", Health: channel.Working}
	s.desk.channels = []channel.Channel{s.ch}
	s.claire = team.Actor{Person: id.New[id.Person](), Roles: map[id.Brand]team.Role{b: team.Community}}
	s.karim = team.Actor{Person: id.New[id.Person](), Roles: map[id.Brand]team.Role{b: team.Community}}
	s.Service = New(Needs{DB: db, Book: logbook.New(db), Channels: s.desk, Seal: plainBox{},
		Later: func(_ context.Context, _ *sqldb.Tx, kind string, args any) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.jobs = append(s.jobs, args)
			return nil
		},
		Tell: func(topic, kind string, _ any) {
			select {
			case s.told <- kind:
			default:
			}
		}})
	return s
}

// plainBox seals so that a test can read it.
type plainBox struct{}

func (plainBox) Seal(_, row string, p []byte) (string, error) {
	return "sealed:" + row + ":" + string(p), nil
}
func (plainBox) Open(_, row, s string) ([]byte, error) {
	return []byte(strings.TrimPrefix(s, "sealed:"+row+":")), nil
}

func (s *stage) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// take keeps a live page.
func (s *stage) take(items ...network.Item) int {
	s.Helper()
	n, err := s.Take(s.Context(), s.ch, network.Batch{Items: items}, Live, Hold{})
	s.ok(err)
	return n
}

// all lists the conversations of a filter.
func (s *stage) all(f Filter) []Conversation {
	s.Helper()
	page, err := s.List(s.Context(), s.claire, s.brand, f, "", MaxPage)
	s.ok(err)
	return page.Items
}

func (s *stage) read(c ConversationID) Thread {
	s.Helper()
	t, err := s.Read(s.Context(), s.claire, s.brand, c, time.Time{})
	s.ok(err)
	return t
}

// only is the one conversation of a filter.
func (s *stage) only(f Filter) Conversation {
	s.Helper()
	all := s.all(f)
	if len(all) != 1 {
		s.Fatalf("%d conversations, want one: %+v", len(all), all)
	}
	return all[0]
}

var noon = time.Now().UTC().Truncate(time.Hour).Add(-3 * time.Hour)

// item is somebody saying something, a minute after the one before.
func item(ref, parent, root, who, text string, minute int) network.Item {
	return network.Item{Ref: network.Ref(ref), Parent: network.Ref(parent), Root: network.Ref(root), Kind: network.Reply, Version: "1",
		Author: network.Author{Ref: network.Ref("@" + who), Handle: who, Name: strings.ToUpper(who[:1]) + who[1:]}, Text: text, At: noon.Add(time.Duration(minute) * time.Minute), Language: "fr"}
}

func comment(ref, under, who, text string, minute int) network.Item {
	it := item(ref, under, under, who, text, minute)
	it.Kind = network.Comment
	return it
}

func ours(it network.Item) network.Item {
	it.Own, it.Author = true, network.Author{Ref: "me", Handle: "kerlann", Name: "Kerlann"}
	return it
}
