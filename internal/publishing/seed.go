package publishing

import (
	"context"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
)

// Seed writes n posts with one publication each straight into the tables, many
// in one transaction: for measurements, which need a million rows and do not
// measure the composer. words and at choose each post's text and hour; those in
// the past are written as sent. It records nothing in the logbook, so it has no
// place outside of a benchmark.
func Seed(ctx context.Context, db *sqldb.DB, b id.Brand, channels []id.Channel, n int, words func(int) string, at func(int) time.Time) error {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	for part := range sqldb.Chunks(all, 5000) {
		err := db.Write(ctx, func(tx *sqldb.Tx) error {
			for _, i := range part {
				if err := seedOne(ctx, tx, b, channels[i%len(channels)], words(i), at(i)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func seedOne(ctx context.Context, tx *sqldb.Tx, b id.Brand, c id.Channel, text string, due time.Time) error {
	w, err := clock.At(due, "Europe/Paris")
	if err != nil {
		return err
	}
	p := Post{ID: id.New[id.Post](), Brand: b, Text: text, Planned: w, At: due, Validation: Approved, Badge: Scheduled,
		Variants: []Variant{{ID: id.New[id.Variant](), Channel: c}}, Made: due, Edited: due, Version: 1}
	pub := Publication{ID: id.New[id.Publication](), Brand: b, Post: p.ID, Channel: c, State: Planned, Content: Content{Parts: []Part{{Text: text}}},
		Planned: w, DueAt: due, NextAt: due, Version: 1}
	if due.Before(tx.Now) {
		p.Badge, pub.State, pub.NextAt, pub.SentAt, pub.URL = Published, Sent, time.Time{}, due, "https://net.example/"+string(pub.ID)
	}
	pub.Hash = pub.Content.Hash()
	pub.Cleared = pub.Hash
	if err := insertPost(ctx, tx, p); err != nil {
		return err
	}
	if err := insertPublication(ctx, tx, pub); err != nil {
		return err
	}
	return index(ctx, tx, p)
}
