package inbox

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/platform/jobs"
	"vigie/internal/platform/sqldb"
)

// quick are readers that a test does not wait for.
var quick = ReadersConfig{Node: "here", Alone: true, Look: 20 * time.Millisecond, Quick: time.Millisecond, Slow: 2 * time.Millisecond, Net: 5 * time.Millisecond, Lease: time.Minute, Chance: func() float64 { return 0.5 }}

func (s *stage) listen(c ReadersConfig) *Readers {
	s.Helper()
	r := NewReaders(s.Service, c)
	s.ok(r.Start(s.Context()))
	s.Cleanup(func() {
		ctx, stop := context.WithTimeout(context.Background(), 30*time.Second)
		defer stop()
		s.ok(r.Stop(ctx))
	})
	return r
}

// until waits for what is told.
func (s *stage) until(what string, ready func() bool) {
	s.Helper()
	late := time.NewTimer(time.Minute)
	defer late.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ready() {
		select {
		case <-s.told:
		case <-tick.C:
		case <-late.C:
			s.Fatalf("never came: %s", what)
		}
	}
}

func (s *stage) heard() int { s.Helper(); return len(s.all(Filter{})) }

// I1: a channel is read page after page and goes on where it stopped, after a
// restart too; what failed is tried again.
func TestAChannelIsReadOnFromWhereItStopped(t *testing.T) {
	each(t, func(s *stage) {
		w := &scripted{}
		s.desk.accounts[s.ch.ID] = w
		for i := range 5 {
			w.says(item(fmt.Sprintf("m%d", i), "", "", "lise", "Bonjour", i))
		}
		failed := false
		w.fate = func(n int) error {
			if n == 3 && !failed {
				failed = true
				return fault.New(fault.Transient, "network.server")
			}
			return nil
		}
		r := s.listen(quick)
		s.until("five conversations", func() bool { return s.heard() == 5 })
		s.ok(r.Stop(t.Context()))
		w.says(item("m9", "", "", "tom", "Après", 9))
		w.mu.Lock()
		w.asked = make(chan string, 1000)
		w.mu.Unlock()
		s.listen(quick)
		s.until("the sixth", func() bool { return s.heard() == 6 })
		if first := <-w.asked; first != "5" {
			t.Errorf("after the restart it was read from %q", first)
		}
		l, err := s.Listens(t.Context(), s.claire, s.brand)
		s.ok(err)
		if len(l) != 1 || l[0].Problem != "" || l[0].Read.IsZero() {
			t.Errorf("%+v", l)
		}
	})
}

// A network that lost its place is read from now on, and its past again.
func TestALostPlaceIsFilledByThePast(t *testing.T) {
	each(t, func(s *stage) {
		w := &scripted{}
		s.desk.accounts[s.ch.ID] = recalling{w}
		w.past = []network.Batch{{Items: []network.Item{item("p2", "", "", "lise", "Deux", 2)}}, {Items: []network.Item{item("p1", "", "", "lise", "Un", 1)}}}
		r := NewReaders(s.Service, quick)
		mine, err := r.claim(t.Context(), s.ch, true)
		s.ok(err)
		if !mine || len(s.jobs) != 1 {
			t.Fatalf("mine %v, jobs %v", mine, s.jobs)
		}
		s.ok(s.ReadPast(t.Context(), PastArgs{s.brand, s.ch.ID}))
		if s.heard() != 2 {
			t.Errorf("%d of the past", s.heard())
		}
		_, err = s.db.Exec(t.Context(), `UPDATE inbox_reader SET place = 'gone' WHERE channel = ?`, s.ch.ID)
		s.ok(err)
		_, more, err := r.readPage(t.Context(), s.ch)
		s.ok(err)
		if !more || len(s.jobs) != 2 {
			t.Errorf("more %v, jobs %v", more, s.jobs)
		}
		s.ok(s.ReadPast(t.Context(), PastArgs{s.brand, s.ch.ID}))
		l, err := s.Listens(t.Context(), s.claire, s.brand)
		s.ok(err)
		if s.heard() != 2 || l[0].Past != pastWhole || l[0].Items != 2 {
			t.Errorf("%d, %+v", s.heard(), l)
		}
	})
}

// The past is read in pages and goes on where it stopped; many pages let others
// work between.
func TestThePastIsReadInStretches(t *testing.T) {
	each(t, func(s *stage) {
		w := &scripted{}
		s.desk.accounts[s.ch.ID] = recalling{w}
		for i := range pastPages + 3 {
			w.past = append(w.past, network.Batch{Items: []network.Item{item(fmt.Sprintf("p%d", i), "", "", "lise", "Avant", -i)}})
		}
		_, err := NewReaders(s.Service, quick).claim(t.Context(), s.ch, true)
		s.ok(err)
		err = s.ReadPast(t.Context(), PastArgs{s.brand, s.ch.ID})
		if err == nil || !strings.HasSuffix(err.Error(), jobs.Later(time.Second).Error()) {
			t.Errorf("the first stretch ends with %v", err)
		}
		if n := s.heard(); n != pastPages {
			t.Errorf("%d of the first stretch", n)
		}
		s.ok(s.ReadPast(t.Context(), PastArgs{s.brand, s.ch.ID}))
		if n := s.heard(); n != pastPages+3 {
			t.Errorf("%d in all", n)
		}
	})
}

