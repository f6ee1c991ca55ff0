package measure

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/platform/sqldb"
	"vigie/internal/publishing"
)

// ratio is the third row: processor time of a whole page of 50 publications
// (session, rail, counts, rows, frame) against its own query and scan, in one
// process, alternating, the best of five.
func (b *bench) ratio(ctx context.Context, br brand.Brand) error {
	a, err := b.open(ctx, "pages")
	if err != nil {
		return err
	}
	defer a.Close()
	web, err := a.Web()
	if err != nil {
		return err
	}
	in := httptest.NewRequest("POST", "/sign-in", strings.NewReader(url.Values{"email": {Email}, "password": {Password}}.Encode()))
	in.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	in.Header.Set("Origin", "http://"+in.Host)
	signed := httptest.NewRecorder()
	web.Mux.ServeHTTP(signed, in)
	cookies := signed.Result().Cookies()
	who, err := sqldb.Value[id.Person](ctx, a.DB, `SELECT id FROM person LIMIT 1`)
	if err != nil {
		return err
	}
	actor, err := a.Team.ActorOf(ctx, who)
	if err != nil {
		return err
	}
	page := func() error {
		r := httptest.NewRequestWithContext(ctx, "GET", "/b/"+string(br.ID)+"/publications", nil)
		for _, c := range cookies {
			r.AddCookie(c)
		}
		w := httptest.NewRecorder()
		web.Mux.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			return fault.New(fault.Internal, "").Becausef("the page answered %d", w.Code)
		}
		return nil
	}
	query := func() error {
		_, err := a.Publishing.Ledger(ctx, actor, br.ID, publishing.PublicationFilter{}, "", 50)
		return err
	}
	const n = 200
	times := func(fn func() error) (time.Duration, error) {
		return processor(func() error {
			for range n {
				if err := fn(); err != nil {
					return err
				}
			}
			return nil
		})
	}
	best, whole, bare := 1e9, time.Duration(0), time.Duration(0)
	for range 6 { // the first warms up
		q, err := times(query)
		if err != nil {
			return err
		}
		p, err := times(page)
		if err != nil {
			return err
		}
		if r := float64(p) / float64(q); r < best {
			best, whole, bare = r, p/n, q/n
		}
	}
	b.say(fmt.Sprintf("page of 50 out of %d: CPU ÷ same query + Scan", b.size.Rows), "≤ 1.25", best <= 1.25, "%.2f (%.2f ms, %.2f ms)", best, ms(whole), ms(bare))
	return nil
}
