package charter

import (
	"context"
	"slices"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// DayID names a stretch of days.
type DayID string

// Day is a stretch of days on which a brand keeps silent, or minds what it says.
type Day struct {
	ID   DayID  `json:"id"`
	Name string `json:"name"`
	Why  string `json:"why"`
	From string `json:"from"` // "2026-11-13", on the brand's wall
	To   string `json:"to"`   // last day, included
	// Yearly: the same days each year.
	Yearly   bool             `json:"yearly"`
	Severity network.Severity `json:"severity"`
}

const dayForm = "2006-01-02"

// MaxDays is how many stretches a brand has.
const MaxDays = 200

// On tells whether a day ("2026-11-13") lies in it. One that passes the new
// year does.
func (d Day) On(day string) bool {
	if !d.Yearly {
		return d.From <= day && day <= d.To
	}
	if len(day) != len(dayForm) || len(d.From) != len(dayForm) || len(d.To) != len(dayForm) {
		return false
	}
	from, to, now := d.From[5:], d.To[5:], day[5:]
	if from <= to {
		return from <= now && now <= to
	}
	return now >= from || now <= to
}

func loadDays(ctx context.Context, q sqldb.Q, b id.Brand) ([]Day, error) {
	return sqldb.List(ctx, q, func(r sqldb.Scanner) (d Day, err error) {
		return d, r.Scan(&d.ID, &d.Name, &d.Why, &d.From, &d.To, &d.Yearly, &d.Severity)
	}, `SELECT id, name, why, from_day, to_day, yearly, severity FROM charter_day WHERE brand = ? ORDER BY from_day, id`, b)
}

// Days lists a brand's own days.
func (s *Service) Days(ctx context.Context, a team.Actor, b id.Brand) (_ []Day, err error) {
	defer fault.Wrap(&err, "list days")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return nil, err
	}
	return loadDays(ctx, s.DB, b)
}

// DaysOn are those in which a day lies, for whoever examines.
func (s *Service) DaysOn(ctx context.Context, q sqldb.Q, b id.Brand, day string) ([]Day, error) {
	h, err := s.shelf(ctx, q, b)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(h.days), func(d Day) bool { return !d.On(day) }), nil
}

// SaveDay makes a stretch of days, or changes it when d.ID is set. Errors:
// invalid, not_found.
func (s *Service) SaveDay(ctx context.Context, a team.Actor, b id.Brand, d Day) (_ Day, err error) {
	defer fault.Wrap(&err, "save day")
	if err := a.Require(b, team.EditBrand); err != nil {
		return d, err
	}
	d.Name, d.Why = line(d.Name), line(d.Why)
	if d.To == "" {
		d.To = d.From
	}
	from, ferr := time.Parse(dayForm, d.From)
	to, terr := time.Parse(dayForm, d.To)
	switch {
	case d.Name == "":
		return d, invalid("name_empty", "name")
	case len(d.Name) > MaxName:
		return d, invalid("too_long", "name").With("max", MaxName)
	case len(d.Why) > MaxWhy:
		return d, invalid("too_long", "why").With("max", MaxWhy)
	case ferr != nil || terr != nil || to.Before(from) || d.Yearly && to.Sub(from) > 365*24*time.Hour:
		return d, invalid("day_form", "from")
	case d.Severity != network.Block && d.Severity != network.Warn:
		return d, invalid("severity", "severity")
	}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := bump(ctx, tx, b, 0, 0, 1); err != nil {
			return err
		}
		if d.ID == "" {
			n, err := sqldb.Value[int](ctx, tx, `SELECT COUNT(*) FROM charter_day WHERE brand = ?`, b)
			if err != nil {
				return err
			}
			if n >= MaxDays {
				return invalid("too_many", "name").With("max", MaxDays)
			}
			d.ID = id.New[DayID]()
			_, err = tx.Exec(ctx, `INSERT INTO charter_day (id, brand, name, why, from_day, to_day, yearly, severity, at) VALUES (?,?,?,?,?,?,?,?,?)`,
				d.ID, b, d.Name, d.Why, d.From, d.To, d.Yearly, d.Severity, sqldb.At(tx.Now))
			if err != nil {
				return err
			}
		} else {
			n, err := tx.Exec(ctx, `UPDATE charter_day SET name = ?, why = ?, from_day = ?, to_day = ?, yearly = ?, severity = ? WHERE brand = ? AND id = ?`,
				d.Name, d.Why, d.From, d.To, d.Yearly, d.Severity, b, d.ID)
			if err != nil {
				return err
			}
			if n == 0 {
				return fault.New(fault.NotFound, "")
			}
		}
		s.changed(tx, b)
		return s.Book.Record(ctx, tx, logbook.Entry{Brand: b, Actor: a.Signs(), Act: ActDaySaved, Subject: logbook.Subject{Kind: "day", ID: string(d.ID)},
			Data: map[string]any{"name": d.Name, "from": d.From, "to": d.To, "yearly": d.Yearly, "severity": d.Severity}})
	})
	return d, err
}

// RemoveDay takes a stretch of days away. Errors: not_found.
func (s *Service) RemoveDay(ctx context.Context, a team.Actor, b id.Brand, d DayID) (err error) {
	defer fault.Wrap(&err, "remove day")
	if err := a.Require(b, team.EditBrand); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := bump(ctx, tx, b, 0, 0, 1); err != nil {
			return err
		}
		name, err := sqldb.Value[string](ctx, tx, `DELETE FROM charter_day WHERE brand = ? AND id = ? RETURNING name`, b, d)
		if err != nil {
			return err
		}
		s.changed(tx, b)
		return s.Book.Record(ctx, tx, logbook.Entry{Brand: b, Actor: a.Signs(), Act: ActDayRemoved, Subject: logbook.Subject{Kind: "day", ID: string(d)}, Data: map[string]any{"name": name}})
	})
}
