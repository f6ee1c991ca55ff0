package publishing

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
)

// watchful is an examiner that a test decides for.
type watchful struct {
	word  atomic.Value // what it blocks
	asked atomic.Int64
	fate  func() error
}

func (w *watchful) Examine(_ context.Context, _ sqldb.Q, s Subject) ([]Finding, error) {
	w.asked.Add(1)
	if w.fate != nil {
		if err := w.fate(); err != nil {
			return nil, err
		}
	}
	word, _ := w.word.Load().(string)
	if word == "" {
		return nil, nil
	}
	for i, p := range s.Content.Parts {
		if at := strings.Index(p.Text, word); at >= 0 {
			return []Finding{{Rule: "test.word", Severity: network.Block, Part: i, Start: at, End: at + len(word), Key: "test.word", Values: map[string]any{"word": word}}}, nil
		}
	}
	return nil, nil
}

func TestABlockingFindingRefusesTheSchedule(t *testing.T) {
	each(t, func(s *stage) {
		w := &watchful{}
		w.word.Store("gratuit")
		s.room.Examiners = []Examiner{w}
		p := s.draft("Tout est gratuit")
		_, err := s.room.Schedule(s.Context(), s.claire, s.brand, p.ID, p.Version, s.in(time.Hour))
		if f := fault.As(err); f == nil || f.Key != "publishing.blocked" || f.Values["problem"] != "test.word" {
			s.Fatalf("scheduled what is blocked: %v", err)
		}
		if n := len(s.pubs(p)); n != 0 {
			s.Fatalf("%d publications of a refused schedule", n)
		}
		all, err := s.room.Examine(s.Context(), s.claire, p)
		if err != nil || len(all) != 1 || len(all[0].Findings) != 1 || all[0].Findings[0].Start != len("Tout est ") {
			s.Fatalf("examined: %+v, %v", all, err)
		}
		w.word.Store("")
		s.schedule(p, s.in(time.Hour))
	})
}

// P6, P8: what was allowed when it was planned is looked at again before its
// call, whether it was made ready before its hour or not.
func TestABlockingFindingStopsAPublicationBeforeItsCall(t *testing.T) {
	each(t, func(s *stage) {
		for _, wait := range []time.Duration{0, 900 * time.Millisecond} {
			w := &watchful{}
			s.room.Examiners = []Examiner{w}
			p := s.schedule(s.draft("Tout est gratuit"), s.in(time.Hour))
			w.word.Store("gratuit")
			// Its hour comes: at once, or in time to be made ready.
			if _, err := s.db.Exec(s.Context(), `UPDATE publication SET due_at = ?, next_at = ? WHERE post = ?`, sqldb.At(s.db.Now().Add(wait)), sqldb.At(s.db.Now().Add(wait)), p.ID); err != nil {
				s.Fatal(err)
			}
			l := s.ledger(LedgerConfig{Alone: true})
			s.untilState(p, Failed)
			pub := s.pubs(p)[0]
			if pub.Problem != "test.word" || pub.Detail["word"] != "gratuit" || pub.Attempts != 0 || s.wire.calls != 0 {
				s.Fatalf("stopped as %q with %v after %d attempts, %d calls", pub.Problem, pub.Detail, pub.Attempts, s.wire.calls)
			}
			if steps := s.steps(p); steps[len(steps)-1] != StepBlocked {
				s.Fatalf("its story: %v", steps)
			}
			// The rule goes, a person tries again: it leaves.
			w.word.Store("")
			if err := s.room.Retry(s.Context(), s.claire, s.brand, pub.ID); err != nil {
				s.Fatal(err)
			}
			s.untilState(p, Sent)
			ctx, end := context.WithTimeout(context.Background(), 5*time.Second)
			if err := l.Stop(ctx); err != nil {
				s.Fatal(err)
			}
			end()
			s.wire.calls = 0
		}
	})
}

// A check that cannot be made is no permission.
func TestABrokenExaminerLetsNothingLeave(t *testing.T) {
	each(t, func(s *stage) {
		w := &watchful{}
		s.room.Examiners = []Examiner{w}
		p := s.schedule(s.draft("Bonjour"), s.in(time.Hour))
		w.fate = func() error { panic("broken") }
		if _, err := s.db.Exec(s.Context(), `UPDATE publication SET due_at = ?, next_at = ? WHERE post = ?`, sqldb.At(s.db.Now()), sqldb.At(s.db.Now()), p.ID); err != nil {
			s.Fatal(err)
		}
		s.ledger(LedgerConfig{Alone: true})
		s.untilState(p, Due)
		if s.wire.calls != 0 || s.pubs(p)[0].Problem != "publishing.examiner" {
			s.Fatalf("%d calls, problem %q", s.wire.calls, s.pubs(p)[0].Problem)
		}
	})
}

// hourly is an examiner that closes the hours after a moment.
type hourly struct{ until time.Time }

func (h *hourly) Examine(_ context.Context, _ sqldb.Q, s Subject) ([]Finding, error) {
	if s.At.After(h.until) {
		return []Finding{{Rule: "test.hour", Severity: network.Block, Key: "test.hour"}}, nil
	}
	return nil, nil
}

// P6: the hours of a tone hold for a move as for a schedule.
func TestABlockedHourRefusesTheMove(t *testing.T) {
	each(t, func(s *stage) {
		s.room.Examiners = []Examiner{&hourly{s.db.Now().Add(24 * time.Hour)}}
		p := s.schedule(s.draft("Bonjour"), s.in(time.Hour))
		if _, err := s.room.MoveTo(s.Context(), s.claire, s.brand, Move{Post: p.ID, To: s.in(48 * time.Hour).Wall}); fault.MessageKey(err) != "publishing.blocked" {
			s.Fatalf("moved to a closed hour: %v", err)
		}
		if _, err := s.room.MoveTo(s.Context(), s.claire, s.brand, Move{Post: p.ID, To: s.in(2 * time.Hour).Wall}); err != nil {
			s.Fatal(err)
		}
	})
}
