package assets

import (
	"context"
	"slices"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/base/textkit"
	"vigie/internal/platform/search"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Bounds of where a media lies and what it is found by.
const (
	MaxFolder = 200
	MaxTag    = 60
	MaxTags   = 30
	// MaxMany is the most media that one gesture changes.
	MaxMany = 200
)

var (
	errTags = fault.New(fault.Invalid, "assets.tags_many").At("tags").With("max", MaxTags)
	errMany = fault.New(fault.Invalid, "assets.many").At("media").With("max", MaxMany)
)

// foldTag is the form under which a tag is found.
func foldTag(s string) string { return textkit.Fold(oneLine(s, MaxTag)) }

// cleanFolder makes a path of what was written: parts between slashes, none
// empty.
func cleanFolder(s string) string {
	var parts []string
	for p := range strings.SplitSeq(cut(s, MaxFolder), "/") {
		if p = oneLine(p, MaxFolder); p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, "/")
}

// ReadTags reads tags as a person writes them, with commas, without those that
// are the same but for case and accents. Errors: invalid (too many).
func ReadTags(list ...string) ([]string, error) {
	var out []string
	for _, t := range strings.FieldsFunc(strings.Join(list, ","), func(r rune) bool { return r == ',' || r == ';' || r == '\n' || r == '\r' }) {
		t = strings.TrimPrefix(oneLine(t, MaxTag), "#")
		if t == "" || slices.ContainsFunc(out, func(o string) bool { return foldTag(o) == foldTag(t) }) {
			continue
		}
		out = append(out, t)
	}
	if len(out) > MaxTags {
		return nil, errTags
	}
	return out, nil
}

// Filing is what one gesture changes of where media lie; nil fields stay.
type Filing struct {
	Folder *string
	Tags   *[]string // replaces all of them
	Add    []string
	Remove []string
}

// File puts media into a folder and changes their tags, all or none. Media that
// are not of the brand are not_found. Safe to repeat.
func (s *Service) File(ctx context.Context, a team.Actor, b id.Brand, list []id.Media, f Filing) (err error) {
	defer fault.Wrap(&err, "file media")
	return s.many(ctx, a, b, list, func(tx *sqldb.Tx, m Media) error {
		folder, tags := m.Folder, m.Tags
		if f.Folder != nil {
			folder = cleanFolder(*f.Folder)
		}
		if f.Tags != nil {
			tags = *f.Tags
		}
		tags, err := ReadTags(append(slices.Clone(tags), f.Add...)...)
		if err != nil {
			return err
		}
		tags = slices.DeleteFunc(tags, func(t string) bool {
			return slices.ContainsFunc(f.Remove, func(r string) bool { return foldTag(r) == foldTag(t) })
		})
		if folder == m.Folder && slices.Equal(tags, m.Tags) {
			return nil
		}
		m.Folder, m.Tags, m.Edited = folder, tags, tx.Now
		if err := updateMedia(ctx, tx, &m); err != nil {
			return err
		}
		if err := s.reshelve(ctx, tx, m); err != nil {
			return err
		}
		s.changed(tx, b, m.ID)
		return s.record(ctx, tx, a, b, m.ID, ActFiled, filed{folder, listed(tags)})
	})
}

// License puts several media under the same licence, all or none; what each was
// under is in the logbook. Errors: invalid, not_found.
func (s *Service) License(ctx context.Context, a team.Actor, b id.Brand, list []id.Media, l Licence) (err error) {
	defer fault.Wrap(&err, "license media")
	return s.many(ctx, a, b, list, func(tx *sqldb.Tx, m Media) error {
		next, err := s.prepareLicence(ctx, tx, b, l)
		if err != nil {
			return err
		}
		old, err := loadLicence(ctx, tx, b, m.ID)
		if err != nil {
			return err
		}
		if old.Known() && len(next.differs(old)) == 0 {
			return nil
		}
		return s.writeLicence(ctx, tx, a, b, m.ID, old, &next)
	})
}

// BinMany puts several media into the bin, all or none. Safe to repeat.
func (s *Service) BinMany(ctx context.Context, a team.Actor, b id.Brand, list []id.Media) (err error) {
	defer fault.Wrap(&err, "bin media")
	return s.many(ctx, a, b, list, func(tx *sqldb.Tx, m Media) error {
		if !m.Binned.IsZero() {
			return nil
		}
		m.Binned = tx.Now
		if err := updateMedia(ctx, tx, &m); err != nil {
			return err
		}
		s.changed(tx, b, m.ID)
		return s.record(ctx, tx, a, b, m.ID, ActBinned, versioned{m.Version})
	})
}

// many does one thing to several media in one transaction.
func (s *Service) many(ctx context.Context, a team.Actor, b id.Brand, list []id.Media, do func(tx *sqldb.Tx, m Media) error) error {
	if err := a.Require(b, team.AddMedia); err != nil {
		return err
	}
	list = slices.Clone(list)
	slices.Sort(list)
	list = slices.Compact(list)
	if len(list) > MaxMany {
		return errMany
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		known, err := loadMany(ctx, tx, b, list)
		if err != nil {
			return err
		}
		if len(known) != len(list) {
			return errUnknown
		}
		for _, m := range known {
			if err := do(tx, m); err != nil {
				return err
			}
		}
		return nil
	})
}

