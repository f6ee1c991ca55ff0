package network

import (
	"embed"
	"io/fs"
)

//go:embed messages/*.json
var messages embed.FS

// Messages are the sentences of the door, fr.json and en.json: what Check,
// Presence and textkit.Split have to say. Each network brings its own the
// same way (networks/all gathers them).
func Messages() fs.FS { f, _ := fs.Sub(messages, "messages"); return f }
