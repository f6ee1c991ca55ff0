package assets

import (
	"context"
	"io"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/jobs"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

var (
	errVersionSame = fault.New(fault.Conflict, "assets.version_same").At("file")
	errVersionOld  = fault.New(fault.Conflict, "assets.version_old").At("file")
)

// Renew takes in a new version of a picture. It is a media of its own, with the
// name, the texts, the folder, the tags, the licence and the agreements of the
// one whose place it takes; posts keep the one they were written and approved
// with, and say that there is a newer one. Errors: invalid (the file), conflict
// (the library has this very file already, or a newer version is there),
// not_found.
func (s *Service) Renew(ctx context.Context, a team.Actor, b id.Brand, m id.Media, name string, r io.Reader) (_ Media, err error) {
	defer fault.Wrap(&err, "renew media")
	if err := a.Require(b, team.AddMedia); err != nil {
		return Media{}, err
	}
	if _, err := loadMedia(ctx, s.DB, b, m); err != nil {
		return Media{}, err
	}
	st, err := s.Files.Put(ctx, &bounded{r: r, left: MaxBytes})
	if err != nil {
		return Media{}, err
	}
	if err := weigh(st.Bytes); err != nil {
		return Media{}, err
	}
	var next Media
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		old, err := loadMedia(ctx, tx, b, m)
		if err != nil {
			return err
		}
		if old.Newer != "" {
			return errVersionOld.With("name", old.Name)
		}
		if same, found, err := loadByFile(ctx, tx, b, st.Key); err != nil {
			return err
		} else if found {
			return errVersionSame.With("name", same.Name)
		}
		if old.Family == "" {
			old.Family = old.ID
		}
		next = Media{ID: id.New[id.Media](), Brand: b, Name: old.Name, State: Working, Bytes: st.Bytes, Alt: old.Alt, Author: a.Person, Made: tx.Now, Edited: tx.Now,
			Version: 1, Folder: old.Folder, Tags: old.Tags, Family: old.Family, Number: max(old.Number, 1) + 1, file: st.Key}
		if err := insertMedia(ctx, tx, next); err != nil {
			return err
		}
		if err := s.inherit(ctx, tx, b, old.ID, next.ID); err != nil {
			return err
		}
		old.Newer, old.Edited = next.ID, tx.Now
		if err := updateMedia(ctx, tx, &old); err != nil {
			return err
		}
		if err := s.reshelve(ctx, tx, next); err != nil {
			return err
		}
		if err := s.record(ctx, tx, a, b, next.ID, ActAdded, added{cleanName(name), next.Bytes}); err != nil {
			return err
		}
		if err := s.record(ctx, tx, a, b, old.ID, ActRenewed, renewed{next.ID, next.Number}); err != nil {
			return err
		}
		s.changed(tx, b, old.ID)
		return s.Jobs.Enqueue(ctx, tx, KindPrepare, Job{Brand: b, Media: next.ID}, jobs.Unique())
	})
	return next, err
}

// inherit gives a new version what was said of the one before.
func (s *Service) inherit(ctx context.Context, tx *sqldb.Tx, b id.Brand, from, to id.Media) error {
	l, err := loadLicence(ctx, tx, b, from)
	if err != nil {
		return err
	}
	if l.Known() {
		l.Media, l.Version = to, 0
		if err := saveLicence(ctx, tx, b, &l); err != nil {
			return err
		}
	}
	consents, err := loadConsents(ctx, tx, b, from)
	if err != nil {
		return err
	}
	papers, err := loadDocuments(ctx, tx, b, from)
	if err != nil {
		return err
	}
	now := map[ConsentID]ConsentID{}
	for _, c := range consents {
		was := c.ID
		c.ID, c.Media = id.New[ConsentID](), to
		now[was] = c.ID
		if err := insertConsent(ctx, tx, b, c); err != nil {
			return err
		}
	}
	for _, d := range papers {
		d.ID, d.Media, d.About = id.New[DocumentID](), to, now[d.About]
		if err := insertDocument(ctx, tx, b, d); err != nil {
			return err
		}
	}
	crops, err := loadCrops(ctx, tx, b, from)
	if err != nil {
		return err
	}
	for _, c := range crops {
		if err := saveCrop(ctx, tx, b, to, c); err != nil {
			return err
		}
	}
	return nil
}

// Versions lists the versions of a picture, latest first; one without others
// has none.
func (s *Service) Versions(ctx context.Context, a team.Actor, b id.Brand, m id.Media) (_ []Media, err error) {
	defer fault.Wrap(&err, "versions of media")
	got, err := s.Get(ctx, a, b, m)
	if err != nil || got.Family == "" {
		return nil, err
	}
	return sqldb.List(ctx, s.DB, scanMedia, `SELECT `+mediaColumns+` FROM media WHERE brand = ? AND family = ? AND family <> '' ORDER BY number DESC, id DESC LIMIT 200`, b, got.Family)
}
