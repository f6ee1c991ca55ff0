package browser

import "testing"

func TestAPageWithBracketsIsFoundByItsLinks(t *testing.T) {
	was := Pages
	defer func() { Pages = was }()
	post := Page{Name: "post", Path: "/b/{brand}/posts/{post}?pane=1"}
	Pages = []Page{{Name: "new", Path: "/b/{brand}/posts/new"}, post}
	at, ok := post.Find([]string{"/b/7/calendar", "/b/7/posts/new", "/b/7/posts/12?from=day", "/b/7/posts/13"})
	if !ok || at != "/b/7/posts/12?pane=1" {
		t.Errorf("found %q, %v", at, ok)
	}
	if at, ok := Pages[0].Find([]string{"/brands", "/b/7/calendar"}); !ok || at != "/b/7/posts/new" {
		t.Errorf("a page of a brand is found by any link of the brand, not at %q", at)
	}
	if at, ok := post.Find([]string{"/b/7/posts/new", "/b/7/posts/12/publications/3"}); ok {
		t.Errorf("nothing of the kind is there, yet %q", at)
	}
}
