package sqldbtest

import (
	"context"
	"fmt"
	"hash/fnv"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
)

const (
	templatePrefix = "vigie_tpl_"
	testPrefix     = "vigie_test_"
	// A test killed before its cleanup leaves its database; the next maker of
	// a template removes those older than this.
	abandoned = 2 * time.Hour
)

func openPostgres(t testing.TB, schemas []sqldb.Schema, o options) *sqldb.DB {
	t.Helper()
	base := postgresURL(t)
	template := templatePrefix + fingerprint(t, schemas, o)
	name := testPrefix + strings.ReplaceAll(id.New[string](), "-", "")
	err := asAdmin(t.Context(), base, func(c *pgx.Conn) error {
		if err := ensureTemplate(t.Context(), c, base, template, schemas, o); err != nil {
			return fmt.Errorf("template %s: %w", template, err)
		}
		_, err := c.Exec(t.Context(), "CREATE DATABASE "+name+" TEMPLATE "+template)
		return err
	})
	if err != nil {
		t.Fatalf("make a database on %s: %v", Variable, err)
	}
	t.Cleanup(func() {
		ctx, stop := context.WithTimeout(context.Background(), 30*time.Second)
		defer stop()
		err := asAdmin(ctx, base, func(c *pgx.Conn) error {
			_, err := c.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
			return err
		})
		if err != nil {
			t.Errorf("drop database: %v", err)
		}
	})
	return open(t, onDatabase(t, base, name, !o.durable), o)
}

// asAdmin uses a connection of its own: a kept pool would look like a leak to
// the tests that count goroutines.
func asAdmin(ctx context.Context, base string, do func(*pgx.Conn) error) error {
	c, err := pgx.Connect(ctx, base)
	if err != nil {
		return err
	}
	defer c.Close(context.WithoutCancel(ctx))
	return do(c)
}

// ensureTemplate makes the template unless it exists. Test binaries run side by
// side: an advisory lock per template lets one of them do the work, and the
// name appears only once the work is done.
func ensureTemplate(ctx context.Context, c *pgx.Conn, base, template string, schemas []sqldb.Schema, o options) error {
	exists := func() (found bool, err error) {
		err = c.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", template).Scan(&found)
		return found, err
	}
	if found, err := exists(); err != nil || found {
		return err
	}
	h := fnv.New64a()
	h.Write([]byte(template))
	key := int64(h.Sum64())
	if _, err := c.Exec(ctx, "SELECT pg_advisory_lock($1)", key); err != nil {
		return err
	}
	defer c.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", key)
	if found, err := exists(); err != nil || found {
		return err
	}
	if err := sweep(ctx, c); err != nil {
		return err
	}
	draft := template + "_new"
	for _, q := range []string{"DROP DATABASE IF EXISTS " + draft + " WITH (FORCE)", "CREATE DATABASE " + draft} {
		if _, err := c.Exec(ctx, q); err != nil {
			return err
		}
	}
	u, err := withDatabase(base, draft, true)
	if err != nil {
		return err
	}
	if err := build(ctx, u, schemas, o); err != nil {
		return err
	}
	_, err = c.Exec(ctx, "ALTER DATABASE "+draft+" RENAME TO "+template)
	return err
}

func sweep(ctx context.Context, c *pgx.Conn) error {
	rows, err := c.Query(ctx, "SELECT datname FROM pg_database WHERE datname LIKE $1", testPrefix+"%")
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, n := range names {
		h := strings.TrimPrefix(n, testPrefix)
		if len(h) != 32 {
			continue
		}
		made := id.Time(strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-"))
		if made.IsZero() || time.Since(made) < abandoned {
			continue
		}
		if _, err := c.Exec(ctx, "DROP DATABASE IF EXISTS "+n+" WITH (FORCE)"); err != nil {
			return err
		}
	}
	return nil
}

func onDatabase(t testing.TB, base, name string, fast bool) string {
	t.Helper()
	u, err := withDatabase(base, name, fast)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func withDatabase(base, name string, fast bool) (string, error) {
	u, err := url.Parse(base)
	if err != nil {
		return "", err
	}
	u.Path = "/" + name
	if fast {
		q := u.Query()
		q.Set("synchronous_commit", "off")
		u.RawQuery = q.Encode()
	}
	return u.String(), nil
}
