package publishing

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
)

// T4: the disk fills up while a network answers. The answer waits in memory and
// is written when there is space again; what was not claimed has not left.
func TestAFullDiskLosesNoReceiptAndDoublesNothing(t *testing.T) {
	h := &hand{}
	s := newStage(t, sqldbtest.Open(t, sqldb.SQLite, schemas, sqldbtest.Now(h.now)))
	heard := s.listen()
	var flying, later []Post
	long := strings.Repeat("é", 140)
	for i := range 30 {
		flying = append(flying, s.schedule(s.draft(fmt.Sprint(long, i)), s.in(10*time.Minute)))
		later = append(later, s.schedule(s.draft(fmt.Sprint("plus tard ", i)), s.in(20*time.Minute)))
	}
	if _, err := s.db.Exec(s.Context(), `CREATE TABLE ballast (b BLOB)`); err != nil {
		t.Fatal(err)
	}
	let := s.wire.hold()
	defer let()
	s.ledger(LedgerConfig{Alone: true})
	h.move(11 * time.Minute)
	s.until("all claimed", func() bool { return s.inState(Sending) == 30 })

	s.fill()
	let()
	s.until("results wait", func() bool { return heard.heard("results wait for the database") > 0 })
	if n := s.inState(Sent); n == 30 {
		t.Fatal("the disk was not full")
	}
	h.move(10 * time.Minute) // the hour of the others comes while nothing can be written
	// A claim that finds room in its pages may pass; one that does not has sent nothing.
	s.until("claims fail, or pass", func() bool { return heard.heard("claim") > 0 || s.inState(Planned) == 0 })

	if _, err := s.db.Exec(s.Context(), `PRAGMA max_page_count = 1000000`); err != nil {
		t.Fatal(err)
	}
	for _, p := range append(flying, later...) {
		s.untilState(p, Sent)
	}
	s.oncePerKey(60)
	if n := s.acts(ActSent); n != 60 {
		t.Errorf("%d acts for 60 posts", n)
	}
}

// fill takes all space that the database may have.
func (s *stage) fill() {
	s.Helper()
	pages, err := sqldb.Value[int64](s.Context(), s.db, `PRAGMA page_count`)
	if err != nil {
		s.Fatal(err)
	}
	if _, err := s.db.Exec(s.Context(), fmt.Sprintf(`PRAGMA max_page_count = %d`, pages+1)); err != nil {
		s.Fatal(err)
	}
	for _, size := range []int{4000, 400, 40, 4} {
		for {
			if _, err := s.db.Exec(s.Context(), `INSERT INTO ballast (b) VALUES (zeroblob(?))`, size); err != nil {
				break
			}
		}
	}
}

