package publishing

import (
	"context"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/publishing/exchange"
	"vigie/internal/team"
)

// Extract chooses what an export holds.
type Extract struct {
	// From and To are days on the brand's wall, To included; empty: no bound.
	From, To string
	// Unplanned adds the drafts without an hour.
	Unplanned bool
}

// ActExported says that posts were taken out in a file. {format, posts}; subject
// "brand"
const ActExported = "posts.exported"

var errDays = fault.New(fault.Invalid, "export.days").At("to")

// Export gives the brand's posts of a period as files write them, in the order
// of their hours; at most exchange.MaxRows. Errors: invalid (days), forbidden.
func (s *Service) Export(ctx context.Context, a team.Actor, b id.Brand, e Extract, format exchange.Format) (_ []exchange.Item, err error) {
	defer fault.Wrap(&err, "export posts")
	if err := a.Require(b, team.Export); err != nil {
		return nil, err
	}
	from, to, err := s.days(ctx, b, e)
	if err != nil {
		return nil, err
	}
	where, args := Filter{}.where(b, a)
	where += " AND (at >= ? AND at < ?"
	if e.Unplanned {
		where += " OR at IS NULL"
	}
	args = append(args, sqldb.At(from), sqldb.At(to), exchange.MaxRows)
	ids, err := sqldb.Values[id.Post](ctx, s.DB, `SELECT id FROM post WHERE `+where+`) ORDER BY at, id LIMIT ?`, args...)
	if err != nil {
		return nil, err
	}
	channels := map[id.Channel]channel.Channel{}
	out := make([]exchange.Item, 0, len(ids))
	for _, post := range ids {
		item, err := s.exportOne(ctx, a, b, post, channels)
		if fault.Is(err, fault.NotFound) {
			continue // gone since
		}
		if err != nil {
			return nil, err
		}
		out = append(out, item)
	}
	return out, s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		return s.Book.Record(ctx, tx, logbook.Entry{Brand: b, Actor: a.Signs(), Act: ActExported, Subject: logbook.Subject{Kind: "brand", ID: string(b)},
			Data: map[string]any{"format": format.Key, "posts": len(out)}})
	})
}

// days turns the days of an extract into instants.
func (s *Service) days(ctx context.Context, b id.Brand, e Extract) (from, to time.Time, err error) {
	zone, err := s.Zone(ctx, s.DB, b)
	if err != nil {
		return from, to, err
	}
	from, to = time.UnixMilli(0), time.UnixMilli(0).AddDate(300, 0, 0)
	if e.From != "" {
		if from, _, err = (clock.Wall{Local: e.From + "T00:00", Zone: zone}).Instant(); err != nil {
			return from, to, errDays
		}
	}
	if e.To != "" {
		last, err := time.Parse(time.DateOnly, e.To)
		if err != nil {
			return from, to, errDays
		}
		if to, _, err = (clock.Wall{Local: last.AddDate(0, 0, 1).Format(time.DateOnly) + "T00:00", Zone: zone}).Instant(); err != nil {
			return from, to, errDays
		}
	}
	if !to.After(from) {
		return from, to, errDays
	}
	return from, to, nil
}

func (s *Service) exportOne(ctx context.Context, a team.Actor, b id.Brand, post id.Post, channels map[id.Channel]channel.Channel) (exchange.Item, error) {
	p, err := loadPost(ctx, s.DB, b, post)
	if err != nil {
		return exchange.Item{}, err
	}
	i := exchange.Item{ID: string(p.ID), State: string(p.Badge), Row: exchange.Row{Title: p.Title, Text: p.Text, Local: p.Planned.Local, Zone: p.Planned.Zone,
		Labels: p.Labels, Draft: p.Badge == NoBadge}}
	if p.Planned.Local == "" {
		i.Zone = ""
	}
	for _, m := range p.Media {
		i.Pictures = append(i.Pictures, exchange.Picture{URL: exchange.Library + string(m.ID), Alt: m.Alt})
	}
	for _, v := range p.Variants {
		ch, ok := channels[v.Channel]
		if !ok {
			if ch, err = s.Channels.Get(ctx, a, b, v.Channel); err != nil && !fault.Is(err, fault.NotFound) {
				return i, err
			}
			channels[v.Channel] = ch
		}
		if ch.ID == "" {
			continue
		}
		t := exchange.Target{Name: string(ch.Network) + ":" + ch.Handle, Network: string(ch.Network), Handle: ch.Handle}
		i.Targets = append(i.Targets, t)
		if v.Text != nil {
			i.Own = append(i.Own, exchange.Own{Target: t, Text: *v.Text})
		}
	}
	urls, err := sqldb.Values[string](ctx, s.DB, `SELECT url FROM publication WHERE brand = ? AND post = ? AND url <> '' ORDER BY id LIMIT 1`, b, post)
	if err == nil && len(urls) > 0 {
		i.URL = urls[0]
	}
	return i, err
}
