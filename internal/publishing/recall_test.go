package publishing

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

func (w *wire) Edit(_ context.Context, ref network.Ref, in network.Intent) (network.Receipt, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.edits++
	for i, p := range w.posts {
		if network.Ref("ref:"+p.Key) == ref {
			w.posts[i].Text = in.Text
		}
	}
	return w.receipt(in), nil
}

func (s *stage) sent(text string, channels ...id.Channel) Post {
	s.Helper()
	p := s.schedule(s.draft(text, channels...), When{Now: true})
	s.until("all has left", func() bool {
		return !slices.ContainsFunc(s.pubs(p), func(p Publication) bool { return p.State != Sent })
	})
	return p
}

func (s *stage) recall(o RecallOrder) Recall {
	s.Helper()
	if o.Kind == "" {
		o.Kind = TakeBack
	}
	if o.Reason == "" {
		o.Reason = "une image dont le droit a pris fin"
	}
	r, err := s.room.Recall(s.Context(), s.claire, s.brand, o)
	if err != nil {
		s.Fatal(err)
	}
	return r
}

func (s *stage) recalled(r Recall) Recall {
	s.Helper()
	s.until("the recall has ended", func() bool { r = s.again(r); return !r.Ended.IsZero() })
	return r
}

func (s *stage) again(r Recall) Recall {
	s.Helper()
	r, err := s.room.GetRecall(s.Context(), s.claire, s.brand, r.ID)
	if err != nil {
		s.Fatal(err)
	}
	return r
}

func receipts(r Recall) (out []RecallState) {
	for _, l := range r.Legs {
		out = append(out, l.State)
	}
	slices.Sort(out)
	return out
}

// P8: one gesture takes a post off every network, in parallel, with a receipt
// for each; the original stays in the record, and who answers is told.
func TestOneGestureTakesAPostOffEveryNetwork(t *testing.T) {
	each(t, func(s *stage) {
		told := id.New[id.Person]()
		s.room.Answerable = func(context.Context, id.Brand) ([]id.Person, error) { return []id.Person{told, s.claire.Person}, nil }
		s.room.Alert = func(_ context.Context, _ *sqldb.Tx, r Recall) error {
			if r.Reason == "" || len(r.Legs) != 2 || !slices.Equal(r.Told, []id.Person{told}) {
				t.Errorf("told of %+v", r)
			}
			return nil
		}
		s.ledger(LedgerConfig{Alone: true})
		p := s.sent("Un prix faux\n---\nEt sa suite", s.chans...)
		r := s.recalled(s.recall(RecallOrder{Posts: []id.Post{p.ID}}))
		if got := receipts(r); !slices.Equal(got, []RecallState{RecallDeleted, RecallDeleted}) {
			s.Errorf("%v", got)
		}
		if left := s.wire.keys(); len(left) != 0 {
			s.Errorf("still there: %v", left)
		}
		for _, pub := range s.pubs(p) {
			if pub.State != Withdrawn || !strings.Contains(pub.Content.Text(), "Un prix faux") || len(pub.Sent) != 2 {
				s.Errorf("%+v", pub)
			}
		}
		if l := r.Legs[0]; !strings.Contains(l.Original.Text(), "Et sa suite") || len(l.Parts) != 2 || l.URL == "" || l.Was != Sent {
			s.Errorf("the record: %+v", l)
		}
		if r.Reason != "une image dont le droit a pris fin" || r.By != s.claire.Person || !slices.Equal(r.Told, []id.Person{told}) {
			s.Errorf("%+v", r)
		}
		if s.acts(ActRecalled) != 1 || s.acts(ActWithdrawn) != 2 {
			s.Errorf("acts: %d, %d", s.acts(ActRecalled), s.acts(ActWithdrawn))
		}
		steps := s.steps(p)
		if !slices.Contains(steps, StepRecalled) || !slices.Contains(steps, StepWithdrawn) {
			s.Errorf("%v", steps)
		}
		// Again: there is nothing left to recall.
		if _, err := s.room.Recall(s.Context(), s.claire, s.brand, RecallOrder{Kind: TakeBack, Reason: "encore", Posts: []id.Post{p.ID}}); fault.Of(err) != fault.Conflict {
			s.Errorf("%v", err)
		}
		if chain, err := logbook.New(s.db).Verify(s.Context(), s.brand); err != nil {
			s.Errorf("%v %v", chain, err)
		}
	})
}

