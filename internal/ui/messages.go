package ui

import (
	"embed"
	"io/fs"
)

//go:embed messages/*.json
var messages embed.FS

// Messages are the hall's own words, for the catalog.
func Messages() fs.FS { f, _ := fs.Sub(messages, "messages"); return f }
