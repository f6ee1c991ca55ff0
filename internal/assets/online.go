package assets

import (
	"context"
	"slices"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// MaxStanding bounds the publications of one list.
const MaxStanding = 500

// Past is a publication that stands on line past the right to show a media.
type Past struct {
	Standing
	Name string // of the media
	Why  RightState
	// Since is when the right ended.
	Since time.Time
}

// OnLinePastRight lists what stands on the networks with a media whose licence
// ended, or of which somebody took back what was agreed, latest first, at most
// MaxStanding. Errors: not_found for strangers, forbidden for those who may not
// see drafts: it is the team's own list.
func (s *Service) OnLinePastRight(ctx context.Context, a team.Actor, b id.Brand) (_ []Past, err error) {
	defer fault.Wrap(&err, "list what is on line past its right")
	if err := a.Require(b, team.SeeMedia); err != nil {
		return nil, err
	}
	if err := a.Require(b, team.SeeDrafts); err != nil {
		return nil, err
	}
	ended, err := s.endings(ctx, b, time.Time{}, s.DB.Now())
	if err != nil || len(ended) == 0 || s.Posts == nil {
		return nil, err
	}
	by := make(map[id.Media]Ending, len(ended))
	list := make([]id.Media, 0, len(ended))
	for _, e := range ended {
		if _, had := by[e.Media]; !had {
			by[e.Media] = e
			list = append(list, e.Media)
		}
	}
	rows, err := s.Posts.OnLine(ctx, b, list, MaxStanding)
	out := make([]Past, len(rows))
	for i, r := range rows {
		e := by[r.Media]
		out[i] = Past{r, e.Name, e.Why, e.Ends}
	}
	return out, err
}

// Ending is a right that ends, or ended.
type Ending struct {
	Media id.Media
	Name  string
	Why   RightState // RightSoon before, RightEnded or RightWithdrawn after
	Ends  time.Time
	// Day is the last day it holds, or that of the withdrawal; Zone its clock.
	Day, Zone string
}

// EndingWithin lists the rights that end within so many days, the soonest
// first, at most a thousand.
func (s *Service) EndingWithin(ctx context.Context, a team.Actor, b id.Brand, days int) (_ []Ending, err error) {
	defer fault.Wrap(&err, "list rights that end")
	if err := a.Require(b, team.SeeMedia); err != nil {
		return nil, err
	}
	now := s.DB.Now()
	over, err := s.endings(ctx, b, time.Time{}, now)
	if err != nil {
		return nil, err
	}
	out, err := s.endings(ctx, b, now, now.AddDate(0, 0, min(max(days, 1), 3660)))
	return slices.DeleteFunc(out, func(e Ending) bool {
		return slices.ContainsFunc(over, func(o Ending) bool { return o.Media == e.Media }) // it is over already
	}), err
}

// endings lists what ends in (from, to], a row a media: its soonest end.
func (s *Service) endings(ctx context.Context, b id.Brand, from, to time.Time) ([]Ending, error) {
	now := s.DB.Now()
	seen := map[id.Media]bool{}
	rows, err := sqldb.List(ctx, s.DB, func(r sqldb.Scanner) (e Ending, err error) {
		var ends sqldb.Time
		var withdrawn string
		err = r.Scan(&e.Media, &e.Name, &ends, &e.Day, &e.Zone, &withdrawn)
		e.Ends = ends.Time
		switch {
		case e.Ends.After(now):
			e.Why = RightSoon
		case withdrawn != "":
			e.Why, e.Day = RightWithdrawn, withdrawn
		default:
			e.Why = RightEnded
		}
		return e, err
	}, `SELECT m.id, m.name, e.ends_at, e.day, e.zone, e.withdrawn FROM (
			SELECT media, ends_at, to_day AS day, zone, '' AS withdrawn FROM media_licence WHERE brand = ? AND ends_at > ? AND ends_at <= ?
			UNION ALL SELECT media, ends_at, until_day, zone, withdrawn_day FROM media_consent WHERE brand = ? AND ends_at > ? AND ends_at <= ?) e
		JOIN media m ON m.id = e.media WHERE m.brand = ? ORDER BY e.ends_at, m.id LIMIT 1000`,
		b, floor(from), sqldb.At(to), b, floor(from), sqldb.At(to), b)
	if err != nil {
		return nil, err
	}
	out := rows[:0]
	for _, e := range rows {
		if !seen[e.Media] {
			seen[e.Media] = true
			out = append(out, e)
		}
	}
	return out, nil
}

func floor(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// Held is a media with what is said of its right.
type Held struct {
	Media   Media
	Licence Licence
	// Consents says who agreed; empty for those who may not read names.
	Consents []Consent
	State    RightState
	Shown    int64 // publications that carry it or are going to
}

// MaxRegister bounds the rows of the register.
const MaxRegister = 50_000

// Register calls write for every media of the library, by folder and name: the
// register of rights. Errors: those of write; forbidden for who may not export.
func (s *Service) Register(ctx context.Context, a team.Actor, b id.Brand, write func(Held) error) (err error) {
	defer fault.Wrap(&err, "write register of rights")
	if err := a.Require(b, team.SeeMedia); err != nil {
		return err
	}
	if err := a.Require(b, team.Export); err != nil {
		return err
	}
	after, n := "", 0
	for {
		list, err := sqldb.List(ctx, s.DB, scanMedia, `SELECT `+mediaColumns+` FROM media WHERE brand = ? AND binned_at IS NULL AND state <> 'refused' AND id > ? ORDER BY id LIMIT 500`, b, after)
		if err != nil || len(list) == 0 {
			return err
		}
		held, err := s.held(ctx, b, list)
		if err != nil {
			return err
		}
		for _, h := range held {
			if err := write(h); err != nil {
				return err
			}
		}
		after = string(list[len(list)-1].ID)
		if n += len(list); n >= MaxRegister {
			return nil
		}
	}
}

// held joins media with their rights.
func (s *Service) held(ctx context.Context, b id.Brand, list []Media) ([]Held, error) {
	names := idsOf(list)
	licences, err := loadLicences(ctx, s.DB, b, names)
	if err != nil {
		return nil, err
	}
	consents, err := loadConsents(ctx, s.DB, b, names...)
	if err != nil {
		return nil, err
	}
	shown := map[id.Media]int64{}
	if s.Posts != nil {
		if shown, err = s.Posts.Shown(ctx, s.DB, b, names); err != nil {
			return nil, err
		}
	}
	now := s.DB.Now()
	out := make([]Held, len(list))
	for i, m := range list {
		c := ofMedia(consents, m.ID)
		out[i] = Held{Media: m, Licence: licences[m.ID], Consents: c, State: stateAt(licences[m.ID], c, now), Shown: shown[m.ID]}
	}
	return out, nil
}

// States says where the rights of media stand now.
func (s *Service) States(ctx context.Context, a team.Actor, b id.Brand, list []Media) (_ map[id.Media]RightState, err error) {
	defer fault.Wrap(&err, "read states of rights")
	if err := a.Require(b, team.SeeMedia); err != nil {
		return nil, err
	}
	names := idsOf(list)
	licences, err := loadLicences(ctx, s.DB, b, names)
	if err != nil {
		return nil, err
	}
	consents, err := loadConsents(ctx, s.DB, b, names...)
	if err != nil {
		return nil, err
	}
	now := s.DB.Now()
	out := make(map[id.Media]RightState, len(list))
	for _, m := range names {
		out[m] = stateAt(licences[m], ofMedia(consents, m), now)
	}
	return out, nil
}
