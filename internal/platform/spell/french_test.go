package spell

import (
	"os"
	"strings"
	"testing"
)

// loose are the findings of typography that plain typing has everywhere: the
// sentences are about words.
var loose = Options{Without: []string{"fr.apostrophe", "fr.space_before", "fr.guillemets", "fr.unit"}, Suggestions: -1}

func sentencesOf(t *testing.T, file string) []string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(b)), "\n")
}

// P7: a set of faulty sentences is caught; each [passage] is a mistake.
func TestFaultyFrenchIsCaught(t *testing.T) {
	caught, all := 0, 0
	for _, line := range sentencesOf(t, "fr_faulty.txt") {
		var text strings.Builder
		var spans [][2]int
		for i, part := range strings.Split(line, "[") {
			if i > 0 {
				bad, rest, _ := strings.Cut(part, "]")
				spans = append(spans, [2]int{text.Len(), text.Len() + len(bad)})
				part = bad + rest
			}
			text.WriteString(part)
		}
		found := Check(French, text.String(), loose)
		for _, s := range spans {
			all++
			hit := false
			for _, m := range found {
				hit = hit || m.Start < s[1] && m.End > s[0]
			}
			if hit {
				caught++
			} else {
				t.Logf("missed: %s", line)
			}
		}
		for _, m := range found {
			inside := false
			for _, s := range spans {
				inside = inside || m.Start < s[1] && m.End > s[0]
			}
			if !inside {
				t.Logf("elsewhere: %s: %q %s", line, text.String()[m.Start:m.End], m.Rule)
			}
		}
	}
	t.Logf("%d of %d mistakes are caught (%.1f %%)", caught, all, 100*float64(caught)/float64(all))
	if caught*100 < all*94 {
		t.Errorf("only %d of %d mistakes are caught", caught, all)
	}
}

// P7: right sentences pass.
func TestRightFrenchPasses(t *testing.T) {
	lines := sentencesOf(t, "fr_right.txt")
	for _, line := range lines {
		for _, m := range Check(French, line, loose) {
			t.Errorf("false alarm: %s: %q %s", line, line[m.Start:m.End], m.Rule)
		}
	}
	t.Logf("%d right sentences", len(lines))
}
