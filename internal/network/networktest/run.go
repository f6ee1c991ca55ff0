package networktest

import (
	"strings"
	"testing"
)

// A testCase is one promise of the door.
type testCase struct {
	name string
	run  func(t testing.TB, c *cast)
}

// Run tries everything that the door promises about a network. Each case opens
// a stage of its own.
func Run(t *testing.T, open Open) {
	t.Helper()
	for _, tc := range cases() {
		t.Run(strings.ReplaceAll(tc.name, " ", "_"), func(t *testing.T) {
			w := newWire(t)
			c := &cast{Stage: open(t, w), wire: w}
			if why, skip := c.Skip[tc.name]; skip {
				t.Skip(why)
			}
			tc.run(t, c)
		})
	}
}
