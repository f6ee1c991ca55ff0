package charter

import (
	"context"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/jobs"
	"vigie/internal/platform/sqldb"
)

// LinkID names a link that is looked at.
type LinkID string

// LinkState is where a link leads.
type LinkState string

const (
	LinkFine   LinkState = "fine"
	LinkDead   LinkState = "dead"   // the page is not there, or nobody answers at all
	LinkMoved  LinkState = "moved"  // it leads to another site
	LinkUnsure LinkState = "unsure" // the site does not answer programs; nothing is said
)

// Visit is what came of a visit: the status of the last answer, and where the
// link led in the end.
type Visit struct {
	Status int
	Leads  string
}

// Visitor goes and looks, without ever reaching a private address. An error of
// kind not_found means that there is no such site.
type Visitor func(ctx context.Context, url string) (Visit, error)

// Link is a link as it was last found.
type Link struct {
	URL    string
	State  LinkState
	Status int
	Leads  string
}

const (
	// LinkHolds is how long a look at a link is believed.
	LinkHolds = 24 * time.Hour
	// maxAsked bounds how many links of a brand are looked at in an hour.
	maxAsked = 200
	linkJob  = "charter.link"
)

type linkArgs struct {
	Link LinkID `json:"link"`
}

// Declare lists this room's background work: looking where links lead. After
// it, Links asks for what it does not know.
func (s *Service) Declare(q *jobs.Queue, visit Visitor) {
	s.queue = q
	jobs.Handle(q, linkJob, jobs.Options{Attempts: 2, Timeout: 30 * time.Second}, func(ctx context.Context, a linkArgs) error { return s.visit(ctx, a.Link, visit) })
	q.Every("charter.links", 24*time.Hour, func(ctx context.Context) error {
		_, err := s.DB.Exec(ctx, `DELETE FROM charter_link WHERE asked_at < ?`, sqldb.At(s.DB.Now().Add(-14*24*time.Hour)))
		return err
	})
}

// Links returns what is known of links, and has the others looked at in the
// background, ask allowing: open pages are told when something is known. It
// calls nobody itself.
func (s *Service) Links(ctx context.Context, q sqldb.Q, b id.Brand, urls []string, ask bool) ([]Link, error) {
	var out []Link
	var wanted []string
	now := s.DB.Now()
	for _, u := range urls {
		if len(u) > 2000 {
			continue
		}
		type row struct {
			Link
			asked, looked sqldb.Time
		}
		one, err := sqldb.One(ctx, q, func(r sqldb.Scanner) (x row, err error) {
			return x, r.Scan(&x.URL, &x.State, &x.Status, &x.Leads, &x.asked, &x.looked)
		}, `SELECT url, state, status, leads, asked_at, looked_at FROM charter_link WHERE brand = ? AND url = ?`, b, u)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		known := err == nil && !one.looked.IsZero()
		if known {
			out = append(out, one.Link)
		}
		if stale := now.Sub(one.looked.Time) > LinkHolds && now.Sub(one.asked.Time) > 5*time.Minute; err != nil || stale {
			wanted = append(wanted, u)
		}
	}
	if !ask || s.queue == nil || len(wanted) == 0 {
		return out, nil
	}
	return out, s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := sqldb.Value[int](ctx, tx, `SELECT COUNT(*) FROM charter_link WHERE brand = ? AND asked_at > ?`, b, sqldb.At(tx.Now.Add(-time.Hour)))
		if err != nil {
			return err
		}
		for _, u := range wanted {
			if n++; n > maxAsked {
				return nil
			}
			link, err := sqldb.Value[LinkID](ctx, tx, `INSERT INTO charter_link (id, brand, url, asked_at, looked_at, state, status, leads) VALUES (?,?,?,?,NULL,'',0,'')
				ON CONFLICT (brand, url) DO UPDATE SET asked_at = excluded.asked_at RETURNING id`, id.New[LinkID](), b, u, sqldb.At(tx.Now))
			if err != nil {
				return err
			}
			if err := s.queue.Enqueue(ctx, tx, linkJob, linkArgs{link}, jobs.Unique()); err != nil {
				return err
			}
		}
		return nil
	})
}

// visit looks at one link and writes down what it found. Safe to repeat.
func (s *Service) visit(ctx context.Context, link LinkID, visit Visitor) (err error) {
	defer fault.Wrap(&err, "visit link")
	type row struct {
		brand id.Brand
		url   string
	}
	one, err := sqldb.One(ctx, s.DB, func(r sqldb.Scanner) (x row, err error) { return x, r.Scan(&x.brand, &x.url) }, `SELECT brand, url FROM charter_link WHERE id = ?`, link)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	v, verr := visit(ctx, one.url)
	state := judge(one.url, v, verr)
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE charter_link SET looked_at = ?, state = ?, status = ?, leads = ? WHERE id = ?`, sqldb.At(tx.Now), state, v.Status, text(v.Leads[:min(len(v.Leads), 2000)]), link)
		tx.AfterCommit(func() { s.Tell("brand:"+string(one.brand), "charter", nil) })
		return err
	})
}

// judge says what a visit means. Sites that turn programs away (401, 403, 429),
// or are ill for the moment (5xx), prove nothing.
func judge(url string, v Visit, err error) LinkState {
	switch {
	case fault.Is(err, fault.NotFound):
		return LinkDead
	case err != nil:
		return LinkUnsure
	case v.Status == 404 || v.Status == 410:
		return LinkDead
	case v.Status < 200 || v.Status >= 400:
		return LinkUnsure
	case v.Leads != "" && hostOf(v.Leads) != hostOf(url):
		return LinkMoved
	}
	return LinkFine
}
