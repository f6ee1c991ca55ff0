package assets

import (
	"context"
	"io"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// AddReady takes a whole picture in and reads it at once, without a job: for
// the program's own files, small and few, that posts show in the same breath.
// The same file twice is one media. Errors as for Add, and invalid with the
// reason for which the file will not do.
func (s *Service) AddReady(ctx context.Context, a team.Actor, b id.Brand, name, alt string, r io.Reader) (_ Media, err error) {
	defer fault.Wrap(&err, "add ready media")
	if err := a.Require(b, team.AddMedia); err != nil {
		return Media{}, err
	}
	st, err := s.Files.Put(ctx, &bounded{r: r, left: MaxBytes})
	if err != nil {
		return Media{}, err
	}
	if err := weigh(st.Bytes); err != nil {
		return Media{}, err
	}
	m := Media{ID: id.New[id.Media](), Brand: b, Name: cleanName(name), State: Working, Bytes: st.Bytes, Author: a.Person, Version: 1, file: st.Key}
	give, err := s.take(ctx)
	if err != nil {
		return Media{}, err
	}
	made, err := s.develop(ctx, &m)
	give()
	if err != nil {
		return Media{}, err
	}
	m.State, m.Alt = Ready, lines(alt, MaxAlt)
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		old, found, err := loadByFile(ctx, tx, b, st.Key)
		if err != nil {
			return err
		}
		if found {
			m = old
			return nil
		}
		m.Made, m.Edited = tx.Now, tx.Now
		if err := insertMedia(ctx, tx, m); err != nil {
			return err
		}
		if err := s.reshelve(ctx, tx, m); err != nil {
			return err
		}
		for _, x := range made {
			if err := keepRendition(ctx, tx, b, m.ID, x); err != nil {
				return err
			}
		}
		if err := s.record(ctx, tx, a, b, m.ID, ActAdded, added{m.Name, m.Bytes}); err != nil {
			return err
		}
		s.changed(tx, b, m.ID)
		return s.record(ctx, tx, team.Program("assets"), b, m.ID, ActReady, prepared{m.Type, m.Width, m.Height, m.Facts.Place})
	})
	return m, err
}
