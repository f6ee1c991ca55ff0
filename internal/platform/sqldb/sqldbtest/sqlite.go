package sqldbtest

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"vigie/internal/platform/sqldb"
)

// files keeps, per fingerprint, the bytes of a migrated and closed file.
var files struct {
	sync.Mutex
	made map[string][]byte
}

func openSQLite(t testing.TB, schemas []sqldb.Schema, o options) *sqldb.DB {
	t.Helper()
	path := filepath.Join(t.TempDir(), "vigie.db")
	if err := os.WriteFile(path, sqliteTemplate(t, schemas, o), 0o600); err != nil {
		t.Fatal(err)
	}
	return open(t, path, o)
}

func sqliteTemplate(t testing.TB, schemas []sqldb.Schema, o options) []byte {
	t.Helper()
	name := fingerprint(t, schemas, o)
	files.Lock()
	defer files.Unlock()
	if b, ok := files.made[name]; ok {
		return b
	}
	path := filepath.Join(t.TempDir(), "template.db")
	if err := build(t.Context(), path, schemas, o); err != nil {
		t.Fatalf("migrate: %v", err)
	}
	b, err := os.ReadFile(path) // closing the last connection folded the WAL into it
	if err != nil {
		t.Fatal(err)
	}
	if files.made == nil {
		files.made = map[string][]byte{}
	}
	files.made[name] = b
	return b
}
