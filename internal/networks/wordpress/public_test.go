package wordpress_test

import (
	"html"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"vigie/internal/network"
	"vigie/internal/network/markup"
	"vigie/internal/network/networktest"
)

func after(r network.Ref, kind string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(string(r), kind+"/"))
	return n
}

// public are the readers of the strict fake.
func (f fake) public() *networktest.Public {
	about := 0
	return &networktest.Public{
		Comments: true, Undated: true,
		Say: func(t testing.TB, s networktest.Saying) network.Ref {
			post, parent := after(s.Root, "post"), 0
			if strings.HasPrefix(string(s.Under), "comment/") {
				parent = after(s.Under, "comment")
			}
			if s.Under == "" {
				if about == 0 {
					var got struct{ ID int }
					f.ask(t, "POST", "/wp/v2/posts", nil, map[string]any{"title": "À propos", "content": "<p>x</p>"}, &got)
					about = got.ID
				}
				post = about
			}
			return network.Ref("comment/" + strconv.Itoa(f.says(t, post, parent, "Maëlle", html.EscapeString(s.Text))))
		},
		Edit: func(t testing.TB, ref network.Ref, text string) {
			f.ask(t, "POST", "/wp/v2/comments/"+strconv.Itoa(after(ref, "comment")), nil, map[string]any{"content": html.EscapeString(text)}, nil)
		},
		Erase: func(t testing.TB, ref network.Ref) {
			f.ask(t, "DELETE", "/wp/v2/comments/"+strconv.Itoa(after(ref, "comment")), url.Values{"force": {"true"}}, nil, nil)
		},
	}
}

// answered are the person's own comments, as they stand.
func (f fake) answered(t testing.TB) (out []networktest.Standing) {
	var all []struct {
		ID, Parent int
		Content    struct{ Raw string }
	}
	f.ask(t, "GET", "/wp/v2/comments", url.Values{"status": {"any"}, "author": {"3"}, "order": {"asc"}, "per_page": {"100"}}, nil, &all)
	for _, c := range all {
		s := networktest.Standing{Ref: network.Ref("comment/" + strconv.Itoa(c.ID)), Text: markup.Text(c.Content.Raw)}
		if c.Parent != 0 {
			s.Parent = network.Ref("comment/" + strconv.Itoa(c.Parent))
		}
		out = append(out, s)
	}
	return out
}
