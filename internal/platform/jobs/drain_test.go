package jobs

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
)

type about struct {
	Post id.Post `json:"post"`
	Part int     `json:"part,omitempty"`
}

func same(t testing.TB, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func TestAJobExistsIfAndOnlyIfItsTransactionCommits(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		q := open(t, db, quick())
		var ran []id.Post
		Handle(q, "preview", Options{}, func(_ context.Context, a about) error { ran = append(ran, a.Post); return nil })
		stop := errors.New("stop")
		err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
			if err := q.Enqueue(t.Context(), tx, "preview", about{Post: "undone"}); err != nil {
				t.Error(err)
			}
			return stop
		})
		if !errors.Is(err, stop) {
			t.Fatal(err)
		}
		add(t, db, q, "preview", about{Post: "kept"})
		drain(t, q)
		same(t, ran, []id.Post{"kept"})
		same(t, states(t, db), map[string]int{"completed": 1})
	})
}

func TestUniqueAddsNothingWhileOneWaits(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		q := open(t, db, quick())
		n := map[about]int{}
		Handle(q, "index", Options{}, func(_ context.Context, a about) error { n[a]++; return nil })
		for range 3 {
			err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
				for _, a := range []about{{Post: "1"}, {Post: "2"}, {Post: "2", Part: 1}, {Post: "1"}} {
					if err := q.Enqueue(t.Context(), tx, "index", a, Unique()); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		drain(t, q)
		same(t, n, map[about]int{{Post: "1"}: 1, {Post: "2"}: 1, {Post: "2", Part: 1}: 1})
		add(t, db, q, "index", about{Post: "1"}, Unique()) // the first is done: there is work again
		drain(t, q)
		same(t, n[about{Post: "1"}], 2)
	})
}

func TestOrderIsPriorityThenTime(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		q := open(t, db, quick())
		var ran []id.Post
		Handle(q, "test.work", Options{Priority: 3}, func(_ context.Context, a about) error { ran = append(ran, a.Post); return nil })
		add(t, db, q, "test.work", about{Post: "1"})
		add(t, db, q, "test.work", about{Post: "2"}, Priority(4))
		add(t, db, q, "test.work", about{Post: "3"}, Priority(1))
		add(t, db, q, "test.work", about{Post: "4"})
		drain(t, q)
		same(t, ran, []id.Post{"3", "1", "4", "2"})
	})
}

// The verdicts, walked by moving the database's clock.
func TestWhatHappensAfterAnError(t *testing.T) {
	for _, c := range []struct {
		name  string
		err   error
		runs  int            // within a day
		until time.Duration  // no second run before
		end   map[string]int // states after a day
	}{
		{"invalid ends the job", fault.New(fault.Invalid, "x"), 1, 0, map[string]int{"cancelled": 1}},
		{"unsupported ends the job", fault.New(fault.Unsupported, "x"), 1, 0, map[string]int{"cancelled": 1}},
		{"transient is tried again until the attempts are used up", fault.New(fault.Transient, "x"), 3, time.Second, map[string]int{"discarded": 1}},
		{"a plain error too", errors.New("x"), 3, time.Second, map[string]int{"discarded": 1}},
		{"the other side's wish is respected", fault.New(fault.TooMany, "x").After(2 * time.Hour), 3, 2 * time.Hour, map[string]int{"discarded": 1}},
		{"later does not count", Later(3 * time.Hour), 8, 3 * time.Hour, map[string]int{"scheduled": 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
			each(t, func(t *testing.T, db *sqldb.DB) {
				begin := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
				now = begin
				conf := quick()
				conf.first = firstPause
				q := open(t, db, conf)
				var at []time.Duration
				Handle(q, "test.work", Options{Attempts: 3}, func(context.Context, about) error { at = append(at, now.Sub(begin)); return c.err })
				add(t, db, q, "test.work", about{Post: "1"})
				for now.Before(begin.Add(24 * time.Hour)) {
					err := q.Drain(t.Context())
					if err != nil && !errors.Is(err, c.err) {
						t.Fatal(err)
					}
					now = now.Add(10 * time.Minute)
				}
				if len(at) != c.runs || c.runs > 1 && at[1] < c.until {
					t.Errorf("ran at %v, want %d times and not before %s", at, c.runs, c.until)
				}
				same(t, states(t, db), c.end)
			}, sqldbtest.Now(func() time.Time { return now }))
		})
	}
}

func TestRunAtKeepsTheJobUntilItsTime(t *testing.T) {
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	each(t, func(t *testing.T, db *sqldb.DB) {
		now = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
		q := open(t, db, quick())
		ran := 0
		Handle(q, "test.work", Options{}, func(context.Context, about) error { ran++; return nil })
		add(t, db, q, "test.work", about{Post: "1"}, RunAt(now.Add(time.Hour)))
		add(t, db, q, "test.work", about{Post: "2"}, RunAt(now.Add(-time.Hour)))
		drain(t, q)
		same(t, ran, 1)
		now = now.Add(time.Hour)
		drain(t, q)
		same(t, ran, 2)
	}, sqldbtest.Now(func() time.Time { return now }))
}

func TestAPanicIsAnErrorOfTheJob(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		q := open(t, db, quick())
		Handle(q, "test.work", Options{Attempts: 1}, func(context.Context, about) error { panic("gruyère") })
		add(t, db, q, "test.work", about{Post: "1"})
		if err := q.Drain(t.Context()); !fault.Is(err, fault.Internal) || !strings.Contains(err.Error(), "gruyère") {
			t.Error(err)
		}
		same(t, states(t, db), map[string]int{"discarded": 1})
	})
}

func TestArgumentsAreIDs(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		type content struct{ Texts []string }
		q := open(t, db, quick())
		Handle(q, "test.work", Options{}, func(context.Context, content) error { return nil })
		if err := q.Start(t.Context()); !fault.Is(err, fault.Internal) {
			t.Errorf("started with %v", err)
		}
		q = open(t, db, quick())
		Handle(q, "test.work", Options{}, func(context.Context, about) error { return nil })
		for _, args := range []any{"text", nil, []string{"a"}, about{Post: id.Post(strings.Repeat("long ", 300))}} {
			if err := tryAdd(t, db, q, "test.work", args); !fault.Is(err, fault.Internal) {
				t.Errorf("%v: %v", args, err)
			}
		}
		if err := tryAdd(t, db, q, "unknown", about{}); !fault.Is(err, fault.Internal) {
			t.Error(err)
		}
		same(t, states(t, db), map[string]int{})
	})
}

func TestDeclaringTwiceIsSeenAtStart(t *testing.T) {
	q := open(t, sqldbtest.Open(t, sqldb.SQLite, nil), quick())
	for range 2 {
		Handle(q, "test.work", Options{}, func(context.Context, about) error { return nil })
	}
	if err := q.Start(t.Context()); !fault.Is(err, fault.Internal) {
		t.Error(err)
	}
}

func TestRunNowDoesPeriodicWork(t *testing.T) {
	q := open(t, sqldbtest.Open(t, sqldb.SQLite, nil), quick())
	ran := 0
	q.Reconcile("tidy", func(context.Context) error { ran++; return nil })
	if err := q.RunNow(t.Context(), "tidy"); err != nil || ran != 1 {
		t.Error(err, ran)
	}
}

func TestMigrateTwice(t *testing.T) {
	sqldbtest.Each(t, nil, func(t *testing.T, db *sqldb.DB) {
		for range 2 {
			if err := Migrate(t.Context(), db); err != nil {
				t.Fatal(err)
			}
		}
	})
}