// reshelve is shelve with the licence that is written.
func (s *Service) reshelve(ctx context.Context, tx *sqldb.Tx, m Media) error {
	l, err := loadLicence(ctx, tx, m.Brand, m.ID)
	if err != nil {
		return err
	}
	return s.shelve(ctx, tx, m, l)
}

// shelve makes a media findable by its present words and tags.
func (s *Service) shelve(ctx context.Context, tx *sqldb.Tx, m Media, l Licence) error {
	if _, err := tx.Exec(ctx, `DELETE FROM media_tag WHERE brand = ? AND media = ?`, m.Brand, m.ID); err != nil {
		return err
	}
	for _, t := range m.Tags {
		if _, err := tx.Exec(ctx, `INSERT INTO media_tag (brand, tag, media) VALUES (?,?,?) ON CONFLICT (brand, tag, media) DO NOTHING`, m.Brand, foldTag(t), m.ID); err != nil {
			return err
		}
	}
	return search.Put(ctx, tx, search.Doc{Brand: m.Brand, Kind: searchKind, ID: string(m.ID), Text: m.folded() + " " + l.Holder + " " + l.Credit})
}

// Shelve makes findable what an older version of the program took in, and
// looks at it for its twins; a few at a time.
func (s *Service) Shelve(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "shelve media")
	list, err := sqldb.List(ctx, s.DB, scanMedia, `SELECT `+mediaColumns+` FROM media WHERE shelved = 0 ORDER BY made_at LIMIT 200`)
	if err != nil {
		return err
	}
	for _, m := range list {
		if m.State == Ready && m.look == "" {
			if m.look, err = s.lookAgain(ctx, m); err != nil {
				s.Log.Warn("a media cannot be compared", "media", m.ID, "err", err)
			}
		}
		near, err := s.near(ctx, m)
		if err != nil {
			return err
		}
		err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE media SET shelved = 1, look = ?, shape = ? WHERE brand = ? AND id = ?`, m.look, shapeOf(m.Width, m.Height), m.Brand, m.ID); err != nil {
				return err
			}
			now, err := loadMedia(ctx, tx, m.Brand, m.ID)
			if fault.Is(err, fault.NotFound) {
				return nil
			}
			if err != nil {
				return err
			}
			if err := s.reshelve(ctx, tx, now); err != nil {
				return err
			}
			return keepTwins(ctx, tx, m.Brand, m.ID, near)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Counted is a folder or a tag with how many media it holds.
type Counted struct {
	Name string `json:"name"`
	N    int64  `json:"n"`
}

// Shelves lists the folders and the tags of the library, by name.
func (s *Service) Shelves(ctx context.Context, a team.Actor, b id.Brand) (folders, tags []Counted, err error) {
	defer fault.Wrap(&err, "list shelves")
	if err := a.Require(b, team.SeeMedia); err != nil {
		return nil, nil, err
	}
	scan := func(r sqldb.Scanner) (c Counted, err error) { return c, r.Scan(&c.Name, &c.N) }
	if folders, err = sqldb.List(ctx, s.DB, scan, `SELECT folder, COUNT(*) FROM media WHERE brand = ? AND binned_at IS NULL AND newer = '' AND folder <> '' GROUP BY folder ORDER BY folder LIMIT 500`, b); err != nil {
		return nil, nil, err
	}
	tags, err = sqldb.List(ctx, s.DB, scan, `SELECT t.tag, COUNT(*) FROM media_tag t JOIN media m ON m.id = t.media WHERE t.brand = ? AND m.binned_at IS NULL AND m.newer = '' GROUP BY t.tag ORDER BY t.tag LIMIT 500`, b)
	return folders, tags, err
}
