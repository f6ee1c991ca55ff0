package channel_test

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/networks/practice"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/secret"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
	"vigie/internal/team"
)

// toy is a network whose answers a test decides. It signs in by three steps:
// a server, then an authorisation page, then done.
type toy struct {
	mu       sync.Mutex
	who      string        // the account that the authorised code belongs to
	refuse   error         // what WhoAmI answers
	expires  time.Time     // of the token
	max      int           // characters a post may have
	fresh    string        // a token handed out at the next WhoAmI
	used     []string      // tokens that WhoAmI was called with
	accounts []*toyAccount // opened
}

type toyAccount struct {
	t     *toy
	token string
	save  func(context.Context, network.Credentials) error
}

func (t *toy) Facts() network.Facts {
	return network.Facts{Kind: "toy", Title: "Toy", Short: "To", Tried: "never"}
}

func (t *toy) Begin(context.Context) (network.Step, error) {
	return network.Step{ID: "server", Fields: []network.Field{{Name: "server", Type: "text"}}}, nil
}

func (t *toy) Next(_ context.Context, s network.Step, answers map[string]string) (network.Step, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch s.ID {
	case "server":
		if answers["server"] == "" {
			return s, fault.New(fault.Invalid, "network.toy.server").At("server")
		}
		q := url.Values{"client_id": {"app"}, "state": {"state-of-" + answers["server"]}}
		return network.Step{ID: "code", Open: "https://toy.example/authorize?" + q.Encode(), Fields: []network.Field{{Name: "code", Type: "text"}},
			State: map[string]string{"server": answers["server"], "client_secret": "the app's secret"}}, nil
	case "code":
		switch {
		case s.State["client_secret"] != "the app's secret":
			return s, fault.New(fault.Internal, "").Becausef("the state was lost")
		case answers["code"] == "away":
			return s, fault.New(fault.Transient, "network.unreachable")
		case answers["code"] != "good":
			return s, &network.Error{Fault: fault.New(fault.SignedOut, "network.toy.code").At("code"), Outcome: network.Refused}
		}
		return network.Step{ID: network.Done, Profile: network.Profile{Ref: network.Ref(t.who), Handle: t.who, Name: "Toy of " + t.who, Expires: t.expires},
			Credentials: network.Credentials{Server: s.State["server"], Data: map[string]string{"token": "token-one"}}}, nil
	}
	return s, fault.New(fault.Invalid, "network.step")
}

func (t *toy) Open(c network.Credentials, save func(context.Context, network.Credentials) error) (network.Account, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	a := &toyAccount{t: t, token: c.Data["token"], save: save}
	t.accounts = append(t.accounts, a)
	return a, nil
}

func (a *toyAccount) WhoAmI(ctx context.Context) (network.Profile, error) {
	a.t.mu.Lock()
	a.t.used = append(a.t.used, a.token)
	err, fresh := a.t.refuse, a.t.fresh
	a.t.fresh = ""
	p := network.Profile{Ref: network.Ref(a.t.who), Handle: a.t.who, Name: "Toy of " + a.t.who, Expires: a.t.expires}
	a.t.mu.Unlock()
	if fresh != "" {
		if err := a.save(ctx, network.Credentials{Data: map[string]string{"token": fresh}}); err != nil {
			return p, err
		}
		a.token = fresh
	}
	return p, err
}

func (a *toyAccount) Capabilities(context.Context) (network.Capabilities, error) {
	a.t.mu.Lock()
	defer a.t.mu.Unlock()
	return network.Capabilities{Text: network.TextRule{Max: a.t.max, Unit: network.Graphemes}}, nil
}

func (t *toy) set(change func(t *toy)) { t.mu.Lock(); defer t.mu.Unlock(); change(t) }

func (t *toy) lastToken() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.used) == 0 {
		return ""
	}
	return t.used[len(t.used)-1]
}

// stage is a brand, its people and two networks, with a clock.
type stage struct {
	*testing.T
	db      *sqldb.DB
	room    *channel.Service
	toy     *toy
	world   *practice.World
	brand   id.Brand
	claire  team.Actor // owner
	yann    team.Actor // manager of the same brand
	removed []channel.Channel

	mu sync.Mutex
	at time.Time
}

