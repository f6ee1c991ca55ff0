package publishing

import (
	"context"
	"maps"
	"slices"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/base/textkit"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Freeze stops everything scheduled in a brand, or in all of them, until it is
// lifted.
type Freeze struct {
	ID     string    `json:"id"`
	Brand  id.Brand  `json:"brand,omitempty"` // empty: all brands
	Reason string    `json:"reason"`
	By     id.Person `json:"by"`
	Since  time.Time `json:"since"`
	Lifted time.Time `json:"lifted,omitzero"`
}

// Frost says what a freeze found.
type Frost struct {
	Freeze Freeze `json:"freeze"`
	Held   int    `json:"held"` // publications now held
	// Leaving were already with their network when the gesture was made; they
	// cannot be called back, only withdrawn.
	Leaving []id.Publication `json:"leaving"`
}

// AllBrands names every brand in Freeze and Thaw.
const AllBrands id.Brand = ""

var errFrozen = fault.New(fault.Conflict, "publishing.frozen_already")

// Freeze holds everything that has not begun to leave, at once and on every
// node: when it returns, no claim can succeed any more. An administrator may
// freeze all brands. Freezing what is frozen is a conflict that changes
// nothing.
func (s *Service) Freeze(ctx context.Context, a team.Actor, b id.Brand, reason string) (_ Frost, err error) {
	defer fault.Wrap(&err, "freeze")
	if err := mayFreeze(a, b); err != nil {
		return Frost{}, err
	}
	if reason, err = clean(reason, 500, "reason"); err != nil {
		return Frost{}, err
	}
	var out Frost
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		tx.AfterCommit(func() { s.frosts.Add(1) })
		// Waits for the claims under way; later ones see the freeze.
		if _, err := tx.Exec(ctx, `UPDATE gate SET moved = moved + 1 WHERE id = 1`); err != nil {
			return err
		}
		out.Freeze = Freeze{ID: string(id.New[id.Token]()), Brand: b, Reason: textkit.Excerpt(reason, 300), By: a.Person, Since: tx.Now}
		if _, err := tx.Exec(ctx, `INSERT INTO brand_freeze (id, brand, reason, by_person, since, lifted_at, lifted_by) VALUES (?,?,?,?,?,NULL,'')`,
			out.Freeze.ID, b, out.Freeze.Reason, a.Person, sqldb.At(tx.Now)); err != nil {
			if fault.Is(err, fault.Conflict) {
				return errFrozen.Because(err)
			}
			return err
		}
		posts, err := moveMany(ctx, tx, b, `state IN ('planned','due')`, nil, `state = 'frozen'`, nil, Step{What: StepFrozen, Who: string(a.Person)})
		if err != nil {
			return err
		}
		out.Held = posts.publications
		where, args := brandWhere(b)
		if out.Leaving, err = sqldb.Values[id.Publication](ctx, tx, `SELECT id FROM publication WHERE state = 'sending'`+where, args...); err != nil {
			return err
		}
		return s.frost(ctx, tx, a, b, posts, ActFrozen, out.Freeze.ID, map[string]any{"held": out.Held, "leaving": len(out.Leaving), "reason": out.Freeze.Reason})
	})
	return out, err
}

// Thawed says what the end of a freeze let go, and what it did not.
type Thawed struct {
	Freed int `json:"freed"`
	// Missed are those whose hour passed during the freeze: they wait for
	// somebody to give them another, and never leave in a burst.
	Missed []id.Publication `json:"missed"`
}

// isFrozen says so in the words of the index publication_frozen: without them
// SQLite reads the whole table.
const isFrozen = `state = 'frozen'`

