package mailbox

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	imap "github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"vigie/internal/base/clock"
	"vigie/internal/network"
)

// stage is a fresh mailbox: an IMAP server behind a line that can be cut, and an
// SMTP server of our own.
type stage struct {
	t       testing.TB
	box     box
	line    *wire
	sink    *sink
	account *account
	driver  *driver
	now     time.Time
	admin   *imapclient.Client
}

var stages atomic.Int64

// each runs a test on go-imap's own server, and on the real Dovecot whose
// address and password VIGIE_PEER_IMAP and VIGIE_PEER_IMAP_PASSWORD give.
func each(t *testing.T, run func(t *testing.T, s *stage)) {
	t.Run("memory", func(t *testing.T) { run(t, newStage(t, memoryServer(t), "kerlann@brasserie.example", "secret")) })
	t.Run("dovecot", func(t *testing.T) {
		addr := os.Getenv("VIGIE_PEER_IMAP")
		if addr == "" {
			t.Skip("no VIGIE_PEER_IMAP: not tried on a real server")
		}
		user := fmt.Sprintf("vigie%d-%d-%d@brasserie.example", os.Getpid(), time.Now().UnixNano(), stages.Add(1))
		run(t, newStage(t, addr, user, os.Getenv("VIGIE_PEER_IMAP_PASSWORD")))
	})
}

// memoryServer is go-imap's server with one mailbox in it.
func memoryServer(t testing.TB) string {
	users := imapmemserver.New()
	u := imapmemserver.NewUser("kerlann@brasserie.example", "secret")
	if err := u.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	users.AddUser(u)
	return serve(t, &imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return patient{users.NewSession()}, nil, nil
		},
		Caps: imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapUIDPlus: {}}, InsecureAuth: true, Logger: log.New(io.Discard, "", 0),
	}, nil)
}

// patient tells what came before its IDLE began, which go-imap's own does not.
type patient struct{ imapserver.Session }

func (p patient) Idle(w *imapserver.UpdateWriter, stop <-chan struct{}) error {
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case <-stop:
			return nil
		case <-look.C:
			if err := p.Poll(w, true); err != nil {
				return err
			}
		}
	}
}

func serve(t testing.TB, o *imapserver.Options, closed *tls.Config) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if closed != nil {
		l = tls.NewListener(l, closed)
	}
	s := imapserver.New(o)
	var done sync.WaitGroup
	done.Go(func() { _ = s.Serve(l) })
	t.Cleanup(func() { s.Close(); done.Wait() })
	return l.Addr().String()
}

func newStage(t testing.TB, imapAt, user, password string) *stage {
	s := &stage{t: t, now: time.Now().UTC().Truncate(time.Second)}
	s.line, s.sink = newLine(t, imapAt), newSink(t)
	if imapAt != os.Getenv("VIGIE_PEER_IMAP") {
		s.line.target = "memory"
	}
	s.driver = New(Config{Dial: (&net.Dialer{}).DialContext, Now: func() time.Time { return s.now }, Settle: -1}).(*driver)
	s.box = box{address: user, name: "Brasserie Kerlann", user: user, password: password, imap: at(s.line.addr), smtp: at(s.sink.addr)}
	s.account = &account{d: s.driver, box: s.box}
	conn, err := net.Dial("tcp", imapAt)
	if err != nil {
		t.Fatal(err)
	}
	s.admin = imapclient.New(conn, nil)
	t.Cleanup(func() { s.admin.Close() })
	if err := s.admin.Login(user, password).Wait(); err != nil {
		t.Fatal(err)
	}
	return s
}

var _ clock.Now = time.Now

func at(addr string) server {
	host, port, _ := net.SplitHostPort(addr)
	n, _ := strconv.Atoi(port)
	return server{host, n, byNothing}
}

// put puts a mail into a folder, as a delivery or another program does.
func (s *stage) put(folder, raw string, flags ...imap.Flag) {
	s.t.Helper()
	s.putAt(folder, raw, s.now, flags...)
}

func (s *stage) putAt(folder, raw string, when time.Time, flags ...imap.Flag) {
	s.t.Helper()
	b := crlf(raw)
	cmd := s.admin.Append(folder, int64(len(b)), &imap.AppendOptions{Flags: flags, Time: when})
	_, _ = cmd.Write(b)
	_ = cmd.Close()
	if _, err := cmd.Wait(); err != nil {
		s.t.Fatalf("append to %s: %v", folder, err)
	}
}

func (s *stage) create(folder string) {
	s.t.Helper()
	if err := s.admin.Create(folder, nil).Wait(); err != nil {
		s.t.Fatal(err)
	}
}

// holds lists the Message-IDs in a folder.
func (s *stage) holds(folder string) []string {
	s.t.Helper()
	if _, err := s.admin.Select(folder, &imap.SelectOptions{ReadOnly: true}).Wait(); err != nil {
		return nil
	}
	found, err := s.admin.UIDSearch(&imap.SearchCriteria{NotFlag: []imap.Flag{imap.FlagDeleted}}, nil).Wait()
	if err != nil {
		s.t.Fatal(err)
	}
	if len(found.AllUIDs()) == 0 {
		return nil
	}
	got, err := s.admin.Fetch(imap.UIDSetNum(found.AllUIDs()...), &imap.FetchOptions{Envelope: true}).Collect()
	if err != nil {
		s.t.Fatal(err)
	}
	var out []string
	for _, m := range got {
		out = append(out, "<"+m.Envelope.MessageID+">")
	}
	return out
}

