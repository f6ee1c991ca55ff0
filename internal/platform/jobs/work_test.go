package jobs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync/atomic"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
)

func TestAStartedQueueWorksWhatIsAdded(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		q := open(t, db, quick())
		ran := make(chan id.Post, 100)
		Handle(q, "first", Options{}, func(ctx context.Context, a about) error {
			// A job comes back through the one connection that writes.
			return db.Write(ctx, func(tx *sqldb.Tx) error { return q.Enqueue(ctx, tx, "second", a) })
		})
		Handle(q, "second", Options{Queue: "slow"}, func(_ context.Context, a about) error { ran <- a.Post; return nil })
		add(t, db, q, "first", about{Post: "before"})
		start(t, q)
		same(t, <-ran, id.Post("before"))
		for i := range 50 {
			add(t, db, q, "first", about{Post: id.Post(fmt.Sprint(i))})
		}
		got := map[id.Post]bool{}
		for range 50 {
			got[<-ran] = true
		}
		same(t, len(got), 50)
	})
}

// Jobs that wait at the start begin while the queue is still starting, and each
// holds the one connection that writes while it adds the next: over and over,
// because it once locked up only sometimes.
func TestJobsMayAddJobsWhileTheQueueStarts(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		for range 10 {
			q := open(t, db, quick())
			ran := make(chan id.Post, 100)
			for _, queue := range []string{"one", "two", "three"} {
				Handle(q, "first."+queue, Options{Queue: queue}, func(ctx context.Context, a about) error {
					return db.Write(ctx, func(tx *sqldb.Tx) error { return q.Enqueue(ctx, tx, "second", a) })
				})
				add(t, db, q, "first."+queue, about{Post: id.Post(queue)})
			}
			Handle(q, "second", Options{}, func(_ context.Context, a about) error { ran <- a.Post; return nil })
			if err := q.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			for range 3 {
				<-ran
			}
			if err := q.Stop(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestAFailedJobRunsAgain(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		q := open(t, db, quick())
		ran := make(chan int, 10)
		n := 0
		Handle(q, "test.work", Options{}, func(context.Context, about) error {
			n++ // attempts of one job never overlap
			ran <- n
			switch n {
			case 1:
				return Later(0)
			case 2:
				panic("once")
			}
			return nil
		})
		start(t, q)
		add(t, db, q, "test.work", about{Post: "1"})
		for want := range 3 {
			same(t, <-ran, want+1)
		}
	})
}

func TestStopWaitsForTheJobAtWork(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		q := open(t, db, quick())
		working, goOn := make(chan struct{}), make(chan struct{})
		Handle(q, "test.work", Options{}, func(ctx context.Context, _ about) error {
			close(working)
			<-goOn
			return ctx.Err()
		})
		start(t, q)
		add(t, db, q, "test.work", about{Post: "1"})
		<-working
		stopped := make(chan error)
		go func() { stopped <- q.Stop(context.Background()) }()
		select {
		case <-stopped:
			t.Error("stopped before the job ended")
		default:
		}
		close(goOn)
		if err := <-stopped; err != nil {
			t.Error(err)
		}
		same(t, states(t, db), map[string]int{"completed": 1})
	})
}

func TestAStopThatCannotWaitGivesTheJobBack(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		q := open(t, db, quick())
		working := make(chan struct{})
		Handle(q, "test.work", Options{Attempts: 1}, func(ctx context.Context, _ about) error {
			close(working)
			<-ctx.Done()
			return ctx.Err()
		})
		start(t, q)
		add(t, db, q, "test.work", about{Post: "1"})
		<-working
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := q.Stop(ctx); err != nil {
			t.Error(err)
		}
		same(t, states(t, db), map[string]int{"available": 1})
	})
}

func TestPeriodicWorkRunsOnOneNode(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		ran := make(chan string, 100)
		for _, name := range []string{"a", "b"} {
			q := open(t, sqldbtest.Again(t, db), quick())
			q.Every("tidy", time.Hour, func(context.Context) error { ran <- name; return nil })
			q.Reconcile("mend", func(context.Context) error { return errors.New("no") })
			Handle(q, "mark", Options{}, func(context.Context, about) error { ran <- "mark"; return nil })
			start(t, q)
			if name == "a" {
				<-ran
			} else {
				add(t, db, q, "mark", about{})
			}
		}
		same(t, <-ran, "mark") // the second node is up, and did not tidy again
	})
}

