package app

import (
	"context"
	"embed"
	"io/fs"

	"vigie/internal/networks/practice"
	"vigie/internal/platform/sqldb"
)

//go:embed schema/*.sql
var schemaFiles embed.FS

// Schema is the program's own tables: the practice network's world, when
// several nodes share it.
var Schema = sqldb.Schema{Room: "app", Files: func() fs.FS { f, _ := fs.Sub(schemaFiles, "schema"); return f }()}

// practiceRows keeps the practice network's world in the database, for nodes on
// several machines; on SQLite a file beside it is faster and as durable.
type practiceRows struct{ db *sqldb.DB }

var _ practice.Store = practiceRows{}

// Append adds a record. One at a time: readers go by number, and a number that
// becomes visible after a later one would be passed over.
func (p practiceRows) Append(ctx context.Context, record []byte) error {
	return p.db.Write(ctx, func(tx *sqldb.Tx) error {
		if tx.Dialect() == sqldb.Postgres {
			if _, err := tx.Exec(ctx, `LOCK TABLE practice_record IN EXCLUSIVE MODE`); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `INSERT INTO practice_record (record) VALUES (?)`, record)
		return err
	})
}

// Read calls each with the records after a position.
func (p practiceRows) Read(ctx context.Context, after int64, each func(int64, []byte) error) error {
	return sqldb.Each(ctx, p.db, func(r sqldb.Scanner) error {
		var seq int64
		var record []byte
		if err := r.Scan(&seq, &record); err != nil {
			return err
		}
		return each(seq, record)
	}, `SELECT seq, record FROM practice_record WHERE seq > ? ORDER BY seq`, after)
}

// PutMedia keeps a picture; safe to repeat.
func (p practiceRows) PutMedia(ctx context.Context, key string, body []byte) error {
	_, err := p.db.Exec(ctx, `INSERT INTO practice_media (media, body) VALUES (?, ?) ON CONFLICT (media) DO NOTHING`, key, body)
	return err
}

// Media returns a picture's bytes.
func (p practiceRows) Media(ctx context.Context, key string) ([]byte, error) {
	return sqldb.Value[[]byte](ctx, p.db, `SELECT body FROM practice_media WHERE media = ?`, key)
}
