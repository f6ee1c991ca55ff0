package publishingweb_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"vigie/internal/api"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/channel"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/search"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
	"vigie/internal/publishing"
	"vigie/internal/team"
)

// fill puts n posts on October, straight into the tables.
func fill(a *agency, n int) {
	a.Helper()
	model := a.scheduled("Modèle", "2026-10-22T12:15")
	err := a.db.Write(a.Context(), func(tx *sqldb.Tx) error {
		for i := range n {
			p := id.New[id.Post]()
			if _, err := tx.Exec(a.Context(), `INSERT INTO post (id, brand, title, body, media, options, campaign, labels, local_time, zone, at, validation, badge, changed, channels, media_count, author, made_at, editor, edited_at, version, binned_at)
				SELECT ?, brand, ?, body, media, options, campaign, labels, local_time, zone, at + ?, validation, badge, changed, channels, media_count, author, made_at, editor, edited_at, version, binned_at FROM post WHERE id = ?`,
				p, fmt.Sprintf("Publication numéro %d, avec un titre", i), int64(i%28-21)*86400_000+int64(i%64)*600_000, model.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		a.Fatal(err)
	}
}

// page answers one view and tells its size, plain and compressed.
func page(a *agency, query string) (plain, packed int) {
	a.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", a.path("/calendar?"+query), nil)
	r.Header.Set("Accept-Language", "fr")
	a.mux.ServeHTTP(w, r)
	if w.Code != 200 {
		a.Fatalf("%d: %.300s", w.Code, w.Body)
	}
	var z bytes.Buffer
	g := gzip.NewWriter(&z)
	if _, err := g.Write(w.Body.Bytes()); err != nil {
		a.Fatal(err)
	}
	if err := g.Close(); err != nil {
		a.Fatal(err)
	}
	return w.Body.Len(), z.Len()
}

// A month of two thousand posts is a page like any other.
func TestAMonthOfThousandsIsASmallPage(t *testing.T) {
	eachAgency(t, func(t *testing.T, a *agency) {
		fill(a, 2000)
		for _, view := range []string{"month", "week", "day", "list", "kanban"} {
			plain, packed := page(a, "view="+view+"&date=2026-10-20")
			t.Logf("%s: %d kB, %d kB compressed", view, plain/1000, packed/1000)
			if packed > 100_000 {
				t.Errorf("%s: %d bytes compressed", view, packed)
			}
		}
		if publishing.MaxCalendar < 2000 {
			t.Error("the calendar holds less than this test")
		}
	})
}

func BenchmarkMonthOf2000(b *testing.B) {
	schemas := []sqldb.Schema{logbook.Schema, search.Schema, api.Schema, brand.Schema, team.Schema, channel.Schema, publishing.Schema}
	a := newAgency(b, sqldbtest.Open(b, sqldb.SQLite, schemas, sqldbtest.Now(func() time.Time { return agencyNow })))
	fill(a, 2000)
	for _, view := range []string{"month", "week", "list"} {
		b.Run(view, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				w := httptest.NewRecorder()
				a.mux.ServeHTTP(w, httptest.NewRequest("GET", a.path("/calendar?view="+view+"&date=2026-10-20"), nil))
				if w.Code != 200 {
					b.Fatal(w.Code)
				}
			}
		})
	}
}
