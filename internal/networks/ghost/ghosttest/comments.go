package ghosttest

import (
	"cmp"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Join makes a member; her number.
func (b *Blog) Join(name, mail string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	id := b.id()
	b.members[id] = map[string]any{"id": id, "name": name, "email": mail, "avatar_image": nil}
	return id
}

// Says is a member commenting with her own browser; the comment's number.
func (b *Blog) Says(member, post, parent, html string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	answers := ""
	if over := b.comments[parent]; over != nil && over["parent_id"] != nil {
		parent, answers = over["parent_id"].(string), parent
	}
	return b.add(member, post, parent, answers, html, time.Now())["id"].(string)
}

// Reword is a member who corrects her comment.
func (b *Blog) Reword(id, html string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.comments[id]
	c["html"], c["edited_at"], b.changed[id] = html, now(), time.Now()
}

// Own lists what a member said, oldest first.
func (b *Blog) Own(mail string) (all []map[string]any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(b.comments)) {
		if c := b.comments[id]; c["member"].(map[string]any)["email"] == mail && c["status"] != "deleted" {
			all = append(all, maps.Clone(c))
		}
	}
	return all
}

func (b *Blog) add(member, post, parent, answers, html string, at time.Time) map[string]any {
	id := b.id()
	c := map[string]any{
		"id": id, "parent_id": nil, "in_reply_to_id": nil, "status": "published", "html": html, "created_at": at.UTC().Truncate(time.Second).Format(time.RFC3339),
		"edited_at": nil, "member": b.members[member], "post": map[string]any{"id": post, "title": b.posts[post]["title"], "url": b.posts[post]["url"]},
	}
	if parent != "" {
		c["parent_id"] = parent
	}
	if answers != "" {
		c["in_reply_to_id"] = answers
	}
	b.comments[id], b.changed[id] = c, time.Now()
	return c
}

func (b *Blog) comment(method, id string, q url.Values, in map[string]any) (int, any) {
	c := b.comments[id]
	switch {
	case id != "" && c == nil:
		return 404, refusal("NotFoundError", "", "Comment could not be found")
	case method == "GET" && id != "":
		alone := maps.Clone(c)
		delete(alone, "post")
		return 200, map[string]any{"comments": []any{alone}}
	case method == "GET":
		return 200, b.list(q)
	}
	given := in["comments"].([]any)[0].(map[string]any)
	if id != "" {
		c["status"], b.changed[id] = given["status"], time.Now()
		return 200, map[string]any{"comments": []any{c}}
	}
	word := func(k string) string { s, _ := given[k].(string); return s }
	post := word("post_id")
	if parent := b.comments[word("parent_id")]; parent != nil {
		post = parent["post"].(map[string]any)["id"].(string)
		if parent["parent_id"] != nil {
			return 400, refusal("BadRequestError", "", "Cannot reply to a reply")
		}
	}
	if b.posts[post] == nil || b.members[word("member_id")] == nil {
		return 404, refusal("NotFoundError", "", "Resource could not be found.")
	}
	at, err := time.Parse(time.RFC3339, word("created_at"))
	if err != nil {
		at = time.Now()
	}
	made := maps.Clone(b.add(word("member_id"), post, word("parent_id"), word("in_reply_to_id"), word("html"), at))
	delete(made, "post")
	return 201, map[string]any{"comments": []any{made}}
}

var term = regexp.MustCompile(`^([a-z_]+):(>=|<)?'?([^']*)'?$`)

// list reads the filters that the connector writes, and no other.
func (b *Blog) list(q url.Values) any {
	var all []map[string]any
	for _, id := range slices.Sorted(maps.Keys(b.comments)) {
		if c := b.comments[id]; c["status"] != "deleted" && b.fits(c, q.Get("filter")) {
			all = append(all, c)
		}
	}
	key := func(c map[string]any) string {
		id := c["id"].(string)
		if strings.HasPrefix(q.Get("order"), "updated_at") {
			return b.changed[id].UTC().Format(time.RFC3339) + id
		}
		return c["created_at"].(string) + id
	}
	slices.SortFunc(all, func(x, y map[string]any) int { return cmp.Compare(key(x), key(y)) })
	if strings.Contains(q.Get("order"), " desc") {
		slices.Reverse(all)
	}
	total, limit := len(all), max(1, number(q, "limit"))
	at := min(total, (max(1, number(q, "page"))-1)*limit)
	return map[string]any{
		"comments": append([]map[string]any{}, all[at:min(total, at+limit)]...),
		"meta":     map[string]any{"pagination": map[string]any{"pages": max(1, (total+limit-1)/limit), "total": total}},
	}
}

func (b *Blog) fits(c map[string]any, filter string) bool {
	if filter == "" {
		return true
	}
	for part := range strings.SplitSeq(filter, "+") {
		m := term.FindStringSubmatch(part)
		if m == nil {
			b.t.Errorf("the fake does not know the filter %q", part)
			return false
		}
		var have string
		switch m[1] {
		case "id":
			have = c["id"].(string)
		case "post_id":
			have = c["post"].(map[string]any)["id"].(string)
		case "member_id":
			have = c["member"].(map[string]any)["id"].(string)
		case "created_at":
			at, _ := time.Parse(time.RFC3339, c["created_at"].(string))
			have = at.UTC().Format(time.DateTime)
		case "updated_at":
			have = b.changed[c["id"].(string)].UTC().Format(time.DateTime)
		default:
			b.t.Errorf("the fake does not know the filter %q", part)
		}
		switch m[2] {
		case ">=":
			if have < m[3] {
				return false
			}
		case "<":
			if have >= m[3] {
				return false
			}
		default:
			if have != m[3] {
				return false
			}
		}
	}
	return true
}
