// Package sqldbtest gives every test its own database, on each engine that
// Vigie runs on: a SQLite file in the test's folder, and a PostgreSQL database
// when VIGIE_TEST_POSTGRES says where to make it.
//
// It owns the templates that make a fresh database cost milliseconds, and
// removes what it made. It never shares a database between two tests.
package sqldbtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"testing"

	"vigie/internal/base/clock"
	"vigie/internal/platform/sqldb"
)

// Variable names the environment variable that holds the URL of a PostgreSQL
// server whose user may make databases.
const Variable = "VIGIE_TEST_POSTGRES"

// Option changes how the database of a test is made.
type Option func(*options)

type options struct {
	durable  bool
	now      clock.Now
	prepared []preparation
}

type preparation struct {
	name string
	run  func(context.Context, *sqldb.DB) error
}

// Durable keeps the engine's promises about a crash; without it the disk may
// learn of a commit later, which makes tests fast.
func Durable() Option { return func(o *options) { o.durable = true } }

// Now fixes the clock of the transactions.
func Now(now clock.Now) Option { return func(o *options) { o.now = now } }

// Prepared runs a step after the schemas, once per template: the tables of a
// library that brings its own migrations (jobs.Migrate). The name stands for
// its version: the same name means the same tables.
func Prepared(name string, run func(context.Context, *sqldb.DB) error) Option {
	return func(o *options) { o.prepared = append(o.prepared, preparation{name, run}) }
}

// Each runs the test on both engines, as the subtests "sqlite" and "postgres",
// each with a database of its own. Without a PostgreSQL server that subtest is
// skipped, and says why.
func Each(t *testing.T, schemas []sqldb.Schema, test func(t *testing.T, db *sqldb.DB), opts ...Option) {
	t.Helper()
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(d), func(t *testing.T) { test(t, Open(t, d, schemas, opts...)) })
	}
}

// Open makes a fresh database with the schemas and opens it until the end of
// the test. It skips the test when the engine is not at hand.
func Open(t testing.TB, dialect sqldb.Dialect, schemas []sqldb.Schema, opts ...Option) *sqldb.DB {
	t.Helper()
	o := read(opts)
	if dialect == sqldb.Postgres {
		return openPostgres(t, schemas, o)
	}
	return openSQLite(t, schemas, o)
}

// Again opens the database of db a second time, as another node or another
// process would, until the end of the test.
func Again(t testing.TB, db *sqldb.DB, opts ...Option) *sqldb.DB {
	t.Helper()
	return open(t, db.URL(), read(opts))
}

func read(opts []Option) options {
	var o options
	for _, f := range opts {
		f(&o)
	}
	return o
}

func open(t testing.TB, url string, o options) *sqldb.DB {
	t.Helper()
	db, err := sqldb.Open(t.Context(), sqldb.Config{URL: url, Now: o.now, Fast: !o.durable})
	if err != nil {
		t.Fatalf("open database: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close database: %v", err)
		}
	})
	return db
}

// build brings an empty database up to the schemas and the prepared steps.
func build(ctx context.Context, url string, schemas []sqldb.Schema, o options) (err error) {
	db, err := sqldb.Open(ctx, sqldb.Config{URL: url, Fast: true})
	if err != nil {
		return err
	}
	defer func() {
		if e := db.Close(); err == nil {
			err = e
		}
	}()
	if _, err = db.Migrate(ctx, schemas...); err != nil {
		return err
	}
	for _, p := range o.prepared {
		if err = p.run(ctx, db); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}

// fingerprint names a set of schemas by what their files say.
func fingerprint(t testing.TB, schemas []sqldb.Schema, o options) string {
	t.Helper()
	h := sha256.New()
	for _, s := range schemas {
		fmt.Fprintf(h, "room %q\n", s.Room)
		names, err := fs.Glob(s.Files, "*.sql")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := fs.ReadFile(s.Files, name)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(h, "file %q %d\n%s\n", name, len(text), text)
		}
	}
	for _, p := range o.prepared {
		fmt.Fprintf(h, "prepared %q\n", p.name)
	}
	return hex.EncodeToString(h.Sum(nil)[:10])
}

func postgresURL(t testing.TB) string {
	t.Helper()
	url := os.Getenv(Variable)
	if url == "" {
		t.Skipf("%s is not set: not run on PostgreSQL (postgres://user@host:port/postgres)", Variable)
	}
	return url
}
