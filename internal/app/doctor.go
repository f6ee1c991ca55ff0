package app

import (
	"context"
	"fmt"
	"strings"

	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/channel"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Level says how bad a finding is.
type Level string

const (
	Fine   Level = "ok"
	Worth  Level = "look"
	Broken Level = "BROKEN"
)

// Finding is one thing the doctor saw.
type Finding struct {
	Level Level  `json:"level"`
	About string `json:"about"`
	Text  string `json:"text"`
}

// Examine looks at the whole instance without changing it: the database and its
// schemas, the chain of each brand's logbook, tokens, what waits too long.
func (a *App) Examine(ctx context.Context) ([]Finding, error) {
	var out []Finding
	add := func(l Level, about, format string, args ...any) {
		out = append(out, Finding{l, about, fmt.Sprintf(format, args...)})
	}
	add(Fine, "version", "%s, %s", Version, a.DB.Dialect())
	if err := a.integrity(ctx); err != nil {
		add(Broken, "database", "%v", err)
	} else {
		add(Fine, "database", "readable, foreign keys hold")
	}
	if n, err := a.DB.Pending(ctx, Schemas()...); err != nil {
		add(Broken, "schema", "%v", err)
	} else if n > 0 {
		// The rooms' tables are read below: they may not be there yet.
		add(Worth, "schema", "%d steps behind this version: vigie migrate, then ask again", n)
		return out, nil
	}
	brands, err := brand.All(ctx, a.DB)
	if err != nil {
		return out, err
	}
	if err := a.chain(ctx, "", "instance", add); err != nil {
		return out, err
	}
	archived, err := a.Brands.Archived(ctx, team.Program("doctor"))
	if err != nil {
		return out, err
	}
	for _, b := range archived { // their past is sealed like the others'
		if err := a.chain(ctx, b.ID, b.Name, add); err != nil {
			return out, err
		}
	}
	for _, b := range brands {
		if err := a.chain(ctx, b.ID, b.Name, add); err != nil {
			return out, err
		}
		channels, err := a.Channels.List(ctx, team.Program("doctor"), b.ID)
		if err != nil {
			return out, err
		}
		for _, c := range channels {
			switch c.Health {
			case channel.SignedOut:
				add(Worth, b.Name, "%s %s is signed out: connect it again", c.Title, c.Handle)
			case channel.Expiring:
				add(Worth, b.Name, "%s %s ends on %s", c.Title, c.Handle, c.Expires.Format("2006-01-02"))
			}
		}
	}
	return out, a.waiting(ctx, add)
}

// chain verifies a brand's acts, or those of the instance.
func (a *App) chain(ctx context.Context, b id.Brand, name string, add func(Level, string, string, ...any)) error {
	report, err := a.Book.Verify(ctx, b)
	if err != nil {
		return err
	}
	for _, br := range report.Breaks {
		add(Broken, name, "logbook: %v", br)
	}
	if len(report.Breaks) == 0 {
		add(Fine, name, "logbook: %d acts in %d blocks, the chain holds", report.Entries, report.Blocks)
	}
	return nil
}

// integrity asks the engine about itself.
func (a *App) integrity(ctx context.Context) error {
	if a.DB.Dialect() != sqldb.SQLite {
		return a.ping(ctx)
	}
	said, err := sqldb.Value[string](ctx, a.DB, `PRAGMA quick_check(1)`)
	if err == nil && said != "ok" {
		return fmt.Errorf("quick_check: %s", said)
	}
	if err != nil {
		return err
	}
	lost, err := sqldb.Values[string](ctx, a.DB, `SELECT DISTINCT "table" FROM pragma_foreign_key_check`)
	if err == nil && len(lost) > 0 {
		return fmt.Errorf("rows without what they refer to: %s", strings.Join(lost, ", "))
	}
	return err
}

func (a *App) waiting(ctx context.Context, add func(Level, string, string, ...any)) error {
	for _, q := range []struct {
		about, text, query string
	}{
		{"publishing", "%d publications are to be checked", `SELECT COUNT(*) FROM publication WHERE state = 'unknown'`},
		{"publishing", "%d publications failed and wait for a decision", `SELECT COUNT(*) FROM publication WHERE state = 'failed'`},
		{"publishing", "%d freezes are open", `SELECT COUNT(*) FROM brand_freeze WHERE lifted_at IS NULL`},
	} {
		n, err := sqldb.Value[int64](ctx, a.DB, q.query)
		if err != nil {
			return err
		}
		if n > 0 {
			add(Worth, q.about, q.text, n)
		}
	}
	return nil
}
