package publishing

import (
	"testing"
	"time"
)

// What was made ready before its hour and then changed leaves as it was
// scheduled last.
func TestWhatIsReadyAndChangesLeavesAsScheduledLast(t *testing.T) {
	each(t, func(s *stage) {
		p := s.schedule(s.draft("premier texte"), s.in(time.Minute))
		l := NewLedger(s.room, LedgerConfig{})
		if _, err := s.db.Exec(s.Context(), `UPDATE publication SET due_at = ?, next_at = ?`, ms(s.db.Now().Add(2*time.Second)), ms(s.db.Now().Add(2*time.Second))); err != nil {
			s.Fatal(err)
		}
		l.arm(s.Context())
		pub := s.pubs(p)[0]
		if l.armed.of[pub.ID].content.Text() != "premier texte" {
			s.Fatal("it was not made ready")
		}
		p, err := s.room.Get(s.Context(), s.claire, s.brand, p.ID)
		if err != nil {
			s.Fatal(err)
		}
		if p, err = s.room.Save(s.Context(), s.claire, s.brand, p.ID, p.Version, Edit{Text: ptr("second texte")}); err != nil {
			s.Fatal(err)
		}
		p = s.schedule(p, When{Now: true})
		batch := []claimed{{Publication: s.pubs(p)[0]}}
		batch[0].Content = Content{}
		if missing := l.armed.take(batch); len(missing) != 1 {
			s.Fatalf("the first text would leave: %q", batch[0].Content.Text())
		}
		s.ledger(LedgerConfig{})
		s.untilState(p, Sent)
		if got := s.wire.posts[0].Text; got != "second texte" {
			s.Errorf("left: %q", got)
		}
	})
}

func ms(t time.Time) int64 { return t.UnixMilli() }
