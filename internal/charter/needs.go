package charter

import (
	"context"
	"embed"
	"io/fs"
	"sync"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/jobs"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

//go:embed schema/*.sql
var schemaFiles embed.FS

// Schema is the tables of this room.
var Schema = sqldb.Schema{Room: "charter", Files: schemaFS()}

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

// Said is something the brand published or is about to: what a rule is tried
// on.
type Said struct {
	Post     id.Post
	Title    string
	Channel  string // as people call it
	Network  network.Kind
	At       time.Time
	Sent     bool
	Parts    []string
	Labels   []string
	Campaign id.Campaign
}

// Past is what this room needs of publishing: what was said in a stretch of
// time, latest first, at most limit.
type Past interface {
	Said(ctx context.Context, a team.Actor, b id.Brand, from, to time.Time, limit int) ([]Said, error)
}

// Needs are what the room is made of.
type Needs struct {
	DB   *sqldb.DB
	Book Journal
	Past Past
	// Zone is the zone of a brand's calendar.
	Zone func(ctx context.Context, q sqldb.Q, b id.Brand) (string, error)
	// Tell lets open pages know, after the commit.
	Tell func(topic, kind string, data any)
}

// Service is the room's verbs. It is safe for use by many goroutines.
type Service struct {
	Needs
	mu   sync.Mutex
	made map[id.Brand]*shelf

	queue *jobs.Queue // where links are looked at; nil: nowhere
}

// New makes the room.
func New(n Needs) *Service {
	if n.Tell == nil {
		n.Tell = func(string, string, any) {}
	}
	return &Service{Needs: n, made: map[id.Brand]*shelf{}}
}

// changed tells open pages, and this process, that a charter is not as they
// know it.
func (s *Service) changed(tx *sqldb.Tx, b id.Brand) {
	tx.AfterCommit(func() {
		s.drop(b)
		s.Tell("brand:"+string(b), "charter", nil)
	})
}