// P8: what still waits on another network is stopped by the same gesture, and
// never leaves.
func TestARecallStopsWhatStillWaits(t *testing.T) {
	each(t, func(s *stage) {
		s.ledger(LedgerConfig{Alone: true})
		p := s.schedule(s.draft("Plus tard", s.chans...), s.in(time.Hour))
		r := s.recall(RecallOrder{Posts: []id.Post{p.ID}})
		if got := receipts(r); !slices.Equal(got, []RecallState{RecallStopped, RecallStopped}) || r.Ended.IsZero() {
			s.Errorf("%v", got)
		}
		for _, pub := range s.pubs(p) {
			if pub.State != Failed || pub.Problem != problemRecalled || !pub.NextAt.IsZero() {
				s.Errorf("%+v", pub)
			}
		}
		if s.wire.calls != 0 {
			s.Errorf("%d calls", s.wire.calls)
		}
	})
}

// P8: a departure in doubt is known first; it then comes down, or is not sent.
func TestARecallOfADoubtWaitsForTheTruth(t *testing.T) {
	for _, took := range []bool{true, false} {
		each(t, func(s *stage) {
			s.wire.fate = func(n int, _ network.Intent) (bool, error) { return took && n == 1, unknown() }
			s.wire.blind = fault.New(fault.Transient, "network.unreachable")
			s.ledger(LedgerConfig{Alone: true, Settle: time.Millisecond})
			p := s.schedule(s.draft("Peut-être"), When{Now: true})
			s.untilState(p, Unknown)
			r := s.recall(RecallOrder{Posts: []id.Post{p.ID}})
			s.until("it waits for the truth", func() bool {
				l := s.again(r).Legs[0]
				return l.Attempts > 0 && l.State == RecallWaiting && l.Problem == "publishing.recall.in_doubt"
			})
			s.wire.mu.Lock()
			s.wire.blind = nil
			s.wire.mu.Unlock()
			if _, err := s.db.Exec(s.Context(), `UPDATE publication SET next_at = 1 WHERE state = 'unknown'`); err != nil {
				s.Fatal(err)
			}
			r = s.recalled(r)
			want, state := RecallStopped, Failed
			if took {
				want, state = RecallDeleted, Withdrawn
			}
			if got := r.Legs[0].State; got != want || s.state(p) != state {
				s.Errorf("taken %v: %s, publication %s", took, got, s.state(p))
			}
			if len(s.wire.keys()) != 0 || s.wire.calls != 1 {
				s.Errorf("taken %v: %v stands after %d calls", took, s.wire.keys(), s.wire.calls)
			}
		})
	}
}

// P8: while the network is down a recall waits and tries again; a cut in the
// middle is asked again; what is gone already is success.
func TestARecallOutlivesANetworkThatIsDown(t *testing.T) {
	each(t, func(s *stage) {
		s.ledger(LedgerConfig{Alone: true})
		p := s.sent("Un\n---\nDeux")
		s.wire.mu.Lock()
		s.wire.erase = func(n int, _ network.Ref) error {
			switch {
			case n <= 2:
				return &network.Error{Fault: fault.New(fault.Transient, "network.unreachable"), Outcome: network.NotSent}
			case n == 4: // done there, and the answer is lost
				return unknown()
			}
			return nil
		}
		s.wire.mu.Unlock()
		r := s.recall(RecallOrder{Posts: []id.Post{p.ID}})
		s.until("it has ended", func() bool {
			_, err := s.db.Exec(s.Context(), `UPDATE recall_leg SET next_at = 1 WHERE state = 'waiting'`) // no test waits five seconds
			if err != nil {
				s.Fatal(err)
			}
			r = s.again(r)
			return !r.Ended.IsZero()
		})
		if r.Legs[0].State != RecallDeleted || r.Legs[0].Attempts < 4 || s.state(p) != Withdrawn || len(s.wire.keys()) != 0 {
			s.Errorf("%+v %v", r.Legs[0], s.wire.keys())
		}
		if !slices.Contains(s.steps(p), StepRecallFailed) {
			s.Error("the story does not say that the network was down")
		}
	})
}

