package publishing

import (
	"context"
	"sync"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
)

// untilBlocked waits until a connection of this database waits for a lock.
func (s *stage) untilBlocked() {
	s.Helper()
	s.until("somebody waits", func() bool {
		n, err := sqldb.Value[int64](s.Context(), s.db, `SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)
		return err == nil && n > 0
	})
}

// inside runs while a transaction stays open, then lets it commit.
func (s *stage) inside(open func(tx *sqldb.Tx) error, meanwhile func()) {
	s.Helper()
	opened, done := make(chan error, 1), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := s.db.Write(s.Context(), func(tx *sqldb.Tx) error {
			err := open(tx)
			opened <- err
			<-done
			return err
		}); err != nil {
			s.Error(err)
		}
	})
	if err := <-opened; err != nil {
		close(done)
		s.Fatal(err)
	}
	meanwhile()
	close(done)
	wg.Wait()
}

// K2, on two connections: a freeze waits for whoever is letting something leave,
// and a claim waits for a freeze, then sees it.
func TestTheGateSerialisesFreezeAndClaim(t *testing.T) {
	s := newStage(t, sqldbtest.Open(t, sqldb.Postgres, schemas))
	l := s.hands(LedgerConfig{})
	p := s.schedule(s.draft("porte"), s.in(time.Hour))
	var wg sync.WaitGroup
	// A claim of another node is under way.
	s.inside(func(tx *sqldb.Tx) error {
		if err := passGate(s.Context(), tx); err != nil {
			return err
		}
		_, err := tx.Exec(s.Context(), `UPDATE publication SET state = 'sending', node = 'b', attempts = 1, attempted_at = ?, next_at = NULL`, sqldb.At(tx.Now))
		return err
	}, func() {
		wg.Go(func() {
			frost, err := s.room.Freeze(s.Context(), s.claire, s.brand, "gel")
			if err != nil || len(frost.Leaving) != 1 || frost.Held != 0 {
				t.Errorf("leaving %v, held %d: %v", frost.Leaving, frost.Held, err)
			}
		})
		s.untilBlocked()
	})
	wg.Wait()
	if _, err := s.room.Thaw(s.Context(), s.claire, s.brand); err != nil {
		t.Fatal(err)
	}
	// A freeze of another node is under way; what it has not seen is due.
	if _, err := s.db.Exec(s.Context(), `UPDATE publication SET state = 'planned', node = '', next_at = ?, due_at = ?`, sqldb.At(s.db.Now()), sqldb.At(s.db.Now())); err != nil {
		t.Fatal(err)
	}
	s.inside(func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(s.Context(), `UPDATE gate SET moved = moved + 1 WHERE id = 1`); err != nil {
			return err
		}
		_, err := tx.Exec(s.Context(), `INSERT INTO brand_freeze (id, brand, reason, by_person, since, lifted_at, lifted_by) VALUES ('f', ?, '', '', 1, NULL, '')`, s.brand)
		return err
	}, func() {
		wg.Go(func() {
			if got, err := l.claim(context.WithoutCancel(s.Context()), 10); err != nil || len(got) != 0 {
				t.Errorf("claimed %d during a freeze: %v", len(got), err)
			}
		})
		s.untilBlocked()
	})
	wg.Wait()
	if got := s.state(p); got != Frozen {
		t.Errorf("it is %s", got)
	}
}

// A schedule that read "no freeze" commits before the freeze, or after it and
// held: never planned in a frozen brand.
func TestASchedulingAndAFreezeAtOnce(t *testing.T) {
	each(t, func(s *stage) {
		for range 8 {
			p := s.draft("en même temps")
			errs := race(func() error {
				_, err := s.room.Schedule(s.Context(), s.claire, s.brand, p.ID, p.Version, s.in(time.Hour))
				return err
			}, func() error { _, err := s.room.Freeze(s.Context(), s.claire, s.brand, "gel"); return err })
			if errs[0] != nil || errs[1] != nil {
				s.Fatal(errs)
			}
			if got := s.state(p); got != Frozen {
				s.Fatalf("%s in a frozen brand", got)
			}
			if _, err := s.room.Thaw(s.Context(), s.claire, s.brand); err != nil {
				s.Fatal(err)
			}
		}
	})
}

// What is committed as due between a claim's two statements does not slip by.
func TestAClaimNeverTakesWhatIsFrozen(t *testing.T) {
	each(t, func(s *stage) {
		s.schedule(s.draft("gelée"), s.in(time.Hour))
		if _, err := s.room.Freeze(s.Context(), s.claire, s.brand, "gel"); err != nil {
			s.Fatal(err)
		}
		if _, err := s.db.Exec(s.Context(), `UPDATE publication SET state = 'due', next_at = 1, due_at = ?`, sqldb.At(s.db.Now())); err != nil {
			s.Fatal(err)
		}
		l := s.hands(LedgerConfig{})
		if got := s.take(l); len(got) != 0 {
			s.Error("claimed during a freeze")
		}
	})
}

// A node stands still (SIGSTOP, a laptop closed) after its claim; another takes
// over and sends; the first wakes up and keeps silent.
func TestANodeThatStoodStillKeepsSilent(t *testing.T) {
	each(t, func(s *stage) {
		a := s.hands(LedgerConfig{Settle: time.Nanosecond})
		b := s.hands(LedgerConfig{Settle: time.Nanosecond})
		p := s.schedule(s.draft("un\n---\ndeux"), When{Now: true})
		got := s.take(a)
		// A's heart has not beaten for longer than DeadAfter.
		a.leaseAt.Store(int64(time.Since(a.epoch) - 2*a.cfg.DeadAfter))
		b.peers[a.node] = peer{beat: 1, seen: time.Now().Add(-2 * b.cfg.DeadAfter)}
		if err := b.bury(s.Context()); err != nil {
			s.Fatal(err)
		}
		if err := b.orphans(s.Context()); err != nil {
			s.Fatal(err)
		}
		s.look(b)
		for _, c := range s.take(b) {
			b.send(s.Context(), &c)
		}
		if s.state(p) != Sent {
			s.Fatalf("the other node left it %s", s.state(p))
		}
		a.send(s.Context(), &got[0])
		s.oncePerKey(2)
		if s.state(p) != Sent || s.wire.called() != 2 {
			s.Errorf("%s after %d calls", s.state(p), s.wire.called())
		}
	})
}

// A node that is only slow is not buried while its heart beats.
func TestABeatingHeartIsNotBuried(t *testing.T) {
	each(t, func(s *stage) {
		a, b := s.hands(LedgerConfig{}), s.hands(LedgerConfig{})
		b.peers[a.node] = peer{beat: 0, seen: time.Now().Add(-time.Hour)} // it has beaten since
		if err := b.bury(s.Context()); err != nil {
			s.Fatal(err)
		}
		n, err := sqldb.Value[int64](s.Context(), s.db, `SELECT COUNT(*) FROM node WHERE id = ?`, a.node)
		if err != nil || n != 1 {
			s.Errorf("%d rows: %v", n, err)
		}
	})
}

func TestALookIsMadeByOneNode(t *testing.T) {
	each(t, func(s *stage) {
		const n = 40
		for range n {
			s.schedule(s.draft("doute"), s.in(time.Hour))
		}
		if _, err := s.db.Exec(s.Context(), `UPDATE publication SET state = 'unknown', next_at = 1, attempted_at = 1, attempts = 1, intent_at = 1`); err != nil {
			s.Fatal(err)
		}
		a, b := s.hands(LedgerConfig{}), s.hands(LedgerConfig{})
		var mu sync.Mutex
		seen := map[string]int{}
		looks := func(l *Ledger) func() error {
			return func() error {
				for range 20 {
					got, err := l.claimLooks(s.Context(), 7)
					if err != nil {
						return err
					}
					mu.Lock()
					for _, c := range got {
						seen[string(c.ID)]++
					}
					mu.Unlock()
				}
				return nil
			}
		}
		if errs := race(looks(a), looks(b)); errs[0] != nil || errs[1] != nil {
			s.Fatal(errs)
		}
		if len(seen) != n {
			s.Errorf("%d looked up", len(seen))
		}
		for p, k := range seen {
			if k != 1 {
				s.Errorf("%s looked up %d times", p, k)
			}
		}
	})
}

// Two channels of one post end at the same moment on two connections: the post's
// badge counts both.
func TestTwoEndsAtOnceAreBothCounted(t *testing.T) {
	s := newStage(t, sqldbtest.Open(t, sqldb.Postgres, schemas))
	p := s.schedule(s.draft("deux canaux", s.chans...), s.in(time.Hour))
	pubs := s.pubs(p)
	end := func(tx *sqldb.Tx, i int) error {
		if _, err := tx.Exec(s.Context(), `UPDATE publication SET state = 'sent', next_at = NULL WHERE id = ?`, pubs[i].ID); err != nil {
			return err
		}
		return refreshBadge(s.Context(), tx, s.brand, p.ID)
	}
	var wg sync.WaitGroup
	s.inside(func(tx *sqldb.Tx) error { return end(tx, 0) }, func() {
		wg.Go(func() {
			if err := s.db.Write(s.Context(), func(tx *sqldb.Tx) error { return end(tx, 1) }); err != nil {
				t.Error(err)
			}
		})
		s.untilBlocked()
	})
	wg.Wait()
	got, err := s.room.Get(s.Context(), s.claire, s.brand, p.ID)
	if err != nil || got.Badge != Published {
		t.Errorf("badge %q: %v", got.Badge, err)
	}
}

// Two doubts in the same words find one post: it is the proof of one of them.
func TestTwoTwinsInDoubtDoNotShareAProof(t *testing.T) {
	each(t, func(s *stage) {
		a, b := s.hands(LedgerConfig{}), s.hands(LedgerConfig{})
		first, second := s.schedule(s.draft("jumelle"), s.in(time.Hour)), s.schedule(s.draft("jumelle"), s.in(time.Hour))
		if _, err := s.db.Exec(s.Context(), `UPDATE publication SET state = 'unknown', next_at = 1, attempted_at = due_at, attempts = 1, intent_at = due_at`); err != nil {
			s.Fatal(err)
		}
		s.wire.alike = "the only one"
		one, err := a.claimLooks(s.Context(), 1)
		if err != nil {
			s.Fatal(err)
		}
		two, err := b.claimLooks(s.Context(), 1)
		if err != nil {
			s.Fatal(err)
		}
		race(func() error { a.look(s.Context(), one[0]); return nil }, func() error { b.look(s.Context(), two[0]); return nil })
		if x, y := s.state(first), s.state(second); (x == Sent) == (y == Sent) {
			s.Errorf("%s and %s", x, y)
		}
	})
}

// The alarm that could not be written is written at the next look.
func TestAnAlarmIsNotLostToADatabaseThatCannotWrite(t *testing.T) {
	each(t, func(s *stage) {
		s.schedule(s.draft("en retard"), s.in(time.Hour))
		if _, err := s.db.Exec(s.Context(), `UPDATE publication SET next_at = ?`, sqldb.At(s.db.Now().Add(-3*time.Minute))); err != nil {
			s.Fatal(err)
		}
		l := s.hands(LedgerConfig{})
		l.Book = broken{}
		if err := l.watch(s.Context()); err == nil {
			s.Error("no error")
		}
		l.Book = s.book
		for range 2 {
			if err := l.watch(s.Context()); err != nil {
				s.Fatal(err)
			}
		}
		if n := s.acts(ActOverdue); n != 1 {
			s.Errorf("%d alarms", n)
		}
	})
}

// A clock set an hour back, then forward: what was planned leaves once, at its
// hour, and what was sent does not leave again.
func TestAClockThatJumpsSendsNothingTwice(t *testing.T) {
	eachHand(t, func(s *stage, h *hand) {
		l := s.hands(LedgerConfig{})
		sendAll := func() int {
			got := s.take(l)
			for _, c := range got {
				l.send(s.Context(), &c)
				l.flights.landed(c.ID)
			}
			return len(got)
		}
		p := s.schedule(s.draft("à l’heure"), s.in(30*time.Minute))
		h.move(-time.Hour)
		if sendAll() != 0 {
			s.Error("it left an hour early")
		}
		h.move(90*time.Minute + time.Minute)
		if sendAll() != 1 {
			s.Error("it did not leave at its hour")
		}
		for _, jump := range []time.Duration{-time.Hour, 2 * time.Hour, -2 * time.Hour} {
			h.move(jump)
			if sendAll() != 0 {
				s.Errorf("it left again after %s", jump)
			}
		}
		s.oncePerKey(1)
		if got := s.state(p); got != Sent {
			s.Errorf("it is %s", got)
		}
		// A try that waits when the clock goes back waits that hour more, not for ever.
		s.wire.fate = func(n int, _ network.Intent) (bool, error) {
			if n == 2 {
				return false, &network.Error{Fault: fault.New(fault.Transient, "network.unreachable"), Outcome: network.NotSent}
			}
			return true, nil
		}
		again := s.schedule(s.draft("retente"), When{Now: true})
		sendAll()
		h.move(-time.Hour)
		if sendAll() != 0 {
			s.Error("tried before its turn")
		}
		h.move(time.Hour + time.Minute)
		sendAll()
		if got := s.state(again); got != Sent {
			s.Errorf("it is %s", got)
		}
		s.oncePerKey(2)
	})
}

// P3: the rules of a zone change: the hour on the wall stays, the instant moves,
// and it is told once.
func TestNewRulesOfAZoneMoveTheInstantAndKeepTheHour(t *testing.T) {
	each(t, func(s *stage) {
		planned := s.schedule(s.draft("neuf heures"), s.in(48*time.Hour))
		still := s.schedule(s.draft("inchangée"), s.in(48*time.Hour))
		frozen := s.schedule(s.draft("gelée"), s.in(48*time.Hour))
		want := s.pubs(planned)[0].DueAt
		// What an earlier version of the rules had believed.
		for _, p := range []Post{planned, frozen} {
			if _, err := s.db.Exec(s.Context(), `UPDATE publication SET due_at = due_at + 3600000, next_at = due_at + 3600000 WHERE post = ?`, p.ID); err != nil {
				s.Fatal(err)
			}
			if _, err := s.db.Exec(s.Context(), `UPDATE post SET at = at + 3600000 WHERE id = ?`, p.ID); err != nil {
				s.Fatal(err)
			}
		}
		if _, err := s.db.Exec(s.Context(), `UPDATE publication SET state = 'frozen' WHERE post = ?`, frozen.ID); err != nil {
			s.Fatal(err)
		}
		for range 2 { // safe to repeat
			if err := s.room.Rezone(s.Context()); err != nil {
				s.Fatal(err)
			}
		}
		for _, p := range []Post{planned, frozen, still} {
			pub := s.pubs(p)[0]
			post, err := s.room.Get(s.Context(), s.claire, s.brand, p.ID)
			if err != nil || !pub.DueAt.Equal(want) || !post.At.Equal(want) {
				s.Errorf("due %s, on the calendar %s, want %s: %v", pub.DueAt, post.At, want, err)
			}
			if has(s.steps(p), StepRezoned) == (p.ID == still.ID) {
				s.Errorf("story %v", s.steps(p))
			}
		}
		if pub := s.pubs(planned)[0]; !pub.NextAt.Equal(want) {
			s.Errorf("next at %s", pub.NextAt)
		}
		if n := s.acts(ActRezoned); n != 2 {
			s.Errorf("%d acts", n)
		}
	})
}

type broken struct{}

func (broken) Record(context.Context, *sqldb.Tx, logbook.Entry) error { return errBroken }
