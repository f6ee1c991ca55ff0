package mastodon

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/wire"
)

// Kind is how this network is stored and named.
const Kind network.Kind = "mastodon"

// Config is what the driver needs of the program.
type Config struct {
	// HTTP makes the calls, with its guard against private addresses.
	HTTP *http.Client
	// UserAgent says who calls; GoToSocial refuses (418) callers who do not
	// say. Empty: AppName.
	UserAgent string
	// AppName and AppURL are what people see when they authorise the program
	// and, on some servers, under each post. Empty AppName: "Vigie".
	AppName, AppURL string
	// Callback is where the authorisation page sends the person back with
	// ?code=; empty: the page shows a code to copy. An answer "callback" to the
	// first step of a sign-in stands in its place.
	Callback string
	// Now is the local clock; nil: clock.System.
	Now clock.Now
	// Settle is how long after an intent a request may still land; until then
	// "not found" is not believed. 0: 90 seconds; negative: none.
	Settle time.Duration
	// Poll is how long to wait between two looks at a media that the server
	// still processes; 0: one second.
	Poll time.Duration
}

// New returns the driver. It makes no call.
func New(c Config) network.Driver {
	c.AppName = cmp.Or(c.AppName, "Vigie")
	c.UserAgent = cmp.Or(c.UserAgent, c.AppName)
	c.Settle = cmp.Or(c.Settle, 90*time.Second)
	c.Poll = cmp.Or(c.Poll, time.Second)
	if c.Now == nil {
		c.Now = clock.System
	}
	if c.HTTP == nil {
		c.HTTP = http.DefaultClient
	}
	return &driver{Config: c}
}

type driver struct {
	Config
	lines lines
}

// Facts are what the documentation says of this network.
func (d *driver) Facts() network.Facts {
	return network.Facts{
		Kind: Kind, Title: "Mastodon", Short: "Ma", Since: "0.1", API: "Mastodon 4.3 (v1 and v2)",
		Price: "network.free",
		Tried: "strict fake, agreed with by toot and Mastodon.py; real server when VIGIE_PEER_MASTODON_URL is given",
		Sources: []string{
			"https://docs.joinmastodon.org/client/intro/",
			"https://docs.joinmastodon.org/methods/statuses/",
			"https://docs.joinmastodon.org/methods/media/",
			"https://docs.joinmastodon.org/methods/notifications/",
			"https://docs.joinmastodon.org/methods/streaming/",
			"https://docs.joinmastodon.org/entities/Instance/",
			"https://docs.joinmastodon.org/api/rate-limits/",
			"https://docs.gotosocial.org/en/latest/api/swagger/",
		},
		Typical: typical(),
	}
}

// Open makes an account of credentials. Tokens of this family do not end by
// themselves, so save is never called.
func (d *driver) Open(c network.Credentials, _ func(context.Context, network.Credentials) error) (network.Account, error) {
	if c.Server == "" || c.Data["token"] == "" {
		return nil, fault.New(fault.SignedOut, "network.signed_out").Becausef("incomplete credentials")
	}
	return &account{d: d, server: c.Server, wire: d.client(c.Server, c.Data["token"]), id: c.Data["account"]}, nil
}

// client speaks to one server, with a token or without.
func (d *driver) client(server, token string) *wire.Client {
	h := http.Header{"User-Agent": {d.UserAgent}, "Accept": {"application/json"}}
	if token != "" {
		h.Set("Authorization", "Bearer "+token)
	}
	return &wire.Client{HTTP: d.HTTP, Base: server, Header: h, Explain: explain, RequestID: "X-Request-Id"}
}
