package assets

import (
	"context"
	"slices"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

var errExclusive = fault.New(fault.Invalid, "assets.licence_exclusive").At("exclusive_to")

// checkExclusive cleans what was written of the exclusivity; without it, there
// is nothing to say of it.
func (l *Licence) checkExclusive() (err error) {
	if !l.Exclusive {
		l.ExclusiveFor, l.ExclusiveLands, l.ExclusiveDay, l.ExclusiveEnds = "", nil, "", time.Time{}
		return nil
	}
	l.ExclusiveFor, l.ExclusiveDay = oneLine(l.ExclusiveFor, maxHolder), strings.TrimSpace(l.ExclusiveDay)
	if _, l.ExclusiveEnds, err = period("", l.ExclusiveDay, l.Zone, "", "exclusive_to"); err != nil {
		return err
	}
	if !l.ExclusiveEnds.IsZero() && !l.Ends.IsZero() && l.ExclusiveEnds.After(l.Ends) {
		return errExclusive // what is over cannot be exclusive
	}
	if l.ExclusiveLands, err = ReadLands(strings.Join(l.ExclusiveLands, ",")); err != nil {
		return fault.As(err).At("exclusive_lands")
	}
	return nil
}

// ExclusiveAt tells whether the licence is exclusive at an instant.
func (l Licence) ExclusiveAt(at time.Time) bool {
	return l.Known() && l.Exclusive && (l.ExclusiveEnds.IsZero() || at.Before(l.ExclusiveEnds)) &&
		(l.Ends.IsZero() || at.Before(l.Ends)) && !at.Before(l.Begins)
}

// Clash is another brand that has the same picture, by its content, where one
// of the two has it alone.
type Clash struct {
	Brand id.Brand
	Name  string // of the brand
	Media id.Media
	// Theirs says that the exclusivity is the other brand's; else it is this
	// brand's own.
	Theirs bool
	// For and Day are of the exclusivity: for whom (empty: the brand that has
	// it), and through which day (empty: as long as its licence).
	For, Day string
	// Lands are where; none: everywhere.
	Lands []string
	// Shown counts the other brand's publications with it, made or planned.
	Shown int64
}

// Clashes lists the brands that have the same picture where one of the two has
// it alone. Only brands are named in which the actor sees the library.
// Errors: not_found.
func (s *Service) Clashes(ctx context.Context, a team.Actor, b id.Brand, m id.Media) (_ []Clash, err error) {
	defer fault.Wrap(&err, "look for others with an exclusive picture")
	got, err := s.Get(ctx, a, b, m)
	if err != nil {
		return nil, err
	}
	l, err := loadLicence(ctx, s.DB, b, m)
	if err != nil {
		return nil, err
	}
	var sees []id.Brand
	for _, other := range a.Brands() {
		if a.May(other, team.SeeMedia) {
			sees = append(sees, other)
		}
	}
	return s.clashes(ctx, s.DB, got, l, sees, s.DB.Now())
}

// clashes looks only into the brands of sees.
func (s *Service) clashes(ctx context.Context, q sqldb.Q, m Media, l Licence, sees []id.Brand, at time.Time) (out []Clash, err error) {
	sees = slices.DeleteFunc(slices.Clone(sees), func(b id.Brand) bool { return b == m.Brand })
	slices.Sort(sees)
	if sees = slices.Compact(sees); len(sees) == 0 || s.Name == nil {
		return nil, nil
	}
	for part := range sqldb.Chunks(sees, 500) {
		// Theirs: few licences are exclusive, and an index has them.
		theirs, err := s.same(ctx, q, m, `JOIN media_licence l ON l.media = m.id AND l.brand = m.brand WHERE l.exclusive AND m.brand IN `+sqldb.Marks(len(part)), sqldb.Args(part)...)
		if err != nil {
			return nil, err
		}
		for _, t := range theirs {
			other, err := loadLicence(ctx, q, t.Brand, t.ID)
			if err != nil {
				return nil, err
			}
			if other.ExclusiveAt(at) {
				out = append(out, Clash{Brand: t.Brand, Media: t.ID, Theirs: true, For: other.ExclusiveFor, Day: other.ExclusiveDay, Lands: other.ExclusiveLands})
			}
		}
		if !l.ExclusiveAt(at) {
			continue
		}
		ours, err := s.same(ctx, q, m, `WHERE m.brand IN `+sqldb.Marks(len(part)), sqldb.Args(part)...)
		if err != nil {
			return nil, err
		}
		for _, t := range ours {
			out = append(out, Clash{Brand: t.Brand, Media: t.ID, For: l.ExclusiveFor, Day: l.ExclusiveDay, Lands: l.ExclusiveLands})
		}
	}
	return s.nameClashes(ctx, q, out)
}

func (s *Service) nameClashes(ctx context.Context, q sqldb.Q, list []Clash) (out []Clash, err error) {
	for _, c := range list {
		if c.Name, err = s.Name(ctx, q, c.Brand); fault.Is(err, fault.NotFound) {
			continue // put away
		}
		if err != nil {
			return nil, err
		}
		if s.Posts != nil {
			n, err := s.Posts.Shown(ctx, q, c.Brand, []id.Media{c.Media})
			if err != nil {
				return nil, err
			}
			c.Shown = n[c.Media]
		}
		out = append(out, c)
	}
	return out, nil
}

// found is a media that has the same content as another.
type found struct {
	ID    id.Media
	Brand id.Brand
}

// same lists the media, among those that a condition names, with the same bytes
// as this one or with the same look: another size or quality is the same
// picture, a crop is another.
func (s *Service) same(ctx context.Context, q sqldb.Q, m Media, cond string, args ...any) (out []found, err error) {
	err = sqldb.Each(ctx, q, func(r sqldb.Scanner) error {
		var f found
		var file, look string
		var w, h int
		if err := r.Scan(&f.ID, &f.Brand, &file, &look, &w, &h); err != nil {
			return err
		}
		if m.file != "" && file == m.file || apart(look, m.look) <= maxApart && 20*abs(w*m.Height-h*m.Width) <= w*m.Height {
			if len(out) < 50 {
				out = append(out, f)
			}
		}
		return nil
	}, `SELECT m.id, m.brand, m.file, m.look, m.width, m.height FROM media m `+cond+` AND m.binned_at IS NULL AND m.state <> 'refused' AND m.newer = ''`, args...)
	return out, err
}

// meet tells whether two lists of countries have one in common; none is
// everywhere.
func meet(a, b []string) bool {
	if len(a) == 0 || len(b) == 0 {
		return true
	}
	for _, one := range unfold(a) {
		if slices.Contains(unfold(b), one) {
			return true
		}
	}
	return false
}

// unfold is a list of countries with the members of its groups.
func unfold(list []string) (out []string) {
	for _, code := range list {
		out = append(append(out, code), groups[code]...)
	}
	return out
}
