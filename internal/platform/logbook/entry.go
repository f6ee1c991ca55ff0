package logbook

import (
	"time"

	"vigie/internal/base/id"
)

// ActorKind says who acted.
type ActorKind string

const (
	Person  ActorKind = "person"
	Program ActorKind = "program" // Vigie itself; ID names the part: "clock", "watchdog"
	Outside ActorKind = "outside" // a network, a client by private link
)

// Actor is who acted. Token is set when a person acted through an API token.
type Actor struct {
	Kind  ActorKind
	ID    string
	Token id.Token
}

// Subject is what an act is about: Subject{"post", string(post.ID)}.
type Subject struct {
	Kind string
	ID   string
}

// Entry is one act about to be recorded.
type Entry struct {
	Brand   id.Brand // empty: about the instance or a person
	Actor   Actor
	Act     string // "publication.sent": room.verb, never renamed once stored
	Subject Subject
	// Data is the act's own JSON, without personal data: it is sealed for
	// good.
	Data any
	// Personal is what must be erasable: names, addresses, texts of people.
	// It stands beside the chain, which only holds its salted hash.
	Personal any
	// About is the person whose data Personal is, when she has an id.
	About string
	// Took is the time the actor spent, measured from the focused seconds on
	// what she worked on. Private to her; zero when unknown.
	Took time.Duration
}

// Record is an entry as kept.
type Record struct {
	Seq      int64
	ID       id.Act
	At       time.Time
	Brand    id.Brand
	Actor    Actor
	Act      string
	Subject  Subject
	Data     []byte // JSON
	Personal []byte // JSON; nil when there was none or it was erased
	Erased   bool
}
