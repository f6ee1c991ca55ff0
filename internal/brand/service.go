package brand

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Recorder writes acts in the logbook; *logbook.Book does.
type Recorder interface {
	Record(ctx context.Context, tx *sqldb.Tx, e logbook.Entry) error
}

// Service is the verbs about brands. Its zero value is not useful; use New.
type Service struct {
	db     *sqldb.DB
	book   Recorder
	people *team.Service
	tell   func(topic, kind string, data any)

	closing []func(ctx context.Context, tx *sqldb.Tx, brand id.Brand) error
}

// Config is what the verbs need. Tell may be nil.
type Config struct {
	DB     *sqldb.DB
	Book   Recorder
	People *team.Service
	// Tell says on the live topics that something changed; called after commit.
	Tell func(topic, kind string, data any)
}

// New returns the verbs.
func New(c Config) *Service {
	s := &Service{db: c.DB, book: c.Book, people: c.People, tell: c.Tell}
	if s.tell == nil {
		s.tell = func(string, string, any) {}
	}
	return s
}

// OnArchive adds something to do in the transaction that archives a brand: the
// rooms stop there what would still leave. Called before the program starts.
func (s *Service) OnArchive(f func(ctx context.Context, tx *sqldb.Tx, brand id.Brand) error) {
	s.closing = append(s.closing, f)
}

// Make makes a brand; the person who makes it becomes its owner. Errors are
// forbidden (only administrators make brands) and invalid.
func (s *Service) Make(ctx context.Context, actor team.Actor, in Input) (_ Brand, err error) {
	defer fault.Wrap(&err, "make brand")
	if !actor.MayAdminister() {
		return Brand{}, fault.New(fault.Forbidden, "brand.admin_only")
	}
	return s.make(ctx, actor, actor.Person, in, false)
}

// MakeExample makes a brand of the example agency for a person, who becomes
// its owner although she may be a guest. Only the program may ask.
func (s *Service) MakeExample(ctx context.Context, actor team.Actor, owner id.Person, in Input) (_ Brand, err error) {
	defer fault.Wrap(&err, "make example brand")
	if actor.Part == "" || actor.Person != "" {
		return Brand{}, fault.New(fault.Forbidden, "brand.admin_only")
	}
	return s.make(ctx, actor, owner, in, true)
}

func (s *Service) make(ctx context.Context, actor team.Actor, owner id.Person, in Input, example bool) (Brand, error) {
	in, err := in.clean()
	if err != nil {
		return Brand{}, err
	}
	b := Brand{ID: id.New[id.Brand](), Version: 1, Example: example}.with(in)
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		b.Made = tx.Now
		if err := insert(ctx, tx, b); err != nil {
			return err
		}
		if err := s.record(ctx, tx, actor, b.ID, "brand.made", made{b.Name, b.Language, b.Zone, b.Example}); err != nil {
			return err
		}
		if owner == "" { // a part of the program, for instance an import, gives the owner later
			return nil
		}
		return s.people.Found(ctx, tx, actor, b.ID, owner)
	})
	return b, err
}

func (b Brand) with(in Input) Brand {
	b.Name, b.About, b.Monogram, b.Colour = in.Name, in.About, in.Monogram, in.Colour
	b.Language, b.Zone, b.Week = in.Language, in.Zone, in.Week
	return b
}

// Edit changes the settings of the brand that was read at the version. A save
// that comes after somebody else's is refused with conflict, whose values name
// the fields on which both differ ("changed") and the version to go
// on from ("version"): the later save never silently wins. A monogram, colour,
// language or zone left empty stays as it is. Other errors are not_found,
// forbidden and invalid.
func (s *Service) Edit(ctx context.Context, actor team.Actor, brand id.Brand, version int64, in Input) (_ Brand, err error) {
	defer fault.Wrap(&err, "edit brand")
	if err := actor.Require(brand, team.EditBrand); err != nil {
		return Brand{}, err
	}
	var b Brand
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		old, err := Load(ctx, tx, brand)
		if err != nil {
			return err
		}
		in, err := in.over(old).clean()
		if err != nil {
			return err
		}
		b = old.with(in)
		what := changes(old, b)
		if len(what) == 0 { // saying the same twice is no quarrel
			return nil
		}
		if old.Version == version {
			b.Version++
			ok, err := update(ctx, tx, b, version)
			if err != nil {
				return err
			}
			if ok {
				return s.edited(ctx, tx, actor, brand, what, b.Version)
			}
			if old, err = Load(ctx, tx, brand); err != nil {
				return err
			}
		}
		return fault.New(fault.Conflict, "brand.changed").With("changed", changes(old, old.with(in))).With("version", old.Version)
	})
	if err != nil {
		return Brand{}, err
	}
	return b, nil
}

