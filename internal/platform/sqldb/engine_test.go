package sqldb_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"vigie/internal/base/fault"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
)

// The settings that the promises rest on are in force on every connection,
// not only in the text that opens them.
func TestSQLitePragmasAreInForceOnBothPools(t *testing.T) {
	for _, c := range []struct {
		opts []sqldbtest.Option
		sync string
	}{{[]sqldbtest.Option{sqldbtest.Durable()}, "2"}, {nil, "0"}} {
		db := sqldbtest.Open(t, sqldb.SQLite, toys, c.opts...)
		want := map[string]string{"journal_mode": "wal", "synchronous": c.sync, "foreign_keys": "1", "busy_timeout": "10000"}
		for name, value := range want {
			var got string
			if err := db.Pool().QueryRow("PRAGMA " + name).Scan(&got); err != nil || got != value {
				t.Errorf("writer: %s is %s, want %s (%v)", name, got, value, err)
			}
		}
		want["query_only"] = "1"
		// Several connections at once, so that each of the pool is asked.
		var open []*sql.Rows
		for range 4 {
			rows, err := db.Query(t.Context(), "SELECT 1 UNION ALL SELECT 2")
			if err != nil {
				t.Fatal(err)
			}
			rows.Next()
			open = append(open, rows)
			for name, value := range want {
				if len(open) == 4 {
					break // the pool may be used up
				}
				got, err := sqldb.Value[string](t.Context(), db, "PRAGMA "+name)
				if err != nil || got != value {
					t.Errorf("reader: %s is %s, want %s (%v)", name, got, value, err)
				}
			}
		}
		for _, r := range open {
			r.Close()
		}
		if _, err := db.Query(t.Context(), "INSERT INTO shelf (id) VALUES ('x') RETURNING id"); err == nil {
			t.Error("the readers can write")
		}
	}
}

// Giving memory back stands in nobody's way: also not in that of somebody who
// reads, and reads something else meanwhile.
func TestShrinkingWaitsForNobody(t *testing.T) {
	sqldbtest.Each(t, toys, func(t *testing.T, db *sqldb.DB) {
		rows, err := db.Query(t.Context(), "SELECT 1 UNION ALL SELECT 2")
		if err != nil {
			t.Fatal(err)
		}
		rows.Next()
		if err := db.Shrink(t.Context()); err != nil {
			t.Error(err)
		}
		if n, err := sqldb.Value[int64](t.Context(), db, "SELECT 3"); err != nil || n != 3 {
			t.Errorf("afterwards: %d, %v", n, err)
		}
		rows.Close()
		if err := db.Write(t.Context(), func(tx *sqldb.Tx) error { return nil }); err != nil {
			t.Error(err)
		}
	})
}

func TestErrorsHaveTheirKind(t *testing.T) {
	sqldbtest.Each(t, toys, func(t *testing.T, db *sqldb.DB) {
		put(t, db, "a")
		exec := func(q string) error { _, err := db.Exec(t.Context(), q); return err }
		same(t, fault.Of(exec("INSERT INTO toy (id) VALUES ('a')")), fault.Conflict)
		same(t, fault.Of(exec("INSERT INTO toy (id, shelf) VALUES ('b', 'nowhere')")), fault.Conflict)
		same(t, fault.Of(exec("INSERT INTO nothing (id) VALUES ('b')")), fault.Internal)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := db.Exec(ctx, "INSERT INTO toy (id) VALUES ('c')")
		same(t, fault.Of(err), fault.Transient)
		if e := exec("INSERT INTO toy (id) VALUES ('a')"); strings.Contains(string(fault.MessageKey(e)), "a\"") {
			t.Error("the person sees the driver's text")
		}
	})
}

func TestALockedDatabaseIsTransient(t *testing.T) {
	sqldbtest.Each(t, toys, func(t *testing.T, db *sqldb.DB) {
		put(t, db, "a")
		other := sqldbtest.Again(t, db)
		if db.Dialect() == sqldb.SQLite {
			if _, err := other.Pool().Exec("PRAGMA busy_timeout = 1"); err != nil {
				t.Fatal(err)
			}
		}
		err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
			if _, err := tx.Exec(t.Context(), "UPDATE toy SET body = 'x' WHERE id = 'a'"); err != nil {
				return err
			}
			return other.Write(t.Context(), func(tx *sqldb.Tx) error {
				if tx.Dialect() == sqldb.Postgres {
					_, err := tx.Exec(t.Context(), "SELECT id FROM toy WHERE id = 'a' FOR UPDATE NOWAIT")
					return err
				}
				put(t, tx, "b")
				return nil
			})
		})
		if !fault.Is(err, fault.Transient) || fault.As(err).RetryAfter == 0 {
			t.Error(err)
		}
	})
}

