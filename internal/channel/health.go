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
// refused is not an error of Probe but the channel's health.
func (s *Service) Probe(ctx context.Context, a team.Actor, b id.Brand, c id.Channel) (_ Channel, err error) {
	defer fault.Wrap(&err, "probe channel")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return Channel{}, err
	}
	p, ch, err := s.Presence(ctx, b, c)
	if err != nil {
		return ch, err
	}
	health, problem := Working, ""
	profile, err := p.WhoAmI(ctx)
	var caps network.Capabilities
	if err == nil {
		caps, err = p.Capabilities(ctx)
	}
	switch {
	case err == nil:
	case fault.Is(err, fault.SignedOut):
		health, problem = SignedOut, fault.MessageKey(err)
	default:
		health, problem = Doubtful, fault.MessageKey(err)
	}
	expires := ch.Expires
	if err == nil && !profile.Expires.IsZero() {
		expires = profile.Expires
	}
	if health == Working && !expires.IsZero() && s.DB.Now().Add(warnBefore).After(expires) {
		health = Expiring
	}
	werr := s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if health == SignedOut {
			return s.MarkSignedOut(ctx, tx, b, c, problem)
		}
		if err != nil { // could not be reached: what was known stays
			_, e := tx.Exec(ctx, `UPDATE channel SET health = CASE WHEN health = ? THEN health ELSE ? END, problem = ?, checked_at = ? WHERE brand = ? AND id = ?`,
				SignedOut, health, problem, sqldb.At(tx.Now), b, c)
			return e
		}
		if _, e := tx.Exec(ctx, `UPDATE channel SET health = ?, problem = '', checked_at = ?, expires_at = ?, handle = ?, name = ?, avatar = ?, url = ?, capabilities = ? WHERE brand = ? AND id = ?`,
			health, sqldb.At(tx.Now), sqldb.At(expires), profile.Handle, profile.Name, profile.Avatar, profile.URL, sqldb.JSON[network.Capabilities]{V: caps}, b, c); e != nil {
			return e
		}
		if health == Expiring {
			return s.warn(ctx, tx, ch, expires)
		}
		return nil
	})
	if werr != nil {
		return ch, werr
	}
	s.tell(b)
	ch, _, err = s.one(ctx, s.DB, b, c)
	return ch, err
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
