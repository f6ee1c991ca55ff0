package mail

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"vigie/internal/base/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server is a mail server that takes one letter at a time and does what the
// test wants.
type server struct {
	t         *testing.T
	addr      *net.TCPAddr
	cert      tls.Certificate
	roots     *x509.CertPool
	security  Security
	noTLS     bool              // does not offer STARTTLS
	auth      string            // what it offers, "" nothing
	says      map[string]string // answers instead of its own, by verb
	hang      string            // verb after which it says nothing more
	dieAfter  string            // verb after which it closes
	hanging   chan struct{}
	mu        sync.Mutex
	log       []string
	letters   [][]byte
	encrypted []string // verbs that came over TLS
}

func serve(t *testing.T, s *server) *server {
	t.Helper()
	ts := httptest.NewUnstartedServer(http.NotFoundHandler())
	ts.StartTLS() // for its certificate
	s.cert = ts.TLS.Certificates[0]
	s.roots = x509.NewCertPool()
	s.roots.AddCert(ts.Certificate())
	ts.Close()
	s.t, s.hanging = t, make(chan struct{}, 1)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = l.Addr().(*net.TCPAddr)
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { defer c.Close(); s.talk(c) })
		}
	})
	t.Cleanup(func() { l.Close(); wg.Wait() })
	return s
}

