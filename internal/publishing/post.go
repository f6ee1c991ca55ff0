package publishing

import (
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/id"
	"vigie/internal/network"
)

// Post is what a brand says: a text for everywhere, and variants where a
// channel needs other words.
type Post struct {
	ID       id.Post         `json:"id"`
	Brand    id.Brand        `json:"brand"`
	Title    string          `json:"title"` // for the team; never leaves
	Text     string          `json:"text"`
	Media    []MediaRef      `json:"media"`
	Options  network.Options `json:"options"`
	Variants []Variant       `json:"variants"`
	Campaign id.Campaign     `json:"campaign,omitempty"`
	// Category is whose turn a free slot must be for this post to take it.
	Category CategoryID `json:"category,omitempty"`
	// Origin is the post that this one says again, because the queue of its
	// category was empty; Again counts the times, 0 for what is no repetition.
	Origin id.Post  `json:"origin,omitempty"`
	Again  int      `json:"again,omitempty"`
	Labels []string `json:"labels"`
	// Planned is the hour on the brand's wall; Local is empty without one.
	Planned clock.Wall `json:"planned"`
	// At is the instant of Planned, as the zone's rules stand; zero without.
	At         time.Time  `json:"at,omitzero"`
	Validation Validation `json:"validation"`
	Badge      Badge      `json:"badge"`
	// Changed says that the words were edited since they were scheduled: what
	// leaves is what was scheduled, until the schedule is renewed.
	Changed bool      `json:"changed"`
	Author  id.Person `json:"author"`
	Made    time.Time `json:"made"`
	Edited  time.Time `json:"edited"`
	Editor  id.Person `json:"editor"`
	// Version moves at each save; a save names the version it was made from.
	Version int64     `json:"version"`
	Binned  time.Time `json:"binned,omitzero"` // in the bin since; zero when not
	// Answers is whom the post answers, and where; zero: it speaks by itself.
	Answers Thread `json:"answers,omitzero"`
}

// Variant is how a post is said on one channel. nil fields follow the post.
type Variant struct {
	ID      id.Variant       `json:"id"`
	Channel id.Channel       `json:"channel"`
	Text    *string          `json:"text"`
	Media   *[]MediaRef      `json:"media"`
	Options *network.Options `json:"options"`
	// Thread cuts the text into parts where the network has threads: at the
	// separator line "---" or, with Split, wherever the limit asks.
	Split bool `json:"split"`
}

// Publication is a post on one channel on its way: the ledger's row.
type Publication struct {
	ID      id.Publication `json:"id"`
	Brand   id.Brand       `json:"brand"`
	Post    id.Post        `json:"post"`
	Channel id.Channel     `json:"channel"`
	State   State          `json:"state"`
	Content Content        `json:"content"`
	Hash    string         `json:"hash"`
	Planned clock.Wall     `json:"planned"`
	DueAt   time.Time      `json:"due_at"`
	// NextAt is when something happens next: the hour, another try, a look.
	NextAt   time.Time `json:"next_at,omitzero"`
	Attempts int       `json:"attempts"`
	// Attempted is when the last attempt was written down.
	Attempted time.Time `json:"attempted,omitzero"`
	// Sent lists the parts that the network has, in order.
	Sent   []SentPart `json:"sent"`
	SentAt time.Time  `json:"sent_at,omitzero"`
	// URL is the permalink of the first part.
	URL string `json:"url,omitempty"`
	// Problem is the message key of what is wrong, Detail its values.
	Problem string         `json:"problem,omitempty"`
	Detail  map[string]any `json:"detail,omitempty"`
	// Looks counts the looks at the network since the doubt began.
	Looks int `json:"looks"`
	// Cleared is the hash of the content that may leave, empty when nothing
	// may: the claim takes a row only when it is Hash.
	Cleared string `json:"-"`
	// Stale says that the post says something else since this was planned.
	Stale   bool  `json:"stale,omitempty"`
	Version int64 `json:"version"`
}

// SentPart is one part that the network has.
type SentPart struct {
	Ref  network.Ref `json:"ref"`
	Root network.Ref `json:"root,omitempty"`
	URL  string      `json:"url"`
	At   time.Time   `json:"at"`
	// Open says that the network still works on it, or has no permalink yet.
	Open bool `json:"open,omitempty"`
}