func each(t *testing.T, test func(s *stage)) {
	t.Helper()
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(d), func(t *testing.T) {
			s := &stage{T: t, at: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC), brand: id.New[id.Brand](), toy: &toy{who: "kerlann", max: 500}}
			s.db = sqldbtest.Open(t, d, []sqldb.Schema{logbook.Schema, channel.Schema}, sqldbtest.Now(s.now))
			s.claire, s.yann = s.member(team.Owner), s.member(team.Manager)
			world, err := practice.NewWorld(t.Context(), practice.Config{Latency: -1, Now: s.now})
			s.ok(err)
			s.world = world
			s.room = s.node(s.db)
			test(s)
		})
	}
}

func practiceDriver(s *stage) network.Driver { return practice.New(s.world) }

// node is another process on the same data.
func (s *stage) node(db *sqldb.DB) *channel.Service {
	return channel.New(channel.Needs{DB: db, Drivers: []network.Driver{s.toy, practice.New(s.world)}, Seal: box, Book: logbook.New(db),
		Wrap: func(k network.Kind, a network.Account, c network.PresenceConfig) *network.Presence {
			c.Log = nil
			return network.NewPresence(k, a, c)
		},
		Removed: func(_ context.Context, _ *sqldb.Tx, c channel.Channel) error {
			s.removed = append(s.removed, c)
			return nil
		},
	})
}

var box = secret.New()

func (s *stage) now() time.Time       { s.mu.Lock(); defer s.mu.Unlock(); return s.at }
func (s *stage) pass(d time.Duration) { s.mu.Lock(); defer s.mu.Unlock(); s.at = s.at.Add(d) }

func (s *stage) member(r team.Role) team.Actor {
	return team.Actor{Person: id.New[id.Person](), Roles: map[id.Brand]team.Role{s.brand: r}}
}

func (s *stage) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *stage) is(err error, kind fault.Kind, key string) {
	s.Helper()
	if fault.Of(err) != kind || key != "" && fault.MessageKey(err) != key {
		s.Fatalf("error is %v (%s), want %s %s", err, fault.MessageKey(err), kind, key)
	}
}

// signIn walks through the toy's steps and returns the channel.
func (s *stage) signIn(a team.Actor, reconnects id.Channel) channel.Channel {
	s.Helper()
	in, err := s.room.Begin(s.Context(), a, s.brand, "toy", reconnects)
	s.ok(err)
	in, err = s.room.Answer(s.Context(), a, s.brand, in.ID, map[string]string{"server": "toy.example"})
	s.ok(err)
	in, err = s.room.Answer(s.Context(), a, s.brand, in.ID, map[string]string{"code": "good"})
	s.ok(err)
	return in.Channel
}

func (s *stage) get(c id.Channel) channel.Channel {
	s.Helper()
	ch, err := s.room.Get(s.Context(), s.claire, s.brand, c)
	s.ok(err)
	return ch
}

// acts are the names of what the logbook holds, oldest first.
func (s *stage) acts() []string {
	s.Helper()
	list, _, err := logbook.New(s.db).List(s.Context(), s.db, s.brand, logbook.Filter{}, "", 100)
	s.ok(err)
	var out []string
	for _, r := range list {
		out = append(out, r.Act)
	}
	slices.Reverse(out)
	return out
}

func (s *stage) count(act string) (n int) {
	for _, a := range s.acts() {
		if a == act {
			n++
		}
	}
	return n
}

// answer is one round of an answer that must fail.
func (s *stage) refused(in channel.SignIn, answers map[string]string) error {
	s.Helper()
	before, err := s.room.Resume(s.Context(), s.claire, s.brand, in.ID)
	s.ok(err)
	_, err = s.room.Answer(s.Context(), s.claire, s.brand, in.ID, answers)
	if err == nil {
		s.Fatal("the answers were taken")
	}
	after, e := s.room.Resume(s.Context(), s.claire, s.brand, in.ID)
	s.ok(e)
	if after.Step.ID != before.Step.ID || !maps.Equal(after.Step.State, before.Step.State) {
		s.Errorf("the step moved from %+v to %+v", before.Step, after.Step)
	}
	return err
}
