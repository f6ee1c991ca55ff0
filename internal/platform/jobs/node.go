package jobs

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"vigie/internal/platform/sqldb"
)

// A program that is killed leaves its jobs marked as running. River gives them
// back after the longest timeout and an hour; here, each node counts up in its
// row, and the others give back the jobs of one whose count has stood still.
// They compare counts over their own time, never two clocks.

// sign says that this node lives.
func (q *Queue) sign(ctx context.Context) error {
	_, err := q.db.Exec(ctx, `INSERT INTO job_node (node, beat) VALUES (?, 1) ON CONFLICT (node) DO UPDATE SET beat = job_node.beat + 1`, q.node)
	return err
}

// leave removes the row of a node that has nothing left at work.
func (q *Queue) leave(ctx context.Context) error {
	_, err := q.db.Exec(ctx, `DELETE FROM job_node WHERE node = ?`, q.node)
	return err
}

type sighting struct {
	beat  int64
	quiet int // looks since the count last moved
}

func (q *Queue) watch(ctx context.Context) {
	t := time.NewTicker(q.conf.Beat)
	defer t.Stop()
	seen := map[string]sighting{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		err := q.sign(ctx)
		if err == nil {
			err = q.lookAround(ctx, seen)
		}
		if err != nil && ctx.Err() == nil {
			q.conf.Log.WarnContext(ctx, "the nodes that work on jobs cannot be compared", slog.Any("error", err))
		}
	}
}

func (q *Queue) lookAround(ctx context.Context, seen map[string]sighting) error {
	now := map[string]int64{}
	err := sqldb.Each(ctx, q.db, func(s sqldb.Scanner) error {
		var node string
		var beat int64
		err := s.Scan(&node, &beat)
		now[node] = beat
		return err
	}, `SELECT node, beat FROM job_node WHERE node <> ?`, q.node)
	if err != nil {
		return err
	}
	for node := range seen {
		if _, ok := now[node]; !ok {
			delete(seen, node)
		}
	}
	for node, beat := range now {
		s, ok := seen[node]
		if !ok || s.beat != beat {
			s = sighting{beat: beat}
		} else {
			s.quiet++
		}
		seen[node] = s
		if s.quiet >= deadAfter {
			if err := q.bury(ctx, node, beat); err != nil {
				return err
			}
		}
	}
	return nil
}

// inherit gives back, before this node works, the jobs of every node before it:
// of those that share nothing but the file, only the dead have a row.
func (q *Queue) inherit(ctx context.Context) error {
	dead := map[string]int64{}
	err := sqldb.Each(ctx, q.db, func(s sqldb.Scanner) error {
		var node string
		var beat int64
		err := s.Scan(&node, &beat)
		dead[node] = beat
		return err
	}, `SELECT node, beat FROM job_node WHERE node <> ?`, q.node)
	if err != nil {
		return err
	}
	for node, beat := range dead {
		if err := q.bury(ctx, node, beat); err != nil {
			return err
		}
	}
	return nil
}

const maxRunning = 10000

// bury gives back the jobs of a dead node. Removing its row is the claim: of
// two nodes that notice, one finds it gone.
func (q *Queue) bury(ctx context.Context, node string, beat int64) error {
	back := 0
	err := q.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM job_node WHERE node = ? AND beat = ?`, node, beat)
		if err != nil || n == 0 {
			return err
		}
		return q.engine.within(tx, func(exec riverdriver.Executor) error {
			// Everything at work: whether it began long ago says nothing here.
			list, err := exec.JobGetStuck(ctx, &riverdriver.JobGetStuckParams{Max: maxRunning, StuckHorizon: tx.Now.Add(24 * time.Hour)})
			if err != nil {
				return err
			}
			p := &riverdriver.JobRescueManyParams{}
			for _, j := range list {
				if len(j.AttemptedBy) == 0 || j.AttemptedBy[len(j.AttemptedBy)-1] != node {
					continue
				}
				if err := give(p, j, tx.Now); err != nil {
					return err
				}
			}
			if back = len(p.ID); back == 0 {
				return nil
			}
			_, err = exec.JobRescueMany(ctx, p)
			return err
		})
	})
	if err == nil && back > 0 {
		q.conf.Log.WarnContext(ctx, "a node died while working; its jobs are done again", slog.String("node", node), slog.Int("jobs", back))
	}
	return err
}

// give adds a lost job to those that go back; one that has used up its
// attempts (it may be what kills the program) is discarded.
func give(p *riverdriver.JobRescueManyParams, j *rivertype.JobRow, now time.Time) error {
	note, err := json.Marshal(rivertype.AttemptError{At: now, Attempt: max(j.Attempt, 0), Error: "the program died while working on it"})
	if err != nil {
		return err
	}
	state, final := rivertype.JobStateAvailable, (*time.Time)(nil)
	if j.Attempt >= j.MaxAttempts {
		state, final = rivertype.JobStateDiscarded, &now
	}
	p.ID = append(p.ID, j.ID)
	p.Error = append(p.Error, note)
	p.FinalizedAt = append(p.FinalizedAt, final)
	p.ScheduledAt = append(p.ScheduledAt, j.ScheduledAt)
	p.State = append(p.State, string(state))
	return nil
}
