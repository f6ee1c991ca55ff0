// Package uitest checks what faces answer: that a page is sound HTML with a
// name for everything a person can reach, that it obeys the security policy,
// and that a face's messages are complete.
//
// It is for tests only and never part of the program.
package uitest

import (
	"io/fs"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"vigie/internal/platform/i18n"
	"vigie/internal/ui"
)

// Messages checks a face's message files against the sources under dir (the
// room's folder, seen from the test: ".."): both languages, same places,
// everything used and nothing missing.
func Messages(t testing.TB, dir string, own ...fs.FS) {
	t.Helper()
	i18n.CheckCatalog(t, i18n.Check{Dir: dir, Own: own, Known: []fs.FS{ui.Messages()}})
}

// HTML parses a page or a fragment and fails the test for ids given twice,
// references to ids that are not there, inputs without a label, buttons and
// links without a name, images without alt, and whatever the security policy
// would refuse (inline scripts, styles, handlers).
func HTML(t testing.TB, page string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatalf("not HTML: %v", err)
	}
	c := checker{whole: strings.Contains(page, "<html"), ids: map[string]int{}, labelled: map[string]bool{}}
	c.collect(doc)
	c.walk(t, doc, nil)
	for id, n := range c.ids {
		if n > 1 {
			t.Errorf("id %q is given %d times", id, n)
		}
	}
}

type checker struct {
	whole    bool // a page, not a fragment
	ids      map[string]int
	labelled map[string]bool
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func (c *checker) collect(n *html.Node) {
	if n.Type == html.ElementNode {
		if id := attr(n, "id"); id != "" {
			c.ids[id]++
		}
		if n.Data == "label" {
			c.labelled[attr(n, "for")] = true
		}
	}
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		c.collect(k)
	}
}

// name is what a screen reader would say: text, labels, alternatives.
func name(n *html.Node) string {
	if n.Type == html.TextNode {
		return strings.TrimSpace(n.Data)
	}
	if n.Type == html.ElementNode && attr(n, "aria-hidden") == "true" {
		return ""
	}
	s := attr(n, "aria-label") + attr(n, "title") + attr(n, "aria-labelledby")
	if n.Data == "img" {
		s += attr(n, "alt")
	}
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		s += name(k)
	}
	return s
}

func describe(n *html.Node) string {
	var b strings.Builder
	shallow := &html.Node{Type: n.Type, Data: n.Data, DataAtom: n.DataAtom, Attr: n.Attr}
	_ = html.Render(&b, shallow) // into memory
	return b.String()
}

func (c *checker) walk(t testing.TB, n *html.Node, up []*html.Node) {
	t.Helper()
	if n.Type == html.ElementNode {
		c.element(t, n, up)
		up = append(up, n)
	}
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		c.walk(t, k, up)
	}
}

func within(up []*html.Node, tags ...string) bool {
	for _, n := range up {
		for _, tag := range tags {
			if n.Data == tag {
				return true
			}
		}
	}
	return false
}

func (c *checker) element(t testing.TB, n *html.Node, up []*html.Node) {
	t.Helper()
	for _, a := range n.Attr {
		if strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Key, "hx-on") || strings.HasPrefix(a.Val, "javascript:") || strings.HasPrefix(a.Val, "js:") {
			t.Errorf("%s: the policy refuses %s", describe(n), a.Key)
		}
		switch a.Key {
		case "for", "aria-labelledby", "aria-describedby", "aria-controls":
			for _, id := range strings.Fields(a.Val) {
				if c.ids[id] == 0 {
					t.Errorf("%s: no element has the id %q", describe(n), id)
				}
			}
		}
	}
	switch n.Data {
	case "script":
		if attr(n, "src") == "" && attr(n, "type") != "application/json" {
			t.Errorf("inline script")
		}
	case "style":
		if !within(up, "svg") {
			t.Errorf("inline style sheet")
		}
	case "img":
		if !has(n, "alt") {
			t.Errorf("%s: no alt", describe(n))
		}
	case "button", "summary":
		// The confirm dialog's button gets its words when it opens.
		if name(n) == "" && attr(n, "value") != "yes" {
			t.Errorf("%s: no name", describe(n))
		}
	case "a":
		if has(n, "href") && name(n) == "" {
			t.Errorf("%s: no name", describe(n))
		}
		if h := attr(n, "href"); h == "" || h == "#" {
			t.Errorf("%s: leads nowhere", describe(n))
		}
	case "input", "select", "textarea":
		kind := attr(n, "type")
		if kind == "hidden" || kind == "submit" {
			return
		}
		if attr(n, "aria-label") == "" && attr(n, "aria-labelledby") == "" && !within(up, "label") && (attr(n, "id") == "" || !c.labelled[attr(n, "id")]) {
			t.Errorf("%s: no label", describe(n))
		}
	case "html":
		if c.whole && attr(n, "lang") == "" {
			t.Errorf("no language")
		}
	}
}
