package assets

import (
	"context"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/platform/files"
	"vigie/internal/platform/search"
	"vigie/internal/platform/sqldb"
)

const mediaColumns = `id, brand, name, state, problem, type, bytes, width, height, file, alt, focus_x, focus_y, facts, tries, author, made_at, edited_at, version, binned_at, folder, tags, shape, look, family, number, newer`

func scanMedia(r sqldb.Scanner) (m Media, err error) {
	var made, edited, binned sqldb.Time
	var facts sqldb.JSON[Facts]
	var tags sqldb.JSON[[]string]
	var x, y *float64
	err = r.Scan(&m.ID, &m.Brand, &m.Name, &m.State, &m.Problem, &m.Type, &m.Bytes, &m.Width, &m.Height, &m.file, &m.Alt, &x, &y,
		&facts, &m.tries, &m.Author, &made, &edited, &m.Version, &binned,
		&m.Folder, &tags, &m.shape, &m.look, &m.Family, &m.Number, &m.Newer)
	m.Tags = tags.V
	m.Facts, m.Made, m.Edited, m.Binned = facts.V, made.Time, edited.Time, binned.Time
	if x != nil && y != nil {
		m.Focus = &Point{*x, *y}
	}
	return m, err
}

func insertMedia(ctx context.Context, tx *sqldb.Tx, m Media) error {
	_, err := tx.Exec(ctx, `INSERT INTO media (`+mediaColumns+`, folded, shelved) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,1)`,
		m.ID, m.Brand, m.Name, m.State, m.Problem, m.Type, m.Bytes, m.Width, m.Height, m.file, m.Alt, nil, nil,
		sqldb.JSON[Facts]{V: m.Facts}, m.tries, m.Author, sqldb.At(m.Made), sqldb.At(m.Edited), m.Version, sqldb.At(m.Binned),
		m.Folder, sqldb.JSON[[]string]{V: listed(m.Tags)}, shapeOf(m.Width, m.Height), m.look, m.Family, max(m.Number, 1), m.Newer, m.folded())
	return err
}

func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// loadMedia reads one; another brand's is not_found.
func loadMedia(ctx context.Context, q sqldb.Q, b id.Brand, m id.Media) (Media, error) {
	got, err := sqldb.One(ctx, q, scanMedia, `SELECT `+mediaColumns+` FROM media WHERE brand = ? AND id = ?`, b, m)
	if sqldb.IsNoRow(err) {
		return got, errUnknown
	}
	return got, err
}

// loadByFile finds the media of a brand that has this very content.
func loadByFile(ctx context.Context, q sqldb.Q, b id.Brand, key string) (m Media, found bool, err error) {
	m, err = sqldb.One(ctx, q, scanMedia, `SELECT `+mediaColumns+` FROM media WHERE brand = ? AND file = ?`, b, key)
	if sqldb.IsNoRow(err) {
		return m, false, nil
	}
	return m, err == nil, err
}

