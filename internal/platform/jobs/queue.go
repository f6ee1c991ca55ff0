package jobs

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"sync"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
)

//go:embed schema/*.sql
var files embed.FS

func schema() sqldb.Schema {
	sub, err := fs.Sub(files, "schema")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sqldb.Schema{Room: "jobs", Files: sub}
}

// DefaultQueue is where jobs go that name no other.
const DefaultQueue = "default"

const (
	defaultWorkers  = 4
	defaultTimeout  = time.Minute
	defaultAttempts = 20
	sqlitePoll      = 100 * time.Millisecond // nobody tells SQLite's readers that a row came
	postgresPoll    = time.Second            // LISTEN tells; this is for what it misses
	defaultBeat     = 10 * time.Second
	// A node is dead after this many beats without a sign of it.
	deadAfter = 4
)

// Config says how a node works. Its zero value is fine.
type Config struct {
	// Poll is how often each queue is looked at; 100 ms on SQLite and 1 s on
	// PostgreSQL, which also notifies, when zero.
	Poll time.Duration
	// Log receives failures of jobs; slog.Default when nil.
	Log *slog.Logger
	// Workers is how many jobs of a queue run at once on this node; queues that
	// a kind names and that are missing here have four.
	Workers map[string]int
	// Beat is how often the node shows that it lives; ten seconds when zero. The
	// jobs of one that is silent for several beats are done again. Only tests
	// change it.
	Beat time.Duration

	// Alone says that no other process works this database (SQLite): what was
	// at work when the last one died is given back at Start, without waiting
	// for its silence.
	Alone bool

	// Only tests change these.
	first time.Duration // pause after a first failure
	quick bool          // no random pause before the upkeep starts
}

// Queue adds and works jobs. It is safe for use by many goroutines; kinds are
// declared before Start.
type Queue struct {
	db     *sqldb.DB
	conf   Config
	node   string
	engine engine

	mu       sync.Mutex // never held across a statement: a job that adds one holds the only connection that writes
	kinds    map[string]*kind
	mistakes []error // made while declaring kinds; Start tells
	declared bool    // by the first Start: no further kinds

	life     sync.Mutex // of Start and Stop
	running  worker
	stopBeat context.CancelFunc
	beating  sync.WaitGroup
}

// New returns the queue of a database. It works nothing before Start; adding
// works from the beginning. Errors are internal.
func New(db *sqldb.DB, c Config) (_ *Queue, err error) {
	defer fault.Wrap(&err, "job queue")
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Poll <= 0 {
		c.Poll = postgresPoll
		if db.Dialect() == sqldb.SQLite {
			c.Poll = sqlitePoll
		}
	}
	if c.Beat <= 0 {
		c.Beat = defaultBeat
	}
	if c.first <= 0 {
		c.first = firstPause
	}
	c.Workers = maps.Clone(c.Workers)
	if c.Workers == nil {
		c.Workers = map[string]int{}
	}
	if c.Workers[DefaultQueue] == 0 {
		c.Workers[DefaultQueue] = defaultWorkers
	}
	e, err := newEngine(db, c)
	if err != nil {
		return nil, fault.New(fault.Internal, "").Because(err)
	}
	return &Queue{db: db, conf: c, node: id.New[string](), engine: e, kinds: map[string]*kind{}}, nil
}

// Migrate brings the queue's tables up to date. It is safe to repeat and safe
// on several nodes at once.
func Migrate(ctx context.Context, db *sqldb.DB) (err error) {
	defer fault.Wrap(&err, "migrate jobs")
	if _, err := db.Migrate(ctx, schema()); err != nil {
		return err
	}
	e, err := newEngine(db, Config{Log: slog.New(slog.DiscardHandler), Poll: time.Second})
	if err != nil {
		return fault.New(fault.Internal, "").Because(err)
	}
	if err := e.migrate(ctx); err != nil {
		return fault.New(fault.Internal, "").Because(err)
	}
	return nil
}

// Start begins to work jobs in the background, until Stop. Errors: internal
// when a kind was declared wrongly, otherwise the database's own.
func (q *Queue) Start(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "start jobs")
	q.life.Lock()
	defer q.life.Unlock()
	if q.running != nil {
		return fault.New(fault.Internal, "").Becausef("started twice")
	}
	q.mu.Lock()
	q.declared = true
	mistakes, n := q.mistakes, len(q.kinds)
	q.mu.Unlock()
	if len(mistakes) > 0 {
		return fault.New(fault.Internal, "").Because(mistakes[0])
	}
	if n == 0 {
		return nil
	}
	if err := q.sign(ctx); err != nil {
		return err
	}
	if q.conf.Alone {
		if err := q.inherit(ctx); err != nil {
			return err
		}
	}
	w, err := q.engine.start(context.WithoutCancel(ctx), q.node, q.kinds)
	if err != nil {
		return fault.New(fault.Transient, "").Because(err)
	}
	q.running = w
	var beat context.Context
	beat, q.stopBeat = context.WithCancel(context.WithoutCancel(ctx))
	q.beating.Go(func() { q.watch(beat) })
	return nil
}

// hardStop is how long cancelled jobs get to notice.
const hardStop = 5 * time.Second

// Stop takes no further jobs and waits for those at work. When ctx ends first,
// their contexts are cancelled and they go back to the queue. It is safe to
// call without Start.
func (q *Queue) Stop(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "stop jobs")
	q.life.Lock()
	defer q.life.Unlock()
	w := q.running
	q.running = nil
	if w == nil {
		return nil
	}
	err = w.stop(ctx)
	q.stopBeat()
	q.beating.Wait()
	if err != nil {
		// What still runs is not ours any more: another node will notice.
		return fault.New(fault.Transient, "").Because(fmt.Errorf("jobs did not end: %w", err))
	}
	return q.leave(context.WithoutCancel(ctx))
}
