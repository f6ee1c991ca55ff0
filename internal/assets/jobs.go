package assets

import (
	"context"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/platform/jobs"
	"vigie/internal/platform/sqldb"
)

// The kinds of jobs of this room.
const (
	KindPrepare = "assets.prepare" // reads a media that arrived
	KindFit     = "assets.fit"     // makes a rendition ahead of its hour
	queueName   = "pictures"
)

// Job says which media, and for KindFit by which rule.
type Job struct {
	Brand id.Brand `json:"brand"`
	Media id.Media `json:"media"`
	Rule  string   `json:"rule,omitempty"`
}

// Declare tells the queue what this room does in the background; before Start.
func (s *Service) Declare(q *jobs.Queue) {
	opt := jobs.Options{Queue: queueName, Timeout: 5 * time.Minute}
	jobs.Handle(q, KindPrepare, opt, s.prepare)
	jobs.Handle(q, KindFit, opt, s.fitWish)
	q.Reconcile("assets.working", s.reconcile)
	q.Every("assets.bin", 6*time.Hour, s.EmptyBin)
	q.Every("assets.shelve", time.Minute, s.Shelve)
	q.Every("assets.sweep", 6*time.Hour, s.Sweep)
	if s.Letters != nil {
		jobs.Handle(q, KindWarn, jobs.Options{}, s.SendWarning)
		q.Every("assets.warn_all", WarnEvery, s.Warn)
	}
}

// patience is how long a media may be worked on before its job is looked for.
const patience = 2 * time.Minute

// reconcile adds the jobs of media that are still worked on and may have none.
func (s *Service) reconcile(ctx context.Context) error {
	list, err := sqldb.List(ctx, s.DB, func(r sqldb.Scanner) (j Job, err error) { return j, r.Scan(&j.Brand, &j.Media) },
		`SELECT brand, id FROM media WHERE state = 'working' AND made_at < ? ORDER BY made_at LIMIT 200`, sqldb.At(s.DB.Now().Add(-patience)))
	if err != nil {
		return err
	}
	for _, j := range list {
		if err := s.DB.Write(ctx, func(tx *sqldb.Tx) error { return s.Jobs.Enqueue(ctx, tx, KindPrepare, j, jobs.Unique()) }); err != nil {
			return err
		}
	}
	return nil
}
