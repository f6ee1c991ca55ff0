package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"vigie/internal/base/fault"
)

// Security is how the way to the mail server is closed to others.
type Security string

// There is no "if the server likes": who sits in between would not like.
const (
	STARTTLS Security = "starttls" // port 587: begins open, goes on closed, or not at all
	TLS      Security = "tls"      // port 465: closed from the start
	None     Security = "none"     // only towards this very machine
)

// SMTPConfig says how to reach a mail server.
type SMTPConfig struct {
	Host     string
	Port     int      // 0 means 587, 465 or 25, by Security
	Security Security // "" means STARTTLS, or TLS on port 465
	User     string   // "" sends without signing in
	Password string
	From     Address
	Hello    string // the name we give; "" means the domain of From
	// Timeout of the connection and of each command; 0 means 30 s.
	Timeout time.Duration
	// Roots are the authorities to trust; nil means the machine's.
	Roots *x509.CertPool
	Now   func() time.Time
}

// SMTP sends letters through a mail server, each on a connection of its own.
// It is safe for use by many goroutines.
type SMTP struct{ c SMTPConfig }

var (
	errConfig = fault.New(fault.Invalid, "mail.config")
	errOpen   = fault.New(fault.Invalid, "mail.unencrypted") // Security none towards another machine
	errAway   = fault.New(fault.Transient, "mail.away").After(30 * time.Second)
	errTLS    = fault.New(fault.Transient, "mail.tls").After(5 * time.Minute) // no TLS, or a certificate we do not trust
	errLater  = fault.New(fault.Transient, "mail.later").After(5 * time.Minute)
	errLogin  = fault.New(fault.SignedOut, "mail.login")
	errRefuse = fault.New(fault.Invalid, "mail.refused")
)

// ParseURL reads a mail server from one line: smtps://user:password@host:465,
// smtp://host (STARTTLS) or smtp+none://localhost:1025. Errors are invalid and
// do not repeat the line.
func ParseURL(line string) (SMTPConfig, error) {
	u, err := url.Parse(line)
	if err != nil || u.Hostname() == "" || (u.Path != "" && u.Path != "/") || u.RawQuery != "" {
		return SMTPConfig{}, errConfig.At("url")
	}
	c := SMTPConfig{Host: u.Hostname()}
	switch u.Scheme {
	case "smtp":
		c.Security = STARTTLS
	case "smtps":
		c.Security = TLS
	case "smtp+none":
		c.Security = None
	default:
		return SMTPConfig{}, errConfig.At("url")
	}
	if p := u.Port(); p != "" {
		if c.Port, err = strconv.Atoi(p); err != nil {
			return SMTPConfig{}, errConfig.At("url")
		}
	}
	c.User = u.User.Username()
	c.Password, _ = u.User.Password()
	return c, nil
}

// NewSMTP checks the configuration without a word to the server; Check speaks
// to it. Errors are invalid.
func NewSMTP(c SMTPConfig) (*SMTP, error) {
	if c.Host == "" {
		return nil, errConfig.At("host")
	}
	if c.Port < 0 || c.Port > 65535 {
		return nil, errConfig.At("port")
	}
	from, err := Clean(c.From.Email)
	if err != nil {
		return nil, fault.As(err).At("from")
	}
	if !oneLine(c.From.Name) {
		return nil, errHeader.At("from")
	}
	c.From.Email = from
	if c.Security == "" {
		c.Security = STARTTLS
		if c.Port == 465 {
			c.Security = TLS
		}
	}
	standard := 0
	switch c.Security {
	case STARTTLS:
		standard = 587
	case TLS:
		standard = 465
	case None:
		standard = 25
		if ip := net.ParseIP(c.Host); c.Host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return nil, errOpen.At("security").With("host", c.Host)
		}
	default:
		return nil, errConfig.At("security")
	}
	if c.Port == 0 {
		c.Port = standard
	}
	if c.Hello == "" {
		c.Hello = from[strings.LastIndexByte(from, '@')+1:]
	}
	if c.Timeout <= 0 {
		c.Timeout = 30 * time.Second
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &SMTP{c: c}, nil
}

// Send implements Sender. A connection that breaks after the letter was handed
// over leaves open whether it arrived: the error is transient, and Message.ID
// keeps a second copy from being seen.
func (s *SMTP) Send(ctx context.Context, m Message) (err error) {
	defer fault.Wrap(&err, "send mail")
	msg, err := m.compose(s.c.From, s.c.Now())
	if err != nil {
		return err
	}
	return s.connected(ctx, func(client *gomail.Client) error {
		err := client.Send(msg)
		if msg.IsDelivered() { // what went wrong afterwards is between the server and itself
			return nil
		}
		return err
	})
}

