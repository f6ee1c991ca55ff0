package assets

import (
	"context"
	"slices"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
)

// Those who answer for a brand are written to before a right ends, while there
// is time to renew it, or to change what is planned.

// WarnDays are how many days before the last one a letter is written, the
// farthest first.
func WarnDays() []int { return []int{30, 7, 1} }

const (
	// WarnEvery is how often Warn is called.
	WarnEvery = 10 * time.Minute
	// The hours in which letters are sent, on the clock of the brand.
	letterFrom, letterTo = 8, 19
)

// KindWarn is the job that sends one of these letters.
const KindWarn = "assets.warn"

// WarnJob is one letter to one person about every right that she has not been
// told of.
type WarnJob struct {
	Brand  id.Brand  `json:"brand"`
	Person id.Person `json:"person"`
	Letter id.Token  `json:"letter"`
}

// deadline is an end that is near.
type deadline struct {
	Brand id.Brand
	Media id.Media
	About ConsentID // empty: the licence
	Ends  time.Time
	// Of the media and of what ends, for the letter.
	Name string
	Kind ConsentKind // of a consent
	Day  string
	Zone string
}

const deadlines = `SELECT m.brand, m.id, m.name, x.about, x.kind, x.ends_at, x.day, x.zone FROM (
		SELECT brand, media, '' AS about, '' AS kind, ends_at, to_day AS day, zone FROM media_licence WHERE ends_at > ? AND ends_at <= ?
		UNION ALL SELECT brand, media, id, kind, ends_at, until_day, zone FROM media_consent WHERE withdrawn_day = '' AND ends_at > ? AND ends_at <= ?) x
	JOIN media m ON m.id = x.media AND m.brand = x.brand WHERE m.binned_at IS NULL`

func scanDeadline(r sqldb.Scanner) (d deadline, err error) {
	var ends sqldb.Time
	err = r.Scan(&d.Brand, &d.Media, &d.Name, &d.About, &d.Kind, &ends, &d.Day, &d.Zone)
	d.Ends = ends.Time
	return d, err
}

// Warn writes down who is to be told that a right ends, thirty days, seven days
// and one day before, and has the letters sent. Each warning is given once to
// each person, whatever restarts; one whose day went by while nobody could be
// told is left out for the next. The program calls it every WarnEvery; safe to
// repeat, on several nodes at once.
func (s *Service) Warn(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "warn before rights end")
	if s.Letters == nil {
		return nil
	}
	now := s.DB.Now()
	from, to := sqldb.At(now), sqldb.At(now.AddDate(0, 0, WarnDays()[0]+2))
	all, err := sqldb.List(ctx, s.DB, scanDeadline, deadlines+` ORDER BY x.ends_at, m.id LIMIT 20000`, from, to, from, to)
	if err != nil {
		return err
	}
	byBrand := map[id.Brand][]deadline{}
	for _, d := range all {
		byBrand[d.Brand] = append(byBrand[d.Brand], d)
	}
	for b, list := range byBrand {
		if err := s.warnBrand(ctx, b, list); err != nil {
			s.Log.Error("letters before rights end", "brand", b, "error", err) // the other brands go on
		}
	}
	return nil
}

// warned is a warning that a person got, or will.
type warned struct {
	person id.Person
	media  id.Media
	about  ConsentID
	ends   int64
	days   int
}

func (s *Service) warnBrand(ctx context.Context, b id.Brand, list []deadline) error {
	_, zone, err := s.Letters.Brand(ctx, s.DB, b)
	if fault.Is(err, fault.NotFound) {
		return nil // put away
	}
	if err != nil {
		return err
	}
	now := s.DB.Now()
	if wait := untilDecent(now, zone); wait > 0 {
		return nil
	}
	due := map[deadline]int{}
	for _, d := range list {
		if days := warning(daysLeft(now, d.Ends, zone)); days > 0 {
			due[d] = days
		}
	}
	if len(due) == 0 {
		return nil
	}
	people, err := s.Letters.Answerable(ctx, b)
	if err != nil || len(people) == 0 {
		return err
	}
	had := map[warned]bool{}
	err = sqldb.Each(ctx, s.DB, func(r sqldb.Scanner) error {
		var w warned
		err := r.Scan(&w.person, &w.media, &w.about, &w.ends, &w.days)
		had[w] = true
		return err
	}, `SELECT person, media, about, ends_at, days FROM media_warning WHERE brand = ? AND ends_at > ?`, b, sqldb.At(now))
	if err != nil {
		return err
	}
	for _, p := range people {
		var owed []warned
		for _, d := range list {
			if w := (warned{p, d.Media, d.About, d.Ends.UnixMilli(), due[d]}); w.days > 0 && !had[w] {
				owed = append(owed, w)
			}
		}
		if len(owed) == 0 {
			continue // the usual case costs no write
		}
		if err := s.owe(ctx, b, p, owed); err != nil {
			return err
		}
	}
	return nil
}

