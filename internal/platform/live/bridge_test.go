package live

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
)

// nodes starts several hubs on one database and waits until all of them hear.
func nodes(t *testing.T, n int) ([]*Hub, *sqldb.DB, chan string) {
	t.Helper()
	db := sqldbtest.Open(t, sqldb.Postgres, nil)
	listening := make(chan string, 100)
	hubs := make([]*Hub, n)
	for i := range hubs {
		h, err := New(Config{PostgresURL: db.URL()})
		if err != nil {
			t.Fatal(err)
		}
		h.bridge.signal = func(s string) { listening <- s }
		if err := h.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := h.Stop(context.Background()); err != nil {
				t.Error(err)
			}
		})
		hubs[i] = h
	}
	for range hubs {
		heard(t, listening)
	}
	return hubs, db, listening
}

func heard(t *testing.T, ch <-chan string) {
	t.Helper()
	select {
	case <-ch:
	case <-time.After(20 * time.Second):
		t.Fatal("no node listens")
	}
}

func TestANodeHearsTheOthersAndNotItsOwnEcho(t *testing.T) {
	hubs, _, _ := nodes(t, 2)
	a, b := hubs[0].Subscribe(t.Context(), "brand:1"), hubs[1].Subscribe(t.Context(), "brand:1")
	for i := range 5 {
		hubs[0].Tell("brand:1", "from a", map[string]int{"n": i})
		if e := next(t, a); e.Kind != "from a" {
			t.Errorf("%+v", e)
		}
	}
	for i := range 5 {
		if e := next(t, b); e.Kind != "from a" || string(e.Data) != fmt.Sprintf(`{"n":%d}`, i) {
			t.Errorf("%d: %+v", i, e)
		}
	}
	// The database keeps the order: an echo of a's words would come before.
	hubs[1].Tell("brand:1", "from b", nil)
	if e := next(t, a); e.Kind != "from b" || string(e.Data) != "null" {
		t.Errorf("%+v", e)
	}
	if e := next(t, b); e.Kind != "from b" {
		t.Errorf("%+v", e)
	}
}

func TestWhatIsTooLongForNotifyBecomesALookAgain(t *testing.T) {
	hubs, _, _ := nodes(t, 2)
	b := hubs[1].Subscribe(t.Context(), "brand:1")
	hubs[0].Tell("brand:2", "long", strings.Repeat("a", 9000))
	hubs[0].Tell("brand:1", "just fits", strings.Repeat("a", 7000))
	hubs[0].Tell("brand:1", "long", strings.Repeat("é", 5000))
	if e := next(t, b); e.Kind != "just fits" || len(e.Data) != 7002 {
		t.Errorf("%s, %d bytes", e.Kind, len(e.Data))
	}
	if e := next(t, b); e.Kind != Resync || e.Topic != "brand:1" {
		t.Errorf("%+v", e)
	}
	hubs[0].Tell(strings.Repeat("t", 9000), "long", nil)
	if e := next(t, b); e.Kind != Resync || e.Topic != "" {
		t.Errorf("%+v", e)
	}
}

func TestPresenceAndRightsCrossNodes(t *testing.T) {
	hubs, _, _ := nodes(t, 2)
	b := hubs[1].Subscribe(t.Context(), "post:1")
	hubs[0].Here("post:1", "c", "Claire", time.Minute)
	if got := people(t, next(t, b)); got != "Claire " {
		t.Error(got)
	}
	hubs[1].Here("post:1", "y", "Yann", time.Minute)
	if got := people(t, next(t, b)); got != "Claire Yann " {
		t.Error(got)
	}
	hubs[0].Gone("post:1", "c")
	if got := people(t, next(t, b)); got != "Yann " {
		t.Error(got)
	}

	asked := make(chan struct{}, 10)
	srv := httptest.NewServer(hubs[1].Handler(func(*http.Request) ([]string, error) {
		asked <- struct{}{}
		return []string{"post:1"}, nil
	}))
	defer srv.Close()
	defer srv.CloseClientConnections()
	defer http.DefaultClient.CloseIdleConnections()
	res, err := http.Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	<-asked
	hubs[0].Recheck()
	select {
	case <-asked:
	case <-time.After(10 * time.Second): // the beat would only come after 15
		t.Error("the other node did not ask again")
	}
}

func TestALostConnectionComesBackAndEverybodyLooksAgain(t *testing.T) {
	hubs, db, listening := nodes(t, 2)
	a, b := hubs[0].Subscribe(t.Context(), "brand:1"), hubs[1].Subscribe(t.Context(), "brand:1")
	// Both sides of both nodes, as when the server restarts. The speakers are
	// only found once they connected, so let them say a word.
	hubs[0].Tell("brand:1", "x", nil)
	hubs[1].Tell("brand:1", "x", nil)
	for range 2 {
		next(t, a)
		next(t, b)
	}
	var ended int
	err := sqldb.Each(t.Context(), db, func(s sqldb.Scanner) error {
		var ok bool
		ended++
		return s.Scan(&ok)
	}, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'vigie live' AND datname = current_database()")
	if err != nil || ended != 4 {
		t.Fatalf("%d connections ended, %v", ended, err)
	}
	heard(t, listening)
	heard(t, listening)
	for _, ch := range []<-chan Event{a, b} {
		if e := next(t, ch); e.Kind != Resync || e.Topic != "" {
			t.Errorf("%+v", e)
		}
	}
	// The first words may be lost with the old connection, but never in
	// silence: they arrive, or a look again does.
	hubs[0].Tell("brand:1", "again", nil)
	for e := next(t, b); e.Kind != "again" && e.Kind != Resync; e = next(t, b) {
	}
	hubs[0].Tell("brand:1", "and again", nil)
	for e := next(t, b); e.Kind != "and again"; e = next(t, b) {
	}
}

func TestWordsWithoutRoomAreMadeUpFor(t *testing.T) {
	db := sqldbtest.Open(t, sqldb.Postgres, nil)
	h, err := New(Config{PostgresURL: db.URL()})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 * cap(h.bridge.out) { // nobody speaks yet
		h.Tell("brand:1", "x", nil)
	}
	other, err := New(Config{PostgresURL: db.URL()})
	if err != nil {
		t.Fatal(err)
	}
	ch := other.Subscribe(t.Context(), "brand:1")
	if err := other.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer other.Stop(context.Background())
	next(t, ch) // the look again of its first LISTEN
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer h.Stop(context.Background())
	for e := next(t, ch); e.Kind != Resync; e = next(t, ch) {
	}
}

func TestADatabaseThatIsAwayDoesNotKeepTheHubFromStarting(t *testing.T) {
	h := hub(t, Config{PostgresURL: "postgres://nobody@127.0.0.1:1/none?sslmode=disable"})
	ch := h.Subscribe(t.Context(), "a")
	h.Tell("a", "x", nil)
	if e := next(t, ch); e.Kind != "x" {
		t.Errorf("%+v", e)
	}
	if _, err := New(Config{PostgresURL: "postgres://%zz"}); err == nil {
		t.Error("an unusable URL is said at once")
	}
}
