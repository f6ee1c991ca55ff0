package ghost

import "vigie/internal/network"

// typical are the limits of Ghost's schema (core/server/data/schema/schema.js of
// 6.65): a title 255 characters, an excerpt 300, a slug 191, SEO title 300 and
// description 500; the alternative text of a cover 2,000 there, which is kept
// for all pictures. Ghost takes pictures of any size its host lets through; 5
// MiB and 20 pictures to a short text are ours.
var typical = network.Capabilities{
	Text: network.TextRule{Unit: network.Runes, Required: true},
	Images: network.ImageRule{
		Max: 20, MaxBytes: 5 << 20, MaxSide: 5000, AltMax: 2000,
		Types: []string{"image/jpeg", "image/png", "image/gif", "image/webp"},
	},
	Article: network.ArticleRule{
		Able: true, NeedsTitle: true, TitleMax: 255, ExcerptMax: 300, SlugMax: 191, SEOTitleMax: 300, SEODescriptionMax: 500, MakesCategories: true,
		Statuses: []string{network.StatusPublished, network.StatusDraft},
		Lacks:    []string{"categories"},
	},
	Edit:   true,
	Delete: true,
	Receives: network.ReceiveRule{
		Kinds: []network.ItemKind{network.Comment}, Edits: true, Deletions: true, History: true, Threads: true,
		Lacks: "deletions of a comment older than the last hundred, before its thread is read; likes; the mail by which Ghost tells a member that she was answered",
	},
	Source: "Ghost 6.65, core/server/data/schema; docs.ghost.org/admin-api",
	Read:   "2026-11-20",
}

var facts = network.Facts{
	Kind:  Kind,
	Title: "Ghost",
	Short: "Gh",
	Since: "0.2",
	API:   "Admin API v6 (comments: since Ghost 6)",
	Price: "network.free",
	Tried: "real server in tests when VIGIE_PEER_GHOST_URL is given (Ghost 6.65, SQLite); never tried on Ghost(Pro)",
	Sources: []string{
		"https://docs.ghost.org/admin-api/",
		"https://docs.ghost.org/admin-api/posts/overview/",
		"https://docs.ghost.org/admin-api/images/overview/",
	},
	Typical: typical,
}
