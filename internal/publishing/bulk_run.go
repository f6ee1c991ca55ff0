package publishing

import (
	"context"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// BulkDone is a change that was made to many posts.
type BulkDone struct {
	ID     BulkID      `json:"id"`
	Brand  id.Brand    `json:"brand"`
	Change Bulk        `json:"change"`
	Person id.Person   `json:"person"`
	Made   time.Time   `json:"made"`
	Undone time.Time   `json:"undone,omitzero"`
	Posts  []BulkPost  `json:"posts"` // that changed
	Left   []BulkSpare `json:"left"`  // that stayed as they are
	// Kept are those that an undo could not give back what they said.
	Kept []BulkSpare `json:"kept,omitempty"`
}

// BulkPost is a post that a change changed.
type BulkPost struct {
	Post    id.Post `json:"post"`
	Title   string  `json:"title"`
	Version int64   `json:"version"` // after
	Renewed bool    `json:"renewed"` // it was scheduled anew

	// What it said before; Edited: it had been edited since it was scheduled.
	before Model
	edited bool
}

// BulkSpare is a post that stays as it is, and why.
type BulkSpare struct {
	Post   id.Post        `json:"post"`
	Title  string         `json:"title"`
	Why    string         `json:"why"` // message key
	Values map[string]any `json:"values,omitempty"`
}

// Acts of changes made to many posts; subject "bulk".
const (
	ActBulk       = "bulk.done"   // {posts, left}: how many; the words are in none of it
	ActBulkUndone = "bulk.undone" // {posts, kept}
)

var errBulkUndone = fault.New(fault.Conflict, "bulk.undone_already")

// EditMany makes a change to many posts, in one transaction. Each is saved as a
// person would save it: its version moves, who approved its words is asked again
// about the new ones, and what was scheduled is scheduled anew at its hour where
// the actor may publish. What may not change is left and named; seen holds the
// versions that the person looked at: what was saved since is left, too. nil:
// whatever they are. Errors: as PlanBulk; conflict when something goes on
// leaving meanwhile: nothing was changed.
func (s *Service) EditMany(ctx context.Context, a team.Actor, b id.Brand, posts []id.Post, c Bulk, seen map[id.Post]int64) (done BulkDone, err error) {
	defer fault.Wrap(&err, "edit many posts")
	err = conflicting(func() error {
		plan, err := s.PlanBulk(ctx, a, b, posts, c)
		if err != nil {
			return err
		}
		known, err := s.Channels.List(ctx, a, b)
		if err != nil {
			return err
		}
		done = BulkDone{ID: id.New[BulkID](), Brand: b, Change: c, Person: a.Person, Posts: []BulkPost{}, Left: []BulkSpare{}}
		return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
			done.Made = tx.Now
			for i := range plan {
				it := &plan[i]
				if v, ok := seen[it.Post]; it.Left == "" && seen != nil && (!ok || v != it.Version) {
					it.Left = leftChanged
				}
				if it.Left != "" {
					done.Left = append(done.Left, it.spare())
					continue
				}
				p, err := s.give(ctx, tx, a, it, known)
				if err != nil {
					return err
				}
				done.Posts = append(done.Posts, BulkPost{Post: it.Post, Title: it.Title, Version: p.Version, Renewed: it.Renews, before: modelOf(it.before), edited: it.before.Changed})
			}
			if len(done.Posts) == 0 {
				return nil
			}
			if err := insertBulk(ctx, tx, done); err != nil {
				return err
			}
			tx.AfterCommit(s.wake)
			return s.recordBulk(ctx, tx, a, done, ActBulk, map[string]any{"posts": len(done.Posts), "left": len(done.Left)})
		})
	})
	if err != nil {
		return BulkDone{}, err
	}
	if len(done.Posts) == 0 {
		done.ID = ""
	}
	return done, nil
}

func (it BulkItem) spare() BulkSpare {
	return BulkSpare{Post: it.Post, Title: it.Title, Why: it.Left, Values: it.Values}
}

// UndoBulk gives every post of a change back what it said before, and schedules
// anew what the change had scheduled anew. Posts that were saved, moved or
// binned since, and those that left, stay and are named in Kept. Errors:
// not_found, conflict (it was undone already).
func (s *Service) UndoBulk(ctx context.Context, a team.Actor, b id.Brand, one BulkID) (done BulkDone, err error) {
	defer fault.Wrap(&err, "undo bulk edit")
	if err := a.Require(b, team.WritePosts); err != nil {
		return BulkDone{}, err
	}
	known, err := s.Channels.List(ctx, a, b)
	if err != nil {
		return BulkDone{}, err
	}
	err = conflicting(func() error {
		if done, err = loadBulk(ctx, s.DB, b, one); err != nil {
			return err
		}
		if !done.Undone.IsZero() {
			return errBulkUndone
		}
		items, err := s.planUndo(ctx, a, done, known)
		if err != nil {
			return err
		}
		done.Kept = []BulkSpare{}
		return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
			n, err := tx.Exec(ctx, `UPDATE post_bulk SET undone_at = ? WHERE brand = ? AND id = ? AND undone_at IS NULL`, sqldb.At(tx.Now), b, one)
			if err != nil {
				return err
			}
			if n == 0 {
				return errBulkUndone
			}
			for i := range items {
				if err := s.giveBack(ctx, tx, a, &items[i], done.Posts[i], known); err != nil {
					return err
				}
				if items[i].Left != "" && items[i].Left != leftSame {
					done.Kept = append(done.Kept, items[i].spare())
				}
			}
			done.Undone = tx.Now
			tx.AfterCommit(s.wake)
			return s.recordBulk(ctx, tx, a, done, ActBulkUndone, map[string]any{"posts": len(items) - len(done.Kept), "kept": len(done.Kept)})
		})
	})
	if err != nil {
		return BulkDone{}, err
	}
	return done, nil
}

