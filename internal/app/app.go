package app

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"vigie/internal/answers"
	"vigie/internal/api"
	"vigie/internal/app/reading"
	"vigie/internal/approval"
	"vigie/internal/assets"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/channel"
	"vigie/internal/charter"
	"vigie/internal/inbox"
	"vigie/internal/network"
	"vigie/internal/networks/all"
	"vigie/internal/networks/practice"
	"vigie/internal/platform/fetch"
	"vigie/internal/platform/files"
	"vigie/internal/platform/i18n"
	"vigie/internal/platform/jobs"
	"vigie/internal/platform/live"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/search"
	"vigie/internal/platform/secret"
	"vigie/internal/platform/spell"
	"vigie/internal/platform/sqldb"
	"vigie/internal/publishing"
	"vigie/internal/team"
)

// Version is stamped by the linker on releases.
var Version = "dev"

// App is the program, built: every room wired, nothing started yet.
type App struct {
	Config     Config
	Log        *slog.Logger
	DB         *sqldb.DB
	Book       *logbook.Book
	Jobs       *jobs.Queue
	Hub        *live.Hub
	Files      *files.Dir
	Words      *i18n.Catalog
	Grammar    *spell.Service // nil without one
	World      *practice.World
	Team       *team.Service
	Brands     *brand.Service
	Channels   *channel.Service
	Assets     *assets.Service
	Publishing *publishing.Service
	Approval   *approval.Service
	Charter    *charter.Service
	Inbox      *inbox.Service
	Readers    *inbox.Readers
	Answers    *answers.Service
	Ledger     *publishing.Ledger

	attention attention

	lock    *os.File
	closers []func() error
}

// Build opens the data and wires the rooms. Nothing runs before Start. Close
// must be called whatever happens afterwards. Errors are invalid (configuration)
// or transient (database away).
func Build(ctx context.Context, c Config, log *slog.Logger) (_ *App, err error) {
	defer fault.Wrap(&err, "build")
	if err := c.prepare(); err != nil {
		return nil, err
	}
	a := &App{Config: c, Log: log}
	defer func() {
		if err != nil {
			a.Close()
		}
	}()
	if a.DB, err = sqldb.Open(ctx, sqldb.Config{URL: c.DatabaseURL()}); err != nil {
		return nil, err
	}
	a.closers = append(a.closers, a.DB.Close)
	if err = a.build(ctx); err != nil {
		return nil, err
	}
	return a, nil
}

