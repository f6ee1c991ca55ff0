package publishing

import (
	"context"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
)

const ideaColumns = `id, brand, state, place, words, note, link, labels, campaign, person, made_at, editor, edited_at, version, removed_at`

func scanIdea(r sqldb.Scanner) (v Idea, err error) {
	var labels sqldb.JSON[[]string]
	var made, edited, removed sqldb.Time
	err = r.Scan(&v.ID, &v.Brand, &v.State, &v.place, &v.Words, &v.Note, &v.Link, &labels, &v.Campaign, &v.Person, &made, &v.Editor, &edited, &v.Version, &removed)
	v.Labels, v.Made, v.Edited, v.Removed, v.Posts = list(labels.V), made.Time, edited.Time, removed.Time, []IdeaPost{}
	return v, err
}

func loadIdea(ctx context.Context, q sqldb.Q, b id.Brand, i IdeaID) (Idea, error) {
	return sqldb.One(ctx, q, scanIdea, `SELECT `+ideaColumns+` FROM idea WHERE brand = ? AND id = ?`, b, i)
}

// liveIdea reads an idea that was not removed. Errors: not_found.
func liveIdea(ctx context.Context, q sqldb.Q, b id.Brand, i IdeaID) (Idea, error) {
	v, err := loadIdea(ctx, q, b, i)
	if err == nil && !v.Removed.IsZero() {
		return v, fault.New(fault.NotFound, "")
	}
	return v, err
}

func insertIdea(ctx context.Context, tx *sqldb.Tx, v Idea) error {
	_, err := tx.Exec(ctx, `INSERT INTO idea (`+ideaColumns+`) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,NULL)`, v.ID, v.Brand, v.State, v.place, v.Words, v.Note, v.Link,
		sqldb.JSON[[]string]{V: list(v.Labels)}, v.Campaign, v.Person, sqldb.At(v.Made), v.Editor, sqldb.At(v.Edited), v.Version)
	return err
}

// updateIdea writes an idea under its next version. Errors: conflict.
func updateIdea(ctx context.Context, tx *sqldb.Tx, v *Idea) error {
	n, err := tx.Exec(ctx, `UPDATE idea SET state = ?, place = ?, words = ?, note = ?, link = ?, labels = ?, campaign = ?, editor = ?, edited_at = ?, version = version + 1 WHERE brand = ? AND id = ? AND version = ?`,
		v.State, v.place, v.Words, v.Note, v.Link, sqldb.JSON[[]string]{V: list(v.Labels)}, v.Campaign, v.Editor, sqldb.At(v.Edited), v.Brand, v.ID, v.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return errChanged
	}
	v.Version++
	return nil
}

// withPosts completes ideas with the posts that were made of them, those in the
// bin left out.
func withPosts(ctx context.Context, q sqldb.Q, b id.Brand, all []Idea) error {
	at := map[IdeaID]int{}
	var keys []IdeaID
	for i, v := range all {
		at[v.ID] = i
		keys = append(keys, v.ID)
	}
	for part := range sqldb.Chunks(keys, 500) {
		err := sqldb.Each(ctx, q, func(r sqldb.Scanner) error {
			var i IdeaID
			var p IdeaPost
			var body string
			if err := r.Scan(&i, &p.ID, &p.Title, &body, &p.Badge); err != nil {
				return err
			}
			p.Title = titleOf(p.Title, body)
			all[at[i]].Posts = append(all[at[i]].Posts, p)
			return nil
		}, `SELECT o.idea, p.id, p.title, p.body, p.badge FROM idea_post o JOIN post p ON p.id = o.post WHERE o.brand = ? AND p.binned_at IS NULL AND o.idea IN `+sqldb.Marks(len(part))+` ORDER BY p.made_at, p.id`,
			append([]any{b}, sqldb.Args(part)...)...)
		if err != nil {
			return err
		}
	}
	return nil
}

// campaignStands refuses a campaign that the brand does not have. Errors:
// invalid.
func campaignStands(ctx context.Context, q sqldb.Q, b id.Brand, c id.Campaign) error {
	if c == "" {
		return nil
	}
	n, err := sqldb.Value[int64](ctx, q, `SELECT COUNT(*) FROM campaign WHERE brand = ? AND id = ? AND removed_at IS NULL`, b, c)
	if err == nil && n == 0 {
		return errCampaign
	}
	return err
}

// forgetRemoved erases what was removed and can no more be taken back, and the
// record of changes that can no more be undone. The daily job calls it.
func forgetRemoved(ctx context.Context, tx *sqldb.Tx) error {
	before := sqldb.At(tx.Now.Add(-RemovedKept))
	for _, query := range []string{`DELETE FROM idea WHERE removed_at < ?`, `DELETE FROM post_template WHERE removed_at < ?`, `DELETE FROM post_bulk WHERE made_at < ?`} {
		if _, err := tx.Exec(ctx, query, before); err != nil {
			return err
		}
	}
	return nil
}
