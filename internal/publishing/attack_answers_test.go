package publishing

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

// odd is a wire whose answers a test writes, and that can be asked to confirm.
type odd struct {
	*wire
	mu      sync.Mutex
	receipt func(network.Intent) network.Receipt
	found   func(network.Intent) network.Finding
	confirm func(network.Receipt) (network.Receipt, error)
}

func (o *odd) Publish(ctx context.Context, in network.Intent) (network.Receipt, error) {
	r, err := o.wire.Publish(ctx, in)
	if err == nil && o.receipt != nil {
		r = o.receipt(in)
	}
	return r, err
}

func (o *odd) Find(ctx context.Context, in network.Intent) (network.Finding, error) {
	if o.found != nil {
		return o.found(in), nil
	}
	return o.wire.Find(ctx, in)
}

func (o *odd) Confirm(_ context.Context, r network.Receipt) (network.Receipt, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.confirm == nil {
		return r, nil
	}
	return o.confirm(r)
}

func (s *stage) odd() *odd {
	o := &odd{wire: s.wire}
	s.door.presence = network.NewPresence("wire", o, network.PresenceConfig{})
	return o
}

const filth = "a\x00b\xff\xfe\"'\\\u2028<script>\U0001F469\u200d\U0001F467 ' OR 1=1 --"

// Whatever a network answers is kept: a byte that a database refuses, a date of
// another age, an address without end.
func TestNoAnswerIsTooStrangeToBeKept(t *testing.T) {
	for name, r := range map[string]network.Receipt{
		"filth":      {Ref: filth, URL: "https://x.example/" + filth, Request: filth, Final: true},
		"no URL":     {Ref: "r", Final: true},
		"endless":    {Ref: "r", URL: "https://x.example/" + strings.Repeat("a", 1<<20), Request: strings.Repeat("é", 1<<16), Final: true},
		"year 12000": {Ref: "r", URL: "https://x.example/1", Final: true, At: time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)},
		"year -5":    {Ref: "r", URL: "https://x.example/1", Final: true, At: time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC)},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(s *stage) {
				s.odd().receipt = func(network.Intent) network.Receipt { return r }
				p := s.schedule(s.draft("étrange"), When{Now: true})
				s.ledger(LedgerConfig{})
				s.untilState(p, Sent)
				s.oncePerKey(1)
				pub := s.pubs(p)[0]
				if off := s.db.Now().Sub(pub.SentAt); off < -time.Hour || off > time.Hour {
					s.Errorf("sent at %s", pub.SentAt)
				}
				if len(pub.URL) > maxLink {
					s.Errorf("a permalink of %d bytes", len(pub.URL))
				}
				if _, _, err := s.room.Publication(s.Context(), s.claire, s.brand, pub.ID); err != nil {
					s.Error(err)
				}
			})
		})
	}
	t.Run("refusal", func(t *testing.T) {
		each(t, func(s *stage) {
			s.wire.fate = func(int, network.Intent) (bool, error) {
				return false, &network.Error{Fault: fault.New(fault.Invalid, "network.refused").With("why", filth), Outcome: network.Refused, Status: 422, Request: filth, Answer: strings.Repeat("é", 3000) + filth}
			}
			p := s.schedule(s.draft("étrange"), When{Now: true})
			s.ledger(LedgerConfig{})
			s.untilState(p, Failed)
		})
	})
}

func TestAThreadOfTenPartsLeavesWholeAndInOrder(t *testing.T) {
	each(t, func(s *stage) {
		var parts []string
		for i := range 10 {
			parts = append(parts, fmt.Sprintf("partie %d", i+1))
		}
		// Every third call leaves a doubt: taken, or not.
		s.wire.fate = func(n int, _ network.Intent) (bool, error) {
			if n%3 == 0 {
				return n%2 == 0, unknown()
			}
			return true, nil
		}
		p := s.schedule(s.draft(strings.Join(parts, "\n---\n")), When{Now: true})
		s.ledger(LedgerConfig{Settle: time.Millisecond})
		go s.hurry()
		s.until("sent", func() bool { return s.state(p) == Sent })
		s.oncePerKey(10)
		for i, in := range s.wire.posts {
			if in.Text != parts[i] {
				s.Errorf("part %d says %q", i, in.Text)
			}
		}
		if pub := s.pubs(p)[0]; len(pub.Sent) != 10 {
			s.Errorf("%d receipts", len(pub.Sent))
		}
	})
}

// hurry brings every wait forward, so that a test does not wait for it.
func (s *stage) hurry() {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-s.Context().Done():
			return
		case <-tick.C:
			if _, err := s.db.Exec(s.Context(), `UPDATE publication SET next_at = 1000 + due_at WHERE state IN ('unknown', 'due') AND next_at > ?`, s.db.Now().UnixMilli()); err != nil {
				return
			}
			s.room.wake()
		}
	}
}

