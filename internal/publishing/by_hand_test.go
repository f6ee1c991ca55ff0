package publishing

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// manual is a network without an API: what is sent there lies in a person's
// hands.
type manual struct{ *wire }

func (m manual) Publish(_ context.Context, in network.Intent) (network.Receipt, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls++
	return network.Receipt{Ref: network.Ref(in.Key), ByHand: true}, nil
}

func (m manual) Find(context.Context, network.Intent) (network.Finding, error) {
	return network.Finding{Sure: true, Safe: true}, nil
}

// people hears who is told.
type people struct {
	mu   sync.Mutex
	told []Hand
}

func (p *people) count(late bool) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(slices.DeleteFunc(slices.Clone(p.told), func(h Hand) bool { return h.Late != late }))
}

func eachByHand(t *testing.T, fn func(s *stage, h *hand, p *people)) {
	eachHand(t, func(s *stage, h *hand) {
		s.wire.caps.Hand = &network.HandRule{After: 30 * time.Minute}
		s.wire.caps.Thread = network.ThreadRule{}
		s.door.presence = network.NewPresence("manual", manual{s.wire}, network.PresenceConfig{Now: h.now})
		told := &people{}
		s.room.Handed = func(_ context.Context, tx *sqldb.Tx, h Hand) error {
			tx.AfterCommit(func() {
				told.mu.Lock()
				defer told.mu.Unlock()
				told.told = append(told.told, h)
			})
			return nil
		}
		fn(s, h, told)
	})
}

const link = "https://forum.example/posts/12"

func (s *stage) only(p Post) Publication {
	s.Helper()
	return s.pubs(p)[0]
}

func (s *stage) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// P10: a network without an API, by hand, in the same ledger.
func TestAPostIsHandedToAPersonWhoseLinkEndsIt(t *testing.T) {
	eachByHand(t, func(s *stage, _ *hand, told *people) {
		l := s.ledger(LedgerConfig{Alone: true})
		p := s.schedule(s.draft("Les galettes sont là."), When{Now: true})
		s.untilState(p, Handed)
		if n := told.count(false); n != 1 {
			t.Fatalf("told %d times", n)
		}
		got, err := s.room.Get(s.Context(), s.claire, s.brand, p.ID)
		if s.must(err); got.Badge != WithPerson {
			t.Errorf("badge %q", got.Badge)
		}
		waiting, err := s.room.InHands(s.Context(), s.claire, s.brand, 10)
		if s.must(err); len(waiting) != 1 || waiting[0].Late || waiting[0].Since.IsZero() || waiting[0].Title == "" {
			t.Errorf("waiting: %+v", waiting)
		}
		// It cannot be taken off, nor sent again, behind her back.
		if err := s.room.Retry(s.Context(), s.claire, s.brand, s.only(p).ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("retry: %v", err)
		}
		if err := s.room.Bin(s.Context(), s.claire, s.brand, p.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("bin: %v", err)
		}
		for _, bad := range []string{"forum.example/12", "javascript:alert(1)", "ftp://forum.example/12", "https://", "https://a b.example/", "https://me:secret@forum.example/12"} {
			if err := s.room.PublishedByHand(s.Context(), s.claire, s.brand, s.only(p).ID, bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("%q: %v", bad, err)
			}
		}
		// A restart in between changes nothing, and tells nobody again.
		s.must(l.Stop(s.Context()))
		s.ledger(LedgerConfig{Alone: true})
		s.must(s.room.PublishedByHand(s.Context(), s.claire, s.brand, s.only(p).ID, " "+link+" "))
		end := s.only(p)
		if end.State != Sent || end.URL != link || len(end.Sent) != 1 || end.Sent[0].URL != link || end.SentAt.IsZero() {
			t.Errorf("the end: %+v", end)
		}
		if n := told.count(false) + told.count(true); n != 1 {
			t.Errorf("told %d times in all", n)
		}
		if steps := s.steps(p); !slices.Contains(steps, StepHanded) || !slices.Contains(steps, StepHandDone) {
			t.Errorf("story: %v", steps)
		}
		if by := s.signed(ActSent); !slices.Equal(by, []string{string(s.claire.Person)}) {
			t.Errorf("published by %v", by)
		}
	})
}

