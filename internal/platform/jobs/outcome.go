package jobs

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"vigie/internal/base/fault"
)

type later struct{ after time.Duration }

func (l later) Error() string { return "later: in " + l.after.String() }

// Later, returned by a job's work, puts the job back for a while without
// counting an attempt: what it waits for is not a failure.
func Later(after time.Duration) error { return later{max(after, 0)} }

// verdict is what happens to a job after its work.
type verdict int

const (
	done verdict = iota
	again
	putBack
	giveUp
)

// judge is the only place that decides between them. first is the pause after
// the first attempt.
func judge(err error, attempt, attempts int, first time.Duration) (verdict, time.Duration) {
	var l later
	switch {
	case err == nil:
		return done, 0
	case errors.As(err, &l):
		return putBack, l.after
	case fault.Is(err, fault.Invalid), fault.Is(err, fault.Unsupported):
		return giveUp, 0
	case attempt >= attempts:
		return giveUp, 0
	}
	return again, max(backoff(attempt, first), fault.As(err).RetryAfter)
}

const (
	firstPause = 2 * time.Second
	longest    = time.Hour
)

// backoff doubles from the first pause to an hour, give or take a tenth so
// that what failed together does not come back together.
func backoff(attempt int, first time.Duration) time.Duration {
	d := min(longest, first<<min(max(attempt-1, 0), 20))
	return d + time.Duration((rand.Float64()-0.5)/5*float64(d))
}

// workUnit makes River do what judge says.
type workUnit struct {
	river.WorkerDefaults[payload]
	kind  *kind
	now   func() time.Time
	first time.Duration
	wait  *sync.Map // id of the job → how long until its next attempt
}

// Timeout implements river.Worker.
func (w *workUnit) Timeout(*river.Job[payload]) time.Duration { return w.kind.opt.Timeout }

// Work implements river.Worker.
func (w *workUnit) Work(ctx context.Context, job *river.Job[payload]) error {
	err := w.kind.run(ctx, job.Args.body)
	if err != nil && ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return river.JobSnooze(0) // we are being stopped: nobody's failure
	}
	v, after := judge(err, job.Attempt, job.MaxAttempts, w.first)
	switch v {
	case done:
		return nil
	case putBack:
		return river.JobSnooze(after)
	case giveUp:
		if job.Attempt < job.MaxAttempts {
			return river.JobCancel(err)
		}
	case again:
		w.wait.Store(job.ID, after)
	}
	return err
}

// NextRetry implements river.Worker.
func (w *workUnit) NextRetry(job *river.Job[payload]) time.Time {
	after, ok := w.wait.LoadAndDelete(job.ID)
	if !ok {
		return w.now().Add(backoff(job.Attempt, w.first))
	}
	return w.now().Add(after.(time.Duration))
}
