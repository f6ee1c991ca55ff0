package practice

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"vigie/internal/base/fault"
)

// FileStore keeps the world in a directory: world.jsonl, one record a line,
// only ever appended to and synced before the answer, and a file for each
// picture. A line torn by a crash was never answered for; it is skipped.
type FileStore struct {
	dir string
	out *os.File

	mu      sync.Mutex // next
	next    *batch
	flushMu sync.Mutex
}

// batch is what one sync makes durable.
type batch struct {
	buf  bytes.Buffer
	done bool // under flushMu, with err
	err  error
}

// OpenFileStore opens or makes the directory. Close it when done.
func OpenFileStore(dir string) (*FileStore, error) {
	if err := os.MkdirAll(filepath.Join(dir, "media"), 0o700); err != nil {
		return nil, err
	}
	out, err := os.OpenFile(filepath.Join(dir, "world.jsonl"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	return &FileStore{dir: dir, out: out, next: &batch{}}, syncDir(dir)
}

// Close closes the file.
func (s *FileStore) Close() error { return s.out.Close() }

// Append is Store's. Callers that come together share one sync.
func (s *FileStore) Append(_ context.Context, record []byte) error {
	if bytes.IndexByte(record, '\n') >= 0 {
		return fault.New(fault.Internal, "").Becausef("a record of several lines")
	}
	s.mu.Lock()
	mine := s.next
	// The leading line end closes what a crashed process may have torn.
	mine.buf.WriteByte('\n')
	mine.buf.Write(record)
	mine.buf.WriteByte('\n')
	s.mu.Unlock()

	s.flushMu.Lock()
	defer s.flushMu.Unlock()
	if mine.done {
		return mine.err // whoever was before took it along
	}
	s.mu.Lock()
	s.next = &batch{}
	s.mu.Unlock()
	mine.done = true
	if _, mine.err = s.out.Write(mine.buf.Bytes()); mine.err == nil {
		mine.err = s.out.Sync()
	}
	return mine.err
}

// Read is Store's; positions are offsets in the file.
func (s *FileStore) Read(_ context.Context, after int64, each func(int64, []byte) error) error {
	f, err := os.Open(filepath.Join(s.dir, "world.jsonl"))
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() <= after {
		return err
	}
	if _, err := f.Seek(after, io.SeekStart); err != nil {
		return err
	}
	r := bufio.NewReaderSize(f, 1<<16)
	for {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil // a last line without its end is still being written, or torn
		}
		if err != nil {
			return err
		}
		after += int64(len(line))
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		if err := each(after, line); err != nil {
			return err
		}
	}
}

// PutMedia is Store's.
func (s *FileStore) PutMedia(_ context.Context, key string, body []byte) error {
	if !plain(key) {
		return fault.New(fault.Invalid, "")
	}
	dir := filepath.Join(s.dir, "media")
	tmp, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(body)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), filepath.Join(dir, key)); err != nil {
		return err
	}
	return syncDir(dir)
}

// Media is Store's.
func (s *FileStore) Media(_ context.Context, key string) ([]byte, error) {
	if !plain(key) {
		return nil, fault.New(fault.NotFound, "")
	}
	b, err := os.ReadFile(filepath.Join(s.dir, "media", key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "")
	}
	return b, err
}

// plain keeps keys from walking out of the directory.
func plain(key string) bool {
	return key != "" && !strings.ContainsFunc(key, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
}

// syncDir makes new names durable, where the system can.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrInvalid) && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return nil
}
