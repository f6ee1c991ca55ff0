package network

import "time"

// Capabilities are what an account can do, as data: the composer, the checks
// and the documentation work on them, never on the name of a network.
type Capabilities struct {
	Text   TextRule   `json:"text"`
	Images ImageRule  `json:"images"`
	Thread ThreadRule `json:"thread"`

	Answer AnswerRule `json:"answer"`
	// Article is set where the network holds long forms.
	Article ArticleRule `json:"article,omitzero"`
	// AnswersOnly: no post of the planning leaves by this account. It answers, if
	// Answer says so, or only listens.
	AnswersOnly bool `json:"answers_only,omitempty"`

	Edit           bool     `json:"edit"`
	Delete         bool     `json:"delete"`
	ContentWarning bool     `json:"content_warning"`
	Sensitive      bool     `json:"sensitive"`
	Visibilities   []string `json:"visibilities,omitempty"` // first is the default
	Languages      int      `json:"languages"`              // how many a post may declare

	// Hand is set where a person publishes, because the network has no usable
	// API; nil everywhere else.
	Hand *HandRule `json:"hand,omitempty"`

	// Receives is what is heard from people there.
	Receives ReceiveRule `json:"receives"`

	Pace   PaceRule  `json:"pace"`
	Source string    `json:"source"` // where these figures come from
	Read   string    `json:"read"`   // when: a date, or "live" with AsOf set
	AsOf   time.Time `json:"as_of"`
}

// Unit is what a network counts.
type Unit string

const (
	Graphemes Unit = "grapheme"
	Runes     Unit = "character" // Unicode code points
	UTF16     Unit = "utf16"
	Bytes     Unit = "byte"
)

// TextRule says how a network counts a text. The same data drives Count here
// and the live counter in the page.
type TextRule struct {
	Max      int  `json:"max"` // 0: no limit known
	Unit     Unit `json:"unit"`
	MaxBytes int  `json:"max_bytes,omitempty"` // a second limit, in UTF-8 bytes
	// URL is what any link counts, whatever its length; 0: as written.
	URL int `json:"url,omitempty"`
	// URLBare: a link written without https:// counts so too (X does;
	// Mastodon does not see a link in it).
	URLBare bool `json:"url_bare,omitempty"`
	// MentionLocal: @user@domain counts as @user only.
	MentionLocal bool `json:"mention_local,omitempty"`
	// WarningCounts: the content warning counts with the text.
	WarningCounts bool `json:"warning_counts,omitempty"`
	// Required: a post without media needs a text.
	Required bool `json:"required,omitempty"`
}

// ImageRule bounds the pictures of one post.
type ImageRule struct {
	Max       int      `json:"max"` // 0: no picture
	MaxBytes  int64    `json:"max_bytes"`
	MaxPixels int64    `json:"max_pixels,omitempty"` // width × height
	MaxSide   int      `json:"max_side,omitempty"`
	Types     []string `json:"types"`
	AltMax    int      `json:"alt_max"` // in characters; 0: no alt text
	// Cut is the part of the picture that is asked for, where the library is asked
	// for one. Whoever asks sets it, from the content that leaves.
	Cut Cut `json:"-"`
}

// HandRule says how a person publishes on a network without a usable API.
type HandRule struct {
	// Open is the page to publish on; {text} in it stands for the words. Empty:
	// she knows where.
	Open string `json:"open,omitempty"`
	// After is how long she has before the post is overdue.
	After time.Duration `json:"after"`
}

// AnswerRule says how an account answers what somebody wrote.
type AnswerRule struct {
	// Able: an answer can stand under a message.
	Able bool `json:"able"`
	// Mention: its text must name the person answered, or she is not told.
	Mention bool `json:"mention,omitempty"`
	// Private is the visibility with which an answer to a public message reaches
	// its author alone; empty: there is none.
	Private string `json:"private,omitempty"`
}

// ThreadRule says whether one post may be several utterances in a row.
type ThreadRule struct {
	Max int `json:"max"` // 0 or 1: no threads
}

// ReceiveRule says what a network tells an account; nothing of it: it does not
// receive. Whether a verb can be called is Presence.Can's to say.
type ReceiveRule struct {
	Kinds     []ItemKind `json:"kinds,omitempty"`
	Counts    bool       `json:"counts,omitempty"`
	Edits     bool       `json:"edits,omitempty"`
	Deletions bool       `json:"deletions,omitempty"`
	History   bool       `json:"history,omitempty"`
	Threads   bool       `json:"threads,omitempty"`
	React     bool       `json:"react,omitempty"`
	// Live is how news come by themselves, in a few words: "WebSocket"; empty:
	// by asking now and then.
	Live string `json:"live,omitempty"`
	// Lacks is what its owner keeps from us, in a few words.
	Lacks string `json:"lacks,omitempty"`
}

// PaceRule is what the network lets one account do; Presence keeps to it.
type PaceRule struct {
	Posts  int           `json:"posts"` // so many posts
	Per    time.Duration `json:"per"`   // in this time; 0: not limited
	MinGap time.Duration `json:"min_gap,omitempty"`
}
