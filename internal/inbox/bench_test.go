package inbox

import (
	"fmt"
	"runtime"
	"testing"

	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
)

// I1: 1,000 items a second, sustained, durable: pages of a hundred as a storm
// brings them, two thousand people under fifty posts and in their threads.
func BenchmarkTake(b *testing.B) {
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		b.Run(string(d), func(b *testing.B) {
			s := newStage(b, sqldbtest.Open(b, d, schemas, sqldbtest.Durable()))
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				page := make([]network.Item, 0, 100)
				for range 100 {
					it := comment(fmt.Sprintf("c%d", n), fmt.Sprintf("p%d", n%50), fmt.Sprintf("who%d", n%2000), fmt.Sprintf("Bonjour, la boîte numéro %d est arrivée cassée, que faire ?", n), 0)
					if n%3 == 2 {
						it.Parent = network.Ref(fmt.Sprintf("c%d", n-1))
					}
					page, n = append(page, it), n+1
				}
				if _, err := s.Take(b.Context(), s.ch, network.Batch{Items: page}, Live, Hold{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "items/s")
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(m.HeapAlloc)/1e6, "MB_heap")
		})
	}
}
