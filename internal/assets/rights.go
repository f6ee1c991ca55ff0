package assets

import (
	"context"
	"slices"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Rights is everything said of the right to show a media.
type Rights struct {
	Licence   Licence
	Consents  []Consent
	Documents []Document
	// Crops are the proportions asked for, by network.
	Crops []Crop
	// Shown is how many publications carry it or are going to.
	Shown int64
	// Zone is the one that new days are meant in.
	Zone string
	// Open says that prices, papers and names of people are in here; those who
	// do not work on the library get the rest.
	Open bool
}

// Rights reads what is known of the right to show a media. A client reads the
// terms, never prices, notes, papers or names of people. Errors: not_found.
func (s *Service) Rights(ctx context.Context, a team.Actor, b id.Brand, m id.Media) (_ Rights, err error) {
	defer fault.Wrap(&err, "read rights")
	if _, err := s.Get(ctx, a, b, m); err != nil {
		return Rights{}, err
	}
	r := Rights{Open: a.May(b, team.AddMedia) || a.May(b, team.Export)}
	if r.Licence, err = loadLicence(ctx, s.DB, b, m); err != nil {
		return r, err
	}
	if r.Consents, err = loadConsents(ctx, s.DB, b, m); err != nil {
		return r, err
	}
	if r.Documents, err = loadDocuments(ctx, s.DB, b, m); err != nil {
		return r, err
	}
	if r.Crops, err = loadCrops(ctx, s.DB, b, m); err != nil {
		return r, err
	}
	if r.Zone, err = s.zone(ctx, s.DB, b); err != nil {
		return r, err
	}
	if s.Posts != nil {
		n, err := s.Posts.Shown(ctx, s.DB, b, []id.Media{m})
		if err != nil {
			return r, err
		}
		r.Shown = n[m]
	}
	if !r.Open {
		r.Licence.Price, r.Licence.Currency, r.Licence.Invoice, r.Licence.Note, r.Documents = 0, "", "", "", nil
		for i := range r.Consents {
			r.Consents[i].Who, r.Consents[i].Scope = "", ""
		}
	}
	return r, nil
}

// SaveLicence writes under what right a media stands. version is the one that
// was read (0 before the first): a save that comes after somebody else's is a
// conflict and writes nothing. An empty Zone is the brand's. Posts that wait
// with the media are held to it when they leave. Errors: invalid, not_found,
// conflict.
func (s *Service) SaveLicence(ctx context.Context, a team.Actor, b id.Brand, m id.Media, version int64, l Licence) (_ Licence, err error) {
	defer fault.Wrap(&err, "save licence")
	if err := a.Require(b, team.AddMedia); err != nil {
		return Licence{}, err
	}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := loadMedia(ctx, tx, b, m); err != nil {
			return err
		}
		old, err := loadLicence(ctx, tx, b, m)
		if err != nil {
			return err
		}
		if l, err = s.prepareLicence(ctx, tx, b, l); err != nil {
			return err
		}
		what := l.differs(old)
		if old.Known() && len(what) == 0 {
			l = old
			return nil
		}
		if old.Version != version {
			return errChanged.With("version", old.Version).With("changed", what)
		}
		return s.writeLicence(ctx, tx, a, b, m, old, &l)
	})
	return l, err
}

func (s *Service) prepareLicence(ctx context.Context, tx *sqldb.Tx, b id.Brand, l Licence) (Licence, error) {
	if l.Zone == "" {
		var err error
		if l.Zone, err = s.zone(ctx, tx, b); err != nil {
			return l, err
		}
	}
	return l, l.check()
}

// writeLicence writes over old and tells the logbook and the open pages.
func (s *Service) writeLicence(ctx context.Context, tx *sqldb.Tx, a team.Actor, b id.Brand, m id.Media, old Licence, l *Licence) error {
	l.Media, l.Version, l.Edited, l.Editor = m, old.Version, tx.Now, a.Person
	what := l.differs(old)
	if err := saveLicence(ctx, tx, b, l); err != nil {
		return err
	}
	got, err := loadMedia(ctx, tx, b, m)
	if err != nil {
		return err
	}
	if err := s.shelve(ctx, tx, got, *l); err != nil {
		return err
	}
	s.changed(tx, b, m)
	return s.record(ctx, tx, a, b, m, ActLicensed, licensed{what, l.Kind, l.From, l.To, l.Zone, l.Version})
}

