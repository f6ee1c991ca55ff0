package team

import (
	"context"
	"slices"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/secret"
	"vigie/internal/platform/sqldb"
)

// Token is a key for a program that speaks for a person, within scopes and
// until a day. The key itself is shown once and not kept.
type Token struct {
	ID     id.Token     `json:"id"`
	Name   string       `json:"name"`
	Hint   string       `json:"hint"`            // its last four characters
	Brand  id.Brand     `json:"brand,omitempty"` // empty: all of the person's brands
	Scopes []Permission `json:"scopes"`
	Made   time.Time    `json:"made"`
	Ends   time.Time    `json:"ends"`
	Used   time.Time    `json:"used,omitzero"` // last; to five minutes
}

// NewToken is what a person says of a token.
type NewToken struct {
	Name   string
	Brand  id.Brand
	Scopes []Permission
	Ends   time.Time // required; a year from now at most
}

const (
	tokenPrefix = "vg_"
	maxToken    = 366 * day
	maxTokens   = 50 // in use, per person
)

// MakeToken makes a token for the actor and returns its key, once. Errors are
// invalid, not_found (a brand that is not hers) and forbidden (a token makes no
// tokens, nor does a guest).
func (s *Service) MakeToken(ctx context.Context, actor Actor, in NewToken) (_ Token, key string, err error) {
	defer fault.Wrap(&err, "make token")
	me, err := self(actor)
	if err != nil {
		return Token{}, "", err
	}
	t := Token{ID: id.New[id.Token](), Brand: in.Brand}
	if t.Name, err = cleanName(in.Name); err != nil {
		return Token{}, "", err
	}
	if in.Brand != "" {
		if err := actor.Require(in.Brand, SeeBrand); err != nil {
			return Token{}, "", err
		}
	}
	if t.Scopes, err = cleanScopes(in.Scopes); err != nil {
		return Token{}, "", err
	}
	key = secret.Token(tokenPrefix)
	t.Hint = key[len(key)-4:]
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		t.Made, t.Ends = tx.Now, in.Ends.UTC().Truncate(time.Millisecond)
		if !t.Ends.After(tx.Now) || t.Ends.Sub(tx.Now) > maxToken {
			return fault.New(fault.Invalid, "team.token_end").At("ends")
		}
		p, err := s.personByID(ctx, tx, me)
		if err != nil {
			return err
		}
		if p.Guest {
			return fault.New(fault.Forbidden, "team.guest_may_not")
		}
		n, err := sqldb.Value[int64](ctx, tx, `SELECT COUNT(*) FROM person_token WHERE person = ? AND revoked_at IS NULL AND expires_at > ?`, string(me), sqldb.At(tx.Now))
		if err != nil {
			return err
		}
		if n >= maxTokens {
			return fault.New(fault.Invalid, "team.tokens_full").With("max", maxTokens)
		}
		if _, err := tx.Exec(ctx, `INSERT INTO person_token (id, hash, person, name, hint, brand, scopes, made_at, expires_at) VALUES (?,?,?,?,?,?,?,?,?)`,
			string(t.ID), secret.Hash(key), string(me), t.Name, t.Hint, null(t.Brand), join(t.Scopes), sqldb.At(t.Made), sqldb.At(t.Ends)); err != nil {
			return err
		}
		return s.recordToken(ctx, tx, actor, t.ID, "token.made", tokenAct{Brand: t.Brand, Scopes: t.Scopes, Ends: t.Ends.Format(time.RFC3339)})
	})
	if err != nil {
		return Token{}, "", err
	}
	return t, key, nil
}

func cleanScopes(in []Permission) ([]Permission, error) {
	out := []Permission{}
	for _, p := range Permissions() { // in the table's order, each once
		if slices.Contains(in, p) {
			out = append(out, p)
		}
	}
	unknown := slices.ContainsFunc(in, func(p Permission) bool { return !slices.Contains(out, p) })
	if len(out) == 0 || unknown {
		return nil, fault.New(fault.Invalid, "team.token_scopes").At("scopes")
	}
	return out, nil
}

func join(scopes []Permission) string {
	var b strings.Builder
	for i, p := range scopes {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(string(p))
	}
	return b.String()
}