func (s *Service) edited(ctx context.Context, tx *sqldb.Tx, actor team.Actor, brand id.Brand, what []string, version int64) error {
	tx.AfterCommit(func() { s.tell("brand:"+string(brand), "brand.edited", nil) })
	return s.record(ctx, tx, actor, brand, "brand.edited", edited{what, version})
}

// Get reads a brand. A stranger gets not_found.
func (s *Service) Get(ctx context.Context, actor team.Actor, brand id.Brand) (_ Brand, err error) {
	defer fault.Wrap(&err, "get brand")
	if err := actor.Require(brand, team.SeeBrand); err != nil {
		return Brand{}, err
	}
	return Load(ctx, s.db, brand)
}

// List reads the brands in which the actor has a role, by name; for a part of
// the program, all.
func (s *Service) List(ctx context.Context, actor team.Actor) (_ []Brand, err error) {
	defer fault.Wrap(&err, "list brands")
	if actor.Person == "" && actor.Part != "" {
		return All(ctx, s.db)
	}
	var out []Brand
	for part := range sqldb.Chunks(actor.Brands(), 500) {
		some, err := loadMany(ctx, s.db, part)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	out = slices.DeleteFunc(out, func(b Brand) bool { return !b.Archived.IsZero() })
	slices.SortFunc(out, byName)
	return out, nil
}

func byName(a, b Brand) int {
	return cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), strings.Compare(string(a.ID), string(b.ID)))
}

// Archive puts a brand away: nobody reaches it any more, nothing leaves from
// it, nothing is lost. name must be the brand's own, typed by the person: the
// one thing that is asked twice. Errors are not_found, forbidden, and invalid
// at "name".
func (s *Service) Archive(ctx context.Context, actor team.Actor, brand id.Brand, name string) (err error) {
	defer fault.Wrap(&err, "archive brand")
	if err := actor.Require(brand, team.RemoveBrand); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		b, err := Load(ctx, tx, brand)
		if err != nil {
			return err
		}
		if line(name) != b.Name {
			return fault.New(fault.Invalid, "brand.name_differs").At("name").With("brand", b.Name)
		}
		for _, f := range s.closing {
			if err := f(ctx, tx, brand); err != nil {
				return err
			}
		}
		if ok, err := setArchived(ctx, tx, brand, tx.Now); err != nil || !ok {
			return err
		}
		if err := s.people.Close(ctx, tx, brand); err != nil {
			return err
		}
		tx.AfterCommit(func() { s.tell("brand:"+string(brand), "brand.archived", nil) })
		return s.record(ctx, tx, actor, brand, "brand.archived", struct{}{})
	})
}

// Archived lists the archived brands that the actor owned, the latest first.
func (s *Service) Archived(ctx context.Context, actor team.Actor) (_ []Brand, err error) {
	defer fault.Wrap(&err, "list archived brands")
	owned, err := s.people.Closed(ctx, actor)
	if err != nil || len(owned) == 0 {
		return nil, err
	}
	out, err := loadMany(ctx, s.db, owned)
	slices.SortFunc(out, func(a, b Brand) int { return cmp.Or(b.Archived.Compare(a.Archived), byName(a, b)) })
	return out, err
}

// Restore brings an archived brand back, with everybody's role. Only who owned
// it may; to anybody else it is not_found. Restoring twice is safe.
func (s *Service) Restore(ctx context.Context, actor team.Actor, brand id.Brand) (err error) {
	defer fault.Wrap(&err, "restore brand")
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := s.people.Reopen(ctx, tx, actor, brand); err != nil {
			return err
		}
		ok, err := setArchived(ctx, tx, brand, time.Time{})
		if err != nil || !ok {
			return err
		}
		tx.AfterCommit(func() { s.tell("brand:"+string(brand), "brand.restored", nil) })
		return s.record(ctx, tx, actor, brand, "brand.restored", struct{}{})
	})
}

// Name tells what a brand is called, for the mails of team.
func Name(ctx context.Context, q sqldb.Q, brand id.Brand) (string, error) {
	b, err := Load(ctx, q, brand)
	return b.Name, err
}
