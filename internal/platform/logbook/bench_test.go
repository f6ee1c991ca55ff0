//go:build unix

package logbook

import (
	"context"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
)

var plain = sqldb.Schema{Room: "plain", Files: fstest.MapFS{"0001_plain.sql": {Data: []byte(`
CREATE TABLE plain (id TEXT PRIMARY KEY, brand TEXT NOT NULL, at BIGINT NOT NULL, body TEXT NOT NULL);
CREATE INDEX plain_brand ON plain (brand, at);`)}}}

// BenchmarkRecord compares, in one run and in CPU time, a durable transaction
// that changes a row and records the act with one that only changes the row:
// "ratio". "record/insert" is what the entry alone costs, in plain inserts,
// inside of one transaction.
func BenchmarkRecord(b *testing.B) {
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		b.Run(string(d), func(b *testing.B) {
			db := sqldbtest.Open(b, d, append(schemas, plain), sqldbtest.Durable())
			book := New(db)
			ctx := context.Background()
			e := entry("0198c000-0000-7000-8000-000000000001", "publication.sent", "0198c000-0000-7000-8000-000000000002")
			insert := func(tx *sqldb.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO plain (id, brand, at, body) VALUES (?, ?, ?, ?)`, id.New[string](), string(e.Brand), sqldb.At(tx.Now), `{"post":"x"}`)
				return err
			}
			var floor, both, inserts, records time.Duration
			const many = 50
			for b.Loop() {
				floor += cpu(b, func() error { return db.Write(ctx, insert) })
				both += cpu(b, func() error {
					return db.Write(ctx, func(tx *sqldb.Tx) error {
						if err := insert(tx); err != nil {
							return err
						}
						return book.Record(ctx, tx, e)
					})
				})
				err := db.Write(ctx, func(tx *sqldb.Tx) error {
					repeat := func(f func(*sqldb.Tx) error) func() error {
						return func() error {
							for range many {
								if err := f(tx); err != nil {
									return err
								}
							}
							return nil
						}
					}
					inserts += cpu(b, repeat(insert))
					records += cpu(b, repeat(func(tx *sqldb.Tx) error { return book.Record(ctx, tx, e) }))
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(both)/float64(floor), "ratio")
			b.ReportMetric(float64(records)/float64(inserts), "record/insert")
			b.ReportMetric(float64(records.Microseconds())/float64(b.N*many), "µs-cpu/record")
		})
	}
}

// cpu is the processor time that this process spends in f.
func cpu(b *testing.B, f func() error) time.Duration {
	read := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	start := read()
	if err := f(); err != nil {
		b.Fatal(err)
	}
	return read() - start
}