func loadMany(ctx context.Context, q sqldb.Q, b id.Brand, list []id.Media) (out []Media, err error) {
	for part := range sqldb.Chunks(list, 500) {
		some, err := sqldb.List(ctx, q, scanMedia, `SELECT `+mediaColumns+` FROM media WHERE brand = ? AND id IN `+sqldb.Marks(len(part)),
			append([]any{b}, sqldb.Args(part)...)...)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

// updateMedia writes all that can change if the row still has the version it
// was read with, and gives it the next one. Errors: conflict.
func updateMedia(ctx context.Context, tx *sqldb.Tx, m *Media) error {
	var x, y any
	if m.Focus != nil {
		x, y = m.Focus.X, m.Focus.Y
	}
	n, err := tx.Exec(ctx, `UPDATE media SET name = ?, state = ?, problem = ?, type = ?, width = ?, height = ?, alt = ?, focus_x = ?, focus_y = ?,
		facts = ?, tries = ?, edited_at = ?, version = ?, binned_at = ?, folder = ?, tags = ?, shape = ?, look = ?, family = ?, number = ?, newer = ?, folded = ? WHERE brand = ? AND id = ? AND version = ?`,
		m.Name, m.State, m.Problem, m.Type, m.Width, m.Height, m.Alt, x, y,
		sqldb.JSON[Facts]{V: m.Facts}, m.tries, sqldb.At(m.Edited), m.Version+1, sqldb.At(m.Binned),
		m.Folder, sqldb.JSON[[]string]{V: listed(m.Tags)}, shapeOf(m.Width, m.Height), m.look, m.Family, max(m.Number, 1), m.Newer, m.folded(), m.Brand, m.ID, m.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return errChanged.With("version", m.Version)
	}
	m.Version++
	return nil
}

// countTry notes that the work on a media begins, so that a file that kills
// the program is not tried for ever.
func countTry(ctx context.Context, db *sqldb.DB, b id.Brand, m id.Media) error {
	_, err := db.Exec(ctx, `UPDATE media SET tries = tries + 1 WHERE brand = ? AND id = ?`, b, m)
	return err
}

// deleteMedia erases a row that is still as it was read, its renditions with
// it; false when somebody changed it meanwhile.
func deleteMedia(ctx context.Context, tx *sqldb.Tx, m Media) (bool, error) {
	if err := search.Remove(ctx, tx, searchKind, string(m.ID)); err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, `DELETE FROM media WHERE brand = ? AND id = ? AND version = ?`, m.Brand, m.ID, m.Version)
	return n == 1, err
}

// rendition is a re-encoded file of a media. file is empty while it is only
// wished for.
type rendition struct {
	Rule          string
	Wish          string // JSON of the rule
	Type          string
	Bytes         int64
	Width, Height int
	file          string
	Made          time.Time
}

func loadRendition(ctx context.Context, q sqldb.Q, b id.Brand, m id.Media, rule string) (rendition, error) {
	return sqldb.One(ctx, q, func(r sqldb.Scanner) (x rendition, err error) {
		var made sqldb.Time
		err = r.Scan(&x.Rule, &x.Wish, &x.Type, &x.Bytes, &x.Width, &x.Height, &x.file, &made)
		x.Made = made.Time
		return x, err
	}, `SELECT rule, wish, type, bytes, width, height, file, made_at FROM rendition WHERE brand = ? AND media = ? AND rule = ?`, b, m, rule)
}

// wishRendition notes a rule without its file, if nothing is there yet.
func wishRendition(ctx context.Context, tx *sqldb.Tx, b id.Brand, m id.Media, rule, wish string) error {
	_, err := tx.Exec(ctx, `INSERT INTO rendition (brand, media, rule, wish, type, bytes, width, height, file, made_at) VALUES (?,?,?,?,'',0,0,0,'',?)
		ON CONFLICT (media, rule) DO NOTHING`, b, m, rule, wish, sqldb.At(tx.Now))
	return err
}

// keepRendition writes a file; the first one stays, so that a retry sends the
// same bytes.
func keepRendition(ctx context.Context, tx *sqldb.Tx, b id.Brand, m id.Media, x rendition) error {
	_, err := tx.Exec(ctx, `INSERT INTO rendition (brand, media, rule, wish, type, bytes, width, height, file, made_at) VALUES (?,?,?,?,?,?,?,?,?,?)
		ON CONFLICT (media, rule) DO UPDATE SET type = excluded.type, bytes = excluded.bytes, width = excluded.width, height = excluded.height,
		file = excluded.file, made_at = excluded.made_at WHERE rendition.file = ''`,
		b, m, x.Rule, x.Wish, x.Type, x.Bytes, x.Width, x.Height, x.file, sqldb.At(tx.Now))
	return err
}

// fileUsed tells whether any row of any brand still names a file, for the
// collector.
func fileUsed(ctx context.Context, q sqldb.Q, key string) (bool, error) {
	n, err := sqldb.Value[int64](ctx, q, `SELECT (SELECT COUNT(*) FROM media WHERE file = ?) + (SELECT COUNT(*) FROM rendition WHERE file = ?) + (SELECT COUNT(*) FROM media_document WHERE file = ?)`, key, key, key)
	return n > 0, err
}

type upload struct {
	ID     files.UploadID
	Person id.Person
	Name   string
	Bytes  int64
	Media  id.Media
}

func loadUpload(ctx context.Context, q sqldb.Q, b id.Brand, up files.UploadID) (upload, error) {
	u, err := sqldb.One(ctx, q, func(r sqldb.Scanner) (u upload, err error) {
		return u, r.Scan(&u.ID, &u.Person, &u.Name, &u.Bytes, &u.Media)
	}, `SELECT id, person, name, bytes, media FROM media_upload WHERE brand = ? AND id = ?`, b, string(up))
	if sqldb.IsNoRow(err) {
		return u, errNoUpload
	}
	return u, err
}
