package search

import (
	"fmt"
	"testing"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
)

func put(t testing.TB, db *sqldb.DB, docs ...Doc) {
	t.Helper()
	err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
		for _, d := range docs {
			if err := Put(t.Context(), tx, d); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func find(t testing.TB, db *sqldb.DB, b id.Brand, text string) (out []string) {
	t.Helper()
	hits, err := Find(t.Context(), db, b, "post", text, "", 50)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range hits {
		out = append(out, h.ID)
	}
	return out
}

func TestWordsAreFoundFoldedAndAsBeginnings(t *testing.T) {
	sqldbtest.Each(t, []sqldb.Schema{Schema}, func(t *testing.T, db *sqldb.DB) {
		b, other := id.New[id.Brand](), id.New[id.Brand]()
		put(t, db,
			Doc{b, "post", "1", "Crêpes au blé noir, à l’ancienne"},
			Doc{b, "post", "2", "L’œuf et la crème : 100 % Bretagne"},
			Doc{other, "post", "3", "crêpes d’ailleurs"},
			Doc{b, "media", "4", "crêpes en photo"},
			Doc{b, "post", "5", `NEAR "OR" AND 'x' & y | z:* <-> (`},
		)
		for _, c := range []struct{ text, want string }{
			{"crepes", "[1]"}, {"CRÊPES", "[1]"}, {"cre", "[2 1]"}, {"ble noir", "[1]"}, {"noir ble", "[1]"}, {"ancienne", "[1]"},
			{"oeuf", "[2]"}, {"œuf", "[2]"}, {"100", "[2]"}, {"crepes absent", "[]"}, {"", "[]"}, {"!!", "[]"},
			{`near "or`, "[5]"}, {"x' | y", "[5]"}, {"y & z:*", "[5]"}, {"* OR a", "[5]"}, {"kpost", "[]"}, {"_kpost", "[]"},
		} {
			if got := fmt.Sprint(find(t, db, b, c.text)); got != c.want {
				t.Errorf("%q: %s, want %s", c.text, got, c.want)
			}
		}
		put(t, db, Doc{b, "post", "1", "galettes"})
		if got := fmt.Sprint(find(t, db, b, "crepes")); got != "[]" {
			t.Errorf("its old words are still known: %s", got)
		}
		if err := db.Write(t.Context(), func(tx *sqldb.Tx) error { return Remove(t.Context(), tx, "post", "1") }); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(find(t, db, b, "galettes")); got != "[]" {
			t.Errorf("found after removal: %s", got)
		}
	})
}

func TestPagesGoOnWhereTheyStopped(t *testing.T) {
	sqldbtest.Each(t, []sqldb.Schema{Schema}, func(t *testing.T, db *sqldb.DB) {
		b := id.New[id.Brand]()
		for i := range 25 {
			put(t, db, Doc{b, "post", fmt.Sprint(i), "sablé du jour"})
		}
		var got []string
		cur := ""
		for {
			hits, err := Find(t.Context(), db, b, "post", "sabl", cur, 10)
			if err != nil {
				t.Fatal(err)
			}
			if len(hits) == 0 {
				break
			}
			for _, h := range hits {
				got = append(got, h.ID)
			}
			cur = hits[len(hits)-1].Cursor()
		}
		if len(got) != 25 || got[0] != "24" || got[24] != "0" {
			t.Errorf("%v", got)
		}
		if _, err := Find(t.Context(), db, b, "post", "x", "%%%", 10); !fault.Is(err, fault.Invalid) {
			t.Errorf("cursor: %v", err)
		}
	})
}

// A beginning finds the same whether it is spelled out as the words it stands
// for, has an index of its own, or stands for too many.
func TestABeginningFindsWhateverItStandsFor(t *testing.T) {
	sqldbtest.Each(t, []sqldb.Schema{Schema}, func(t *testing.T, db *sqldb.DB) {
		b := id.New[id.Brand]()
		for i := range maxTerms + 20 {
			put(t, db, Doc{b, "post", fmt.Sprint(i), fmt.Sprintf("recette%03d du jour", i)})
		}
		for text, want := range map[string]int{"re": maxTerms + 20, "recet": maxTerms + 20, "recette00": 10, "recette000": 1, "jour recette01": 10, "recettes": 0} {
			hits, err := Find(t.Context(), db, b, "post", text, "", 1000)
			if err != nil || len(hits) != want {
				t.Errorf("%q: %d found, want %d (%v)", text, len(hits), want, err)
			}
		}
	})
}

// C3: a word that was erased is not kept as a word either.
func TestSweepForgetsWordsThatNobodyHolds(t *testing.T) {
	sqldbtest.Each(t, []sqldb.Schema{Schema}, func(t *testing.T, db *sqldb.DB) {
		b := id.New[id.Brand]()
		put(t, db, Doc{b, "post", "1", "Ermeline déménage"}, Doc{b, "post", "2", "la boutique déménage"})
		if err := db.Write(t.Context(), func(tx *sqldb.Tx) error { return Remove(t.Context(), tx, "post", "1") }); err != nil {
			t.Fatal(err)
		}
		if next, err := Sweep(t.Context(), db, "", 100); err != nil || next != "" {
			t.Fatal(next, err)
		}
		if got := fmt.Sprint(find(t, db, b, "demen")); got != "[2]" {
			t.Errorf("what is held is found no more: %s", got)
		}
		if db.Dialect() == sqldb.Postgres {
			return
		}
		if n, err := sqldb.Value[int64](t.Context(), db, `SELECT COUNT(*) FROM search_term WHERE term = 'ermeline'`); err != nil || n != 0 {
			t.Errorf("the erased word is kept (%v)", err)
		}
		if n, err := sqldb.Value[int64](t.Context(), db, `SELECT COUNT(*) FROM search_term`); err != nil || n != 3 {
			t.Errorf("%d words kept, want 3 (%v)", n, err)
		}
	})
}
