package inbox

import (
	"time"

	"vigie/internal/base/id"
	"vigie/internal/network"
)

// The nouns of this room.
type (
	ConversationID string
	MessageID      string
	SpeakerID      string
	NoteID         string
	ViewID         string
	ChangeID       string
)

// State is what is to be done with a conversation. Stored; never renamed.
type State string

const (
	Open    State = "open"    // somebody waits for us
	Waiting State = "waiting" // we wait for somebody
	Done    State = "done"
	Snoozed State = "snoozed" // comes back at an hour
)

// States lists them all.
func States() []State { return []State{Open, Waiting, Done, Snoozed} }

// moves are the states that a person may put a conversation into, from each.
var moves = map[State][]State{
	Open:    {Waiting, Done, Snoozed},
	Waiting: {Open, Done, Snoozed},
	Done:    {Open, Waiting, Snoozed},
	Snoozed: {Open, Waiting, Done, Snoozed},
}

// Conversation is a thread with people, as a list shows it.
type Conversation struct {
	ID      ConversationID   `json:"id"`
	Brand   id.Brand         `json:"brand"`
	Channel id.Channel       `json:"channel"`
	Network network.Kind     `json:"network"`
	Kind    network.ItemKind `json:"kind"`
	Subject string           `json:"subject,omitempty"`
	// Speaker is who spoke to us last, Name what she is called.
	Speaker  SpeakerID `json:"speaker,omitempty"`
	Name     string    `json:"name"`
	Excerpt  string    `json:"excerpt"`
	Language string    `json:"language,omitempty"`
	Private  bool      `json:"private"`
	State    State     `json:"state"`
	Until    time.Time `json:"until,omitzero"` // when a snoozed one comes back
	Assignee id.Person `json:"assignee,omitempty"`
	Desk     string    `json:"desk,omitempty"`
	Messages int64     `json:"messages"`
	LastAt   time.Time `json:"last_at"`
	LastIn   time.Time `json:"last_in,omitzero"`
	LastOut  time.Time `json:"last_out,omitzero"`
	// Unanswered is since when somebody waits; zero: nobody does.
	Unanswered time.Time `json:"unanswered,omitzero"`
	DoneBy     id.Person `json:"done_by,omitempty"`
	DoneAt     time.Time `json:"done_at,omitzero"`
	Made       time.Time `json:"made"`
	Version    int64     `json:"version"`
	// Unread is for the person who asks.
	Unread bool `json:"unread"`

	under network.Ref
}

// Message is one utterance.
type Message struct {
	ID           MessageID        `json:"id"`
	Conversation ConversationID   `json:"conversation"`
	Kind         network.ItemKind `json:"kind"`
	Ref          network.Ref      `json:"-"`
	Root         network.Ref      `json:"-"`
	// Parent is the message answered, when it is in the conversation.
	Parent    MessageID            `json:"parent,omitempty"`
	Speaker   SpeakerID            `json:"speaker,omitempty"`
	Name      string               `json:"name"`
	Handle    string               `json:"handle,omitempty"`
	Bot       bool                 `json:"bot,omitempty"`
	Subject   string               `json:"subject,omitempty"`
	Text      string               `json:"text"`
	Media     []network.Attachment `json:"media,omitempty"`
	Language  string               `json:"language,omitempty"`
	URL       string               `json:"url,omitempty"`
	At        time.Time            `json:"at"`
	Edited    time.Time            `json:"edited,omitzero"`
	Gone      time.Time            `json:"gone,omitzero"` // deleted on the network; its words are not kept
	Held      string               `json:"held,omitempty"`
	Own       bool                 `json:"own"`
	Private   bool                 `json:"private"`
	Automatic bool                 `json:"automatic,omitempty"`
	// Earlier are its words before it was edited, oldest first.
	Earlier []Earlier `json:"earlier,omitempty"`
	// Depth is how deep it stands in the tree of answers.
	Depth int `json:"depth"`

	parent network.Ref
}

// Earlier are the words that a message had.
type Earlier struct {
	Text string    `json:"text"`
	At   time.Time `json:"at"` // until when
}

// Under is our own post that a conversation stands under.
type Under struct {
	Post    id.Post   `json:"post,omitempty"` // empty: not published by Vigie
	Text    string    `json:"text"`
	URL     string    `json:"url,omitempty"`
	At      time.Time `json:"at,omitzero"`
	Media   id.Media  `json:"media,omitempty"` // its first picture
	Alt     string    `json:"alt,omitempty"`
	Likes   int       `json:"likes"`
	Shares  int       `json:"shares"`
	Replies int       `json:"replies"`
	Quotes  int       `json:"quotes"`
}

// Speaker is who speaks, as one network knows her.
type Speaker struct {
	ID      SpeakerID    `json:"id"`
	Network network.Kind `json:"network"`
	Handle  string       `json:"handle"`
	Name    string       `json:"name"`
	URL     string       `json:"url,omitempty"`
	Bot     bool         `json:"bot,omitempty"`
	First   time.Time    `json:"first"` // when she was first heard
	Last    time.Time    `json:"last"`
}

// Note is a line of the team about a conversation; nobody outside reads it.
type Note struct {
	ID     NoteID    `json:"id"`
	Person id.Person `json:"person"`
	Text   string    `json:"text"`
	At     time.Time `json:"at"`
	// Here is false for a note written in another conversation with her.
	Here bool `json:"here"`
}

// Bounds of what is kept of an item, in runes where it is text.
const (
	MaxText    = 100_000
	MaxNote    = 4000
	maxExcerpt = 180
	maxName    = 200
	maxRef     = 1000
	maxEarlier = 50
)
