package bluesky

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"unicode"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

// Kind is how Bluesky is called in rows and messages.
const Kind network.Kind = "bluesky"

// DefaultServer is where most accounts live.
const DefaultServer = "https://bsky.social"

// Config is what the driver needs of the program.
type Config struct {
	// HTTP makes the calls, with its guard against private addresses.
	HTTP *http.Client
	// UserAgent says who calls: "Vigie/1.0 (+https://…)".
	UserAgent string
}

// New returns the driver. It makes no call.
func New(c Config) network.Driver { return driver{c, new(atomic.Int32)} }

type driver struct {
	Config
	listening *atomic.Int32
}

// The one step of the sign-in, and its fields.
const (
	stepAccount   = "account"
	fieldServer   = "server"
	fieldHandle   = "handle"
	fieldPassword = "password"
)

func (d driver) Facts() network.Facts { return facts }

func (d driver) Begin(context.Context) (network.Step, error) {
	return network.Step{ID: stepAccount, Fields: []network.Field{
		{Name: fieldHandle, Type: "text"},
		{Name: fieldPassword, Type: "password"},
		{Name: fieldServer, Type: "url", Default: DefaultServer},
	}}, nil
}

// Next makes the one session of the sign-in. The password is used here and
// forgotten.
func (d driver) Next(ctx context.Context, s network.Step, answers map[string]string) (network.Step, error) {
	if s.ID != stepAccount {
		return network.Step{}, fault.New(fault.Invalid, "network.step").With("step", s.ID)
	}
	server, err := cleanServer(answers[fieldServer])
	if err != nil {
		return network.Step{}, err
	}
	handle := cleanHandle(answers[fieldHandle], server)
	password := strings.TrimSpace(answers[fieldPassword])
	switch {
	case handle == "":
		return network.Step{}, fault.New(fault.Invalid, "network.bluesky.handle.missing").At(fieldHandle)
	case password == "":
		return network.Step{}, fault.New(fault.Invalid, "network.bluesky.password.missing").At(fieldPassword)
	}
	made, err := createSession(ctx, d.client(server), handle, password)
	if err != nil {
		return network.Step{}, signInError(err)
	}
	a := d.account(server, made, nil)
	p, err := a.WhoAmI(ctx)
	if err != nil {
		return network.Step{}, err
	}
	return network.Step{ID: network.Done, Profile: p, Credentials: a.session.credentials()}, nil
}

// Open makes an account of saved credentials. Callers open the newest ones they
// have: a session renews itself now and then, and an old copy ends some hours
// after that.
func (d driver) Open(c network.Credentials, save func(context.Context, network.Credentials) error) (network.Account, error) {
	t := tokensOf(c.Data)
	if c.Server == "" || t.DID == "" || t.Refresh == "" {
		return nil, fault.New(fault.SignedOut, "network.bluesky.signed_out").Becausef("incomplete credentials")
	}
	return d.account(c.Server, t, save), nil
}

// signInError puts an error of the first call on the field it is about.
func signInError(err error) error {
	var e *network.Error
	if !errors.As(err, &e) {
		return err
	}
	at := func(field, key string) error {
		c := *e
		c.Fault = fault.New(fault.Invalid, key).At(field).Because(e.Fault)
		return &c
	}
	switch {
	case errors.Is(err, errTwoFactor):
		return at(fieldPassword, "network.bluesky.app_password")
	case e.Fault.Kind == fault.SignedOut:
		c := *e
		c.Fault = fault.New(fault.SignedOut, "network.bluesky.wrong_password").At(fieldPassword).Because(e.Fault)
		return &c
	case e.Fault.Kind == fault.NotFound, e.Fault.Key == "network.nonsense", e.Fault.Key == "network.redirect", e.Fault.Key == "network.huge":
		return at(fieldServer, "network.bluesky.not_a_server")
	}
	return err
}

// cleanServer accepts what people type for a server: "bsky.social",
// "https://pds.example/". Plain http is for this machine only.
func cleanServer(s string) (string, error) {
	s = strings.TrimRight(strings.TrimSpace(s), "/")
	if s == "" {
		return DefaultServer, nil
	}
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	bad := fault.New(fault.Invalid, "network.bluesky.server.bad").At(fieldServer)
	u, err := url.Parse(s)
	if err != nil {
		return "", bad
	}
	ip := net.ParseIP(u.Hostname())
	local := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	if u.Host == "" || u.User != nil || u.Scheme != "https" && !(u.Scheme == "http" && local) {
		return "", bad
	}
	return u.Scheme + "://" + strings.ToLower(u.Host), nil
}

// cleanHandle accepts "@Kerlann.bsky.social", the invisible marks that come with
// a copy from the app, a bare name on bsky.social, a mail address, a DID.
func cleanHandle(s, server string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || unicode.IsSpace(r) || unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
	s = strings.TrimPrefix(s, "@")
	if strings.HasPrefix(s, "did:") || strings.Contains(s, "@") {
		return s
	}
	s = strings.ToLower(strings.TrimSuffix(s, "."))
	if s != "" && !strings.Contains(s, ".") && server == DefaultServer {
		s += ".bsky.social"
	}
	return s
}
