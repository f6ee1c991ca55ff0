package wordpresstest

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
)

// Says is somebody of the public, with the form under an article; the number
// of her comment.
func (s *Site) Says(post, parent int, name, text string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.add(post, parent, 0, name, text)["id"].(int)
}

func (s *Site) add(post, parent, author int, name, text string) map[string]any {
	s.next++
	c := map[string]any{
		"id": s.next, "post": post, "parent": parent, "author": author, "author_name": name, "author_email": fmt.Sprint("p", s.next, "@public.example"),
		"author_url": "", "date_gmt": now(), "content": rendered(text), "status": "approved",
		"link": fmt.Sprintf("%s/?p=%d#comment-%d", s.URL, post, s.next), "author_avatar_urls": map[string]any{"96": s.URL + "/avatar.png"},
	}
	c["_embedded"] = map[string]any{"up": []any{map[string]any{"title": s.posts[post]["title"]}}}
	s.comments[s.next] = c
	return c
}

func (s *Site) comment(method string, id int, q url.Values, in map[string]any) (int, any, int) {
	c := s.comments[id]
	switch {
	case !s.role["moderate_comments"] && method == "GET" && id == 0:
		return 403, refusal(403, "rest_forbidden_context"), -1
	case id != 0 && c == nil:
		return 404, refusal(404, "rest_comment_invalid_id"), -1
	case method == "GET" && id != 0:
		return 200, c, -1
	case method == "GET":
		all := ordered(s.comments, func(c map[string]any) bool {
			for _, k := range []string{"post", "parent", "author"} {
				if q.Has(k) && q.Get(k) != fmt.Sprint(c[k]) {
					return false
				}
			}
			return q.Get("status") == "any"
		})
		return 200, page(all, q), len(all)
	case method == "DELETE" && q.Get("force") == "true":
		delete(s.comments, id)
		return 200, map[string]any{"deleted": true}, -1
	case method == "DELETE":
		if c["status"] == "trash" {
			return 410, refusal(410, "rest_already_trashed"), -1
		}
		c["status"] = "trash"
		return 200, c, -1
	case id != 0:
		for k, v := range in {
			if k == "content" {
				v = rendered(v.(string))
			}
			c[k] = v
		}
		return 200, c, -1
	}
	post := number(in["post"])
	p := s.posts[post]
	switch {
	case p == nil:
		return 403, refusal(403, "rest_comment_invalid_post_id"), -1
	case p["comment_status"] == "closed":
		return 403, refusal(403, "rest_comment_closed"), -1
	}
	for _, have := range s.comments {
		if have["author"] == 3 && have["post"] == post && have["parent"] == number(in["parent"]) && have["content"].(map[string]any)["raw"] == in["content"] && have["status"] != "trash" {
			return 409, refusal(409, "comment_duplicate"), -1
		}
	}
	return 201, s.add(post, number(in["parent"]), 3, "Claire", in["content"].(string)), -1
}

// number reads a JSON number; none is 0.
func number(v any) int { f, _ := v.(float64); return int(f) }

// ordered lists what fits by number, oldest first.
func ordered(all map[int]map[string]any, fits func(map[string]any) bool) (out []map[string]any) {
	for _, id := range slices.Sorted(maps.Keys(all)) {
		if fits(all[id]) {
			out = append(out, all[id])
		}
	}
	return out
}

// page cuts a list as order, per_page, page and offset say.
func page(all []map[string]any, q url.Values) []map[string]any {
	if q.Get("order") != "asc" {
		slices.Reverse(all)
	}
	per, err := strconv.Atoi(q.Get("per_page"))
	if err != nil {
		per = 10
	}
	at, _ := strconv.Atoi(q.Get("offset"))
	if n, _ := strconv.Atoi(q.Get("page")); n > 1 {
		at = (n - 1) * per
	}
	at = min(at, len(all))
	return append([]map[string]any{}, all[at:min(at+per, len(all))]...)
}
