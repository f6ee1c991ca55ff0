package i18n

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The rooms below the faces have nobody else to speak for them: what base and
// platform say to a person stands here, in both languages.
func TestEverySentenceOfTheGroundIsHere(t *testing.T) {
	c := Must()
	for _, dir := range []string{"../../base", ".."} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return nil
			}
			src, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, m := range reUse.FindAllSubmatch(src, -1) {
				if k := string(m[1]); !c.Has(Default, k) {
					t.Errorf("%s: %q has no sentence", path, k)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
