package team

import (
	"context"
	"embed"
	"io/fs"

	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
)

//go:embed schema/*.sql
var files embed.FS

// Schema is the tables of people; it comes after brand's.
var Schema = sqldb.Schema{Room: "team", Files: schemaFiles()}

func schemaFiles() fs.FS {
	sub, err := fs.Sub(files, "schema")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	return sub
}

const personColumns = `p.id, p.name, p.email, p.language, p.zone, p.theme, p.keyboard, p.measure, p.admin, p.guest, p.disabled_at, p.made_at, p.version`

// scanPerson reads personColumns, and after them whatever more asks for.
func scanPerson(s sqldb.Scanner, more ...any) (p Person, err error) {
	var disabled, made sqldb.Time
	err = s.Scan(append([]any{&p.ID, &p.Name, &p.Email, &p.Language, &p.Zone, &p.Theme, &p.Keyboard, &p.Measure, &p.Admin, &p.Guest,
		&disabled, &made, &p.Version}, more...)...)
	p.Disabled, p.Made = !disabled.IsZero(), made.Time
	return p, err
}

func onePerson(s sqldb.Scanner) (Person, error) { return scanPerson(s) }

func (s *Service) personByID(ctx context.Context, q sqldb.Q, p id.Person) (Person, error) {
	return sqldb.One(ctx, q, onePerson, `SELECT `+personColumns+` FROM person p WHERE p.id = ?`, string(p))
}

// secretPerson is a person with the hash of her password.
type secretPerson struct {
	Person
	hash string
}

func scanSecret(s sqldb.Scanner) (sp secretPerson, err error) {
	sp.Person, err = scanPerson(s, &sp.hash)
	return sp, err
}

func personByKey(ctx context.Context, q sqldb.Q, key string) (secretPerson, error) {
	return sqldb.One(ctx, q, scanSecret, `SELECT `+personColumns+`, p.password FROM person p WHERE p.email_key = ?`, key)
}

func secretByID(ctx context.Context, q sqldb.Q, p id.Person) (secretPerson, error) {
	return sqldb.One(ctx, q, scanSecret, `SELECT `+personColumns+`, p.password FROM person p WHERE p.id = ?`, string(p))
}

func insertPerson(ctx context.Context, tx *sqldb.Tx, p Person, key, hash string) error {
	var k any
	if key != "" {
		k = key
	}
	_, err := tx.Exec(ctx, `INSERT INTO person (id, name, email, email_key, password, language, zone, theme, keyboard, measure, admin, guest, made_at, version)
		VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		string(p.ID), p.Name, p.Email, k, hash, p.Language, p.Zone, string(p.Theme), p.Keyboard, p.Measure, p.Admin, p.Guest, sqldb.At(p.Made), p.Version)
	return err
}

func setPassword(ctx context.Context, tx *sqldb.Tx, p id.Person, hash string) error {
	_, err := tx.Exec(ctx, `UPDATE person SET password = ? WHERE id = ?`, hash, string(p))
	return err
}

// rolesOf reads the roles that count now: not those in archived brands.
func rolesOf(ctx context.Context, q sqldb.Q, p id.Person) (map[id.Brand]Role, error) {
	roles := map[id.Brand]Role{}
	err := sqldb.Each(ctx, q, func(s sqldb.Scanner) error {
		var b id.Brand
		var r Role
		err := s.Scan(&b, &r)
		roles[b] = r
		return err
	}, `SELECT brand, role FROM person_role WHERE person = ? AND closed_at IS NULL`, string(p))
	return roles, err
}
