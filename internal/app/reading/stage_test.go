package reading_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"vigie/internal/app/reading"
	"vigie/internal/approval"
	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/mail"
	"vigie/internal/platform/search"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
	"vigie/internal/publishing"
	"vigie/internal/team"
)

var schemas = []sqldb.Schema{logbook.Schema, search.Schema, publishing.Schema, approval.Schema}

// door has channels and leads nowhere: these tests claim and send nothing.
type door struct{ channels []channel.Channel }

func (d *door) List(context.Context, team.Actor, id.Brand) ([]channel.Channel, error) {
	return d.channels, nil
}

func (d *door) Get(_ context.Context, _ team.Actor, _ id.Brand, c id.Channel) (channel.Channel, error) {
	for _, ch := range d.channels {
		if ch.ID == c {
			return ch, nil
		}
	}
	return channel.Channel{}, fault.New(fault.NotFound, "")
}

func (d *door) Presence(context.Context, id.Brand, id.Channel) (*network.Presence, channel.Channel, error) {
	return nil, channel.Channel{}, fault.New(fault.NotFound, "")
}

func (d *door) MarkSignedOut(context.Context, *sqldb.Tx, channel.Channel, string) error { return nil }

// noMedia knows every picture and hands out none.
type noMedia struct{}

func (noMedia) Describe(_ context.Context, _ id.Brand, list []id.Media) (map[id.Media]publishing.MediaInfo, error) {
	out := map[id.Media]publishing.MediaInfo{}
	for _, m := range list {
		out[m] = publishing.MediaInfo{ID: m, Type: "image/jpeg", Ready: true}
	}
	return out, nil
}

func (noMedia) Fit(context.Context, id.Brand, id.Media, network.ImageRule) (network.Upload, error) {
	return network.Upload{}, fault.New(fault.NotFound, "")
}

func (noMedia) Prepare(context.Context, *sqldb.Tx, id.Brand, []id.Media, ...network.ImageRule) error {
	return nil
}

// plain seals nothing: what the seal is worth is tested where it lives.
type plain struct{}

func (plain) Seal(_, _ string, b []byte) (string, error) { return string(b), nil }
func (plain) Open(_, _, s string) ([]byte, error)        { return []byte(s), nil }

// letters keeps what is sent.
type letters struct {
	mu  sync.Mutex
	all []mail.Message
}

func (l *letters) Send(_ context.Context, m mail.Message) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, m)
	return nil
}

// later is the clock of a database, which a test moves on.
type later struct {
	mu  sync.Mutex
	off time.Duration
}

func (l *later) now() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return clock.System().Add(l.off)
}

func (l *later) pass(d time.Duration) {
	l.mu.Lock()
	l.off += d
	l.mu.Unlock()
}

// house is a brand with its two rooms, wired as the program wires them.
type house struct {
	tb      testing.TB
	ctx     context.Context
	db      *sqldb.DB
	clock   *later
	brand   id.Brand
	posts   *publishing.Service
	rooms   *approval.Service
	nodes   []*publishing.Ledger
	door    *door
	people  map[string]team.Actor
	all     []team.Member
	mail    *letters
	waiting []approval.MailJob
	cuts    map[id.Media]network.Cut // on the network "wire"
}