// start is a cursor from now on.
func (s *stage) start() network.Cursor {
	s.t.Helper()
	b, err := s.account.Receive(s.t.Context(), "")
	if err != nil || len(b.Items) != 0 || b.Next == "" {
		s.t.Fatalf("the first reading: %+v, %v", b, err)
	}
	return b.Next
}

// receive reads on to the end.
func (s *stage) receive(from network.Cursor) (items []network.Item, next network.Cursor) {
	s.t.Helper()
	for {
		b, err := s.account.Receive(s.t.Context(), from)
		if err != nil {
			s.t.Fatal(err)
		}
		items, from = append(items, b.Items...), b.Next
		if !b.More {
			return items, from
		}
	}
}

// one receives the one mail that was put since.
func (s *stage) one(raw string) network.Item {
	s.t.Helper()
	from := s.start()
	s.put("INBOX", raw)
	items, _ := s.receive(from)
	if len(items) != 1 {
		s.t.Fatalf("%d items: %+v", len(items), items)
	}
	return items[0]
}

// wire is a line to a server, which can be cut and listened to.
type wire struct {
	addr, target string
	mu           sync.Mutex
	open         []net.Conn
	seen         map[string]chan struct{}
}

func newLine(t testing.TB, to string) *wire {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &wire{addr: l.Addr().String(), seen: map[string]chan struct{}{}}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", to)
			if err != nil {
				in.Close()
				continue
			}
			p.mu.Lock()
			p.open = append(p.open, in, out)
			p.mu.Unlock()
			all.Go(func() { _, _ = io.Copy(in, out); in.Close() })
			all.Go(func() { p.listen(out, in); out.Close() })
		}
	})
	t.Cleanup(func() { l.Close(); p.cut(); all.Wait() })
	return p
}

func (p *wire) listen(to io.Writer, from io.Reader) {
	r := bufio.NewReader(from)
	for {
		b, err := r.ReadSlice('\n')
		if len(b) > 0 {
			if _, err := to.Write(b); err != nil {
				return
			}
			p.mu.Lock()
			for word, c := range p.seen {
				if bytes.Contains(b, []byte(word)) {
					select {
					case c <- struct{}{}:
					default:
					}
				}
			}
			p.mu.Unlock()
		}
		if err != nil && err != bufio.ErrBufferFull {
			return
		}
	}
}

// hear tells when a word goes to the server.
func (p *wire) hear(word string) <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := make(chan struct{}, 100)
	p.seen[word] = c
	return c
}

func (p *wire) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.open {
		c.Close()
	}
	p.open = nil
}

// sink is an SMTP server that keeps what it takes, and breaks as it is told.
type sink struct {
	addr string
	mu   sync.Mutex
	took []taken
	do   string // what happens to the next mail
}

type taken struct {
	from, to string
	mail     string
}

func newSink(t testing.TB) *sink {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	k := &sink{addr: l.Addr().String()}
	var all sync.WaitGroup
	var open sync.Map
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			open.Store(c, true)
			all.Go(func() { k.talk(c); c.Close() })
		}
	})
	t.Cleanup(func() {
		l.Close()
		open.Range(func(c, _ any) bool { c.(net.Conn).Close(); return true })
		all.Wait()
	})
	return k
}

func (k *sink) will(do string) { k.mu.Lock(); k.do = do; k.mu.Unlock() }

func (k *sink) taken() []taken {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]taken(nil), k.took...)
}

func (k *sink) talk(c net.Conn) {
	r := bufio.NewReader(c)
	say := func(s string) { fmt.Fprintf(c, "%s\r\n", s) }
	say("220 sink ready")
	var m taken
	for {
		s, err := r.ReadString('\n')
		if err != nil {
			return
		}
		s = strings.TrimSpace(s)
		up := strings.ToUpper(s)
		k.mu.Lock()
		do := k.do
		k.mu.Unlock()
		switch {
		case strings.HasPrefix(up, "EHLO"):
			say("250-sink")
			if do == "nameless" {
				say("250-AUTH PLAIN")
			}
			say("250 8BITMIME")
		case strings.HasPrefix(up, "AUTH"):
			say("535 5.7.8 no")
		case strings.HasPrefix(up, "MAIL"):
			m = taken{from: s}
			say("250 ok")
		case strings.HasPrefix(up, "RCPT"):
			switch m.to = s; do {
			case "no such person":
				say("550 5.1.1 no such person here")
			case "later":
				say("451 4.7.1 greylisted, come again")
			default:
				say("250 ok")
			}
		case up == "DATA":
			say("354 go on")
			if do == "cut inside" {
				_, _ = r.ReadString('\n')
				return
			}
			var b strings.Builder
			for {
				s, err := r.ReadString('\n')
				if err != nil {
					return
				}
				if s == ".\r\n" {
					break
				}
				b.WriteString(strings.TrimPrefix(s, "."))
			}
			m.mail = b.String()
			if do == "cut before" {
				return
			}
			if do == "spam" {
				say("554 5.7.1 this looks like spam")
				continue
			}
			k.mu.Lock()
			k.took = append(k.took, m)
			k.mu.Unlock()
			if do == "cut after" {
				return
			}
			say("250 2.0.0 queued as A1B2")
		case up == "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}
