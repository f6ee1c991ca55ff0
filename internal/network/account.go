package network

import (
	"context"
	"io"
	"time"
)

// Kind names a network: "mastodon". Kinds are stored and never change.
type Kind string

// Ref names something on a network (a post, a media, a person). Only the
// network that made it may read into it.
type Ref string

// Account is one signed-in account of a network.
type Account interface {
	// WhoAmI asks the network whose token this is. Errors: signed_out,
	// transient. Safe to repeat.
	WhoAmI(ctx context.Context) (Profile, error)
	// Capabilities says what this account can do and within which limits, from
	// the network itself where it publishes them. Safe to repeat.
	Capabilities(ctx context.Context) (Capabilities, error)
}

// Profile is who an account is on its network.
type Profile struct {
	Ref    Ref
	Handle string // as people write it there, without a leading @: "kerlann@mastodon.example"
	Name   string
	Avatar string // address of a picture, may be empty
	URL    string // page of the account
	Server string // base address of the server
	// Expires is when the token ends; zero when the network does not say.
	Expires time.Time
	// Network is what the account's network is called, where somebody made it
	// up and the driver's own title says nothing; else zero.
	Network MadeUp
}

// MadeUp is how a network that a person made up is shown.
type MadeUp struct {
	Title  string // "Forum des brasseurs"
	Short  string // two letters for the badge
	Colour string // "#1d4e6b"
}

// Publisher sends one utterance. One call is one attempt.
type Publisher interface {
	Publish(ctx context.Context, in Intent) (Receipt, error)
}

// Uploader hands a media over before the post that shows it. An upload that
// was not used is forgotten by the network, so it is safe to repeat.
type Uploader interface {
	Upload(ctx context.Context, m Upload) (Ref, error)
}

// Finder looks whether an intent was taken. It is what stands between a
// timeout and a doubled post.
type Finder interface {
	Find(ctx context.Context, in Intent) (Finding, error)
}

// Confirmer follows a receipt that was not final (media still processed,
// permalink not known yet). Safe to repeat.
type Confirmer interface {
	Confirm(ctx context.Context, r Receipt) (Receipt, error)
}

// Editor changes a post in place. In carries the whole of its new content;
// pictures stay as they are. Repeating it changes nothing more. Where in.Version
// is set and something newer stands there, nothing is changed: conflict, with
// Error.Theirs where the network tells what stands.
type Editor interface {
	Edit(ctx context.Context, ref Ref, in Intent) (Receipt, error)
}

// Deleter withdraws a post. A post that is already gone is success.
type Deleter interface {
	Delete(ctx context.Context, ref Ref) error
}

// Intent is one utterance about to be sent: a post, or one part of a thread.
// It is written down before the call and does not change afterwards.
type Intent struct {
	// Key is unique to this utterance on this account and the same at every
	// attempt: idempotency key, seed of a client-chosen id.
	Key string
	// Made is when the intent was first written down; with Key it fixes the
	// identifiers that a network lets its clients choose.
	Made time.Time
	// Text is final: what Count counted.
	Text string
	// Media are uploaded already; Upload.Alt went with them, and is repeated
	// here for networks that keep it in the post.
	Media []Media
	// Parent and Root are set for the second part of a thread and after, and in
	// an answer.
	Parent, Root Ref
	// Answer says that Parent is what somebody else wrote, or what is answered
	// to; Root may be unknown then, and is for the network to find.
	Answer  bool
	Options Options
	// Article makes it a long form; Text is then not looked at.
	Article *Article
	// Version is, for an edit, the Receipt.Version that it rests on; empty: it
	// replaces whatever stands.
	Version string

	vetted *Capabilities // what Vet held it against
	words  string        // the text it saw
}

// Options are what only some networks have; a capability says which.
type Options struct {
	ContentWarning string   `json:"content_warning,omitempty"`
	Sensitive      bool     `json:"sensitive,omitempty"`  // the media, not the text
	Visibility     string   `json:"visibility,omitempty"` // one of Capabilities.Visibilities
	Languages      []string `json:"languages,omitempty"`  // BCP 47, most important first
	// Elsewhere: a person saw that a mail asks its answer to go to another domain
	// than its author's (Item.Elsewhere), and wants that.
	Elsewhere bool `json:"elsewhere,omitempty"`
}

// Upload is a media on its way to a network, already re-encoded to fit it.
type Upload struct {
	Type          string // "image/jpeg"
	Bytes         int64
	Width, Height int
	Alt           string
	Name          string
	Body          io.Reader
}

// Media is an uploaded media inside an intent.
type Media struct {
	Ref           Ref
	Alt           string
	Width, Height int
	Type          string
}

// Receipt is what the network answered to a post that it took.
type Receipt struct {
	Ref Ref
	URL string // permalink; empty until known
	At  time.Time
	// Final is false while the network still works on it; Confirm then tells.
	Final bool
	// ByHand says that it is on no network yet: a person is to put it there.
	// Only she can tell whether she did.
	ByHand bool
	// Request is the network's own number for the call, for a complaint to it.
	Request string
	// Root is the first post of the thread in the network's own words, when
	// its next part must name it (empty: the caller keeps the first Ref).
	Root Ref
	// Version changes with the content there, by any hand; empty where the
	// network has no edit collisions.
	Version string
}

// Finding is the answer of a look.
type Finding struct {
	Taken   bool
	Receipt Receipt // when Taken
	// Sure is true when "not taken" can be believed: the network was read to
	// a point after the intent, or the identifier it would have is free. A
	// finding that is neither taken nor sure leaves the post "to be checked".
	Sure bool
	// Safe is true when sending again cannot double, whatever the truth is
	// (the identifier is chosen by us, and the network replaces).
	Safe bool
}
