package ghost

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/wire"
)

// Kind is how this network is stored and named.
const Kind network.Kind = "ghost"

// Config is what the driver needs of the program.
type Config struct {
	// HTTP makes the calls, with its guard against private addresses.
	HTTP *http.Client
	// UserAgent says who calls: "Vigie/1.0 (+https://…)".
	UserAgent string
	// Now is the local clock, which tokens are made by; nil: clock.System.
	Now clock.Now
	// Settle is how long after an intent a request may still land; until then
	// "not found" is not believed. 0: 90 seconds; negative: none.
	Settle time.Duration
}

// New returns the driver. It makes no call.
func New(c Config) network.Driver {
	c.Settle = cmp.Or(c.Settle, 90*time.Second)
	if c.Now == nil {
		c.Now = clock.System
	}
	if c.HTTP == nil {
		c.HTTP = http.DefaultClient
	}
	return &driver{c}
}

type driver struct{ Config }

// The one step of the sign-in, and its fields.
const (
	stepSite    = "site"
	fieldSite   = "site"
	fieldKey    = "key"
	fieldMember = "member"
)

// Facts are what the documentation says of this network.
func (d *driver) Facts() network.Facts { return facts }

// Begin asks for the site, the key, and the member who signs answers.
func (d *driver) Begin(context.Context) (network.Step, error) {
	return network.Step{ID: stepSite, Fields: []network.Field{
		{Name: fieldSite, Type: "url"},
		{Name: fieldKey, Type: "password"},
		{Name: fieldMember, Type: "text", Optional: true},
	}}, nil
}

// Next tries the key on the site, and looks the member up.
func (d *driver) Next(ctx context.Context, s network.Step, answers map[string]string) (network.Step, error) {
	if s.ID != stepSite {
		return network.Step{}, fault.New(fault.Invalid, "network.step").With("step", s.ID)
	}
	address, err := cleanSite(answers[fieldSite])
	if err != nil {
		return network.Step{}, err
	}
	key := strings.Join(strings.Fields(answers[fieldKey]), "")
	if key == "" {
		return network.Step{}, fault.New(fault.Invalid, "network.ghost.key.missing").At(fieldKey)
	}
	if _, _, err := split(key); err != nil {
		return network.Step{}, fault.New(fault.Invalid, "network.ghost.key.bad").At(fieldKey)
	}
	c := network.Credentials{Server: address, Data: map[string]string{"key": key}}
	a, err := d.account(c)
	if err != nil {
		return network.Step{}, err
	}
	p, err := a.WhoAmI(ctx)
	if err != nil {
		return network.Step{}, signInError(err)
	}
	if mail := strings.TrimSpace(answers[fieldMember]); mail != "" {
		if c.Data["member"], err = a.memberOf(ctx, mail); err != nil {
			return network.Step{}, err
		}
	}
	return network.Step{ID: network.Done, Profile: p, Credentials: c}, nil
}

// Open makes an account of credentials. A key does not end by itself, so save
// is never called.
func (d *driver) Open(c network.Credentials, _ func(context.Context, network.Credentials) error) (network.Account, error) {
	return d.account(c)
}

func (d *driver) account(c network.Credentials) (*account, error) {
	id, secret, err := split(c.Data["key"])
	if err != nil || c.Server == "" {
		return nil, fault.New(fault.SignedOut, "network.ghost.signed_out").Becausef("incomplete credentials")
	}
	h := http.Header{"Accept": {"application/json"}, "Accept-Version": {"v6.0"}}
	if d.UserAgent != "" {
		h.Set("User-Agent", d.UserAgent)
	}
	return &account{
		d: d, home: c.Server, id: id, secret: secret, member: c.Data["member"],
		wire: wire.Client{HTTP: d.HTTP, Base: c.Server + "/ghost/api/admin", Header: h, Explain: explain},
	}, nil
}

// split reads an Admin API key, "id:secret", the secret in hexadecimal.
func split(key string) (id string, secret []byte, err error) {
	id, rest, ok := strings.Cut(key, ":")
	secret, err = hex.DecodeString(rest)
	if err == nil && (!ok || len(id) < 8 || len(secret) < 16) {
		err = errors.New("not id:secret")
	}
	return id, secret, err
}

// cleanSite accepts what people type for a blog: "kerlann.example",
// "https://kerlann.example/ghost/#/posts". Plain http is for this machine only.
func cleanSite(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", fault.New(fault.Invalid, "network.ghost.site.missing").At(fieldSite)
	}
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	bad := fault.New(fault.Invalid, "network.ghost.site.bad").At(fieldSite)
	if err != nil {
		return "", bad
	}
	ip := net.ParseIP(u.Hostname())
	local := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	if u.Host == "" || u.User != nil || u.Scheme != "https" && !(u.Scheme == "http" && local) {
		return "", bad
	}
	path := u.Path
	if i := strings.Index(path+"/", "/ghost/"); i >= 0 {
		path = path[:i]
	}
	return u.Scheme + "://" + strings.ToLower(u.Host) + strings.TrimRight(path, "/"), nil
}

// signInError puts an error of the first calls on the field it is about.
func signInError(err error) error {
	var e *network.Error
	if !errors.As(err, &e) {
		return err
	}
	at := func(kind fault.Kind, field, key string) error {
		c := *e
		c.Fault = fault.New(kind, key).At(field).Because(e.Fault)
		return &c
	}
	switch {
	case e.Fault.Kind == fault.SignedOut:
		return at(fault.SignedOut, fieldKey, "network.ghost.wrong_key")
	case e.Fault.Key == "network.unreachable":
		return at(fault.Transient, fieldSite, "network.ghost.unreachable")
	case e.Fault.Kind == fault.NotFound, e.Fault.Kind == fault.Forbidden, e.Fault.Key == "network.nonsense", e.Fault.Key == "network.redirect":
		return at(fault.Invalid, fieldSite, "network.ghost.not_ghost")
	}
	return err
}