func (s *server) talk(c net.Conn) {
	secure := false
	if s.security == TLS {
		c, secure = tls.Server(c, &tls.Config{Certificates: []tls.Certificate{s.cert}}), true
	}
	r := textproto.NewReader(bufio.NewReader(c))
	say := func(text string) { fmt.Fprint(c, strings.ReplaceAll(text, "\n", "\r\n")+"\r\n") }
	if greeting, ok := s.says["GREETING"]; ok {
		say(greeting)
	} else {
		say("220 here")
	}
	for {
		line, err := r.ReadLine()
		if err != nil {
			return
		}
		verb, _, _ := strings.Cut(strings.ToUpper(line), " ")
		s.mu.Lock()
		s.log = append(s.log, line)
		if secure {
			s.encrypted = append(s.encrypted, verb)
		}
		s.mu.Unlock()
		if verb == s.hang {
			s.hanging <- struct{}{}
			_, _ = r.ReadLine() // until the other side closes
			return
		}
		own, changed := s.says[verb]
		switch {
		case changed && verb != "DATA":
			say(own)
		case verb == "EHLO":
			text := "250-here"
			if !s.noTLS && !secure && s.security != None {
				text += "\n250-STARTTLS"
			}
			if s.auth != "" {
				text += "\n250-AUTH " + s.auth
			}
			say(text + "\n250 8BITMIME")
		case verb == "STARTTLS":
			say("220 go")
			c, secure = tls.Server(c, &tls.Config{Certificates: []tls.Certificate{s.cert}}), true
			r = textproto.NewReader(bufio.NewReader(c))
		case verb == "AUTH":
			say("235 welcome")
		case verb == "DATA":
			say("354 go on")
			b, err := r.ReadDotBytes()
			if err != nil {
				return
			}
			if changed {
				say(own)
				continue
			}
			s.mu.Lock()
			s.letters = append(s.letters, b)
			s.mu.Unlock()
			if s.dieAfter == "DATA" {
				return
			}
			say("250 taken")
			if s.dieAfter == "TAKEN" {
				return
			}
		case verb == "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func (s *server) sender(t *testing.T, change func(*SMTPConfig)) *SMTP {
	t.Helper()
	c := SMTPConfig{Host: "127.0.0.1", Port: s.addr.Port, Security: s.security, From: vigie, Roots: s.roots}
	if change != nil {
		change(&c)
	}
	out, err := NewSMTP(c)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func withUser(c *SMTPConfig) { c.User, c.Password = "claire", "très secret" }

func TestALetterArrivesWhole(t *testing.T) {
	for _, security := range []Security{STARTTLS, TLS, None} {
		t.Run(string(security), func(t *testing.T) {
			s := serve(t, &server{security: security, auth: "PLAIN LOGIN"})
			m := letterTo("zoe@été.example")
			sender := s.sender(t, withUser)
			if err := sender.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			if len(s.letters) != 0 {
				t.Error("a check sends nothing")
			}
			if err := sender.Send(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			if len(s.letters) != 1 {
				t.Fatalf("%d letters", len(s.letters))
			}
			checkLetter(t, s.letters[0], m)
			all := strings.Join(s.log, "\n")
			want := "AUTH PLAIN " + base64.StdEncoding.EncodeToString([]byte("\x00claire\x00très secret"))
			for _, line := range []string{want, "MAIL FROM:<vigie@agence.example>", "RCPT TO:<zoe@xn--t-9fab.example>", "EHLO agence.example"} {
				if !strings.Contains(all, line) {
					t.Errorf("%q is missing in\n%s", line, all)
				}
			}
			secret := strings.Join(s.encrypted, " ")
			if security != None && (strings.Count(secret, "AUTH") != 2 || strings.Count(secret, "MAIL") != 1) {
				t.Errorf("over TLS went %s", secret)
			}
		})
	}
}

func TestWhatServersSayBecomesAKind(t *testing.T) {
	for name, c := range map[string]struct {
		server *server
		user   bool
		want   *fault.Error
	}{
		"no such mailbox":      {&server{says: map[string]string{"RCPT": "550 5.1.1 no such user"}}, false, errRefuse},
		"greylisted":           {&server{says: map[string]string{"RCPT": "451 4.7.1 later"}}, false, errLater},
		"mailbox full":         {&server{says: map[string]string{"DATA": "452 4.2.2 full"}}, false, errLater},
		"taken for spam":       {&server{says: map[string]string{"DATA": "554 5.7.1 spam"}}, false, errRefuse},
		"sender not allowed":   {&server{says: map[string]string{"MAIL": "553 not yours"}}, false, errRefuse},
		"must sign in":         {&server{says: map[string]string{"MAIL": "530 5.7.0 sign in"}}, false, errLogin},
		"wrong password":       {&server{auth: "PLAIN", says: map[string]string{"AUTH": "535 5.7.8 no"}}, true, errLogin},
		"no way to sign in":    {&server{}, true, errLogin},
		"no known way":         {&server{auth: "GSSAPI"}, true, errLogin},
		"closed for today":     {&server{says: map[string]string{"GREETING": "421 busy"}}, false, errLater},
		"not for us":           {&server{says: map[string]string{"GREETING": "554 no"}}, false, errRefuse},
		"without STARTTLS":     {&server{noTLS: true}, true, errTLS},
		"dies with the letter": {&server{dieAfter: "DATA"}, false, errAway},
	} {
		t.Run(name, func(t *testing.T) {
			s := c.server
			s.security = STARTTLS
			serve(t, s)
			change := func(*SMTPConfig) {}
			if c.user {
				change = withUser
			}
			err := s.sender(t, change).Send(t.Context(), letterTo("zoe@fleuriste.example"))
			if !errors.Is(err, c.want) {
				t.Errorf("%v", err)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the password shows: %v", err)
			}
			if name == "without STARTTLS" && strings.Contains(strings.Join(s.log, " "), "AUTH") {
				t.Error("the password left in the open")
			}
		})
	}
}

func TestALetterThatWasTakenIsSentWhateverComesAfter(t *testing.T) {
	s := serve(t, &server{security: STARTTLS, dieAfter: "TAKEN"})
	if err := s.sender(t, nil).Send(t.Context(), letterTo("zoe@fleuriste.example")); err != nil {
		t.Errorf("it would be sent a second time: %v", err)
	}
}

func TestAStrangersCertificateGetsNothing(t *testing.T) {
	for _, security := range []Security{STARTTLS, TLS} {
		s := serve(t, &server{security: security, auth: "PLAIN"})
		sender := s.sender(t, func(c *SMTPConfig) { withUser(c); c.Roots = x509.NewCertPool() })
		if err := sender.Send(t.Context(), letterTo("zoe@fleuriste.example")); !errors.Is(err, errTLS) {
			t.Errorf("%s: %v", security, err)
		}
		if log := strings.Join(s.log, " "); strings.Contains(log, "AUTH") || strings.Contains(log, "MAIL") {
			t.Error(log)
		}
	}
}

func TestAServerThatHangsIsLeftWithTheContext(t *testing.T) {
	for _, verb := range []string{"EHLO", "MAIL", "DATA", "QUIT"} {
		s := serve(t, &server{security: None, hang: verb})
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-s.hanging; cancel() }()
		err := s.sender(t, nil).Send(ctx, letterTo("zoe@fleuriste.example"))
		if verb == "QUIT" { // the letter was taken before
			if err != nil {
				t.Errorf("%s: %v", verb, err)
			}
		} else if !fault.Is(err, fault.Transient) || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", verb, err)
		}
		cancel()
	}
}

func TestNobodyThereIsTransient(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	sender, err := NewSMTP(SMTPConfig{Host: "127.0.0.1", Port: port, From: vigie})
	if err != nil {
		t.Fatal(err)
	}
	if err := sender.Send(t.Context(), letterTo("zoe@fleuriste.example")); !errors.Is(err, errAway) || !fault.Retry(err) {
		t.Errorf("%v", err)
	}
	if err := sender.Send(t.Context(), letterTo("nobody")); !errors.Is(err, errAddress) {
		t.Errorf("a bad letter is refused before calling: %v", err)
	}
}

func TestAConfigurationIsCheckedAtStart(t *testing.T) {
	for name, c := range map[string]SMTPConfig{
		"no host":                {From: vigie},
		"no sender":              {Host: "mail.example"},
		"sender with a header":   {Host: "mail.example", From: Address{Name: "a\nb", Email: "a@b.example"}},
		"open towards elsewhere": {Host: "mail.example", From: vigie, Security: None},
		"open towards an IP":     {Host: "192.168.1.2", From: vigie, Security: None},
		"unknown security":       {Host: "mail.example", From: vigie, Security: "ssl?"},
		"port":                   {Host: "mail.example", From: vigie, Port: 70000},
	} {
		if _, err := NewSMTP(c); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for port, want := range map[int]Security{0: STARTTLS, 587: STARTTLS, 2525: STARTTLS, 465: TLS} {
		s, err := NewSMTP(SMTPConfig{Host: "mail.example", Port: port, From: vigie})
		if err != nil || s.c.Security != want {
			t.Errorf("%d: %+v, %v", port, s, err)
		}
	}
}

func TestAServerIsNamedInOneLine(t *testing.T) {
	for line, want := range map[string]SMTPConfig{
		"smtp://mail.example":                     {Host: "mail.example", Security: STARTTLS},
		"smtps://cl%40ire:p%2Fw@mail.example:465": {Host: "mail.example", Port: 465, Security: TLS, User: "cl@ire", Password: "p/w"},
		"smtp+none://localhost:1025/":             {Host: "localhost", Port: 1025, Security: None},
	} {
		got, err := ParseURL(line)
		if err != nil || got.Host != want.Host || got.Port != want.Port || got.Security != want.Security || got.User != want.User || got.Password != want.Password {
			t.Errorf("%s: %+v, %v", line, got, err)
		}
	}
	for _, line := range []string{"", "mail.example:587", "http://mail.example", "smtp://u:secret@", "smtp://u:secret@h:x", "smtp://u:secret@h/path", "smtp://u:secret@h?tls=no"} {
		_, err := ParseURL(line)
		if !fault.Is(err, fault.Invalid) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", line, err)
		}
	}
}
