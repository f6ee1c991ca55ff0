package publishing

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"sync"
	"sync/atomic"

	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

//go:embed schema/*.sql
var schemaFiles embed.FS

// Schema is the tables of this room.
var Schema = sqldb.Schema{Room: "publishing", Files: schemaFS()}

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

// Channels is what this room needs of the desk at the door; *channel.Service
// is one.
type Channels interface {
	List(ctx context.Context, a team.Actor, b id.Brand) ([]channel.Channel, error)
	Get(ctx context.Context, a team.Actor, b id.Brand, c id.Channel) (channel.Channel, error)
	Presence(ctx context.Context, b id.Brand, c id.Channel) (*network.Presence, channel.Channel, error)
	MarkSignedOut(ctx context.Context, tx *sqldb.Tx, c channel.Channel, problem string) error
}

// MediaInfo is what the checks need to know of a media.
type MediaInfo struct {
	ID            id.Media `json:"id"`
	Name          string   `json:"name"`
	Type          string   `json:"type"`
	Bytes         int64    `json:"bytes"`
	Width, Height int
	Alt           string `json:"alt"`
	// Ready is false while the library still works on it.
	Ready bool `json:"ready"`
	// Problem is the message key of why it never will be.
	Problem string `json:"problem,omitempty"`
}

// Media is what this room needs of the library.
type Media interface {
	// Describe returns what the library knows; a media of another brand or
	// none at all is missing from the answer.
	Describe(ctx context.Context, b id.Brand, list []id.Media) (map[id.Media]MediaInfo, error)
	// Fit gives the media within a network's rule, re-encoded if need be. The
	// caller closes Body when it is an io.Closer.
	Fit(ctx context.Context, b id.Brand, m id.Media, rule network.ImageRule) (network.Upload, error)
	// Prepare has media re-encoded ahead of their hour, in the background.
	Prepare(ctx context.Context, tx *sqldb.Tx, b id.Brand, list []id.Media, rules ...network.ImageRule) error
}

// Needs are what the room is made of.
type Needs struct {
	DB       *sqldb.DB
	Book     Journal
	Channels Channels
	Media    Media
	// Zone is the zone of a brand's calendar.
	Zone func(ctx context.Context, q sqldb.Q, b id.Brand) (string, error)
	// Away tells whether a brand was archived; nil: none ever is.
	Away func(ctx context.Context, q sqldb.Q, b id.Brand) (bool, error)
	// Examiners look at what would leave, in this order.
	Examiners []Examiner
	// Gate says what may leave; nil: everything that is planned may.
	Gate Gate
	// Twins lists the channels, of any brand, that stand for the same account
	// as this one; nil: each account has one channel.
	Twins func(ctx context.Context, q sqldb.Q, b id.Brand, c id.Channel) ([]id.Channel, error)
	// Cuts says which part of media is shown on the networks that have a crop;
	// nil: everything is shown whole.
	Cuts func(ctx context.Context, q sqldb.Q, b id.Brand, list []id.Media) (map[id.Media]map[network.Kind]network.Cut, error)
	// Later adds a job in the caller's transaction; nil: nothing is done later.
	Later func(ctx context.Context, tx *sqldb.Tx, kind string, args any) error
	// Bring fetches a picture by its address into the library. Errors: invalid
	// (not there, refused, no picture), transient (try later). nil: it cannot.
	Bring func(ctx context.Context, a team.Actor, b id.Brand, address string) (id.Media, error)
	// Answerable are those who answer for a brand; nil: nobody.
	Answerable func(ctx context.Context, b id.Brand) ([]id.Person, error)
	// Alert tells those a recall names (Told) of it, in the transaction that
	// begins it; nil: only their open pages are told.
	Alert func(ctx context.Context, tx *sqldb.Tx, r Recall) error
	// Remind writes to those a recall names (Told) about its legs, which were left
	// to a hand and are still open, in the transaction that notes it; nil: nobody
	// is written to a second time.
	Remind func(ctx context.Context, tx *sqldb.Tx, r Recall) error
	// Handed tells those who publish by hand, in the transaction that hands a
	// publication over, or finds it late; nil: only their pages are told.
	Handed func(ctx context.Context, tx *sqldb.Tx, h Hand) error
	// Tell lets open pages know, after the commit.
	Tell func(topic, kind string, data any)
	Log  *slog.Logger
}

// Service is the room's verbs. It is safe for use by many goroutines. The part
// that sends is Ledger.
type Service struct {
	Needs
	frosts atomic.Int64 // freezes opened by this process
	wakeMu sync.Mutex
	wakers []func()
}

// New makes the room.
func New(n Needs) *Service {
	if n.Tell == nil {
		n.Tell = func(string, string, any) {}
	}
	if n.Log == nil {
		n.Log = slog.Default()
	}
	return &Service{Needs: n}
}

// later adds a job, where there are jobs.
func (s *Service) later(ctx context.Context, tx *sqldb.Tx, kind string, args any) error {
	if s.Later == nil {
		return nil
	}
	return s.Later(ctx, tx, kind, args)
}

// onWake registers who must look at the clock again when the plan changes.
func (s *Service) onWake(f func()) {
	s.wakeMu.Lock()
	s.wakers = append(s.wakers, f)
	s.wakeMu.Unlock()
}

func (s *Service) wake() {
	s.wakeMu.Lock()
	defer s.wakeMu.Unlock()
	for _, f := range s.wakers {
		f()
	}
}

// changed tells open pages, after the commit, that a post is not as they show it.
func (s *Service) changed(tx *sqldb.Tx, b id.Brand, p id.Post) {
	tx.AfterCommit(func() {
		s.Tell("brand:"+string(b), "post", map[string]any{"post": p})
		s.Tell("post:"+string(p), "post", map[string]any{"post": p})
	})
}
