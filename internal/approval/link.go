package approval

import (
	"context"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/base/textkit"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// LinkID names a private link.
type LinkID string

// Link is one person of the client's own way in: one address for one name, so
// that the record says who answered.
type Link struct {
	ID       LinkID    `json:"id"`
	Brand    id.Brand  `json:"-"`
	Name     string    `json:"name"`
	Email    string    `json:"email,omitempty"`
	Language string    `json:"language"`
	PIN      bool      `json:"pin"` // a code is asked for
	From     string    `json:"from,omitempty"`
	To       string    `json:"to,omitempty"` // days of the planning it shows; empty: all
	Made     time.Time `json:"made"`
	MadeBy   id.Person `json:"made_by"`
	Ends     time.Time `json:"ends"`
	Revoked  time.Time `json:"revoked,omitzero"`
	Seen     time.Time `json:"seen,omitzero"`
	Locked   time.Time `json:"locked,omitzero"` // too many wrong codes, until then

	pin    string
	sealed string
	tries  int
}

// covers tells whether a round lies in the days that the link was made for.
func (l Link) covers(r Round) bool {
	day := r.Planned.Local[:min(10, len(r.Planned.Local))]
	return r.Brand == l.Brand && (l.From == "" || day >= l.From) && (l.To == "" || day <= l.To)
}

// NewLink is what a person says of a link.
type NewLink struct {
	Name, Email, Language string
	PIN                   string // four to eight digits; empty: none
	From, To              string // "2026-11-16"; empty: no bound
	Days                  int    // how long it lives; 0: thirty
}

var (
	errLinkName = fault.New(fault.Invalid, "approval.link_name").At("name")
	errLinkMail = fault.New(fault.Invalid, "approval.link_email").At("email")
	errLinkPIN  = fault.New(fault.Invalid, "approval.link_pin").At("pin")
	errLinkDays = fault.New(fault.Invalid, "approval.link_days").At("days")
	errLinkSpan = fault.New(fault.Invalid, "approval.link_span").At("from")
	errLinkOver = fault.New(fault.Conflict, "approval.link_over").Numbered(3110)
	errWrongPIN = fault.New(fault.Invalid, "approval.wrong_pin").At("pin")
	errLocked   = fault.New(fault.TooMany, "approval.locked").At("pin")
	pinForm     = regexp.MustCompile(`^[0-9]{4,8}$`)
	mailForm    = regexp.MustCompile(`^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$`)
)

const (
	linkDays  = 30
	maxDays   = 366
	pinTries  = 5
	pinLocked = 15 * time.Minute
	passLife  = 12 * time.Hour
)

func (n *NewLink) clean() error {
	name, _ := textkit.Clean(n.Name)
	n.Name = strings.Join(strings.Fields(name), " ")
	n.Email = strings.TrimSpace(n.Email)
	switch {
	case n.Name == "" || len(n.Name) > 120:
		return errLinkName
	case n.Email != "" && (len(n.Email) > 254 || !mailForm.MatchString(n.Email)):
		return errLinkMail
	case n.PIN != "" && !pinForm.MatchString(n.PIN):
		return errLinkPIN
	case n.Days < 0 || n.Days > maxDays:
		return errLinkDays.With("max", maxDays)
	}
	for _, d := range []string{n.From, n.To} {
		if _, err := time.Parse(time.DateOnly, d); d != "" && err != nil {
			return errLinkSpan
		}
	}
	if n.From != "" && n.To != "" && n.From > n.To {
		return errLinkSpan
	}
	if n.Days == 0 {
		n.Days = linkDays
	}
	if n.Language != "en" {
		n.Language = "fr"
	}
	return nil
}

func newToken() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails on the systems we build for
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func hashToken(t string) string {
	sum := sha256.Sum256([]byte("vigie approval link\x00" + t))
	return hex.EncodeToString(sum[:])
}

func hashPIN(l LinkID, pin string) (string, error) {
	if pin == "" {
		return "", nil
	}
	k, err := pbkdf2.Key(sha256.New, pin, []byte(l), 60_000, 32)
	return hex.EncodeToString(k), err
}

const sealPurpose = "approval.link"

// MakeLink makes one person's way in and returns its address, which is shown
// once. Errors: invalid.
func (s *Service) MakeLink(ctx context.Context, a team.Actor, b id.Brand, in NewLink) (_ Link, address string, err error) {
	defer fault.Wrap(&err, "make link")
	if err := a.Require(b, team.PublishPosts); err != nil {
		return Link{}, "", err
	}
	if err := in.clean(); err != nil {
		return Link{}, "", err
	}
	l := Link{ID: id.New[LinkID](), Brand: b, Name: in.Name, Email: in.Email, Language: in.Language, PIN: in.PIN != "", From: in.From, To: in.To, MadeBy: a.Person}
	if l.pin, err = hashPIN(l.ID, in.PIN); err != nil {
		return l, "", err
	}
	token := newToken()
	if l.sealed, err = s.Seal.Seal(sealPurpose, string(l.ID), []byte(token)); err != nil {
		return l, "", err
	}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		l.Made, l.Ends = tx.Now, tx.Now.AddDate(0, 0, in.Days)
		if _, err := tx.Exec(ctx, `INSERT INTO approval_link (id, brand, name, email, language, token_hash, sealed, pin, from_day, to_day, made_by, made_at, ends_at, tries)
			VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,0)`, l.ID, b, l.Name, l.Email, l.Language, hashToken(token), l.sealed, l.pin, l.From, l.To, l.MadeBy, sqldb.At(l.Made), sqldb.At(l.Ends)); err != nil {
			return err
		}
		return s.recordLink(ctx, tx, a, l, ActLinkMade, map[string]any{"ends": l.Ends, "pin": l.PIN, "from": l.From, "to": l.To}, map[string]any{"name": l.Name, "email": l.Email})
	})
	return l, s.addressOf(token), err
}

