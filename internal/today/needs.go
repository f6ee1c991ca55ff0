package today

import (
	"context"
	"log/slog"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/channel"
	"vigie/internal/platform/logbook"
	"vigie/internal/team"
)

// Post is a post as this page shows it.
type Post struct {
	ID         id.Post      `json:"id"`
	Brand      id.Brand     `json:"brand"`
	Title      string       `json:"title"`
	At         time.Time    `json:"at,omitzero"`
	Validation string       `json:"validation"` // as ui.Validation draws it
	Badge      string       `json:"badge"`      // as ui.Publication draws it; empty: a draft
	Changed    bool         `json:"changed"`
	Channels   []id.Channel `json:"channels"`
	Edited     time.Time    `json:"edited"`
	// Trouble is what stands in its way on some channel, the first of them.
	Trouble *Trouble `json:"trouble,omitempty"`
}

// Trouble is a post on one channel that did not go as planned.
type Trouble struct {
	Publication id.Publication `json:"publication"`
	Brand       id.Brand       `json:"brand"`
	Post        id.Post        `json:"post"`
	Title       string         `json:"title"`
	Channel     id.Channel     `json:"channel"`
	State       string         `json:"state"` // "failed", "unknown", "overdue" without an attempt, "pending" when its hour passed before its readers said yes, "recall" for one that does not come down by itself, or "frozen" for one whose hour was missed
	DueAt       time.Time      `json:"due_at"`
	Problem     string         `json:"problem,omitempty"` // message key
	Detail      map[string]any `json:"detail,omitempty"`
}

// Hand is a publication that somebody is to publish by hand.
type Hand struct {
	Publication id.Publication `json:"publication"`
	Brand       id.Brand       `json:"brand"`
	Post        id.Post        `json:"post"`
	Title       string         `json:"title"`
	Channel     id.Channel     `json:"channel"`
	DueAt       time.Time      `json:"due_at"`
	// Late says that she had her time and has not answered.
	Late bool `json:"late"`
}

// Sent is a publication that the network has.
type Sent struct {
	Post    id.Post
	Title   string
	Channel id.Channel
	DueAt   time.Time
	At      time.Time
}

// Freeze is what holds everything.
type Freeze struct {
	Reason string    `json:"reason"`
	By     id.Person `json:"by"`
	Since  time.Time `json:"since"`
	All    bool      `json:"all"` // every brand of the instance
}

// Posts is what this room asks of publishing. Every answer holds what the actor
// may see, and nothing else.
type Posts interface {
	// Between lists the posts whose hour lies in [from, to), by hour, at most
	// limit of them.
	Between(ctx context.Context, a team.Actor, b id.Brand, from, to time.Time, limit int) ([]Post, error)
	// Drafts lists the drafts, at most limit, last edited first.
	Drafts(ctx context.Context, a team.Actor, b id.Brand, limit int) ([]Post, error)
	// Any tells whether the brand has a post of any kind.
	Any(ctx context.Context, a team.Actor, b id.Brand) (bool, error)
	// Troubles lists what failed, is in doubt, is overdue, was not approved in time or was missed since, latest hour
	// first, at most limit; what a freeze simply holds is no trouble.
	Troubles(ctx context.Context, a team.Actor, b id.Brand, since time.Time, limit int) ([]Trouble, error)
	// Hands lists what is to be published by hand now, oldest hour first, at
	// most limit.
	Hands(ctx context.Context, a team.Actor, b id.Brand, limit int) ([]Hand, error)
	// Sent lists what left in [from, to), at most limit.
	Sent(ctx context.Context, a team.Actor, b id.Brand, from, to time.Time, limit int) ([]Sent, error)
	// Freezes returns what holds the brand now.
	Freezes(ctx context.Context, a team.Actor, b id.Brand) ([]Freeze, error)
}

// Channels is what it asks of the desk at the door; *channel.Service is one.
type Channels interface {
	List(ctx context.Context, a team.Actor, b id.Brand) ([]channel.Channel, error)
}

// Logbook is what it asks of the journal.
type Logbook interface {
	// Acts lists a brand's acts in [from, to) whose name begins with one of
	// these, oldest first, at most limit.
	Acts(ctx context.Context, b id.Brand, from, to time.Time, begins []string, limit int) ([]logbook.Record, error)
}

// Needs are what the room is made of. All but Log are required.
type Needs struct {
	Posts    Posts
	Channels Channels
	Logbook  Logbook
	// Brands lists the brands in which the actor has a role, by name.
	Brands func(ctx context.Context, a team.Actor) ([]brand.Brand, error)
	// Names tells what the people of a brand are called.
	Names func(ctx context.Context, a team.Actor, b id.Brand) (map[id.Person]string, error)
	// PastRights counts the publications that stand on line past the right to
	// show one of their media; nil: nobody counts them.
	PastRights func(ctx context.Context, a team.Actor, b id.Brand) (int, error)
	// Endings says which rights to show a media end soon; nil: nobody knows.
	Endings func(ctx context.Context, a team.Actor, b id.Brand) (Ending, error)
	// Asked lists who waits for an answer, the longest first, at most limit, and
	// counts them to a thousand; nil: nobody can be heard.
	Asked func(ctx context.Context, a team.Actor, b id.Brand, limit int) ([]Asker, int, error)
	Now   clock.Now
	Log   *slog.Logger
}
