package jobs

import (
	"context"
	"log/slog"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(victimVariable); url != "" {
		beVictim(url)
		return
	}
	goleak.VerifyTestMain(m)
}

// each runs a test on both engines with the queue's tables made.
func each(t *testing.T, test func(t *testing.T, db *sqldb.DB), opts ...sqldbtest.Option) {
	t.Helper()
	sqldbtest.Each(t, nil, test, append(opts, sqldbtest.Prepared("jobs-1", Migrate))...)
}

func quick() Config {
	return Config{Poll: 10 * time.Millisecond, Log: slog.New(slog.DiscardHandler), quick: true, Beat: 20 * time.Millisecond, first: 10 * time.Millisecond}
}

func open(t testing.TB, db *sqldb.DB, c Config) *Queue {
	t.Helper()
	q, err := New(db, c)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func start(t testing.TB, q *Queue) {
	t.Helper()
	if err := q.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := q.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

func add(t testing.TB, db *sqldb.DB, q *Queue, kind string, args any, opts ...Opt) {
	t.Helper()
	if err := tryAdd(t, db, q, kind, args, opts...); err != nil {
		t.Fatal(err)
	}
}

func tryAdd(t testing.TB, db *sqldb.DB, q *Queue, kind string, args any, opts ...Opt) error {
	return db.Write(t.Context(), func(tx *sqldb.Tx) error { return q.Enqueue(t.Context(), tx, kind, args, opts...) })
}

func drain(t testing.TB, q *Queue) {
	t.Helper()
	if err := q.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// states counts the jobs by their state.
func states(t testing.TB, db *sqldb.DB) map[string]int {
	t.Helper()
	out := map[string]int{}
	err := sqldb.Each(t.Context(), db, func(s sqldb.Scanner) error {
		var state string
		var n int
		err := s.Scan(&state, &n)
		out[state] = n
		return err
	}, `SELECT CAST(state AS TEXT), count(*) FROM river_job GROUP BY state`)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
