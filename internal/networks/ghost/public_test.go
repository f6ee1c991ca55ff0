package ghost_test

import (
	"html"
	"strings"
	"testing"

	"vigie/internal/network"
	"vigie/internal/network/markup"
	"vigie/internal/network/networktest"
	"vigie/internal/networks/ghost/ghosttest"
)

// typed is a text as a member's page sends it.
func typed(text string) string {
	return "<p>" + strings.ReplaceAll(html.EscapeString(text), "\n", "<br>") + "</p>"
}

// public are the members of the strict fake.
func (f fake) public() *networktest.Public {
	about := ""
	return &networktest.Public{
		Comments: true,
		Say: func(t testing.TB, s networktest.Saying) network.Ref {
			post, parent := strings.TrimPrefix(string(s.Root), "post/"), ""
			if id, ok := strings.CutPrefix(string(s.Under), "comment/"); ok {
				parent = id
			}
			if s.Under == "" {
				if about == "" {
					var got struct{ Posts []standingPost }
					f.ask(t, "POST", "/posts/", nil, map[string]any{"posts": []any{map[string]any{"title": "À propos", "html": "<p>x</p>"}}}, &got)
					about = got.Posts[0].ID
				}
				post = about
			}
			return network.Ref("comment/" + f.says(t, post, parent, "Maëlle", typed(s.Text)))
		},
		Edit: func(_ testing.TB, ref network.Ref, text string) {
			f.Reword(strings.TrimPrefix(string(ref), "comment/"), typed(text))
		},
		Erase: func(t testing.TB, ref network.Ref) { f.set(t, strings.TrimPrefix(string(ref), "comment/"), "deleted") },
	}
}

// answered are the member's own comments, as they stand.
func (f fake) answered() (out []networktest.Standing) {
	for _, c := range f.Own(ghosttest.Mail) {
		s := networktest.Standing{Ref: network.Ref("comment/" + c["id"].(string)), Text: markup.Text(c["html"].(string))}
		for _, k := range []string{"parent_id", "in_reply_to_id"} {
			if id, ok := c[k].(string); ok {
				s.Parent = network.Ref("comment/" + id)
			}
		}
		out = append(out, s)
	}
	return out
}
