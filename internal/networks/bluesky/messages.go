package bluesky

import (
	"embed"
	"io/fs"
)

//go:embed messages/*.json
var messages embed.FS

// prefix begins the key of every message of the package, fields of the sign-in
// included: their names are put behind it by whoever shows them.
const prefix = "network.bluesky."

// Messages are what Bluesky's errors and sign-in say, fr.json and en.json.
func Messages() fs.FS { f, _ := fs.Sub(messages, "messages"); return f }