// P8: what a network cannot take back is said with its link, and a person says
// when she did it there.
func TestWhatCannotBeTakenBackIsLeftToAHand(t *testing.T) {
	each(t, func(s *stage) {
		s.ledger(LedgerConfig{Alone: true})
		p := s.sent("Refusé")
		s.wire.mu.Lock()
		s.wire.erase = func(int, network.Ref) error { return refused(fault.Forbidden, "network.forbidden") }
		s.wire.mu.Unlock()
		r := s.recalled(s.recall(RecallOrder{Posts: []id.Post{p.ID}}))
		l := r.Legs[0]
		if l.State != RecallCannot || l.Problem != "network.forbidden" || l.URL == "" || s.state(p) != Sent {
			s.Fatalf("%+v %s", l, s.state(p))
		}
		if open, err := s.room.OpenRecalls(s.Context(), s.claire, s.brand, 10); err != nil || len(open) != 1 {
			s.Errorf("%v %v", open, err)
		}
		for range 2 { // safe to repeat
			if err := s.room.DoneByHand(s.Context(), s.claire, s.brand, r.ID, l.ID); err != nil {
				s.Fatal(err)
			}
		}
		if r = s.again(r); r.Legs[0].State != RecallByHand || r.Legs[0].Who != s.claire.Person || s.state(p) != Withdrawn {
			s.Errorf("%+v %s", r.Legs[0], s.state(p))
		}
	})
}

// P8: published words are corrected where they stand, the first ones stay in the
// record, and what has the same words is left alone.
func TestPublishedWordsAreCorrected(t *testing.T) {
	each(t, func(s *stage) {
		s.wire.caps.Edit = true
		for k, c := range s.door.channels {
			c.Capabilities.Edit = true
			s.door.channels[k] = c
		}
		s.ledger(LedgerConfig{Alone: true})
		p := s.sent("À 12 €", s.chans...)
		text, own := "À 14 €", "À 12 €"
		vs := []Variant{{Channel: s.chans[0]}, {Channel: s.chans[1], Text: &own}}
		p, err := s.room.Get(s.Context(), s.claire, s.brand, p.ID)
		if err == nil {
			p, err = s.room.Save(s.Context(), s.claire, s.brand, p.ID, p.Version, Edit{Text: &text, Variants: &vs})
		}
		if err != nil {
			s.Fatal(err)
		}
		r := s.recalled(s.recall(RecallOrder{Kind: Correct, Posts: []id.Post{p.ID}}))
		if got := receipts(r); !slices.Equal(got, []RecallState{RecallCorrected}) {
			s.Fatalf("%v", got)
		}
		l := r.Legs[0]
		if l.Original.Text() != "À 12 €" || l.Content.Text() != "À 14 €" || l.Channel != s.chans[0] || s.wire.edits != 1 {
			s.Errorf("%+v, %d edits", l, s.wire.edits)
		}
		for _, pub := range s.pubs(p) {
			if want := map[bool]string{true: "À 14 €", false: "À 12 €"}[pub.Channel == s.chans[0]]; pub.State != Sent || pub.Content.Text() != want || pub.Hash != pub.Content.Hash() {
				s.Errorf("%+v", pub)
			}
		}
		if s.acts(ActCorrected) != 1 {
			s.Error("no act")
		}
	})
}

