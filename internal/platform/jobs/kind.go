package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"runtime/debug"
	"time"

	"vigie/internal/base/fault"
)

// Options say how the jobs of a kind are worked; zero values are the defaults.
type Options struct {
	Queue    string        // DefaultQueue
	Timeout  time.Duration // a minute; the job's context ends then
	Attempts int           // 20, spread over about ten hours
	Priority int           // 1 (first) to 4; 1
}

var kindName = regexp.MustCompile(`^[a-z][a-z0-9_.-]{2,100}$`)

// kind is one declared sort of job.
type kind struct {
	name  string
	opt   Options
	every time.Duration // 0: only when added
	work  func(ctx context.Context, args []byte) error
}

// Handle declares a kind of job and who works it, before Start. A is a struct
// of ids and numbers: what a job is about is read when it runs, not when it is
// added. work must be safe to repeat; its errors decide:
//
//   - invalid and unsupported end the job: trying again changes nothing;
//   - Later puts it back without counting an attempt;
//   - everything else is tried again, after RetryAfter at least, until the
//     attempts are used up.
//
// The names of kinds and of A's fields are stored: they do not change.
func Handle[A any](q *Queue, name string, opt Options, work func(ctx context.Context, a A) error) {
	if err := onlyIDs(reflect.TypeFor[A]()); err != nil {
		q.mistake(fmt.Errorf("job %s: %w", name, err))
		return
	}
	q.declare(name, opt, 0, func(ctx context.Context, args []byte) error {
		var a A
		if err := json.Unmarshal(args, &a); err != nil {
			return fault.New(fault.Invalid, "").Because(err)
		}
		return work(ctx, a)
	})
}

// Every declares work that one of the nodes does at its start and then at each
// interval. A failure is logged and waits for the next interval; a run that
// lasts longer than the interval is not doubled.
func (q *Queue) Every(name string, interval time.Duration, work func(ctx context.Context) error) {
	if interval < time.Second {
		q.mistake(fmt.Errorf("job %s: every %s", name, interval))
		return
	}
	q.declare(name, Options{Attempts: 1, Timeout: max(interval, defaultTimeout)}, interval, func(ctx context.Context, _ []byte) error { return work(ctx) })
}

// ReconcileEvery is the interval of Reconcile.
const ReconcileEvery = 30 * time.Second

// Reconcile declares the work that compares a room's rows with what should be
// under way, and adds the jobs that are missing. Rows are the truth: the queue
// may lose a job, never an intention.
func (q *Queue) Reconcile(name string, work func(ctx context.Context) error) {
	q.Every(name, ReconcileEvery, work)
}

func (q *Queue) declare(name string, opt Options, every time.Duration, work func(context.Context, []byte) error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.declared:
		q.mistakes = append(q.mistakes, fmt.Errorf("job %s declared after Start", name))
		return
	case !kindName.MatchString(name):
		q.mistakes = append(q.mistakes, fmt.Errorf("job %q: kinds are named room.verb", name))
		return
	case q.kinds[name] != nil:
		q.mistakes = append(q.mistakes, fmt.Errorf("job %s declared twice", name))
		return
	}
	if opt.Queue == "" {
		opt.Queue = DefaultQueue
	}
	if opt.Timeout <= 0 {
		opt.Timeout = defaultTimeout
	}
	if opt.Attempts <= 0 {
		opt.Attempts = defaultAttempts
	}
	if opt.Priority == 0 {
		opt.Priority = 1
	}
	q.kinds[name] = &kind{name: name, opt: opt, every: every, work: work}
}

func (q *Queue) mistake(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.mistakes = append(q.mistakes, err)
}

func (q *Queue) find(name string) (*kind, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	k := q.kinds[name]
	if k == nil {
		return nil, fault.New(fault.Internal, "").Becausef("no job of kind %s is declared", name)
	}
	return k, nil
}

// RunNow does the work of a kind declared with Every or Reconcile in the
// caller's goroutine, for commands and tests.
func (q *Queue) RunNow(ctx context.Context, name string) (err error) {
	defer fault.Wrap(&err, "run "+name)
	k, err := q.find(name)
	if err != nil {
		return err
	}
	if k.every == 0 {
		return fault.New(fault.Internal, "").Becausef("%s is not periodic", name)
	}
	return k.run(ctx, []byte("{}"))
}

// run works one job; a panic is an internal error like any other.
func (k *kind) run(ctx context.Context, args []byte) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fault.New(fault.Internal, "").Because(fmt.Errorf("panic in job %s: %v\n%s", k.name, v, debug.Stack()))
		}
	}()
	return k.work(ctx, args)
}

// onlyIDs refuses arguments that could hold content.
func onlyIDs(t reflect.Type) error {
	if t.Kind() != reflect.Struct {
		return fmt.Errorf("arguments are a struct of ids, not %s", t)
	}
	for i := range t.NumField() {
		f := t.Field(i)
		switch f.Type.Kind() {
		case reflect.String, reflect.Bool, reflect.Int, reflect.Int32, reflect.Int64:
		default:
			return fmt.Errorf("argument %s is a %s: arguments are ids, numbers and flags", f.Name, f.Type)
		}
		if !f.IsExported() {
			return fmt.Errorf("argument %s is not stored", f.Name)
		}
	}
	return nil
}