// planUndo says what becomes of each post of a change when it is undone.
func (s *Service) planUndo(ctx context.Context, a team.Actor, done BulkDone, known []channel.Channel) ([]BulkItem, error) {
	var out []BulkItem
	for _, d := range done.Posts {
		p, err := loadPost(ctx, s.DB, done.Brand, d.Post)
		if fault.Is(err, fault.NotFound) {
			out = append(out, BulkItem{Post: d.Post, Title: d.Title, Left: leftBinned}) // the bin was emptied
			continue
		}
		if err != nil {
			return nil, err
		}
		it := itemOf(p)
		it.edit = d.before.restore()
		if err := campaignStands(ctx, s.DB, done.Brand, d.before.Campaign); fault.Is(err, fault.Invalid) {
			it.edit.Campaign = nil // it was ended since
		} else if err != nil {
			return nil, err
		}
		if err := s.planEdit(ctx, a, &it, known); err != nil {
			return nil, err
		}
		if p.Version != d.Version && it.Left == "" {
			it.Left = leftChanged
		}
		out = append(out, it)
	}
	return out, nil
}

// giveBack writes one item of an undo.
func (s *Service) giveBack(ctx context.Context, tx *sqldb.Tx, a team.Actor, it *BulkItem, d BulkPost, known []channel.Channel) error {
	if it.Left != "" {
		return nil
	}
	if _, err := s.give(ctx, tx, a, it, known); err != nil {
		return err
	}
	if it.Renews || d.edited {
		return nil
	}
	// It says again what is scheduled.
	_, err := tx.Exec(ctx, `UPDATE post SET changed = FALSE WHERE brand = ? AND id = ?`, it.before.Brand, it.Post)
	return err
}

// BulkEdit reads a change that was made. Errors: not_found.
func (s *Service) BulkEdit(ctx context.Context, a team.Actor, b id.Brand, one BulkID) (_ BulkDone, err error) {
	defer fault.Wrap(&err, "read bulk edit")
	if err := a.Require(b, team.WritePosts); err != nil {
		return BulkDone{}, err
	}
	return loadBulk(ctx, s.DB, b, one)
}

// bulkDid is a change as it is kept.
type bulkDid struct {
	Posts []bulkPost  `json:"posts"`
	Left  []BulkSpare `json:"left"`
}

type bulkPost struct {
	BulkPost
	Before Model `json:"before"`
	Edited bool  `json:"edited,omitempty"`
}

func insertBulk(ctx context.Context, tx *sqldb.Tx, v BulkDone) error {
	did := bulkDid{Left: v.Left}
	for _, p := range v.Posts {
		did.Posts = append(did.Posts, bulkPost{p, p.before, p.edited})
	}
	_, err := tx.Exec(ctx, `INSERT INTO post_bulk (id, brand, changes, did, person, made_at, undone_at) VALUES (?,?,?,?,?,?,NULL)`,
		v.ID, v.Brand, sqldb.JSON[Bulk]{V: v.Change}, sqldb.JSON[bulkDid]{V: did}, v.Person, sqldb.At(v.Made))
	return err
}

func loadBulk(ctx context.Context, q sqldb.Q, b id.Brand, one BulkID) (BulkDone, error) {
	return sqldb.One(ctx, q, func(r sqldb.Scanner) (v BulkDone, err error) {
		var change sqldb.JSON[Bulk]
		var did sqldb.JSON[bulkDid]
		var made, undone sqldb.Time
		err = r.Scan(&v.ID, &v.Brand, &change, &did, &v.Person, &made, &undone)
		v.Change, v.Made, v.Undone, v.Left, v.Posts = change.V, made.Time, undone.Time, list(did.V.Left), []BulkPost{}
		for _, p := range did.V.Posts {
			p.before, p.edited = p.Before, p.Edited
			v.Posts = append(v.Posts, p.BulkPost)
		}
		return v, err
	}, `SELECT id, brand, changes, did, person, made_at, undone_at FROM post_bulk WHERE brand = ? AND id = ?`, b, one)
}

func (s *Service) recordBulk(ctx context.Context, tx *sqldb.Tx, a team.Actor, v BulkDone, act string, data map[string]any) error {
	return s.Book.Record(ctx, tx, logbook.Entry{Brand: v.Brand, Actor: a.Signs(), Act: act, Subject: logbook.Subject{Kind: "bulk", ID: string(v.ID)}, Data: data})
}
