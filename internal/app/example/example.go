package example

import (
	"context"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"vigie/internal/answers"
	"vigie/internal/approval"
	"vigie/internal/assets"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/channel"
	"vigie/internal/charter"
	"vigie/internal/inbox"
	"vigie/internal/network"
	"vigie/internal/networks/practice"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/search"
	"vigie/internal/platform/sqldb"
	"vigie/internal/publishing"
	"vigie/internal/team"
)

// Needs are the rooms that the agency is made through.
type Needs struct {
	DB         *sqldb.DB
	Book       *logbook.Book
	Team       *team.Service
	Brands     *brand.Service
	Channels   *channel.Service
	Assets     *assets.Service
	Publishing *publishing.Service
	Charter    *charter.Service
	Answers    *answers.Service
	Approval   *approval.Service
	Inbox      *inbox.Service
	World      *practice.World
	Log        *slog.Logger
}

// Agency makes and removes example agencies, one for each person who asks.
type Agency struct{ Needs }

// New returns it.
func New(n Needs) *Agency {
	if n.Log == nil {
		n.Log = slog.Default()
	}
	return &Agency{n}
}

// Start makes the three brands for the actor, who owns them, in a language
// ("fr", otherwise English). Whole ones that she has already stay as they are;
// what an interrupted start left is made anew. Safe to repeat.
func (e *Agency) Start(ctx context.Context, actor team.Actor, lang string) (err error) {
	defer fault.Wrap(&err, "start example")
	if actor.Person == "" {
		return fault.New(fault.SignedOut, "")
	}
	if lang != "fr" {
		lang = "en"
	}
	mine, err := e.mine(ctx, actor.Person)
	if err != nil {
		return err
	}
	if len(mine) == len(agency) && e.whole(ctx, mine) {
		return nil
	}
	if err := e.forget(ctx, mine); err != nil {
		return err
	}
	var all errgroup.Group
	for _, h := range agency {
		all.Go(func() error { return e.build(ctx, actor.Person, h, lang) })
	}
	if err := all.Wait(); err != nil {
		left, lerr := e.mine(context.WithoutCancel(ctx), actor.Person)
		if lerr == nil {
			lerr = e.forget(context.WithoutCancel(ctx), left)
		}
		if lerr != nil {
			e.Log.Error("an example that failed is not cleared away", "error", lerr)
		}
		return err
	}
	// What the public has to say of the past month is there from the start.
	_, err = e.World.Pulse(ctx, e.DB.Now())
	return err
}

// Remove takes away, whole, what Start made for the actor. Safe to repeat.
func (e *Agency) Remove(ctx context.Context, actor team.Actor) (err error) {
	defer fault.Wrap(&err, "remove example")
	if actor.Person == "" {
		return fault.New(fault.SignedOut, "")
	}
	mine, err := e.mine(ctx, actor.Person)
	if err != nil {
		return err
	}
	return e.forget(ctx, mine)
}

// mine are the example brands that the person owns, archived ones too.
func (e *Agency) mine(ctx context.Context, p id.Person) ([]id.Brand, error) {
	return sqldb.Values[id.Brand](ctx, e.DB, `SELECT b.id FROM brand b JOIN person_role r ON r.brand = b.id WHERE r.person = ? AND r.role = ? AND b.example ORDER BY b.id`, p, team.Owner)
}

// whole tells whether every brand came to its end: the drafts without an hour
// are made last.
func (e *Agency) whole(ctx context.Context, brands []id.Brand) bool {
	for _, b := range brands {
		page, err := e.Publishing.Posts(ctx, team.Program("example"), b, publishing.Filter{Unplanned: true}, "", 1)
		if err != nil || len(page.Items) == 0 {
			return false
		}
	}
	return true
}

// forget deletes brands, each in one transaction, then their accounts.
func (e *Agency) forget(ctx context.Context, brands []id.Brand) error {
	for _, b := range brands {
		handles, err := sqldb.Values[string](ctx, e.DB, `SELECT handle FROM channel WHERE brand = ? AND network = ?`, b, practice.Kind)
		if err != nil {
			return err
		}
		err = e.DB.Write(ctx, func(tx *sqldb.Tx) error {
			for _, room := range []func(context.Context, *sqldb.Tx, id.Brand) error{
				e.Inbox.Forget, e.Approval.Forget, e.Publishing.Forget, e.Charter.Forget, e.Answers.Forget, e.Assets.Forget, e.Channels.Forget, search.Forget, e.Book.Forget, e.Team.Forget, e.Brands.Forget,
			} {
				if err := room(ctx, tx, b); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, h := range handles {
			if err := e.World.Forget(ctx, h); err != nil {
				return err
			}
		}
	}
	return nil
}

// site is a house being built.
type site struct {
	*Agency
	house
	actor    team.Actor
	brand    id.Brand
	lang     string
	zone     *time.Location
	now      time.Time
	channels []channel.Channel
	media    map[string]assets.Media
	refs     map[string][]network.Ref // of a picture on each channel
	campaign map[string]id.Campaign
	link     *approval.Link // of the client; nil: none
	// categories are the brand's, in the order they were made.
	categories []publishing.CategoryID
}

func (e *Agency) build(ctx context.Context, owner id.Person, h house, lang string) error {
	about := h.about
	if lang == "fr" {
		about = h.aboutFR
	}
	b, err := e.Brands.MakeExample(ctx, team.Program("example"), owner, brand.Input{Name: h.name, About: about, Monogram: h.monogram, Colour: h.colour,
		Language: lang, Zone: "Europe/Paris", Week: time.Monday})
	if err != nil {
		return err
	}
	s := &site{Agency: e, house: h, brand: b.ID, lang: lang, now: e.DB.Now(),
		actor: team.Actor{Person: owner, Roles: map[id.Brand]team.Role{b.ID: team.Owner}},
		media: map[string]assets.Media{}, refs: map[string][]network.Ref{}, campaign: map[string]id.Campaign{}}
	if s.zone, err = time.LoadLocation(b.Zone); err != nil {
		return err
	}
	var both errgroup.Group
	both.Go(func() error { return s.connect(ctx) })
	both.Go(func() error { return s.paint(ctx) })
	if err := both.Wait(); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{s.hand, s.plan, s.rule, s.prepare, s.license, s.write, s.note, s.speak, s.trouble} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}
