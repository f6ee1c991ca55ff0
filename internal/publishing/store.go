package publishing

import (
	"context"
	"strconv"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
)

const postColumns = `id, brand, title, body, media, options, campaign, labels, local_time, zone, at, validation, badge, changed, author, made_at, editor, edited_at, version, binned_at, category, about, parent, root, origin, again`

func scanPost(r sqldb.Scanner) (p Post, err error) {
	var media sqldb.JSON[[]MediaRef]
	var options sqldb.JSON[network.Options]
	var labels sqldb.JSON[[]string]
	var at, made, edited, binned sqldb.Time
	err = r.Scan(&p.ID, &p.Brand, &p.Title, &p.Text, &media, &options, &p.Campaign, &labels, &p.Planned.Local, &p.Planned.Zone, &at,
		&p.Validation, &p.Badge, &p.Changed, &p.Author, &made, &p.Editor, &edited, &p.Version, &binned, &p.Category, &p.Answers.About, &p.Answers.Parent, &p.Answers.Root, &p.Origin, &p.Again)
	p.Media, p.Options, p.Labels = list(media.V), options.V, list(labels.V)
	p.At, p.Made, p.Edited, p.Binned = at.Time, made.Time, edited.Time, binned.Time
	return p, err
}

// loadPost reads a post with its variants. Errors: not_found.
func loadPost(ctx context.Context, q sqldb.Q, b id.Brand, post id.Post) (Post, error) {
	p, err := sqldb.One(ctx, q, scanPost, `SELECT `+postColumns+` FROM post WHERE brand = ? AND id = ?`, b, post)
	if err != nil {
		return p, err
	}
	p.Variants, err = sqldb.List(ctx, q, func(r sqldb.Scanner) (v Variant, err error) {
		var media *string
		var options *string
		if err := r.Scan(&v.ID, &v.Channel, &v.Text, &media, &options, &v.Split); err != nil {
			return v, err
		}
		if media != nil {
			var j sqldb.JSON[[]MediaRef]
			if err := j.Scan(*media); err != nil {
				return v, err
			}
			v.Media = &j.V
		}
		if options != nil {
			var j sqldb.JSON[network.Options]
			if err := j.Scan(*options); err != nil {
				return v, err
			}
			v.Options = &j.V
		}
		return v, nil
	}, `SELECT id, channel, body, media, options, split FROM variant WHERE brand = ? AND post = ? ORDER BY place, id`, b, post)
	return p, err
}

func insertPost(ctx context.Context, tx *sqldb.Tx, p Post) error {
	if err := insertBare(ctx, tx, p); err != nil {
		return err
	}
	return saveSides(ctx, tx, p)
}

