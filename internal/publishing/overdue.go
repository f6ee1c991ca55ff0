package publishing

import (
	"context"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Overdue lists what the watchdog alarms about in a brand: publications two
// minutes past the moment of their next attempt without one, oldest first. What
// waits for the account's pace or for another try is not late.
func (s *Service) Overdue(ctx context.Context, a team.Actor, b id.Brand, limit int) (_ []PublicationRow, err error) {
	defer fault.Wrap(&err, "list overdue publications")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return nil, err
	}
	return sqldb.List(ctx, s.DB, scanPublicationRow, overdueOf, sqldb.At(s.DB.Now().Add(-OverdueAfter)), b, min(max(1, limit), MaxPage))
}

// overdueOf asks the clock's index alone, whatever the brand: left to choose,
// SQLite takes an index of the brand and reads all its publications.
const overdueOf = `SELECT ` + publicationRowColumns + `
	FROM (SELECT * FROM publication WHERE state IN ('planned', 'due') AND next_at < ? ORDER BY next_at LIMIT 100000) AS p JOIN post t ON t.id = p.post
	WHERE p.brand = ? ORDER BY p.next_at, p.id LIMIT ?`
