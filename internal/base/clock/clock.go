// Package clock says what time it is and turns the hour a person means into an
// instant. A planned hour is kept as three things: what the wall shows, in
// which zone, and which instant that was believed to be; the first two are the
// person's intention, the third is recomputed when the rules of a zone change.
//
// It owns the zone data (embedded, so that a bare machine knows Paris) and the
// answer for the two nights a year when the wall lies. It never sleeps.
package clock

import (
	"sync"
	"time"
	_ "time/tzdata" // a container without zone files must still know Europe/Paris

	"vigie/internal/base/fault"
)

// Now gives the time. One value is made at the top of the program and handed
// down; tests hand down their own.
type Now func() time.Time

// System is the machine's clock, in UTC, to the millisecond that the database
// keeps.
func System() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// WallLayout is the form of a local date-time, as <input type=datetime-local>
// and the API write it.
const WallLayout = "2006-01-02T15:04"

// Wall is what a clock on the wall shows in a zone.
type Wall struct {
	Local string `json:"local"` // in WallLayout
	Zone  string `json:"zone"`  // IANA name
}

// Fit says how an hour on the wall meets the line of time.
type Fit string

const (
	Exact Fit = "exact" // the usual day
	Gap   Fit = "gap"   // the clocks jumped over it: moved on by the jump's length
	Twice Fit = "twice" // the clocks showed it twice: the first is taken
)

var errZone = fault.New(fault.Invalid, "clock.zone")
var errLocal = fault.New(fault.Invalid, "clock.local")

// Zone loads a zone by its IANA name. Errors are invalid. "Local" is refused:
// the server's own zone is nobody's intention.
func Zone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, errZone.With("zone", name)
	}
	if loc, ok := zones.Load(name); ok {
		return loc.(*time.Location), nil
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, errZone.With("zone", name).Because(err)
	}
	// Only names that exist are kept, so the map is bounded by the world.
	zones.Store(name, loc)
	return loc, nil
}

// zones spares reading the same rules again for every hour on a calendar.
var zones sync.Map

// Instant returns the moment at which the wall shows w, and how well it fits.
// An hour the clocks skip (02:30 on the last Sunday of March in Paris) is taken
// at the offset from before the jump, so it lands later by the jump's length;
// an hour shown twice is the first one. Errors are invalid.
func (w Wall) Instant() (time.Time, Fit, error) {
	loc, err := Zone(w.Zone)
	if err != nil {
		return time.Time{}, "", err
	}
	naive, err := time.Parse(WallLayout, w.Local)
	if err != nil {
		return time.Time{}, "", errLocal.With("local", w.Local).Because(err)
	}
	// The offsets in force a day before and a day after bracket any jump.
	_, before := naive.Add(-24 * time.Hour).In(loc).Zone()
	_, after := naive.Add(24 * time.Hour).In(loc).Zone()
	early := naive.Add(-time.Duration(before) * time.Second)
	late := naive.Add(-time.Duration(after) * time.Second)
	shows := func(t time.Time) bool { return t.In(loc).Format(WallLayout) == w.Local }
	switch {
	case before == after && shows(early):
		return early.UTC(), Exact, nil
	case shows(early) && shows(late) && !early.Equal(late):
		if late.Before(early) {
			early = late
		}
		return early.UTC(), Twice, nil
	case shows(early):
		return early.UTC(), Exact, nil
	case shows(late):
		return late.UTC(), Exact, nil
	default:
		return early.UTC(), Gap, nil
	}
}

// At returns what the wall shows in the zone at an instant. Errors are invalid.
func At(t time.Time, zone string) (Wall, error) {
	loc, err := Zone(zone)
	if err != nil {
		return Wall{}, err
	}
	return Wall{Local: t.In(loc).Format(WallLayout), Zone: zone}, nil
}

// Monday returns midnight, in loc, of the Monday of t's week.
func Monday(t time.Time, loc *time.Location) time.Time {
	d := Midnight(t, loc)
	return d.AddDate(0, 0, -(int(d.Weekday())+6)%7)
}

// Midnight returns the start of t's day in loc.
func Midnight(t time.Time, loc *time.Location) time.Time {
	y, m, d := t.In(loc).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, loc)
}