// signed lists who did an act, by the logbook.
func (s *stage) signed(act string) (out []string) {
	s.Helper()
	all, _, err := s.book.List(s.Context(), s.db, s.brand, logbook.Filter{}, "", 200)
	s.must(err)
	for _, r := range all {
		if r.Act == act {
			out = append(out, r.Actor.ID)
		}
	}
	return out
}

// The thumb that taps twice, two people at once, a link that comes after.
func TestAWordGivenTwiceIsOneWord(t *testing.T) {
	eachByHand(t, func(s *stage, _ *hand, _ *people) {
		s.ledger(LedgerConfig{Alone: true})
		p := s.schedule(s.draft("Les galettes sont là."), When{Now: true})
		s.untilState(p, Handed)
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if err := s.room.PublishedByHand(s.Context(), s.claire, s.brand, s.only(p).ID, ""); err != nil && !fault.Is(err, fault.Conflict) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if by := s.signed(ActSent); len(by) != 1 {
			t.Errorf("published %d times", len(by))
		}
		pub := s.only(p).ID
		s.must(s.room.PublishedByHand(s.Context(), s.claire, s.brand, pub, link))
		s.must(s.room.PublishedByHand(s.Context(), s.claire, s.brand, pub, link))
		if s.only(p).URL != link {
			t.Error("the link that came after is not kept")
		}
		if err := s.room.PublishedByHand(s.Context(), s.claire, s.brand, pub, link+"3"); !fault.Is(err, fault.Conflict) || s.only(p).URL != link {
			t.Errorf("another link: %v", err)
		}
		if err := s.room.NotPublishedByHand(s.Context(), s.claire, s.brand, pub, "non"); !fault.Is(err, fault.Conflict) || s.only(p).State != Sent {
			t.Errorf("not published, after all: %v", err)
		}
	})
}

func TestWhatAPersonDidNotPublishFailsWithHerReasonAndMayBeTriedAgain(t *testing.T) {
	eachByHand(t, func(s *stage, _ *hand, told *people) {
		s.ledger(LedgerConfig{Alone: true})
		p := s.schedule(s.draft("Les galettes sont là."), When{Now: true})
		s.untilState(p, Handed)
		pub := s.only(p).ID
		if err := s.room.NotPublishedByHand(s.Context(), s.claire, s.brand, pub, "  "); !fault.Is(err, fault.Invalid) {
			t.Errorf("without a reason: %v", err)
		}
		for range 2 {
			s.must(s.room.NotPublishedByHand(s.Context(), s.claire, s.brand, pub, "Le forum est fermé."))
		}
		if got := s.only(p); got.State != Failed || got.Problem != ProblemByHand || got.Detail["reason"] != "Le forum est fermé." {
			t.Errorf("%+v", got)
		}
		if by := s.signed(ActFailed); len(by) != 1 {
			t.Errorf("said %d times", len(by))
		}
		s.must(s.room.Retry(s.Context(), s.claire, s.brand, pub))
		s.untilState(p, Handed)
		if n := told.count(false); n != 2 || told.told[1].Attempt != told.told[0].Attempt+1 {
			t.Errorf("told: %+v", told.told)
		}
		// She finds that it was there all the while.
		s.must(s.room.NotPublishedByHand(s.Context(), s.claire, s.brand, pub, "Toujours fermé."))
		s.must(s.room.PublishedByHand(s.Context(), s.claire, s.brand, pub, link))
		if got := s.only(p); got.State != Sent || got.Problem != "" || got.URL != link {
			t.Errorf("%+v", got)
		}
	})
}

