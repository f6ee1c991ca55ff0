package sqldbtest

import (
	"testing"
	"testing/fstest"

	"vigie/internal/platform/sqldb"
)

var toys = []sqldb.Schema{{Room: "toys", Files: fstest.MapFS{
	"0001_toy.sql": {Data: []byte("CREATE TABLE toy (id TEXT PRIMARY KEY, n BIGINT NOT NULL);\n")},
}}}

func TestEveryTestHasItsOwnDatabase(t *testing.T) {
	for range 2 {
		Each(t, toys, func(t *testing.T, db *sqldb.DB) {
			if _, err := db.Exec(t.Context(), "INSERT INTO toy (id, n) VALUES (?, ?)", "a", 1); err != nil {
				t.Fatal(err)
			}
			n, err := sqldb.Value[int](t.Context(), db, "SELECT count(*) FROM toy")
			if err != nil || n != 1 {
				t.Errorf("%d rows, %v", n, err)
			}
		})
	}
}

func TestAgainIsTheSameDatabase(t *testing.T) {
	Each(t, toys, func(t *testing.T, db *sqldb.DB) {
		other := Again(t, db)
		if _, err := db.Exec(t.Context(), "INSERT INTO toy (id, n) VALUES (?, ?)", "a", 1); err != nil {
			t.Fatal(err)
		}
		n, err := sqldb.Value[int](t.Context(), other, "SELECT count(*) FROM toy")
		if err != nil || n != 1 {
			t.Errorf("%d rows, %v", n, err)
		}
	}, Durable())
}
