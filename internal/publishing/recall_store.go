package publishing

import (
	"context"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

const (
	recallColumns = `id, brand, kind, reason, media, by_person, told, made_at, ended_at`
	legColumns    = `id, recall, brand, post, title, publication, channel, state, was, original, content, parts, url, problem, detail, attempts, node, next_at, ended_at, who`
)

func scanRecall(r sqldb.Scanner) (c Recall, err error) {
	var told sqldb.JSON[[]id.Person]
	var made, ended sqldb.Time
	err = r.Scan(&c.ID, &c.Brand, &c.Kind, &c.Reason, &c.Media, &c.By, &told, &made, &ended)
	c.Told, c.Made, c.Ended, c.Legs = list(told.V), made.Time, ended.Time, []RecallLeg{}
	return c, err
}

func scanLeg(r sqldb.Scanner) (l RecallLeg, err error) {
	var original sqldb.JSON[Content]
	var content sqldb.JSON[*Content]
	var parts sqldb.JSON[[]SentPart]
	var detail sqldb.JSON[map[string]any]
	var next, ended sqldb.Time
	err = r.Scan(&l.ID, &l.Recall, &l.Brand, &l.Post, &l.Title, &l.Publication, &l.Channel, &l.State, &l.Was, &original, &content, &parts, &l.URL,
		&l.Problem, &detail, &l.Attempts, &l.node, &next, &ended, &l.Who)
	l.Original, l.Content, l.Parts, l.Detail, l.NextAt, l.Ended = original.V, content.V, list(parts.V), detail.V, next.Time, ended.Time
	return l, err
}

func insertRecall(ctx context.Context, tx *sqldb.Tx, c Recall) error {
	if _, err := tx.Exec(ctx, `INSERT INTO recall (`+recallColumns+`) VALUES (?,?,?,?,?,?,?,?,NULL)`,
		c.ID, c.Brand, c.Kind, c.Reason, c.Media, c.By, sqldb.JSON[[]id.Person]{V: list(c.Told)}, sqldb.At(c.Made)); err != nil {
		return err
	}
	for _, l := range c.Legs {
		if _, err := tx.Exec(ctx, `INSERT INTO recall_leg (`+legColumns+`) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,0,'',?,?,'')`,
			l.ID, l.Recall, l.Brand, l.Post, l.Title, l.Publication, l.Channel, l.State, l.Was, sqldb.JSON[Content]{V: l.Original},
			sqldb.JSON[*Content]{V: l.Content}, sqldb.JSON[[]SentPart]{V: list(l.Parts)}, l.URL, l.Problem, sqldb.JSON[map[string]any]{V: l.Detail},
			sqldb.At(l.NextAt), sqldb.At(l.Ended)); err != nil {
			return err
		}
	}
	return nil
}

func loadLeg(ctx context.Context, q sqldb.Q, b id.Brand, leg RecallLegID) (RecallLeg, error) {
	return sqldb.One(ctx, q, scanLeg, `SELECT `+legColumns+` FROM recall_leg WHERE brand = ? AND id = ?`, b, leg)
}

// openLegOf tells whether a publication is being recalled.
func openLegOf(ctx context.Context, q sqldb.Q, b id.Brand, p id.Publication) (bool, error) {
	n, err := sqldb.Value[int64](ctx, q, `SELECT COUNT(*) FROM recall_leg WHERE brand = ? AND publication = ? AND ended_at IS NULL`, b, p)
	return n > 0, err
}

// endRecall closes a recall whose last receipt has come, once.
func endRecall(ctx context.Context, tx *sqldb.Tx, s *Service, recall RecallID, b id.Brand) error {
	n, err := tx.Exec(ctx, `UPDATE recall SET ended_at = ? WHERE brand = ? AND id = ? AND ended_at IS NULL
		AND NOT EXISTS (SELECT 1 FROM recall_leg l WHERE l.recall = recall.id AND l.ended_at IS NULL)`, sqldb.At(tx.Now), b, recall)
	if err == nil && n > 0 {
		tx.AfterCommit(func() { s.Tell("brand:"+string(b), "recall", map[string]any{"recall": recall}) })
	}
	return err
}

// GetRecall reads a recall with its receipts. Errors: not_found.
func (s *Service) GetRecall(ctx context.Context, a team.Actor, b id.Brand, recall RecallID) (_ Recall, err error) {
	defer fault.Wrap(&err, "read recall")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return Recall{}, err
	}
	c, err := sqldb.One(ctx, s.DB, scanRecall, `SELECT `+recallColumns+` FROM recall WHERE brand = ? AND id = ?`, b, recall)
	if err != nil {
		return c, err
	}
	c.Legs, err = sqldb.List(ctx, s.DB, scanLeg, `SELECT `+legColumns+` FROM recall_leg WHERE brand = ? AND recall = ? ORDER BY id`, b, recall)
	return c, err
}

// Recalls lists a brand's recalls, latest first, each with its receipts. post
// asks for those of one post. Errors: invalid (a cursor of another list).
func (s *Service) Recalls(ctx context.Context, a team.Actor, b id.Brand, post id.Post, from string, limit int) (_ Page[Recall], err error) {
	defer fault.Wrap(&err, "list recalls")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return Page[Recall]{}, err
	}
	limit = min(max(1, limit), MaxPage)
	where, args := `brand = ?`, []any{b}
	if post != "" {
		where, args = where+` AND EXISTS (SELECT 1 FROM recall_leg l WHERE l.recall = recall.id AND l.post = ?)`, append(args, post)
	}
	if from != "" {
		at, key, err := parseCursor(from)
		if err != nil {
			return Page[Recall]{}, err
		}
		where, args = where+` AND (made_at, id) < (?, ?)`, append(args, at, key)
	}
	items, err := sqldb.List(ctx, s.DB, scanRecall, `SELECT `+recallColumns+` FROM recall WHERE `+where+` ORDER BY made_at DESC, id DESC LIMIT ?`, append(args, limit+1)...)
	if err != nil {
		return Page[Recall]{}, err
	}
	out := Page[Recall]{Items: items}
	if len(items) > limit {
		out.Items = items[:limit]
		last := out.Items[limit-1]
		out.Next = cursor(last.Made, string(last.ID))
	}
	return out, s.withLegs(ctx, b, out.Items)
}

func (s *Service) withLegs(ctx context.Context, b id.Brand, all []Recall) error {
	if len(all) == 0 {
		return nil
	}
	at := map[RecallID]int{}
	ids := make([]RecallID, len(all))
	for i, c := range all {
		at[c.ID], ids[i] = i, c.ID
	}
	return sqldb.Each(ctx, s.DB, func(r sqldb.Scanner) error {
		l, err := scanLeg(r)
		if err == nil {
			c := &all[at[l.Recall]]
			c.Legs = append(c.Legs, l)
		}
		return err
	}, `SELECT `+legColumns+` FROM recall_leg WHERE brand = ? AND recall IN `+sqldb.Marks(len(ids))+` ORDER BY id`, append([]any{b}, sqldb.Args(ids)...)...)
}

// OpenRecalls lists what recalls wait for in a brand: the network, or a hand.
// Latest first.
func (s *Service) OpenRecalls(ctx context.Context, a team.Actor, b id.Brand, limit int) (_ []RecallLeg, err error) {
	defer fault.Wrap(&err, "list open recalls")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return nil, err
	}
	return sqldb.List(ctx, s.DB, scanLeg, `SELECT `+legColumns+` FROM recall_leg WHERE brand = ? AND (ended_at IS NULL OR state = 'cannot') ORDER BY id DESC LIMIT ?`, b, limit)
}
