package channel

import (
	"encoding/json"
	"testing"

	"vigie/internal/network"
)

// A channel that only answers is offered for no post; what was kept before
// channels could say so goes on to publish.
func TestAMailboxIsOfferedForNoPost(t *testing.T) {
	var old network.Capabilities
	if err := json.Unmarshal([]byte(`{"text":{"max":500},"answer":{"able":true}}`), &old); err != nil {
		t.Fatal(err)
	}
	all := []Channel{{ID: "post", Capabilities: old}, {ID: "mail", Capabilities: network.Capabilities{AnswersOnly: true}}}
	if got := ForPosts(all); len(got) != 1 || got[0].ID != "post" || all[1].ID != "mail" {
		t.Errorf("%v of %v", got, all)
	}
}
