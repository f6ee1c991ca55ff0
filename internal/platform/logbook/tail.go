package logbook

import (
	"context"

	"vigie/internal/platform/sqldb"
)

// tail follows the entries in the order of their numbers without passing over
// one that is still to come.
//
// PostgreSQL draws numbers outside of transactions: entry 6 can be visible
// while 5 is not committed yet, and a rolled back 5 never comes. At a missing
// number, tail asks for a fresh transaction number X. Whoever drew the missing
// number had its own transaction number before (act_next in the schema), thus
// below X; once no transaction below X runs, what is missing stays missing.
// SQLite has one writer and no such gaps: what is visible is in order.
type tail struct {
	bound int64 // the highest number seen when the gap was met
	fence int64 // X
}

// next returns the entries after a number, at most limit, in order; how far it
// is safe to say that everything was seen; and whether something waits behind
// a gap.
func (t *tail) next(ctx context.Context, db *sqldb.DB, after int64, limit int) (list []Record, hashes []string, upto int64, waits bool, err error) {
	for range 2 { // a gap left long ago is crossed at once
		list, hashes, upto, waits, err = t.look(ctx, db, after, limit)
		if err != nil || !waits {
			return list, hashes, upto, waits, err
		}
	}
	return list, hashes, upto, waits, err
}

func (t *tail) look(ctx context.Context, db *sqldb.DB, after int64, limit int) (list []Record, hashes []string, upto int64, waits bool, err error) {
	horizon := "0"
	if db.Dialect() == sqldb.Postgres {
		horizon = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint" // of the same snapshot as the rows
	}
	var oldest int64
	err = sqldb.Each(ctx, db, func(s sqldb.Scanner) error {
		r, hash, err := scanHashed(s, &oldest)
		list, hashes = append(list, r), append(hashes, hash)
		return err
	}, `SELECT `+columns+`, `+horizon+from+` WHERE a.seq > ? ORDER BY a.seq LIMIT ?`, after, limit)
	if err != nil || len(list) == 0 {
		return nil, nil, after, false, err
	}
	highest := list[len(list)-1].Seq
	if db.Dialect() != sqldb.Postgres {
		return list, hashes, highest, false, nil
	}
	settled := int64(0)
	if t.fence != 0 && oldest >= t.fence {
		settled = t.bound
	}
	upto = max(after, min(settled, highest))
	n := 0
	for _, r := range list {
		if r.Seq > settled && r.Seq != upto+1 {
			break
		}
		upto = max(upto, r.Seq)
		n++
	}
	if n == len(list) {
		return list, hashes, upto, false, nil
	}
	if t.fence == 0 || settled != 0 {
		t.bound = highest
		t.fence, err = sqldb.Value[int64](ctx, db, `SELECT pg_current_xact_id()::text::bigint`)
	}
	return list[:n], hashes[:n], upto, true, err
}
