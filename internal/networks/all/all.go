// Package all is the explicit list of the networks that Vigie speaks. Adding a
// network is a directory beside this one and its line here; docs/networks.md
// is made of what each says of itself (Facts).
//
// It owns no network and no account. Only app imports it.
package all

import (
	"context"
	"io/fs"
	"net"
	"net/http"
	"time"

	"vigie/internal/network"
	"vigie/internal/networks/assisted"
	"vigie/internal/networks/bluesky"
	"vigie/internal/networks/feedcomments"
	"vigie/internal/networks/ghost"
	"vigie/internal/networks/mailbox"
	"vigie/internal/networks/mastodon"
	"vigie/internal/networks/practice"
	"vigie/internal/networks/wordpress"
)

// Deps is what the networks need from the house.
type Deps struct {
	HTTP *http.Client // from platform/fetch, with its guard against private addresses
	// Dial is the way to what is not the web, with the same guard; nil: to
	// public servers only.
	Dial      func(ctx context.Context, network, address string) (net.Conn, error)
	UserAgent string // "Vigie/0.1 (+https://…)"
	AppName   string // as networks show the program that posted
	AppURL    string
	// Settle is how long a request may still land, where a network cannot say;
	// zero: each network's own.
	Settle time.Duration
	// World is the simulated network; nil leaves it out.
	World *practice.World
}

// Drivers lists the networks in the order in which pages show them.
func Drivers(d Deps) []network.Driver {
	out := []network.Driver{
		bluesky.New(bluesky.Config{HTTP: d.HTTP, UserAgent: d.UserAgent}),
		mastodon.New(mastodon.Config{HTTP: d.HTTP, UserAgent: d.UserAgent, AppName: d.AppName, AppURL: d.AppURL, Settle: d.Settle}),
		wordpress.New(wordpress.Config{HTTP: d.HTTP, UserAgent: d.UserAgent, Settle: d.Settle}),
		ghost.New(ghost.Config{HTTP: d.HTTP, UserAgent: d.UserAgent, Settle: d.Settle}),
	}
	out = append(out,
		mailbox.New(mailbox.Config{Dial: d.Dial, Settle: d.Settle}),
		feedcomments.New(feedcomments.Config{HTTP: d.HTTP, UserAgent: d.UserAgent}))
	out = append(out, assisted.New())
	if d.World != nil {
		out = append(out, practice.New(d.World))
	}
	return out
}

// Messages are the sentences of the door and of every network.
func Messages() []fs.FS {
	return []fs.FS{network.Messages(), bluesky.Messages(), mastodon.Messages(), wordpress.Messages(), ghost.Messages(), practice.Messages(), assisted.Messages(), mailbox.Messages(), feedcomments.Messages()}
}
