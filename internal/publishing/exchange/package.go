package exchange

import (
	"archive/zip"
	"bufio"
	"io"
	"strings"
)

const (
	odsType = "application/vnd.oasis.opendocument.spreadsheet"
	// maxUnfolded bounds what the table of a small package may unfold into, and
	// maxPiece one tag or one run of words of it.
	maxUnfolded = 64 << 20
	maxPiece    = 4 << 20
	// maxDepth bounds how deep elements stand in each other; a sheet needs a dozen.
	maxDepth = 100
)

// seekAt reads at a place of a reader that only seeks, and keeps what went wrong
// with it. It is used by one goroutine at a time.
type seekAt struct {
	io.ReadSeeker
	err error
}

// ReadAt implements io.ReaderAt.
func (s *seekAt) ReadAt(p []byte, off int64) (int, error) {
	_, err := s.Seek(off, io.SeekStart)
	n := 0
	if err == nil {
		n, err = io.ReadFull(s, p)
	}
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	if err != nil && err != io.EOF && s.err == nil {
		s.err = err
	}
	return n, err
}

// pack opens a zip; nil when it is none.
func (f *File) pack() (*zip.Reader, *seekAt, error) {
	n, err := f.src.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, nil, err
	}
	src := &seekAt{ReadSeeker: f.src}
	z, err := zip.NewReader(src, n)
	if err != nil {
		return nil, src, src.err
	}
	return z, src, nil
}

// isOpenDocument tells an OpenDocument spreadsheet from a workbook of Excel: its
// package names its type, or at least holds its one part. Errors: invalid (an
// OpenDocument that is no spreadsheet).
func (f *File) isOpenDocument() (bool, error) {
	z, _, err := f.pack()
	if err != nil || z == nil {
		return false, err
	}
	has := false
	for _, e := range z.File {
		switch e.Name {
		case "xl/workbook.xml":
			return false, nil
		case "content.xml", "encrypted-package":
			has = true
		case "mimetype":
			kind, err := start(e, 200)
			if err != nil {
				return false, nil
			}
			if strings.HasPrefix(kind, "application/vnd.oasis.opendocument.") && !strings.HasPrefix(kind, odsType) { // the template's type begins as the sheet's
				return false, errForm
			}
		}
	}
	return has, nil
}

// start is the beginning of an entry.
func start(e *zip.File, n int64) (string, error) {
	r, err := e.Open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, n))
	return string(b), err
}

// table opens the part of an OpenDocument package that holds its sheets. The
// caller closes it. Errors: invalid (damaged, or behind a password).
func (f *File) table() (*unfolding, error) {
	z, src, err := f.pack()
	if err != nil {
		return nil, err
	}
	if z == nil {
		return nil, errDamaged
	}
	var content *zip.File
	for _, e := range z.File {
		switch e.Name {
		case "content.xml":
			content = e
		case "encrypted-package":
			return nil, errLocked
		case "META-INF/manifest.xml":
			if list, err := start(e, 1<<20); err == nil && strings.Contains(list, "encryption-data") {
				return nil, errLocked
			}
		}
	}
	if content == nil {
		return nil, errDamaged
	}
	r, err := content.Open()
	if err != nil {
		return nil, errDamaged.Because(err)
	}
	return &unfolding{src: src, r: bufio.NewReaderSize(r, 64<<10), close: r.Close}, nil
}

// unfolding counts what comes out of a package, so that a bomb stops early.
type unfolding struct {
	src   *seekAt
	r     *bufio.Reader
	close func() error
	all   int
	piece int // since the last token
	over  bool
}

// ReadByte implements io.ByteReader, the way an XML decoder reads.
func (u *unfolding) ReadByte() (byte, error) {
	if u.all++; u.all > maxUnfolded {
		u.over = true
		return 0, errUnfolds
	}
	if u.piece++; u.piece > maxPiece {
		u.over = true
		return 0, errUnfolds
	}
	return u.r.ReadByte()
}

// Read implements io.Reader; nothing calls it where ReadByte is there.
func (u *unfolding) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	b, err := u.ReadByte()
	if err != nil {
		return 0, err
	}
	p[0] = b
	return 1, nil
}
