package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"vigie/internal/base/fault"
	"vigie/internal/platform/sqldb"
)

// endless is where Drain believes that jobs add jobs for ever.
const endless = 100_000

// Drain works, in the caller's goroutine and one after the other, every job
// that is due by the database's clock, until none is; for tests and for
// commands that end. Jobs that fail are kept for their next attempt as usual,
// and their errors come back joined. Not together with Start.
func (q *Queue) Drain(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "drain jobs")
	var failed []error
	for range endless {
		j, err := q.claim(ctx)
		if err != nil {
			return err
		}
		if j == nil {
			return errors.Join(failed...)
		}
		k, err := q.find(j.Kind)
		if err == nil {
			err = q.runFor(ctx, k, j.EncodedArgs)
		}
		if e := q.settle(ctx, j, err); e != nil {
			return e
		}
		var l later
		if err != nil && !errors.As(err, &l) {
			failed = append(failed, fmt.Errorf("job %s %s: %w", j.Kind, j.EncodedArgs, err))
		}
	}
	return errors.Join(append(failed, fault.New(fault.Internal, "").Becausef("jobs add jobs for ever"))...)
}

func (q *Queue) runFor(ctx context.Context, k *kind, args []byte) error {
	ctx, cancel := context.WithTimeout(ctx, k.opt.Timeout)
	defer cancel()
	return k.run(ctx, args)
}

// claim takes the next job that is due, of any queue; nil when there is none.
func (q *Queue) claim(ctx context.Context) (job *rivertype.JobRow, err error) {
	err = q.db.Write(ctx, func(tx *sqldb.Tx) error {
		return q.engine.within(tx, func(exec riverdriver.Executor) error {
			if _, err := exec.JobSchedule(ctx, &riverdriver.JobScheduleParams{Max: 1000, Now: &tx.Now}); err != nil {
				return err
			}
			for _, queue := range q.queues() {
				list, err := exec.JobGetAvailable(ctx, &riverdriver.JobGetAvailableParams{
					ClientID: q.node, MaxAttemptedBy: 100, MaxToLock: 1, Now: &tx.Now, Queue: queue})
				if err != nil {
					return err
				}
				if len(list) > 0 {
					job = list[0]
					return nil
				}
			}
			return nil
		})
	})
	return job, err
}

func (q *Queue) queues() []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	var out []string
	for name := range q.conf.Workers {
		out = append(out, name)
	}
	for _, k := range q.kinds {
		out = append(out, k.opt.Queue)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (q *Queue) settle(ctx context.Context, j *rivertype.JobRow, result error) error {
	return q.db.Write(ctx, func(tx *sqldb.Tx) error {
		return q.engine.within(tx, func(exec riverdriver.Executor) error {
			p, err := next(j, result, tx.Now, q.conf.first)
			if err != nil {
				return err
			}
			_, err = exec.JobSetStateIfRunningMany(ctx, &riverdriver.JobSetStateIfRunningManyParams{
				ID: []int64{p.ID}, Attempt: []*int{p.Attempt}, ErrData: [][]byte{p.ErrData}, FinalizedAt: []*time.Time{p.FinalizedAt},
				MetadataDoMerge: []bool{false}, MetadataUpdates: [][]byte{nil}, Now: &tx.Now,
				ScheduledAt: []*time.Time{p.ScheduledAt}, State: []rivertype.JobState{p.State}})
			return err
		})
	})
}

func next(j *rivertype.JobRow, result error, now time.Time, first time.Duration) (*riverdriver.JobSetStateIfRunningParams, error) {
	v, after := judge(result, j.Attempt, j.MaxAttempts, first)
	if v == done {
		return riverdriver.JobSetStateCompleted(j.ID, now, nil), nil
	}
	if v == putBack {
		return riverdriver.JobSetStateSnoozed(j.ID, now.Add(after), j.Attempt-1, nil), nil
	}
	note, err := json.Marshal(rivertype.AttemptError{At: now, Attempt: j.Attempt, Error: result.Error()})
	if err != nil {
		return nil, err
	}
	switch {
	case v == again:
		return riverdriver.JobSetStateErrorRetryable(j.ID, now.Add(after), note, nil), nil
	case j.Attempt >= j.MaxAttempts:
		return riverdriver.JobSetStateDiscarded(j.ID, now, note, nil), nil
	}
	return riverdriver.JobSetStateCancelled(j.ID, now, note, nil), nil
}
