package app_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"vigie/internal/app"
	"vigie/internal/base/id"
	"vigie/internal/networks/practice"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
	"vigie/internal/publishing"
	"vigie/internal/team"
)

// Whatever Start began has ended when Stop and Close return, also when it
// worked in between.
func TestStopLeavesNothingRunning(t *testing.T) {
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(d), func(t *testing.T) {
			c := configFor(t, d)
			before := goleak.IgnoreCurrent()
			a, err := app.Build(t.Context(), c, quiet())
			if err != nil {
				t.Fatal(err)
			}
			h := &house{T: t, App: a, config: c}
			h.serve()
			h.ok(a.Start(t.Context()))
			b := h.brand("Kerlann", "")
			me := team.Program("test")
			ch := h.channel(me, b, "kerlann", "Kerlann")
			p := h.plan(me, h.draft(me, b, "", "Bonjour.", ch.ID), publishing.When{Now: true})
			h.sent(b, p.ID)
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			h.ok(a.Stop(ctx))
			h.ok(a.Stop(ctx)) // safe to repeat
			h.ok(a.Close())
			h.ok(a.Close())
			goleak.VerifyNone(t, before)
		})
	}
}

// Stop waits for the call that is under way: what the network has just taken
// is written down as taken, not looked up after the next start.
func TestStopWaitsForWhatIsLeaving(t *testing.T) {
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(d), func(t *testing.T) {
			c := configFor(t, d)
			c.Practice = 400 * time.Millisecond // time enough to be caught in the middle of a call
			h := build(t, c)
			b, me := h.brand("Kerlann", ""), team.Program("test")
			ch := h.channel(me, b, "kerlann", "Kerlann")
			h.ok(h.Start(h.Context()))
			p := h.plan(me, h.draft(me, b, "", "Bonjour.", ch.ID), publishing.When{Now: true})
			state := func() publishing.State {
				pubs, err := h.Publishing.Publications(h.Context(), me, b, p.ID)
				h.ok(err)
				return pubs[0].State
			}
			for state() != publishing.Sending {
				h.ok(h.Context().Err())
			}
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			h.ok(h.Stop(ctx))
			if got := state(); got != publishing.Sent {
				h.Errorf("after Stop it is %s", got)
			}
			if n := h.rows(`SELECT COUNT(*) FROM publication_step WHERE what = 'unclear'`); n != 0 {
				h.Error("it was left in doubt")
			}
		})
	}
}

// What hangs does not keep the program from ending: Stop gives up with its
// context.
func TestStopDoesNotWaitForEver(t *testing.T) {
	each(t, func(h *house) {
		b, me := h.brand("Kerlann", ""), team.Program("test")
		ch := h.channel(me, b, "kerlann", "Kerlann")
		reached := make(chan struct{})
		h.World.Script("kerlann", practice.Act{Deed: practice.Hang, Reached: func() { close(reached) }})
		h.ok(h.Start(h.Context()))
		h.plan(me, h.draft(me, b, "", "Bonjour.", ch.ID), publishing.When{Now: true})
		<-reached
		over, cancel := context.WithCancel(context.Background())
		cancel()
		if err := h.Stop(over); err == nil {
			h.Error("it says that nothing was under way")
		}
	})
}

// A program that answers and sends nothing is not healthy.
func TestHealthIsRedWhilePostsAreOverdue(t *testing.T) {
	each(t, func(h *house) {
		health := func() (int, app.Health) {
			var v app.Health
			got := h.as("", ask{method: "GET", path: "/healthz"})
			h.ok(json.Unmarshal([]byte(got.body), &v))
			return got.status, v
		}
		if status, v := health(); status != http.StatusOK || !v.OK || v.Database != "ok" {
			h.Fatalf("%d %+v", status, v)
		}
		b, me := h.brand("Kerlann", ""), team.Program("test")
		ch := h.channel(me, b, "kerlann", "Kerlann")
		p := h.plan(me, h.draft(me, b, "", "En retard.", ch.ID), h.tomorrow())
		_, err := h.DB.Exec(h.Context(), `UPDATE publication SET next_at = ? WHERE post = ?`, sqldb.At(h.DB.Now().Add(-3*time.Minute)), p.ID)
		h.ok(err)
		// Whatever the reason, here the database itself: nothing can be claimed.
		stuck := []string{`CREATE TRIGGER stuck BEFORE UPDATE ON publication BEGIN SELECT RAISE(ABORT, 'stuck'); END`}
		if h.DB.Dialect() == sqldb.Postgres {
			stuck = []string{`CREATE FUNCTION stuck() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'stuck'; END $$`,
				`CREATE TRIGGER stuck BEFORE UPDATE ON publication FOR EACH ROW EXECUTE FUNCTION stuck()`}
		}
		for _, q := range stuck {
			_, err := h.DB.Exec(h.Context(), q)
			h.ok(err)
		}
		h.start()
		h.until("the watchdog's alarm", func() bool { return strings.Contains(h.acts(b), publishing.ActOverdue) }, "brand:"+string(b))
		if status, v := health(); status != http.StatusServiceUnavailable || v.OK || v.Overdue != 1 {
			h.Errorf("%d %+v", status, v)
		}
	})
}

