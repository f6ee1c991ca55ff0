package sqldbtest

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/platform/sqldb"
)

// SameSchema fails the test unless both databases have the same tables,
// columns, keys and indexes: a fresh install equals an upgraded one.
func SameSchema(t testing.TB, fresh, upgraded *sqldb.DB) {
	t.Helper()
	a, b := describe(t, fresh), describe(t, upgraded)
	if len(a) == 0 {
		t.Error("the fresh database has no tables")
	}
	if d := cmp.Diff(a, b); d != "" {
		t.Errorf("schemas differ (-fresh +upgraded)\n%s", d)
	}
}

// What a person would compare, as lines; the order of columns is no difference.
const describeSQLite = `
SELECT 'column ' || m.name || '.' || c.name || ' ' || c.type || ' null=' || (1 - c."notnull") || ' default=' || coalesce(c.dflt_value, '') || ' key=' || c.pk
FROM sqlite_master m, pragma_table_xinfo(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'
UNION ALL SELECT 'index ' || m.name || '.' || i.name || ' unique=' || i."unique" || ' partial=' || i.partial || ' ' ||
 (SELECT group_concat(coalesce(x.name, '(expression)')) FROM pragma_index_info(i.name) x) || ' ' || coalesce(s.sql, '')
FROM sqlite_master m, pragma_index_list(m.name) i LEFT JOIN sqlite_master s ON s.name = i.name WHERE m.type = 'table'
UNION ALL SELECT 'link ' || m.name || '.' || f."from" || ' to ' || f."table" || '.' || coalesce(f."to", '') || ' on delete ' || f.on_delete
FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'
UNION ALL SELECT m.type || ' ' || m.name || ' ' || m.sql FROM sqlite_master m WHERE m.type IN ('trigger', 'view')`

const describePostgres = `
SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' null=' || is_nullable || ' default=' || coalesce(column_default, '') || ' identity=' || is_identity
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'rule ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'function ' || pg_get_functiondef(p.oid) FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prokind = 'f'
 AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')`

func describe(t testing.TB, db *sqldb.DB) []string {
	t.Helper()
	query := describeSQLite
	if db.Dialect() == sqldb.Postgres {
		query = describePostgres
	}
	lines, err := sqldb.Values[string](t.Context(), db, query)
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range lines {
		lines[i] = strings.Join(strings.Fields(l), " ")
	}
	slices.Sort(lines)
	return lines
}
