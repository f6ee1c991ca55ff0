package wordpress

import (
	"embed"
	"io/fs"
)

//go:embed messages/*.json
var messages embed.FS

const prefix = "network.wordpress."

// Messages are the sentences of this network, fr.json and en.json.
func Messages() fs.FS { f, _ := fs.Sub(messages, "messages"); return f }
