package publishing

import (
	"context"
	"strings"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// SeriesID names a post that comes back.
type SeriesID string

// SeriesState is where a series stands. Stored; never renamed.
type SeriesState string

const (
	SeriesRunning SeriesState = "running"
	SeriesEnded   SeriesState = "ended"   // by a person, or by its rule
	SeriesStopped SeriesState = "stopped" // by the guard; Problem says why
)

// Model is what every occurrence of a series says.
type Model struct {
	Title    string          `json:"title"`
	Text     string          `json:"text"`
	Media    []MediaRef      `json:"media"`
	Options  network.Options `json:"options"`
	Campaign id.Campaign     `json:"campaign,omitempty"`
	Category CategoryID      `json:"category,omitempty"`
	Labels   []string        `json:"labels"`
	Variants []Variant       `json:"variants"`
}

// Series is a post that comes back: each occurrence is a post of its own, made
// ahead, with its own approval.
type Series struct {
	ID       SeriesID    `json:"id"`
	Brand    id.Brand    `json:"brand"`
	Model    Model       `json:"model"`
	Rule     string      `json:"rule"`     // as RFC 5545 writes it
	Start    clock.Wall  `json:"start"`    // the first occurrence, on the brand's wall
	Schedule bool        `json:"schedule"` // occurrences are scheduled; else they are drafts
	State    SeriesState `json:"state"`
	Problem  string      `json:"problem,omitempty"`
	Person   id.Person   `json:"person"`
	Made     time.Time   `json:"made"`
	Version  int64       `json:"version"`

	until time.Time // made up to there
	role  team.Role
}

// Occurrence is one post of a series.
type Occurrence struct {
	Local string  `json:"local"` // the hour that the rule gave it
	Post  id.Post `json:"post"`
	// Alone says that it went its own way: a change of the following leaves it.
	Alone bool `json:"alone"`
}

// The guard of series: a mistake never floods.
const (
	// MadeAhead is how far ahead occurrences are made.
	MadeAhead = 8 * 7 * 24 * time.Hour
	// manyADay is how many posts of one channel on one day are said to be many.
	manyADay = 5
	// MostADay stops a series that would put more on one channel in one day.
	MostADay = 12
	// MinGap is the least time between the same words on one channel.
	MinGap = 12 * time.Hour
	// mostARun bounds what one run makes of one series.
	mostARun = 100
)

// Acts of series; subject "series".
const (
	ActSeriesMade    = "series.made"    // {rule, local, zone}
	ActSeriesChanged = "series.changed" // {from, posts}
	ActSeriesEnded   = "series.ended"   // {binned}
	ActSeriesStopped = "series.stopped" // {problem}: by the guard
)

var (
	errSeriesHour = fault.New(fault.Invalid, "recur.needs_hour").At("when")
	errInSeries   = fault.New(fault.Conflict, "recur.already")
	errSeriesOver = fault.New(fault.Conflict, "recur.over")
	errFlood      = fault.New(fault.Invalid, "recur.flood")
	errTooClose   = fault.New(fault.Invalid, "recur.too_close")
)

// MakeSeries lets a post come back. The post is its first occurrence and stays
// as it is; the others are made at once for the next eight weeks, and then as
// time goes. schedule asks for the right to publish. Errors: invalid (no hour,
// no rule, too many in a day), conflict (it comes back already).
func (s *Service) MakeSeries(ctx context.Context, a team.Actor, b id.Brand, post id.Post, rule string, schedule bool) (_ Series, err error) {
	defer fault.Wrap(&err, "make series")
	if err := a.Require(b, team.WritePosts); err != nil {
		return Series{}, err
	}
	if schedule {
		if err := a.Require(b, team.PublishPosts); err != nil {
			return Series{}, err
		}
	}
	if _, err := s.Get(ctx, a, b, post); err != nil {
		return Series{}, err
	}
	r, err := ParseRule(rule)
	if err != nil {
		return Series{}, err
	}
	var v Series
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		p, err := loadPost(ctx, tx, b, post)
		if err != nil {
			return err
		}
		if !p.Binned.IsZero() {
			return errGone
		}
		if p.Planned.Local == "" {
			return errSeriesHour
		}
		n, err := sqldb.Value[int64](ctx, tx, `SELECT COUNT(*) FROM series_post o JOIN series s ON s.id = o.series WHERE o.post = ? AND s.state = 'running'`, post)
		if err != nil {
			return err
		}
		if n > 0 {
			return errInSeries
		}
		v = Series{ID: id.New[SeriesID](), Brand: b, Model: modelOf(p), Rule: r.String(), Start: p.Planned, Schedule: schedule, State: SeriesRunning,
			Person: a.Person, role: a.Roles[b], Made: tx.Now, Version: 1, until: p.At}
		if err := insertSeries(ctx, tx, v); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO series_post (series, occurrence, post, alone) VALUES (?,?,?,FALSE)`, v.ID, p.Planned.Local, p.ID); err != nil {
			return err
		}
		s.changed(tx, b, post)
		return s.recordSeries(ctx, tx, a, v, ActSeriesMade, map[string]any{"rule": v.Rule, "local": v.Start.Local, "zone": v.Start.Zone})
	})
	if err != nil {
		return v, err
	}
	if err := s.extend(ctx, v); err != nil {
		return v, err
	}
	return s.series(ctx, b, v.ID)
}

func modelOf(p Post) Model {
	return Model{Title: p.Title, Text: p.Text, Media: list(p.Media), Options: p.Options, Campaign: p.Campaign, Category: p.Category, Labels: list(p.Labels), Variants: list(p.Variants)}
}

// RunSeries makes the occurrences that are due to be made, of every series. The
// hourly job calls it; safe to repeat and on several nodes.
func (s *Service) RunSeries(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "run series")
	due, err := sqldb.List(ctx, s.DB, scanSeries, `SELECT `+seriesColumns+` FROM series WHERE state = 'running' AND made_until < ? ORDER BY made_until, id LIMIT 1000`, sqldb.At(s.DB.Now().Add(MadeAhead-time.Hour)))
	if err != nil {
		return err
	}
	for _, v := range due {
		if s.Away != nil {
			if away, err := s.Away(ctx, s.DB, v.Brand); err != nil || away {
				continue // an archived brand says nothing
			}
		}
		if err := s.extend(ctx, v); err != nil {
			s.Log.Error("series", "brand", v.Brand, "series", v.ID, "error", err)
		}
	}
	return ctx.Err()
}

// extend makes the occurrences of a series from where it stands up to MadeAhead.
// Hours that passed while nobody made them are not caught up with.
func (s *Service) extend(ctx context.Context, v Series) error {
	r, err := ParseRule(v.Rule)
	if err != nil {
		return err
	}
	now := s.DB.Now()
	horizon := now.Add(MadeAhead)
	all, err := r.Occurrences(v.Start.Local, horizon.AddDate(0, 0, 2).Format(time.DateOnly), 100_000)
	if err != nil {
		return err
	}
	made := 0
	for _, local := range all {
		at, _, err := clock.Wall{Local: local, Zone: v.Start.Zone}.Instant()
		if err != nil {
			return err
		}
		if !at.After(v.until) || at.Before(now) {
			continue
		}
		if at.After(horizon) || made == mostARun {
			break
		}
		if err := s.makeOccurrence(ctx, v, local); err != nil {
			if fault.Is(err, fault.Invalid) && (fault.As(err).Key == errFlood.Key || fault.As(err).Key == errTooClose.Key) {
				return s.stopSeries(ctx, v, err)
			}
			return err
		}
		v.until = at
		made++
	}
	return s.reached(ctx, v, r, all, now)
}

// reached notes how far a series is made, and ends one whose rule is at its end.
func (s *Service) reached(ctx context.Context, v Series, r Rule, all []string, now time.Time) error {
	over := false
	if r.Count > 0 && len(all) >= r.Count || r.Until != "" && r.Until < now.Format(time.DateOnly) {
		last, _, err := clock.Wall{Local: all[len(all)-1], Zone: v.Start.Zone}.Instant()
		over = err == nil && !last.After(v.until)
	}
	until := v.until
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		state := SeriesRunning
		if over {
			state = SeriesEnded
		}
		_, err := tx.Exec(ctx, `UPDATE series SET made_until = CASE WHEN made_until > ? THEN made_until ELSE ? END, state = ? WHERE brand = ? AND id = ? AND state = 'running'`, sqldb.At(until), sqldb.At(until), state, v.Brand, v.ID)
		return err
	})
}

// makeOccurrence makes one post of a series, and schedules it; what does not
// fit stays a draft at its hour. One that is there already is not made twice.
func (s *Service) makeOccurrence(ctx context.Context, v Series, local string) error {
	a := v.actor()
	w := clock.Wall{Local: local, Zone: v.Start.Zone}
	at, _, err := w.Instant()
	if err != nil {
		return err
	}
	p := Post{ID: id.New[id.Post](), Brand: v.Brand, Validation: Draft, Author: v.Person, Editor: v.Person, Version: 1, Planned: w, At: at}
	v.Model.onto(&p)
	if err := s.guard(ctx, v, p); err != nil {
		return err
	}
	rendered, stop, err := s.readyToPlan(ctx, a, p)
	if err != nil {
		return err
	}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE series SET made_until = CASE WHEN made_until > ? THEN made_until ELSE ? END WHERE brand = ? AND id = ? AND state = 'running'`, sqldb.At(at), sqldb.At(at), v.Brand, v.ID)
		if err != nil || n == 0 {
			return err // ended at this moment
		}
		there, err := sqldb.Value[int64](ctx, tx, `SELECT COUNT(*) FROM series_post WHERE series = ? AND occurrence = ?`, v.ID, local)
		if err != nil || there > 0 {
			return err
		}
		p.Made, p.Edited = tx.Now, tx.Now
		if err := insertPost(ctx, tx, p); err != nil {
			return err
		}
		if err := index(ctx, tx, p); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO series_post (series, occurrence, post, alone) VALUES (?,?,?,FALSE)`, v.ID, local, p.ID); err != nil {
			return err
		}
		if err := s.record(ctx, tx, a, p, ActCreated, map[string]any{"series": v.ID}, 0); err != nil {
			return err
		}
		s.changed(tx, v.Brand, p.ID)
		if !v.Schedule || stop {
			return nil
		}
		_, err = s.scheduleIn(ctx, tx, a, &p, rendered, When{Wall: w})
		return err
	})
	if fault.Is(err, fault.Conflict) {
		return nil // another node made it
	}
	if err == nil {
		s.wake()
	}
	return err
}

// readyToPlan renders a post and tells whether something stops it.
func (s *Service) readyToPlan(ctx context.Context, a team.Actor, p Post) ([]Rendered, bool, error) {
	rendered, err := s.Preview(ctx, a, p)
	if fault.Is(err, fault.NotFound) {
		return nil, true, nil // a channel that is gone for good
	}
	if err != nil {
		return nil, false, err
	}
	if len(rendered) == 0 {
		return nil, true, nil
	}
	for _, r := range rendered {
		if network.Blocking(r.Problems) != nil {
			return rendered, true, nil
		}
	}
	err = s.mayLeave(ctx, a, p, rendered, When{Wall: p.Planned})
	if fault.Is(err, fault.Invalid) {
		return rendered, true, nil
	}
	return rendered, false, err
}

// guard keeps a mistake from flooding: no more than MostADay posts on a channel
// in a day, and never the same words twice within MinGap.
func (s *Service) guard(ctx context.Context, v Series, p Post) error {
	day := p.Planned.Local[:len(time.DateOnly)]
	for _, one := range p.Variants {
		n, err := sqldb.Value[int64](ctx, s.DB, `SELECT COUNT(*) FROM post p JOIN variant x ON x.post = p.id WHERE p.brand = ? AND x.channel = ? AND p.about = '' AND p.binned_at IS NULL AND p.local_time >= ? AND p.local_time < ?`,
			p.Brand, one.Channel, day+"T00:00", day+"T99")
		if err != nil {
			return err
		}
		if n >= MostADay {
			return errFlood.With("n", n).With("day", day)
		}
		texts, err := sqldb.Values[string](ctx, s.DB, `SELECT p.body FROM post p JOIN variant x ON x.post = p.id WHERE p.brand = ? AND x.channel = ? AND p.about = '' AND p.binned_at IS NULL AND p.at > ? AND p.at < ?`,
			p.Brand, one.Channel, sqldb.At(p.At.Add(-MinGap)), sqldb.At(p.At.Add(MinGap)))
		if err != nil {
			return err
		}
		for _, t := range texts {
			if t != "" && t == p.Text {
				return errTooClose.With("day", day)
			}
		}
	}
	return nil
}

// stopSeries is what the guard does: nothing more is made until somebody looks.
func (s *Service) stopSeries(ctx context.Context, v Series, why error) error {
	s.Log.Warn("series stopped by its guard", "brand", v.Brand, "series", v.ID, "why", fault.As(why).Key)
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE series SET state = 'stopped', problem = ?, version = version + 1 WHERE brand = ? AND id = ? AND state = 'running'`, fault.As(why).Key, v.Brand, v.ID)
		if err != nil || n == 0 {
			return err
		}
		tx.AfterCommit(func() { s.Tell("brand:"+string(v.Brand), "series", nil) })
		return s.recordSeries(ctx, tx, team.Program("series"), v, ActSeriesStopped, map[string]any{"problem": fault.As(why).Key})
	})
}

