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
	return sqldb.List(ctx, s.DB, scanPublicationRow, `SELECT `+publicationRowColumns+` FROM publication p JOIN post t ON t.id = p.post
		WHERE p.brand = ? AND p.state IN ('planned', 'due') AND p.next_at < ? ORDER BY p.next_at, p.id LIMIT ?`,
		b, sqldb.At(s.DB.Now().Add(-OverdueAfter)), min(max(1, limit), MaxPage))
}
