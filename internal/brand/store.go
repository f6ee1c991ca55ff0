package brand

import (
	"context"
	"embed"
	"io/fs"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
)

//go:embed schema/*.sql
var files embed.FS

// Schema is the table of brands; it comes before every other of the hall.
var Schema = sqldb.Schema{Room: "brand", Files: sub(files)}

func sub(f embed.FS) fs.FS {
	s, err := fs.Sub(f, "schema")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	return s
}

const columns = `id, name, about, monogram, colour, language, zone, week, example, made_at, version, archived_at`

func scan(s sqldb.Scanner) (b Brand, err error) {
	var made, archived sqldb.Time
	var week int64
	err = s.Scan(&b.ID, &b.Name, &b.About, &b.Monogram, &b.Colour, &b.Language, &b.Zone, &week, &b.Example, &made, &b.Version, &archived)
	b.Made, b.Week, b.Archived = made.Time, time.Weekday(week), archived.Time
	return b, err
}

// Load reads one brand that is not archived, for the rooms and the parts of
// the program that already know they may: no actor is asked. No such brand is
// not_found.
func Load(ctx context.Context, q sqldb.Q, brand id.Brand) (Brand, error) {
	return sqldb.One(ctx, q, scan, `SELECT `+columns+` FROM brand WHERE id = ? AND archived_at IS NULL`, string(brand))
}

// All lists every brand that is not archived, for the program's own rounds.
func All(ctx context.Context, q sqldb.Q) ([]Brand, error) {
	return sqldb.List(ctx, q, scan, `SELECT `+columns+` FROM brand WHERE archived_at IS NULL ORDER BY name, id`)
}

func loadMany(ctx context.Context, q sqldb.Q, brands []id.Brand) ([]Brand, error) {
	return sqldb.List(ctx, q, scan, `SELECT `+columns+` FROM brand WHERE id IN `+sqldb.Marks(len(brands)), sqldb.Args(brands)...)
}

func insert(ctx context.Context, tx *sqldb.Tx, b Brand) error {
	_, err := tx.Exec(ctx, `INSERT INTO brand (`+columns+`) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)`,
		string(b.ID), b.Name, b.About, b.Monogram, b.Colour, b.Language, b.Zone, int64(b.Week), b.Example, sqldb.At(b.Made), b.Version, sqldb.At(b.Archived))
	return err
}

// update writes the settings if the version is still the one that was read.
func update(ctx context.Context, tx *sqldb.Tx, b Brand, was int64) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE brand SET name = ?, about = ?, monogram = ?, colour = ?, language = ?, zone = ?, week = ?, version = ?
		WHERE id = ? AND version = ? AND archived_at IS NULL`,
		b.Name, b.About, b.Monogram, b.Colour, b.Language, b.Zone, int64(b.Week), b.Version, string(b.ID), was)
	return n == 1, err
}

func setArchived(ctx context.Context, tx *sqldb.Tx, brand id.Brand, at time.Time) (bool, error) {
	where := `archived_at IS NULL`
	if at.IsZero() {
		where = `archived_at IS NOT NULL`
	}
	n, err := tx.Exec(ctx, `UPDATE brand SET archived_at = ?, version = version + 1 WHERE id = ? AND `+where, sqldb.At(at), string(brand))
	return n == 1, err
}
