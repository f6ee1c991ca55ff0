package sqldb

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"testing/fstest"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"

	"vigie/internal/base/fault"
)

// Schema is the tables of one room: numbered SQL files (0001_post.sql…), forward
// only, embedded beside its store.go.
type Schema struct {
	Room  string
	Files fs.FS
}

// Migrate brings the database up to the schemas, in the order given (a room's
// foreign keys may point to the hall, so the hall comes first). It is safe to
// repeat and safe on several nodes at once. It returns how many files it ran.
func (db *DB) Migrate(ctx context.Context, schemas ...Schema) (_ int, err error) {
	defer fault.Wrap(&err, "migrate")
	ran := 0
	for _, s := range schemas {
		p, err := db.provider(s)
		if err != nil {
			return ran, err
		}
		results, err := db.up(ctx, p)
		if err != nil {
			return ran, fault.New(fault.Internal, "db.migrate").With("room", s.Room).Because(err)
		}
		ran += len(results)
	}
	return ran, nil
}

// up runs what is missing. SQLite has no lock for a whole migration: when two
// processes start together, the one that comes second to a file fails on a
// table that exists and finds, when it looks again, that the file is done.
func (db *DB) up(ctx context.Context, p *goose.Provider) ([]*goose.MigrationResult, error) {
	results, err := p.Up(ctx)
	for last := int64(-1); err != nil && db.dialect == SQLite; {
		version, e := p.GetDBVersion(ctx)
		if e != nil || version <= last {
			break // no progress: a fault of the file, not of the moment
		}
		last = version
		var more []*goose.MigrationResult
		more, err = p.Up(ctx)
		results = append(results, more...)
	}
	return results, err
}

// Pending counts the migrations that Migrate would run.
func (db *DB) Pending(ctx context.Context, schemas ...Schema) (int, error) {
	n := 0
	for _, s := range schemas {
		p, err := db.provider(s)
		if err != nil {
			return n, err
		}
		current, target, err := p.GetVersions(ctx)
		if err != nil {
			return n, asFault(err)
		}
		if target > current {
			n += int(target - current)
		}
	}
	return n, nil
}

func (db *DB) provider(s Schema) (*goose.Provider, error) {
	files, err := db.spell(s.Files)
	if err != nil {
		return nil, fault.New(fault.Internal, "").Because(err)
	}
	dialect := database.DialectSQLite3
	opts := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if db.dialect == Postgres {
		dialect = database.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return nil, fault.New(fault.Internal, "").Because(err)
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	store, err := database.NewStore(dialect, "schema_"+s.Room)
	if err != nil {
		return nil, fault.New(fault.Internal, "").Because(err)
	}
	p, err := goose.NewProvider("", db.write, files, append(opts, goose.WithStore(store))...)
	if err != nil {
		return nil, fault.New(fault.Internal, "").Because(fmt.Errorf("schema of %s: %w", s.Room, err))
	}
	return p, nil
}

// spell writes the few words on which the engines differ: SERIAL_KEY, and
// paragraphs (up to the next blank line) that follow "-- only: sqlite" or
// "-- only: postgres". Files without a goose header get one.
func (db *DB) spell(files fs.FS) (fs.FS, error) {
	out := fstest.MapFS{}
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	serial := "INTEGER PRIMARY KEY AUTOINCREMENT"
	if db.dialect == Postgres {
		serial = "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
	}
	for _, name := range names {
		b, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		var keep []string
		skip := false
		for line := range strings.Lines(string(b)) {
			trimmed := strings.TrimSpace(line)
			if only, ok := strings.CutPrefix(trimmed, "-- only: "); ok {
				skip = Dialect(only) != db.dialect
				continue
			}
			if trimmed == "" {
				skip = false
			}
			if !skip {
				keep = append(keep, line)
			}
		}
		text := strings.ReplaceAll(strings.Join(keep, ""), "SERIAL_KEY", serial)
		if !strings.Contains(text, "-- +goose Up") {
			text = "-- +goose Up\n" + text
		}
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out, nil
}
