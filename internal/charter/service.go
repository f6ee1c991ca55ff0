package charter

import (
	"context"
	"slices"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

var (
	errChanged = fault.New(fault.Conflict, "charter.changed")
	errFull    = fault.New(fault.Invalid, "charter.full").At("name").With("max", MaxRules)
	errFile    = fault.New(fault.Invalid, "charter.file").At("file")
)

// Rules lists a brand's rules in their order, on or off, and the charter's
// version. Errors: not_found for strangers.
func (s *Service) Rules(ctx context.Context, a team.Actor, b id.Brand) (_ []Rule, version int64, err error) {
	defer fault.Wrap(&err, "list rules")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return nil, 0, err
	}
	v, err := loadVersions(ctx, s.DB, b)
	if err != nil {
		return nil, 0, err
	}
	rules, err := loadRules(ctx, s.DB, b)
	return rules, v.rules, err
}

// Rule returns one rule. Errors: not_found.
func (s *Service) Rule(ctx context.Context, a team.Actor, b id.Brand, r RuleID) (_ Rule, err error) {
	defer fault.Wrap(&err, "read rule")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return Rule{}, err
	}
	return loadRule(ctx, s.DB, b, r)
}

// Save makes a rule, or changes the one with r.ID if it still has r.Version.
// It holds at once, for what is being written and for what is scheduled.
// Errors: invalid (fields of Rule), not_found, conflict.
func (s *Service) Save(ctx context.Context, a team.Actor, b id.Brand, r Rule) (_ Rule, err error) {
	defer fault.Wrap(&err, "save rule")
	if err := a.Require(b, team.EditBrand); err != nil {
		return r, err
	}
	if r, err = r.Check(); err != nil {
		return r, err
	}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		v, err := bump(ctx, tx, b, 1, 0, 0)
		if err != nil {
			return err
		}
		if r.ID == "" {
			n, err := sqldb.Value[int](ctx, tx, `SELECT COUNT(*) FROM charter_rule WHERE brand = ?`, b)
			if err != nil {
				return err
			}
			if n >= MaxRules {
				return errFull
			}
			r.ID, r.Place, r.Version, r.Changed = id.New[RuleID](), n+1, 1, tx.Now
			if err := insertRule(ctx, tx, b, r); err != nil {
				return err
			}
		} else if r, err = update(ctx, tx, b, r); err != nil {
			return err
		}
		return s.written(ctx, tx, a, b, v, ActRuleSaved, r, map[string]any{"name": r.Name, "kind": r.Kind, "severity": r.Severity, "on": r.On, "version": v.rules})
	})
	return r, err
}

func update(ctx context.Context, tx *sqldb.Tx, b id.Brand, r Rule) (Rule, error) {
	now, err := loadRule(ctx, tx, b, r.ID)
	if err != nil {
		return r, err
	}
	if now.Version != r.Version {
		return r, errChanged.With("version", now.Version)
	}
	r.Place, r.Changed = now.Place, tx.Now
	r.Version++
	_, err = tx.Exec(ctx, `UPDATE charter_rule SET name = ?, why = ?, kind = ?, severity = ?, scope = ?, networks = ?, is_on = ?, spec = ?, changed_at = ?, version = ?
		WHERE brand = ? AND id = ?`, r.Name, r.Why, r.Kind, r.Severity, r.Scope, sqldb.JSON[[]network.Kind]{V: r.Networks}, r.On, sqldb.JSON[Spec]{V: r.Spec}, sqldb.At(tx.Now), r.Version, b, r.ID)
	return r, err
}

// Switch turns a rule on or off. Safe to repeat. Errors: not_found.
func (s *Service) Switch(ctx context.Context, a team.Actor, b id.Brand, rule RuleID, on bool) (_ Rule, err error) {
	defer fault.Wrap(&err, "switch rule")
	if err := a.Require(b, team.EditBrand); err != nil {
		return Rule{}, err
	}
	r, err := loadRule(ctx, s.DB, b, rule)
	if err != nil || r.On == on {
		return r, err
	}
	r.On = on
	return s.Save(ctx, a, b, r)
}

