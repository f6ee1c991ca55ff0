package inboxweb

import (
	"testing"

	"vigie/internal/ui/uitest"
)

// Every sentence is there in both languages, and no other.
func TestTheWordsAreComplete(t *testing.T) { uitest.Messages(t, "..", Messages()) }
