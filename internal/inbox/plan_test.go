package inbox

import (
	"slices"
	"strings"
	"testing"

	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
)

// crowd is twenty-four thousand conversations of three brands in the statements
// that both engines understand; one in a hundred is open.
const crowd = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 24000)
INSERT INTO conversation (` + conversationColumns + `)
SELECT '00000000-0000-7000-8000-000000' || (100000 + i), 'brand' || (i % 3), 'channel' || (i % 20), 'practice', CASE WHEN i % 7 = 0 THEN 'mention' ELSE 'comment' END, '', '', 'speaker' || (i % 500), '', '', 'fr', FALSE,
 CASE WHEN i % 100 = 1 THEN 'open' WHEN i % 100 = 2 THEN 'waiting' WHEN i % 1000 = 3 THEN 'snoozed' ELSE 'done' END, CASE WHEN i % 1000 = 3 THEN i END, CASE WHEN i % 10 = 0 THEN 'person' || (i % 5) ELSE '' END, '', 1,
 1000 + i, 1000 + i, NULL, CASE WHEN i % 100 = 1 THEN 1000 + i END, '', NULL, 1, 1 FROM n`

// crowdRead is how far a few people have read them.
const crowdRead = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 24000)
INSERT INTO conversation_read (person, conversation, brand, at) SELECT 'person' || (i % 5), '00000000-0000-7000-8000-000000' || (100000 + i), 'brand' || (i % 3), 1000 + i FROM n`

// Every hot list is answered out of its index, in the index's own order:
// nothing is read whole and nothing is sorted.
func TestHotListsAreAnsweredByTheirIndex(t *testing.T) {
	if testing.Short() {
		t.Skip("short: fills a table")
	}
	each(t, func(s *stage) {
		fill := []string{crowd, crowdRead}
		if s.db.Dialect() == sqldb.Postgres {
			fill = append(fill, `ANALYZE`) // PostgreSQL does by itself; nobody does on SQLite
		}
		for _, q := range fill {
			_, err := s.db.Exec(t.Context(), q)
			s.ok(err)
		}
		after, err := parseCursor(cursorOf(noon, "00000000-0000-7000-8000-000000150000"))
		s.ok(err)
		list := func(f Filter, state State, after *place0) func() (string, []any) {
			return func() (string, []any) { return f.question("brand1", "person1", state, after, 51) }
		}
		for _, c := range []struct {
			name, index string
			query       func() (string, []any)
		}{
			{"all", "conversation_all", list(Filter{}, "", nil)},
			{"all, next page", "conversation_all", list(Filter{}, "", after)},
			{"open", "conversation_state|conversation_mine", list(Filter{}, Open, nil)},
			{"open, next page", "conversation_state", list(Filter{}, Open, after)},
			{"done", "conversation_state", list(Filter{}, Done, nil)},
			{"unread", "conversation_state", list(Filter{Unread: true}, Open, nil)},
			{"mine", "conversation_mine", list(Filter{Assignee: "person1"}, Open, nil)},
			{"nobody's", "conversation_mine|conversation_state", list(Filter{Assignee: Nobody}, Open, nil)},
			{"a channel", "conversation_channel", list(Filter{Channel: "channel7"}, Done, nil)},
			{"a kind", "conversation_kind|conversation_state", list(Filter{Kind: "mention"}, Done, nil)},
			{"waits longest", "conversation_unanswered", func() (string, []any) {
				return `SELECT id FROM conversation WHERE brand = ? AND state = 'open' AND unanswered_at IS NOT NULL ORDER BY unanswered_at, id LIMIT ?`, []any{"brand1", 20}
			}},
			{"comes back", "conversation_snoozed", func() (string, []any) {
				return `SELECT id FROM conversation WHERE state = 'snoozed' AND until <= ? ORDER BY until LIMIT 200`, []any{int64(5000)}
			}},
		} {
			query, args := c.query()
			plan := s.plan(query, args...)
			// Of several indexes in the right order PostgreSQL takes one by its
			// statistics: which, is not ours to fix.
			if s.db.Dialect() == sqldb.SQLite && !slices.ContainsFunc(strings.Split(c.index, "|"), func(name string) bool { return strings.Contains(plan, name) }) {
				t.Errorf("%s: not by %s:\n%s", c.name, c.index, plan)
			}
			// A sort of a few rows is chance too: only a crowd must not be sorted.
			if sqldbtest.SortsMany(plan) {
				t.Errorf("%s: sorts too much\n%s", c.name, plan)
			}
			for _, bad := range []string{"TEMP B-TREE", "Seq Scan on conversation c", "SCAN c\n", "SCAN conversation\n"} {
				if strings.Contains(plan, bad) {
					t.Errorf("%s: %s\n%s", c.name, bad, plan)
				}
			}
		}
	})
}

func (s *stage) plan(query string, args ...any) string {
	s.Helper()
	explain := "EXPLAIN QUERY PLAN "
	if s.db.Dialect() == sqldb.Postgres {
		explain = "EXPLAIN "
	}
	rows, err := s.db.Query(s.Context(), explain+query, args...)
	s.ok(err)
	defer rows.Close()
	columns, err := rows.Columns()
	s.ok(err)
	var out strings.Builder
	for rows.Next() {
		row, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		s.ok(rows.Scan(into...))
		line, _ := row[len(row)-1].(string)
		out.WriteString(line + "\n")
	}
	s.ok(rows.Err())
	return out.String()
}