func newHouse(tb testing.TB, db *sqldb.DB, l *later) *house {
	h := &house{tb: tb, ctx: context.Background(), db: db, clock: l, brand: id.New[id.Brand](), people: map[string]team.Actor{}, door: &door{}, mail: &letters{}, cuts: map[id.Media]network.Cut{}}
	for _, who := range []struct {
		name string
		role team.Role
	}{{"claire", team.Community}, {"mona", team.Manager}, {"omar", team.Owner}, {"paul", team.Client}} {
		a := team.Actor{Person: id.New[id.Person](), Roles: map[id.Brand]team.Role{h.brand: who.role}}
		h.people[who.name] = a
		h.all = append(h.all, team.Member{Person: a.Person, Name: who.name, Email: who.name + "@kerlann.test", Role: who.role})
	}
	caps := network.Capabilities{Images: network.ImageRule{Max: 4, AltMax: 100}, Text: network.TextRule{Max: 300, Unit: network.Graphemes}, Thread: network.ThreadRule{Max: 5}, AsOf: time.Now()}
	for i := range 2 {
		h.door.channels = append(h.door.channels, channel.Channel{ID: id.New[id.Channel](), Brand: h.brand, Network: "wire", Handle: fmt.Sprintf("k%d", i), Health: channel.Working, Capabilities: caps})
	}
	book := logbook.New(db)
	zone := func(context.Context, sqldb.Q, id.Brand) (string, error) { return "Europe/Paris", nil }
	h.posts = publishing.New(publishing.Needs{DB: db, Book: book, Channels: h.door, Media: noMedia{}, Zone: zone, Gate: reading.Gate{Room: &h.rooms}, Cuts: h.cutsOf})
	h.rooms = approval.New(approval.Needs{DB: db, Book: book, Posts: reading.Posts{Room: h.posts}, Seal: plain{}, Mail: h.mail, Words: words(tb), Address: "https://vigie.test",
		People: func(context.Context, id.Brand) ([]team.Member, error) { return h.all, nil },
		Brand: func(context.Context, sqldb.Q, id.Brand) (string, string, error) {
			return "Kerlann", "Europe/Paris", nil
		},
		Reach: func(_ context.Context, p id.Person) (mail.Address, string, error) {
			for _, m := range h.all {
				if m.Person == p {
					return mail.Address{Name: m.Name, Email: m.Email}, "fr", nil
				}
			}
			return mail.Address{}, "", nil
		},
		Later: func(_ context.Context, _ *sqldb.Tx, _ string, args any) error {
			h.waiting = append(h.waiting, args.(approval.MailJob))
			return nil
		}})
	for range 2 {
		h.nodes = append(h.nodes, publishing.NewLedger(h.posts, publishing.LedgerConfig{Grace: 10_000 * time.Hour}))
	}
	return h
}

func (h *house) cutsOf(_ context.Context, _ sqldb.Q, _ id.Brand, list []id.Media) (map[id.Media]map[network.Kind]network.Cut, error) {
	out := map[id.Media]map[network.Kind]network.Cut{}
	for _, m := range list {
		if c := h.cuts[m]; c != "" {
			out[m] = map[network.Kind]network.Cut{"wire": c}
		}
	}
	return out, nil
}

// crop has a picture show another part of itself, as the library does.
func (h *house) crop(m id.Media, c network.Cut) {
	h.tb.Helper()
	mark, err := h.posts.PictureChanging(h.ctx, h.people["claire"], h.brand, m)
	h.ok(err)
	h.ok(h.db.Write(h.ctx, func(tx *sqldb.Tx) error { h.cuts[m] = c; return mark(tx) }))
}

// pictured is a draft with a picture.
func (h *house) pictured(text string) (publishing.Post, id.Media) {
	h.tb.Helper()
	p, m := h.draft(text), id.New[id.Media]()
	h.picture(p.ID, m)
	return h.get(p.ID), m
}

func (h *house) picture(p id.Post, m id.Media) {
	h.tb.Helper()
	_, err := h.posts.Save(h.ctx, h.people["claire"], h.brand, p, h.get(p).Version, publishing.Edit{Media: &[]publishing.MediaRef{{ID: m, Alt: "Des sablés"}}})
	h.ok(err)
}

// shown is what a post says on a channel by now.
func (h *house) shown(p publishing.Post, v publishing.Variant) publishing.Content {
	c := publishing.Render(p, v, h.door.channels[0].Capabilities)
	for i := range c.Parts {
		for k, m := range c.Parts[i].Media {
			c.Parts[i].Media[k].Cut = h.cuts[m.ID]
		}
	}
	return c
}

// each runs a test on both engines, in a house of its own, on a clock it sets.
func each(t *testing.T, fn func(t *testing.T, h *house)) {
	l := &later{}
	sqldbtest.Each(t, schemas, func(t *testing.T, db *sqldb.DB) { fn(t, newHouse(t, db, l)) }, sqldbtest.Now(l.now))
}