func (a *App) build(ctx context.Context) (err error) {
	c := a.Config
	box, err := secret.Load(c.Data, c.SecretKey)
	if err != nil {
		return err
	}
	a.Book = logbook.New(a.DB)
	hub := live.Config{Log: a.Log}
	if !c.SQLite() {
		hub.PostgresURL = c.DatabaseURL()
	}
	if a.Hub, err = live.New(hub); err != nil {
		return err
	}
	if a.Jobs, err = jobs.New(a.DB, jobs.Config{Log: a.Log, Beat: c.Settle, Alone: c.SQLite()}); err != nil {
		return err
	}
	if a.Files, err = files.NewDir(files.DirConfig{Root: filepath.Join(c.Data, "files")}); err != nil {
		return err
	}
	if a.Words, err = i18n.New(messages()...); err != nil {
		return err
	}
	if a.Grammar, err = Grammar(c); err != nil {
		return err
	}
	a.closers = append(a.closers, func() error { a.Grammar.Stop(); return nil })
	if err := a.buildTeam(box); err != nil {
		return err
	}
	a.Brands = brand.New(brand.Config{DB: a.DB, Book: a.Book, People: a.Team, Tell: a.Hub.Tell})
	drivers, err := a.drivers(ctx)
	if err != nil {
		return err
	}
	paces := network.NewPaces() // one for the process: accounts are opened anew, their pace goes on
	a.Channels = channel.New(channel.Needs{DB: a.DB, Drivers: drivers, Seal: box, Book: a.Book, Tell: a.tellChannels, Log: a.Log,
		Wrap: func(kind network.Kind, acc network.Account, c network.PresenceConfig) *network.Presence {
			c.Pace = paces
			return network.NewPresence(kind, acc, c)
		},
		Removed: func(ctx context.Context, tx *sqldb.Tx, ch channel.Channel) error {
			if err := a.Inbox.ChannelRemoved(ctx, tx, ch.Brand, ch.ID); err != nil {
				return err
			}
			return a.Publishing.ChannelRemoved(ctx, tx, ch)
		},
	})
	letters, err := a.rightLetters()
	if err != nil {
		return err
	}
	a.Assets = assets.New(assets.Needs{DB: a.DB, Book: a.Book, Files: a.Files, Jobs: a.Jobs, Posts: shows{a}, Zone: zoneOf, Name: brandName, Letters: letters, Tell: a.Hub.Tell, Log: a.Log})
	a.Charter = charter.New(charter.Needs{DB: a.DB, Book: a.Book, Past: said{a}, Zone: zoneOf, Tell: a.Hub.Tell})
	a.buildAnswers()
	bring, err := a.bring()
	if err != nil {
		return err
	}
	visit, err := a.visitor()
	if err != nil {
		return err
	}
	a.Charter.Declare(a.Jobs, visit)
	a.Publishing = publishing.New(publishing.Needs{Bring: bring, Later: a.later, DB: a.DB, Book: a.Book, Channels: a.Channels, Twins: a.Channels.Twins, Answerable: a.answerable, Alert: a.alert, Remind: a.remind, Handed: a.handed, Media: library{a.Assets}, Tell: a.Hub.Tell, Log: a.Log, Zone: zoneOf, Away: away, Gate: reading.Gate{Room: &a.Approval}, Cuts: a.Assets.Cuts,
		Examiners: a.examiners()})
	a.Brands.OnArchive(a.Publishing.BrandArchived)
	a.Ledger = publishing.NewLedger(a.Publishing, publishing.LedgerConfig{Alone: c.SQLite(), Grace: c.Grace, Settle: c.Settle, DeadAfter: 4 * c.Settle})
	if err := a.buildApproval(box); err != nil {
		return err
	}
	a.buildInbox(box)
	a.declareJobs()
	return nil
}

func (a *App) drivers(ctx context.Context) ([]network.Driver, error) {
	private, err := a.Config.private()
	if err != nil {
		return nil, err
	}
	var store practice.Store = practiceRows{a.DB}
	if a.Config.SQLite() {
		files, err := practice.OpenFileStore(filepath.Join(a.Config.Data, "practice"))
		if err != nil {
			return nil, err
		}
		a.closers = append(a.closers, files.Close)
		store = files
	}
	if a.World, err = practice.NewWorld(ctx, practice.Config{Store: store, Latency: a.Config.Practice, Log: a.Log}); err != nil {
		return nil, err
	}
	return all.Drivers(all.Deps{HTTP: fetch.New(fetch.Config{AllowPrivate: private, UserAgent: userAgent()}), UserAgent: userAgent(),
		Dial:    fetch.Config{AllowPrivate: private}.Dialer(all.Ports()...),
		AppName: "Vigie", AppURL: a.Config.PublicURL(), Settle: a.Config.Settle, World: a.World}), nil
}

func userAgent() string { return "Vigie/" + Version }

func zoneOf(ctx context.Context, q sqldb.Q, b id.Brand) (string, error) {
	br, err := brand.Load(ctx, q, b)
	return br.Zone, err
}

// away tells whether a brand was archived, or is gone altogether.
func away(ctx context.Context, q sqldb.Q, b id.Brand) (bool, error) {
	_, err := brand.Load(ctx, q, b)
	if fault.Is(err, fault.NotFound) {
		return true, nil
	}
	return false, err
}

// Migrate brings the database up to this version; safe to repeat and safe on
// several nodes at once. It returns how many steps it took.
func (a *App) Migrate(ctx context.Context) (int, error) {
	n, err := a.DB.Migrate(ctx, Schemas()...)
	if err != nil {
		return n, err
	}
	return n, jobs.Migrate(ctx, a.DB)
}

// Schemas lists every room's tables, the hall's first.
func Schemas() []sqldb.Schema {
	return []sqldb.Schema{logbook.Schema, search.Schema, api.Schema, brand.Schema, team.Schema, channel.Schema, assets.Schema, publishing.Schema, approval.Schema, charter.Schema, inbox.Schema, answers.Schema, Schema}
}

