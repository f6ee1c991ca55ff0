package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/i18n"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

//go:embed schema/*.sql
var schema embed.FS

// Schema is the table of repeated requests.
var Schema = func() sqldb.Schema {
	f, _ := fs.Sub(schema, "schema")
	return sqldb.Schema{Room: "api", Files: f}
}()

const (
	// kept is how long an answer is given again.
	kept = 24 * time.Hour
	// interrupted is when a request without an answer is believed dead with
	// its node; until then a repetition is told to wait.
	interrupted = 10 * time.Minute
	// maxHashed bounds the body that is read to compare repetitions; a longer
	// one (a media file) is compared by its length.
	maxHashed = 1 << 20
	// maxKept bounds the answer that is kept.
	maxKept = 1 << 20
)

var (
	errKey     = fault.New(fault.Invalid, "api.key").At("header.Idempotency-Key")
	errOther   = fault.New(fault.Invalid, "api.key_reused").At("header.Idempotency-Key")
	errRunning = fault.New(fault.Conflict, "api.key_running").After(2 * time.Second)
)

// Keys remembers the answers of POSTs with an Idempotency-Key.
type Keys struct{ db *sqldb.DB }

// NewKeys uses the table of Schema.
func NewKeys(db *sqldb.DB) *Keys { return &Keys{db} }

type answer struct {
	request string
	status  int
	ctype   string
	body    []byte
	made    sqldb.Time
	expires sqldb.Time
}

// begin claims the key. found is the answer to give again; nil means: do it.
func (k *Keys) begin(ctx context.Context, person id.Person, key, request string) (found *answer, err error) {
	err = k.db.Write(ctx, func(tx *sqldb.Tx) error {
		a, err := sqldb.One(ctx, tx, func(s sqldb.Scanner) (a answer, err error) {
			return a, s.Scan(&a.request, &a.status, &a.ctype, &a.body, &a.made, &a.expires)
		}, `SELECT request, status, ctype, body, made, expires FROM idempotency WHERE person = ? AND key = ?`, person, key)
		switch {
		case err != nil && !sqldb.IsNoRow(err):
			return err
		case err == nil && a.expires.After(tx.Now):
			switch {
			case a.request != request:
				return errOther
			case a.status != 0:
				found = &a
				return nil
			case tx.Now.Sub(a.made.Time) < interrupted:
				return errRunning
			}
		}
		// Whoever read the same nothing a moment ago may have written since: only
		// a key that is past its day, or whose request died, is taken over.
		n, err := tx.Exec(ctx, `INSERT INTO idempotency (person, key, request, status, ctype, body, made, expires) VALUES (?, ?, ?, 0, '', ?, ?, ?)
			ON CONFLICT (person, key) DO UPDATE SET request = excluded.request, status = 0, ctype = '', body = excluded.body, made = excluded.made, expires = excluded.expires
			WHERE idempotency.expires <= ? OR (idempotency.status = 0 AND idempotency.made <= ?)`,
			person, key, request, []byte{}, sqldb.At(tx.Now), sqldb.At(tx.Now.Add(kept)), sqldb.At(tx.Now), sqldb.At(tx.Now.Add(-interrupted)))
		if err == nil && n == 0 {
			return errRunning
		}
		return err
	})
	if fault.Is(err, fault.Conflict) && !errors.Is(err, errRunning) { // two at once on PostgreSQL
		return nil, errRunning
	}
	return found, err
}

func (k *Keys) finish(ctx context.Context, person id.Person, key string, a answer) error {
	_, err := k.db.Exec(ctx, `UPDATE idempotency SET status = ?, ctype = ?, body = ? WHERE person = ? AND key = ?`, a.status, a.ctype, a.body, person, key)
	return err
}

func (k *Keys) forget(ctx context.Context, person id.Person, key string) error {
	_, err := k.db.Exec(ctx, `DELETE FROM idempotency WHERE person = ? AND key = ? AND status = 0`, person, key)
	return err
}

// Clean removes what is past its day. Meant for a job; safe to repeat.
func (k *Keys) Clean(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "clean repeated requests")
	_, err = k.db.Exec(ctx, `DELETE FROM idempotency WHERE expires < ?`, sqldb.At(k.db.Now()))
	return err
}

// once does a request with a key, or gives its answer again.
func (r *Registry) once(w http.ResponseWriter, req *http.Request, loc *i18n.Loc, actor team.Actor, key string, next http.Handler) {
	switch {
	case actor.Person == "":
		next.ServeHTTP(w, req) // the guard will say it
		return
	case r.cfg.Keys == nil:
		writeProblem(w, req, loc, fault.New(fault.Unsupported, "api.no_keys"))
		return
	case len(key) < 8 || len(key) > 200:
		writeProblem(w, req, loc, errKey)
		return
	}
	request, err := fingerprint(req)
	if err != nil {
		writeProblem(w, req, loc, err)
		return
	}
	ctx := req.Context()
	found, err := r.cfg.Keys.begin(ctx, actor.Person, key, request)
	if err != nil {
		writeProblem(w, req, loc, err)
		return
	}
	if found != nil {
		h := w.Header()
		h.Set("Idempotency-Replayed", "true")
		if found.ctype != "" {
			h.Set("Content-Type", found.ctype)
		}
		w.WriteHeader(found.status)
		_, _ = w.Write(found.body) // the reader has left
		return
	}
	// The answer is kept although the caller may hang up: that is why she
	// repeats.
	ctx = context.WithoutCancel(ctx)
	rec := &recorder{ResponseWriter: w}
	settled := false
	defer func() {
		if !settled { // a panic: nothing is known to have been done
			if err := r.cfg.Keys.forget(ctx, actor.Person, key); err != nil {
				r.cfg.Log.Error("api: repeated request", "err", err)
			}
		}
	}()
	next.ServeHTTP(rec, req)
	// A refusal may pass, and did nothing: the next attempt is a new one.
	if rec.status >= 400 {
		return
	}
	settled = true
	if rec.status == 0 {
		rec.status = http.StatusOK
	}
	body := rec.body.Bytes()
	if body == nil || rec.over || w.Header().Get("Idempotency-Kept") == "no" { // too long or too secret to keep: that it was done is what counts
		body = []byte{}
	}
	if err := r.cfg.Keys.finish(ctx, actor.Person, key, answer{status: rec.status, ctype: w.Header().Get("Content-Type"), body: body}); err != nil {
		r.cfg.Log.Error("api: repeated request", "err", err)
	}
}

// fingerprint is a hash of what is asked; the body is put back.
func fingerprint(req *http.Request) (string, error) {
	sum := sha256.New()
	fmt.Fprintf(sum, "%s\x00%s\x00%s\x00", req.Method, req.URL.RequestURI(), req.Header.Get("Content-Type"))
	head, err := io.ReadAll(io.LimitReader(req.Body, maxHashed))
	if err != nil {
		return "", fault.New(fault.Invalid, "api.body").Because(err)
	}
	sum.Write(head)
	if len(head) == maxHashed {
		fmt.Fprintf(sum, "\x00%d", req.ContentLength)
	}
	rest := req.Body
	req.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head), rest), rest}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// recorder keeps a copy of the answer.
type recorder struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
	over   bool
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	if r.body.Len()+len(b) > maxKept {
		r.over = true
	} else {
		r.body.Write(b)
	}
	return r.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
