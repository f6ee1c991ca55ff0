package mastodontest

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

// Options shape a server; the zero value is an ordinary Mastodon.
type Options struct {
	// Domain is what stands after the @ of its people; empty: the host that
	// the request names.
	Domain string
	// Version is what /instance says; empty: "4.3.2".
	Version string
	// GoToSocial makes it behave like one: Idempotency-Key ignored, a media
	// used twice answered 400, no link or mention counted short.
	GoToSocial bool
	// NoV2 leaves only /api/v1/instance, as servers before 2022.
	NoV2 bool
	// MaxChars, MaxMedia and ImageBytes bound a post; 0: 500, 4 and 16 MiB.
	MaxChars, MaxMedia int
	ImageBytes         int64
	// MediaPolls is how often a media says "still processing" before it is
	// ready; 0: it is ready at once.
	MediaPolls int
	// Privacy is the default visibility of new accounts; empty: public.
	Privacy string
	// Dir, when set, keeps everything in this directory, written before the
	// answer leaves.
	Dir string
	// Now is the server's clock; nil: the machine's.
	Now func() time.Time
}

// Account is one person of the server.
type Account struct {
	ID       string    `json:"id"`
	Username string    `json:"username"`
	Name     string    `json:"name"`
	Privacy  string    `json:"privacy"`
	Created  time.Time `json:"created"`
	Bot      bool      `json:"bot,omitempty"`
}

// Status is one post, as it was given.
type Status struct {
	ID          string    `json:"id"`
	Account     string    `json:"account"`
	Text        string    `json:"text"`
	Spoiler     string    `json:"spoiler,omitempty"`
	Sensitive   bool      `json:"sensitive,omitempty"`
	Visibility  string    `json:"visibility"`
	Language    string    `json:"language,omitempty"`
	InReplyTo   string    `json:"in_reply_to,omitempty"`
	Media       []string  `json:"media,omitempty"`
	App         string    `json:"app,omitempty"`
	Key         string    `json:"key,omitempty"` // the Idempotency-Key it came with
	Created     time.Time `json:"created"`
	Edited      time.Time `json:"edited,omitzero"`
	Reblog      string    `json:"reblog,omitempty"`
	Gone        bool      `json:"gone,omitempty"`
	Favourites  []string  `json:"favourites,omitempty"` // ids of accounts
	Quotes      string    `json:"quotes,omitempty"`     // the post it shows
	ContentHTML string    `json:"html,omitempty"`       // instead of what Mastodon makes of Text
}

// Media is one attachment; its bytes stand beside.
type Media struct {
	ID      string    `json:"id"`
	Account string    `json:"account"`
	Type    string    `json:"type"`
	Alt     string    `json:"alt,omitempty"`
	Width   int       `json:"width"`
	Height  int       `json:"height"`
	Status  string    `json:"status,omitempty"` // the post it is attached to
	Polls   int       `json:"-"`                // answers "processing" still to give
	Created time.Time `json:"created"`
	bytes   []byte
}

type app struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Website   string `json:"website,omitempty"`
	Client    string `json:"client"`
	Secret    string `json:"secret"`
	Redirects string `json:"redirects"`
	Scopes    string `json:"scopes"`
}

type token struct {
	Token   string `json:"token"`
	Account string `json:"account"` // empty: of the app alone
	App     string `json:"app"`
	Scopes  string `json:"scopes"`
	Ended   bool   `json:"ended,omitempty"`
}

type code struct {
	app      *app
	account  string
	redirect string
	scopes   string
}

type idem struct {
	status string
	at     time.Time
}

// Call is one request as it arrived.
type Call struct {
	Method, Path string
	Query        map[string][]string
	Header       http.Header
	Params       map[string]any
}

// Server is the fake. It is an http.Handler.
type Server struct {
	o   Options
	URL string // set by Start

	mu         sync.Mutex
	last       int64 // last id given
	accounts   map[string]*Account
	statuses   []*Status // in the order of their ids
	byID       map[string]*Status
	media      map[string]*Media
	apps       map[string]*app
	tokens     map[string]*token
	codes      map[string]code
	keys       map[string]idem
	calls      []Call
	complaints []string
	faults     []*armed
	notices    []*Notice
	held       []*Notice
	holding    bool
	listeners  map[chan event]string
	journal    *journal
	mux        *http.ServeMux
	quit       chan struct{}
	once       sync.Once
}