func split(s string) []Permission {
	out := []Permission{}
	for f := range strings.FieldsSeq(s) {
		out = append(out, Permission(f))
	}
	return out
}

const tokenColumns = `t.id, t.name, t.hint, COALESCE(t.brand, ''), t.scopes, t.made_at, t.expires_at, t.used_at`

// Tokens lists the actor's own tokens that still open, the latest first.
func (s *Service) Tokens(ctx context.Context, actor Actor) (_ []Token, err error) {
	defer fault.Wrap(&err, "list tokens")
	me, err := self(actor)
	if err != nil {
		return nil, err
	}
	return sqldb.List(ctx, s.db, func(r sqldb.Scanner) (t Token, err error) {
		var made, ends, used sqldb.Time
		var scopes string
		err = r.Scan(&t.ID, &t.Name, &t.Hint, &t.Brand, &scopes, &made, &ends, &used)
		t.Scopes, t.Made, t.Ends, t.Used = split(scopes), made.Time, ends.Time, used.Time
		return t, err
	}, `SELECT `+tokenColumns+` FROM person_token t WHERE t.person = ? AND t.revoked_at IS NULL AND t.expires_at > ? ORDER BY t.id DESC`,
		string(me), sqldb.At(s.now()))
}

// RevokeToken ends one of the actor's own tokens; anybody else's is not_found.
func (s *Service) RevokeToken(ctx context.Context, actor Actor, token id.Token) (err error) {
	defer fault.Wrap(&err, "revoke token")
	me, err := self(actor)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE person_token SET revoked_at = ? WHERE id = ? AND person = ? AND revoked_at IS NULL`, sqldb.At(tx.Now), string(token), string(me))
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.NotFound, "")
		}
		return s.recordToken(ctx, tx, actor, token, "token.revoked", tokenAct{})
	})
}

func (s *Service) recordToken(ctx context.Context, tx *sqldb.Tx, actor Actor, t id.Token, act string, data tokenAct) error {
	return s.book.Record(ctx, tx, logbook.Entry{Actor: actor.Signs(), Act: act, Subject: logbook.Subject{Kind: "token", ID: string(t)}, Data: data})
}

// RecogniseToken tells who an API token speaks for: her roles as they are now,
// bounded by the token's brand and scopes. Errors are signed_out (unknown,
// ended, revoked, or a disabled person) or transient.
func (s *Service) RecogniseToken(ctx context.Context, key string) (_ Visit, err error) {
	defer fault.Wrap(&err, "recognise token")
	if !strings.HasPrefix(key, tokenPrefix) || len(key) > 100 {
		return Visit{}, signedOut(nil)
	}
	var t Token
	var scopes string
	var ends, used sqldb.Time
	p, err := sqldb.One(ctx, s.db, func(r sqldb.Scanner) (Person, error) { return scanPerson(r, &t.ID, &t.Brand, &scopes, &ends, &used) },
		`SELECT `+personColumns+`, t.id, COALESCE(t.brand, ''), t.scopes, t.expires_at, t.used_at FROM person_token t JOIN person p ON p.id = t.person
		WHERE t.hash = ? AND t.revoked_at IS NULL`, secret.Hash(key))
	if err != nil {
		return Visit{}, signedOut(err)
	}
	now := s.now()
	if p.Disabled || !now.Before(ends.Time) {
		return Visit{}, signedOut(nil)
	}
	if now.Sub(used.Time) >= seenEvery {
		if _, err := s.db.Exec(ctx, `UPDATE person_token SET used_at = ? WHERE id = ?`, sqldb.At(now), string(t.ID)); err != nil && !fault.Is(err, fault.Transient) {
			return Visit{}, err
		}
	}
	actor, err := s.actor(ctx, p)
	if err != nil {
		return Visit{}, err
	}
	actor.Token, actor.Scopes = t.ID, split(scopes)
	if t.Brand != "" {
		role, ok := actor.Roles[t.Brand]
		actor.Roles = map[id.Brand]Role{}
		if ok {
			actor.Roles[t.Brand] = role
		}
	}
	return Visit{Person: p, Actor: actor}, nil
}
