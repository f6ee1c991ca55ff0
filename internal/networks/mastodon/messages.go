package mastodon

import (
	"embed"
	"io/fs"
)

//go:embed fr.json en.json
var messages embed.FS

// Messages are the sentences of this network in both languages, for the
// catalogue: labels of the sign-in (network.mastodon.<field>, .help and, for a
// choice, .<choice>) and what its errors say.
func Messages() fs.FS { return messages }