func (m Model) onto(p *Post) {
	p.Title, p.Text, p.Media, p.Options, p.Campaign, p.Category, p.Labels = m.Title, m.Text, list(m.Media), m.Options, m.Campaign, m.Category, list(m.Labels)
	p.Variants = nil
	for _, v := range m.Variants {
		v.ID = id.New[id.Variant]()
		p.Variants = append(p.Variants, v)
	}
}

// ManyADay tells whether a rule and what stands already make a busy day: it is
// said before a series is made.
func (s *Service) ManyADay(ctx context.Context, a team.Actor, b id.Brand, channels []id.Channel, locals []string) (busy []string, err error) {
	defer fault.Wrap(&err, "busy days")
	if err := a.Require(b, team.SeePlanning); err != nil {
		return nil, err
	}
	for _, local := range locals {
		day, _, _ := strings.Cut(local, "T")
		for _, c := range channels {
			n, err := sqldb.Value[int64](ctx, s.DB, `SELECT COUNT(*) FROM post p JOIN variant x ON x.post = p.id WHERE p.brand = ? AND x.channel = ? AND p.about = '' AND p.binned_at IS NULL AND p.local_time >= ? AND p.local_time < ?`, b, c, day+"T00:00", day+"T99")
			if err != nil {
				return nil, err
			}
			if n >= manyADay {
				busy = append(busy, day)
				break
			}
		}
	}
	return busy, nil
}

