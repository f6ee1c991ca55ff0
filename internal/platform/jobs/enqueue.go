package jobs

import (
	"context"
	"encoding/json"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"vigie/internal/base/fault"
	"vigie/internal/platform/sqldb"
)

// Opt changes how one job is added.
type Opt func(*river.InsertOpts)

// waiting are the states in which a job still has something before it.
var waiting = []rivertype.JobState{rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled}

// Unique adds nothing when a job of the same kind and arguments waits or runs.
// One that runs may already have read the rows: where that matters, Reconcile
// brings what was missed.
func Unique() Opt {
	return func(o *river.InsertOpts) { o.UniqueOpts = river.UniqueOpts{ByArgs: true, ByState: waiting} }
}

// RunAt keeps the job until t, and up to five seconds longer.
func RunAt(t time.Time) Opt { return func(o *river.InsertOpts) { o.ScheduledAt = t } }

// Priority is 1 (first) to 4.
func Priority(p int) Opt { return func(o *river.InsertOpts) { o.Priority = min(max(p, 1), 4) } }

// Attempts replaces the kind's number of attempts.
func Attempts(n int) Opt { return func(o *river.InsertOpts) { o.MaxAttempts = max(n, 1) } }

// In replaces the kind's queue with another that some kind names.
func In(queue string) Opt { return func(o *river.InsertOpts) { o.Queue = queue } }

// maxArgs bounds the arguments, which are ids.
const maxArgs = 1000

// Enqueue adds a job in the caller's transaction: it exists if and only if the
// transaction commits. args is the struct that Handle declared for the kind.
// Errors are internal (unknown kind, arguments that are no ids) or the
// database's own.
func (q *Queue) Enqueue(ctx context.Context, tx *sqldb.Tx, name string, args any, opts ...Opt) (err error) {
	defer fault.Wrap(&err, "add job "+name)
	k, err := q.find(name)
	if err != nil {
		return err
	}
	body, err := json.Marshal(args)
	if err != nil {
		return fault.New(fault.Internal, "").Because(err)
	}
	if len(body) > maxArgs || body[0] != '{' {
		return fault.New(fault.Internal, "").Becausef("arguments of %s are no ids (%d bytes)", name, len(body))
	}
	o := &river.InsertOpts{Queue: k.opt.Queue, Priority: k.opt.Priority, MaxAttempts: k.opt.Attempts}
	for _, f := range opts {
		f(o)
	}
	if !o.ScheduledAt.After(tx.Now) {
		o.ScheduledAt = time.Time{} // due: no need to wait for the scheduler
	}
	if err := q.engine.insert(ctx, tx, payload{kind: name, body: body}, o); err != nil {
		return sqldb.Fault(err)
	}
	return nil
}

// payload is what River keeps: our JSON under our kind.
type payload struct {
	kind string
	body json.RawMessage
}

// Kind implements river.JobArgs.
func (p payload) Kind() string { return p.kind }

// MarshalJSON implements json.Marshaler.
func (p payload) MarshalJSON() ([]byte, error) { return p.body, nil }

// UnmarshalJSON implements json.Unmarshaler.
func (p *payload) UnmarshalJSON(b []byte) error {
	p.body = append(p.body[:0:0], b...)
	return nil
}
