package publishing

import (
	"context"
	"slices"
	"sort"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// Slot is an hour of the week at which a channel likes to publish.
type Slot struct {
	ID      string       `json:"id"`
	Channel id.Channel   `json:"channel"`
	Weekday time.Weekday `json:"weekday"` // 0 is Sunday, as everywhere in Go
	Local   string       `json:"local"`   // "09:00", on the brand's wall
	// Category is who the hour belongs to; empty: open to all.
	Category CategoryID `json:"category,omitempty"`
}

const slotColumns = `id, channel, weekday, local_time, category`

func scanSlot(r sqldb.Scanner) (v Slot, err error) {
	return v, r.Scan(&v.ID, &v.Channel, &v.Weekday, &v.Local, &v.Category)
}

var (
	errSlot   = fault.New(fault.Invalid, "publishing.slot")
	errNoSlot = fault.New(fault.NotFound, "publishing.no_slot")
)

// Slots lists a brand's slots by channel, weekday (Monday first) and hour.
func (s *Service) Slots(ctx context.Context, a team.Actor, b id.Brand) (_ []Slot, err error) {
	defer fault.Wrap(&err, "list slots")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return nil, err
	}
	return s.slots(ctx, s.DB, b)
}

func (s *Service) slots(ctx context.Context, q sqldb.Q, b id.Brand) ([]Slot, error) {
	return sqldb.List(ctx, q, scanSlot, `SELECT `+slotColumns+` FROM slot WHERE brand = ? ORDER BY channel, (weekday + 6) % 7, local_time`, b)
}

// AddSlot gives a channel an hour of the week. The same hour twice is one slot.
// Errors: invalid.
func (s *Service) AddSlot(ctx context.Context, a team.Actor, b id.Brand, c id.Channel, day time.Weekday, local string) (_ Slot, err error) {
	defer fault.Wrap(&err, "add slot")
	if err := a.Require(b, team.PublishPosts); err != nil {
		return Slot{}, err
	}
	if _, err := s.Channels.Get(ctx, a, b, c); err != nil {
		return Slot{}, err
	}
	if _, err := time.Parse("15:04", local); err != nil || len(local) != 5 || day < time.Sunday || day > time.Saturday {
		return Slot{}, errSlot.At("local")
	}
	v := Slot{ID: string(id.New[id.Token]()), Channel: c, Weekday: day, Local: local}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO slot (id, brand, channel, weekday, local_time) VALUES (?,?,?,?,?) ON CONFLICT (channel, weekday, local_time) DO NOTHING`, v.ID, b, c, day, local); err != nil {
			return err
		}
		mine := v.ID
		v, err = sqldb.One(ctx, tx, scanSlot, `SELECT `+slotColumns+` FROM slot WHERE brand = ? AND channel = ? AND weekday = ? AND local_time = ?`, b, c, day, local)
		if err != nil || v.ID != mine {
			return err
		}
		return s.planned(ctx, tx, a, b, ActSlotAdded, "slot", v.ID, map[string]any{"channel": c, "weekday": day, "local": local})
	})
	return v, err
}

// RemoveSlot takes an hour away; posts already planned at it stay. Errors:
// not_found (it is gone already, or another brand's).
func (s *Service) RemoveSlot(ctx context.Context, a team.Actor, b id.Brand, slot string) (err error) {
	defer fault.Wrap(&err, "remove slot")
	if err := a.Require(b, team.PublishPosts); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM slot WHERE brand = ? AND id = ?`, b, slot)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.NotFound, "")
		}
		return s.planned(ctx, tx, a, b, ActSlotRemoved, "slot", slot, nil)
	})
}

// planned records an act about the frame of the planning: slots, campaigns.
func (s *Service) planned(ctx context.Context, tx *sqldb.Tx, a team.Actor, b id.Brand, act, kind, subject string, data map[string]any) error {
	return s.Book.Record(ctx, tx, logbook.Entry{Brand: b, Actor: a.Signs(), Act: act, Subject: logbook.Subject{Kind: kind, ID: subject}, Data: data})
}

// Free is a slot on a day at which none of its channel's posts is planned.
type Free struct {
	Slot Slot       `json:"slot"`
	Wall clock.Wall `json:"wall"`
	At   time.Time  `json:"at"`
}

// FreeSlots lists the free slots in [from, to), in order of time, whoever they
// belong to. An hour the clocks skip that night is left out.
func (s *Service) FreeSlots(ctx context.Context, a team.Actor, b id.Brand, from, to time.Time) (_ []Free, err error) {
	defer fault.Wrap(&err, "free slots")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return nil, err
	}
	all, err := s.slotHours(ctx, s.DB, b, from, to)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	used, err := takenHours(ctx, s.DB, b, "", from, to)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(f Free) bool {
		_, taken := used[hourOf{f.Slot.Channel, f.At.UnixMilli()}]
		return taken
	}), nil
}

// slotHours are the hours of a brand's slots in [from, to), in order of time,
// free or not.
func (s *Service) slotHours(ctx context.Context, q sqldb.Q, b id.Brand, from, to time.Time) ([]Free, error) {
	slots, err := s.slots(ctx, q, b)
	if err != nil || len(slots) == 0 {
		return nil, err
	}
	zone, err := s.Zone(ctx, q, b)
	if err != nil {
		return nil, err
	}
	return hoursOf(slots, zone, from, to)
}

func hoursOf(slots []Slot, zone string, from, to time.Time) ([]Free, error) {
	loc, err := clock.Zone(zone)
	if err != nil {
		return nil, err
	}
	var out []Free
	for day := clock.Midnight(from, loc); day.Before(to); day = day.AddDate(0, 0, 1) {
		for _, v := range slots {
			if v.Weekday != day.Weekday() {
				continue
			}
			w := clock.Wall{Local: day.Format("2006-01-02") + "T" + v.Local, Zone: zone}
			at, fit, err := w.Instant()
			if err != nil || fit == clock.Gap || at.Before(from) || !at.Before(to) {
				continue
			}
			out = append(out, Free{Slot: v, Wall: w, At: at})
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].At.Before(out[j].At) })
	return out, nil
}

// hourOf is an instant of a channel, hold what stands at it.
type (
	hourOf struct {
		c  id.Channel
		at int64
	}
	hold struct{ by CategoryID }
)

// takenHours are the instants in [from, to) at which posts stand, but one post.
func takenHours(ctx context.Context, q sqldb.Q, b id.Brand, but id.Post, from, to time.Time) (map[hourOf]hold, error) {
	used := map[hourOf]hold{}
	err := sqldb.Each(ctx, q, func(r sqldb.Scanner) error {
		var c id.Channel
		var at sqldb.Time
		var by CategoryID
		if err := r.Scan(&c, &at, &by); err != nil {
			return err
		}
		h := hourOf{c, at.UnixMilli()}
		if by == "" {
			by = used[h].by // two posts at one hour: the one that says what it is
		}
		used[h] = hold{by}
		return nil
	}, `SELECT v.channel, p.at, p.category FROM post p JOIN variant v ON v.post = p.id WHERE p.brand = ? AND p.about = '' AND p.binned_at IS NULL AND p.at >= ? AND p.at < ? AND p.id <> ? ORDER BY p.at, p.id`, b, sqldb.At(from), sqldb.At(to), but)
	return used, err
}