// Thaw lifts a freeze. What is still to come leaves at its hour; what was
// missed stays held, with its reason. Lifting what is not frozen does nothing.
func (s *Service) Thaw(ctx context.Context, a team.Actor, b id.Brand) (_ Thawed, err error) {
	defer fault.Wrap(&err, "thaw")
	if err := mayFreeze(a, b); err != nil {
		return Thawed{}, err
	}
	var out Thawed
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		fid, err := sqldb.Value[string](ctx, tx, `SELECT id FROM brand_freeze WHERE brand = ? AND lifted_at IS NULL`, b)
		if sqldb.IsNoRow(err) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE brand_freeze SET lifted_at = ?, lifted_by = ? WHERE id = ?`, sqldb.At(tx.Now), a.Person, fid); err != nil {
			return err
		}
		// A brand may be held twice: by its own freeze and by the one for all.
		still := ` AND NOT EXISTS (SELECT 1 FROM brand_freeze f WHERE f.lifted_at IS NULL AND (f.brand = '' OR f.brand = publication.brand))`
		free, err := moveMany(ctx, tx, b, isFrozen+` AND problem = '' AND due_at > ? AND cleared = hash`+still, []any{sqldb.At(tx.Now)},
			`state = 'planned', next_at = due_at`, nil, Step{What: StepThawed, Who: string(a.Person)})
		if err != nil {
			return err
		}
		// What nobody cleared goes back to wait for that.
		awaits, err := moveMany(ctx, tx, b, isFrozen+` AND problem = '' AND due_at > ? AND cleared <> hash`+still, []any{sqldb.At(tx.Now)},
			`state = 'pending', next_at = NULL`, nil, Step{What: StepAwaits})
		if err != nil {
			return err
		}
		missed, err := moveMany(ctx, tx, b, isFrozen+` AND problem = '' AND due_at <= ?`+still, []any{sqldb.At(tx.Now)},
			`problem = ?`, []any{"publishing.missed_frozen"}, Step{What: StepMissed})
		if err != nil {
			return err
		}
		out.Freed, out.Missed = free.publications, missed.ids
		maps.Copy(free.posts, missed.posts)
		maps.Copy(free.posts, awaits.posts)
		return s.frost(ctx, tx, a, b, free, ActThawed, fid, map[string]any{"freed": out.Freed, "missed": len(out.Missed)})
	})
	if err == nil {
		s.wake()
	}
	return out, err
}

func mayFreeze(a team.Actor, b id.Brand) error {
	if b == AllBrands {
		if a.Admin && a.Scopes == nil || a.Person == "" && a.Part != "" {
			return nil
		}
		return fault.New(fault.Forbidden, "team.may_not").With("permission", string(team.Freeze))
	}
	return a.Require(b, team.Freeze)
}

type swept struct {
	publications int
	ids          []id.Publication
	posts        map[id.Post]id.Brand
	brands       map[id.Publication]id.Brand
	postOf       map[id.Publication]id.Post
	channelOf    map[id.Publication]id.Channel
}

func brandWhere(b id.Brand) (string, []any) {
	if b == AllBrands {
		return "", nil
	}
	return " AND brand = ?", []any{b}
}

// moveMany changes every publication that matches and adds a step to each.
func moveMany(ctx context.Context, tx *sqldb.Tx, b id.Brand, where string, whereArgs []any, set string, setArgs []any, step Step) (swept, error) {
	out := swept{posts: map[id.Post]id.Brand{}, brands: map[id.Publication]id.Brand{},
		postOf: map[id.Publication]id.Post{}, channelOf: map[id.Publication]id.Channel{}}
	brandIs, brandArgs := brandWhere(b)
	args := append(append(append([]any{}, setArgs...), whereArgs...), brandArgs...)
	err := sqldb.Each(ctx, tx, func(r sqldb.Scanner) error {
		var p id.Publication
		var post id.Post
		var brand id.Brand
		var ch id.Channel
		if err := r.Scan(&p, &post, &brand, &ch); err != nil {
			return err
		}
		out.publications++
		out.ids = append(out.ids, p)
		out.posts[post], out.brands[p], out.postOf[p], out.channelOf[p] = brand, brand, post, ch
		return nil
	}, `UPDATE publication SET `+set+`, version = version + 1 WHERE `+where+brandIs+` RETURNING id, post, brand, channel`, args...)
	if err != nil {
		return out, err
	}
	for _, p := range out.ids {
		if err := addSteps(ctx, tx, p, step); err != nil {
			return out, err
		}
	}
	return out, nil
}

// frost refreshes what a freeze or its end touched, and records it per brand.
func (s *Service) frost(ctx context.Context, tx *sqldb.Tx, a team.Actor, b id.Brand, moved swept, act, fid string, data map[string]any) error {
	brands := map[id.Brand]bool{b: true}
	for _, p := range slices.Sorted(maps.Keys(moved.posts)) {
		brand := moved.posts[p]
		brands[brand] = true
		if err := refreshBadge(ctx, tx, brand, p); err != nil {
			return err
		}
	}
	for brand := range brands {
		if err := s.Book.Record(ctx, tx, logbook.Entry{Brand: brand, Actor: a.Signs(), Act: act,
			Subject: logbook.Subject{Kind: "freeze", ID: fid}, Data: data}); err != nil {
			return err
		}
		tx.AfterCommit(func() { s.Tell("brand:"+string(brand), "freeze", nil) })
	}
	return nil
}

// frozenNow is frozenIn for who is about to let something leave: a freeze waits
// until it has committed, or is seen.
func frozenNow(ctx context.Context, tx *sqldb.Tx, b id.Brand) (bool, error) {
	if err := passGate(ctx, tx); err != nil {
		return false, err
	}
	return frozenIn(ctx, tx, b)
}

func frozenIn(ctx context.Context, q sqldb.Q, b id.Brand) (bool, error) {
	n, err := sqldb.Value[int64](ctx, q, `SELECT COUNT(*) FROM brand_freeze WHERE lifted_at IS NULL AND (brand = '' OR brand = ?)`, b)
	return n > 0, err
}

// Freezes returns the freezes that hold a brand now: its own and the one for
// all. For AllBrands, which an administrator may read, it is the one for all.
func (s *Service) Freezes(ctx context.Context, a team.Actor, b id.Brand) (_ []Freeze, err error) {
	defer fault.Wrap(&err, "read freezes")
	if b == AllBrands {
		err = mayFreeze(a, b)
	} else {
		err = a.Require(b, team.SeePlanning)
	}
	if err != nil {
		return nil, err
	}
	return sqldb.List(ctx, s.DB, func(r sqldb.Scanner) (f Freeze, err error) {
		var since sqldb.Time
		err = r.Scan(&f.ID, &f.Brand, &f.Reason, &f.By, &since)
		f.Since = since.Time
		return f, err
	}, `SELECT id, brand, reason, by_person, since FROM brand_freeze WHERE lifted_at IS NULL AND (brand = '' OR brand = ?) ORDER BY since`, b)
}
