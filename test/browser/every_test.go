package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// Every page, both widths, both themes, both languages: axe finds nothing, a
// phone never scrolls sideways, the console stays silent (T2).
func TestEveryPageIsForEverybody(t *testing.T) {
	Wanted(t)
	Walk(t, func(t *testing.T, p *Person, page Page, state State, look Look) {
		name := fmt.Sprintf("at %d, %s", look.Width, look.Theme)
		for _, v := range p.Axe() {
			t.Errorf("%s: %s", name, v)
		}
		if out := p.Overflow(); len(out) > 0 {
			t.Errorf("%s, the page scrolls sideways: %q", name, out)
		}
	})
}

// TestShots takes every page for somebody to look at; ./check shots runs it.
func TestShots(t *testing.T) {
	Wanted(t)
	dir := os.Getenv("VIGIE_SHOTS")
	if dir == "" {
		t.Skip("pictures are taken with VIGIE_SHOTS=directory (./check shots)")
	}
	Walk(t, func(t *testing.T, p *Person, page Page, state State, look Look) {
		p.Picture(filepath.Join(dir, fmt.Sprintf("%s--%s--%s--%d--%s.png", page.Name, state, look.Language, look.Width, look.Theme)))
	})
}