// P8, P6: words that nobody approved are not put in the place of those that were.
func TestACorrectionNeedsItsOwnApproval(t *testing.T) {
	each(t, func(s *stage) {
		s.wire.caps.Edit = true
		for k, c := range s.door.channels {
			c.Capabilities.Edit = true
			s.door.channels[k] = c
		}
		s.ledger(LedgerConfig{Alone: true})
		p := s.sent("À 12 €")
		s.room.Gate = closed{}
		text := "À 14 €"
		p, err := s.room.Get(s.Context(), s.claire, s.brand, p.ID)
		if err == nil {
			p, err = s.room.Save(s.Context(), s.claire, s.brand, p.ID, p.Version, Edit{Text: &text})
		}
		if err != nil {
			s.Fatal(err)
		}
		_, err = s.room.Recall(s.Context(), s.claire, s.brand, RecallOrder{Kind: Correct, Reason: "prix", Posts: []id.Post{p.ID}})
		if fault.Of(err) != fault.Conflict || fault.MessageKey(err) != "publishing.recall.uncleared" || s.wire.edits != 0 {
			s.Errorf("%v, %d edits", err, s.wire.edits)
		}
		if n, _ := sqldb.Value[int64](s.Context(), s.db, `SELECT COUNT(*) FROM recall`); n != 0 {
			s.Error("something was kept")
		}
	})
}

type closed struct{}

func (closed) Ask(context.Context, *sqldb.Tx, team.Actor, Question) (Answer, error) {
	return Answer{Cleared: map[id.Channel]bool{}}, nil
}

// A1, P8: every post that shows a picture is recalled at once; the others stay.
func TestEveryPostOfAMediaIsRecalled(t *testing.T) {
	each(t, func(s *stage) {
		m := id.New[id.Media]()
		s.media[m] = MediaInfo{ID: m, Type: "image/jpeg", Bytes: 4, Width: 2, Height: 2, Alt: "un bol", Ready: true}
		s.ledger(LedgerConfig{Alone: true})
		with := func(text string, refs ...MediaRef) Post {
			vs := []Variant{{Channel: s.chans[0]}}
			p, err := s.room.Create(s.Context(), s.claire, s.brand, Edit{Text: &text, Variants: &vs, Media: &refs})
			if err != nil {
				s.Fatal(err)
			}
			return s.schedule(p, When{Now: true})
		}
		ref := MediaRef{ID: m, Alt: "un bol"}
		a, b, other := with("Un", ref), with("Deux", ref), with("Sans image")
		for _, p := range []Post{a, b, other} {
			s.untilState(p, Sent)
		}
		r := s.recalled(s.recall(RecallOrder{Media: m}))
		if len(r.Legs) != 2 || s.state(a) != Withdrawn || s.state(b) != Withdrawn || s.state(other) != Sent || r.Media != m {
			s.Errorf("%d legs, %s %s %s", len(r.Legs), s.state(a), s.state(b), s.state(other))
		}
	})
}

// P8: a thread that failed half-way has what left taken back, by the recall and
// by itself.
func TestAHalfSentThreadCanBeTakenBack(t *testing.T) {
	for _, how := range []string{"recall", "withdraw"} {
		each(t, func(s *stage) {
			s.wire.fate = func(n int, _ network.Intent) (bool, error) {
				if n == 2 {
					return false, refused(fault.Invalid, "network.refused")
				}
				return true, nil
			}
			s.ledger(LedgerConfig{Alone: true})
			p := s.schedule(s.draft("Un\n---\nDeux\n---\nTrois"), When{Now: true})
			s.untilState(p, Failed)
			if how == "recall" {
				if r := s.recalled(s.recall(RecallOrder{Posts: []id.Post{p.ID}})); r.Legs[0].State != RecallDeleted {
					s.Errorf("%+v", r.Legs[0])
				}
			} else if err := s.room.Withdraw(s.Context(), s.claire, s.brand, s.pubs(p)[0].ID); err != nil {
				s.Fatal(err)
			}
			if s.state(p) != Withdrawn || len(s.wire.keys()) != 0 {
				s.Errorf("%s: %s, %v", how, s.state(p), s.wire.keys())
			}
			if err := s.room.Retry(s.Context(), s.claire, s.brand, s.pubs(p)[0].ID); fault.Of(err) != fault.Conflict {
				s.Errorf("what was taken back is sent again: %v", err)
			}
		})
	}
}

