package inbox

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"time"

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
var Schema = sqldb.Schema{Room: "inbox", Files: schemaFS()}

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

// Sealer keeps what must not be read in a stolen database; platform/secret is
// one.
type Sealer interface {
	Seal(purpose, row string, plain []byte) (string, error)
	Open(purpose, row, sealed string) ([]byte, error)
}

// Channels is what this room needs of the desk at the door; *channel.Service is
// one.
type Channels interface {
	List(ctx context.Context, a team.Actor, b id.Brand) ([]channel.Channel, error)
	Get(ctx context.Context, a team.Actor, b id.Brand, c id.Channel) (channel.Channel, error)
	Presence(ctx context.Context, b id.Brand, c id.Channel) (*network.Presence, channel.Channel, error)
	MarkSignedOut(ctx context.Context, tx *sqldb.Tx, c channel.Channel, problem string) error
	// Connected lists the channels of all brands that are not removed.
	Connected(ctx context.Context) ([]channel.Channel, error)
}

// Published is a publication of ours that reached its network.
type Published struct {
	Channel id.Channel
	Post    id.Post
	// Answer says that it answers somebody: it is part of a conversation, and
	// none stands under it.
	Answer bool
	Parts  []Part
	Media  id.Media // its first picture
	Alt    string
}

// Part is one utterance of a publication.
type Part struct {
	Ref       network.Ref
	Text, URL string
	At        time.Time
}

// Posts is what this room needs of publishing to tell what we said ourselves.
type Posts interface {
	// Published reads a publication that was sent. Errors: not_found.
	Published(ctx context.Context, q sqldb.Q, b id.Brand, p id.Publication) (Published, error)
}

// Answer is what somebody wants said in a conversation.
type Answer struct {
	// ID is chosen by who asks: the same answer told twice is one.
	ID           id.Post
	Conversation ConversationID
	Channel      id.Channel
	// Parent is the message answered and Root the first of its thread.
	Parent, Root network.Ref
	// Whom is how she is called on the network: a mention may need it.
	Whom string
	// Language is that of the message, as its network says.
	Language string
	Text     string
	Media    []id.Media
	Private  bool
	// Undo is how long it waits and can be taken back.
	Undo time.Duration
	// Still is called in the transaction that plans it; its error stops it.
	Still func(ctx context.Context, tx *sqldb.Tx, answer id.Post) error
}

// Said is an answer on its way, or arrived.
type Said struct {
	ID      id.Post       `json:"id"`
	Person  id.Person     `json:"person"`
	Text    string        `json:"text"`
	At      time.Time     `json:"at"`                // when it was written
	Leaves  time.Time     `json:"leaves,omitzero"`   // until when it can be taken back
	State   string        `json:"state"`             // of its publication
	Problem string        `json:"problem,omitempty"` // message key of why it did not leave
	Refs    []network.Ref `json:"-"`                 // once it stands there
	URL     string        `json:"url,omitempty"`
}

// Seen is an answer as it would leave now.
type Seen struct {
	// Text is what leaves: a mention may stand before the words.
	Text string `json:"text"`
	// Count is its length as the network counts, Most how much it takes.
	Count int `json:"count"`
	Most  int `json:"most"`
	// Problems are what stands in its way, or should be looked at.
	Problems []Trouble `json:"problems"`
	Stops    bool      `json:"stops"` // one of them stops it
	Able     bool      `json:"able"`  // the network has answers
	// Private says that an answer can reach its author alone.
	Private bool `json:"private"`
}

// Trouble is one thing that is wrong with an answer.
type Trouble struct {
	Key    string         `json:"key"`
	Values map[string]any `json:"values,omitempty"`
	Why    string         `json:"why,omitempty"`
	Stops  bool           `json:"stops"`
}

// Answerer is what this room needs of publishing to answer people: the same
// ledger as for posts, one attempt, nothing doubled. Its verbs check the
// actor's permission and the network's limits.
type Answerer interface {
	// Answer plans it. Errors: invalid (too long, charter), unsupported, Still's.
	Answer(ctx context.Context, a team.Actor, b id.Brand, in Answer) (id.Post, error)
	// Look shows an answer as it would leave; nothing is kept. Errors: invalid.
	Look(ctx context.Context, a team.Actor, b id.Brand, in Answer) (Seen, error)
	// Answers lists what was said in a conversation, oldest first.
	Answers(ctx context.Context, a team.Actor, b id.Brand, about ConversationID) ([]Said, error)
	// TakeBack stops an answer that has not left, and gives its words back.
	// Errors: conflict (it left), not_found.
	TakeBack(ctx context.Context, a team.Actor, b id.Brand, answer id.Post) (words string, err error)
}

// Needs are what the room is made of.
type Needs struct {
	DB       *sqldb.DB
	Book     Journal
	Channels Channels
	Seal     Sealer
	Posts    Posts    // nil: nothing was published
	Answers  Answerer // nil: the room only listens
	Shelf    Shelf    // nil: no answer is saved anywhere
	// Away tells whether a brand was archived; nil: none ever is.
	Away func(ctx context.Context, q sqldb.Q, b id.Brand) (bool, error)
	// Answerable are those to whom a conversation can be given.
	Answerable func(ctx context.Context, b id.Brand) ([]id.Person, error)
	// Later adds a job once, in the caller's transaction; nil: nothing is done
	// later.
	Later func(ctx context.Context, tx *sqldb.Tx, kind string, args any) error
	// Tell lets open pages know, after the commit.
	Tell func(topic, kind string, data any)
	Log  *slog.Logger
}

// Service is the room's verbs. It is safe for use by many goroutines. The part
// that reads the networks is Readers.
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

// changed tells open pages, after the commit, which conversations are not as
// they show them. Many at once are told as a number: nobody looks at all.
func (s *Service) changed(tx *sqldb.Tx, b id.Brand, came int, list []ConversationID) {
	if len(list) == 0 && came == 0 {
		return
	}
	tx.AfterCommit(func() {
		s.Tell("brand:"+string(b), "inbox", map[string]any{"came": came, "conversations": list[:min(len(list), maxTold)]})
		for _, c := range list[:min(len(list), maxTold)] {
			s.Tell("brand:"+string(b), "talk-"+string(c), nil)
		}
	})
}

// maxTold is how many conversations are told by name at once.
const maxTold = 20
