package assets

import (
	"bytes"
	"context"
	"io"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// DocumentID names a document.
type DocumentID string

// Document is a paper about a media: a contract, an invoice, a signed release.
type Document struct {
	ID    DocumentID
	Media id.Media
	// About is the consent it proves; empty: it is of the licence.
	About ConsentID
	Name  string
	Type  string // told by the content
	Bytes int64
	Made  time.Time

	file string
}

// MaxDocument is the largest paper that is kept.
const MaxDocument = 20 << 20

const maxDocuments = 50

var (
	errDocument     = fault.New(fault.NotFound, "assets.document_gone")
	errDocumentType = fault.New(fault.Invalid, "assets.document_type").At("document")
	errDocumentSize = fault.New(fault.Invalid, "assets.document_heavy").At("document").With("mb", MaxDocument>>20)
	errDocumentMany = fault.New(fault.Invalid, "assets.document_many").At("document").With("max", maxDocuments)
)

// paper tells what a paper is by its first bytes; nothing else is kept, since
// it is given back to browsers.
func paper(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return "application/pdf"
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return typeJPEG
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return typePNG
	}
	return ""
}

// AddDocument keeps a PDF, a JPEG or a PNG with a media: of its licence, or the
// proof of a consent of it. Errors: invalid, not_found.
func (s *Service) AddDocument(ctx context.Context, a team.Actor, b id.Brand, m id.Media, about ConsentID, name string, r io.Reader) (_ Document, err error) {
	defer fault.Wrap(&err, "add document")
	if err := a.Require(b, team.AddMedia); err != nil {
		return Document{}, err
	}
	all, err := s.consentsOf(ctx, b, m)
	if err != nil {
		return Document{}, err
	}
	if _, ok := find(all, about); !ok && about != "" {
		return Document{}, errConsent
	}
	content, err := io.ReadAll(io.LimitReader(r, MaxDocument+1))
	if err != nil {
		return Document{}, err
	}
	if len(content) > MaxDocument {
		return Document{}, errDocumentSize
	}
	kind := paper(content)
	if kind == "" {
		return Document{}, errDocumentType
	}
	st, err := s.Files.Put(ctx, bytes.NewReader(content))
	if err != nil {
		return Document{}, err
	}
	d := Document{ID: id.New[DocumentID](), Media: m, About: about, Name: cleanName(name), Type: kind, Bytes: st.Bytes, file: st.Key}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := loadMedia(ctx, tx, b, m); err != nil {
			return err
		}
		had, err := loadDocuments(ctx, tx, b, m)
		if err != nil {
			return err
		}
		if len(had) >= maxDocuments {
			return errDocumentMany
		}
		d.Made = tx.Now
		if err := insertDocument(ctx, tx, b, d); err != nil {
			return err
		}
		s.changed(tx, b, m)
		return s.recordPerson(ctx, tx, a, b, m, ActDocumented, documented{string(d.ID), string(about), d.Type}, d.Name)
	})
	return d, err
}

// RemoveDocument takes a paper away. Errors: not_found.
func (s *Service) RemoveDocument(ctx context.Context, a team.Actor, b id.Brand, m id.Media, d DocumentID) (err error) {
	defer fault.Wrap(&err, "remove document")
	if err := a.Require(b, team.AddMedia); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM media_document WHERE brand = ? AND media = ? AND id = ?`, b, m, d)
		if err != nil {
			return err
		}
		if n == 0 {
			return errDocument
		}
		s.changed(tx, b, m)
		return s.record(ctx, tx, a, b, m, ActUndocumented, documented{string(d), "", ""})
	})
}

// OpenDocument reads a paper; the caller closes Body. Only those who work on
// the library may. Errors: not_found.
func (s *Service) OpenDocument(ctx context.Context, a team.Actor, b id.Brand, m id.Media, d DocumentID) (_ Served, err error) {
	defer fault.Wrap(&err, "open document")
	if err := a.Require(b, team.AddMedia); err != nil {
		return Served{}, err
	}
	all, err := loadDocuments(ctx, s.DB, b, m)
	if err != nil {
		return Served{}, err
	}
	for _, x := range all {
		if x.ID == d {
			body, err := s.Files.Open(ctx, x.file)
			if err != nil {
				return Served{}, missing(err)
			}
			return Served{Type: x.Type, Bytes: x.Bytes, Name: x.Name, ETag: `"` + x.file[:20] + `"`, Body: body}, nil
		}
	}
	return Served{}, errDocument
}
