package mailbox

import (
	"cmp"
	"context"
	"crypto/x509"
	"net"
	"strconv"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/platform/fetch"
)

// Kind is how this network is stored and named.
const Kind network.Kind = "mailbox"

// Ports are those below 1024 at which mail servers listen.
func Ports() []uint16 { return []uint16{25, 143, 465, 587, 993} }

// Config is what the driver needs of the program.
type Config struct {
	// Dial is the way out, with its guard against private addresses
	// (fetch.Config.Dialer with Ports); nil: to public servers only.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Roots are the authorities to trust; nil: the machine's.
	Roots *x509.CertPool
	// Now is the local clock; nil: clock.System.
	Now clock.Now
	// Settle is how long after an intent an attempt may still be under way; until
	// then "not sent" is not believed. 0: 90 seconds; negative: none.
	Settle time.Duration
	// Renew is how often a waiting IDLE is asked for anew; 0: nine minutes.
	Renew time.Duration
}

// New returns the driver. It makes no call.
func New(c Config) network.Driver {
	if c.Dial == nil {
		c.Dial = fetch.Config{}.Dialer(Ports()...)
	}
	if c.Now == nil {
		c.Now = clock.System
	}
	c.Settle = cmp.Or(c.Settle, 90*time.Second)
	return &driver{c}
}

type driver struct{ Config }

func (d *driver) renewal() time.Duration { return cmp.Or(d.Renew, renew) }

var (
	_ network.Driver  = (*driver)(nil)
	_ network.Reviser = (*driver)(nil)
)

// Facts are what the documentation says of this network.
func (d *driver) Facts() network.Facts {
	return network.Facts{
		Kind: Kind, Title: "Mailbox", Titles: map[string]string{"fr": "Boîte mail"}, Short: "@", Since: "0.3", API: "IMAP4rev1 and SMTP submission",
		Price: "network.free",
		Tried: "real server in tests (Dovecot 2.3, maildev 2); never tried on a provider's",
		Sources: []string{
			"https://www.rfc-editor.org/rfc/rfc3501",
			"https://www.rfc-editor.org/rfc/rfc2177",
			"https://www.rfc-editor.org/rfc/rfc5322",
			"https://www.rfc-editor.org/rfc/rfc6409",
			"https://www.rfc-editor.org/rfc/rfc3834",
		},
		Typical: typical(),
	}
}

func typical() network.Capabilities {
	return network.Capabilities{
		Text:        network.TextRule{Unit: network.Graphemes, Required: true},
		Answer:      network.AnswerRule{Able: true},
		AnswersOnly: true,
		Source:      "RFC 5322", Read: "2026-11-20",
	}
}

// How a connection is closed to others.
const (
	byTLS      = "tls"      // from its first byte
	bySTARTTLS = "starttls" // after a word in the open, or not at all
	byNothing  = "none"     // to this machine or a private network only
)

// server is one of the two.
type server struct {
	host string
	port int
	tls  string
}

func (s server) address() string { return net.JoinHostPort(s.host, strconv.Itoa(s.port)) }

// box is a mailbox as it was signed in.
type box struct {
	address, name  string // name is what answers are signed with in From
	user, password string
	imap, smtp     server
}

const (
	fieldAddress  = "address"
	fieldName     = "name"
	fieldUser     = "user"
	fieldPassword = "password"
	fieldIMAP     = "imap_host"
	fieldIMAPPort = "imap_port"
	fieldIMAPTLS  = "imap_tls"
	fieldSMTP     = "smtp_host"
	fieldSMTPPort = "smtp_port"
	fieldSMTPTLS  = "smtp_tls"
)

// Open makes an account of credentials. Passwords do not change by themselves,
// so save is never called.
func (d *driver) Open(c network.Credentials, _ func(context.Context, network.Credentials) error) (network.Account, error) {
	b, err := read(c.Data)
	if err != nil || b.password == "" {
		return nil, fault.New(fault.SignedOut, "network.signed_out").Becausef("incomplete credentials")
	}
	return &account{d: d, box: b}, nil
}

func (b box) credentials() network.Credentials {
	return network.Credentials{Server: b.imap.host, Data: map[string]string{
		fieldAddress: b.address, fieldName: b.name, fieldUser: b.user, fieldPassword: b.password,
		fieldIMAP: b.imap.host, fieldIMAPPort: strconv.Itoa(b.imap.port), fieldIMAPTLS: b.imap.tls,
		fieldSMTP: b.smtp.host, fieldSMTPPort: strconv.Itoa(b.smtp.port), fieldSMTPTLS: b.smtp.tls,
	}}
}

func (b box) profile() network.Profile {
	return network.Profile{Ref: network.Ref(b.address), Handle: b.address, Name: cmp.Or(b.name, b.address), URL: "mailto:" + b.address, Server: "imap://" + b.imap.host}
}
