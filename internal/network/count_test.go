package network

import (
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write what was counted into testdata/count.json")

type vector struct {
	Name    string   `json:"name"`
	Text    string   `json:"text"`
	Warning string   `json:"warning,omitempty"`
	Rule    TextRule `json:"rule"`
	Want    Tally    `json:"want"`
}

// P2: the count equals the network's own. The same file drives the test of the
// counter in the page, so both sides count alike.
func TestCountVectors(t *testing.T) {
	const file = "testdata/count.json"
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	if len(all) < 30 {
		t.Errorf("only %d vectors", len(all))
	}
	for i, v := range all {
		got := Count(v.Text, v.Warning, v.Rule)
		if *update {
			all[i].Want = got
		} else if d := cmp.Diff(v.Want, got); d != "" {
			t.Errorf("%s: %s", v.Name, d)
		}
	}
	if *update {
		out, _ := json.MarshalIndent(all, "", "  ")
		if err := os.WriteFile(file, append(out, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
