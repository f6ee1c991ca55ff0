package assets

import (
	"context"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// EmptyBin erases what lay in the bin for its days and that no post shows, and
// what was refused and never looked at again. The files go with the sweep.
func (s *Service) EmptyBin(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "empty bin of media")
	before := sqldb.At(s.DB.Now().Add(-InBin))
	list, err := sqldb.List(ctx, s.DB, scanMedia, `SELECT `+mediaColumns+` FROM media WHERE binned_at < ? OR state = 'refused' AND made_at < ? ORDER BY brand, id LIMIT 2000`, before, before)
	if err != nil {
		return err
	}
	byBrand := map[id.Brand][]Media{}
	for _, m := range list {
		byBrand[m.Brand] = append(byBrand[m.Brand], m)
	}
	for b, some := range byBrand {
		used := map[id.Media]int{}
		if s.Posts != nil {
			if used, err = s.Posts.CountUses(ctx, b, idsOf(some)); err != nil {
				return err
			}
		}
		for _, m := range some {
			if used[m.ID] > 0 {
				continue
			}
			err := s.DB.Write(ctx, func(tx *sqldb.Tx) error {
				if ok, err := deleteMedia(ctx, tx, m); err != nil || !ok {
					return err
				}
				return s.record(ctx, tx, team.Program("assets"), b, m.ID, ActErased, erased{m.Name})
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// fresh protects files whose row may still be on its way.
const fresh = 24 * time.Hour

// Sweep forgets uploads that nobody goes on with, and removes the files that no
// row of any brand names. The store must be of this room alone.
func (s *Service) Sweep(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "sweep media")
	now := s.DB.Now()
	if _, err := s.Files.Sweep(ctx, now.Add(-Abandoned)); err != nil {
		return err
	}
	if _, err := s.DB.Exec(ctx, `DELETE FROM media_upload WHERE made_at < ?`, sqldb.At(now.Add(-2*Abandoned))); err != nil {
		return err
	}
	n, err := s.Files.Collect(ctx, now.Add(-fresh), func(ctx context.Context, key string) (bool, error) { return fileUsed(ctx, s.DB, key) })
	if n > 0 {
		s.Log.Info("files of erased media removed", "count", n)
	}
	return err
}
