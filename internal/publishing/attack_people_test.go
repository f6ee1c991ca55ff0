package publishing

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
)

// race runs two gestures at the same moment and returns how each ended.
func race(a, b func() error) (errs [2]error) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i, f := range []func() error{a, b} {
		wg.Go(func() { <-start; errs[i] = f() })
	}
	close(start)
	wg.Wait()
	return errs
}

// Two people press at once: one of them did it, the other is told, and the story
// says it once.
func TestTwoPeopleDecideAtOnce(t *testing.T) {
	type verb func(s *stage, p id.Publication) error
	retry := func(s *stage, p id.Publication) error { return s.room.Retry(s.Context(), s.claire, s.brand, p) }
	not := func(s *stage, p id.Publication) error {
		return s.room.SettleNotSent(s.Context(), s.claire, s.brand, p)
	}
	sent := func(s *stage, p id.Publication) error {
		return s.room.SettleSent(s.Context(), s.claire, s.brand, p, "https://x.example/1")
	}
	for _, c := range []struct {
		name string
		from State
		a, b verb
		act  string
	}{
		{"retry", Failed, retry, retry, ActRetried},
		{"not sent", Unknown, not, not, ActSettled},
		{"sent and not sent", Unknown, sent, not, ActSettled},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(s *stage) {
				const rounds = 15
				for range rounds {
					p := s.schedule(s.draft("à deux"), s.in(time.Hour))
					pub := s.pubs(p)[0].ID
					if _, err := s.db.Exec(s.Context(), `UPDATE publication SET state = ?, next_at = NULL, attempts = 1, attempted_at = due_at WHERE id = ?`, c.from, pub); err != nil {
						s.Fatal(err)
					}
					errs := race(func() error { return c.a(s, pub) }, func() error { return c.b(s, pub) })
					if (errs[0] == nil) == (errs[1] == nil) {
						s.Fatalf("%v and %v", errs[0], errs[1])
					}
					for _, err := range errs {
						if err != nil && !fault.Is(err, fault.Conflict) {
							s.Error(err)
						}
					}
				}
				if n := s.acts(c.act); n != rounds {
					s.Errorf("%d acts for %d decisions", n, rounds)
				}
			})
		})
	}
}

// A post is edited, moved, binned, taken off, its channel removed, its brand
// archived at the very moment it leaves: it leaves as it was scheduled, or not.
func TestAGestureAtTheMomentOfLeavingTakesOrDoesNot(t *testing.T) {
	words := "au moment même"
	for name, gesture := range map[string]func(s *stage, p Post) error{
		"renew": func(s *stage, p Post) error {
			other := "d’autres mots"
			p, err := s.room.Save(s.Context(), s.claire, s.brand, p.ID, p.Version, Edit{Text: &other})
			if err == nil {
				_, err = s.room.Schedule(s.Context(), s.claire, s.brand, p.ID, p.Version, When{Now: true})
			}
			return err
		},
		"move": func(s *stage, p Post) error {
			_, err := s.room.MoveTo(s.Context(), s.claire, s.brand, Move{Post: p.ID, To: s.in(2 * time.Hour).Wall})
			return err
		},
		"bin":        func(s *stage, p Post) error { return s.room.Bin(s.Context(), s.claire, s.brand, p.ID) },
		"unschedule": func(s *stage, p Post) error { return s.room.Unschedule(s.Context(), s.claire, s.brand, p.ID) },
		"remove channel": func(s *stage, p Post) error {
			return s.db.Write(s.Context(), func(tx *sqldb.Tx) error {
				return s.room.ChannelRemoved(s.Context(), tx, s.door.channels[s.chans[0]])
			})
		},
		"archive": func(s *stage, p Post) error {
			return s.db.Write(s.Context(), func(tx *sqldb.Tx) error { return s.room.BrandArchived(s.Context(), tx, s.brand) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(s *stage) {
				const n = 12
				l := s.hands(LedgerConfig{})
				for i := range n {
					p := s.schedule(s.draft(fmt.Sprint(words, i)), When{Now: true})
					pub := s.pubs(p)[0]
					errs := race(func() error {
						got, err := l.flights.claim(func() ([]claimed, error) { return l.claim(s.Context(), 10) })
						if err == nil {
							err = readContent(s.Context(), s.db, got)
						}
						for _, c := range got {
							l.send(s.Context(), &c)
							l.flights.landed(c.ID)
						}
						return err
					}, func() error { return gesture(s, p) })
					for _, err := range errs {
						if err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Transient) {
							s.Fatal(err)
						}
					}
					s.consistent(p, pub, errs[1] == nil)
				}
			})
		})
	}
}

