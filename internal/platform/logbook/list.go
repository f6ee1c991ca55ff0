package logbook

import (
	"context"
	"strconv"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
)

// Filter narrows a list; its zero value is everything.
type Filter struct {
	Subject Subject   // with an empty ID: every subject of the kind
	Act     string    // beginning of the act: "publication." or "publication.sent"
	Person  id.Person // acts of this person
	Since   time.Time // not before
	Until   time.Time // before
}

// MaxPage is the most entries that List returns at once.
const MaxPage = 200

const columns = `a.seq, a.id, a.at, a.brand, a.actor_kind, a.actor, a.token, a.act, a.subject_kind, a.subject, a.data, a.personal_hash, p.body`
const from = ` FROM act a LEFT JOIN act_personal p ON p.act = a.id AND a.personal_hash <> ''`

func scan(s sqldb.Scanner) (Record, error) {
	r, _, err := scanHashed(s)
	return r, err
}

func scanHashed(s sqldb.Scanner, more ...any) (r Record, hash string, err error) {
	var at sqldb.Time
	var data string
	var body *string
	err = s.Scan(append([]any{&r.Seq, (*string)(&r.ID), &at, (*string)(&r.Brand), (*string)(&r.Actor.Kind), &r.Actor.ID, (*string)(&r.Actor.Token),
		&r.Act, &r.Subject.Kind, &r.Subject.ID, &data, &hash, &body}, more...)...)
	r.At, r.Data = at.Time, []byte(data)
	if body != nil {
		r.Personal = []byte(*body)
	}
	r.Erased = hash != "" && body == nil
	return r, hash, err
}

// List returns a brand's entries, newest first, and the cursor of the next
// page: empty at the end. limit is held between 1 and MaxPage. The empty brand
// lists the acts about the instance. Errors: invalid for a foreign cursor.
func (b *Book) List(ctx context.Context, q sqldb.Q, brand id.Brand, f Filter, cursor string, limit int) (_ []Record, next string, err error) {
	defer fault.Wrap(&err, "list logbook")
	limit = min(max(limit, 1), MaxPage)
	where, args := f.where(brand)
	if cursor != "" {
		seq, err := strconv.ParseInt(cursor, 36, 64)
		if err != nil || seq <= 0 {
			return nil, "", fault.New(fault.Invalid, "fault.cursor").At("cursor")
		}
		where, args = where+" AND a.seq < ?", append(args, seq)
	}
	list, err := sqldb.List(ctx, q, scan, `SELECT `+columns+from+` WHERE `+where+` ORDER BY a.seq DESC LIMIT ?`, append(args, limit+1)...)
	if err != nil {
		return nil, "", err
	}
	if len(list) > limit {
		list = list[:limit]
		next = strconv.FormatInt(list[limit-1].Seq, 36)
	}
	return list, next, nil
}

func (f Filter) where(brand id.Brand) (string, []any) {
	parts, args := []string{"a.brand = ?"}, []any{string(brand)}
	add := func(text string, v ...any) { parts, args = append(parts, text), append(args, v...) }
	if f.Subject.Kind != "" {
		add("a.subject_kind = ?", f.Subject.Kind)
	}
	if f.Subject.ID != "" {
		add("a.subject = ?", f.Subject.ID)
	}
	if f.Act != "" { // no LIKE: its case and its wildcards differ between the engines
		add("substr(a.act, 1, ?) = ?", len(f.Act), f.Act)
	}
	if f.Person != "" {
		add("a.actor_kind = ? AND a.actor = ?", string(Person), string(f.Person))
	}
	if !f.Since.IsZero() {
		add("a.at >= ?", sqldb.At(f.Since))
	}
	if !f.Until.IsZero() {
		add("a.at < ?", sqldb.At(f.Until))
	}
	return strings.Join(parts, " AND "), args
}

// ListSubject returns all that happened to one subject of a brand, oldest
// first.
func (b *Book) ListSubject(ctx context.Context, q sqldb.Q, brand id.Brand, s Subject) (_ []Record, err error) {
	defer fault.Wrap(&err, "list subject")
	return sqldb.List(ctx, q, scan, `SELECT `+columns+from+` WHERE a.brand = ? AND a.subject_kind = ? AND a.subject = ? ORDER BY a.seq`,
		string(brand), s.Kind, s.ID)
}

// Spent is time that a person gave to one act.
type Spent struct {
	At      time.Time
	Brand   id.Brand
	Act     string
	Subject Subject
	Took    time.Duration
}

// TimeOf returns what a person's acts took her, from (included) to (excluded),
// oldest first. It is for her eyes only: the caller checks that she asks.
func (b *Book) TimeOf(ctx context.Context, person id.Person, from, to time.Time) (_ []Spent, err error) {
	defer fault.Wrap(&err, "time of a person")
	return sqldb.List(ctx, b.db, func(s sqldb.Scanner) (v Spent, err error) {
		var at sqldb.Time
		var ms int64
		err = s.Scan(&at, (*string)(&v.Brand), &v.Act, &v.Subject.Kind, &v.Subject.ID, &ms)
		v.At, v.Took = at.Time, time.Duration(ms)*time.Millisecond
		return v, err
	}, `SELECT t.at, a.brand, a.act, a.subject_kind, a.subject, t.ms FROM act_took t JOIN act a ON a.id = t.act
WHERE t.person = ? AND t.at >= ? AND t.at < ? ORDER BY t.at, a.seq`, string(person), sqldb.At(from), sqldb.At(to))
}

// ForgetTime removes every measure of a person's time.
func (b *Book) ForgetTime(ctx context.Context, tx *sqldb.Tx, person id.Person) (err error) {
	defer fault.Wrap(&err, "forget the time of a person")
	_, err = tx.Exec(ctx, `DELETE FROM act_took WHERE person = ?`, string(person))
	return err
}
