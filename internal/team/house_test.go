package team_test

import (
	"context"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/platform/i18n"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/mail"
	"vigie/internal/platform/secret"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
	"vigie/internal/team"
)

// cheap keeps the tests from spending their time on argon2.
var cheap = team.Cost{Memory: 64, Passes: 1, Lanes: 1}

const password = "trois goélands au large"

var (
	home  = team.From{IP: netip.MustParseAddr("198.51.100.7"), Agent: "Firefox"}
	enemy = team.From{IP: netip.MustParseAddr("203.0.113.66"), Agent: "curl"}
)

// house is an instance with a clock that the test turns.
type house struct {
	*testing.T
	db     *sqldb.DB
	conf   team.Config
	people *team.Service
	brands *brand.Service

	mu      sync.Mutex
	at      time.Time
	entries []logbook.Entry
	told    []string
	jobs    []team.MailJob
	letters []mail.Message
}

var words = fstest.MapFS{}

func init() { // a test's own texts: those of the face are tested with the face
	const text = `{"team.mail.reset.subject":"reset","team.mail.reset.text":"{name} {link} {ends}",
"team.mail.invite.subject":"invite","team.mail.invite.text":"{inviter} {brand} {role} {link} {ends}",
"team.mail.invite_in.subject":"invite in","team.mail.invite_in.text":"{inviter} {link} {ends}",
"team.mail.changed.subject":"changed","team.mail.changed.text":"{name} {link}",
"team.role.owner":"o","team.role.manager":"m","team.role.community":"c","team.role.moderator":"mo","team.role.analyst":"a","team.role.client":"cl"}`
	words["fr.json"] = &fstest.MapFile{Data: []byte(text)}
	words["en.json"] = &fstest.MapFile{Data: []byte(text)}
}

func each(t *testing.T, test func(h *house)) {
	t.Helper()
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(d), func(t *testing.T) {
			h := &house{T: t, at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
			h.db = sqldbtest.Open(t, d, []sqldb.Schema{logbook.Schema, brand.Schema, team.Schema}, sqldbtest.Now(h.now))
			h.conf = team.Config{DB: h.db, Book: h, Box: secret.New(), Words: i18n.Must(words), Address: "https://vigie.test", Cost: cheap,
				BrandName: brand.Name, Tell: h.tell,
				Later: func(_ context.Context, tx *sqldb.Tx, _ string, args any) error {
					tx.AfterCommit(func() { h.lock(func() { h.jobs = append(h.jobs, args.(team.MailJob)) }) })
					return nil
				},
				Post: sender(func(l mail.Message) error { h.lock(func() { h.letters = append(h.letters, l) }); return nil })}
			h.people = team.New(h.conf)
			h.brands = brand.New(brand.Config{DB: h.db, Book: h, People: h.people, Tell: h.tell})
			test(h)
		})
	}
}

func (h *house) lock(f func())               { h.mu.Lock(); defer h.mu.Unlock(); f() }
func (h *house) now() (now time.Time)        { h.lock(func() { now = h.at }); return now }
func (h *house) pass(d time.Duration)        { h.lock(func() { h.at = h.at.Add(d) }) }
func (h *house) tell(topic, k string, _ any) { h.lock(func() { h.told = append(h.told, topic+" "+k) }) }

// Record writes in the real logbook and remembers.
func (h *house) Record(ctx context.Context, tx *sqldb.Tx, e logbook.Entry) error {
	tx.AfterCommit(func() { h.lock(func() { h.entries = append(h.entries, e) }) })
	return logbook.New(h.db).Record(ctx, tx, e)
}

func (h *house) acts() (out []string) {
	h.lock(func() {
		for _, e := range h.entries {
			out = append(out, e.Act)
		}
	})
	return out
}

// mails does the waiting jobs and returns the letters so far.
func (h *house) mails() []mail.Message {
	h.Helper()
	var jobs []team.MailJob
	h.lock(func() { jobs, h.jobs = h.jobs, nil })
	for _, j := range jobs {
		h.ok(h.people.SendMail(h.Context(), j))
	}
	return h.letters
}

var link = regexp.MustCompile(`https://vigie\.test/\w+/([\w-]+)`)

func tokenIn(l mail.Message) string { return link.FindStringSubmatch(l.Text)[1] }

func (h *house) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) is(err error, kind fault.Kind, key string) {
	h.Helper()
	if fault.Of(err) != kind || fault.As(err).Key != key {
		h.Fatalf("got %v, want %s %q", err, kind, key)
	}
}

// first makes Claire, who runs the instance.
func (h *house) first() team.Entry {
	h.Helper()
	e, err := h.people.First(h.Context(), team.NewPerson{Name: "Claire Morel", Email: "claire@agence.test", Password: password}, team.Actor{}, home)
	h.ok(err)
	return e
}

// add makes somebody with a role in each of the brands.
func (h *house) add(name string, roles map[id.Brand]team.Role) team.Actor {
	h.Helper()
	p, err := h.people.AddPerson(h.Context(), team.Program("test"), team.NewPerson{Name: name, Email: name + "@agence.test", Password: password}, false)
	h.ok(err)
	for _, b := range slices.Sorted(maps.Keys(roles)) {
		inv, token, err := h.people.InviteTo(h.Context(), team.Program("test"), b, team.Invite{Role: roles[b]})
		h.ok(err)
		if inv.Brand != b {
			h.Fatal("another brand")
		}
		_, err = h.people.Accept(h.Context(), h.actor(p.ID), token)
		h.ok(err)
	}
	return h.actor(p.ID)
}

func (h *house) actor(p id.Person) team.Actor {
	h.Helper()
	a, err := h.people.ActorOf(h.Context(), p)
	h.ok(err)
	return a
}

// brand makes a brand of Claire's.
func (h *house) brand(owner id.Person, name string) id.Brand {
	h.Helper()
	b, err := h.brands.Make(h.Context(), h.actor(owner), brand.Input{Name: name})
	h.ok(err)
	return b.ID
}

type sender func(mail.Message) error

func (s sender) Send(_ context.Context, m mail.Message) error { return s(m) }

// crowd runs do n times at once, over connections that are already open: the
// first to get one would otherwise be done before the second has begun.
func (h *house) crowd(n int, do func(i int)) {
	h.Helper()
	for range 2 {
		var open sync.WaitGroup
		for range n {
			open.Go(func() { _, _ = h.people.FirstRun(h.Context()) })
		}
		open.Wait()
	}
	gate := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { <-gate; do(i) })
	}
	close(gate)
	wg.Wait()
}
