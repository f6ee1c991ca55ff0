package network

import (
	"context"
	"io"
	"time"
)

// Cursor is a place in what a network tells an account; "" is now for a
// Receiver that knows no older place, and the newest item for History. Only
// the network that made it may read into it.
type Cursor string

// Receiver reads what people say to an account, oldest first, one page a call.
// It delivers at least once: the caller keeps Batch.Next only after it kept the
// items, and knows an item again by its Ref and Version. An account read for
// the first time (from "") starts now; what was said before is History's.
// A cursor the network forgot comes back as invalid at "cursor": the caller
// starts again from "" and fills the gap with History.
type Receiver interface {
	Receive(ctx context.Context, from Cursor) (Batch, error)
}

// Historian reads backwards, newest first, from a cursor of its own ("" is the
// newest item), until Batch.More is false. Safe to repeat.
type Historian interface {
	History(ctx context.Context, from Cursor) (Batch, error)
}

// Streamer is told by the network as things happen. Stream blocks until ctx
// ends or the line breaks (transient); what it delivers is a hint, as whole as
// the network makes it. Batch.Next is empty in a stream: only Receive moves the
// reader on. An empty Batch says no more than "receive now"; one comes as soon as
// the line stands, so that what was said before is not missed. deliver must be
// quick; its error ends the stream.
type Streamer interface {
	Stream(ctx context.Context, deliver func(Batch) error) error
}

// Threader reads the thread around an item: what stands above it, first to last,
// then the item, then the rest (the network's own order among brothers), no more
// than most items. What is gone is left out. Errors: not_found when the item is.
// Safe to repeat.
type Threader interface {
	Thread(ctx context.Context, ref Ref, most int) ([]Item, error)
}

// Reactor puts or takes back the account's own reaction on an item; doing what
// is done already is success. One name is understood everywhere: "like".
type Reactor interface {
	React(ctx context.Context, ref Ref, name string, on bool) error
}

// Loader reads an attachment that only the network can give (one without a
// URL), and writes it to to as it comes. Errors: not_found. Safe to repeat with
// a fresh to.
type Loader interface {
	Load(ctx context.Context, item Ref, attachment Ref, to io.Writer) error
}

// Batch is one page of what was said.
type Batch struct {
	Items []Item
	// Counts are reactions to the account's own posts, as the network counts
	// them now; they replace what was known.
	Counts []Counts
	// Next is where the next reading goes on. It is set also when Items is empty.
	Next Cursor
	// More says that Next has more right now: do not wait before reading on.
	More bool
}

// ItemKind is what an item is to the account.
type ItemKind string

const (
	Comment ItemKind = "comment" // under an article or a post of ours, where comments are no posts
	Reply   ItemKind = "reply"   // in a thread we take part in
	Mention ItemKind = "mention" // names us elsewhere
	Quote   ItemKind = "quote"   // shows a post of ours inside another one
	Direct  ItemKind = "direct"  // private message
	Mail    ItemKind = "mail"
	Context ItemKind = "context" // not said to us: what stands above, our own post, for the thread to be whole
)

// ItemKinds lists them all.
func ItemKinds() []ItemKind {
	return []ItemKind{Comment, Reply, Mention, Quote, Direct, Mail, Context}
}

// Item is one utterance of somebody, or its change.
type Item struct {
	// Ref is the item's identity on this account's network, and what an answer
	// names as its Parent.
	Ref  Ref
	Kind ItemKind
	// Parent is what it answers, Root the first of its thread; empty when there
	// is none, or the network did not say (Threader then knows).
	// The first of a thread is its own Root.
	Parent, Root Ref
	// Quoted is the post of ours that it shows; only a Quote has it.
	Quoted Ref
	// Version changes when the content does; the same Ref with the same Version
	// is the same item told again.
	Version string
	// Gone says that it was deleted there; only Ref is sure to be set then. One
	// that nobody knew is to be ignored: some networks tell of every deletion.
	Gone bool
	// Held is the network's own moderation word when the public does not see it:
	// "hold", "spam", "trash"; empty: seen.
	Held string
	// Private: only the people named in it can read it.
	Private bool
	// Own: this account wrote it (an answer from another tool, or our own).
	Own bool

	Author  Author
	Subject string // of a mail, title of the article it stands under
	// Text is what was said, plain, with links written out; never markup.
	Text string
	// HTML is the original of what has one (mail), dangerous as it came; only a
	// sanitizer's output may reach a page. Empty elsewhere.
	HTML     string
	Media    []Attachment
	Language string // BCP 47, as the network says; may be empty or wrong
	URL      string // page of the item; may be empty
	At       time.Time
	Edited   time.Time // zero: never
	// Automatic: written by a program and not to be answered by one (an
	// auto-reply, a bounce, a bot that says so).
	Automatic bool

	// Repeated (earlier mails) and Signature are what a mail carries below its own
	// words: a page folds them. Text has neither.
	Repeated, Signature string
	// ReplyTo is where a mail asks answers to go, when that is another address
	// than its author's. An answer goes there by itself only when Elsewhere is
	// false; else it goes to the author, unless Options.Elsewhere confirms it.
	ReplyTo   string
	Elsewhere bool
	// Broken: it was not well made, or too long, and is shown as far as it could
	// be read.
	Broken bool
}

// Author is who wrote an item.
type Author struct {
	Ref    Ref
	Handle string // as people write it there, without a leading @
	Name   string
	Avatar string // address of a picture; never loaded by a page directly
	URL    string
	Bot    bool
}

// Attachment is something shown with an item. Nothing of it is loaded unless
// somebody asks.
type Attachment struct {
	Type          string // "image/jpeg"; may be only "image"
	URL           string // where it can be read; empty: only through the network
	Ref           Ref    // how the network names it
	Name, Alt     string
	Bytes         int64
	Width, Height int
}

// Counts are how often people reacted to one of the account's own posts.
type Counts struct {
	Ref                            Ref
	Likes, Shares, Replies, Quotes int
}
