package logbook

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"log/slog"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
)

//go:embed schema/*.sql
var files embed.FS

// Schema holds the tables of the logbook.
var Schema = sqldb.Schema{Room: "logbook", Files: schemaFiles()}

func schemaFiles() fs.FS {
	sub, err := fs.Sub(files, "schema")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}

// Book is the logbook of one database. It is safe for use by many goroutines.
type Book struct {
	// Log receives what goes wrong in the background. Set before Start.
	Log *slog.Logger
	// SealEvery is the time between two closings of blocks; a minute when zero.
	// Set before Start.
	SealEvery time.Duration
	// PollEvery is how often the readers look for entries of other nodes; two
	// seconds when zero. Entries of this process wake them at once.
	PollEvery time.Duration

	db      *sqldb.DB
	mu      sync.Mutex
	readers []*reader
	stop    context.CancelFunc
	done    sync.WaitGroup
}

// New returns the logbook kept in db.
func New(db *sqldb.DB) *Book { return &Book{db: db, Log: slog.Default()} }

const insertAct = `INSERT INTO act (id, brand, at, actor_kind, actor, token, act, subject_kind, subject, data, personal_hash)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

// Record writes the entry in the caller's transaction, at its time. Errors are
// internal (an entry without act or actor, text that is no UTF-8) or the
// database's own.
func (b *Book) Record(ctx context.Context, tx *sqldb.Tx, e Entry) (err error) {
	defer fault.Wrap(&err, "record "+e.Act)
	if err := e.check(); err != nil {
		return err
	}
	data, err := canonical(e.Data)
	if err != nil {
		return fault.New(fault.Internal, "").Becausef("data of %s: %w", e.Act, err)
	}
	act := id.New[id.Act]()
	hash := ""
	if e.Personal != nil {
		body, err := canonical(e.Personal)
		if err != nil {
			return fault.New(fault.Internal, "").Becausef("personal data of %s: %w", e.Act, err)
		}
		salt := make([]byte, 16)
		rand.Read(salt)
		hash = personalHash(salt, body)
		if _, err := tx.Exec(ctx, `INSERT INTO act_personal (act, about, salt, body) VALUES (?, ?, ?, ?)`,
			string(act), e.About, salt, string(body)); err != nil {
			return err
		}
	}
	if e.Took > 0 && e.Actor.Kind == Person {
		if _, err := tx.Exec(ctx, `INSERT INTO act_took (act, person, at, ms) VALUES (?, ?, ?, ?)`,
			string(act), e.Actor.ID, sqldb.At(tx.Now), e.Took.Milliseconds()); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, insertAct, string(act), string(e.Brand), sqldb.At(tx.Now), string(e.Actor.Kind), e.Actor.ID,
		string(e.Actor.Token), e.Act, e.Subject.Kind, e.Subject.ID, string(data), hash); err != nil {
		return err
	}
	tx.AfterCommit(b.wake)
	return nil
}

func (e Entry) check() error {
	bad := func(why string) error { return fault.New(fault.Internal, "").Becausef("entry %q: %s", e.Act, why) }
	if room, verb, ok := strings.Cut(e.Act, "."); !ok || room == "" || verb == "" {
		return bad("an act is named room.verb")
	}
	switch e.Actor.Kind {
	case Person, Program, Outside:
	default:
		return bad("no actor")
	}
	for _, s := range []string{string(e.Brand), e.Actor.ID, string(e.Actor.Token), e.Act, e.Subject.Kind, e.Subject.ID, e.About} {
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			return bad("text that is not clean UTF-8")
		}
	}
	return nil
}

func personalHash(salt, body []byte) string {
	h := sha256.New()
	h.Write(salt)
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}

// Erase removes, in every brand, the personal data of the entries about a
// person. The entries stay, say that they were erased, and the chain still
// verifies. It returns how many were erased and is safe to repeat.
func (b *Book) Erase(ctx context.Context, tx *sqldb.Tx, about string) (_ int64, err error) {
	defer fault.Wrap(&err, "erase")
	if about == "" { // would be everybody who has no id
		return 0, fault.New(fault.Internal, "").Becausef("erase nobody")
	}
	return tx.Exec(ctx, `DELETE FROM act_personal WHERE about = ?`, about)
}