// Start migrates and begins to work: jobs, clock, readers. It returns when the
// program is ready to serve. On SQLite it refuses to start twice on one file.
func (a *App) Start(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "start")
	if err := a.takeLock(); err != nil {
		return err
	}
	if _, err := a.Migrate(ctx); err != nil {
		return err
	}
	for _, start := range []func(context.Context) error{a.Hub.Start, a.Book.Start, a.Jobs.Start, a.Ledger.Start, a.Readers.Start} {
		if err := start(ctx); err != nil {
			return err
		}
	}
	return nil
}

// takeLock makes sure that one process works on a SQLite file: the ledger
// counts on it to know at once what a dead one left.
func (a *App) takeLock() error {
	if !a.Config.SQLite() || a.lock != nil {
		return nil
	}
	f, err := os.OpenFile(filepath.Join(a.Config.Data, "vigie.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fault.New(fault.Invalid, "app.data").With("path", a.Config.Data).Because(err)
	}
	if err := tryLock(f); err != nil {
		f.Close()
		return fault.New(fault.Conflict, "app.running").With("path", a.Config.Data).Because(err)
	}
	a.lock = f
	return nil
}

// Stop ends the work in the reverse order and waits for what is under way,
// until ctx ends.
func (a *App) Stop(ctx context.Context) error {
	var errs []error
	for _, stop := range []func(context.Context) error{a.KeepTime, a.Readers.Stop, a.Ledger.Stop, a.Jobs.Stop, a.Book.Stop, a.Hub.Stop} {
		errs = append(errs, stop(ctx))
	}
	return errors.Join(errs...)
}

// Close lets go of the data.
func (a *App) Close() error {
	var errs []error
	for i := len(a.closers) - 1; i >= 0; i-- {
		errs = append(errs, a.closers[i]())
	}
	a.closers = nil
	if a.lock != nil {
		errs = append(errs, a.lock.Close())
		a.lock = nil
	}
	return errors.Join(errs...)
}

// later adds a job once, for rooms whose jobs may be asked for twice.
func (a *App) later(ctx context.Context, tx *sqldb.Tx, kind string, args any) error {
	return a.Jobs.Enqueue(ctx, tx, kind, args, jobs.Unique())
}

// declareJobs lists what runs in the background by itself.
func (a *App) declareJobs() {
	a.Assets.Declare(a.Jobs)
	a.declareApproval()
	a.declareRecall()
	a.declareHands()
	a.declareInbox()
	jobs.Handle(a.Jobs, team.MailKind, jobs.Options{}, a.Team.SendMail)
	a.Jobs.Every("channel.probe", time.Hour, a.Channels.ProbeDue)
	a.Jobs.Every("practice.pulse", 5*time.Minute, func(ctx context.Context) error {
		_, err := a.World.Pulse(ctx, time.Now().UTC())
		return err
	})
	jobs.Handle(a.Jobs, publishing.ImportKind, jobs.Options{Timeout: 15 * time.Minute, Attempts: 10}, a.Publishing.CarryImport)
	jobs.Handle(a.Jobs, publishing.PicturesKind, jobs.Options{Timeout: 10 * time.Minute}, a.Publishing.FetchPictures)
	a.Jobs.Reconcile("publishing.reconcile", a.Publishing.Reconcile)
	a.Jobs.Every("publishing.series", time.Hour, a.Publishing.RunSeries)
	a.Jobs.Every("publishing.evergreen", 10*time.Minute, a.Publishing.RunEvergreen)
	a.Jobs.Every("publishing.imports", 24*time.Hour, a.Publishing.ForgetImports)
	a.Jobs.Every("publishing.bin", 6*time.Hour, a.Publishing.EmptyBin)
	a.Jobs.Every("publishing.rezone", 24*time.Hour, a.Publishing.Rezone)
	a.Jobs.Every("search.sweep", time.Hour, a.sweepWords())
	a.Jobs.Every("api.keys", time.Hour, api.NewKeys(a.DB).Clean)
}
