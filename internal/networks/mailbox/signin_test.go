package mailbox

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"io"
	"io/fs"
	"log"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	imap "github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/platform/i18n"
)

// certificate is one for 127.0.0.1 that nobody trusts but the pool.
func certificate(t testing.TB) (tls.Certificate, *x509.CertPool) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	c, _ = x509.ParseCertificate(der)
	pool := x509.NewCertPool()
	pool.AddCert(c)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

func answers(b box) map[string]string {
	return map[string]string{fieldUser: b.user, fieldPassword: b.password, fieldIMAP: b.imap.host, fieldIMAPPort: strconv.Itoa(b.imap.port), fieldIMAPTLS: b.imap.tls,
		fieldSMTP: b.smtp.host, fieldSMTPPort: strconv.Itoa(b.smtp.port), fieldSMTPTLS: b.smtp.tls}
}

// Both servers are spoken to before anything is kept, and what is wrong is said
// where it is.
func TestASignInTriesBothServers(t *testing.T) {
	each(t, func(t *testing.T, s *stage) {
		d := s.driver
		first, err := d.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Next(t.Context(), first, map[string]string{fieldAddress: "pas une adresse"}); !fault.Is(err, fault.Invalid) || fault.As(err).Field != fieldAddress {
			t.Errorf("%v", err)
		}
		second, err := d.Next(t.Context(), first, map[string]string{fieldAddress: s.box.address, fieldName: "Brasserie"})
		if err != nil || second.ID != stepServers {
			t.Fatalf("%+v, %v", second, err)
		}
		for _, f := range second.Fields {
			if want := map[string]string{fieldIMAP: "imap.brasserie.example", fieldSMTP: "smtp.brasserie.example", fieldIMAPPort: "993", fieldSMTPPort: "465", fieldUser: s.box.address}[f.Name]; want != "" && f.Default != want {
				t.Errorf("%s is guessed as %q", f.Name, f.Default)
			}
		}
		for what, c := range map[string]struct {
			change     map[string]string
			key, field string
		}{
			"no password":         {map[string]string{fieldPassword: ""}, "network.mailbox.no_password", fieldPassword},
			"a wrong password":    {map[string]string{fieldPassword: "faux"}, "network.mailbox.password_refused", fieldPassword},
			"no such host":        {map[string]string{fieldIMAP: "nulle-part.invalid"}, "network.mailbox.unknown_host", fieldIMAP},
			"nobody there":        {map[string]string{fieldSMTPPort: "1"}, "network.mailbox.away", fieldSMTP},
			"no host":             {map[string]string{fieldSMTP: ""}, "network.mailbox.bad_host", fieldSMTP},
			"a port of nonsense":  {map[string]string{fieldIMAPPort: "imap"}, "network.mailbox.bad_port", fieldIMAPPort},
			"a way that is none":  {map[string]string{fieldIMAPTLS: "maybe"}, "network.mailbox.bad_security", fieldIMAPTLS},
			"TLS to an open port": {map[string]string{fieldIMAPTLS: byTLS}, "network.mailbox.not_tls", fieldIMAP},
			"no STARTTLS":         {map[string]string{fieldSMTPTLS: bySTARTTLS}, "network.mailbox.no_starttls", fieldSMTP},
		} {
			all := answers(s.box)
			for k, v := range c.change {
				all[k] = v
			}
			_, err := d.Next(t.Context(), second, all)
			if e := fault.As(err); e == nil || e.Key != c.key || e.Field != c.field {
				t.Errorf("%s: %v", what, err)
			}
			if err != nil && strings.Contains(err.Error(), s.box.password) {
				t.Errorf("%s: the password is in the error", what)
			}
		}
		s.sink.will("nameless")
		if _, err := d.Next(t.Context(), second, answers(s.box)); fault.As(err) == nil || fault.As(err).Field != fieldPassword {
			t.Errorf("an SMTP that refuses: %v", err)
		}
		s.sink.will("")
		done, err := d.Next(t.Context(), second, answers(s.box))
		if err != nil || done.ID != network.Done || done.Profile.Handle != s.box.address || done.Profile.Name != "Brasserie" {
			t.Fatalf("%+v, %v", done, err)
		}
		if n := len(s.sink.taken()); n != 0 {
			t.Errorf("%d mails left", n)
		}
		a, err := d.Open(done.Credentials, nil)
		if err != nil {
			t.Fatal(err)
		}
		if who, err := a.WhoAmI(t.Context()); err != nil || who.Ref != done.Profile.Ref {
			t.Errorf("%+v, %v", who, err)
		}
		// To connect again is to correct; the password stays when none is given.
		again, err := d.Revise(t.Context(), done.Credentials)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range again.Fields {
			if f.Default == s.box.password {
				t.Error("the password is shown")
			}
		}
		all := answers(s.box)
		all[fieldPassword], all[fieldName] = "", "Brasserie Kerlann"
		if end, err := d.Next(t.Context(), again, all); err != nil || end.Profile.Ref != done.Profile.Ref || end.Profile.Name != "Brasserie Kerlann" {
			t.Errorf("%+v, %v", end, err)
		}
	})
}