func (s *Service) recordSeries(ctx context.Context, tx *sqldb.Tx, a team.Actor, v Series, act string, data map[string]any) error {
	return s.Book.Record(ctx, tx, logbook.Entry{Brand: v.Brand, Actor: a.Signs(), Act: act, Subject: logbook.Subject{Kind: "series", ID: string(v.ID)}, Data: data})
}

// actor is who wanted the series, with the role of that moment.
func (v Series) actor() team.Actor {
	if v.Person == "" {
		return team.Program("series")
	}
	return team.Actor{Person: v.Person, Roles: map[id.Brand]team.Role{v.Brand: v.role}}
}

const seriesColumns = `id, brand, model, rule, start_local, zone, schedule, state, problem, made_until, person, role, made_at, version`

func scanSeries(r sqldb.Scanner) (v Series, err error) {
	var model sqldb.JSON[Model]
	var until, made sqldb.Time
	err = r.Scan(&v.ID, &v.Brand, &model, &v.Rule, &v.Start.Local, &v.Start.Zone, &v.Schedule, &v.State, &v.Problem, &until, &v.Person, &v.role, &made, &v.Version)
	v.Model, v.until, v.Made = model.V, until.Time, made.Time
	return v, err
}

func insertSeries(ctx context.Context, tx *sqldb.Tx, v Series) error {
	_, err := tx.Exec(ctx, `INSERT INTO series (`+seriesColumns+`) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)`, v.ID, v.Brand, sqldb.JSON[Model]{V: v.Model}, v.Rule, v.Start.Local, v.Start.Zone,
		v.Schedule, v.State, v.Problem, sqldb.At(v.until), v.Person, v.role, sqldb.At(v.Made), v.Version)
	return err
}

func (s *Service) series(ctx context.Context, b id.Brand, v SeriesID) (Series, error) {
	return sqldb.One(ctx, s.DB, scanSeries, `SELECT `+seriesColumns+` FROM series WHERE brand = ? AND id = ?`, b, v)
}