// Two parts in the same words: the first one's post is no proof of the second.
func TestAnEarlierPartIsNoProofOfALaterOne(t *testing.T) {
	each(t, func(s *stage) {
		s.wire.fate = func(n int, _ network.Intent) (bool, error) {
			if n == 2 {
				return false, unknown()
			}
			return true, nil
		}
		s.odd().found = func(network.Intent) network.Finding {
			s.wire.mu.Lock()
			defer s.wire.mu.Unlock()
			return network.Finding{Taken: true, Receipt: s.wire.receipt(s.wire.posts[0])}
		}
		p := s.schedule(s.draft("écho\n---\nécho"), When{Now: true})
		s.ledger(LedgerConfig{Settle: time.Millisecond})
		s.until("a look was made", func() bool { return s.pubs(p)[0].Looks > 0 && s.state(p) == Unknown || s.state(p) == Sent })
		s.until("the look was written", func() bool { return has(s.steps(p), StepDoubt) || s.state(p) == Sent })
		if pub := s.pubs(p)[0]; pub.State != Unknown || len(pub.Sent) != 1 {
			s.Errorf("%s with %d receipts", pub.State, len(pub.Sent))
		}
	})
}

func has(steps []StepKind, want StepKind) bool {
	for _, s := range steps {
		if s == want {
			return true
		}
	}
	return false
}

func TestAFindingWithoutAReferenceProvesNothing(t *testing.T) {
	each(t, func(s *stage) {
		s.wire.fate = func(int, network.Intent) (bool, error) { return false, unknown() }
		s.odd().found = func(network.Intent) network.Finding {
			return network.Finding{Taken: true, Receipt: network.Receipt{URL: "https://x.example/1"}}
		}
		p := s.schedule(s.draft("vide"), When{Now: true})
		s.ledger(LedgerConfig{Settle: time.Millisecond})
		s.until("the look was written", func() bool { return has(s.steps(p), StepDoubt) || s.state(p) == Sent })
		if got := s.state(p); got != Unknown {
			s.Errorf("it is %s", got)
		}
	})
}

// A late landing: the network answers nothing, takes it long after, and does not
// promise that a second one would replace it. The next attempt waits for Settle.
func TestASecondAttemptWaitsForSettle(t *testing.T) {
	eachHand(t, func(s *stage, h *hand) {
		s.wire.fate = func(int, network.Intent) (bool, error) { return false, unknown() }
		p := s.schedule(s.draft("lente"), When{Now: true})
		s.ledger(LedgerConfig{Settle: time.Hour, Grace: 24 * time.Hour})
		s.until("a look was made", func() bool { return has(s.steps(p), StepDoubt) })
		// Somebody sets the wall clock: two hours pass that did not pass.
		h.move(2 * time.Hour)
		looks := s.pubs(p)[0].Looks
		s.until("another look", func() bool { return s.pubs(p)[0].Looks > looks+1 })
		if n := s.wire.called(); n != 1 {
			s.Fatalf("called %d times", n)
		}
		s.wire.mu.Lock() // now it lands
		s.wire.posts = append(s.wire.posts, s.pubs(p)[0].intent(0, s.db.Now()))
		s.wire.mu.Unlock()
		go s.hurry()
		s.untilState(p, Sent)
		s.oncePerKey(1)
		if n := s.wire.called(); n != 1 {
			s.Errorf("called %d times", n)
		}
	})
}

// Settle counts from the end of the attempt, not from a claim that may be an
// hour of uploads older.
func TestSettleCountsFromTheDoubtNotFromTheClaim(t *testing.T) {
	each(t, func(s *stage) {
		s.wire.fate = func(int, network.Intent) (bool, error) { return false, unknown() }
		p := s.schedule(s.draft("longue"), When{Now: true})
		l := s.hands(LedgerConfig{Settle: time.Minute})
		got := s.take(l)
		if _, err := s.db.Exec(s.Context(), `UPDATE publication SET attempted_at = attempted_at - 600000, intent_at = intent_at - 600000`); err != nil {
			s.Fatal(err)
		}
		l.send(s.Context(), &got[0])
		s.look(l)
		if got := s.state(p); got != Unknown {
			s.Errorf("sent again while the first may still land: %s", got)
		}
		// The same after a crash: another process only has what is written.
		l.flights = newFlights()
		s.look(l)
		if got := s.state(p); got != Unknown {
			s.Errorf("sent again while the first may still land: %s", got)
		}
		if _, err := s.db.Exec(s.Context(), `UPDATE publication SET doubt_at = doubt_at - 61000`); err != nil {
			s.Fatal(err)
		}
		s.look(l)
		if got := s.state(p); got != Due {
			s.Errorf("after Settle it is %s", got)
		}
	})
}

