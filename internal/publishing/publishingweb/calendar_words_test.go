package publishingweb_test

import (
	"io/fs"
	"testing"

	"vigie/internal/network"
	"vigie/internal/platform/i18n"
	"vigie/internal/publishing/publishingweb"
	"vigie/internal/ui"
)

// Both languages, everything said and nothing missing.
func TestTheWordsAreComplete(t *testing.T) {
	i18n.CheckCatalog(t, i18n.Check{Dir: "..", Own: publishingweb.Messages(), Known: []fs.FS{ui.Messages(), network.Messages()}})
}
