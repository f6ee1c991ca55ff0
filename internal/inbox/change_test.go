package inbox

import (
	"context"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Optimistic and undoable: what was done to several is taken back together, and
// what somebody changed since stays.
func TestAGestureIsTakenBack(t *testing.T) {
	each(t, func(s *stage) {
		s.take(item("m1", "", "", "lise", "Un", 1), item("m2", "", "", "tom", "Deux", 2), item("m3", "", "", "ana", "Trois", 3))
		var ids []ConversationID
		for _, c := range s.all(Filter{}) {
			ids = append(ids, c.ID)
		}
		did, err := s.Do(t.Context(), s.claire, s.brand, ids, Deed{State: Done})
		s.ok(err)
		if did.N != 3 || len(s.all(Filter{State: Open})) != 0 {
			t.Fatalf("%+v", did)
		}
		_, err = s.Do(t.Context(), s.karim, s.brand, ids[:1], Deed{State: Waiting})
		s.ok(err)
		if _, err := s.Undo(t.Context(), s.karim, s.brand, did.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("somebody else took it back: %v", err)
		}
		n, err := s.Undo(t.Context(), s.claire, s.brand, did.ID)
		s.ok(err)
		if n != 2 || len(s.all(Filter{State: Open})) != 2 || len(s.all(Filter{State: Waiting})) != 1 {
			t.Errorf("%d back, %d open", n, len(s.all(Filter{State: Open})))
		}
		if _, err := s.Do(t.Context(), s.claire, s.brand, append(ids, id.New[ConversationID]()), Deed{State: Done}); !fault.Is(err, fault.NotFound) || len(s.all(Filter{State: Done})) != 0 {
			t.Errorf("all or none: %v", err)
		}
	})
}

// A snoozed one comes back at its hour, or when somebody speaks in it.
func TestSnoozedComesBack(t *testing.T) {
	each(t, func(s *stage) {
		s.take(item("m1", "", "", "lise", "Un", 1), item("m2", "", "", "tom", "Deux", 2))
		all := s.all(Filter{})
		_, err := s.Do(t.Context(), s.claire, s.brand, []ConversationID{all[0].ID, all[1].ID}, Deed{State: Snoozed, Until: s.db.Now().Add(time.Hour)})
		s.ok(err)
		s.ok(s.Wake(t.Context()))
		if n := len(s.all(Filter{State: Open})); n != 0 {
			t.Errorf("%d came back too early", n)
		}
		s.take(item("m3", "m1", "m1", "lise", "Alors ?", 5))
		if n := len(s.all(Filter{State: Open})); n != 1 {
			t.Errorf("%d open after somebody spoke", n)
		}
		_, err = s.db.Exec(t.Context(), `UPDATE conversation SET until = 1 WHERE state = 'snoozed'`)
		s.ok(err)
		s.ok(s.Wake(t.Context()))
		if n := len(s.all(Filter{State: Open})); n != 2 {
			t.Errorf("%d open after its hour", n)
		}
		if _, err := s.Do(t.Context(), s.claire, s.brand, []ConversationID{all[0].ID}, Deed{State: Snoozed, Until: s.db.Now().Add(-time.Hour)}); !fault.Is(err, fault.Invalid) {
			t.Errorf("put off into the past: %v", err)
		}
	})
}

// What one person has read is new to another, and new again when somebody
// speaks.
func TestReadIsEachPersonsOwn(t *testing.T) {
	each(t, func(s *stage) {
		s.take(item("m1", "", "", "lise", "Un", 1))
		c := s.only(Filter{Unread: true})
		s.ok(s.MarkRead(t.Context(), s.claire, s.brand, []ConversationID{c.ID}, s.db.Now()))
		if len(s.all(Filter{Unread: true})) != 0 {
			t.Error("read, and unread")
		}
		theirs, err := s.List(t.Context(), s.karim, s.brand, Filter{Unread: true}, "", 10)
		s.ok(err)
		if len(theirs.Items) != 1 {
			t.Error("read for somebody else")
		}
		s.ok(s.MarkRead(t.Context(), s.claire, s.brand, []ConversationID{c.ID}, time.Time{}))
		if len(s.all(Filter{Unread: true})) != 1 {
			t.Error("marked unread, and read")
		}
	})
}

// Every filter and its next page give each conversation once, in order.
func TestListsArePagedWithoutGapOrDouble(t *testing.T) {
	each(t, func(s *stage) {
		for i := range 23 {
			it := item(id.New[string](), "", "", []string{"lise", "tom"}[i%2], "Un", i/3) // several at the same minute
			if i%4 == 0 {
				it.Language = "en-GB"
			}
			s.take(it)
		}
		for name, f := range map[string]Filter{"all": {}, "open": {State: Open}, "channel, all states": {Channel: s.ch.ID}, "nobody's": {Assignee: Nobody}, "english": {Language: "en"}, "unread": {Unread: true}, "found": {Text: "lise"}} {
			want := s.all(f)
			var got []Conversation
			cursor := ""
			for {
				page, err := s.List(t.Context(), s.claire, s.brand, f, cursor, 4)
				s.ok(err)
				got = append(got, page.Items...)
				if cursor = page.Next; cursor == "" {
					break
				}
			}
			if len(got) != len(want) || len(want) == 0 {
				t.Fatalf("%s: %d in pages, %d at once", name, len(got), len(want))
			}
			for i := range got {
				if got[i].ID != want[i].ID {
					t.Errorf("%s: another order at %d", name, i)
				}
			}
		}
	})
}

// ledger is publishing in small: it calls Still in a transaction and forgets
// what Still refused.
type ledger struct {
	s     *stage
	sent  []Answer
	taken []id.Post
}

func (l *ledger) Answer(ctx context.Context, _ team.Actor, _ id.Brand, in Answer) (id.Post, error) {
	if in.ID == "" {
		in.ID = id.New[id.Post]()
	}
	err := l.s.db.Write(ctx, func(tx *sqldb.Tx) error { return in.Still(ctx, tx, in.ID) })
	if err == nil {
		l.sent = append(l.sent, in)
	}
	return in.ID, err
}
func (l *ledger) Look(context.Context, team.Actor, id.Brand, Answer) (Seen, error) {
	return Seen{Able: true}, nil
}
func (l *ledger) Answers(context.Context, team.Actor, id.Brand, ConversationID) ([]Said, error) {
	return nil, nil
}
func (l *ledger) TakeBack(_ context.Context, _ team.Actor, _ id.Brand, p id.Post) (string, error) {
	l.taken = append(l.taken, p)
	return "mes mots", nil
}

// I4: two people on one item: the second is told before anything leaves, keeps
// her words, and may still answer.
func TestTwoPeopleDoNotAnswerTheSameUnknowingly(t *testing.T) {
	each(t, func(s *stage) {
		l := &ledger{s: s}
		s.Answers = l
		s.take(comment("c1", "p1", "lise", "Cassée !", 1))
		c := s.only(Filter{State: Open})
		seen := s.db.Now()
		first, err := s.Reply(t.Context(), s.karim, s.brand, c.ID, Reply{Text: "Nous la remplaçons.", Seen: seen})
		s.ok(err)
		if l.sent[0].Parent != "c1" || l.sent[0].Root != "p1" || l.sent[0].Whom != "lise" {
			t.Errorf("%+v", l.sent[0])
		}
		if c := s.only(Filter{}); c.State != Done || c.DoneBy != s.karim.Person {
			t.Errorf("%+v", c)
		}
		_, err = s.Reply(t.Context(), s.claire, s.brand, c.ID, Reply{Text: "Désolée, Lise.", Seen: seen})
		if e := fault.As(err); e == nil || e.Kind != fault.Conflict || e.Field != "anyway" || e.Values["who"] != string(s.karim.Person) {
			t.Fatalf("nobody said that Karim answered: %v", err)
		}
		if len(l.sent) != 1 {
			t.Error("it left all the same")
		}
		_, err = s.Reply(t.Context(), s.claire, s.brand, c.ID, Reply{Text: "Désolée, Lise.", Seen: seen, Anyway: true, Then: Waiting})
		s.ok(err)
		if c := s.only(Filter{}); c.State != Waiting || len(l.sent) != 2 {
			t.Errorf("%+v", c)
		}
		s.ok(s.TakeBack(t.Context(), s.karim, s.brand, c.ID, first))
		th, err := s.Read(t.Context(), s.karim, s.brand, c.ID, time.Time{})
		s.ok(err)
		if th.Draft != "mes mots" || th.State != Open {
			t.Errorf("taken back: %q %s", th.Draft, th.State)
		}
		if err := s.TakeBack(t.Context(), s.karim, s.brand, c.ID, id.New[id.Post]()); !fault.Is(err, fault.NotFound) {
			t.Errorf("an answer of nowhere: %v", err)
		}
	})
}

// Deleted while being answered: nothing is sent to nobody.
func TestADeletedMessageIsNotAnswered(t *testing.T) {
	each(t, func(s *stage) {
		s.Answers = &ledger{s: s}
		it := comment("c1", "p1", "lise", "Cassée !", 1)
		s.take(it)
		c := s.only(Filter{})
		it.Gone = true
		s.take(it)
		if _, err := s.Reply(t.Context(), s.claire, s.brand, c.ID, Reply{Text: "Oh"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("%v", err)
		}
	})
}

// What we published stands above what people answer, whoever told it first.
func TestWhatWePublishedIsKnownAsOurs(t *testing.T) {
	each(t, func(s *stage) {
		s.Posts = posts{"pub": {Channel: s.ch.ID, Post: "post", Parts: []Part{{Ref: "p1", Text: "Le coffret est là", At: noon}, {Ref: "p2", Text: "Suite", At: noon}}},
			"answer": {Channel: s.ch.ID, Answer: true, Parts: []Part{{Ref: "a9"}}}}
		for _, p := range []string{"pub", "answer", "none"} {
			s.ok(s.db.Write(t.Context(), func(tx *sqldb.Tx) error {
				return s.ReadSent(t.Context(), tx, []logbook.Record{{Brand: s.brand, Act: SentAct, Subject: logbook.Subject{Kind: "publication", ID: p}, At: noon}})
			}))
		}
		// A network that does not say that it is a comment.
		s.take(item("r1", "p2", "p1", "lise", "Oh", 1), item("r2", "p2", "p1", "tom", "Ah", 2), ours(item("p1", "", "", "kerlann", "Le coffret est là", 0)))
		all := s.all(Filter{})
		if len(all) != 2 {
			t.Fatalf("%d conversations", len(all))
		}
		if th := s.read(all[0].ID); th.Under == nil || th.Under.Text != "Suite" || th.Under.Post != "post" {
			t.Errorf("%+v", th.Under)
		}
	})
}

type posts map[string]Published

func (p posts) Published(_ context.Context, _ sqldb.Q, _ id.Brand, pub id.Publication) (Published, error) {
	x, ok := p[string(pub)]
	if !ok {
		return x, fault.New(fault.NotFound, "")
	}
	return x, nil
}
