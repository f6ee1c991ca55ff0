package logbook

import (
	"testing"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
)

var schemas = []sqldb.Schema{Schema}

var claire = Actor{Kind: Person, ID: "claire"}

func record(t testing.TB, db *sqldb.DB, b *Book, list ...Entry) {
	t.Helper()
	err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
		for _, e := range list {
			if err := b.Record(t.Context(), tx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func entry(brand id.Brand, act, post string) Entry {
	return Entry{Brand: brand, Actor: claire, Act: act, Subject: Subject{"post", post}, Data: map[string]string{"post": post}}
}

func acts(list []Record) []string {
	out := []string{}
	for _, r := range list {
		out = append(out, r.Act+" "+r.Subject.ID)
	}
	return out
}

func TestListPagesNewestFirstWithinABrand(t *testing.T) {
	sqldbtest.Each(t, schemas, func(t *testing.T, db *sqldb.DB) {
		b := New(db)
		for _, p := range []string{"1", "2", "3", "4", "5"} {
			record(t, db, b, entry("ours", "post.made", p), entry("theirs", "post.made", p))
		}
		var got []string
		cursor := ""
		for {
			list, next, err := b.List(t.Context(), db, "ours", Filter{}, cursor, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range list {
				if r.Brand != "ours" {
					t.Errorf("an entry of %s crossed the wall", r.Brand)
				}
			}
			got = append(got, acts(list)...)
			if cursor = next; next == "" {
				break
			}
		}
		same(t, got, []string{"post.made 5", "post.made 4", "post.made 3", "post.made 2", "post.made 1"})
		if _, _, err := b.List(t.Context(), db, "ours", Filter{}, "!!", 2); err == nil {
			t.Error("a foreign cursor is accepted")
		}
	})
}

func TestListFilters(t *testing.T) {
	at := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	sqldbtest.Each(t, schemas, func(t *testing.T, db *sqldb.DB) {
		b := New(db)
		at = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
		yann := entry("b", "publication.sent", "1")
		yann.Actor.ID = "yann"
		record(t, db, b, entry("b", "post.made", "1"))
		at = at.Add(time.Hour)
		record(t, db, b, entry("b", "post_x.made", "1"), yann)
		at = at.Add(time.Hour)
		record(t, db, b, entry("b", "publication.sent", "2"))
		start := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
		for _, c := range []struct {
			f    Filter
			want []string
		}{
			{Filter{Act: "publication."}, []string{"publication.sent 2", "publication.sent 1"}},
			{Filter{Act: "post."}, []string{"post.made 1"}},
			{Filter{Subject: Subject{"post", "1"}}, []string{"publication.sent 1", "post_x.made 1", "post.made 1"}},
			{Filter{Subject: Subject{"person", "1"}}, []string{}},
			{Filter{Person: "yann"}, []string{"publication.sent 1"}},
			{Filter{Since: start.Add(time.Hour)}, []string{"publication.sent 2", "publication.sent 1", "post_x.made 1"}},
			{Filter{Until: start.Add(time.Hour)}, []string{"post.made 1"}},
		} {
			list, _, err := b.List(t.Context(), db, "b", c.f, "", 50)
			if err != nil {
				t.Fatal(err)
			}
			same(t, acts(list), c.want)
		}
		list, err := b.ListSubject(t.Context(), db, "b", Subject{"post", "1"})
		if err != nil {
			t.Fatal(err)
		}
		same(t, acts(list), []string{"post.made 1", "post_x.made 1", "publication.sent 1"})
	}, sqldbtest.Now(func() time.Time { return at }))
}

func TestAnEntryIsWrittenWithItsTransactionOrNotAtAll(t *testing.T) {
	sqldbtest.Each(t, schemas, func(t *testing.T, db *sqldb.DB) {
		b := New(db)
		_ = db.Write(t.Context(), func(tx *sqldb.Tx) error {
			if err := b.Record(t.Context(), tx, entry("b", "post.made", "1")); err != nil {
				t.Fatal(err)
			}
			return errStop
		})
		if list, _, err := b.List(t.Context(), db, "b", Filter{}, "", 10); err != nil || len(list) != 0 {
			t.Errorf("%v %v", list, err)
		}
		for _, e := range []Entry{{}, {Act: "noverb", Actor: claire}, {Act: "post.made"}, {Act: "post.made", Actor: claire, Brand: "a\x00"}} {
			if err := db.Write(t.Context(), func(tx *sqldb.Tx) error { return b.Record(t.Context(), tx, e) }); err == nil {
				t.Errorf("%+v is recorded", e)
			}
		}
	})
}

// The time a person took is hers: it is in no list and not under the seal.
func TestTimeTookIsPrivate(t *testing.T) {
	at := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	sqldbtest.Each(t, schemas, func(t *testing.T, db *sqldb.DB) {
		b := New(db)
		e := entry("b", "post.made", "1")
		e.Took = 90 * time.Second
		other := e
		other.Actor.ID = "yann"
		clock := e
		clock.Actor = Actor{Kind: Program, ID: "claire"}
		record(t, db, b, e, other, clock, entry("b", "post.read", "1"))
		spent, err := b.TimeOf(t.Context(), "claire", at, at.Add(time.Hour))
		if err != nil || len(spent) != 1 || spent[0].Took != 90*time.Second || spent[0].Act != "post.made" {
			t.Errorf("%+v %v", spent, err)
		}
		if err := b.Seal(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := db.Write(t.Context(), func(tx *sqldb.Tx) error { return b.ForgetTime(t.Context(), tx, "claire") }); err != nil {
			t.Fatal(err)
		}
		if spent, _ = b.TimeOf(t.Context(), "claire", at, at.Add(time.Hour)); len(spent) != 0 {
			t.Error("not forgotten")
		}
		if r, err := b.Verify(t.Context(), "b"); err != nil || !r.OK() || r.Entries != 4 {
			t.Errorf("%+v %v", r, err)
		}
	}, sqldbtest.Now(func() time.Time { return at }))
}

func TestErasingAPersonKeepsTheChain(t *testing.T) {
	sqldbtest.Each(t, schemas, func(t *testing.T, db *sqldb.DB) {
		b := New(db)
		e := entry("b", "member.blocked", "1")
		e.Personal, e.About = map[string]string{"name": "Yann le Troll", "c": "<b>"}, "person-yann"
		f := e
		f.About = "person-else"
		record(t, db, b, e, f)
		if err := b.Seal(t.Context()); err != nil {
			t.Fatal(err)
		}
		list, _, _ := b.List(t.Context(), db, "b", Filter{}, "", 10)
		same(t, string(list[1].Personal), `{"c":"<b>","name":"Yann le Troll"}`)
		for _, want := range []int64{1, 0} {
			err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
				n, err := b.Erase(t.Context(), tx, "person-yann")
				if n != want {
					t.Errorf("%d erased", n)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		list, _, _ = b.List(t.Context(), db, "b", Filter{}, "", 10)
		if !list[1].Erased || list[1].Personal != nil || list[0].Erased || list[0].Personal == nil {
			t.Errorf("%+v", list)
		}
		r, err := b.Verify(t.Context(), "b")
		if err != nil || !r.OK() || r.Erased != 1 {
			t.Errorf("%+v %v", r, err)
		}
	})
}
