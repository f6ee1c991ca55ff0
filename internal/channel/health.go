package channel

import (
	"context"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// ProbeEvery is how often a token is tried when nothing else used it.
const ProbeEvery = 24 * time.Hour

// Probe asks the network whether the token still works and reads the limits
// again. It returns the channel as it stands afterwards; a token that is
// refused is not an error of Probe but the channel's health, and so is a
// network that cannot be reached. Safe to repeat.
func (s *Service) Probe(ctx context.Context, a team.Actor, b id.Brand, c id.Channel) (_ Channel, err error) {
	defer fault.Wrap(&err, "probe channel")
	if err := a.Require(b, team.PublishPosts); err != nil {
		return Channel{}, err
	}
	p, ch, err := s.Presence(ctx, b, c)
	if fault.Is(err, fault.NotFound) && (ch.ID == "" || !ch.Removed.IsZero()) {
		return ch, err
	}
	var profile network.Profile
	var caps network.Capabilities
	if err == nil {
		profile, err = p.WhoAmI(ctx)
	}
	if err == nil {
		caps, err = p.Capabilities(ctx)
	}
	if ctx.Err() != nil {
		return ch, ctx.Err() // the one who asked has left: that says nothing about the network
	}
	werr := s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		switch {
		case fault.Is(err, fault.SignedOut):
			if err := s.MarkSignedOut(ctx, tx, ch, fault.MessageKey(err)); err != nil {
				return err
			}
			return s.checked(ctx, tx, b, c)
		case err != nil:
			return s.doubt(ctx, tx, b, c, fault.MessageKey(err))
		}
		return s.found(ctx, tx, ch, profile, caps)
	})
	if werr != nil {
		return ch, werr
	}
	s.tell(b)
	ch, _, err = s.one(ctx, s.DB, b, c)
	return ch, err
}

// checked notes that a channel was tried, whatever came of it: the daily probe
// goes on to the next.
func (s *Service) checked(ctx context.Context, tx *sqldb.Tx, b id.Brand, c id.Channel) error {
	_, err := tx.Exec(ctx, `UPDATE channel SET checked_at = ? WHERE brand = ? AND id = ?`, sqldb.At(tx.Now), b, c)
	return err
}

// doubt notes that nobody answered; what was known stays, a refusal above all.
func (s *Service) doubt(ctx context.Context, tx *sqldb.Tx, b id.Brand, c id.Channel, problem string) error {
	_, err := tx.Exec(ctx, `UPDATE channel SET health = ?, problem = ? WHERE brand = ? AND id = ? AND health <> ? AND removed_at IS NULL`,
		Doubtful, problem, b, c, SignedOut)
	if err != nil {
		return err
	}
	return s.checked(ctx, tx, b, c)
}

// found writes what the network said of the account.
func (s *Service) found(ctx context.Context, tx *sqldb.Tx, ch Channel, p network.Profile, caps network.Capabilities) error {
	health, expires := Working, ch.Expires
	if !p.Expires.IsZero() {
		expires = p.Expires
	}
	if !expires.IsZero() && tx.Now.Add(warnBefore).After(expires) {
		health = Expiring
	}
	n, err := tx.Exec(ctx, `UPDATE channel SET health = ?, problem = '', checked_at = ?, expires_at = ?, handle = ?, name = ?, avatar = ?, url = ?, capabilities = ?
		WHERE brand = ? AND id = ? AND removed_at IS NULL`,
		health, sqldb.At(tx.Now), sqldb.At(expires), p.Handle, p.Name, p.Avatar, p.URL, sqldb.JSON[network.Capabilities]{V: caps}, ch.Brand, ch.ID)
	if err != nil || n == 0 || health != Expiring {
		return err
	}
	return s.warn(ctx, tx, ch, expires)
}

// warn writes one act at fourteen, seven and one day before the end.
func (s *Service) warn(ctx context.Context, tx *sqldb.Tx, c Channel, end time.Time) error {
	last, err := sqldb.Value[sqldb.Time](ctx, tx, `SELECT warned_at FROM channel WHERE brand = ? AND id = ?`, c.Brand, c.ID)
	if err != nil {
		return err
	}
	for _, before := range []time.Duration{24 * time.Hour, 7 * 24 * time.Hour, warnBefore} {
		from := end.Add(-before)
		if tx.Now.Before(from) {
			continue
		}
		if !last.IsZero() && !last.Before(from) {
			return nil
		}
		if _, err := tx.Exec(ctx, `UPDATE channel SET warned_at = ? WHERE brand = ? AND id = ?`, sqldb.At(tx.Now), c.Brand, c.ID); err != nil {
			return err
		}
		return s.Book.Record(ctx, tx, s.entry(team.Program("door").Signs(), c, ActExpiring))
	}
	return nil
}

// ProbeDue probes every channel whose token nobody tried for a day; the daily
// job calls it. One that cannot be probed does not stop the others.
func (s *Service) ProbeDue(ctx context.Context) error {
	type key struct {
		b id.Brand
		c id.Channel
	}
	due, err := sqldb.List(ctx, s.DB, func(r sqldb.Scanner) (k key, err error) { return k, r.Scan(&k.b, &k.c) },
		`SELECT brand, id FROM channel WHERE removed_at IS NULL AND (checked_at IS NULL OR checked_at < ?) ORDER BY checked_at LIMIT 200`,
		sqldb.At(s.DB.Now().Add(-ProbeEvery)))
	if err != nil {
		return err
	}
	for _, k := range due {
		if _, err := s.Probe(ctx, team.Program("door"), k.b, k.c); err != nil {
			s.Log.Warn("probe", "brand", k.b, "channel", k.c, "error", err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}