func (s *Service) addressOf(token string) string { return s.Address + "/v/" + token }

func (s *Service) recordLink(ctx context.Context, tx *sqldb.Tx, a team.Actor, l Link, act string, data map[string]any, personal any) error {
	tx.AfterCommit(func() { s.Tell("brand:"+string(l.Brand), "approval", nil) })
	return s.Book.Record(ctx, tx, logbook.Entry{Brand: l.Brand, Actor: a.Signs(), Act: act, Subject: logbook.Subject{Kind: "approval_link", ID: string(l.ID)}, Data: data, Personal: personal})
}

// RenewLink gives a link another address and another life; the former address
// stops at once. Errors: not_found, conflict (revoked).
func (s *Service) RenewLink(ctx context.Context, a team.Actor, b id.Brand, key LinkID, days int) (_ Link, address string, err error) {
	defer fault.Wrap(&err, "renew link")
	if err := a.Require(b, team.PublishPosts); err != nil {
		return Link{}, "", err
	}
	if days <= 0 || days > maxDays {
		days = linkDays
	}
	token := newToken()
	sealed, err := s.Seal.Seal(sealPurpose, string(key), []byte(token))
	if err != nil {
		return Link{}, "", err
	}
	var l Link
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if l, err = sqldb.One(ctx, tx, scanLink, `SELECT `+linkColumns+` FROM approval_link WHERE brand = ? AND id = ?`, b, key); err != nil {
			return err
		}
		if !l.Revoked.IsZero() {
			return errLinkOver
		}
		l.Ends = tx.Now.AddDate(0, 0, days)
		if _, err := tx.Exec(ctx, `UPDATE approval_link SET token_hash = ?, sealed = ?, ends_at = ?, tries = 0, locked_until = NULL WHERE brand = ? AND id = ?`,
			hashToken(token), sealed, sqldb.At(l.Ends), b, key); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM approval_link_pass WHERE brand = ? AND link = ?`, b, key); err != nil {
			return err
		}
		return s.recordLink(ctx, tx, a, l, ActLinkRenewed, map[string]any{"ends": l.Ends}, nil)
	})
	return l, s.addressOf(token), err
}

// RevokeLink ends a link at once: what its holder answered stands, what she
// answers from now on does not. Safe to repeat.
func (s *Service) RevokeLink(ctx context.Context, a team.Actor, b id.Brand, key LinkID) (err error) {
	defer fault.Wrap(&err, "revoke link")
	if err := a.Require(b, team.PublishPosts); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		l, err := sqldb.One(ctx, tx, scanLink, `SELECT `+linkColumns+` FROM approval_link WHERE brand = ? AND id = ?`, b, key)
		if err != nil || !l.Revoked.IsZero() {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE approval_link SET revoked_at = ?, sealed = '' WHERE brand = ? AND id = ?`, sqldb.At(tx.Now), b, key); err != nil {
			return err
		}
		return s.recordLink(ctx, tx, a, l, ActLinkRevoked, map[string]any{}, nil)
	})
}

// Links lists the private links of a brand, the latest first.
func (s *Service) Links(ctx context.Context, a team.Actor, b id.Brand) (_ []Link, err error) {
	defer fault.Wrap(&err, "list links")
	if err := a.Require(b, team.SeeDrafts); err != nil {
		return nil, err
	}
	return sqldb.List(ctx, s.DB, scanLink, `SELECT `+linkColumns+` FROM approval_link WHERE brand = ? ORDER BY id DESC LIMIT 500`, b)
}

const linkColumns = `id, brand, name, email, language, pin, sealed, from_day, to_day, made_by, made_at, ends_at, revoked_at, seen_at, tries, locked_until`

