package browser

import (
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Look is one way of looking at a page.
type Look struct {
	Language, Theme string
	Width           int
}

// Languages, Themes and Widths are the ways every page must stand.
var (
	Languages = []string{"fr", "en"}
	Themes    = []string{"light", "dark"}
	Widths    = []int{1440, 390}
)

// Walk goes through every page in every state and look, and calls seen on
// each. A language and a state have a Vigie of their own.
func Walk(t *testing.T, seen func(t *testing.T, p *Person, page Page, state State, look Look)) {
	for _, language := range Languages {
		t.Run(language, func(t *testing.T) {
			for _, state := range States {
				t.Run(string(state), func(t *testing.T) { walkState(t, language, state, seen) })
			}
		})
	}
}

func walkState(t *testing.T, language string, state State, seen func(*testing.T, *Person, Page, State, Look)) {
	if !slices.ContainsFunc(Pages, func(p Page) bool { return p.In(state) }) {
		return
	}
	p := Enter(t, language, state)
	var links, opened []string
	for _, page := range Pages {
		if !page.In(state) {
			continue
		}
		t.Run(page.Name, func(t *testing.T) {
			p := p.In(t)
			path, ok := page.Find(append(slices.Clone(links), opened...))
			if !ok {
				t.Fatalf("no link leads to %s from the pages before it", page.Path)
			}
			if page.Status != 0 {
				p.Tolerate("status of 4", "status of 5")
			}
			p.Wide()
			p.Go(path)
			want := page.Status
			if want == 0 {
				want = http.StatusOK
			}
			if got := p.Status(); got != want {
				t.Fatalf("%s answers %d, want %d; she sees:\n%.600s", path, got, want, p.Text())
			}
			links = append(links, p.Links()...)
			if page.Do != nil { // what is done on a page may lead to others
				defer func() { opened = append(opened, p.Links()...) }()
			}
			for _, width := range Widths {
				if width == 390 {
					p.Narrow()
				} else {
					p.Wide()
				}
				// Each width is a visit of its own: what a page does when it is opened
				// must hold on a phone too.
				p.Go(path)
				if page.Do != nil {
					page.Do(p)
				}
				for _, theme := range Themes {
					p.Prefers(theme)
					p.Settle()
					seen(t, p, page, state, Look{language, theme, width})
				}
			}
		})
	}
	for _, l := range Unlisted(links) {
		t.Errorf("a link leads to %s, which is not in pages.go: nobody looks at it", l)
	}
}

// In gives the same person for a test inside the test, so that what goes
// wrong is told where it happened.
func (p *Person) In(t testing.TB) *Person {
	before := len(p.Said())
	in := &Person{Name: p.Name, tb: t, ctx: p.ctx, base: p.base, shared: p.root(), width: p.width, height: p.height, phone: p.phone}
	t.Cleanup(func() {
		for _, line := range p.Said()[before:] {
			t.Errorf("%s's console: %s", p.Name, line)
		}
		p.forget()
	})
	return in
}

// Unlisted names links of the site that no page of the table answers for.
func Unlisted(links []string) []string {
	var out []string
	for _, l := range links {
		at, _, _ := strings.Cut(l, "?")
		if strings.HasSuffix(at, "/charter/export") || strings.HasSuffix(at, "/answers/export") { // a file
			continue
		}
		if slices.Contains(out, at) || strings.HasPrefix(at, "/static/") || strings.HasPrefix(at, "/media/") || filepath.Ext(at) != "" {
			continue
		}
		if !slices.ContainsFunc(Pages, func(p Page) bool { return p.Pattern().MatchString(at) }) {
			out = append(out, at)
		}
	}
	return out
}