// What the network pushes is there at once; after a broken line it is read from
// the kept place, so that nothing is missed.
func TestWhatIsPushedIsThereAndNothingIsMissed(t *testing.T) {
	each(t, func(s *stage) {
		w := &scripted{hints: make(chan network.Batch), dead: make(chan error), heard: make(chan struct{}, 10)}
		s.desk.accounts[s.ch.ID] = pushing{w}
		slow := quick
		slow.Net = time.Hour
		s.listen(slow)
		<-w.heard
		w.hints <- network.Batch{Items: []network.Item{item("m1", "", "", "lise", "Poussé", 1)}}
		s.until("the pushed one", func() bool { return s.heard() == 1 })
		w.says(item("m1", "", "", "lise", "Poussé", 1), item("m2", "", "", "tom", "Pendant la coupure", 2))
		w.dead <- fault.New(fault.Transient, "network.cut")
		s.until("what the broken line missed", func() bool { return s.heard() == 2 })
	})
}

// A refused token stops the reading and says so; reconnected, it goes on.
func TestASignedOutChannelStopsAndSaysSo(t *testing.T) {
	each(t, func(s *stage) {
		w := &scripted{fate: func(int) error { return fault.New(fault.SignedOut, "network.signed_out") }}
		s.desk.accounts[s.ch.ID] = w
		s.listen(quick)
		s.until("it is said", func() bool { s.desk.mu.Lock(); defer s.desk.mu.Unlock(); return slices.Contains(s.desk.out, s.ch.ID) })
		w.mu.Lock()
		w.fate = nil
		w.mu.Unlock()
		w.says(item("m1", "", "", "lise", "Vous revoilà", 1))
		s.desk.mu.Lock()
		s.desk.channels[0].Health = "working"
		s.desk.mu.Unlock()
		s.until("it is read again", func() bool { return s.heard() == 1 })
	})
}

// On PostgreSQL one node reads a channel; one that lost it keeps nothing more.
func TestOnlyOneNodeReadsAChannel(t *testing.T) {
	each(t, func(s *stage) {
		one, other := NewReaders(s.Service, ReadersConfig{Node: "one"}), NewReaders(s.Service, ReadersConfig{Node: "other"})
		mine, err := one.claim(t.Context(), s.ch, false)
		s.ok(err)
		theirs, err := other.claim(t.Context(), s.ch, false)
		s.ok(err)
		if !mine || theirs {
			t.Fatalf("one %v, other %v", mine, theirs)
		}
		_, err = s.Take(t.Context(), s.ch, network.Batch{Items: []network.Item{item("m1", "", "", "lise", "Un", 1)}, Next: "7"}, Live, Hold{Node: "one"})
		s.ok(err)
		_, err = s.db.Exec(t.Context(), `UPDATE inbox_reader SET until = 1`)
		s.ok(err)
		theirs, err = other.claim(t.Context(), s.ch, false)
		s.ok(err)
		_, err = s.Take(t.Context(), s.ch, network.Batch{Items: []network.Item{item("m2", "", "", "lise", "Deux", 2)}, Next: "8"}, Live, Hold{Node: "one"})
		if !theirs || !fault.Is(err, fault.Conflict) {
			t.Errorf("other %v; who lost it: %v", theirs, err)
		}
		place, err := sqldb.Value[string](t.Context(), s.db, `SELECT place FROM inbox_reader`)
		s.ok(err)
		if place != "7" || s.heard() != 1 {
			t.Errorf("place %q, %d conversations", place, s.heard())
		}
	})
}

// Removed channels are read no more.
func TestARemovedChannelIsReadNoMore(t *testing.T) {
	each(t, func(s *stage) {
		w := &scripted{}
		w.says(item("m1", "", "", "lise", "Un", 1))
		s.desk.accounts[s.ch.ID] = w
		r := s.listen(quick)
		s.until("it is read", func() bool { return s.heard() == 1 })
		s.desk.mu.Lock()
		s.desk.channels = nil
		s.desk.mu.Unlock()
		s.ok(s.db.Write(t.Context(), func(tx *sqldb.Tx) error { return s.ChannelRemoved(t.Context(), tx, s.brand, s.ch.ID) }))
		s.until("nobody follows it", func() bool { r.mu.Lock(); defer r.mu.Unlock(); return len(r.at) == 0 })
	})
}
