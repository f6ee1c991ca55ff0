package publishing

import (
	"context"
	"slices"
	"strings"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// AllSeries lists a brand's series, the latest made first, at most two hundred.
func (s *Service) AllSeries(ctx context.Context, a team.Actor, b id.Brand) (_ []Series, err error) {
	defer fault.Wrap(&err, "list series")
	if err := a.Require(b, team.SeeDrafts); err != nil {
		return nil, err
	}
	return sqldb.List(ctx, s.DB, scanSeries, `SELECT `+seriesColumns+` FROM series WHERE brand = ? ORDER BY made_at DESC, id DESC LIMIT 200`, b)
}

// SeriesOf is the series that a post belongs to, the one made last; nil when it
// comes back in none.
func (s *Service) SeriesOf(ctx context.Context, a team.Actor, b id.Brand, post id.Post) (_ *Series, err error) {
	defer fault.Wrap(&err, "series of post")
	if _, err := s.Get(ctx, a, b, post); err != nil {
		return nil, err
	}
	all, err := sqldb.List(ctx, s.DB, scanSeries, `SELECT s.`+strings.ReplaceAll(seriesColumns, `, `, `, s.`)+` FROM series s JOIN series_post o ON o.series = s.id WHERE s.brand = ? AND o.post = ? ORDER BY s.made_at DESC, s.id DESC LIMIT 1`, b, post)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// Occurrences lists the posts of a series, in their order. Errors: not_found.
func (s *Service) Occurrences(ctx context.Context, a team.Actor, b id.Brand, v SeriesID) (_ []Occurrence, err error) {
	defer fault.Wrap(&err, "occurrences")
	if err := a.Require(b, team.SeeDrafts); err != nil {
		return nil, err
	}
	if _, err := s.series(ctx, b, v); err != nil {
		return nil, err
	}
	return occurrences(ctx, s.DB, b, v)
}

func occurrences(ctx context.Context, q sqldb.Q, b id.Brand, v SeriesID) ([]Occurrence, error) {
	return sqldb.List(ctx, q, func(r sqldb.Scanner) (o Occurrence, err error) { return o, r.Scan(&o.Local, &o.Post, &o.Alone) },
		`SELECT o.occurrence, o.post, o.alone FROM series_post o JOIN series s ON s.id = o.series WHERE s.brand = ? AND o.series = ? ORDER BY o.occurrence`, b, v)
}

// ChangeFollowing makes a post the model of what follows in its series: what
// the later ones say, and at what hour of their day. Those that left, were
// edited by themselves or lie in the bin stay; those that were scheduled are
// scheduled anew, with their own approval. It returns how many changed. Errors:
// conflict (it belongs to no series), invalid (it does not fit its channels).
func (s *Service) ChangeFollowing(ctx context.Context, a team.Actor, b id.Brand, post id.Post) (changed int, err error) {
	defer fault.Wrap(&err, "change following")
	if err := a.Require(b, team.WritePosts); err != nil {
		return 0, err
	}
	v, err := s.SeriesOf(ctx, a, b, post)
	if err != nil {
		return 0, err
	}
	if v == nil {
		return 0, errSeriesOver
	}
	if v.Schedule {
		if err := a.Require(b, team.PublishPosts); err != nil {
			return 0, err
		}
	}
	p, err := s.Get(ctx, a, b, post)
	if err != nil {
		return 0, err
	}
	if p.Planned.Local == "" {
		return 0, errSeriesHour
	}
	hour := p.Planned.Local[len("2006-01-02"):]
	old := v.Model
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE series SET model = ?, start_local = ?, person = ?, role = ?, state = CASE WHEN state = 'stopped' THEN 'running' ELSE state END, problem = '', version = version + 1 WHERE brand = ? AND id = ? AND version = ?`,
			sqldb.JSON[Model]{V: modelOf(p)}, v.Start.Local[:len("2006-01-02")]+hour, a.Person, a.Roles[b], b, v.ID, v.Version)
		if err == nil && n == 0 {
			return errChanged
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	all, err := occurrences(ctx, s.DB, b, v.ID)
	if err != nil {
		return 0, err
	}
	mine := slices.IndexFunc(all, func(o Occurrence) bool { return o.Post == post })
	for _, o := range all[mine+1:] {
		did, err := s.followOne(ctx, a, b, o, old, p, hour)
		if err != nil {
			return changed, err
		}
		if did {
			changed++
		}
	}
	return changed, s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		return s.recordSeries(ctx, tx, a, *v, ActSeriesChanged, map[string]any{"from": p.Planned.Local, "posts": changed})
	})
}

// followOne gives one later occurrence the words and the hour of the changed one.
func (s *Service) followOne(ctx context.Context, a team.Actor, b id.Brand, o Occurrence, old Model, as Post, hour string) (bool, error) {
	p, err := loadPost(ctx, s.DB, b, o.Post)
	if err != nil || !p.Binned.IsZero() || o.Alone || p.Planned.Local == "" {
		return false, err
	}
	if p.Text != old.Text || p.Title != old.Title { // somebody gave it words of its own
		_, err := s.DB.Exec(ctx, `UPDATE series_post SET alone = TRUE WHERE post = ?`, o.Post)
		return false, err
	}
	pubs, err := loadPublications(ctx, s.DB, b, o.Post)
	if err != nil {
		return false, err
	}
	for _, one := range pubs {
		if !one.State.Waiting() || len(one.Sent) > 0 {
			return false, nil
		}
	}
	p, err = s.Save(ctx, a, b, p.ID, p.Version, Edit{Title: &as.Title, Text: &as.Text, Media: &as.Media, Options: &as.Options, Campaign: &as.Campaign, Category: &as.Category, Labels: &as.Labels, Variants: &as.Variants})
	if err != nil {
		return false, err
	}
	w := clock.Wall{Local: p.Planned.Local[:len("2006-01-02")] + hour, Zone: p.Planned.Zone}
	if len(pubs) > 0 {
		_, err = s.Schedule(ctx, a, b, p.ID, p.Version, When{Wall: w})
	} else if w != p.Planned {
		_, err = s.PlanDraft(ctx, a, b, p.ID, w)
	}
	if fault.Is(err, fault.Conflict) {
		return false, nil // it began to leave at this moment
	}
	return err == nil, err
}

// EndSeries ends a series: nothing more is made. With bin, what waits of it
// after now goes into the bin as well, except the first of all; what has left
// stays. It returns how many were binned. Safe to repeat.
func (s *Service) EndSeries(ctx context.Context, a team.Actor, b id.Brand, v SeriesID, bin bool) (binned int, err error) {
	defer fault.Wrap(&err, "end series")
	if err := a.Require(b, team.WritePosts); err != nil {
		return 0, err
	}
	got, err := s.series(ctx, b, v)
	if err != nil {
		return 0, err
	}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE series SET state = 'ended', version = version + 1 WHERE brand = ? AND id = ? AND state <> 'ended'`, b, v); err != nil {
			return err
		}
		if bin {
			all, err := occurrences(ctx, tx, b, v)
			if err != nil {
				return err
			}
			for i, o := range all {
				if i == 0 || o.Alone {
					continue
				}
				p, err := loadPost(ctx, tx, b, o.Post)
				if err != nil {
					return err
				}
				if p.At.Before(tx.Now) || !p.Binned.IsZero() {
					continue
				}
				left, err := s.takeBack(ctx, tx, a, b, o.Post)
				if err != nil {
					return err
				}
				if !left {
					binned++
				}
			}
		}
		tx.AfterCommit(func() { s.Tell("brand:"+string(b), "series", nil) })
		return s.recordSeries(ctx, tx, a, got, ActSeriesEnded, map[string]any{"binned": binned})
	})
	if err == nil {
		s.wake()
	}
	return binned, err
}
