package publishing

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"vigie/internal/network"
)

// Start and Stop leave nothing running, whatever happened in between.
func TestAStopLeavesNothingRunning(t *testing.T) {
	each(t, func(s *stage) {
		s.wire.fate = func(n int, _ network.Intent) (bool, error) {
			if n%4 == 0 {
				return n%8 == 0, unknown()
			}
			return true, nil
		}
		for range 2 { // the pools have made their connections after the first
			before := goleak.IgnoreCurrent()
			l := NewLedger(s.room, LedgerConfig{Settle: time.Millisecond})
			if err := l.Start(s.Context()); err != nil {
				s.Fatal(err)
			}
			var posts []Post
			for range 12 {
				posts = append(posts, s.schedule(s.draft("un\n---\ndeux"), When{Now: true}))
			}
			s.until("all tried", func() bool { return s.inState(Planned) == 0 })
			s.untilState(posts[0], Sent)
			if err := l.Stop(s.Context()); err != nil {
				s.Fatal(err)
			}
			// The pool of connections may start its own broom meanwhile.
			goleak.VerifyNone(s.T, before, goleak.IgnoreTopFunction("database/sql.(*DB).connectionCleaner"))
		}
	})
}
