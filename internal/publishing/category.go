package publishing

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// CategoryID names a category.
type CategoryID string

// Category is something a brand speaks of, with its share of the hours that are
// open to all.
type Category struct {
	ID     CategoryID `json:"id"`
	Name   string     `json:"name"`
	Colour string     `json:"colour"` // "#rrggbb"; empty: the brand's
	// Weight is its share of the open hours, beside the weights of the others;
	// 0 leaves it with its own slots only.
	Weight int `json:"weight"`
	// Paused: no free slot is anybody's turn to it. What is planned stays so,
	// unless the pause holds it (PauseCategory).
	Paused bool `json:"paused"`
	// Evergreen is set by SetEvergreen alone.
	Evergreen Evergreen `json:"evergreen"`
}

const (
	// MaxCategories is how many a brand has.
	MaxCategories = 40
	// MaxWeight bounds the weight of a category.
	MaxWeight = 20
)

var (
	errCategory       = fault.New(fault.Invalid, "queue.category").At("category")
	errCategoryName   = fault.New(fault.Invalid, "queue.category_name").At("name")
	errCategoryWeight = fault.New(fault.Invalid, "queue.weight").At("weight").With("max", MaxWeight)
	errCategoryMany   = fault.New(fault.Invalid, "queue.too_many").At("name").With("max", MaxCategories)
	errPaused         = fault.New(fault.Invalid, "queue.paused").At("category")
)

// Categories lists the brand's categories, in the order they were made.
func (s *Service) Categories(ctx context.Context, a team.Actor, b id.Brand) (_ []Category, err error) {
	defer fault.Wrap(&err, "list categories")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return nil, err
	}
	return categories(ctx, s.DB, b)
}

func categories(ctx context.Context, q sqldb.Q, b id.Brand) ([]Category, error) {
	return sqldb.List(ctx, q, func(r sqldb.Scanner) (c Category, err error) {
		return c, r.Scan(&c.ID, &c.Name, &c.Colour, &c.Weight, &c.Paused, &c.Evergreen.On, &c.Evergreen.After, &c.Evergreen.Times)
	}, `SELECT id, name, colour, weight, paused, evergreen, evergreen_after, evergreen_times FROM category WHERE brand = ? AND removed_at IS NULL ORDER BY made_at, id`, b)
}

// SaveCategory makes a category, or changes it when c.ID is set. Posts that are
// planned stay where they are, whatever becomes of the shares. Errors: invalid,
// not_found, conflict (its pause holds posts: ResumeCategory lets them go).
func (s *Service) SaveCategory(ctx context.Context, a team.Actor, b id.Brand, c Category) (_ Category, err error) {
	defer fault.Wrap(&err, "save category")
	if err := a.Require(b, team.PublishPosts); err != nil {
		return c, err
	}
	if c.Name, err = clean(strings.Join(strings.Fields(c.Name), " "), 60, "name"); err != nil || c.Name == "" {
		return c, errCategoryName
	}
	if c.Weight < 0 || c.Weight > MaxWeight {
		return c, errCategoryWeight
	}
	if c.Colour != "" && !colourForm.MatchString(c.Colour) {
		return c, errColour
	}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := s.HoldBrand(ctx, tx, b); err != nil { // nobody takes a turn while the turns change
			return err
		}
		all, err := categories(ctx, tx, b)
		if err != nil {
			return err
		}
		// What is not there is said first: another brand's category is worth no more.
		if c.ID != "" && !slices.ContainsFunc(all, func(o Category) bool { return o.ID == c.ID }) {
			return fault.New(fault.NotFound, "")
		}
		c.Evergreen = Evergreen{After: DefaultAfter, Times: DefaultTimes}
		for _, o := range all {
			if o.ID == c.ID {
				c.Evergreen = o.Evergreen
			}
			if o.ID == c.ID && o.Paused && !c.Paused {
				if n, err := heldPosts(ctx, tx, b, c.ID); err != nil || n > 0 {
					return cmp.Or(err, error(errHolds.With("n", n)))
				}
			}
			if o.ID != c.ID && strings.EqualFold(o.Name, c.Name) {
				return fault.New(fault.Invalid, "queue.name_taken").At("name")
			}
		}
		switch {
		case c.ID == "" && len(all) >= MaxCategories:
			return errCategoryMany
		case c.ID == "":
			c.ID = id.New[CategoryID]()
			_, err = tx.Exec(ctx, `INSERT INTO category (id, brand, name, colour, weight, paused, made_at, removed_at) VALUES (?,?,?,?,?,?,?,NULL)`,
				c.ID, b, c.Name, c.Colour, c.Weight, c.Paused, sqldb.At(tx.Now))
		default:
			_, err = tx.Exec(ctx, `UPDATE category SET name = ?, colour = ?, weight = ?, paused = ? WHERE brand = ? AND id = ?`, c.Name, c.Colour, c.Weight, c.Paused, b, c.ID)
		}
		if err != nil {
			return err
		}
		s.queueChanged(tx, b)
		return s.planned(ctx, tx, a, b, ActCategorySaved, "category", string(c.ID), map[string]any{"name": c.Name, "weight": c.Weight, "paused": c.Paused})
	})
	return c, err
}

