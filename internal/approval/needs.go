package approval

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/i18n"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/mail"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

//go:embed schema/*.sql
var schemaFiles embed.FS

// Schema is the tables of this room.
var Schema = sqldb.Schema{Room: "approval", Files: schemaFS()}

func schemaFS() fs.FS {
	f, err := fs.Sub(schemaFiles, "schema")
	if err != nil {
		panic(err)
	}
	return f
}

// Content is what would leave on one channel, as publishing hashes it.
type Content struct {
	Parts   []Part          `json:"parts"`
	Options network.Options `json:"options"`
}

// Part is one utterance of a content.
type Part struct {
	Text  string  `json:"text"`
	Media []Media `json:"media,omitempty"`
}

// Media is a picture in a part.
type Media struct {
	ID  id.Media `json:"id"`
	Alt string   `json:"alt"`
	// Cut is the part of the picture that leaves; empty: the whole.
	Cut network.Cut `json:"cut,omitempty"`
}

// Question is what waits of one post, as publishing asks.
type Question struct {
	Brand  id.Brand
	Post   id.Post
	Title  string
	Author id.Person
	Editor id.Person
	Items  []Asked
}

// Asked is the content of one channel and its hour.
type Asked struct {
	Channel id.Channel
	Content Content
	Hash    string
	Planned clock.Wall
	At      time.Time
	Stale   bool // the post says something else by now
	Picture bool // because a picture of it is shown otherwise, at this moment
	Leaving bool // an attempt is under way
}

// Answer says what may leave.
type Answer struct {
	Cleared map[id.Channel]bool
	State   State // of the post; empty: nobody is asked
}

// Posts is what this room needs of publishing.
type Posts interface {
	// HoldPost and HoldBrand make every change of a post, or of what is planned
	// in a brand, wait until the transaction ends.
	HoldPost(ctx context.Context, tx *sqldb.Tx, b id.Brand, post id.Post) error
	HoldBrand(ctx context.Context, tx *sqldb.Tx, b id.Brand) error
	// Recheck asks this room again, in the transaction; no post: all that waits.
	Recheck(ctx context.Context, tx *sqldb.Tx, a team.Actor, b id.Brand, posts ...id.Post) error
	// Waiting lists the channels of a post on which something has not left.
	Waiting(ctx context.Context, q sqldb.Q, b id.Brand, post id.Post) ([]id.Channel, error)
	// Outdated says of which of these posts the words were changed since they
	// were submitted, without anybody having submitted them again.
	Outdated(ctx context.Context, q sqldb.Q, b id.Brand, posts []id.Post) ([]id.Post, error)
	// Replace puts other words in the place of quote, in what the post says on
	// a channel. Errors: conflict (the words are not there, or twice).
	Replace(ctx context.Context, a team.Actor, b id.Brand, post id.Post, c id.Channel, quote, with string) error
	// Word says how a post would leave as it is, then with each of others in
	// the place of its words. Errors: invalid, not_found.
	Word(ctx context.Context, a team.Actor, b id.Brand, post id.Post, others ...Saying) (Own, []Worded, error)
	// Adopt saves a version and puts the post on the calendar with it, in one
	// transaction. Errors: those of saving and planning; conflict (something
	// has begun to leave, or would leave otherwise than Want says).
	Adopt(ctx context.Context, a team.Actor, b id.Brand, ad Adoption) error
}

// Journal is the logbook.
type Journal interface {
	Record(ctx context.Context, tx *sqldb.Tx, e logbook.Entry) error
}

// Sealer keeps a link's address for the letters that remind of it.
type Sealer interface {
	Seal(purpose, rowID string, plain []byte) (string, error)
	Open(purpose, rowID, sealed string) ([]byte, error)
}

// Needs are what the room is made of.
type Needs struct {
	DB    *sqldb.DB
	Book  Journal
	Posts Posts
	Seal  Sealer
	// People lists who has a role in a brand.
	People func(ctx context.Context, b id.Brand) ([]team.Member, error)
	// Channel is not_found for what is no channel of the brand; nil: not asked.
	Channel func(ctx context.Context, b id.Brand, c id.Channel) error
	// Brand says what a brand is called, and its zone.
	Brand func(ctx context.Context, q sqldb.Q, b id.Brand) (name, zone string, err error)
	// Reach says how to write to a person.
	Reach func(ctx context.Context, p id.Person) (to mail.Address, language string, err error)
	// Later has a letter sent in the background, in the caller's transaction.
	Later func(ctx context.Context, tx *sqldb.Tx, kind string, args any) error
	Mail  mail.Sender
	Words *i18n.Catalog
	// Address is where people reach the program, without a slash at its end.
	Address string
	// Tell lets open pages know, after the commit.
	Tell func(topic, kind string, data any)
	Log  *slog.Logger
}

// Service is the room's verbs, safe for use by many goroutines.
type Service struct{ Needs }

// New makes the room.
func New(n Needs) *Service {
	if n.Tell == nil {
		n.Tell = func(string, string, any) {}
	}
	if n.Log == nil {
		n.Log = slog.Default()
	}
	return &Service{n}
}

func (s *Service) changed(tx *sqldb.Tx, b id.Brand, p id.Post) {
	tx.AfterCommit(func() {
		s.Tell("brand:"+string(b), "approval", map[string]any{"post": p})
		s.Tell("post:"+string(p), "approval", map[string]any{"post": p})
	})
}