// Step is one line of a publication's story: what was tried, when, what came
// back.
type Step struct {
	Seq     int64          `json:"seq"`
	At      time.Time      `json:"at"`
	What    StepKind       `json:"what"`
	Part    int            `json:"part"` // from 0
	Attempt int            `json:"attempt"`
	Took    time.Duration  `json:"took,omitempty"` // the call, in nanoseconds
	Request string         `json:"request,omitempty"`
	Status  int            `json:"status,omitempty"`
	Answer  string         `json:"answer,omitempty"`
	Problem string         `json:"problem,omitempty"`
	Detail  map[string]any `json:"detail,omitempty"`
	Who     string         `json:"who,omitempty"` // person's id when a person decided
	Node    string         `json:"node,omitempty"`
}

// StepKind names a step. Stored; never renamed.
type StepKind string

const (
	StepScheduled    StepKind = "scheduled"
	StepMoved        StepKind = "moved"
	StepRenewed      StepKind = "renewed"   // other content
	StepAttempt      StepKind = "attempt"   // the intent, before the call
	StepTaken        StepKind = "taken"     // the network answered: yes
	StepRefused      StepKind = "refused"   // the network answered: no
	StepNotSent      StepKind = "not_sent"  // it surely did not reach the network
	StepUnclear      StepKind = "unclear"   // nobody knows
	StepFound        StepKind = "found"     // a look: it is there
	StepNotFound     StepKind = "not_found" // a look: it is surely not there
	StepDoubt        StepKind = "doubt"     // a look that proves nothing
	StepConfirmed    StepKind = "confirmed" // the permalink is known
	StepAwaits       StepKind = "awaits"    // its content waits for a decision
	StepCleared      StepKind = "cleared"   // its content may leave
	StepFrozen       StepKind = "frozen"
	StepThawed       StepKind = "thawed"
	StepMissed       StepKind = "missed"  // its hour passed while nobody could send
	StepRezoned      StepKind = "rezoned" // the rules of its zone changed: another instant, the same hour
	StepSettled      StepKind = "settled"
	StepRetried      StepKind = "retried"
	StepWithdrawn    StepKind = "withdrawn"
	StepRecalled     StepKind = "recalled"      // somebody takes it back, or corrects it
	StepRecallFailed StepKind = "recall_failed" // the network did not do it, yet or at all
	StepCorrected    StepKind = "corrected"     // the network shows the new words
	StepReminded     StepKind = "reminded"      // people were written to again: it is left to a hand
	StepStopped      StepKind = "stopped"       // its channel is gone
	StepHanded       StepKind = "handed"        // a person is to publish it
	StepHandLate     StepKind = "hand_late"     // and has not said that she did: told again
	StepHandDone     StepKind = "hand_done"     // she did; with its link where she has it
	StepHandRefused  StepKind = "hand_refused"  // she did not, and says why
	StepBlocked      StepKind = "blocked"       // an examiner stopped it before its call
)

// Row is a post as a list or the calendar shows it: no text beyond a line.
type Row struct {
	ID         id.Post      `json:"id"`
	Brand      id.Brand     `json:"brand"`
	Title      string       `json:"title"`
	Planned    clock.Wall   `json:"planned"`
	At         time.Time    `json:"at,omitzero"`
	Validation Validation   `json:"validation"`
	Badge      Badge        `json:"badge"`
	Changed    bool         `json:"changed"`
	Campaign   id.Campaign  `json:"campaign,omitempty"`
	Category   CategoryID   `json:"category,omitempty"`
	Again      int          `json:"again,omitempty"` // it says an earlier post again, for the how manieth time
	Labels     []string     `json:"labels"`
	Channels   []id.Channel `json:"channels"`
	Media      int          `json:"media"`
	Author     id.Person    `json:"author"`
	Edited     time.Time    `json:"edited"`
	Version    int64        `json:"version"`
}

// PublicationRow is a publication as a list shows it.
type PublicationRow struct {
	ID       id.Publication `json:"id"`
	Brand    id.Brand       `json:"brand"`
	Post     id.Post        `json:"post"`
	Title    string         `json:"title"`
	Channel  id.Channel     `json:"channel"`
	State    State          `json:"state"`
	Planned  clock.Wall     `json:"planned"`
	DueAt    time.Time      `json:"due_at"`
	SentAt   time.Time      `json:"sent_at,omitzero"`
	URL      string         `json:"url,omitempty"`
	Problem  string         `json:"problem,omitempty"`
	Detail   map[string]any `json:"detail,omitempty"`
	Attempts int            `json:"attempts"`
}