// P8: a program that dies in the middle of its calls leaves nothing half done,
// and two gestures at once make one recall.
func TestARecallSurvivesTheDeathOfItsNode(t *testing.T) {
	each(t, func(s *stage) {
		first := s.ledger(LedgerConfig{Alone: true})
		p := s.sent("Un", s.chans...)
		ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
		defer stop()
		if err := first.Stop(ctx); err != nil {
			s.Fatal(err)
		}
		r := s.recall(RecallOrder{Posts: []id.Post{p.ID}})
		if _, err := s.room.Recall(s.Context(), s.claire, s.brand, RecallOrder{Kind: TakeBack, Reason: "aussi", Posts: []id.Post{p.ID}}); fault.MessageKey(err) != "publishing.recall.nothing" {
			s.Errorf("recalled twice: %v", err)
		}
		// Written down, and then nobody was there any more.
		if _, err := s.db.Exec(s.Context(), `UPDATE recall_leg SET state = 'calling', node = 'dead', attempts = 1, next_at = NULL`); err != nil {
			s.Fatal(err)
		}
		s.ledger(LedgerConfig{Alone: true})
		r = s.recalled(r)
		if got := receipts(r); !slices.Equal(got, []RecallState{RecallDeleted, RecallDeleted}) || len(s.wire.keys()) != 0 {
			s.Errorf("%v %v", got, s.wire.keys())
		}
	})
}

