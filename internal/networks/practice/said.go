package practice

import (
	"context"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

// Line is what a person of the world says to an account: for drills, the
// example agency and tests. The public by itself only answers (Pulse).
type Line struct {
	Account string // to whom
	Person  Person // Handle and Name at least
	// Under is what it answers: a post of the account, or something said to it.
	// Empty: a mention, or the beginning of a private conversation.
	Under network.Ref
	// Quote is a post of the account that it shows.
	Quote   network.Ref
	Private bool
	Text    string
	At      time.Time // zero: now
	// Key makes it stand once, however often it is said. Empty: each is another.
	Key string
	// Held and Automatic are what an Item may say of itself.
	Held      string
	Automatic bool
	Media     []network.Attachment
}

// said is an utterance of somebody as it stands. Its names are identifiers
// within the account.
type said struct {
	ID        string               `json:"id"`
	Kind      network.ItemKind     `json:"kind"`
	Person    Person               `json:"person"`
	Parent    string               `json:"parent,omitempty"`
	Root      string               `json:"root,omitempty"`
	Quote     string               `json:"quote,omitempty"`
	Private   bool                 `json:"private,omitempty"`
	Text      string               `json:"text"`
	At        time.Time            `json:"at"`
	Held      string               `json:"held,omitempty"`
	Automatic bool                 `json:"automatic,omitempty"`
	Media     []network.Attachment `json:"media,omitempty"`

	edited time.Time
	edits  int
	gone   bool
}

// Say makes somebody say something to an account; it stands when Say returns.
// Errors: not_found (the account, or what is answered or quoted, is not there).
func (w *World) Say(ctx context.Context, l Line) (network.Ref, error) {
	if err := w.catchUp(ctx); err != nil {
		return "", err
	}
	key := l.Key
	if key == "" {
		key = nonce()
	}
	s := said{ID: "said-" + idOf(l.Account, "said\x00"+key), Person: l.Person, Private: l.Private, Text: l.Text, At: l.At, Held: l.Held, Automatic: l.Automatic, Media: l.Media}
	if s.At.IsZero() {
		s.At = w.cfg.Now()
	}
	ref := network.Ref(l.Account + "/" + s.ID)
	w.mu.Lock()
	stands, err := w.place(&s, l)
	w.mu.Unlock()
	if err != nil || stands {
		return ref, err
	}
	return ref, w.write(ctx, record{Do: "say", Handle: l.Account, Key: s.ID, Said: &s})
}

// place finds where a line belongs, or that it stands already. w.mu is held.
func (w *World) place(s *said, l Line) (stands bool, err error) {
	a := w.accounts[l.Account]
	if a == nil {
		return false, fault.New(fault.NotFound, "")
	}
	if a.said[s.ID] != nil {
		return true, nil
	}
	if l.Quote != "" {
		p := a.standing(l.Quote)
		if p == nil {
			return false, fault.New(fault.NotFound, "")
		}
		s.Quote = p.ID
	}
	var handle string
	if handle, s.Parent, _ = strings.Cut(string(l.Under), "/"); handle != l.Account && l.Under != "" {
		return false, fault.New(fault.NotFound, "")
	}
	switch above := a.said[s.Parent]; {
	case s.Parent == "":
	case above != nil && !above.gone:
		s.Root, s.Private = above.Root, s.Private || above.Private
	case a.standing(l.Under) != nil:
		p := a.standing(l.Under)
		s.Root, s.Private = rootOf(p), s.Private || p.Private
	default:
		return false, fault.New(fault.NotFound, "")
	}
	switch {
	case s.Private:
		s.Kind = network.Direct
		if s.Root == "" {
			s.Root = a.talk[s.Person.Handle] // one conversation with each person
		}
	case s.Quote != "":
		s.Kind = network.Quote
	case s.Parent == "":
		s.Kind = network.Mention
	case a.byID[s.Parent] != nil && a.byID[s.Parent].answers == nil:
		s.Kind = network.Comment
	default:
		s.Kind = network.Reply
	}
	if s.Root == "" {
		s.Root = s.ID
	}
	return false, nil
}

// Reword changes what somebody said. Errors: not_found.
func (w *World) Reword(ctx context.Context, ref network.Ref, text string) error {
	return w.change(ctx, ref, record{Do: "reword", Text: text})
}

// Unsay deletes what somebody said; twice is fine. Errors: not_found, when it
// never was.
func (w *World) Unsay(ctx context.Context, ref network.Ref) error {
	return w.change(ctx, ref, record{Do: "unsay"})
}

func (w *World) change(ctx context.Context, ref network.Ref, r record) error {
	if err := w.catchUp(ctx); err != nil {
		return err
	}
	r.Handle, r.Key, _ = strings.Cut(string(ref), "/")
	w.mu.Lock()
	a := w.accounts[r.Handle]
	missing := a == nil || a.said[r.Key] == nil
	w.mu.Unlock()
	if missing {
		return fault.New(fault.NotFound, "")
	}
	return w.write(ctx, r)
}

// standing is a post of the account that was not deleted.
func (a *account) standing(ref network.Ref) *Post {
	handle, id, _ := strings.Cut(string(ref), "/")
	if p := a.byID[id]; handle == a.Handle && p != nil && p.Deleted.IsZero() {
		return p
	}
	return nil
}

func rootOf(p *Post) string {
	if p.Root != "" {
		return p.Root
	}
	return p.ID
}