func TestAFullDiskIsTransientAndLosesNothing(t *testing.T) {
	db := sqldbtest.Open(t, sqldb.SQLite, toys, sqldbtest.Durable())
	put(t, db, "a")
	if _, err := db.Pool().Exec("PRAGMA max_page_count = 1"); err != nil { // no page beyond those it has
		t.Fatal(err)
	}
	big := strings.Repeat("x", 100_000)
	err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(t.Context(), "INSERT INTO toy (id, body) VALUES ('b', ?)", big)
		return err
	})
	if !fault.Is(err, fault.Transient) || fault.As(err).Key != "db.full" {
		t.Error(err)
	}
	if _, err := db.Pool().Exec("PRAGMA max_page_count = 100000"); err != nil {
		t.Fatal(err)
	}
	put(t, db, "c") // room again: work goes on
	same(t, ids(t, db), []string{"a", "c"})
}

func TestMigrateTwiceRunsOnce(t *testing.T) {
	sqldbtest.Each(t, nil, func(t *testing.T, db *sqldb.DB) {
		two := []sqldb.Schema{schema("toys", toySQL), schema("other", "CREATE TABLE other (id TEXT REFERENCES toy (id));", "ALTER TABLE other ADD COLUMN n BIGINT;")}
		for _, want := range []int{3, 0} {
			if n, err := db.Pending(t.Context(), two...); err != nil || n != want {
				t.Errorf("%d pending, want %d (%v)", n, want, err)
			}
			if n, err := db.Migrate(t.Context(), two...); err != nil || n != want {
				t.Errorf("%d ran, want %d (%v)", n, want, err)
			}
		}
	})
}

func TestTwoNodesMigrateAtOnce(t *testing.T) {
	sqldbtest.Each(t, nil, func(t *testing.T, db *sqldb.DB) {
		files := []string{toySQL}
		for i := range 5 {
			files = append(files, fmt.Sprintf("CREATE TABLE t%d (id TEXT PRIMARY KEY);", i))
		}
		errs := make(chan error)
		for _, d := range []*sqldb.DB{db, sqldbtest.Again(t, db), sqldbtest.Again(t, db)} {
			go func() {
				_, err := d.Migrate(t.Context(), schema("toys", files...))
				errs <- err
			}()
		}
		for range 3 {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		n, err := db.Pending(t.Context(), schema("toys", files...))
		same(t, err, nil)
		same(t, n, 0)
	})
}

func TestABrokenMigrationSaysWhichRoom(t *testing.T) {
	sqldbtest.Each(t, nil, func(t *testing.T, db *sqldb.DB) {
		_, err := db.Migrate(t.Context(), schema("attic", "CREATE TABLE a (id TEXT);", "CREATE TABLE a (id TEXT);"))
		same(t, fault.Of(err), fault.Internal)
		same(t, fault.As(err).Values["room"], any("attic"))
	})
}

func TestTheFewWordsThatDiffer(t *testing.T) {
	sqldbtest.Each(t, []sqldb.Schema{schema("words", `
CREATE TABLE w (seq SERIAL_KEY, v TEXT NOT NULL);

-- only: sqlite
INSERT INTO w (v) VALUES ('sqlite');
INSERT INTO w (v) VALUES ('sqlite too');

-- only: postgres
INSERT INTO w (v) VALUES ('postgres');
INSERT INTO w (v) VALUES ('postgres too');

INSERT INTO w (v) VALUES ('both');
`)}, func(t *testing.T, db *sqldb.DB) {
		got, err := sqldb.Values[string](t.Context(), db, "SELECT v FROM w ORDER BY seq")
		same(t, err, nil)
		e := string(db.Dialect())
		same(t, got, []string{e, e + " too", "both"})
	})
}

// Fresh equals upgraded: the helper for the rooms sees what it should see.
func TestAFreshSchemaEqualsAnUpgradedOne(t *testing.T) {
	first, second := "CREATE TABLE a (id TEXT PRIMARY KEY);", "ALTER TABLE a ADD COLUMN n BIGINT NOT NULL DEFAULT 0;\nCREATE INDEX a_n ON a (n);"
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(d), func(t *testing.T) {
			fresh := sqldbtest.Open(t, d, []sqldb.Schema{schema("r", first, second)})
			upgraded := sqldbtest.Open(t, d, []sqldb.Schema{schema("r", first)})
			fake := &recorder{TB: t}
			sqldbtest.SameSchema(fake, fresh, upgraded)
			if !fake.failed {
				t.Error("a missing column and index were not seen")
			}
			if _, err := upgraded.Migrate(t.Context(), schema("r", first, second)); err != nil {
				t.Fatal(err)
			}
			sqldbtest.SameSchema(t, fresh, upgraded)
		})
	}
}

type recorder struct {
	testing.TB
	failed bool
}

func (r *recorder) Errorf(string, ...any) { r.failed = true }
