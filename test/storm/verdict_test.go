package storm

import (
	"strings"
	"testing"
)

func TestTheVerdictSeesWhatIsLostDoubledOrToldWrong(t *testing.T) {
	online := map[string][]string{"bluesky": {"storm-1 bonjour", "storm-2 bonjour", "storm-2 bonjour", "storm-4 bonjour", "storm-11 bonjour"}}
	for marker, want := range map[string]struct {
		state string
		wrong string
	}{
		"storm-1":  {"sent", ""},
		"storm-2":  {"sent", "doubled"},
		"storm-3":  {"sent", "lost"},
		"storm-4":  {"failed", "told failed"},
		"storm-5":  {"failed", ""},
		"storm-6":  {"unknown", ""},
		"storm-7":  {"sending", "never came to an end"},
		"storm-11": {"unknown", ""},
	} {
		v := Judge([]Promise{{Marker: marker, Network: "bluesky", State: want.state}}, online)
		got := strings.Join(v.Wrong, "; ")
		if want.wrong == "" && got != "" || !strings.Contains(got, want.wrong) {
			t.Errorf("%s, told %s: %q; want %q", marker, want.state, got, want.wrong)
		}
		if v.Sent+v.Shown+len(v.Wrong) != 1 {
			t.Errorf("%s is counted %d times", marker, v.Sent+v.Shown+len(v.Wrong))
		}
	}
}
