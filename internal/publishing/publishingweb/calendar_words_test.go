package publishingweb_test

import (
	"testing"

	"vigie/internal/publishing/publishingweb"
	"vigie/internal/ui/uitest"
)

// Both languages, everything said and nothing missing.
func TestTheWordsAreComplete(t *testing.T) {
	uitest.Messages(t, "..", publishingweb.Messages()...)
}