// New makes a server, reading back what Options.Dir holds.
func New(o Options) (*Server, error) {
	o.Version = cmp.Or(o.Version, "4.3.2")
	if o.GoToSocial && o.Version == "4.3.2" {
		o.Version = "0.17.3+git-abcdef0"
	}
	o.MaxChars = cmp.Or(o.MaxChars, 500)
	o.MaxMedia = cmp.Or(o.MaxMedia, 4)
	o.ImageBytes = cmp.Or(o.ImageBytes, 16<<20)
	o.Privacy = cmp.Or(o.Privacy, "public")
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{
		o: o, accounts: map[string]*Account{}, byID: map[string]*Status{}, media: map[string]*Media{},
		apps: map[string]*app{}, tokens: map[string]*token{}, codes: map[string]code{}, keys: map[string]idem{},
		listeners: map[chan event]string{}, quit: make(chan struct{}),
	}
	s.mux = s.table()
	if o.Dir != "" {
		if err := s.open(o.Dir); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Start runs a server for a test on loopback, and fails the test at its end
// for every complaint.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(s)
	s.URL = h.URL
	t.Cleanup(func() {
		s.Release()
		h.CloseClientConnections()
		h.Close()
		_ = s.Close()
		for _, c := range s.Complaints() {
			t.Errorf("the strict Mastodon complains: %s", c)
		}
	})
	return s
}

// Close closes the file of a durable server.
func (s *Server) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.journal == nil {
		return nil
	}
	err := s.journal.f.Close()
	s.journal = nil
	return err
}

// Person makes an account that the token opens. Repeating it with the same
// name gives the same account one more token.
func (s *Server) Person(username, tok string) Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	var acc *Account
	for _, a := range s.accounts {
		if a.Username == username {
			acc = a
		}
	}
	if acc == nil {
		acc = &Account{ID: s.nextID(), Username: username, Name: username, Privacy: s.o.Privacy, Created: s.now()}
		s.accounts[acc.ID] = acc
		s.write("account", acc)
	}
	if tok != "" && s.tokens[tok] == nil {
		s.tokens[tok] = &token{Token: tok, Account: acc.ID, Scopes: "read write follow"}
		s.write("token", s.tokens[tok])
	}
	return *acc
}

// EndToken makes the token one that the server refuses.
func (s *Server) EndToken(tok string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.tokens[tok]; t != nil {
		t.Ended = true
		s.write("token", t)
	}
}

// Narrow leaves the token only these scopes.
func (s *Server) Narrow(tok, scopes string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[tok].Scopes = scopes
}

// Statuses are the posts of a person that were not deleted, oldest first.
func (s *Server) Statuses(username string) []Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Status
	for _, st := range s.statuses {
		if a := s.accounts[st.Account]; !st.Gone && a != nil && a.Username == username {
			out = append(out, *st)
		}
	}
	return out
}

// MediaOf gives an attachment and its bytes.
func (s *Server) MediaOf(id string) (Media, []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.media[id]; m != nil {
		return *m, m.bytes
	}
	return Media{}, nil
}

// Post makes a post as if its author had written it elsewhere.
func (s *Server) Post(username string, st Status) Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.accounts {
		if a.Username == username {
			st.Account = a.ID
		}
	}
	st.Visibility = cmp.Or(st.Visibility, "public")
	s.add(&st)
	return st
}

// Rewrite changes how the server shows a post, as servers do with Markdown.
func (s *Server) Rewrite(id, html string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byID[id].ContentHTML = html
}

// Calls are the requests that arrived for a method and a path.
func (s *Server) Calls(method, path string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(func(yield func(Call) bool) {
		for _, c := range s.calls {
			if c.Method == method && c.Path == path && !yield(c) {
				return
			}
		}
	})
}

// Complaints are what a strict server found wrong with its callers.
func (s *Server) Complaints() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.complaints)
}

// Forgive empties the complaints, for tests about them.
func (s *Server) Forgive() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.complaints = nil
}

func (s *Server) complain(r *http.Request, format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.complaints = append(s.complaints, r.Method+" "+r.URL.Path+": "+fmt.Sprintf(format, args...))
}

func (s *Server) now() time.Time { return s.o.Now().UTC().Truncate(time.Millisecond) }

// nextID is a snowflake: milliseconds, then a number, always growing.
func (s *Server) nextID() string {
	s.last = max(s.last+1, s.now().UnixMilli()<<16)
	return strconv.FormatInt(s.last, 10)
}

func (s *Server) add(st *Status) {
	st.ID = s.nextID()
	if st.Created.IsZero() {
		st.Created = s.now()
	}
	s.statuses = append(s.statuses, st)
	s.byID[st.ID] = st
	s.write("status", st)
	s.tell(st)
}

func secretWord() string {
	b := make([]byte, 20)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}
