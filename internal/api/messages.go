package api

import (
	"embed"
	"io/fs"
)

//go:embed messages/*.json
var messages embed.FS

// Messages are the door's own words, for the catalog.
func Messages() fs.FS { f, _ := fs.Sub(messages, "messages"); return f }