func scanLink(r sqldb.Scanner) (l Link, err error) {
	var made, ends, revoked, seen, locked sqldb.Time
	err = r.Scan(&l.ID, &l.Brand, &l.Name, &l.Email, &l.Language, &l.pin, &l.sealed, &l.From, &l.To, &l.MadeBy, &made, &ends, &revoked, &seen, &l.tries, &locked)
	l.PIN = l.pin != ""
	l.Made, l.Ends, l.Revoked, l.Seen, l.Locked = made.Time, ends.Time, revoked.Time, seen.Time, locked.Time
	return l, err
}

// liveLink is a link that still opens, inside a transaction that counts on it.
func liveLink(ctx context.Context, tx *sqldb.Tx, b id.Brand, key LinkID) (Link, error) {
	lock := ""
	if tx.Dialect() == sqldb.Postgres {
		lock = " FOR SHARE"
	}
	l, err := sqldb.One(ctx, tx, scanLink, `SELECT `+linkColumns+` FROM approval_link WHERE brand = ? AND id = ?`+lock, b, key)
	if err == nil && (!l.Revoked.IsZero() || !l.Ends.After(tx.Now)) {
		return l, errLinkOver
	}
	return l, err
}

// OpenLink finds who comes by an address. pass is what Enter gave; it is asked
// for when the link has a code. Errors: not_found (no such address),
// conflict (ended or revoked; the link comes along, to say calmly that it is
// over), signed_out (the code is asked for).
func (s *Service) OpenLink(ctx context.Context, token, pass string) (_ Link, err error) {
	defer fault.Wrap(&err, "open link")
	if len(token) < 20 || len(token) > 100 {
		return Link{}, fault.New(fault.NotFound, "")
	}
	l, err := sqldb.One(ctx, s.DB, scanLink, `SELECT `+linkColumns+` FROM approval_link WHERE token_hash = ?`, hashToken(token))
	if err != nil {
		return Link{}, err
	}
	if !l.Revoked.IsZero() || !l.Ends.After(s.DB.Now()) {
		return l, errLinkOver
	}
	if l.PIN {
		n, err := sqldb.Value[int64](ctx, s.DB, `SELECT COUNT(*) FROM approval_link_pass WHERE hash = ? AND brand = ? AND link = ? AND ends_at > ?`,
			hashToken(pass), l.Brand, l.ID, sqldb.At(s.DB.Now()))
		if err != nil {
			return l, err
		}
		if pass == "" || n == 0 {
			return l, fault.New(fault.SignedOut, "approval.pin_asked")
		}
	}
	if s.DB.Now().Sub(l.Seen) > 5*time.Minute {
		// A mark for the house; a scanner's visit marks it too and decides nothing.
		_, _ = s.DB.Exec(ctx, `UPDATE approval_link SET seen_at = ? WHERE brand = ? AND id = ?`, sqldb.At(s.DB.Now()), l.Brand, l.ID)
	}
	return l, nil
}

// Enter checks a code and returns a pass for this browser. Five wrong ones lock
// the link for a quarter of an hour, on every node. Errors: invalid, too_many.
func (s *Service) Enter(ctx context.Context, token, pin string) (pass string, err error) {
	defer fault.Wrap(&err, "enter by link")
	var wrong error
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		lock := ""
		if tx.Dialect() == sqldb.Postgres {
			lock = " FOR UPDATE"
		}
		l, err := sqldb.One(ctx, tx, scanLink, `SELECT `+linkColumns+` FROM approval_link WHERE token_hash = ?`+lock, hashToken(token))
		if err != nil {
			return err
		}
		if !l.Revoked.IsZero() || !l.Ends.After(tx.Now) {
			return errLinkOver
		}
		if l.Locked.After(tx.Now) {
			return errLocked.After(l.Locked.Sub(tx.Now)).With("minutes", int(l.Locked.Sub(tx.Now).Minutes())+1)
		}
		given, err := hashPIN(l.ID, strings.TrimSpace(pin))
		if err != nil {
			return err
		}
		if subtle.ConstantTimeCompare([]byte(given), []byte(l.pin)) != 1 {
			wrong = errWrongPIN
			l.tries++
			var until sqldb.Time
			if l.tries >= pinTries {
				l.tries, until = 0, sqldb.At(tx.Now.Add(pinLocked))
			}
			_, err := tx.Exec(ctx, `UPDATE approval_link SET tries = ?, locked_until = ? WHERE brand = ? AND id = ?`, l.tries, until, l.Brand, l.ID)
			return err // written down: the count must outlive the refusal
		}
		pass = newToken()
		if _, err := tx.Exec(ctx, `UPDATE approval_link SET tries = 0, locked_until = NULL WHERE brand = ? AND id = ?`, l.Brand, l.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM approval_link_pass WHERE brand = ? AND ends_at < ?`, l.Brand, sqldb.At(tx.Now)); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO approval_link_pass (hash, brand, link, ends_at) VALUES (?,?,?,?)`, hashToken(pass), l.Brand, l.ID, sqldb.At(tx.Now.Add(passLife)))
		return err
	})
	if err == nil {
		err = wrong
	}
	if err != nil {
		return "", err
	}
	return pass, nil
}
