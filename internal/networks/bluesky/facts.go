package bluesky

import (
	"time"

	"vigie/internal/network"
)

// typical are the limits of a post, from the lexicons of the network as the
// server of test/peers/bluesky ships them; describeServer may lower the size of
// a picture. Text: app.bsky.feed.post (maxGraphemes 300, maxLength 3000, langs
// 3). Pictures: app.bsky.embed.images (4 of 2,000,000 bytes; alt has no limit
// there; 2,000 characters and 4,000 pixels are what its own app keeps to). Pace: 5,000
// points an hour per account, three for a new record. Threads have no limit there;
// 100 is ours.
// app.bsky.embed.gallery (up to 20) is not used: older apps do not show it.
var typical = network.Capabilities{
	Text: network.TextRule{Max: 300, Unit: network.Graphemes, MaxBytes: 3000, Required: true},
	Images: network.ImageRule{
		Max: 4, MaxBytes: 2_000_000, MaxSide: 4000, AltMax: 2000,
		Types: []string{"image/jpeg", "image/png", "image/webp"},
	},
	Thread:    network.ThreadRule{Max: 100},
	Answer:    network.AnswerRule{Able: true},
	Delete:    true,
	Sensitive: true,
	Languages: 3,
	Receives: network.ReceiveRule{Kinds: []network.ItemKind{network.Reply, network.Mention, network.Quote},
		Counts: true, Deletions: true, History: true, Threads: true, React: true,
		Live: "asking every 1.2 s (nothing is pushed about one account)", Lacks: "private messages (a server apart, without an open test network)"},
	Pace:   network.PaceRule{Posts: 1600, Per: time.Hour},
	Source: "github.com/bluesky-social/atproto lexicons/app/bsky (@atproto/pds 0.5, @atproto/bsky 0.0.280), docs.bsky.app/docs/advanced-guides/rate-limits",
	Read:   "2026-11-20",
}

var facts = network.Facts{
	Kind:  Kind,
	Title: "Bluesky",
	Short: "Bs",
	Since: "0.1",
	API:   "AT Protocol XRPC, app.bsky lexicons of 2026-08",
	Price: "network.free",
	Tried: "real server in tests (PDS, PLC, AppView and Ozone of @atproto/dev-env 0.6.7); never tried on bsky.social",
	Sources: []string{
		"https://atproto.com/specs/xrpc",
		"https://atproto.com/specs/tid",
		"https://github.com/bluesky-social/atproto/tree/main/lexicons",
		"https://docs.bsky.app/docs/advanced-guides/rate-limits",
		"https://docs.bsky.app/docs/api/app-bsky-notification-list-notifications",
		"https://docs.bsky.app/docs/api/app-bsky-feed-get-post-thread",
	},
	Typical: typical,
}
