package publishing

import (
	"context"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
)

// Published reads a publication with its content for a part of the program that
// follows the logbook, in its own transaction; about names whom its post
// answers, empty when it speaks by itself. Errors: not_found.
func (s *Service) Published(ctx context.Context, q sqldb.Q, b id.Brand, p id.Publication) (out Publication, about string, err error) {
	defer fault.Wrap(&err, "read what was published")
	out, err = sqldb.One(ctx, q, scanPublication, `SELECT `+publicationColumns+` FROM publication WHERE brand = ? AND id = ?`, b, p)
	if err != nil {
		return out, "", err
	}
	one := []Publication{out}
	if err := withContent(ctx, q, one); err != nil {
		return out, "", err
	}
	about, err = sqldb.Value[string](ctx, q, `SELECT about FROM post WHERE brand = ? AND id = ?`, b, out.Post)
	return one[0], about, err
}