// P8, P10: she published it although a recall had stopped it: the receipt says
// so, and it is hers to take back.
func TestPublishedAfterARecallTheReceiptTellsTheTruth(t *testing.T) {
	eachByHand(t, func(s *stage, _ *hand, _ *people) {
		s.ledger(LedgerConfig{Alone: true})
		p := s.schedule(s.draft("Les galettes sont là."), When{Now: true})
		s.untilState(p, Handed)
		r, err := s.room.Recall(s.Context(), s.claire, s.brand, RecallOrder{Kind: TakeBack, Reason: "Prix faux", Posts: []id.Post{p.ID}})
		if s.must(err); len(r.Legs) != 1 || r.Legs[0].State != RecallStopped {
			t.Fatalf("%+v", r.Legs)
		}
		s.must(s.room.PublishedByHand(s.Context(), s.claire, s.brand, s.only(p).ID, link))
		if r, err = s.room.GetRecall(s.Context(), s.claire, s.brand, r.ID); err != nil {
			t.Fatal(err)
		}
		l := r.Legs[0]
		if l.State != RecallCannot || l.Problem != "publishing.recall.published_after" || l.URL != link || len(l.Parts) != 1 || s.state(p) != Sent {
			t.Fatalf("%+v, it is %s", l, s.state(p))
		}
		s.must(s.room.DoneByHand(s.Context(), s.claire, s.brand, r.ID, l.ID))
		if s.state(p) != Withdrawn {
			t.Errorf("it is %s", s.state(p))
		}
	})
}

// What is tried again after a recall was a new order: its word says nothing of
// the recall.
func TestWhatIsTriedAgainAfterARecallIsANewOrder(t *testing.T) {
	eachByHand(t, func(s *stage, _ *hand, _ *people) {
		s.ledger(LedgerConfig{Alone: true})
		p := s.schedule(s.draft("Les galettes sont là."), When{Now: true})
		s.untilState(p, Handed)
		r, err := s.room.Recall(s.Context(), s.claire, s.brand, RecallOrder{Kind: TakeBack, Reason: "Prix faux", Posts: []id.Post{p.ID}})
		s.must(err)
		s.must(s.room.Retry(s.Context(), s.claire, s.brand, s.only(p).ID))
		s.untilState(p, Handed)
		s.must(s.room.PublishedByHand(s.Context(), s.claire, s.brand, s.only(p).ID, link))
		if r, err = s.room.GetRecall(s.Context(), s.claire, s.brand, r.ID); err != nil || r.Legs[0].State != RecallStopped {
			t.Errorf("%+v %v", r.Legs, err)
		}
	})
}

func TestNothingIsHandedOverDuringAFreeze(t *testing.T) {
	eachByHand(t, func(s *stage, _ *hand, told *people) {
		p := s.schedule(s.draft("Les galettes sont là."), s.in(2*time.Minute))
		l := NewLedger(s.room, LedgerConfig{})
		// Claimed, and the freeze opens before it is handed over.
		if _, err := s.db.Exec(s.Context(), `UPDATE publication SET next_at = ?`, sqldb.At(s.db.Now())); err != nil {
			t.Fatal(err)
		}
		got, err := l.claim(s.Context(), 10)
		if s.must(err); len(got) != 1 {
			t.Fatalf("claimed %d", len(got))
		}
		_, err = s.room.Freeze(s.Context(), s.claire, s.brand, "rappel")
		s.must(err)
		l.results.start()
		defer l.results.stopAll()
		s.must(l.readMissing(s.Context(), got))
		got[0].way = &way{}
		got[0].way.open(s.Context(), l, s.brand, got[0].Channel)
		l.handOver(s.Context(), &got[0])
		if s.state(p) != Frozen || told.count(false) != 0 {
			t.Errorf("%s, told %d times", s.state(p), told.count(false))
		}
	})
}

