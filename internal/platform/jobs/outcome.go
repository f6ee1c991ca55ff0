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

// judge is the only place that decides between them. left says whether a
// further attempt is allowed.
func judge(err error, attempt, attempts int) (verdict, time.Duration) {
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
	return again, backoff(attempt, fault.As(err).RetryAfter)
}

const longest = time.Hour

// backoff doubles from two seconds to an hour, give or take a tenth so that
// what failed together does not come back together, and respects what the
// other side asked for.
func backoff(attempt int, atLeast time.Duration) time.Duration {
	d := longest
	if attempt < 11 {
		d = min(longest, time.Second<<max(attempt, 1))
	}
	d += time.Duration((rand.Float64() - 0.5) / 5 * float64(d))
	return max(d, atLeast)
}

// workUnit makes River do what judge says.
type workUnit struct {
	river.WorkerDefaults[payload]
	kind *kind
	now  func() time.Time
	wait *sync.Map // id of the job → how long until its next attempt
}

// Timeout implements river.Worker.
func (w *workUnit) Timeout(*river.Job[payload]) time.Duration { return w.kind.opt.Timeout }

// Work implements river.Worker.
func (w *workUnit) Work(ctx context.Context, job *river.Job[payload]) error {
	err := w.kind.run(ctx, job.Args.body)
	if err != nil && ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return river.JobSnooze(0) // we are being stopped: nobody's failure
	}
	v, after := judge(err, job.Attempt, job.MaxAttempts)
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
		return w.now().Add(backoff(job.Attempt, 0))
	}
	return w.now().Add(after.(time.Duration))
}
