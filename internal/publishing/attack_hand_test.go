package publishing

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
)

// hand is a wall clock that somebody sets while the program runs.
type hand struct {
	mu  sync.Mutex
	off time.Duration
}

func (h *hand) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return time.Now().UTC().Truncate(time.Millisecond).Add(h.off)
}

func (h *hand) move(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.off += d
}

func eachHand(t *testing.T, fn func(s *stage, h *hand)) {
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(d), func(t *testing.T) {
			h := &hand{}
			fn(newStage(t, sqldbtest.Open(t, d, schemas, sqldbtest.Now(h.now))), h)
		})
	}
}

// ear counts the lines of the log that hold some words.
type ear struct {
	slog.Handler
	mu    sync.Mutex
	lines []string
}

func (e *ear) Enabled(context.Context, slog.Level) bool { return true }
func (e *ear) Handle(_ context.Context, r slog.Record) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lines = append(e.lines, r.Message)
	return nil
}

func (e *ear) heard(words string) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := 0
	for _, l := range e.lines {
		if strings.Contains(l, words) {
			n++
		}
	}
	return n
}

func (s *stage) listen() *ear {
	e := &ear{}
	s.room.Log = slog.New(e)
	return e
}

// hold makes every call wait at the network; let lets them go.
func (w *wire) hold() (let func()) {
	gate := make(chan struct{})
	w.mu.Lock()
	w.gate = gate
	w.mu.Unlock()
	var once sync.Once
	return func() {
		once.Do(func() {
			w.mu.Lock()
			w.gate = nil
			w.mu.Unlock()
			close(gate)
		})
	}
}

func (w *wire) called() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls
}

// hands is a ledger without its loops: a test makes each move itself.
func (s *stage) hands(c LedgerConfig) *Ledger {
	s.Helper()
	l := NewLedger(s.room, c)
	if err := l.join(s.Context()); err != nil {
		s.Fatal(err)
	}
	l.results.start()
	s.Cleanup(func() { l.ended.Do(l.results.stopAll); l.running.Wait() })
	return l
}

// take claims what is due and reads what it says.
func (s *stage) take(l *Ledger) []claimed {
	s.Helper()
	got, err := l.flights.claim(func() ([]claimed, error) { return l.claim(s.Context(), 1000) })
	if err == nil {
		err = readContent(s.Context(), s.db, got)
	}
	if err != nil {
		s.Fatal(err)
	}
	return got
}

func (s *stage) oncePerKey(want int) {
	s.Helper()
	keys := s.wire.keys()
	if len(keys) != want {
		s.Errorf("%d utterances on the network, want %d", len(keys), want)
	}
	for k, n := range keys {
		if n != 1 {
			s.Errorf("%s stands %d times", k, n)
		}
	}
}

func (s *stage) acts(act string) int64 {
	s.Helper()
	n, err := sqldb.Value[int64](s.Context(), s.db, `SELECT COUNT(*) FROM act WHERE act = ?`, act)
	if err != nil {
		s.Fatal(err)
	}
	return n
}

func (s *stage) inState(want State) int64 {
	s.Helper()
	n, err := sqldb.Value[int64](s.Context(), s.db, `SELECT COUNT(*) FROM publication WHERE state = ?`, want)
	if err != nil {
		s.Fatal(err)
	}
	return n
}

var errBroken = errors.New("broken on purpose")

func contains(s, part string) bool { return strings.Contains(s, part) }
