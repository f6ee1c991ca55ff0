package sqldb_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"vigie/internal/base/fault"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const toySQL = `
CREATE TABLE shelf (id TEXT PRIMARY KEY);
CREATE TABLE toy (
    id TEXT PRIMARY KEY,
    shelf TEXT REFERENCES shelf (id),
    late TEXT REFERENCES shelf (id) DEFERRABLE INITIALLY DEFERRED,
    at BIGINT,
    body TEXT,
    raw BYTEA,
    good BOOLEAN,
    price DOUBLE PRECISION
);
CREATE TABLE line (seq SERIAL_KEY, text TEXT NOT NULL DEFAULT '');
`

var toys = []sqldb.Schema{schema("toys", toySQL)}

func schema(room string, files ...string) sqldb.Schema {
	m := fstest.MapFS{}
	for i, f := range files {
		m["000"+string(rune('1'+i))+"_x.sql"] = &fstest.MapFile{Data: []byte(f)}
	}
	return sqldb.Schema{Room: room, Files: m}
}

func same(t testing.TB, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func put(t testing.TB, q sqldb.Q, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if _, err := q.Exec(t.Context(), "INSERT INTO toy (id) VALUES (?)", id); err != nil {
			t.Fatal(err)
		}
	}
}

func ids(t testing.TB, q sqldb.Q) []string {
	t.Helper()
	list, err := sqldb.Values[string](t.Context(), q, "SELECT id FROM toy ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	return append([]string{}, list...)
}

func TestMarksOutsideOfQuotesAndComments(t *testing.T) {
	sqldbtest.Each(t, nil, func(t *testing.T, db *sqldb.DB) {
		const q = "SELECT 'it''s ?' || ? || \"a\"\n -- isn't it?\n || CAST(? AS TEXT) FROM (SELECT 'x?' AS \"a\") AS t"
		for range 2 { // the second time from the cache
			got, err := sqldb.Value[string](t.Context(), db, q, "1", "2")
			if err != nil {
				t.Fatal(err)
			}
			same(t, got, "it's ?1x?2")
		}
	})
}

func TestWriteKeepsAllOrNothing(t *testing.T) {
	sqldbtest.Each(t, toys, func(t *testing.T, db *sqldb.DB) {
		var told []string
		tell := func(tx *sqldb.Tx, s string) { tx.AfterCommit(func() { told = append(told, s) }) }
		stop := errors.New("stop")
		err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
			put(t, tx, "a")
			tell(tx, "never")
			return stop
		})
		same(t, err == stop, true) // unchanged
		func() {
			defer func() { same(t, recover(), any("gruyère")) }()
			_ = db.Write(t.Context(), func(tx *sqldb.Tx) error {
				put(t, tx, "b")
				tell(tx, "never")
				panic("gruyère")
			})
		}()
		ctx, cancel := context.WithCancel(t.Context())
		err = db.Write(ctx, func(tx *sqldb.Tx) error {
			put(t, tx, "c")
			tell(tx, "never")
			cancel()
			return nil
		})
		same(t, fault.Of(err), fault.Transient)
		// A hook may write: the connection is back.
		err = db.Write(t.Context(), func(tx *sqldb.Tx) error {
			put(t, tx, "d")
			tell(tx, "first")
			tx.AfterCommit(func() { put(t, db, "e") })
			tell(tx, "last")
			return nil
		})
		same(t, err, nil)
		same(t, ids(t, db), []string{"d", "e"})
		same(t, told, []string{"first", "last"})
	})
}

func TestARefusedCommitIsNotToldAndFreesTheWriter(t *testing.T) {
	sqldbtest.Each(t, toys, func(t *testing.T, db *sqldb.DB) {
		err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
			tx.AfterCommit(func() { t.Error("told") })
			_, err := tx.Exec(t.Context(), "INSERT INTO toy (id, late) VALUES ('a', 'nowhere')")
			return err
		})
		same(t, fault.Of(err), fault.Conflict)
		if err := db.Write(t.Context(), func(tx *sqldb.Tx) error { put(t, tx, "b"); return nil }); err != nil {
			t.Fatal(err)
		}
		same(t, ids(t, db), []string{"b"})
	})
}

func TestSavepointUndoesOnlyItself(t *testing.T) {
	sqldbtest.Each(t, toys, func(t *testing.T, db *sqldb.DB) {
		var told []string
		err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
			put(t, tx, "a")
			inner := tx.Savepoint(t.Context(), func() error {
				put(t, tx, "b")
				tx.AfterCommit(func() { told = append(told, "b") })
				deeper := tx.Savepoint(t.Context(), func() error {
					_, err := tx.Exec(t.Context(), "INSERT INTO toy (id) VALUES ('a')")
					return err
				})
				same(t, fault.Of(deeper), fault.Conflict)
				return deeper
			})
			same(t, fault.Of(inner), fault.Conflict)
			return tx.Savepoint(t.Context(), func() error {
				put(t, tx, "c")
				tx.AfterCommit(func() { told = append(told, "c") })
				return nil
			})
		})
		same(t, err, nil)
		same(t, ids(t, db), []string{"a", "c"})
		same(t, told, []string{"c"})
	})
}

