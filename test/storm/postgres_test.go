package storm

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// emptyDatabase makes a database of its own on the durable server: after a kill
// only what was really written may count. Without a server the test is skipped.
func emptyDatabase(t *testing.T, server string) string {
	t.Helper()
	if server == "" {
		t.Skip("VIGIE_TEST_POSTGRES_DURABLE is not set: no storm over PostgreSQL")
	}
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("vigie_storm_%d", time.Now().UnixNano())
	run := func(ctx context.Context, sql string) error {
		return with(ctx, server, func(c *pgx.Conn) error {
			_, err := c.Exec(ctx, sql)
			return err
		})
	}
	if err := run(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := run(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	u.Path = "/" + name
	return u.String()
}

func with(ctx context.Context, address string, do func(*pgx.Conn) error) error {
	c, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	return errors.Join(do(c), c.Close(ctx))
}

// rows is the practice network's own record where nodes share it; it is read
// only.
type rows struct{ address string }

var errReadOnly = errors.New("the storm only reads the practice network")

func (r rows) Append(context.Context, []byte) error           { return errReadOnly }
func (r rows) PutMedia(context.Context, string, []byte) error { return errReadOnly }
func (r rows) Media(context.Context, string) ([]byte, error)  { return nil, errReadOnly }

func (r rows) Read(ctx context.Context, after int64, each func(int64, []byte) error) error {
	return with(ctx, r.address, func(c *pgx.Conn) error {
		list, err := c.Query(ctx, `SELECT seq, record FROM practice_record WHERE seq > $1 ORDER BY seq`, after)
		if err != nil {
			return err
		}
		defer list.Close()
		for list.Next() {
			var seq int64
			var record []byte
			if err := list.Scan(&seq, &record); err != nil {
				return err
			}
			if err := each(seq, record); err != nil {
				return err
			}
		}
		return list.Err()
	})
}
