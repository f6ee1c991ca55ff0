package practice

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"maps"
	"strconv"
	"strings"
	"sync"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/network"
)

// Config is what a world is made of; the zero value works and forgets.
type Config struct {
	Store   Store         // nil: in memory
	Now     clock.Now     // nil: clock.System
	Latency time.Duration // of one answer; 0: 50 ms, negative: none
	Log     *slog.Logger  // nil: silent
}

// World is the whole simulated network: its accounts, their posts, its public.
// Safe for use from several goroutines; several processes may share its Store.
type World struct {
	cfg Config

	mu       sync.Mutex
	at       int64 // how far the store was read
	accounts map[string]*account
	media    map[string]medium
	scripts  map[string][]Act
}

type account struct {
	Profile
	token string // empty: signed out
	posts []*Post
	byID  map[string]*Post
	byKey map[string]*Post // the first post of a key

	said  map[string]*said
	under map[string][]string // what was said in a thread, by its root
	quote map[string][]string // what quotes a post
	talk  map[string]string   // root of the private conversation with a person
	liked map[string]bool
	feed  []entry
	told  chan struct{} // closed when the feed grows; nil: nobody waits
}

// Profile is an account of the world.
type Profile struct {
	Handle string    `json:"handle"`
	Name   string    `json:"name"`
	Since  time.Time `json:"since"`
}

// Post is a post as it stands on the network.
type Post struct {
	Account string          `json:"account"`
	ID      string          `json:"id"`
	Key     string          `json:"key"` // of the intent
	Text    string          `json:"text"`
	Media   []Picture       `json:"media,omitempty"`
	Parent  string          `json:"parent,omitempty"` // ID, in the same account, of a post or of something said
	Root    string          `json:"root,omitempty"`
	Private bool            `json:"private,omitempty"` // an answer to a private message
	Options network.Options `json:"options"`
	At      time.Time       `json:"at"`
	Edited  time.Time       `json:"edited,omitzero"`
	Deleted time.Time       `json:"deleted,omitzero"`
	// Events are what the public did with it, oldest first.
	Events []Event `json:"-"`

	nonce   string
	done    bool  // the public has nothing more to say to it
	answers *said // whom it answers; nil: nobody
	talking bool  // it stands below something that somebody said
	edits   int
}

// Ref is how receipts name the post.
func (p Post) Ref() network.Ref { return network.Ref(p.Account + "/" + p.ID) }

// URL is the page of the post, inside Vigie.
func (p Post) URL() string { return "/practice/" + p.Account + "/" + p.ID }

