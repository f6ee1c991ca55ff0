// Package files keeps the bytes of photos and films: what was put in comes out
// unchanged, once however often it is sent, and a long upload goes on after a
// tunnel, a closed laptop or a kill -9.
//
// It owns the folder of objects, each under the SHA-256 of its content, and
// the unfinished uploads beside it. It never knows whose a file is, what it
// shows or what its name was: that is the work of the rooms.
package files

import (
	"context"
	"io"
	"time"

	"vigie/internal/base/fault"
)

// Stored is a file that is safely on the disk.
type Stored struct {
	Key   string `json:"key"` // SHA-256 of the content, in hex
	Bytes int64  `json:"bytes"`
}

// UploadID names an unfinished upload. It is hard to guess, but whoever serves
// it still checks whose it is.
type UploadID string

// Upload is where an unfinished upload stands.
type Upload struct {
	ID       UploadID
	Offset   int64 // bytes safely received: the next Append starts here
	Expected int64 // the whole length
	Touched  time.Time
}

// Store keeps files. It is safe for use by many goroutines.
//
// Errors of all methods: invalid (files.too_large, files.length…), not_found,
// conflict (files.offset), transient (files.full when the disk is full:
// nothing is lost, files.disk for other trouble with it).
type Store interface {
	// Put stores all that r gives. The same content gives the same Stored and
	// takes no more room; safe to repeat. An error of r comes back as it is.
	Put(ctx context.Context, r io.Reader) (Stored, error)
	// Open reads a file. Unknown keys are not_found.
	Open(ctx context.Context, key string) (io.ReadSeekCloser, error)
	// Remove forgets a file; safe to repeat. Two rooms, or two brands, that
	// hold the same content share one file: prefer Collect, which asks.
	Remove(ctx context.Context, key string) error
	// Collect removes the files that were last put before the given time and
	// of which used says false, and returns how many. Put renews the time, so
	// that a file put again while Collect runs stays.
	Collect(ctx context.Context, before time.Time, used func(ctx context.Context, key string) (bool, error)) (int, error)

	// Begin opens an upload of exactly expected bytes.
	Begin(ctx context.Context, expected int64) (UploadID, error)
	// Upload says where an upload stands, also after a restart.
	Upload(ctx context.Context, id UploadID) (Upload, error)
	// Append adds what r gives at offset and returns the new offset. When r
	// breaks off, what arrived is kept and both the new offset and the error
	// come back. An offset other than the upload's own is a conflict whose
	// value "offset" says where to go on; so is another Append that got ahead.
	Append(ctx context.Context, id UploadID, offset int64, r io.Reader) (int64, error)
	// Finish stores a complete upload; an incomplete one is a conflict. It is
	// safe to repeat, also after a crash, until Abandon or Sweep: call Abandon
	// once the row that names the file is committed.
	Finish(ctx context.Context, id UploadID) (Stored, error)
	// Abandon forgets an upload, not the file it became; safe to repeat.
	Abandon(ctx context.Context, id UploadID) error
	// Sweep forgets uploads and temporary files that were not touched since
	// before, and returns how many.
	Sweep(ctx context.Context, before time.Time) (int, error)
}

var (
	errTooBig     = fault.New(fault.Invalid, "files.too_large")
	errLength     = fault.New(fault.Invalid, "files.length") // more bytes than announced, or a nonsensical length
	errNotFound   = fault.New(fault.NotFound, "files.missing")
	errOffset     = fault.New(fault.Conflict, "files.offset")
	errIncomplete = fault.New(fault.Conflict, "files.incomplete")
	errFinished   = fault.New(fault.Conflict, "files.finished")
	errFull       = fault.New(fault.Transient, "files.full").After(time.Minute)
	errDisk       = fault.New(fault.Transient, "files.disk").After(10 * time.Second)
)

// validKey keeps everything but a hash away from paths.
func validKey(key string) bool {
	if len(key) != 64 {
		return false
	}
	for i := range len(key) {
		if c := key[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

var _ Store = (*Dir)(nil)
