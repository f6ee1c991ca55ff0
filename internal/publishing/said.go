package publishing

import (
	"context"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Said is a publication with what it says and where its post stands: what a new
// rule is tried on, what a new text is compared with.
type Said struct {
	Publication
	Title    string
	Labels   []string
	Campaign id.Campaign
}

// maxSaid is how many a reading returns.
const maxSaid = 5000

// Said lists what was published, or is about to be, in [from, to), latest hour
// first; channel empty: on all of them. Posts in the bin are left out.
func (s *Service) Said(ctx context.Context, a team.Actor, b id.Brand, channel id.Channel, from, to time.Time, limit int) (_ []Said, err error) {
	defer fault.Wrap(&err, "read what was said")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return nil, err
	}
	where, args := `p.brand = ? AND p.due_at >= ? AND p.due_at < ?`, []any{b, sqldb.At(from), sqldb.At(to)}
	if channel != "" {
		where, args = where+` AND p.channel = ?`, append(args, channel)
	}
	var all []Said
	err = sqldb.Each(ctx, s.DB, func(r sqldb.Scanner) error {
		var one Said
		var labels sqldb.JSON[[]string]
		var due, sent sqldb.Time
		var body string
		err := r.Scan(&one.ID, &one.Brand, &one.Post, &one.Channel, &one.State, &one.Planned.Local, &one.Planned.Zone, &due, &sent, &one.URL, &one.Title, &body, &labels, &one.Campaign)
		one.DueAt, one.SentAt, one.Labels, one.Title = due.Time, sent.Time, labels.V, titleOf(one.Title, body)
		all = append(all, one)
		return err
	}, `SELECT p.id, p.brand, p.post, p.channel, p.state, p.local_time, p.zone, p.due_at, p.sent_at, p.url, t.title, substr(t.body, 1, 160), t.labels, t.campaign
		FROM publication p JOIN post t ON t.id = p.post WHERE `+where+` AND p.state <> 'withdrawn' AND t.about = '' AND t.binned_at IS NULL ORDER BY p.due_at DESC, p.id DESC LIMIT ?`,
		append(args, min(max(limit, 1), maxSaid))...)
	if err != nil {
		return nil, err
	}
	pubs := make([]Publication, len(all))
	for i := range all {
		pubs[i] = all[i].Publication
	}
	if err := withContent(ctx, s.DB, pubs); err != nil {
		return nil, err
	}
	for i := range all {
		all[i].Publication = pubs[i]
	}
	return all, nil
}