// The overdue watchdog of what a person does: once, and never during a freeze.
func TestAPersonIsToldASecondTimeOnceWhenHerTimeIsOver(t *testing.T) {
	eachByHand(t, func(s *stage, h *hand, told *people) {
		l := s.ledger(LedgerConfig{Alone: true})
		p := s.schedule(s.draft("Les galettes sont là."), When{Now: true})
		s.untilState(p, Handed)
		late := func() { s.Helper(); s.must(l.lateHands(s.Context())) }
		late()
		if told.count(true) != 0 || s.only(p).OverdueByHand(s.db.Now()) {
			t.Error("too early")
		}
		_, err := s.room.Freeze(s.Context(), s.claire, s.brand, "rappel")
		s.must(err)
		h.move(31 * time.Minute)
		late()
		if told.count(true) != 0 {
			t.Error("asked for during a freeze")
		}
		_, err = s.room.Thaw(s.Context(), s.claire, s.brand)
		s.must(err)
		for range 3 {
			late()
		}
		if told.count(true) != 1 || s.acts(ActHandLate) != 1 {
			t.Errorf("told %d times, written %d times", told.count(true), s.acts(ActHandLate))
		}
		waiting, err := s.room.InHands(s.Context(), s.claire, s.brand, 10)
		if s.must(err); len(waiting) != 1 || !waiting[0].Late {
			t.Errorf("%+v", waiting)
		}
		s.must(s.room.PublishedByHand(s.Context(), s.claire, s.brand, s.only(p).ID, ""))
		if s.state(p) != Sent {
			t.Error("late, and it does not end")
		}
	})
}

// kill -9 between the claim and the hand-over: it is handed over by the next
// process, once.
func TestWhatDiedBeforeItWasHandedOverIsHandedOverOnce(t *testing.T) {
	eachByHand(t, func(s *stage, _ *hand, told *people) {
		p := s.schedule(s.draft("Les galettes sont là."), s.in(2*time.Minute))
		if _, err := s.db.Exec(s.Context(), `UPDATE publication SET next_at = ?`, sqldb.At(s.db.Now())); err != nil {
			t.Fatal(err)
		}
		s.must(NewLedger(s.room, LedgerConfig{}).ClaimOnly(s.Context(), 1))
		if s.state(p) != Sending {
			t.Fatal(s.state(p))
		}
		s.ledger(LedgerConfig{Alone: true})
		s.untilState(p, Handed)
		if told.count(false) != 1 {
			t.Errorf("told %d times", told.count(false))
		}
	})
}

func TestNobodyElseAnswersForWhatIsInHands(t *testing.T) {
	eachByHand(t, func(s *stage, _ *hand, _ *people) {
		s.ledger(LedgerConfig{Alone: true})
		p := s.schedule(s.draft("Les galettes sont là."), When{Now: true})
		s.untilState(p, Handed)
		pub, other := s.only(p).ID, id.New[id.Brand]()
		bruno := team.Actor{Person: id.New[id.Person](), Roles: map[id.Brand]team.Role{other: team.Owner}}
		client := team.Actor{Person: id.New[id.Person](), Roles: map[id.Brand]team.Role{s.brand: team.Client}}
		for name, c := range map[string]struct {
			who  team.Actor
			in   id.Brand
			want fault.Kind
		}{
			"a stranger":           {bruno, s.brand, fault.NotFound},
			"from another brand":   {bruno, other, fault.NotFound},
			"a client of the same": {client, s.brand, fault.Forbidden},
		} {
			if err := s.room.PublishedByHand(s.Context(), c.who, c.in, pub, link); !fault.Is(err, c.want) {
				t.Errorf("%s, published: %v", name, err)
			}
			if err := s.room.NotPublishedByHand(s.Context(), c.who, c.in, pub, "non"); !fault.Is(err, c.want) {
				t.Errorf("%s, not published: %v", name, err)
			}
		}
		if list, err := s.room.InHands(s.Context(), bruno, s.brand, 10); !fault.Is(err, fault.NotFound) || len(list) > 0 {
			t.Errorf("the list: %v", err)
		}
		// What a network took by itself is nobody's word to give.
		s.door.presence = network.NewPresence("wire", s.wire, network.PresenceConfig{})
		auto := s.schedule(s.draft("Par le réseau."), When{Now: true})
		s.untilState(auto, Sent)
		if err := s.room.PublishedByHand(s.Context(), s.claire, s.brand, s.only(auto).ID, link); !fault.Is(err, fault.Conflict) {
			t.Errorf("not by hand: %v", err)
		}
	})
}
