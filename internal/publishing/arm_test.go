package publishing

import (
	"reflect"
	"testing"
	"time"

	"vigie/internal/platform/sqldb"
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
		if l.armed.of[pub.ID].Content.Text() != "premier texte" {
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
		now := s.pubs(p)[0]
		if out, rest := l.armed.take([]claim{{now.ID, now.Version + 1}}, s.db.Now()); len(rest) != 1 {
			s.Fatalf("the first text would leave: %q", out[0].Content.Text())
		}
		s.ledger(LedgerConfig{})
		s.untilState(p, Sent)
		if got := s.wire.posts[0].Text; got != "second texte" {
			s.Errorf("left: %q", got)
		}
	})
}

// What a claim brings from what was ready is what the row says, to the
// millisecond: the names that a network lets its clients choose hang on it.
func TestWhatWasReadyIsWhatTheRowSays(t *testing.T) {
	each(t, func(s *stage) {
		s.schedule(s.draft("un\n---\ndeux"), s.in(time.Minute))
		if _, err := s.db.Exec(s.Context(), `UPDATE publication SET due_at = ?, next_at = ?`, ms(s.db.Now().Add(100*time.Millisecond)), ms(s.db.Now().Add(100*time.Millisecond))); err != nil {
			s.Fatal(err)
		}
		l := NewLedger(s.room, LedgerConfig{})
		l.arm(s.Context())
		time.Sleep(150 * time.Millisecond)
		got, err := l.claim(s.Context(), 10)
		if err != nil || len(got) != 1 || got[0].ready == nil {
			s.Fatalf("%v: %+v", err, got)
		}
		read, err := sqldb.One(s.Context(), s.db, scanClaimed, `SELECT `+publicationColumns+`, intent_at FROM publication`)
		if err != nil {
			s.Fatal(err)
		}
		one := []claimed{read}
		if err := readContent(s.Context(), s.db, one); err != nil {
			s.Fatal(err)
		}
		if !reflect.DeepEqual(got[0].Publication, one[0].Publication) || !got[0].intent.Equal(one[0].intent) {
			s.Errorf("ready: %+v at %s\nrow:   %+v at %s", got[0].Publication, got[0].intent, one[0].Publication, one[0].intent)
		}
		in, err := l.prepare(s.Context(), &got[0], 0)
		if want := one[0].Publication.intent(0, one[0].intent); err != nil || in.Key != want.Key || !in.Made.Equal(want.Made) || in.Text != want.Text {
			s.Errorf("%v: %+v, not %+v", err, in, want)
		}
	})
}

func ms(t time.Time) int64 { return t.UnixMilli() }
