package charter

import (
	"context"
	"testing"

	"vigie/internal/base/fault"
	"vigie/internal/platform/jobs"
	"vigie/internal/platform/sqldb"
)

// P8: a dead or redirected link is said; a site that turns programs away is not
// called dead.
func TestLinksAreLookedAtInTheBackgroundAndRemembered(t *testing.T) {
	each(t, func(h *hall) {
		ctx, visits := h.Context(), map[string]int{}
		if err := jobs.Migrate(ctx, h.db); err != nil {
			h.Fatal(err)
		}
		q, err := jobs.New(h.db, jobs.Config{})
		h.ok(err)
		answers := map[string]Visit{"https://a.fr/ok": {200, "https://www.a.fr/ok"}, "https://a.fr/gone": {404, "https://a.fr/gone"}, "https://a.fr/moved": {200, "https://b.fr/"}, "https://a.fr/closed": {403, "https://a.fr/closed"}}
		h.room.Declare(q, func(_ context.Context, url string) (Visit, error) {
			visits[url]++
			if v, ok := answers[url]; ok {
				return v, nil
			}
			return Visit{}, fault.New(fault.NotFound, "")
		})
		var urls []string
		for u := range answers {
			urls = append(urls, u)
		}
		urls = append(urls, "https://nowhere.example/")
		for range 2 {
			if known, err := h.room.Links(ctx, h.db, h.a, urls, true); err != nil || len(known) != 0 {
				h.Fatalf("known before anybody looked: %+v, %v", known, err)
			}
		}
		h.ok(q.Drain(ctx))
		known, err := h.room.Links(ctx, h.db, h.a, urls, true)
		h.ok(err)
		want := map[string]LinkState{"https://a.fr/ok": LinkFine, "https://a.fr/gone": LinkDead, "https://a.fr/moved": LinkMoved, "https://a.fr/closed": LinkUnsure, "https://nowhere.example/": LinkDead}
		for _, k := range known {
			if want[k.URL] != k.State {
				h.Errorf("%s: %s", k.URL, k.State)
			}
		}
		h.ok(q.Drain(ctx))
		for u, n := range visits {
			if n != 1 {
				h.Errorf("%s was visited %d times", u, n)
			}
		}
		if known, err := h.room.Links(ctx, h.db, h.b, urls, false); err != nil || len(known) != 0 {
			h.Errorf("known to another brand: %+v, %v", known, err)
		}
		n, err := sqldb.Value[int](ctx, h.db, `SELECT COUNT(*) FROM charter_link`)
		h.ok(err)
		if n != 5 {
			h.Errorf("%d links", n)
		}
	})
}