// consistent compares the network, the row and the gesture's own word.
func (s *stage) consistent(p Post, was Publication, done bool) {
	s.Helper()
	var left []network.Intent
	s.wire.mu.Lock()
	for _, in := range s.wire.posts {
		if in.Key == was.key(0) {
			left = append(left, in)
		}
	}
	s.wire.mu.Unlock()
	if len(left) > 1 {
		s.Fatalf("it left %d times", len(left))
	}
	now := s.pubs(p)
	switch {
	case len(now) == 0:
		if len(left) != 0 {
			s.Fatal("it left and its row is gone")
		}
	case now[0].State == Sending, now[0].State == Unknown:
		s.Fatalf("it is %s", now[0].State)
	case (now[0].State == Sent) != (len(left) == 1):
		s.Fatalf("%s and %d on the network (gesture done: %t)", now[0].State, len(left), done)
	case now[0].State == Sent && (left[0].Text != now[0].Content.Parts[0].Text || now[0].Content.Hash() != now[0].Hash):
		s.Fatalf("it left as %q, its row says %q", left[0].Text, now[0].Content.Parts[0].Text)
	}
	post, err := s.room.Get(s.Context(), s.claire, s.brand, p.ID)
	if err != nil {
		s.Fatal(err)
	}
	var states []State
	for _, x := range now {
		states = append(states, x.State)
	}
	if post.Badge != BadgeOf(states) {
		s.Fatalf("badge %q over %v", post.Badge, states)
	}
}

// What is in the bin does not leave because somebody pressed "again" on another
// page.
func TestWhatIsInTheBinIsNotRetried(t *testing.T) {
	each(t, func(s *stage) {
		s.wire.fate = func(int, network.Intent) (bool, error) { return false, refused(fault.Invalid, "network.refused") }
		p := s.schedule(s.draft("corbeille"), When{Now: true})
		l := s.hands(LedgerConfig{})
		l.send(s.Context(), &s.take(l)[0])
		pub := s.pubs(p)[0]
		if pub.State != Failed {
			s.Fatal(pub.State)
		}
		if err := s.room.Bin(s.Context(), s.claire, s.brand, p.ID); err != nil {
			s.Fatal(err)
		}
		if err := s.room.Retry(s.Context(), s.claire, s.brand, pub.ID); !fault.Is(err, fault.Conflict) {
			s.Errorf("retried: %v", err)
		}
	})
}

func TestWithdrawWhileItLeavesIsAConflict(t *testing.T) {
	each(t, func(s *stage) {
		p := s.schedule(s.draft("reprise"), When{Now: true})
		l := s.hands(LedgerConfig{})
		got := s.take(l)
		if err := s.room.Withdraw(s.Context(), s.claire, s.brand, got[0].ID); !fault.Is(err, fault.Conflict) {
			s.Errorf("withdrawn: %v", err)
		}
		l.send(s.Context(), &got[0])
		errs := race(func() error { return s.room.Withdraw(s.Context(), s.claire, s.brand, got[0].ID) },
			func() error { return s.room.Withdraw(s.Context(), s.claire, s.brand, got[0].ID) })
		if errs[0] != nil || errs[1] != nil {
			s.Errorf("%v", errs)
		}
		if n := s.acts(ActWithdrawn); n != 1 || s.state(p) != Withdrawn {
			s.Errorf("%d acts, %s", n, s.state(p))
		}
	})
}

