package publishing

import (
	"context"
	"slices"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

const (
	// HandWithin is how long a receipt that was left to a hand may stay open
	// before those who answer for the brand are written to again.
	HandWithin = 24 * time.Hour
	// RemindEvery is how often RemindRecalls is called.
	RemindEvery = 10 * time.Minute
	// The hours of a second letter, on the clock of the brand.
	remindFrom, remindTo = 8, 20
)

// RemindRecalls has a second letter written about what a recall left to a hand
// and nobody has closed within HandWithin: once each, at an hour at which people
// work, to those who answer for the brand and to whoever asked for the recall.
// The ledger tells it. The program calls it every RemindEvery; safe to repeat,
// on several nodes at once.
func (s *Service) RemindRecalls(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "remind of recalls")
	type open struct {
		brand  id.Brand
		recall RecallID
	}
	list, err := sqldb.List(ctx, s.DB, func(r sqldb.Scanner) (o open, err error) { return o, r.Scan(&o.brand, &o.recall) },
		`SELECT DISTINCT brand, recall FROM recall_leg WHERE state = 'cannot' AND reminded_at IS NULL AND ended_at <= ? ORDER BY recall LIMIT 500`, sqldb.At(s.DB.Now().Add(-HandWithin)))
	if err != nil {
		return err
	}
	for _, o := range list {
		if err := s.remindRecall(ctx, o.brand, o.recall); err != nil {
			s.Log.Error("second letter of a recall", "brand", o.brand, "recall", o.recall, "error", err) // the others go on
		}
	}
	return nil
}

func (s *Service) remindRecall(ctx context.Context, b id.Brand, recall RecallID) error {
	if s.Away != nil {
		if away, err := s.Away(ctx, s.DB, b); err != nil || away {
			return err
		}
	}
	zone, err := s.Zone(ctx, s.DB, b)
	if err != nil {
		return err
	}
	if w, err := clock.At(s.DB.Now(), zone); err != nil || !working(w.Local) {
		return err
	}
	var people []id.Person
	if s.Answerable != nil {
		if people, err = s.Answerable(ctx, b); err != nil {
			return err
		}
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		legs, err := sqldb.List(ctx, tx, scanLeg, `UPDATE recall_leg SET reminded_at = ? WHERE brand = ? AND recall = ? AND state = 'cannot' AND reminded_at IS NULL AND ended_at <= ? RETURNING `+legColumns,
			sqldb.At(tx.Now), b, recall, sqldb.At(tx.Now.Add(-HandWithin)))
		if err != nil || len(legs) == 0 {
			return err // another node was first, or a hand
		}
		r, err := sqldb.One(ctx, tx, scanRecall, `SELECT `+recallColumns+` FROM recall WHERE brand = ? AND id = ?`, b, recall)
		if err != nil {
			return err
		}
		if !slices.Contains(people, r.By) && r.By != "" {
			people = append(people, r.By)
		}
		r.Legs, r.Told = legs, people
		if s.Remind != nil {
			if err := s.Remind(ctx, tx, r); err != nil {
				return err
			}
		}
		for _, l := range legs {
			there, err := sqldb.Value[int64](ctx, tx, `SELECT COUNT(*) FROM publication WHERE brand = ? AND id = ?`, b, l.Publication)
			if err != nil {
				return err
			}
			if there == 0 {
				continue // its post was erased: the recall keeps its own record
			}
			if err := addSteps(ctx, tx, l.Publication, Step{What: StepReminded, Problem: l.Problem, Detail: map[string]any{"recall": recall, "n": len(people)}}); err != nil {
				return err
			}
			s.changed(tx, b, l.Post)
		}
		return s.Book.Record(ctx, tx, logbook.Entry{Brand: b, Actor: team.Program("clock").Signs(), Act: ActRecallReminded, Subject: logbook.Subject{Kind: "recall", ID: string(recall)},
			Data: map[string]any{"publications": len(legs), "told": people}})
	})
}

// working tells whether a local time ("2006-01-02T15:04") is one at which
// people get letters.
func working(local string) bool {
	t, err := time.Parse("2006-01-02T15:04", local[:min(len(local), 16)])
	return err == nil && t.Hour() >= remindFrom && t.Hour() < remindTo
}
