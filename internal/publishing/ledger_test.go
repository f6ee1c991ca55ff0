package publishing

import (
	"slices"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// T4: a post leaves at its hour, once, on every channel, with its permalink.
func TestAPostLeavesOnceOnEachChannel(t *testing.T) {
	each(t, func(s *stage) {
		s.ledger(LedgerConfig{})
		p := s.schedule(s.draft("C’est la Saint-Martin.", s.chans...), When{Now: true})
		s.until("published", func() bool {
			got, err := s.room.Get(s.Context(), s.claire, s.brand, p.ID)
			return err == nil && got.Badge == Published
		})
		for _, pub := range s.pubs(p) {
			if pub.URL == "" || len(pub.Sent) != 1 || pub.Attempts != 1 || s.wire.keys()[pub.key(0)] != 1 {
				s.Errorf("publication %+v", pub)
			}
		}
		if got := s.steps(p); !slices.Equal(got, []StepKind{StepScheduled, StepAttempt, StepTaken}) {
			s.Errorf("story %v", got)
		}
	})
}

func TestAThreadLeavesInOrderEachPartAnsweringTheLast(t *testing.T) {
	each(t, func(s *stage) {
		s.ledger(LedgerConfig{})
		p := s.schedule(s.draft("un\n---\ndeux\n---\ntrois"), When{Now: true})
		s.untilState(p, Sent)
		if len(s.wire.posts) != 3 {
			s.Fatalf("%d parts", len(s.wire.posts))
		}
		for i, want := range []struct{ text, parent, root string }{{"un", "", ""}, {"deux", "ref:" + s.wire.posts[0].Key, "ref:" + s.wire.posts[0].Key}, {"trois", "ref:" + s.wire.posts[1].Key, "ref:" + s.wire.posts[0].Key}} {
			got := s.wire.posts[i]
			if got.Text != want.text || string(got.Parent) != want.parent || string(got.Root) != want.root {
				s.Errorf("part %d: %+v", i, got)
			}
		}
	})
}

// T4: a timeout after the network took it is looked up, not sent again.
func TestATimeoutAfterItWasTakenIsFoundAndNotSentAgain(t *testing.T) {
	each(t, func(s *stage) {
		s.wire.fate = func(int, network.Intent) (bool, error) { return true, unknown() }
		s.ledger(LedgerConfig{Settle: time.Millisecond})
		p := s.schedule(s.draft("une fois"), When{Now: true})
		s.untilState(p, Sent)
		if n := len(s.wire.posts); n != 1 || s.pubs(p)[0].URL == "" {
			s.Errorf("%d on the network", n)
		}
		if got := s.steps(p); !slices.Equal(got, []StepKind{StepScheduled, StepAttempt, StepUnclear, StepFound}) {
			s.Errorf("story %v", got)
		}
	})
}

func TestATimeoutBeforeItWasTakenIsSentAgainAfterALook(t *testing.T) {
	each(t, func(s *stage) {
		s.wire.fate = func(n int, _ network.Intent) (bool, error) {
			if n == 1 {
				return false, unknown()
			}
			return true, nil
		}
		s.ledger(LedgerConfig{Settle: time.Millisecond})
		p := s.schedule(s.draft("une fois"), When{Now: true})
		s.untilState(p, Sent)
		if n := len(s.wire.posts); n != 1 || s.pubs(p)[0].Attempts != 2 {
			s.Errorf("%d on the network, %d attempts", n, s.pubs(p)[0].Attempts)
		}
	})
}

// A network that cannot be read leaves the doubt standing; a person settles it.
func TestADoubtNobodyCanResolveWaitsForAPerson(t *testing.T) {
	each(t, func(s *stage) {
		s.wire.fate = func(n int, _ network.Intent) (bool, error) {
			if n == 1 {
				return false, unknown()
			}
			return true, nil
		}
		s.wire.blind = &network.Error{Fault: fault.New(fault.Transient, "network.server"), Outcome: network.NotSent}
		s.ledger(LedgerConfig{Settle: time.Millisecond})
		p := s.schedule(s.draft("doute"), When{Now: true})
		s.until("a look was made", func() bool { return slices.Contains(s.steps(p), StepDoubt) })
		if got, _ := s.room.Get(s.Context(), s.claire, s.brand, p.ID); got.Badge != ToCheck {
			s.Fatalf("badge %s", got.Badge)
		}
		pub := s.pubs(p)[0]
		if err := s.room.SettleSent(s.Context(), s.claire, s.brand, pub.ID, "javascript:alert(1)"); !fault.Is(err, fault.Invalid) {
			s.Errorf("link accepted: %v", err)
		}
		if err := s.room.SettleNotSent(s.Context(), s.claire, s.brand, pub.ID); err != nil {
			s.Fatal(err)
		}
		s.untilState(p, Sent)
		if len(s.wire.posts) != 1 {
			s.Errorf("%d on the network", len(s.wire.posts))
		}
		if err := s.room.SettleSent(s.Context(), s.claire, s.brand, pub.ID, ""); !fault.Is(err, fault.Conflict) {
			s.Errorf("settled twice: %v", err)
		}
	})
}

func TestARefusalFailsAloneAndOnlyItIsRetried(t *testing.T) {
	each(t, func(s *stage) {
		p := s.draft("deux canaux", s.chans...)
		first := true
		s.wire.fate = func(_ int, in network.Intent) (bool, error) {
			if first {
				first = false
				return false, refused(fault.Invalid, "network.too_large")
			}
			return true, nil
		}
		s.ledger(LedgerConfig{})
		p = s.schedule(p, When{Now: true})
		s.until("partial", func() bool {
			got, _ := s.room.Get(s.Context(), s.claire, s.brand, p.ID)
			return got.Badge == Partial
		})
		var failed Publication
		for _, pub := range s.pubs(p) {
			if pub.State == Failed {
				failed = pub
			}
		}
		if failed.Problem != "network.too_large" {
			s.Errorf("problem %q", failed.Problem)
		}
		if err := s.room.Retry(s.Context(), s.claire, s.brand, failed.ID); err != nil {
			s.Fatal(err)
		}
		s.until("published", func() bool {
			got, _ := s.room.Get(s.Context(), s.claire, s.brand, p.ID)
			return got.Badge == Published
		})
		for k, n := range s.wire.keys() {
			if n != 1 {
				s.Errorf("%s stands %d times", k, n)
			}
		}
		if err := s.room.Retry(s.Context(), s.claire, s.brand, failed.ID); !fault.Is(err, fault.Conflict) {
			s.Errorf("retried what was sent: %v", err)
		}
	})
}

func TestWhatSurelyDidNotLeaveIsTriedAgainByItself(t *testing.T) {
	each(t, func(s *stage) {
		s.wire.fate = func(n int, _ network.Intent) (bool, error) {
			if n == 1 {
				return false, &network.Error{Fault: fault.New(fault.Transient, "network.unreachable"), Outcome: network.NotSent}
			}
			return true, nil
		}
		s.ledger(LedgerConfig{})
		p := s.schedule(s.draft("retente"), When{Now: true})
		s.untilState(p, Due)
		pub := s.pubs(p)[0]
		if wait := pub.NextAt.Sub(pub.Attempted); wait < 4*time.Second {
			s.Errorf("tried again after %s", wait)
		}
		// The test does not wait for the five seconds: a person presses "now".
		if _, err := s.db.Exec(s.Context(), `UPDATE publication SET next_at = ? WHERE id = ?`, sqldb.At(s.db.Now()), pub.ID); err != nil {
			s.Fatal(err)
		}
		s.room.wake()
		s.untilState(p, Sent)
	})
}

func TestA429WaitsAsLongAsTheNetworkAsks(t *testing.T) {
	each(t, func(s *stage) {
		s.wire.fate = func(n int, _ network.Intent) (bool, error) {
			return false, &network.Error{Fault: fault.New(fault.TooMany, "network.too_many").After(7 * time.Minute), Outcome: network.Refused, Status: 429}
		}
		s.ledger(LedgerConfig{})
		p := s.schedule(s.draft("doucement"), When{Now: true})
		s.untilState(p, Due)
		pub := s.pubs(p)[0]
		if wait := pub.NextAt.Sub(pub.Attempted); wait < 7*time.Minute {
			s.Errorf("waits %s", wait)
		}
	})
}

func TestARefusedTokenMarksTheChannel(t *testing.T) {
	each(t, func(s *stage) {
		s.wire.fate = func(int, network.Intent) (bool, error) {
			return false, refused(fault.SignedOut, "network.signed_out")
		}
		s.ledger(LedgerConfig{})
		p := s.schedule(s.draft("jeton"), When{Now: true})
		s.untilState(p, Failed)
		s.door.mu.Lock()
		defer s.door.mu.Unlock()
		if s.door.refused[s.chans[0]] == "" {
			s.Error("the channel does not know")
		}
	})
}

// T4: what a dead process was sending is looked up by the next.
func TestWhatADeadNodeWasSendingIsLookedUp(t *testing.T) {
	each(t, func(s *stage) {
		taken := s.schedule(s.draft("prise"), s.in(time.Hour))
		lost := s.schedule(s.draft("perdue"), s.in(time.Hour))
		// A process died between claim and result: one call had reached the
		// network, the other had not.
		for _, p := range []Post{taken, lost} {
			pub := s.pubs(p)[0]
			if _, err := s.db.Exec(s.Context(), `UPDATE publication SET state = 'sending', node = 'dead', attempts = 1, attempted_at = ?, intent_at = ?, due_at = ?, next_at = NULL WHERE id = ?`,
				sqldb.At(s.db.Now()), sqldb.At(s.db.Now()), sqldb.At(s.db.Now()), pub.ID); err != nil {
				s.Fatal(err)
			}
		}
		s.wire.posts = append(s.wire.posts, s.pubs(taken)[0].intent(0, s.db.Now()))
		s.ledger(LedgerConfig{Alone: true, Settle: time.Millisecond})
		s.untilState(taken, Sent)
		s.untilState(lost, Sent)
		for k, n := range s.wire.keys() {
			if n != 1 {
				s.Errorf("%s stands %d times", k, n)
			}
		}
		if a := s.pubs(taken)[0].Attempts; a != 1 {
			s.Errorf("what was taken was tried %d times", a)
		}
	})
}

// A night without the server: yesterday's posts do not leave in a burst.
func TestWhatIsTooLateWaitsForADecision(t *testing.T) {
	each(t, func(s *stage) {
		p := s.schedule(s.draft("bonjour d’hier"), s.in(time.Hour))
		if _, err := s.db.Exec(s.Context(), `UPDATE publication SET due_at = ?, next_at = ?`, sqldb.At(s.db.Now().Add(-3*time.Hour)), sqldb.At(s.db.Now().Add(-3*time.Hour))); err != nil {
			s.Fatal(err)
		}
		s.ledger(LedgerConfig{})
		s.untilState(p, Failed)
		if pub := s.pubs(p)[0]; pub.Problem != "publishing.missed" || len(s.wire.posts) != 0 {
			s.Errorf("%s, %d sent", pub.Problem, len(s.wire.posts))
		}
		if err := s.room.Retry(s.Context(), s.claire, s.brand, s.pubs(p)[0].ID); err != nil {
			s.Fatal(err)
		}
		s.untilState(p, Sent)
	})
}

// K2: after the gesture nothing leaves, even what a node has already claimed.
func TestAFreezeHoldsEvenWhatIsClaimed(t *testing.T) {
	each(t, func(s *stage) {
		soon := s.schedule(s.draft("bientôt"), s.in(time.Hour))
		later := s.schedule(s.draft("plus tard"), s.in(2*time.Hour))
		frost, err := s.room.Freeze(s.Context(), s.claire, s.brand, "rappel de produit")
		if err != nil || frost.Held != 2 {
			s.Fatalf("held %d: %v", frost.Held, err)
		}
		if _, err := s.room.Freeze(s.Context(), s.claire, s.brand, "encore"); !fault.Is(err, fault.Conflict) {
			s.Errorf("frozen twice: %v", err)
		}
		during := s.schedule(s.draft("pendant le gel"), When{Now: true})
		s.ledger(LedgerConfig{})
		if _, err := s.db.Exec(s.Context(), `UPDATE publication SET due_at = ?, next_at = ? WHERE post = ?`, sqldb.At(s.db.Now().Add(-time.Second)), sqldb.At(s.db.Now()), soon.ID); err != nil {
			s.Fatal(err)
		}
		// One that slipped through as planned is caught by the claim.
		if _, err := s.db.Exec(s.Context(), `UPDATE publication SET state = 'planned', next_at = ? WHERE post = ?`, sqldb.At(s.db.Now()), during.ID); err != nil {
			s.Fatal(err)
		}
		s.room.wake()
		s.untilState(during, Frozen)
		if len(s.wire.posts) != 0 {
			s.Fatalf("%d left during the freeze", len(s.wire.posts))
		}
		thawed, err := s.room.Thaw(s.Context(), s.claire, s.brand)
		if err != nil || thawed.Freed != 1 || len(thawed.Missed) != 2 {
			s.Fatalf("thaw: %+v %v", thawed, err)
		}
		if got := s.state(later); got != Planned {
			s.Errorf("later is %s", got)
		}
		if got := s.state(soon); got != Frozen {
			s.Errorf("missed is %s", got)
		}
		if err := s.room.Retry(s.Context(), s.claire, s.brand, s.pubs(soon)[0].ID); err != nil {
			s.Fatal(err)
		}
		s.untilState(soon, Sent)
	})
}

func TestAFreezeBetweenClaimAndCallStopsTheCall(t *testing.T) {
	each(t, func(s *stage) {
		l := NewLedger(s.room, LedgerConfig{})
		if err := l.join(s.Context()); err != nil {
			s.Fatal(err)
		}
		l.results.start()
		defer l.results.stopAll()
		p := s.schedule(s.draft("de justesse"), When{Now: true})
		got, err := l.claim(s.Context(), 10)
		if err != nil || len(got) != 1 {
			s.Fatalf("claimed %d: %v", len(got), err)
		}
		frost, err := s.room.Freeze(s.Context(), s.claire, s.brand, "stop")
		if err != nil || len(frost.Leaving) != 1 {
			s.Fatalf("leaving %v %v", frost.Leaving, err)
		}
		if err := readContent(s.Context(), s.db, got); err != nil {
			s.Fatal(err)
		}
		l.send(s.Context(), &got[0])
		if len(s.wire.posts) != 0 || s.state(p) != Frozen {
			s.Errorf("%d left, state %s", len(s.wire.posts), s.state(p))
		}
	})
}

func TestANodeGivenUpForDeadMakesNoCall(t *testing.T) {
	each(t, func(s *stage) {
		l := NewLedger(s.room, LedgerConfig{DeadAfter: time.Nanosecond})
		if err := l.join(s.Context()); err != nil {
			s.Fatal(err)
		}
		l.results.start()
		defer l.results.stopAll()
		s.schedule(s.draft("bail"), When{Now: true})
		got, err := l.claim(s.Context(), 10)
		if err != nil || len(got) != 1 {
			s.Fatal(err)
		}
		if err := readContent(s.Context(), s.db, got); err != nil {
			s.Fatal(err)
		}
		l.send(s.Context(), &got[0])
		if len(s.wire.posts) != 0 {
			s.Error("a dead node spoke")
		}
	})
}

func TestTwoNodesClaimEachPostOnce(t *testing.T) {
	each(t, func(s *stage) {
		const n = 60
		var posts []Post
		for range n {
			posts = append(posts, s.schedule(s.draft("à deux"), s.in(time.Hour)))
		}
		if _, err := s.db.Exec(s.Context(), `UPDATE publication SET due_at = ?, next_at = ?`, sqldb.At(s.db.Now()), sqldb.At(s.db.Now())); err != nil {
			s.Fatal(err)
		}
		s.ledger(LedgerConfig{Batch: 3})
		s.ledger(LedgerConfig{Batch: 3})
		for _, p := range posts {
			s.untilState(p, Sent)
		}
		if len(s.wire.keys()) != n || len(s.wire.posts) != n {
			s.Errorf("%d keys, %d posts", len(s.wire.keys()), len(s.wire.posts))
		}
	})
}

func TestARemovedChannelHoldsItsPostsWithTheReason(t *testing.T) {
	each(t, func(s *stage) {
		p := s.schedule(s.draft("orpheline"), s.in(time.Hour))
		waits := func() int {
			n, err := s.room.WaitingFor(s.Context(), s.claire, s.brand, s.chans[0])
			if err != nil {
				s.Fatal(err)
			}
			return n
		}
		if n := waits(); n != 1 {
			s.Errorf("the person reads that %d would be held", n)
		}
		if _, err := s.room.WaitingFor(s.Context(), team.Actor{Person: "x"}, s.brand, s.chans[0]); !fault.Is(err, fault.NotFound) {
			s.Errorf("a stranger reads it: %v", err)
		}
		defer func() {
			if n := waits(); n != 0 {
				s.Errorf("%d still wait", n)
			}
		}()
		err := s.db.Write(s.Context(), func(tx *sqldb.Tx) error {
			return s.room.ChannelRemoved(s.Context(), tx, s.door.channels[s.chans[0]])
		})
		if err != nil {
			s.Fatal(err)
		}
		if pub := s.pubs(p)[0]; pub.State != Failed || pub.Problem != "publishing.channel_removed" {
			s.Errorf("%s %s", pub.State, pub.Problem)
		}
	})
}

func TestAnArchivedBrandSaysNothingMore(t *testing.T) {
	each(t, func(s *stage) {
		p := s.schedule(s.draft("client parti"), s.in(time.Hour))
		if err := s.db.Write(s.Context(), func(tx *sqldb.Tx) error { return s.room.BrandArchived(s.Context(), tx, s.brand) }); err != nil {
			s.Fatal(err)
		}
		if pub := s.pubs(p)[0]; pub.State != Frozen || pub.Problem == "" {
			s.Errorf("%s %q", pub.State, pub.Problem)
		}
		if _, err := s.room.MoveTo(s.Context(), s.claire, s.brand, Move{Post: p.ID, To: s.in(2 * time.Hour).Wall}); err != nil {
			s.Fatal(err)
		}
		if got := s.state(p); got != Planned {
			s.Errorf("given another hour it is %s", got)
		}
	})
}

func TestWithdrawTakesAThreadBackLastPartFirst(t *testing.T) {
	each(t, func(s *stage) {
		s.ledger(LedgerConfig{})
		p := s.schedule(s.draft("un\n---\ndeux"), When{Now: true})
		s.untilState(p, Sent)
		for range 2 { // safe to repeat
			if err := s.room.Withdraw(s.Context(), s.claire, s.brand, s.pubs(p)[0].ID); err != nil {
				s.Fatal(err)
			}
		}
		if len(s.wire.posts) != 0 || s.state(p) != Withdrawn {
			s.Errorf("%d left, %s", len(s.wire.posts), s.state(p))
		}
	})
}

func TestTheWatchdogSeesWhatTheClockForgot(t *testing.T) {
	each(t, func(s *stage) {
		s.schedule(s.draft("oubliée"), s.in(time.Hour))
		if _, err := s.db.Exec(s.Context(), `UPDATE publication SET next_at = ?`, sqldb.At(s.db.Now().Add(-3*time.Minute))); err != nil {
			s.Fatal(err)
		}
		l := NewLedger(s.room, LedgerConfig{}) // its clock does not run
		for range 2 {
			if err := l.watch(s.Context()); err != nil {
				s.Fatal(err)
			}
		}
		if l.Watch().Overdue != 1 {
			s.Errorf("%+v", l.Watch())
		}
		if n := s.acts(ActOverdue); n != 1 {
			s.Errorf("%d alarms for one incident", n)
		}
	})
}

// Two posts with the same words: the one that stands is proof for one only.
func TestATwinsPostProvesNothing(t *testing.T) {
	each(t, func(s *stage) {
		first := s.schedule(s.draft("mêmes mots"), When{Now: true})
		s.ledger(LedgerConfig{Settle: time.Millisecond})
		s.untilState(first, Sent)
		ref := s.pubs(first)[0].Sent[0].Ref
		s.wire.mu.Lock()
		s.wire.fate = func(n int, in network.Intent) (bool, error) {
			if in.Key == s.pubs(first)[0].key(0) {
				return true, nil
			}
			return false, unknown()
		}
		s.wire.alike = ref // a look finds the twin
		s.wire.mu.Unlock()
		second := s.schedule(s.draft("mêmes mots"), When{Now: true})
		s.until("a look was made", func() bool { return slices.Contains(s.steps(second), StepDoubt) })
		if got := s.state(second); got != Unknown {
			s.Errorf("the twin's post was taken for its own: %s", got)
		}
	})
}

// Every move the ledger makes is in the table of states.
func TestTheTableOfStatesHasNoDeadEndButTheLast(t *testing.T) {
	seen := map[State]bool{Planned: true}
	for changed := true; changed; {
		changed = false
		for _, from := range States() {
			if !seen[from] {
				continue
			}
			for _, to := range States() {
				if from.Can(to) && !seen[to] {
					seen[to], changed = true, true
				}
			}
		}
	}
	for _, s := range States() {
		if !seen[s] {
			t.Errorf("%s cannot be reached", s)
		}
		if s != Withdrawn && len(moves[s]) == 0 {
			t.Errorf("%s is a dead end", s)
		}
		if BadgeOf([]State{s}) == NoBadge {
			t.Errorf("%s has no badge", s)
		}
	}
}
