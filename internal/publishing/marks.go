package publishing

import (
	"context"
	"slices"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/base/holidays"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Marks are the days that a brand's calendar draws beside its posts.
type Marks struct {
	Public    bool     `json:"public"`    // public holidays of France
	Local     bool     `json:"local"`     // those of Alsace and Moselle too
	Sensitive bool     `json:"sensitive"` // commemorations
	Own       bool     `json:"own"`       // the brand's silent days
	Zones     []string `json:"zones"`     // school holidays: of "A", "B", "C"
}

var errZones = fault.New(fault.Invalid, "queue.zones").At("zones")

// french is where the calendar of France says something unasked.
const french = "Europe/Paris"

// CalendarMarks reads them. A brand that never chose has all of them when its
// calendar is on French time, and only its own days elsewhere.
func (s *Service) CalendarMarks(ctx context.Context, a team.Actor, b id.Brand) (_ Marks, err error) {
	defer fault.Wrap(&err, "read marks")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return Marks{}, err
	}
	m, err := sqldb.One(ctx, s.DB, func(r sqldb.Scanner) (m Marks, err error) {
		var zones string
		err = r.Scan(&m.Public, &m.Local, &m.Sensitive, &m.Own, &zones)
		m.Zones = strings.Fields(zones)
		return m, err
	}, `SELECT public_days, local_days, sensitive_days, own_days, zones FROM calendar_marks WHERE brand = ?`, b)
	if !fault.Is(err, fault.NotFound) {
		return m, err
	}
	zone, err := s.Zone(ctx, s.DB, b)
	if err != nil || zone != french {
		return Marks{Own: true, Zones: []string{}}, err
	}
	return Marks{Public: true, Sensitive: true, Own: true, Zones: holidays.Zones()}, nil
}

// SetMarks chooses the days that the brand's calendar draws, for everybody.
// Errors: invalid.
func (s *Service) SetMarks(ctx context.Context, a team.Actor, b id.Brand, m Marks) (_ Marks, err error) {
	defer fault.Wrap(&err, "set marks")
	if err := a.Require(b, team.PublishPosts); err != nil {
		return m, err
	}
	var zones []string
	for _, z := range holidays.Zones() {
		if slices.Contains(m.Zones, z) {
			zones = append(zones, z)
		}
	}
	if len(zones) != len(m.Zones) {
		return m, errZones
	}
	m.Zones = list(zones)
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO calendar_marks (brand, public_days, local_days, sensitive_days, own_days, zones) VALUES (?,?,?,?,?,?)
			ON CONFLICT (brand) DO UPDATE SET public_days = excluded.public_days, local_days = excluded.local_days, sensitive_days = excluded.sensitive_days, own_days = excluded.own_days, zones = excluded.zones`,
			b, m.Public, m.Local, m.Sensitive, m.Own, strings.Join(m.Zones, " "))
		if err != nil {
			return err
		}
		tx.AfterCommit(func() { s.Tell("brand:"+string(b), "marks", nil) })
		return s.planned(ctx, tx, a, b, ActMarksSet, "calendar", string(b), map[string]any{"public": m.Public, "local": m.Local, "sensitive": m.Sensitive, "own": m.Own, "zones": m.Zones})
	})
	return m, err
}