// Migrating twice, or on a database made in one go, ends in the same tables.
func TestAFreshDatabaseEqualsOneMigratedTwice(t *testing.T) {
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(d), func(t *testing.T) {
			h := build(t, configFor(t, d))
			empty := app.Config{Data: t.TempDir(), Database: sqldbtest.Open(t, d, nil).URL(), Addr: "127.0.0.1:0", Practice: -1}
			fresh := build(t, empty)
			if n, err := fresh.Migrate(t.Context()); err != nil || n == 0 {
				t.Fatal(n, err)
			}
			if n, err := h.Migrate(t.Context()); err != nil || n != 0 {
				t.Errorf("a second time took %d steps, %v", n, err)
			}
			sqldbtest.SameSchema(t, fresh.DB, h.DB)
		})
	}
}

// stream is a browser that listens to /live.
type stream struct {
	lines chan string
	close func()
}

// listen opens the live stream as a person; a refusal is a closed stream.
func (h *house) listen(server *httptest.Server, session string, topics ...string) stream {
	h.Helper()
	ctx, cancel := context.WithTimeout(h.Context(), patience)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/live?topic="+strings.Join(topics, "&topic="), nil)
	h.ok(err)
	r.AddCookie(&http.Cookie{Name: "vigie_session", Value: session})
	res, err := http.DefaultClient.Do(r)
	h.ok(err)
	out := stream{lines: make(chan string, 100), close: cancel}
	if res.StatusCode != http.StatusOK {
		h.Fatalf("stream: %s", res.Status)
	}
	opened := bufio.NewScanner(res.Body)
	opened.Scan() // "retry: …": the stream is open and subscribed
	go func() {
		defer close(out.lines)
		defer res.Body.Close()
		for opened.Scan() {
			out.lines <- opened.Text()
		}
	}()
	h.Cleanup(cancel)
	return out
}

// next is the next thing told, "" when the stream has ended.
func (s stream) next() string {
	for l := range s.lines {
		if strings.HasPrefix(l, "data: ") {
			return l
		}
	}
	return ""
}

// closes waits for the end of the stream; what was told before comes first.
func (s stream) closes(h *house, why string) {
	h.Helper()
	over := time.After(heartbeat)
	for {
		select {
		case _, open := <-s.lines:
			if !open {
				return
			}
		case <-over:
			h.Errorf("%s: the stream is still open", why)
			return
		}
	}
}

func (h *house) server() *httptest.Server {
	s := httptest.NewServer(h.web.Mux)
	h.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		_ = h.Hub.Stop(ctx) // streams keep a server waiting
		s.Close()
	})
	return s
}

// P1: the live stream has the same walls. A topic that one may not hear is not
// refused, which would tell that it exists; it is silent.
func TestTheLiveStreamTellsNothingOfAnotherBrand(t *testing.T) {
	each(t, func(h *house) {
		s := buildStreet(h)
		server := h.server()
		a, post := "brand:"+string(s.a), "post:"+s.ids["post"]
		bruno := h.listen(server, s.bruno.session, a, post, "person:"+string(s.claire.id), "brand:"+string(s.b))
		claire := h.listen(server, s.claire.session, a, post)
		h.Hub.Tell(a, "post", map[string]string{"x": mark})
		h.Hub.Tell(post, "post", map[string]string{"x": mark})
		h.Hub.Tell("person:"+string(s.claire.id), "role.changed", mark)
		h.Hub.Tell("brand:"+string(s.b), "post", "mine")
		if got := bruno.next(); !strings.Contains(got, "mine") {
			h.Errorf("bruno hears %s", got)
		}
		if got := claire.next(); !strings.Contains(got, mark) {
			h.Errorf("claire hears %s", got)
		}
		// A client does not hear a draft: she may not see that it is there.
		ondine := h.listen(server, s.ondine.session, post)
		h.Hub.Tell(post, "post", map[string]string{"x": mark})
		h.Hub.Tell(a, "post", "for all of the brand")
		if got := ondine.next(); !strings.Contains(got, "for all of the brand") {
			h.Errorf("the client hears %s", got)
		}
	})
}

// A role withdrawn ends what she hears at once, not at the next heartbeat; so
// does a session that ends.
func TestARoleOrASessionThatEndsClosesItsStreams(t *testing.T) {
	each(t, func(h *house) {
		s := buildStreet(h)
		server := h.server()
		ends := func(what string, who *person, end func() error) {
			h.Helper()
			listening := h.listen(server, who.session)
			h.ok(end())
			listening.closes(h, what)
		}
		ends("a role withdrawn", s.ondine, func() error { return h.Team.RemoveMember(h.Context(), s.claire.actor, s.a, s.ondine.id) })
		ends("a session ended", s.bruno, func() error {
			sessions, err := h.Team.Sessions(h.Context(), s.bruno.actor)
			if err == nil {
				err = h.Team.EndSession(h.Context(), s.bruno.actor, sessions[0].ID)
			}
			return err
		})
		ends("signed out", s.claire, func() error { return h.Team.SignOut(h.Context(), s.claire.session) })
	})
}

// heartbeat is below that of the hub: a stream that only ends with it was not
// told.
const heartbeat = 12 * time.Second

// acts are the names of a brand's acts, oldest first.
func (h *house) acts(b id.Brand) string {
	h.Helper()
	names, err := sqldb.Values[string](h.Context(), h.DB, `SELECT act FROM act WHERE brand = ? ORDER BY seq`, string(b))
	h.ok(err)
	return strings.Join(names, " ")
}