// insertBare writes a post's own row alone, for who writes its sides with it a
// moment later.
func insertBare(ctx context.Context, tx *sqldb.Tx, p Post) error {
	_, err := tx.Exec(ctx, `INSERT INTO post (`+postColumns+`, channels, media_count) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		p.ID, p.Brand, p.Title, p.Text, sqldb.JSON[[]MediaRef]{V: list(p.Media)}, sqldb.JSON[network.Options]{V: p.Options}, p.Campaign,
		sqldb.JSON[[]string]{V: list(p.Labels)}, p.Planned.Local, p.Planned.Zone, sqldb.At(p.At), p.Validation, p.Badge, p.Changed,
		p.Author, sqldb.At(p.Made), p.Editor, sqldb.At(p.Edited), p.Version, sqldb.At(p.Binned), p.Category, p.Answers.About, p.Answers.Parent, p.Answers.Root, p.Origin, p.Again,
		sqldb.JSON[[]id.Channel]{V: p.channels()}, len(p.Media))
	return err
}

// updatePost writes what a person edits, if the row still has the version it
// was read with. Errors: conflict.
func updatePost(ctx context.Context, tx *sqldb.Tx, p Post, from int64) error {
	n, err := tx.Exec(ctx, `UPDATE post SET title = ?, body = ?, media = ?, options = ?, campaign = ?, labels = ?, local_time = ?, zone = ?, at = ?,
		validation = ?, badge = ?, changed = ?, editor = ?, edited_at = ?, version = ?, binned_at = ?, channels = ?, media_count = ?, category = ?
		WHERE brand = ? AND id = ? AND version = ?`,
		p.Title, p.Text, sqldb.JSON[[]MediaRef]{V: list(p.Media)}, sqldb.JSON[network.Options]{V: p.Options}, p.Campaign,
		sqldb.JSON[[]string]{V: list(p.Labels)}, p.Planned.Local, p.Planned.Zone, sqldb.At(p.At), p.Validation, p.Badge, p.Changed,
		p.Editor, sqldb.At(p.Edited), p.Version, sqldb.At(p.Binned), sqldb.JSON[[]id.Channel]{V: p.channels()}, len(p.Media), p.Category,
		p.Brand, p.ID, from)
	if err != nil {
		return err
	}
	if n == 0 {
		return errChanged
	}
	return saveSides(ctx, tx, p)
}

// saveSides writes the rows that follow from a post: variants, and the tables
// by which posts are found.
func saveSides(ctx context.Context, tx *sqldb.Tx, p Post) error {
	if _, err := tx.Exec(ctx, `DELETE FROM variant WHERE brand = ? AND post = ?`, p.Brand, p.ID); err != nil {
		return err
	}
	used := map[id.Media]bool{}
	for _, m := range p.Media {
		used[m.ID] = true
	}
	for i, v := range p.Variants {
		var media, options any
		if v.Media != nil {
			media = sqldb.JSON[[]MediaRef]{V: list(*v.Media)}
			for _, m := range *v.Media {
				used[m.ID] = true
			}
		}
		if v.Options != nil {
			options = sqldb.JSON[network.Options]{V: *v.Options}
		}
		if _, err := tx.Exec(ctx, `INSERT INTO variant (id, brand, post, channel, place, body, media, options, split) VALUES (?,?,?,?,?,?,?,?,?)`,
			v.ID, p.Brand, p.ID, v.Channel, i, v.Text, media, options, v.Split); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `DELETE FROM post_media WHERE brand = ? AND post = ?`, p.Brand, p.ID); err != nil {
		return err
	}
	for m := range used {
		if _, err := tx.Exec(ctx, `INSERT INTO post_media (brand, media, post) VALUES (?,?,?)`, p.Brand, m, p.ID); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `DELETE FROM post_label WHERE brand = ? AND post = ?`, p.Brand, p.ID); err != nil {
		return err
	}
	for _, l := range p.Labels {
		if _, err := tx.Exec(ctx, `INSERT INTO post_label (brand, label, post) VALUES (?,?,?)`, p.Brand, l, p.ID); err != nil {
			return err
		}
	}
	return nil
}

func (p Post) channels() []id.Channel {
	out := make([]id.Channel, len(p.Variants))
	for i, v := range p.Variants {
		out[i] = v.Channel
	}
	return out
}

// list keeps empty lists out of JSON as null.
func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}

const rowColumns = `id, brand, title, body, local_time, zone, at, validation, badge, changed, campaign, labels, channels, media_count, author, edited_at, version, category, again`

// scanRowBody reads a row and, beside it, the whole text: lists look for words
// in it and show none of it.
func scanRowBody(r sqldb.Scanner, body *string) (p Row, err error) {
	var labels sqldb.JSON[[]string]
	var channels sqldb.JSON[[]id.Channel]
	var at, edited sqldb.Time
	err = r.Scan(&p.ID, &p.Brand, &p.Title, body, &p.Planned.Local, &p.Planned.Zone, &at, &p.Validation, &p.Badge, &p.Changed, &p.Campaign,
		&labels, &channels, &p.Media, &p.Author, &edited, &p.Version, &p.Category, &p.Again)
	p.At, p.Edited, p.Labels, p.Channels = at.Time, edited.Time, list(labels.V), list(channels.V)
	p.Title = titleOf(p.Title, *body)
	return p, err
}

const publicationColumns = `id, brand, post, channel, state, hash, local_time, zone, due_at, next_at, attempts, attempted_at, sent, sent_at, url, problem, detail, looks, cleared, stale, version`

func scanPublication(r sqldb.Scanner) (p Publication, err error) { return scanPublicationMore(r) }

func scanPublicationMore(r sqldb.Scanner, more ...any) (p Publication, err error) {
	var sent sqldb.JSON[[]SentPart]
	var detail sqldb.JSON[map[string]any]
	var due, next, attempted, sentAt sqldb.Time
	err = r.Scan(append([]any{&p.ID, &p.Brand, &p.Post, &p.Channel, &p.State, &p.Hash, &p.Planned.Local, &p.Planned.Zone, &due, &next,
		&p.Attempts, &attempted, &sent, &sentAt, &p.URL, &p.Problem, &detail, &p.Looks, &p.Cleared, &p.Stale, &p.Version}, more...)...)
	p.Sent, p.Detail = list(sent.V), detail.V
	p.DueAt, p.NextAt, p.Attempted, p.SentAt = due.Time, next.Time, attempted.Time, sentAt.Time
	return p, err
}

func loadPublications(ctx context.Context, q sqldb.Q, b id.Brand, post id.Post) ([]Publication, error) {
	out, err := sqldb.List(ctx, q, scanPublication, `SELECT `+publicationColumns+` FROM publication WHERE brand = ? AND post = ? ORDER BY id`, b, post)
	if err != nil {
		return nil, err
	}
	return out, withContent(ctx, q, out)
}

func loadPublication(ctx context.Context, q sqldb.Q, b id.Brand, p id.Publication) (Publication, error) {
	pub, err := sqldb.One(ctx, q, scanPublication, `SELECT `+publicationColumns+` FROM publication WHERE brand = ? AND id = ?`, b, p)
	if err != nil {
		return pub, err
	}
	one := []Publication{pub}
	err = withContent(ctx, q, one)
	return one[0], err
}

// withContent reads what publications say; it stands apart from the rows that
// move, so that a claim is small.
func withContent(ctx context.Context, q sqldb.Q, list []Publication) error {
	at := make(map[id.Publication]int, len(list))
	for i := range list {
		at[list[i].ID] = i
	}
	for part := range sqldb.Chunks(list, 500) {
		args := make([]any, len(part))
		for i := range part {
			args[i] = part[i].ID
		}
		err := sqldb.Each(ctx, q, func(r sqldb.Scanner) error {
			var p id.Publication
			var c sqldb.JSON[Content]
			if err := r.Scan(&p, &c); err != nil {
				return err
			}
			list[at[p]].Content = c.V
			return nil
		}, `SELECT publication, content FROM publication_content WHERE publication IN `+sqldb.Marks(len(part)), args...)
		if err != nil {
			return err
		}
	}
	return nil
}

func insertPublication(ctx context.Context, tx *sqldb.Tx, p Publication) error {
	_, err := tx.Exec(ctx, `INSERT INTO publication (`+publicationColumns+`, node, confirm, intent_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,'',FALSE,NULL)`,
		p.ID, p.Brand, p.Post, p.Channel, p.State, p.Hash, p.Planned.Local, p.Planned.Zone, sqldb.At(p.DueAt),
		sqldb.At(p.NextAt), p.Attempts, sqldb.At(p.Attempted), sqldb.JSON[[]SentPart]{V: list(p.Sent)}, sqldb.At(p.SentAt), p.URL, p.Problem,
		sqldb.JSON[map[string]any]{V: p.Detail}, p.Looks, p.Cleared, p.Stale, p.Version)
	if err != nil {
		return err
	}
	return saveContent(ctx, tx, p)
}

func saveContent(ctx context.Context, tx *sqldb.Tx, p Publication) error {
	_, err := tx.Exec(ctx, `INSERT INTO publication_content (publication, content) VALUES (?, ?) ON CONFLICT (publication) DO UPDATE SET content = excluded.content`,
		p.ID, sqldb.JSON[Content]{V: p.Content})
	if err != nil {
		return err
	}
	return keepMedia(ctx, tx, p)
}

// freshIntent lets what surely never left begin anew: networks show the time of
// the intent, and a post moved to next week must not appear under today. A
// recent one stays, so that a late landing still meets the same identifiers.
func freshIntent(tx *sqldb.Tx) string {
	old := strconv.FormatInt(tx.Now.Add(-10*time.Minute).UnixMilli(), 10)
	return `, intent_at = CASE WHEN sent = '[]' AND COALESCE(doubt_at, attempted_at, 0) < ` + old + ` AND COALESCE(attempted_at, 0) < ` + old + ` THEN NULL ELSE intent_at END`
}

// updateWaiting writes a publication that has not begun to leave, if nobody
// changed it since it was read. Errors: conflict.
func updateWaiting(ctx context.Context, tx *sqldb.Tx, p Publication) error {
	n, err := tx.Exec(ctx, `UPDATE publication SET state = ?, hash = ?, local_time = ?, zone = ?, due_at = ?, next_at = ?, problem = ?, detail = ?, cleared = ?, stale = ?`+freshIntent(tx)+`, version = version + 1
		WHERE brand = ? AND id = ? AND version = ? AND state IN ('planned','pending','due','frozen','failed')`,
		p.State, p.Hash, p.Planned.Local, p.Planned.Zone, sqldb.At(p.DueAt), sqldb.At(p.NextAt), p.Problem,
		sqldb.JSON[map[string]any]{V: p.Detail}, p.Cleared, p.Stale, p.Brand, p.ID, p.Version)
	if err == nil && n == 0 {
		return errLeaving
	}
	return err
}

// addSteps appends to publications' stories.
func addSteps(ctx context.Context, tx *sqldb.Tx, p id.Publication, steps ...Step) error {
	for _, s := range steps {
		s.Request, s.Answer = plain(s.Request, 200), plain(s.Answer, 2000)
		if s.At.IsZero() {
			s.At = tx.Now
		}
		if _, err := tx.Exec(ctx, `INSERT INTO publication_step (publication, at, what, part, attempt, took, request, status, answer, problem, detail, who, node) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)`,
			p, sqldb.At(s.At), s.What, s.Part, s.Attempt, int64(s.Took), s.Request, s.Status, s.Answer, s.Problem,
			sqldb.JSON[map[string]any]{V: s.Detail}, s.Who, s.Node); err != nil {
			return err
		}
	}
	return nil
}

func loadSteps(ctx context.Context, q sqldb.Q, p id.Publication) ([]Step, error) {
	return sqldb.List(ctx, q, func(r sqldb.Scanner) (s Step, err error) {
		var at sqldb.Time
		var detail sqldb.JSON[map[string]any]
		err = r.Scan(&s.Seq, &at, &s.What, &s.Part, &s.Attempt, &s.Took, &s.Request, &s.Status, &s.Answer, &s.Problem, &detail, &s.Who, &s.Node)
		s.At, s.Detail = at.Time, detail.V
		return s, err
	}, `SELECT seq, at, what, part, attempt, took, request, status, answer, problem, detail, who, node FROM publication_step WHERE publication = ? ORDER BY seq`, p)
}

// refreshBadge sums up a post's publications on the post's row.
func refreshBadge(ctx context.Context, tx *sqldb.Tx, b id.Brand, post id.Post) error {
	if tx.Dialect() == sqldb.Postgres {
		// Two channels of one post may settle at once on two connections: the
		// second must see what the first wrote, or the sum is wrong for ever.
		if _, err := sqldb.Values[string](ctx, tx, `SELECT id FROM post WHERE brand = ? AND id = ? FOR UPDATE`, b, post); err != nil {
			return err
		}
	}
	states, err := sqldb.Values[State](ctx, tx, `SELECT state FROM publication WHERE brand = ? AND post = ?`, b, post)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE post SET badge = ? WHERE brand = ? AND id = ? AND badge <> ?`, BadgeOf(states), b, post, BadgeOf(states))
	return err
}

var (
	errChanged = fault.New(fault.Conflict, "publishing.changed").Numbered(2001)
	errLeaving = fault.New(fault.Conflict, "publishing.leaving").Numbered(2002)
)
