package charter

import (
	"context"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
)

const ruleColumns = `id, place, name, why, kind, severity, scope, networks, is_on, spec, changed_at, version`

func scanRule(r sqldb.Scanner) (c Rule, err error) {
	var networks sqldb.JSON[[]network.Kind]
	var spec sqldb.JSON[Spec]
	var changed sqldb.Time
	err = r.Scan(&c.ID, &c.Place, &c.Name, &c.Why, &c.Kind, &c.Severity, &c.Scope, &networks, &c.On, &spec, &changed, &c.Version)
	c.Networks, c.Spec, c.Changed = networks.V, spec.V, changed.Time
	return c, err
}

func loadRules(ctx context.Context, q sqldb.Q, b id.Brand) ([]Rule, error) {
	return sqldb.List(ctx, q, scanRule, `SELECT `+ruleColumns+` FROM charter_rule WHERE brand = ? ORDER BY place, id`, b)
}

// loadRule errors: not_found.
func loadRule(ctx context.Context, q sqldb.Q, b id.Brand, r RuleID) (Rule, error) {
	return sqldb.One(ctx, q, scanRule, `SELECT `+ruleColumns+` FROM charter_rule WHERE brand = ? AND id = ?`, b, r)
}

func insertRule(ctx context.Context, tx *sqldb.Tx, b id.Brand, r Rule) error {
	_, err := tx.Exec(ctx, `INSERT INTO charter_rule (brand, `+ruleColumns+`) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)`, b, r.ID, r.Place, r.Name, r.Why, r.Kind, r.Severity,
		r.Scope, sqldb.JSON[[]network.Kind]{V: r.Networks}, r.On, sqldb.JSON[Spec]{V: r.Spec}, sqldb.At(tx.Now), r.Version)
	return err
}

// versions are what a charter is at.
type versions struct{ rules, words, days int64 }

func loadVersions(ctx context.Context, q sqldb.Q, b id.Brand) (v versions, err error) {
	v, err = sqldb.One(ctx, q, func(r sqldb.Scanner) (v versions, err error) { return v, r.Scan(&v.rules, &v.words, &v.days) },
		`SELECT version, words_version, days_version FROM charter WHERE brand = ?`, b)
	if fault.Is(err, fault.NotFound) {
		return versions{}, nil
	}
	return v, err
}

// bump moves one of a charter's versions on, and makes its row if need be. Two
// who change at once wait for each other here.
func bump(ctx context.Context, tx *sqldb.Tx, b id.Brand, rules, words, days int) (versions, error) {
	return sqldb.One(ctx, tx, func(r sqldb.Scanner) (v versions, err error) { return v, r.Scan(&v.rules, &v.words, &v.days) },
		`INSERT INTO charter (brand, version, words_version, days_version) VALUES (?,?,?,?)
		ON CONFLICT (brand) DO UPDATE SET version = charter.version + excluded.version, words_version = charter.words_version + excluded.words_version, days_version = charter.days_version + excluded.days_version
		RETURNING version, words_version, days_version`, b, rules, words, days)
}

// Version is a charter as a change left it.
type Version struct {
	Number int64     `json:"version"`
	At     time.Time `json:"at"`
	Person id.Person `json:"person"`
	Act    string    `json:"act"`
	Name   string    `json:"name"` // of the rule that changed
}

// keptVersions is how many versions of a charter are kept.
const keptVersions = 100

func keepVersion(ctx context.Context, tx *sqldb.Tx, b id.Brand, number int64, who id.Person, act, name string) error {
	rules, err := loadRules(ctx, tx, b)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO charter_version (brand, version, at, person, act, name, rules) VALUES (?,?,?,?,?,?,?)`,
		b, number, sqldb.At(tx.Now), who, act, name, sqldb.JSON[[]Rule]{V: rules}); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM charter_version WHERE brand = ? AND version <= ?`, b, number-keptVersions)
	return err
}

// Forget deletes all that this room keeps of a brand. Safe to repeat.
func (s *Service) Forget(ctx context.Context, tx *sqldb.Tx, b id.Brand) (err error) {
	defer fault.Wrap(&err, "forget charter")
	for _, table := range []string{"charter", "charter_rule", "charter_version", "charter_word", "charter_ignored", "charter_day", "charter_link"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE brand = ?`, b); err != nil {
			return err
		}
	}
	tx.AfterCommit(func() { s.drop(b) })
	return nil
}