// owe notes what a person is to be told, and has one letter sent about all of
// it that is new.
func (s *Service) owe(ctx context.Context, b id.Brand, p id.Person, list []warned) error {
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		letter, some := id.New[id.Token](), false
		for _, w := range list {
			n, err := tx.Exec(ctx, `INSERT INTO media_warning (brand, person, media, about, ends_at, days, letter, made_at)
				SELECT brand, ?, id, ?, ?, ?, ?, ? FROM media WHERE brand = ? AND id = ? ON CONFLICT (media, about, ends_at, days, person) DO NOTHING`,
				p, w.about, w.ends, w.days, letter, sqldb.At(tx.Now), b, w.media)
			if err != nil {
				return err
			}
			some = some || n > 0
		}
		if !some {
			return nil // another node was first
		}
		return s.Jobs.Enqueue(ctx, tx, KindWarn, WarnJob{b, p, letter})
	})
}

// warning is which warning is due with so many days left: the nearest of
// WarnDays that is reached; 0: none yet.
func warning(left int) int {
	out := 0
	for _, n := range WarnDays() {
		if left <= n {
			out = n
		}
	}
	return out
}

// daysLeft counts the midnights, on the clock of a zone, between now and the
// last day on which a right holds: 0 on that day.
func daysLeft(now, ends time.Time, zone string) int {
	loc, err := clock.Zone(zone)
	if err != nil {
		loc = time.UTC
	}
	day := func(t time.Time) time.Time {
		y, m, d := t.In(loc).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(day(ends.Add(-time.Millisecond)).Sub(day(now)) / (24 * time.Hour))
}

// untilDecent is how long to wait for an hour at which people get letters; 0:
// now is one.
func untilDecent(now time.Time, zone string) time.Duration {
	loc, err := clock.Zone(zone)
	if err != nil {
		loc = time.UTC
	}
	t := now.In(loc)
	if h := t.Hour(); h >= letterFrom && h < letterTo {
		return 0
	}
	next := time.Date(t.Year(), t.Month(), t.Day(), letterFrom, 0, 0, 0, loc)
	if !next.After(t) {
		next = time.Date(t.Year(), t.Month(), t.Day()+1, letterFrom, 0, 0, 0, loc)
	}
	return next.Sub(t)
}

// stillDue lists what a letter is about and is still true: the right still ends
// at that instant, and it is still to come.
func (s *Service) stillDue(ctx context.Context, j WarnJob) (out []deadline, open bool, err error) {
	now := s.DB.Now()
	rows, err := sqldb.List(ctx, s.DB, func(r sqldb.Scanner) (w warned, err error) {
		return w, r.Scan(&w.media, &w.about, &w.ends)
	}, `SELECT media, about, ends_at FROM media_warning WHERE brand = ? AND person = ? AND letter = ? AND sent_at IS NULL`, j.Brand, j.Person, j.Letter)
	if err != nil || len(rows) == 0 {
		return nil, false, err
	}
	var last int64
	for _, w := range rows {
		last = max(last, w.ends)
	}
	all, err := sqldb.List(ctx, s.DB, scanDeadline, deadlines+` AND m.brand = ? ORDER BY x.ends_at, m.name, m.id`, sqldb.At(now), last, sqldb.At(now), last, j.Brand)
	return slices.DeleteFunc(all, func(d deadline) bool {
		return !slices.ContainsFunc(rows, func(w warned) bool { return w.media == d.Media && w.about == d.About && w.ends == d.Ends.UnixMilli() })
	}), true, err
}
