package channel

import (
	"context"
	"slices"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/i18n"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

const columns = `id, brand, network, ref, handle, name, avatar, url, server, health, problem, checked_at, expires_at, capabilities, made_at, removed_at, title, short, colour, people`

// secret is what of a row never leaves this package.
type secret struct {
	sealed  string
	version int64
}

// scan names the network in the language of whoever reads, if the context has
// one.
func (s *Service) scan(ctx context.Context, r sqldb.Scanner, more ...any) (c Channel, err error) {
	var caps string
	var people sqldb.JSON[[]id.Person]
	var checked, expires, made, removed sqldb.Time
	err = r.Scan(append([]any{&c.ID, &c.Brand, &c.Network, &c.Ref, &c.Handle, &c.Name, &c.Avatar, &c.URL, &c.Server, &c.Health, &c.Problem,
		&checked, &expires, &caps, &made, &removed, &c.Title, &c.Short, &c.Colour, &people}, more...)...)
	c.People = people.V
	c.Checked, c.Expires, c.Made, c.Removed = checked.Time, expires.Time, made.Time, removed.Time
	if err == nil {
		c.Capabilities, err = s.readings.read(caps)
	}
	if d, e := s.driver(c.Network); e == nil {
		f := d.Facts()
		if c.Simulated = f.Simulated; c.Title == "" { // else somebody made it up, and named it
			c.Title, c.Short = f.In(i18n.Language(ctx)), f.Short
		}
	} else if c.Title == "" {
		// A network that left the binary: its posts stay on record.
		c.Title, c.Short = string(c.Network), "??"
	}
	return c, err
}

func (s *Service) one(ctx context.Context, q sqldb.Q, b id.Brand, c id.Channel) (Channel, secret, error) {
	var sec secret
	ch, err := sqldb.One(ctx, q, func(r sqldb.Scanner) (Channel, error) { return s.scan(ctx, r, &sec.sealed, &sec.version) },
		`SELECT `+columns+`, credentials, version FROM channel WHERE brand = ? AND id = ?`, b, c)
	ch.held = sec.version
	return ch, sec, err
}

func (s *Service) list(ctx context.Context, b id.Brand) ([]Channel, error) {
	return sqldb.List(ctx, s.DB, func(r sqldb.Scanner) (Channel, error) { return s.scan(ctx, r) },
		`SELECT `+columns+` FROM channel WHERE brand = ? AND removed_at IS NULL ORDER BY made_at, id`, b)
}

// byAccount finds the brand's living channel for an account, if it has one.
func (s *Service) byAccount(ctx context.Context, q sqldb.Q, b id.Brand, kind network.Kind, ref network.Ref) (Channel, error) {
	return sqldb.One(ctx, q, func(r sqldb.Scanner) (Channel, error) { return s.scan(ctx, r) },
		`SELECT `+columns+` FROM channel WHERE brand = ? AND network = ? AND ref = ? AND removed_at IS NULL`, b, kind, ref)
}

func (s *Service) insert(ctx context.Context, tx *sqldb.Tx, c Channel, sealed string) error {
	_, err := tx.Exec(ctx, `INSERT INTO channel (`+columns+`, credentials, version) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,NULL,?,?,?,?,?,1)`,
		c.ID, c.Brand, c.Network, c.Ref, c.Handle, c.Name, c.Avatar, c.URL, c.Server, c.Health, c.Problem,
		sqldb.At(c.Checked), sqldb.At(c.Expires), sqldb.JSON[network.Capabilities]{V: c.Capabilities}, sqldb.At(c.Made), c.Title, c.Short, c.Colour, sqldb.JSON[[]id.Person]{V: list(c.People)}, sealed)
	return err
}

// reconnect writes what a new sign-in of the same account brought; version
// moves so that the open account is replaced.
func (s *Service) reconnect(ctx context.Context, tx *sqldb.Tx, c Channel, sealed string) error {
	_, err := tx.Exec(ctx, `UPDATE channel SET handle = ?, name = ?, avatar = ?, url = ?, server = ?, health = ?, problem = '', checked_at = ?,
		expires_at = ?, warned_at = NULL, capabilities = ?, title = ?, short = ?, colour = ?, credentials = ?, version = version + 1 WHERE brand = ? AND id = ?`,
		c.Handle, c.Name, c.Avatar, c.URL, c.Server, Working, sqldb.At(tx.Now), sqldb.At(c.Expires),
		sqldb.JSON[network.Capabilities]{V: c.Capabilities}, c.Title, c.Short, c.Colour, sealed, c.Brand, c.ID)
	return err
}

// list keeps an empty list out of JSON as null.
func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}

// Twins lists every channel, of any brand and removed ones included, that stands
// for the same account of its network as this one, itself among them, in a
// stable order. Ids only, for rooms that compare what stands on the network:
// they never show whose they are.
func (s *Service) Twins(ctx context.Context, q sqldb.Q, b id.Brand, c id.Channel) (_ []id.Channel, err error) {
	defer fault.Wrap(&err, "find channels of the same account")
	return sqldb.Values[id.Channel](ctx, q, `SELECT t.id FROM channel c JOIN channel t ON t.network = c.network AND t.ref = c.ref WHERE c.brand = ? AND c.id = ? ORDER BY t.id`, b, c)
}

// Of lists the channels that an account has, or had, in the brands whose
// planning the actor may see: the page of an account that Vigie itself shows is
// for them alone. The most recent comes first; none is no error.
func (s *Service) Of(ctx context.Context, a team.Actor, kind network.Kind, ref network.Ref) (_ []Channel, err error) {
	defer fault.Wrap(&err, "find channels of an account")
	brands := slices.DeleteFunc(a.Brands(), func(b id.Brand) bool { return !a.May(b, team.SeePlanning) })
	if len(brands) == 0 {
		return nil, nil
	}
	return sqldb.List(ctx, s.DB, func(r sqldb.Scanner) (Channel, error) { return s.scan(ctx, r) },
		`SELECT `+columns+` FROM channel WHERE brand IN `+sqldb.Marks(len(brands))+` AND network = ? AND ref = ? ORDER BY made_at DESC, id DESC`,
		sqldb.Args(brands, kind, ref)...)
}

// Connected lists the channels of all brands that are not removed, for the part
// of the program that listens to them: what it reads goes to their own brand.
func (s *Service) Connected(ctx context.Context) (_ []Channel, err error) {
	defer fault.Wrap(&err, "list connected channels")
	return sqldb.List(ctx, s.DB, func(r sqldb.Scanner) (Channel, error) { return s.scan(ctx, r) },
		`SELECT `+columns+` FROM channel WHERE removed_at IS NULL ORDER BY id`)
}
