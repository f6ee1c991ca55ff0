package sqldb_test

import (
	"testing"
	"time"

	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
)

// BenchmarkABoundLimit compares a read whose limit is bound with the same read
// whose limit is written out. SQLite looks at a bound limit to plan by it and
// compiles the prepared statement anew each time: a ratio well above 1 says that
// it does again (it was 2.6 before DB.Query hid the parameter, and a third of a
// page of 50).
func BenchmarkABoundLimit(b *testing.B) {
	db := sqldbtest.Open(b, sqldb.SQLite, nil)
	const query = `SELECT a.name FROM sqlite_schema AS a JOIN sqlite_schema AS b ON b.name = a.name LEFT JOIN sqlite_schema AS c ON c.rootpage = b.rootpage AND c.type = 'view' WHERE a.type <> 'trigger' AND b.type = a.type ORDER BY a.name LIMIT `
	name := func(s sqldb.Scanner) (v string, err error) { return v, s.Scan(&v) }
	run := func(query string, args ...any) time.Duration {
		best := time.Hour
		for range 5 {
			began := time.Now()
			for range 200 {
				if _, err := sqldb.List(b.Context(), db, name, query, args...); err != nil {
					b.Fatal(err)
				}
			}
			best = min(best, time.Since(began))
		}
		return best
	}
	for range b.N {
		b.ReportMetric(float64(run(query+"?", 2))/float64(run(query+"2")), "ratio")
	}
}