// Picture is a picture of a post; its bytes come from World.Media.
type Picture struct {
	Key    string `json:"key"`
	Type   string `json:"type"`
	Alt    string `json:"alt"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

type medium struct {
	Account, Type string
}

// record is one line of the world's story. One field besides Do is set.
type record struct {
	Do     string         `json:"do"` // join, sign_out, forget, media, post, edit, delete, pulse, say, reword, unsay, react
	At     time.Time      `json:"at"`
	Handle string         `json:"handle,omitempty"`
	Name   string         `json:"name,omitempty"`
	Token  string         `json:"token,omitempty"` // its hash
	Key    string         `json:"key,omitempty"`
	Type   string         `json:"type,omitempty"`
	Post   *Post          `json:"post,omitempty"`
	Nonce  string         `json:"nonce,omitempty"`
	Seen   map[string]int `json:"seen,omitempty"`
	Said   *said          `json:"said,omitempty"`
	Text   string         `json:"text,omitempty"`
	On     bool           `json:"on,omitempty"`
}

// NewWorld opens the world that the store holds. Its story is read at the
// first use, not here: a start does not wait for it.
func NewWorld(_ context.Context, cfg Config) (*World, error) {
	if cfg.Store == nil {
		cfg.Store = NewMemoryStore()
	}
	if cfg.Now == nil {
		cfg.Now = clock.System
	}
	if cfg.Latency == 0 {
		cfg.Latency = 50 * time.Millisecond
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	w := &World{cfg: cfg, accounts: map[string]*account{}, media: map[string]medium{}, scripts: map[string][]Act{}}
	return w, nil
}

// catchUp reads what was appended since, by this process or another. All that
// the world knows comes in through here, so every process sees one story.
func (w *World) catchUp(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.cfg.Store.Read(ctx, w.at, func(next int64, line []byte) error {
		var r record
		if err := json.Unmarshal(line, &r); err != nil {
			// Torn by a crash before it was durable: nobody was told of it.
			w.cfg.Log.Warn("practice: a torn record was skipped", "position", w.at)
		} else {
			w.apply(r)
		}
		w.at = next
		return nil
	})
}

func (w *World) write(ctx context.Context, r record) error {
	r.At = w.cfg.Now()
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := w.cfg.Store.Append(ctx, line); err != nil {
		return err
	}
	return w.catchUp(ctx)
}

func (w *World) apply(r record) {
	a := w.accounts[r.Handle]
	switch r.Do {
	case "join":
		if a == nil {
			a = &account{Profile: Profile{Handle: r.Handle, Since: r.At}, byID: map[string]*Post{}, byKey: map[string]*Post{},
				said: map[string]*said{}, under: map[string][]string{}, quote: map[string][]string{}, talk: map[string]string{}, liked: map[string]bool{}}
			w.accounts[r.Handle] = a
		} else if a.token != "" && a.token != r.Token {
			return // two came at once: the first has it
		}
		if r.Name != "" {
			a.Name = r.Name
		}
		a.token = r.Token
		return
	case "media":
		w.media[r.Key] = medium{r.Handle, r.Type}
		return
	case "pulse":
		var events []Event
		for ref, n := range r.Seen {
			handle, id, _ := strings.Cut(ref, "/")
			if a := w.accounts[handle]; a != nil && a.byID[id] != nil {
				p := a.byID[id]
				if plan := reactions(*p); n > len(p.Events) && n <= len(plan) {
					events = append(events, plan[len(p.Events):n]...)
					p.Events = plan[:n]
				}
			}
		}
		w.happened(events)
		return
	}
	if a == nil {
		return
	}
	switch r.Do {
	case "sign_out":
		a.token = ""
	case "forget":
		delete(w.accounts, r.Handle)
		if a.told != nil {
			close(a.told)
		}
		maps.DeleteFunc(w.media, func(_ string, m medium) bool { return m.Account == r.Handle })
	case "post":
		p := *r.Post
		p.nonce = r.Nonce
		for n := 2; a.byID[p.ID] != nil; n++ {
			p.ID = idOf(p.Account, p.Key) + "-" + strconv.Itoa(n)
		}
		a.posts = append(a.posts, &p)
		a.byID[p.ID] = &p
		if a.byKey[p.Key] == nil {
			a.byKey[p.Key] = &p
		}
		p.answers = a.said[p.Parent]
		above := a.byID[p.Parent]
		if p.talking = p.answers != nil || above != nil && above.talking; p.talking {
			a.tell(p.ID, utterance)
		}
	case "edit":
		if p := a.byID[r.Key]; p != nil {
			p.Text, p.Edited = r.Post.Text, r.At
			p.edits++
			if p.talking {
				a.tell(p.ID, changed)
			}
		}
	case "delete":
		if p := a.byID[r.Key]; p != nil && p.Deleted.IsZero() {
			p.Deleted = r.At
			if p.talking {
				a.tell(p.ID, changed)
			}
		}
	case "react":
		a.liked[r.Key] = r.On
	case "say", "reword", "unsay":
		w.applySaid(a, r)
	}
}

// idOf is the identifier of the post that an intent becomes: known before it
// is sent, which is why a look at this network is always sure.
func idOf(handle, key string) string {
	sum := sha256.Sum256([]byte(handle + "\x00" + key))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:10]))
}

func secretOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

func nonce() string {
	return rand.Text()
}

// Accounts lists the accounts, in no order.
func (w *World) Accounts(ctx context.Context) ([]Profile, error) {
	if err := w.catchUp(ctx); err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []Profile
	for _, a := range w.accounts {
		out = append(out, a.Profile)
	}
	return out, nil
}

// Posts lists what stands on the network for an account, oldest first, without
// what was deleted. An account that does not exist has none.
func (w *World) Posts(ctx context.Context, handle string) ([]Post, error) {
	if err := w.catchUp(ctx); err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []Post
	if a := w.accounts[handle]; a != nil {
		for _, p := range a.posts {
			if p.Deleted.IsZero() {
				out = append(out, a.shown(p))
			}
		}
	}
	return out, nil
}

// Post returns one post that stands. Errors: not_found.
func (w *World) Post(ctx context.Context, handle, id string) (Post, error) {
	if err := w.catchUp(ctx); err != nil {
		return Post{}, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if a := w.accounts[handle]; a != nil {
		if p := a.byID[id]; p != nil && p.Deleted.IsZero() {
			return a.shown(p), nil
		}
	}
	return Post{}, fault.New(fault.NotFound, "")
}

// Media returns the bytes and the type of a picture. Errors: not_found.
func (w *World) Media(ctx context.Context, key string) ([]byte, string, error) {
	if err := w.catchUp(ctx); err != nil {
		return nil, "", err
	}
	w.mu.Lock()
	m, ok := w.media[key]
	w.mu.Unlock()
	if !ok {
		return nil, "", fault.New(fault.NotFound, "")
	}
	b, err := w.cfg.Store.Media(ctx, key)
	return b, m.Type, err
}

// Import puts a post of the past on the network, for the example agency and
// drills: no latency, no script. Sent twice it stands once.
func (w *World) Import(ctx context.Context, handle string, at time.Time, in network.Intent) (network.Receipt, error) {
	if err := w.catchUp(ctx); err != nil {
		return network.Receipt{}, err
	}
	w.mu.Lock()
	a := w.accounts[handle]
	var have *Post
	if a != nil {
		have = a.byKey[in.Key]
	}
	var r network.Receipt
	if have != nil {
		r = have.receipt()
	}
	w.mu.Unlock()
	if a == nil {
		return r, fault.New(fault.NotFound, "")
	}
	if have != nil {
		return r, nil
	}
	p, err := w.take(ctx, handle, at, in)
	if err != nil {
		return network.Receipt{}, err
	}
	return p.receipt(), nil
}

// SignOut makes the network forget the account's token, as an expired or
// withdrawn one would be. The handle may then sign in again.
func (w *World) SignOut(ctx context.Context, handle string) error {
	return w.write(ctx, record{Do: "sign_out", Handle: handle})
}

// Forget removes an account with its posts.
func (w *World) Forget(ctx context.Context, handle string) error {
	return w.write(ctx, record{Do: "forget", Handle: handle})
}

// take writes the post down. It stands on the network when take returns.
func (w *World) take(ctx context.Context, handle string, at time.Time, in network.Intent) (Post, error) {
	p := Post{Account: handle, ID: idOf(handle, in.Key), Key: in.Key, Text: in.Text, Options: in.Options, At: at}
	_, p.Parent, _ = strings.Cut(string(in.Parent), "/")
	_, p.Root, _ = strings.Cut(string(in.Root), "/")
	w.mu.Lock()
	for _, m := range in.Media {
		known, ok := w.media[string(m.Ref)]
		if !ok || known.Account != handle {
			w.mu.Unlock()
			return p, fault.New(fault.Invalid, "network.practice.media").At("media")
		}
		p.Media = append(p.Media, Picture{Key: string(m.Ref), Type: known.Type, Alt: m.Alt, Width: m.Width, Height: m.Height})
	}
	err := w.hang(&p)
	w.mu.Unlock()
	if err != nil {
		return p, err
	}
	n := nonce()
	if err := w.write(ctx, record{Do: "post", Handle: handle, Post: &p, Nonce: n}); err != nil {
		return p, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if a := w.accounts[handle]; a != nil {
		for i := len(a.posts) - 1; i >= 0; i-- {
			if a.posts[i].nonce == n {
				return *a.posts[i], nil
			}
		}
	}
	// Written and not there: the account was forgotten in between.
	return p, fault.New(fault.Transient, "network.server").Becausef("the post that was written is not in the story")
}

// hang finds the thread of a post that names a parent. w.mu is held.
func (w *World) hang(p *Post) error {
	if p.Parent == "" {
		return nil
	}
	a := w.accounts[p.Account]
	if a == nil || !a.stands(p.Parent) {
		key := "network.practice.parent"
		if a != nil && a.said[p.Parent] != nil {
			key = "network.practice.gone"
		}
		return fault.New(fault.NotFound, key).At("thread")
	}
	if p.Root == "" || a.said[p.Parent] != nil {
		p.Root = a.root(p.Parent)
	}
	if s := a.said[p.Parent]; s != nil {
		p.Private = s.Private
	} else {
		p.Private = a.byID[p.Parent].Private
	}
	return nil
}

func (p Post) receipt() network.Receipt {
	return network.Receipt{Ref: p.Ref(), URL: p.URL(), At: p.At, Final: true, Request: p.nonce}
}