// Remove takes a rule out of the charter. An earlier version brings it back.
// Errors: not_found.
func (s *Service) Remove(ctx context.Context, a team.Actor, b id.Brand, rule RuleID) (err error) {
	defer fault.Wrap(&err, "remove rule")
	if err := a.Require(b, team.EditBrand); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		v, err := bump(ctx, tx, b, 1, 0, 0)
		if err != nil {
			return err
		}
		r, err := loadRule(ctx, tx, b, rule)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM charter_rule WHERE brand = ? AND id = ?`, b, rule); err != nil {
			return err
		}
		return s.written(ctx, tx, a, b, v, ActRuleRemoved, r, map[string]any{"name": r.Name, "kind": r.Kind, "version": v.rules})
	})
}

// written keeps the version that a change made, and its act.
func (s *Service) written(ctx context.Context, tx *sqldb.Tx, a team.Actor, b id.Brand, v versions, act string, r Rule, data map[string]any) error {
	if err := keepVersion(ctx, tx, b, v.rules, a.Person, act, r.Name); err != nil {
		return err
	}
	s.changed(tx, b)
	subject := logbook.Subject{Kind: "rule", ID: string(r.ID)}
	if r.ID == "" {
		subject = logbook.Subject{Kind: "charter", ID: string(b)}
	}
	return s.Book.Record(ctx, tx, logbook.Entry{Brand: b, Actor: a.Signs(), Act: act, Subject: subject, Data: data})
}

// Versions lists a charter's last versions, latest first.
func (s *Service) Versions(ctx context.Context, a team.Actor, b id.Brand) (_ []Version, err error) {
	defer fault.Wrap(&err, "list versions")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return nil, err
	}
	return sqldb.List(ctx, s.DB, func(r sqldb.Scanner) (v Version, err error) {
		var at sqldb.Time
		err = r.Scan(&v.Number, &at, &v.Person, &v.Act, &v.Name)
		v.At = at.Time
		return v, err
	}, `SELECT version, at, person, act, name FROM charter_version WHERE brand = ? ORDER BY version DESC LIMIT ?`, b, keptVersions)
}

// At returns the rules of a version. Errors: not_found.
func (s *Service) At(ctx context.Context, a team.Actor, b id.Brand, version int64) (_ []Rule, err error) {
	defer fault.Wrap(&err, "read version")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return nil, err
	}
	rules, err := sqldb.Value[sqldb.JSON[[]Rule]](ctx, s.DB, `SELECT rules FROM charter_version WHERE brand = ? AND version = ?`, b, version)
	return rules.V, err
}

// Restore makes the charter what it was at a version, as a new version.
// Errors: not_found.
func (s *Service) Restore(ctx context.Context, a team.Actor, b id.Brand, version int64) (err error) {
	defer fault.Wrap(&err, "restore charter")
	if err := a.Require(b, team.EditBrand); err != nil {
		return err
	}
	rules, err := s.At(ctx, a, b, version)
	if err != nil {
		return err
	}
	return s.replace(ctx, a, b, rules, true, ActRestored, map[string]any{"from": version})
}

// Bring puts rules into a charter: those of a file, or of a starter. With
// replace they take the place of all there are. Every rule is checked; one that
// is not fit refuses the whole. Errors: invalid (Values "rule").
func (s *Service) Bring(ctx context.Context, a team.Actor, b id.Brand, rules []Rule, replace bool) (err error) {
	defer fault.Wrap(&err, "bring rules")
	if err := a.Require(b, team.EditBrand); err != nil {
		return err
	}
	rules = slices.Clone(rules)
	for i := range rules {
		r, err := rules[i].Check()
		if err != nil {
			f := fault.As(err)
			return errFile.With("rule", rules[i].Name).With("why", f.Key).Because(err)
		}
		r.ID = "" // a file's names are of another brand
		rules[i] = r
	}
	if len(rules) == 0 {
		return errFile.With("rule", "").With("why", "charter.file_empty")
	}
	return s.replace(ctx, a, b, rules, replace, ActImported, map[string]any{"replaced": replace})
}

func (s *Service) replace(ctx context.Context, a team.Actor, b id.Brand, rules []Rule, all bool, act string, data map[string]any) error {
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		v, err := bump(ctx, tx, b, 1, 0, 0)
		if err != nil {
			return err
		}
		had := 0
		if all {
			_, err = tx.Exec(ctx, `DELETE FROM charter_rule WHERE brand = ?`, b)
		} else {
			had, err = sqldb.Value[int](ctx, tx, `SELECT COUNT(*) FROM charter_rule WHERE brand = ?`, b)
		}
		if err != nil {
			return err
		}
		if had+len(rules) > MaxRules {
			return errFull
		}
		for i, r := range rules {
			if r.ID == "" {
				r.ID = id.New[RuleID]()
			}
			r.Place, r.Version = had+i+1, r.Version+1
			if err := insertRule(ctx, tx, b, r); err != nil {
				return err
			}
		}
		data["version"], data["rules"] = v.rules, len(rules)
		return s.written(ctx, tx, a, b, v, act, Rule{}, data)
	})
}