func TestTwoNodesShareTheWork(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		var queues [2]*Queue
		ran := make(chan string, 100)
		both := make(chan struct{})
		var arrived atomic.Int32
		for i := range queues {
			queues[i] = open(t, sqldbtest.Again(t, db), Config{Poll: 10 * time.Millisecond, Log: quick().Log, quick: true, Workers: map[string]int{DefaultQueue: 1}})
			Handle(queues[i], "test.work", Options{}, func(ctx context.Context, a about) error {
				ran <- string(a.Post)
				// Each node works one job at a time: both go on only together.
				if arrived.Add(1) == 2 {
					close(both)
				}
				select {
				case <-both:
				case <-ctx.Done():
					return ctx.Err()
				}
				return nil
			})
		}
		for i := range 2 {
			add(t, db, queues[0], "test.work", about{Post: id.Post(fmt.Sprint(i))})
		}
		start(t, queues[0])
		start(t, queues[1])
		got := map[string]int{<-ran: 1}
		got[<-ran]++
		same(t, got, map[string]int{"0": 1, "1": 1})
	})
}

func TestTwoNodesMigrateAtOnce(t *testing.T) {
	sqldbtest.Each(t, nil, func(t *testing.T, db *sqldb.DB) {
		other := sqldbtest.Again(t, db)
		errs := make(chan error)
		for _, d := range []*sqldb.DB{db, other} {
			go func() { errs <- Migrate(t.Context(), d) }()
		}
		for range 2 {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
	})
}

// victimVariable tells the test binary to be the program that is killed.
const victimVariable = "VIGIE_JOBS_VICTIM"

func beVictim(url string) {
	ctx := context.Background()
	db, err := sqldb.Open(ctx, sqldb.Config{URL: url})
	if err != nil {
		panic(err)
	}
	q, err := New(db, quick())
	if err != nil {
		panic(err)
	}
	Handle(q, "test.work", Options{}, func(context.Context, about) error {
		fmt.Println("working")
		select {} // until killed
	})
	if err := q.Start(ctx); err != nil {
		panic(err)
	}
	select {}
}

// A killed program's jobs are done again, without waiting for a timeout.
func TestAJobSurvivesTheDeathOfItsProgram(t *testing.T) { killed(t, quick()) }

// The only process on its database does not wait for the dead one's silence:
// here it would last for an hour.
func TestTheOnlyProcessTakesUpTheJobsOfADeadOneAtOnce(t *testing.T) {
	c := quick()
	c.Alone, c.Beat = true, time.Hour
	killed(t, c)
}

// killed has a program die at a job, and another do it.
func killed(t *testing.T, c Config) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		q := open(t, db, c)
		ran := make(chan id.Post, 1)
		Handle(q, "test.work", Options{}, func(_ context.Context, a about) error { ran <- a.Post; return nil })
		add(t, db, q, "test.work", about{Post: "1"})

		victim := exec.CommandContext(t.Context(), os.Args[0])
		victim.Env = append(os.Environ(), victimVariable+"="+db.URL())
		victim.Stderr = os.Stderr
		out, err := victim.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := victim.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := out.Read(make([]byte, 8)); err != nil {
			t.Fatal(err)
		}
		if err := victim.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = victim.Wait()
		same(t, states(t, db), map[string]int{"running": 1})

		start(t, q)
		same(t, <-ran, id.Post("1"))
	}, sqldbtest.Durable())
}

func TestErrorsOfTheDatabaseHaveTheirKind(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		q := open(t, db, quick())
		Handle(q, "test.work", Options{}, func(context.Context, about) error { return nil })
		ctx, cancel := context.WithCancel(t.Context())
		err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
			cancel()
			return q.Enqueue(ctx, tx, "test.work", about{})
		})
		if !fault.Is(err, fault.Transient) {
			t.Error(err)
		}
	})
}
