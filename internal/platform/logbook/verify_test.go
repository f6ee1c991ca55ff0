package logbook

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
)

// fill makes two blocks of brand "b", four entries each, with another brand's
// entries between them, and returns the entries.
func fill(t testing.TB, db *sqldb.DB, b *Book) []Record {
	t.Helper()
	for block := range 2 {
		for i := range 4 {
			e := entry("b", "post.made", fmt.Sprint(block, i))
			e.Personal, e.About = "Yann", "yann"
			record(t, db, b, e, entry("other", "post.made", "x"))
		}
		if err := b.Seal(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	list, err := sqldb.List(t.Context(), db, scan, `SELECT `+columns+from+` WHERE a.brand = 'b' ORDER BY a.seq`)
	if err != nil || len(list) != 8 {
		t.Fatal(len(list), err)
	}
	if r, err := b.Verify(t.Context(), "b"); err != nil || !r.OK() || r.Blocks != 2 || r.Entries != 8 || r.Head.Number != 2 {
		t.Fatalf("%+v %v", r, err)
	}
	return list
}

func exec(t testing.TB, db *sqldb.DB, q string, args ...any) {
	t.Helper()
	if n, err := db.Exec(t.Context(), q, args...); err != nil || n == 0 {
		t.Fatal(q, n, err)
	}
}

func TestVerifySaysWhatWasTouchedAndWhere(t *testing.T) {
	for _, c := range []struct {
		name  string
		touch func(t testing.TB, db *sqldb.DB, l []Record)
		want  func(l []Record) []Break
	}{
		{"changed", func(t testing.TB, db *sqldb.DB, l []Record) {
			exec(t, db, `UPDATE act SET data = '{"post":"7"}' WHERE seq = ?`, l[2].Seq)
		}, func(l []Record) []Break { return []Break{{Changed, 1, l[2].Seq, l[2].ID}} }},
		{"removed", func(t testing.TB, db *sqldb.DB, l []Record) { exec(t, db, `DELETE FROM act WHERE seq = ?`, l[5].Seq) },
			func(l []Record) []Break { return []Break{{Removed, 2, l[4].Seq, ""}} }},
		{"first removed", func(t testing.TB, db *sqldb.DB, l []Record) { exec(t, db, `DELETE FROM act WHERE seq = ?`, l[0].Seq) },
			func(l []Record) []Break { return []Break{{Removed, 1, 0, ""}} }},
		{"inserted", func(t testing.TB, db *sqldb.DB, l []Record) {
			exec(t, db, `UPDATE act SET brand = 'b' WHERE seq = ?`, l[1].Seq+1)
		}, func(l []Record) []Break { return []Break{{Inserted, 1, l[1].Seq + 1, "?"}} }},
		{"inserted between two blocks", func(t testing.TB, db *sqldb.DB, l []Record) {
			exec(t, db, `UPDATE act SET brand = 'b' WHERE seq = ?`, l[3].Seq+1)
		}, func(l []Record) []Break { return []Break{{Inserted, 2, l[3].Seq + 1, "?"}} }},
		{"reordered", func(t testing.TB, db *sqldb.DB, l []Record) {
			exec(t, db, `UPDATE act SET seq = -1 WHERE seq = ?`, l[1].Seq)
			exec(t, db, `UPDATE act SET seq = ? WHERE seq = ?`, l[1].Seq, l[2].Seq)
			exec(t, db, `UPDATE act SET seq = ? WHERE seq = -1`, l[2].Seq)
		}, func(l []Record) []Break { return []Break{{Moved, 1, l[1].Seq, l[2].ID}, {Moved, 1, l[2].Seq, l[1].ID}} }},
		{"personal data changed", func(t testing.TB, db *sqldb.DB, l []Record) {
			exec(t, db, `UPDATE act_personal SET body = '"Claire"' WHERE act = ?`, string(l[6].ID))
		}, func(l []Record) []Break { return []Break{{PersonalData, 2, l[6].Seq, l[6].ID}} }},
		{"block changed", func(t testing.TB, db *sqldb.DB, l []Record) {
			exec(t, db, `UPDATE act_block SET sealed_at = sealed_at + 1 WHERE brand = 'b' AND number = 1`)
		}, func(l []Record) []Break { return []Break{{BrokenBlock, 1, l[0].Seq, ""}} }},
		{"link broken", func(t testing.TB, db *sqldb.DB, l []Record) {
			exec(t, db, `UPDATE act_block SET previous = 'x' WHERE brand = 'b' AND number = 2`)
		}, func(l []Record) []Break { return []Break{{BrokenBlock, 2, l[4].Seq, ""}} }},
		{"block removed", func(t testing.TB, db *sqldb.DB, l []Record) {
			exec(t, db, `DELETE FROM act_block WHERE brand = 'b' AND number = 1`)
		}, func(l []Record) []Break { return []Break{{BrokenBlock, 2, l[4].Seq, ""}} }},
		{"last block removed", func(t testing.TB, db *sqldb.DB, l []Record) {
			exec(t, db, `DELETE FROM act_block WHERE brand = 'b' AND number = 2`)
		}, func(l []Record) (out []Break) {
			for _, r := range l[4:] {
				out = append(out, Break{BrokenBlock, 2, r.Seq, r.ID})
			}
			return out
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			sqldbtest.Each(t, schemas, func(t *testing.T, db *sqldb.DB) {
				b := New(db)
				list := fill(t, db, b)
				c.touch(t, db, list)
				r, err := b.Verify(t.Context(), "b")
				if err != nil {
					t.Fatal(err)
				}
				want := c.want(list)
				for i := range want {
					if want[i].Act == "?" {
						want[i].Act, _ = sqldb.Value[id.Act](t.Context(), db, `SELECT id FROM act WHERE seq = ?`, want[i].Seq)
					}
				}
				same(t, r.Breaks, want)
			})
		})
	}
}

// Every column that is sealed, one after the other.
func TestNoColumnIsLeftOutOfTheSeal(t *testing.T) {
	for table, columns := range map[string][]string{
		"act":       {"id", "brand", "actor_kind", "actor", "token", "act", "subject_kind", "subject", "data", "personal_hash", "seq", "at"},
		"act_block": {"brand", "number", "first_seq", "last_seq", "entries", "leaves", "previous", "hash", "sealed_at"},
	} {
		for _, column := range columns {
			db := sqldbtest.Open(t, sqldb.SQLite, schemas)
			b := New(db)
			list := fill(t, db, b)
			change := column + " || 'x'"
			switch column {
			case "seq", "at", "number", "first_seq", "last_seq", "entries", "sealed_at":
				change = column + " + 1000"
			case "leaves":
				change = "CAST(x'00' || substr(leaves, 2) AS BLOB)"
			}
			which := " WHERE brand = 'b' AND number = 2"
			if table == "act" {
				which = fmt.Sprintf(" WHERE seq = %d", list[3].Seq)
			}
			exec(t, db, "UPDATE "+table+" SET "+column+" = "+change+which)
			if r, err := b.Verify(t.Context(), "b"); err != nil || r.OK() {
				t.Errorf("%s.%s changed unseen: %+v %v", table, column, r, err)
			}
		}
	}
}

// Any byte of anything sealed: Verify reports it. Erasing a person: it does
// not.
func TestNoSealedByteChangesUnseen(t *testing.T) {
	db := sqldbtest.Open(t, sqldb.SQLite, schemas)
	b := New(db)
	n := 0
	text := map[string][]string{
		"act":          {"id", "brand", "actor_kind", "actor", "token", "act", "subject_kind", "subject", "data", "personal_hash"},
		"act_block":    {"brand", "previous", "hash"},
		"act_personal": {"body"},
	}
	numbers := map[string][]string{"act": {"seq", "at"}, "act_block": {"number", "first_seq", "last_seq", "entries", "sealed_at"}}
	rapid.Check(t, func(r *rapid.T) {
		n++
		brand := id.Brand(fmt.Sprintf("brand %d", n))
		for range rapid.IntRange(1, 3).Draw(r, "blocks") {
			for range rapid.IntRange(1, 5).Draw(r, "entries") {
				e := Entry{Brand: brand, Actor: Actor{Person, rapid.StringMatching(`[a-z]{1,5}`).Draw(r, "actor"), "t"}, Act: "post.made",
					Subject: Subject{"post", "1"}, Data: rapid.MapOf(rapid.String(), rapid.Int()).Draw(r, "data")}
				if rapid.Bool().Draw(r, "personal") {
					e.Personal, e.About = rapid.String().Draw(r, "name"), string(brand)
				}
				record(t, db, b, e, entry("noise", "post.made", "1"))
			}
			if err := b.Seal(t.Context()); err != nil {
				r.Fatal(err)
			}
		}
		check := func(want bool) {
			r.Helper()
			report, err := b.Verify(t.Context(), brand)
			if err != nil || report.OK() != want {
				r.Fatalf("ok is %v, want %v: %+v %v", report.OK(), want, report, err)
			}
		}
		check(true)
		table := rapid.SampledFrom([]string{"act", "act_block", "act_personal"}).Draw(r, "table")
		where := ` WHERE rowid = (SELECT rowid FROM ` + table + ` WHERE brand = ? ORDER BY rowid LIMIT 1)`
		if table == "act_personal" {
			where = ` WHERE rowid = (SELECT rowid FROM act_personal WHERE about = ? ORDER BY rowid LIMIT 1)`
		}
		touch := ""
		switch how := rapid.SampledFrom([]string{"text", "number", "blob"}).Draw(r, "how"); {
		case how == "blob" && table == "act_block":
			touch = "UPDATE act_block SET leaves = CAST(replace(leaves, substr(leaves, 5, 1), x'00') AS BLOB) || x'01'" + where
		case how == "blob" && table == "act_personal":
			touch = "UPDATE act_personal SET salt = salt || x'00'" + where
		case how == "number" && numbers[table] != nil:
			column := rapid.SampledFrom(numbers[table]).Draw(r, "column")
			touch = "UPDATE " + table + " SET " + column + " = " + column + " + 1000000" + where
		default:
			column := rapid.SampledFrom(text[table]).Draw(r, "column")
			touch = "UPDATE " + table + " SET " + column + " = " + column + " || 'x'" + where
		}
		if rapid.Bool().Draw(r, "erase first") {
			err := db.Write(t.Context(), func(tx *sqldb.Tx) error { _, err := b.Erase(t.Context(), tx, string(brand)); return err })
			if err != nil {
				r.Fatal(err)
			}
			check(true)
		}
		changed, err := db.Exec(t.Context(), touch, string(brand))
		if err != nil {
			r.Fatal(touch, err)
		}
		check(changed == 0)
	})
}

func TestTwoNodesSealOneChain(t *testing.T) {
	sqldbtest.Each(t, schemas, func(t *testing.T, db *sqldb.DB) {
		b := New(db)
		other := sqldbtest.Again(t, db)
		for round := range 10 {
			for i := range 5 {
				record(t, db, b, entry("b", "post.made", fmt.Sprint(round, i)), entry("c", "post.made", "1"))
			}
			errs := make(chan error)
			for _, x := range []*Book{b, New(other)} {
				go func() { errs <- x.Seal(t.Context()) }()
			}
			for range 2 {
				if err := <-errs; err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, brand := range []id.Brand{"b", "c"} {
			r, err := b.Verify(t.Context(), brand)
			if err != nil || !r.OK() || r.Entries != 50 || r.Unsealed != 0 {
				t.Errorf("%+v %v", r, err)
			}
		}
	})
}

// A crash between the blocks of a pass: the next pass closes what is left.
func TestSealingGoesOnAfterACrash(t *testing.T) {
	sqldbtest.Each(t, schemas, func(t *testing.T, db *sqldb.DB) {
		b := New(db)
		fill(t, db, b)
		record(t, db, b, entry("b", "post.made", "new"))
		exec(t, db, `UPDATE act_cursor SET seq = 0 WHERE reader = ?`, sealerName)
		if err := b.Seal(t.Context()); err != nil {
			t.Fatal(err)
		}
		r, err := b.Verify(t.Context(), "b")
		if err != nil || !r.OK() || r.Entries != 9 || r.Blocks != 3 || r.Unsealed != 0 {
			t.Errorf("%+v %v", r, err)
		}
	})
}

func TestSchemaIsTheSameFreshAndUpgraded(t *testing.T) {
	sqldbtest.Each(t, schemas, func(t *testing.T, db *sqldb.DB) {
		empty := sqldbtest.Open(t, db.Dialect(), nil)
		if _, err := empty.Migrate(t.Context(), Schema); err != nil {
			t.Fatal(err)
		}
		sqldbtest.SameSchema(t, db, empty)
	})
}
