package network

import (
	"context"
)

// Driver is a network as a whole, before any account is signed in. There is
// one value per network, listed in networks/all.
type Driver interface {
	// Facts are what the documentation and the page say of the network.
	Facts() Facts
	// Begin returns the first step of signing in.
	Begin(ctx context.Context) (Step, error)
	// Next takes the answers to the step that s.ID names and returns the one
	// after it. Drivers keep nothing in memory: State carries what they need,
	// sealed by the caller between two steps. Errors leave the step to be
	// answered again: invalid (Field says which answer), signed_out (the
	// network refuses them), transient.
	Next(ctx context.Context, s Step, answers map[string]string) (Step, error)
	// Open makes an account of credentials that a sign-in produced. It makes
	// no call. save is called, possibly from another goroutine, when the
	// network hands out fresh credentials that must replace the old.
	Open(c Credentials, save func(context.Context, Credentials) error) (Account, error)
}

// Returner is a driver that knows an account again by the credentials one
// already holds for it, where the answers alone would not prove it. Return is
// Begin for somebody who holds them; it makes no call.
type Returner interface {
	Return(ctx context.Context, held []Credentials) (Step, error)
}

// Reviser is a driver whose account is what the answers say, and nothing else:
// to connect again is to change them. Revise is Begin with what is held as the
// defaults; it makes no call, and ends with the same account (Profile.Ref).
type Reviser interface {
	Revise(ctx context.Context, held Credentials) (Step, error)
}

// Credentials are secret; the caller seals them. Only the driver reads Data.
type Credentials struct {
	Server string            `json:"server"`
	Data   map[string]string `json:"data"`
}

// Step is one page of a sign-in, the same for the page, the API and the CLI.
type Step struct {
	// ID names the step to Next; "done" ends the sign-in.
	ID string `json:"id"`
	// Fields are what to ask.
	Fields []Field `json:"fields,omitempty"`
	// Open is an address the person must visit (authorisation page); what she
	// brings back is one of Fields, or comes by the callback as "code".
	Open string `json:"open,omitempty"`
	// State is opaque, to be handed back unchanged; it may hold secrets.
	State map[string]string `json:"-"`
	// Profile and Credentials are set when ID is "done".
	Profile     Profile     `json:"profile,omitzero"`
	Credentials Credentials `json:"-"`
}

// Done ends a sign-in.
const Done = "done"

// Field is one thing to ask; its label and help stand in the message files as
// network.<kind>.<name> and network.<kind>.<name>.help.
type Field struct {
	Name     string   `json:"name"`
	Type     string   `json:"type"` // text, url, password, choice
	Default  string   `json:"default,omitempty"`
	Choices  []string `json:"choices,omitempty"`
	Optional bool     `json:"optional,omitempty"`
}

// Facts are honest data about a connector; docs/networks.md is made of them.
type Facts struct {
	Kind  Kind
	Title string // as the network writes its own name; in English if it is a word
	// Titles are its names in other languages, where its name is a word.
	Titles  map[string]string
	Short   string // two letters for the badge: "Ma"
	Since   string // version of Vigie that brought it
	API     string // version spoken
	Price   string // message key or plain text of what the owner asks
	Tried   string // "live 2026-…", "real server in tests", "strict fake, never tried live", "simulated"
	Sources []string
	// Simulated networks reach nobody outside of Vigie; pages say so.
	Simulated bool
	// Fixed capabilities, for the documentation; accounts may answer others.
	Typical Capabilities
}

// In returns the network's name in a language.
func (f Facts) In(lang string) string {
	if t := f.Titles[lang]; t != "" {
		return t
	}
	return f.Title
}
