package ui_test

import (
	"io/fs"
	"testing"

	"vigie/internal/platform/i18n"
	"vigie/internal/ui"
	"vigie/internal/ui/uitest"
)

func TestTheHallsWordsAreComplete(t *testing.T) {
	i18n.CheckCatalog(t, i18n.Check{Dir: ".", Own: []fs.FS{ui.Messages()}})
}

func TestPagesAreSoundAndNamed(t *testing.T) {
	for _, lang := range []string{"fr", "en"} {
		for path, page := range ui.PagesForTest(t, lang) {
			t.Run(lang+" "+path, func(t *testing.T) { uitest.HTML(t, page) })
		}
	}
}