// Another process holds the SQLite file for longer than anybody waits.
func TestALockedDatabaseLosesNoReceipt(t *testing.T) {
	s := newStage(t, sqldbtest.Open(t, sqldb.SQLite, schemas))
	heard := s.listen()
	if _, err := s.db.Exec(s.Context(), `PRAGMA busy_timeout = 20`); err != nil {
		t.Fatal(err)
	}
	let := s.wire.hold()
	defer let()
	p := s.schedule(s.draft("verrou"), When{Now: true})
	s.ledger(LedgerConfig{Alone: true})
	s.untilState(p, Sending)
	other, err := sql.Open("sqlite", "file:"+s.db.URL()+"?_txlock=exclusive")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	tx, err := other.BeginTx(s.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	let()
	s.until("the result waits", func() bool { return heard.heard("results wait for the database") > 1 })
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	s.untilState(p, Sent)
	s.oncePerKey(1)
}

func TestAnExhaustedPoolLosesNoReceipt(t *testing.T) {
	each(t, func(s *stage) {
		let := s.wire.hold()
		defer let()
		p := s.schedule(s.draft("piscine"), When{Now: true})
		s.ledger(LedgerConfig{})
		s.untilState(p, Sending)
		var held []*sql.Conn
		for range s.db.Pool().Stats().MaxOpenConnections {
			c, err := s.db.Pool().Conn(s.Context())
			if err != nil {
				s.Fatal(err)
			}
			held = append(held, c)
		}
		let()
		s.until("the call was made", func() bool { return len(s.wire.keys()) == 1 })
		if got := s.state(p); got != Sending {
			s.Errorf("%s without a connection", got)
		}
		for _, c := range held {
			c.Close()
		}
		s.untilState(p, Sent)
		s.oncePerKey(1)
	})
}

// T4: PostgreSQL's connections are killed again and again, in the middle of
// claims, of results and of their commits.
func TestKilledConnectionsLoseAndDoubleNothing(t *testing.T) {
	s := newStage(t, sqldbtest.Open(t, sqldb.Postgres, schemas))
	const n = 60
	var posts []Post
	for i := range n {
		posts = append(posts, s.schedule(s.draft(fmt.Sprintf("un %d\n---\ndeux %d", i, i)), s.in(time.Hour)))
	}
	admin, err := pgx.Connect(s.Context(), s.db.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(context.Background())
	var kills atomic.Int64
	kill := func() {
		var k int64
		if err := admin.QueryRow(s.Context(), `SELECT COUNT(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`).Scan(&k); err != nil {
			t.Error(err)
		}
		kills.Add(k)
	}
	s.ledger(LedgerConfig{Batch: 4, Settle: time.Millisecond})
	if _, err := s.db.Exec(s.Context(), `UPDATE publication SET due_at = ?, next_at = ?`, sqldb.At(s.db.Now()), sqldb.At(s.db.Now())); err != nil {
		t.Fatal(err)
	}
	s.room.wake()
	for i := 1; i <= 12; i++ { // one kill after every fifth utterance or so
		s.until("some leave", func() bool { return len(s.wire.keys()) >= min(i*8, 100) })
		kill()
	}
	s.until("all sent", func() bool {
		left, err := sqldb.Value[int64](s.Context(), s.db, `SELECT COUNT(*) FROM publication WHERE state <> 'sent'`)
		return err == nil && left == 0
	})
	if kills.Load() == 0 {
		t.Error("nothing was killed")
	}
	s.oncePerKey(2 * n)
	if a := s.acts(ActSent); a != n {
		t.Errorf("%d acts for %d posts", a, n)
	}
	_ = posts
}

// The answer to a commit is lost on the way: the row says "sending" and nobody
// is at it. The node that lives finds it.
func TestWhatThisNodeForgotItIsSendingIsLookedUp(t *testing.T) {
	each(t, func(s *stage) {
		l := s.hands(LedgerConfig{Settle: time.Millisecond})
		p := s.schedule(s.draft("oubliée"), When{Now: true})
		flies := s.schedule(s.draft("en vol"), When{Now: true})
		got := s.take(l)
		if len(got) != 2 {
			s.Fatalf("claimed %d", len(got))
		}
		for _, c := range got {
			if c.Post == p.ID {
				l.flights.landed(c.ID)
			}
		}
		for range 2 {
			if err := l.forgotten(s.Context()); err != nil {
				s.Fatal(err)
			}
		}
		if s.state(p) != Unknown || s.state(flies) != Sending {
			s.Errorf("%s and %s", s.state(p), s.state(flies))
		}
		if n := s.acts(ActDoubt); n != 1 {
			s.Errorf("%d acts", n)
		}
	})
}

// One change of a batch that breaks neither spoils nor repeats the others.
func TestAPoisonedResultSpoilsNoOther(t *testing.T) {
	each(t, func(s *stage) {
		l := s.hands(LedgerConfig{})
		hooks, tries := map[int]int{}, map[int]int{}
		change := func(i int) result {
			return result{err: make(chan error, 1), apply: func(ctx context.Context, tx *sqldb.Tx) error {
				tries[i]++
				tx.AfterCommit(func() { hooks[i]++ })
				if err := l.Book.Record(ctx, tx, logbook.Entry{Brand: s.brand, Actor: logbook.Actor{Kind: logbook.Program, ID: "test"}, Act: "test.change",
					Subject: logbook.Subject{Kind: "n", ID: fmt.Sprint(i)}}); err != nil {
					return err
				}
				if i == 1 {
					_, err := tx.Exec(ctx, `SELECT no_such_column FROM publication`)
					return err
				}
				return nil
			}}
		}
		batch := []result{change(0), change(1), change(2)}
		l.results.commit(s.Context(), batch)
		for i, b := range batch {
			if err := <-b.err; (err != nil) != (i == 1) {
				s.Errorf("change %d: %v", i, err)
			}
		}
		if n := s.acts("test.change"); n != 2 || hooks[0] != 1 || hooks[1] != 0 || hooks[2] != 1 || tries[0] != 2 && tries[0] != 1 {
			s.Errorf("%d acts, hooks %v, tries %v", n, hooks, tries)
		}
	})
}

// T4: a Stop that cannot wait leaves nothing lost: what was under way is looked
// up by the next Start.
func TestAStopInTheMiddleOfABurstLosesNothing(t *testing.T) {
	each(t, func(s *stage) {
		let := s.wire.hold()
		defer let()
		const n = 40
		var posts []Post
		for range n {
			posts = append(posts, s.schedule(s.draft("rafale"), When{Now: true}))
		}
		l := NewLedger(s.room, LedgerConfig{Batch: 7, Settle: time.Millisecond})
		if err := l.Start(s.Context()); err != nil {
			s.Fatal(err)
		}
		s.until("all claimed", func() bool { return s.inState(Sending) == n })
		ctx, stop := context.WithCancel(s.Context())
		stop()
		if err := l.Stop(ctx); err == nil {
			s.Error("stopped cleanly with calls under way")
		}
		if err := l.Stop(ctx); err == nil { // twice is safe
			s.Error("stopped cleanly with calls under way")
		}
		let()
		l.running.Wait()
		s.oncePerKey(s.wire.called())
		s.ledger(LedgerConfig{Alone: true, Settle: time.Millisecond})
		for _, p := range posts {
			s.untilState(p, Sent)
		}
		s.oncePerKey(n)
	})
}

func TestAStoppedLedgerMakesNoCall(t *testing.T) {
	each(t, func(s *stage) {
		l := s.hands(LedgerConfig{})
		s.schedule(s.draft("trop tard"), When{Now: true})
		got := s.take(l)
		l.ended.Do(l.results.stopAll)
		l.send(s.Context(), &got[0])
		if s.wire.called() != 0 {
			s.Error("it called")
		}
	})
}

// A post that breaks the library's decoder, or the program itself, takes
// nobody down, and not again at every start.
func TestAPostThatBreaksTheProgramIsContained(t *testing.T) {
	each(t, func(s *stage) {
		m := id.New[id.Media]()
		s.media[m] = MediaInfo{ID: m, Ready: true}
		p := s.draft("bombe")
		refs := []MediaRef{{ID: m, Alt: "x"}}
		p, err := s.room.Save(s.Context(), s.claire, s.brand, p.ID, p.Version, Edit{Media: &refs})
		if err != nil {
			s.Fatal(err)
		}
		s.room.Media = bomb{s.media}
		p = s.schedule(p, When{Now: true})
		fine := s.schedule(s.draft("voisine"), When{Now: true})
		s.ledger(LedgerConfig{})
		s.untilState(fine, Sent)
		s.untilState(p, Failed)

		s.door.presence = nil // what should never be: the program breaks on it
		broken := s.schedule(s.draft("cassée"), When{Now: true})
		s.untilState(broken, Unknown)
	})
}

type bomb struct{ library }

func (bomb) Fit(context.Context, id.Brand, id.Media, network.ImageRule) (network.Upload, error) {
	panic("decoder")
}
