package files

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"vigie/internal/base/fault"
)

// session is the part of an upload that this process holds in memory; the rest
// is on the disk and survives it.
type session struct {
	mu       sync.Mutex // held for one chunk, never while the sender is slow
	offset   int64
	expected int64
	touched  time.Time
	done     *Stored // Finish came to an end, or a crash came in between
	gone     bool
}

// note is the file beside the bytes.
type note struct {
	Expected int64   `json:"expected"`
	Done     *Stored `json:"done,omitempty"` // written before the bytes move
}

func (d *Dir) part(id UploadID) string { return filepath.Join(d.root, "uploads", string(id)+".part") }
func (d *Dir) note(id UploadID) string { return filepath.Join(d.root, "uploads", string(id)+".json") }

// validUpload keeps everything but our own names away from paths.
func validUpload(id UploadID) bool {
	return len(id) == 26 && strings.Trim(string(id), "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// Begin implements Store.
func (d *Dir) Begin(_ context.Context, expected int64) (_ UploadID, err error) {
	defer fault.Wrap(&err, "begin upload")
	if expected < 0 {
		return "", errLength.With("expected", expected)
	}
	if expected > d.max {
		return "", errTooBig.With("max", d.max)
	}
	id := UploadID(rand.Text())
	// The note comes last and in one piece: without it there is no upload.
	if err := d.write(d.part(id), nil); err != nil {
		return "", err
	}
	if err := d.writeNote(id, note{Expected: expected}); err != nil {
		os.Remove(d.part(id))
		return "", err
	}
	return id, nil
}

func (d *Dir) writeNote(id UploadID, n note) error {
	b, err := json.Marshal(n)
	if err != nil {
		return asFault(err)
	}
	temp := d.note(id) + ".new"
	os.Remove(temp) // of an earlier try
	if err := d.write(temp, b); err != nil {
		return err
	}
	if err := os.Rename(temp, d.note(id)); err != nil {
		os.Remove(temp)
		return asFault(err)
	}
	syncDir(filepath.Join(d.root, "uploads"))
	return nil
}

func (d *Dir) write(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return asFault(err)
	}
	_, err = f.Write(b)
	if err == nil {
		err = d.sync(f)
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		os.Remove(path)
	}
	return asFault(err)
}

// session finds the upload in memory or, after a restart, on the disk.
func (d *Dir) session(id UploadID) (*session, error) {
	if !validUpload(id) {
		return nil, errNotFound
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if s, ok := d.open[id]; ok {
		return s, nil
	}
	b, err := os.ReadFile(d.note(id))
	if err != nil {
		return nil, asFault(err)
	}
	var a note
	if err := json.Unmarshal(b, &a); err != nil {
		return nil, errDisk.Because(err)
	}
	info, err := os.Stat(d.part(id))
	size := a.Expected
	if errors.Is(err, fs.ErrNotExist) && a.Done != nil { // finished
		info, err = os.Stat(d.note(id))
	} else if err == nil {
		size = info.Size()
	}
	if err != nil {
		return nil, asFault(err)
	}
	s := &session{offset: size, expected: a.Expected, touched: info.ModTime(), done: a.Done}
	d.open[id] = s
	return s, nil
}

// Upload implements Store.
func (d *Dir) Upload(_ context.Context, id UploadID) (_ Upload, err error) {
	defer fault.Wrap(&err, "look at upload")
	s, err := d.session(id)
	if err != nil {
		return Upload{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone {
		return Upload{}, errNotFound
	}
	return Upload{ID: id, Offset: s.offset, Expected: s.expected, Touched: s.touched}, nil
}

// Append implements Store.
func (d *Dir) Append(ctx context.Context, id UploadID, offset int64, r io.Reader) (_ int64, err error) {
	defer fault.Wrap(&err, "append to upload")
	s, err := d.session(id)
	if err != nil {
		return 0, err
	}
	if err := s.at(offset); err != nil { // before reading a byte
		return offset, err
	}
	f, err := os.OpenFile(d.part(id), os.O_WRONLY, 0)
	if err != nil {
		return offset, asFault(err)
	}
	defer f.Close()
	buf := make([]byte, 256<<10)
	var end error
	for end == nil {
		if end = asFault(ctx.Err()); end != nil {
			break
		}
		var n int
		n, end = r.Read(buf)
		if n == 0 {
			continue
		}
		at, werr := d.chunk(s, f, offset, buf[:n])
		offset = at
		if werr != nil {
			end = werr
		}
	}
	// What we answer for must outlive a power cut. Also when the sender broke
	// off: it will ask where to go on.
	if serr := asFault(d.sync(f)); serr != nil && (end == io.EOF || end == nil) {
		end = serr
	}
	if end == io.EOF {
		end = nil
	}
	return offset, end
}

func (s *session) at(offset int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mayWrite(offset, 0)
}

func (s *session) mayWrite(offset, n int64) error {
	switch {
	case s.gone:
		return errNotFound
	case s.done != nil:
		return errFinished
	case offset != s.offset:
		return errOffset.With("offset", s.offset)
	case offset+n > s.expected:
		return errLength.With("expected", s.expected)
	}
	return nil
}

// chunk writes one piece if nobody was faster and returns the offset after it.
func (d *Dir) chunk(s *session, f *os.File, offset int64, b []byte) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.mayWrite(offset, int64(len(b))); err != nil {
		return offset, err
	}
	n, err := d.writeAt(f, b, offset)
	if err != nil {
		// Half a chunk on the disk would count after a restart and not now.
		_ = f.Truncate(offset)
		return offset, asFault(err)
	}
	s.offset += int64(n)
	s.touched = d.now()
	return s.offset, nil
}

// Finish implements Store.
func (d *Dir) Finish(ctx context.Context, id UploadID) (_ Stored, err error) {
	defer fault.Wrap(&err, "finish upload")
	s, err := d.session(id)
	if err != nil {
		return Stored{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone {
		return Stored{}, errNotFound
	}
	if s.offset != s.expected {
		return Stored{}, errIncomplete.With("offset", s.offset).With("expected", s.expected)
	}
	if s.done == nil {
		st, err := d.hashPart(ctx, id, s.expected)
		if err != nil {
			return Stored{}, err
		}
		if err := d.writeNote(id, note{Expected: s.expected, Done: &st}); err != nil {
			return Stored{}, err
		}
		s.done = &st
	}
	s.touched = d.now()
	if _, err := os.Stat(d.part(id)); errors.Is(err, fs.ErrNotExist) { // moved by an earlier call
		if _, err := os.Stat(d.object(s.done.Key)); err != nil {
			return Stored{}, asFault(err) // and collected since
		}
		return *s.done, nil
	}
	return d.keep(d.part(id), *s.done)
}

// hashPart names what is on the disk, which is what will be stored.
func (d *Dir) hashPart(ctx context.Context, id UploadID, expected int64) (Stored, error) {
	f, err := os.Open(d.part(id))
	if err != nil {
		return Stored{}, asFault(err)
	}
	defer f.Close()
	h := sha256.New()
	n, err := d.copy(ctx, f, func(b []byte, _ int64) error { h.Write(b); return nil })
	if err != nil {
		return Stored{}, asFault(err)
	}
	if n != expected {
		return Stored{}, errDisk.Becausef("upload %s: %d bytes on the disk instead of %d", id, n, expected)
	}
	return Stored{Key: hex.EncodeToString(h.Sum(nil)), Bytes: n}, nil
}

// forget removes the rest of an upload; the caller holds s.mu.
func (d *Dir) forget(id UploadID, s *session) {
	s.gone = true
	os.Remove(d.note(id)) // first: without it there is no upload
	os.Remove(d.part(id))
	d.mu.Lock()
	delete(d.open, id)
	d.mu.Unlock()
}

// Abandon implements Store.
func (d *Dir) Abandon(_ context.Context, id UploadID) (err error) {
	defer fault.Wrap(&err, "abandon upload")
	s, err := d.session(id)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.gone {
		d.forget(id, s)
	}
	return nil
}

// Sweep implements Store.
func (d *Dir) Sweep(ctx context.Context, before time.Time) (_ int, err error) {
	defer fault.Wrap(&err, "sweep files")
	n := 0
	uploads, err := os.ReadDir(filepath.Join(d.root, "uploads"))
	if err != nil {
		return 0, asFault(err)
	}
	for _, e := range uploads {
		if err := ctx.Err(); err != nil {
			return n, asFault(err)
		}
		name, isNote := strings.CutSuffix(e.Name(), ".json")
		if !isNote {
			continue
		}
		id := UploadID(name)
		s, err := d.session(id)
		if err != nil {
			continue // torn: its pieces are swept below, as orphans
		}
		s.mu.Lock()
		if !s.gone && s.touched.Before(before) {
			d.forget(id, s)
			n++
		}
		s.mu.Unlock()
	}
	for _, dir := range []string{"uploads", "temp"} {
		entries, err := os.ReadDir(filepath.Join(d.root, dir))
		if err != nil {
			return n, asFault(err)
		}
		for _, e := range entries {
			path := filepath.Join(d.root, dir, e.Name())
			if d.belongs(dir, e.Name()) || !olderThan(path, before) {
				continue
			}
			if err := os.Remove(path); err == nil {
				n++
			} else if !errors.Is(err, fs.ErrNotExist) {
				return n, asFault(err)
			}
		}
	}
	return n, nil
}

// belongs tells whether a file is part of an upload that can go on.
func (d *Dir) belongs(dir, name string) bool {
	if dir != "uploads" {
		return false
	}
	base := strings.TrimSuffix(strings.TrimSuffix(name, ".part"), ".json")
	if base == name {
		return false
	}
	_, err := d.session(UploadID(base))
	return err == nil
}
