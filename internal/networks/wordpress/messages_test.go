package wordpress

import (
	"io/fs"
	"strings"
	"testing"

	"vigie/internal/platform/i18n"
)

func TestEveryMessageIsThereInBothLanguages(t *testing.T) {
	i18n.CheckCatalog(quiet{t}, i18n.Check{Dir: ".", Own: []fs.FS{Messages()}})
	fr, err := i18n.New(Messages())
	if err != nil {
		t.Fatal(err)
	}
	step, err := New(Config{}).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range step.Fields {
		for _, key := range []string{prefix + f.Name, prefix + f.Name + ".help"} {
			if !fr.Has("fr", key) || !fr.Has("en", key) {
				t.Errorf("no %s", key)
			}
		}
	}
}

// quiet lets by the keys that all networks share, and the labels of the fields,
// which are put together where they are shown.
type quiet struct{ *testing.T }

func (q quiet) Errorf(format string, args ...any) {
	for _, a := range args {
		s, ok := a.(string)
		if ok && strings.HasPrefix(s, "network.") && !strings.HasPrefix(s, prefix) {
			return
		}
	}
	q.T.Errorf(format, args...)
}
