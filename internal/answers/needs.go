package answers

import (
	"context"
	"embed"
	"io/fs"
	"sync"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/channel"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

//go:embed schema/*.sql
var schemaFiles embed.FS

// Schema is the tables of this room.
var Schema = sqldb.Schema{Room: "answers", Files: schemaFS()}

func schemaFS() fs.FS {
	f, err := fs.Sub(schemaFiles, "schema")
	if err != nil {
		panic(err)
	}
	return f
}

// Journal is the logbook.
type Journal interface {
	Record(ctx context.Context, tx *sqldb.Tx, e logbook.Entry) error
}

// Post is a draft, or a scheduled post, that says something.
type Post struct {
	ID    id.Post   `json:"post"`
	Title string    `json:"title"`
	At    time.Time `json:"at,omitzero"`
	Texts []string  `json:"-"`
}

// Needs are what the room is made of.
type Needs struct {
	DB   *sqldb.DB
	Book Journal
	// Brand reads a brand: its name, its language, the zone of its days.
	Brand func(ctx context.Context, q sqldb.Q, b id.Brand) (brand.Brand, error)
	// People lists who is in a brand.
	People func(ctx context.Context, b id.Brand) ([]team.Member, error)
	// Channels lists a brand's channels, for what their networks take.
	Channels func(ctx context.Context, b id.Brand) ([]channel.Channel, error)
	// Media is not_found unless the brand has that picture.
	Media func(ctx context.Context, a team.Actor, b id.Brand, m id.Media) error
	// Posts lists what is not sent yet and holds the words of a text.
	Posts func(ctx context.Context, a team.Actor, b id.Brand, text string) ([]Post, error)
	// Tell lets open pages know, after the commit.
	Tell func(topic, kind string, data any)
}

// Service is the room's verbs. It is safe for use by many goroutines.
type Service struct {
	Needs
	mu   sync.Mutex
	made map[id.Brand]*shelf
}

// New makes the room.
func New(n Needs) *Service {
	if n.Tell == nil {
		n.Tell = func(string, string, any) {}
	}
	return &Service{Needs: n, made: map[id.Brand]*shelf{}}
}
