package assets

import (
	"context"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// ConsentID names a consent.
type ConsentID string

// ConsentKind is what somebody agreed to have shown. Stored, never renamed.
type ConsentKind string

const (
	Model    ConsentKind = "model"    // a person who can be recognised
	Property ConsentKind = "property" // a place, a work, a thing that has an owner
)

// Consent is what a person, or the owner of a thing, agreed to.
type Consent struct {
	ID    ConsentID
	Media id.Media
	Kind  ConsentKind
	// Who is the person or the property: personal data, shown to those who work
	// on the brand, never written into the sealed part of the logbook.
	Who   string
	Scope string // for what, in the words of the paper
	// Signed, Until and Withdrawn are days (2006-01-02) in Zone. Until holds
	// through its end; a withdrawal counts from the first moment of its day.
	Signed, Until, Withdrawn, Zone string
	// Ends is the first instant at which it no longer holds; zero: open.
	Ends time.Time
	Made time.Time
}

var (
	errConsent     = fault.New(fault.NotFound, "assets.consent_gone")
	errConsentKind = fault.New(fault.Invalid, "assets.consent_kind").At("consent_kind")
	errConsentWho  = fault.New(fault.Invalid, "assets.consent_who").At("who")
	errConsentMany = fault.New(fault.Invalid, "assets.consent_many").At("who").With("max", maxConsents)
)

const maxConsents = 50

func (c *Consent) check() error {
	if c.Kind != Model && c.Kind != Property {
		return errConsentKind
	}
	if c.Who, c.Scope = oneLine(c.Who, maxHolder), lines(c.Scope, maxNote); c.Who == "" {
		return errConsentWho
	}
	if _, err := clock.Zone(c.Zone); err != nil {
		return fault.As(err).At("zone")
	}
	if c.Signed != "" {
		if _, err := startOf(c.Signed, c.Zone, 0); err != nil {
			return fault.As(err).At("signed")
		}
	}
	withdrawn, until, err := period(c.Withdrawn, c.Until, c.Zone, "withdrawn", "until")
	if err != nil {
		return err
	}
	c.Ends = until
	if !withdrawn.IsZero() && (until.IsZero() || withdrawn.Before(until)) {
		c.Ends = withdrawn
	}
	return nil
}

// SaveConsent writes a consent; an empty ID makes a new one. Errors: invalid,
// not_found.
func (s *Service) SaveConsent(ctx context.Context, a team.Actor, b id.Brand, m id.Media, c Consent) (_ Consent, err error) {
	defer fault.Wrap(&err, "save consent")
	if err := a.Require(b, team.AddMedia); err != nil {
		return c, err
	}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := loadMedia(ctx, tx, b, m); err != nil {
			return err
		}
		if c.Zone == "" {
			var err error
			if c.Zone, err = s.zone(ctx, tx, b); err != nil {
				return err
			}
		}
		if err := c.check(); err != nil {
			return err
		}
		all, err := loadConsents(ctx, tx, b, m)
		if err != nil {
			return err
		}
		c.Media = m
		act := ActConsented
		if c.ID == "" {
			if len(all) >= maxConsents {
				return errConsentMany
			}
			c.ID, c.Made = id.New[ConsentID](), tx.Now
			if err := insertConsent(ctx, tx, b, c); err != nil {
				return err
			}
		} else {
			old, ok := find(all, c.ID)
			if !ok {
				return errConsent
			}
			if c.Made = old.Made; c.same(old) {
				return nil
			}
			if old.Withdrawn == "" && c.Withdrawn != "" {
				act = ActWithdrawn
			}
			if err := updateConsent(ctx, tx, b, c); err != nil {
				return err
			}
		}
		s.changed(tx, b, m)
		return s.recordPerson(ctx, tx, a, b, m, act, consented{c.Kind, string(c.ID), c.Until, c.Withdrawn}, c.Who)
	})
	return c, err
}

// WithdrawConsent notes that somebody took back what was agreed, from a day on
// (empty: today on the brand's clock). Posts that wait with the media no longer
// leave, and those on line are listed. Errors: invalid, not_found. Safe to
// repeat.
func (s *Service) WithdrawConsent(ctx context.Context, a team.Actor, b id.Brand, m id.Media, c ConsentID, day string) (_ Consent, err error) {
	defer fault.Wrap(&err, "withdraw consent")
	if err := a.Require(b, team.AddMedia); err != nil {
		return Consent{}, err
	}
	all, err := s.consentsOf(ctx, b, m)
	if err != nil {
		return Consent{}, err
	}
	got, ok := find(all, c)
	if !ok {
		return Consent{}, errConsent
	}
	if day == "" {
		loc, err := clock.Zone(got.Zone)
		if err != nil {
			return got, err
		}
		day = s.DB.Now().In(loc).Format(time.DateOnly)
	}
	if got.Withdrawn != "" {
		return got, nil
	}
	got.Withdrawn = day
	return s.SaveConsent(ctx, a, b, m, got)
}

// same tells whether two consents say the same.
func (c Consent) same(o Consent) bool {
	c.Ends, o.Ends, c.Made, o.Made = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	return c == o
}

func find(all []Consent, c ConsentID) (Consent, bool) {
	for _, x := range all {
		if x.ID == c {
			return x, true
		}
	}
	return Consent{}, false
}

func (s *Service) consentsOf(ctx context.Context, b id.Brand, m id.Media) ([]Consent, error) {
	if _, err := loadMedia(ctx, s.DB, b, m); err != nil {
		return nil, err
	}
	return loadConsents(ctx, s.DB, b, m)
}