// A stranger learns nothing of a recall, and recalls nothing of another's.
func TestARecallStaysInItsBrand(t *testing.T) {
	each(t, func(s *stage) {
		s.ledger(LedgerConfig{Alone: true})
		p := s.sent("Un")
		r := s.recalled(s.recall(RecallOrder{Posts: []id.Post{p.ID}}))
		other := id.New[id.Brand]()
		stranger := team.Actor{Person: id.New[id.Person](), Roles: map[id.Brand]team.Role{other: team.Owner}}
		for name, err := range map[string]error{
			"read":            second(s.room.GetRecall(s.Context(), stranger, s.brand, r.ID)),
			"read as hers":    second(s.room.GetRecall(s.Context(), stranger, other, r.ID)),
			"recall as hers":  second(s.room.Recall(s.Context(), stranger, other, RecallOrder{Kind: TakeBack, Reason: "x", Posts: []id.Post{p.ID}})),
			"plan as hers":    second(s.room.RecallPlan(s.Context(), stranger, other, RecallOrder{Kind: TakeBack, Posts: []id.Post{p.ID}})),
			"by hand as hers": s.room.DoneByHand(s.Context(), stranger, other, r.ID, r.Legs[0].ID),
		} {
			if fault.Of(err) != fault.NotFound {
				s.Errorf("%s: %v", name, err)
			}
		}
		reader := team.Actor{Person: id.New[id.Person](), Roles: map[id.Brand]team.Role{s.brand: team.Analyst}}
		if _, err := s.room.Recall(s.Context(), reader, s.brand, RecallOrder{Kind: TakeBack, Reason: "x", Posts: []id.Post{p.ID}}); fault.Of(err) != fault.Forbidden {
			s.Errorf("who only reads: %v", err)
		}
		for _, reason := range []string{"", "  ", strings.Repeat("x", MaxReason+1)} {
			if _, err := s.room.Recall(s.Context(), s.claire, s.brand, RecallOrder{Kind: TakeBack, Reason: reason, Posts: []id.Post{p.ID}}); fault.Of(err) != fault.Invalid {
				s.Errorf("without its reason: %v", err)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }

// P8: what a recall left to a hand, and nobody has closed within a day, is
// written about a second time, once, at an hour at which people work; the story
// of the publication says so.
func TestWhatIsLeftToAHandIsWrittenAboutAgain(t *testing.T) {
	each(t, func(s *stage) {
		manager := id.New[id.Person]()
		s.room.Answerable = func(context.Context, id.Brand) ([]id.Person, error) { return []id.Person{manager}, nil }
		var letters []Recall
		s.room.Remind = func(_ context.Context, _ *sqldb.Tx, r Recall) error { letters = append(letters, r); return nil }
		s.ledger(LedgerConfig{Alone: true})
		p := s.sent("Un prix faux", s.chans[0])
		other := s.sent("Un autre prix", s.chans[0])
		s.wire.mu.Lock()
		s.wire.erase = func(int, network.Ref) error { return refused(fault.Forbidden, "network.forbidden") }
		s.wire.mu.Unlock()
		r := s.recalled(s.recall(RecallOrder{Posts: []id.Post{p.ID, other.ID}}))
		if got := receipts(r); !slices.Equal(got, []RecallState{RecallCannot, RecallCannot}) {
			s.Fatalf("%v", got)
		}
		done := r.Legs[0]
		if done.Post == p.ID {
			done = r.Legs[1]
		}
		if err := s.room.DoneByHand(s.Context(), s.claire, s.brand, r.ID, done.ID); err != nil {
			s.Fatal(err)
		}
		// An hour of work at which the receipts are so old: the clock of the
		// database is the wall's, so the receipts are made older.
		age := func(by time.Duration) {
			if _, err := s.db.Exec(s.Context(), `UPDATE recall_leg SET ended_at = ? WHERE ended_at IS NOT NULL`, sqldb.At(s.db.Now().Add(-by))); err != nil {
				s.Fatal(err)
			}
		}
		age(23 * time.Hour)
		s.remind(12)
		if len(letters) != 0 {
			s.Error("a letter before its day")
		}
		age(25 * time.Hour)
		s.remind(3)
		if len(letters) != 0 {
			s.Error("a letter at night")
		}
		for range 3 {
			s.remind(12)
		}
		if len(letters) != 1 || len(letters[0].Legs) != 1 || letters[0].Legs[0].Post != p.ID || !slices.Contains(letters[0].Told, manager) || !slices.Contains(letters[0].Told, s.claire.Person) {
			s.Fatalf("%d letters: %+v", len(letters), letters)
		}
		if !slices.Contains(s.steps(p), StepReminded) || slices.Contains(s.steps(other), StepReminded) {
			s.Errorf("the story: %v, %v", s.steps(p), s.steps(other))
		}
		if s.acts(ActRecallReminded) != 1 {
			s.Errorf("%d acts", s.acts(ActRecallReminded))
		}
	})
}

// remind makes the round of second letters at such an hour of the brand's day:
// in a zone where it is that hour now.
func (s *stage) remind(hour int) {
	s.Helper()
	was := s.room.Zone
	defer func() { s.room.Zone = was }()
	s.room.Zone = func(context.Context, sqldb.Q, id.Brand) (string, error) {
		off := s.db.Now().UTC().Hour() - hour // Etc/GMT+3 is three hours behind
		for off > 12 {
			off -= 24
		}
		for off < -14 {
			off += 24
		}
		if off == 0 {
			return "UTC", nil
		}
		return fmt.Sprintf("Etc/GMT%+d", off), nil
	}
	if err := s.room.RemindRecalls(s.Context()); err != nil {
		s.Fatal(err)
	}
}
