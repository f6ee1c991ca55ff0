package inbox

import (
	"context"
	"net/url"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// View is a list of filters that a person named; it is hers alone.
type View struct {
	ID    ViewID `json:"id"`
	Name  string `json:"name"`
	Query string `json:"query"` // as in the address of the page
}

const maxViews = 30

var (
	errViewName = fault.New(fault.Invalid, "inbox.view_unnamed").At("name")
	errViews    = fault.New(fault.Invalid, "inbox.views_many").At("name")
)

// Views lists the person's views of a brand, oldest first.
func (s *Service) Views(ctx context.Context, a team.Actor, b id.Brand) (_ []View, err error) {
	defer fault.Wrap(&err, "list views")
	if err := a.Require(b, team.SeeInbox); err != nil {
		return nil, err
	}
	return sqldb.List(ctx, s.DB, func(r sqldb.Scanner) (v View, err error) { return v, r.Scan(&v.ID, &v.Name, &v.Query) },
		`SELECT id, name, query FROM inbox_view WHERE brand = ? AND person = ? ORDER BY made_at, id LIMIT ?`, b, a.Person, maxViews)
}

// SaveView names the filters of a list. Errors: invalid.
func (s *Service) SaveView(ctx context.Context, a team.Actor, b id.Brand, name, query string) (v View, err error) {
	defer fault.Wrap(&err, "save view")
	if err := a.Require(b, team.SeeInbox); err != nil {
		return v, err
	}
	name = line(name, 60)
	q, perr := url.ParseQuery(plain(query, 1000))
	if name == "" || perr != nil {
		return v, errViewName
	}
	v = View{ID: id.New[ViewID](), Name: name, Query: q.Encode()}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := sqldb.Value[int64](ctx, tx, `SELECT COUNT(*) FROM inbox_view WHERE brand = ? AND person = ?`, b, a.Person)
		if err != nil {
			return err
		}
		if n >= maxViews {
			return errViews.With("most", maxViews)
		}
		_, err = tx.Exec(ctx, `INSERT INTO inbox_view (id, brand, person, name, query, made_at) VALUES (?, ?, ?, ?, ?, ?)`, v.ID, b, a.Person, v.Name, v.Query, sqldb.At(tx.Now))
		return err
	})
	return v, err
}

// RemoveView forgets one. Errors: not_found.
func (s *Service) RemoveView(ctx context.Context, a team.Actor, b id.Brand, v ViewID) (err error) {
	defer fault.Wrap(&err, "remove view")
	if err := a.Require(b, team.SeeInbox); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM inbox_view WHERE brand = ? AND person = ? AND id = ?`, b, a.Person, v)
		if err == nil && n == 0 {
			return fault.New(fault.NotFound, "")
		}
		return err
	})
}