// look makes the looks that wait, whatever their hour.
func (s *stage) look(l *Ledger) {
	s.Helper()
	if _, err := s.db.Exec(s.Context(), `UPDATE publication SET next_at = 1 WHERE state = 'unknown'`); err != nil {
		s.Fatal(err)
	}
	got, err := l.claimLooks(s.Context(), 100)
	if err != nil {
		s.Fatal(err)
	}
	for _, c := range got {
		l.look(s.Context(), c)
	}
}

// A receipt that comes after somebody else concluded that nothing left wins:
// the words stand on the network.
func TestAReceiptWinsOverAConclusion(t *testing.T) {
	for _, end := range []State{Unknown, Due, Failed, Frozen} {
		t.Run(string(end), func(t *testing.T) {
			each(t, func(s *stage) {
				p := s.schedule(s.draft("tard"), When{Now: true})
				l := s.hands(LedgerConfig{})
				got := s.take(l)
				s.wire.fate = func(int, network.Intent) (bool, error) {
					_, err := s.db.Exec(s.Context(), `UPDATE publication SET state = ?, node = 'other', problem = 'publishing.missed', next_at = NULL`, end)
					return true, err
				}
				l.send(s.Context(), &got[0])
				if got := s.state(p); got != Sent {
					s.Errorf("%s although it stands on the network", got)
				}
			})
		})
	}
	t.Run("a second one is told", func(t *testing.T) {
		each(t, func(s *stage) {
			p := s.schedule(s.draft("double"), When{Now: true})
			l := s.hands(LedgerConfig{})
			got := s.take(l)
			s.wire.fate = func(int, network.Intent) (bool, error) {
				_, err := s.db.Exec(s.Context(), `UPDATE publication SET state = 'sent', sent = '[{"ref":"another","url":"https://x.example/1","at":"2026-11-20T08:00:00Z"}]'`)
				return true, err
			}
			l.send(s.Context(), &got[0])
			if !has(s.steps(p), StepTaken) || s.pubs(p)[0].Sent[0].Ref != "another" {
				s.Error("the second receipt is nowhere")
			}
		})
	})
}

// A network that never says "final", and one whose clock is years ahead: both
// are followed for a while, and not for ever.
func TestAConfirmationIsNotAwaitedForEver(t *testing.T) {
	eachHand(t, func(s *stage, h *hand) {
		asked := 0
		s.odd().receipt = func(in network.Intent) network.Receipt {
			return network.Receipt{Ref: network.Ref(in.Key), At: time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)}
		}
		o := s.odd()
		o.receipt = func(in network.Intent) network.Receipt {
			return network.Receipt{Ref: network.Ref(in.Key), At: time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)}
		}
		o.confirm = func(r network.Receipt) (network.Receipt, error) { asked++; return r, nil }
		p := s.schedule(s.draft("jamais"), When{Now: true})
		l := s.hands(LedgerConfig{})
		l.send(s.Context(), &s.take(l)[0])
		for range 3 {
			l.confirm(s.Context(), s.pubs(p)[0])
		}
		if n := s.following(); n != 1 || asked != 3 {
			s.Fatalf("%d followed, asked %d times", n, asked)
		}
		h.move(confirmFor + time.Minute)
		l.confirm(s.Context(), s.pubs(p)[0])
		if n := s.following(); n != 0 {
			s.Error("followed for ever")
		}
		if got := s.state(p); got != Sent {
			s.Errorf("it is %s", got)
		}
	})
}

func (s *stage) following() int64 {
	s.Helper()
	var n int64
	rows, err := s.db.Query(s.Context(), `SELECT COUNT(*) FROM publication WHERE confirm`)
	if err != nil {
		s.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&n); err != nil {
			s.Fatal(err)
		}
	}
	return n
}

// Each part of a thread is followed until its permalink is known.
func TestEveryPartOfAThreadIsConfirmed(t *testing.T) {
	each(t, func(s *stage) {
		o := s.odd()
		o.receipt = func(in network.Intent) network.Receipt {
			return network.Receipt{Ref: network.Ref(in.Key), Final: in.Text == "trois"} // only the last is done at once
		}
		o.confirm = func(r network.Receipt) (network.Receipt, error) {
			r.URL, r.Final = "https://x.example/"+string(r.Ref), true
			return r, nil
		}
		p := s.schedule(s.draft("un\n---\ndeux\n---\ntrois"), When{Now: true})
		l := s.hands(LedgerConfig{})
		l.send(s.Context(), &s.take(l)[0])
		stale := s.pubs(p)[0]
		l.confirm(s.Context(), stale)
		l.confirm(s.Context(), stale) // another node, a moment later
		pub := s.pubs(p)[0]
		if pub.URL == "" || pub.Sent[1].URL == "" || s.following() != 0 {
			s.Errorf("%+v", pub.Sent)
		}
		n := 0
		for _, k := range s.steps(p) {
			if k == StepConfirmed {
				n++
			}
		}
		if n != 1 {
			s.Errorf("told %d times", n)
		}
	})
}