// RemoveConsent takes away a consent that was entered by mistake; what somebody
// took back is withdrawn instead, and stays on record. Errors: not_found.
func (s *Service) RemoveConsent(ctx context.Context, a team.Actor, b id.Brand, m id.Media, c ConsentID) (err error) {
	defer fault.Wrap(&err, "remove consent")
	if err := a.Require(b, team.AddMedia); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		all, err := loadConsents(ctx, tx, b, m)
		if err != nil {
			return err
		}
		old, ok := find(all, c)
		if !ok {
			return errConsent
		}
		if _, err := tx.Exec(ctx, `DELETE FROM media_consent WHERE brand = ? AND media = ? AND id = ?`, b, m, c); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM media_document WHERE brand = ? AND media = ? AND about = ?`, b, m, c); err != nil {
			return err
		}
		s.changed(tx, b, m)
		return s.record(ctx, tx, a, b, m, ActUnconsented, consented{old.Kind, string(c), old.Until, old.Withdrawn})
	})
}

// Audience says where a brand's channels are read: the brand's own answer under
// the empty channel, and those of channels that differ. nil is everywhere, and
// so is a channel without an answer when the brand has none.
func (s *Service) Audience(ctx context.Context, a team.Actor, b id.Brand) (_ map[id.Channel][]string, err error) {
	defer fault.Wrap(&err, "read audience")
	if err := a.Require(b, team.SeeMedia); err != nil {
		return nil, err
	}
	return loadAudience(ctx, s.DB, b)
}

// SetAudience says where a channel is read (empty: the whole brand). With
// follow, a channel's own answer is forgotten. The channel must be of the
// brand: the caller has checked it. Errors: invalid.
func (s *Service) SetAudience(ctx context.Context, a team.Actor, b id.Brand, c id.Channel, territories string, follow bool) (err error) {
	defer fault.Wrap(&err, "set audience")
	if err := a.Require(b, team.AddMedia); err != nil {
		return err
	}
	lands, err := ReadLands(territories)
	if err != nil {
		return err
	}
	if lands == nil {
		lands = []string{}
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		old, err := loadAudience(ctx, tx, b)
		if err != nil {
			return err
		}
		was, had := old[c]
		if had != follow && slices.Equal(was, lands) || follow && !had {
			return nil
		}
		if follow {
			_, err = tx.Exec(ctx, `DELETE FROM media_audience WHERE brand = ? AND channel = ?`, b, c)
		} else {
			_, err = tx.Exec(ctx, `INSERT INTO media_audience (brand, channel, territories) VALUES (?,?,?) ON CONFLICT (brand, channel) DO UPDATE SET territories = excluded.territories`,
				b, c, sqldb.JSON[[]string]{V: lands})
		}
		if err != nil {
			return err
		}
		tx.AfterCommit(func() { s.Tell("brand:"+string(b), "media", map[string]any{}) })
		return s.recordBrand(ctx, tx, a, b, ActAudience, audience{c, lands})
	})
}

// State is where the right to show a media stands at an instant.
type RightState string

const (
	RightUnknown   RightState = "unknown"   // nobody has said anything
	RightOpen      RightState = "open"      // it may be shown, and not end soon
	RightSoon      RightState = "soon"      // it ends within thirty days
	RightLater     RightState = "later"     // it has not begun
	RightEnded     RightState = "ended"     // its licence or an agreement ended
	RightWithdrawn RightState = "withdrawn" // somebody took back what was agreed
)

// RightStates lists the states in the order in which pages show them.
func RightStates() []RightState {
	return []RightState{RightUnknown, RightOpen, RightSoon, RightLater, RightEnded, RightWithdrawn}
}

// Soon is how long before its end a right is said to end soon.
const Soon = 30 * 24 * time.Hour

// stateAt says where a right stands.
func stateAt(l Licence, consents []Consent, at time.Time) RightState {
	var ended, soon bool
	for _, c := range consents {
		switch {
		case c.Ends.IsZero():
		case !at.Before(c.Ends):
			if c.Withdrawn != "" {
				return RightWithdrawn
			}
			ended = true
		case c.Ends.Sub(at) <= Soon:
			soon = true
		}
	}
	switch {
	case ended, !l.Ends.IsZero() && !at.Before(l.Ends):
		return RightEnded
	case !l.Begins.IsZero() && at.Before(l.Begins):
		return RightLater
	case soon, !l.Ends.IsZero() && l.Ends.Sub(at) <= Soon:
		return RightSoon
	case !l.Known():
		return RightUnknown
	}
	return RightOpen
}

// StateAt says where these rights stand at an instant.
func (r Rights) StateAt(at time.Time) RightState { return stateAt(r.Licence, r.Consents, at) }