func (h *house) ok(err error) {
	h.tb.Helper()
	if err != nil {
		h.tb.Fatal(err)
	}
}

// refused fails unless the error has this key.
func (h *house) refused(err error, key string) {
	h.tb.Helper()
	if got := fault.MessageKey(err); err == nil || got != key {
		h.tb.Fatalf("want %s, got %v", key, err)
	}
}

func (h *house) draft(text string) publishing.Post {
	h.tb.Helper()
	vs := []publishing.Variant{{Channel: h.door.channels[0].ID}, {Channel: h.door.channels[1].ID}}
	p, err := h.posts.Create(h.ctx, h.people["claire"], h.brand, publishing.Edit{Text: &text, Variants: &vs})
	h.ok(err)
	return p
}

func (h *house) get(p id.Post) publishing.Post {
	h.tb.Helper()
	out, err := h.posts.Get(h.ctx, h.people["claire"], h.brand, p)
	h.ok(err)
	return out
}

func (h *house) in(d time.Duration) publishing.When {
	w, err := clock.At(h.db.Now().Add(d), "Europe/Paris")
	h.ok(err)
	return publishing.When{Wall: w}
}

// submit schedules what a post says now.
func (h *house) submit(p id.Post, when publishing.When) publishing.Post {
	h.tb.Helper()
	now := h.get(p)
	out, err := h.posts.Schedule(h.ctx, h.people["claire"], h.brand, p, now.Version, when)
	h.ok(err)
	return out.Post
}

func (h *house) edit(p id.Post, text string) {
	h.tb.Helper()
	now := h.get(p)
	_, err := h.posts.Save(h.ctx, h.people["claire"], h.brand, p, now.Version, publishing.Edit{Text: &text})
	h.ok(err)
}

// round is the open one; zero when there is none.
func (h *house) round(p id.Post) approval.Round {
	f, err := h.rooms.Read(h.ctx, h.by("omar"), h.brand, p, false)
	if err != nil || !f.Open {
		return approval.Round{}
	}
	return f.Round
}

func (h *house) by(name string) approval.Reader { return approval.Reader{Actor: h.people[name]} }

func (h *house) says(r approval.Reader, p id.Post, v approval.Verdict, words string) error {
	return h.rooms.Decide(h.ctx, r, h.brand, approval.Say{Post: p, Round: h.round(p).ID, Verdict: v, Words: words})
}

func (h *house) rule(steps ...approval.Step) {
	h.tb.Helper()
	p := approval.Default(h.brand)
	p.Steps = steps
	h.ok(h.rooms.SetPolicy(h.ctx, h.people["omar"], p))
}

func (h *house) only(names ...string) approval.Step {
	var st approval.Step
	for _, n := range names {
		st.People = append(st.People, h.people[n].Person)
	}
	return st
}

func (h *house) link(name string) (approval.Reader, string) {
	h.tb.Helper()
	l, address, err := h.rooms.MakeLink(h.ctx, h.people["claire"], h.brand, approval.NewLink{Name: name, Email: "lien@kerlann.test"})
	h.ok(err)
	return approval.Reader{Link: &l}, address
}

func (h *house) pubs(p id.Post) []publishing.Publication {
	h.tb.Helper()
	out, err := h.posts.Publications(h.ctx, h.people["claire"], h.brand, p)
	h.ok(err)
	return out
}

// states are the states of a post's publications, sorted by the order of rows.
func (h *house) states(p id.Post, want publishing.State) {
	h.tb.Helper()
	for _, x := range h.pubs(p) {
		if x.State != want {
			h.tb.Fatalf("a publication is %s, want %s", x.State, want)
		}
	}
}

func (h *house) validation(p id.Post, want publishing.Validation) {
	h.tb.Helper()
	if got := h.get(p).Validation; got != want {
		h.tb.Fatalf("the post is %q, want %q", got, want)
	}
}
