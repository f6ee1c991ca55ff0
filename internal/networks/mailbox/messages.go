package mailbox

import (
	"embed"
	"io/fs"
)

//go:embed fr.json en.json
var messages embed.FS

// Messages are the sentences of this network in both languages.
func Messages() fs.FS { return messages }
