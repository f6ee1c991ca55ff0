package wordpress

import "vigie/internal/network"

// typical are what a site of today takes. WordPress publishes none of its
// limits: 2 MiB is what PHP lets a file weigh where nobody changed it, 2,560
// pixels what WordPress keeps of a side (big_image_size_threshold). The length
// of a slug is the column's (200 bytes); a title and a text have none. Alternative texts
// have no limit there; 2,000 characters are ours. Pictures of a short text: 20
// is ours.
var typical = network.Capabilities{
	Text: network.TextRule{Unit: network.Runes, Required: true},
	Images: network.ImageRule{
		Max: 20, MaxBytes: 2 << 20, MaxSide: 2560, AltMax: 2000,
		Types: []string{"image/jpeg", "image/png", "image/gif", "image/webp"},
	},
	Answer: network.AnswerRule{Able: true},
	Article: network.ArticleRule{
		Able: true, NeedsTitle: true, SlugMax: 200, MakesCategories: true,
		Statuses: []string{network.StatusPublished, network.StatusDraft},
		Lacks:    []string{"seo_title", "seo_description", "canonical"},
	},
	Edit:   true,
	Delete: true,
	Receives: network.ReceiveRule{
		Kinds: []network.ItemKind{network.Comment}, Edits: true, Deletions: true, History: true, Threads: true,
		Lacks: "pingbacks; changes of a comment older than the last hundred, before its thread is read",
	},
	Source: "developer.wordpress.org/rest-api/reference, wp-includes of WordPress 6.1",
	Read:   "2026-11-20",
}

var facts = network.Facts{
	Kind:  Kind,
	Title: "WordPress",
	Short: "Wp",
	Since: "0.2",
	API:   "REST API wp/v2, WordPress 5.7 and later, application passwords",
	Price: "network.free",
	Tried: "real server in tests (WordPress 6.1 of Debian 12, MariaDB, PHP 8.2); never tried on wordpress.com",
	Sources: []string{
		"https://developer.wordpress.org/rest-api/reference/posts/",
		"https://developer.wordpress.org/rest-api/reference/comments/",
		"https://developer.wordpress.org/rest-api/reference/media/",
		"https://developer.wordpress.org/rest-api/using-the-rest-api/discovery/",
		"https://make.wordpress.org/core/2020/11/05/application-passwords-integration-guide/",
	},
	Typical: typical,
}
