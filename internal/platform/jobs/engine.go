package jobs

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"vigie/internal/platform/sqldb"
)

// engine hides which of River's two clients is underneath.
type engine interface {
	// insert adds a job in the transaction.
	insert(ctx context.Context, tx *sqldb.Tx, p payload, o *river.InsertOpts) error
	// within gives River's own statements inside of the transaction.
	within(tx *sqldb.Tx, do func(riverdriver.Executor) error) error
	start(ctx context.Context, node string, kinds map[string]*kind) (worker, error)
	migrate(ctx context.Context) error
}

// worker is a started client.
type worker interface {
	stop(ctx context.Context) error
}

func newEngine(db *sqldb.DB, c Config) (engine, error) {
	if db.Dialect() == sqldb.SQLite {
		// River shares the one connection that writes. It only ever holds it for
		// its own statements, never while a job works.
		driver := riversqlite.New(db.Pool())
		return newMotor(db, c, driver,
			func(tx *sqldb.Tx, do func(*sql.Tx) error) error { return do(tx.SQL()) },
			func(context.Context) (riverdriver.Driver[*sql.Tx], func(), error) { return driver, func() {}, nil })
	}
	return newMotor(db, c, riverpgxv5.New(nil),
		func(tx *sqldb.Tx, do func(pgx.Tx) error) error {
			return tx.Pgx(func(c *pgx.Conn) error { return do(&borrowed{conn: c}) })
		},
		func(ctx context.Context) (riverdriver.Driver[pgx.Tx], func(), error) {
			pool, err := openPool(ctx, db.URL())
			if err != nil {
				return nil, nil, err
			}
			return riverpgxv5.New(pool), pool.Close, nil
		})
}

func openPool(ctx context.Context, url string) (*pgxpool.Pool, error) {
	conf, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	conf.MaxConns = 8 // fetching, completing, upkeep and one that listens
	conf.ConnConfig.RuntimeParams["application_name"] = "vigie jobs"
	return pgxpool.NewWithConfig(ctx, conf)
}

// motor is the engine for one type of transaction.
type motor[TTx any] struct {
	db     *sqldb.DB
	conf   Config
	adds   *river.Client[TTx]
	driver riverdriver.Driver[TTx]
	borrow func(*sqldb.Tx, func(TTx) error) error
	open   func(context.Context) (riverdriver.Driver[TTx], func(), error) // with a pool of its own where that is needed
}

func newMotor[TTx any](db *sqldb.DB, c Config, driver riverdriver.Driver[TTx], borrow func(*sqldb.Tx, func(TTx) error) error,
	open func(context.Context) (riverdriver.Driver[TTx], func(), error)) (engine, error) {
	m := &motor[TTx]{db: db, conf: c, driver: driver, borrow: borrow, open: open}
	var err error
	m.adds, err = river.NewClient(driver, m.config("", nil))
	return m, err
}

// clockOf lets River tell time by the database's clock, which tests move.
type clockOf struct{ db *sqldb.DB }

func (c clockOf) NowUTC() time.Time { return c.db.Now() }

func (c clockOf) NowUTCOrNil() *time.Time {
	t := c.db.Now()
	return &t
}

// farAbove is added to the longest timeout before River itself believes that a
// job is lost; a dead node is noticed much earlier (node.go).
const farAbove = time.Hour

