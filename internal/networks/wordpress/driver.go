package wordpress

import (
	"cmp"
	"context"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/wire"
)

// Kind is how this network is stored and named.
const Kind network.Kind = "wordpress"

// Config is what the driver needs of the program.
type Config struct {
	// HTTP makes the calls, with its guard against private addresses.
	HTTP *http.Client
	// UserAgent says who calls: "Vigie/1.0 (+https://…)".
	UserAgent string
	// Now is the local clock; nil: clock.System.
	Now clock.Now
	// Settle is how long after an intent a request may still land; until then
	// "not found" is not believed. 0: two minutes (PHP goes on after its caller
	// went away, up to the host's limit); negative: none.
	Settle time.Duration
}

// New returns the driver. It makes no call.
func New(c Config) network.Driver {
	c.Settle = cmp.Or(c.Settle, 2*time.Minute)
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
	stepSite      = "site"
	fieldSite     = "site"
	fieldUser     = "user"
	fieldPassword = "password"
)

// Facts are what the documentation says of this network.
func (d *driver) Facts() network.Facts { return facts }

// Begin asks for the site and the application password.
func (d *driver) Begin(context.Context) (network.Step, error) {
	return network.Step{ID: stepSite, Fields: []network.Field{
		{Name: fieldSite, Type: "url"},
		{Name: fieldUser, Type: "text"},
		{Name: fieldPassword, Type: "password"},
	}}, nil
}

// Next finds the site's API and tries the password on it.
func (d *driver) Next(ctx context.Context, s network.Step, answers map[string]string) (network.Step, error) {
	if s.ID != stepSite {
		return network.Step{}, fault.New(fault.Invalid, "network.step").With("step", s.ID)
	}
	address, err := cleanSite(answers[fieldSite])
	if err != nil {
		return network.Step{}, err
	}
	user := strings.TrimSpace(answers[fieldUser])
	// WordPress shows it in groups of four, and takes it with or without.
	password := strings.Join(strings.Fields(answers[fieldPassword]), "")
	switch {
	case user == "" || strings.Contains(user, ":"):
		return network.Step{}, fault.New(fault.Invalid, "network.wordpress.user.missing").At(fieldUser)
	case password == "":
		return network.Step{}, fault.New(fault.Invalid, "network.wordpress.password.missing").At(fieldPassword)
	}
	home, root, err := d.discover(ctx, address)
	if err != nil {
		return network.Step{}, err
	}
	c := network.Credentials{Server: home, Data: map[string]string{"root": root, "user": user, "password": password}}
	a := d.account(c)
	me, err := a.me(ctx)
	if err != nil {
		return network.Step{}, signInError(err)
	}
	if !me.Capabilities["publish_posts"] {
		return network.Step{}, fault.New(fault.Invalid, "network.wordpress.may_not_publish").At(fieldUser).With("user", user)
	}
	return network.Step{ID: network.Done, Profile: a.profile(me), Credentials: c}, nil
}

// Open makes an account of credentials. An application password does not end by
// itself, so save is never called.
func (d *driver) Open(c network.Credentials, _ func(context.Context, network.Credentials) error) (network.Account, error) {
	if c.Server == "" || c.Data["root"] == "" || c.Data["user"] == "" || c.Data["password"] == "" {
		return nil, fault.New(fault.SignedOut, "network.wordpress.signed_out").Becausef("incomplete credentials")
	}
	return d.account(c), nil
}

func (d *driver) account(c network.Credentials) *account {
	token := base64.StdEncoding.EncodeToString([]byte(c.Data["user"] + ":" + c.Data["password"]))
	w := d.client()
	w.Header.Set("Authorization", "Basic "+token)
	return &account{d: d, home: c.Server, root: c.Data["root"], wire: w}
}

// client speaks without an account.
func (d *driver) client() *wire.Client {
	h := http.Header{"Accept": {"application/json"}}
	if d.UserAgent != "" {
		h.Set("User-Agent", d.UserAgent)
	}
	return &wire.Client{HTTP: d.HTTP, Header: h, Explain: explain}
}
