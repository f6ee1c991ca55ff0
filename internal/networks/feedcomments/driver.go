package feedcomments

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strings"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/textkit"
	"vigie/internal/network"
)

// Kind is how this network is stored and named.
const Kind network.Kind = "feedcomments"

// Config is what the driver needs of the program.
type Config struct {
	// HTTP makes the calls, with its guard against private addresses.
	HTTP      *http.Client
	UserAgent string
	Now       clock.Now // nil: clock.System
}

// New returns the driver. It makes no call.
func New(c Config) network.Driver {
	if c.HTTP == nil {
		c.HTTP = http.DefaultClient
	}
	c.UserAgent = cmp.Or(c.UserAgent, "Vigie")
	if c.Now == nil {
		c.Now = clock.System
	}
	return &driver{c}
}

type driver struct{ Config }

var _ network.Reviser = (*driver)(nil)

// Facts are what the documentation says of this network.
func (d *driver) Facts() network.Facts {
	return network.Facts{
		Kind: Kind, Title: "Comments feed", Titles: map[string]string{"fr": "Flux de commentaires"}, Short: "Fx", Since: "0.3", API: "RSS 2.0, Atom 1.0, read-only",
		Price: "network.free", Tried: "strict fake, never tried live",
		Sources: []string{"https://www.rssboard.org/rss-specification", "https://www.rfc-editor.org/rfc/rfc4287", "https://www.rfc-editor.org/rfc/rfc4685", "https://www.rfc-editor.org/rfc/rfc9110"},
		Typical: typical(),
	}
}

func typical() network.Capabilities {
	return network.Capabilities{Text: network.TextRule{Unit: network.Graphemes}, AnswersOnly: true, Source: "a feed takes nothing", Read: "2026-11-20"}
}

const (
	step      = "feed"
	fieldFeed = "feed"
)

var (
	errAddress = fault.New(fault.Invalid, "network.feedcomments.address").At(fieldFeed)
	errNoFeed  = fault.New(fault.Invalid, "network.feedcomments.no_feed").At(fieldFeed)
	errEnded   = fault.New(fault.SignedOut, "network.feedcomments.ended")
)

// Begin asks for the address of the feed.
func (d *driver) Begin(context.Context) (network.Step, error) {
	return network.Step{ID: step, Fields: []network.Field{{Name: fieldFeed, Type: "url"}}}, nil
}

// Revise shows the address that is read, for a blog that moved: the same channel
// goes on with another address.
func (d *driver) Revise(_ context.Context, held network.Credentials) (network.Step, error) {
	return network.Step{ID: step, State: map[string]string{"ref": held.Data["ref"]}, Fields: []network.Field{{Name: fieldFeed, Type: "url", Default: held.Data[fieldFeed]}}}, nil
}

// Next reads the feed once. Errors: invalid at the field, transient.
func (d *driver) Next(ctx context.Context, s network.Step, answers map[string]string) (next network.Step, err error) {
	defer fault.Wrap(&err, "sign in")
	if s.ID != step {
		return next, fault.New(fault.Invalid, "network.step").With("step", s.ID)
	}
	address, err := feedAddress(answers[fieldFeed])
	if err != nil {
		return next, err
	}
	ref := cmp.Or(s.State["ref"], address)
	a := &account{d: d, feed: address, ref: ref}
	p, err := a.WhoAmI(ctx)
	if err != nil {
		return next, err
	}
	return network.Step{ID: network.Done, Profile: p, Credentials: network.Credentials{Server: p.Server, Data: map[string]string{fieldFeed: address, "ref": ref}}}, nil
}

// Open makes an account of credentials; there is nothing secret in them.
func (d *driver) Open(c network.Credentials, _ func(context.Context, network.Credentials) error) (network.Account, error) {
	address, err := feedAddress(c.Data[fieldFeed])
	if err != nil {
		return nil, fault.New(fault.SignedOut, "network.signed_out").Because(err)
	}
	return &account{d: d, feed: address, ref: cmp.Or(c.Data["ref"], address)}, nil
}

// feedAddress is an address of the web, as a person writes it.
func feedAddress(given string) (string, error) {
	s, _ := textkit.Clean(given)
	s = strings.TrimSpace(s)
	if rest, ok := strings.CutPrefix(s, "feed:"); ok {
		s = strings.TrimPrefix(rest, "//")
	}
	if s != "" && !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" || len(s) > 2000 {
		return "", errAddress.With("given", textkit.Excerpt(given, 80))
	}
	u.Fragment = ""
	return u.String(), nil
}
