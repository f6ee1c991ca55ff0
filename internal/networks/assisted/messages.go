package assisted

import (
	"embed"
	"io/fs"
)

//go:embed messages/*.json
var messages embed.FS

// Messages are the network's sentences, fr.json and en.json.
func Messages() fs.FS { f, _ := fs.Sub(messages, "messages"); return f }