// A brand is archived while its thread leaves: no further part leaves, a doubt
// is not sent again, and no thaw brings it back.
func TestNothingMoreLeavesForAnArchivedBrand(t *testing.T) {
	each(t, func(s *stage) {
		gone := false
		s.room.Away = func(context.Context, sqldb.Q, id.Brand) (bool, error) { return gone, nil }
		s.wire.fate = func(n int, _ network.Intent) (bool, error) {
			if n == 1 {
				gone = true
				return true, s.db.Write(s.Context(), func(tx *sqldb.Tx) error { return s.room.BrandArchived(s.Context(), tx, s.brand) })
			}
			return true, nil
		}
		p := s.schedule(s.draft("un\n---\ndeux"), When{Now: true})
		l := s.hands(LedgerConfig{})
		l.send(s.Context(), &s.take(l)[0])
		if pub := s.pubs(p)[0]; pub.State != Frozen || pub.Problem != "publishing.brand_archived" || len(pub.Sent) != 1 {
			s.Errorf("%s %q with %d parts", pub.State, pub.Problem, len(pub.Sent))
		}
		doubt := s.schedule(s.draft("doute"), s.in(time.Hour))
		if _, err := s.db.Exec(s.Context(), `UPDATE publication SET state = 'unknown', attempts = 1, attempted_at = 1, doubt_at = 1, intent_at = 1, next_at = 1 WHERE post = ?`, doubt.ID); err != nil {
			s.Fatal(err)
		}
		s.look(l)
		if got := s.state(doubt); got != Due {
			s.Fatal(got)
		}
		for _, c := range s.take(l) {
			l.send(s.Context(), &c)
		}
		if pub := s.pubs(doubt)[0]; pub.State != Frozen || s.wire.called() != 1 {
			s.Errorf("%s, %d calls", pub.State, s.wire.called())
		}
	})
}

// The acts say what acts.go promises of them.
func TestActsCarryTheirPostAndChannel(t *testing.T) {
	each(t, func(s *stage) {
		p := s.schedule(s.draft("manquée"), s.in(time.Hour))
		if _, err := s.db.Exec(s.Context(), `UPDATE publication SET due_at = 1, next_at = 1`); err != nil {
			s.Fatal(err)
		}
		l := s.hands(LedgerConfig{})
		s.take(l)
		pub := s.pubs(p)[0]
		if _, err := s.db.Exec(s.Context(), `UPDATE publication SET state = 'unknown'`); err != nil {
			s.Fatal(err)
		}
		if err := s.room.SettleNotSent(s.Context(), s.claire, s.brand, pub.ID); err != nil {
			s.Fatal(err)
		}
		for act, want := range map[string]string{ActMissed: "", ActSettled: `"sent":false`} {
			data, err := sqldb.Value[string](s.Context(), s.db, `SELECT data FROM act WHERE act = ?`, act)
			if err != nil {
				s.Fatal(err)
			}
			for _, part := range []string{string(pub.Post), string(pub.Channel), want} {
				if !contains(data, part) {
					s.Errorf("%s: %s lacks %q", act, data, part)
				}
			}
		}
	})
}

// What waited for another try when the machine went off does not go out hours
// later by itself either.
func TestATryThatWaitedThroughANightWaitsForADecision(t *testing.T) {
	eachHand(t, func(s *stage, h *hand) {
		s.wire.fate = func(int, network.Intent) (bool, error) {
			return false, &network.Error{Fault: fault.New(fault.Transient, "network.unreachable"), Outcome: network.NotSent}
		}
		p := s.schedule(s.draft("bonjour"), When{Now: true})
		l := s.hands(LedgerConfig{})
		l.send(s.Context(), &s.take(l)[0])
		if got := s.state(p); got != Due {
			s.Fatal(got)
		}
		h.move(9 * time.Hour)
		for _, c := range s.take(l) {
			l.send(s.Context(), &c)
		}
		if pub := s.pubs(p)[0]; pub.State != Failed || pub.Problem != "publishing.missed" || s.wire.called() != 1 {
			s.Errorf("%s %s, %d calls", pub.State, pub.Problem, s.wire.called())
		}
	})
}

// Moved to next week, a post is a new intent: networks show the intent's time.
func TestAPostMovedToNextWeekIsANewIntent(t *testing.T) {
	eachHand(t, func(s *stage, h *hand) {
		s.wire.fate = func(n int, _ network.Intent) (bool, error) {
			return n > 1, map[bool]error{true: refused(fault.Invalid, "network.refused")}[n == 1]
		}
		p := s.schedule(s.draft("reportée"), When{Now: true})
		l := s.hands(LedgerConfig{})
		l.send(s.Context(), &s.take(l)[0])
		h.move(time.Hour)
		p, err := s.room.Get(s.Context(), s.claire, s.brand, p.ID)
		if err != nil {
			s.Fatal(err)
		}
		s.schedule(p, s.in(7*24*time.Hour))
		h.move(7*24*time.Hour + time.Minute)
		got := s.take(l)
		if len(got) != 1 {
			s.Fatalf("claimed %d", len(got))
		}
		if old := s.db.Now().Sub(got[0].intent); old > time.Hour {
			s.Errorf("the intent is %s old", old)
		}
	})
}
