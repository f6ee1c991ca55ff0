package sqldb

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the driver named "sqlite"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
)

// Dialect is the engine behind a DB.
type Dialect string

const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// Config says which database to open.
type Config struct {
	// URL is "postgres://…" or the path of a SQLite file, which is made when
	// it is missing together with its folder.
	URL string
	// Now fixes the time of transactions; nil means clock.System.
	Now clock.Now
	// Fast lets SQLite answer before the disk has the rows. Only for tests
	// that do not speak of crashes.
	Fast bool
}

// DB is an open database. It is safe for use by many goroutines.
type DB struct {
	dialect Dialect
	url     string
	now     clock.Now
	write   *sql.DB // SQLite: a single connection, so that writers wait in Go and not in busy loops
	read    *sql.DB // SQLite: read-only connections
	stmts   sync.Map
	texts   sync.Map
}

// Open opens the database. Errors are invalid (unusable URL) or transient.
func Open(ctx context.Context, c Config) (_ *DB, err error) {
	defer fault.Wrap(&err, "open database")
	db := &DB{url: c.URL, now: c.Now}
	if db.now == nil {
		db.now = clock.System
	}
	if strings.HasPrefix(c.URL, "postgres://") || strings.HasPrefix(c.URL, "postgresql://") {
		err = db.openPostgres(c)
	} else {
		err = db.openSQLite(c)
	}
	if err != nil {
		return nil, err
	}
	if err = db.write.PingContext(ctx); err != nil {
		db.Close()
		return nil, asFault(err)
	}
	return db, nil
}

func (db *DB) openSQLite(c Config) error {
	db.dialect = SQLite
	if err := os.MkdirAll(filepath.Dir(c.URL), 0o700); err != nil {
		return fault.New(fault.Invalid, "db.folder").Because(err)
	}
	sync := "FULL"
	if c.Fast {
		sync = "OFF"
	}
	dsn := func(more string) string {
		// busy_timeout first: the pragmas after it may already have to wait.
		return "file:" + (&url.URL{Path: c.URL}).EscapedPath() + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)" +
			"&_pragma=synchronous(" + sync + ")&_pragma=foreign_keys(1)&_pragma=temp_store(2)&_pragma=cache_size(-8000)" + more
	}
	var err error
	if db.write, err = sql.Open("sqlite", dsn("&_txlock=immediate")); err != nil {
		return asFault(err)
	}
	db.write.SetMaxOpenConns(1)
	db.write.SetConnMaxIdleTime(0)
	if err = db.write.Ping(); err != nil { // makes the file before the readers want it
		return asFault(err)
	}
	if db.read, err = sql.Open("sqlite", dsn("&_pragma=query_only(1)")); err != nil {
		return asFault(err)
	}
	n := max(4, runtime.GOMAXPROCS(0))
	db.read.SetMaxOpenConns(n)
	db.read.SetMaxIdleConns(n)
	return nil
}

func (db *DB) openPostgres(c Config) error {
	db.dialect = Postgres
	conf, err := pgx.ParseConfig(c.URL)
	if err != nil {
		return fault.New(fault.Invalid, "db.url").Because(err)
	}
	// Cached generic plans made a search page ten times slower.
	conf.RuntimeParams["plan_cache_mode"] = "force_custom_plan"
	if conf.RuntimeParams["application_name"] == "" {
		conf.RuntimeParams["application_name"] = "vigie"
	}
	// Two pools here as well: in a single one, as many writers as connections
	// that each want to read something would wait for each other for ever.
	pool := func(n int) *sql.DB {
		p := stdlib.OpenDB(*conf)
		p.SetMaxOpenConns(n)
		p.SetMaxIdleConns(n / 2)
		p.SetConnMaxIdleTime(5 * time.Minute)
		return p
	}
	db.write, db.read = pool(12), pool(16)
	return nil
}

// Shrink gives back the memory in which SQLite keeps pages it read; they are
// read again when they are needed. Nothing on PostgreSQL. Safe to repeat.
func (db *DB) Shrink(ctx context.Context) error {
	if db.dialect != SQLite {
		return nil
	}
	for pool, n := range map[*sql.DB]int{db.write: 1, db.read: db.read.Stats().OpenConnections} {
		var held []*sql.Conn
		for range n { // all at once, or the same one would come back each time
			// One that is at work keeps its pages: waiting for it while holding
			// the others could be for ever.
			soon, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
			c, err := pool.Conn(soon)
			cancel()
			if err != nil {
				break
			}
			held = append(held, c)
			if _, err := c.ExecContext(ctx, "PRAGMA shrink_memory"); err != nil {
				break
			}
		}
		for _, c := range held {
			_ = c.Close()
		}
	}
	return ctx.Err()
}

// Close closes the pools; safe to call twice.
func (db *DB) Close() error {
	if db.write == nil {
		return nil
	}
	err := db.write.Close()
	if db.read != nil {
		err = firstError(err, db.read.Close())
	}
	return err
}

func firstError(errs ...error) error {
	for _, e := range errs {
		if e != nil {
			return e
		}
	}
	return nil
}

// Dialect names the engine.
func (db *DB) Dialect() Dialect { return db.dialect }

// URL is what the database was opened with. It may hold a password.
func (db *DB) URL() string { return db.url }

// Now is the time that a transaction begun now would have.
func (db *DB) Now() time.Time { return db.now().UTC().Truncate(time.Millisecond) }

// Pool gives the pool that writes, for the libraries that bring their own SQL
// (migrations, the job queue). Rooms do not use it.
func (db *DB) Pool() *sql.DB { return db.write }

// SkipLocked ends a claiming SELECT: on PostgreSQL the rows another node is
// claiming are passed over; SQLite has one writer and needs no words.
func (db *DB) SkipLocked() string {
	if db.dialect == Postgres {
		return " FOR UPDATE SKIP LOCKED"
	}
	return ""
}

// rebind turns ? into $1, $2… for PostgreSQL, outside of quoted text
// and comments.
func (db *DB) rebind(query string) string {
	if db.dialect != Postgres {
		return query
	}
	if t, ok := db.texts.Load(query); ok {
		return t.(string)
	}
	var b strings.Builder
	n, quote, comment := 0, byte(0), false
	for i := range len(query) {
		c := query[i]
		switch {
		case comment:
			comment = c != '\n'
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '-' && strings.HasPrefix(query[i:], "--"):
			comment = true
		case c == '\'' || c == '"':
			quote = c
		case c == '?':
			n++
			fmt.Fprintf(&b, "$%d", n)
			continue
		}
		b.WriteByte(c)
	}
	db.texts.Store(query, b.String())
	return b.String()
}
