package publishing

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
)

// slowWire answers after 50 ms, as the budget says, and takes everything.
type slowWire struct{ wire }

func (w *slowWire) Publish(ctx context.Context, in network.Intent) (network.Receipt, error) {
	t := time.NewTimer(50 * time.Millisecond)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
	return w.receipt(in), nil
}

// BenchmarkTenThousandDueAtOnce is the first row of the budgets: lateness of
// 10,000 posts due the same second, every commit on disk. Reported: p50, p99 in
// milliseconds, from the hour to the beginning of the call.
func BenchmarkTenThousandDueAtOnce(b *testing.B) {
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		b.Run(string(d), func(b *testing.B) {
			const n = 10_000
			for range b.N {
				db := sqldbtest.Open(b, d, schemas, sqldbtest.Durable())
				late := burst(b, db, n)
				slices.Sort(late)
				b.ReportMetric(float64(late[n/2].Microseconds())/1000, "p50-ms")
				b.ReportMetric(float64(late[n*99/100].Microseconds())/1000, "p99-ms")
			}
		})
	}
}

func burst(b *testing.B, db *sqldb.DB, n int) []time.Duration {
	s := newStage(nil, db)
	w := &slowWire{}
	w.caps = s.wire.caps
	s.door.presence = network.NewPresence("wire", w, network.PresenceConfig{})
	ctx := b.Context()
	at := db.Now().Truncate(time.Second).Add(8 * time.Second)
	fill(b, db, s.brand, s.chans, n, func(int) time.Time { return at })
	var mu sync.Mutex
	var late []time.Duration
	done := make(chan struct{})
	var started atomic.Int64
	l := NewLedger(New(Needs{DB: db, Book: logbook.New(db), Channels: s.door, Media: s.media,
		Zone: func(context.Context, sqldb.Q, id.Brand) (string, error) { return "Europe/Paris", nil }}),
		LedgerConfig{Alone: true, Started: func(d time.Duration) {
			mu.Lock()
			late = append(late, d)
			mu.Unlock()
			if started.Add(1) == int64(n) {
				close(done)
			}
		}})
	if db.Now().After(at.Add(-time.Second)) {
		b.Fatal("filling took too long")
	}
	if err := l.Start(ctx); err != nil {
		b.Fatal(err)
	}
	select {
	case <-done:
	case <-time.After(2 * time.Minute):
		b.Fatalf("only %d started", started.Load())
	}
	stop, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if err := l.Stop(stop); err != nil {
		b.Fatal(err)
	}
	if n, err := sqldb.Value[int64](ctx, db, `SELECT COUNT(*) FROM publication WHERE state <> 'sent'`); err != nil || n != 0 {
		b.Fatalf("%d not sent: %v", n, err)
	}
	return late
}

// fill plans posts straight into the tables: a benchmark of the ledger does not
// measure the composer.
func fill(b *testing.B, db *sqldb.DB, brand id.Brand, channels []id.Channel, n int, at func(int) time.Time) {
	b.Helper()
	ctx := b.Context()
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	for part := range sqldb.Chunks(all, 2000) {
		err := db.Write(ctx, func(tx *sqldb.Tx) error {
			for _, i := range part {
				due := at(i)
				w, err := clock.At(due, "Europe/Paris")
				if err != nil {
					return err
				}
				p := Post{ID: id.New[id.Post](), Brand: brand, Text: "Les sablés de la Saint-Martin sortent du four.", Planned: w, At: due, Validation: Approved, Badge: Scheduled, Made: tx.Now, Edited: tx.Now, Version: 1}
				if err := insertPost(ctx, tx, p); err != nil {
					return err
				}
				c := Content{Parts: []Part{{Text: p.Text}}}
				if err := insertPublication(ctx, tx, Publication{ID: id.New[id.Publication](), Brand: brand, Post: p.ID, Channel: channels[i%len(channels)], State: Planned,
					Content: c, Hash: c.Hash(), Planned: w, DueAt: due, NextAt: due, Version: 1}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