// Check connects, signs in and leaves: what the settings page and the doctor
// ask. Errors as of Send.
func (s *SMTP) Check(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "check mail server")
	return s.connected(ctx, func(*gomail.Client) error { return nil })
}

func (s *SMTP) connected(ctx context.Context, do func(*gomail.Client) error) error {
	ctx, done := context.WithCancel(ctx)
	defer done() // closes the connection, whatever happened
	// The connection stays in our hands: go-mail looks at the context while
	// dialling only, and drops the connection open when signing in fails.
	client, err := gomail.NewClient(s.c.Host, s.options(func(dialling context.Context, network, address string) (net.Conn, error) {
		raw, err := (&net.Dialer{Timeout: s.c.Timeout}).DialContext(dialling, network, address)
		if err != nil {
			return nil, err
		}
		context.AfterFunc(ctx, func() { raw.Close() })
		return s.secure(dialling, raw)
	})...)
	if err != nil {
		return errConfig.Because(err)
	}
	if err := client.DialWithContext(ctx); err != nil {
		return s.explain(ctx, "connect", err)
	}
	if err := do(client); err != nil {
		return s.explain(ctx, "send", err)
	}
	_ = client.Close() // QUIT; the letter is theirs already
	return nil
}

func (s *SMTP) options(dial gomail.DialContextFunc) []gomail.Option {
	opts := []gomail.Option{
		gomail.WithPort(s.c.Port),
		gomail.WithTimeout(s.c.Timeout),
		gomail.WithHELO(s.c.Hello),
		gomail.WithTLSConfig(s.tls()),
		gomail.WithDialContextFunc(dial),
		gomail.WithoutNoop(),
	}
	switch s.c.Security {
	case STARTTLS:
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	default: // closed by our own dialling, or open on purpose
		opts = append(opts, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if s.c.User != "" {
		opts = append(opts, gomail.WithUsername(s.c.User), gomail.WithPassword(s.c.Password),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin, gomail.SMTPAuthCramMD5))
	}
	return opts
}

func (s *SMTP) tls() *tls.Config {
	return &tls.Config{ServerName: s.c.Host, RootCAs: s.c.Roots, MinVersion: tls.VersionTLS12}
}

func (s *SMTP) secure(ctx context.Context, conn net.Conn) (net.Conn, error) {
	switch s.c.Security {
	case TLS:
		closed := tls.Client(conn, s.tls())
		if err := closed.HandshakeContext(ctx); err != nil {
			return nil, err
		}
		return closed, nil
	case None:
		// "localhost" is a name, and names can be made to point elsewhere.
		if tcp, ok := conn.RemoteAddr().(*net.TCPAddr); !ok || !tcp.IP.IsLoopback() {
			return nil, errOpen.With("host", conn.RemoteAddr().String())
		}
	}
	return conn, nil
}

// explain is the only place that knows what mail servers say.
func (s *SMTP) explain(ctx context.Context, doing string, err error) error {
	cause := fmt.Errorf("%s at %s:%d: %w", doing, s.c.Host, s.c.Port, err)
	if ctx.Err() != nil {
		return fault.New(fault.Transient, "").Because(errors.Join(ctx.Err(), cause))
	}
	var known *fault.Error
	if errors.As(err, &known) {
		return known
	}
	code := 0
	var reply *textproto.Error
	var sent *gomail.SendError
	switch {
	case errors.As(err, &sent):
		code = sent.ErrorCode()
		if code == 0 {
			return errAway.Because(cause) // the line, not the server
		}
	case errors.As(err, &reply):
		code = reply.Code
	}
	var wrongCert *tls.CertificateVerificationError
	var alert tls.AlertError
	var header tls.RecordHeaderError
	switch {
	case code == 530, code == 534, code == 535, code == 538:
		return errLogin.With("host", s.c.Host).Because(cause)
	case code >= 500:
		return errRefuse.With("code", code).Because(cause)
	case code >= 400:
		return errLater.With("code", code).Because(cause)
	case errors.As(err, &wrongCert), errors.As(err, &alert), errors.As(err, &header):
		return errTLS.With("host", s.c.Host).Because(cause)
	}
	var network net.Error
	if errors.As(err, &network) || errors.Is(err, net.ErrClosed) {
		return errAway.With("host", s.c.Host).Because(cause)
	}
	// go-mail has no types for these two.
	switch text := err.Error(); {
	case doing == "connect" && strings.Contains(text, "does not support STARTTLS"):
		return errTLS.With("host", s.c.Host).Because(cause)
	case doing == "connect" && errors.Is(err, gomail.ErrNoSupportedAuthDiscovered),
		doing == "connect" && strings.Contains(text, "AUTH"):
		return errLogin.With("host", s.c.Host).Because(cause)
	}
	return errAway.With("host", s.c.Host).Because(cause)
}
