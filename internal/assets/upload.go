package assets

import (
	"context"
	"errors"
	"io"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/files"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

var errNoUpload = fault.New(fault.NotFound, "assets.upload_gone")

// Progress is where an upload stands.
type Progress struct {
	ID     files.UploadID
	Offset int64 // the next AppendUpload starts here
	Bytes  int64 // the whole length
	// Media is what it became, once finished.
	Media id.Media
}

// Added is what an upload became.
type Added struct {
	Media Media
	// Existing says that the brand had this very file already: it is that one,
	// taken back out of the bin if it lay there.
	Existing bool
}

// BeginUpload announces a file. Nothing of it is known but its name and
// length, and neither is believed. Errors are invalid (empty, too heavy) and
// transient (disk full).
func (s *Service) BeginUpload(ctx context.Context, a team.Actor, b id.Brand, name string, bytes int64) (_ Progress, err error) {
	defer fault.Wrap(&err, "begin upload")
	if err := a.Require(b, team.AddMedia); err != nil {
		return Progress{}, err
	}
	if err := weigh(bytes); err != nil {
		return Progress{}, err
	}
	up, err := s.Files.Begin(ctx, bytes)
	if err != nil {
		return Progress{}, err
	}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO media_upload (id, brand, person, name, bytes, media, made_at) VALUES (?,?,?,?,?,'',?)`,
			string(up), b, a.Person, cleanName(name), bytes, sqldb.At(tx.Now))
		return err
	})
	if err != nil {
		return Progress{}, errors.Join(err, s.Files.Abandon(ctx, up))
	}
	return Progress{ID: up, Bytes: bytes}, nil
}

func weigh(bytes int64) error {
	switch {
	case bytes <= 0:
		return errEmpty
	case bytes > MaxBytes:
		return errHeavy
	}
	return nil
}

// own reads an upload that the actor began in this brand; anybody else's is
// not_found.
func (s *Service) own(ctx context.Context, a team.Actor, b id.Brand, up files.UploadID) (upload, error) {
	if err := a.Require(b, team.AddMedia); err != nil {
		return upload{}, err
	}
	u, err := loadUpload(ctx, s.DB, b, up)
	if err != nil {
		return u, err
	}
	if u.Person != a.Person {
		return u, errNoUpload
	}
	return u, nil
}

// Upload says where an upload stands, also after a restart. One that was swept
// or belongs to another is not_found.
func (s *Service) Upload(ctx context.Context, a team.Actor, b id.Brand, up files.UploadID) (_ Progress, err error) {
	defer fault.Wrap(&err, "look at upload")
	u, err := s.own(ctx, a, b, up)
	if err != nil {
		return Progress{}, err
	}
	if u.Media != "" {
		return Progress{ID: up, Offset: u.Bytes, Bytes: u.Bytes, Media: u.Media}, nil
	}
	f, err := s.Files.Upload(ctx, up)
	if err != nil {
		return Progress{}, gone(err)
	}
	return Progress{ID: up, Offset: f.Offset, Bytes: f.Expected}, nil
}

// gone says not_found of the store in this room's words.
func gone(err error) error {
	if fault.Is(err, fault.NotFound) {
		return errNoUpload.Because(err)
	}
	return err
}

// AppendUpload adds what r gives at offset and returns the new offset. What
// arrived before r broke off is kept. An offset other than the upload's own is
// a conflict whose value "offset" says where to go on.
func (s *Service) AppendUpload(ctx context.Context, a team.Actor, b id.Brand, up files.UploadID, offset int64, r io.Reader) (_ int64, err error) {
	defer fault.Wrap(&err, "append to upload")
	u, err := s.own(ctx, a, b, up)
	if err != nil {
		return 0, err
	}
	if u.Media != "" { // the answer of FinishUpload was lost
		return u.Bytes, nil
	}
	at, err := s.Files.Append(ctx, up, offset, r)
	return at, gone(err)
}

// FinishUpload makes a complete upload a media, which a job then reads. It is
// safe to repeat. An incomplete upload is a conflict.
func (s *Service) FinishUpload(ctx context.Context, a team.Actor, b id.Brand, up files.UploadID) (_ Added, err error) {
	defer fault.Wrap(&err, "finish upload")
	u, err := s.own(ctx, a, b, up)
	if err != nil {
		return Added{}, err
	}
	if u.Media != "" {
		m, err := loadMedia(ctx, s.DB, b, u.Media)
		return Added{Media: m}, err
	}
	st, err := s.Files.Finish(ctx, up)
	if err != nil {
		return Added{}, gone(err)
	}
	add, err := s.add(ctx, a, b, u.Name, st, up)
	if err != nil {
		return add, err
	}
	if err := s.Files.Abandon(ctx, up); err != nil {
		s.Log.Warn("upload left to the sweep", "err", err) // it is a media already
	}
	return add, nil
}

// AbandonUpload forgets an upload; safe to repeat.
func (s *Service) AbandonUpload(ctx context.Context, a team.Actor, b id.Brand, up files.UploadID) (err error) {
	defer fault.Wrap(&err, "abandon upload")
	if _, err := s.own(ctx, a, b, up); err != nil {
		if fault.Is(err, fault.NotFound) && a.May(b, team.AddMedia) {
			return nil
		}
		return err
	}
	if err := s.Files.Abandon(ctx, up); err != nil {
		return err
	}
	_, err = s.DB.Exec(ctx, `DELETE FROM media_upload WHERE brand = ? AND id = ?`, b, string(up))
	return err
}

// Add takes a whole file at once: pasted, sent by a plain form or by a
// program. Errors as for the three steps; an error of r comes back as it is.
func (s *Service) Add(ctx context.Context, a team.Actor, b id.Brand, name string, r io.Reader) (_ Added, err error) {
	defer fault.Wrap(&err, "add media")
	if err := a.Require(b, team.AddMedia); err != nil {
		return Added{}, err
	}
	bound := &bounded{r: r, left: MaxBytes}
	st, err := s.Files.Put(ctx, bound)
	if err != nil {
		return Added{}, err
	}
	if err := weigh(st.Bytes); err != nil {
		return Added{}, err
	}
	return s.add(ctx, a, b, cleanName(name), st, "")
}

// bounded refuses what is too heavy before the disk is full of it.
type bounded struct {
	r    io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, errHeavy
	}
	return n, err
}

// add writes the row, the act and the job for a file that is safely stored.
func (s *Service) add(ctx context.Context, a team.Actor, b id.Brand, name string, st files.Stored, up files.UploadID) (add Added, err error) {
	try := func(tx *sqldb.Tx) error {
		add = Added{}
		m, found, err := loadByFile(ctx, tx, b, st.Key)
		if err != nil {
			return err
		}
		if found {
			add.Existing = true
			err = s.again(ctx, tx, a, &m)
		} else {
			m = Media{ID: id.New[id.Media](), Brand: b, Name: name, State: Working, Bytes: st.Bytes, Author: a.Person,
				Made: tx.Now, Edited: tx.Now, Version: 1, file: st.Key}
			if err = insertMedia(ctx, tx, m); err == nil {
				err = s.reshelve(ctx, tx, m)
			}
			if err == nil {
				err = s.record(ctx, tx, a, b, m.ID, ActAdded, added{m.Name, m.Bytes})
			}
		}
		if err != nil {
			return err
		}
		if m.State == Working {
			if err := s.Jobs.Enqueue(ctx, tx, KindPrepare, Job{Brand: b, Media: m.ID}); err != nil {
				return err
			}
		}
		if up != "" {
			if _, err := tx.Exec(ctx, `UPDATE media_upload SET media = ? WHERE brand = ? AND id = ?`, m.ID, b, string(up)); err != nil {
				return err
			}
		}
		add.Media = m
		s.changed(tx, b, m.ID)
		return nil
	}
	err = s.DB.Write(ctx, try)
	if fault.Is(err, fault.Conflict) { // two people sent the same file at once: the second finds the first's
		err = s.DB.Write(ctx, try)
	}
	return add, err
}

// again offers the media that is there already: out of the bin, and back to
// work if it was refused.
func (s *Service) again(ctx context.Context, tx *sqldb.Tx, a team.Actor, m *Media) error {
	if m.Binned.IsZero() && m.State != Refused {
		return nil
	}
	out := !m.Binned.IsZero()
	m.Binned = time.Time{}
	if m.State.may(Working) {
		m.State, m.Problem, m.tries = Working, "", 0
	}
	if err := updateMedia(ctx, tx, m); err != nil {
		return err
	}
	if !out {
		return nil
	}
	return s.record(ctx, tx, a, m.Brand, m.ID, ActUnbinned, versioned{m.Version})
}
