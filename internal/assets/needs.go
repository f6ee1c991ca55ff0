package assets

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/platform/files"
	"vigie/internal/platform/jobs"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

//go:embed schema/*.sql
var schemaFiles embed.FS

// Schema is the tables of this room.
var Schema = sqldb.Schema{Room: "assets", Files: schemaFS()}

func schemaFS() fs.FS {
	f, err := fs.Sub(schemaFiles, "schema")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	return f
}

// Journal is the logbook.
type Journal interface {
	Record(ctx context.Context, tx *sqldb.Tx, e logbook.Entry) error
}

// Queue is where the work on pictures goes; *jobs.Queue is one.
type Queue interface {
	Enqueue(ctx context.Context, tx *sqldb.Tx, kind string, args any, opts ...jobs.Opt) error
}

// Use is a post that shows a media.
type Use struct {
	Post  id.Post
	Title string
	At    time.Time // its hour; zero: none yet
	Badge string    // its publication badge, as ui.Publication draws it; may be empty
	// Template is set instead of Post for a template that shows it.
	Template string
}

// Posts is what this room asks of those who show media; publishing answers.
type Posts interface {
	// Uses lists the posts of the brand that show the media and that the actor
	// may see.
	Uses(ctx context.Context, a team.Actor, b id.Brand, m id.Media) ([]Use, error)
	// CountUses says how many posts and templates show each of the media, drafts
	// and those in the bin included; a media that none shows is missing.
	CountUses(ctx context.Context, b id.Brand, list []id.Media) (map[id.Media]int, error)
	// Shown counts the publications of each media that left or are going to;
	// those taken back do not count.
	Shown(ctx context.Context, q sqldb.Q, b id.Brand, list []id.Media) (map[id.Media]int64, error)
	// Taken counts the uses of each media that are taken when the post wants
	// its own on the channel: those of other posts, and of its other channels.
	// When it is leaving, only those that left or whose turn is before its own.
	Taken(ctx context.Context, q sqldb.Q, b id.Brand, post id.Post, c id.Channel, list []id.Media, leaving bool) (map[id.Media]int64, error)
	// PictureChanging readies the marking of the posts that wait to leave with a
	// media: what it answers is called in the transaction in which the media
	// comes to show something else on some network.
	PictureChanging(ctx context.Context, a team.Actor, b id.Brand, m id.Media) (mark func(*sqldb.Tx) error, err error)
	// OnLine lists the publications that stand on a network with one of the
	// media, latest first, at most limit.
	OnLine(ctx context.Context, b id.Brand, list []id.Media, limit int) ([]Standing, error)
	// Coming lists what is to leave with one of the media from an instant on,
	// drafts that have an hour among them, by hour, at most limit.
	Coming(ctx context.Context, b id.Brand, list []id.Media, from time.Time, limit int) ([]Coming, error)
}

// Standing is a publication that is on line with a media.
type Standing struct {
	Media       id.Media
	Publication id.Publication
	Post        id.Post
	Title       string
	Channel     id.Channel
	Sent        time.Time
	URL         string
}

// Needs are what the room is made of.
type Needs struct {
	DB    *sqldb.DB
	Book  Journal
	Files files.Store
	Jobs  Queue
	// Posts may be nil: then nothing is used anywhere.
	Posts Posts
	// Zone is the zone of a brand's calendar; nil: UTC.
	Zone func(ctx context.Context, q sqldb.Q, b id.Brand) (string, error)
	// Name is what a brand is called; nil: nobody is told of other brands.
	Name func(ctx context.Context, q sqldb.Q, b id.Brand) (string, error)
	// Letters is what it takes to write to people; nil: nobody is written to.
	Letters *Letters
	// Tell lets open pages know, after the commit; may be nil.
	Tell func(topic, kind string, data any)
	Log  *slog.Logger
}

// Service is the room's verbs. It is safe for use by many goroutines.
type Service struct {
	Needs
	// bench is the one place where a picture is unpacked: memory is bounded by
	// one picture, however many wait.
	bench chan struct{}
}

// New makes the room.
func New(n Needs) *Service {
	if n.Tell == nil {
		n.Tell = func(string, string, any) {}
	}
	if n.Log == nil {
		n.Log = slog.Default()
	}
	return &Service{Needs: n, bench: make(chan struct{}, 1)}
}

func (s *Service) zone(ctx context.Context, q sqldb.Q, b id.Brand) (string, error) {
	if s.Zone == nil {
		return "UTC", nil
	}
	return s.Zone(ctx, q, b)
}

// take waits for the bench; give must be called afterwards.
func (s *Service) take(ctx context.Context) (give func(), err error) {
	select {
	case s.bench <- struct{}{}:
		return func() { <-s.bench }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// changed tells open pages, after the commit, that a media is not as they show
// it.
func (s *Service) changed(tx *sqldb.Tx, b id.Brand, m id.Media) {
	tx.AfterCommit(func() { s.Tell("brand:"+string(b), "media", map[string]any{"media": m}) })
}