// The machines behind the firewall are no mail servers.
func TestPrivateAddressesAreRefused(t *testing.T) {
	d := New(Config{}).(*driver)
	for _, host := range []string{"127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "::1"} {
		b := box{address: "a@b.example", user: "a", password: "p", imap: server{host, 993, byTLS}, smtp: server{host, 465, byTLS}}
		if err := d.try(t.Context(), b); fault.As(err).Key != "network.mailbox.private" && fault.As(err).Key != "network.mailbox.unknown_host" {
			t.Errorf("%s: %v", host, err)
		}
	}
	if _, err := d.submit(t.Context(), box{address: "a@b.example", smtp: server{"127.0.0.1", 465, byTLS}}); fault.As(err).Key != "network.mailbox.private" {
		t.Errorf("SMTP: %v", err)
	}
}

// far is a connection that says to come from a machine of the internet.
type far struct{ net.Conn }

func (far) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 7), Port: 143} }

// Certificates are looked at, by TLS and by STARTTLS, and no password goes in the
// open to a machine that is not ours.
func TestTheLineIsClosed(t *testing.T) {
	cert, pool := certificate(t)
	users := imapmemserver.New()
	u := imapmemserver.NewUser("a@b.example", "secret")
	_ = u.Create("INBOX", nil)
	users.AddUser(u)
	options := &imapserver.Options{NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
		return users.NewSession(), nil, nil
	}, Caps: imap.CapSet{imap.CapIMAP4rev1: {}}, Logger: log.New(io.Discard, "", 0), TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}}}
	closed, open := at(serve(t, options, options.TLSConfig)), at(serve(t, options, nil))
	closed.tls, open.tls = byTLS, bySTARTTLS
	for _, way := range []server{closed, open} {
		b := box{address: "a@b.example", user: "a@b.example", password: "secret", imap: way}
		d := New(Config{Dial: (&net.Dialer{}).DialContext}).(*driver)
		if _, err := d.enter(t.Context(), b, nil); fault.As(err).Key != "network.mailbox.certificate" {
			t.Errorf("%s, a certificate of nobody: %v", way.tls, err)
		}
		d.Roots = pool
		s, err := d.enter(t.Context(), b, nil)
		if err != nil {
			t.Fatalf("%s: %v", way.tls, err)
		}
		s.leave()
	}
	d := New(Config{}).(*driver)
	d.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, network, address)
		return far{c}, err
	}
	open.tls = byNothing
	if _, err := d.enter(t.Context(), box{imap: open, user: "a@b.example", password: "secret"}, nil); fault.As(err).Key != "network.mailbox.in_the_open" {
		t.Errorf("a password in the open: %v", err)
	}
}

// Every sentence exists in both languages, with the same places, and is used.
func TestEverySentenceExistsInBothLanguages(t *testing.T) {
	if _, err := i18n.New(Messages()); err != nil {
		t.Fatal(err)
	}
	texts := map[string]map[string]string{}
	for _, lang := range i18n.Langs() {
		b, err := fs.ReadFile(Messages(), lang+".json")
		if err != nil {
			t.Fatal(err)
		}
		m := map[string]string{}
		if err := json.Unmarshal(b, &m); err != nil {
			t.Fatal(err)
		}
		texts[lang] = m
	}
	used := map[string]bool{}
	for _, f := range []string{fieldAddress, fieldName, fieldUser, fieldPassword, fieldIMAP, fieldIMAPPort, fieldIMAPTLS, fieldSMTP, fieldSMTPPort, fieldSMTPTLS} {
		used["network.mailbox."+f], used["network.mailbox."+f+".help"] = true, true
	}
	for _, f := range []string{fieldIMAPTLS, fieldSMTPTLS} {
		for _, c := range []string{byTLS, bySTARTTLS, byNothing} {
			used["network.mailbox."+f+"."+c] = true
		}
	}
	literal := regexp.MustCompile(`"(network\.mailbox\.[a-z_.]+)"`)
	files, _ := filepath.Glob("*.go")
	for _, f := range files {
		if b, err := os.ReadFile(f); err == nil && !strings.HasSuffix(f, "_test.go") {
			for _, m := range literal.FindAllStringSubmatch(string(b), -1) {
				used[m[1]] = true
			}
		}
	}
	place := regexp.MustCompile(`\{\w+\}`)
	for lang, m := range texts {
		for key := range used {
			if m[key] == "" {
				t.Errorf("%s: %s is missing", lang, key)
			}
		}
		for key, text := range m {
			if !used[key] {
				t.Errorf("%s: %s is used nowhere", lang, key)
			}
			if got, want := len(place.FindAllString(text, -1)), len(place.FindAllString(texts["fr"][key], -1)); got != want {
				t.Errorf("%s: %s has %d places, French has %d", lang, key, got, want)
			}
		}
	}
}