// RemoveCategory ends a category: its posts stay, without it, and its slots are
// open to all. Errors: not_found (it is gone already, or another brand's),
// conflict (its pause holds posts: it goes on first).
func (s *Service) RemoveCategory(ctx context.Context, a team.Actor, b id.Brand, c CategoryID) (err error) {
	defer fault.Wrap(&err, "remove category")
	if err := a.Require(b, team.PublishPosts); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := s.HoldBrand(ctx, tx, b); err != nil {
			return err
		}
		if held, err := heldPosts(ctx, tx, b, c); err != nil || held > 0 {
			return cmp.Or(err, error(errHolds.With("n", held)))
		}
		n, err := tx.Exec(ctx, `UPDATE category SET removed_at = ? WHERE brand = ? AND id = ? AND removed_at IS NULL`, sqldb.At(tx.Now), b, c)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.NotFound, "")
		}
		for _, table := range []string{"post", "slot"} {
			if _, err := tx.Exec(ctx, `UPDATE `+table+` SET category = '' WHERE brand = ? AND category = ?`, b, c); err != nil {
				return err
			}
		}
		s.queueChanged(tx, b)
		return s.planned(ctx, tx, a, b, ActCategoryRemoved, "category", string(c), nil)
	})
}

// GiveSlot gives a slot to a category, or to all when c is empty. Posts planned
// at it stay. Errors: invalid (no such category), not_found.
func (s *Service) GiveSlot(ctx context.Context, a team.Actor, b id.Brand, slot string, c CategoryID) (_ Slot, err error) {
	defer fault.Wrap(&err, "give slot")
	if err := a.Require(b, team.PublishPosts); err != nil {
		return Slot{}, err
	}
	var v Slot
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := s.HoldBrand(ctx, tx, b); err != nil {
			return err
		}
		// The slot first: another brand's is worth no more than one that never was.
		if v, err = sqldb.One(ctx, tx, scanSlot, `UPDATE slot SET category = ? WHERE brand = ? AND id = ? RETURNING `+slotColumns, c, b, slot); err != nil {
			return err
		}
		if err := knownCategory(ctx, tx, b, c); err != nil {
			return err
		}
		s.queueChanged(tx, b)
		return s.planned(ctx, tx, a, b, ActSlotGiven, "slot", v.ID, map[string]any{"category": c})
	})
	return v, err
}

// knownCategory refuses a category that the brand does not have.
func knownCategory(ctx context.Context, q sqldb.Q, b id.Brand, c CategoryID) error {
	if c == "" {
		return nil
	}
	n, err := sqldb.Value[int64](ctx, q, `SELECT COUNT(*) FROM category WHERE brand = ? AND id = ? AND removed_at IS NULL`, b, c)
	if err == nil && n == 0 {
		return errCategory
	}
	return err
}

func (s *Service) queueChanged(tx *sqldb.Tx, b id.Brand) {
	tx.AfterCommit(func() { s.Tell("brand:"+string(b), "queue", nil) })
}