func TestEveryTypeComesBack(t *testing.T) {
	sqldbtest.Each(t, toys, func(t *testing.T, db *sqldb.DB) {
		n := 0
		rapid.Check(t, func(r *rapid.T) {
			n++
			id := time.Duration(n).String()
			at := sqldb.At(time.UnixMilli(rapid.Int64Range(-1e14, 1e14).Draw(r, "ms")))
			if rapid.Bool().Draw(r, "zero") {
				at = sqldb.Time{}
			}
			text := rapid.StringMatching(`[^\x00]*`).Draw(r, "text")
			body := sqldb.JSON[map[string]string]{V: map[string]string{text: text}}
			raw := rapid.SliceOf(rapid.Byte()).Draw(r, "raw")
			good := rapid.Bool().Draw(r, "good")
			price := rapid.Float64Range(-1e9, 1e9).Draw(r, "price")
			if _, err := db.Exec(context.Background(), "INSERT INTO toy (id, at, body, raw, good, price) VALUES (?, ?, ?, ?, ?, ?)", id, at, body, raw, good, price); err != nil {
				r.Fatal(err)
			}
			err := sqldb.Each(context.Background(), db, func(s sqldb.Scanner) error {
				var at2 sqldb.Time
				var body2 sqldb.JSON[map[string]string]
				var raw2 []byte
				var good2 bool
				var price2 float64
				if err := s.Scan(&at2, &body2, &raw2, &good2, &price2); err != nil {
					return err
				}
				if !at2.Equal(at.Time) || at2.Location() != time.UTC || body2.V[text] != text || string(raw2) != string(raw) || good2 != good || price2 != price {
					r.Fatalf("%v %v %v %v %v", at2, body2, raw2, good2, price2)
				}
				return nil
			}, "SELECT at, body, raw, good, price FROM toy WHERE id = ?", id)
			if err != nil {
				r.Fatal(err)
			}
		})
	})
}

func TestJSONOfNullIsZero(t *testing.T) {
	sqldbtest.Each(t, toys, func(t *testing.T, db *sqldb.DB) {
		put(t, db, "a")
		got, err := sqldb.Value[sqldb.JSON[[]int]](t.Context(), db, "SELECT body FROM toy")
		same(t, err, nil)
		same(t, got.V == nil, true)
	})
}

func TestReadersOfRows(t *testing.T) {
	sqldbtest.Each(t, toys, func(t *testing.T, db *sqldb.DB) {
		put(t, db, "a", "b", "c")
		_, err := sqldb.Value[string](t.Context(), db, "SELECT id FROM toy WHERE id = ?", "z")
		same(t, sqldb.IsNoRow(err) && fault.Is(err, fault.NotFound), true)
		for _, c := range []struct {
			in   []string
			want int
		}{{nil, 0}, {[]string{"a"}, 1}, {[]string{"a", "c", "z"}, 2}} {
			got, err := sqldb.Values[string](t.Context(), db, "SELECT id FROM toy WHERE id IN "+sqldb.Marks(len(c.in)), sqldb.Args(c.in)...)
			same(t, err, nil)
			same(t, len(got), c.want)
		}
		var parts [][]int
		for p := range sqldb.Chunks([]int{1, 2, 3, 4, 5}, 2) {
			parts = append(parts, p)
		}
		same(t, parts, [][]int{{1, 2}, {3, 4}, {5}})
	})
}

func TestTheTimeOfATransactionIsFixed(t *testing.T) {
	now := time.Date(2026, 11, 20, 9, 0, 0, 123456789, time.FixedZone("x", 3600))
	sqldbtest.Each(t, toys, func(t *testing.T, db *sqldb.DB) {
		_ = db.Write(t.Context(), func(tx *sqldb.Tx) error {
			was := tx.Now
			now = now.Add(time.Hour)
			same(t, tx.Now, was)
			same(t, tx.Now.Equal(now.Add(-time.Hour).Truncate(time.Millisecond)) && tx.Now.Location() == time.UTC, true)
			return nil
		})
	}, sqldbtest.Now(func() time.Time { return now }))
}

// As many writers as there are connections, each reading in its transaction:
// nobody waits for ever, and a reader never sees what is not committed.
func TestReadingInsideOfAWriteDoesNotLockUp(t *testing.T) {
	sqldbtest.Each(t, toys, func(t *testing.T, db *sqldb.DB) {
		var group sync.WaitGroup
		for i := range 40 {
			group.Go(func() {
				err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
					id := time.Duration(i).String()
					if _, err := tx.Exec(t.Context(), "INSERT INTO toy (id) VALUES (?)", id); err != nil {
						return err
					}
					n, err := sqldb.Value[int](t.Context(), db, "SELECT count(*) FROM toy WHERE id = ?", id)
					if n != 0 {
						t.Error("read an uncommitted row")
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		same(t, len(ids(t, db)), 40)
	})
}

func TestOpenRefusesNonsense(t *testing.T) {
	for _, url := range []string{"postgres://%zz", filepath.Join("/dev/null", "x", "vigie.db")} {
		if db, err := sqldb.Open(t.Context(), sqldb.Config{URL: url}); err == nil {
			db.Close()
			t.Errorf("%s opened", url)
		}
	}
}
