package files

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"vigie/internal/base/fault"
)

// Dir is a Store in a folder of one machine:
//
//	objects/ab/cd/abcd…   finished files, named by their hash
//	temp/…                files on their way in; worthless after a crash
//	uploads/<id>.part     what arrived of an upload: its length is the offset
//	uploads/<id>.json     what was announced
//
// Only one process may use a folder at a time (the data directory's lock sees
// to that).
type Dir struct {
	root string
	max  int64
	now  func() time.Time
	// Seams for the tests of full disks.
	sync    func(*os.File) error
	writeAt func(f *os.File, b []byte, at int64) (int, error)

	mu   sync.Mutex
	open map[UploadID]*session
}

// DirConfig says where and how much.
type DirConfig struct {
	Root     string // made when missing, for its owner alone
	MaxBytes int64  // of one file; 0 means 4 GiB
	Now      func() time.Time
}

// NewDir opens a folder. Errors are transient (files.disk).
func NewDir(c DirConfig) (_ *Dir, err error) {
	defer fault.Wrap(&err, "open files")
	d := &Dir{root: c.Root, max: c.MaxBytes, now: c.Now, sync: (*os.File).Sync, writeAt: (*os.File).WriteAt, open: map[UploadID]*session{}}
	if d.max <= 0 {
		d.max = 4 << 30
	}
	if d.now == nil {
		d.now = time.Now
	}
	for _, sub := range []string{"objects", "temp", "uploads"} {
		if err := os.MkdirAll(filepath.Join(d.root, sub), 0o700); err != nil {
			return nil, asFault(err)
		}
	}
	return d, nil
}

// asFault is the only place that knows what a disk says.
func asFault(err error) error {
	var known *fault.Error
	switch {
	case err == nil, errors.As(err, &known):
		return err
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fault.New(fault.Transient, "").Because(err)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return errFull.Because(err)
	case errors.Is(err, fs.ErrNotExist):
		return errNotFound.Because(err)
	}
	return errDisk.Because(err)
}

func (d *Dir) object(key string) string {
	return filepath.Join(d.root, "objects", key[:2], key[2:4], key)
}

// Put implements Store.
func (d *Dir) Put(ctx context.Context, r io.Reader) (_ Stored, err error) {
	defer fault.Wrap(&err, "put file")
	temp := filepath.Join(d.root, "temp", rand.Text())
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return Stored{}, asFault(err)
	}
	defer os.Remove(temp) // after the rename there is nothing to remove
	h := sha256.New()
	n, err := d.copy(ctx, r, func(b []byte, at int64) error {
		h.Write(b)
		_, err := d.writeAt(f, b, at)
		return err
	})
	if err == nil {
		err = asFault(d.sync(f))
	}
	if cerr := f.Close(); err == nil {
		err = asFault(cerr)
	}
	if err != nil {
		return Stored{}, err
	}
	return d.keep(temp, Stored{Key: hex.EncodeToString(h.Sum(nil)), Bytes: n})
}

// copy gives all of r to take, piece by piece, and returns how much it was.
func (d *Dir) copy(ctx context.Context, r io.Reader, take func(b []byte, at int64) error) (int64, error) {
	buf := make([]byte, 256<<10)
	var total int64
	for {
		if err := ctx.Err(); err != nil {
			return total, asFault(err)
		}
		n, err := r.Read(buf)
		if total+int64(n) > d.max {
			return total, errTooBig.With("max", d.max)
		}
		if n > 0 {
			if terr := take(buf[:n], total); terr != nil {
				return total, asFault(terr)
			}
			total += int64(n)
		}
		if err == io.EOF {
			return total, nil
		}
		if err != nil {
			return total, err // the sender's trouble, not the disk's
		}
	}
}

// keep moves a synced file to its place. Rename is atomic: a reader sees the
// whole file or none, also after a power cut.
func (d *Dir) keep(temp string, s Stored) (Stored, error) {
	moved, err := d.place(temp, s)
	if err != nil {
		return Stored{}, asFault(err)
	}
	if moved {
		// A new folder is only durable when its parent is.
		fan := filepath.Dir(d.object(s.Key))
		for _, dir := range []string{fan, filepath.Dir(fan), filepath.Join(d.root, "objects")} {
			syncDir(dir)
		}
	}
	return s, nil
}

func (d *Dir) place(temp string, s Stored) (moved bool, err error) {
	to, now := d.object(s.Key), d.now()
	// Held so that Collect does not remove the twin between look and answer.
	d.mu.Lock()
	defer d.mu.Unlock()
	if info, err := os.Stat(to); err == nil && info.Size() == s.Bytes {
		_ = os.Remove(temp)
		return false, os.Chtimes(to, now, now)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return false, err
	}
	if err := os.Chtimes(temp, now, now); err != nil {
		return false, err
	}
	return true, os.Rename(temp, to)
}

// syncDir makes a rename durable. Systems that cannot do it (Windows) order
// their journal themselves, so an error here is no reason to refuse a file.
func syncDir(path string) {
	if f, err := os.Open(path); err == nil {
		_ = f.Sync()
		f.Close()
	}
}

// Open implements Store.
func (d *Dir) Open(_ context.Context, key string) (_ io.ReadSeekCloser, err error) {
	defer fault.Wrap(&err, "open file")
	if !validKey(key) {
		return nil, errNotFound
	}
	f, err := os.Open(d.object(key))
	if err != nil {
		return nil, asFault(err)
	}
	return f, nil
}

// Remove implements Store.
func (d *Dir) Remove(_ context.Context, key string) (err error) {
	defer fault.Wrap(&err, "remove file")
	if !validKey(key) {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := os.Remove(d.object(key)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return asFault(err)
	}
	return nil
}

// Collect implements Store.
func (d *Dir) Collect(ctx context.Context, before time.Time, used func(context.Context, string) (bool, error)) (_ int, err error) {
	defer fault.Wrap(&err, "collect files")
	n := 0
	err = filepath.WalkDir(filepath.Join(d.root, "objects"), func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // removed meanwhile
		}
		if err != nil {
			return asFault(err)
		}
		if err := ctx.Err(); err != nil {
			return asFault(err)
		}
		key := e.Name()
		if e.IsDir() || !validKey(key) || !olderThan(path, before) {
			return nil
		}
		if yes, err := used(ctx, key); err != nil || yes {
			return err
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		if !olderThan(path, before) { // put again while we asked
			return nil
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return asFault(err)
		}
		n++
		return nil
	})
	return n, err
}

func olderThan(path string, t time.Time) bool {
	info, err := os.Stat(path)
	return err == nil && info.ModTime().Before(t)
}