func (m *motor[TTx]) config(node string, kinds map[string]*kind) *river.Config {
	c := &river.Config{
		ID:                node,
		Logger:            slog.New(onlyWarnings{m.conf.Log.Handler()}),
		FetchPollInterval: m.conf.Poll,
		FetchCooldown:     min(m.conf.Poll, river.FetchCooldownDefault),
		Test:              river.TestConfig{Time: clockOf{m.db}},
		TestOnly:          m.conf.quick,
		Schema:            "",
	}
	if kinds == nil { // only adds
		// River swallows a notification that follows another this closely, and
		// the job then waits for the next poll.
		c.FetchCooldown = river.FetchCooldownMin
		return c
	}
	c.Workers = river.NewWorkers()
	c.Queues = map[string]river.QueueConfig{}
	for name, n := range m.conf.Workers {
		c.Queues[name] = river.QueueConfig{MaxWorkers: n}
	}
	var wait sync.Map
	for _, k := range kinds {
		river.AddWorkerArgs(c.Workers, payload{kind: k.name}, &workUnit{kind: k, now: m.db.Now, first: m.conf.first, wait: &wait})
		if _, ok := c.Queues[k.opt.Queue]; !ok {
			c.Queues[k.opt.Queue] = river.QueueConfig{MaxWorkers: defaultWorkers}
		}
		c.RescueStuckJobsAfter = max(c.RescueStuckJobsAfter, k.opt.Timeout+farAbove)
		if k.every > 0 {
			c.PeriodicJobs = append(c.PeriodicJobs, river.NewPeriodicJob(river.PeriodicInterval(k.every), func() (river.JobArgs, *river.InsertOpts) {
				o := &river.InsertOpts{Queue: k.opt.Queue, Priority: k.opt.Priority, MaxAttempts: k.opt.Attempts}
				Unique()(o)
				return payload{kind: k.name, body: []byte("{}")}, o
			}, &river.PeriodicJobOpts{RunOnStart: true}))
		}
	}
	return c
}

func (m *motor[TTx]) insert(ctx context.Context, tx *sqldb.Tx, p payload, o *river.InsertOpts) error {
	return m.borrow(tx, func(t TTx) error {
		_, err := m.adds.InsertTx(ctx, t, p, o)
		return err
	})
}

func (m *motor[TTx]) within(tx *sqldb.Tx, do func(riverdriver.Executor) error) error {
	return m.borrow(tx, func(t TTx) error { return do(m.driver.UnwrapExecutor(t)) })
}

func (m *motor[TTx]) migrate(ctx context.Context) error {
	driver, closePool, err := m.open(ctx)
	if err != nil {
		return err
	}
	defer closePool()
	migrator, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	up := func() error {
		_, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
		return err
	}
	if m.db.Dialect() == sqldb.SQLite {
		err := up()
		for range 10 { // another process made a table first; what is left is ours or theirs
			if err == nil {
				break
			}
			err = up()
		}
		return err
	}
	// River takes no lock of its own: two nodes that start together would both
	// make the tables.
	conn, err := m.db.Pool().Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	const key = 0x766967696a6f62 // "vigijob"
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", int64(key)); err != nil {
		return err
	}
	defer conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", int64(key))
	return up()
}

type started[TTx any] struct {
	client    *river.Client[TTx]
	closePool func()
}

func (m *motor[TTx]) start(ctx context.Context, node string, kinds map[string]*kind) (worker, error) {
	driver, closePool, err := m.open(ctx)
	if err != nil {
		return nil, err
	}
	client, err := river.NewClient(driver, m.config(node, kinds))
	if err == nil {
		err = client.Start(ctx)
	}
	if err != nil {
		closePool()
		return nil, err
	}
	return &started[TTx]{client, closePool}, nil
}

func (s *started[TTx]) stop(ctx context.Context) error {
	err := s.client.Stop(ctx)
	if err != nil && errors.Is(err, ctx.Err()) {
		short, cancel := context.WithTimeout(context.WithoutCancel(ctx), hardStop)
		defer cancel()
		err = s.client.StopAndCancel(short)
	}
	if err != nil {
		return err // the pool stays: what still runs needs it, and the process ends anyway
	}
	s.closePool()
	return nil
}

// onlyWarnings keeps River's chatter out of the log.
type onlyWarnings struct{ slog.Handler }

// Enabled implements slog.Handler.
func (h onlyWarnings) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && h.Handler.Enabled(ctx, l)
}

// WithAttrs implements slog.Handler.
func (h onlyWarnings) WithAttrs(a []slog.Attr) slog.Handler {
	return onlyWarnings{h.Handler.WithAttrs(a)}
}

// WithGroup implements slog.Handler.
func (h onlyWarnings) WithGroup(n string) slog.Handler { return onlyWarnings{h.Handler.WithGroup(n)} }
